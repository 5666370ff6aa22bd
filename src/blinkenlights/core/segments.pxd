# Segments of 16 and 32-bit code: what their descriptors allow, checked where an operand's address is formed.

from blinkenlights.core.state cimport *
from blinkenlights.core.paging cimport SpaceP

# Access rights, `Cpu.seg_rights`: a descriptor's second word without its base and limit, as LAR gives it
# (Intel SDM volume 3, section 3.4.5).
cdef enum:
    R_ACCESSED = 0x100
    R_WRITABLE = 0x200  # data
    R_READABLE = 0x200  # code
    R_DOWN = 0x400  # data: the offsets above the limit are the valid ones
    R_CONFORMING = 0x400  # code
    R_CODE = 0x800
    R_MEMORY = 0x1000  # a code or data segment, not a gate or a system segment
    R_PRESENT = 0x8000
    R_LONG = 0x200000  # 64-bit code
    R_BIG = 0x400000  # 32-bit code or stack; an expand-down segment up to 4 GiB
    R_PAGES = 0x800000  # the limit counts 4 KiB units
    R_BITS = 0xf0ff00

# `Cpu.real`
cdef enum:
    PROTECTED = 0  # protected and long mode: selectors name descriptors
    REAL = 1  # selectors are bases, shifted by 4
    VIRTUAL_8086 = 2  # likewise, and the limit is 64 KiB

# What loading a segment register comes to: FINE, or an exception's vector << 16 | its error code.
cdef enum:
    FINE = -1

cdef inline int cpl(Cpu *c) noexcept nogil:
    """The privilege level of what runs: SS always has it."""
    return (c.seg_rights[SS] >> 13) & 3

# The linear address of `size` bytes at `offset` in a segment. Leaves by the fault jump with #GP, or #SS
# for the stack, when its descriptor does not allow the access.
cdef u64 checked(Cpu *c, int segment, u64 offset, int size, bint write) noexcept nogil
# The same for the operation's memory operand.
cdef u64 segmented(Cpu *c, Op *o, u64 offset) noexcept nogil
# Let the segment register's cache hold this descriptor, which was found good.
cdef void set_segment(Cpu *c, int number, u16 selector, u64 descriptor) noexcept nogil
# To be called after a change of `seg_limit` or `seg_rights`.
cdef void segment_changed(Cpu *c, int number) noexcept nogil
# The descriptor that a selector names; 0, which is never valid, where its table has none.
cdef u64 descriptor_of(Cpu *c, u16 selector) noexcept nogil
cdef u32 limit_of(u64 descriptor) noexcept nogil
# Load ES, SS, DS, FS or GS as MOV does.
cdef int load_segment(Cpu *c, int number, u16 selector) noexcept nogil
# What user code starts with in this size of code: Linux's flat segments, or real mode's at their selectors.
cdef void reset_segments(Cpu *c, int mode) noexcept nogil
