# Branches of a PC: near ones, and far ones through descriptors and gates.

from blinkenlights.core.state cimport *
from blinkenlights.core.access cimport *
from blinkenlights.core.supervisor.state cimport *
from blinkenlights.core.supervisor.code cimport go, override
from blinkenlights.core.supervisor.pages cimport as_supervisor
from blinkenlights.core.supervisor.segments cimport *
from blinkenlights.core.supervisor.interrupts cimport *
from blinkenlights.core.supervisor.tasks cimport BY_CALL, BY_JUMP, switch_task

cdef Op *jmp(Cpu *c, Op *o) noexcept nogil
cdef Op *call(Cpu *c, Op *o) noexcept nogil
cdef Op *ret(Cpu *c, Op *o) noexcept nogil
cdef Op *jmpf(Cpu *c, Op *o) noexcept nogil
cdef Op *callf(Cpu *c, Op *o) noexcept nogil
cdef Op *retf(Cpu *c, Op *o) noexcept nogil
cdef Op *syscall(Cpu *c, Op *o) noexcept nogil
cdef Op *sysret(Cpu *c, Op *o) noexcept nogil
cdef Op *sysenter(Cpu *c, Op *o) noexcept nogil
cdef Op *sysexit(Cpu *c, Op *o) noexcept nogil
