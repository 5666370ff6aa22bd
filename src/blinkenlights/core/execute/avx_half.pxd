# Conversions between half precision or bfloat16 and singles.

from blinkenlights.core.execute.avx_operand cimport *
from blinkenlights.core.execute.sse_nan cimport *

# Rounding modes as MXCSR and the immediate number them.
cdef enum:
    NEAREST = 0
    DOWN = 1
    UP = 2
    TRUNCATE = 3

cdef enum:
    HALF_INFINITY = 0x7c00
    HALF_QUIET = 0x200
    LEAST_EXPONENT = 113  # of the least normal half, 2**-14, in a single
    DROPPED_BITS = 13  # by which a single's fraction is longer

cdef Op *vcvtph2ps(Cpu *c, Op *o) noexcept nogil
cdef Op *vcvtps2ph(Cpu *c, Op *o) noexcept nogil
cdef Op *vcvtneps2bf16(Cpu *c, Op *o) noexcept nogil
cdef Op *vcvtneeph2ps(Cpu *c, Op *o) noexcept nogil
cdef Op *vcvtneoph2ps(Cpu *c, Op *o) noexcept nogil
cdef Op *vcvtneebf162ps(Cpu *c, Op *o) noexcept nogil
cdef Op *vcvtneobf162ps(Cpu *c, Op *o) noexcept nogil
cdef Op *vbcstnesh2ps(Cpu *c, Op *o) noexcept nogil
cdef Op *vbcstnebf162ps(Cpu *c, Op *o) noexcept nogil
