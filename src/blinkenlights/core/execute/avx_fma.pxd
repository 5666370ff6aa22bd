# Fused multiply-add.

from blinkenlights.core.arithmetic cimport *
from blinkenlights.core.hostcpu cimport *
from blinkenlights.core.execute.avx_operand cimport *
from blinkenlights.core.execute.sse_nan cimport *

from libc.math cimport frexp, ldexp

# The host's own instruction where it has one: its flags, DAZ and FTZ are the guest's. Operands go
# by memory, so that the arithmetic stays where it is between reads and writes of the host's MXCSR.
cdef extern from *:
    """
    #ifndef BLINK_FMA
    #define BLINK_FMA
    #include <math.h>
    #if defined(__x86_64__) && defined(__GNUC__)
    __attribute__((target("fma"), noinline))
    static void blink_fma32_(float *r, const float *a, const float *b, const float *c) {
        *r = __builtin_fmaf(*a, *b, *c);
    }
    __attribute__((target("fma"), noinline))
    static void blink_fma64_(double *r, const double *a, const double *b, const double *c) {
        *r = __builtin_fma(*a, *b, *c);
    }
    static int blink_has_fma_(void) {
        static signed char known = -1;
        if (known < 0) known = host_cpu_has(FMA, "fma");
        return known;
    }
    #else
    #define blink_has_fma_() 0
    #define blink_fma32_(r, a, b, c) ((void)0)
    #define blink_fma64_(r, a, b, c) ((void)0)
    #endif
    static inline void host_fused32(float *r, const float *a, const float *b, const float *c) {
        if (blink_has_fma_()) blink_fma32_(r, a, b, c);
        else *r = fmaf(*a, *b, *c);
    }
    static inline void host_fused64(double *r, const double *a, const double *b, const double *c) {
        if (blink_has_fma_()) blink_fma64_(r, a, b, c);
        else *r = fma(*a, *b, *c);
    }
    #endif
    """
    void host_fused32(float *r, const float *a, const float *b, const float *c) noexcept nogil
    void host_fused64(double *r, const double *a, const double *b, const double *c) noexcept nogil

cdef inline void fused32(float *r, const float *a, const float *b, const float *s) noexcept nogil:
    if HOST_SSE:
        host_fused32(r, a, b, s)
        return
    if normal32(bits_of_f32(a[0])) and normal32(bits_of_f32(b[0])) and normal32(bits_of_f32(s[0])):
        host_fused32(r, a, b, s)
        if certain32(r[0]):
            return
    r[0] = f32_of_bits(<u32>computed(SOFT_FUSED, 4, bits_of_f32(a[0]), bits_of_f32(b[0]), bits_of_f32(s[0])))

cdef inline void fused64(double *r, const double *a, const double *b, const double *s) noexcept nogil:
    if HOST_SSE:
        host_fused64(r, a, b, s)
        return
    if normal64(bits_of_f64(a[0])) and normal64(bits_of_f64(b[0])) and normal64(bits_of_f64(s[0])):
        host_fused64(r, a, b, s)
        if certain64(r[0]):
            return
    r[0] = f64_of_bits(computed(SOFT_FUSED, 8, bits_of_f64(a[0]), bits_of_f64(b[0]), bits_of_f64(s[0])))

# Which operands are multiplied: the first factor, the second one, and the operand that is added
# (1, 2, 3 as in the mnemonics).
cdef enum:
    F132 = 0
    F213 = 1
    F231 = 2

# What is negated, by bits.
cdef enum:
    NEGATE_PRODUCT = 1
    NEGATE_EVEN = 2  # the addend, in lanes 0, 2, ...
    NEGATE_ODD = 4

cdef inline u32 sign32() noexcept nogil:
    return 0x80000000U

cdef inline u64 sign64() noexcept nogil:
    return 0x8000000000000000ULL

cdef u8 order_of[MAX_MNEMONICS]
cdef u8 negation_of[MAX_MNEMONICS]

cdef Op *packed_single(Cpu *c, Op *o) noexcept nogil
cdef Op *packed_double(Cpu *c, Op *o) noexcept nogil
cdef Op *scalar_single(Cpu *c, Op *o) noexcept nogil
cdef Op *scalar_double(Cpu *c, Op *o) noexcept nogil
