# SHA-1 and SHA-256 rounds and message schedules.

from blinkenlights.core.dispatch cimport bind
from blinkenlights.core.execute.sse_operand cimport *

ctypedef Lanes *LanesP

cdef Op *sha1rnds4(Cpu *c, Op *o) noexcept nogil
cdef Op *sha1nexte(Cpu *c, Op *o) noexcept nogil
cdef Op *sha1msg1(Cpu *c, Op *o) noexcept nogil
cdef Op *sha1msg2(Cpu *c, Op *o) noexcept nogil
cdef Op *sha256rnds2(Cpu *c, Op *o) noexcept nogil
cdef Op *sha256msg1(Cpu *c, Op *o) noexcept nogil
cdef Op *sha256msg2(Cpu *c, Op *o) noexcept nogil
