# Host instructions, written byte by byte. Register numbers are the architecture's: RAX 0 to R15 15.

from libc.string cimport memcpy
from blinkenlights.core.state cimport *

cdef enum:
    RAX = 0
    RCX = 1
    RDX = 2
    RBX = 3
    RSP = 4
    RBP = 5
    RSI = 6
    RDI = 7
    R8 = 8
    R9 = 9
    R10 = 10
    R11 = 11
    NONE = 16  # no base, no index (core.state's ZERO)
    GS_PREFIX = 0x65
    FS_PREFIX = 0x64

cdef struct Code:
    u8 *at
    u8 *start

ctypedef Code *CodeP

cdef inline void byte(Code *k, int value) noexcept nogil:
    k.at[0] = <u8>value
    k.at += 1

cdef inline void word(Code *k, u32 value) noexcept nogil:
    memcpy(k.at, &value, 4)
    k.at += 4

cdef inline void quad(Code *k, u64 value) noexcept nogil:
    memcpy(k.at, &value, 8)
    k.at += 8

cdef inline int here(Code *k) noexcept nogil:
    return <int>(k.at - k.start)

cdef inline bint fits32(u64 value) noexcept nogil:
    """Whether sign extension of its low half gives the value."""
    return <u64><i64><i32>value == value

cdef inline void memory(Code *k, int reg, int base, int index, int scale, i64 disp) noexcept nogil:
    """ModRM, SIB and displacement. Of registers the low three bits count; the prefix has the rest."""
    cdef int field = (reg & 7) << 3
    if base == NONE:
        byte(k, field | 4)
        byte(k, scale << 6 | (4 if index == NONE else index & 7) << 3 | 5)
        word(k, <u32>disp)
        return
    cdef int mod = 0 if disp == 0 and base & 7 != 5 else 1 if disp == <i8>disp else 2
    if index != NONE or base & 7 == 4:
        byte(k, mod << 6 | field | 4)
        byte(k, scale << 6 | (4 if index == NONE else index & 7) << 3 | (base & 7))
    else:
        byte(k, mod << 6 | field | (base & 7))
    if mod == 1:
        byte(k, <int>disp)
    elif mod == 2:
        word(k, <u32>disp)

cdef inline int rex_of(int wide, int reg, int base, int index) noexcept nogil:
    """REX, 0x40 at least; NONE counts as no register."""
    return (0x40 | wide << 3 | (reg & 8) >> 1 | (0 if index == NONE else (index & 8) >> 2)
            | (0 if base == NONE else (base & 8) >> 3))

cdef inline void lea(Code *k, int to, int base, int index, int scale, i64 disp) noexcept nogil:
    byte(k, rex_of(1, to, base, index))
    byte(k, 0x8D)
    memory(k, to, base, index, scale, disp)

cdef inline void load64(Code *k, int segment, int to, int base, i64 disp) noexcept nogil:
    """mov to, segment:[base + disp]; no segment: 0."""
    if segment:
        byte(k, segment)
    byte(k, rex_of(1, to, base, NONE))
    byte(k, 0x8B)
    memory(k, to, base, NONE, 0, disp)

cdef inline void store64(Code *k, int segment, int base, i64 disp, int reg) noexcept nogil:
    if segment:
        byte(k, segment)
    byte(k, rex_of(1, reg, base, NONE))
    byte(k, 0x89)
    memory(k, reg, base, NONE, 0, disp)

cdef inline void move(Code *k, int to, int source) noexcept nogil:
    byte(k, rex_of(1, source, to, NONE))
    byte(k, 0x89)
    byte(k, 0xC0 | (source & 7) << 3 | (to & 7))

cdef inline void set_register(Code *k, int to, u64 value) noexcept nogil:
    """In the shortest way that leaves the flags alone."""
    if value >> 32 == 0:
        if to & 8:
            byte(k, 0x41)
        byte(k, 0xB8 | (to & 7))
        word(k, <u32>value)
    elif fits32(value):
        byte(k, rex_of(1, 0, to, NONE))
        byte(k, 0xC7)
        byte(k, 0xC0 | (to & 7))
        word(k, <u32>value)
    else:
        byte(k, rex_of(1, 0, to, NONE))
        byte(k, 0xB8 | (to & 7))
        quad(k, value)

cdef inline void pad_for_word(Code *k, u64 origin, int before) noexcept nogil:
    """NOPs, so that a word `before` bytes from here lies within a cache line: it will be replaced."""
    cdef u64 at = origin + here(k) + before
    while (at & 63) > 60:
        byte(k, 0x90)
        at += 1
