from blinkenlights.core.access cimport *
from blinkenlights.core.dispatch cimport bind, ends_block

cdef bint load_segment(Cpu *c, int number, u16 selector) noexcept nogil
cdef Op *mov_seg(Cpu *c, Op *o) noexcept nogil
cdef Op *far(Cpu *c, Op *o) noexcept nogil
