# Handlers for flat memory: VEX floating-point arithmetic.

from blinkenlights.core.arithmetic cimport *
from blinkenlights.core.hostcpu cimport *
from blinkenlights.core.dispatch cimport flat, need
from blinkenlights.core.execute.avx_operand cimport *
from blinkenlights.core.execute.avx_fma cimport (F132, F213, NEGATE_EVEN, NEGATE_ODD, NEGATE_PRODUCT,
                                                 negation_of, order_of)
from blinkenlights.core.execute.sse_nan cimport *

# The host's FMA as one instruction in the handler; only bound where the host has it.
cdef extern from *:
    """
    #ifndef BLINK_FLAT_FMA
    #define BLINK_FLAT_FMA
    #if defined(__x86_64__) && defined(__GNUC__)
    #define host_has_fma() host_cpu_has(FMA, "fma")
    #define BLINK_FUSED(name, type, suffix) \
        static inline type name(type a, type b, type c) { \
            __asm__("vfmadd231" suffix " %2, %1, %0" : "+x"(c) : "x"(a), "x"(b)); \
            return c; \
        }
    #else
    #define host_has_fma() 0
    #define BLINK_FUSED(name, type, suffix) static inline type name(type a, type b, type c) { return c; }
    #endif
    BLINK_FUSED(host_fused_ss, float, "ss")
    BLINK_FUSED(host_fused_sd, double, "sd")
    BLINK_FUSED(host_fused_ps, f32x4, "ps")
    BLINK_FUSED(host_fused_pd, f64x2, "pd")
    #endif
    """
    bint host_has_fma() noexcept nogil
    float host_fused_ss(float a, float b, float c) noexcept nogil
    double host_fused_sd(double a, double b, double c) noexcept nogil
    f32x4 host_fused_ps(f32x4 a, f32x4 b, f32x4 c) noexcept nogil
    f64x2 host_fused_pd(f64x2 a, f64x2 b, f64x2 c) noexcept nogil

cdef enum:
    ADD = 0
    SUB = 1
    MUL = 2
    DIV = 3

cdef Op *vaddps_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *vaddps_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vaddpd_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *vaddpd_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vaddss_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *vaddss_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vaddsd_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *vaddsd_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vsubps_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *vsubps_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vsubpd_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *vsubpd_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vsubss_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *vsubss_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vsubsd_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *vsubsd_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vmulps_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *vmulps_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vmulpd_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *vmulpd_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vmulss_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *vmulss_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vmulsd_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *vmulsd_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vdivps_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *vdivps_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vdivpd_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *vdivpd_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vdivss_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *vdivss_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vdivsd_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *vdivsd_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *fusedps_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *fusedps_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *fusedpd_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *fusedpd_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *fusedss_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *fusedss_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *fusedsd_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *fusedsd_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vmovss_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vmovss_mr(Cpu *c, Op *o) noexcept nogil
cdef Op *vmovsd_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *vmovsd_mr(Cpu *c, Op *o) noexcept nogil
