"""Handlers for flat memory: the VEX instructions that C libraries' string functions are made of."""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, OpP, u8p, u64

# -- moves ---------------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def load_flat(c: CpuP, o: OpP, size: cython.int, aligned: cython.bint) -> OpP:
    a: u64 = flat_ea(c, o)
    s: u8p = flat_read(c, a)
    low: u8x16
    if aligned and unlikely_(a & (size - 1) != 0):
        return misaligned(c, o)
    low = load16(s)
    put_ymm(c, o, low, load16(s + 16) if size == 32 else from_u64(0))
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def store_flat(c: CpuP, o: OpP, size: cython.int, aligned: cython.bint) -> OpP:
    a: u64 = flat_ea(c, o)
    s: u8p = register_at(c, o.src)
    to: u8p = flat_write(c, a)
    if aligned and unlikely_(a & (size - 1) != 0):
        return misaligned(c, o)
    if not aligned and unlikely_((a & 4095) > 4096 - size):  # over two pages: both or none
        store_bytes(c, a, s, size)
        return done(c, o)
    store16(to, load16(s))
    if size == 32:
        store16(to + 16, load16(s + 16))
    return done(c, o)


def vmovdqu_rr(c, o):
    s: u8p = register_at(c, o.src)
    put_ymm(c, o, load16(s), load16(s + 16))
    return done(c, o)


# fmt: off
def vmovdqu_rm(c, o): return load_flat(c, o, 32, False)
def vmovdqu_mr(c, o): return store_flat(c, o, 32, False)
def vmovdqa_rm(c, o): return load_flat(c, o, 32, True)
def vmovdqa_mr(c, o): return store_flat(c, o, 32, True)
# fmt: on


def vmovdqu16_rr(c, o):
    put_xmm(c, o, load16(register_at(c, o.src)))
    return done(c, o)


# fmt: off
def vmovdqu16_rm(c, o): return load_flat(c, o, 16, False)
def vmovdqu16_mr(c, o): return store_flat(c, o, 16, False)
def vmovdqa16_rm(c, o): return load_flat(c, o, 16, True)
def vmovdqa16_mr(c, o): return store_flat(c, o, 16, True)
# fmt: on


def vpmovmskb(c, o):
    s: u8p = register_at(c, o.src)
    mask: u64 = host_sign_mask(load16(s))
    if o.size2 == 32:
        mask |= cython.cast(u64, host_sign_mask(load16(s + 16))) << 16
    put(c, o.dst, 8, mask)
    return done(c, o)


# -- two operands --------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def second_flat(c: CpuP, o: OpP, how: cython.int) -> u8p:
    if how == RR:
        return register_at(c, o.src2)
    return flat_read(c, flat_ea(c, o))


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def packed(c: CpuP, o: OpP, op: cython.int, how: cython.int) -> OpP:
    a: u8p = register_at(c, o.src)
    b: u8p = second_flat(c, o, how)
    low: u8x16 = combine(op, load16(a), load16(b))
    if o.size == 32:
        put_ymm(c, o, low, combine(op, load16(a + 16), load16(b + 16)))
    else:
        put_xmm(c, o, low)
    return done(c, o)


# fmt: off
def vpand_rr(c, o): return packed(c, o, PAND, RR)
def vpand_rm(c, o): return packed(c, o, PAND, RRM)
def vpandn_rr(c, o): return packed(c, o, PANDN, RR)
def vpandn_rm(c, o): return packed(c, o, PANDN, RRM)
def vpor_rr(c, o): return packed(c, o, POR, RR)
def vpor_rm(c, o): return packed(c, o, POR, RRM)
def vpxor_rr(c, o): return packed(c, o, PXOR, RR)
def vpxor_rm(c, o): return packed(c, o, PXOR, RRM)
def vpaddb_rr(c, o): return packed(c, o, PADDB, RR)
def vpaddb_rm(c, o): return packed(c, o, PADDB, RRM)
def vpaddd_rr(c, o): return packed(c, o, PADDD, RR)
def vpaddd_rm(c, o): return packed(c, o, PADDD, RRM)
def vpaddq_rr(c, o): return packed(c, o, PADDQ, RR)
def vpaddq_rm(c, o): return packed(c, o, PADDQ, RRM)
def vpsubb_rr(c, o): return packed(c, o, PSUBB, RR)
def vpsubb_rm(c, o): return packed(c, o, PSUBB, RRM)
def vpcmpeqb_rr(c, o): return packed(c, o, PCMPEQB, RR)
def vpcmpeqb_rm(c, o): return packed(c, o, PCMPEQB, RRM)
def vpcmpeqw_rr(c, o): return packed(c, o, PCMPEQW, RR)
def vpcmpeqw_rm(c, o): return packed(c, o, PCMPEQW, RRM)
def vpcmpeqd_rr(c, o): return packed(c, o, PCMPEQD, RR)
def vpcmpeqd_rm(c, o): return packed(c, o, PCMPEQD, RRM)
def vpcmpgtb_rr(c, o): return packed(c, o, PCMPGTB, RR)
def vpcmpgtb_rm(c, o): return packed(c, o, PCMPGTB, RRM)
def vpminub_rr(c, o): return packed(c, o, PMINUB, RR)
def vpminub_rm(c, o): return packed(c, o, PMINUB, RRM)
def vpminud_rr(c, o): return packed(c, o, PMINUD, RR)
def vpminud_rm(c, o): return packed(c, o, PMINUD, RRM)
def vpmaxub_rr(c, o): return packed(c, o, PMAXUB, RR)
def vpmaxub_rm(c, o): return packed(c, o, PMAXUB, RRM)
# fmt: on


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def test(c: CpuP, o: OpP, b: u8p) -> OpP:
    a: u8p = register_at(c, o.dst)
    x: u8x16 = load16(a)
    y: u8x16 = load16(b)
    both: u8x16 = x & y
    second: u8x16 = ~x & y
    if o.size == 32:
        x = load16(a + 16)
        y = load16(b + 16)
        both = both | (x & y)
        second = second | (~x & y)
    set_status(c, (0 if any_set(both) else ZF) | (0 if any_set(second) else CF))
    return done(c, o)


def vptest_rr(c, o):
    return test(c, o, register_at(c, o.src))


def vptest_rm(c, o):
    return test(c, o, flat_read(c, flat_ea(c, o)))


for name in ("VMOVDQU", "VMOVUPS", "VMOVUPD", "VLDDQU"):
    bind_flat(name, vmovdqu_rr, 32, RR)
    bind_flat(name, vmovdqu_rm, 32, RM)
    bind_flat(name, vmovdqu_mr, 32, MR)
    bind_flat(name, vmovdqu16_rr, 16, RR)
    bind_flat(name, vmovdqu16_rm, 16, RM)
    bind_flat(name, vmovdqu16_mr, 16, MR)
for name in ("VMOVDQA", "VMOVAPS", "VMOVAPD", "VMOVNTDQ", "VMOVNTPS", "VMOVNTPD"):
    bind_flat(name, vmovdqu_rr, 32, RR)
    bind_flat(name, vmovdqa_rm, 32, RM)
    bind_flat(name, vmovdqa_mr, 32, MR)
    bind_flat(name, vmovdqu16_rr, 16, RR)
    bind_flat(name, vmovdqa16_rm, 16, RM)
    bind_flat(name, vmovdqa16_mr, 16, MR)
bind("VPMOVMSKB", vpmovmskb)
for size in (16, 32):
    bind_flat("VPTEST", vptest_rr, size, RR)
    bind_flat("VPTEST", vptest_rm, size, RM)
    bind_flat("VPAND", vpand_rr, size, RR)
    bind_flat("VPAND", vpand_rm, size, RRM)
    bind_flat("VANDPS", vpand_rr, size, RR)
    bind_flat("VANDPS", vpand_rm, size, RRM)
    bind_flat("VANDPD", vpand_rr, size, RR)
    bind_flat("VANDPD", vpand_rm, size, RRM)
    bind_flat("VPANDN", vpandn_rr, size, RR)
    bind_flat("VPANDN", vpandn_rm, size, RRM)
    bind_flat("VANDNPS", vpandn_rr, size, RR)
    bind_flat("VANDNPS", vpandn_rm, size, RRM)
    bind_flat("VANDNPD", vpandn_rr, size, RR)
    bind_flat("VANDNPD", vpandn_rm, size, RRM)
    bind_flat("VPOR", vpor_rr, size, RR)
    bind_flat("VPOR", vpor_rm, size, RRM)
    bind_flat("VORPS", vpor_rr, size, RR)
    bind_flat("VORPS", vpor_rm, size, RRM)
    bind_flat("VORPD", vpor_rr, size, RR)
    bind_flat("VORPD", vpor_rm, size, RRM)
    bind_flat("VPXOR", vpxor_rr, size, RR)
    bind_flat("VPXOR", vpxor_rm, size, RRM)
    bind_flat("VXORPS", vpxor_rr, size, RR)
    bind_flat("VXORPS", vpxor_rm, size, RRM)
    bind_flat("VXORPD", vpxor_rr, size, RR)
    bind_flat("VXORPD", vpxor_rm, size, RRM)
    bind_flat("VPADDB", vpaddb_rr, size, RR)
    bind_flat("VPADDB", vpaddb_rm, size, RRM)
    bind_flat("VPADDD", vpaddd_rr, size, RR)
    bind_flat("VPADDD", vpaddd_rm, size, RRM)
    bind_flat("VPADDQ", vpaddq_rr, size, RR)
    bind_flat("VPADDQ", vpaddq_rm, size, RRM)
    bind_flat("VPSUBB", vpsubb_rr, size, RR)
    bind_flat("VPSUBB", vpsubb_rm, size, RRM)
    bind_flat("VPCMPEQB", vpcmpeqb_rr, size, RR)
    bind_flat("VPCMPEQB", vpcmpeqb_rm, size, RRM)
    bind_flat("VPCMPEQW", vpcmpeqw_rr, size, RR)
    bind_flat("VPCMPEQW", vpcmpeqw_rm, size, RRM)
    bind_flat("VPCMPEQD", vpcmpeqd_rr, size, RR)
    bind_flat("VPCMPEQD", vpcmpeqd_rm, size, RRM)
    bind_flat("VPCMPGTB", vpcmpgtb_rr, size, RR)
    bind_flat("VPCMPGTB", vpcmpgtb_rm, size, RRM)
    bind_flat("VPMINUB", vpminub_rr, size, RR)
    bind_flat("VPMINUB", vpminub_rm, size, RRM)
    bind_flat("VPMINUD", vpminud_rr, size, RR)
    bind_flat("VPMINUD", vpminud_rm, size, RRM)
    bind_flat("VPMAXUB", vpmaxub_rr, size, RR)
    bind_flat("VPMAXUB", vpmaxub_rm, size, RRM)
