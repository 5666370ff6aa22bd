# x87 loads, stores, exchanges and conditional moves.

from blinkenlights.core.access cimport *
from blinkenlights.core.fpu cimport *
from blinkenlights.core.hostx87 cimport *
from blinkenlights.core.state cimport *

cdef extern from *:
    """
    #define touch_(p) ((void)__atomic_fetch_or((p), 0, __ATOMIC_RELAXED))
    """
    void touch_(u8 *p) noexcept nogil  # a write that changes nothing, even if others write

cdef Op *fld(Cpu *c, Op *o) noexcept nogil
cdef Op *fild(Cpu *c, Op *o) noexcept nogil
cdef Op *fbld(Cpu *c, Op *o) noexcept nogil
cdef Op *fld1(Cpu *c, Op *o) noexcept nogil
cdef Op *fldl2t(Cpu *c, Op *o) noexcept nogil
cdef Op *fldl2e(Cpu *c, Op *o) noexcept nogil
cdef Op *fldpi(Cpu *c, Op *o) noexcept nogil
cdef Op *fldlg2(Cpu *c, Op *o) noexcept nogil
cdef Op *fldln2(Cpu *c, Op *o) noexcept nogil
cdef Op *fldz(Cpu *c, Op *o) noexcept nogil
cdef Op *fst(Cpu *c, Op *o) noexcept nogil
cdef Op *fstp(Cpu *c, Op *o) noexcept nogil
cdef Op *fstpnce(Cpu *c, Op *o) noexcept nogil
cdef Op *fist(Cpu *c, Op *o) noexcept nogil
cdef Op *fistp(Cpu *c, Op *o) noexcept nogil
cdef Op *fisttp(Cpu *c, Op *o) noexcept nogil
cdef Op *fbstp(Cpu *c, Op *o) noexcept nogil
cdef Op *fxch(Cpu *c, Op *o) noexcept nogil
cdef Op *fcmovb(Cpu *c, Op *o) noexcept nogil
cdef Op *fcmove(Cpu *c, Op *o) noexcept nogil
cdef Op *fcmovbe(Cpu *c, Op *o) noexcept nogil
cdef Op *fcmovu(Cpu *c, Op *o) noexcept nogil
cdef Op *fcmovnb(Cpu *c, Op *o) noexcept nogil
cdef Op *fcmovne(Cpu *c, Op *o) noexcept nogil
cdef Op *fcmovnbe(Cpu *c, Op *o) noexcept nogil
cdef Op *fcmovnu(Cpu *c, Op *o) noexcept nogil
