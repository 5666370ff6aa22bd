# VEX comparisons: all 32 predicates, and tests of bits.

from blinkenlights.core.execute.avx_operand cimport *
from blinkenlights.core.execute.sse_host cimport *
from blinkenlights.core.execute.sse_nan cimport *

# How two numbers relate, as bits of a set.
cdef enum:
    LESS = 1
    EQUAL = 2
    GREATER = 4
    UNORDERED = 8

cdef u8 holds_for[16]  # by the low four bits of a predicate: the relations for which it is true
cdef u8 signals[32]  # by predicate: quiet NaNs are invalid operands

cdef Op *vcmpps(Cpu *c, Op *o) noexcept nogil
cdef Op *vcmppd(Cpu *c, Op *o) noexcept nogil
cdef Op *vcmpss(Cpu *c, Op *o) noexcept nogil
cdef Op *vcmpsd(Cpu *c, Op *o) noexcept nogil
cdef Op *vptest(Cpu *c, Op *o) noexcept nogil
cdef Op *vtestps(Cpu *c, Op *o) noexcept nogil
cdef Op *vtestpd(Cpu *c, Op *o) noexcept nogil
