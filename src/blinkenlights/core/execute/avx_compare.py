"""VEX comparisons: all 32 predicates, and tests of bits."""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, OpP, f32p, f64p, i32p, i64, i64p, u8, u8p, u64

# -- floating point ------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def relation32(a: cython.float, b: cython.float, signal: cython.bint) -> cython.int:
    """How `a` relates to `b`, with the flags of the comparison."""
    same: cython.bint = same32(a, b)
    below: cython.bint = below32(a, b) if signal else quiet_less32(a, b)
    for_its_flags(same)
    for_its_flags(below)
    if is_nan32(bits_of_f32(a)) or is_nan32(bits_of_f32(b)):
        return UNORDERED
    return EQUAL if same else LESS if below else GREATER


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def relation64(a: cython.double, b: cython.double, signal: cython.bint) -> cython.int:
    same: cython.bint = same64(a, b)
    below: cython.bint = below64(a, b) if signal else quiet_less64(a, b)
    for_its_flags(same)
    for_its_flags(below)
    if is_nan64(bits_of_f64(a)) or is_nan64(bits_of_f64(b)):
        return UNORDERED
    return EQUAL if same else LESS if below else GREATER


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def compare(c: CpuP, o: OpP, width: cython.int, scalar: cython.bint) -> OpP:
    """All ones in each element for which the predicate holds; a scalar's upper part is operand 1's."""
    r: u8[32]
    space: u8[32]
    out: u8p = cython.address(r[0])
    b: u8p = cython.address(space[0])
    a: u8p = register_at(c, o.src)
    predicate: cython.int = o.imm & 31
    wanted: cython.int = holds_for[predicate & 15]
    signal: cython.bint = signals[predicate]
    relation: cython.int
    i: cython.int
    if scalar:
        memcpy(b, last_source(c, o, width), width)
        memcpy(out, a, 16)
    else:
        fetched(c, o, b)
    if unlikely_(c.fp_strict):
        begin_strict(c)
    for i in range(1 if scalar else o.size // width):
        if width == 4:
            relation = relation32(cython.cast(f32p, a)[i], cython.cast(f32p, b)[i], signal)
            cython.cast(i32p, out)[i] = -1 if relation & wanted else 0
        else:
            relation = relation64(cython.cast(f64p, a)[i], cython.cast(f64p, b)[i], signal)
            cython.cast(i64p, out)[i] = -1 if relation & wanted else 0
    if unlikely_(c.fp_strict) and not finish_strict(c):
        return fault(c, o, VECTOR_XM, 0)
    put_vector(c, o, out, o.size)
    return done(c, o)


def vcmpps(c, o):
    return compare(c, o, 4, False)


def vcmppd(c, o):
    return compare(c, o, 8, False)


def vcmpss(c, o):
    return compare(c, o, 4, True)


def vcmpsd(c, o):
    return compare(c, o, 8, True)


# -- bits ----------------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def test(c: CpuP, o: OpP, mask: u64) -> OpP:
    """ZF: no bit of `mask` is in both operands. CF: none is in operand 1 alone."""
    space: u8[32]
    a: u8p = register_at(c, o.dst)
    b: u8p = fetched(c, o, cython.address(space[0]))
    i: cython.int
    x: u64
    y: u64
    both: u64 = 0
    second: u64 = 0
    for i in range(o.size // 8):
        x = cython.cast(u64, cython.cast(i64p, a)[i])
        y = cython.cast(u64, cython.cast(i64p, b)[i])
        both |= x & y
        second |= ~x & y
    set_status(c, (0 if both & mask else ZF) | (0 if second & mask else CF))
    return done(c, o)


def vptest(c, o):
    return test(c, o, cython.cast(u64, cython.cast(i64, -1)))


def vtestps(c, o):
    return test(c, o, signs_of(4))


def vtestpd(c, o):
    return test(c, o, signs_of(8))


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def signs_of(width: cython.int) -> u64:
    one: u64 = 1
    return one << 63 | (one << 31 if width == 4 else 0)


# The predicates 0 to 15 (Intel manual, CMPPD); 16 to 31 are the same, but signal the other way.
PREDICATES = (
    EQUAL, LESS, LESS | EQUAL, UNORDERED,
    LESS | GREATER | UNORDERED, EQUAL | GREATER | UNORDERED, GREATER | UNORDERED, LESS | EQUAL | GREATER,
    EQUAL | UNORDERED, LESS | UNORDERED, LESS | EQUAL | UNORDERED, 0,
    LESS | GREATER, EQUAL | GREATER, GREATER, LESS | EQUAL | GREATER | UNORDERED,
)
SIGNALLING = {1, 2, 5, 6, 9, 10, 13, 14}

for number, relations in enumerate(PREDICATES):
    holds_for[number] = relations
    signals[number] = number in SIGNALLING
    signals[16 + number] = number not in SIGNALLING
bind("VCMPPS", vcmpps)
bind("VCMPPD", vcmppd)
bind("VCMPSS", vcmpss)
bind("VCMPSD", vcmpsd)
bind("VPTEST", vptest)
bind("VTESTPS", vtestps)
bind("VTESTPD", vtestpd)
