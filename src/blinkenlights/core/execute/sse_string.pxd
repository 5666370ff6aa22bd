# SSE4.2 string comparisons.

from blinkenlights.core.dispatch cimport bind
from blinkenlights.core.execute.sse_operand cimport *

# Fields of the immediate (Intel SDM volume 1, section 14.3.1).
cdef enum:
    WORDS = 1  # elements of 16 bits, else 8
    SIGNED = 2
    EQUAL_ANY = 0
    RANGES = 4
    EQUAL_EACH = 8
    EQUAL_ORDERED = 12
    AGGREGATION = 12
    NEGATIVE = 16
    MASKED = 32  # with NEGATIVE: only valid elements are negated
    MOST = 64  # index: the highest element; mask: whole elements instead of bits

cdef Op *pcmpestri(Cpu *c, Op *o) noexcept nogil
cdef Op *pcmpestrm(Cpu *c, Op *o) noexcept nogil
cdef Op *pcmpistri(Cpu *c, Op *o) noexcept nogil
cdef Op *pcmpistrm(Cpu *c, Op *o) noexcept nogil
