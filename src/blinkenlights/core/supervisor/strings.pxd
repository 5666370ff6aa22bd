# The string instructions as a PC has them.

from blinkenlights.core.state cimport *
from blinkenlights.core.access cimport *
from blinkenlights.core.strings cimport *
from blinkenlights.core.supervisor.state cimport *
from blinkenlights.core.supervisor.code cimport go, override
from blinkenlights.core.supervisor.ports cimport port_allowed, read_port, write_port

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
cdef Op *insb(Cpu *c, Op *o) noexcept nogil
cdef Op *insw(Cpu *c, Op *o) noexcept nogil
cdef Op *insd(Cpu *c, Op *o) noexcept nogil
cdef Op *outsb(Cpu *c, Op *o) noexcept nogil
cdef Op *outsw(Cpu *c, Op *o) noexcept nogil
cdef Op *outsd(Cpu *c, Op *o) noexcept nogil
