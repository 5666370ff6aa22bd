from blinkenlights.core.access cimport *
from blinkenlights.core.dispatch cimport bind
from blinkenlights.core.atomic cimport *

cdef extern from *:
    int leading_zeros "__builtin_clzll"(u64) nogil
    int trailing_zeros "__builtin_ctzll"(u64) nogil

cdef Op *bt(Cpu *c, Op *o) noexcept nogil
cdef Op *bts(Cpu *c, Op *o) noexcept nogil
cdef Op *btr(Cpu *c, Op *o) noexcept nogil
cdef Op *btc(Cpu *c, Op *o) noexcept nogil
cdef Op *bsf(Cpu *c, Op *o) noexcept nogil
cdef Op *bsr(Cpu *c, Op *o) noexcept nogil
cdef Op *clc(Cpu *c, Op *o) noexcept nogil
cdef Op *stc(Cpu *c, Op *o) noexcept nogil
cdef Op *cmc(Cpu *c, Op *o) noexcept nogil
cdef Op *cld(Cpu *c, Op *o) noexcept nogil
cdef Op *std(Cpu *c, Op *o) noexcept nogil
cdef Op *lahf(Cpu *c, Op *o) noexcept nogil
cdef Op *sahf(Cpu *c, Op *o) noexcept nogil
cdef Op *salc(Cpu *c, Op *o) noexcept nogil
cdef Op *nop(Cpu *c, Op *o) noexcept nogil
