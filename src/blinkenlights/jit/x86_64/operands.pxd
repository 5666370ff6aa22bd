# Memory operands and registers of a copied instruction, moved to where the host has them.

from blinkenlights.core.decode cimport *
from blinkenlights.jit.x86_64.assemble cimport *
from blinkenlights.jit.x86_64.common cimport *
from blinkenlights.jit.x86_64.rules cimport *

# The instruction in translation.
cdef struct Guest:
    const u8 *raw  # its bytes
    Insn insn
    u64 rip
    u64 next
    u64 membase
    u8 spilled  # for Boundary
    u8 fix

ctypedef Guest *GuestP
ctypedef Insn *InsnP
ctypedef Operand *OperandP

# Each writes host code for the instruction, or nothing and returns False: interpret it.
cdef bint copy_instruction(Code *k, Guest *g) noexcept nogil
cdef bint copy_string(Code *k, Guest *g) noexcept nogil
cdef bint load_address(Code *k, Guest *g) noexcept nogil
cdef bint leave_frame(Code *k, Guest *g) noexcept nogil
# A register of the guest's whose value waits in the first spill slot.
cdef void borrow(Code *k, Guest *g, int reg) noexcept nogil
# Load the target of an indirect jump into RCX, which has been spilled but still holds its value.
cdef bint load_target(Code *k, Guest *g) noexcept nogil
