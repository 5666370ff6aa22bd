"""Segment registers: MOV, LDS and its kin, ARPL. What a selector must be is in core/segments.py."""

import cython
from cython.cimports.blinkenlights.core.state import u16, u64


def mov_seg(c, o):
    """Moves to and from segment registers; a register destination is zero-extended."""
    value: u64
    error: cython.int
    if o.extra:  # operand 0 is the segment register
        value = load(c, ea(c, o), 2) if o.form == RM else get(c, o.src, 2)
        if o.dst == CS:
            return fault(c, o, 6, 0)
        error = load_segment(c, o.dst, cython.cast(u16, value))
        if error != FINE:
            return fault(c, o, error >> 16, error & 0xFFFF)
        return o + 1
    value = c.sel[o.src]
    if o.form == MR:
        store(c, ea(c, o), 2, value)
    else:
        put(c, o.dst, o.size, value)
    return o + 1


def load_far(c, o, number):
    """LDS and its kin: an offset and a selector from memory."""
    address: u64 = ea(c, o)
    size: cython.int = o.size
    value: u64 = load(c, address, size)
    selector: u16 = cython.cast(u16, load(c, linear(o, address + size), 2))
    error: cython.int = load_segment(c, number, selector)
    if error != FINE:
        return fault(c, o, error >> 16, error & 0xFFFF)
    put(c, o.dst, size, value)
    return o + 1


# fmt: off
def lds(c, o): return load_far(c, o, DS)
def les(c, o): return load_far(c, o, ES)
def lfs(c, o): return load_far(c, o, FS)
def lgs(c, o): return load_far(c, o, GS)
def lss(c, o): return load_far(c, o, SS)
# fmt: on


def arpl(c, o):
    """Raise the selector's privilege level to the other's; ZF says whether that was needed."""
    wanted: u64 = get(c, o.src, 2) & 3
    selector: u64 = load(c, ea(c, o), 2) if o.form == MR else get(c, o.dst, 2)
    raised: cython.bint = (selector & 3) < wanted
    if raised:
        selector = selector & 0xFFFC | wanted
        if o.form == MR:
            store(c, ea_of(c, o, o.seg, offset_of(c, o), 2, True), 2, selector)
        else:
            put(c, o.dst, 2, selector)
    set_status(c, get_status(c) & ~cython.cast(u64, ZF) | (ZF if raised else 0))
    return done(c, o)


bind("MOV_SEG", mov_seg)
bind("LDS", lds)
bind("LES", les)
bind("LFS", lfs)
bind("LGS", lgs)
bind("LSS", lss)
bind("ARPL", arpl)
