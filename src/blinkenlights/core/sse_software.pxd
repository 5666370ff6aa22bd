# SSE's floating-point arithmetic in software, for hosts whose own gives other flags or other results.

from blinkenlights.core.fpcontrol cimport HOST_SSE, software_register
from blinkenlights.core.state cimport *

cdef extern from *:
    """
    typedef unsigned __int128 blink_u128;
    """
    ctypedef unsigned long long u128 "blink_u128"

# What `computed` does; FUSED has three operands, NARROW and WIDEN take doubles and singles.
cdef enum:
    SOFT_PLUS = 0
    SOFT_MINUS = 1
    SOFT_TIMES = 2
    SOFT_OVER = 3
    SOFT_ROOT = 4
    SOFT_FUSED = 5
    SOFT_NARROW = 6
    SOFT_WIDEN = 7

# How two numbers compare.
cdef enum:
    SOFT_LESS = 1
    SOFT_EQUAL = 2
    SOFT_GREATER = 4
    SOFT_UNORDERED = 8

cdef struct Control:
    u32 mxcsr
    u32 flags  # raised so far
    bint rounded  # the significand did not fit, whatever the exponent

cdef enum Kind:
    KIND_ZERO
    KIND_FINITE
    KIND_INFINITE
    KIND_NAN

cdef struct Number:
    Kind kind
    bint negative
    int exponent
    u64 significand  # its top bit is set; the value is significand * 2 ** (exponent - 63)

ctypedef Control *ControlP
ctypedef Number *NumberP

# The bits of the result of `width` bytes (NARROW: 4, WIDEN: 8); exceptions are masked, flags go to this
# thread's MXCSR. A NaN is the right one for up to two operands.
cdef u64 computed(int op, int width, u64 a, u64 b, u64 s) noexcept nogil
cdef int related(int width, u64 a, u64 b, bint signal) noexcept nogil
# An integer of `bits` bits; the integer indefinite if it does not fit.
cdef i64 integer_of(int width, u64 x, int bits, bint truncate) noexcept nogil
# Whether the result's significand is rounded, whatever its exponent; no flags.
cdef bint is_rounded(int op, int width, u64 a, u64 b) noexcept nogil
# 1 / x or 1 / sqrt(x), rounded to 12 bits as real approximations are; no flags.
cdef float approximation(float x, bint root) noexcept nogil
