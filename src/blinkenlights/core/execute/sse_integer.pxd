# Packed integer arithmetic, logic, comparisons and shifts, on MMX and XMM registers.

from blinkenlights.core.dispatch cimport bind, bind_flat
from blinkenlights.core.execute.sse_operand cimport *

# The operations, by their mnemonics.
cdef enum:
    PADDB = 0
    PADDW = 1
    PADDD = 2
    PADDQ = 3
    PSUBB = 4
    PSUBW = 5
    PSUBD = 6
    PSUBQ = 7
    PADDUSB = 8
    PADDUSW = 9
    PADDSB = 10
    PADDSW = 11
    PSUBUSB = 12
    PSUBUSW = 13
    PSUBSB = 14
    PSUBSW = 15
    PAND = 16
    PANDN = 17
    POR = 18
    PXOR = 19
    PCMPEQB = 20
    PCMPEQW = 21
    PCMPEQD = 22
    PCMPEQQ = 23
    PCMPGTB = 24
    PCMPGTW = 25
    PCMPGTD = 26
    PCMPGTQ = 27
    PMINSB = 28
    PMINSW = 29
    PMINSD = 30
    PMINUB = 31
    PMINUW = 32
    PMINUD = 33
    PMAXSB = 34
    PMAXSW = 35
    PMAXSD = 36
    PMAXUB = 37
    PMAXUW = 38
    PMAXUD = 39
    PAVGB = 40
    PAVGW = 41
    PABSB = 42
    PABSW = 43
    PABSD = 44
    PSIGNB = 45
    PSIGNW = 46
    PSIGND = 47
    PMULLW = 48
    PMULLD = 49
    PMULHW = 50
    PMULHUW = 51
    PMULHRSW = 52
    PMULUDQ = 53
    PMULDQ = 54
    PMADDWD = 55
    PMADDUBSW = 56
    PSADBW = 57
    PHADDW = 58
    PHADDD = 59
    PHADDSW = 60
    PHSUBW = 61
    PHSUBD = 62
    PHSUBSW = 63
    PSLLW = 64
    PSLLD = 65
    PSLLQ = 66
    PSRLW = 67
    PSRLD = 68
    PSRLQ = 69
    PSRAW = 70
    PSRAD = 71

cdef Op *paddb(Cpu *c, Op *o) noexcept nogil
cdef Op *paddw(Cpu *c, Op *o) noexcept nogil
cdef Op *paddd(Cpu *c, Op *o) noexcept nogil
cdef Op *paddq(Cpu *c, Op *o) noexcept nogil
cdef Op *psubb(Cpu *c, Op *o) noexcept nogil
cdef Op *psubw(Cpu *c, Op *o) noexcept nogil
cdef Op *psubd(Cpu *c, Op *o) noexcept nogil
cdef Op *psubq(Cpu *c, Op *o) noexcept nogil
cdef Op *paddusb(Cpu *c, Op *o) noexcept nogil
cdef Op *paddusw(Cpu *c, Op *o) noexcept nogil
cdef Op *paddsb(Cpu *c, Op *o) noexcept nogil
cdef Op *paddsw(Cpu *c, Op *o) noexcept nogil
cdef Op *psubusb(Cpu *c, Op *o) noexcept nogil
cdef Op *psubusw(Cpu *c, Op *o) noexcept nogil
cdef Op *psubsb(Cpu *c, Op *o) noexcept nogil
cdef Op *psubsw(Cpu *c, Op *o) noexcept nogil
cdef Op *pand(Cpu *c, Op *o) noexcept nogil
cdef Op *pandn(Cpu *c, Op *o) noexcept nogil
cdef Op *por(Cpu *c, Op *o) noexcept nogil
cdef Op *pxor(Cpu *c, Op *o) noexcept nogil
cdef Op *pcmpeqb(Cpu *c, Op *o) noexcept nogil
cdef Op *pcmpeqw(Cpu *c, Op *o) noexcept nogil
cdef Op *pcmpeqd(Cpu *c, Op *o) noexcept nogil
cdef Op *pcmpeqq(Cpu *c, Op *o) noexcept nogil
cdef Op *pcmpgtb(Cpu *c, Op *o) noexcept nogil
cdef Op *pcmpgtw(Cpu *c, Op *o) noexcept nogil
cdef Op *pcmpgtd(Cpu *c, Op *o) noexcept nogil
cdef Op *pcmpgtq(Cpu *c, Op *o) noexcept nogil
cdef Op *pminsb(Cpu *c, Op *o) noexcept nogil
cdef Op *pminsw(Cpu *c, Op *o) noexcept nogil
cdef Op *pminsd(Cpu *c, Op *o) noexcept nogil
cdef Op *pminub(Cpu *c, Op *o) noexcept nogil
cdef Op *pminuw(Cpu *c, Op *o) noexcept nogil
cdef Op *pminud(Cpu *c, Op *o) noexcept nogil
cdef Op *pmaxsb(Cpu *c, Op *o) noexcept nogil
cdef Op *pmaxsw(Cpu *c, Op *o) noexcept nogil
cdef Op *pmaxsd(Cpu *c, Op *o) noexcept nogil
cdef Op *pmaxub(Cpu *c, Op *o) noexcept nogil
cdef Op *pmaxuw(Cpu *c, Op *o) noexcept nogil
cdef Op *pmaxud(Cpu *c, Op *o) noexcept nogil
cdef Op *pavgb(Cpu *c, Op *o) noexcept nogil
cdef Op *pavgw(Cpu *c, Op *o) noexcept nogil
cdef Op *pabsb(Cpu *c, Op *o) noexcept nogil
cdef Op *pabsw(Cpu *c, Op *o) noexcept nogil
cdef Op *pabsd(Cpu *c, Op *o) noexcept nogil
cdef Op *psignb(Cpu *c, Op *o) noexcept nogil
cdef Op *psignw(Cpu *c, Op *o) noexcept nogil
cdef Op *psignd(Cpu *c, Op *o) noexcept nogil
cdef Op *pmullw(Cpu *c, Op *o) noexcept nogil
cdef Op *pmulld(Cpu *c, Op *o) noexcept nogil
cdef Op *pmulhw(Cpu *c, Op *o) noexcept nogil
cdef Op *pmulhuw(Cpu *c, Op *o) noexcept nogil
cdef Op *pmulhrsw(Cpu *c, Op *o) noexcept nogil
cdef Op *pmuludq(Cpu *c, Op *o) noexcept nogil
cdef Op *pmuldq(Cpu *c, Op *o) noexcept nogil
cdef Op *pmaddwd(Cpu *c, Op *o) noexcept nogil
cdef Op *pmaddubsw(Cpu *c, Op *o) noexcept nogil
cdef Op *psadbw(Cpu *c, Op *o) noexcept nogil
cdef Op *phaddw(Cpu *c, Op *o) noexcept nogil
cdef Op *phaddd(Cpu *c, Op *o) noexcept nogil
cdef Op *phaddsw(Cpu *c, Op *o) noexcept nogil
cdef Op *phsubw(Cpu *c, Op *o) noexcept nogil
cdef Op *phsubd(Cpu *c, Op *o) noexcept nogil
cdef Op *phsubsw(Cpu *c, Op *o) noexcept nogil
cdef Op *psllw(Cpu *c, Op *o) noexcept nogil
cdef Op *pslld(Cpu *c, Op *o) noexcept nogil
cdef Op *psllq(Cpu *c, Op *o) noexcept nogil
cdef Op *psrlw(Cpu *c, Op *o) noexcept nogil
cdef Op *psrld(Cpu *c, Op *o) noexcept nogil
cdef Op *psrlq(Cpu *c, Op *o) noexcept nogil
cdef Op *psraw(Cpu *c, Op *o) noexcept nogil
cdef Op *psrad(Cpu *c, Op *o) noexcept nogil
cdef Op *mpsadbw(Cpu *c, Op *o) noexcept nogil
cdef Op *phminposuw(Cpu *c, Op *o) noexcept nogil
cdef Op *ptest(Cpu *c, Op *o) noexcept nogil
cdef Op *pxor_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *pxor_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *por_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *por_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *pand_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *pand_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *pandn_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *pandn_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *paddb_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *paddb_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *paddw_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *paddw_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *paddd_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *paddd_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *paddq_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *paddq_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *psubb_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *psubb_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *psubw_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *psubw_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *psubd_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *psubd_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *psubq_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *psubq_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *pcmpeqb_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *pcmpeqb_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *pcmpeqw_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *pcmpeqw_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *pcmpeqd_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *pcmpeqd_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *pcmpgtb_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *pcmpgtb_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *pcmpgtd_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *pcmpgtd_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *pminub_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *pminub_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *pmaxub_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *pmaxub_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *pmuludq_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *pmuludq_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *pmullw_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *pmullw_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *pmulld_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *pmulld_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *pmaddwd_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *pmaddwd_rm(Cpu *c, Op *o) noexcept nogil
