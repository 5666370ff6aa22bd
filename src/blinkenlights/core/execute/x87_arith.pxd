# x87 arithmetic, comparison and transcendental instructions.

from blinkenlights.core.access cimport *
from blinkenlights.core.fpu cimport *
from blinkenlights.core.hostx87 cimport *
from blinkenlights.core.state cimport *

cdef Op *fadd(Cpu *c, Op *o) noexcept nogil
cdef Op *fiadd(Cpu *c, Op *o) noexcept nogil
cdef Op *faddp(Cpu *c, Op *o) noexcept nogil
cdef Op *fmul(Cpu *c, Op *o) noexcept nogil
cdef Op *fimul(Cpu *c, Op *o) noexcept nogil
cdef Op *fmulp(Cpu *c, Op *o) noexcept nogil
cdef Op *fsub(Cpu *c, Op *o) noexcept nogil
cdef Op *fisub(Cpu *c, Op *o) noexcept nogil
cdef Op *fsubp(Cpu *c, Op *o) noexcept nogil
cdef Op *fsubr(Cpu *c, Op *o) noexcept nogil
cdef Op *fisubr(Cpu *c, Op *o) noexcept nogil
cdef Op *fsubrp(Cpu *c, Op *o) noexcept nogil
cdef Op *fdiv(Cpu *c, Op *o) noexcept nogil
cdef Op *fidiv(Cpu *c, Op *o) noexcept nogil
cdef Op *fdivp(Cpu *c, Op *o) noexcept nogil
cdef Op *fdivr(Cpu *c, Op *o) noexcept nogil
cdef Op *fidivr(Cpu *c, Op *o) noexcept nogil
cdef Op *fdivrp(Cpu *c, Op *o) noexcept nogil
cdef Op *fcom(Cpu *c, Op *o) noexcept nogil
cdef Op *ficom(Cpu *c, Op *o) noexcept nogil
cdef Op *fcomp(Cpu *c, Op *o) noexcept nogil
cdef Op *ficomp(Cpu *c, Op *o) noexcept nogil
cdef Op *fcompp(Cpu *c, Op *o) noexcept nogil
cdef Op *fucom(Cpu *c, Op *o) noexcept nogil
cdef Op *fucomp(Cpu *c, Op *o) noexcept nogil
cdef Op *fucompp(Cpu *c, Op *o) noexcept nogil
cdef Op *fcomi(Cpu *c, Op *o) noexcept nogil
cdef Op *fcomip(Cpu *c, Op *o) noexcept nogil
cdef Op *fucomi(Cpu *c, Op *o) noexcept nogil
cdef Op *fucomip(Cpu *c, Op *o) noexcept nogil
cdef Op *ftst(Cpu *c, Op *o) noexcept nogil
cdef Op *fxam(Cpu *c, Op *o) noexcept nogil
cdef Op *fsqrt(Cpu *c, Op *o) noexcept nogil
cdef Op *frndint(Cpu *c, Op *o) noexcept nogil
cdef Op *fabs_(Cpu *c, Op *o) noexcept nogil
cdef Op *fchs(Cpu *c, Op *o) noexcept nogil
cdef Op *fscale(Cpu *c, Op *o) noexcept nogil
cdef Op *f2xm1(Cpu *c, Op *o) noexcept nogil
cdef Op *fyl2x(Cpu *c, Op *o) noexcept nogil
cdef Op *fyl2xp1(Cpu *c, Op *o) noexcept nogil
cdef Op *fpatan(Cpu *c, Op *o) noexcept nogil
cdef Op *fsin(Cpu *c, Op *o) noexcept nogil
cdef Op *fcos(Cpu *c, Op *o) noexcept nogil
cdef Op *fsincos(Cpu *c, Op *o) noexcept nogil
cdef Op *fptan(Cpu *c, Op *o) noexcept nogil
cdef Op *fprem(Cpu *c, Op *o) noexcept nogil
cdef Op *fprem1(Cpu *c, Op *o) noexcept nogil
cdef Op *fxtract(Cpu *c, Op *o) noexcept nogil
