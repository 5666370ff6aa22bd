"""Fused multiply-add: a * b + c rounded once.

The host computes it, flags included, on operands with their signs already changed. A NaN result is
made again from the operands as they were: that of the first factor, the second one, or the addend.
"""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, OpP, f32p, f64p, u8, u8p, u32, u32p, u64, u64p

# -- the flags of a result that traps ------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def may_trap(c: CpuP, flags: u32) -> cython.bint:
    return flags & (MXCSR_OVERFLOW | MXCSR_UNDERFLOW) & ~(c.mxcsr >> 7) != 0


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def rounded64(p: f64p, q: f64p, r: f64p) -> cython.bint:
    """Whether the significand of p * q + r needs rounding, whatever the exponent: tried near 1."""
    a: cython.double = p[0]
    b: cython.double = q[0]
    s: cython.double = r[0]
    result: cython.double
    ea: cython.int
    eb: cython.int
    es: cython.int
    a = frexp(a, cython.address(ea))
    b = frexp(b, cython.address(eb))
    s = frexp(s, cython.address(es))
    if s != 0:
        es -= ea + eb
        s = ldexp(s, -200 if es < -200 else 200 if es > 200 else es)
    begin_flags()
    fused64(cython.address(result), cython.address(a), cython.address(b), cython.address(s))
    return get_host_mxcsr() & MXCSR_INEXACT != 0


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def rounded32(p: f32p, q: f32p, r: f32p) -> cython.bint:
    """The product of two singles is exact in double precision; so is what rounding the sum needs to know."""
    product: cython.double = arith64(SOFT_TIMES, widened(p[0]), widened(q[0]))
    s: cython.double = widened(r[0])
    one: cython.double = 1
    result: cython.double
    begin_flags()
    fused64(cython.address(result), cython.address(product), cython.address(one), cython.address(s))
    return get_host_mxcsr() & MXCSR_INEXACT != 0 or bits_of_f64(result) << 24 + 11 != 0


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def begin_flags() -> cython.void:
    set_host_mxcsr(get_host_mxcsr() & ~MXCSR_FLAGS & ~MXCSR_FTZ & ~MXCSR_DAZ)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def flags64(c: CpuP, a: f64p, b: f64p, s: f64p, r: f64p) -> u32:
    """One element, with the flags that it raises where some are unmasked."""
    flags: u32
    control: u32
    begin_strict(c)
    fused64(r, a, b, s)
    flags = flags_so_far(c, is_denormal64(cython.cast(u64p, r)[0]))
    if may_trap(c, flags):
        control = get_host_mxcsr()
        flags &= ~MXCSR_INEXACT
        if rounded64(a, b, s):
            flags |= MXCSR_INEXACT
        set_host_mxcsr(control)
    return flags


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def flags32(c: CpuP, a: f32p, b: f32p, s: f32p, r: f32p) -> u32:
    flags: u32
    control: u32
    begin_strict(c)
    fused32(r, a, b, s)
    flags = flags_so_far(c, is_denormal32(cython.cast(u32p, r)[0]))
    if may_trap(c, flags):
        control = get_host_mxcsr()
        flags &= ~MXCSR_INEXACT
        if rounded32(a, b, s):
            flags |= MXCSR_INEXACT
        set_host_mxcsr(control)
    return flags


# -- elements ------------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def single(c: CpuP, pa: u8p, pb: u8p, ps: u8p, pr: u8p, negate: cython.int, flags: u32p) -> cython.void:
    """One element: the result of the operands at `pa`, `pb` and `ps` goes to `pr`."""
    a: u32 = cython.cast(u32p, pa)[0]
    b: u32 = cython.cast(u32p, pb)[0]
    s: u32 = cython.cast(u32p, ps)[0]
    x: cython.float = f32_of_bits(a ^ (sign32() if negate & NEGATE_PRODUCT else 0))
    y: cython.float = f32_of_bits(b)
    z: cython.float = f32_of_bits(s ^ (sign32() if negate & NEGATE_EVEN else 0))
    r: cython.float
    if unlikely_(c.fp_strict):
        flags[0] |= flags32(c, cython.address(x), cython.address(y), cython.address(z), cython.address(r))
    else:
        fused32(cython.address(r), cython.address(x), cython.address(y), cython.address(z))
    if unlikely_(is_nan32(bits_of_f32(r))):
        cython.cast(u32p, pr)[0] = a | QUIET32 if is_nan32(a) else nan_of32(b, s)
    else:
        cython.cast(f32p, pr)[0] = r


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def double(c: CpuP, pa: u8p, pb: u8p, ps: u8p, pr: u8p, negate: cython.int, flags: u32p) -> cython.void:
    a: u64 = cython.cast(u64p, pa)[0]
    b: u64 = cython.cast(u64p, pb)[0]
    s: u64 = cython.cast(u64p, ps)[0]
    x: cython.double = f64_of_bits(a ^ (sign64() if negate & NEGATE_PRODUCT else 0))
    y: cython.double = f64_of_bits(b)
    z: cython.double = f64_of_bits(s ^ (sign64() if negate & NEGATE_EVEN else 0))
    r: cython.double
    if unlikely_(c.fp_strict):
        flags[0] |= flags64(c, cython.address(x), cython.address(y), cython.address(z), cython.address(r))
    else:
        fused64(cython.address(r), cython.address(x), cython.address(y), cython.address(z))
    if unlikely_(is_nan64(bits_of_f64(r))):
        cython.cast(u64p, pr)[0] = nan_of64(a, a) if is_nan64(a) else nan_of64(b, s)
    else:
        cython.cast(f64p, pr)[0] = r


# -- instructions --------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def fused(c: CpuP, o: OpP, width: cython.int, scalar: cython.bint) -> OpP:
    """A scalar leaves the rest of operand 0's 16 bytes as it is."""
    result: u8[32]
    space: u8[32]
    third: u8p = cython.address(space[0])
    first: u8p = register_at(c, o.dst)
    second: u8p = register_at(c, o.src)
    a: u8p = first
    b: u8p = third
    s: u8p = second
    i: cython.int
    at: cython.int
    negate: cython.int = negation_of[o.id]
    order: cython.int = order_of[o.id]
    flags: u32 = 0
    if scalar:
        memcpy(third, last_source(c, o, width), width)
        memcpy(cython.address(result[0]), first, 16)
    else:
        fetched(c, o, third)
    if order != F132:
        a = second
        b = first if order == F213 else third
        s = third if order == F213 else first
    for i in range(1 if scalar else o.size // width):
        at = i * width
        if width == 4:
            single(c, a + at, b + at, s + at, cython.address(result[at]), negate, cython.address(flags))
        else:
            double(c, a + at, b + at, s + at, cython.address(result[at]), negate, cython.address(flags))
        # the next element is of the other parity
        negate = (negate & NEGATE_PRODUCT) | (negate & NEGATE_EVEN) << 1 | (negate & NEGATE_ODD) >> 1
    if flags and not raise_flags(c, flags):
        return fault(c, o, VECTOR_XM, 0)
    put_vector(c, o, cython.address(result[0]), o.size)
    return done(c, o)


def packed_single(c, o):
    return fused(c, o, 4, False)


def packed_double(c, o):
    return fused(c, o, 8, False)


def scalar_single(c, o):
    return fused(c, o, 4, True)


def scalar_double(c, o):
    return fused(c, o, 8, True)


ORDERS = {"132": F132, "213": F213, "231": F231}
NEGATIONS = {
    "MADD": 0,
    "MSUB": NEGATE_EVEN | NEGATE_ODD,
    "NMADD": NEGATE_PRODUCT,
    "NMSUB": NEGATE_PRODUCT | NEGATE_EVEN | NEGATE_ODD,
    "MADDSUB": NEGATE_EVEN,
    "MSUBADD": NEGATE_ODD,
}


@cython.cfunc
def bind_fused(name: str, order: cython.int, negation: cython.int, handler: Handler) -> cython.void:
    bind(name, handler)
    order_of[mnemonic_id(name)] = order
    negation_of[mnemonic_id(name)] = negation


for digits, order in ORDERS.items():
    for operation, negation in NEGATIONS.items():
        bind_fused(f"VF{operation}{digits}PS", order, negation, packed_single)
        bind_fused(f"VF{operation}{digits}PD", order, negation, packed_double)
        if operation not in ("MADDSUB", "MSUBADD"):  # only packed ones alternate
            bind_fused(f"VF{operation}{digits}SS", order, negation, scalar_single)
            bind_fused(f"VF{operation}{digits}SD", order, negation, scalar_double)
