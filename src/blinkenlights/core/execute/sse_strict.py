"""The end of arithmetic with unmasked exceptions.

An unmasked overflow or underflow tells its handler the flags of the result that would be right if
the exponent had more bits: inexact only if the significand was rounded. The host's flags are those
of the masked response; so the flags are found again, lane by lane.
"""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, f32p, f64p, u32, u32p, u64p


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def has_trap(c: CpuP, flags: u32) -> cython.bint:
    return flags & (MXCSR_OVERFLOW | MXCSR_UNDERFLOW) & ~(c.mxcsr >> 7) != 0


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def flags32(c: CpuP, op: cython.int, p: f32p, q: f32p) -> u32:
    """The flags of one lane."""
    r: f32p = cython.cast(f32p, cython.address(c.tmp[48]))
    flags: u32
    begin_strict(c)
    r[0] = arith32(op, p[0], q[0])
    flags = flags_so_far(c, is_denormal32(cython.cast(u32p, r)[0]))
    if has_trap(c, flags):
        flags &= ~MXCSR_INEXACT
        if needs_more_bits(op, p[0], q[0], 24):
            flags |= MXCSR_INEXACT
    return flags


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def flags64(c: CpuP, op: cython.int, p: f64p, q: f64p) -> u32:
    """The flags of one lane."""
    r: f64p = cython.cast(f64p, cython.address(c.tmp[48]))
    flags: u32
    begin_strict(c)
    r[0] = arith64(op, p[0], q[0])
    flags = flags_so_far(c, is_denormal64(cython.cast(u64p, r)[0]))
    if has_trap(c, flags):
        flags &= ~MXCSR_INEXACT
        if needs_more_bits(op, p[0], q[0], 53):
            flags |= MXCSR_INEXACT
    return flags


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def narrowing_flags(c: CpuP, p: f64p) -> u32:
    r: f32p = cython.cast(f32p, cython.address(c.tmp[48]))
    flags: u32
    begin_strict(c)
    r[0] = narrowed(p[0])
    flags = flags_so_far(c, is_denormal32(cython.cast(u32p, r)[0]))
    if has_trap(c, flags):
        flags &= ~MXCSR_INEXACT
        if needs_more_bits(ITSELF, p[0], 0, 24):
            flags |= MXCSR_INEXACT
    return flags


def accept32(c, op, a, b, lanes):
    i: cython.int
    flags: u32 = 0
    store16(cython.address(c.tmp[0]), a)
    store16(cython.address(c.tmp[16]), b)
    flags_so_far(c, False)  # of the masked response
    for i in range(lanes):
        flags |= flags32(c, op, cython.cast(f32p, cython.address(c.tmp[i * 4])),
                         cython.cast(f32p, cython.address(c.tmp[16 + i * 4])))
    return raise_flags(c, flags)


def accept64(c, op, a, b, lanes):
    i: cython.int
    flags: u32 = 0
    store16(cython.address(c.tmp[0]), a)
    store16(cython.address(c.tmp[16]), b)
    flags_so_far(c, False)  # of the masked response
    for i in range(lanes):
        flags |= flags64(c, op, cython.cast(f64p, cython.address(c.tmp[i * 8])),
                         cython.cast(f64p, cython.address(c.tmp[16 + i * 8])))
    return raise_flags(c, flags)


def accept_narrowing(c, a, lanes):
    i: cython.int
    flags: u32 = 0
    store16(cython.address(c.tmp[0]), a)
    flags_so_far(c, False)
    for i in range(lanes):
        flags |= narrowing_flags(c, cython.cast(f64p, cython.address(c.tmp[i * 8])))
    return raise_flags(c, flags)
