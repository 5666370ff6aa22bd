# NaN and denormal numbers, told by their bits: a comparison would raise exception flags.

from blinkenlights.core.vector cimport *
from blinkenlights.core.fpcontrol cimport *

cdef enum:
    INFINITY32 = 0x7f800000
    QUIET32 = 0x00400000

cdef inline bint is_nan32(u32 x) noexcept nogil:
    return (x & 0x7fffffff) > <u32>INFINITY32

cdef inline bint is_nan64(u64 x) noexcept nogil:
    return (x & 0x7fffffffffffffffULL) > 0x7ff0000000000000ULL

cdef inline bint is_denormal32(u32 x) noexcept nogil:
    return (x & 0x7f800000) == 0 and (x & 0x7fffff) != 0

cdef inline bint is_denormal64(u64 x) noexcept nogil:
    return (x & 0x7ff0000000000000ULL) == 0 and (x & 0xfffffffffffffULL) != 0

cdef inline bint any_nan32(u8x16 v) noexcept nogil:
    return any_set(less(i32s(all32(0x7f800000)), i32s(u32s(v) & all32(0x7fffffff))))

cdef inline bint any_denormal32(u8x16 v) noexcept nogil:
    return (is_denormal32(<u32>low64(v)) or is_denormal32(<u32>(low64(v) >> 32))
            or is_denormal32(<u32>high64(v)) or is_denormal32(<u32>(high64(v) >> 32)))

cdef inline bint any_nan64(u8x16 v) noexcept nogil:
    return is_nan64(low64(v)) or is_nan64(high64(v))

cdef inline u32 nan_of32(u32 a, u32 b) noexcept nogil:
    """The NaN that an operation on `a` and `b` gives: the first operand's, the second's, or one made here."""
    if is_nan32(a):
        return a | QUIET32
    if is_nan32(b):
        return b | QUIET32
    return 0xffc00000U

cdef inline u64 nan_of64(u64 a, u64 b) noexcept nogil:
    if is_nan64(a):
        return a | 0x8000000000000ULL
    if is_nan64(b):
        return b | 0x8000000000000ULL
    return 0xfff8000000000000ULL

cdef inline u32 flushed32(Cpu *c, u32 x) noexcept nogil:
    """A denormal operand is a zero under DAZ."""
    if c.mxcsr & MXCSR_DAZ and (x & 0x7f800000) == 0:
        return x & 0x80000000U
    return x

cdef inline u64 flushed64(Cpu *c, u64 x) noexcept nogil:
    if c.mxcsr & MXCSR_DAZ and (x & 0x7ff0000000000000ULL) == 0:
        return x & 0x8000000000000000ULL
    return x

# The end of an operation with unmasked exceptions that cannot overflow or underflow: keeps its
# result where the compiler cannot delay it, then looks at the flags.
cdef inline bint accept(Cpu *c, u8x16 r) noexcept nogil:
    store16(&c.tmp[48], r)
    return finish_strict(c)
