# Hardware task switches.

from blinkenlights.core.state cimport *
from blinkenlights.core.access cimport *
from blinkenlights.core.supervisor.state cimport *
from blinkenlights.core.supervisor.pages cimport flush_translations
from blinkenlights.core.supervisor.segments cimport *

# How a task is entered: by a jump, a call or interrupt, or a return.
cdef enum:
    BY_JUMP = 0
    BY_CALL = 1
    BY_RETURN = 2

# Save the task that goes on at `rip` and load the one of the TSS `selector`; its rip is returned.
cdef u64 switch_task(Cpu *c, System *s, u16 selector, u64 rip, int how, int external) noexcept nogil
