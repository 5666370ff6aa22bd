# SSE floating-point arithmetic and comparisons.

from blinkenlights.core.arithmetic cimport *
from blinkenlights.core.dispatch cimport bind, bind_flat, general
from blinkenlights.core.execute.sse_operand cimport *
from blinkenlights.core.execute.sse_host cimport *
from blinkenlights.core.execute.sse_nan cimport *
from blinkenlights.core.execute.sse_strict cimport *

cdef enum:
    ADD = 0
    SUB = 1
    MUL = 2
    DIV = 3
    MIN = 4
    MAX = 5
    SQRT = 6
    CMP = 7
    ALTERNATE = 8

cdef inline u64 sign32() noexcept nogil:
    return 0x80000000U

cdef inline u64 sign64() noexcept nogil:
    return 0x8000000000000000ULL

cdef Op *addps(Cpu *c, Op *o) noexcept nogil
cdef Op *addpd(Cpu *c, Op *o) noexcept nogil
cdef Op *addss(Cpu *c, Op *o) noexcept nogil
cdef Op *addsd(Cpu *c, Op *o) noexcept nogil
cdef Op *subps(Cpu *c, Op *o) noexcept nogil
cdef Op *subpd(Cpu *c, Op *o) noexcept nogil
cdef Op *subss(Cpu *c, Op *o) noexcept nogil
cdef Op *subsd(Cpu *c, Op *o) noexcept nogil
cdef Op *mulps(Cpu *c, Op *o) noexcept nogil
cdef Op *mulpd(Cpu *c, Op *o) noexcept nogil
cdef Op *mulss(Cpu *c, Op *o) noexcept nogil
cdef Op *mulsd(Cpu *c, Op *o) noexcept nogil
cdef Op *divps(Cpu *c, Op *o) noexcept nogil
cdef Op *divpd(Cpu *c, Op *o) noexcept nogil
cdef Op *divss(Cpu *c, Op *o) noexcept nogil
cdef Op *divsd(Cpu *c, Op *o) noexcept nogil
cdef Op *minps(Cpu *c, Op *o) noexcept nogil
cdef Op *minpd(Cpu *c, Op *o) noexcept nogil
cdef Op *minss(Cpu *c, Op *o) noexcept nogil
cdef Op *minsd(Cpu *c, Op *o) noexcept nogil
cdef Op *maxps(Cpu *c, Op *o) noexcept nogil
cdef Op *maxpd(Cpu *c, Op *o) noexcept nogil
cdef Op *maxss(Cpu *c, Op *o) noexcept nogil
cdef Op *maxsd(Cpu *c, Op *o) noexcept nogil
cdef Op *sqrtps(Cpu *c, Op *o) noexcept nogil
cdef Op *sqrtpd(Cpu *c, Op *o) noexcept nogil
cdef Op *sqrtss(Cpu *c, Op *o) noexcept nogil
cdef Op *sqrtsd(Cpu *c, Op *o) noexcept nogil
cdef Op *cmpps(Cpu *c, Op *o) noexcept nogil
cdef Op *cmppd(Cpu *c, Op *o) noexcept nogil
cdef Op *cmpss(Cpu *c, Op *o) noexcept nogil
cdef Op *cmpsd(Cpu *c, Op *o) noexcept nogil
cdef Op *comiss(Cpu *c, Op *o) noexcept nogil
cdef Op *comisd(Cpu *c, Op *o) noexcept nogil
cdef Op *ucomiss(Cpu *c, Op *o) noexcept nogil
cdef Op *ucomisd(Cpu *c, Op *o) noexcept nogil
cdef Op *addsubps(Cpu *c, Op *o) noexcept nogil
cdef Op *addsubpd(Cpu *c, Op *o) noexcept nogil
cdef Op *haddps(Cpu *c, Op *o) noexcept nogil
cdef Op *haddpd(Cpu *c, Op *o) noexcept nogil
cdef Op *hsubps(Cpu *c, Op *o) noexcept nogil
cdef Op *hsubpd(Cpu *c, Op *o) noexcept nogil
cdef Op *dpps(Cpu *c, Op *o) noexcept nogil
cdef Op *dppd(Cpu *c, Op *o) noexcept nogil
cdef Op *addsd_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *addsd_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *addss_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *addss_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *addps_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *addps_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *addpd_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *addpd_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *subsd_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *subsd_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *subss_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *subss_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *subps_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *subps_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *subpd_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *subpd_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *mulsd_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *mulsd_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *mulss_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *mulss_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *mulps_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *mulps_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *mulpd_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *mulpd_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *divsd_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *divsd_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *divss_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *divss_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *comisd_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *comisd_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *ucomisd_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *ucomisd_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *comiss_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *comiss_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *ucomiss_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *ucomiss_rm(Cpu *c, Op *o) noexcept nogil
