# VEX moves: whole registers, duplicates, broadcasts, halves, sign masks.

from blinkenlights.core.execute.avx_operand cimport *

cdef Op *vmovups(Cpu *c, Op *o) noexcept nogil
cdef Op *vmovaps(Cpu *c, Op *o) noexcept nogil
cdef Op *vmovddup(Cpu *c, Op *o) noexcept nogil
cdef Op *vmovmskps(Cpu *c, Op *o) noexcept nogil
cdef Op *vmovmskpd(Cpu *c, Op *o) noexcept nogil
cdef Op *vpbroadcastb(Cpu *c, Op *o) noexcept nogil
cdef Op *vpbroadcastw(Cpu *c, Op *o) noexcept nogil
cdef Op *vpbroadcastd(Cpu *c, Op *o) noexcept nogil
cdef Op *vpbroadcastq(Cpu *c, Op *o) noexcept nogil
cdef Op *vbroadcastf128(Cpu *c, Op *o) noexcept nogil
cdef Op *vinsertf128(Cpu *c, Op *o) noexcept nogil
cdef Op *vextractf128(Cpu *c, Op *o) noexcept nogil
cdef Op *vzeroupper(Cpu *c, Op *o) noexcept nogil
cdef Op *vzeroall(Cpu *c, Op *o) noexcept nogil
