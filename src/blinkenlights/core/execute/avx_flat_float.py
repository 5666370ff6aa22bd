"""Handlers for flat memory: VEX floating-point arithmetic.

They serve what is usual. With an exception unmasked, and for a NaN as the result, the general handler
does it again: nothing has been written yet, and the flags it raises are the same.
"""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, OpP, f32p, f64p, u8p, u32, u32p, u64, u64p

# -- operands and results ------------------------------------------------------------------------


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
def put_scalar(c: CpuP, o: OpP, low: u64, high: u64) -> OpP:
    """The low and the high 64 bits of operand 0."""
    d: u64p = cython.cast(u64p, register_at(c, o.dst))
    d[0] = low
    d[1] = high
    d[2] = 0
    d[3] = 0
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def put_single(c: CpuP, o: OpP, r: cython.float, rest: u8p) -> OpP:
    """The upper part is that of the 16 bytes at `rest`."""
    if unlikely_(is_nan32(bits_of_f32(r))):
        return general[o.id](c, o)
    return put_scalar(c, o, (cython.cast(u64p, rest)[0] & ~cython.cast(u64, 0xffffffff)) | bits_of_f32(r),
                      cython.cast(u64p, rest)[1])


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def put_double(c: CpuP, o: OpP, r: cython.double, rest: u8p) -> OpP:
    if unlikely_(is_nan64(bits_of_f64(r))):
        return general[o.id](c, o)
    return put_scalar(c, o, bits_of_f64(r), cython.cast(u64p, rest)[1])


# -- arithmetic ----------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def scalar_single(c: CpuP, o: OpP, op: cython.int, how: cython.int) -> OpP:
    p: u8p = register_at(c, o.src)
    a: cython.float
    b: cython.float
    if unlikely_(c.fp_strict):
        return general[o.id](c, o)
    b = cython.cast(f32p, second_flat(c, o, how))[0]
    a = cython.cast(f32p, p)[0]
    return put_single(c, o, arith32(op, a, b), p)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def scalar_double(c: CpuP, o: OpP, op: cython.int, how: cython.int) -> OpP:
    p: u8p = register_at(c, o.src)
    a: cython.double
    b: cython.double
    if unlikely_(c.fp_strict):
        return general[o.id](c, o)
    b = cython.cast(f64p, second_flat(c, o, how))[0]
    a = cython.cast(f64p, p)[0]
    return put_double(c, o, arith64(op, a, b), p)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def packed(c: CpuP, o: OpP, width: cython.int, op: cython.int, how: cython.int) -> OpP:
    a: u8p = register_at(c, o.src)
    b: u8p
    low: u8x16
    high: u8x16 = from_u64(0)
    if unlikely_(c.fp_strict):
        return general[o.id](c, o)
    b = second_flat(c, o, how)
    if width == 4:
        low = arith_ps(op, f32s(load16(a)), f32s(load16(b)))
        if o.size == 32:
            high = arith_ps(op, f32s(load16(a + 16)), f32s(load16(b + 16)))
    else:
        low = arith_pd(op, f64s(load16(a)), f64s(load16(b)))
        if o.size == 32:
            high = arith_pd(op, f64s(load16(a + 16)), f64s(load16(b + 16)))
    if unlikely_((any_nan32(low) or any_nan32(high)) if width == 4 else (any_nan64(low) or any_nan64(high))):
        return general[o.id](c, o)
    put_ymm(c, o, low, high)
    return done(c, o)


def vaddps_rr(c, o):
    return packed(c, o, 4, ADD, RR)


def vaddps_rm(c, o):
    return packed(c, o, 4, ADD, RRM)


def vaddpd_rr(c, o):
    return packed(c, o, 8, ADD, RR)


def vaddpd_rm(c, o):
    return packed(c, o, 8, ADD, RRM)


def vaddss_rr(c, o):
    return scalar_single(c, o, ADD, RR)


def vaddss_rm(c, o):
    return scalar_single(c, o, ADD, RRM)


def vaddsd_rr(c, o):
    return scalar_double(c, o, ADD, RR)


def vaddsd_rm(c, o):
    return scalar_double(c, o, ADD, RRM)


def vsubps_rr(c, o):
    return packed(c, o, 4, SUB, RR)


def vsubps_rm(c, o):
    return packed(c, o, 4, SUB, RRM)


def vsubpd_rr(c, o):
    return packed(c, o, 8, SUB, RR)


def vsubpd_rm(c, o):
    return packed(c, o, 8, SUB, RRM)


def vsubss_rr(c, o):
    return scalar_single(c, o, SUB, RR)


def vsubss_rm(c, o):
    return scalar_single(c, o, SUB, RRM)


def vsubsd_rr(c, o):
    return scalar_double(c, o, SUB, RR)


def vsubsd_rm(c, o):
    return scalar_double(c, o, SUB, RRM)


def vmulps_rr(c, o):
    return packed(c, o, 4, MUL, RR)


def vmulps_rm(c, o):
    return packed(c, o, 4, MUL, RRM)


def vmulpd_rr(c, o):
    return packed(c, o, 8, MUL, RR)


def vmulpd_rm(c, o):
    return packed(c, o, 8, MUL, RRM)


def vmulss_rr(c, o):
    return scalar_single(c, o, MUL, RR)


def vmulss_rm(c, o):
    return scalar_single(c, o, MUL, RRM)


def vmulsd_rr(c, o):
    return scalar_double(c, o, MUL, RR)


def vmulsd_rm(c, o):
    return scalar_double(c, o, MUL, RRM)


def vdivps_rr(c, o):
    return packed(c, o, 4, DIV, RR)


def vdivps_rm(c, o):
    return packed(c, o, 4, DIV, RRM)


def vdivpd_rr(c, o):
    return packed(c, o, 8, DIV, RR)


def vdivpd_rm(c, o):
    return packed(c, o, 8, DIV, RRM)


def vdivss_rr(c, o):
    return scalar_single(c, o, DIV, RR)


def vdivss_rm(c, o):
    return scalar_single(c, o, DIV, RRM)


def vdivsd_rr(c, o):
    return scalar_double(c, o, DIV, RR)


def vdivsd_rm(c, o):
    return scalar_double(c, o, DIV, RRM)


# -- fused multiply-add --------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def sign_if(condition: cython.int, width: cython.int) -> u64:
    sign: u64 = 1
    return sign << (8 * width - 1) if condition else 0


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def fused_scalar(c: CpuP, o: OpP, width: cython.int, how: cython.int) -> OpP:
    first: u8p = register_at(c, o.dst)
    second: u8p = register_at(c, o.src)
    third: u8p
    a: u8p
    b: u8p
    s: u8p
    order: cython.int = order_of[o.id]
    negate: cython.int = negation_of[o.id]
    if unlikely_(c.fp_strict):
        return general[o.id](c, o)
    third = second_flat(c, o, how)
    a = first if order == F132 else second
    b = first if order == F213 else third
    s = second if order == F132 else third if order == F213 else first
    if width == 4:
        return put_single(c, o, host_fused_ss(
            f32_of_bits(cython.cast(u32, cython.cast(u32p, a)[0] ^ sign_if(negate & NEGATE_PRODUCT, 4))),
            cython.cast(f32p, b)[0],
            f32_of_bits(cython.cast(u32, cython.cast(u32p, s)[0] ^ sign_if(negate & NEGATE_EVEN, 4)))), first)
    return put_double(c, o, host_fused_sd(
        f64_of_bits(cython.cast(u64p, a)[0] ^ sign_if(negate & NEGATE_PRODUCT, 8)),
        cython.cast(f64p, b)[0],
        f64_of_bits(cython.cast(u64p, s)[0] ^ sign_if(negate & NEGATE_EVEN, 8))), first)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def signs_of(negate: cython.int, width: cython.int) -> u8x16:
    """The addend's sign bits to turn, in even and odd lanes."""
    x: Lanes
    x.u64[0] = sign_if(negate & NEGATE_EVEN, width)
    x.u64[1] = sign_if(negate & NEGATE_ODD, width)
    if width == 4:
        x.u64[0] |= x.u64[1] << 32
        x.u64[1] = x.u64[0]
    return x.all


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def fused_lane(a: u8p, b: u8p, s: u8p, width: cython.int, product: u8x16, addend: u8x16) -> u8x16:
    if width == 4:
        return from_fp(host_fused_ps(f32s(load16(a) ^ product), f32s(load16(b)), f32s(load16(s) ^ addend)))
    return from_fp(host_fused_pd(f64s(load16(a) ^ product), f64s(load16(b)), f64s(load16(s) ^ addend)))


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def fused_packed(c: CpuP, o: OpP, width: cython.int, how: cython.int) -> OpP:
    first: u8p = register_at(c, o.dst)
    second: u8p = register_at(c, o.src)
    third: u8p
    a: u8p
    b: u8p
    s: u8p
    low: u8x16
    high: u8x16 = from_u64(0)
    order: cython.int = order_of[o.id]
    negate: cython.int = negation_of[o.id]
    product: u8x16 = signs_of(NEGATE_EVEN | NEGATE_ODD if negate & NEGATE_PRODUCT else 0, width)
    addend: u8x16 = signs_of(negate, width)
    if unlikely_(c.fp_strict):
        return general[o.id](c, o)
    third = second_flat(c, o, how)
    a = first if order == F132 else second
    b = first if order == F213 else third
    s = second if order == F132 else third if order == F213 else first
    low = fused_lane(a, b, s, width, product, addend)
    if o.size == 32:
        high = fused_lane(a + 16, b + 16, s + 16, width, product, addend)
    if unlikely_((any_nan32(low) or any_nan32(high)) if width == 4 else (any_nan64(low) or any_nan64(high))):
        return general[o.id](c, o)
    put_ymm(c, o, low, high)
    return done(c, o)


def fusedps_rr(c, o):
    return fused_packed(c, o, 4, RR)


def fusedps_rm(c, o):
    return fused_packed(c, o, 4, RRM)


def fusedpd_rr(c, o):
    return fused_packed(c, o, 8, RR)


def fusedpd_rm(c, o):
    return fused_packed(c, o, 8, RRM)


def fusedss_rr(c, o):
    return fused_scalar(c, o, 4, RR)


def fusedss_rm(c, o):
    return fused_scalar(c, o, 4, RRM)


def fusedsd_rr(c, o):
    return fused_scalar(c, o, 8, RR)


def fusedsd_rm(c, o):
    return fused_scalar(c, o, 8, RRM)


# -- moves ---------------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def move_scalar(c: CpuP, o: OpP, size: cython.int, form: cython.int) -> OpP:
    a: u64 = flat_ea(c, o)
    if form == RM:
        return put_scalar(c, o, flat_load(c, a, size), 0)
    if unlikely_((a & 4095) > 4096 - size):  # over two pages: both or none
        store_bytes(c, a, register_at(c, o.src), size)
    else:
        flat_store(c, a, size, get(c, o.src, size))
    return done(c, o)


def vmovss_rm(c, o):
    return move_scalar(c, o, 4, RM)


def vmovss_mr(c, o):
    return move_scalar(c, o, 4, MR)


def vmovsd_rm(c, o):
    return move_scalar(c, o, 8, RM)


def vmovsd_mr(c, o):
    return move_scalar(c, o, 8, MR)


bind_flat("VMOVSS", vmovss_rm, 16, RM)
bind_flat("VMOVSS", vmovss_mr, 4, MR)
bind_flat("VMOVSD", vmovsd_rm, 16, RM)
bind_flat("VMOVSD", vmovsd_mr, 8, MR)
bind_flat("VMOVQ", vmovsd_rm, 16, RM)
bind_flat("VMOVQ", vmovsd_mr, 8, MR)
for name in ("COMISS", "COMISD", "UCOMISS", "UCOMISD"):  # the same as without VEX
    need(mnemonic_id(name))
    bind_flat("V" + name, flat[mnemonic_id(name)][4][RR], 16, RR)
    bind_flat("V" + name, flat[mnemonic_id(name)][4][RM], 16, RM)
for size in (16, 32):
    bind_flat("VADDPS", vaddps_rr, size, RR)
    bind_flat("VADDPS", vaddps_rm, size, RRM)
    bind_flat("VADDPD", vaddpd_rr, size, RR)
    bind_flat("VADDPD", vaddpd_rm, size, RRM)
    bind_flat("VSUBPS", vsubps_rr, size, RR)
    bind_flat("VSUBPS", vsubps_rm, size, RRM)
    bind_flat("VSUBPD", vsubpd_rr, size, RR)
    bind_flat("VSUBPD", vsubpd_rm, size, RRM)
    bind_flat("VMULPS", vmulps_rr, size, RR)
    bind_flat("VMULPS", vmulps_rm, size, RRM)
    bind_flat("VMULPD", vmulpd_rr, size, RR)
    bind_flat("VMULPD", vmulpd_rm, size, RRM)
    bind_flat("VDIVPS", vdivps_rr, size, RR)
    bind_flat("VDIVPS", vdivps_rm, size, RRM)
    bind_flat("VDIVPD", vdivpd_rr, size, RR)
    bind_flat("VDIVPD", vdivpd_rm, size, RRM)
bind_flat("VADDSS", vaddss_rr, 16, RR)
bind_flat("VADDSS", vaddss_rm, 16, RRM)
bind_flat("VADDSD", vaddsd_rr, 16, RR)
bind_flat("VADDSD", vaddsd_rm, 16, RRM)
bind_flat("VSUBSS", vsubss_rr, 16, RR)
bind_flat("VSUBSS", vsubss_rm, 16, RRM)
bind_flat("VSUBSD", vsubsd_rr, 16, RR)
bind_flat("VSUBSD", vsubsd_rm, 16, RRM)
bind_flat("VMULSS", vmulss_rr, 16, RR)
bind_flat("VMULSS", vmulss_rm, 16, RRM)
bind_flat("VMULSD", vmulsd_rr, 16, RR)
bind_flat("VMULSD", vmulsd_rm, 16, RRM)
bind_flat("VDIVSS", vdivss_rr, 16, RR)
bind_flat("VDIVSS", vdivss_rm, 16, RRM)
bind_flat("VDIVSD", vdivsd_rr, 16, RR)
bind_flat("VDIVSD", vdivsd_rm, 16, RRM)


def bind_fused() -> None:
    for order in ("132", "213", "231"):
        for operation in ("MADD", "MSUB", "NMADD", "NMSUB", "MADDSUB", "MSUBADD"):
            name = f"VF{operation}{order}"
            for size in (16, 32):
                bind_flat(name + "PS", fusedps_rr, size, RR)
                bind_flat(name + "PS", fusedps_rm, size, RRM)
                bind_flat(name + "PD", fusedpd_rr, size, RR)
                bind_flat(name + "PD", fusedpd_rm, size, RRM)
            if operation not in ("MADDSUB", "MSUBADD"):
                bind_flat(name + "SS", fusedss_rr, 16, RR)
                bind_flat(name + "SS", fusedss_rm, 16, RRM)
                bind_flat(name + "SD", fusedsd_rr, 16, RR)
                bind_flat(name + "SD", fusedsd_rm, 16, RRM)


if host_has_fma():
    bind_fused()
