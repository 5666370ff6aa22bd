"""Packed integer arithmetic, logic, comparisons and shifts, on MMX and XMM registers.

Both register files share the code: an MMX operand is the low half of a vector whose high half is
zero, and only the low half of the result is kept.
"""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, OpP, i32, u8p, u16, u32, u64


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def horizontal(op: cython.int, a: u8x16, b: u8x16, size: cython.int) -> u8x16:
    """Sums or differences of neighbours: those of `a` fill the low half, those of `b` the high."""
    pairs: cython.int = size // 4  # of words in one operand; half as many of doublewords
    x: Lanes
    y: Lanes
    r: Lanes
    i: cython.int
    x.all = a
    y.all = b
    r.all = a
    if op == PHADDD or op == PHSUBD:
        pairs = size // 8
        for i in range(pairs):
            if op == PHADDD:
                r.u32[i] = x.u32[i * 2] + x.u32[i * 2 + 1]
                r.u32[i + pairs] = y.u32[i * 2] + y.u32[i * 2 + 1]
            else:
                r.u32[i] = x.u32[i * 2] - x.u32[i * 2 + 1]
                r.u32[i + pairs] = y.u32[i * 2] - y.u32[i * 2 + 1]
        return r.all
    for i in range(pairs):
        if op == PHADDW:
            r.u16[i] = x.u16[i * 2] + x.u16[i * 2 + 1]
            r.u16[i + pairs] = y.u16[i * 2] + y.u16[i * 2 + 1]
        elif op == PHSUBW:
            r.u16[i] = x.u16[i * 2] - x.u16[i * 2 + 1]
            r.u16[i + pairs] = y.u16[i * 2] - y.u16[i * 2 + 1]
        elif op == PHADDSW:
            r.i16[i] = to_i16(cython.cast(i32, x.i16[i * 2]) + x.i16[i * 2 + 1])
            r.i16[i + pairs] = to_i16(cython.cast(i32, y.i16[i * 2]) + y.i16[i * 2 + 1])
        else:
            r.i16[i] = to_i16(cython.cast(i32, x.i16[i * 2]) - x.i16[i * 2 + 1])
            r.i16[i + pairs] = to_i16(cython.cast(i32, y.i16[i * 2]) - y.i16[i * 2 + 1])
    return r.all


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def packed(c: CpuP, o: OpP, op: cython.int, how: cython.int) -> OpP:
    """Operand 0 = operand 0 `op` operand 1."""
    d: u8p = register_at(c, o.dst)
    s: u8p
    if how != ANY or o.size == 16:
        s = aligned_source_at(c, o, how)
        if how != RR and unlikely_(s == cython.NULL):
            return misaligned(c, o)
        if op >= PHADDW:
            store16(d, horizontal(op, load16(d), load16(s), 16))
        else:
            store16(d, combine(op, load16(d), load16(s)))
        return done(c, o)
    if x87_pending(c):
        return x87_fault(c, o)
    s = source(c, o, 8)
    if op >= PHADDW:
        put_mmx(c, o.dst, low64(horizontal(op, load8(d), load8(s), 8)))
    else:
        put_mmx(c, o.dst, low64(combine(op, load8(d), load8(s))))
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def shift(op: cython.int, a: u8x16, count: u64) -> u8x16:
    """Every lane by the same count; counts beyond the lane leave zeros or copies of the sign."""
    if op == PSRAW:
        return u8s(i16s(a) >> cython.cast(i16, 15 if count > 15 else count))
    if op == PSRAD:
        return u8s(i32s(a) >> cython.cast(i32, 31 if count > 31 else count))
    if count >= (16 if op == PSLLW or op == PSRLW else 32 if op == PSLLD or op == PSRLD else 64):
        return a ^ a
    if op == PSLLW:
        return u8s(u16s(a) << cython.cast(u16, count))
    if op == PSLLD:
        return u8s(u32s(a) << cython.cast(u32, count))
    if op == PSLLQ:
        return u8s(u64s(a) << count)
    if op == PSRLW:
        return u8s(u16s(a) >> cython.cast(u16, count))
    if op == PSRLD:
        return u8s(u32s(a) >> cython.cast(u32, count))
    return u8s(u64s(a) >> count)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def packed_shift(c: CpuP, o: OpP, op: cython.int) -> OpP:
    """The count is the low 64 bits of operand 1, or the immediate."""
    d: u8p = register_at(c, o.dst)
    s: u8p
    if likely_(o.size == 16):
        s = aligned_source(c, o)
        if unlikely_(s == cython.NULL):
            return misaligned(c, o)
        store16(d, shift(op, load16(d), low64(load8(s)) + o.imm))
        return done(c, o)
    if x87_pending(c):
        return x87_fault(c, o)
    s = source(c, o, 8)
    put_mmx(c, o.dst, low64(shift(op, load8(d), low64(load8(s)) + o.imm)))
    return done(c, o)


# fmt: off
def paddb(c, o): return packed(c, o, PADDB, ANY)
def paddw(c, o): return packed(c, o, PADDW, ANY)
def paddd(c, o): return packed(c, o, PADDD, ANY)
def paddq(c, o): return packed(c, o, PADDQ, ANY)
def psubb(c, o): return packed(c, o, PSUBB, ANY)
def psubw(c, o): return packed(c, o, PSUBW, ANY)
def psubd(c, o): return packed(c, o, PSUBD, ANY)
def psubq(c, o): return packed(c, o, PSUBQ, ANY)
def paddusb(c, o): return packed(c, o, PADDUSB, ANY)
def paddusw(c, o): return packed(c, o, PADDUSW, ANY)
def paddsb(c, o): return packed(c, o, PADDSB, ANY)
def paddsw(c, o): return packed(c, o, PADDSW, ANY)
def psubusb(c, o): return packed(c, o, PSUBUSB, ANY)
def psubusw(c, o): return packed(c, o, PSUBUSW, ANY)
def psubsb(c, o): return packed(c, o, PSUBSB, ANY)
def psubsw(c, o): return packed(c, o, PSUBSW, ANY)
def pand(c, o): return packed(c, o, PAND, ANY)
def pandn(c, o): return packed(c, o, PANDN, ANY)
def por(c, o): return packed(c, o, POR, ANY)
def pxor(c, o): return packed(c, o, PXOR, ANY)
def pcmpeqb(c, o): return packed(c, o, PCMPEQB, ANY)
def pcmpeqw(c, o): return packed(c, o, PCMPEQW, ANY)
def pcmpeqd(c, o): return packed(c, o, PCMPEQD, ANY)
def pcmpeqq(c, o): return packed(c, o, PCMPEQQ, ANY)
def pcmpgtb(c, o): return packed(c, o, PCMPGTB, ANY)
def pcmpgtw(c, o): return packed(c, o, PCMPGTW, ANY)
def pcmpgtd(c, o): return packed(c, o, PCMPGTD, ANY)
def pcmpgtq(c, o): return packed(c, o, PCMPGTQ, ANY)
def pminsb(c, o): return packed(c, o, PMINSB, ANY)
def pminsw(c, o): return packed(c, o, PMINSW, ANY)
def pminsd(c, o): return packed(c, o, PMINSD, ANY)
def pminub(c, o): return packed(c, o, PMINUB, ANY)
def pminuw(c, o): return packed(c, o, PMINUW, ANY)
def pminud(c, o): return packed(c, o, PMINUD, ANY)
def pmaxsb(c, o): return packed(c, o, PMAXSB, ANY)
def pmaxsw(c, o): return packed(c, o, PMAXSW, ANY)
def pmaxsd(c, o): return packed(c, o, PMAXSD, ANY)
def pmaxub(c, o): return packed(c, o, PMAXUB, ANY)
def pmaxuw(c, o): return packed(c, o, PMAXUW, ANY)
def pmaxud(c, o): return packed(c, o, PMAXUD, ANY)
def pavgb(c, o): return packed(c, o, PAVGB, ANY)
def pavgw(c, o): return packed(c, o, PAVGW, ANY)
def pabsb(c, o): return packed(c, o, PABSB, ANY)
def pabsw(c, o): return packed(c, o, PABSW, ANY)
def pabsd(c, o): return packed(c, o, PABSD, ANY)
def psignb(c, o): return packed(c, o, PSIGNB, ANY)
def psignw(c, o): return packed(c, o, PSIGNW, ANY)
def psignd(c, o): return packed(c, o, PSIGND, ANY)
def pmullw(c, o): return packed(c, o, PMULLW, ANY)
def pmulld(c, o): return packed(c, o, PMULLD, ANY)
def pmulhw(c, o): return packed(c, o, PMULHW, ANY)
def pmulhuw(c, o): return packed(c, o, PMULHUW, ANY)
def pmulhrsw(c, o): return packed(c, o, PMULHRSW, ANY)
def pmuludq(c, o): return packed(c, o, PMULUDQ, ANY)
def pmuldq(c, o): return packed(c, o, PMULDQ, ANY)
def pmaddwd(c, o): return packed(c, o, PMADDWD, ANY)
def pmaddubsw(c, o): return packed(c, o, PMADDUBSW, ANY)
def psadbw(c, o): return packed(c, o, PSADBW, ANY)
def phaddw(c, o): return packed(c, o, PHADDW, ANY)
def phaddd(c, o): return packed(c, o, PHADDD, ANY)
def phaddsw(c, o): return packed(c, o, PHADDSW, ANY)
def phsubw(c, o): return packed(c, o, PHSUBW, ANY)
def phsubd(c, o): return packed(c, o, PHSUBD, ANY)
def phsubsw(c, o): return packed(c, o, PHSUBSW, ANY)
def psllw(c, o): return packed_shift(c, o, PSLLW)
def pslld(c, o): return packed_shift(c, o, PSLLD)
def psllq(c, o): return packed_shift(c, o, PSLLQ)
def psrlw(c, o): return packed_shift(c, o, PSRLW)
def psrld(c, o): return packed_shift(c, o, PSRLD)
def psrlq(c, o): return packed_shift(c, o, PSRLQ)
def psraw(c, o): return packed_shift(c, o, PSRAW)
def psrad(c, o): return packed_shift(c, o, PSRAD)
# fmt: on


def mpsadbw(c, o):
    """Eight distances between four bytes of operand 1 and the bytes from each place of operand 0."""
    x: Lanes
    y: Lanes
    r: Lanes
    i: cython.int
    s: u8p = aligned_source(c, o)
    if unlikely_(s == cython.NULL):
        return misaligned(c, o)
    x.all = load16(register_at(c, o.dst))
    y.all = load16(s)
    for i in range(8):
        r.u16[i] = distance(cython.address(x.u8[i + (o.imm & 4)]), cython.address(y.u8[(o.imm & 3) * 4]), 4)
    store16(register_at(c, o.dst), r.all)
    return done(c, o)


def phminposuw(c, o):
    x: Lanes
    i: cython.int
    best: cython.int = 0
    s: u8p = aligned_source(c, o)
    if unlikely_(s == cython.NULL):
        return misaligned(c, o)
    x.all = load16(s)
    for i in range(1, 8):
        if x.u16[i] < x.u16[best]:
            best = i
    store16(register_at(c, o.dst), from_u64(x.u16[best] | cython.cast(u64, best) << 16))
    return done(c, o)


def ptest(c, o):
    a: u8x16 = load16(register_at(c, o.dst))
    b: u8x16
    s: u8p = aligned_source(c, o)
    if unlikely_(s == cython.NULL):
        return misaligned(c, o)
    b = load16(s)
    set_status(c, (0 if any_set(a & b) else ZF) | (0 if any_set(~a & b) else CF))
    return done(c, o)


# -- flat memory --------------------------------------------------------------------------------


# fmt: off
def pxor_rr(c, o): return packed(c, o, PXOR, RR)
def pxor_rm(c, o): return packed(c, o, PXOR, RM)
def por_rr(c, o): return packed(c, o, POR, RR)
def por_rm(c, o): return packed(c, o, POR, RM)
def pand_rr(c, o): return packed(c, o, PAND, RR)
def pand_rm(c, o): return packed(c, o, PAND, RM)
def pandn_rr(c, o): return packed(c, o, PANDN, RR)
def pandn_rm(c, o): return packed(c, o, PANDN, RM)
def paddb_rr(c, o): return packed(c, o, PADDB, RR)
def paddb_rm(c, o): return packed(c, o, PADDB, RM)
def paddw_rr(c, o): return packed(c, o, PADDW, RR)
def paddw_rm(c, o): return packed(c, o, PADDW, RM)
def paddd_rr(c, o): return packed(c, o, PADDD, RR)
def paddd_rm(c, o): return packed(c, o, PADDD, RM)
def paddq_rr(c, o): return packed(c, o, PADDQ, RR)
def paddq_rm(c, o): return packed(c, o, PADDQ, RM)
def psubb_rr(c, o): return packed(c, o, PSUBB, RR)
def psubb_rm(c, o): return packed(c, o, PSUBB, RM)
def psubw_rr(c, o): return packed(c, o, PSUBW, RR)
def psubw_rm(c, o): return packed(c, o, PSUBW, RM)
def psubd_rr(c, o): return packed(c, o, PSUBD, RR)
def psubd_rm(c, o): return packed(c, o, PSUBD, RM)
def psubq_rr(c, o): return packed(c, o, PSUBQ, RR)
def psubq_rm(c, o): return packed(c, o, PSUBQ, RM)
def pcmpeqb_rr(c, o): return packed(c, o, PCMPEQB, RR)
def pcmpeqb_rm(c, o): return packed(c, o, PCMPEQB, RM)
def pcmpeqw_rr(c, o): return packed(c, o, PCMPEQW, RR)
def pcmpeqw_rm(c, o): return packed(c, o, PCMPEQW, RM)
def pcmpeqd_rr(c, o): return packed(c, o, PCMPEQD, RR)
def pcmpeqd_rm(c, o): return packed(c, o, PCMPEQD, RM)
def pcmpgtb_rr(c, o): return packed(c, o, PCMPGTB, RR)
def pcmpgtb_rm(c, o): return packed(c, o, PCMPGTB, RM)
def pcmpgtd_rr(c, o): return packed(c, o, PCMPGTD, RR)
def pcmpgtd_rm(c, o): return packed(c, o, PCMPGTD, RM)
def pminub_rr(c, o): return packed(c, o, PMINUB, RR)
def pminub_rm(c, o): return packed(c, o, PMINUB, RM)
def pmaxub_rr(c, o): return packed(c, o, PMAXUB, RR)
def pmaxub_rm(c, o): return packed(c, o, PMAXUB, RM)
def pmuludq_rr(c, o): return packed(c, o, PMULUDQ, RR)
def pmuludq_rm(c, o): return packed(c, o, PMULUDQ, RM)
def pmullw_rr(c, o): return packed(c, o, PMULLW, RR)
def pmullw_rm(c, o): return packed(c, o, PMULLW, RM)
def pmulld_rr(c, o): return packed(c, o, PMULLD, RR)
def pmulld_rm(c, o): return packed(c, o, PMULLD, RM)
def pmaddwd_rr(c, o): return packed(c, o, PMADDWD, RR)
def pmaddwd_rm(c, o): return packed(c, o, PMADDWD, RM)
# fmt: on


bind("PADDB", paddb)
bind("PADDW", paddw)
bind("PADDD", paddd)
bind("PADDQ", paddq)
bind("PSUBB", psubb)
bind("PSUBW", psubw)
bind("PSUBD", psubd)
bind("PSUBQ", psubq)
bind("PADDUSB", paddusb)
bind("PADDUSW", paddusw)
bind("PADDSB", paddsb)
bind("PADDSW", paddsw)
bind("PSUBUSB", psubusb)
bind("PSUBUSW", psubusw)
bind("PSUBSB", psubsb)
bind("PSUBSW", psubsw)
bind("PAND", pand)
bind("PANDN", pandn)
bind("POR", por)
bind("PXOR", pxor)
bind("PCMPEQB", pcmpeqb)
bind("PCMPEQW", pcmpeqw)
bind("PCMPEQD", pcmpeqd)
bind("PCMPEQQ", pcmpeqq)
bind("PCMPGTB", pcmpgtb)
bind("PCMPGTW", pcmpgtw)
bind("PCMPGTD", pcmpgtd)
bind("PCMPGTQ", pcmpgtq)
bind("PMINSB", pminsb)
bind("PMINSW", pminsw)
bind("PMINSD", pminsd)
bind("PMINUB", pminub)
bind("PMINUW", pminuw)
bind("PMINUD", pminud)
bind("PMAXSB", pmaxsb)
bind("PMAXSW", pmaxsw)
bind("PMAXSD", pmaxsd)
bind("PMAXUB", pmaxub)
bind("PMAXUW", pmaxuw)
bind("PMAXUD", pmaxud)
bind("PAVGB", pavgb)
bind("PAVGW", pavgw)
bind("PABSB", pabsb)
bind("PABSW", pabsw)
bind("PABSD", pabsd)
bind("PSIGNB", psignb)
bind("PSIGNW", psignw)
bind("PSIGND", psignd)
bind("PMULLW", pmullw)
bind("PMULLD", pmulld)
bind("PMULHW", pmulhw)
bind("PMULHUW", pmulhuw)
bind("PMULHRSW", pmulhrsw)
bind("PMULUDQ", pmuludq)
bind("PMULDQ", pmuldq)
bind("PMADDWD", pmaddwd)
bind("PMADDUBSW", pmaddubsw)
bind("PSADBW", psadbw)
bind("PHADDW", phaddw)
bind("PHADDD", phaddd)
bind("PHADDSW", phaddsw)
bind("PHSUBW", phsubw)
bind("PHSUBD", phsubd)
bind("PHSUBSW", phsubsw)
bind("PSLLW", psllw)
bind("PSLLD", pslld)
bind("PSLLQ", psllq)
bind("PSRLW", psrlw)
bind("PSRLD", psrld)
bind("PSRLQ", psrlq)
bind("PSRAW", psraw)
bind("PSRAD", psrad)
bind("MPSADBW", mpsadbw)
bind("PHMINPOSUW", phminposuw)
bind("PTEST", ptest)
# to logic, floating-point lanes are bits like any
for kind in ("PS", "PD"):
    bind("AND" + kind, pand)
    bind("ANDN" + kind, pandn)
    bind("OR" + kind, por)
    bind("XOR" + kind, pxor)
bind_flat("PXOR", pxor_rr, 16, RR)
bind_flat("XORPS", pxor_rr, 16, RR)
bind_flat("XORPD", pxor_rr, 16, RR)
bind_flat("PXOR", pxor_rm, 16, RM)
bind_flat("XORPS", pxor_rm, 16, RM)
bind_flat("XORPD", pxor_rm, 16, RM)
bind_flat("POR", por_rr, 16, RR)
bind_flat("ORPS", por_rr, 16, RR)
bind_flat("ORPD", por_rr, 16, RR)
bind_flat("POR", por_rm, 16, RM)
bind_flat("ORPS", por_rm, 16, RM)
bind_flat("ORPD", por_rm, 16, RM)
bind_flat("PAND", pand_rr, 16, RR)
bind_flat("ANDPS", pand_rr, 16, RR)
bind_flat("ANDPD", pand_rr, 16, RR)
bind_flat("PAND", pand_rm, 16, RM)
bind_flat("ANDPS", pand_rm, 16, RM)
bind_flat("ANDPD", pand_rm, 16, RM)
bind_flat("PANDN", pandn_rr, 16, RR)
bind_flat("ANDNPS", pandn_rr, 16, RR)
bind_flat("ANDNPD", pandn_rr, 16, RR)
bind_flat("PANDN", pandn_rm, 16, RM)
bind_flat("ANDNPS", pandn_rm, 16, RM)
bind_flat("ANDNPD", pandn_rm, 16, RM)
bind_flat("PADDB", paddb_rr, 16, RR)
bind_flat("PADDB", paddb_rm, 16, RM)
bind_flat("PADDW", paddw_rr, 16, RR)
bind_flat("PADDW", paddw_rm, 16, RM)
bind_flat("PADDD", paddd_rr, 16, RR)
bind_flat("PADDD", paddd_rm, 16, RM)
bind_flat("PADDQ", paddq_rr, 16, RR)
bind_flat("PADDQ", paddq_rm, 16, RM)
bind_flat("PSUBB", psubb_rr, 16, RR)
bind_flat("PSUBB", psubb_rm, 16, RM)
bind_flat("PSUBW", psubw_rr, 16, RR)
bind_flat("PSUBW", psubw_rm, 16, RM)
bind_flat("PSUBD", psubd_rr, 16, RR)
bind_flat("PSUBD", psubd_rm, 16, RM)
bind_flat("PSUBQ", psubq_rr, 16, RR)
bind_flat("PSUBQ", psubq_rm, 16, RM)
bind_flat("PCMPEQB", pcmpeqb_rr, 16, RR)
bind_flat("PCMPEQB", pcmpeqb_rm, 16, RM)
bind_flat("PCMPEQW", pcmpeqw_rr, 16, RR)
bind_flat("PCMPEQW", pcmpeqw_rm, 16, RM)
bind_flat("PCMPEQD", pcmpeqd_rr, 16, RR)
bind_flat("PCMPEQD", pcmpeqd_rm, 16, RM)
bind_flat("PCMPGTB", pcmpgtb_rr, 16, RR)
bind_flat("PCMPGTB", pcmpgtb_rm, 16, RM)
bind_flat("PCMPGTD", pcmpgtd_rr, 16, RR)
bind_flat("PCMPGTD", pcmpgtd_rm, 16, RM)
bind_flat("PMINUB", pminub_rr, 16, RR)
bind_flat("PMINUB", pminub_rm, 16, RM)
bind_flat("PMAXUB", pmaxub_rr, 16, RR)
bind_flat("PMAXUB", pmaxub_rm, 16, RM)
bind_flat("PMULUDQ", pmuludq_rr, 16, RR)
bind_flat("PMULUDQ", pmuludq_rm, 16, RM)
bind_flat("PMULLW", pmullw_rr, 16, RR)
bind_flat("PMULLW", pmullw_rm, 16, RM)
bind_flat("PMULLD", pmulld_rr, 16, RR)
bind_flat("PMULLD", pmulld_rm, 16, RM)
bind_flat("PMADDWD", pmaddwd_rr, 16, RR)
bind_flat("PMADDWD", pmaddwd_rm, 16, RM)
