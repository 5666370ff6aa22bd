# Galois field instructions on bytes.

from blinkenlights.core.dispatch cimport bind
from blinkenlights.core.execute.galois cimport inverse, parity, product
from blinkenlights.core.execute.sse_operand cimport *

cdef u8 inverse_of[256]

cdef Op *gf2p8mulb(Cpu *c, Op *o) noexcept nogil
cdef Op *gf2p8affineqb(Cpu *c, Op *o) noexcept nogil
cdef Op *gf2p8affineinvqb(Cpu *c, Op *o) noexcept nogil
