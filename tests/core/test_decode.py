"""The decoder against iced-x86 (a sample; tests/core/decode_sweep.py does millions) and the manual."""

import ctypes
import mmap
import random
import re
import shutil
from itertools import islice
from pathlib import Path

import pytest

from blinkenlights.core.decode import decode_at, decode_bytes, decode_length
from blinkenlights.tables import isa, opcode_compiler
from tests.core.decode_sweep import (
    MODES,
    difference,
    file_strings,
    legacy_strings,
    random_string,
    sweep,
)

INVALID, SHORT, TOO_LONG = 0, -1, -2


def hexed(text: str) -> bytes:
    return bytes.fromhex(text)


# -- against iced-x86: no difference is known or excused -----------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_random_strings_decode_as_iced_says(seed: int) -> None:
    rng = random.Random(seed)
    count, found = sweep(random_string(rng) for _ in range(15_000))
    assert count == 45_000 and not found


@pytest.mark.parametrize("prefix", [b"", b"\x66", b"\xf3", b"\x48", b"\x66\x67"])
def test_all_opcodes_and_modrm_decode_as_iced_says(prefix: bytes) -> None:
    _, found = sweep(islice(legacy_strings((prefix,)), len(prefix), None, 13))
    assert not found


@pytest.mark.parametrize("mode", MODES)
def test_a_programs_code_decodes_as_iced_says(mode: int) -> None:
    program = shutil.which("bash") or shutil.which("python3")
    if program is None:
        pytest.skip("neither bash nor python3 on PATH")
    _, found = sweep(islice(file_strings(Path(program).resolve(), mode), 30_000), (mode,))
    assert not found


# -- by the manual -------------------------------------------------------------------------------

EXAMPLES = [
    # a REX prefix counts only right before the opcode
    (64, "48 01 c8", "<ADD reg0:8, reg1:8 length=3>"),
    (64, "48 66 01 c8", "<ADD reg0:2, reg1:2 length=4>"),
    (64, "66 48 01 c8", "<ADD reg0:8, reg1:8 length=4>"),
    (64, "48 48 01 c8", "<ADD reg0:8, reg1:8 length=4>"),
    (32, "48", "<DEC reg0:4 length=1>"),
    # byte registers: AH to BH without REX, SPL to DIL with any
    (64, "88 e0", "<MOV reg0:1, reg20:1 length=2>"),
    (64, "40 88 e0", "<MOV reg0:1, reg4:1 length=3>"),
    # near branches ignore 66 in 64-bit code on Intel processors, not elsewhere
    (64, "66 e8 01 02 03 04", "<CALL rel0:8 length=6>"),
    (32, "66 e8 01 02", "<CALL rel0:2 length=4>"),
    (16, "e8 01 02", "<CALL rel0:2 length=3>"),
    # pushes are 8 bytes in 64-bit code, or 2
    (64, "50", "<PUSH reg0:8 length=1>"),
    (64, "66 50", "<PUSH reg0:2 length=2>"),
    (64, "41 50", "<PUSH reg8:8 length=2>"),
    # mandatory prefixes: F2 and F3 before 66, the last of F2 and F3
    (64, "0f 58 c1", "<ADDPS xmm0:16, xmm1:16 length=3>"),
    (64, "66 0f 58 c1", "<ADDPD xmm0:16, xmm1:16 length=4>"),
    (64, "66 f2 0f 58 c1", "<ADDSD xmm0:16, xmm1:8 length=5>"),
    (64, "f2 f3 66 0f 58 c1", "<ADDSS xmm0:16, xmm1:4 length=6>"),
    (64, "66 f3 0f b8 c1", "<POPCNT reg0:2, reg1:2 length=5>"),
    (64, "66 f2 0f 38 f1 c1", "<CRC32 reg0:4, reg1:2 length=6>"),
    # NOP, PAUSE and exchange with R8
    (64, "90", "<NOP  length=1>"),
    (64, "f3 90", "<PAUSE  length=2>"),
    (64, "41 90", "<XCHG reg8:4, reg0:4 length=2>"),
    (64, "49 90", "<XCHG reg8:8, reg0:8 length=2>"),
    # where 64-bit code reuses what other code has
    (64, "63 c1", "<MOVSXD reg0:4, reg1:4 length=2>"),
    (32, "63 c1", "<ARPL reg1:4, reg0:4 length=2>"),
    (32, "c5 01", "<LDS reg0:4, mem0:6 length=2>"),
    (32, "c5 f8 58 c1", "<VADDPS xmm0:16, xmm0:16, xmm1:16 length=4>"),
    (32, "62 01", "<BOUND reg0:4, mem0:8 length=2>"),
    (64, "62 f1 7c 48 58 c1", "<VADDPS other0:64, other0:64, other1:64 length=6>"),
    (64, "8f c0", "<POP reg0:8 length=2>"),
    (64, "8f e8 78 c0 c1 02", "<VPROTB xmm0:16, xmm1:16, imm0:1 length=6>"),
    # immediates and addresses of unusual size
    (64, "48 b8 01 02 03 04 05 06 07 08", "<MOV reg0:8, imm0:8 length=10>"),
    (64, "a1 01 02 03 04 05 06 07 08", "<MOV reg0:4, mem0:4 length=9>"),
    (64, "67 a1 01 02 03 04", "<MOV reg0:4, mem0:4 length=6>"),
    (64, "c8 10 00 01", "<ENTER imm0:2, imm20:1 length=4>"),
    (32, "9a 01 02 03 04 05 06", "<CALLF far0:6 length=7>"),
    (16, "ea 01 02 03 04", "<JMPF far0:4 length=5>"),
    (64, "f7 c1 01 02 03 04", "<TEST reg1:4, imm0:4 length=6>"),
    (64, "f7 d1", "<NOT reg1:4 length=2>"),
    (64, "0f 0f c1 9e", "<PFADD mmx0:8, mmx1:8 length=4>"),
    # operands that are not in ModRM
    (64, "d7", "<XLAT mem0:1 length=1>"),
    (64, "f3 48 a5", "<MOVSQ dst0:8, src0:8 length=3>"),
    (64, "66 0f f7 c1", "<MASKMOVDQU mem0:16, xmm0:16, xmm1:16 length=4>"),
    (64, "d1 e0", "<SHL reg0:4, const1:1 length=2>"),
    (64, "d9 c9", "<FXCH st0:10, st1:10 length=2>"),
    (64, "8e d8", "<MOV_SEG seg3:2, reg0:4 length=2>"),
    (64, "0f 20 c0", "<MOV_CR reg0:8, cr0:8 length=3>"),
    (64, "c4 e3 71 4a c2 30", "<VBLENDVPS xmm0:16, xmm1:16, xmm2:16, xmm3:16 length=6>"),
]


@pytest.mark.parametrize(("mode", "code", "expected"), EXAMPLES, ids=lambda value: str(value))
def test_an_encoding_decodes_by_the_manual(mode: int, code: str, expected: str) -> None:
    assert repr(decode_bytes(hexed(code), mode)) == expected


INVALID_CODES = [
    (64, "06"), (64, "27"), (64, "60"), (64, "82 c0 01"), (64, "9a 00 00 00 00 00 00"),
    (64, "f0 90"), (64, "f0 01 c8"), (64, "f0 03 08"), (64, "f0 39 08"),  # LOCK
    (64, "8e c8"), (64, "8c f0"), (64, "0f 22 c8"),  # MOV to CS, from segment register 6, to CR1
    (64, "8d c0"), (64, "0f 04"), (64, "0f 7a"),
    (64, "66 c5 f8 58 c1"), (64, "48 c5 f8 58 c1"), (64, "c5 f0 77"), (64, "c5 f0 28 c1"),  # VEX
    (64, "c4 e2 71 92 00"), (64, "c4 e2 71 92 04 08"),  # gathers: no SIB, registers not distinct
    (64, "62 f1 7c 68 58 c1"), (64, "62 f1 7c 88 58 c1"), (64, "62 f1 78 48 58 c1"),  # EVEX
]


@pytest.mark.parametrize(("mode", "code"), INVALID_CODES)
def test_what_is_no_instruction_is_invalid(mode: int, code: str) -> None:
    assert decode_length(hexed(code) + bytes(16), mode) == INVALID


@pytest.mark.parametrize(("mode", "code", "base", "index", "scale", "disp", "segment"), [
    (64, "8b 04 8b", 3, 1, 2, 0, 3),
    (64, "8b 44 24 f8", 4, 16, 0, -8, 2),
    (64, "8b 45 08", 5, 16, 0, 8, 2),
    (64, "41 8b 45 08", 13, 16, 0, 8, 3),
    (64, "42 8b 04 25 10 00 00 00", 16, 12, 0, 16, 3),
    (64, "8b 04 25 10 00 00 00", 16, 16, 0, 16, 3),
    (64, "8b 05 10 00 00 00", 17, 16, 0, 16, 3),
    (32, "8b 05 10 00 00 00", 16, 16, 0, 16, 3),
    (64, "64 2e 8b 00", 0, 16, 0, 0, 4),  # CS means nothing here: FS stays
    (32, "64 2e 8b 00", 0, 16, 0, 0, 1),  # the last one counts
    (16, "8b 42 10", 5, 6, 0, 16, 2),
    (16, "8b 06 34 12", 16, 16, 0, 0x1234, 3),
    (16, "67 8b 04 24", 4, 16, 0, 0, 2),
    (64, "62 f1 7c 48 58 41 ff", 1, 16, 0, -64, 3),  # EVEX counts the displacement in operands
    (64, "62 f1 7c 58 58 41 ff", 1, 16, 0, -4, 3),
])
def test_memory_operands(mode: int, code: str, base: int, index: int, scale: int, disp: int,
                         segment: int) -> None:
    insn = decode_bytes(hexed(code), mode)
    assert insn is not None and insn.length == len(hexed(code))
    assert (insn.base, insn.index, insn.scale, insn.segment) == (base, index, scale, segment)
    assert insn.disp == disp & (1 << 64) - 1


# -- the ends of things --------------------------------------------------------------------------


def test_every_part_of_an_instruction_is_short_of_bytes() -> None:
    rng = random.Random(7)
    checked = 0
    while checked < 8000:
        string, mode = random_string(rng)[:15], rng.choice(MODES)
        length = decode_length(string, mode)
        if length > 0:
            checked += 1
            assert [decode_length(string[:n], mode) for n in range(length)] == [SHORT] * length
            assert decode_length(string[:length], mode) == length


def test_more_than_fifteen_bytes_are_too_long() -> None:
    assert decode_length(b"\x66" * 14 + b"\x90") == 15
    assert decode_length(b"\x66" * 15 + b"\x90") == TOO_LONG
    assert decode_length(b"\x66" * 15) == TOO_LONG
    assert decode_length(b"\x66" * 14) == SHORT
    assert decode_length(b"\x66" * 40) == TOO_LONG
    assert decode_length(b"\x2e" * 9 + hexed("48 81 04 25 00 00 00 00 01 00 00 00")) == TOO_LONG


def test_no_byte_beyond_the_available_ones_is_read() -> None:
    page = mmap.PAGESIZE
    area = mmap.mmap(-1, 2 * page)
    start = ctypes.addressof(ctypes.c_char.from_buffer(area))
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.mprotect(ctypes.c_void_p(start + page), page, 0) == 0
    rng = random.Random(11)
    for _ in range(20_000):
        string = random_string(rng)[:rng.randrange(18)]
        area[page - len(string):page] = string
        mode = rng.choice(MODES)
        expected = decode_length(string, mode)
        assert decode_at(start + page - len(string), len(string), mode) == expected
    assert libc.mprotect(ctypes.c_void_p(start + page), page, mmap.PROT_READ | mmap.PROT_WRITE) == 0


# -- the table -----------------------------------------------------------------------------------


def test_the_compiled_table_is_the_tables_own() -> None:
    assert isa.load() == opcode_compiler.compiled()
    assert len(set(isa.MNEMONICS)) == len(isa.MNEMONICS)
    assert sorted(isa.MNEMONICS) == isa.MNEMONICS


def enumerations(path: Path) -> dict[str, int]:
    return {name: int(value) for name, value in re.findall(r"^    (\w+) = (\d+)", path.read_text(), re.M)}


def test_compiler_and_decoder_number_things_alike() -> None:
    core = Path(isa.__file__).parent.parent / "core"
    theirs = enumerations(core / "opcodes.pxd") | enumerations(core / "decode.pxd")
    prefixed = {
        "B_": ("W0", "W1_64", "W1_32", "LENGTH", "MEMORY", "REGISTER", "LOCK_MEMORY", "LOCK_REGISTER",
               "REX_B", "REG", "RM", "VVVV", "V_HIGH", "ZEROING", "ZEROING_MEMORY", "BROADCAST", "ROUNDING",
               "MASK", "NO_MASK", "HAS_66", "ASIZE_NOT_32"),
        "F_": ("DEFAULT_64", "FORCE_64", "IGNORE_MOD", "NEEDS_SIB", "DISTINCT", "DISTINCT_DESTINATION",
               "PRIVILEGED"),
        "S_": ("IS4", "IMMEDIATE", "IMMEDIATE2", "RELATIVE", "FAR", "MOFFS", "STRING_SOURCE",
               "STRING_DESTINATION", "FIXED", "CONSTANT", "BY_RDI", "BY_RBX"),
    }
    for prefix, names in prefixed.items():
        for name in names:
            assert theirs[prefix + name] == getattr(opcode_compiler, name), name
    for letter, code in opcode_compiler.SIZES.items():
        if code >= 128:
            assert theirs["Z_" + letter.upper()] == code
    kinds = {"GENERAL": "O_REG", "SEGMENT": "O_SEG", "CONTROL": "O_CR", "DEBUG": "O_DR", "VECTOR": "O_XMM",
             "MMX": "O_MMX", "STACK": "O_ST", "OTHER": "O_OTHER"}
    for name, their_name in kinds.items():
        assert theirs[their_name] == getattr(opcode_compiler, name), name


def encode_vector(form: opcode_compiler.Form) -> bytes:
    """A VEX, EVEX or XOP row's encoding up to ModRM, with vvvv = 3 where it is an operand."""
    first, opcode_word, *_ = form.encoding.split()
    kind, length, prefix, opcode_map, *w = first.split(".")
    uses_vvvv = any(re.match(r"[HB]|KH|TH", operand) for operand in form.operands)
    lengths = {"LIG": 0, "LZ": 0, "VL": 0, "128": 0, "L1": 1, "256": 1, "256+512": 1, "512": 2}
    number = {"0F": 1, "0F38": 2, "0F3A": 3}.get(opcode_map) or int(opcode_map[3:])
    payload = (w == ["W1"]) << 7 | (12 if uses_vvvv else 15) << 3 | opcode_compiler.PREFIX[prefix]
    opcode = int(opcode_word[:2], 16)
    if kind == "EVEX":
        third = lengths[length] << 5 | 8 | ("k!" in form.attributes)
        return bytes((0x62, 0xF0 | number, payload | 4, third, opcode))
    return bytes((0xC4 if kind == "VEX" else 0x8F, 0xE0 | number, payload | lengths[length] << 2, opcode))


def encode_legacy(form: opcode_compiler.Form, mode: int) -> bytes:
    words = form.encoding.split()
    start = b"\x66" if "os16" in form.attributes else b""
    if "as32" in form.attributes and mode == 64:
        start += b"\x67"
    if words[0] in ("66", "F3", "F2"):
        start += bytes.fromhex(words[0])
    if words[0] in ("NP", "NFx", "66", "F3", "F2"):
        words = words[1:]
    if "os64" in form.attributes:
        start += b"\x48"
    count = 1
    if words[0] == "0F":
        count = 3 if words[1] in ("38", "3A") else 2
    opcode = bytes.fromhex("".join(word[:2] for word in words[:count]))
    if opcode == b"\x0f\x0f":  # 3DNow!
        return opcode + b"\xc1" + bytes.fromhex(words[2])
    if words[count - 1].endswith("+r"):  # not register 0: XCHG's would be NOP
        opcode = opcode[:-1] + bytes((opcode[-1] | 1,))
    return start + opcode


def test_every_row_of_the_table_is_reached() -> None:
    for form in isa.forms():
        mode = 32 if "no64" in form.attributes else 64
        start = encode_vector(form) if "." in form.encoding else encode_legacy(form, mode)
        found = (decode_bytes(start + bytes((modrm, 0x13)) + bytes(12), mode) for modrm in range(256))
        assert any(insn is not None and insn.row == form.number for insn in found), form


def test_a_row_names_its_extension() -> None:
    extensions = {"01 c8": "BASE", "d9 c9": "X87", "0f 58 c1": "SSE", "66 0f 38 40 c1": "SSE4.1",
                  "c4 e2 70 f2 c2": "BMI1", "0f 77": "MMX", "0f 01 c1": "VMX"}
    for code, extension in extensions.items():
        insn = decode_bytes(hexed(code))
        assert insn is not None and insn.form.extension == extension


def test_a_difference_would_be_seen() -> None:
    assert difference(hexed("90"), 64) is None
    assert decode_bytes(b"") is None
    with pytest.raises(ValueError, match="mode 8"):
        decode_bytes(b"\x90", 8)
