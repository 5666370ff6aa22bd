"""SSE floating-point arithmetic and comparisons.

The host's arithmetic is the guest's (see core.fpcontrol; elsewhere core.arithmetic makes it so), except
for the choice between two NaN operands: compilers swap the operands of additions and multiplications. So a
NaN result is made again by the rule. Whether a value is a NaN is told from its bits, as comparing would set
flags.
"""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, OpP, f32p, f64p, i64, u8p, u32, u32p, u64, u64p

# -- one operation on whole vectors and on scalars -----------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def minimum32(c: CpuP, a: u8x16, b: u8x16, m: u8x16) -> u8x16:
    """`a` where the comparison `m` holds, else `b`: so `b` if either is NaN, or both are zero."""
    v: Lanes
    i: cython.int
    v.all = select(m, a, b)
    if unlikely_(c.mxcsr & MXCSR_DAZ):
        for i in range(4):
            v.u32[i] = flushed32(c, v.u32[i])
    return v.all


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def minimum64(c: CpuP, a: u8x16, b: u8x16, m: u8x16) -> u8x16:
    v: Lanes
    v.all = select(m, a, b)
    if unlikely_(c.mxcsr & MXCSR_DAZ):
        v.u64[0] = flushed64(c, v.u64[0])
        v.u64[1] = flushed64(c, v.u64[1])
    return v.all


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def choose_nans32(a: u8x16, b: u8x16, r: u8x16) -> u8x16:
    """`r` with its NaN lanes by the rule for the operands `a` and `b`."""
    x: Lanes
    y: Lanes
    v: Lanes
    i: cython.int
    x.all = a
    y.all = b
    v.all = r
    for i in range(4):
        if is_nan32(v.u32[i]):
            v.u32[i] = nan_of32(x.u32[i], y.u32[i])
    return v.all


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def choose_nans64(a: u8x16, b: u8x16, r: u8x16) -> u8x16:
    x: Lanes
    y: Lanes
    v: Lanes
    i: cython.int
    x.all = a
    y.all = b
    v.all = r
    for i in range(2):
        if is_nan64(v.u64[i]):
            v.u64[i] = nan_of64(x.u64[i], y.u64[i])
    return v.all


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def unordered32(a: u8x16, b: u8x16) -> u8x16:
    x: Lanes
    y: Lanes
    i: cython.int
    x.all = a
    y.all = b
    for i in range(4):
        x.u32[i] = 0xffffffff if is_nan32(x.u32[i]) or is_nan32(y.u32[i]) else 0
    return x.all


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def unordered64(a: u8x16, b: u8x16) -> u8x16:
    x: Lanes
    y: Lanes
    i: cython.int
    x.all = a
    y.all = b
    for i in range(2):
        x.i64[i] = -1 if is_nan64(x.u64[i]) or is_nan64(y.u64[i]) else 0
    return x.all


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def compared32(predicate: u64, a: u8x16, b: u8x16) -> u8x16:
    """EQ LT LE UNORD and their opposites; EQ and UNORD are quiet."""
    m: u8x16
    if predicate & 3 == 0:
        m = same_ps(f32s(a), f32s(b))
    elif predicate & 3 == 1:
        m = below_ps(f32s(a), f32s(b))
    elif predicate & 3 == 2:
        m = not_above_ps(f32s(a), f32s(b))
    else:  # the comparison gives nothing here but its exception flags
        m = unordered32(a, b) & ~same_ps(f32s(a), f32s(b))
    return ~m if predicate & 4 else m


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def compared64(predicate: u64, a: u8x16, b: u8x16) -> u8x16:
    m: u8x16
    if predicate & 3 == 0:
        m = same_pd(f64s(a), f64s(b))
    elif predicate & 3 == 1:
        m = below_pd(f64s(a), f64s(b))
    elif predicate & 3 == 2:
        m = not_above_pd(f64s(a), f64s(b))
    else:
        m = unordered64(a, b) & ~same_pd(f64s(a), f64s(b))
    return ~m if predicate & 4 else m


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def vector32(c: CpuP, o: OpP, op: cython.int, a: u8x16, b: u8x16) -> u8x16:
    x: Lanes
    i: cython.int
    r: u8x16
    if op == CMP:
        return compared32(o.imm, a, b)
    if op == MIN:
        return minimum32(c, a, b, below_ps(f32s(a), f32s(b)))
    if op == MAX:
        return minimum32(c, a, b, below_ps(f32s(b), f32s(a)))
    if op == ADD:
        r = arith_ps(ADD, f32s(a), f32s(b))
    elif op == SUB:
        r = arith_ps(SUB, f32s(a), f32s(b))
    elif op == MUL:
        r = arith_ps(MUL, f32s(a), f32s(b))
    elif op == DIV:
        r = arith_ps(DIV, f32s(a), f32s(b))
    else:
        x.all = b
        for i in range(4):
            x.f32[i] = root32(x.f32[i])
        r = x.all
        a = b
    if unlikely_(any_nan32(r)):
        return choose_nans32(a, b, r)
    return r


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def vector64(c: CpuP, o: OpP, op: cython.int, a: u8x16, b: u8x16) -> u8x16:
    x: Lanes
    r: u8x16
    if op == CMP:
        return compared64(o.imm, a, b)
    if op == MIN:
        return minimum64(c, a, b, below_pd(f64s(a), f64s(b)))
    if op == MAX:
        return minimum64(c, a, b, below_pd(f64s(b), f64s(a)))
    if op == ADD:
        r = arith_pd(ADD, f64s(a), f64s(b))
    elif op == SUB:
        r = arith_pd(SUB, f64s(a), f64s(b))
    elif op == MUL:
        r = arith_pd(MUL, f64s(a), f64s(b))
    elif op == DIV:
        r = arith_pd(DIV, f64s(a), f64s(b))
    else:
        x.all = b
        x.f64[0] = root64(x.f64[0])
        x.f64[1] = root64(x.f64[1])
        r = x.all
        a = b
    if unlikely_(any_nan64(r)):
        return choose_nans64(a, b, r)
    return r


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def holds32(predicate: u64, a: cython.float, b: cython.float) -> i64:
    """All ones where the predicate holds, else 0."""
    r: cython.bint
    if predicate & 3 == 0:
        r = same32(a, b)
    elif predicate & 3 == 1:
        r = below32(a, b)
    elif predicate & 3 == 2:
        r = not_above32(a, b)
    else:
        r = same32(a, b)
        for_its_flags(r)
        r = is_nan32(bits_of_f32(a)) or is_nan32(bits_of_f32(b))
    if predicate & 4:
        r = not r
    return -cython.cast(i64, r)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def holds64(predicate: u64, a: cython.double, b: cython.double) -> i64:
    """All ones where the predicate holds, else 0."""
    r: cython.bint
    if predicate & 3 == 0:
        r = same64(a, b)
    elif predicate & 3 == 1:
        r = below64(a, b)
    elif predicate & 3 == 2:
        r = not_above64(a, b)
    else:
        r = same64(a, b)
        for_its_flags(r)
        r = is_nan64(bits_of_f64(a)) or is_nan64(bits_of_f64(b))
    if predicate & 4:
        r = not r
    return -cython.cast(i64, r)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def single(c: CpuP, o: OpP, op: cython.int, p: u8p, q: u8p) -> u32:
    """The bits of `a op b`."""
    a: cython.float = cython.cast(f32p, p)[0]
    b: cython.float = cython.cast(f32p, q)[0]
    r: cython.float
    if op == CMP:
        return holds32(o.imm, a, b)
    if op == MIN:
        return flushed32(c, bits_of_f32(a if below32(a, b) else b))
    if op == MAX:
        return flushed32(c, bits_of_f32(a if below32(b, a) else b))
    if op == ADD:
        r = arith32(ADD, a, b)
    elif op == SUB:
        r = arith32(SUB, a, b)
    elif op == MUL:
        r = arith32(MUL, a, b)
    elif op == DIV:
        r = arith32(DIV, a, b)
    else:
        r = root32(b)
        a = b
    if unlikely_(is_nan32(bits_of_f32(r))):
        return nan_of32(bits_of_f32(a), bits_of_f32(b))
    return bits_of_f32(r)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def double(c: CpuP, o: OpP, op: cython.int, p: u8p, q: u8p) -> u64:
    a: cython.double = cython.cast(f64p, p)[0]
    b: cython.double = cython.cast(f64p, q)[0]
    r: cython.double
    if op == CMP:
        return holds64(o.imm, a, b)
    if op == MIN:
        return flushed64(c, bits_of_f64(a if below64(a, b) else b))
    if op == MAX:
        return flushed64(c, bits_of_f64(a if below64(b, a) else b))
    if op == ADD:
        r = arith64(ADD, a, b)
    elif op == SUB:
        r = arith64(SUB, a, b)
    elif op == MUL:
        r = arith64(MUL, a, b)
    elif op == DIV:
        r = arith64(DIV, a, b)
    else:
        r = root64(b)
        a = b
    if unlikely_(is_nan64(bits_of_f64(r))):
        return nan_of64(bits_of_f64(a), bits_of_f64(b))
    return bits_of_f64(r)


# -- handlers' frames ----------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def packed_single(c: CpuP, o: OpP, op: cython.int, how: cython.int) -> OpP:
    d: u8p = register_at(c, o.dst)
    s: u8p = aligned_source_at(c, o, how)
    r: u8x16
    if how != RR and unlikely_(s == cython.NULL):
        return misaligned(c, o)
    if unlikely_(c.fp_strict):
        if how != ANY:
            return general[o.id](c, o)
        begin_strict(c)
    r = vector32(c, o, op, load16(d), load16(s))
    if how == ANY and unlikely_(c.fp_strict) and not (
            accept32(c, op, load16(d), load16(s), 4) if op <= DIV else accept(c, r)):
        return fault(c, o, VECTOR_XM, 0)
    store16(d, r)
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def packed_double(c: CpuP, o: OpP, op: cython.int, how: cython.int) -> OpP:
    d: u8p = register_at(c, o.dst)
    s: u8p = aligned_source_at(c, o, how)
    r: u8x16
    if how != RR and unlikely_(s == cython.NULL):
        return misaligned(c, o)
    if unlikely_(c.fp_strict):
        if how != ANY:
            return general[o.id](c, o)
        begin_strict(c)
    r = vector64(c, o, op, load16(d), load16(s))
    if how == ANY and unlikely_(c.fp_strict) and not (
            accept64(c, op, load16(d), load16(s), 2) if op <= DIV else accept(c, r)):
        return fault(c, o, VECTOR_XM, 0)
    store16(d, r)
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def scalar_single(c: CpuP, o: OpP, op: cython.int, how: cython.int) -> OpP:
    d: u8p = register_at(c, o.dst)
    s: u8p = source_at(c, o, 4, how)
    r: u32
    if unlikely_(c.fp_strict):
        if how != ANY:
            return general[o.id](c, o)
        begin_strict(c)
    r = single(c, o, op, d, s)
    if how == ANY and unlikely_(c.fp_strict) and not (
            accept32(c, op, load16(d), from_u64(cython.cast(u32p, s)[0]), 1) if op <= DIV
            else accept(c, from_u64(r))):
        return fault(c, o, VECTOR_XM, 0)
    cython.cast(u32p, d)[0] = r
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def scalar_double(c: CpuP, o: OpP, op: cython.int, how: cython.int) -> OpP:
    d: u8p = register_at(c, o.dst)
    s: u8p = source_at(c, o, 8, how)
    r: u64
    if unlikely_(c.fp_strict):
        if how != ANY:
            return general[o.id](c, o)
        begin_strict(c)
    r = double(c, o, op, d, s)
    if how == ANY and unlikely_(c.fp_strict) and not (
            accept64(c, op, load16(d), from_u64(cython.cast(u64p, s)[0]), 1) if op <= DIV
            else accept(c, from_u64(r))):
        return fault(c, o, VECTOR_XM, 0)
    cython.cast(u64p, d)[0] = r
    return done(c, o)


def addps(c, o):
    return packed_single(c, o, ADD, ANY)


def addpd(c, o):
    return packed_double(c, o, ADD, ANY)


def addss(c, o):
    return scalar_single(c, o, ADD, ANY)


def addsd(c, o):
    return scalar_double(c, o, ADD, ANY)


def subps(c, o):
    return packed_single(c, o, SUB, ANY)


def subpd(c, o):
    return packed_double(c, o, SUB, ANY)


def subss(c, o):
    return scalar_single(c, o, SUB, ANY)


def subsd(c, o):
    return scalar_double(c, o, SUB, ANY)


def mulps(c, o):
    return packed_single(c, o, MUL, ANY)


def mulpd(c, o):
    return packed_double(c, o, MUL, ANY)


def mulss(c, o):
    return scalar_single(c, o, MUL, ANY)


def mulsd(c, o):
    return scalar_double(c, o, MUL, ANY)


def divps(c, o):
    return packed_single(c, o, DIV, ANY)


def divpd(c, o):
    return packed_double(c, o, DIV, ANY)


def divss(c, o):
    return scalar_single(c, o, DIV, ANY)


def divsd(c, o):
    return scalar_double(c, o, DIV, ANY)


def minps(c, o):
    return packed_single(c, o, MIN, ANY)


def minpd(c, o):
    return packed_double(c, o, MIN, ANY)


def minss(c, o):
    return scalar_single(c, o, MIN, ANY)


def minsd(c, o):
    return scalar_double(c, o, MIN, ANY)


def maxps(c, o):
    return packed_single(c, o, MAX, ANY)


def maxpd(c, o):
    return packed_double(c, o, MAX, ANY)


def maxss(c, o):
    return scalar_single(c, o, MAX, ANY)


def maxsd(c, o):
    return scalar_double(c, o, MAX, ANY)


def sqrtps(c, o):
    return packed_single(c, o, SQRT, ANY)


def sqrtpd(c, o):
    return packed_double(c, o, SQRT, ANY)


def sqrtss(c, o):
    return scalar_single(c, o, SQRT, ANY)


def sqrtsd(c, o):
    return scalar_double(c, o, SQRT, ANY)


def cmpps(c, o):
    return packed_single(c, o, CMP, ANY)


def cmppd(c, o):
    return packed_double(c, o, CMP, ANY)


def cmpss(c, o):
    return scalar_single(c, o, CMP, ANY)


def cmpsd(c, o):
    return scalar_double(c, o, CMP, ANY)


# -- comparisons that set the status flags -------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def set_comparison(c: CpuP, o: OpP, how: cython.int, below: cython.bint, same: cython.bint,
                   unordered: cython.bint) -> OpP:
    status: u64 = CF | PF | ZF if unordered else (CF if below else 0) | (ZF if same else 0)
    for_its_flags(below)
    if how == ANY and unlikely_(c.fp_strict) and not accept(c, from_u64(status)):
        return fault(c, o, VECTOR_XM, 0)
    set_status(c, status)
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def compare_single(c: CpuP, o: OpP, quiet: cython.bint, how: cython.int) -> OpP:
    s: u8p = source_at(c, o, 4, how)
    a: cython.float
    b: cython.float
    if unlikely_(c.fp_strict):
        if how != ANY:
            return general[o.id](c, o)
        begin_strict(c)
    a = cython.cast(f32p, register_at(c, o.dst))[0]
    b = cython.cast(f32p, s)[0]
    return set_comparison(c, o, how, quiet_less32(a, b) if quiet else below32(a, b), same32(a, b),
                          is_nan32(bits_of_f32(a)) or is_nan32(bits_of_f32(b)))


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def compare_double(c: CpuP, o: OpP, quiet: cython.bint, how: cython.int) -> OpP:
    s: u8p = source_at(c, o, 8, how)
    a: cython.double
    b: cython.double
    if unlikely_(c.fp_strict):
        if how != ANY:
            return general[o.id](c, o)
        begin_strict(c)
    a = cython.cast(f64p, register_at(c, o.dst))[0]
    b = cython.cast(f64p, s)[0]
    return set_comparison(c, o, how, quiet_less64(a, b) if quiet else below64(a, b), same64(a, b),
                          is_nan64(bits_of_f64(a)) or is_nan64(bits_of_f64(b)))


def comiss(c, o):
    return compare_single(c, o, False, ANY)


def comisd(c, o):
    return compare_double(c, o, False, ANY)


def ucomiss(c, o):
    return compare_single(c, o, True, ANY)


def ucomisd(c, o):
    return compare_double(c, o, True, ANY)


# -- within a vector -----------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def sum32(a: u8x16, b: u8x16, signs: u8x16) -> u8x16:
    """`a` plus `b`, lanes of `b` negated where `signs` has the sign bit."""
    r: u8x16 = arith_ps(ADD, f32s(a), f32s(b ^ signs))
    return choose_nans32(a, b, r) if unlikely_(any_nan32(r)) else r


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def sum64(a: u8x16, b: u8x16, signs: u8x16) -> u8x16:
    r: u8x16 = arith_pd(ADD, f64s(a), f64s(b ^ signs))
    return choose_nans64(a, b, r) if unlikely_(any_nan64(r)) else r


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def horizontal(c: CpuP, o: OpP, op: cython.int, size: cython.int) -> OpP:
    """ADD, SUB: of neighbours within each operand. ALTERNATE: minus and plus in turn, lane by lane."""
    d: u8p = register_at(c, o.dst)
    s: u8p = aligned_source(c, o)
    a: u8x16
    b: u8x16
    x: u8x16
    y: u8x16
    signs: u8x16  # where the sum is a difference
    if unlikely_(s == cython.NULL):
        return misaligned(c, o)
    if unlikely_(c.fp_strict):
        begin_strict(c)
    x = a = load16(d)
    y = b = load16(s)
    if size == 4:
        signs = u8s(all32(0 if op == ADD else sign32()))
        if op == ALTERNATE:
            signs = u8s(all64(sign32()))
        else:
            x = evens32(a, b)
            y = odds32(a, b)
        a = sum32(x, y, signs)
        if unlikely_(c.fp_strict) and not accept32(c, PLUS, x, y ^ signs, 4):
            return fault(c, o, VECTOR_XM, 0)
    else:
        signs = u8s(all64(0 if op == ADD else sign64()))
        if op == ALTERNATE:
            signs = from_u64(sign64())
        else:
            x = interleave_low64(a, b)
            y = interleave_high64(a, b)
        a = sum64(x, y, signs)
        if unlikely_(c.fp_strict) and not accept64(c, PLUS, x, y ^ signs, 2):
            return fault(c, o, VECTOR_XM, 0)
    store16(d, a)
    return done(c, o)


def addsubps(c, o):
    return horizontal(c, o, ALTERNATE, 4)


def addsubpd(c, o):
    return horizontal(c, o, ALTERNATE, 8)


def haddps(c, o):
    return horizontal(c, o, ADD, 4)


def haddpd(c, o):
    return horizontal(c, o, ADD, 8)


def hsubps(c, o):
    return horizontal(c, o, SUB, 4)


def hsubpd(c, o):
    return horizontal(c, o, SUB, 8)


def dpps(c, o):
    """Products where the immediate's high bits say so, summed, to where its low bits say so."""
    wanted: Lanes
    target: Lanes
    i: cython.int
    a: u8x16
    b: u8x16
    x: u8x16
    d: u8p = register_at(c, o.dst)
    s: u8p = aligned_source(c, o)
    zero: u8x16 = from_u64(0)
    if unlikely_(s == cython.NULL):
        return misaligned(c, o)
    if unlikely_(c.fp_strict):
        begin_strict(c)
    for i in range(4):
        wanted.u32[i] = 0xffffffff if o.imm >> (i + 4) & 1 else 0
        target.u32[i] = 0xffffffff if o.imm >> i & 1 else 0
    a = load16(d) & wanted.all
    b = load16(s) & wanted.all
    x = product32(a, b)
    if unlikely_(c.fp_strict) and not accept32(c, TIMES, a, b, 4):
        return fault(c, o, VECTOR_XM, 0)
    for i in range(2):
        a = evens32(x, x)
        b = odds32(x, x)
        x = sum32(a, b, zero)
        if unlikely_(c.fp_strict) and not accept32(c, PLUS, a, b, 2 - i):
            return fault(c, o, VECTOR_XM, 0)
    store16(d, x & target.all)
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def product32(a: u8x16, b: u8x16) -> u8x16:
    r: u8x16 = arith_ps(MUL, f32s(a), f32s(b))
    return choose_nans32(a, b, r) if unlikely_(any_nan32(r)) else r


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def product64(a: u8x16, b: u8x16) -> u8x16:
    r: u8x16 = arith_pd(MUL, f64s(a), f64s(b))
    return choose_nans64(a, b, r) if unlikely_(any_nan64(r)) else r


def dppd(c, o):
    wanted: Lanes
    target: Lanes
    i: cython.int
    a: u8x16
    b: u8x16
    x: u8x16
    d: u8p = register_at(c, o.dst)
    s: u8p = aligned_source(c, o)
    if unlikely_(s == cython.NULL):
        return misaligned(c, o)
    if unlikely_(c.fp_strict):
        begin_strict(c)
    for i in range(2):
        wanted.i64[i] = -1 if o.imm >> (i + 4) & 1 else 0
        target.i64[i] = -1 if o.imm >> i & 1 else 0
    a = load16(d) & wanted.all
    b = load16(s) & wanted.all
    x = product64(a, b)
    if unlikely_(c.fp_strict) and not accept64(c, TIMES, a, b, 2):
        return fault(c, o, VECTOR_XM, 0)
    a = interleave_low64(x, x)
    b = interleave_high64(x, x)
    x = sum64(a, b, from_u64(0))
    if unlikely_(c.fp_strict) and not accept64(c, PLUS, a, b, 1):
        return fault(c, o, VECTOR_XM, 0)
    store16(d, x & target.all)
    return done(c, o)


# -- flat memory --------------------------------------------------------------------------------


def addsd_rr(c, o):
    return scalar_double(c, o, ADD, RR)


def addsd_rm(c, o):
    return scalar_double(c, o, ADD, RM)


def addss_rr(c, o):
    return scalar_single(c, o, ADD, RR)


def addss_rm(c, o):
    return scalar_single(c, o, ADD, RM)


def addps_rr(c, o):
    return packed_single(c, o, ADD, RR)


def addps_rm(c, o):
    return packed_single(c, o, ADD, RM)


def addpd_rr(c, o):
    return packed_double(c, o, ADD, RR)


def addpd_rm(c, o):
    return packed_double(c, o, ADD, RM)


def subsd_rr(c, o):
    return scalar_double(c, o, SUB, RR)


def subsd_rm(c, o):
    return scalar_double(c, o, SUB, RM)


def subss_rr(c, o):
    return scalar_single(c, o, SUB, RR)


def subss_rm(c, o):
    return scalar_single(c, o, SUB, RM)


def subps_rr(c, o):
    return packed_single(c, o, SUB, RR)


def subps_rm(c, o):
    return packed_single(c, o, SUB, RM)


def subpd_rr(c, o):
    return packed_double(c, o, SUB, RR)


def subpd_rm(c, o):
    return packed_double(c, o, SUB, RM)


def mulsd_rr(c, o):
    return scalar_double(c, o, MUL, RR)


def mulsd_rm(c, o):
    return scalar_double(c, o, MUL, RM)


def mulss_rr(c, o):
    return scalar_single(c, o, MUL, RR)


def mulss_rm(c, o):
    return scalar_single(c, o, MUL, RM)


def mulps_rr(c, o):
    return packed_single(c, o, MUL, RR)


def mulps_rm(c, o):
    return packed_single(c, o, MUL, RM)


def mulpd_rr(c, o):
    return packed_double(c, o, MUL, RR)


def mulpd_rm(c, o):
    return packed_double(c, o, MUL, RM)


def divsd_rr(c, o):
    return scalar_double(c, o, DIV, RR)


def divsd_rm(c, o):
    return scalar_double(c, o, DIV, RM)


def divss_rr(c, o):
    return scalar_single(c, o, DIV, RR)


def divss_rm(c, o):
    return scalar_single(c, o, DIV, RM)


def comisd_rr(c, o):
    return compare_double(c, o, False, RR)


def comisd_rm(c, o):
    return compare_double(c, o, False, RM)


def ucomisd_rr(c, o):
    return compare_double(c, o, True, RR)


def ucomisd_rm(c, o):
    return compare_double(c, o, True, RM)


def comiss_rr(c, o):
    return compare_single(c, o, False, RR)


def comiss_rm(c, o):
    return compare_single(c, o, False, RM)


def ucomiss_rr(c, o):
    return compare_single(c, o, True, RR)


def ucomiss_rm(c, o):
    return compare_single(c, o, True, RM)


bind("ADDPS", addps)
bind("ADDPD", addpd)
bind("ADDSS", addss)
bind("ADDSD", addsd)
bind("SUBPS", subps)
bind("SUBPD", subpd)
bind("SUBSS", subss)
bind("SUBSD", subsd)
bind("MULPS", mulps)
bind("MULPD", mulpd)
bind("MULSS", mulss)
bind("MULSD", mulsd)
bind("DIVPS", divps)
bind("DIVPD", divpd)
bind("DIVSS", divss)
bind("DIVSD", divsd)
bind("MINPS", minps)
bind("MINPD", minpd)
bind("MINSS", minss)
bind("MINSD", minsd)
bind("MAXPS", maxps)
bind("MAXPD", maxpd)
bind("MAXSS", maxss)
bind("MAXSD", maxsd)
bind("SQRTPS", sqrtps)
bind("SQRTPD", sqrtpd)
bind("SQRTSS", sqrtss)
bind("SQRTSD", sqrtsd)
bind("CMPPS", cmpps)
bind("CMPPD", cmppd)
bind("CMPSS", cmpss)
bind("CMPSD_XMM", cmpsd)
bind("COMISS", comiss)
bind("COMISD", comisd)
bind("UCOMISS", ucomiss)
bind("UCOMISD", ucomisd)
bind("ADDSUBPS", addsubps)
bind("ADDSUBPD", addsubpd)
bind("HADDPS", haddps)
bind("HADDPD", haddpd)
bind("HSUBPS", hsubps)
bind("HSUBPD", hsubpd)
bind("DPPS", dpps)
bind("DPPD", dppd)
bind_flat("ADDSD", addsd_rr, 16, RR)
bind_flat("ADDSD", addsd_rm, 16, RM)
bind_flat("ADDSS", addss_rr, 16, RR)
bind_flat("ADDSS", addss_rm, 16, RM)
bind_flat("ADDPS", addps_rr, 16, RR)
bind_flat("ADDPS", addps_rm, 16, RM)
bind_flat("ADDPD", addpd_rr, 16, RR)
bind_flat("ADDPD", addpd_rm, 16, RM)
bind_flat("SUBSD", subsd_rr, 16, RR)
bind_flat("SUBSD", subsd_rm, 16, RM)
bind_flat("SUBSS", subss_rr, 16, RR)
bind_flat("SUBSS", subss_rm, 16, RM)
bind_flat("SUBPS", subps_rr, 16, RR)
bind_flat("SUBPS", subps_rm, 16, RM)
bind_flat("SUBPD", subpd_rr, 16, RR)
bind_flat("SUBPD", subpd_rm, 16, RM)
bind_flat("MULSD", mulsd_rr, 16, RR)
bind_flat("MULSD", mulsd_rm, 16, RM)
bind_flat("MULSS", mulss_rr, 16, RR)
bind_flat("MULSS", mulss_rm, 16, RM)
bind_flat("MULPS", mulps_rr, 16, RR)
bind_flat("MULPS", mulps_rm, 16, RM)
bind_flat("MULPD", mulpd_rr, 16, RR)
bind_flat("MULPD", mulpd_rm, 16, RM)
bind_flat("DIVSD", divsd_rr, 16, RR)
bind_flat("DIVSD", divsd_rm, 16, RM)
bind_flat("DIVSS", divss_rr, 16, RR)
bind_flat("DIVSS", divss_rm, 16, RM)
bind_flat("COMISD", comisd_rr, 16, RR)
bind_flat("COMISD", comisd_rm, 16, RM)
bind_flat("UCOMISD", ucomisd_rr, 16, RR)
bind_flat("UCOMISD", ucomisd_rm, 16, RM)
bind_flat("COMISS", comiss_rr, 16, RR)
bind_flat("COMISS", comiss_rm, 16, RM)
bind_flat("UCOMISS", ucomiss_rr, 16, RR)
bind_flat("UCOMISS", ucomiss_rm, 16, RM)
