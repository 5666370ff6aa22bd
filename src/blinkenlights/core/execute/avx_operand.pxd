# Operands of VEX instructions: 16 or 32 bytes (`Op.size`), and what is beyond them becomes zero.

from libc.string cimport memset
from blinkenlights.core.dispatch cimport bind, bind_flat, general, mnemonic_id, MAX_MNEMONICS
from blinkenlights.core.execute.sse_operand cimport *

cdef enum:
    NO_OPERAND = 8 * ZERO  # `Op.src2` of an instruction with two register operands

cdef inline u8 *last_source(Cpu *c, Op *o, int size) noexcept nogil:
    """The last vector operand: `size` bytes of memory, or a register."""
    if o.form == RR:
        return <u8 *>c + (o.src if o.src2 == NO_OPERAND else o.src2)
    return host_read(c, ea(c, o), size)

cdef inline u8 *fetched(Cpu *c, Op *o, u8 *out) noexcept nogil:
    """The last vector operand; all of it is read, even if the result needs less."""
    cdef u8 *s = last_source(c, o, o.size)
    store16(out, load16(s))
    if o.size == 32:
        store16(out + 16, load16(s + 16))
    return out

cdef inline void put_xmm(Cpu *c, Op *o, u8x16 v) noexcept nogil:
    """Write operand 0 and clear its upper half."""
    cdef u8 *d = <u8 *>c + o.dst
    store16(d, v)
    store16(d + 16, from_u64(0))

cdef inline void put_ymm(Cpu *c, Op *o, u8x16 low, u8x16 high) noexcept nogil:
    cdef u8 *d = <u8 *>c + o.dst
    store16(d, low)
    store16(d + 16, high)

cdef inline void put_vector(Cpu *c, Op *o, const u8 *bytes, int size) noexcept nogil:
    """Write operand 0 from 16 or 32 bytes elsewhere than in a register."""
    put_ymm(c, o, load16(bytes), load16(bytes + 16) if size == 32 else from_u64(0))

cdef inline void touch(Cpu *c, u64 address, int width) noexcept nogil:
    """Fault if the operand cannot be written."""
    cdef volatile u8 *p = host_write(c, address, width)
    p[0] = p[0]
    p[width - 1] = p[width - 1]
