# Moves between XMM and MMX registers, general registers and memory.

from blinkenlights.core.atomic cimport cas, peek
from blinkenlights.core.dispatch cimport bind, bind_flat
from blinkenlights.core.execute.sse_operand cimport *

cdef Op *movaps(Cpu *c, Op *o) noexcept nogil
cdef Op *move16_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *movaps_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *movaps_mr(Cpu *c, Op *o) noexcept nogil
cdef Op *movups(Cpu *c, Op *o) noexcept nogil
cdef Op *movups_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *movups_mr(Cpu *c, Op *o) noexcept nogil
cdef Op *movd(Cpu *c, Op *o) noexcept nogil
cdef Op *movntq(Cpu *c, Op *o) noexcept nogil
cdef Op *movnti(Cpu *c, Op *o) noexcept nogil
cdef Op *movq2dq(Cpu *c, Op *o) noexcept nogil
cdef Op *movdq2q(Cpu *c, Op *o) noexcept nogil
cdef Op *movss(Cpu *c, Op *o) noexcept nogil
cdef Op *movsd(Cpu *c, Op *o) noexcept nogil
cdef Op *movlps(Cpu *c, Op *o) noexcept nogil
cdef Op *movhps(Cpu *c, Op *o) noexcept nogil
cdef Op *movhlps(Cpu *c, Op *o) noexcept nogil
cdef Op *movlhps(Cpu *c, Op *o) noexcept nogil
cdef Op *movddup(Cpu *c, Op *o) noexcept nogil
cdef Op *movsldup(Cpu *c, Op *o) noexcept nogil
cdef Op *movshdup(Cpu *c, Op *o) noexcept nogil
cdef Op *movmskps(Cpu *c, Op *o) noexcept nogil
cdef Op *movmskpd(Cpu *c, Op *o) noexcept nogil
cdef Op *pmovmskb(Cpu *c, Op *o) noexcept nogil
cdef Op *maskmovq(Cpu *c, Op *o) noexcept nogil
cdef Op *maskmovdqu(Cpu *c, Op *o) noexcept nogil
cdef Op *movss_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *movss_mr(Cpu *c, Op *o) noexcept nogil
cdef Op *movsd_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *movsd_mr(Cpu *c, Op *o) noexcept nogil
