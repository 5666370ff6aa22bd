# What C's own operators do not say exactly: conversions to integers with the CPU's answer for what
# does not fit, quiet comparisons, and the approximations, whose values are the host CPU's own.

from blinkenlights.core.state cimport *

cdef extern from *:
    """
    #ifndef BLINK_SSE_HOST
    #define BLINK_SSE_HOST
    #include <math.h>
    #include <stdint.h>
    #if defined(__SSE2__)
    #include <emmintrin.h>
    #define round_f32_i32(x) ((int32_t)_mm_cvtss_si32(_mm_set_ss(x)))
    #define round_f32_i64(x) ((int64_t)_mm_cvtss_si64(_mm_set_ss(x)))
    #define round_f64_i32(x) ((int32_t)_mm_cvtsd_si32(_mm_set_sd(x)))
    #define round_f64_i64(x) ((int64_t)_mm_cvtsd_si64(_mm_set_sd(x)))
    #define truncate_f32_i32(x) ((int32_t)_mm_cvttss_si32(_mm_set_ss(x)))
    #define truncate_f32_i64(x) ((int64_t)_mm_cvttss_si64(_mm_set_ss(x)))
    #define truncate_f64_i32(x) ((int32_t)_mm_cvttsd_si32(_mm_set_sd(x)))
    #define truncate_f64_i64(x) ((int64_t)_mm_cvttsd_si64(_mm_set_sd(x)))
    #define approximate_reciprocal(x) _mm_cvtss_f32(_mm_rcp_ss(_mm_set_ss(x)))
    #define approximate_root(x) _mm_cvtss_f32(_mm_rsqrt_ss(_mm_set_ss(x)))
    #else
    #include <fenv.h>
    /* `limit` is 2 to the power of the integer's bits less one: exact, and so is -limit. */
    static inline int64_t blink_to_int_(double x, double rounded, double limit, int64_t indefinite) {
        if (!(rounded >= -limit && rounded < limit)) {
            feclearexcept(FE_INEXACT);
            feraiseexcept(FE_INVALID);
            return indefinite;
        }
        if (rounded != x) feraiseexcept(FE_INEXACT);
        return (int64_t)rounded;
    }
    #define round_f64_i32(x) ((int32_t)blink_to_int_(x, nearbyint(x), 2147483648.0, INT32_MIN))
    #define round_f64_i64(x) blink_to_int_(x, nearbyint(x), 9223372036854775808.0, INT64_MIN)
    #define truncate_f64_i32(x) ((int32_t)blink_to_int_(x, trunc(x), 2147483648.0, INT32_MIN))
    #define truncate_f64_i64(x) blink_to_int_(x, trunc(x), 9223372036854775808.0, INT64_MIN)
    #define round_f32_i32(x) round_f64_i32((double)(x))
    #define round_f32_i64(x) round_f64_i64((double)(x))
    #define truncate_f32_i32(x) truncate_f64_i32((double)(x))
    #define truncate_f32_i64(x) truncate_f64_i64((double)(x))
    #define approximate_reciprocal(x) (1.0f / (x))
    #define approximate_root(x) (1.0f / sqrtf(x))
    #endif
    /* Whether the result does not fit `bits` bits of precision, whatever its exponent. `long double`
       has both more precision and more exponents than a double (else the answer may be wrong). */
    #include <fenv.h>
    #include <string.h>
    static inline int needs_more_bits(int op, double a, double b, int bits) {
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
    i32 round_f32_i32(float x) noexcept nogil
    i64 round_f32_i64(float x) noexcept nogil
    i32 round_f64_i32(double x) noexcept nogil
    i64 round_f64_i64(double x) noexcept nogil
    i32 truncate_f32_i32(float x) noexcept nogil
    i64 truncate_f32_i64(float x) noexcept nogil
    i32 truncate_f64_i32(double x) noexcept nogil
    i64 truncate_f64_i64(double x) noexcept nogil
    float approximate_reciprocal(float x) noexcept nogil
    float approximate_root(float x) noexcept nogil
    # `a < b` without the invalid flag for quiet NaNs
    bint quiet_less32 "quiet_less"(float a, float b) noexcept nogil
    bint quiet_less64 "quiet_less"(double a, double b) noexcept nogil
    bint needs_more_bits(int op, double a, double b, int bits) noexcept nogil
    void for_its_flags(bint x) noexcept nogil
