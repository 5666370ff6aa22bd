"""Names of addresses, and addresses of names."""

import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from blinkenlights.debugger.elffile import Elf, NotElf
from blinkenlights.debugger.symbols import Symbols, UnknownSymbol
from blinkenlights.debugger.symboltable import read_symbols
from tests.debugger.image import ImageOf, Mapping

GUESTS = Path(__file__).parent / "guests"
Guest = Callable[..., Path]


@pytest.fixture
def mangled(guest: Guest) -> Symbols:
    return ImageOf(guest(GUESTS / "mangled.S", "bare")).symbols


def test_names_are_shown_as_their_sources_write_them(mangled: Symbols) -> None:
    shown = {raw: str(mangled.find(raw)) for raw in (
        "_start", "_ZN5shape6Circle4areaEv", "_Z3addii", "_ZN3foo3bar17h0123456789abcdefE",
        "_RNvNtCs1234_7mycrate3foo3bar")}  # fmt: skip
    assert list(shown.values()) == [
        "_start", "shape::Circle::area()", "add(int, int)", "foo::bar", "mycrate::foo::bar"]  # fmt: skip


@pytest.mark.parametrize("name, raw", [
    ("shape::Circle::area()", "_ZN5shape6Circle4areaEv"),
    ("shape::Circle::area", "_ZN5shape6Circle4areaEv"),
    ("add", "_Z3addii"),
    ("add(int, int)", "_Z3addii"),
    ("operator+(A const&, A const&)", "_ZplRK1AS1_"),
    ("operator+", "_ZplRK1AS1_"),
    ("foo::bar", "_ZN3foo3bar17h0123456789abcdefE"),
    ("mycrate::foo::bar", "_RNvNtCs1234_7mycrate3foo3bar"),
])  # fmt: skip
def test_a_name_is_found_as_its_source_writes_it(mangled: Symbols, name: str, raw: str) -> None:
    symbol = mangled.find(name)
    assert symbol is not None and symbol.raw == raw


def test_an_address_is_named_by_the_innermost_symbol(mangled: Symbols) -> None:
    outer, inner = mangled.resolve("outer"), mangled.resolve("inner")
    assert inner == outer + 1
    assert [mangled.name(outer + i) for i in range(3)] == ["outer", "inner", "inner+0x1"]


def test_the_best_of_several_names_is_shown(mangled: Symbols) -> None:
    assert mangled.resolve("weakly") == mangled.resolve("_private") == mangled.resolve("outer")
    location = mangled.lookup(mangled.resolve("weakly"))
    assert location is not None and location.name == "outer"


def test_what_is_behind_a_function_is_not_in_it(mangled: Symbols) -> None:
    area = mangled.find("shape::Circle::area")
    assert area is not None and area.size == 2
    after = mangled.resolve("after")
    assert mangled.lookup(after - 1) == mangled.lookup(mangled.resolve("inner") + 17)
    assert str(mangled.lookup(after - 1)) == "inner+0x11"  # a label has no size: up to the next one
    nearest = mangled.nearest(area.end + 100_000)
    assert nearest is None  # not in the file any more
    assert mangled.lookup(area.address - 0x10000) is None


def test_headings_are_where_symbols_start(mangled: Symbols) -> None:
    start = mangled.resolve("table")
    heading = mangled.at(start)
    assert heading is not None and (heading.name, heading.kind, heading.size) == ("table", "object", 16)
    assert mangled.at(start + 1) is None


@pytest.mark.parametrize("text, offset", [
    ("outer", 0), ("outer+4", 4), ("outer + 0x10", 16), ("outer-1", -1), ("*outer", 0), (" outer ", 0),
])  # fmt: skip
def test_places_are_written_as_symbol_and_distance(mangled: Symbols, text: str, offset: int) -> None:
    symbol = mangled.find("outer")
    assert symbol is not None
    assert mangled.resolve(text) == symbol.address + offset


@pytest.mark.parametrize("text, address", [
    ("0x401000", 0x401000), ("401000", 0x401000), ("0x401000+0x10", 0x401010), (4198400, 4198400),
])  # fmt: skip
def test_places_are_written_as_numbers(mangled: Symbols, text: str | int, address: int) -> None:
    assert mangled.resolve(text) == address


@pytest.mark.parametrize("text", ["", "nonesuch", "0xnonsense", "outer+", "outer+x", "0x" + "f" * 17, "a:b:c",
                                  "nonesuch.c:4", "::", "+", "\0", "operator", -1, 1 << 64])  # fmt: skip
def test_an_unknown_place_is_an_error_of_one_line(mangled: Symbols, text: str | int) -> None:
    with pytest.raises(UnknownSymbol) as problem:
        mangled.resolve(text)
    assert "\n" not in str(problem.value) and str(problem.value)


def test_labels_set_by_hand_go_first(mangled: Symbols) -> None:
    outer = mangled.resolve("outer")
    mangled.add("here", outer + 1)
    assert mangled.name(outer + 2) == "here+0x1"
    assert mangled.resolve("here") == outer + 1
    alone = Symbols()
    assert alone.lookup(0x7C00) is None and alone.name(0x7C00) == "0x7c00"
    alone.add("boot", 0x7C00, 512)
    assert alone.name(0x7C10) == "boot+0x10" and alone.name(0x7E00) == "0x7e00"


def test_position_independent_files_are_found_where_they_are_mapped(guest: Guest) -> None:
    path = guest("hello.c", "dynamic-glibc")
    bias = 0x5555_0000_0000
    image = ImageOf(path, bias)
    main = image.symbols.find("main")
    assert main is not None and main.module == path.name
    assert main.address == bias + read_symbols(path).named("main").address  # type: ignore[union-attr]
    assert image.symbols.name(main.address + 4) == "main+0x4"


def test_stubs_are_named_after_what_they_call(guest: Guest) -> None:
    image = ImageOf(guest("hello.c", "dynamic-glibc", "-fno-builtin"), 0x10000000)
    address = image.symbols.resolve("printf@plt")
    assert image.symbols.name(address) == "printf@plt"
    code = image.read(address, 16)
    assert b"\xff\x25" in code


def test_names_may_be_asked_of_one_file(guest: Guest) -> None:
    hello, stack = guest("hello.c", "dynamic-glibc"), guest(GUESTS / "stack.c", "dynamic-glibc")
    low, high = ImageOf(hello, 0x10000000), ImageOf(stack, 0x20000000)
    symbols = Symbols(lambda: low.mappings + high.mappings)
    for path, image in ((hello, low), (stack, high)):
        assert symbols.resolve(f"{path.name}:main+1") == image.symbols.resolve("main") + 1
        assert symbols.resolve(f"{path}:main") == image.symbols.resolve("main")
    assert symbols.resolve("main") == low.symbols.resolve("main")
    with pytest.raises(UnknownSymbol):
        symbols.resolve(f"{hello.name}:recurse")


def test_mappings_are_read_again_when_they_changed(guest: Guest) -> None:
    image = ImageOf(guest("hello.c", "dynamic-glibc"), 0x10000000)
    mapped: list[Mapping] = []
    ticks = [0]
    symbols = Symbols(lambda: mapped, lambda: ticks[0])
    main = image.symbols.resolve("main")
    assert symbols.lookup(main) is None
    mapped += image.mappings
    assert symbols.lookup(main) is None  # nothing says that anything happened
    ticks[0] += 1
    assert symbols.name(main) == "main"
    before = symbols.generation
    ticks[0] += 1
    assert symbols.lookup(0x1234) is None and symbols.generation == before  # nothing has changed


def test_files_that_are_no_programs_have_no_symbols(tmp_path: Path) -> None:
    text, cut, empty = tmp_path / "text", tmp_path / "cut", tmp_path / "empty"
    text.write_text("not a program\n")
    cut.write_bytes(b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHIQQQ", 3, 62, 1, 0, 1 << 40, 1 << 40))
    empty.touch()
    names = [str(p) for p in (text, cut, empty, tmp_path / "gone", tmp_path)]
    symbols = Symbols(lambda: [Mapping(0x1000 * i, 0x1000 * i + 0x1000, 0, n) for i, n in enumerate(names)])
    assert symbols.modules == [] and symbols.lookup(0x1010) is None
    with pytest.raises(NotElf):
        Elf(text)
    with pytest.raises(UnknownSymbol, match="no ELF file"):
        symbols.load(text)


def test_symbols_come_from_separate_files(guest: Guest, program: Callable[[str], str],
                                          tmp_path: Path) -> None:  # fmt: skip
    objcopy = program("objcopy")
    made = guest(GUESTS / "stack.c", "dynamic-glibc", "-Wl,--build-id=none")
    wanted = read_symbols(made).named("recurse")
    assert wanted is not None

    def run(*words: object) -> None:
        subprocess.run([objcopy, *map(str, words)], check=True)

    run("--only-keep-debug", made, tmp_path / "kept")
    for place in ("stripped.dbg", "linked.debug", ".debug/linked.debug"):
        case = tmp_path / place.replace("/", "_")
        case.mkdir()
        debug = case / place
        debug.parent.mkdir(exist_ok=True)
        shutil.copy(tmp_path / "kept", debug)
        stripped = case / "stripped"
        link = [f"--add-gnu-debuglink={debug}"] if "linked" in place else []
        run("--strip-all", *link, made, stripped)
        table = read_symbols(stripped)
        assert table.debug_path == str(debug)
        found = table.named("recurse")
        assert found is not None and found.address == wanted.address
        image = ImageOf(stripped)
        line = image.symbols.line(found.address)
        assert line is not None and line[0].endswith("stack.c") and line[1] == 13


def test_a_debug_file_of_another_build_is_not_taken(guest: Guest, program: Callable[[str], str],
                                                   tmp_path: Path) -> None:  # fmt: skip
    objcopy = program("objcopy")
    made = guest(GUESTS / "stack.c", "dynamic-glibc", "-Wl,--build-id=0x1234")
    other = guest(GUESTS / "stack.c", "dynamic-glibc", "-Wl,--build-id=0x5678")
    stripped = tmp_path / "program"
    subprocess.run([objcopy, "--strip-all", made, stripped], check=True)
    shutil.copy(other, tmp_path / "program.dbg")
    assert read_symbols(stripped).debug_path == ""
    shutil.copy(made, tmp_path / "program.dbg")
    stripped.touch()
    assert read_symbols(stripped).debug_path == str(tmp_path / "program.dbg")


def test_names_may_be_listed(mangled: Symbols) -> None:
    names = set(mangled.names())
    assert {"_start", "add(int, int)", "outer", "inner", "table"} <= names
