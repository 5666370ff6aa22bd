# x87 control: words, environments, the stack pointer, exceptions.

from blinkenlights.core.access cimport *
from blinkenlights.core.fpu cimport *
from blinkenlights.core.state cimport *

cdef Op *fninit(Cpu *c, Op *o) noexcept nogil
cdef Op *fnclex(Cpu *c, Op *o) noexcept nogil
cdef Op *fldcw(Cpu *c, Op *o) noexcept nogil
cdef Op *fnstcw(Cpu *c, Op *o) noexcept nogil
cdef Op *fnstsw(Cpu *c, Op *o) noexcept nogil
cdef Op *fnstenv(Cpu *c, Op *o) noexcept nogil
cdef Op *fldenv(Cpu *c, Op *o) noexcept nogil
cdef Op *fnsave(Cpu *c, Op *o) noexcept nogil
cdef Op *frstor(Cpu *c, Op *o) noexcept nogil
cdef Op *ffree(Cpu *c, Op *o) noexcept nogil
cdef Op *ffreep(Cpu *c, Op *o) noexcept nogil
cdef Op *fincstp(Cpu *c, Op *o) noexcept nogil
cdef Op *fdecstp(Cpu *c, Op *o) noexcept nogil
cdef Op *fwait(Cpu *c, Op *o) noexcept nogil
cdef Op *no_wait(Cpu *c, Op *o) noexcept nogil
