"""MUL, IMUL, DIV and IDIV. SF, ZF, AF and PF are undefined after a multiplication: as for a logic result."""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, OpP, i64, u64


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def operand(c: CpuP, o: OpP, size: cython.int) -> u64:
    """Operand 0 of the one-operand forms."""
    if o.form == MR:
        return load(c, ea(c, o), size)
    return get(c, o.dst, size)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def product_flags(c: CpuP, low: u64, size: cython.int, lost: u64) -> cython.void:
    """CF and OF: the product doesn't fit its lower half."""
    set_logic_flags(c, low, size)
    c.aux = lost << 63


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def signed_at(value: u64, size: cython.int) -> i64:
    if size == 8:
        return cython.cast(i64, value)
    return cython.cast(i64, value << (64 - size * 8)) >> (64 - size * 8)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def store_product(c: CpuP, size: cython.int, low: u64, high: u64) -> cython.void:
    if size == 1:
        put(c, 0, 2, (low & 0xFF) | high << 8)
    else:
        put(c, 0, size, low)
        put(c, 16, size, high)


def mul(c, o):
    size: cython.int = o.size
    a: u64 = get(c, 0, size)
    b: u64 = operand(c, o, size)
    low: u64 = a * b
    high: u64
    if size == 8:
        high = high_product(a, b)
    else:
        high = low >> (size * 8)
    store_product(c, size, low, high)
    product_flags(c, low, size, high != 0)
    return done(c, o)


def imul1(c, o):
    """rDX:rAX = rAX * operand."""
    size: cython.int = o.size
    a: i64 = signed_at(get(c, 0, size), size)
    b: i64 = signed_at(operand(c, o, size), size)
    low: u64 = cython.cast(u64, a) * cython.cast(u64, b)
    high: u64
    if size == 8:
        high = cython.cast(u64, high_product_signed(a, b))
    else:
        high = low >> (size * 8)
    store_product(c, size, low, high)
    product_flags(c, low, size, lost_bits(a, b, low, size))
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def lost_bits(a: i64, b: i64, low: u64, size: cython.int) -> u64:
    """1 when the signed product isn't the sign extension of its low `size` bytes."""
    if size == 8:
        return high_product_signed(a, b) != (cython.cast(i64, low) >> 63)
    return signed_at(low, size) != cython.cast(i64, low)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def multiply(c: CpuP, o: OpP, size: cython.int, form: cython.int) -> OpP:
    """The two- and three-operand forms; the latter have an immediate as operand 2."""
    a: i64
    b: i64
    low: u64
    if form == RM:
        b = signed_at(load(c, ea(c, o), size), size)
    else:
        b = signed_at(get(c, o.src, size), size)
    a = cython.cast(i64, o.imm) if o.extra else signed_at(get(c, o.dst, size), size)
    low = cython.cast(u64, a) * cython.cast(u64, b)
    put(c, o.dst, size, low)
    product_flags(c, low, size, lost_bits(a, b, low, size))
    return done(c, o)


def imul(c, o):
    if o.src == ZERO * 8 and o.form != RM:
        return imul1(c, o)
    return multiply(c, o, o.size, o.form)


# fmt: off
def imul4_rr(c, o): return imul1(c, o) if o.src == ZERO * 8 else multiply(c, o, 4, RR)
def imul4_rm(c, o): return multiply(c, o, 4, RM)
def imul8_rr(c, o): return imul1(c, o) if o.src == ZERO * 8 else multiply(c, o, 8, RR)
def imul8_rm(c, o): return multiply(c, o, 8, RM)
# fmt: on


def div(c, o):
    """#DE when the divisor is 0 or the quotient too large; flags are undefined, and stay."""
    size: cython.int = o.size
    b: u64 = operand(c, o, size)
    low: u64
    high: u64
    quotient: u64 = 0
    remainder: u64 = 0
    if size == 1:
        low = get(c, 0, 2)
        if b == 0 or low // b > 0xFF:
            return fault(c, o, 0, 0)
        put(c, 0, 2, (low // b) | (low % b) << 8)
        return done(c, o)
    low = get(c, 0, size)
    high = get(c, 16, size)
    if b == 0 or high >= b:
        return fault(c, o, 0, 0)
    if size == 8:
        if high == 0:
            quotient = low // b
            remainder = low % b
        else:
            quotient = divide_wide(high, low, b, cython.address(remainder))
    else:
        low |= high << (size * 8)
        quotient = low // b
        remainder = low % b
    put(c, 0, size, quotient)
    put(c, 16, size, remainder)
    return done(c, o)


def idiv(c, o):
    size: cython.int = o.size
    b: i64 = signed_at(operand(c, o, size), size)
    a: i64
    low: u64
    high: u64
    quotient: u64
    remainder: u64 = 0
    magnitude: u64
    negative: cython.bint
    if b == 0:
        return fault(c, o, 0, 0)
    if size == 8:
        low = c.reg[0]
        high = c.reg[2]
        negative = cython.cast(i64, high) < 0
        if negative:
            low = 0 - low
            high = ~high + (low == 0)
        magnitude = 0 - cython.cast(u64, b) if b < 0 else cython.cast(u64, b)
        if high >= magnitude:
            return fault(c, o, 0, 0)
        quotient = divide_wide(high, low, magnitude, cython.address(remainder))
        if negative != (b < 0):
            if quotient > cython.cast(u64, 1) << 63:
                return fault(c, o, 0, 0)
            quotient = 0 - quotient
        elif quotient >> 63:
            return fault(c, o, 0, 0)
        c.reg[0] = quotient
        c.reg[2] = 0 - remainder if negative else remainder
        return done(c, o)
    if size == 1:
        a = signed_at(get(c, 0, 2), 2)
    else:
        a = signed_at(get(c, 0, size) | get(c, 16, size) << (size * 8), size * 2)
    if b == -1 and a == cython.cast(i64, cython.cast(u64, 1) << 63):
        return fault(c, o, 0, 0)
    quotient = cython.cast(u64, truncated(a, b))
    if signed_at(quotient, size) != cython.cast(i64, quotient):
        return fault(c, o, 0, 0)
    remainder = cython.cast(u64, a) - quotient * cython.cast(u64, b)
    if size == 1:
        put(c, 0, 2, (quotient & 0xFF) | (remainder & 0xFF) << 8)
    else:
        put(c, 0, size, quotient)
        put(c, 16, size, remainder)
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
@cython.cdivision(True)
def truncated(a: i64, b: i64) -> i64:
    return a // b


bind("MUL", mul)
bind("IMUL", imul)
bind_flat("IMUL", imul4_rr, 4, RR)
bind_flat("IMUL", imul4_rm, 4, RM)
bind_flat("IMUL", imul8_rr, 8, RR)
bind_flat("IMUL", imul8_rm, 8, RM)
bind("DIV", div)
bind("IDIV", idiv)
