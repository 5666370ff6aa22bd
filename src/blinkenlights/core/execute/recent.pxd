# Direct stores, remote atomic operations, compare-and-add, SERIALIZE.

from blinkenlights.core.access cimport *
from blinkenlights.core.atomic cimport *
from blinkenlights.core.dispatch cimport bind, takes_condition
from blinkenlights.core.execute.conditions cimport test_condition

cdef extern from *:
    void full_barrier "__sync_synchronize"() nogil

cdef Op *movdiri(Cpu *c, Op *o) noexcept nogil
cdef Op *movdir64b(Cpu *c, Op *o) noexcept nogil
cdef Op *aadd(Cpu *c, Op *o) noexcept nogil
cdef Op *aand(Cpu *c, Op *o) noexcept nogil
cdef Op *aor(Cpu *c, Op *o) noexcept nogil
cdef Op *axor(Cpu *c, Op *o) noexcept nogil
cdef Op *cmpccxadd(Cpu *c, Op *o) noexcept nogil
cdef Op *serialize(Cpu *c, Op *o) noexcept nogil
