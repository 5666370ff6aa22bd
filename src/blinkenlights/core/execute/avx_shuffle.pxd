# VEX permutations, blends by a register, and shifts by a count for each lane.

from blinkenlights.core.execute.avx_operand cimport *

# What VPERM2F128's selectors choose from: the halves of operands 1 and 2.
cdef enum:
    SELECTOR = 3
    SELECT_ZERO = 8

cdef Op *vpermilps(Cpu *c, Op *o) noexcept nogil
cdef Op *vpermilpd(Cpu *c, Op *o) noexcept nogil
cdef Op *vperm2f128(Cpu *c, Op *o) noexcept nogil
cdef Op *vpermd(Cpu *c, Op *o) noexcept nogil
cdef Op *vpermq(Cpu *c, Op *o) noexcept nogil
cdef Op *vpblendd(Cpu *c, Op *o) noexcept nogil
cdef Op *vblendvps(Cpu *c, Op *o) noexcept nogil
cdef Op *vblendvpd(Cpu *c, Op *o) noexcept nogil
cdef Op *vpblendvb(Cpu *c, Op *o) noexcept nogil
cdef Op *vpsllvd(Cpu *c, Op *o) noexcept nogil
cdef Op *vpsllvq(Cpu *c, Op *o) noexcept nogil
cdef Op *vpsrlvd(Cpu *c, Op *o) noexcept nogil
cdef Op *vpsrlvq(Cpu *c, Op *o) noexcept nogil
cdef Op *vpsravd(Cpu *c, Op *o) noexcept nogil
