# The run loop, and a hardware thread for Python.

from blinkenlights.core.state cimport *
from blinkenlights.core.paging cimport *
from blinkenlights.core.host cimport *

cdef void run_loop(Cpu *c, bint one) noexcept nogil
cdef Cpu *new_cpu(Space *s) noexcept nogil

cdef class Processor:
    cdef Cpu *c
    cdef readonly object space
    cdef u64 limit_
