# Interrupts and exceptions: through the IVT or the IDT, and back.

from blinkenlights.core.state cimport *
from blinkenlights.core.access cimport *
from blinkenlights.core.supervisor.state cimport *
from blinkenlights.core.supervisor.code cimport go, override
from blinkenlights.core.supervisor.pages cimport as_current, as_supervisor
from blinkenlights.core.supervisor.segments cimport *

# What an interrupt comes from.
cdef enum:
    BY_INT = 0  # INT n, INT3, INTO
    BY_EXCEPTION = 1
    BY_DEVICE = 2
    BY_INT1 = 3  # no check of the gate's privilege level

# A stack that is pushed to before it becomes the processor's.
cdef struct Stack:
    u64 base
    u64 sp
    u64 mask
    u64 low
    u64 high
    u16 selector
    Descriptor d

ctypedef Stack *StackP

cdef void push_on(Cpu *c, Stack *t, int size, u64 value) noexcept nogil
cdef void current_stack(Cpu *c, System *s, Stack *t) noexcept nogil
# The stack for privilege level `cpl` that the TSS gives. `external` goes to error codes.
cdef void inner_stack(Cpu *c, System *s, int cpl, int external, Stack *t) noexcept nogil
cdef void use_stack(Cpu *c, System *s, Stack *t) noexcept nogil
cdef void set_all_flags(Cpu *c, u64 flags) noexcept nogil
cdef bint long_mode(System *s) noexcept nogil

# Deliver an interrupt: everything that can fault comes first. The handler's address is returned.
cdef u64 deliver(Cpu *c, System *s, int vector, bint has_error, u32 error_code, int origin, u64 rip) noexcept nogil
# The operation that delivers what System.event tells.
cdef Op *deliver_event(Cpu *c, Op *o) noexcept nogil
# Look for device interrupts before long: IF may have become set.
cdef void look_for_interrupts(Cpu *c, System *s) noexcept nogil
cdef u64 cell(Cpu *c, Stack *t, int number, int size) noexcept nogil
cdef void set_sp(Cpu *c, Stack *t) noexcept nogil
cdef void drop_inaccessible(Cpu *c, System *s, int cpl) noexcept nogil
# #GP where an offset isn't in the code segment that `d` tells of.
cdef void check_target(Cpu *c, System *s, Descriptor *d, u64 offset) noexcept nogil
# What IRET and far RET have in common: the descriptors of the code that is returned to, and of its stack in an
# outer level, or the faults of those that can't be returned to; loading the stack's.
cdef void find_returned_code(Cpu *c, System *s, u16 selector, u64 offset, Descriptor *d) noexcept nogil
cdef void find_returned_stack(Cpu *c, System *s, u16 selector, int cpl, bint to_long, Descriptor *d) noexcept nogil
cdef void use_returned_stack(Cpu *c, System *s, u16 selector, int cpl, Descriptor *d) noexcept nogil
cdef void set_outer_sp(Cpu *c, u64 sp) noexcept nogil

cdef Op *int_(Cpu *c, Op *o) noexcept nogil
cdef Op *int3(Cpu *c, Op *o) noexcept nogil
cdef Op *int1(Cpu *c, Op *o) noexcept nogil
cdef Op *into(Cpu *c, Op *o) noexcept nogil
cdef Op *iret(Cpu *c, Op *o) noexcept nogil
cdef Op *pushf(Cpu *c, Op *o) noexcept nogil
cdef Op *popf(Cpu *c, Op *o) noexcept nogil
cdef Op *cli(Cpu *c, Op *o) noexcept nogil
cdef Op *sti(Cpu *c, Op *o) noexcept nogil
cdef Op *hlt(Cpu *c, Op *o) noexcept nogil
