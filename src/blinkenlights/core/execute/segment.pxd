from blinkenlights.core.access cimport *
from blinkenlights.core.dispatch cimport bind

cdef bint load_segment(Cpu *c, int number, u16 selector) noexcept nogil
cdef Op *mov_seg(Cpu *c, Op *o) noexcept nogil
cdef Op *load_far(Cpu *c, Op *o, int number) noexcept nogil
cdef Op *lds(Cpu *c, Op *o) noexcept nogil
cdef Op *les(Cpu *c, Op *o) noexcept nogil
cdef Op *lfs(Cpu *c, Op *o) noexcept nogil
cdef Op *lgs(Cpu *c, Op *o) noexcept nogil
cdef Op *lss(Cpu *c, Op *o) noexcept nogil
cdef Op *arpl(Cpu *c, Op *o) noexcept nogil
