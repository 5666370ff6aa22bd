"""Machine code as text."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blinkenlights.debugger.disassembly import Disassembler, Line
from blinkenlights.debugger.symbols import Symbols
from tests.debugger.image import ImageOf

GUESTS = Path(__file__).parent / "guests"


def of_bytes(code: str | bytes, address: int = 0x400000, symbols: Symbols | None = None,
             **options: object) -> Disassembler:  # fmt: skip
    data = bytes.fromhex(code) if isinstance(code, str) else code

    def read(at: int, count: int) -> bytes:
        return data[at - address : at - address + count] if address <= at else b""

    return Disassembler(read, symbols, **options)  # type: ignore[arg-type]


def text_of(code: str, **options: object) -> list[str]:
    return [line.text for line in of_bytes(code, **options).lines(0x400000, 100)]  # type: ignore[arg-type]


def joined(line: Line) -> str:
    return "".join(token.text for token in line.tokens)


@pytest.mark.parametrize("code, att, intel", [
    ("89d8", "mov     %ebx,%eax", "mov     eax,ebx"),
    ("8d7fff", "lea     -1(%rdi),%edi", "lea     edi,[rdi-1]"),
    ("bf26000000", "mov     $0x26,%edi", "mov     edi,0x26"),
    ("48833a00", "cmpq    $0,(%rdx)", "cmp     qword ptr [rdx],0"),
    ("c3", "ret", "ret"),
    ("eb00", "jmp     0x400002", "jmp     0x400002"),
    ("f348ab", "rep stos %rax,(%rdi)", "rep stosq [rdi]"),
    ("f00fb10a", "lock cmpxchg %ecx,(%rdx)", "lock cmpxchg [rdx],ecx"),
    ("64488b042528000000", "mov     %fs:0x28,%rax", "mov     rax,fs:[0x28]"),
    ("488d05f0ff0000", "lea     0x40fff7(%rip),%rax", "lea     rax,[0x40fff7]"),
    ("d8c1", "fadd    %st(1),%st", "fadd    st,st(1)"),
    ("c4e37d18c801", "vinsertf128 $1,%xmm0,%ymm0,%ymm1", "vinsertf128 ymm1,ymm0,xmm0,1"),
    ("06", ".byte   0x6", ".byte   0x6"),
])  # fmt: skip
def test_an_instruction_is_written_in_both_syntaxes(code: str, att: str, intel: str) -> None:
    assert text_of(code) == [att]
    assert text_of(code, syntax="intel") == [intel]


@pytest.mark.parametrize("bits, code, texts", [
    (16, "b80300cd10ebf9", ["mov     $3,%ax", "int     $0x10", "jmp     0x400000"]),
    (32, "b80300000040cd80", ["mov     $3,%eax", "inc     %eax", "int     $0x80"]),
    (64, "48b803000000000000004090", ["movabs  $3,%rax", "nop"]),
])  # fmt: skip
def test_code_has_16_32_or_64_bits(bits: int, code: str, texts: list[str]) -> None:
    assert text_of(code, bits=bits, base=0x400000 if bits == 16 else 0) == texts


def test_16_bit_branches_are_counted_from_the_segment() -> None:
    d = of_bytes("e8fd00ebfee8f0ff", 0x7C00, bits=16, base=0x7C00)
    assert [line.target for line in d.lines(0x7C00, 3)] == [0x7D00, 0x7C03, 0x7BF8 + 0x10000]


def test_branches_and_operands_are_named() -> None:
    symbols = Symbols()
    symbols.add("fib", 0x400000, 32)
    symbols.add("numbers", 0x404000, 64)
    code = ("e8fbffffff" "75f9" "488b05f33f0000" "8b04c508404000" "48c7c000404000" "48c7c008404000"
            "e9000f0000")  # fmt: skip
    lines = of_bytes(code, symbols=symbols).lines(0x400000, 7)
    assert [line.text for line in lines] == [
        "call    fib", "jne     fib", "mov     numbers+0x1(%rip),%rax", "mov     numbers+0x8(,%rax,8),%eax",
        "mov     $numbers,%rax", "mov     $0x404008,%rax", "jmp     0x400f28",
    ]  # fmt: skip
    assert [line.flow for line in lines] == ["call", "branch", "", "", "", "", "jump"]
    assert [line.target for line in lines] == [0x400000, 0x400000, None, None, None, None, 0x400F28]
    assert [line.reference for line in lines] == [None, None, 0x404001, 0x404008, 0x404000, None, None]
    assert [line.heading for line in lines] == ["fib", "", "", "", "", "", ""]
    assert ("symbol", "numbers+0x8") in lines[3].tokens
    intel = of_bytes(code, symbols=symbols, syntax="intel").lines(0x400000, 4)
    assert [line.text for line in intel[2:]] == [
        "mov     rax,[numbers+0x1]", "mov     eax,[rax*8+numbers+0x8]"]  # fmt: skip


def test_tokens_say_what_is_what() -> None:
    line = of_bytes("f348ab").line(0x400000)
    assert line is not None and line.tokens == (
        ("prefix", "rep "), ("mnemonic", "stos "), ("register", "%rax"), ("punctuation", ","),
        ("punctuation", "("), ("register", "%rdi"), ("punctuation", ")"))  # fmt: skip
    line = of_bytes("8344240801", syntax="intel").line(0x400000)
    assert line is not None and line.tokens == (
        ("mnemonic", "add     "), ("keyword", "dword"), ("punctuation", " "), ("keyword", "ptr"),
        ("punctuation", " ["), ("register", "rsp"), ("punctuation", "+"), ("number", "8"),
        ("punctuation", "]"), ("punctuation", ","), ("number", "1"))  # fmt: skip


def test_flow_is_told() -> None:
    lines = of_bytes("c3 ffd0 ffe0 cc 0f05 f4 e2fe c20800".replace(" ", "")).lines(0x400000, 8)
    assert [line.flow for line in lines] == [
        "return", "call", "jump", "interrupt", "interrupt", "", "branch", "return"]  # fmt: skip


def test_what_cannot_be_decoded_is_shown_as_bytes() -> None:
    lines = of_bytes("0f05c5f0ffff90").lines(0x400000, 10)
    assert lines[0].text == "syscall"
    assert b"".join(line.data for line in lines) == bytes.fromhex("0f05c5f0ffff90")
    assert any(not line.valid and line.mnemonic == ".byte" for line in lines)


def test_memory_ends_where_it_ends() -> None:
    d = of_bytes("9090e8", 0x400000)
    assert [line.text for line in d.lines(0x400000, 10)] == ["nop", "nop", ".byte   0xe8"]
    assert d.lines(0x500000, 10) == [] and d.line(0x500000) is None
    assert d.before(0x400000, 10) == []
    assert d.before(0, 3) == []
    assert [line.text for line in d.around(0x400001, 5, 1)] == ["nop", "nop"]


def test_code_that_changed_is_decoded_anew() -> None:
    code = bytearray(b"\x90" * 32)
    d = Disassembler(lambda at, count: bytes(code[at : at + count]))
    assert [line.text for line in d.lines(0, 2)] == ["nop", "nop"]
    code[1:3] = b"\x89\xd8"
    assert [line.text for line in d.lines(0, 3)] == ["nop", "mov     %ebx,%eax", "nop"]
    assert [line.text for line in d.before(3, 2)] == ["nop", "mov     %ebx,%eax"]


def test_a_new_symbol_is_seen_at_once() -> None:
    symbols = Symbols()
    d = of_bytes("ebfe", symbols=symbols)
    assert d.lines(0x400000, 1)[0].text == "jmp     0x400000"
    symbols.add("forever", 0x400000)
    assert (d.lines(0x400000, 1)[0].heading, d.lines(0x400000, 1)[0].text) == ("forever", "jmp     forever")
    d.syntax = "intel"
    assert d.lines(0x400000, 1)[0].text == "jmp     forever"


@pytest.mark.parametrize("with_symbols", [False, True])
def test_going_back_finds_the_instructions_that_led_here(
    guest: Callable[..., Path], with_symbols: bool
) -> None:
    image = ImageOf(guest("hello.c", "static-musl"))
    start = image.symbols.resolve("printf_core" if image.symbols.find("printf_core") else "main")
    wanted = Disassembler(image.read, image.symbols).lines(start, 400)
    right = 0
    for i in range(40, 400, 20):
        d = Disassembler(image.read, image.symbols if with_symbols else None)
        found = d.before(wanted[i].address, 12)
        assert len(found) == 12 and found[-1].end == wanted[i].address
        assert all(a.end == b.address for a, b in pairwise(found))
        right += [line.address for line in found] == [line.address for line in wanted[i - 12 : i]]
    assert right == 18 if with_symbols else right >= 15  # without symbols, decoding falls into step


def test_going_back_crosses_a_symbol_at_its_start() -> None:
    symbols = Symbols()
    symbols.add("first", 0x400000)
    symbols.add("second", 0x400007)
    code = "48b8" + "00" * 5 + "9090c3"  # the first one, cut short by the second, would swallow it
    d = of_bytes(code, symbols=symbols)
    assert [line.address for line in d.before(0x40000A, 3)] == [0x400007, 0x400008, 0x400009]
    before = d.before(0x400007, 20)
    assert b"".join(line.data for line in before) == bytes.fromhex(code)[:7]


@given(st.binary(min_size=1, max_size=200), st.sampled_from((16, 32, 64)), st.sampled_from(("att", "intel")))
def test_any_bytes_are_shown_whole(data: bytes, bits: int, syntax: str) -> None:
    d = of_bytes(data, bits=bits, syntax=syntax)
    lines = d.lines(0x400000, 300)
    assert b"".join(line.data for line in lines) == data
    assert all(joined(line) == line.text for line in lines)
    back = d.before(0x400000 + len(data), 300)
    assert b"".join(line.data for line in back) == data


def test_settings_are_checked() -> None:
    d = of_bytes("90")
    with pytest.raises(ValueError, match="att, intel"):
        d.syntax = "masm"
    with pytest.raises(ValueError, match="16, 32 or 64"):
        d.bits = 8
