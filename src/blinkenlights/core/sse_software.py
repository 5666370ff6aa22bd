"""SSE's floating-point arithmetic in software (Intel SDM volume 1, sections 4.8, 4.9 and 11.5).

IEEE 754 leaves to a processor which NaN it makes, whether a result is tiny before or after rounding, and
what is told of denormal operands; SSE adds DAZ and FTZ. Where the host's choices differ, its arithmetic
serves normal numbers (`arithmetic.pxd`) and this module everything else, on the bits.
"""

import cython
from cython.cimports.blinkenlights.core.state import i64, u32, u32p, u64
from cython.cimports.libc.string import memcpy

INVALID = cython.declare(u32, 1)
DENORMAL = cython.declare(u32, 2)
ZERO_DIVIDE = cython.declare(u32, 4)
OVERFLOW = cython.declare(u32, 8)
UNDERFLOW = cython.declare(u32, 16)
INEXACT = cython.declare(u32, 32)
DAZ = cython.declare(u32, 0x40)
FTZ = cython.declare(u32, 0x8000)
TOP = cython.declare(u64, cython.cast(u64, 1) << 63)
NEAREST = cython.declare(u32, 0)
DOWN = cython.declare(u32, 1)
UP = cython.declare(u32, 2)


# -- formats -------------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def fraction_bits(width: cython.int) -> cython.int:
    return 23 if width == 4 else 52


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def bias(width: cython.int) -> cython.int:
    return 127 if width == 4 else 1023


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def infinity(width: cython.int) -> u64:
    return cython.cast(u64, 2 * bias(width) + 1) << fraction_bits(width)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def quiet_bit(width: cython.int) -> u64:
    return cython.cast(u64, 1) << (fraction_bits(width) - 1)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def with_sign(bits: u64, width: cython.int, negative: cython.bint) -> u64:
    return bits | cython.cast(u64, negative) << (8 * width - 1)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def default_nan(k: ControlP, width: cython.int) -> u64:
    """The "QNaN floating-point indefinite", which an invalid operation gives."""
    k.flags |= INVALID
    return with_sign(infinity(width) | quiet_bit(width), width, True)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def normalized(n: NumberP) -> cython.void:
    while not n.significand & TOP:
        n.significand <<= 1
        n.exponent -= 1


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def unpack(k: ControlP, x: u64, width: cython.int, n: NumberP) -> cython.bint:
    """True for a denormal operand that is not taken for zero."""
    exponent: cython.int = cython.cast(cython.int, x >> fraction_bits(width)) & (2 * bias(width) + 1)
    fraction: u64 = x & ((cython.cast(u64, 1) << fraction_bits(width)) - 1)
    n.negative = x >> (8 * width - 1) & 1 != 0
    n.significand = fraction << (63 - fraction_bits(width))
    n.exponent = exponent - bias(width)
    if exponent == 2 * bias(width) + 1:
        n.kind = KIND_NAN if fraction else KIND_INFINITE
        return False
    n.kind = KIND_FINITE
    if exponent:
        n.significand |= TOP
        return False
    if fraction == 0 or k.mxcsr & DAZ:
        n.kind = KIND_ZERO
        return False
    n.exponent += 1
    normalized(n)
    return True


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def rounded_up(k: ControlP, kept: u64, rest: u64, half: u64, negative: cython.bint) -> cython.bint:
    """Whether what was cut off, `rest` of 2 * `half`, makes the last place one more."""
    mode: u32 = k.mxcsr >> 13 & 3
    if mode == NEAREST:
        return rest > half or (rest == half and kept & 1 != 0)
    return rest != 0 and mode == (DOWN if negative else UP)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def packed(k: ControlP, n: NumberP, width: cython.int) -> u64:
    """A finite number's bits, rounded; the lowest bit of its significand may stand for more below it."""
    drop: cython.int = 63 - fraction_bits(width)
    one: u64 = cython.cast(u64, 1)
    kept: u64 = n.significand >> drop
    rest: u64 = n.significand & ((one << drop) - 1)
    exponent: cython.int = n.exponent
    tiny: cython.bint
    mode: u32 = k.mxcsr >> 13 & 3
    if rest:
        k.rounded = True
    kept += rounded_up(k, kept, rest, one << (drop - 1), n.negative)
    if kept >> (fraction_bits(width) + 1):
        kept >>= 1
        exponent += 1
    if exponent > bias(width):
        k.flags |= OVERFLOW | INEXACT
        if mode == NEAREST or mode == (DOWN if n.negative else UP):
            return with_sign(infinity(width), width, n.negative)
        return with_sign(infinity(width) - 1, width, n.negative)
    if n.exponent >= 1 - bias(width):
        if rest:
            k.flags |= INEXACT
        # the significand's top bit adds 1 to the exponent
        return with_sign((cython.cast(u64, exponent + bias(width) - 1) << fraction_bits(width)) + kept,
                         width, n.negative)
    tiny = exponent < 1 - bias(width)  # even when rounded as if it had no least exponent
    if tiny and k.mxcsr & FTZ:
        k.flags |= UNDERFLOW | INEXACT
        return with_sign(0, width, n.negative)
    drop += 1 - bias(width) - n.exponent
    if drop > 63:  # less than the least denormal number, or even than half of it
        rest = n.significand >> 1 | (n.significand & 1) if drop == 64 else 1
        kept = rounded_up(k, 0, rest, one << 62, n.negative)
    else:
        kept = n.significand >> drop
        rest = n.significand & ((one << drop) - 1)
        kept += rounded_up(k, kept, rest, one << (drop - 1), n.negative)
    if rest:
        k.flags |= INEXACT | (UNDERFLOW if tiny else 0)
    return with_sign(kept, width, n.negative)


# -- operations ----------------------------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def nan_among(k: ControlP, width: cython.int, a: u64, b: u64) -> u64:
    """The first operand's NaN, else the second's, made quiet."""
    chosen: u64 = a if is_nan(a, width) else b
    if is_signalling(a, width) or is_signalling(b, width):
        k.flags |= INVALID
    return chosen | quiet_bit(width)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def is_nan(x: u64, width: cython.int) -> cython.bint:
    return x & (with_sign(0, width, True) - 1) > infinity(width)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def is_signalling(x: u64, width: cython.int) -> cython.bint:
    return is_nan(x, width) and not x & quiet_bit(width)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def high_part(n: NumberP, value: u128) -> cython.void:
    """The significand is the upper half of `value`, whose top bits may be clear; the rest leaves a trace."""
    while not cython.cast(u64, value >> 127):
        value = value << 1
        n.exponent -= 1
    n.significand = cython.cast(u64, value >> 64) | (1 if cython.cast(u64, value) else 0)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def shifted(value: u128, count: cython.int) -> u128:
    """`value` shifted to the right; what falls out leaves a trace in the lowest bit."""
    one: u128 = 1
    if count == 0:
        return value
    if count > 127:
        return one if value != 0 else value
    return value >> count | (one if value & ((one << count) - 1) else cython.cast(u128, 0))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def sum_of(k: ControlP, width: cython.int, x: u128, ex: cython.int, nx: cython.bint, y: u128, ey: cython.int,
           ny: cython.bint) -> u64:
    """Of two numbers x * 2 ** (ex - 126), whose top bits are 126 or 125."""
    n: Number
    if ex < ey or (ex == ey and x < y):
        x, y = y, x
        ex, ey = ey, ex
        nx, ny = ny, nx
    y = shifted(y, ex - ey)
    n.kind = KIND_FINITE
    if nx != ny and x < y:  # a top bit of 125 in the one with the greater exponent
        x, y = y, x
        nx = ny
        ny = not nx
    n.negative = nx
    n.exponent = ex + 1
    x = x + y if nx == ny else x - y
    if x == 0:
        return with_sign(0, width, k.mxcsr >> 13 & 3 == DOWN)
    high_part(cython.address(n), x)
    return packed(k, cython.address(n), width)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def plus(k: ControlP, width: cython.int, a: NumberP, b: NumberP) -> u64:
    if a.kind == KIND_INFINITE or b.kind == KIND_INFINITE:
        if a.kind == b.kind and a.negative != b.negative:
            return default_nan(k, width)
        return with_sign(infinity(width), width, a.negative if a.kind == KIND_INFINITE else b.negative)
    if a.kind == KIND_ZERO and b.kind == KIND_ZERO:
        return with_sign(0, width, a.negative if a.negative == b.negative else k.mxcsr >> 13 & 3 == DOWN)
    if a.kind == KIND_ZERO:
        return packed(k, b, width)
    if b.kind == KIND_ZERO:
        return packed(k, a, width)
    return sum_of(k, width, cython.cast(u128, a.significand) << 63, a.exponent, a.negative,
                  cython.cast(u128, b.significand) << 63, b.exponent, b.negative)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def times(k: ControlP, width: cython.int, a: NumberP, b: NumberP) -> u64:
    n: Number
    n.negative = a.negative != b.negative
    if a.kind == KIND_INFINITE or b.kind == KIND_INFINITE:
        if a.kind == KIND_ZERO or b.kind == KIND_ZERO:
            return default_nan(k, width)
        return with_sign(infinity(width), width, n.negative)
    if a.kind == KIND_ZERO or b.kind == KIND_ZERO:
        return with_sign(0, width, n.negative)
    n.exponent = a.exponent + b.exponent + 1
    high_part(cython.address(n), cython.cast(u128, a.significand) * b.significand)
    return packed(k, cython.address(n), width)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def over(k: ControlP, width: cython.int, a: NumberP, b: NumberP) -> u64:
    n: Number
    value: u128
    divisor: u128 = b.significand  # as wide as the dividend, or that is cut off
    n.negative = a.negative != b.negative
    if a.kind == KIND_INFINITE:
        if b.kind == KIND_INFINITE:
            return default_nan(k, width)
        return with_sign(infinity(width), width, n.negative)
    if b.kind == KIND_ZERO:
        if a.kind == KIND_ZERO:
            return default_nan(k, width)
        k.flags |= ZERO_DIVIDE
        return with_sign(infinity(width), width, n.negative)
    if a.kind == KIND_ZERO or b.kind == KIND_INFINITE:
        return with_sign(0, width, n.negative)
    n.exponent = a.exponent - b.exponent
    value = cython.cast(u128, a.significand) << 63
    if a.significand < b.significand:
        value = value << 1
        n.exponent -= 1
    n.significand = cython.cast(u64, value / divisor)
    if value % divisor:
        n.significand |= 1
    return packed(k, cython.address(n), width)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def root(k: ControlP, width: cython.int, a: NumberP) -> u64:
    n: Number
    one: u128 = 1
    value: u128
    found: u128 = 0
    bit: cython.int
    if a.kind == KIND_ZERO:
        return with_sign(0, width, a.negative)
    if a.negative:
        return default_nan(k, width)
    if a.kind == KIND_INFINITE:
        return infinity(width)
    value = cython.cast(u128, a.significand) << (64 if a.exponent & 1 else 63)
    n.negative = False
    n.exponent = a.exponent >> 1
    for bit in range(63, -1, -1):
        found |= one << bit
        if found * found > value:
            found ^= one << bit
    n.significand = cython.cast(u64, found) | (found * found != value)
    return packed(k, cython.address(n), width)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def fused(k: ControlP, width: cython.int, a: NumberP, b: NumberP, s: NumberP) -> u64:
    """a * b + s, rounded once."""
    negative: cython.bint = a.negative != b.negative
    if a.kind == KIND_INFINITE or b.kind == KIND_INFINITE:
        if a.kind == KIND_ZERO or b.kind == KIND_ZERO or (s.kind == KIND_INFINITE and s.negative != negative):
            return default_nan(k, width)
        return with_sign(infinity(width), width, negative)
    if s.kind == KIND_INFINITE:
        return with_sign(infinity(width), width, s.negative)
    if a.kind == KIND_ZERO or b.kind == KIND_ZERO:
        if s.kind == KIND_ZERO:
            return with_sign(0, width, negative if negative == s.negative else k.mxcsr >> 13 & 3 == DOWN)
        return packed(k, s, width)
    if s.kind == KIND_ZERO:
        return times(k, width, a, b)
    # significands have at most 53 bits, so the product's lowest 20 are clear
    return sum_of(k, width, cython.cast(u128, a.significand) * b.significand >> 1,
                  a.exponent + b.exponent + 1, negative,
                  cython.cast(u128, s.significand) << 63, s.exponent, s.negative)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def converted(k: ControlP, x: u64, source: cython.int, width: cython.int) -> u64:
    """A number of `source` bytes in the other format."""
    n: Number
    bits: u64
    if unpack(k, x, source, cython.address(n)):
        k.flags |= DENORMAL
    if n.kind == KIND_NAN:
        if is_signalling(x, source):
            k.flags |= INVALID
        bits = n.significand >> (63 - fraction_bits(width))
        return with_sign(infinity(width) | quiet_bit(width) | bits, width, n.negative)
    if n.kind == KIND_INFINITE:
        return with_sign(infinity(width), width, n.negative)
    if n.kind == KIND_ZERO:
        return with_sign(0, width, n.negative)
    return packed(k, cython.address(n), width)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def result_of(k: ControlP, op: cython.int, width: cython.int, a: u64, b: u64, s: u64) -> u64:
    x: Number
    y: Number
    z: Number
    denormal: cython.bint
    r: u64
    if op == SOFT_NARROW:
        return converted(k, a, 8, 4)
    if op == SOFT_WIDEN:
        return converted(k, a, 4, 8)
    if op == SOFT_ROOT:
        b = a
    if is_nan(a, width) or is_nan(b, width):
        r = nan_among(k, width, a, b)
        if op == SOFT_FUSED and is_signalling(s, width):
            k.flags |= INVALID
        return r
    if op == SOFT_FUSED and is_nan(s, width):
        return nan_among(k, width, s, s)
    denormal = unpack(k, a, width, cython.address(x)) | unpack(k, b, width, cython.address(y))
    if op == SOFT_FUSED:
        denormal |= unpack(k, s, width, cython.address(z))
        r = fused(k, width, cython.address(x), cython.address(y), cython.address(z))
    elif op == SOFT_TIMES:
        r = times(k, width, cython.address(x), cython.address(y))
    elif op == SOFT_OVER:
        r = over(k, width, cython.address(x), cython.address(y))
    elif op == SOFT_ROOT:
        r = root(k, width, cython.address(x))
    else:
        if op == SOFT_MINUS:
            y.negative = not y.negative
        r = plus(k, width, cython.address(x), cython.address(y))
    # an invalid operation and a division by zero are found first, and nothing else then
    if denormal and not k.flags & (INVALID | ZERO_DIVIDE):
        k.flags |= DENORMAL
    return r


def computed(op, width, a, b, s):
    k: Control
    r: u64
    register: u32p = software_register()
    k.mxcsr = register[0]
    k.flags = 0
    k.rounded = False
    r = result_of(cython.address(k), op, width, a, b, s)
    register[0] |= k.flags
    return r


def is_rounded(op, width, a, b):
    k: Control
    k.mxcsr = software_register()[0] & ~(DAZ | FTZ)
    k.flags = 0
    k.rounded = False
    result_of(cython.address(k), op, width, a, b, 0)
    return k.rounded


def related(width, a, b, signal):
    k: Control
    x: Number
    y: Number
    denormal: cython.bint
    less: cython.bint
    register: u32p = software_register()
    k.mxcsr = register[0]
    if is_nan(a, width) or is_nan(b, width):
        if signal or is_signalling(a, width) or is_signalling(b, width):
            register[0] |= INVALID
        return SOFT_UNORDERED
    denormal = unpack(cython.address(k), a, width, cython.address(x))
    denormal |= unpack(cython.address(k), b, width, cython.address(y))
    if denormal:
        register[0] |= DENORMAL
    if x.kind == KIND_ZERO and y.kind == KIND_ZERO:
        return SOFT_EQUAL
    if x.kind == KIND_ZERO:
        return SOFT_GREATER if y.negative else SOFT_LESS
    if y.kind == KIND_ZERO:
        return SOFT_LESS if x.negative else SOFT_GREATER
    if x.negative != y.negative:
        return SOFT_LESS if x.negative else SOFT_GREATER
    if a == b:
        return SOFT_EQUAL
    less = a < b  # formats are such that magnitudes compare as their bits do
    return SOFT_LESS if less != x.negative else SOFT_GREATER


def integer_of(width, x, bits, truncate):
    k: Control
    n: Number
    one: u64 = cython.cast(u64, 1)
    kept: u64 = 0
    rest: u64 = 0
    half: u64 = 2
    indefinite: i64 = cython.cast(i64, cython.cast(u64, -1) << (bits - 1))
    drop: cython.int
    register: u32p = software_register()
    k.mxcsr = register[0] | 0x6000 if truncate else register[0]
    unpack(cython.address(k), x, width, cython.address(n))
    if n.kind == KIND_ZERO:
        return 0
    if n.kind != KIND_FINITE or n.exponent >= bits:
        register[0] |= INVALID
        return indefinite
    drop = 63 - n.exponent
    if drop > 64:
        rest = 1
    elif drop == 64:
        rest = n.significand >> 1 | (n.significand & 1)
        half = one << 62
    elif drop == 0:
        kept = n.significand
    else:
        kept = n.significand >> drop
        rest = n.significand & ((one << drop) - 1)
        half = one << (drop - 1)
    kept += rounded_up(cython.address(k), kept, rest, half, n.negative)
    if kept > (one << (bits - 1)) - (0 if n.negative else 1):
        register[0] |= INVALID
        return indefinite
    if rest:
        register[0] |= INEXACT
    return -cython.cast(i64, kept) if n.negative else cython.cast(i64, kept)


def approximation(x, root):
    k: Control
    bits: u32
    r: u64
    memcpy(cython.address(bits), cython.address(x), 4)
    k.mxcsr = 0x1F80 | DAZ | FTZ
    k.flags = 0
    k.rounded = False
    r = bits
    if root:
        r = result_of(cython.address(k), SOFT_ROOT, 4, r, 0, 0)
    r = result_of(cython.address(k), SOFT_OVER, 4, 0x3F800000, r, 0)
    if not is_nan(r, 4) and r & 0x7FFFFFFF != infinity(4):
        r = (r + 0x800) >> 12 << 12
    bits = cython.cast(u32, r)
    memcpy(cython.address(x), cython.address(bits), 4)
    return x


# -- for tests -----------------------------------------------------------------------------------


def compute(op: cython.int, width: cython.int, a: u64, b: u64, s: u64, mxcsr: u32) -> tuple:
    """The result's bits and MXCSR after it."""
    register: u32p = software_register()
    before: u32 = register[0]
    r: u64
    register[0] = mxcsr
    r = computed(op, width, a, b, s)
    mxcsr = register[0]
    register[0] = before
    return r, mxcsr


def relate(width: cython.int, a: u64, b: u64, signal: cython.bint, mxcsr: u32) -> tuple:
    """1 less, 2 equal, 4 greater, 8 unordered; and MXCSR after it."""
    register: u32p = software_register()
    before: u32 = register[0]
    r: cython.int
    register[0] = mxcsr
    r = related(width, a, b, signal)
    mxcsr = register[0]
    register[0] = before
    return r, mxcsr


def to_integer(width: cython.int, x: u64, bits: cython.int, truncate: cython.bint, mxcsr: u32) -> tuple:
    """The integer, and MXCSR after it."""
    register: u32p = software_register()
    before: u32 = register[0]
    r: i64
    register[0] = mxcsr
    r = integer_of(width, x, bits, truncate)
    mxcsr = register[0]
    register[0] = before
    return r, mxcsr
