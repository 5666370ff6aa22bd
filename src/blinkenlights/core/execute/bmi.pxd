# BMI1, BMI2, ADX, MOVBE, POPCNT, LZCNT and CRC32.

from blinkenlights.core.state cimport *
from blinkenlights.core.access cimport *
from blinkenlights.core.dispatch cimport MAX_MNEMONICS

cdef extern from *:
    """
    #define count_ones_(x) ((uint64_t)__builtin_popcountll(x))
    #define leading_zeros_(x) ((uint64_t)__builtin_clzll(x))
    #define trailing_zeros_(x) ((uint64_t)__builtin_ctzll(x))
    #define swap2_(x) __builtin_bswap16((uint16_t)(x))
    #define swap4_(x) __builtin_bswap32((uint32_t)(x))
    #define swap8_(x) __builtin_bswap64(x)
    typedef unsigned __int128 bmi_u128;
    #define high_product_(a, b) ((uint64_t)((bmi_u128)(a) * (b) >> 64))
    """
    u64 count_ones_(u64 x) noexcept nogil
    u64 leading_zeros_(u64 x) noexcept nogil  # of 64 bits; x is not 0
    u64 trailing_zeros_(u64 x) noexcept nogil
    u64 swap2_(u64 x) noexcept nogil
    u64 swap4_(u64 x) noexcept nogil
    u64 swap8_(u64 x) noexcept nogil
    u64 high_product_(u64 a, u64 b) noexcept nogil

# What an instruction of TBM does with its operand and the one above or below it.
cdef enum:
    AND = 0
    OR = 1
    XOR = 2
    COMBINE = 3
    BELOW = 4  # with x - 1 instead of x + 1
    NOT_FIRST = 8  # with the complement of x
    NOT_OTHER = 16

cdef Op *crc32(Cpu *c, Op *o) noexcept nogil
cdef u8 trailing_kind[MAX_MNEMONICS]
cdef Op *trailing(Cpu *c, Op *o) noexcept nogil
cdef Op *andn_any(Cpu *c, Op *o) noexcept nogil
cdef Op *bextr_any(Cpu *c, Op *o) noexcept nogil
cdef Op *blsi_any(Cpu *c, Op *o) noexcept nogil
cdef Op *blsmsk_any(Cpu *c, Op *o) noexcept nogil
cdef Op *blsr_any(Cpu *c, Op *o) noexcept nogil
cdef Op *bzhi_any(Cpu *c, Op *o) noexcept nogil
cdef Op *pdep_any(Cpu *c, Op *o) noexcept nogil
cdef Op *pext_any(Cpu *c, Op *o) noexcept nogil
cdef Op *mulx_any(Cpu *c, Op *o) noexcept nogil
cdef Op *rorx_any(Cpu *c, Op *o) noexcept nogil
cdef Op *sarx_any(Cpu *c, Op *o) noexcept nogil
cdef Op *shlx_any(Cpu *c, Op *o) noexcept nogil
cdef Op *shrx_any(Cpu *c, Op *o) noexcept nogil
cdef Op *adcx_any(Cpu *c, Op *o) noexcept nogil
cdef Op *adox_any(Cpu *c, Op *o) noexcept nogil
cdef Op *movbe_any(Cpu *c, Op *o) noexcept nogil
cdef Op *popcnt_any(Cpu *c, Op *o) noexcept nogil
cdef Op *lzcnt_any(Cpu *c, Op *o) noexcept nogil
cdef Op *tzcnt_any(Cpu *c, Op *o) noexcept nogil
