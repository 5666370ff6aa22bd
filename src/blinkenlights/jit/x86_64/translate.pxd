# From guest instructions to host instructions: one unit at a time.

from blinkenlights.core.blocks cimport writes_memory
from blinkenlights.core.decode cimport *
from blinkenlights.jit.cache cimport *
from blinkenlights.jit.x86_64.assemble cimport *
from blinkenlights.jit.x86_64.common cimport *
from blinkenlights.jit.x86_64.operands cimport *
from blinkenlights.core.hostcpu cimport *
from blinkenlights.jit.x86_64.rules cimport *

cdef enum:  # CallSite.kind
    CALL_DIRECT
    CALL_INDIRECT
    CALL_BY_TABLE
    JUMP_INDIRECT

cdef struct CallSite:  # parts of a call or an indirect jump that stand behind the unit
    u16 word  # of the CALL, which leads to its thunk
    u16 skip  # of the way in for its return: leads to what asks the next way in
    u16 began  # the instruction's first host code
    u8 kind
    int indirect  # site that keeps the addresses it led to
    u64 target
    u64 after  # the return address
    int site  # of the way in

cdef enum:
    MOST_HEADS = 8

cdef struct Head:  # of a loop within the unit
    int guest  # offset
    int length  # bytes of host code to the jump that goes back to it

cdef struct Work:  # a unit in translation
    Code k
    Guest g
    Draft *d
    int heads
    Head head[MOST_HEADS]
    int calls
    CallSite call[MOST_INSTRUCTIONS]

ctypedef Work *WorkP
ctypedef CallSite *CallSiteP

cdef bint translate_unit(Draft *d) noexcept nogil
cdef void write_way_in(Draft *d, int kind) noexcept nogil
cdef void write_comparison(Draft *d, u64 after) noexcept nogil
cdef u32 jump_slot(u64 rip) noexcept nogil
cdef u32 return_slot(u64 rip) noexcept nogil
cdef extern from *:
    """
    #define host_has_bmi2() host_cpu_has(BMI2, "bmi2")
    #define host_is_amd() (host_cpuid(0, 1) == 0x68747541) // "Auth"
    """
    bint host_has_bmi2() nogil
    bint host_is_amd() nogil

# For finding faults in translation: guest addresses to interpret, [start, end).
cdef void interpret_range(u64 start, u64 end) noexcept nogil
# Which instructions the host is quick at; before anything is translated.
cdef void look_at_host() noexcept nogil
