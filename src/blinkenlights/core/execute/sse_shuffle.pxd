# Rearranging lanes: pack, unpack, shuffle, align, blend, extend, insert and extract.

from libc.string cimport memset
from blinkenlights.core.dispatch cimport bind, bind_flat
from blinkenlights.core.execute.sse_operand cimport *

# Operations that share code, by their mnemonics.
cdef enum:
    PUNPCKLBW = 0
    PUNPCKLWD = 1
    PUNPCKLDQ = 2
    PUNPCKLQDQ = 3
    PUNPCKHBW = 4
    PUNPCKHWD = 5
    PUNPCKHDQ = 6
    PUNPCKHQDQ = 7
    PACKSSWB = 8
    PACKUSWB = 9
    PACKSSDW = 10
    PACKUSDW = 11

cdef Op *punpcklbw(Cpu *c, Op *o) noexcept nogil
cdef Op *punpcklwd(Cpu *c, Op *o) noexcept nogil
cdef Op *punpckldq(Cpu *c, Op *o) noexcept nogil
cdef Op *punpcklqdq(Cpu *c, Op *o) noexcept nogil
cdef Op *punpckhbw(Cpu *c, Op *o) noexcept nogil
cdef Op *punpckhwd(Cpu *c, Op *o) noexcept nogil
cdef Op *punpckhdq(Cpu *c, Op *o) noexcept nogil
cdef Op *punpckhqdq(Cpu *c, Op *o) noexcept nogil
cdef Op *packsswb(Cpu *c, Op *o) noexcept nogil
cdef Op *packuswb(Cpu *c, Op *o) noexcept nogil
cdef Op *packssdw(Cpu *c, Op *o) noexcept nogil
cdef Op *packusdw(Cpu *c, Op *o) noexcept nogil
cdef Op *pshufb(Cpu *c, Op *o) noexcept nogil
cdef Op *palignr(Cpu *c, Op *o) noexcept nogil
cdef Op *pshufw(Cpu *c, Op *o) noexcept nogil
cdef Op *pshufd(Cpu *c, Op *o) noexcept nogil
cdef Op *pshuflw(Cpu *c, Op *o) noexcept nogil
cdef Op *pshufhw(Cpu *c, Op *o) noexcept nogil
cdef Op *shufps(Cpu *c, Op *o) noexcept nogil
cdef Op *shufpd(Cpu *c, Op *o) noexcept nogil
cdef Op *pslldq(Cpu *c, Op *o) noexcept nogil
cdef Op *psrldq(Cpu *c, Op *o) noexcept nogil
cdef Op *blendps(Cpu *c, Op *o) noexcept nogil
cdef Op *blendpd(Cpu *c, Op *o) noexcept nogil
cdef Op *pblendw(Cpu *c, Op *o) noexcept nogil
cdef Op *blendvps(Cpu *c, Op *o) noexcept nogil
cdef Op *blendvpd(Cpu *c, Op *o) noexcept nogil
cdef Op *pblendvb(Cpu *c, Op *o) noexcept nogil
cdef Op *pmovsxbw(Cpu *c, Op *o) noexcept nogil
cdef Op *pmovsxbd(Cpu *c, Op *o) noexcept nogil
cdef Op *pmovsxbq(Cpu *c, Op *o) noexcept nogil
cdef Op *pmovsxwd(Cpu *c, Op *o) noexcept nogil
cdef Op *pmovsxwq(Cpu *c, Op *o) noexcept nogil
cdef Op *pmovsxdq(Cpu *c, Op *o) noexcept nogil
cdef Op *pmovzxbw(Cpu *c, Op *o) noexcept nogil
cdef Op *pmovzxbd(Cpu *c, Op *o) noexcept nogil
cdef Op *pmovzxbq(Cpu *c, Op *o) noexcept nogil
cdef Op *pmovzxwd(Cpu *c, Op *o) noexcept nogil
cdef Op *pmovzxwq(Cpu *c, Op *o) noexcept nogil
cdef Op *pmovzxdq(Cpu *c, Op *o) noexcept nogil
cdef Op *pinsrb(Cpu *c, Op *o) noexcept nogil
cdef Op *pinsrw(Cpu *c, Op *o) noexcept nogil
cdef Op *pinsrd(Cpu *c, Op *o) noexcept nogil
cdef Op *pinsrq(Cpu *c, Op *o) noexcept nogil
cdef Op *pextrb(Cpu *c, Op *o) noexcept nogil
cdef Op *pextrw(Cpu *c, Op *o) noexcept nogil
cdef Op *pextrd(Cpu *c, Op *o) noexcept nogil
cdef Op *pextrq(Cpu *c, Op *o) noexcept nogil
cdef Op *extractps(Cpu *c, Op *o) noexcept nogil
cdef Op *insertps(Cpu *c, Op *o) noexcept nogil
cdef Op *punpcklbw_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *punpcklwd_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *punpckldq_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *punpcklqdq_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *punpckhbw_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *punpckhwd_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *punpckhdq_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *punpckhqdq_rr(Cpu *c, Op *o) noexcept nogil
