"""AES rounds (FIPS 197) and carry-less multiplication.

An AES state is four columns of four bytes, one column after the other.
"""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, OpP, u8, u8p, u32, u64


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def doubled(x: u32) -> u32:
    """Times x in GF(2^8), modulo x^8 + x^4 + x^3 + x + 1."""
    return (x << 1 ^ (0x11B if x & 0x80 else 0)) & 0xFF


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def make_substitutions() -> cython.void:
    """An element's inverse, then an affine map; 3 generates the field, and its inverse is 0xf6."""
    p: u32 = 1
    q: u32 = 1
    s: u32
    while True:
        p = p ^ doubled(p)
        q ^= q << 1
        q ^= q << 2
        q ^= q << 4
        q &= 0xFF
        if q & 0x80:
            q ^= 9
        s = q | q << 8
        s = (s ^ s >> 7 ^ s >> 6 ^ s >> 5 ^ s >> 4) & 0xFF ^ 0x63
        substitution[p] = s
        if p == 1:
            break
    substitution[0] = 0x63
    for p in range(256):
        inverse_substitution[substitution[p]] = p


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def mixed(v: u8x16, inverse: cython.bint) -> u8x16:
    """Every column times a fixed polynomial: 2 3 1 1, or its inverse 14 11 13 9."""
    x: Lanes
    r: Lanes
    i: cython.int
    a: u32
    b: u32
    d: u32
    e: u32
    every: u32
    x.all = v
    for i in range(0, 16, 4):
        a = x.u8[i]
        b = x.u8[i + 1]
        d = x.u8[i + 2]
        e = x.u8[i + 3]
        if inverse:  # the inverse is the polynomial times 5 0 4 0
            every = doubled(doubled(a ^ d))
            a ^= every
            d ^= every
            every = doubled(doubled(b ^ e))
            b ^= every
            e ^= every
        every = a ^ b ^ d ^ e
        r.u8[i] = a ^ every ^ doubled(a ^ b)
        r.u8[i + 1] = b ^ every ^ doubled(b ^ d)
        r.u8[i + 2] = d ^ every ^ doubled(d ^ e)
        r.u8[i + 3] = e ^ every ^ doubled(e ^ a)
    return r.all


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def substituted(v: u8x16, inverse: cython.bint) -> u8x16:
    """Row r turned by r columns, and every byte through the S-box."""
    x: Lanes
    r: Lanes
    i: cython.int
    x.all = v
    for i in range(16):
        if inverse:
            r.u8[i] = inverse_substitution[x.u8[(i - (i & 3) * 4) & 15]]
        else:
            r.u8[i] = substitution[x.u8[(i + (i & 3) * 4) & 15]]
    return r.all


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def aes_round(c: CpuP, o: OpP, inverse: cython.bint, last: cython.bint) -> OpP:
    d: u8p = register_at(c, o.dst)
    s: u8p = aligned_source(c, o)
    key: u8x16
    state: u8x16
    if unlikely_(s == cython.NULL):
        return misaligned(c, o)
    key = load16(s)
    state = substituted(load16(d), inverse)
    if not last:
        state = mixed(state, inverse)
    store16(d, state ^ key)
    return done(c, o)


# fmt: off
def aesenc(c, o): return aes_round(c, o, False, False)
def aesenclast(c, o): return aes_round(c, o, False, True)
def aesdec(c, o): return aes_round(c, o, True, False)
def aesdeclast(c, o): return aes_round(c, o, True, True)
# fmt: on


def aesimc(c, o):
    s: u8p = aligned_source(c, o)
    if unlikely_(s == cython.NULL):
        return misaligned(c, o)
    store16(register_at(c, o.dst), mixed(load16(s), True))
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def substituted_word(x: u32) -> u32:
    return (substitution[x & 0xFF] | cython.cast(u32, substitution[x >> 8 & 0xFF]) << 8
            | cython.cast(u32, substitution[x >> 16 & 0xFF]) << 16
            | cython.cast(u32, substitution[x >> 24]) << 24)


def aeskeygenassist(c, o):
    x: Lanes
    r: Lanes
    word: u32
    s: u8p = aligned_source(c, o)
    if unlikely_(s == cython.NULL):
        return misaligned(c, o)
    x.all = load16(s)
    word = substituted_word(x.u32[1])
    r.u32[0] = word
    r.u32[1] = (word >> 8 | word << 24) ^ cython.cast(u8, o.imm)
    word = substituted_word(x.u32[3])
    r.u32[2] = word
    r.u32[3] = (word >> 8 | word << 24) ^ cython.cast(u8, o.imm)
    store16(register_at(c, o.dst), r.all)
    return done(c, o)


def pclmulqdq(c, o):
    """Polynomials over GF(2): a half of each operand, chosen by bits 0 and 4."""
    x: Lanes
    y: Lanes
    r: Lanes
    a: u64
    b: u64
    i: cython.int
    s: u8p = aligned_source(c, o)
    if unlikely_(s == cython.NULL):
        return misaligned(c, o)
    x.all = load16(register_at(c, o.dst))
    y.all = load16(s)
    a = x.u64[o.imm & 1]
    b = y.u64[o.imm >> 4 & 1]
    r.all = from_u64(a if b & 1 else 0)
    for i in range(1, 64):
        if b >> i & 1:
            r.u64[0] ^= a << i
            r.u64[1] ^= a >> (64 - i)
    store16(register_at(c, o.dst), r.all)
    return done(c, o)


make_substitutions()

bind("AESENC", aesenc)
bind("AESENCLAST", aesenclast)
bind("AESDEC", aesdec)
bind("AESDECLAST", aesdeclast)
bind("AESIMC", aesimc)
bind("AESKEYGENASSIST", aeskeygenassist)
bind("PCLMULQDQ", pclmulqdq)
