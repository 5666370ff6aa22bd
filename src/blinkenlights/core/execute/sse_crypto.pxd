# AES rounds and carry-less multiplication.

from blinkenlights.core.dispatch cimport bind
from blinkenlights.core.execute.sse_operand cimport *

cdef u8 substitution[256]  # the S-box
cdef u8 inverse_substitution[256]

cdef Op *aesenc(Cpu *c, Op *o) noexcept nogil
cdef Op *aesenclast(Cpu *c, Op *o) noexcept nogil
cdef Op *aesdec(Cpu *c, Op *o) noexcept nogil
cdef Op *aesdeclast(Cpu *c, Op *o) noexcept nogil
cdef Op *aesimc(Cpu *c, Op *o) noexcept nogil
cdef Op *aeskeygenassist(Cpu *c, Op *o) noexcept nogil
cdef Op *pclmulqdq(Cpu *c, Op *o) noexcept nogil
