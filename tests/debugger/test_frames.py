"""Frames of a stack, from frame pointers and from call frame information."""

import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from elftools.dwarf.callframe import FDE
from elftools.elf.elffile import ELFFile

from blinkenlights import Machine, Stop
from blinkenlights.debugger.cfi import REGISTERS, FrameSection, frame_table
from blinkenlights.debugger.dwarf import BadDwarf, evaluate
from blinkenlights.debugger.frames import chain, describe, frames_of, unwind
from blinkenlights.debugger.symbols import Symbols

GUESTS = Path(__file__).parent / "guests"
STACK, CODE = 0x7FFF0000, 0x401000
ZEROES = dict.fromkeys(REGISTERS, 0)
KINDS = {"OFFSET": "offset", "EXPRESSION": "at", "VAL_EXPRESSION": "value", "UNDEFINED": "undefined",
         "SAME_VALUE": "same", "REGISTER": "register", "VAL_OFFSET": "plus"}  # fmt: skip


class Scene:
    """A stack written by hand, and code of which only the names are known."""

    def __init__(self, stack: dict[int, int], code: bytes = b"", width: int = 8) -> None:
        self.stack = bytearray(0x1000)
        for at, value in stack.items():
            self.stack[at : at + width] = value.to_bytes(width, "little")
        self.code = code.ljust(0x400, b"\x90")
        self.symbols = Symbols()
        for i, name in enumerate(("inner", "middle", "outer", "start")):
            self.symbols.add(name, CODE + 0x100 * i, 0x100)

    def read(self, address: int, count: int) -> bytes:
        for start, data in ((STACK, self.stack), (CODE, self.code)):
            if start <= address < start + len(data):
                return bytes(data[address - start : address - start + count])
        return b""


def registers(**given: int) -> dict[str, int]:
    return {**ZEROES, **given}


def three_deep() -> Scene:
    return Scene({0x100: STACK + 0x140, 0x108: CODE + 0x110, 0x140: STACK + 0x1C0, 0x148: CODE + 0x220,
                  0x1C0: 0, 0x1C8: CODE + 0x330})  # fmt: skip


def test_a_chain_of_frame_pointers_is_followed() -> None:
    scene = three_deep()
    frames = chain(registers(rip=CODE + 4, rbp=STACK + 0x100, rsp=STACK + 0x0F0), scene.read, scene.symbols)
    assert [f.name for f in frames] == ["inner+0x4", "middle+0x10", "outer+0x20", "start+0x30"]
    assert [f.size for f in frames] == [0, 0x40, 0x80, 0]
    assert [f.level for f in frames] == [0, 1, 2, 3]
    assert not any(f.warnings for f in frames)
    assert describe(frames)[1] == "00007fff0140 000000401110 middle+0x10 64 bytes"


@pytest.mark.parametrize("pointer, note", [
    (STACK - 0x10000, "[STRAY] CORRUPT FRAME POINTER"),
    (1, "[STRAY] [MISALIGN] CORRUPT FRAME POINTER"),
    (STACK + 0x80, "CORRUPT FRAME POINTER"),  # below the frame that it was saved in
    (1 << 63, "[STRAY] CORRUPT FRAME POINTER"),
])  # fmt: skip
def test_a_corrupt_chain_ends_with_a_warning(pointer: int, note: str) -> None:
    scene = three_deep()
    scene.stack[0x140:0x148] = struct.pack("<Q", pointer)
    frames = chain(registers(rip=CODE + 4, rbp=STACK + 0x100, rsp=STACK + 0x0F0), scene.read, scene.symbols,
                   stack=(STACK, STACK + 0x1000))  # fmt: skip
    assert [f.name for f in frames] == ["inner+0x4", "middle+0x10", "outer+0x20"]
    assert frames[-1].note == note and frames[-1].corrupt
    assert not frames[1].warnings


def test_a_chain_that_goes_in_circles_ends() -> None:
    scene = Scene({0x100: STACK + 0x100, 0x108: CODE + 0x110})
    frames = chain(registers(rip=CODE, rbp=STACK + 0x100, rsp=STACK), scene.read, scene.symbols, limit=16)
    assert len(frames) == 16
    assert len(unwind(registers(rip=CODE, rbp=STACK + 0x100, rsp=STACK), scene.read, scene.symbols)) < 5


def test_16_bit_stacks_have_a_segment() -> None:
    scene = Scene({0x100: 0x140, 0x102: 0x110, 0x140: 0, 0x142: 0}, width=2)
    frames = chain({"ip": 4, "bp": 0x100, "sp": 0xF0}, scene.read, scene.symbols, bits=16, code_base=CODE,
                   stack_base=STACK)  # fmt: skip
    assert [f.name for f in frames] == ["inner+0x4", "middle+0x10"]


@pytest.mark.parametrize("at, code, stack", [
    (0x00, "55 4889e5", {0xF0: CODE + 0x110}),  # before push %rbp
    (0x04, "f30f1efa 55 4889e5", {0xF0: CODE + 0x110}),
    (0x00, "f30f1efa 55 4889e5", {0xF0: CODE + 0x110}),
    (0x01, "55 4889e5", {0xF0: STACK + 0x140, 0xF8: CODE + 0x110}),  # before mov %rsp,%rbp
    (0x05, "55 4889e5 5d c3", {0xF0: CODE + 0x110}),  # before ret
])  # fmt: skip
def test_a_caller_is_found_from_prologue_and_epilogue(at: int, code: str, stack: dict[int, int]) -> None:
    frame_pointers = {0x140: STACK + 0x1C0, 0x148: CODE + 0x220, 0x1C0: 0, 0x1C8: CODE + 0x330}
    scene = Scene({**frame_pointers, **stack}, bytes.fromhex(code))
    state = registers(rip=CODE + at, rbp=STACK + (0x1C0 if at == 1 else 0x140), rsp=STACK + 0xF0)
    frames = unwind(state, scene.read, scene.symbols)
    assert [f.name.split("+")[0] for f in frames] == ["inner", "middle", "outer", "start"]
    assert frames[1].how == "prologue" and frames[2].how == "rbp"
    assert not frames[-1].warnings


def test_a_caller_is_searched_where_nothing_tells() -> None:
    scene = Scene({0x108: CODE + 0x50, 0x110: CODE + 0x125}, b"\x90" * 0x120 + b"\xe8\0\0\0\0")
    state = registers(rip=CODE + 0x20, rbp=0x1234567, rsp=STACK + 0x100)
    frames = unwind(state, scene.read, scene.symbols)
    assert [f.name for f in frames] == ["inner+0x20", "middle+0x25"]  # 0x50 follows no call
    assert frames[1].how == "scan" and frames[1].corrupt


def test_a_jump_to_nowhere_leads_back_to_its_caller() -> None:
    scene = Scene({0x100: CODE + 0x125}, b"\x90" * 0x120 + b"\xe8\0\0\0\0")
    frames = unwind(registers(rip=0, rsp=STACK + 0x100), scene.read, scene.symbols)
    assert [f.pc for f in frames] == [0, CODE + 0x125]


@pytest.mark.parametrize("code, stack", [
    ("53 4883ec20 e800000000", {0xF0 + 0x28: CODE + 0x125}),  # push %rbx; sub $0x20,%rsp
    ("53 4154 488d6424e8 e800000000", {0xF0 + 0x28: CODE + 0x125}),  # push; push %r12; lea -0x18(%rsp),%rsp
    ("53 4883ec20 7406 4883c420 5b c3 90", {0xF0 + 0x28: CODE + 0x125}),  # behind an early return
    ("55 53 53 5b", {0xF0 + 0x10: CODE + 0x125}),
])  # fmt: skip
def test_a_caller_is_found_by_what_the_function_pushes(code: str, stack: dict[int, int]) -> None:
    data = bytes.fromhex(code)
    scene = Scene(stack, data.ljust(0x120, b"\x90") + b"\xe8\0\0\0\0")
    scene.stack[0x110:0x118] = struct.pack("<Q", 0x1234)
    state = registers(rip=CODE + len(data), rbp=0x999, rsp=STACK + 0xF0)
    for symbol in ("inner", "middle"):
        scene.symbols.add(symbol, scene.symbols.resolve(symbol), 0x100, "function")
    frames = unwind(state, scene.read, scene.symbols)
    assert [f.name for f in frames][:2] == [f"inner+{len(data):#x}", "middle+0x25"]
    assert frames[1].how == "code"
    if code.startswith("53"):
        assert frames[1].registers["rbx"] == 0x1234


# -- programs that run --


STOPS = (
    ["innermost", *["recurse"] * 6, "main"],
    ["innermost", "handler", "", "interrupted", "main"],
    ["innermost", "compare"],
)


@pytest.mark.parametrize("toolchain", ["static-musl", "static-glibc", "dynamic-glibc"])
@pytest.mark.parametrize("options", [
    (), ("-O0", "-fno-omit-frame-pointer"), ("-fno-asynchronous-unwind-tables",),
])  # fmt: skip
def test_a_program_is_unwound_wherever_it_stops(
    guest: Callable[..., Path], toolchain: str, options: tuple[str, ...]
) -> None:
    path = guest(GUESTS / "stack.c", toolchain, *options)
    with Machine.load(path) as m:
        m.add_breakpoint("innermost")
        for wanted in STOPS:
            assert m.run().kind is Stop.BREAKPOINT
            check(m, wanted, "at its start")
            m.step()
            check(m, wanted, "an instruction further")
        m.breakpoints[0].remove()
        m.run()
        assert m.exited == 1


def check(m: Machine, wanted: list[str], when: str) -> None:
    """The frames' functions, those of the C library left out, are these; then whatever called main."""
    found = [frame.location.name if frame.location is not None else "?" for frame in frames_of(m)]
    ours = ["innermost", "recurse", "handler", "interrupted", "compare", "main"]
    assert [name for name in found if name in ours] == [name for name in wanted if name] + (
        ["main"] if "main" not in wanted else []), (when, found)  # fmt: skip


def test_no_registers_make_it_raise() -> None:
    scene = three_deep()
    for value in (0, 1, STACK, STACK + 0xFFF, (1 << 64) - 1, 1 << 63):
        for name in ("rip", "rsp", "rbp"):
            state = registers(**{"rip": CODE, "rbp": STACK + 0x100, "rsp": STACK + 0xF0, name: value})
            assert unwind(state, scene.read, scene.symbols)[0].pc == state["rip"]
            assert chain(state, scene.read, scene.symbols)[0].pc == state["rip"]


@pytest.mark.parametrize("toolchain", ["static-musl", "dynamic-glibc", "static-glibc"])
def test_call_frame_information_is_read_as_pyelftools_does(
    guest: Callable[..., Path], toolchain: str
) -> None:
    path = guest(GUESTS / "stack.c", toolchain)
    sections = {section.eh: section for section in frame_table(str(path)).sections}
    compared = 0
    with path.open("rb") as file:
        dwarf = ELFFile(file).get_dwarf_info()
        entries = {True: dwarf.EH_CFI_entries() if dwarf.has_EH_CFI() else [],
                   False: dwarf.CFI_entries() if dwarf.has_CFI() else []}  # fmt: skip
        for eh, found in entries.items():
            for entry in [e for e in found if isinstance(e, FDE)][:150]:
                compared += compare(entry, sections[eh])
    assert compared > 10


def compare(entry: FDE, section: FrameSection) -> int:
    """Compare one function's rows; their number."""
    rows = entry.get_decoded().table
    for expected in rows:
        address = expected.pop("pc")
        cfa = expected.pop("cfa")
        fde = section.find(address)
        assert fde is not None
        row = section.row(fde, address)
        assert row.cfa == (("expression", 0, bytes(cfa.expr)) if cfa.expr is not None
                           else (str(cfa.reg), cfa.offset, b""))  # fmt: skip
        assert row.registers == {
            number: (KINDS[rule.type], rule.arg if isinstance(rule.arg, int) else 0,
                     bytes(rule.arg) if isinstance(rule.arg, list) else b"")
            for number, rule in expected.items()}  # fmt: skip
    return len(rows)


@pytest.mark.parametrize("code, value", [
    ("35 08 05 22", 10), ("35 08 05 1c", 0), ("77 08", STACK + 8), ("77 00 06", 0x1122),
    ("3f 1f", (1 << 64) - 15), ("11 7f 09 ff 29", 1), ("31 32 16 1c", 1), ("77 00 94 01", 0x22),
    ("31 28 01 00 33 34", 4),  # DW_OP_bra over the next one
    ("32 33 14 1e 22", 8),
])  # fmt: skip
def test_expressions_are_evaluated(code: str, value: int) -> None:
    scene = Scene({0: 0x1122})
    word = lambda at, size: int.from_bytes(scene.read(at, size), "little")  # noqa: E731
    assert evaluate(bytes.fromhex(code), {7: STACK}.__getitem__, word) == value


@pytest.mark.parametrize("code", ["22", "08", "ff", "2f fd ff", "15 09", ""])
def test_a_bad_expression_is_an_error(code: str) -> None:
    with pytest.raises(BadDwarf):
        evaluate(bytes.fromhex(code), {0: 0}.__getitem__, lambda at, size: 0)


def test_damaged_information_ends_the_list(guest: Callable[..., Path]) -> None:
    path = guest(GUESTS / "stack.c", "dynamic-glibc")
    sound = next(s for s in frame_table(str(path)).sections if s.eh).data
    for at in range(len(sound)):
        section = FrameSection(sound[:at] + bytes([sound[at] ^ 0xFF]) + sound[at + 1 :], 0, True)
        for fde in section.entries:
            with suppress(BadDwarf):
                section.row(fde, fde.last - 1)
