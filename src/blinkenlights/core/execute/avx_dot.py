"""Dot products of bytes and words (AVX-VNNI and its kin), and products of 52 bits (AVX-IFMA)."""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, OpP, i8p, i16p, i64, u8, u8p, u16p, u32p, u64, u64p

# -- dot products --------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def element(p: u8p, i: cython.int, words: cython.bint, signed: cython.bint) -> i64:
    # a conditional expression would give both of them one type before they are widened
    if words:
        if signed:
            return cython.cast(i16p, p)[i]
        return cython.cast(u16p, p)[i]
    if signed:
        return cython.cast(i8p, p)[i]
    return p[i]


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def limited(x: i64, low: i64, high: i64) -> i64:
    return low if x < low else high if x > high else x


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def saturated(x: i64, signed: cython.bint) -> i64:
    one: i64 = 1
    return limited(x, -(one << 31), (one << 31) - 1) if signed else limited(x, 0, (one << 32) - 1)


def vpdp(c, o):
    """Doublewords of operand 0, each plus the products of what lies in it in operands 1 and 2."""
    r: u8[32]
    space: u8[32]
    i: cython.int
    j: cython.int
    sum: i64
    d: u8p = register_at(c, o.dst)
    a: u8p = register_at(c, o.src)
    b: u8p = fetched(c, o, cython.address(space[0]))
    kind: cython.int = kind_of[o.id]
    words: cython.bint = kind & WORDS
    count: cython.int = 2 if words else 4
    signed: cython.bint = kind & (SIGNED_FIRST | SIGNED_SECOND)
    for i in range(o.size // 4):
        sum = element(d, i * 2 + 1, True, signed) * 65536 + element(d, i * 2, True, False)
        for j in range(i * count, i * count + count):
            sum += element(a, j, words, kind & SIGNED_FIRST) * element(b, j, words, kind & SIGNED_SECOND)
        if kind & SATURATE:
            sum = saturated(sum, signed)
        cython.cast(u32p, cython.address(r[0]))[i] = cython.cast(u64, sum)
    put_vector(c, o, cython.address(r[0]), o.size)
    return done(c, o)


# -- products of 52 bits -------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def low52(x: u64) -> u64:
    return x & ((cython.cast(u64, 1) << 52) - 1)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def add_product(c: CpuP, o: OpP, high: cython.bint) -> OpP:
    r: u64[4]
    space: u8[32]
    i: cython.int
    d: u64p = cython.cast(u64p, register_at(c, o.dst))
    a: u64p = cython.cast(u64p, register_at(c, o.src))
    b: u64p = cython.cast(u64p, fetched(c, o, cython.address(space[0])))
    for i in range(o.size // 8):
        r[i] = d[i] + (high52(low52(a[i]), low52(b[i])) if high else low52(low52(a[i]) * low52(b[i])))
    put_vector(c, o, cython.cast(u8p, cython.address(r[0])), o.size)
    return done(c, o)


def vpmadd52luq(c, o):
    return add_product(c, o, False)


def vpmadd52huq(c, o):
    return add_product(c, o, True)


KINDS = {
    "BUUD": 0, "BUSD": SIGNED_SECOND, "BSUD": SIGNED_FIRST, "BSSD": SIGNED_FIRST | SIGNED_SECOND,
    "WUUD": WORDS, "WUSD": WORDS | SIGNED_SECOND, "WSUD": WORDS | SIGNED_FIRST,
    "WSSD": WORDS | SIGNED_FIRST | SIGNED_SECOND,
}

for name, kind in KINDS.items():
    bind("VPDP" + name, vpdp)
    bind("VPDP" + name + "S", vpdp)
    kind_of[mnemonic_id("VPDP" + name)] = kind
    kind_of[mnemonic_id("VPDP" + name + "S")] = kind | SATURATE
bind("VPMADD52LUQ", vpmadd52luq)
bind("VPMADD52HUQ", vpmadd52huq)
