"""Pieces of programs: single instructions of every form, with registers that keep programs going.

Each round of a campaign gives the registers roles: some hold addresses, some small indices, all
others anything. Instructions that would overwrite the first two kinds are left out, so that memory
operands stay good over a whole program. Encodings are made a few thousand at a time and then used by
many programs, since making and decoding them is what takes time.
"""

import functools
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from iced_x86 import (
    Decoder,
    EncodingKind,
    Instruction,
    InstructionInfoFactory,
    MemorySizeExt,
    OpAccess,
    OpKind,
    Register,
    RegisterExt,
)

from tests.differential import values
from tests.differential.campaign import executed, select
from tests.differential.cases import BIT_TESTS, SHIFTS
from tests.differential.compare import APPROXIMATIONS, ICED_FLAGS
from tests.differential.forms import (
    MANDATORY,
    MAP_BYTES,
    MEMORY_OPERANDS,
    OPERAND_NAMES,
    VEX_MAP,
    VEX_PP,
    Form,
)
from tests.fuzz.layout import (
    CONTROL_CELLS,
    DATA,
    GS_BASE,
    HIGH,
    MXCSR_CELLS,
    PAGE,
    RBX,
    RDI,
    READ_ONLY,
    RSP,
    STACK,
    STATUS_FLAGS,
)

# What has pieces of its own (tests.fuzz.idioms) or cannot be used in the middle of anything.
NOT_SINGLE = {
    "flow": "JMP CALL RET RETF IRET IRETD IRETQ LOOP LOOPE LOOPNE JCXZ JECXZ JRCXZ",
    "faults": "UD0 UD1 UD2 HLT CLI STI IN OUT",
    "stack": "PUSH POP PUSHF POPF PUSHFQ POPFQ ENTER LEAVE",
    "segment registers": "LSS LFS LGS LDS LES",
    "moves fields that CPUs fill differently (FOP, FIP, FDP)": "FNSTENV FLDENV FNSAVE FRSTOR",
    "results or state are the processor's choice": "EXTRQ INSERTQ",
    "may fault part of the way": "VGATHERDPS VGATHERDPD VGATHERQPS VGATHERQPD "
                                 "VPGATHERDD VPGATHERDQ VPGATHERQD VPGATHERQQ",
}
SEGMENT_OPERANDS = {"SEG_REG", "ES", "CS", "SS", "DS", "FS", "GS"}
LEFT_OUT = {name for names in NOT_SINGLE.values() for name in names.split()}
APPROXIMATE = APPROXIMATIONS | {"V" + name for name in APPROXIMATIONS}

WRITES = {OpAccess.WRITE, OpAccess.COND_WRITE, OpAccess.READ_WRITE, OpAccess.READ_COND_WRITE}
MEMORY_WRITES = WRITES
IMPLICIT_MEMORY = {OpKind.MEMORY_SEG_SI, OpKind.MEMORY_SEG_ESI, OpKind.MEMORY_SEG_RSI, OpKind.MEMORY_SEG_DI,
                   OpKind.MEMORY_SEG_EDI, OpKind.MEMORY_SEG_RDI, OpKind.MEMORY_ESDI, OpKind.MEMORY_ESEDI,
                   OpKind.MEMORY_ESRDI}
DISPLACED = range(-0x500, 0x500)  # what is added to a pointer at most
SEGMENT_PREFIXES = (b"\x2e", b"\x36", b"\x3e", b"\x26")  # ignored in 64-bit code

info_of = InstructionInfoFactory().info


@dataclass(frozen=True)
class Roles:
    """What the general registers are for: `low` and `high` hold addresses, `index` small numbers."""

    low: tuple[int, ...]
    high: tuple[int, ...]
    index: tuple[int, ...]
    free: tuple[int, ...]

    @functools.cached_property
    def kept(self) -> int:
        """A bit for each register that pieces must leave alone."""
        return sum(1 << number for number in (*self.low, *self.high, *self.index, RSP))


def choose_roles(rng: random.Random) -> Roles:
    numbers = [number for number in range(16) if number != RSP]
    rng.shuffle(numbers)
    low, high, index = rng.choice([(2, 1, 1), (3, 1, 1), (2, 0, 2), (3, 0, 1), (2, 1, 2)])
    cut = [low, low + high, low + high + index]
    return Roles(tuple(numbers[:cut[0]]), tuple(numbers[cut[0]:cut[1]]),
                 tuple(numbers[cut[1]:cut[2]]), tuple(numbers[cut[2]:]))


@dataclass(slots=True)
class Piece:
    """Code that runs from its start to its end, unless it branches.

    `fixups`: where a 32-bit displacement lies, where its instruction ends, and what it leads to: an
    address, or the number of a label; an end of 0 stands for 64 bits that hold the address itself.
    """

    code: bytes
    fixups: tuple[tuple[int, int, int], ...] = ()
    reads: int = 0  # status flags, in their places in RFLAGS
    defines: int = 0
    undefines: int = 0
    writes: int = 0  # general registers, a bit each
    branches: bool = False
    label: int = -1  # this piece is a label and has no code


@dataclass
class Vocabulary:
    """What a round's programs are made of."""

    roles: Roles
    groups: dict[str, list[Piece]] = field(default_factory=dict)
    pushes: dict[int, list[Piece]] = field(default_factory=dict)  # by operand size in bytes
    pops: dict[int, list[Piece]] = field(default_factory=dict)
    on_rsp: list[Piece] = field(default_factory=list)  # change RSP and put it back
    wild: list[Piece] = field(default_factory=list)  # most of these fault
    definers: list[Piece] = field(default_factory=list)  # define all status flags


@dataclass(frozen=True)
class Shape:
    """What is the same in all encodings of a form."""

    form: Form
    size: int  # of the memory operand
    aligned: bool
    reg_kind: str
    rm_kind: str
    vvvv_kind: str
    opcode_kind: str
    modrm: bool


@functools.cache
def shape_of(form: Form) -> Shape:
    _, instruction = form.encode(random.Random(str(form)))
    kinds = [OPERAND_NAMES[kind] for kind in form.info.op_kinds()]

    def find(*endings: str) -> str:
        return next((kind for kind in kinds if kind.endswith(endings)), "")

    rm = next((kind for kind in kinds if kind in MEMORY_OPERANDS), "") or find("_RM")
    reg = next((kind for kind in kinds if kind.endswith(("_REG", "_REG_MEM"))), "")
    size = MemorySizeExt.size(instruction.memory_size) if form.memory else 0
    aligned = (size >= 16 and form.info.encoding == EncodingKind.LEGACY) or form.mnemonic in (
        "VMOVAPS", "VMOVAPD", "VMOVDQA", "VMOVNTPS", "VMOVNTPD", "VMOVNTDQ", "VMOVNTDQA")
    return Shape(form, size, aligned, reg, rm, find("_VVVV"), find("_OPCODE"),
                 form.info.is_group or form.info.is_rm_group or form.has_modrm)


@functools.cache
def usable_forms() -> dict[str, list[Form]]:
    """Single instructions by group, and those with the stack under their own names."""
    found: dict[str, list[Form]] = {}
    for form in select():
        if form.group is None or not executed(form) or form.mnemonic in APPROXIMATE:
            continue
        if SEGMENT_OPERANDS & {OPERAND_NAMES[kind] for kind in form.info.op_kinds()}:
            continue
        if form.mnemonic in ("PUSH", "POP"):
            if form.info.operand_size != 32:
                found.setdefault(form.mnemonic, []).append(form)
        elif form.mnemonic not in LEFT_OUT and not form.mnemonic.startswith("J"):
            found.setdefault(form.group, []).append(form)
    return found


class Encoder:
    """Makes encodings of forms with a round's roles."""

    def __init__(self, roles: Roles, rng: random.Random):
        self.roles = roles
        self.rng = rng
        self.kept = roles.kept
        self.target: int | None = None  # of a RIP-relative operand
        self.rex = 0
        self.prefixes = b""

    def piece(self, form: Form, wild: bool = False, tries: int = 8) -> Piece | None:
        """A random encoding of `form` that leaves addresses and indices alone; None if none came up."""
        for _ in range(tries):
            made = self.attempt(shape_of(form), wild)
            if made is not None:
                return made
        return None

    def attempt(self, shape: Shape, wild: bool) -> Piece | None:
        form = shape.form
        self.target, self.rex, self.prefixes = None, 0, b""
        reg = form.info.group_index if form.info.group_index >= 0 else self.register(shape.reg_kind, shape, 4)
        vvvv = self.register(shape.vvvv_kind, shape, 0) if shape.vvvv_kind else 0
        tail = self.memory(shape, wild) if form.memory and shape.modrm else b""
        if shape.modrm and not form.memory:
            rm = form.info.rm_group_index if form.info.rm_group_index >= 0 \
                else self.register(shape.rm_kind, shape, 1)
            tail = bytes([0xC0 | rm])
        if tail:
            tail = bytes([tail[0] | (reg & 7) << 3]) + tail[1:]
        immediates = self.offset_bytes() if shape.rm_kind == "MEM_OFFS" else self.immediates()
        if form.info.encoding == EncodingKind.VEX:
            code = self.vex(shape, vvvv, tail + immediates)
        else:
            code = self.legacy(shape, tail + immediates)
        decoder = Decoder(64, code)
        instruction = decoder.decode()
        if instruction.code != form.code:
            return None
        return self.checked(shape, instruction, code[:instruction.len], decoder, wild)

    def register(self, kind: str, shape: Shape, rex_bit: int) -> int:
        """A register number for an operand; its high bit goes to REX."""
        rng = self.rng
        if kind[:1] == "R" and kind[1:2].isdigit():
            if shape.form.memory and shape.form.mnemonic in BIT_TESTS and shape.form.info.op_count == 2:
                number = rng.choice(self.roles.index)
            elif kind.startswith("R8") and rng.random() < 0.4:
                number = rng.randrange(4, 8)  # AH to BH, if there is no REX
            elif not self.kept >> RSP & 1 and rng.random() < 0.6:
                number = RSP
            else:
                number = rng.choice(self.roles.free) if rng.random() < 0.85 else rng.randrange(16)
        elif kind.startswith(("XMM", "YMM")):
            number = rng.choice((0, 1, 2, 3, rng.randrange(16)))
        else:
            number = rng.randrange(8)
        if number >= 8:
            self.rex |= rex_bit
        return number if not rex_bit else number & 7

    def memory(self, shape: Shape, wild: bool) -> bytes:
        """ModRM (without its reg field), SIB and displacement."""
        rng, roles = self.rng, self.roles
        special = {"LDMXCSR": MXCSR_CELLS, "VLDMXCSR": MXCSR_CELLS, "FLDCW": CONTROL_CELLS}
        if shape.form.mnemonic in special and not wild:
            return self.absolute(special[shape.form.mnemonic] + 4 * rng.randrange(4))
        if wild:
            return self.based(rng.choice(roles.free), rng.choice((0, 8, -8, 0x1000)), None)
        offset = rng.choice(DISPLACED) if rng.random() < 0.5 else rng.randrange(-128, 128)
        align = 32 if shape.size >= 32 else 16
        if (shape.aligned and rng.random() < 0.97) or rng.random() < 0.5:
            offset &= -align
        index = rng.choice(roles.index) if rng.random() < 0.3 else None
        kind = rng.random()
        if kind < 0.55:
            low = not roles.high or rng.random() < 0.8
            if low and rng.random() < 0.06:
                self.prefixes += b"\x67"
            if rng.random() < 0.04:
                self.prefixes += rng.choice(SEGMENT_PREFIXES)
            return self.based(rng.choice(roles.low if low else roles.high), offset, index)
        if kind < 0.68:
            return self.based(RSP, offset % 0x400 - 0x200 & -8, index)
        middle = DATA + 2 * PAGE + offset
        if kind < 0.76:
            return self.absolute(middle, index)
        if kind < 0.90:
            self.target = rng.choice((middle, middle, STACK + PAGE + offset % (PAGE - 64), READ_ONLY + 64))
            if rng.random() < 0.05:
                self.prefixes += b"\x67"
            return b"\x05\0\0\0\0"
        if kind < 0.96:
            self.prefixes += b"\x65"
            return self.absolute(middle - GS_BASE, index)
        self.prefixes += b"\x64"
        return self.absolute(offset % 0x800 - 0x300 & (-align if shape.aligned else -1), index)

    def based(self, base: int, offset: int, index: int | None) -> bytes:
        rng = self.rng
        if base >= 8:
            self.rex |= 1
        if offset == 0 and base & 7 != 5 and rng.random() < 0.7:
            mod, tail = 0, b""
        elif -128 <= offset < 128 and rng.random() < 0.9:
            mod, tail = 0x40, (offset & 0xFF).to_bytes(1, "little")
        else:
            mod, tail = 0x80, (offset & 0xFFFFFFFF).to_bytes(4, "little")
        if index is None and base & 7 != 4 and rng.random() < 0.95:
            return bytes([mod | base & 7]) + tail
        return bytes([mod | 4, self.sib(base, index)]) + tail

    def sib(self, base: int, index: int | None) -> int:
        if index is None:
            return self.rng.randrange(4) << 6 | 4 << 3 | base & 7
        if index >= 8:
            self.rex |= 2
        return self.rng.randrange(4) << 6 | (index & 7) << 3 | base & 7

    def absolute(self, address: int, index: int | None = None) -> bytes:
        return bytes([4, self.sib(5, index)]) + (address & 0xFFFFFFFF).to_bytes(4, "little")

    def immediates(self) -> bytes:
        rng = self.rng
        kind = rng.random()
        if kind < 0.4:
            return values.integer(rng).to_bytes(8, "little")
        if kind < 0.7:
            return bytes([rng.choice((0, 1, 2, 3, 7, 8, 15, 16, 31, 32, 63, 0x7F, 0x80, 0xFF))]) + bytes(7)
        return rng.randbytes(8)

    def offset_bytes(self) -> bytes:
        """The address in MOV's own form of an absolute operand."""
        near = DATA + PAGE + self.rng.randrange(0x100, 2 * PAGE - 8)
        return self.rng.choice((near, HIGH + near % PAGE & -8)).to_bytes(8, "little")

    def legacy(self, shape: Shape, tail: bytes) -> bytes:
        info, rng = shape.form.info, self.rng
        prefixes = self.prefixes
        if info.operand_size == 16:
            prefixes = b"\x66" + prefixes
        if info.address_size == 32:
            prefixes += b"\x67"
        if shape.form.memory and info.can_use_lock_prefix and rng.random() < 0.3:
            prefixes += b"\xf0"
        opcode = info.op_code
        if shape.opcode_kind:
            if shape.opcode_kind.startswith("R"):
                opcode |= self.register(shape.opcode_kind, shape, 1)
            else:
                opcode |= rng.getrandbits(3)
        wide = info.operand_size == 64 and not info.default_op_size64
        if not wide and not info.operand_size and info.w:
            wide = True
        rex = self.rex | (8 if wide else 0)
        prefixes += MANDATORY.get(info.mandatory_prefix, b"")
        if rex or rng.random() < 0.2:
            prefixes += bytes([0x40 | rex])
        return prefixes + MAP_BYTES[info.table] + opcode.to_bytes(info.op_code_len, "big") + tail

    def vex(self, shape: Shape, vvvv: int, tail: bytes) -> bytes:
        info, rng = shape.form.info, self.rng
        second = (~self.rex & 7) << 5 | VEX_MAP[info.table]
        second = (second & 0x1F) | (0 if self.rex & 4 else 0x80) | (0 if self.rex & 2 else 0x40) \
            | (0 if self.rex & 1 else 0x20)
        wide = rng.getrandbits(1) if info.is_wig or info.is_wig32 else info.w
        third = wide << 7 | (~vvvv & 15) << 3 | VEX_PP.get(info.mandatory_prefix, 0)
        third |= 4 if (rng.getrandbits(1) if info.is_lig else info.l) else 0
        head = bytes([0xC4, second, third])
        if second & 0x7F == 0x61 and third < 0x80 and rng.random() < 0.7:
            head = bytes([0xC5, second & 0x80 | third])
        return self.prefixes + head + info.op_code.to_bytes(info.op_code_len, "big") + tail

    def checked(self, shape: Shape, ins: Instruction, code: bytes, decoder: Decoder,
                wild: bool) -> Piece | None:
        """The piece, if it leaves alone what it must."""
        mnemonic = shape.form.mnemonic
        used = info_of(ins)
        written = 0
        for register in used.used_registers():
            if register.access in WRITES and RegisterExt.is_gpr(register.register):
                written |= 1 << RegisterExt.number(RegisterExt.full_register(register.register))
        if mnemonic in ("PUSH", "POP"):
            written &= ~(1 << RSP)
            if mnemonic == "POP" and ins.op0_register == Register.RSP:
                return None
        if written & self.kept:
            return None
        if any(ins.op_kind(i) in IMPLICIT_MEMORY for i in range(ins.op_count)) and (
                mnemonic not in ("MASKMOVQ", "MASKMOVDQU", "VMASKMOVDQU") or RDI not in self.roles.low):
            return None
        if mnemonic == "XLATB" and RBX not in self.roles.low:
            return None
        if self.target is not None and not wild and self.target >= READ_ONLY and any(
                memory.access in MEMORY_WRITES for memory in used.used_memory()) and self.rng.random() < 0.95:
            return None
        reads, defines, undefines = flags_of(shape, ins)
        if reads is None:
            return None
        fixups: tuple[tuple[int, int, int], ...] = ()
        if self.target is not None:
            at = decoder.get_constant_offsets(ins).displacement_offset
            fixups = ((at, len(code), self.target),)
        return Piece(code, fixups, reads, defines, undefines, written)


def rflags(bits: int) -> int:
    """iced's flag bits as those of RFLAGS."""
    return sum(flag for bit, flag in ICED_FLAGS.items() if bits & bit)


def flags_of(shape: Shape, ins: Instruction) -> tuple[int | None, int, int]:
    """Status flags that the instruction reads, always defines, and may leave undefined.

    The first is None when its very result would be undefined.
    """
    mnemonic = shape.form.mnemonic
    reads = rflags(ins.rflags_read)
    undefined = rflags(ins.rflags_undefined)
    defines = rflags(ins.rflags_written | ins.rflags_cleared | ins.rflags_set) & ~undefined
    if mnemonic not in SHIFTS or mnemonic in ("SHLX", "SHRX", "SARX"):
        return reads, defines, undefined
    size = operand_bits(ins)
    last = ins.op_count - 1
    rotates = mnemonic in ("ROL", "ROR", "RCL", "RCR")
    if ins.op_kind(last) == OpKind.IMMEDIATE8:
        count = ins.immediate8 & (63 if size == 64 else 31)
        if count == 0:
            return reads, 0, 0
        undefined = (0 if rotates else 0x10) | (0x800 if count != 1 else 0)
    else:  # by CL, which may be 0 and then leaves all flags alone
        count = 31 if size < 32 else 1
        defines, undefined = 0, 0x800 | (0 if rotates else 0x10)
    if mnemonic in ("SHLD", "SHRD"):
        if count > size:
            return None, 0, 0
    elif not rotates and count >= size:
        undefined |= 1
    return reads, defines & ~undefined, undefined


def operand_bits(ins: Instruction) -> int:
    if ins.op0_kind == OpKind.MEMORY:
        return MemorySizeExt.size(ins.memory_size) * 8
    return RegisterExt.size(ins.op0_register) * 8


COMPARE_AL = Piece(b"\x38\xc0", defines=STATUS_FLAGS)

# How many pieces of each group a round has; groups of vector instructions share what is for them.
COUNTS = {"integer": 900, "bmi": 130, "mmx": 100, "sse": 420, "crypto": 30, "x87": 220}
COUNT_OF_OTHERS = 110
WEIGHTY = ("MOV", "ADD", "SUB", "AND", "OR", "XOR", "CMP", "TEST", "LEA", "INC", "DEC", "SHL", "SHR", "SAR",
           "MOVZX", "MOVSX", "MOVSXD", "ADC", "SBB", "IMUL")


def make_vocabulary(rng: random.Random, roles: Roles) -> Vocabulary:
    vocabulary = Vocabulary(roles)
    encoder = Encoder(roles, rng)
    forms = usable_forms()
    for group, members in forms.items():
        if group in ("PUSH", "POP"):
            continue
        count = COUNTS.get(group, COUNT_OF_OTHERS)
        pieces = encode_some(encoder, members, count, rng)
        if group == "integer":
            usual = [form for form in members if form.mnemonic in WEIGHTY]
            pieces += encode_some(encoder, usual, count // 2, rng)
        vocabulary.groups[group] = pieces
    for mnemonic, table in (("PUSH", vocabulary.pushes), ("POP", vocabulary.pops)):
        for size in (8, 2):
            members = [form for form in forms.get(mnemonic, ())
                       if (form.info.operand_size == 16) == (size == 2)]
            table[size] = encode_some(encoder, members, 30, rng)
    vocabulary.on_rsp = changes_of_rsp(encoder, forms["integer"] + forms.get("bmi", []), rng)
    memory_forms = [form for form in forms["integer"] + forms["sse"] if form.memory]
    vocabulary.wild = encode_some(encoder, memory_forms, 40, rng, wild=True)
    vocabulary.definers = [piece for piece in vocabulary.groups["integer"]
                           if piece.defines == STATUS_FLAGS and not piece.reads and not piece.undefines
                           and not piece.fixups and len(piece.code) < 8] or [COMPARE_AL]
    return vocabulary


def changes_of_rsp(encoder: Encoder, forms: Sequence[Form], rng: random.Random) -> list[Piece]:
    """Instructions that write RSP or a part of it; another register saves it and gets what became of it.

        mov save, rsp; ...; xchg save, rsp
    """
    encoder.kept &= ~(1 << RSP)
    made = []
    for piece in encode_some(encoder, forms, 250, rng):
        saves = [number for number in encoder.roles.free if not piece.writes >> number & 1]
        if not piece.writes >> RSP & 1 or not saves:
            continue
        save = rng.choice(saves)
        head = bytes([0x48 | save >> 3, 0x89, 0xE0 | save & 7])
        tail = bytes([0x48 | save >> 3, 0x87, 0xE0 | save & 7])
        fixups = tuple((at + 3, end + 3, target) for at, end, target in piece.fixups)
        made.append(replace(piece, code=head + piece.code + tail, fixups=fixups,
                            writes=piece.writes & ~(1 << RSP) | 1 << save))
    encoder.kept |= 1 << RSP
    return made


def encode_some(encoder: Encoder, forms: Sequence[Form], count: int, rng: random.Random,
                wild: bool = False) -> list[Piece]:
    made = (encoder.piece(rng.choice(forms), wild) for _ in range(count)) if forms else iter(())
    return [piece for piece in made if piece is not None]

