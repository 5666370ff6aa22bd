# The run loop, and a hardware thread for Python.

from blinkenlights.core.state cimport *
from blinkenlights.core.paging cimport *
from blinkenlights.core.host cimport *

cdef void run_loop(Cpu *c, bint one) noexcept nogil
# After a fault jump: True to go on at `c.rip`, False to leave with the exception.
cdef bint recover(Cpu *c) noexcept nogil
ctypedef void (*RunLoop)(Cpu *c) noexcept nogil
# What runs a processor whose address space has a code cache.
cdef void run_translated_by(RunLoop how) noexcept
cdef Cpu *new_cpu(Space *s) noexcept nogil
# The state that execve gives: registers zero, FPU and SSE at their defaults.
cdef void reset_registers(Cpu *c) noexcept nogil

# Who is asked first when the run loop was left for a system call: True when it has been made.
ctypedef bint (*Server)(Cpu *c) noexcept nogil
cdef void serve_by(Server how) noexcept

# What tells of memory accesses of the last instruction, once the run loop was left.
ctypedef void (*Finisher)(Cpu *c) noexcept nogil
cdef void finish_by(Finisher how) noexcept

cdef class Processor:
    cdef Cpu *c
    cdef readonly object space
    cdef void *held  # the space once more: the collector of cycles may take the other reference first
    cdef u64 limit_
    cdef void go(self, bint one) noexcept
