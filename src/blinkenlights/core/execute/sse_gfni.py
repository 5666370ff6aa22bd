"""Galois field instructions: bytes as elements of GF(2^8)."""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, OpP, u8p, u32, u64

MODULUS = cython.declare(u32, 0x11B)  # x^8 + x^4 + x^3 + x + 1


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def make_inverses() -> cython.void:
    x: u32
    for x in range(256):
        inverse_of[x] = inverse(x, MODULUS)


def gf2p8mulb(c, o):
    x: Lanes
    y: Lanes
    i: cython.int
    s: u8p = aligned_source(c, o)
    if unlikely_(s == cython.NULL):
        return misaligned(c, o)
    x.all = load16(register_at(c, o.dst))
    y.all = load16(s)
    for i in range(16):
        x.u8[i] = product(x.u8[i], y.u8[i], MODULUS)
    store16(register_at(c, o.dst), x.all)
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def transformed(matrix: u64, x: u32) -> u32:
    """The matrix's rows are its bytes, the last one giving bit 0; a result bit is a row's parity."""
    i: cython.int
    r: u32 = 0
    for i in range(8):
        r |= parity(cython.cast(u32, matrix >> (7 - i) * 8) & x) << i
    return r


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def affine(c: CpuP, o: OpP, invert: cython.bint) -> OpP:
    """Each byte of operand 0 times the matrix in its half of operand 1, plus the immediate."""
    x: Lanes
    y: Lanes
    i: cython.int
    s: u8p = aligned_source(c, o)
    if unlikely_(s == cython.NULL):
        return misaligned(c, o)
    x.all = load16(register_at(c, o.dst))
    y.all = load16(s)
    for i in range(16):
        x.u8[i] = transformed(y.u64[i >> 3], inverse_of[x.u8[i]] if invert else x.u8[i]) ^ o.imm
    store16(register_at(c, o.dst), x.all)
    return done(c, o)


def gf2p8affineqb(c, o):
    return affine(c, o, False)


def gf2p8affineinvqb(c, o):
    return affine(c, o, True)


make_inverses()

bind("GF2P8MULB", gf2p8mulb)
bind("GF2P8AFFINEQB", gf2p8affineqb)
bind("GF2P8AFFINEINVQB", gf2p8affineinvqb)
