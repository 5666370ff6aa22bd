# The field GF(2^8), whose modulus the instruction says, and matrices of bits.

from blinkenlights.core.state cimport *

cdef inline u32 product(u32 a, u32 b, u32 modulus) noexcept nogil:
    cdef int i
    cdef u32 r = 0
    for i in range(8):
        if b >> i & 1:
            r ^= a
        a = (a << 1 ^ (modulus if a & 0x80 else 0)) & 0xff
    return r

cdef inline u32 inverse(u32 x, u32 modulus) noexcept nogil:
    """The power 254, which leaves 0 as it is."""
    cdef int i
    cdef u32 r = x
    for i in range(6):
        r = product(product(r, r, modulus), x, modulus)
    return product(r, r, modulus)

cdef inline u32 parity(u32 x) noexcept nogil:
    """Of a byte."""
    x ^= x >> 4
    return 0x6996 >> (x & 15) & 1
