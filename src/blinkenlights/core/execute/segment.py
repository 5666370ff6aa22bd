"""Segment registers: MOV, and far control transfers as user code meets them.

64-bit user code: a data segment register takes a null selector or one of the flat user segments
that Linux provides; anything else is #GP. In 16-bit code a selector is its base, shifted by 4.
"""

import cython
from cython.cimports.blinkenlights.core.state import u16, u64


def load_segment(c, number, selector):
    if c.mode == 16:
        c.sel[number] = selector
        c.seg_base[number] = cython.cast(u64, selector) << 4
        return True
    if number == CS:
        return False
    if selector > 3 and selector != 0x2B and selector != 0x2A and selector != 0x29 and selector != 0x28:
        return False
    if number == SS and selector != 0x2B and c.mode == 64 and selector > 3:
        return False
    c.sel[number] = selector
    if number == FS or number == GS:
        c.seg_base[number] = 0
    return True


def mov_seg(c, o):
    """Moves to and from segment registers; a register destination is zero-extended."""
    value: u64
    if o.extra:  # operand 0 is the segment register
        value = load(c, ea(c, o), 2) if o.form == RM else get(c, o.src, 2)
        if o.dst == CS:
            return fault(c, o, 6, 0)
        if not load_segment(c, o.dst, cython.cast(u16, value)):
            return fault(c, o, 13, cython.cast(u16, value) & 0xFFFC)
        return o + 1
    value = c.sel[o.src]
    if o.form == MR:
        store(c, ea(c, o), 2, value)
    else:
        put(c, o.dst, o.size, value)
    return o + 1


def far(c, o):
    """CALLF, JMPF, RETF and IRET: user code has no other code segment to go to."""
    return fault(c, o, 13, 0)


bind("MOV_SEG", mov_seg)
for name in ("CALLF", "JMPF", "RETF", "IRET"):
    bind(name, far)
    ends_block(name)
