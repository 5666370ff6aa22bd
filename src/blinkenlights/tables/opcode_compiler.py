"""Reads the opcode table and compiles it into the blob the decoder works from.

The table is the files `opcodes/*.txt`, one instruction form a row, written as in the Intel manual:

    66 0F 38 F6 /r                ADCX      Gy Ey
    VEX.VL.66.0F.W1 58 /r         ...
    80 /0                         ADD       Eb Is   ; lock

`[NAME]` starts the rows of one extension. A row has four parts.

Encoding. Legacy: an optional prefix condition (NP no prefix, 66, F3, F2, NFx neither F2 nor F3;
none: any prefix, and 66 is the operand size), the opcode with its escape bytes, then `/r`, `/digit`
or a second opcode byte in the place of ModRM; `+r`, `+i`: the low three bits are an operand; `+c`:
the low four bits are a condition. VEX, EVEX, XOP: kind.length.prefix.map.W, where the length is LIG
(ignored), LZ, L1, VL (any), 128, 256, 512 or several joined by `+`, and no W means that either is
good and chooses the size of `y` operands.

Mnemonic, by the rules at `MNEMONICS` in `tables/isa.py`.

Operands, an addressing method and a size, as in the manual's appendix A:
    E general register or memory (ModRM.rm)   G general register (ModRM.reg)   R register only (rm)
    M memory only     Z general register in the opcode     B general register in VEX.vvvv
    W V U H L         vector: register or memory, reg, rm register, vvvv, bits 7:4 of the immediate
    Q P N             MMX: register or memory, reg, rm register
    KE KG KR KH       opmask, likewise;  TR TG TH tile
    S C D             segment, control and debug register (ModRM.reg)
    I J A             immediate, relative target, far pointer;  O memory at a direct address
    X Y               string source and destination; [rDI], [rBX]: memory addressed by a register
    Mxq, Mhd          vector-indexed memory: index as long as the vector (x) or half of it (h), then
                      the element's size
    Ry/Mb             a register of one size or memory of another
    AL, rAX, DX, ES, ST0, STi, 1, ...   that register or number
Sizes: b w d q 1 to 8 bytes, t 10, dq 16, qq 32, zz 64, o none, digits: bytes; v by operand size (2,
4, 8), z (2, 4, 4), y 4, or 8 with W; n 8 in 64-bit code, else 4; m by address size; p far pointer;
a BOUND's pair; s descriptor table register; env, sta x87 environment and state; vector length x, its
half h, quarter f, eighth g; u VMOVDDUP's. Immediates: Ib, Iw, Id unsigned; Is a sign-extended byte;
Iz sign-extended; Iv whole; Im the low four bits beside an L operand.

Attributes after `;`:
    lock                may have LOCK with a memory destination
    no64, only64        not in, only in 64-bit code
    os16, os32, os64    only with this operand size, as prefixes say it
    as32                only with 32-bit addresses
    def64, force64      64-bit code: the operand size is 8 unless 66 makes it 2; is 8 always
    priv                privileged, or needs I/O privilege
    ignore-mod          ModRM.rm is a register whatever mod says
    wig32               W is ignored outside 64-bit code
    sib, rm0            memory needs a SIB byte; ModRM is a register form with rm 0
    distinct            all vector (or tile) registers must differ; distinct-dst: destination from sources
    k, kz, k!           opmask allowed, with zeroing too, required;  bc2 bc4 bc8 broadcast of such elements
    n1, n2, n4, n8      EVEX: an 8-bit displacement counts in such units, not in the operand's size
    er, sae             embedded rounding, suppression of exceptions
    no66                66 not allowed

The most specific row that fits wins; the order of rows means nothing.
"""

import re
import struct
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "opcodes"
VERSION = 1


class Form(NamedTuple):
    """One row of the table."""

    number: int
    extension: str
    encoding: str
    mnemonic: str
    operands: tuple[str, ...]
    attributes: frozenset[str]
    source: str


def read_table(folder: Path = FOLDER) -> list[Form]:
    forms: list[Form] = []
    for path in sorted(folder.glob("*.txt")):
        extension = ""
        for line_number, line in enumerate(path.read_text("ascii").splitlines(), 1):
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            if line.startswith("["):
                extension = line.strip("[]")
                continue
            body, _, attributes = line.partition(";")
            columns = [column.strip() for column in re.split(r"  +", body.strip())]
            forms.append(Form(len(forms), extension, columns[0], columns[1],
                              tuple(columns[2].split()) if len(columns) > 2 else (),
                              frozenset(attributes.split()), f"{path.name}:{line_number}"))
    return forms


# -- conditions --------------------------------------------------------------------------------
# The decoder describes what it sees by one bit of each group; a form lists the bits that exclude
# it. core/decode.pxd has the same numbers.

PREFIX = {"NP": 0, "66": 1, "F3": 2, "F2": 3}
MODE = {16: 4, 32: 5, 64: 6}
OSIZE = {16: 7, 32: 8, 64: 9}
W0, W1_64, W1_32 = 10, 11, 12  # W=1 in 64-bit code, in other code
LENGTH = 13  # and 14, 15, 16
MEMORY, REGISTER = 17, 18
LOCK_MEMORY, LOCK_REGISTER = 19, 20
REX_B = 21
REG = 22  # 8 bits: ModRM.reg
RM = 30  # 8 bits: ModRM.rm
VVVV, V_HIGH = 38, 39  # VEX.vvvv is not 1111; EVEX.V' is not 1
ZEROING, ZEROING_MEMORY = 40, 41
BROADCAST, ROUNDING = 42, 43  # EVEX.b with memory, with registers
MASK, NO_MASK = 44, 45
HAS_66 = 46
ASIZE_NOT_32 = 47

# Spaces of 256 opcodes.
SPACES = {"": 0, "0F": 1, "0F38": 2, "0F3A": 3, "3DNOW": 4,
          "VEX.0F": 5, "VEX.0F38": 6, "VEX.0F3A": 7,
          "EVEX.0F": 8, "EVEX.0F38": 9, "EVEX.0F3A": 10, "EVEX.MAP5": 11, "EVEX.MAP6": 12,
          "XOP.MAP8": 13, "XOP.MAP9": 14, "XOP.MAP10": 15}

# -- operands ----------------------------------------------------------------------------------
# Where an operand comes from; core/decode.pxd has the same numbers.

(RM_FIELD, REG_FIELD, VVVV_FIELD, OPCODE_FIELD, IS4, IMMEDIATE, IMMEDIATE2, RELATIVE, FAR, MOFFS,
 STRING_SOURCE, STRING_DESTINATION, FIXED, CONSTANT, BY_RDI, BY_RBX) = range(1, 17)

# `Operand.kind` of core/decode.pxd
GENERAL, SEGMENT, CONTROL, DEBUG, VECTOR, MMX, STACK, OTHER = 1, 7, 8, 9, 10, 12, 13, 17

SIZES = {"b": 1, "w": 2, "d": 4, "q": 8, "t": 10, "dq": 16, "qq": 32, "zz": 64, "o": 0,
         "v": 128, "z": 129, "y": 130, "n": 131, "m": 132, "p": 133, "a": 134, "s": 135, "env": 136,
         "sta": 137, "x": 138, "h": 139, "f": 140, "g": 141, "u": 142}

# method: (source, kind of the register, may be register, may be memory)
METHODS = {
    "E": (RM_FIELD, GENERAL, True, True), "R": (RM_FIELD, GENERAL, True, False),
    "M": (RM_FIELD, GENERAL, False, True), "G": (REG_FIELD, GENERAL, True, False),
    "Z": (OPCODE_FIELD, GENERAL, True, False), "B": (VVVV_FIELD, GENERAL, True, False),
    "W": (RM_FIELD, VECTOR, True, True), "U": (RM_FIELD, VECTOR, True, False),
    "V": (REG_FIELD, VECTOR, True, False), "H": (VVVV_FIELD, VECTOR, True, False),
    "H4": (VVVV_FIELD, VECTOR, True, False), "L": (IS4, VECTOR, True, False),
    "Q": (RM_FIELD, MMX, True, True), "N": (RM_FIELD, MMX, True, False),
    "P": (REG_FIELD, MMX, True, False),
    "KE": (RM_FIELD, OTHER, True, True), "KR": (RM_FIELD, OTHER, True, False),
    "KG": (REG_FIELD, OTHER, True, False), "KP": (REG_FIELD, OTHER, True, False),
    "KH": (VVVV_FIELD, OTHER, True, False),
    "TR": (RM_FIELD, OTHER, True, False), "TG": (REG_FIELD, OTHER, True, False),
    "TH": (VVVV_FIELD, OTHER, True, False),
    "S": (REG_FIELD, SEGMENT, True, False), "C": (REG_FIELD, CONTROL, True, False),
    "D": (REG_FIELD, DEBUG, True, False),
    "O": (MOFFS, 0, False, True), "X": (STRING_SOURCE, 0, False, True),
    "Y": (STRING_DESTINATION, 0, False, True),
    "[rDI]": (BY_RDI, 0, False, True), "[rBX]": (BY_RBX, 0, False, True),
}

# name: (kind, number, size)
FIXED_REGISTERS = {
    "AL": (GENERAL, 0, "b"), "CL": (GENERAL, 1, "b"), "AX": (GENERAL, 0, "w"), "DX": (GENERAL, 2, "w"),
    "EAX": (GENERAL, 0, "d"), "RAX": (GENERAL, 0, "q"), "rAX": (GENERAL, 0, "v"), "eAX": (GENERAL, 0, "z"),
    "ES": (SEGMENT, 0, "w"), "CS": (SEGMENT, 1, "w"), "SS": (SEGMENT, 2, "w"), "DS": (SEGMENT, 3, "w"),
    "FS": (SEGMENT, 4, "w"), "GS": (SEGMENT, 5, "w"), "ST0": (STACK, 0, "t"),
}

# What follows ModRM and displacement; core/decode.pxd has the same numbers.
IMMEDIATES = {(): 0, ("Ib",): 1, ("Is",): 2, ("Iw",): 3, ("Id",): 4, ("Iz",): 5, ("Iv",): 6, ("Jb",): 7,
              ("Jz",): 8, ("Ap",): 9, ("Iw", "Ib"): 10, ("Ib", "Ib"): 11, ("L",): 12, ("L", "Im"): 13,
              ("O",): 14}

# Flags of a form.
(HAS_MODRM, DEFAULT_64, FORCE_64, IGNORE_MOD, VECTOR_INDEX_FULL, VECTOR_INDEX_HALF, NEEDS_SIB, DISTINCT,
 DISTINCT_DESTINATION, EVEX_LENGTH_IGNORED, PRIVILEGED) = (1 << n for n in range(11))


class Operand(NamedTuple):
    source: int
    kind: int
    register_size: int  # for FIXED and CONSTANT the number
    memory_size: int
    register: bool
    memory: bool


def size_code(text: str) -> int:
    if text.isdigit():
        return int(text) if int(text) < 128 else 0
    return SIZES[text]


def parse_operand(text: str) -> Operand:
    if text in FIXED_REGISTERS:
        kind, number, width = FIXED_REGISTERS[text]
        return Operand(FIXED, kind, number, SIZES[width], True, False)
    if text == "rAXm":
        return Operand(FIXED, GENERAL, 0, SIZES["m"], True, False)
    if text == "STi":
        return Operand(RM_FIELD, STACK, 10, 0, True, False)
    if text == "1":
        return Operand(CONSTANT, 0, 1, 1, False, False)
    if text in ("Im",):
        return Operand(IMMEDIATE, 0, 1, 1, False, False)
    if text[0] in "IJA":
        source = {"I": IMMEDIATE, "J": RELATIVE, "A": FAR}[text[0]]
        return Operand(source, 0, SIZES["b"] if text[1] == "s" else SIZES[text[1]], 0, False, False)
    if "/" in text:
        one, other = (parse_operand(part) for part in text.split("/"))
        return Operand(RM_FIELD, one.kind, one.register_size, other.memory_size, True, True)
    if re.fullmatch(r"M[xh][dq]", text):
        return Operand(RM_FIELD, GENERAL, 0, SIZES[text[2]], False, True)
    match = re.match(r"\[r..\]|K[EGRHP]|T[GRH]|H4|[A-Z]", text)
    assert match, text
    source, kind, register, memory = METHODS[match[0]]
    size = size_code(text[match.end():] or "o")
    if match[0][0] == "K" and match[0] != "KE":
        size = 8
    return Operand(source, kind, size, size, register, memory)


# -- encodings ---------------------------------------------------------------------------------


class Encoding(NamedTuple):
    space: int
    opcodes: list[int]
    deny: int  # what prefixes, length, W and the ModRM digits exclude
    evex: bool
    has_modrm: bool
    reg: int | None
    flags: int


def bits(*numbers: int) -> int:
    return sum(1 << number for number in numbers)


def deny_others(base: int, count: int, allowed: set[int]) -> int:
    return bits(*(base + n for n in range(count) if n not in allowed))


def parse_modrm(words: list[str]) -> tuple[bool, int, int | None]:
    """What stands after the opcode: (has ModRM, excluded bits, the reg digit)."""
    if not words:
        return False, 0, None
    (word,) = words
    if word == "/r":
        return True, 0, None
    if word[0] == "/":
        return True, deny_others(REG, 8, {int(word[1])}), int(word[1])
    byte = int(word[:2], 16)
    assert byte >= 0xC0 and word[2:] in ("", "+i"), word
    reg = byte >> 3 & 7
    deny = deny_others(REG, 8, {reg}) | bits(MEMORY)
    if not word.endswith("+i"):
        deny |= deny_others(RM, 8, {byte & 7})
    return True, deny, reg


def parse_opcode(word: str) -> list[int]:
    opcode = int(word[:2], 16)
    return list(range(opcode, opcode + {"": 1, "+r": 8, "+c": 16}[word[2:]]))


def parse_legacy(words: list[str]) -> Encoding:
    deny = 0
    if words[0] in ("NFx", *PREFIX):
        allowed = {0, 1} if words[0] == "NFx" else {PREFIX[words[0]]}
        deny |= deny_others(0, 4, allowed)
        words = words[1:]
    space = ""
    if words[0] == "0F" and len(words) > 1:
        space = "0F"
        words = words[1:]
        if words[0] in ("38", "3A"):
            space += words[0]
            words = words[1:]
        elif words[0] == "0F":
            space = "3DNOW"
            words = words[1:]
    has_modrm, modrm_deny, reg = parse_modrm(words[1:])
    return Encoding(SPACES[space], parse_opcode(words[0]), deny | modrm_deny, False, has_modrm, reg, 0)


def parse_vector(words: list[str], attributes: frozenset[str]) -> Encoding:
    """VEX, EVEX and XOP."""
    kind, length, prefix, opcode_map, *w = words[0].split(".")
    deny = deny_others(0, 4, {PREFIX[prefix]})
    flags = 0
    if length == "LIG":
        if kind == "EVEX":
            flags |= EVEX_LENGTH_IGNORED
            deny |= bits(LENGTH + 3)
    elif length == "VL":
        deny |= deny_others(LENGTH, 4, {0, 1, 2} if kind == "EVEX" else {0, 1})
    else:
        numbers = {"LZ": 0, "L1": 1, "L2": 2, "128": 0, "256": 1, "512": 2}
        deny |= deny_others(LENGTH, 4, {numbers[word] for word in length.split("+")})
    if w == ["W0"]:
        deny |= bits(W1_64) | (0 if "wig32" in attributes else bits(W1_32))
    elif w == ["W1"]:
        deny |= bits(W0)
    has_modrm, modrm_deny, reg = parse_modrm(words[2:])
    return Encoding(SPACES[f"{kind}.{opcode_map}"], parse_opcode(words[1]), deny | modrm_deny,
                    kind == "EVEX", has_modrm, reg, flags)


ATTRIBUTE_FLAGS = {"def64": DEFAULT_64, "force64": FORCE_64, "ignore-mod": IGNORE_MOD, "sib": NEEDS_SIB,
                   "distinct": DISTINCT, "distinct-dst": DISTINCT_DESTINATION, "priv": PRIVILEGED}
ATTRIBUTE_DENIES = {"no64": bits(MODE[64]), "only64": bits(MODE[16], MODE[32]),
                    "os16": bits(OSIZE[32], OSIZE[64]), "os32": bits(OSIZE[16], OSIZE[64]),
                    "os64": bits(OSIZE[16], OSIZE[32]), "rm0": deny_others(RM, 8, {0}) | bits(MEMORY),
                    "no66": bits(HAS_66), "as32": bits(ASIZE_NOT_32)}
OTHER_ATTRIBUTES = {"lock", "wig32", "k", "kz", "k!", "bc2", "bc4", "bc8", "er", "sae", "n1", "n2", "n4",
                    "n8"}


def evex_deny(attributes: frozenset[str], operands: list[Operand]) -> int:
    deny = 0
    if not attributes & {"k", "kz", "k!"}:
        deny |= bits(MASK)
    if "k!" in attributes:
        deny |= bits(NO_MASK)
    if "kz" not in attributes:
        deny |= bits(ZEROING)
    elif operands[0].memory:
        deny |= bits(ZEROING_MEMORY)
    if not attributes & {"bc2", "bc4", "bc8"}:
        deny |= bits(BROADCAST)
    if not attributes & {"er", "sae"}:
        deny |= bits(ROUNDING)
    return deny


class Compiled(NamedTuple):
    form: Form
    encoding: Encoding
    deny: int
    record: bytes


def compile_form(form: Form, mnemonic: int) -> Compiled:
    words = form.encoding.split()
    attributes = form.attributes
    unknown = attributes - OTHER_ATTRIBUTES - ATTRIBUTE_FLAGS.keys() - ATTRIBUTE_DENIES.keys()
    assert not unknown, (form, unknown)
    encoding = parse_vector(words, attributes) if "." in words[0] else parse_legacy(words)
    operands = [parse_operand(text) for text in form.operands]
    vector = encoding.space >= SPACES["VEX.0F"]
    deny = encoding.deny
    flags = encoding.flags | (HAS_MODRM if encoding.has_modrm else 0)
    for attribute in attributes:
        deny |= ATTRIBUTE_DENIES.get(attribute, 0)
        flags |= ATTRIBUTE_FLAGS.get(attribute, 0)

    for operand in operands:  # the operand in ModRM.rm says which forms of ModRM are good
        if operand.source == RM_FIELD and "ignore-mod" not in attributes:
            deny |= (0 if operand.register else bits(REGISTER)) | (0 if operand.memory else bits(MEMORY))
        assert operand.source not in (RM_FIELD, REG_FIELD) or encoding.has_modrm, form
    deny |= bits(LOCK_REGISTER) | (0 if "lock" in attributes else bits(LOCK_MEMORY))
    index = re.search(r"\bM([xh])[dq]\b", " ".join(form.operands))
    if index:
        flags |= (VECTOR_INDEX_FULL if index[1] == "x" else VECTOR_INDEX_HALF) | NEEDS_SIB
    if vector:
        if not any(operand.source == VVVV_FIELD for operand in operands):
            deny |= bits(VVVV) | (0 if index else bits(V_HIGH))
        if encoding.evex:
            deny |= evex_deny(attributes, operands)
    if form.operands and form.operands[0] == "Sw":
        deny |= bits(REG + 1)  # no MOV to CS
    if "Sw" in form.operands:
        deny |= bits(REG + 6, REG + 7)
    if form.mnemonic == "NOP" and form.encoding == "90":
        deny |= bits(REX_B)  # that is XCHG with R8

    immediates = tuple("L" if text[0] == "L" else "O" if text[0] == "O" else text
                       for text in form.operands if text[0] in "IJALO" and text not in ("AL", "AX"))
    sources = []
    seen = False
    for operand in operands:
        source = operand.source
        if source == IMMEDIATE:
            source = IMMEDIATE2 if seen else IMMEDIATE
            seen = True
        number = min(operand.register_size, 255)
        sources.append(struct.pack("<4B", source, operand.kind, number, operand.memory_size))
    broadcast = max([int(a[2]) for a in attributes if a.startswith("bc")], default=0)
    scale = max([int(a[1]) for a in attributes if re.fullmatch(r"n\d", a)], default=0)
    record = struct.pack("<HHBBBB20sI", mnemonic, flags, len(operands), IMMEDIATES[immediates], broadcast,
                         scale, b"".join(sources), 0)
    return Compiled(form, encoding, deny, record)


# -- the blob ----------------------------------------------------------------------------------


def mnemonics(forms: list[Form]) -> list[str]:
    return sorted({form.mnemonic for form in forms})


def entry(first: int, count: int, flags: int) -> int:
    return first | count << 16 | flags << 24


def compile_table(forms: list[Form]) -> bytes:
    """
    The blob: a header of 8 words (magic, version, offsets of index, groups, candidates, records and
    names, size); the index, one entry for each opcode of each space (first candidate, count, 1 = has
    ModRM, 2 = first is a group: 8 entries by ModRM.reg); candidates (excluding bits, form), the
    most specific first; a record for each form; the mnemonics.
    """
    names = mnemonics(forms)
    numbers = {name: number for number, name in enumerate(names)}
    slots: dict[tuple[int, int], list[Compiled]] = {}
    records = []
    for form in forms:
        compiled = compile_form(form, numbers[form.mnemonic])
        records.append(compiled.record)
        for opcode in compiled.encoding.opcodes:
            slots.setdefault((compiled.encoding.space, opcode), []).append(compiled)

    candidates: list[bytes] = []

    def place(matches: list[Compiled]) -> tuple[int, int]:
        first = len(candidates)
        matches = sorted(matches, key=lambda c: (-c.deny.bit_count(), c.form.number))
        candidates.extend(struct.pack("<QII", c.deny, c.form.number, 0) for c in matches)
        return first, len(matches)

    index = [0] * (256 * len(SPACES))
    groups: list[int] = []
    for (space, opcode), matches in sorted(slots.items()):
        modrm = {c.encoding.has_modrm for c in matches}
        assert len(modrm) == 1, [c.form for c in matches]
        if any(c.encoding.reg is not None for c in matches):
            first = len(groups)
            for reg in range(8):
                fitting = [c for c in matches if c.encoding.reg in (None, reg)]
                groups.append(entry(*place(fitting), 1))
            index[space << 8 | opcode] = entry(first, 8, 3)
        else:
            index[space << 8 | opcode] = entry(*place(matches), 1 if modrm == {True} else 0)

    parts = [struct.pack(f"<{len(index)}I", *index), struct.pack(f"<{len(groups)}I", *groups),
             b"".join(candidates), b"".join(records), " ".join(names).encode()]
    header_size = 32
    offsets = []
    position = header_size
    for number, part in enumerate(parts):
        parts[number] = part + b"\0" * (-len(part) % 16) if number < 4 else part
        offsets.append(position)
        position += len(parts[number])
    return struct.pack("<4s7I", b"BLKT", VERSION, *offsets, position) + b"".join(parts)


def compiled() -> bytes:
    return compile_table(read_table())


def write(target: Path) -> None:
    """Write the blob, leaving a file that is already right alone."""
    blob = compiled()
    if not target.exists() or target.read_bytes() != blob:
        target.write_bytes(blob)
