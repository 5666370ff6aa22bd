# IN and OUT.

from blinkenlights.core.state cimport *
from blinkenlights.core.access cimport *
from blinkenlights.core.fpcontrol cimport MXCSR_MASKS, get_host_mxcsr, set_host_mxcsr
from blinkenlights.core.supervisor.state cimport *
from blinkenlights.core.supervisor.code cimport go, override
from blinkenlights.core.supervisor.segments cimport system_load

cdef Op *in_(Cpu *c, Op *o) noexcept nogil
cdef Op *out(Cpu *c, Op *o) noexcept nogil

# Whether IOPL and the TSS's permission bitmap allow an access.
cdef bint port_allowed(Cpu *c, System *s, int port, int size) noexcept nogil
cdef u64 read_port(Cpu *c, System *s, Op *o, int port, int size) noexcept nogil
cdef void write_port(Cpu *c, System *s, Op *o, int port, int size, u64 value) noexcept nogil
