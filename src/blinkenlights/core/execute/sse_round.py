"""SSE approximations (RCP, RSQRT) and rounding to an integral value (ROUND)."""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, OpP, u8p, u32, u32p, u64

# -- approximations; they raise no exceptions ----------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def approximate(c: CpuP, o: OpP, lanes: cython.int, root: cython.bint) -> OpP:
    x: Lanes
    i: cython.int
    s: u8p = aligned_source(c, o) if lanes == 4 else source(c, o, 4)
    if unlikely_(s == cython.NULL):
        return misaligned(c, o)
    memcpy(cython.address(x.u8[0]), s, lanes * 4)
    for i in range(lanes):
        x.f32[i] = approximate_root(x.f32[i]) if root else approximate_reciprocal(x.f32[i])
    memcpy(register_at(c, o.dst), cython.address(x.u8[0]), lanes * 4)
    return done(c, o)


def rcpps(c, o):
    return approximate(c, o, 4, False)


def rcpss(c, o):
    return approximate(c, o, 1, False)


def rsqrtps(c, o):
    return approximate(c, o, 4, True)


def rsqrtss(c, o):
    return approximate(c, o, 1, True)


# -- rounding to an integral value ---------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def integral(c: CpuP, x: u64, mode: u32, width: cython.int, flags: u32p) -> u64:
    """The number with bits `x`, rounded; done on the bits, as the mode is the instruction's own."""
    fraction_bits: cython.int = 23 if width == 4 else 52
    bias: cython.int = 127 if width == 4 else 1023
    one: u64 = cython.cast(u64, 1)
    sign: u64 = x & (one << (width * 8 - 1))
    magnitude: u64 = x ^ sign
    exponent: cython.int = magnitude >> fraction_bits
    unit: u64  # the bits' value of 1
    rest: u64
    if exponent >= bias + fraction_bits:  # integral, infinite or NaN
        if exponent == bias * 2 + 1 and magnitude << (64 - fraction_bits):
            if not x >> (fraction_bits - 1) & 1:
                flags[0] |= MXCSR_INVALID
            return x | one << (fraction_bits - 1)
        return x
    if exponent == 0 and (magnitude == 0 or c.mxcsr & MXCSR_DAZ):
        return sign
    if exponent < bias:  # less than 1
        flags[0] |= MXCSR_INEXACT
        unit = cython.cast(u64, bias) << fraction_bits
        if mode == NEAREST:
            return sign | unit if magnitude > unit - (one << fraction_bits) else sign
        return sign | unit if mode == (DOWN if sign else UP) else sign
    unit = one << (fraction_bits - (exponent - bias))
    rest = magnitude & (unit - 1)
    if rest == 0:
        return x
    flags[0] |= MXCSR_INEXACT
    magnitude -= rest
    if mode == NEAREST:
        if rest * 2 > unit or (rest * 2 == unit and magnitude & unit):
            magnitude += unit
    elif mode == (DOWN if sign else UP):
        magnitude += unit
    return sign | magnitude


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def round_lanes(c: CpuP, o: OpP, lanes: cython.int, width: cython.int) -> OpP:
    x: Lanes
    i: cython.int
    flags: u32 = 0
    mode: u32 = (c.mxcsr >> 13 if o.imm & 4 else o.imm) & 3
    s: u8p = source(c, o, width) if lanes == 1 else aligned_source(c, o)
    if unlikely_(s == cython.NULL):
        return misaligned(c, o)
    memcpy(cython.address(x.u8[0]), s, lanes * width)
    for i in range(lanes):
        if width == 4:
            x.u32[i] = integral(c, x.u32[i], mode, 4, cython.address(flags))
        else:
            x.u64[i] = integral(c, x.u64[i], mode, 8, cython.address(flags))
    if o.imm & 8:
        flags &= ~MXCSR_INEXACT
    if flags and not raise_flags(c, flags):
        return fault(c, o, VECTOR_XM, 0)
    memcpy(register_at(c, o.dst), cython.address(x.u8[0]), lanes * width)
    return done(c, o)


def roundps(c, o):
    return round_lanes(c, o, 4, 4)


def roundpd(c, o):
    return round_lanes(c, o, 2, 8)


def roundss(c, o):
    return round_lanes(c, o, 1, 4)


def roundsd(c, o):
    return round_lanes(c, o, 1, 8)


bind("RCPPS", rcpps)
bind("RCPSS", rcpss)
bind("RSQRTPS", rsqrtps)
bind("RSQRTSS", rsqrtss)
bind("ROUNDPS", roundps)
bind("ROUNDPD", roundpd)
bind("ROUNDSS", roundss)
bind("ROUNDSD", roundsd)
