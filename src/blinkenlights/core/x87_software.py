"""The x87 unit's arithmetic for hosts that have none: exact integers, rounded once.

Intel SDM volume 1, chapter 8; what it leaves open is as AMD's CPUs do it. An operation takes the control
word and its operands as bytes, and gives a `Result`. Python's integers hold every intermediate result
whole, so there is nothing to approximate but the transcendental functions, which are `x87_functions`.
"""

from collections.abc import Callable
from math import isqrt
from typing import NamedTuple

IE, DE, ZE, OE, UE, PE = 1, 2, 4, 8, 16, 32
C0, C1, C2, C3 = 0x100, 0x200, 0x400, 0x4000

NEAREST, DOWN, UP, ZERO_WARDS = range(4)  # rounding control

# kinds of numbers
ZERO, FINITE, INFINITE, QUIET, SIGNALLING, UNSUPPORTED = range(6)

BIAS = 16383
LEAST, MOST = -16382, 16383  # exponents of normal numbers
WRAP = 24576  # what unmasked responses move an exponent by that does not fit
WIDTH = 64  # bits of a significand
QUIET_BIT = 1 << 62
INTEGER_BIT = 1 << 63
PRECISION = {0: 24, 1: 64, 2: 53, 3: 64}


class Number(NamedTuple):
    """What a register or memory operand holds.

    Finite: (-1)**sign * significand * 2**exponent. NaNs: the significand as a register has it.
    """

    kind: int
    sign: int
    significand: int = 0
    exponent: int = 0
    denormal: bool = False

    @property
    def top(self) -> int:
        """The exponent of the highest bit."""
        return self.significand.bit_length() - 1 + self.exponent


class Result(NamedTuple):
    """Exception flags and condition bits; the registers from ST(0) on, or what is stored.

    No cells: an unmasked exception prevented it. `moved`: -1 the stack grew by one, 1 it shrank.
    """

    status: int
    cells: tuple[bytes, ...] = ()
    moved: int = 0

    def times(self, count: int) -> "Result":
        """So many registers get the one cell that there is."""
        return self._replace(cells=self.cells * count, moved=1 - count) if self.cells else self


class Control(NamedTuple):
    """A control word's fields."""

    masks: int
    precision: int
    rounding: int

    def prevents(self, flags: int) -> bool:
        """Whether an exception found before computing is unmasked."""
        return bool(flags & ~self.masks & (IE | DE | ZE))


def control(word: int) -> Control:
    return Control(word & 0x3F, PRECISION[word >> 8 & 3], word >> 10 & 3)


# -- formats ---------------------------------------------------------------------------------------


def register(cell: bytes) -> Number:
    """An 80-bit register's value."""
    significand = int.from_bytes(cell[:8], "little")
    head = int.from_bytes(cell[8:10], "little")
    sign, exponent = head >> 15, head & 0x7FFF
    if exponent == 0:
        if significand == 0:
            return Number(ZERO, sign)
        return Number(FINITE, sign, significand, LEAST - 63, True)
    if not significand >> 63:
        return Number(UNSUPPORTED, sign)
    if exponent == 0x7FFF:
        if significand == INTEGER_BIT:
            return Number(INFINITE, sign)
        return Number(QUIET if significand & QUIET_BIT else SIGNALLING, sign, significand)
    return Number(FINITE, sign, significand, exponent - BIAS - 63)


def ieee(data: bytes) -> Number:
    """A float or double in memory."""
    width = 24 if len(data) == 4 else 53
    bits = int.from_bytes(data, "little")
    sign = bits >> len(data) * 8 - 1
    fraction = bits & (1 << width - 1) - 1
    largest = (1 << len(data) * 8 - width) - 1
    exponent = bits >> width - 1 & largest
    if exponent == largest:
        if not fraction:
            return Number(INFINITE, sign)
        significand = INTEGER_BIT | fraction << 64 - width
        return Number(QUIET if significand & QUIET_BIT else SIGNALLING, sign, significand)
    shift = largest // 2 + width - 1
    if exponent == 0:
        return Number(FINITE, sign, fraction, 1 - shift, True) if fraction else Number(ZERO, sign)
    return Number(FINITE, sign, fraction | 1 << width - 1, exponent - shift)


def cell_of(sign: int, exponent: int, significand: int) -> bytes:
    return significand.to_bytes(8, "little") + (sign << 15 | exponent).to_bytes(2, "little")


def finite(sign: int, significand: int, exponent: int) -> bytes:
    """The register for a number that fits it."""
    if not significand:
        return cell_of(sign, 0, 0)
    top = significand.bit_length() - 1 + exponent
    lowest = max(top, LEAST) - 63  # the exponent of the register's lowest bit
    shift = exponent - lowest
    significand = significand << shift if shift >= 0 else significand >> -shift
    return cell_of(sign, max(top, LEAST) + BIAS if significand >> 63 else 0, significand)


def zero(sign: int) -> bytes:
    return cell_of(sign, 0, 0)


def infinity(sign: int) -> bytes:
    return cell_of(sign, 0x7FFF, INTEGER_BIT)


INDEFINITE = cell_of(1, 0x7FFF, INTEGER_BIT | QUIET_BIT)


# -- rounding --------------------------------------------------------------------------------------


def round_off(value: int, bits: int, sign: int, rounding: int) -> tuple[int, bool, bool]:
    """A magnitude without its lowest bits; whether that is inexact, and whether it is larger."""
    if bits <= 0:
        return value << -bits, False, False
    quotient = value >> bits
    rest = value - (quotient << bits)
    if not rest:
        return quotient, False, False
    half = 1 << bits - 1
    if rounding == NEAREST:
        up = rest > half or (rest == half and quotient & 1 == 1)
    else:
        up = rounding == (DOWN if sign else UP)
    return quotient + up, True, up


class Fitted(NamedTuple):
    """A magnitude rounded to a format; `infinite`: it became infinity."""

    flags: int
    significand: int
    exponent: int
    infinite: bool = False


def fit(k: Control, sign: int, value: int, exponent: int, precision: int = WIDTH,
        least: int = LEAST, most: int = MOST, width: int = WIDTH) -> Fitted:
    """value * 2**exponent, not zero, rounded to a format with `width` bits and these exponents."""
    unit = value.bit_length() + exponent - precision  # the exponent of the lowest bit that is kept
    rounded, inexact, up = round_off(value, unit - exponent, sign, k.rounding)
    top = rounded.bit_length() - 1 + unit
    flags = 0
    if top > most:
        flags = OE
        if not k.masks & OE:
            unit -= WRAP
        else:
            infinite = k.rounding == NEAREST or k.rounding == (DOWN if sign else UP)
            flags = OE | PE | (C1 if infinite else 0)
            return Fitted(flags, (1 << precision) - 1, most - precision + 1, infinite)
    elif top < least:
        if not k.masks & UE:
            flags = UE
            unit += WRAP
        else:
            unit = max(least - width + 1, unit)
            rounded, inexact, up = round_off(value, unit - exponent, sign, k.rounding)
            flags = UE if inexact else 0
    return Fitted(flags | (PE if inexact else 0) | (C1 if up else 0), rounded, unit)


def rounded_cell(k: Control, sign: int, value: int, exponent: int, precision: int) -> tuple[int, bytes]:
    fitted = fit(k, sign, value, exponent, precision, width=precision)  # denormal numbers lose bits, too
    if fitted.infinite:
        return fitted.flags, infinity(sign)
    return fitted.flags, finite(sign, fitted.significand, fitted.exponent)


# -- operands that are not numbers, and denormal ones ----------------------------------------------


def quieted(x: Number) -> bytes:
    return cell_of(x.sign, 0x7FFF, x.significand | QUIET_BIT)


def nan_result(k: Control, *operands: Number) -> Result | None:
    """The result if an operand is a NaN or of an unsupported format."""
    if any(x.kind == UNSUPPORTED for x in operands):
        return invalid(k)
    nans = [x for x in operands if x.kind in (QUIET, SIGNALLING)]
    if not nans:
        return None
    flags = IE if any(x.kind == SIGNALLING for x in nans) else 0
    if k.prevents(flags):
        return Result(flags)
    if len({x.kind for x in nans}) == 2:
        nans = [x for x in nans if x.kind == QUIET]
    return Result(flags, (quieted(max(nans, key=lambda x: (x.significand, -x.sign))),))


def invalid(k: Control) -> Result:
    return Result(IE) if k.prevents(IE) else Result(IE, (INDEFINITE,))


def denormals(*operands: Number) -> int:
    return DE if any(x.denormal for x in operands) else 0


# -- arithmetic ------------------------------------------------------------------------------------

Binary = Callable[[Control, Number, Number], "tuple[int, bytes] | None"]


def plus(k: Control, a: Number, b: Number) -> tuple[int, bytes] | None:
    if a.kind == INFINITE or b.kind == INFINITE:
        if a.kind == b.kind and a.sign != b.sign:
            return None
        return 0, infinity(a.sign if a.kind == INFINITE else b.sign)
    if a.kind == ZERO and b.kind == ZERO:
        return 0, zero(a.sign if a.sign == b.sign else int(k.rounding == DOWN))
    exponent = min(x.exponent for x in (a, b) if x.kind == FINITE)
    total = sum((-x.significand if x.sign else x.significand) << x.exponent - exponent
                for x in (a, b) if x.kind == FINITE)
    if not total:
        return 0, zero(int(k.rounding == DOWN))
    return rounded_cell(k, int(total < 0), abs(total), exponent, k.precision)


def minus(k: Control, a: Number, b: Number) -> tuple[int, bytes] | None:
    return plus(k, a, b._replace(sign=b.sign ^ 1))


def times(k: Control, a: Number, b: Number) -> tuple[int, bytes] | None:
    sign = a.sign ^ b.sign
    if INFINITE in (a.kind, b.kind):
        return None if ZERO in (a.kind, b.kind) else (0, infinity(sign))
    if ZERO in (a.kind, b.kind):
        return 0, zero(sign)
    return rounded_cell(k, sign, a.significand * b.significand, a.exponent + b.exponent, k.precision)


def divided(k: Control, a: Number, b: Number) -> tuple[int, bytes] | None:
    sign = a.sign ^ b.sign
    if a.kind == b.kind and a.kind != FINITE:
        return None
    if a.kind == INFINITE:
        return 0, infinity(sign)
    if b.kind == ZERO:
        return ZE, infinity(sign)
    if a.kind == ZERO or b.kind == INFINITE:
        return 0, zero(sign)
    shift = 2 * WIDTH + 2
    quotient, rest = divmod(a.significand << shift, b.significand)
    exponent = a.exponent - b.exponent - shift - 1
    return rounded_cell(k, sign, quotient << 1 | (rest != 0), exponent, k.precision)


def computed(k: Control, a: Number, b: Number, operation: Binary) -> Result:
    """An operation of two numbers; None of it means that it is invalid."""
    if (special := nan_result(k, a, b)) is not None:
        return special
    result = operation(k, a, b)
    if result is None:
        return invalid(k)
    flags, cell = result
    flags |= 0 if flags & ZE else denormals(a, b)
    if k.prevents(flags):
        return Result(flags & (DE | ZE))
    return Result(flags, (cell,))


def of_registers(operation: Binary, reverse: bool = False) -> "Operation":
    def run(word: int, a: bytes, b: bytes) -> Result:
        first, second = register(a), register(b)
        return computed(control(word), *((second, first) if reverse else (first, second)), operation)
    return run


def with_memory(operation: Binary, reverse: bool = False) -> "Operation":
    def run(word: int, a: bytes, b: bytes) -> Result:
        first, second = register(a), ieee(b)
        return computed(control(word), *((second, first) if reverse else (first, second)), operation)
    return run


def square_root(word: int, a: bytes, b: bytes) -> Result:
    k, x = control(word), register(a)
    if (special := nan_result(k, x)) is not None:
        return special
    if x.kind == ZERO or (x.kind == INFINITE and not x.sign):
        return Result(0, (a,))
    if x.sign:
        return invalid(k)
    if k.prevents(denormals(x)):
        return Result(DE)
    shift = 2 * WIDTH + 2 + (x.exponent & 1)
    value = x.significand << shift
    root = isqrt(value)
    exponent = (x.exponent - shift) // 2 - 1
    flags, cell = rounded_cell(k, 0, root << 1 | (root * root != value), exponent, k.precision)
    return Result(flags | denormals(x), (cell,))


def whole(x: Number, rounding: int) -> tuple[int, bool, bool]:
    """A finite number's magnitude as an integer; whether that is inexact, and whether it is larger."""
    return round_off(x.significand, -x.exponent, x.sign, rounding)


def to_integer(word: int, a: bytes, b: bytes) -> Result:
    """FRNDINT."""
    k, x = control(word), register(a)
    if (special := nan_result(k, x)) is not None:
        return special
    if x.kind != FINITE or x.exponent >= 0:
        return Result(0, (a,))
    if k.prevents(denormals(x)):
        return Result(DE)
    value, inexact, up = whole(x, k.rounding)
    return Result((PE if inexact else 0) | (C1 if up else 0) | denormals(x), (finite(x.sign, value, 0),))


def scale(word: int, a: bytes, b: bytes) -> Result:
    k, x, y = control(word), register(a), register(b)
    if (special := nan_result(k, x, y)) is not None:
        return special
    if y.kind == INFINITE:
        if x.kind == (INFINITE if y.sign else ZERO):
            return invalid(k)
        flags = denormals(x)
        if k.prevents(flags):
            return Result(DE)
        return Result(flags, (zero(x.sign) if y.sign else infinity(x.sign),))
    flags = denormals(x, y)
    if k.prevents(flags):
        return Result(DE)
    if x.kind != FINITE:
        return Result(flags, (a,))
    steps = 0
    if y.kind == FINITE:
        steps = whole(y, ZERO_WARDS)[0] if y.top < 20 else 1 << 20
        steps = -steps if y.sign else steps
    more, cell = scaled(k, x, max(min(steps, 0x10000), -0x10000))
    return Result(flags | more, (cell,))


def scaled(k: Control, x: Number, steps: int) -> tuple[int, bytes]:
    fitted = fit(k, x.sign, x.significand, x.exponent + steps)
    if fitted.infinite:
        return fitted.flags, infinity(x.sign)
    top = fitted.significand.bit_length() - 1 + fitted.exponent
    if top > MOST:  # not even with the exponent moved
        return OE | PE | C1, infinity(x.sign)
    if fitted.flags & UE and not k.masks & UE and top < LEAST:
        return UE | PE, zero(x.sign)
    return fitted.flags, finite(x.sign, fitted.significand, fitted.exponent)


# -- comparison ------------------------------------------------------------------------------------


def compare(k: Control, a: Number, b: Number, quiet: bool) -> Result:
    """C3, C2 and C0: equal, unordered, less."""
    kinds = (a.kind, b.kind)
    if max(kinds) >= QUIET:
        flags = IE if not quiet or SIGNALLING in kinds or UNSUPPORTED in kinds else 0
        return Result(C3 | C2 | C0 | flags, (INDEFINITE,))
    flags = denormals(a, b)
    x, y = order(a), order(b)
    exponent = min(x[1], y[1])
    left, right = x[0] << x[1] - exponent, y[0] << y[1] - exponent
    return Result(flags | (C3 if left == right else C0 if left < right else 0), (INDEFINITE,))


def order(x: Number) -> tuple[int, int]:
    """A number to compare with: a value, and the power of two that it counts."""
    if x.kind == ZERO:
        return 0, LEAST - 63
    value, exponent = (1, MOST + 1) if x.kind == INFINITE else (x.significand, x.exponent)
    return (-value if x.sign else value), exponent


def comparison(quiet: bool) -> "Operation":
    return lambda word, a, b: compare(control(word), register(a), register(b), quiet)


def compare_memory(word: int, a: bytes, b: bytes) -> Result:
    return compare(control(word), register(a), ieee(b), False)


def test_zero(word: int, a: bytes, b: bytes) -> Result:
    return compare(control(word), register(a), Number(ZERO, 0), False)


def examine(word: int, a: bytes, b: bytes) -> Result:
    """FXAM of a register that is not empty."""
    x = register(a)
    codes = {ZERO: C3, FINITE: C3 | C2 if x.denormal else C2, INFINITE: C2 | C0, QUIET: C0, SIGNALLING: C0,
             UNSUPPORTED: 0}
    return Result(codes[x.kind] | (C1 if a[9] & 0x80 else 0), (a,))


# -- remainders, FXTRACT ---------------------------------------------------------------------------

STEP = 63  # quotients of fewer bits than this come at once


def remainder(nearest: bool) -> "Operation":
    """FPREM, FPREM1."""
    def run(word: int, a: bytes, b: bytes) -> Result:
        k, x, y = control(word), register(a), register(b)
        if (special := nan_result(k, x, y)) is not None:
            return special
        if x.kind == INFINITE or y.kind == ZERO:
            return invalid(k)
        flags = denormals(x, y)
        if k.prevents(flags):
            return Result(DE)
        if x.kind == ZERO or y.kind == INFINITE:
            return Result(flags, (a,))
        distance = x.top - y.top
        exponent = min(x.exponent, y.exponent)
        left, right = x.significand << x.exponent - exponent, y.significand << y.exponent - exponent
        if distance >= 64:  # a part of the way
            left %= right << distance - (distance & 31 | 32)
            more, cell = remains(k, x.sign, left, exponent)
            return Result(flags | more | C2, (cell,))
        quotient, left = divmod(left, right)
        sign = x.sign
        if nearest and (2 * left > right or (2 * left == right and quotient & 1)):
            quotient += 1
            left, sign = right - left, sign ^ 1
        codes = (C0 if quotient & 4 else 0) | (C3 if quotient & 2 else 0) | (C1 if quotient & 1 else 0)
        more, cell = remains(k, sign if left else x.sign, left, exponent)
        return Result(flags | more & ~C1 | codes, (cell,))
    return run


def remains(k: Control, sign: int, value: int, exponent: int) -> tuple[int, bytes]:
    """What is left is exact, but may be tiny."""
    return rounded_cell(k, sign, value, exponent, WIDTH) if value else (0, zero(sign))


def extract(word: int, a: bytes, b: bytes) -> Result:
    """FXTRACT: the significand is pushed above the exponent."""
    k, x = control(word), register(a)
    if (special := nan_result(k, x)) is not None:
        return special.times(2)
    if x.kind == ZERO:
        return Result(ZE) if k.prevents(ZE) else Result(ZE, (a, infinity(1)), -1)
    if x.kind == INFINITE:
        return Result(0, (a, infinity(0)), -1)
    flags = denormals(x)
    if k.prevents(flags):
        return Result(DE)
    significand = finite(x.sign, x.significand, -(x.significand.bit_length() - 1))
    return Result(flags, (significand, finite(int(x.top < 0), abs(x.top), 0)), -1)


# -- loads and stores ------------------------------------------------------------------------------


def load_float(word: int, a: bytes, b: bytes) -> Result:
    x = ieee(a)
    if x.kind in (QUIET, SIGNALLING):
        return Result(IE if x.kind == SIGNALLING else 0, (quieted(x),))
    if x.kind == INFINITE:
        return Result(0, (infinity(x.sign),))
    return Result(denormals(x), (finite(x.sign, x.significand, x.exponent),))


def load_integer(word: int, a: bytes, b: bytes) -> Result:
    value = int.from_bytes(a, "little", signed=True)
    return Result(0, (finite(int(value < 0), abs(value), 0),))


def load_decimal(word: int, a: bytes, b: bytes) -> Result:
    value = 0
    for byte in a[8::-1]:
        value = value * 100 + (byte >> 4) * 10 + (byte & 15)
    return Result(0, (finite(a[9] >> 7, value, 0),))


# Values of 128 bits and their powers of two; the last bit says that more follow.
ONE, NOUGHT = (1, 0), (0, 0)
LOG2_10 = 0xD49A784BCD1B8AFE492BF6FF4DAFDB4D, -126
LOG2_E = 0xB8AA3B295C17F0BBBE87FED0691D3E89, -127
PI = 0xC90FDAA22168C234C4C6628B80DC1CD1, -126
LOG10_2 = 0x9A209A84FBCFF7988F8959AC0B7C9179, -129
LOGE_2 = 0xB17217F7D1CF79ABC9E3B39803F2F6AF, -128


def constant(value: int, exponent: int) -> "Operation":
    """A number with more bits than a register has: rounded as the control word says."""
    surplus = value.bit_length() - WIDTH

    def run(word: int, a: bytes, b: bytes) -> Result:
        rounded, _, _ = round_off(value, surplus, 0, control(word).rounding)
        return Result(0, (finite(0, rounded, exponent + surplus),))
    return run


def store_float(size: int) -> "Operation":
    """FST to a float or double; nothing is stored if an exception is unmasked."""
    width = 24 if size == 4 else 53
    largest = (1 << size * 8 - width) - 1
    most = largest // 2

    def run(word: int, a: bytes, b: bytes) -> Result:
        k, x = control(word), register(a)
        def packed(exponent: int, fraction: int, sign: int = x.sign) -> bytes:
            return (sign << size * 8 - 1 | exponent << width - 1 | fraction).to_bytes(size, "little")

        flags = 0
        if x.kind in (SIGNALLING, UNSUPPORTED):
            flags = IE
        if k.prevents(flags):
            return Result(flags)
        if x.kind == UNSUPPORTED:
            return Result(flags, (packed(largest, 1 << width - 2, 1),))
        if x.kind in (QUIET, SIGNALLING):
            fraction = (x.significand | QUIET_BIT) >> WIDTH - width & (1 << width - 1) - 1
            return Result(flags, (packed(largest, fraction),))
        if x.kind in (ZERO, INFINITE):
            return Result(0, (packed(largest if x.kind == INFINITE else 0, 0),))
        fitted = fit(k, x.sign, x.significand, x.exponent, width, 1 - most, most, width)
        if fitted.flags & ~k.masks & (OE | UE):
            return Result(fitted.flags)
        if fitted.infinite:
            return Result(fitted.flags, (packed(largest, 0),))
        top = fitted.significand.bit_length() - 1 + fitted.exponent
        shift = fitted.exponent - max(top, 1 - most) + width - 1
        value = fitted.significand << shift if shift >= 0 else fitted.significand >> -shift
        normal = value >> width - 1
        return Result(fitted.flags, (packed(top + most if normal else 0, value & (1 << width - 1) - 1),))
    return run


def store_integer(size: int, truncated: bool = False) -> "Operation":
    def run(word: int, a: bytes, b: bytes) -> Result:
        k, x = control(word), register(a)
        value, inexact, up = 0, False, False
        bad = x.kind >= INFINITE or (x.kind == FINITE and x.top > 64)
        if not bad and x.kind == FINITE:
            value, inexact, up = whole(x, ZERO_WARDS if truncated else k.rounding)
            value = -value if x.sign else value
            bad = not -1 << size * 8 - 1 <= value < 1 << size * 8 - 1
        if bad and k.prevents(IE):
            return Result(IE)
        if bad:
            return Result(IE, ((1 << size * 8 - 1).to_bytes(size, "little"),))
        stored = value.to_bytes(size, "little", signed=True)
        return Result((PE if inexact else 0) | (C1 if up else 0), (stored,))
    return run


def store_decimal(word: int, a: bytes, b: bytes) -> Result:
    k, x = control(word), register(a)
    value, inexact, up = 0, False, False
    bad = x.kind >= INFINITE or (x.kind == FINITE and x.top > 64)
    if not bad and x.kind == FINITE:
        value, inexact, up = whole(x, k.rounding)
        bad = value >= 10**18
    if bad:
        return Result(IE) if k.prevents(IE) else Result(IE, (bytes(7) + b"\xc0\xff\xff",))
    digits = f"{value:018}"
    pairs = bytes(int(digits[i:i + 2], 16) for i in range(16, -1, -2))
    return Result((PE if inexact else 0) | (C1 if up else 0), (pairs + bytes([x.sign << 7]),))


Operation = Callable[[int, bytes, bytes], Result]
