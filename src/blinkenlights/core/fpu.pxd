# The guest's x87 state: the register stack, status word, exceptions and the pointers to the last
# instruction. Names as in Intel's manual, volume 1, chapter 8.

from libc.string cimport memcpy, memset
from blinkenlights.core.state cimport *
from blinkenlights.core.access cimport *

# status word
cdef enum:
    FPU_IE = 1
    FPU_DE = 2
    FPU_ZE = 4
    FPU_OE = 8
    FPU_UE = 16
    FPU_PE = 32
    FPU_EXCEPTIONS = 0x3f
    FPU_SF = 0x40  # stack fault
    FPU_ES = 0x80  # an unmasked exception is pending
    FPU_C0 = 0x100
    FPU_C1 = 0x200
    FPU_C2 = 0x400
    FPU_TOP = 0x3800
    FPU_C3 = 0x4000
    FPU_BUSY = 0x8000  # same as ES
    FPU_C023 = 0x4500

cdef enum:
    FPU_CONTROL = 0x37f  # the control word after FNINIT
    FPU_PRECISION_ROUNDING = 0xf00

cdef inline int physical(Cpu *c, int i) noexcept nogil:
    """Number of the register that ST(i) is now."""
    return (c.fpu_top + i) & 7

cdef inline u8 *st(Cpu *c, int i) noexcept nogil:
    return c.st[physical(c, i)]

cdef inline bint is_empty(Cpu *c, int i) noexcept nogil:
    return not (c.ftag >> physical(c, i)) & 1

cdef inline void free_register(Cpu *c, int i) noexcept nogil:
    c.ftag &= ~(1 << physical(c, i))

cdef inline void set_st(Cpu *c, int i, const void *value) noexcept nogil:
    memcpy(st(c, i), value, 10)
    c.ftag |= 1 << physical(c, i)

cdef inline void push_st(Cpu *c, const void *value) noexcept nogil:
    c.fpu_top = (c.fpu_top - 1) & 7
    set_st(c, 0, value)

cdef inline void pop_st(Cpu *c) noexcept nogil:
    free_register(c, 0)
    c.fpu_top = (c.fpu_top + 1) & 7

cdef inline void set_cell(u8 *cell, u64 significand, u16 exponent) noexcept nogil:
    memcpy(cell, &significand, 8)
    memcpy(cell + 8, &exponent, 2)

cdef inline void set_indefinite(u8 *cell) noexcept nogil:
    """The default NaN, the masked response to an invalid operation."""
    set_cell(cell, <u64>3 << 62, 0xffff)

cdef inline u64 significand(const u8 *cell) noexcept nogil:
    return (<const u64 *>cell)[0]

cdef inline u16 exponent(const u8 *cell) noexcept nogil:
    """Sign and biased exponent."""
    return (<const u16 *>(cell + 8))[0]

cdef inline void update_pending(Cpu *c) noexcept nogil:
    """ES and B follow from the exception flags and their masks."""
    c.fsw &= ~(FPU_ES | FPU_BUSY)
    if c.fsw & ~c.fcw & FPU_EXCEPTIONS:
        c.fsw |= FPU_ES | FPU_BUSY

cdef inline u16 status_word(Cpu *c) noexcept nogil:
    return c.fsw | c.fpu_top << 11

cdef inline void set_status_word(Cpu *c, u16 value) noexcept nogil:
    c.fpu_top = (value >> 11) & 7
    c.fsw = value & ~FPU_TOP
    update_pending(c)

cdef inline void set_control_word(Cpu *c, u16 value) noexcept nogil:
    c.fcw = (value & 0x1f7f) | 0x40
    update_pending(c)

cdef inline void mark_instruction(Cpu *c, Op *o) noexcept nogil:
    """Remember the instruction and the offset of its memory operand for an exception handler."""
    c.fip = o.rip
    if o.form != RR:
        c.fdp = offset_of(c, o)

# The opcode of the instruction at `c.fip`, as the exception pointers hold it.
cdef u16 opcode_at(Cpu *c, u64 address) noexcept nogil

cdef inline bint raised(Cpu *c, Op *o, u16 flags) noexcept nogil:
    """Record an instruction's exception flags and C1 (others are kept); True if one is unmasked."""
    c.fsw = (c.fsw & ~FPU_C1) | (flags & (FPU_EXCEPTIONS | FPU_SF | FPU_C1))
    if likely_(not flags & ~c.fcw & FPU_EXCEPTIONS):
        return False
    c.fsw |= FPU_ES | FPU_BUSY
    c.fop = opcode_at(c, <u32>(o.rip + c.seg_base[CS]) if o.flags & LEGACY else o.rip)
    return True

cdef inline bint stack_fault(Cpu *c, Op *o, u16 c1) noexcept nogil:
    """Stack underflow (c1 = 0) or overflow (FPU_C1); True when it is unmasked."""
    return raised(c, o, FPU_IE | FPU_SF | c1)
