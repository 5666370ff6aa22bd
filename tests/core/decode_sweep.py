"""
Compares the decoder with iced-x86 on many byte strings.

    python -m tests.core.decode_sweep --count 10000000      random strings, all three modes
    python -m tests.core.decode_sweep --structured          every opcode, prefix and ModRM
    python -m tests.core.decode_sweep --file /bin/bash      a program's code

What is compared: whether there is an instruction, its length, mnemonic, operand kinds, registers,
sizes, immediates, memory operand, operand size, vector length.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice, product
from pathlib import Path
from typing import Any

import iced_x86 as iced

from blinkenlights.core.decode import Instruction, decode_bytes, decode_length

MODES = (16, 32, 64)
ALL_ONES = (1 << 64) - 1


def names_of(enumeration: Any) -> dict[Any, str]:
    return {value: name for name, value in vars(enumeration).items() if isinstance(value, int)}


CODES = names_of(iced.Code)
ICED_MNEMONICS = names_of(iced.Mnemonic)
REGISTERS = names_of(iced.Register)
KINDS = names_of(iced.OpKind)

CONDITIONS = ("O", "NO", "B", "AE", "E", "NE", "BE", "A", "S", "NS", "P", "NP", "L", "GE", "LE", "G")
IGNORE_REX_W = {"IN", "OUT", "INSD", "OUTSD", "FLDENV", "FNSTENV", "FRSTOR", "FNSAVE", "XBEGIN"}
RENAMED = {
    "JCXZ": "JRCXZ", "JECXZ": "JRCXZ", "IRETD": "IRET", "IRETQ": "IRET", "PUSHFD": "PUSHF",
    "PUSHFQ": "PUSHF", "POPFD": "POPF", "POPFQ": "POPF", "PUSHAD": "PUSHA", "POPAD": "POPA",
    "CWDE": "CBW", "CDQE": "CBW", "CDQ": "CWD", "CQO": "CWD", "SAL": "SHL", "XLATB": "XLAT",
    "WAIT": "FWAIT", "RESERVEDNOP": "NOP",
    "SYSRETQ": "SYSRET", "SYSEXITQ": "SYSEXIT", "PCMPESTRI64": "PCMPESTRI", "PCMPESTRM64": "PCMPESTRM",
    "VPCMPESTRI64": "VPCMPESTRI", "VPCMPESTRM64": "VPCMPESTRM", "GETSECQ": "GETSEC",
    **{"J" + c: "JCC" for c in CONDITIONS}, **{"SET" + c: "SETCC" for c in CONDITIONS},
    **{"CMOV" + c: "CMOVCC" for c in CONDITIONS},
}


@cache
def our_name(code: Any) -> str:
    """The mnemonic, by our rules, of an iced code."""
    name = ICED_MNEMONICS[iced.OpCodeInfo(code).mnemonic].upper()
    long = CODES[code]
    if name.startswith("CMP") and name.endswith("XADD"):
        return "CMPCCXADD"
    if name in ("CALL", "JMP") and ("PTR" in long or "_M16" in long):
        return name + "F"
    if name in ("MOVSD", "CMPSD") and "XMM" in long:
        return name + "_XMM"
    if name == "MOV":
        for mark, suffix in (("SREG", "_SEG"), ("_CR", "_CR"), ("_DR", "_DR")):
            if mark in long:
                return name + suffix
    return RENAMED.get(name, name)


def register_table() -> dict[int, tuple[str, int, int]]:
    """iced register: (our kind, number, size; size 0 where ours may be a part)."""
    table = {}
    for register, name in REGISTERS.items():
        info = iced.RegisterInfo(register)
        number, size = info.number, info.size
        if name in ("AH", "CH", "DH", "BH"):
            table[register] = ("reg", 20 + ("AH", "CH", "DH", "BH").index(name), 1)
        elif iced.RegisterExt.is_gpr(register):
            low = number - 4 if size == 1 and number >= 8 else number  # iced counts AH to BH too
            table[register] = ("reg", low, size)
        for prefix, kind in (("ST", "st"), ("MM", "mmx"), ("XMM", "xmm"), ("YMM", "ymm"), ("ZMM", "other"),
                             ("CR", "cr"), ("DR", "dr"), ("K", "other"), ("TMM", "other")):
            if name.startswith(prefix) and name[len(prefix):].isdigit():
                table[register] = (kind, int(name[len(prefix):]), 0)
        if name in ("ES", "CS", "SS", "DS", "FS", "GS"):
            table[register] = ("seg", ("ES", "CS", "SS", "DS", "FS", "GS").index(name), 2)
    return table


REGISTER_TABLE = register_table()
SEGMENTS = {getattr(iced.Register, name): n for n, name in enumerate(("ES", "CS", "SS", "DS", "FS", "GS"))}
NO_REGISTER = iced.Register.NONE
IP_REGISTERS = {iced.Register.RIP, iced.Register.EIP}

K = iced.OpKind
IMMEDIATE_MASKS = {
    K.IMMEDIATE8: 0xFF, K.IMMEDIATE8_2ND: 0xFF, K.IMMEDIATE16: 0xFFFF, K.IMMEDIATE32: 0xFFFFFFFF,
    K.IMMEDIATE64: ALL_ONES, K.IMMEDIATE8TO16: 0xFFFF, K.IMMEDIATE8TO32: 0xFFFFFFFF,
    K.IMMEDIATE8TO64: ALL_ONES, K.IMMEDIATE32TO64: ALL_ONES,
}
NEAR_BRANCHES = {K.NEAR_BRANCH16: 0xFFFF, K.NEAR_BRANCH32: 0xFFFFFFFF, K.NEAR_BRANCH64: ALL_ONES}
FAR_BRANCHES = {K.FAR_BRANCH16, K.FAR_BRANCH32}
STRING_SOURCES = {K.MEMORY_SEG_SI, K.MEMORY_SEG_ESI, K.MEMORY_SEG_RSI}
STRING_DESTINATIONS = {K.MEMORY_ESDI, K.MEMORY_ESEDI, K.MEMORY_ESRDI}
BY_RDI = {K.MEMORY_SEG_DI, K.MEMORY_SEG_EDI, K.MEMORY_SEG_RDI}


@cache
def code_facts(code: Any) -> tuple[int, int]:
    """(operand size in bytes or 0, size of the memory operand)."""
    info = iced.OpCodeInfo(code)
    return info.operand_size // 8, iced.MemorySizeExt.size(info.memory_size)


def memory_difference(mine: Instruction, theirs: iced.Instruction) -> str | None:
    if theirs.memory_base in IP_REGISTERS:
        address_mask = ALL_ONES if mine.asize == 8 else 0xFFFFFFFF
        if mine.base != 17 or (mine.disp + mine.length - theirs.memory_displacement) & address_mask:
            return "RIP-relative address"
    else:
        base = 16 if theirs.memory_base == NO_REGISTER else REGISTER_TABLE[theirs.memory_base][1]
        if mine.base != base:
            return "base"
        mask = (1 << 8 * mine.asize) - 1
        if (mine.disp ^ theirs.memory_displacement) & mask:
            return "displacement"
    index = 16 if theirs.memory_index == NO_REGISTER else REGISTER_TABLE[theirs.memory_index][1]
    if mine.index != index or (index != 16 and 1 << mine.scale != theirs.memory_index_scale):
        return "index"
    if mine.segment != SEGMENTS[theirs.memory_segment]:
        return "segment"
    return None


def operand_difference(mine: Instruction, theirs: iced.Instruction, n: int) -> str | None:
    kind, number, size = mine.operands[n]
    their_kind = theirs.op_kind(n)
    if their_kind == K.REGISTER:
        register = REGISTER_TABLE[theirs.op_register(n)]
        if (kind, number) != register[:2]:
            return f"register {register}"
        if register[2] and size != register[2]:
            return f"register size {register}"
        return None
    if their_kind in IMMEDIATE_MASKS:
        value = mine.imm2 if kind == "imm2" else number if kind == "const" else mine.imm
        wrong = (value ^ theirs.immediate(n)) & IMMEDIATE_MASKS[their_kind]
        return "immediate" if wrong or kind not in ("imm", "imm2", "const") else None
    if their_kind in NEAR_BRANCHES:
        target = mine.imm + mine.length
        if kind != "rel" or (target ^ theirs.near_branch_target) & NEAR_BRANCHES[their_kind]:
            return "branch target"
        return None
    if their_kind in FAR_BRANCHES:
        offset = theirs.far_branch16 if their_kind == K.FAR_BRANCH16 else theirs.far_branch32
        if (kind, mine.imm, mine.imm2) != ("far", offset, theirs.far_branch_selector):
            return "far pointer"
        return None
    memory_size = code_facts(theirs.code)[1]
    if size != (memory_size if memory_size < 128 else 0):
        return f"memory size {memory_size}"
    if their_kind in STRING_SOURCES:
        return None if kind == "src" and mine.segment == SEGMENTS[theirs.memory_segment] else "string source"
    if their_kind in STRING_DESTINATIONS:
        return None if kind == "dst" else "string destination"
    if their_kind in BY_RDI:
        good = kind == "mem" and mine.base == 7 and mine.segment == SEGMENTS[theirs.memory_segment]
        return None if good else "[rDI]"
    if kind != "mem":
        return "memory"
    if mine.mnemonic == "XLAT":
        return None if mine.base == 3 and mine.segment == SEGMENTS[theirs.memory_segment] else "[rBX]"
    return memory_difference(mine, theirs)


def difference(code: bytes, mode: int) -> str | None:
    """How the two decoders differ on the instruction at the start of `code`; None if they agree."""
    mine = decode_bytes(code, mode)
    decoder = iced.Decoder(mode, code)
    theirs = decoder.decode()
    if theirs.code == iced.Code.INVALID:
        if mine is not None:
            return f"only we know it: {mine!r}"
        if decoder.last_error == iced.DecoderError.NO_MORE_BYTES and decode_length(code, mode) == -2:
            return "too long, not short"
        return None
    if mine is None:
        return f"only iced knows it: {theirs:s} ({CODES[theirs.code]}), length {theirs.len}"
    problem: str | None = None
    operand_size = code_facts(theirs.code)[0]
    if mine.length != theirs.len:
        problem = "length"
    elif mine.mnemonic != our_name(theirs.code):
        problem = "mnemonic"
    elif len(mine.operands) != theirs.op_count:
        problem = "operand count"
    elif operand_size and operand_size != mine.osize and mine.mnemonic not in IGNORE_REX_W:
        problem = "operand size"
    else:
        for n in range(theirs.op_count):
            problem = operand_difference(mine, theirs, n)
            if problem:
                problem = f"operand {n}: {problem}"
                break
    if problem:
        return f"{problem}: {mine!r} against {theirs:s} ({CODES[theirs.code]}), length {theirs.len}"
    return None


# -- byte strings ------------------------------------------------------------------------------

LEGACY_PREFIXES = bytes.fromhex("26 2e 36 3e 64 65 66 67 f0 f2 f3")


def random_string(rng: random.Random) -> bytes:
    """15 to 18 bytes, with a bias to prefixes and to the vector encodings."""
    tail = rng.randbytes(17)
    shape = rng.randrange(16)
    if shape < 3:
        return tail
    prefixes = bytes(rng.choice(LEGACY_PREFIXES) for _ in range(rng.choice((0, 0, 0, 1, 1, 2, 3))))
    rex = bytes((0x40 | rng.randrange(16),)) if rng.randrange(3) == 0 else b""
    if shape < 6:
        opcode = b""
    elif shape < 8:
        opcode = b"\x0f"
    elif shape < 10:
        opcode = rng.choice((b"\x0f\x38", b"\x0f\x3a"))
    else:
        if rng.randrange(8):
            prefixes = rex = b""
        payload = rng.randbytes(3)
        r_x_b = payload[0] & 0xE0 | 0xC0 * rng.randrange(2)
        if rng.randrange(2):  # more often no vvvv operand
            payload = bytes((payload[0], payload[1] | 0x78, payload[2]))
        if shape == 10:
            opcode = b"\xc5" + bytes((payload[1] | 0x80 * rng.randrange(2),))
        elif shape < 13:
            opcode = b"\xc4" + bytes((r_x_b | rng.randrange(1, 4), payload[1]))
        elif shape == 13:
            opcode = b"\x8f" + bytes((r_x_b | rng.randrange(8, 11), payload[1] & ~3))
        else:
            first = r_x_b | payload[0] & 0x10 | rng.choice((1, 2, 3, 5, 6))
            third = payload[2] if rng.randrange(2) else payload[2] & 0x60 | 8
            opcode = bytes((0x62, first, payload[1] | 4, third))
    return prefixes + rex + opcode + tail


PREFIX_SETS = [bytes.fromhex(text) for text in (
    "", "66", "f2", "f3", "67", "f0", "66f2", "66f3", "f266", "f3f2", "f2f3", "6667", "64", "2e", "642e",
    "f066", "48", "41", "44", "4f", "6648", "4866", "f348", "f241", "66f349", "4848", "f048", "6748", "40")]


TAIL = bytes.fromhex("24 10 32 54 76 98 ba dc fe 11 22 33")
SOME_MODRM = bytes.fromhex("00 04 05 0d 14 44 4c 8d c0 c1 c8 d3 dc e5 ee f7 ff")
EVEX_SECOND = bytes.fromhex("7c fc 7d fd 7e fe 7f ff 3d bd")
EVEX_THIRD = bytes.fromhex("08 28 48 68 18 38 58 78 09 89 88 49 c9 00 41 59 d9")


def legacy_strings(prefixes: Iterable[bytes]) -> Iterator[bytes]:
    """Every opcode of every legacy map with every ModRM byte behind each of the prefixes."""
    for prefix, escape in product(prefixes, (b"", b"\x0f", b"\x0f\x38", b"\x0f\x3a")):
        for opcode, modrm in product(range(256), range(256)):
            yield prefix + escape + bytes((opcode, modrm)) + TAIL


def structured_strings() -> Iterator[bytes]:
    """The legacy maps behind many prefixes; 3DNow!; VEX, XOP and EVEX with many payloads."""
    yield from legacy_strings(PREFIX_SETS)
    for suffix in range(256):
        yield bytes((0x0F, 0x0F, 0xC1, suffix)) + TAIL
        yield bytes((0x0F, 0x0F, 0x44, 0x24, 0x10, suffix)) + TAIL
    payloads = [second for second in range(256) if second & 0x78 in (0x78, 0x70, 0x38)]
    for first, opcode_map, second in product((0xE0, 0x60, 0xC0), (1, 2, 3, 8, 9, 10), payloads):
        escape_byte = 0x8F if opcode_map >= 8 else 0xC4
        for opcode, modrm in product(range(256), SOME_MODRM):
            yield bytes((escape_byte, first | opcode_map, second, opcode, modrm)) + TAIL
    for opcode_map, second, third in product((1, 2, 3, 5, 6), EVEX_SECOND, EVEX_THIRD):
        for opcode, modrm in product(range(256), SOME_MODRM):
            yield bytes((0x62, 0xF0 | opcode_map, second, third, opcode, modrm)) + TAIL


def code_of(path: Path) -> bytes:
    """The contents of an ELF file's executable sections."""
    from elftools.elf.elffile import ELFFile

    with path.open("rb") as file:
        sections = [s.data() for s in ELFFile(file).iter_sections() if s["sh_flags"] & 4]
    return b"".join(sections)


def file_strings(path: Path, mode: int) -> Iterator[bytes]:
    code = code_of(path) + bytes(16)
    position = 0
    while position < len(code) - 16:
        string = code[position:position + 16]
        yield string
        position += max(decode_length(string, mode), 1)


# -- the sweep ---------------------------------------------------------------------------------


def sweep(strings: Iterable[bytes], modes: Iterable[int] = MODES,
          limit: int = 20) -> tuple[int, Counter[str]]:
    """Compare on each string in each mode; answers the count and the differences found, by kind."""
    found: Counter[str] = Counter()
    count = 0
    modes = tuple(modes)
    for string in strings:
        for mode in modes:
            count += 1
            problem = difference(string, mode)
            if problem:
                kind = problem.split(":")[0]
                found[kind] += 1
                if found[kind] <= limit:
                    print(f"{mode}: {string.hex(' ')}: {problem}")
    return count, found


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="decode_sweep", description=(__doc__ or "").strip().splitlines()[0])
    parser.add_argument("--count", type=int, default=0, help="random strings, each in three modes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--structured", action="store_true", help="every opcode, prefix and ModRM")
    parser.add_argument("--part", type=int, default=1, help="take only one in PART structured strings")
    parser.add_argument("--file", type=Path, action="append", default=[], help="the code of an ELF file")
    parser.add_argument("--limit", type=int, default=20, help="differences shown of each kind")
    options = parser.parse_args(arguments)
    started = time.monotonic()
    total = 0
    differences: Counter[str] = Counter()

    def run(strings: Iterable[bytes], modes: Iterable[int] = MODES) -> None:
        nonlocal total
        count, found = sweep(strings, modes, options.limit)
        total += count
        differences.update(found)

    if options.count:
        rng = random.Random(options.seed)
        run(random_string(rng) for _ in range(options.count))
    if options.structured:
        run(islice(structured_strings(), options.seed % options.part, None, options.part))
    for path in options.file:
        for mode in MODES:
            run(file_strings(path, mode), (mode,))
    print(f"{total} decodings compared in {time.monotonic() - started:.0f} s, "
          f"{differences.total()} differences {dict(differences)}")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
