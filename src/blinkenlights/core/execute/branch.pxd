from blinkenlights.core.access cimport *
from blinkenlights.core.blocks cimport JumpEntryP, connect, follow
from blinkenlights.core.dispatch cimport bind, ends_block, takes_condition
from blinkenlights.core.execute.conditions cimport test_condition
from blinkenlights.core.execute.stack cimport pop_legacy, push_legacy, set_stack_pointer, stack_place, stack_pointer
from blinkenlights.core.direct cimport system_call

cdef Op *jo(Cpu *c, Op *o) noexcept nogil
cdef Op *jno(Cpu *c, Op *o) noexcept nogil
cdef Op *jb(Cpu *c, Op *o) noexcept nogil
cdef Op *jnb(Cpu *c, Op *o) noexcept nogil
cdef Op *jz(Cpu *c, Op *o) noexcept nogil
cdef Op *jnz(Cpu *c, Op *o) noexcept nogil
cdef Op *jbe(Cpu *c, Op *o) noexcept nogil
cdef Op *jnbe(Cpu *c, Op *o) noexcept nogil
cdef Op *js(Cpu *c, Op *o) noexcept nogil
cdef Op *jns(Cpu *c, Op *o) noexcept nogil
cdef Op *jp(Cpu *c, Op *o) noexcept nogil
cdef Op *jnp(Cpu *c, Op *o) noexcept nogil
cdef Op *jl(Cpu *c, Op *o) noexcept nogil
cdef Op *jnl(Cpu *c, Op *o) noexcept nogil
cdef Op *jle(Cpu *c, Op *o) noexcept nogil
cdef Op *jnle(Cpu *c, Op *o) noexcept nogil
cdef Op *jcc(Cpu *c, Op *o) noexcept nogil
cdef Op *jmp(Cpu *c, Op *o) noexcept nogil
cdef Op *jmp_direct(Cpu *c, Op *o) noexcept nogil
cdef Op *refuse_target(Cpu *c, Op *o, u64 sp) noexcept nogil
cdef Op *ret_flat(Cpu *c, Op *o) noexcept nogil
cdef Op *call_flat(Cpu *c, Op *o) noexcept nogil
cdef Op *call(Cpu *c, Op *o) noexcept nogil
cdef Op *ret(Cpu *c, Op *o) noexcept nogil
cdef Op *jrcxz(Cpu *c, Op *o) noexcept nogil
cdef Op *loop(Cpu *c, Op *o) noexcept nogil
cdef Op *loope(Cpu *c, Op *o) noexcept nogil
cdef Op *loopne(Cpu *c, Op *o) noexcept nogil
cdef Op *syscall(Cpu *c, Op *o) noexcept nogil
cdef Op *int_(Cpu *c, Op *o) noexcept nogil
cdef Op *int3(Cpu *c, Op *o) noexcept nogil
cdef Op *int1(Cpu *c, Op *o) noexcept nogil
cdef Op *into(Cpu *c, Op *o) noexcept nogil
cdef Op *bound(Cpu *c, Op *o) noexcept nogil
