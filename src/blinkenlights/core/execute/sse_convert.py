"""Conversions between integers, singles and doubles.

Integers that do not fit, and NaN, give the CPU's "integer indefinite" (only the top bit set) and the
invalid flag; see `sse_host.pxd`.
"""

import cython
from cython.cimports.blinkenlights.core.state import (
    CpuP,
    OpP,
    f32p,
    f64p,
    i32,
    i32p,
    i64,
    i64p,
    u8p,
    u64,
    u64p,
)

# -- packed --------------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def converted(op: cython.int, v: u8x16) -> u8x16:
    x: Lanes
    r: Lanes
    i: cython.int
    x.all = v
    r.all = from_u64(0)
    if op == CVTDQ2PS:
        for i in range(4):
            r.f32[i] = x.i32[i]
    elif op == CVTPS2DQ:
        for i in range(4):
            r.i32[i] = round_f32_i32(x.f32[i])
    elif op == CVTTPS2DQ:
        for i in range(4):
            r.i32[i] = truncate_f32_i32(x.f32[i])
    elif op == CVTPD2DQ:
        for i in range(2):
            r.i32[i] = round_f64_i32(x.f64[i])
    elif op == CVTTPD2DQ:
        for i in range(2):
            r.i32[i] = truncate_f64_i32(x.f64[i])
    elif op == CVTPD2PS:
        for i in range(2):
            r.f32[i] = narrowed(x.f64[i])
    elif op == CVTDQ2PD:
        for i in range(2):
            r.f64[i] = x.i32[i]
    else:  # CVTPS2PD
        for i in range(2):
            r.f64[i] = widened(x.f32[i])
    return r.all


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def convert(c: CpuP, o: OpP, op: cython.int) -> OpP:
    s: u8p = source(c, o, 8) if op >= CVTDQ2PD else aligned_source(c, o)
    r: u8x16
    if unlikely_(s == cython.NULL):
        return misaligned(c, o)
    if unlikely_(c.fp_strict):
        begin_strict(c)
    r = converted(op, load8(s) if op >= CVTDQ2PD else load16(s))
    if unlikely_(c.fp_strict) and not (
            accept_narrowing(c, load16(s), 2) if op == CVTPD2PS else accept(c, r)):
        return fault(c, o, VECTOR_XM, 0)
    store16(register_at(c, o.dst), r)
    return done(c, o)


def cvtdq2ps(c, o):
    return convert(c, o, CVTDQ2PS)


def cvtps2dq(c, o):
    return convert(c, o, CVTPS2DQ)


def cvttps2dq(c, o):
    return convert(c, o, CVTTPS2DQ)


def cvtpd2dq(c, o):
    return convert(c, o, CVTPD2DQ)


def cvttpd2dq(c, o):
    return convert(c, o, CVTTPD2DQ)


def cvtpd2ps(c, o):
    return convert(c, o, CVTPD2PS)


def cvtdq2pd(c, o):
    return convert(c, o, CVTDQ2PD)


def cvtps2pd(c, o):
    return convert(c, o, CVTPS2PD)


# -- scalars -------------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def put_single(c: CpuP, o: OpP, r: cython.float) -> OpP:
    if unlikely_(c.fp_strict) and not accept(c, from_u64(bits_of_f32(r))):
        return fault(c, o, VECTOR_XM, 0)
    cython.cast(f32p, register_at(c, o.dst))[0] = r
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def put_double(c: CpuP, o: OpP, r: cython.double) -> OpP:
    if unlikely_(c.fp_strict) and not accept(c, from_u64(bits_of_f64(r))):
        return fault(c, o, VECTOR_XM, 0)
    cython.cast(f64p, register_at(c, o.dst))[0] = r
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def put_integer(c: CpuP, o: OpP, r: u64) -> OpP:
    if unlikely_(c.fp_strict) and not accept(c, from_u64(r)):
        return fault(c, o, VECTOR_XM, 0)
    put(c, o.dst, 8 if o.size == 8 else 4, r)
    return done(c, o)


def cvtss2sd(c, o):
    s: u8p = source(c, o, 4)
    if unlikely_(c.fp_strict):
        begin_strict(c)
    return put_double(c, o, widened(cython.cast(f32p, s)[0]))


def cvtsd2ss(c, o):
    r: cython.float
    s: u8p = source(c, o, 8)
    if unlikely_(c.fp_strict):
        begin_strict(c)
    r = narrowed(cython.cast(f64p, s)[0])
    if unlikely_(c.fp_strict) and not accept_narrowing(c, load8(s), 1):
        return fault(c, o, VECTOR_XM, 0)
    cython.cast(f32p, register_at(c, o.dst))[0] = r
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def integer_operand(c: CpuP, o: OpP) -> i64:
    if o.size2 == 8:
        return load(c, ea(c, o), 8) if o.form == RM else get(c, o.src, 8)
    return cython.cast(i32, load(c, ea(c, o), 4) if o.form == RM else get(c, o.src, 4))


def cvtsi2ss(c, o):
    value: i64 = integer_operand(c, o)
    if unlikely_(c.fp_strict):
        # through memory, so that the conversion cannot happen before this
        cython.cast(i64p, cython.address(c.tmp[0]))[0] = value
        begin_strict(c)
        value = cython.cast(i64p, cython.address(c.tmp[0]))[0]
    return put_single(c, o, value)


def cvtsi2sd(c, o):
    value: i64 = integer_operand(c, o)
    if unlikely_(c.fp_strict):
        cython.cast(i64p, cython.address(c.tmp[0]))[0] = value
        begin_strict(c)
        value = cython.cast(i64p, cython.address(c.tmp[0]))[0]
    return put_double(c, o, value)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def single_to_integer(c: CpuP, o: OpP, truncate: cython.bint) -> OpP:
    x: cython.float
    s: u8p = source(c, o, 4)
    if unlikely_(c.fp_strict):
        begin_strict(c)
    x = cython.cast(f32p, s)[0]
    if o.size == 8:
        return put_integer(c, o, truncate_f32_i64(x) if truncate else round_f32_i64(x))
    return put_integer(c, o, truncate_f32_i32(x) if truncate else round_f32_i32(x))


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def double_to_integer(c: CpuP, o: OpP, truncate: cython.bint) -> OpP:
    x: cython.double
    s: u8p = source(c, o, 8)
    if unlikely_(c.fp_strict):
        begin_strict(c)
    x = cython.cast(f64p, s)[0]
    if o.size == 8:
        return put_integer(c, o, truncate_f64_i64(x) if truncate else round_f64_i64(x))
    return put_integer(c, o, truncate_f64_i32(x) if truncate else round_f64_i32(x))


def cvtss2si(c, o):
    return single_to_integer(c, o, False)


def cvttss2si(c, o):
    return single_to_integer(c, o, True)


def cvtsd2si(c, o):
    return double_to_integer(c, o, False)


def cvttsd2si(c, o):
    return double_to_integer(c, o, True)


# -- MMX -----------------------------------------------------------------------------------------


def cvtpi2ps(c, o):
    """The upper half of the destination stays. Only the register form is an MMX instruction."""
    x: Lanes
    s: u8p
    if o.form == RR and x87_pending(c):
        return x87_fault(c, o)
    s = source(c, o, 8)
    if o.form == RR:
        enter_mmx(c)  # even when #XM stops the instruction
    if unlikely_(c.fp_strict):
        begin_strict(c)
    x.f32[0] = cython.cast(i32p, s)[0]
    x.f32[1] = cython.cast(i32p, s)[1]
    x.u64[1] = 0
    if unlikely_(c.fp_strict) and not accept(c, x.all):
        return fault(c, o, VECTOR_XM, 0)
    cython.cast(u64p, register_at(c, o.dst))[0] = x.u64[0]
    return done(c, o)


def cvtpi2pd(c, o):
    """Only the register form is an MMX instruction."""
    s: u8p
    if o.form == RR and x87_pending(c):
        return x87_fault(c, o)
    s = source(c, o, 8)
    store16(register_at(c, o.dst), converted(CVTDQ2PD, load8(s)))
    if o.form == RR:
        enter_mmx(c)
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def to_mmx(c: CpuP, o: OpP, op: cython.int) -> OpP:
    """Two integers to an MMX register; the x87 state changes even when #XM stops the instruction."""
    s: u8p
    x: Lanes
    v: u8x16
    if x87_pending(c):
        return x87_fault(c, o)
    s = aligned_source(c, o) if op == CVTPD2DQ or op == CVTTPD2DQ else source(c, o, 8)
    if unlikely_(s == cython.NULL):
        return misaligned(c, o)
    v = load16(s) if op == CVTPD2DQ or op == CVTTPD2DQ else load8(s)
    enter_mmx(c)
    if unlikely_(c.fp_strict):
        store16(cython.address(c.tmp[0]), v)
        begin_strict(c)
        v = load16(cython.address(c.tmp[0]))
    x.all = v
    if op == CVTPD2DQ or op == CVTTPD2DQ:
        x.all = converted(op, v)
    else:
        x.i32[0] = convert_single(op, x.f32[0])
        x.i32[1] = convert_single(op, x.f32[1])
        x.u64[1] = 0
    if unlikely_(c.fp_strict) and not accept(c, x.all):
        return fault(c, o, VECTOR_XM, 0)
    put_mmx(c, o.dst, x.u64[0])
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def convert_single(op: cython.int, x: cython.float) -> i32:
    return truncate_f32_i32(x) if op == CVTTPS2DQ else round_f32_i32(x)


def cvtps2pi(c, o):
    return to_mmx(c, o, CVTPS2DQ)


def cvttps2pi(c, o):
    return to_mmx(c, o, CVTTPS2DQ)


def cvtpd2pi(c, o):
    return to_mmx(c, o, CVTPD2DQ)


def cvttpd2pi(c, o):
    return to_mmx(c, o, CVTTPD2DQ)


bind("CVTDQ2PS", cvtdq2ps)
bind("CVTPS2DQ", cvtps2dq)
bind("CVTTPS2DQ", cvttps2dq)
bind("CVTPD2DQ", cvtpd2dq)
bind("CVTTPD2DQ", cvttpd2dq)
bind("CVTPD2PS", cvtpd2ps)
bind("CVTDQ2PD", cvtdq2pd)
bind("CVTPS2PD", cvtps2pd)
bind("CVTSS2SD", cvtss2sd)
bind("CVTSD2SS", cvtsd2ss)
bind("CVTSI2SS", cvtsi2ss)
bind("CVTSI2SD", cvtsi2sd)
bind("CVTSS2SI", cvtss2si)
bind("CVTTSS2SI", cvttss2si)
bind("CVTSD2SI", cvtsd2si)
bind("CVTTSD2SI", cvttsd2si)
bind("CVTPI2PS", cvtpi2ps)
bind("CVTPI2PD", cvtpi2pd)
bind("CVTPS2PI", cvtps2pi)
bind("CVTTPS2PI", cvttps2pi)
bind("CVTPD2PI", cvtpd2pi)
bind("CVTTPD2PI", cvttpd2pi)
