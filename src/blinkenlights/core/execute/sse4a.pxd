# SSE4a: bit strings and non-temporal scalars.

from blinkenlights.core.dispatch cimport bind
from blinkenlights.core.execute.sse_operand cimport *

cdef Op *extrq(Cpu *c, Op *o) noexcept nogil
cdef Op *insertq(Cpu *c, Op *o) noexcept nogil
cdef Op *movntss(Cpu *c, Op *o) noexcept nogil
cdef Op *movntsd(Cpu *c, Op *o) noexcept nogil
cdef Op *clzero(Cpu *c, Op *o) noexcept nogil
