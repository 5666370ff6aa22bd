from blinkenlights.core.access cimport *
from blinkenlights.core.dispatch cimport bind, bind_flat

cdef Op *rol(Cpu *c, Op *o) noexcept nogil
cdef Op *ror(Cpu *c, Op *o) noexcept nogil
cdef Op *rcl(Cpu *c, Op *o) noexcept nogil
cdef Op *rcr(Cpu *c, Op *o) noexcept nogil
cdef Op *shl(Cpu *c, Op *o) noexcept nogil
cdef Op *shr(Cpu *c, Op *o) noexcept nogil
cdef Op *sar(Cpu *c, Op *o) noexcept nogil
cdef Op *rol4(Cpu *c, Op *o) noexcept nogil
cdef Op *ror4(Cpu *c, Op *o) noexcept nogil
cdef Op *shl4(Cpu *c, Op *o) noexcept nogil
cdef Op *shr4(Cpu *c, Op *o) noexcept nogil
cdef Op *sar4(Cpu *c, Op *o) noexcept nogil
cdef Op *rol8(Cpu *c, Op *o) noexcept nogil
cdef Op *ror8(Cpu *c, Op *o) noexcept nogil
cdef Op *shl8(Cpu *c, Op *o) noexcept nogil
cdef Op *shr8(Cpu *c, Op *o) noexcept nogil
cdef Op *sar8(Cpu *c, Op *o) noexcept nogil
cdef Op *shld(Cpu *c, Op *o) noexcept nogil
cdef Op *shrd(Cpu *c, Op *o) noexcept nogil
