# Descriptors and segment registers.

from blinkenlights.core.state cimport *
from blinkenlights.core.access cimport *
from blinkenlights.core.supervisor.state cimport *
from blinkenlights.core.supervisor.pages cimport as_current, as_supervisor
from blinkenlights.core.supervisor.code cimport afresh, choose_flavour, choose_limits, go, override
from blinkenlights.core.execute.stack cimport pop_legacy, set_stack_pointer, stack_pointer

cdef struct Descriptor:
    u64 address  # linear, of the descriptor itself
    u64 base
    u32 limit
    u32 rights
    u16 selector
    u32 low  # its two doublewords
    u32 high

ctypedef Descriptor *DescriptorP

cdef bint real_mode(Cpu *c, System *s) noexcept nogil
cdef bint virtual_8086(Cpu *c) noexcept nogil
cdef bint real_addresses(Cpu *c, System *s) noexcept nogil
cdef u64 system_load(Cpu *c, System *s, u64 linear, int size) noexcept nogil
cdef void system_store(Cpu *c, System *s, u64 linear, int size, u64 value) noexcept nogil
# Read the descriptor that a selector names; False when it is beyond its table.
cdef bint read_descriptor(Cpu *c, System *s, u16 selector, Descriptor *d) noexcept nogil
cdef u64 wide_base(Cpu *c, System *s, Descriptor *d) noexcept nogil
# Fill a segment register from a descriptor that was found good.
cdef void set_segment(Cpu *c, System *s, int number, u16 selector, u64 base, u32 limit, u32 rights) noexcept nogil
cdef void use_descriptor(Cpu *c, System *s, int number, u16 selector, Descriptor *d) noexcept nogil
cdef void clear_segment(Cpu *c, System *s, int number, u16 selector) noexcept nogil
cdef void set_real_segment(Cpu *c, System *s, int number, u16 selector) noexcept nogil
# Load CS and what follows from it: the code's size and the privilege level.
cdef void enter_code(Cpu *c, System *s, u16 selector, u64 base, u32 limit, u32 rights, int cpl) noexcept nogil
cdef void load_segment(Cpu *c, System *s, int number, u16 selector) noexcept nogil

cdef Op *mov_seg(Cpu *c, Op *o) noexcept nogil
cdef Op *pop_segment(Cpu *c, Op *o) noexcept nogil
cdef Op *lds(Cpu *c, Op *o) noexcept nogil
cdef Op *les(Cpu *c, Op *o) noexcept nogil
cdef Op *lfs(Cpu *c, Op *o) noexcept nogil
cdef Op *lgs(Cpu *c, Op *o) noexcept nogil
cdef Op *lss(Cpu *c, Op *o) noexcept nogil
cdef Op *lar(Cpu *c, Op *o) noexcept nogil
cdef Op *lsl(Cpu *c, Op *o) noexcept nogil
cdef Op *verr(Cpu *c, Op *o) noexcept nogil
cdef Op *verw(Cpu *c, Op *o) noexcept nogil
cdef Op *arpl(Cpu *c, Op *o) noexcept nogil
cdef Op *lgdt(Cpu *c, Op *o) noexcept nogil
cdef Op *lidt(Cpu *c, Op *o) noexcept nogil
cdef Op *sgdt(Cpu *c, Op *o) noexcept nogil
cdef Op *sidt(Cpu *c, Op *o) noexcept nogil
cdef Op *sldt(Cpu *c, Op *o) noexcept nogil
cdef Op *str_(Cpu *c, Op *o) noexcept nogil
cdef Op *smsw(Cpu *c, Op *o) noexcept nogil
cdef Op *lldt(Cpu *c, Op *o) noexcept nogil
cdef Op *ltr(Cpu *c, Op *o) noexcept nogil
