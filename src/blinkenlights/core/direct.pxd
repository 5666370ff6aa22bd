# System calls that need nothing but translated pointers, made without leaving the run loop.

from blinkenlights.core.state cimport *
from blinkenlights.core.host cimport host_call, RESTART

cdef Op *system_call(Cpu *c, Op *o) noexcept nogil
