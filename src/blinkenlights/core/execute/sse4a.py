"""SSE4a, and CLZERO: what AMD's CPUs have besides (AMD manual, volumes 3 and 4).

The upper half of a result is undefined; the CPUs tried leave it zero.
"""

import cython
from cython.cimports.blinkenlights.core.state import ZERO, u8, u64


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def field(length: u64) -> u64:
    """A mask of so many bits; 0 stands for 64."""
    length &= 63
    return (cython.cast(u64, 1) << length) - 1 if length else ~cython.cast(u64, 0)


def extrq(c, o):
    """Length and position are immediates, or bytes 0 and 1 of the second operand."""
    d: Lanes
    x: Lanes
    length: u64 = o.imm
    position: u64 = o.extra
    d.all = load16(register_at(c, o.dst))
    if o.src != ZERO * 8:
        x.all = load16(register_at(c, o.src))
        length = x.u8[0]
        position = x.u8[1]
    store16(register_at(c, o.dst), from_u64(d.u64[0] >> (position & 63) & field(length)))
    return done(c, o)


def insertq(c, o):
    """Length and position are immediates, or bytes 8 and 9 of the second operand."""
    d: Lanes
    x: Lanes
    mask: u64
    length: u64 = o.imm
    position: u64 = o.extra
    d.all = load16(register_at(c, o.dst))
    x.all = load16(register_at(c, o.src))
    if o.size2 == 16:  # of the other form only the low half is an operand
        length = x.u8[8]
        position = x.u8[9]
    position &= 63
    mask = field(length) << position
    store16(register_at(c, o.dst), from_u64(d.u64[0] & ~mask | x.u64[0] << position & mask))
    return done(c, o)


def movntss(c, o):
    x: Lanes
    x.all = load16(register_at(c, o.src))
    store(c, ea(c, o), 4, x.u32[0])
    return done(c, o)


def movntsd(c, o):
    x: Lanes
    x.all = load16(register_at(c, o.src))
    store(c, ea(c, o), 8, x.u64[0])
    return done(c, o)


def clzero(c, o):
    """The cache line that RAX points into becomes zero."""
    zeros = cython.declare(u8[64])
    address: u64 = c.reg[0]
    i: cython.int
    for i in range(64):
        zeros[i] = 0
    if o.asize != 8:
        address = cython.cast(u32, address)
    address &= ~cython.cast(u64, 63)
    store_bytes(c, ea_of(c, o, o.seg, address, 64, True) & ~cython.cast(u64, 63), zeros, 64)
    return done(c, o)


bind("EXTRQ", extrq)
bind("INSERTQ", insertq)
bind("MOVNTSS", movntss)
bind("MOVNTSD", movntsd)
bind("CLZERO", clzero)
