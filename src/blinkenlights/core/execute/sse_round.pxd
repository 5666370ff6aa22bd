# SSE approximations and rounding to an integral value.

from libc.math cimport sqrt, sqrtf
from blinkenlights.core.dispatch cimport bind
from blinkenlights.core.execute.sse_operand cimport *
from blinkenlights.core.execute.sse_host cimport *
from blinkenlights.core.execute.sse_nan cimport *
from blinkenlights.core.execute.sse_strict cimport *

# Rounding modes as MXCSR and the ROUND instructions number them.
cdef enum:
    NEAREST = 0
    DOWN = 1
    UP = 2
    TRUNCATE = 3

cdef Op *rcpps(Cpu *c, Op *o) noexcept nogil
cdef Op *rcpss(Cpu *c, Op *o) noexcept nogil
cdef Op *rsqrtps(Cpu *c, Op *o) noexcept nogil
cdef Op *rsqrtss(Cpu *c, Op *o) noexcept nogil
cdef Op *roundps(Cpu *c, Op *o) noexcept nogil
cdef Op *roundpd(Cpu *c, Op *o) noexcept nogil
cdef Op *roundss(Cpu *c, Op *o) noexcept nogil
cdef Op *roundsd(Cpu *c, Op *o) noexcept nogil
