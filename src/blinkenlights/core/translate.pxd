# From decoded instructions to operations.

from blinkenlights.core.state cimport *
from blinkenlights.core.decode cimport *

# Fill `o` from `insn` at `rip`; True when it ends its block. Handlers bound to a size and a form
# are chosen only for 64-bit code on `linear` memory without a segment base.
cdef bint fill(Op *o, Insn *insn, u64 rip, bint linear) noexcept nogil

ctypedef Operand *OperandP

from blinkenlights.core.dispatch cimport special, general, ends, condition
from blinkenlights.core.access cimport fault

cdef Op *undefined(Cpu *c, Op *o) noexcept nogil
