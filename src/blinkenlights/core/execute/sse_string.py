"""SSE4.2 string comparisons: PCMPESTRI, PCMPESTRM, PCMPISTRI and PCMPISTRM.

Sets of elements are bit masks, bit i for element i. Operand 0 holds what is looked for, operand 1
where; the result has a bit for every element of operand 1.
"""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, OpP, i32, i64, u8, u16, u32, u64


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def elements(m: u8x16, words: cython.bint) -> u32:
    """The mask of a vector comparison's lanes."""
    x: Lanes
    i: cython.int
    r: u32 = 0
    if not words:
        return sign_mask(m)
    x.all = m
    for i in range(8):
        r |= cython.cast(u32, x.u16[i] >> 15) << i
    return r


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def equal_to(v: u8x16, words: cython.bint, element: u16) -> u32:
    if words:
        return elements(equal(u16s(v), all16(element)), True)
    return elements(equal(v, all8(cython.cast(u8, element))), False)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def within(v: u8x16, kind: u64, low: u16, high: u16) -> u32:
    if kind & WORDS:
        if kind & SIGNED:
            return elements(~(less(i16s(v), i16s(all16(low))) | less(i16s(all16(high)), i16s(v))), True)
        return elements(~(less(u16s(v), all16(low)) | less(all16(high), u16s(v))), True)
    if kind & SIGNED:
        return elements(~(less(i8s(v), i8s(all8(cython.cast(u8, low))))
                          | less(i8s(all8(cython.cast(u8, high))), i8s(v))), False)
    return elements(~(less(v, all8(cython.cast(u8, low))) | less(all8(cython.cast(u8, high)), v)), False)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def element_at(x: cython.pointer[Lanes], words: cython.bint, i: cython.int) -> u16:
    return x.u16[i] if words else x.u8[i]


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def aggregate(kind: u64, a: u8x16, length_a: cython.int, b: u8x16, length_b: cython.int) -> u32:
    """The result before its polarity."""
    x: Lanes
    i: cython.int
    words: cython.bint = kind & WORDS
    everything: u32 = 0xff if words else 0xffff
    valid_a: u32 = (cython.cast(u32, 1) << length_a) - 1
    valid_b: u32 = (cython.cast(u32, 1) << length_b) - 1
    r: u32 = 0
    x.all = a
    if kind & AGGREGATION == EQUAL_ANY:
        for i in range(length_a):
            r |= equal_to(b, words, element_at(cython.address(x), words, i))
        return r & valid_b
    if kind & AGGREGATION == RANGES:  # pairs of limits; an odd last one is ignored
        for i in range(0, length_a - 1, 2):
            r |= within(b, kind, element_at(cython.address(x), words, i),
                        element_at(cython.address(x), words, i + 1))
        return r & valid_b
    if kind & AGGREGATION == EQUAL_EACH:  # two invalid elements are equal
        r = elements(equal(u16s(a), u16s(b)), True) if words else elements(equal(a, b), False)
        return (r & valid_a & valid_b) | (everything & ~(valid_a | valid_b))
    # at which places operand 0 begins; what lies beyond operand 1 counts as equal
    r = everything
    for i in range(length_a):
        r &= ((equal_to(b, words, element_at(cython.address(x), words, i)) & valid_b) >> i
              | ~(everything >> i))
    return r


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def implicit_length(v: u8x16, words: cython.bint) -> cython.int:
    """Elements before the first zero."""
    zeros: u32 = equal_to(v, words, 0)
    i: cython.int = 0
    while i < (8 if words else 16) and not zeros >> i & 1:
        i += 1
    return i


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def explicit_length(value: u64, wide: cython.bint, words: cython.bint) -> cython.int:
    """The magnitude of a signed register, at most all elements."""
    most: u64 = 8 if words else 16
    length: i64 = cython.cast(i64, value) if wide else cython.cast(i32, value)
    if length < 0:
        value = cython.cast(u64, 0) - length
    else:
        value = length
    return most if value > most else value


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def compare(c: CpuP, o: OpP, explicit: cython.bint, index: cython.bint) -> OpP:
    kind: u64 = o.imm & 0x7f
    words: cython.bint = kind & WORDS
    count: cython.int = 8 if words else 16
    a: u8x16 = load16(register_at(c, o.dst))
    b: u8x16 = load16(source(c, o, 16))
    length_a: cython.int
    length_b: cython.int
    r: u32
    i: cython.int
    mask: Lanes
    if explicit:
        length_a = explicit_length(c.reg[0], o.extra == 8, words)
        length_b = explicit_length(c.reg[2], o.extra == 8, words)
    else:
        length_a = implicit_length(a, words)
        length_b = implicit_length(b, words)
    r = aggregate(kind, a, length_a, b, length_b)
    if kind & NEGATIVE:
        r ^= (cython.cast(u32, 1) << (length_b if kind & MASKED else count)) - 1
    if index:
        i = count
        if r:
            i = 0 if not kind & MOST else count - 1
            while not r >> i & 1:
                i += -1 if kind & MOST else 1
        c.reg[1] = i
    else:
        mask.all = from_u64(r)
        if kind & MOST:
            for i in range(count):
                if words:
                    mask.i16[i] = -cython.cast(i32, r >> i & 1)
                else:
                    mask.i8[i] = -cython.cast(i32, r >> i & 1)
        store16(cython.address(c.xmm[0][0]), mask.all)
    set_status(c, (CF if r else 0) | (ZF if length_b < count else 0) | (SF if length_a < count else 0)
               | (OF if r & 1 else 0))
    return done(c, o)


# fmt: off
def pcmpestri(c, o): return compare(c, o, True, True)
def pcmpestrm(c, o): return compare(c, o, True, False)
def pcmpistri(c, o): return compare(c, o, False, True)
def pcmpistrm(c, o): return compare(c, o, False, False)
# fmt: on


bind("PCMPESTRI", pcmpestri)
bind("PCMPESTRM", pcmpestrm)
bind("PCMPISTRI", pcmpistri)
bind("PCMPISTRM", pcmpistrm)
