# Far transfers on one privilege level.

from blinkenlights.core.access cimport *
from blinkenlights.core.blocks cimport follow
from blinkenlights.core.dispatch cimport bind, ends_block
from blinkenlights.core.execute.stack cimport USER_FLAGS, set_stack_pointer, stack_place, stack_pointer
from blinkenlights.core.segments cimport *

cdef Op *jmpf(Cpu *c, Op *o) noexcept nogil
cdef Op *callf(Cpu *c, Op *o) noexcept nogil
cdef Op *retf(Cpu *c, Op *o) noexcept nogil
cdef Op *iret(Cpu *c, Op *o) noexcept nogil
