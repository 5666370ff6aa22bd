# Floating-point arithmetic as SSE has it: by the host's own operators where those do the same, else by
# them for normal numbers only, and in software for the rest.
#
# With normal operands and a normal result hosts differ in nothing but whether it is inexact, which the
# host's register says. Operands are tested first, because that flag must not tell of what is made again.

from libc.math cimport sqrt, sqrtf
from blinkenlights.core.sse_software cimport *
from blinkenlights.core.vector cimport *

cdef inline bint normal32(u32 x) noexcept nogil:
    """Zero or a normal number."""
    return (x & 0x7f800000U) - 0x00800000U < 0x7f000000U or (x & 0x7fffffffU) == 0

cdef inline bint normal64(u64 x) noexcept nogil:
    return ((x & 0x7ff0000000000000ULL) - 0x0010000000000000ULL < 0x7fe0000000000000ULL
            or (x & 0x7fffffffffffffffULL) == 0)

# A result may have been rounded up to the least normal number, or down to zero or to the largest number.
cdef inline bint certain32(float x) noexcept nogil:
    return (bits_of_f32(x) & 0x7f800000U) - 0x01000000U < 0x7e000000U

cdef inline bint certain64(double x) noexcept nogil:
    return (bits_of_f64(x) & 0x7ff0000000000000ULL) - 0x0020000000000000ULL < 0x7fc0000000000000ULL

cdef inline float hosts32(int op, float a, float b) noexcept nogil:
    return a + b if op == SOFT_PLUS else a - b if op == SOFT_MINUS else a * b if op == SOFT_TIMES else a / b

cdef inline double hosts64(int op, double a, double b) noexcept nogil:
    return a + b if op == SOFT_PLUS else a - b if op == SOFT_MINUS else a * b if op == SOFT_TIMES else a / b

cdef inline float arith32(int op, float a, float b) noexcept nogil:
    """`a` op `b`; op is SOFT_PLUS, MINUS, TIMES or OVER, which modules number alike."""
    cdef float r
    if HOST_SSE:
        return hosts32(op, a, b)
    if normal32(bits_of_f32(a)) and normal32(bits_of_f32(b)):
        r = hosts32(op, a, b)
        if certain32(r):
            return r
    return f32_of_bits(<u32>computed(op, 4, bits_of_f32(a), bits_of_f32(b), 0))

cdef inline double arith64(int op, double a, double b) noexcept nogil:
    cdef double r
    if HOST_SSE:
        return hosts64(op, a, b)
    if normal64(bits_of_f64(a)) and normal64(bits_of_f64(b)):
        r = hosts64(op, a, b)
        if certain64(r):
            return r
    return f64_of_bits(computed(op, 8, bits_of_f64(a), bits_of_f64(b), 0))

cdef inline u8x16 arith_ps(int op, f32x4 a, f32x4 b) noexcept nogil:
    """The same in every lane."""
    cdef Lanes x, y
    cdef int i
    if HOST_SSE:
        return from_fp(a + b if op == SOFT_PLUS else a - b if op == SOFT_MINUS else a * b if op == SOFT_TIMES
                       else a / b)
    x.all = from_fp(a)
    y.all = from_fp(b)
    for i in range(4):
        x.f32[i] = arith32(op, x.f32[i], y.f32[i])
    return x.all

cdef inline u8x16 arith_pd(int op, f64x2 a, f64x2 b) noexcept nogil:
    cdef Lanes x, y
    cdef int i
    if HOST_SSE:
        return from_fp(a + b if op == SOFT_PLUS else a - b if op == SOFT_MINUS else a * b if op == SOFT_TIMES
                       else a / b)
    x.all = from_fp(a)
    y.all = from_fp(b)
    for i in range(2):
        x.f64[i] = arith64(op, x.f64[i], y.f64[i])
    return x.all

cdef inline float root32(float x) noexcept nogil:
    if HOST_SSE or (normal32(bits_of_f32(x)) and not bits_of_f32(x) >> 31):
        return sqrtf(x)
    return f32_of_bits(<u32>computed(SOFT_ROOT, 4, bits_of_f32(x), 0, 0))

cdef inline double root64(double x) noexcept nogil:
    if HOST_SSE or (normal64(bits_of_f64(x)) and not bits_of_f64(x) >> 63):
        return sqrt(x)
    return f64_of_bits(computed(SOFT_ROOT, 8, bits_of_f64(x), 0, 0))

cdef inline float narrowed(double x) noexcept nogil:
    cdef float r
    if HOST_SSE:
        return <float>x
    if normal64(bits_of_f64(x)):
        r = <float>x
        if certain32(r):
            return r
    return f32_of_bits(<u32>computed(SOFT_NARROW, 4, bits_of_f64(x), 0, 0))

cdef inline double widened(float x) noexcept nogil:
    if HOST_SSE or normal32(bits_of_f32(x)):
        return x
    return f64_of_bits(computed(SOFT_WIDEN, 8, bits_of_f32(x), 0, 0))

# -- comparisons; `same...` is quiet, the others signal on any NaN -------------------------------------

cdef inline bint same32(float a, float b) noexcept nogil:
    if HOST_SSE or (normal32(bits_of_f32(a)) and normal32(bits_of_f32(b))):
        return a == b
    return related(4, bits_of_f32(a), bits_of_f32(b), False) == SOFT_EQUAL

cdef inline bint same64(double a, double b) noexcept nogil:
    if HOST_SSE or (normal64(bits_of_f64(a)) and normal64(bits_of_f64(b))):
        return a == b
    return related(8, bits_of_f64(a), bits_of_f64(b), False) == SOFT_EQUAL

cdef inline bint below32(float a, float b) noexcept nogil:
    if HOST_SSE or (normal32(bits_of_f32(a)) and normal32(bits_of_f32(b))):
        return a < b
    return related(4, bits_of_f32(a), bits_of_f32(b), True) == SOFT_LESS

cdef inline bint below64(double a, double b) noexcept nogil:
    if HOST_SSE or (normal64(bits_of_f64(a)) and normal64(bits_of_f64(b))):
        return a < b
    return related(8, bits_of_f64(a), bits_of_f64(b), True) == SOFT_LESS

cdef inline bint not_above32(float a, float b) noexcept nogil:
    if HOST_SSE or (normal32(bits_of_f32(a)) and normal32(bits_of_f32(b))):
        return a <= b
    return related(4, bits_of_f32(a), bits_of_f32(b), True) & (SOFT_LESS | SOFT_EQUAL) != 0

cdef inline bint not_above64(double a, double b) noexcept nogil:
    if HOST_SSE or (normal64(bits_of_f64(a)) and normal64(bits_of_f64(b))):
        return a <= b
    return related(8, bits_of_f64(a), bits_of_f64(b), True) & (SOFT_LESS | SOFT_EQUAL) != 0

# In every lane: all ones where it holds.

cdef inline u8x16 same_ps(f32x4 a, f32x4 b) noexcept nogil:
    cdef Lanes x, y
    cdef int i
    if HOST_SSE:
        return equal_fp(a, b)
    x.all = from_fp(a)
    y.all = from_fp(b)
    for i in range(4):
        x.i32[i] = -<i32>same32(x.f32[i], y.f32[i])
    return x.all

cdef inline u8x16 same_pd(f64x2 a, f64x2 b) noexcept nogil:
    cdef Lanes x, y
    cdef int i
    if HOST_SSE:
        return equal_fp(a, b)
    x.all = from_fp(a)
    y.all = from_fp(b)
    for i in range(2):
        x.i64[i] = -<i64>same64(x.f64[i], y.f64[i])
    return x.all

cdef inline u8x16 below_ps(f32x4 a, f32x4 b) noexcept nogil:
    cdef Lanes x, y
    cdef int i
    if HOST_SSE:
        return less_fp(a, b)
    x.all = from_fp(a)
    y.all = from_fp(b)
    for i in range(4):
        x.i32[i] = -<i32>below32(x.f32[i], y.f32[i])
    return x.all

cdef inline u8x16 below_pd(f64x2 a, f64x2 b) noexcept nogil:
    cdef Lanes x, y
    cdef int i
    if HOST_SSE:
        return less_fp(a, b)
    x.all = from_fp(a)
    y.all = from_fp(b)
    for i in range(2):
        x.i64[i] = -<i64>below64(x.f64[i], y.f64[i])
    return x.all

cdef inline u8x16 not_above_ps(f32x4 a, f32x4 b) noexcept nogil:
    cdef Lanes x, y
    cdef int i
    if HOST_SSE:
        return less_equal_fp(a, b)
    x.all = from_fp(a)
    y.all = from_fp(b)
    for i in range(4):
        x.i32[i] = -<i32>not_above32(x.f32[i], y.f32[i])
    return x.all

cdef inline u8x16 not_above_pd(f64x2 a, f64x2 b) noexcept nogil:
    cdef Lanes x, y
    cdef int i
    if HOST_SSE:
        return less_equal_fp(a, b)
    x.all = from_fp(a)
    y.all = from_fp(b)
    for i in range(2):
        x.i64[i] = -<i64>not_above64(x.f64[i], y.f64[i])
    return x.all
