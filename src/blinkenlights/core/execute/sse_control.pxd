# MXCSR and the end of MMX code.

from blinkenlights.core.dispatch cimport bind
from blinkenlights.core.execute.sse_operand cimport *

cdef Op *ldmxcsr(Cpu *c, Op *o) noexcept nogil
cdef Op *stmxcsr(Cpu *c, Op *o) noexcept nogil
cdef Op *emms(Cpu *c, Op *o) noexcept nogil
