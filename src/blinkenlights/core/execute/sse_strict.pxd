# The end of arithmetic with unmasked exceptions.

from blinkenlights.core.arithmetic cimport *
from blinkenlights.core.execute.sse_operand cimport *
from blinkenlights.core.execute.sse_host cimport *
from blinkenlights.core.execute.sse_nan cimport *

# Operations as `needs_more_bits` numbers them.
cdef enum:
    PLUS = 0
    MINUS = 1
    TIMES = 2
    OVER = 3
    ITSELF = 4

# The exceptions of `a` op `b` in the first `lanes` lanes, and of narrowing doubles to singles.
# False: the handler raises #XM.
cdef bint accept32(Cpu *c, int op, u8x16 a, u8x16 b, int lanes) noexcept nogil
cdef bint accept64(Cpu *c, int op, u8x16 a, u8x16 b, int lanes) noexcept nogil
cdef bint accept_narrowing(Cpu *c, u8x16 a, int lanes) noexcept nogil
