from blinkenlights.core.access cimport *
from blinkenlights.core.dispatch cimport bind, bind_flat, takes_condition
from blinkenlights.core.execute.conditions cimport test_condition

cdef extern from *:
    u64 bswap64 "__builtin_bswap64"(u64) nogil
    u32 bswap32 "__builtin_bswap32"(u32) nogil

cdef Op *mov(Cpu *c, Op *o) noexcept nogil
cdef Op *mov1_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *mov1_mr(Cpu *c, Op *o) noexcept nogil
cdef Op *mov1_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *mov4_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *mov4_mr(Cpu *c, Op *o) noexcept nogil
cdef Op *mov4_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *mov8_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *mov8_mr(Cpu *c, Op *o) noexcept nogil
cdef Op *mov8_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *movzx(Cpu *c, Op *o) noexcept nogil
cdef Op *movzx4_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *movzx4_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *movsx(Cpu *c, Op *o) noexcept nogil
cdef Op *movsxd8_rr(Cpu *c, Op *o) noexcept nogil
cdef Op *movsxd8_rm(Cpu *c, Op *o) noexcept nogil
cdef Op *lea(Cpu *c, Op *o) noexcept nogil
cdef Op *lea8(Cpu *c, Op *o) noexcept nogil
cdef Op *cbw(Cpu *c, Op *o) noexcept nogil
cdef Op *cwd(Cpu *c, Op *o) noexcept nogil
cdef Op *bswap(Cpu *c, Op *o) noexcept nogil
cdef Op *xlat(Cpu *c, Op *o) noexcept nogil
cdef Op *setcc(Cpu *c, Op *o) noexcept nogil
cdef Op *cmovcc(Cpu *c, Op *o) noexcept nogil
cdef Op *lea4(Cpu *c, Op *o) noexcept nogil
