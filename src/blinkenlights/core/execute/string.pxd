from blinkenlights.core.access cimport *
from blinkenlights.core.dispatch cimport bind
from blinkenlights.core.strings cimport *

cdef Op *movsb(Cpu *c, Op *o) noexcept nogil
cdef Op *movsw(Cpu *c, Op *o) noexcept nogil
cdef Op *movsd(Cpu *c, Op *o) noexcept nogil
cdef Op *movsq(Cpu *c, Op *o) noexcept nogil
cdef Op *cmpsb(Cpu *c, Op *o) noexcept nogil
cdef Op *cmpsw(Cpu *c, Op *o) noexcept nogil
cdef Op *cmpsd(Cpu *c, Op *o) noexcept nogil
cdef Op *cmpsq(Cpu *c, Op *o) noexcept nogil
cdef Op *stosb(Cpu *c, Op *o) noexcept nogil
cdef Op *stosw(Cpu *c, Op *o) noexcept nogil
cdef Op *stosd(Cpu *c, Op *o) noexcept nogil
cdef Op *stosq(Cpu *c, Op *o) noexcept nogil
cdef Op *lodsb(Cpu *c, Op *o) noexcept nogil
cdef Op *lodsw(Cpu *c, Op *o) noexcept nogil
cdef Op *lodsd(Cpu *c, Op *o) noexcept nogil
cdef Op *lodsq(Cpu *c, Op *o) noexcept nogil
cdef Op *scasb(Cpu *c, Op *o) noexcept nogil
cdef Op *scasw(Cpu *c, Op *o) noexcept nogil
cdef Op *scasd(Cpu *c, Op *o) noexcept nogil
cdef Op *scasq(Cpu *c, Op *o) noexcept nogil
