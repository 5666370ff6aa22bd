"""The x87 unit in software; `tests.differential --engine softx87` compares all of it with the real CPU."""

import importlib.util
import math
from types import ModuleType

import pytest

from blinkenlights.core import x87_functions
from blinkenlights.core.x87_software import (
    C1,
    C2,
    INDEFINITE,
    OE,
    PE,
    UE,
    ZE,
    divided,
    finite,
    infinity,
    of_registers,
    plus,
    register,
    store_float,
    times,
    zero,
)

CONTROL = 0x37F  # after FNINIT
SINGLE = 0x07F  # with results of 24 bits
UPWARD = 0xB7F


def cell(value: float) -> bytes:
    significand, exponent = math.frexp(abs(value))
    return finite(int(math.copysign(1, value) < 0), int(significand * 2**53), exponent - 53)


def number(data: bytes) -> float:
    x = register(data)
    return math.ldexp(-x.significand if x.sign else x.significand, x.exponent)


@pytest.fixture
def without_gmpy2(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setitem(__import__("sys").modules, "gmpy2", None)
    spec = importlib.util.spec_from_file_location("x87_functions_with_doubles", x87_functions.__file__)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_third_is_rounded_as_the_control_word_says() -> None:
    divide = of_registers(divided)
    assert divide(CONTROL, cell(1), cell(3)) == (PE | C1, (bytes.fromhex("abaaaaaaaaaaaaaa fd3f"),), 0)
    assert divide(UPWARD, cell(-1), cell(3)) == (PE, (bytes.fromhex("aaaaaaaaaaaaaaaa fdbf"),), 0)
    assert divide(SINGLE, cell(1), cell(3)) == (PE | C1, (bytes.fromhex("0000000000abaaaa fd3f"),), 0)


def test_a_zero_divisor_gives_infinity_or_nothing() -> None:
    divide = of_registers(divided)
    assert divide(CONTROL, cell(-2), zero(0)) == (ZE, (infinity(1),), 0)
    assert divide(CONTROL & ~ZE, cell(-2), zero(0)) == (ZE, (), 0)
    assert divide(CONTROL, zero(0), zero(1)) == (1, (INDEFINITE,), 0)


def test_what_does_not_fit_overflows_to_infinity_or_keeps_its_digits_if_that_is_unmasked() -> None:
    large = finite(0, 3, 16380)
    assert of_registers(times)(CONTROL, large, large) == (OE | PE | C1, (infinity(0),), 0)
    unmasked = of_registers(times)(CONTROL & ~OE, large, large)
    assert unmasked == (OE, (finite(0, 9, 2 * 16380 - 24576),), 0)


def test_denormal_results_lose_bits_and_say_so() -> None:
    status, (small,), _ = of_registers(times)(CONTROL, finite(0, 3, -16000), finite(0, 1, -446))
    assert (status, small) == (UE | PE | C1, finite(0, 2, -16445))


def test_a_difference_of_equals_is_negative_only_when_rounding_down() -> None:
    add = of_registers(plus)
    assert add(CONTROL, cell(5), cell(-5)).cells == (zero(0),)
    assert add(0x77F, cell(5), cell(-5)).cells == (zero(1),)


def test_a_double_that_is_stored_is_rounded_once() -> None:
    status, (stored,), _ = store_float(8)(CONTROL, finite(0, (1 << 63) + (1 << 10) + 1, -63), b"")
    assert (status, stored.hex()) == (PE | C1, "010000000000f03f")
    assert store_float(4)(CONTROL & ~OE, finite(0, 1, 200), b"").cells == ()


def test_angles_beyond_2_to_the_63_are_left_alone() -> None:
    beyond = finite(1, 1, 63)
    assert x87_functions.trigonometric(x87_functions.SINE)(CONTROL, beyond, beyond) == (C2, (beyond,), 0)


@pytest.mark.parametrize("value", [1e-30, 0.3, 0.75, 1.0000001, 3.0, -2.5, 1e6])
def test_without_gmpy2_functions_are_as_exact_as_doubles(without_gmpy2: ModuleType, value: float) -> None:
    f = without_gmpy2
    x = cell(value)
    for function, expected in ((f.SINE, math.sin), (f.COSINE, math.cos)):
        result = f.trigonometric(function)(CONTROL, x, x).cells[0]
        assert number(result) == pytest.approx(expected(value), 1e-14)
    assert number(f.trigonometric(f.TANGENT, f.constant_1)(CONTROL, x, x).cells[1]) == pytest.approx(
        math.tan(value), 1e-14)
    assert number(f.popping(f.arc_tangent)(CONTROL, cell(2), x).cells[0]) == pytest.approx(
        math.atan2(value, 2), 1e-14)
    if value > 0:
        assert number(f.popping(f.y_log2_x)(CONTROL, x, cell(3)).cells[0]) == pytest.approx(
            3 * math.log2(value), 1e-14)
    if abs(value) < 1:
        assert number(f.exponential(CONTROL, x, x).cells[0]) == pytest.approx(
            math.expm1(value * math.log(2)), 1e-14)
