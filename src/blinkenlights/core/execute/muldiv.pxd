from blinkenlights.core.access cimport *
from blinkenlights.core.dispatch cimport bind, bind_flat

# 64 by 64 to 128 bits and back: a type that Cython has no word for.
cdef extern from *:
    """
    #include <stdint.h>
    static inline uint64_t high_product(uint64_t a, uint64_t b) {
        return (uint64_t)((unsigned __int128)a * b >> 64);
    }
    static inline int64_t high_product_signed(int64_t a, int64_t b) {
        return (int64_t)((__int128)a * b >> 64);
    }
    static inline uint64_t divide_wide(uint64_t high, uint64_t low, uint64_t d, uint64_t *rest) {
        unsigned __int128 n = (unsigned __int128)high << 64 | low;
        *rest = (uint64_t)(n % d);
        return (uint64_t)(n / d);
    }
    """
    u64 high_product(u64, u64) nogil
    i64 high_product_signed(i64, i64) nogil
    u64 divide_wide(u64 high, u64 low, u64 divisor, u64 *rest) nogil

cdef Op *mul(Cpu *c, Op *o) noexcept nogil
cdef Op *imul1(Cpu *c, Op *o) noexcept nogil
cdef Op *imul(Cpu *c, Op *o) noexcept nogil
cdef Op *imul4_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *imul4_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *imul8_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *imul8_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *div(Cpu *c, Op *o) noexcept nogil
cdef Op *idiv(Cpu *c, Op *o) noexcept nogil
