# Operands of MMX and SSE instructions.
#
# A source is a host pointer, into Cpu or guest memory; reading it may fault (as any guest access),
# so handlers read sources before they write anything.

from blinkenlights.core.access cimport *
from blinkenlights.core.fpcontrol cimport *
from blinkenlights.core.vector cimport *

cdef enum:
    VECTOR_MF = 16
    VECTOR_GP = 13
    VECTOR_XM = 19

cdef inline u8 *register_at(Cpu *c, u16 offset) noexcept nogil:
    return <u8 *>c + offset

cdef inline u8 *source(Cpu *c, Op *o, int size) noexcept nogil:
    """Operand 1, a register or `size` bytes of memory, aligned or not."""
    if o.form == RR:
        return <u8 *>c + o.src
    return host_read(c, ea(c, o), size)

cdef inline u8 *aligned_source(Cpu *c, Op *o) noexcept nogil:
    """Operand 1, 16 bytes; NULL (for #GP) when it is memory and not aligned."""
    cdef u64 a
    if o.form == RR:
        return <u8 *>c + o.src
    a = ea(c, o)
    if unlikely_(a & 15):
        return NULL
    return host_read(c, a, 16)

# How a handler finds operand 1: `RR` and `RM` are for those bound by `bind_flat`.
cdef enum:
    ANY = 4

cdef inline u8 *source_at(Cpu *c, Op *o, int size, int how) noexcept nogil:
    if how == RR:
        return <u8 *>c + o.src
    if how == RM:
        return flat_read(c, flat_ea(c, o))
    return source(c, o, size)

cdef inline u8 *aligned_source_at(Cpu *c, Op *o, int how) noexcept nogil:
    cdef u64 a
    if how == RR:
        return <u8 *>c + o.src
    if how == RM:
        a = flat_ea(c, o)
        if unlikely_(a & 15):
            return NULL
        return flat_read(c, a)
    return aligned_source(c, o)

cdef inline bint is_xmm(Cpu *c, u16 offset) noexcept nogil:
    """Whether a register's offset names an XMM register (else MMX or general)."""
    return <u8 *>c + offset >= &c.xmm[0][0]

cdef inline bint is_mmx(Cpu *c, u16 offset) noexcept nogil:
    return <u8 *>c + offset >= &c.st[0][0] and not is_xmm(c, offset)

cdef inline Op *misaligned(Cpu *c, Op *o) noexcept nogil:
    return fault(c, o, VECTOR_GP, 0)

# -- MMX -----------------------------------------------------------------------------------------

cdef inline bint x87_pending(Cpu *c) noexcept nogil:
    """An unmasked x87 exception waits: MMX instructions report it (#MF) before they do anything."""
    return unlikely_((c.fsw & ~c.fcw & 0x3f) != 0)

cdef inline Op *x87_fault(Cpu *c, Op *o) noexcept nogil:
    return fault(c, o, VECTOR_MF, 0)

cdef inline void enter_mmx(Cpu *c) noexcept nogil:
    """What every MMX instruction but EMMS does to the x87 state."""
    c.fpu_top = 0
    c.ftag = 0xff

cdef inline void put_mmx(Cpu *c, u16 offset, u64 value) noexcept nogil:
    """Write an MMX register; the x87 register's sign and exponent become all ones."""
    (<u64 *>(<u8 *>c + offset))[0] = value
    (<u16 *>(<u8 *>c + offset + 8))[0] = 0xffff
    enter_mmx(c)
