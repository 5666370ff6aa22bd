"""SHA-1 and SHA-256 (FIPS 180-4): rounds and message schedules.

A vector's highest lane is the first word: A or W0 for SHA-1; for SHA-256 the message goes upwards.
Memory operands need not be aligned: Intel's manual says they must be, but CPUs of AMD's take any.
"""

import cython
from cython.cimports.blinkenlights.core.state import u8p, u32

SHA1_CONSTANTS = cython.declare(u32[4])
SHA1_CONSTANTS[0] = 0x5A827999
SHA1_CONSTANTS[1] = 0x6ED9EBA1
SHA1_CONSTANTS[2] = cython.cast(u32, 0x8F1BBCDC)
SHA1_CONSTANTS[3] = cython.cast(u32, 0xCA62C1D6)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def left(x: u32, n: cython.int) -> u32:
    return x << n | x >> (32 - n)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def right(x: u32, n: cython.int) -> u32:
    return x >> n | x << (32 - n)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def choose(x: u32, y: u32, z: u32) -> u32:
    return x & y ^ ~x & z


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def majority(x: u32, y: u32, z: u32) -> u32:
    return x & y ^ x & z ^ y & z


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def sigma0(x: u32) -> u32:
    return right(x, 7) ^ right(x, 18) ^ x >> 3


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def sigma1(x: u32) -> u32:
    return right(x, 17) ^ right(x, 19) ^ x >> 10


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def operands(c: CpuP, o: OpP, x: LanesP, y: LanesP) -> cython.void:
    """Operands 0 and 1."""
    s: u8p = source(c, o, 16)
    y.all = load16(s)
    x.all = load16(register_at(c, o.dst))


def sha1rnds4(c, o):
    """Four rounds; the immediate says which function and constant. E is already in the first word."""
    state: Lanes
    words: Lanes
    a: u32
    b: u32
    d: u32
    e: u32
    f: u32
    carried: u32 = 0
    i: cython.int
    which: cython.int = o.imm & 3
    operands(c, o, cython.address(state), cython.address(words))
    a = state.u32[3]
    b = state.u32[2]
    d = state.u32[1]
    e = state.u32[0]
    for i in range(4):
        f = choose(b, d, e) if which == 0 else majority(b, d, e) if which == 2 else b ^ d ^ e
        f += left(a, 5) + words.u32[3 - i] + carried + SHA1_CONSTANTS[which]
        carried = e
        e = d
        d = left(b, 30)
        b = a
        a = f
    state.u32[3] = a
    state.u32[2] = b
    state.u32[1] = d
    state.u32[0] = e
    store16(register_at(c, o.dst), state.all)
    return done(c, o)


def sha1nexte(c, o):
    """E of four rounds ago is A turned: add it to the first of the next words."""
    state: Lanes
    words: Lanes
    operands(c, o, cython.address(state), cython.address(words))
    words.u32[3] += left(state.u32[3], 30)
    store16(register_at(c, o.dst), words.all)
    return done(c, o)


def sha1msg1(c, o):
    """W0 to W5: each word with the one after the next."""
    x: Lanes
    y: Lanes
    operands(c, o, cython.address(x), cython.address(y))
    x.u32[3] ^= x.u32[1]
    x.u32[2] ^= x.u32[0]
    x.u32[1] ^= y.u32[3]
    x.u32[0] ^= y.u32[2]
    store16(register_at(c, o.dst), x.all)
    return done(c, o)


def sha1msg2(c, o):
    """W16 to W19; the last one needs the first."""
    x: Lanes
    y: Lanes
    operands(c, o, cython.address(x), cython.address(y))
    x.u32[3] = left(x.u32[3] ^ y.u32[2], 1)
    x.u32[2] = left(x.u32[2] ^ y.u32[1], 1)
    x.u32[1] = left(x.u32[1] ^ y.u32[0], 1)
    x.u32[0] = left(x.u32[0] ^ x.u32[3], 1)
    store16(register_at(c, o.dst), x.all)
    return done(c, o)


def sha256rnds2(c, o):
    """Two rounds: ABEF in the source, CDGH in the destination, words plus constants in XMM0."""
    abef: Lanes
    cdgh: Lanes
    words: Lanes
    a: u32
    b: u32
    d: u32
    e: u32
    f: u32
    g: u32
    h: u32
    third: u32
    sum: u32
    i: cython.int
    operands(c, o, cython.address(cdgh), cython.address(abef))
    words.all = load16(c.xmm[0])
    a = abef.u32[3]
    b = abef.u32[2]
    e = abef.u32[1]
    f = abef.u32[0]
    third = cdgh.u32[3]
    d = cdgh.u32[2]
    g = cdgh.u32[1]
    h = cdgh.u32[0]
    for i in range(2):
        sum = choose(e, f, g) + (right(e, 6) ^ right(e, 11) ^ right(e, 25)) + words.u32[i] + h
        h = g
        g = f
        f = e
        e = d + sum
        d = third
        sum += majority(a, b, third) + (right(a, 2) ^ right(a, 13) ^ right(a, 22))
        third = b
        b = a
        a = sum
    abef.u32[3] = a
    abef.u32[2] = b
    abef.u32[1] = e
    abef.u32[0] = f
    store16(register_at(c, o.dst), abef.all)
    return done(c, o)


def sha256msg1(c, o):
    x: Lanes
    y: Lanes
    operands(c, o, cython.address(x), cython.address(y))
    x.u32[0] += sigma0(x.u32[1])
    x.u32[1] += sigma0(x.u32[2])
    x.u32[2] += sigma0(x.u32[3])
    x.u32[3] += sigma0(y.u32[0])
    store16(register_at(c, o.dst), x.all)
    return done(c, o)


def sha256msg2(c, o):
    """W16 to W19; the last two need the first two."""
    x: Lanes
    y: Lanes
    operands(c, o, cython.address(x), cython.address(y))
    x.u32[0] += sigma1(y.u32[2])
    x.u32[1] += sigma1(y.u32[3])
    x.u32[2] += sigma1(x.u32[0])
    x.u32[3] += sigma1(x.u32[1])
    store16(register_at(c, o.dst), x.all)
    return done(c, o)


bind("SHA1RNDS4", sha1rnds4)
bind("SHA1NEXTE", sha1nexte)
bind("SHA1MSG1", sha1msg1)
bind("SHA1MSG2", sha1msg2)
bind("SHA256RNDS2", sha256rnds2)
bind("SHA256MSG1", sha256msg1)
bind("SHA256MSG2", sha256msg2)
