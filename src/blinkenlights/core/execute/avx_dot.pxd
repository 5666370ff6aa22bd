# Dot products of bytes and words (AVX-VNNI and its kin), and products of 52 bits (AVX-IFMA).

from blinkenlights.core.execute.avx_operand cimport *

# What a dot product is of, by bits.
cdef enum:
    WORDS = 1  # pairs of words, else four bytes
    SIGNED_FIRST = 2  # elements of operand 1
    SIGNED_SECOND = 4
    SATURATE = 8  # as signed, unless neither operand is

cdef u8 kind_of[MAX_MNEMONICS]

cdef extern from *:
    """
    /* Bits 52 to 103 of a product of 52-bit numbers. */
    #define high52(a, b) ((uint64_t)((unsigned __int128)(a) * (b) >> 52))
    """
    u64 high52(u64 a, u64 b) noexcept nogil

cdef Op *vpdp(Cpu *c, Op *o) noexcept nogil
cdef Op *vpmadd52luq(Cpu *c, Op *o) noexcept nogil
cdef Op *vpmadd52huq(Cpu *c, Op *o) noexcept nogil
