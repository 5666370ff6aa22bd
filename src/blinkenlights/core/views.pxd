# Guest memory as Python's buffers.

from blinkenlights.core.memory cimport AddressSpace
from blinkenlights.core.paging cimport *
from blinkenlights.core.state cimport *

cdef bint make_good(int signo, u64 address) noexcept nogil

cdef class View:
    cdef AddressSpace space
    cdef void *held  # as in core.engine.Processor
    cdef u64 address
    cdef bint writable
    cdef Py_ssize_t shape[1]
    cdef Py_ssize_t strides[1]

cdef enum:
    MOST_SPACES = 256
