# Control, debug and model-specific registers; time; CPUID.

from blinkenlights.core.state cimport *
from blinkenlights.core.access cimport *
from blinkenlights.core.supervisor.state cimport *
from blinkenlights.core.supervisor.code cimport afresh, choose_flavour, choose_limits, go, override, override_opcode
from blinkenlights.core.supervisor.pages cimport flush_page, flush_translations, physical_u64

cdef struct Leaf:
    u32 leaf
    u32 subleaf
    u32 value[4]

# Set up what a processor has after RESET.
cdef void set_cr0(Cpu *c, System *s, u64 value) noexcept nogil

cdef Op *cpuid(Cpu *c, Op *o) noexcept nogil
cdef Op *mov_from_cr(Cpu *c, Op *o) noexcept nogil
cdef Op *mov_to_cr(Cpu *c, Op *o) noexcept nogil
cdef Op *mov_from_dr(Cpu *c, Op *o) noexcept nogil
cdef Op *mov_to_dr(Cpu *c, Op *o) noexcept nogil
cdef Op *lmsw(Cpu *c, Op *o) noexcept nogil
cdef Op *clts(Cpu *c, Op *o) noexcept nogil
cdef Op *invlpg(Cpu *c, Op *o) noexcept nogil
cdef Op *only_privileged(Cpu *c, Op *o) noexcept nogil
cdef Op *rdmsr(Cpu *c, Op *o) noexcept nogil
cdef Op *wrmsr(Cpu *c, Op *o) noexcept nogil
cdef Op *rdtsc(Cpu *c, Op *o) noexcept nogil
cdef Op *rdtscp(Cpu *c, Op *o) noexcept nogil
cdef Op *rdpid(Cpu *c, Op *o) noexcept nogil
cdef Op *rdpmc(Cpu *c, Op *o) noexcept nogil
cdef Op *rdrand(Cpu *c, Op *o) noexcept nogil
cdef Op *swapgs(Cpu *c, Op *o) noexcept nogil
cdef Op *rdfsbase(Cpu *c, Op *o) noexcept nogil
cdef Op *rdgsbase(Cpu *c, Op *o) noexcept nogil
cdef Op *wrfsbase(Cpu *c, Op *o) noexcept nogil
cdef Op *wrgsbase(Cpu *c, Op *o) noexcept nogil
