# VEX instructions that access some elements of memory: masked moves and gathers.

from blinkenlights.core.execute.avx_operand cimport *

cdef Op *vmaskmovps(Cpu *c, Op *o) noexcept nogil
cdef Op *vmaskmovpd(Cpu *c, Op *o) noexcept nogil
cdef Op *vpgatherdd(Cpu *c, Op *o) noexcept nogil
cdef Op *vpgatherdq(Cpu *c, Op *o) noexcept nogil
cdef Op *vpgatherqd(Cpu *c, Op *o) noexcept nogil
cdef Op *vpgatherqq(Cpu *c, Op *o) noexcept nogil
