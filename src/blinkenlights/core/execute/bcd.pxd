from blinkenlights.core.access cimport *
from blinkenlights.core.dispatch cimport bind

cdef Op *aaa(Cpu *c, Op *o) noexcept nogil
cdef Op *aas(Cpu *c, Op *o) noexcept nogil
cdef Op *daa(Cpu *c, Op *o) noexcept nogil
cdef Op *das(Cpu *c, Op *o) noexcept nogil
cdef Op *aam(Cpu *c, Op *o) noexcept nogil
cdef Op *aad(Cpu *c, Op *o) noexcept nogil
