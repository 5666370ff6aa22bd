# What C's own operators do not say exactly: conversions to integers with the CPU's answer for what
# does not fit, quiet comparisons, and the approximations, whose values are the host CPU's own.

from blinkenlights.core.arithmetic cimport *
from blinkenlights.core.state cimport *

cdef extern from *:
    """
    #ifndef BLINK_SSE_HOST
    #define BLINK_SSE_HOST
    #include <math.h>
    #include <stdint.h>
    #if defined(__SSE2__)
    #include <emmintrin.h>
    #define host_round_f32_i32(x) ((int32_t)_mm_cvtss_si32(_mm_set_ss(x)))
    #define host_round_f32_i64(x) ((int64_t)_mm_cvtss_si64(_mm_set_ss(x)))
    #define host_round_f64_i32(x) ((int32_t)_mm_cvtsd_si32(_mm_set_sd(x)))
    #define host_round_f64_i64(x) ((int64_t)_mm_cvtsd_si64(_mm_set_sd(x)))
    #define host_truncate_f32_i32(x) ((int32_t)_mm_cvttss_si32(_mm_set_ss(x)))
    #define host_truncate_f32_i64(x) ((int64_t)_mm_cvttss_si64(_mm_set_ss(x)))
    #define host_truncate_f64_i32(x) ((int32_t)_mm_cvttsd_si32(_mm_set_sd(x)))
    #define host_truncate_f64_i64(x) ((int64_t)_mm_cvttsd_si64(_mm_set_sd(x)))
    #define host_reciprocal(x) _mm_cvtss_f32(_mm_rcp_ss(_mm_set_ss(x)))
    #define host_root(x) _mm_cvtss_f32(_mm_rsqrt_ss(_mm_set_ss(x)))
    #else
    #define host_round_f32_i32(x) 0
    #define host_round_f32_i64(x) 0
    #define host_round_f64_i32(x) 0
    #define host_round_f64_i64(x) 0
    #define host_truncate_f32_i32(x) 0
    #define host_truncate_f32_i64(x) 0
    #define host_truncate_f64_i32(x) 0
    #define host_truncate_f64_i64(x) 0
    #define host_reciprocal(x) 0
    #define host_root(x) 0
    #endif
    /* `long double` has both more precision and more exponents than a double here. */
    #include <fenv.h>
    #include <string.h>
    static inline int host_needs_more_bits(int op, double a, double b, int bits) {
        volatile long double x = a, y = b, r;
        long double value;
        uint64_t significand;
        int inexact;
        feclearexcept(FE_ALL_EXCEPT);
        r = op == 0 ? x + y : op == 1 ? x - y : op == 2 ? x * y : op == 3 ? x / y : x;
        inexact = fetestexcept(FE_INEXACT) != 0;
        value = r;
        memcpy(&significand, &value, 8);
        return inexact || significand << bits;
    }
    #define quiet_less(a, b) __builtin_isless(a, b)
    /* The compiler must not leave out a comparison for want of its result: its flags are wanted. */
    #define for_its_flags(x) __asm__ volatile("" : : "g"(x))
    #endif
    """
    i32 host_round_f32_i32(float x) noexcept nogil
    i64 host_round_f32_i64(float x) noexcept nogil
    i32 host_round_f64_i32(double x) noexcept nogil
    i64 host_round_f64_i64(double x) noexcept nogil
    i32 host_truncate_f32_i32(float x) noexcept nogil
    i64 host_truncate_f32_i64(float x) noexcept nogil
    i32 host_truncate_f64_i32(double x) noexcept nogil
    i64 host_truncate_f64_i64(double x) noexcept nogil
    float host_reciprocal(float x) noexcept nogil
    float host_root(float x) noexcept nogil
    bint host_quiet_less32 "quiet_less"(float a, float b) noexcept nogil
    bint host_quiet_less64 "quiet_less"(double a, double b) noexcept nogil
    bint host_needs_more_bits(int op, double a, double b, int bits) noexcept nogil
    void for_its_flags(bint x) noexcept nogil

cdef inline i32 round_f32_i32(float x) noexcept nogil:
    return host_round_f32_i32(x) if HOST_SSE else <i32>integer_of(4, bits_of_f32(x), 32, False)

cdef inline i64 round_f32_i64(float x) noexcept nogil:
    return host_round_f32_i64(x) if HOST_SSE else integer_of(4, bits_of_f32(x), 64, False)

cdef inline i32 round_f64_i32(double x) noexcept nogil:
    return host_round_f64_i32(x) if HOST_SSE else <i32>integer_of(8, bits_of_f64(x), 32, False)

cdef inline i64 round_f64_i64(double x) noexcept nogil:
    return host_round_f64_i64(x) if HOST_SSE else integer_of(8, bits_of_f64(x), 64, False)

cdef inline i32 truncate_f32_i32(float x) noexcept nogil:
    return host_truncate_f32_i32(x) if HOST_SSE else <i32>integer_of(4, bits_of_f32(x), 32, True)

cdef inline i64 truncate_f32_i64(float x) noexcept nogil:
    return host_truncate_f32_i64(x) if HOST_SSE else integer_of(4, bits_of_f32(x), 64, True)

cdef inline i32 truncate_f64_i32(double x) noexcept nogil:
    return host_truncate_f64_i32(x) if HOST_SSE else <i32>integer_of(8, bits_of_f64(x), 32, True)

cdef inline i64 truncate_f64_i64(double x) noexcept nogil:
    return host_truncate_f64_i64(x) if HOST_SSE else integer_of(8, bits_of_f64(x), 64, True)

cdef inline bint quiet_less32(float a, float b) noexcept nogil:
    """`a < b` without the invalid flag for quiet NaNs."""
    if HOST_SSE or (normal32(bits_of_f32(a)) and normal32(bits_of_f32(b))):
        return host_quiet_less32(a, b)
    return related(4, bits_of_f32(a), bits_of_f32(b), False) == SOFT_LESS

cdef inline bint quiet_less64(double a, double b) noexcept nogil:
    if HOST_SSE or (normal64(bits_of_f64(a)) and normal64(bits_of_f64(b))):
        return host_quiet_less64(a, b)
    return related(8, bits_of_f64(a), bits_of_f64(b), False) == SOFT_LESS

cdef inline bint needs_more_bits(int op, double a, double b, int bits) noexcept nogil:
    """Whether the result does not fit `bits` bits of precision, whatever its exponent."""
    if HOST_SSE:
        return host_needs_more_bits(op, a, b, bits)
    if bits == 53:
        return is_rounded(op, 8, bits_of_f64(a), bits_of_f64(b))
    if op == SOFT_ROOT:  # what sse_strict calls ITSELF
        return is_rounded(SOFT_NARROW, 4, bits_of_f64(a), 0)
    return is_rounded(op, 4, bits_of_f32(<float>a), bits_of_f32(<float>b))

# The approximations raise no exceptions, whatever MXCSR says; denormal numbers are zeros for them.

cdef inline float approximate_reciprocal(float x) noexcept nogil:
    return host_reciprocal(x) if HOST_SSE else approximation(x, False)

cdef inline float approximate_root(float x) noexcept nogil:
    return host_root(x) if HOST_SSE else approximation(x, True)
