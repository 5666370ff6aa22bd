# What becomes of each mnemonic in translated code.

from blinkenlights.core.hostcpu cimport *
from blinkenlights.core.state cimport *

cdef enum:
    INTERPRET = 0  # executed by the interpreter; execution goes on after it
    STOP = 1  # likewise, and the unit ends
    COPY = 2  # the guest's own bytes, with memory operands reached through GS
    NOTHING = 3  # no operation
    COPY_STRING = 4  # its memory operands have no prefix: registers are made host addresses
    LOAD_ADDRESS = 5
    LEAVE_FRAME = 6
    CONDITIONAL_JUMP = 7
    LOOP_JUMP = 8
    JUMP = 9
    CALL_NEAR = 10
    RETURN_NEAR = 11
    SYSTEM_CALL = 12

# Beside its rule: how an instruction can be made to work on RSP, whose register holds another value.
cdef enum:
    SUBSTITUTE = 1  # ModRM's register operands are general ones and may be replaced
    READS_FIRST = 2  # operand 0 is only read
    LOADS = 4  # operand 0 is only written: it may hold the address before
    OFFSETS = 8  # adding an immediate to RSP itself is right
    WRITES_SECOND = 64  # operand 1 is written too
    NEGATIVE = 32  # OFFSETS, but only with immediates that keep the upper bits
    NO_X87_NEEDED = 16  # when interpreted: it doesn't concern x87 or MMX registers

    FOREIGN = 128  # the host's CPU lacks it: never copied

cdef extern from *:
    """
    #define host_keeps_ymm() host_cpu_has(AVX, "avx")
    """
    bint host_keeps_ymm() nogil

cdef u8 rule[4096]
cdef u8 traits[4096]
