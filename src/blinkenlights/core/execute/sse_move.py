"""Moves between XMM and MMX registers, general registers and memory."""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, OpP, u8, u8p, u64, u64p

# -- whole registers ---------------------------------------------------------------------------


def move16_rr(c, o):
    store16(register_at(c, o.dst), load16(register_at(c, o.src)))
    return done(c, o)


def movaps_rm(c, o):
    a: u64 = flat_ea(c, o)
    if unlikely_(a & 15):
        return misaligned(c, o)
    store16(register_at(c, o.dst), load16(flat_read(c, a)))
    return done(c, o)


def movaps_mr(c, o):
    a: u64 = flat_ea(c, o)
    if unlikely_(a & 15):
        return misaligned(c, o)
    store16(flat_write(c, a), load16(register_at(c, o.src)))
    return done(c, o)


def movups_rm(c, o):
    store16(register_at(c, o.dst), load16(flat_read(c, flat_ea(c, o))))
    return done(c, o)


def movups_mr(c, o):
    a: u64 = flat_ea(c, o)
    if unlikely_((a & 4095) > 4096 - 16):  # over two pages: both or none
        store_bytes(c, a, register_at(c, o.src), 16)
    else:
        store16(flat_write(c, a), load16(register_at(c, o.src)))
    return done(c, o)


def movaps(c, o):
    a: u64
    if o.form == RR:
        return move16_rr(c, o)
    a = ea(c, o)
    if unlikely_(a & 15):
        return misaligned(c, o)
    if o.form == RM:
        store16(register_at(c, o.dst), load16(host_read(c, a, 16)))
    else:
        store16(host_write(c, a, 16), load16(register_at(c, o.src)))
    return done(c, o)


def movups(c, o):
    if o.form == RR:
        return move16_rr(c, o)
    if o.form == RM:
        store16(register_at(c, o.dst), load16(host_read(c, ea(c, o), 16)))
    else:
        store_bytes(c, ea(c, o), register_at(c, o.src), 16)
    return done(c, o)


# -- 4 and 8 bytes -----------------------------------------------------------------------------


def movd(c, o):
    """MOVD and MOVQ between any two of memory, general, MMX and XMM registers; zero-extends."""
    size: cython.int = 4 if o.size == 4 or o.size2 == 4 else 8
    mmx: cython.bint = is_mmx(c, o.dst) or is_mmx(c, o.src)
    value: u64
    if mmx and x87_pending(c):
        return x87_fault(c, o)
    if o.form == RM:
        value = load(c, ea(c, o), size)
    else:
        value = get(c, o.src, size)
    if o.form == MR:
        store_bytes(c, ea(c, o), cython.address(value), size)
    elif is_xmm(c, o.dst):
        store16(register_at(c, o.dst), from_u64(value))
    elif is_mmx(c, o.dst):
        put_mmx(c, o.dst, value)
    else:
        put(c, o.dst, size, value)
    if mmx:
        enter_mmx(c)
    return done(c, o)


def movntq(c, o):
    if x87_pending(c):
        return x87_fault(c, o)
    store_bytes(c, ea(c, o), register_at(c, o.src), 8)
    enter_mmx(c)
    return done(c, o)


def movnti(c, o):
    store_bytes(c, ea(c, o), register_at(c, o.src), o.size)
    return done(c, o)


def movq2dq(c, o):
    if x87_pending(c):
        return x87_fault(c, o)
    store16(register_at(c, o.dst), load8(register_at(c, o.src)))
    enter_mmx(c)
    return done(c, o)


def movdq2q(c, o):
    if x87_pending(c):
        return x87_fault(c, o)
    put_mmx(c, o.dst, low64(load8(register_at(c, o.src))))
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def move_scalar(c: CpuP, o: OpP, size: cython.int) -> OpP:
    """A load clears the rest of the register, a move between registers keeps it."""
    if o.form == RM:
        store16(register_at(c, o.dst), from_u64(load(c, ea(c, o), size)))
    elif o.form == MR:
        store_bytes(c, ea(c, o), register_at(c, o.src), size)
    else:
        memcpy(register_at(c, o.dst), register_at(c, o.src), size)
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def move_scalar_flat(c: CpuP, o: OpP, size: cython.int, form: cython.int) -> OpP:
    a: u64 = flat_ea(c, o)
    if form == RM:
        store16(register_at(c, o.dst), from_u64(flat_load(c, a, size)))
    elif unlikely_((a & 4095) > 4096 - size):
        store_bytes(c, a, register_at(c, o.src), size)
    else:
        flat_store(c, a, size, get(c, o.src, size))
    return done(c, o)


def movss(c, o):
    return move_scalar(c, o, 4)


def movsd(c, o):
    return move_scalar(c, o, 8)


# -- halves and duplicates ---------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def move_half(c: CpuP, o: OpP, to: cython.int, of: cython.int) -> OpP:
    """8 bytes: memory to byte `to` of a register, byte `of` of a register to memory or register."""
    value: u64
    if o.form == MR:
        store_bytes(c, ea(c, o), register_at(c, o.src) + of, 8)
        return done(c, o)
    if o.form == RM:
        value = load(c, ea(c, o), 8)
    else:
        value = get(c, o.src + of, 8)
    cython.cast(u64p, register_at(c, o.dst) + to)[0] = value
    return done(c, o)


# fmt: off
def movlps(c, o): return move_half(c, o, 0, 0)
def movhps(c, o): return move_half(c, o, 8, 8)
def movhlps(c, o): return move_half(c, o, 0, 8)
def movlhps(c, o): return move_half(c, o, 8, 0)
# fmt: on


def movddup(c, o):
    v: u8x16 = load8(source(c, o, 8))
    store16(register_at(c, o.dst), interleave_low64(v, v))
    return done(c, o)


def movsldup(c, o):
    v: u64x2
    s: u8p = aligned_source(c, o)
    if unlikely_(s == cython.NULL):
        return misaligned(c, o)
    v = u64s(load16(s)) & all64(0xffffffff)
    store16(register_at(c, o.dst), u8s(v | v << cython.cast(u64, 32)))
    return done(c, o)


def movshdup(c, o):
    v: u64x2
    s: u8p = aligned_source(c, o)
    if unlikely_(s == cython.NULL):
        return misaligned(c, o)
    v = u64s(load16(s)) >> cython.cast(u64, 32)
    store16(register_at(c, o.dst), u8s(v | v << cython.cast(u64, 32)))
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def touch(p: u8p) -> cython.void:
    """Fault if the byte cannot be written; it stays, even if other threads write it meanwhile."""
    value: u8 = peek(p, 1)
    cas(p, 1, value, value)


# -- masks ---------------------------------------------------------------------------------------


def movmskps(c, o):
    low: u64 = get(c, o.src, 8)
    high: u64 = get(c, o.src + 8, 8)
    put(c, o.dst, 8, (low >> 31 & 1) | (low >> 62 & 2) | (high >> 29 & 4) | (high >> 60 & 8))
    return done(c, o)


def movmskpd(c, o):
    put(c, o.dst, 8, get(c, o.src, 8) >> 63 | get(c, o.src + 8, 8) >> 63 << 1)
    return done(c, o)


def pmovmskb(c, o):
    if is_xmm(c, o.src):
        put(c, o.dst, 8, sign_mask(load16(register_at(c, o.src))))
        return done(c, o)
    if x87_pending(c):
        return x87_fault(c, o)
    put(c, o.dst, 8, sign_bits(get(c, o.src, 8)))
    enter_mmx(c)
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def store_masked(c: CpuP, o: OpP, size: cython.int) -> cython.void:
    """Bytes of operand 1 whose byte of operand 2 has its top bit set, to memory at rDI.

    A page that the operand reaches must be writable even if no byte of it is written.
    """
    data: u8p = register_at(c, o.src)
    mask: u8p = register_at(c, o.src2)
    address: u64 = ea(c, o)
    last: u64 = linear(o, address + size - 1)
    i: cython.int
    touch(host_write(c, address, 1))
    if (address ^ last) >> 12:
        touch(host_write(c, last & ~cython.cast(u64, 4095), 1))
    for i in range(size):
        if mask[i] & 0x80:
            store(c, linear(o, address + i), 1, data[i])


def maskmovdqu(c, o):
    store_masked(c, o, 16)
    return done(c, o)


def maskmovq(c, o):
    if x87_pending(c):
        return x87_fault(c, o)
    enter_mmx(c)  # even when the store faults
    store_masked(c, o, 8)
    return done(c, o)


# -- flat memory --------------------------------------------------------------------------------


# fmt: off
def movss_rm(c, o): return move_scalar_flat(c, o, 4, RM)
def movss_mr(c, o): return move_scalar_flat(c, o, 4, MR)
def movsd_rm(c, o): return move_scalar_flat(c, o, 8, RM)
def movsd_mr(c, o): return move_scalar_flat(c, o, 8, MR)
# fmt: on


for name in ("MOVAPS", "MOVAPD", "MOVDQA", "MOVNTPS", "MOVNTPD", "MOVNTDQ", "MOVNTDQA"):
    bind(name, movaps)
    bind_flat(name, move16_rr, 16, RR)
    bind_flat(name, movaps_rm, 16, RM)
    bind_flat(name, movaps_mr, 16, MR)
for name in ("MOVUPS", "MOVUPD", "MOVDQU", "LDDQU"):
    bind(name, movups)
    bind_flat(name, move16_rr, 16, RR)
    bind_flat(name, movups_rm, 16, RM)
    bind_flat(name, movups_mr, 16, MR)
bind("MOVD", movd)
bind("MOVQ", movd)
bind("MOVNTQ", movntq)
bind("MOVNTI", movnti)
bind("MOVQ2DQ", movq2dq)
bind("MOVDQ2Q", movdq2q)
bind("MOVSS", movss)
bind("MOVSD_XMM", movsd)
bind("MOVLPS", movlps)
bind("MOVLPD", movlps)
bind("MOVHPS", movhps)
bind("MOVHPD", movhps)
bind("MOVHLPS", movhlps)
bind("MOVLHPS", movlhps)
bind("MOVDDUP", movddup)
bind("MOVSLDUP", movsldup)
bind("MOVSHDUP", movshdup)
bind("MOVMSKPS", movmskps)
bind("MOVMSKPD", movmskpd)
bind("PMOVMSKB", pmovmskb)
bind("MASKMOVQ", maskmovq)
bind("MASKMOVDQU", maskmovdqu)
bind_flat("MOVSS", movss_rm, 16, RM)
bind_flat("MOVSS", movss_mr, 4, MR)
bind_flat("MOVSD_XMM", movsd_rm, 16, RM)
bind_flat("MOVSD_XMM", movsd_mr, 8, MR)
