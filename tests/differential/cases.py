"""Puts an encoding and a state together so that the instruction does something worth comparing."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from iced_x86 import (
    ConstantOffsets,
    Decoder,
    FlowControl,
    Formatter,
    FormatterSyntax,
    Instruction,
    MemorySizeExt,
    Mnemonic,
    OpKind,
    Register,
    RegisterExt,
)

from tests.differential import values
from tests.differential.forms import CODE_NAMES, MNEMONIC_NAMES, Form
from tests.oracle import (
    CODE32,
    CODE64,
    DATA,
    DATA_SEGMENT,
    GS_SEGMENT,
    PAGE,
    SLOT_SIZE,
    WINDOW,
    WINDOW_SIZE,
    Pools,
    State,
    Template,
)
from tests.oracle.segments import SELECTORS as LDT
from tests.oracle.segments import base_of, slot_address

MASK64 = (1 << 64) - 1
MASK32 = (1 << 32) - 1
RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI = range(8)
STATUS_AND_DF = 0xCD5
FLAGS_ALWAYS_SET = 0x202  # bit 1 and IF

# Where a memory operand faults: read-only and unmapped pages, their boundaries, kernel addresses.
FAULTING = [DATA + 3 * PAGE + 64, DATA + 3 * PAGE - 3, DATA + 4 * PAGE + 128,
            DATA + PAGE - 7, DATA + 512, 0xFFFF800000000000, 0x70000000000, 0x17FFFFFFF000]
# And the edges of 64 KiB, in segments that start with the data.
EDGES = [DATA + 1, DATA + 0xFFFF, DATA + 0xFFF9]
NOT_CANONICAL = [0x0000800000000000, 0xFFFF7FFFFFFFFFFF, 0x8000000000000000, 0x7654321076543210]

# Selectors of Linux's GDT: user data and code, the kernel's, the CPU's number, and what is not there.
SELECTORS = [0, 3, 0x2B, 0x28, 0x29, 0x33, 0x30, 0x23, 0x20, 0x10, 0x18, 0x13, 0x7B, 0x63, 0x6B, 0x53, 0x1C,
             0xFFF8, 0xFFFC, 4, *LDT.values(), *(value & ~3 for value in LDT.values())]
SHIFTS = {"SHL", "SHR", "SAR", "SAL", "ROL", "ROR", "RCL", "RCR", "SHLD", "SHRD", "SHLX", "SHRX", "SARX"}
BIT_TESTS = {"BT", "BTC", "BTR", "BTS"}
STRING_LENGTHS = {"PCMPESTRI", "PCMPESTRM", "PCMPESTRI64", "PCMPESTRM64"}
VECTOR_SHIFTS = {"PSLLW", "PSLLD", "PSLLQ", "PSRLW", "PSRLD", "PSRLQ", "PSRAW", "PSRAD"}
# Segments that 16 and 32-bit code is given, ordinary ones more often.
DATA_SEGMENTS = {
    32: [DATA_SEGMENT] * 12 + [0] + [LDT[name] for name in (
        "short32", "down32", "constant32", "bytes32", "down_bytes32", "data16", "short16")],
    16: [LDT["data16"]] * 10 + [0, DATA_SEGMENT] + [LDT[name] for name in (
        "short16", "down16", "constant16", "bytes32", "down_bytes32", "down32")]}
STACK_SEGMENTS = {
    32: [DATA_SEGMENT] * 10 + [LDT[name] for name in ("short32", "down32", "bytes32", "data16", "down16")],
    16: [LDT["data16"]] * 6 + [DATA_SEGMENT, DATA_SEGMENT] + [LDT[name] for name in (
        "short16", "down16", "bytes32", "short32")]}
CODE_SEGMENTS = {
    64: [CODE64], 32: [CODE32] * 12 + [LDT["hidden32"], LDT["code32"]],
    16: [LDT["code16"]] * 12 + [LDT["hidden16"]]}
FAR_TARGETS = [CODE32, CODE64, LDT["code16"], LDT["hidden16"], LDT["limited16"], LDT["code32"],
               LDT["absent_code"]]
COUNTERS = {"LOOP", "LOOPE", "LOOPNE", "JRCXZ", "JECXZ", "JCXZ"}
STACK_FRAMES = {"ENTER", "LEAVE"}


@dataclass(slots=True)
class Case:
    form: Form
    code: bytes
    instruction: Instruction
    state: State

    @property
    def text(self) -> str:
        return Formatter(FormatterSyntax.INTEL).format(self.instruction)


class Unsuitable(Exception):
    """This encoding cannot be given a sensible state; try another."""


def make_template(form: Form, rng: random.Random, pools: Pools, slot: int) -> tuple[Case, Template]:
    """A random case of `form` for the code slot numbered `slot`, and what of it may vary."""
    while True:
        code, _ = form.encode(rng)
        builder = Builder(form, code, slot, rng, pools)
        try:
            case = builder.case()
        except Unsuitable:
            continue
        return case, builder.template(case.state)


class Noted(list[Any]):
    """A list that notes which places are looked at or changed: other values there might not do."""

    def __init__(self, values: list[Any]):
        super().__init__(values)
        self.noted = 0

    def __getitem__(self, place: Any) -> Any:
        self.noted |= 1 << place
        return super().__getitem__(place)

    def __setitem__(self, place: Any, value: Any) -> None:
        self.noted |= 1 << place
        super().__setitem__(place, value)


class Builder:
    """Makes the state for one encoding."""

    def __init__(self, form: Form, code: bytes, slot: int, rng: random.Random, pools: Pools):
        self.form = form
        self.code = bytearray(code)
        self.rng = rng
        self.choose_segments(form.bits)
        self.address = slot_address(self.cs, slot)
        self.reg = Noted(rng.choices(pools.integers, k=16))
        self.xmm = Noted(rng.choices(pools.vectors, k=16))
        self.upper = Noted(rng.choices(pools.vectors, k=16))
        self.head = rng.choice(pools.heads)
        self.mask = MASK64 if form.bits == 64 else MASK32
        self.faulting = FAULTING if form.bits == 64 else FAULTING[:5] + EDGES
        self.memory = bytearray(rng.choice(pools.windows))
        self.kept = 0  # bytes of memory that other cases must share, as bits
        self.operand = (0, 0)  # in the window: offset and size
        self.decode()
        self.name = MNEMONIC_NAMES[self.instruction.mnemonic]
        self.family = self.name.removeprefix("V")  # AVX instructions take the same care as their SSE kin
        self.operand_address = 0  # of the explicit memory operand

    def decode(self) -> None:
        decoder = Decoder(self.form.bits, bytes(self.code), ip=self.address)
        self.instruction = decoder.decode()
        self.offsets: ConstantOffsets = decoder.get_constant_offsets(self.instruction)

    def case(self) -> Case:
        self.place_counters()
        self.place_strings()
        self.place_stack()
        self.place_operand()
        self.place_target()
        if self.name == "POP" and self.form.code in SEGMENT_POPS:
            pop_segment(self)
        elif self.instruction.op_count == 2 and self.instruction.op0_register in SEGMENT_REGISTERS:
            move_to_segment(self)
        elif adjust := ADJUSTMENTS.get(self.name) or ADJUSTMENTS.get(self.family):
            adjust(self)
        state = State(reg=self.reg, memory=bytes(self.memory), fxsave=self.head + b"".join(self.xmm),
                      upper=b"".join(self.upper),
                      rflags=FLAGS_ALWAYS_SET | self.rng.getrandbits(12) & 0x8D5
                      | (0x400 if self.rng.random() < 0.2 else 0))
        if self.rng.random() < 0.05:
            state.rflags = FLAGS_ALWAYS_SET
        if self.form.bits != 64:
            state.reg = [value & MASK32 for value in self.reg]
        state.cs, state.ds, state.es, state.ss, state.gs = self.cs, self.ds, self.es, self.ss, self.gs
        return Case(self.form, bytes(self.code), self.instruction, state)

    def template(self, state: State) -> Template:
        return Template(state, keep_registers=self.reg.noted, keep_vectors=self.xmm.noted | self.upper.noted,
                        keep_memory=self.kept, operand=self.operand[0], operand_size=self.operand[1])

    # -- segments ------------------------------------------------------------------------------

    def choose_segments(self, bits: int) -> None:
        self.cs = self.rng.choice(CODE_SEGMENTS[bits])
        self.ds = self.es = self.ss = DATA_SEGMENT
        self.gs = GS_SEGMENT
        if bits == 64 or (bits == 32 and self.chance(0.6)):
            return
        self.ds, self.es = self.rng.choices(DATA_SEGMENTS[bits], k=2)
        self.ss = self.rng.choice(STACK_SEGMENTS[bits])
        if self.chance(0.2):
            self.gs = self.rng.choice(DATA_SEGMENTS[bits])

    def base(self, register: Any) -> int:
        """Where the segment of a segment register starts; only GS matters in 64-bit code."""
        if self.form.bits == 64:
            return base_of(self.gs) if register == Register.GS else 0
        held = {Register.ES: self.es, Register.CS: self.cs, Register.SS: self.ss, Register.DS: self.ds,
                Register.GS: self.gs}
        return base_of(held.get(register, 0))

    def segment_base(self) -> int:
        return self.base(self.instruction.memory_segment)

    @property
    def stack(self) -> int:
        """The linear address of the top of the stack."""
        offset: int = self.reg[RSP]
        if self.form.bits != 64:
            offset &= MASK32 if self.ss in WIDE_STACKS else 0xFFFF
        return offset + self.base(Register.SS)

    @stack.setter
    def stack(self, address: int) -> None:
        self.reg[RSP] = self.stack_offset(address)

    def stack_offset(self, address: int) -> int:
        """What RSP or RBP must be to point there; the half that a 16-bit stack ignores is anything."""
        offset = address - self.base(Register.SS) & self.mask
        if self.form.bits != 64 and self.ss not in WIDE_STACKS:
            offset = offset & 0xFFFF | self.rng.getrandbits(16) << 16
        return offset

    def widened(self, value: int, width: int) -> int:
        """The value in so many bits of a register, with anything above."""
        value &= (1 << width) - 1
        return value | self.rng.getrandbits(64 - width) << width if width < 64 else value

    # -- small tools ---------------------------------------------------------------------------

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def patch(self, offset: int, size: int, value: int) -> None:
        self.code[offset:offset + size] = (value & (1 << 8 * size) - 1).to_bytes(size, "little")
        self.decode()

    def fill(self, address: int, data: bytes) -> None:
        """Put data into the window, as far as it lies there."""
        for i, byte in enumerate(data):
            if 0 <= address + i - WINDOW < WINDOW_SIZE:
                self.memory[address + i - WINDOW] = byte
                self.kept |= 1 << address + i - WINDOW

    def peek(self, address: int, size: int) -> bytes | None:
        start = address - WINDOW
        if not 0 <= start <= WINDOW_SIZE - size:
            return None
        self.kept |= (1 << size) - 1 << start
        return bytes(self.memory[start:start + size])

    def set_register(self, register: Any, value: int) -> None:
        """Give an address register its value; what lies above 32 bits of a narrow one is anything."""
        number = RegisterExt.number(register)
        self.reg[number] = self.widened(value, 8 * RegisterExt.size(register))

    def operand_register(self, operand: int) -> int | None:
        """The number of the general register that is this operand."""
        if self.instruction.op_kind(operand) != OpKind.REGISTER:
            return None
        register = self.instruction.op_register(operand)
        if not RegisterExt.is_gpr(register):
            return None
        return RegisterExt.number(RegisterExt.full_register(register))

    def address_registers(self) -> set[int]:
        """Numbers of the registers in the explicit memory operand."""
        registers = (self.instruction.memory_base, self.instruction.memory_index)
        return {RegisterExt.number(register) for register in registers if register}

    def pick_address(self, size: int) -> int:
        """Where to put an operand of `size` bytes: mostly in the window, sometimes where it faults."""
        if self.chance(0.06):
            return self.rng.choice(self.faulting)
        address = values.window_address(self.rng, size)
        if size >= 16 and self.chance(0.8):
            address &= -16
        return address

    # -- the pieces of a state -----------------------------------------------------------------

    def place_counters(self) -> None:
        ins = self.instruction
        if self.name in COUNTERS:
            self.reg[RCX] = self.rng.choice([0, 1, 2, 1 << 32, (1 << 32) + 1, 1 << 16, (1 << 16) + 1,
                                             self.reg[RCX]])
        elif self.name in SHIFTS and self.chance(0.6):
            self.reg[RCX] = self.rng.getrandbits(7)
        elif ins.is_string_instruction and (ins.has_rep_prefix or ins.has_repne_prefix):
            self.reg[RCX] = self.rng.randrange(12)
            if ins.op0_kind in NARROW_STRINGS or ins.op1_kind in NARROW_STRINGS:
                self.reg[RCX] |= self.rng.getrandbits(32) << 32
            if {ins.op0_kind, ins.op1_kind} & SHORT_STRINGS:
                self.reg[RCX] |= self.rng.getrandbits(48) << 16

    def place_strings(self) -> None:
        ins = self.instruction
        if ins.is_string_instruction and self.chance(0.5):  # let comparisons go on for a while
            self.memory[:] = bytes([self.rng.getrandbits(8)]) * WINDOW_SIZE
            self.memory[self.rng.randrange(WINDOW_SIZE)] ^= 1
            self.kept = (1 << WINDOW_SIZE) - 1
            if self.chance(0.7):
                self.reg[RAX] = int.from_bytes(self.memory[:8], "little")
        for operand in range(ins.op_count):
            kind = ins.op_kind(operand)
            if kind not in STRING_OPERANDS:
                continue
            number, width = STRING_OPERANDS[kind]
            address = self.pick_address(MemorySizeExt.size(ins.memory_size))
            if number == RSI or kind in SEGMENTED_DESTINATIONS:
                address -= self.segment_base()
            else:
                address -= self.base(Register.ES)
            self.reg[number] = self.widened(address, width)

        if self.name.startswith("MOVS") and self.chance(0.4):  # let source and destination overlap
            distance = self.segment_base() - self.base(Register.ES) + self.rng.randrange(-40, 41)
            self.reg[RDI] = self.reg[RSI] + distance & MASK64

    def place_stack(self) -> None:
        if self.instruction.is_stack_instruction or self.name in STACK_FRAMES:
            address = self.pick_address(8) if self.chance(0.5) else values.window_address(self.rng, 8)
            self.stack = address & -8 if self.chance(0.7) else address
        if self.name in STACK_FRAMES:
            self.reg[RBP] = self.stack_offset(values.window_address(self.rng, 8))

    def place_operand(self) -> None:
        """Make the explicit memory operand's address come out where we want it."""
        ins = self.instruction
        if OpKind.MEMORY not in (ins.op_kind(i) for i in range(ins.op_count)):
            return
        size = MemorySizeExt.size(ins.memory_size)
        base, index, scale = ins.memory_base, ins.memory_index, ins.memory_index_scale
        if index and RegisterExt.is_vector_register(index):
            self.place_elements()
            return
        wanted = self.pick_address(size)
        if base and not index and RegisterExt.size(base) == 8 and base != Register.RIP and self.chance(0.02):
            wanted = self.rng.choice(NOT_CANONICAL)
        if self.form.bits == 64 and self.segment_base() and wanted in FAULTING[-3:]:
            wanted = FAULTING[0]  # CPUs differ in whether the offset alone must be canonical
        self.operand_address = wanted
        wanted -= self.segment_base()
        if base == Register.RIP:
            self.displace(wanted - ins.next_ip)
        elif base == Register.EIP:
            self.displace(wanted - ins.next_ip & 0xFFFFFFFF)
        elif not base and index and RegisterExt.size(index) == 2:  # [SI] and [DI], to iced-x86
            self.set_register(index, wanted - ins.memory_displacement)
        elif not base:
            if index:
                self.set_register(index, self.rng.getrandbits(8))
                wanted -= (self.reg[RegisterExt.number(index)] & 0xFF) * scale
            self.displace(wanted)
        elif RegisterExt.full_register(base) == RegisterExt.full_register(index):
            value = (wanted - ins.memory_displacement) // (1 + scale)
            self.set_register(base, value)
            self.operand_address += value * (1 + scale) + ins.memory_displacement - wanted
        elif RegisterExt.full_register(base) == Register.RSP and ins.is_stack_instruction:
            self.place_on_stack(index)
        else:
            offset = ins.memory_displacement
            if index:
                offset += self.reg[RegisterExt.number(index)] * scale
            self.set_register(base, wanted - offset)
        self.operand_address &= self.mask
        start = self.operand_address - WINDOW
        if 0 <= start <= WINDOW_SIZE - size and 0 < size <= 32:
            self.operand = (start, size)
            if self.chance(0.7):
                self.memory[start:start + size] = self.operand_value(size)

    def place_elements(self) -> None:
        """A gather: an address for each element of a vector register, most of them in the window."""
        ins = self.instruction
        middle = WINDOW + WINDOW_SIZE // 2 - self.segment_base()
        if ins.memory_base:
            self.set_register(ins.memory_base, middle - ins.memory_displacement)
        else:
            self.displace(middle)
        size = 8 if ins.is_vsib64 else 4
        reach = WINDOW_SIZE // 2 // ins.memory_index_scale - 8
        offsets = [self.rng.randrange(-reach, reach) for _ in range(32 // size)]
        if self.chance(0.15):
            offsets[self.rng.randrange(len(offsets))] = self.rng.choice([PAGE, -PAGE - 8, 1 << 30])
        packed = b"".join((offset & (1 << 8 * size) - 1).to_bytes(size, "little") for offset in offsets)
        self.set_vector(RegisterExt.number(ins.memory_index), packed)
        mask = bytes(self.rng.choice((0, 0x80)) ^ self.rng.getrandbits(7) for _ in range(32))
        if self.chance(0.8) and ins.op2_register != ins.memory_index:
            self.set_vector(RegisterExt.number(ins.op2_register), mask)

    def set_vector(self, number: int, value: bytes) -> None:
        self.xmm[number], self.upper[number] = value[:16], value[16:]

    def displace(self, displacement: int) -> None:
        size = self.offsets.displacement_size
        if size < 2 or (size == 2 and self.form.bits == 64):
            raise Unsuitable
        if size == 4 and not -0x80000000 <= displacement < 0x80000000:
            raise Unsuitable  # addresses that only a register can form
        self.patch(self.offsets.displacement_offset, size, displacement)

    def place_on_stack(self, index: int) -> None:
        """The address is relative to a stack pointer that must itself be good."""
        if index:
            self.set_register(index, self.rng.getrandbits(4))
        if self.offsets.displacement_size:
            self.patch(self.offsets.displacement_offset, self.offsets.displacement_size,
                       self.rng.randrange(-64, 64))
        self.stack = values.window_address(self.rng, 8)
        self.operand_address = 0

    def operand_value(self, size: int) -> bytes:
        if size == 10:
            return values.extended(self.rng)
        if size <= 8 and self.chance(0.6):
            return values.integer(self.rng).to_bytes(8, "little")[:size]
        return (values.vector(self.rng) * 4)[:size]

    def place_target(self) -> None:
        """Branches go to an INT3 of their own slot."""
        ins = self.instruction
        target = self.address + self.rng.randrange(ins.len, SLOT_SIZE)
        flow = ins.flow_control
        width = near_width(CODE_NAMES[ins.code], self.form.bits)
        if self.offsets.immediate_size and ins.op_count and ins.op0_kind in NEAR_BRANCHES:
            if ins.op0_kind == OpKind.NEAR_BRANCH32 and self.offsets.immediate_size == 4 and self.beyond():
                target = self.rng.choice([0x10000, 0x7FFFFFFF, 0xFFFFFFFF])
            self.patch(self.offsets.immediate_offset, self.offsets.immediate_size, target - ins.next_ip)
        elif flow == FlowControl.RETURN and self.name == "RET":
            if self.reads_nothing(self.stack, width):
                raise Unsuitable
            self.fill(self.stack, self.near(target, width))
        elif flow in (FlowControl.INDIRECT_BRANCH, FlowControl.INDIRECT_CALL):
            number = self.operand_register(0)
            if number is not None:
                if number == RSP:
                    raise Unsuitable
                self.reg[number] = self.widened(int.from_bytes(self.near(target, width), "little"), 8 * width)
            elif self.operand_address and self.peek(self.operand_address, width):
                self.fill(self.operand_address, self.near(target, width))
            elif self.operand_address not in self.faulting or self.reads_nothing(self.operand_address, width):
                raise Unsuitable

    def reads_nothing(self, address: int, size: int) -> bool:
        """Whether this reads zeros beside the window, which are the offset of another 16-bit instruction."""
        return (self.form.bits == 16 and DATA + PAGE - size < address < DATA + 4 * PAGE
                and not self.peek(address, size))

    def beyond(self) -> bool:
        """Whether to branch out of a 16-bit code segment."""
        return self.form.bits == 16 and self.chance(0.1)

    def near(self, target: int, width: int) -> bytes:
        if width == 4 and self.beyond():
            target = self.rng.choice([0x10000, 0x7FFFFFFF, 0xFFFFFFFF])
        return (target & (1 << 8 * width) - 1).to_bytes(width, "little")


def near_width(code: str, bits: int) -> int:
    """Bytes of the target of a near return or of a branch through a register or memory."""
    if code.startswith("RETN"):
        return {"W": 2, "D": 4, "Q": 8}[code[4]]
    return {"RM16": 2, "RM32": 4, "RM64": 8}.get(code[-4:], bits // 8)


NEAR_BRANCHES = {OpKind.NEAR_BRANCH64, OpKind.NEAR_BRANCH32, OpKind.NEAR_BRANCH16}
SEGMENT_REGISTERS = {Register.ES, Register.CS, Register.SS, Register.DS, Register.FS, Register.GS}
WIDE_STACKS = {DATA_SEGMENT} | {LDT[name] for name in ("short32", "down32", "bytes32")}
SHORT_STRINGS = {OpKind.MEMORY_SEG_SI, OpKind.MEMORY_ESDI, OpKind.MEMORY_SEG_DI}
NARROW_STRINGS = {OpKind.MEMORY_SEG_ESI, OpKind.MEMORY_ESEDI, OpKind.MEMORY_SEG_EDI}
STRING_OPERANDS = {
    OpKind.MEMORY_SEG_RSI: (RSI, 64), OpKind.MEMORY_SEG_ESI: (RSI, 32), OpKind.MEMORY_SEG_SI: (RSI, 16),
    OpKind.MEMORY_ESRDI: (RDI, 64), OpKind.MEMORY_ESEDI: (RDI, 32), OpKind.MEMORY_ESDI: (RDI, 16),
    OpKind.MEMORY_SEG_RDI: (RDI, 64), OpKind.MEMORY_SEG_EDI: (RDI, 32), OpKind.MEMORY_SEG_DI: (RDI, 16),
}
SEGMENTED_DESTINATIONS = {OpKind.MEMORY_SEG_RDI, OpKind.MEMORY_SEG_EDI, OpKind.MEMORY_SEG_DI}


# -- what single mnemonics need ------------------------------------------------------------------

def bit_test(b: Builder) -> None:
    """A register's bit offset moves the memory operand: keep it near."""
    number = b.operand_register(1)
    if b.form.memory and number is not None:
        if number in b.address_registers():
            raise Unsuitable
        b.reg[number] = b.rng.randrange(-1024, 1024) & MASK64


def compare_exchange(b: Builder) -> None:
    if b.chance(0.5):
        return
    if not b.form.memory:
        number = b.operand_register(0)
        if number is not None:
            b.reg[RAX] = b.reg[number]
    elif RAX not in b.address_registers():
        found = b.peek(b.operand_address, 8)
        if found:
            b.reg[RAX] = int.from_bytes(found, "little")


def compare_exchange_pair(b: Builder) -> None:
    size = MemorySizeExt.size(b.instruction.memory_size)
    used = b.address_registers()
    found = b.peek(b.operand_address, size)
    if found and b.chance(0.5) and RAX not in used and RDX not in used:
        b.reg[RAX] = int.from_bytes(found[:size // 2], "little")
        b.reg[RDX] = int.from_bytes(found[size // 2:], "little")


def divide(b: Builder) -> None:
    """Mostly quotients that fit."""
    used = b.address_registers()
    if b.chance(0.75):
        if RDX not in used:
            b.reg[RDX] = MASK64 if b.name == "IDIV" and b.reg[RAX] >> 63 else b.rng.choice([0, 0, 1, 5])
        if RAX not in used and b.chance(0.5):
            b.reg[RAX] &= ~0xFF00


def translate(b: Builder) -> None:
    b.reg[RBX] = WINDOW + b.rng.randrange(WINDOW_SIZE - 256) - b.segment_base() & b.mask


def pop_flags(b: Builder) -> None:
    """No trap flag, no alignment checks: those are tested elsewhere."""
    value = FLAGS_ALWAYS_SET | b.rng.getrandbits(12) & STATUS_AND_DF
    b.fill(b.stack, value.to_bytes(8, "little"))


def enter(b: Builder) -> None:
    b.patch(b.offsets.immediate_offset, 2, b.rng.choice([0, 8, 16, 17, 200]))
    b.patch(b.offsets.immediate_offset2, 1, b.rng.choice([0, 0, 1, 2, 3, 8, 32, 33]))
    b.stack = values.window_address(b.rng, 8)


def selector(b: Builder, *likely: int) -> int:
    return b.rng.choice(likely) if b.chance(0.6) else b.rng.choice(SELECTORS)


def pop_segment(b: Builder) -> None:
    b.fill(b.stack, selector(b, DATA_SEGMENT).to_bytes(2, "little") + b.rng.randbytes(2))


def move_to_segment(b: Builder) -> None:
    """MOV; not to FS, in which the C library of what runs the cases has its base."""
    if b.instruction.op0_register == Register.FS:
        raise Unsuitable
    value = selector(b, DATA_SEGMENT)
    number = b.operand_register(1)
    if number is not None:
        b.reg[number] = b.widened(value, 16)
    else:
        b.fill(b.operand_address, value.to_bytes(2, "little"))


def load_far_pointer(b: Builder) -> None:
    """LDS and its kin."""
    size = MemorySizeExt.size(b.instruction.memory_size) - 2
    b.fill(b.operand_address, b.rng.randbytes(size) + selector(b, DATA_SEGMENT).to_bytes(2, "little"))


def far_branch(b: Builder) -> None:
    """Into one's own slot, by the segments of 32-bit and 64-bit code."""
    ins = b.instruction
    narrow = ins.op0_kind == OpKind.FAR_BRANCH16 or CODE_NAMES[ins.code].endswith("_M1616")
    width = 2 if narrow else 4
    chosen = selector(b, *(FAR_TARGETS[2:5] if narrow else FAR_TARGETS))
    target = far_target(b, chosen) & (1 << 8 * width) - 1
    if ins.op0_kind in (OpKind.FAR_BRANCH32, OpKind.FAR_BRANCH16):
        b.patch(b.offsets.immediate_offset, width, target)
        b.patch(b.offsets.immediate_offset2, 2, chosen)
    elif CODE_NAMES[ins.code].endswith(("_M1632", "_M1616")):
        b.fill(b.operand_address, target.to_bytes(width, "little") + chosen.to_bytes(2, "little"))
    else:
        return
    if b.name == "CALL":
        if chosen | 3 == CODE64 and b.form.bits != 64 and b.ss not in WIDE_STACKS:
            raise Unsuitable  # it pushes by all of RSP, of which the kernel has put its own above a 16-bit SP
        b.stack = values.window_address(b.rng, 8)


def far_target(b: Builder, chosen: int) -> int:
    """An offset in a code segment, mostly of an INT3 in the instruction's own slot."""
    if b.chance(0.05):
        return b.rng.choice([0x1FFC1, 0x12345, 0xFFFFFFFF])  # in 64 KiB: in the last slot, which is empty
    return b.address + base_of(b.cs) + b.rng.randrange(b.instruction.len, SLOT_SIZE) - base_of(chosen)


def far_return(b: Builder) -> None:
    size = {"W": 2, "D": 4, "Q": 8}[CODE_NAMES[b.instruction.code][4]]
    chosen = selector(b, *(FAR_TARGETS[2:5] if size == 2 else FAR_TARGETS))
    target = far_target(b, chosen)
    if b.offsets.immediate_size:  # CPUs differ in whether the stack beyond it is read before a bad selector
        b.patch(b.offsets.immediate_offset, 2, b.rng.choice([0, 2, 8, 16, 40]))
    cells = [target, chosen]
    if b.name.startswith("IRET"):
        cells.append(FLAGS_ALWAYS_SET | b.rng.getrandbits(12) & STATUS_AND_DF)
        if b.form.bits == 64:
            stack = selector(b, DATA_SEGMENT, LDT["short32"], LDT["down32"])
            if stack & 4 and stack | 3 not in WIDE_STACKS:
                raise Unsuitable  # the kernel shows of a 16-bit stack's pointer what it can
            cells += [values.window_address(b.rng, 8), stack]
    b.stack = values.window_address(b.rng, 8) & -8
    b.fill(b.stack, b"".join((cell & (1 << 8 * size) - 1).to_bytes(size, "little") for cell in cells))


XSAVE_AREA = 832
XSAVE_HEADER = 512


def extended_state(b: Builder) -> None:
    """XSAVE and FXSAVE: an aligned area that fits the window, mostly with a good header.

    Which byte of an area that isn't there faults first is the processor's choice.
    """
    used = b.address_registers()
    if b.instruction.memory_index != Register.NONE:
        raise Unsuitable
    if b.instruction.memory_base in (Register.NONE, Register.RIP) or RAX in used or RDX in used:
        raise Unsuitable
    step = b.rng.choice([0, 64, 128]) + (b.rng.choice([8, 16, 32]) if b.chance(0.1) else 0)
    if (b.form.bits == 64 and b.segment_base()) or len(used) != 1:
        raise Unsuitable
    if RegisterExt.size(b.instruction.memory_base) * 8 != b.form.bits:
        raise Unsuitable
    b.operand = (0, 0)
    address = WINDOW + step - b.segment_base()
    if b.form.bits == 16 and address >> 16:
        raise Unsuitable
    b.set_register(b.instruction.memory_base, address - b.instruction.memory_displacement)
    b.reg[RAX] = b.rng.getrandbits(3) | b.rng.getrandbits(32) & ~0xFF  # without AVX-512's components
    b.reg[RDX] = b.rng.getrandbits(64)
    if b.chance(0.9):  # MXCSR
        b.fill(WINDOW + step + 24, values.mxcsr(b.rng).to_bytes(4, "little"))
    if "XRSTOR" in b.name:
        header = bytearray(64)
        header[0] = b.rng.getrandbits(3)
        if b.chance(0.4):  # compacted
            header[8], header[15] = header[0] | b.rng.getrandbits(3), 0x80
        if b.chance(0.15):
            header[b.rng.randrange(64)] |= 1 << b.rng.randrange(8)
        header[0] &= 0x1F  # of the components above, some may be the host's
        header[8] &= 0x1F
        b.fill(WINDOW + step + XSAVE_HEADER, bytes(header))
    if b.chance(0.3):
        for number in range(16):
            b.upper[number] = bytes(16)


def load_mxcsr(b: Builder) -> None:
    if b.chance(0.8):
        b.fill(b.operand_address, values.mxcsr(b.rng).to_bytes(4, "little"))


def load_control_word(b: Builder) -> None:
    if b.chance(0.8):
        b.fill(b.operand_address, values.x87_state(b.rng)[:2])


def string_lengths(b: Builder) -> None:
    used = b.address_registers()
    for number in (RAX, RDX):
        if number not in used and b.chance(0.8):
            b.reg[number] = b.rng.randrange(-20, 21) & MASK64


def bit_field(b: Builder) -> None:
    number = b.operand_register(2)
    used = b.address_registers()
    if number is not None and number not in used and b.chance(0.75):
        b.reg[number] = b.rng.getrandbits(7) | b.rng.getrandbits(7) << 8


def vector_shift(b: Builder) -> None:
    ins = b.instruction
    count = b.rng.randrange(80).to_bytes(8, "little") + b.rng.randbytes(8)
    if b.chance(0.3):
        return
    if b.form.memory:
        b.fill(b.operand_address, count)
        return
    last = ins.op_count - 1
    if ins.op_kind(last) == OpKind.REGISTER and RegisterExt.is_xmm(ins.op_register(last)):
        b.xmm[RegisterExt.number(ins.op_register(last))] = count


def element_shift(b: Builder) -> None:
    """Counts near the elements' size."""
    size = 4 if b.name.endswith("D") else 8
    counts = b"".join(b.rng.randrange(size * 8 + 4).to_bytes(size, "little") for _ in range(32 // size))
    if b.chance(0.2):
        return
    if b.form.memory:
        b.fill(b.operand_address, counts)
    else:
        b.set_vector(RegisterExt.number(b.instruction.op2_register), counts)


def bit_string(b: Builder) -> None:
    """EXTRQ, INSERTQ: lengths and positions whose result is defined."""
    length = b.rng.randrange(65)
    position = b.rng.randrange(65 - length) & 63
    if b.offsets.immediate_size:
        b.patch(b.offsets.immediate_offset, 1, length & 63 | b.rng.getrandbits(2) << 6)
        b.patch(b.offsets.immediate_offset2, 1, position | b.rng.getrandbits(2) << 6)
        return
    field = bytes([length & 63 | b.rng.getrandbits(2) << 6, position | b.rng.getrandbits(2) << 6])
    number = RegisterExt.number(b.instruction.op1_register)
    if b.name == "EXTRQ":
        b.xmm[number] = field + b.xmm[number][2:]
    else:
        b.xmm[number] = b.xmm[number][:8] + field + b.xmm[number][10:]


def load_decimal(b: Builder) -> None:
    if b.chance(0.8):
        digits = bytes(b.rng.randrange(10) << 4 | b.rng.randrange(10) for _ in range(9))
        b.fill(b.operand_address, digits + bytes([b.rng.choice([0, 0x80])]))


def pause(b: Builder) -> None:
    """With REX.B it is XCHG R8, RAX to the CPUs tried, but PAUSE to the manuals."""
    if b.code[-2] & 0xF1 == 0x41:
        raise Unsuitable


def mask_move(b: Builder) -> None:
    size = 16 if b.instruction.mnemonic == Mnemonic.MASKMOVDQU else 8
    address = (b.pick_address(0) if b.chance(0.3) else values.window_address(b.rng, size)) - b.segment_base()
    b.reg[RDI] = b.widened(address, STRING_OPERANDS[b.instruction.op0_kind][1])


SEGMENT_POPS = {code for code, name in CODE_NAMES.items() if name.startswith(("POPW_", "POPD_"))}

ADJUSTMENTS: dict[str, Callable[[Builder], None]] = {
    **dict.fromkeys(BIT_TESTS, bit_test),
    **dict.fromkeys(("DIV", "IDIV"), divide),
    **dict.fromkeys(("POPF", "POPFD", "POPFQ"), pop_flags),
    **dict.fromkeys(("CMPXCHG8B", "CMPXCHG16B"), compare_exchange_pair),
    **dict.fromkeys(("BEXTR", "BZHI"), bit_field),
    **dict.fromkeys(("MASKMOVQ", "MASKMOVDQU"), mask_move),
    **dict.fromkeys(STRING_LENGTHS, string_lengths),
    **dict.fromkeys(VECTOR_SHIFTS, vector_shift),
    **dict.fromkeys(("VPSLLVD", "VPSLLVQ", "VPSRLVD", "VPSRLVQ", "VPSRAVD"), element_shift),
    **dict.fromkeys(("EXTRQ", "INSERTQ"), bit_string),
    **dict.fromkeys(("LDS", "LES", "LSS", "LGS"), load_far_pointer),
    **dict.fromkeys(("JMP", "CALL"), far_branch),
    **dict.fromkeys(("RETF", "IRET", "IRETD", "IRETQ"), far_return),
    **dict.fromkeys(("XSAVE", "XSAVE64", "XSAVEC", "XSAVEC64", "XSAVEOPT", "XSAVEOPT64", "XRSTOR", "XRSTOR64",
                     "FXSAVE", "FXSAVE64", "FXRSTOR", "FXRSTOR64"), extended_state),
    "CMPXCHG": compare_exchange,
    "PAUSE": pause,
    "XLATB": translate,
    "ENTER": enter,
    "LDMXCSR": load_mxcsr,
    "FLDCW": load_control_word,
    "FBLD": load_decimal,
}
