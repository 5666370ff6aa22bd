# A processor's registers under their names.

from blinkenlights.core.state cimport *
from blinkenlights.core.engine cimport Processor
from blinkenlights.core.hostx87 cimport X87_LOAD8, X87_NATIVE, X87_STORE8
from blinkenlights.core.x87 cimport soft

cdef class RegisterFile:
    cdef readonly Processor processor
    cdef object keep

# One register of a `RegisterFile`: a descriptor.
cdef class Field:
    cdef readonly str name
    cdef int kind
    cdef int number
    cdef int size
    cdef object read(self, Cpu *c)
    cdef int write(self, Cpu *c, object value) except -1

cdef class Vector:
    cdef Processor processor
    cdef int number
    cdef Py_ssize_t shape[1]
    cdef Py_ssize_t strides[1]

cdef enum:
    GENERAL = 0
    HIGH_BYTE = 1
    RIP = 2
    RFLAGS = 3
    FLAG = 4
    SELECTOR = 5
    BASE = 6
    MXCSR = 7
    X87_CONTROL = 8
    X87_STATUS = 9
    X87_TAGS = 10
    X87_VALUE = 11
    VECTOR = 12
