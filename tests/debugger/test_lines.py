"""Source lines of addresses, and addresses of source lines."""

from collections.abc import Callable
from pathlib import Path

import pytest

from blinkenlights.debugger.lines import lines_of
from blinkenlights.debugger.symbols import UnknownSymbol
from tests.debugger.image import ImageOf

STACK = Path(__file__).parent / "guests" / "stack.c"
SOURCE = STACK.read_text().splitlines()
BIAS = 0x10000000


def line_of(text: str) -> int:
    return next(number for number, line in enumerate(SOURCE, 1) if text in line)


@pytest.mark.parametrize("option", ["-gdwarf-5", "-gdwarf-4", "-gdwarf-3", "-gno-column-info"])
def test_an_address_has_a_file_and_a_line(guest: Callable[..., Path], option: str) -> None:
    image = ImageOf(guest(STACK, "dynamic-glibc", option), BIAS)
    address = image.symbols.resolve("innermost")
    position = image.symbols.line(address)
    assert position == (str(STACK), line_of("sink = depth"))  # the prologue is empty
    module = image.symbols.module_at(address)
    assert module is not None
    found = lines_of(module.file).find(address - BIAS)
    assert found is not None and found.text == SOURCE[found.line - 1]
    assert found.start <= address - BIAS < found.end


def test_a_line_has_an_address(guest: Callable[..., Path]) -> None:
    image = ImageOf(guest(STACK, "dynamic-glibc"), BIAS)
    line = line_of("sink = depth")
    address = image.symbols.resolve(f"stack.c:{line}")
    symbol = image.symbols.lookup(address)
    assert symbol is not None and symbol.name == "innermost"
    assert image.symbols.line(address) == (str(STACK), line)
    assert image.symbols.resolve(f"{STACK}:{line}") == address
    assert image.symbols.resolve(f"stack.c:{line} + 4") == address + 4
    empty = line_of("volatile int sink")  # a line without code: the next one that has some
    assert image.symbols.resolve(f"stack.c:{empty}") >= BIAS


@pytest.mark.parametrize("place", ["stack.c:100000", "other.c:1", "ack.c:12", "stack.c:"])
def test_a_line_that_is_not_there_is_an_error(guest: Callable[..., Path], place: str) -> None:
    image = ImageOf(guest(STACK, "dynamic-glibc"), BIAS)
    with pytest.raises(UnknownSymbol):
        image.symbols.resolve(place)


def test_programs_without_line_information_have_no_lines(guest: Callable[..., Path]) -> None:
    image = ImageOf(guest(STACK, "dynamic-glibc", "-g0"), BIAS)
    assert image.symbols.line(image.symbols.resolve("main")) is None
    assert image.symbols.line(0x7000) is None
    module = image.symbols.modules[0]
    assert not lines_of(module.file) and lines_of(module.file).address("stack.c", 1) is None


def test_all_code_of_a_file_is_listed(guest: Callable[..., Path]) -> None:
    image = ImageOf(guest(STACK, "static-musl"))
    lines = lines_of(image.symbols.modules[0].file)
    found = lines.positions("stack.c")
    assert {line_of("sink = depth"), line_of("raise(SIGUSR1)")} <= {position.line for position in found}
    assert [position.start for position in found] == sorted(position.start for position in found)
