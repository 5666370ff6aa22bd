# SHA-512, SM3 and SM4 (VEX).

from blinkenlights.core.execute.avx_operand cimport *
from blinkenlights.core.execute.galois cimport inverse, parity

cdef u8 sm4_box[256]

cdef inline u32 rol32(u32 x, int n) noexcept nogil:
    n &= 31
    return x << n | x >> (-n & 31)

cdef inline u64 ror64(u64 x, int n) noexcept nogil:
    return x >> n | x << (64 - n)

cdef Op *vsha512msg1(Cpu *c, Op *o) noexcept nogil
cdef Op *vsha512msg2(Cpu *c, Op *o) noexcept nogil
cdef Op *vsha512rnds2(Cpu *c, Op *o) noexcept nogil
cdef Op *vsm3msg1(Cpu *c, Op *o) noexcept nogil
cdef Op *vsm3msg2(Cpu *c, Op *o) noexcept nogil
cdef Op *vsm3rnds2(Cpu *c, Op *o) noexcept nogil
cdef Op *vsm4key4(Cpu *c, Op *o) noexcept nogil
cdef Op *vsm4rnds4(Cpu *c, Op *o) noexcept nogil
