# What the string instructions of user programs (core/execute/string.py) and of a PC (core/supervisor/ports.py)
# have in common.

from blinkenlights.core.state cimport *
from blinkenlights.core.access cimport *

# By kind.
cdef enum:
    MOVS = 0
    CMPS = 1
    STOS = 2
    LODS = 3
    SCAS = 4
    INS = 5
    OUTS = 6

cdef inline u64 index_mask(Op *o) noexcept nogil:
    """The bits of rSI and rDI that count."""
    if o.asize == 8:
        return ~<u64>0
    return 0xFFFF if o.asize == 2 else (<u64>1 << 32) - 1

cdef inline void advance(Cpu *c, Op *o, int register, u64 distance) noexcept nogil:
    """Move an index register, upwards or as DF says."""
    cdef u64 d = 0 - distance if c.eflags & DF else distance
    if o.asize == 8:
        c.reg[register] += d
    else:
        put(c, register * 8, o.asize, c.reg[register] + d)

cdef inline void set_compare_flags(Cpu *c, u64 a, u64 b, int size) noexcept nogil:
    """The flags of a - b."""
    cdef u64 r = a - b
    set_flags(c, r, (~a & b) | ((~a | b) & r), size)
