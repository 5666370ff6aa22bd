# 128-bit vectors as gcc's and clang's portable vector types: `+ - * & | ^ ~ << >>` work lane by
# lane on any host. Cython takes them for numbers, so beyond those operators only the functions
# below may be used on them (comparing with `<` in Python source would yield one bit).

from libc.string cimport memcpy
from blinkenlights.core.state cimport *

cdef extern from *:
    """
    #ifndef BLINK_VECTOR
    #define BLINK_VECTOR
    #include <stdint.h>
    #include <string.h>
    #define BLINK_LANES __attribute__((vector_size(16), may_alias))
    typedef uint8_t u8x16 BLINK_LANES;
    typedef uint16_t u16x8 BLINK_LANES;
    typedef uint32_t u32x4 BLINK_LANES;
    typedef uint64_t u64x2 BLINK_LANES;
    typedef int8_t i8x16 BLINK_LANES;
    typedef int16_t i16x8 BLINK_LANES;
    typedef int32_t i32x4 BLINK_LANES;
    typedef int64_t i64x2 BLINK_LANES;
    typedef float f32x4 BLINK_LANES;
    typedef double f64x2 BLINK_LANES;

    /* The same 16 bytes by lanes of every kind. */
    typedef union {
        u8x16 all;
        uint8_t u8[16]; uint16_t u16[8]; uint32_t u32[4]; uint64_t u64[2];
        int8_t i8[16]; int16_t i16[8]; int32_t i32[4]; int64_t i64[2];
        float f32[4]; double f64[2];
    } Lanes;

    #define u8s(v) ((u8x16)(v))
    #define u16s(v) ((u16x8)(v))
    #define u32s(v) ((u32x4)(v))
    #define u64s(v) ((u64x2)(v))
    #define i8s(v) ((i8x16)(v))
    #define i16s(v) ((i16x8)(v))
    #define i32s(v) ((i32x4)(v))
    #define i64s(v) ((i64x2)(v))
    #define f32s(v) ((f32x4)(v))
    #define f64s(v) ((f64x2)(v))
    #define blink_all8(x) ((u8x16){(x),(x),(x),(x),(x),(x),(x),(x),(x),(x),(x),(x),(x),(x),(x),(x)})
    #define blink_all16(x) ((u16x8){(x),(x),(x),(x),(x),(x),(x),(x)})
    #define blink_all32(x) ((u32x4){(x),(x),(x),(x)})
    #define blink_all64(x) ((u64x2){(x),(x)})
    #define blink_equal(a, b) ((u8x16)((a) == (b)))
    #define blink_less(a, b) ((u8x16)((a) < (b)))
    #define blink_less_equal(a, b) ((u8x16)((a) <= (b)))
    #ifdef __clang__
    #define blink_shuffle8(a, b, ...) ((u8x16)__builtin_shufflevector(u8s(a), u8s(b), __VA_ARGS__))
    #define blink_shuffle16(a, b, ...) ((u8x16)__builtin_shufflevector(u16s(a), u16s(b), __VA_ARGS__))
    #define blink_shuffle32(a, b, ...) ((u8x16)__builtin_shufflevector(u32s(a), u32s(b), __VA_ARGS__))
    #define blink_shuffle64(a, b, ...) ((u8x16)__builtin_shufflevector(u64s(a), u64s(b), __VA_ARGS__))
    #else
    #define blink_shuffle8(a, b, ...) ((u8x16)__builtin_shuffle(u8s(a), u8s(b), (u8x16){__VA_ARGS__}))
    #define blink_shuffle16(a, b, ...) ((u8x16)__builtin_shuffle(u16s(a), u16s(b), (u16x8){__VA_ARGS__}))
    #define blink_shuffle32(a, b, ...) ((u8x16)__builtin_shuffle(u32s(a), u32s(b), (u32x4){__VA_ARGS__}))
    #define blink_shuffle64(a, b, ...) ((u8x16)__builtin_shuffle(u64s(a), u64s(b), (u64x2){__VA_ARGS__}))
    #endif
    #define interleave_low8(a, b) blink_shuffle8(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
    #define interleave_low16(a, b) blink_shuffle16(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
    #define interleave_low32(a, b) blink_shuffle32(a, b, 0, 4, 1, 5)
    #define interleave_low64(a, b) blink_shuffle64(a, b, 0, 2)
    #define evens32(a, b) blink_shuffle32(a, b, 0, 2, 4, 6)
    #define odds32(a, b) blink_shuffle32(a, b, 1, 3, 5, 7)
    #define interleave_high8(a, b) \
        blink_shuffle8(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
    #define interleave_high16(a, b) blink_shuffle16(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
    #define interleave_high32(a, b) blink_shuffle32(a, b, 2, 6, 3, 7)
    #define interleave_high64(a, b) blink_shuffle64(a, b, 1, 3)

    /* One load, not two halves in any order: a fault tells the first byte that is not there. */
    static inline u8x16 load16(const uint8_t *p) {
        u8x16 v;
        memcpy(&v, p, 16);
    #if defined(__x86_64__)
        __asm__("" : "+x"(v));
    #endif
        return v;
    }
    static inline uint32_t bits_of_f32(float x) { uint32_t r; memcpy(&r, &x, 4); return r; }
    static inline uint64_t bits_of_f64(double x) { uint64_t r; memcpy(&r, &x, 8); return r; }
    static inline float f32_of_bits(uint32_t x) { float r; memcpy(&r, &x, 4); return r; }
    static inline double f64_of_bits(uint64_t x) { double r; memcpy(&r, &x, 8); return r; }
    #endif
    """
    ctypedef long long u8x16
    ctypedef long long u16x8
    ctypedef long long u32x4
    ctypedef long long u64x2
    ctypedef long long i8x16
    ctypedef long long i16x8
    ctypedef long long i32x4
    ctypedef long long i64x2
    ctypedef double f32x4
    ctypedef double f64x2
    ctypedef union Lanes:
        u8x16 all
        uint8_t u8[16]
        uint16_t u16[8]
        uint32_t u32[4]
        uint64_t u64[2]
        int8_t i8[16]
        int16_t i16[8]
        int32_t i32[4]
        int64_t i64[2]
        float f32[4]
        double f64[2]

    # The same bits as lanes of another kind; the argument may be any vector.
    u8x16 u8s(u8x16 v) noexcept nogil
    u16x8 u16s(u8x16 v) noexcept nogil
    u32x4 u32s(u8x16 v) noexcept nogil
    u64x2 u64s(u8x16 v) noexcept nogil
    i8x16 i8s(u8x16 v) noexcept nogil
    i16x8 i16s(u8x16 v) noexcept nogil
    i32x4 i32s(u8x16 v) noexcept nogil
    i64x2 i64s(u8x16 v) noexcept nogil
    f32x4 f32s(u8x16 v) noexcept nogil
    f64x2 f64s(u8x16 v) noexcept nogil
    u8x16 from_fp "u8s"(f32x4 v) noexcept nogil
    # One value in every lane.
    u8x16 all8 "blink_all8"(u8 x) noexcept nogil
    u16x8 all16 "blink_all16"(u16 x) noexcept nogil
    u32x4 all32 "blink_all32"(u32 x) noexcept nogil
    u64x2 all64 "blink_all64"(u64 x) noexcept nogil
    # Comparisons: all ones in a lane where it holds. Both arguments of one integer kind.
    u8x16 equal "blink_equal"(u8x16 a, u8x16 b) noexcept nogil
    u8x16 less "blink_less"(u8x16 a, u8x16 b) noexcept nogil
    # ... and of floating-point lanes: `equal` is quiet, the others signal on any NaN.
    u8x16 equal_fp "blink_equal"(f32x4 a, f32x4 b) noexcept nogil
    u8x16 less_fp "blink_less"(f32x4 a, f32x4 b) noexcept nogil
    u8x16 less_equal_fp "blink_less_equal"(f32x4 a, f32x4 b) noexcept nogil
    # Lanes of `a` and `b` in turn, from their low or high halves.
    u8x16 interleave_low8(u8x16 a, u8x16 b) noexcept nogil
    u8x16 interleave_low16(u8x16 a, u8x16 b) noexcept nogil
    u8x16 interleave_low32(u8x16 a, u8x16 b) noexcept nogil
    u8x16 interleave_low64(u8x16 a, u8x16 b) noexcept nogil
    u8x16 interleave_high8(u8x16 a, u8x16 b) noexcept nogil
    u8x16 interleave_high16(u8x16 a, u8x16 b) noexcept nogil
    u8x16 interleave_high32(u8x16 a, u8x16 b) noexcept nogil
    u8x16 interleave_high64(u8x16 a, u8x16 b) noexcept nogil

    # Lanes 0 and 2, or 1 and 3, of `a`, then of `b`.
    u8x16 evens32(u8x16 a, u8x16 b) noexcept nogil
    u8x16 odds32(u8x16 a, u8x16 b) noexcept nogil

    u8x16 load16(const u8 *p) noexcept nogil
    u32 bits_of_f32(float x) noexcept nogil
    u64 bits_of_f64(double x) noexcept nogil
    float f32_of_bits(u32 x) noexcept nogil
    double f64_of_bits(u64 x) noexcept nogil

cdef inline u8x16 load8(const u8 *p) noexcept nogil:
    """8 bytes, zero-extended."""
    cdef u64 low
    memcpy(&low, p, 8)
    return from_u64(low)

cdef inline u8x16 from_u64(u64 low) noexcept nogil:
    cdef Lanes v
    v.u64[0] = low
    v.u64[1] = 0
    return v.all

cdef inline void store16(u8 *p, u8x16 v) noexcept nogil:
    memcpy(p, &v, 16)

cdef inline u64 low64(u8x16 v) noexcept nogil:
    cdef Lanes x
    x.all = v
    return x.u64[0]

cdef inline u64 high64(u8x16 v) noexcept nogil:
    cdef Lanes x
    x.all = v
    return x.u64[1]

cdef inline bint any_set(u8x16 v) noexcept nogil:
    return (low64(v) | high64(v)) != 0

cdef inline u8x16 select(u8x16 mask, u8x16 a, u8x16 b) noexcept nogil:
    """Bits of `a` where `mask` is set, else of `b`."""
    return (a & mask) | (b & ~mask)

cdef inline u64 sign_bits(u64 x) noexcept nogil:
    """The top bits of eight bytes, gathered in the low byte."""
    # each term of the product moves one of the bits to its place at the top; none of them meet
    return ((x & 0x8080808080808080ULL) >> 7) * 0x0102040810204080ULL >> 56

cdef inline u64 sign_mask(u8x16 v) noexcept nogil:
    return sign_bits(low64(v)) | sign_bits(high64(v)) << 8
