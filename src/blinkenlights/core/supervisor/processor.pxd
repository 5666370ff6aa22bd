# A PC's processor.

from blinkenlights.core.state cimport *
from blinkenlights.core.access cimport *
from blinkenlights.core.engine cimport Processor, run_loop, set_current
from blinkenlights.core.probes cimport finish_accesses
from blinkenlights.core.memory cimport AddressSpace
from blinkenlights.core.supervisor.state cimport *
from blinkenlights.core.supervisor.pages cimport *
from blinkenlights.core.supervisor.code cimport *
from blinkenlights.core.supervisor.segments cimport enter_code, set_segment
from blinkenlights.core.supervisor.interrupts cimport BY_DEVICE, BY_EXCEPTION, deliver_event, set_all_flags

cdef class SystemProcessor(Processor):
    cdef System *s
    cdef object bus
    cdef object error
    cdef bint resetting
    cdef int go_on(self, bint one) except -1
    cdef void begin_event(self, int kind, int vector, u32 error_code) noexcept
    cdef bint take_exception(self) noexcept
