"""Decimal adjustment: AAA AAS AAM AAD DAA DAS (not in 64-bit code)."""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, OpP, u64


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def ascii_adjust(c: CpuP, o: OpP, subtract: cython.bint) -> OpP:
    ax: u64 = get(c, 0, 2)
    adjust: cython.bint = (ax & 15) > 9 or flag_a(c)
    if adjust:
        ax = ax - 6 - 0x100 if subtract else ax + 0x106
    put(c, 0, 2, ax & 0xFF0F)
    set_status(c, (get_status(c) & ~cython.cast(u64, CF | AF)) | (CF | AF if adjust else 0))
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def decimal_adjust(c: CpuP, o: OpP, subtract: cython.bint) -> OpP:
    old: u64 = get(c, 0, 1)
    al: u64 = old
    half: cython.bint = (old & 15) > 9 or flag_a(c)
    full: cython.bint = old > 0x99 or flag_c(c)
    carry: cython.bint = full
    if half:
        al = al - 6 if subtract else al + 6
        if subtract and old < 6:
            carry = True
    if full:
        al = al - 0x60 if subtract else al + 0x60
    put(c, 0, 1, al)
    set_logic_flags(c, al, 1)
    set_status(c, get_status(c) | (CF if carry else 0) | (AF if half else 0))
    return done(c, o)


# fmt: off
def aaa(c, o): return ascii_adjust(c, o, False)
def aas(c, o): return ascii_adjust(c, o, True)
def daa(c, o): return decimal_adjust(c, o, False)
def das(c, o): return decimal_adjust(c, o, True)
# fmt: on


def aam(c, o):
    """AH = AL / imm8, AL = AL % imm8; #DE for 0."""
    base: u64 = cython.cast(u8, o.imm)
    al: u64 = get(c, 0, 1)
    if base == 0:
        return fault(c, o, 0, 0)
    put(c, 0, 2, (al // base) << 8 | (al % base))
    set_logic_flags(c, al % base, 1)
    return done(c, o)


def aad(c, o):
    """AL = AL + AH * imm8, AH = 0."""
    al: u64 = (get(c, 0, 1) + get(c, 1, 1) * cython.cast(u8, o.imm)) & 0xFF
    put(c, 0, 2, al)
    set_logic_flags(c, al, 1)
    return done(c, o)


bind("AAA", aaa)
bind("AAS", aas)
bind("AAM", aam)
bind("AAD", aad)
bind("DAA", daa)
bind("DAS", das)
