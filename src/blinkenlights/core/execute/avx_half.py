"""Conversions between half precision or bfloat16 and singles (F16C, AVX-NE-CONVERT), done on the bits.

Half-precision denormal numbers are numbers like others: DAZ, FTZ and the denormal flag do not concern
them, only the singles.
"""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, u8p, u16, u32, u32p


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def single_of(x: u32, flags: u32p) -> u32:
    sign: u32 = (x & 0x8000) << 16
    exponent: u32 = x >> 10 & 31
    fraction: u32 = x & 0x3ff
    if exponent == 31:
        if fraction == 0:
            return sign | INFINITY32
        if not x & HALF_QUIET:
            flags[0] |= MXCSR_INVALID
        return sign | INFINITY32 | QUIET32 | fraction << DROPPED_BITS
    if exponent == 0:
        if fraction == 0:
            return sign
        exponent = 1
        while not fraction & 0x400:
            fraction <<= 1
            exponent -= 1  # below 0: the sum is right all the same
        fraction &= 0x3ff
    return sign | (exponent + LEAST_EXPONENT - 1) << 23 | fraction << DROPPED_BITS


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def shortened(x: u32, bits: cython.int, mode: u32, negative: cython.bint) -> u32:
    """`x` without its lowest bits, rounded."""
    rest: u32 = x & ((cython.cast(u32, 1) << bits) - 1)
    half: u32 = cython.cast(u32, 1) << (bits - 1)
    q: u32 = x >> bits
    up: cython.bint
    if mode == NEAREST:
        up = rest > half or (rest == half and q & 1 != 0)
    else:
        up = rest != 0 and mode == (DOWN if negative else UP)
    return q + 1 if up else q


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def half_of(c: CpuP, x: u32, mode: u32, flags: u32p) -> u32:
    sign: u32 = x >> 16 & 0x8000
    magnitude: u32 = x & 0x7fffffff
    exponent: u32 = magnitude >> 23
    significand: u32 = (magnitude & 0x7fffff) | 0x800000
    bits: cython.int = DROPPED_BITS
    precise: u32  # rounded to a half's precision, whatever the exponent
    r: u32
    inexact: cython.bint
    if magnitude > INFINITY32:
        if not magnitude & QUIET32:
            flags[0] |= MXCSR_INVALID
        return sign | HALF_INFINITY | HALF_QUIET | (magnitude >> DROPPED_BITS & 0x3ff)
    if magnitude == INFINITY32:
        return sign | HALF_INFINITY
    if exponent == 0:
        if magnitude == 0 or c.mxcsr & MXCSR_DAZ:
            return sign
        flags[0] |= MXCSR_DENORMAL
        significand = magnitude
        exponent = 1
    precise = shortened(significand, DROPPED_BITS, mode, sign != 0)
    if exponent >= LEAST_EXPONENT:
        r = ((exponent - LEAST_EXPONENT) << 10) + precise
        inexact = significand & ((1 << DROPPED_BITS) - 1) != 0
        if r >= HALF_INFINITY:
            flags[0] |= MXCSR_OVERFLOW
            if inexact or c.mxcsr & MXCSR_OVERFLOW << 7:
                flags[0] |= MXCSR_INEXACT
            if mode == NEAREST or mode == (DOWN if sign else UP):
                return sign | HALF_INFINITY
            return sign | (HALF_INFINITY - 1)
    else:
        bits += LEAST_EXPONENT - exponent
        if bits > 25:
            bits = 25  # beyond it, only that it is not zero matters
            significand = 1
        r = shortened(significand, bits, mode, sign != 0)
        inexact = significand & ((cython.cast(u32, 1) << bits) - 1) != 0
        # tiny: less than the least normal number even when rounded as if it had no least exponent
        if (inexact or not c.mxcsr & MXCSR_UNDERFLOW_MASK) and not (
                exponent == LEAST_EXPONENT - 1 and precise == 0x800):
            flags[0] |= MXCSR_UNDERFLOW
    if inexact:
        flags[0] |= MXCSR_INEXACT
    return sign | r


def vcvtph2ps(c, o):
    r: u32[8]
    source: u16[8]
    i: cython.int
    flags: u32 = 0
    lanes: cython.int = o.size // 4
    memcpy(cython.address(source[0]), last_source(c, o, lanes * 2), lanes * 2)
    for i in range(lanes):
        r[i] = single_of(source[i], cython.address(flags))
    if flags and not raise_flags(c, flags):
        return fault(c, o, VECTOR_XM, 0)
    put_vector(c, o, cython.cast(u8p, cython.address(r[0])), o.size)
    return done(c, o)


def vcvtps2ph(c, o):
    """To the low half, or the low quarter, of a register, or to memory."""
    r: Lanes
    i: cython.int
    flags: u32 = 0
    mode: u32 = (c.mxcsr >> 13 if o.imm & 4 else o.imm) & 3
    lanes: cython.int = o.size2 // 4
    source: u32p = cython.cast(u32p, register_at(c, o.src))
    r.all = from_u64(0)
    for i in range(lanes):
        r.u16[i] = half_of(c, source[i], mode, cython.address(flags))
    if o.form == MR:
        touch(c, ea(c, o), lanes * 2)  # a page fault comes before the arithmetic's exceptions
    if flags and not raise_flags(c, flags):
        return fault(c, o, VECTOR_XM, 0)
    if o.form == MR:
        store_bytes(c, ea(c, o), cython.address(r.u8[0]), lanes * 2)
    else:
        put_xmm(c, o, r.all)
    return done(c, o)


# -- AVX-NE-CONVERT: neither reads nor changes MXCSR -----------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def widened(x: u32, brain: cython.bint) -> u32:
    """A half, or a bfloat16, as a single."""
    ignored: u32 = 0
    return x << 16 if brain else single_of(x, cython.address(ignored))


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def every_second(c: CpuP, o: OpP, first: cython.int, brain: cython.bint) -> OpP:
    """The even elements of memory, or with `first` 1 the odd ones."""
    r: u32[8]
    source: u16[16]
    i: cython.int
    memcpy(cython.address(source[0]), host_read(c, ea(c, o), o.size), o.size)
    for i in range(o.size // 4):
        r[i] = widened(source[2 * i + first], brain)
    put_vector(c, o, cython.cast(u8p, cython.address(r[0])), o.size)
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def broadcast(c: CpuP, o: OpP, brain: cython.bint) -> OpP:
    r: u32[8]
    i: cython.int
    value: u32 = widened(cython.cast(u32, load(c, ea(c, o), 2)), brain)
    for i in range(8):
        r[i] = value
    put_vector(c, o, cython.cast(u8p, cython.address(r[0])), o.size)
    return done(c, o)


def vcvtneps2bf16(c, o):
    """Rounded to nearest; denormal numbers are zeros."""
    r: Lanes
    i: cython.int
    x: u32
    source: u32p = cython.cast(u32p, last_source(c, o, o.size2))
    r.all = from_u64(0)
    for i in range(o.size2 // 4):
        x = source[i]
        if x & 0x7fffffff > INFINITY32:
            x |= QUIET32
        elif not x & INFINITY32:
            x = x >> 31 << 31  # its sign
        else:
            x += 0x7fff + (x >> 16 & 1)
        r.u16[i] = cython.cast(u16, x >> 16)
    put_xmm(c, o, r.all)
    return done(c, o)


# fmt: off
def vcvtneeph2ps(c, o): return every_second(c, o, 0, False)
def vcvtneoph2ps(c, o): return every_second(c, o, 1, False)
def vcvtneebf162ps(c, o): return every_second(c, o, 0, True)
def vcvtneobf162ps(c, o): return every_second(c, o, 1, True)
def vbcstnesh2ps(c, o): return broadcast(c, o, False)
def vbcstnebf162ps(c, o): return broadcast(c, o, True)
# fmt: on


bind("VCVTNEPS2BF16", vcvtneps2bf16)
bind("VCVTNEEPH2PS", vcvtneeph2ps)
bind("VCVTNEOPH2PS", vcvtneoph2ps)
bind("VCVTNEEBF162PS", vcvtneebf162ps)
bind("VCVTNEOBF162PS", vcvtneobf162ps)
bind("VBCSTNESH2PS", vbcstnesh2ps)
bind("VBCSTNEBF162PS", vbcstnebf162ps)
bind("VCVTPH2PS", vcvtph2ps)
bind("VCVTPS2PH", vcvtps2ph)
