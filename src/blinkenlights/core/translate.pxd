# From decoded instructions to operations.

from blinkenlights.core.state cimport *
from blinkenlights.core.decode cimport *

# Fill `o` from `insn` at `rip`; True when it ends its block. `linear`: memory is not
# virtualised, so handlers for flat memory may be chosen.
cdef bint fill(Op *o, Insn *insn, u64 rip, bint linear) noexcept nogil

ctypedef Operand *OperandP

from blinkenlights.core.dispatch cimport flat, sized, general, ends, condition, need, pending
from blinkenlights.core.access cimport fault

cdef Op *undefined(Cpu *c, Op *o) noexcept nogil
