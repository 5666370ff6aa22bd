# What a debugger puts into guest code and memory: breakpoints, hooks, events and watched ranges.

from blinkenlights.core.state cimport *
from blinkenlights.core.paging cimport *

from blinkenlights.core.probetable cimport *
from blinkenlights.core.blocks cimport PROBE_ROOM

cdef int plant(Space *s, Op *ops, u64 rip, u64 address, int length, int count, bint first,
               bint after_access) noexcept nogil
cdef void set_block_size(Op *ops, int n, u64 size) noexcept nogil
cdef void finish_accesses(Cpu *c) noexcept nogil

cdef Op *probe(Cpu *c, Op *o) noexcept nogil
cdef Op *record(Cpu *c, Op *o) noexcept nogil
cdef Op *collect(Cpu *c, Op *o) noexcept nogil
cdef int call_hooks(Cpu *c, u64 address, u64 size, u64 tick, u64 what) noexcept nogil
cdef int call_hooks_with_gil(Cpu *c, u64 address, u64 size, u64 tick, u64 what) noexcept with gil
cdef int call_access_hook(Cpu *c, Watch *w, Access *a, u64 value, u64 tick) noexcept nogil
cdef int call_access_hook_with_gil(Cpu *c, Watch *w, Access *a, u64 value, u64 tick) noexcept with gil
cdef void fail(Probes *p) noexcept with gil
cdef void tell_full(Recorder *recorder) noexcept with gil
cdef u64 watch_bits(Space *s, u64 page) noexcept nogil
cdef void note(Cpu *c, u64 address, int size, u32 kind) noexcept nogil

# Python's own functions, for callers that have the GIL though their types don't say so. What they return is to
# be dropped; NULL: an exception is set.
from cpython.ref cimport PyObject
ctypedef PyObject *PyObjectP
cdef extern from "Python.h" nogil:
    PyObject *call_python "PyObject_Vectorcall"(PyObject *f, PyObject **arguments, size_t count, PyObject *names)
    PyObject *new_number "PyLong_FromUnsignedLongLong"(unsigned long long value)
    void hold "Py_INCREF"(PyObject *object)
    void drop "Py_XDECREF"(PyObject *object)
    size_t ROOM_BEFORE "PY_VECTORCALL_ARGUMENTS_OFFSET"
cdef extern from "Python.h":
    void fetch_problem "PyErr_Fetch"(PyObject **kind, PyObject **value, PyObject **trace)
    void complete_problem "PyErr_NormalizeException"(PyObject **kind, PyObject **value, PyObject **trace)

cdef class Hooks:
    cdef Probes p
    cdef object space  # core.memory.AddressSpace
    cdef void *held  # as in core.engine.Processor
    cdef Space *s
    cdef dict functions  # by id
    cdef object problem  # an exception that a hook has raised
    cdef u32 last_id
    cdef u64 others  # as in Recorder
    cdef list recordings  # with the number of their span or watch: translated code may still write to them

cdef class Recording:
    cdef Recorder r
    cdef Hooks hooks
    cdef public object on_full
    cdef int exported
    cdef Py_ssize_t shape[1]
    cdef Py_ssize_t strides[1]
