# System calls that need nothing but translated pointers, made without leaving the run loop.

from blinkenlights.core.state cimport *
from blinkenlights.core.host cimport host_call, RESTART
from blinkenlights.core.quick cimport NOT_QUICK, quick_calls

# Make the system call that the registers describe, `c.rip` being behind it: 1 when it was made, 0 when
# Python must, -1 when a signal came first.
cdef int made_directly(Cpu *c) noexcept nogil
cdef Op *system_call(Cpu *c, Op *o) noexcept nogil
# The host's own call `nr` with the registers' arguments; bit i of `mask`: argument i is a pointer.
cdef long pass_on(Cpu *c, u64 nr, int mask) noexcept nogil
