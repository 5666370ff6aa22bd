"""Segment registers of 16 and 32-bit code: their hidden parts, limits and access rights.

64-bit code never comes here except to load a segment register. Where all of a segment may be read and
written, which `Cpu.seg_open` tells, its accesses are not checked either. User mode's descriptors are those
of Linux's GDT that user code may use, and the LDT that modify_ldt fills.
"""

import cython
from cython.cimports.blinkenlights.core.paging import siglongjmp
from cython.cimports.blinkenlights.core.state import CpuP, u32, u64
from cython.cimports.blinkenlights.core.supervisor.state import SystemP

GP = cython.declare(cython.int, 13)
NP = cython.declare(cython.int, 11)
STACK_FAULT = cython.declare(cython.int, 12)
EVERYTHING = cython.declare(u32, 0xFFFFFFFF)
HIGH_BASE = cython.declare(u64, 0xFF000000)

# Linux's GDT as user code sees it, by index: 32-bit code, data, 64-bit code; and at 0x78 the number of
# the processor, as a limit. (arch/x86/include/asm/segment.h)
GDT = cython.declare(u64[16])
GDT[4] = 0x00CFFB000000FFFF
GDT[5] = 0x00CFF3000000FFFF
GDT[6] = 0x00AFFB000000FFFF
GDT[15] = 0x0040F50000000000


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def refuse(c: CpuP, segment: cython.int) -> cython.void:
    """Does not return."""
    c.vector = STACK_FAULT if segment == SS else GP
    c.error_code = 0
    c.fault_address = 0
    c.host_signal = 0
    c.exit = EXIT_EXCEPTION
    siglongjmp(c.fault_jump, 1)


def checked(c, segment, offset, size, write):
    rights: u32 = c.seg_rights[segment]
    limit: u32 = c.seg_limit[segment]
    last: u64 = offset + size - 1
    s: SystemP
    if c.system != cython.NULL:  # a PC, which keeps limits of its own
        s = cython.cast(SystemP, c.system)
        if offset < (s.segment[segment].low_write if write else s.segment[segment].low):
            refuse(c, segment)
        if last > s.segment[segment].high:
            refuse(c, segment)
    elif not c.seg_open >> segment & 1:
        if not rights & R_PRESENT:
            refuse(c, segment)
        if rights & R_CODE:
            if write or not rights & R_READABLE:
                refuse(c, segment)
        elif write and not rights & R_WRITABLE:
            refuse(c, segment)
        if rights & (R_CODE | R_DOWN) == R_DOWN:
            if offset <= limit or last > (EVERYTHING if rights & R_BIG else 0xFFFF):
                refuse(c, segment)
        elif last > limit:
            refuse(c, segment)
    return cython.cast(u32, offset + c.seg_base[segment])


def segmented(c, o, offset):
    size: cython.int
    if c.seg_open >> o.seg & 1 or c.system != cython.NULL:  # a PC's blocks have operations that check
        return cython.cast(u32, offset + c.seg_base[o.seg])
    size = o.size if o.form == MR else o.size2 if o.form == RM else o.extra
    return checked(c, o.seg, offset, size if size else 1, (o.flags & WRITES) != 0)


def segment_changed(c, number):
    whole: u32 = R_MEMORY | R_PRESENT | R_WRITABLE
    rights: u32 = c.seg_rights[number]
    c.seg_open &= ~(1 << number)
    if number == SS:
        c.stack_mask = EVERYTHING if rights & R_BIG else 0xFFFF
    if rights & (whole | R_CODE | R_DOWN) == whole and c.seg_limit[number] == EVERYTHING:
        c.seg_open |= 1 << number


def limit_of(descriptor):
    limit: u32 = cython.cast(u32, (descriptor & 0xFFFF) | (descriptor >> 32 & 0xF0000))
    return limit << 12 | 0xFFF if descriptor >> 55 & 1 else limit


def set_segment(c, number, selector, descriptor):
    c.sel[number] = selector
    c.seg_base[number] = (descriptor >> 16 & 0xFFFFFF) | (descriptor >> 32 & HIGH_BASE)
    c.seg_limit[number] = limit_of(descriptor)
    c.seg_rights[number] = cython.cast(u32, descriptor >> 32) & R_BITS
    segment_changed(c, number)


def descriptor_of(c, selector):
    index: cython.int = selector >> 3
    s: SpaceP = cython.cast(SpaceP, c.space)
    if selector & 4:
        return s.ldt[index] if cython.cast(u32, index) < s.ldt_count else 0
    return GDT[index] if index < 16 else 0


def load_segment(c, number, selector):
    descriptor: u64
    rights: u32
    level: cython.int
    if c.real:
        c.sel[number] = selector
        c.seg_base[number] = cython.cast(u64, selector) << 4
        return FINE
    visible: cython.int = selector & 0xFFFC
    if visible == 0:
        if number == SS:
            return GP << 16
        c.sel[number] = selector
        c.seg_limit[number] = c.seg_rights[number] = 0
        c.seg_base[number] = 0
        segment_changed(c, number)
        return FINE
    descriptor = descriptor_of(c, selector)
    rights = cython.cast(u32, descriptor >> 32)
    level = rights >> 13 & 3
    if not rights & R_MEMORY:
        return GP << 16 | visible
    if number == SS:
        if rights & (R_CODE | R_WRITABLE) != R_WRITABLE or selector & 3 != cpl(c) or level != cpl(c):
            return GP << 16 | visible
        if not rights & R_PRESENT:
            return STACK_FAULT << 16 | visible
    else:
        if rights & R_CODE and not rights & R_READABLE:
            return GP << 16 | visible
        outward: cython.bint = selector & 3 > level or cpl(c) > level
        if outward and rights & (R_CODE | R_CONFORMING) != R_CODE | R_CONFORMING:
            return GP << 16 | visible
        if not rights & R_PRESENT:
            return NP << 16 | visible
    set_segment(c, number, selector, descriptor | cython.cast(u64, R_ACCESSED) << 32)
    return FINE


def reset_segments(c, mode):
    i: cython.int
    c.real = REAL if mode == 16 else PROTECTED
    c.sel[CS] = 0x33 if mode == 64 else 0x23
    c.sel[SS] = 0x2B
    for i in range(6):
        if mode == 16:
            c.sel[i] = 0
            c.seg_base[i] = 0
            c.seg_limit[i] = 0xFFFF
            c.seg_rights[i] = R_MEMORY | R_PRESENT | R_WRITABLE | R_ACCESSED
            segment_changed(c, i)
        elif i == CS or i == SS or (mode == 32 and i < FS):
            if i != CS and i != SS:
                c.sel[i] = 0x2B
            set_segment(c, i, c.sel[i], descriptor_of(c, c.sel[i]))
        else:
            c.sel[i] = 0
            c.seg_base[i] = 0
            c.seg_limit[i] = c.seg_rights[i] = 0
            segment_changed(c, i)
