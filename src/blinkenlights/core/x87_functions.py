"""The x87 unit's transcendental functions for hosts that have none.

With gmpy2 (MPFR) their results are rounded correctly; without it they are C's doubles, which have 11 bits
less. Intel SDM volume 1, section 8.3.8 and the tables of volume 2 for zeros and infinities.
"""

import math
from collections.abc import Callable
from typing import Any

from blinkenlights.core.x87_software import (
    C2,
    DE,
    FINITE,
    INFINITE,
    PE,
    PI,
    WIDTH,
    ZE,
    ZERO,
    Control,
    Number,
    Result,
    control,
    denormals,
    finite,
    infinity,
    invalid,
    nan_result,
    register,
    rounded_cell,
    zero,
)

gmpy2: Any
try:
    import gmpy2
except ImportError:
    gmpy2 = None

PRECISION = 256  # bits of intermediate results
REACH = 63  # sines are taken of numbers below 2**63
TINY = -60  # below 2**TINY functions are straight lines to a double
ONE = finite(0, 1, 0)

Pair = tuple[int, int]  # a value and the power of two that it counts
Function = Callable[[Number], Pair]


def pair_of(value: Any) -> Pair:
    """What MPFR or C computed."""
    if gmpy2 is None:
        mantissa, exponent = math.frexp(value)
        return int(mantissa * 2**53), exponent - 53
    mantissa, exponent = value.as_mantissa_exp()
    return int(mantissa), int(exponent)


def exactly(x: Number) -> Any:
    """A finite number for MPFR, or the double next to it, which must be in its range."""
    value = -x.significand if x.sign else x.significand
    if gmpy2 is None:
        return math.ldexp(value, x.exponent)
    return gmpy2.mul_2exp(gmpy2.mpfr(value), x.exponent) if x.exponent >= 0 else \
        gmpy2.div_2exp(gmpy2.mpfr(value), -x.exponent)


def times(x: Number, factor: float) -> Pair:
    value, exponent = pair_of(factor)
    return (-value if x.sign else value) * x.significand, exponent + x.exponent


def function(name: str, slope: float, plain: Callable[[float], float]) -> Function:
    """MPFR's function of that name, or C's, which near 0 is the number times `slope`."""
    if gmpy2 is not None:
        precise = PRECISE.get(name) or getattr(gmpy2, name)
        return lambda x: pair_of(precise(exactly(x)))
    return lambda x: times(x, slope) if slope and x.top < TINY else pair_of(plain(exactly(x)))


PRECISE = {
    "cot": lambda x: 1 / gmpy2.tan(x), "exp2m1": lambda x: gmpy2.expm1(x * gmpy2.const_log2()),
    "log2p1": lambda x: gmpy2.log1p(x) / gmpy2.const_log2()}
SINE, COSINE = function("sin", 1, math.sin), function("cos", 0, math.cos)
TANGENT, COTANGENT = function("tan", 1, math.tan), function("cot", 0, lambda x: 1 / math.tan(x))
POWER = function("exp2m1", math.log(2), lambda x: math.expm1(x * math.log(2)))
LOGARITHM_ABOVE_1 = function("log2p1", 1 / math.log(2), lambda x: math.log1p(x) / math.log(2))


def logarithm(x: Number) -> Pair:
    if gmpy2 is not None:
        return pair_of(gmpy2.log2(exactly(x)))
    if x.top in (-1, 0):  # near 1 the difference counts
        more = x.significand - (1 << -x.exponent)
        return LOGARITHM_ABOVE_1(Number(FINITE, int(more < 0), abs(more), x.exponent))
    return pair_of(x.top + math.log2(exactly(x._replace(exponent=x.exponent - x.top))))


def logarithm_above_1(x: Number) -> Pair:
    return logarithm(x) if x.top > 100 and gmpy2 is None else LOGARITHM_ABOVE_1(x)


def angle(y: Number, x: Number) -> Pair:
    """Of the point (x, y)."""
    if gmpy2 is not None:
        return pair_of(gmpy2.atan2(exactly(y), exactly(x)))
    if not x.sign and y.top - x.top < TINY:
        value, exponent = (y.significand << WIDTH) // x.significand, y.exponent - x.exponent - WIDTH
        return (-value if y.sign else value), exponent
    top = max(x.top, y.top)
    return pair_of(math.atan2(*(exactly(v._replace(exponent=v.exponent - top)) if v.top - top > -1000
                                else -0.0 if v.sign else 0.0 for v in (y, x))))


def approximate(k: Control, compute: Callable[..., Pair], *operands: Number, factor: Number | None = None,
                negative: bool = False) -> tuple[int, bytes]:
    """The function's value, perhaps times a number, which is taken for inexact, rounded to a register."""
    if gmpy2 is None:
        value, exponent = compute(*operands)
    else:
        # toward zero, so that more bits follow
        with gmpy2.context(gmpy2.get_context(), precision=PRECISION, emin=-(1 << 20), emax=1 << 20,
                           round=gmpy2.RoundToZero):
            value, exponent = compute(*operands)
    if factor:
        value *= -factor.significand if factor.sign else factor.significand
        exponent += factor.exponent
    sign = int(value < 0) ^ negative
    if not value:
        return PE, zero(sign)
    flags, cell = rounded_cell(k, sign, abs(value) << 2 | 1, exponent - 2, WIDTH)
    return flags | PE, cell


PI_66 = 0x3243F6A8885A308D3, -64  # the value that x87 units have for pi where they reduce an angle


def turned(x: Number) -> tuple[int, Number]:
    """An angle as quarter turns and what is left of it, an eighth at most either way."""
    if x.top < -1:
        return 0, x
    exponent = min(x.exponent, PI_66[1] - 1)
    value, quarter = x.significand << x.exponent - exponent, PI_66[0] << PI_66[1] - 1 - exponent
    turns = (2 * value // quarter + 1) // 2
    rest = value - turns * quarter
    return (-turns if x.sign else turns) & 3, Number(FINITE, x.sign ^ (rest < 0), abs(rest), exponent)


def turning(wanted: Function, turns: int) -> tuple[Function, bool]:
    """What a function is after quarter turns: which function of the rest, and whether its sign changes."""
    if wanted is TANGENT:
        return (COTANGENT, True) if turns & 1 else (TANGENT, False)
    turns += wanted is COSINE
    return COSINE if turns & 1 else SINE, turns & 2 != 0


# -- one operand -----------------------------------------------------------------------------------


def started(k: Control, *operands: Number) -> Result | None:
    """The result where NaNs or an unmasked denormal exception leave no choice."""
    if (special := nan_result(k, *operands)) is not None:
        return special
    return Result(DE) if k.prevents(denormals(*operands)) else None


def exponential(word: int, a: bytes, b: bytes) -> Result:
    """F2XM1; outside of -1 to 1 its result is undefined."""
    k, x = control(word), register(a)
    if (special := started(k, x)) is not None:
        return special
    if x.kind == ZERO:
        return Result(0, (a,))
    if x.kind == INFINITE:
        return Result(0, (finite(1, 1, 0) if x.sign else a,))
    if x.top >= 0:
        if x.significand & x.significand - 1 or x.top > 0:
            return Result(denormals(x), (a,))
        return Result(0, (finite(1, 1, -1) if x.sign else a,))
    flags, cell = approximate(k, POWER, x)
    return Result(flags | denormals(x), (cell,))


def trigonometric(*functions: Function) -> Callable[[int, bytes, bytes], Result]:
    """FSIN, FCOS, FSINCOS and FPTAN, which push the last one's result."""
    def run(word: int, a: bytes, b: bytes) -> Result:
        k, x = control(word), register(a)
        if (special := started(k, x)) is not None:
            return special.times(len(functions))
        if x.kind == INFINITE:
            return invalid(k).times(len(functions))
        if x.kind == FINITE and x.top >= REACH:
            return Result(C2, (a,))
        flags, cells = denormals(x), []
        for wanted in functions:
            more, cell = at_zero(wanted, a) if x.kind == ZERO else value_of(k, wanted, x)
            flags |= more
            cells.append(cell)
        return Result(flags, tuple(reversed(cells)), 1 - len(cells))
    return run


def constant_1(x: Number) -> Pair:
    """What FPTAN pushes."""
    return 1, 0


def value_of(k: Control, wanted: Function, x: Number) -> tuple[int, bytes]:
    """Of an angle that is not 0."""
    if wanted is constant_1:
        return 0, ONE
    turns, rest = turned(x)
    of_rest, negative = turning(wanted, turns)
    return approximate(k, of_rest, rest, negative=negative)


def at_zero(wanted: Function, a: bytes) -> tuple[int, bytes]:
    return 0, ONE if wanted in (COSINE, constant_1) else a


# -- two operands: x in ST(0), y in ST(1), which is popped -----------------------------------------


def popping(compute: Callable[[Control, Number, Number], "tuple[int, bytes] | None"],
            ) -> Callable[[int, bytes, bytes], Result]:
    def run(word: int, a: bytes, b: bytes) -> Result:
        k, x, y = control(word), register(a), register(b)
        special = nan_result(k, x, y)
        if special is None:
            result = compute(k, x, y)
            if result is None:
                special = invalid(k)
            else:
                flags, cell = result
                flags |= 0 if flags & ZE else denormals(x, y)
                special = Result(flags & (ZE | DE)) if k.prevents(flags) else Result(flags, (cell,))
        return special._replace(moved=1 if special.cells else 0)
    return run


def y_log2_x(k: Control, x: Number, y: Number) -> tuple[int, bytes] | None:
    if x.kind == ZERO:
        if y.kind == ZERO:
            return None
        return (ZE if y.kind == FINITE else 0), infinity(y.sign ^ 1)
    if x.sign:
        return None
    if x.kind == INFINITE:
        return None if y.kind == ZERO else (0, infinity(y.sign))
    below = x.top < 0
    one = x.top == 0 and not x.significand & x.significand - 1
    if y.kind == INFINITE:
        return None if one else (0, infinity(y.sign ^ below))
    if one or y.kind == ZERO:
        return 0, zero(y.sign ^ below)
    if not x.significand & x.significand - 1:  # a power of two
        return rounded_cell(k, y.sign ^ below, y.significand * abs(x.top), y.exponent, WIDTH)
    return approximate(k, logarithm, x, factor=y)


def y_log2_x_above_1(k: Control, x: Number, y: Number) -> tuple[int, bytes] | None:
    if x.kind == ZERO:
        return None if y.kind == INFINITE else (0, zero(x.sign ^ y.sign))
    if x.kind == INFINITE:
        return None if x.sign or y.kind == ZERO else (0, infinity(y.sign))
    if y.kind == INFINITE:
        return 0, infinity(x.sign ^ y.sign)
    if y.kind == ZERO:
        return 0, zero(x.sign ^ y.sign)
    if x.sign and x.top >= 0:  # below -1: undefined
        return 0, finite(x.sign, x.significand, x.exponent)
    return approximate(k, logarithm_above_1, x, factor=y)


def arc_tangent(k: Control, x: Number, y: Number) -> tuple[int, bytes] | None:
    """The angle of the point (x, y)."""
    if y.kind == ZERO or (x.kind == INFINITE and y.kind != INFINITE):
        return part_of_pi(k, y.sign, 4) if x.sign else (0, zero(y.sign))
    if y.kind == INFINITE:
        return part_of_pi(k, y.sign, 2 if x.kind != INFINITE else 3 if x.sign else 1)
    if x.kind == ZERO:
        return part_of_pi(k, y.sign, 2)
    return approximate(k, angle, y, x)


def part_of_pi(k: Control, sign: int, quarters: int) -> tuple[int, bytes]:
    return rounded_cell(k, sign, PI[0] * quarters, PI[1] - 2, WIDTH)
