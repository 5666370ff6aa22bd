from blinkenlights.core.access cimport *
from blinkenlights.core.dispatch cimport bind
from blinkenlights.core.segments cimport FINE, load_segment

cdef Op *mov_seg(Cpu *c, Op *o) noexcept nogil
cdef Op *load_far(Cpu *c, Op *o, int number) noexcept nogil
cdef Op *lds(Cpu *c, Op *o) noexcept nogil
cdef Op *les(Cpu *c, Op *o) noexcept nogil
cdef Op *lfs(Cpu *c, Op *o) noexcept nogil
cdef Op *lgs(Cpu *c, Op *o) noexcept nogil
cdef Op *lss(Cpu *c, Op *o) noexcept nogil
cdef Op *arpl(Cpu *c, Op *o) noexcept nogil
