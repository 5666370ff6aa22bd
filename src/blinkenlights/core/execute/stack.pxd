from blinkenlights.core.access cimport *
from blinkenlights.core.dispatch cimport bind, bind_flat
from blinkenlights.core.paging cimport SpaceP
from blinkenlights.core.segments cimport FINE, load_segment

cdef u64 USER_FLAGS  # what POPF changes at ring 3: status, TF, DF, NT, AC, ID

cdef u64 stack_pointer(Cpu *c, Op *o) noexcept nogil
cdef void set_stack_pointer(Cpu *c, Op *o, u64 value) noexcept nogil
# Where a cell at this stack pointer is, in 16 and 32-bit code.
cdef u64 stack_place(Cpu *c, u64 sp, int size, bint write) noexcept nogil
cdef void push_legacy(Cpu *c, Op *o, int size, u64 value) noexcept nogil
cdef u64 pop_legacy(Cpu *c, Op *o, int size) noexcept nogil
cdef Op *push(Cpu *c, Op *o) noexcept nogil
cdef Op *push8_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *pop(Cpu *c, Op *o) noexcept nogil
cdef Op *pop8_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *pushf(Cpu *c, Op *o) noexcept nogil
cdef Op *popf(Cpu *c, Op *o) noexcept nogil
cdef Op *pusha(Cpu *c, Op *o) noexcept nogil
cdef Op *popa(Cpu *c, Op *o) noexcept nogil
cdef Op *enter(Cpu *c, Op *o) noexcept nogil
cdef Op *enter_flat(Cpu *c, Op *o) noexcept nogil
cdef Op *leave_(Cpu *c, Op *o) noexcept nogil
