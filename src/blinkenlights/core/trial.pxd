# A processor's state as one record of bytes, for tests that run many short pieces of code.

from cpython.buffer cimport Py_buffer
from blinkenlights.core.access cimport get_rflags, set_status
from blinkenlights.core.engine cimport Processor
from blinkenlights.core.execute.fxsave cimport fxrstor_image, fxsave_image
from blinkenlights.core.segments cimport descriptor_of, load_segment, set_segment
from blinkenlights.core.state cimport *

cdef class Trial:
    cdef Processor processor
    cdef Py_buffer buffer
    cdef u64 window
    cdef u64 window_size
    cdef u64 edges[2]
    cdef u64 edge_size
    cdef bint held
