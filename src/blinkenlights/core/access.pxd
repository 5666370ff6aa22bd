# Operands: registers, effective addresses, guest memory and flags, inlined into every handler.

from libc.string cimport memcpy
from blinkenlights.core.state cimport *

cdef extern from *:
    """
    #define likely_(x) __builtin_expect(!!(x), 1)
    #define unlikely_(x) __builtin_expect(!!(x), 0)
    #if defined(__x86_64__)
    #define HOST_KEEPS_ORDER 1
    #else
    #define HOST_KEEPS_ORDER 0
    #endif
    #define order_after_reads() __atomic_thread_fence(__ATOMIC_ACQUIRE)
    #define order_after_all() __atomic_thread_fence(__ATOMIC_ACQ_REL)
    """
    bint likely_(bint) noexcept nogil
    bint unlikely_(bint) noexcept nogil
    bint HOST_KEEPS_ORDER  # as x86 does: reads and writes appear in program order, but reads may pass writes
    void order_after_reads() noexcept nogil
    void order_after_all() noexcept nogil

# TLB misses and page crossings: they return only when the access is allowed, else they leave by
# the fault jump with #PF.
from blinkenlights.core.paging cimport read_slow, write_slow
from blinkenlights.core.segments cimport checked, segmented

# -- registers ---------------------------------------------------------------------------------

cdef inline u64 get(Cpu *c, u16 offset, int size) noexcept nogil:
    """The register at byte `offset` of the state, zero-extended from `size` bytes."""
    cdef u8 *p = <u8 *>c + offset
    if size == 8:
        return (<u64 *>p)[0]
    if size == 4:
        return (<u32 *>p)[0]
    if size == 2:
        return (<u16 *>p)[0]
    return p[0]

cdef inline void put(Cpu *c, u16 offset, int size, u64 value) noexcept nogil:
    """Write a general register as the CPU does: 4 bytes clear the upper half, 1 and 2 keep it."""
    cdef u8 *p = <u8 *>c + offset
    if size == 8:
        (<u64 *>p)[0] = value
    elif size == 4:
        (<u64 *>p)[0] = <u32>value
    elif size == 2:
        (<u16 *>p)[0] = <u16>value
    else:
        p[0] = <u8>value

# -- addresses ---------------------------------------------------------------------------------

cdef inline u64 offset_of(Cpu *c, Op *o) noexcept nogil:
    """The memory operand's offset in its segment."""
    cdef u64 a = c.reg[o.base] + (c.reg[o.index] << o.scale) + o.disp
    if unlikely_(o.asize != 8):
        a &= <u64>0xffff if o.asize == 2 else <u64>0xffffffff
    return a

cdef inline u64 linear(Op *o, u64 address) noexcept nogil:
    """Wrap a linear address as the code's mode does."""
    if unlikely_(o.flags & LEGACY):
        return address & 0xffffffffULL
    return address

cdef inline u64 ea(Cpu *c, Op *o) noexcept nogil:
    """The memory operand's linear address; in 16 and 32-bit code only if its segment allows the access."""
    if unlikely_(o.flags & LEGACY):
        return segmented(c, o, offset_of(c, o))
    return offset_of(c, o) + c.seg_base[o.seg]

cdef inline u64 ea_of(Cpu *c, Op *o, int segment, u64 offset, int size, bint write) noexcept nogil:
    """The same for an operand that the instruction implies, or that isn't where ModRM says."""
    if unlikely_(o.flags & LEGACY):
        return checked(c, segment, offset, size, write)
    return offset + c.seg_base[segment]

# -- memory ------------------------------------------------------------------------------------

# Before every access: what other processors see is in the order that x86 promises.

cdef inline void order_read(Cpu *c) noexcept nogil:
    if not HOST_KEEPS_ORDER and unlikely_(c.shared):
        order_after_reads()

cdef inline void order_write(Cpu *c) noexcept nogil:
    if not HOST_KEEPS_ORDER and unlikely_(c.shared):
        order_after_all()

cdef inline u8 *host_read(Cpu *c, u64 address, int size) noexcept nogil:
    """Host address of `size` readable guest bytes ."""
    cdef TlbEntry *t
    order_read(c)
    if unlikely_(c.paged):
        t = &c.tlb[(address >> 12) & (TLB_SIZE - 1)]
        if likely_(t.read_tag == (address & ~<u64>0xfff) and ((address & 0xfff) + size) <= 0x1000):
            return <u8 *>(address + t.addend)
        return read_slow(c, address, size)
    return <u8 *>(address + c.membase)

cdef inline u64 load(Cpu *c, u64 address, int size) noexcept nogil:
    """`size` bytes (1, 2, 4 or 8) of guest memory, zero-extended."""
    cdef u8 *p = host_read(c, address, size)
    if size == 8:
        return (<u64 *>p)[0]
    if size == 4:
        return (<u32 *>p)[0]
    if size == 2:
        return (<u16 *>p)[0]
    return p[0]

cdef inline u8 *host_write(Cpu *c, u64 address, int size) noexcept nogil:
    """Host address of `size` writable guest bytes."""
    cdef TlbEntry *t
    order_write(c)
    if unlikely_(c.paged):
        t = &c.tlb[(address >> 12) & (TLB_SIZE - 1)]
        if likely_(t.write_tag == (address & ~<u64>0xfff) and ((address & 0xfff) + size) <= 0x1000):
            return <u8 *>(address + t.addend)
        return write_slow(c, address, size)
    return <u8 *>(address + c.membase)

cdef inline void store(Cpu *c, u64 address, int size, u64 value) noexcept nogil:
    """Write the low `size` bytes (1, 2, 4 or 8) of `value` to guest memory."""
    cdef u8 *p = host_write(c, address, size)
    if size == 8:
        (<u64 *>p)[0] = value
    elif size == 4:
        (<u32 *>p)[0] = <u32>value
    elif size == 2:
        (<u16 *>p)[0] = <u16>value
    else:
        p[0] = <u8>value

# Handlers bound to a size and a form serve only 64-bit code on linear memory, and memory operands
# without a segment base; these are the accesses for them.

cdef inline u64 flat_ea(Cpu *c, Op *o) noexcept nogil:
    return c.reg[o.base] + (c.reg[o.index] << o.scale) + o.disp

cdef inline u8 *flat_read(Cpu *c, u64 address) noexcept nogil:
    order_read(c)
    return <u8 *>(address + c.membase)

cdef inline u8 *flat_write(Cpu *c, u64 address) noexcept nogil:
    order_write(c)
    return <u8 *>(address + c.membase)

cdef inline u64 flat_load(Cpu *c, u64 address, int size) noexcept nogil:
    cdef u8 *p = flat_read(c, address)
    if size == 8:
        return (<u64 *>p)[0]
    if size == 4:
        return (<u32 *>p)[0]
    if size == 2:
        return (<u16 *>p)[0]
    return p[0]

cdef inline void flat_store(Cpu *c, u64 address, int size, u64 value) noexcept nogil:
    cdef u8 *p = flat_write(c, address)
    if size == 8:
        (<u64 *>p)[0] = value
    elif size == 4:
        (<u32 *>p)[0] = <u32>value
    elif size == 2:
        (<u16 *>p)[0] = <u16>value
    else:
        p[0] = <u8>value

cdef inline void fetch(Cpu *c, u64 address, void *out, int size) noexcept nogil:
    """Copy `size` guest bytes (at most 64) to `out`, whole or not at all."""
    memcpy(out, host_read(c, address, size), size)

cdef inline void store_bytes(Cpu *c, u64 address, const void *data, int size) noexcept nogil:
    """Copy `size` bytes (at most 64) to guest memory; an access that faults writes nothing."""
    cdef u8 *p = host_write(c, address, size)
    cdef volatile u8 *second
    # a store over two pages must not leave half of itself behind when the second one faults
    if unlikely_(((address & 4095) + size) > 4096):
        second = p + (4096 - (address & 4095))
        (<volatile u8 *>p)[0] = (<volatile u8 *>p)[0]
        second[0] = second[0]
    memcpy(p, data, size)

# -- status flags ------------------------------------------------------------------------------

cdef enum:
    CF = 1
    PF = 4
    AF = 16
    ZF = 64
    SF = 128
    TF = 0x100
    INTERRUPT = 0x200  # IF, a word of Cython
    DF = 0x400
    OF = 0x800
    STATUS = 0x8d5

cdef inline void set_flags(Cpu *c, u64 result, u64 carries, int size) noexcept nogil:
    """Status flags of an addition or subtraction: its result and the carry out of every bit."""
    if size == 8:
        c.res = result
        c.aux = carries & 0xc000000000000008ULL
    elif size == 4:
        c.res = <u64><i64><i32>result
        c.aux = (carries << 32 & 0xc000000000000000ULL) | (carries & 8)
    elif size == 2:
        c.res = <u64><i64><i16>result
        c.aux = (carries << 48 & 0xc000000000000000ULL) | (carries & 8)
    else:
        c.res = <u64><i64><i8>result
        c.aux = (carries << 56 & 0xc000000000000000ULL) | (carries & 8)

cdef inline void set_logic_flags(Cpu *c, u64 result, int size) noexcept nogil:
    """Status flags of AND, OR, XOR and TEST: CF, OF and AF clear."""
    c.aux = 0
    if size == 8:
        c.res = result
    elif size == 4:
        c.res = <u64><i64><i32>result
    elif size == 2:
        c.res = <u64><i64><i16>result
    else:
        c.res = <u64><i64><i8>result

cdef inline bint flag_c(Cpu *c) noexcept nogil:
    return <bint>(c.aux >> 63)

cdef inline bint flag_z(Cpu *c) noexcept nogil:
    return c.res == 0

cdef inline bint flag_s(Cpu *c) noexcept nogil:
    return <bint>((c.res >> 63) ^ (c.aux & 1))

cdef inline bint flag_o(Cpu *c) noexcept nogil:
    return <bint>(((c.aux >> 63) ^ (c.aux >> 62)) & 1)

cdef inline bint flag_a(Cpu *c) noexcept nogil:
    return <bint>((c.aux >> 3) & 1)

cdef inline bint flag_p(Cpu *c) noexcept nogil:
    cdef u32 b = <u32>((c.res ^ (c.aux >> 8)) & 0xff)
    b ^= b >> 4
    return <bint>((0x9669 >> (b & 15)) & 1)

cdef inline u64 get_status(Cpu *c) noexcept nogil:
    """CF, PF, AF, ZF, SF and OF at their places in EFLAGS."""
    return (<u64>flag_c(c) | <u64>flag_p(c) << 2 | <u64>flag_a(c) << 4 | <u64>flag_z(c) << 6
            | <u64>flag_s(c) << 7 | <u64>flag_o(c) << 11)

cdef inline void set_status(Cpu *c, u64 f) noexcept nogil:
    """Set the six status flags from their places in EFLAGS."""
    cdef u64 z = 1 if f & ZF else 0
    # res is 0 for ZF, else 1: sign and parity are then what the corrections in aux say.
    # Parity of 0 is even (PF 1), of 1 odd: a 1 in bit 8 turns either round.
    c.res = 1 - z
    c.aux = ((f & CF) << 63
             | (((f >> 11) ^ f) & 1) << 62
             | ((f >> 4) & 1) << 3
             | ((((f >> 2) & 1) ^ z) << 8)
             | ((f >> 7) & 1))

cdef inline u64 get_rflags(Cpu *c) noexcept nogil:
    return (c.eflags & ~<u64>STATUS) | get_status(c) | 2

cdef inline void set_carry(Cpu *c, bint value) noexcept nogil:
    """CF alone; OF, held as its difference from bit 62, stays."""
    cdef u64 flip = (c.aux >> 63) ^ <u64>(value != 0)
    c.aux ^= flip << 63 | flip << 62

# -- going on ----------------------------------------------------------------------------------

cdef inline Op *done(Cpu *c, Op *o) noexcept nogil:
    """Go on with the operation after `o`, without a trip through the run loop.

    A compiler makes it a jump. One that doesn't nests calls at most as deep as a block is long,
    because branches return to the loop.
    """
    cdef Op *n = o + 1
    c.op = n
    return n.fn(c, n)

# -- leaving -----------------------------------------------------------------------------------

cdef inline Op *leave(Cpu *c, u64 rip, int reason) noexcept nogil:
    c.rip = rip
    c.exit = reason
    return NULL

cdef inline bint not_canonical(u64 address) noexcept nogil:
    return (address + (<u64>1 << 47)) >> 48 != 0

cdef inline Op *fault(Cpu *c, Op *o, int vector, u32 error_code) noexcept nogil:
    """The instruction raises exception `vector`, with nothing of it done."""
    c.vector = vector
    c.error_code = error_code
    c.fault_address = 0
    c.host_signal = 0
    c.icount += o.count - 1
    return leave(c, o.rip, EXIT_EXCEPTION)
