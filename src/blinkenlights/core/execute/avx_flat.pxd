# Handlers for flat memory: the VEX instructions that C libraries' string functions are made of.

from blinkenlights.core.execute.avx_operand cimport *
from blinkenlights.core.execute.packed_integer cimport *

cdef extern from *:
    """
    #ifndef BLINK_SIGN_MASK
    #define BLINK_SIGN_MASK
    #if defined(__SSE2__)
    #include <emmintrin.h>
    #define host_sign_mask(v) ((uint32_t)_mm_movemask_epi8((__m128i)(v)))
    #else
    static inline uint32_t host_sign_mask(u8x16 v) {
        uint32_t i, mask = 0;
        for (i = 0; i < 16; i++) mask |= (uint32_t)(v[i] >> 7) << i;
        return mask;
    }
    #endif
    #endif
    """
    u32 host_sign_mask(u8x16 v) noexcept nogil

cdef Op *vmovdqu_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *vmovdqu_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vmovdqu_mr(Cpu *c, Op *o) noexcept nogil
cdef Op *vmovdqa_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vmovdqa_mr(Cpu *c, Op *o) noexcept nogil
cdef Op *vmovdqu16_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *vmovdqu16_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vmovdqu16_mr(Cpu *c, Op *o) noexcept nogil
cdef Op *vmovdqa16_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vmovdqa16_mr(Cpu *c, Op *o) noexcept nogil
cdef Op *vpmovmskb(Cpu *c, Op *o) noexcept nogil
cdef Op *vpand_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *vpand_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vpandn_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *vpandn_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vpor_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *vpor_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vpxor_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *vpxor_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vpaddb_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *vpaddb_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vpaddd_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *vpaddd_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vpaddq_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *vpaddq_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vpsubb_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *vpsubb_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vpcmpeqb_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *vpcmpeqb_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vpcmpeqw_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *vpcmpeqw_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vpcmpeqd_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *vpcmpeqd_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vpcmpgtb_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *vpcmpgtb_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vpminub_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *vpminub_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vpminud_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *vpminud_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vpmaxub_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *vpmaxub_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vptest_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *vptest_rm(Cpu *c, Op *o) noexcept nogil
