# VEX instructions that do what an SSE instruction does, lane by lane.

from blinkenlights.core.arithmetic cimport *
from blinkenlights.core.execute.avx_operand cimport *
from blinkenlights.core.execute.sse_strict cimport PLUS, TIMES, accept32

ctypedef Lanes *LanesP

# How much of the source a lane of the result comes from.
cdef enum:
    WHOLE = 0  # the same lane
    COUNT = 1  # the low lane, for every lane: shifts by a register
    PART = 2  # a fraction of a lane: instructions that widen

cdef u16 twin[MAX_MNEMONICS]  # the SSE instruction's mnemonic
cdef Handler sse[MAX_MNEMONICS]  # and its handler, once it was used
cdef u8 immediate_step[MAX_MNEMONICS]  # by how many bits a lane's immediate lies above the last one's
cdef u8 part[MAX_MNEMONICS]  # bytes of the source that make a lane of the result

cdef Op *end_of_lane(Cpu *c, Op *o) noexcept nogil
cdef Op *the_same(Cpu *c, Op *o) noexcept nogil
cdef Op *by_lane(Cpu *c, Op *o) noexcept nogil
cdef Op *by_count(Cpu *c, Op *o) noexcept nogil
cdef Op *widening(Cpu *c, Op *o) noexcept nogil
cdef Op *vdpps(Cpu *c, Op *o) noexcept nogil
cdef Op *narrowing(Cpu *c, Op *o) noexcept nogil
cdef Op *low_lane(Cpu *c, Op *o) noexcept nogil
cdef Op *string_mask(Cpu *c, Op *o) noexcept nogil
