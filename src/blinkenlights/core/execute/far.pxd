# Far transfers: between the 64-bit and 32-bit code segments of user mode.

from blinkenlights.core.access cimport *
from blinkenlights.core.blocks cimport follow
from blinkenlights.core.dispatch cimport bind, ends_block
from blinkenlights.core.execute.stack cimport USER_FLAGS, push_legacy, set_stack_pointer, stack_pointer

cdef Op *jmpf(Cpu *c, Op *o) noexcept nogil
cdef Op *callf(Cpu *c, Op *o) noexcept nogil
cdef Op *retf(Cpu *c, Op *o) noexcept nogil
cdef Op *iret(Cpu *c, Op *o) noexcept nogil
