"""What must be equal after an instruction, and what the manuals leave undefined."""

import struct

from iced_x86 import OpKind, Register, RegisterExt, RflagsBits

from tests.differential.cases import RCX, RSP, SHIFTS, Case
from tests.differential.forms import CODE_NAMES, MNEMONIC_NAMES
from tests.oracle import CODE64, DATA, PAGE, REGISTERS, WINDOW, Outcome, State
from tests.oracle.segments import base_of

STATUS_AND_DF = 0xCD5
CF, PF, AF, ZF, SF, OF = 1, 4, 16, 64, 128, 0x800
FLAG_NAMES = {CF: "CF", PF: "PF", AF: "AF", ZF: "ZF", SF: "SF", 0x400: "DF", OF: "OF"}
ICED_FLAGS = {RflagsBits.CF: CF, RflagsBits.PF: PF, RflagsBits.AF: AF, RflagsBits.ZF: ZF,
              RflagsBits.SF: SF, RflagsBits.OF: OF}
ICED_CONDITIONS = {RflagsBits.C0: 0x100, RflagsBits.C1: 0x200, RflagsBits.C2: 0x400, RflagsBits.C3: 0x4000}

# CPUs differ in the low bits: 12 bits of these results are promised.
APPROXIMATIONS = {"RCPPS", "RCPSS", "RSQRTPS", "RSQRTSS"}
# And in the last place of these.
TRANSCENDENTAL = {"F2XM1", "FYL2X", "FYL2XP1", "FPTAN", "FPATAN", "FSIN", "FCOS", "FSINCOS"}

# Several steps of arithmetic: CPUs differ in which steps still count when one of them traps.
DOT_PRODUCTS = {"DPPS", "DPPD"}

STACK_FAULT = 12
GENERAL_PROTECTION = 13
PAGE_FAULT = 14
SIMD_ERROR = 19
SEVERAL_CELLS = {"PUSHA", "PUSHAD", "POPA", "POPAD", "BOUND", "IRET", "IRETD", "RETF",
                 "FNSTENV", "FLDENV", "FNSAVE", "FRSTOR"}
LARGEST_ENVIRONMENT = 108  # bytes
UNDERFLOW, INEXACT = 0x10, 0x20  # in MXCSR
POST_COMPUTATION = 0x38  # those and overflow


def shift_count(case: Case) -> int:
    """A shift's count, masked as the CPU does."""
    ins = case.instruction
    last = ins.op_count - 1
    wide = 63 if "64" in case.form.info.instruction_string else 31
    if ins.op_kind(last) == OpKind.IMMEDIATE8:
        return ins.immediate8 & wide
    return case.state.reg[RCX] & wide


def undefined_flags(case: Case) -> int:
    """The status flags this instruction leaves undefined from this state."""
    ins = case.instruction
    undefined = sum(flag for bit, flag in ICED_FLAGS.items() if ins.rflags_undefined & bit)
    name = MNEMONIC_NAMES[ins.mnemonic]
    if name not in SHIFTS or name in ("SHLX", "SHRX", "SARX"):
        return undefined
    count = shift_count(case)
    size = operand_bits(case)
    if count == 0:
        return 0
    rotates = name in ("ROL", "ROR", "RCL", "RCR")
    undefined = 0 if rotates else AF
    if count != 1:
        undefined |= OF
    if name in ("SHL", "SHR", "SAL", "SAR") and count >= size:
        undefined |= CF
    if name in ("SHLD", "SHRD") and count > size:
        undefined |= STATUS_AND_DF
    return undefined


def operand_bits(case: Case) -> int:
    text = case.form.info.instruction_string
    for bits in (64, 32, 16):
        if f"m{bits}" in text:
            return bits
    return 8


def result_is_undefined(case: Case) -> bool:
    name = MNEMONIC_NAMES[case.instruction.mnemonic]
    return name in ("SHLD", "SHRD") and shift_count(case) > operand_bits(case)


def either_may_fault(case: Case, expected: Outcome, actual: Outcome) -> bool:
    """Which of the two operands of CMPS faults first, where both do, is the processor's choice."""
    operands = {expected.state.reg[6], expected.state.reg[7]}
    return (MNEMONIC_NAMES[case.instruction.mnemonic].startswith("CMPS")
            and {expected.address, actual.address} == operands)


def on_two_pages(expected: Outcome, actual: Outcome) -> bool:
    """Where an operand lies on two pages, neither of them there, either address may be told."""
    first, second = sorted((expected.address, actual.address))
    return second == (first | PAGE - 1) + 1 and not DATA + PAGE <= second <= DATA + 4 * PAGE


def parts_of_environment(case: Case, expected: Outcome, actual: Outcome) -> bool:
    """Which part of an x87 environment on two pages is stored first is the CPU's choice."""
    if case.form.mnemonic not in ("FNSAVE", "FNSTENV", "FRSTOR", "FLDENV"):
        return False
    start = operand_address(case)
    return (start <= expected.address < start + LARGEST_ENVIRONMENT
            and start <= actual.address < start + LARGEST_ENVIRONMENT)


def part_of_the_way(case: Case, expected: Outcome, actual: Outcome) -> bool:
    """Which of several cells faults first, by its segment or its page, is the CPU's choice, and so is what
    has been done by then."""
    return (case.form.bits != 64 and ("MASKMOV" in case.form.mnemonic or case.form.mnemonic in SEVERAL_CELLS)
            and {expected.vector, actual.vector} <= {STACK_FAULT, GENERAL_PROTECTION, PAGE_FAULT})


def past_the_end(case: Case, expected: Outcome, actual: Outcome) -> bool:
    """Whether elements beyond offset 0xFFFF wrap or fault is the CPU's choice (Intel SDM 3A, section 5.3)."""
    ins = case.instruction
    if case.form.bits == 64 or "MASKMOV" not in case.form.mnemonic:
        return False
    address_size = RegisterExt.size(ins.memory_base or ins.memory_index) or ins.memory_displ_size
    return (address_size == 2 and operand_offset(case) + RegisterExt.size(ins.op1_register) > 0x10000
            and (expected.vector is None) != (actual.vector is None))


def aligned_or_inside(case: Case, expected: Outcome, actual: Outcome) -> bool:
    """Whether a vector operand that is misaligned and outside of SS is #GP or #SS is the CPU's choice."""
    return ((expected.vector, actual.vector) == (GENERAL_PROTECTION, STACK_FAULT) and case.form.bits != 64
            and case.instruction.memory_segment == Register.SS
            and case.form.group not in ("integer", "x87", "mmx", "bmi"))


def other_mxcsr(case: Case, expected: Outcome) -> bool:
    """Whether bit 17, MM, was loaded into MXCSR, which only AMD's CPUs have."""
    return case.form.mnemonic in ("LDMXCSR", "VLDMXCSR") and bool(expected.state.mxcsr & 0x20000)


def differences(case: Case, expected: Outcome, actual: Outcome) -> list[str]:
    """Each thing that differs, in words; an empty list when all is as it should be."""
    if (aligned_or_inside(case, expected, actual) or other_mxcsr(case, expected)
            or part_of_the_way(case, expected, actual) or past_the_end(case, expected, actual)):
        return []
    if expected.vector != actual.vector:
        return [f"exception {actual.vector}, should be {expected.vector}"]
    found = []
    if expected.vector == PAGE_FAULT:
        if expected.address != actual.address and not (
                either_may_fault(case, expected, actual) or on_two_pages(expected, actual)
                or parts_of_environment(case, expected, actual)):
            found.append(f"fault address {actual.address:#x}, should be {expected.address:#x}")
    elif result_is_undefined(case):
        return found
    want, have = expected.state, actual.state
    if want.rip != have.rip:
        found.append(f"rip {have.rip:#x}, should be {want.rip:#x}")
    if case.form.bits != 64 or want.cs != CODE64:  # the rest is what the kernel left
        want.reg[RSP] &= 0xFFFFFFFF
        have.reg[RSP] &= 0xFFFFFFFF
    for number, name in enumerate(REGISTERS):
        if want.reg[number] != have.reg[number]:
            found.append(f"{name} {have.reg[number]:#x}, should be {want.reg[number]:#x}")
    for name in ("cs", "ds", "es", "ss", "gs"):
        # the kernel may replace a null selector by 0
        if max(getattr(want, name), 3) != max(getattr(have, name), 3):
            found.append(f"{name} {getattr(have, name):#x}, should be {getattr(want, name):#x}")
    found += flag_differences(case, want.rflags, have.rflags, expected.vector is not None)
    if want.fxsave != have.fxsave or want.upper != have.upper:
        found += floating_differences(case, expected, actual)
    if expected.vector is not None and case.form.mnemonic == "CALL":
        return found  # a far call that faults may have written below the stack pointer or not
    if want.memory != have.memory and case.form.mnemonic in ("FNSTENV", "FNSAVE"):
        want.memory = with_our_pointers(case, want.memory, have.memory)
    if want.memory != have.memory and case.form.group == "xsave":
        want.memory = with_our_mask(want.memory, have.memory)
    if want.memory != have.memory:
        at = next(i for i in range(len(want.memory)) if want.memory[i] != have.memory[i])
        found.append(f"memory at window+{at:#x}: {have.memory[at:at + 16].hex()}, "
                     f"should be {want.memory[at:at + 16].hex()}")
    return found


def with_our_pointers(case: Case, want: bytes, have: bytes) -> bytes:
    """FOP, FIP and FDP in a saved environment, which CPUs fill differently."""
    start = operand_address(case) - WINDOW
    short = CODE_NAMES[case.instruction.code].endswith(("M14BYTE", "M94BYTE"))
    place = slice(max(start + (6 if short else 12), 0), max(start + (14 if short else 28), 0))
    fixed = bytearray(want)
    fixed[place] = have[place]
    return bytes(fixed)


def operand_offset(case: Case) -> int:
    """The offset of the memory operand in its segment."""
    ins, state = case.instruction, case.state
    offset, mask = ins.memory_displacement, (1 << 64) - 1
    for register, scale in ((ins.memory_base, 1), (ins.memory_index, ins.memory_index_scale)):
        if register and register not in (Register.RIP, Register.EIP):
            mask = (1 << 8 * RegisterExt.size(register)) - 1
            offset += (state.reg[RegisterExt.number(register)] & mask) * scale
    return offset & mask


def operand_address(case: Case) -> int:
    """The linear address of the memory operand."""
    ins, state, offset = case.instruction, case.state, operand_offset(case)
    held = {Register.ES: state.es, Register.CS: state.cs, Register.SS: state.ss, Register.DS: state.ds,
            Register.GS: state.gs}
    if case.form.bits == 64:
        return offset + (base_of(state.gs) if ins.memory_segment == Register.GS else 0)
    return offset + base_of(held.get(ins.memory_segment, 0)) & 0xFFFFFFFF


def with_our_mask(want: bytes, have: bytes) -> bytes:
    """MXCSR_MASK in a saved area: AMD's CPUs have one bit more."""
    fixed = bytearray(want)
    for at in range(28, 256, 8):
        if want[at:at + 4] == b"\xff\xff\x02\x00" and have[at:at + 4] == b"\xff\xff\x00\x00":
            fixed[at:at + 4] = have[at:at + 4]
    return bytes(fixed)


def flag_differences(case: Case, want: int, have: int, faulted: bool) -> list[str]:
    differ = (want ^ have) & STATUS_AND_DF
    if differ and not faulted:
        differ &= ~undefined_flags(case)
    if not differ:
        return []
    names = [f"{name}={'1' if have & bit else '0'}" for bit, name in FLAG_NAMES.items() if differ & bit]
    return [f"flags wrong: {' '.join(names)}"]


def floating_differences(case: Case, expected: Outcome, actual: Outcome) -> list[str]:
    trapped = expected.vector == SIMD_ERROR
    found = vector_differences(case, expected.state, actual.state, trapped)
    if not trapped:  # CPUs differ in whether MMX operands were touched by then
        found += x87_differences(case, expected.state, actual.state)
    return found


def vector_differences(case: Case, want: State, have: State, trapped: bool) -> list[str]:
    found = []
    # CPUs differ in whether an underflow that traps also counts as inexact
    ignored = INEXACT if trapped and want.mxcsr & UNDERFLOW else 0
    if trapped and case.form.mnemonic.removeprefix("V") in DOT_PRODUCTS:
        ignored |= POST_COMPUTATION
    if (want.mxcsr ^ have.mxcsr) & ~ignored:
        found.append(f"mxcsr {have.mxcsr:#x}, should be {want.mxcsr:#x}")
    same = near_singles if case.form.mnemonic.removeprefix("V") in APPROXIMATIONS else bytes.__eq__
    for i in range(16):
        if not same(want.ymm(i), have.ymm(i)):
            found.append(f"ymm{i} {shown(have.ymm(i))}, should be {shown(want.ymm(i))}")
    return found


def shown(vector: bytes) -> str:
    """Its halves, highest digit first."""
    return f"{vector[:15:-1].hex()}_{vector[15::-1].hex()}"


def x87_differences(case: Case, want: State, have: State) -> list[str]:
    found = []
    control, status, tags = struct.unpack_from("<HHB", want.fxsave)
    control_have, status_have, tags_have = struct.unpack_from("<HHB", have.fxsave)
    ignored = sum(bit for iced, bit in ICED_CONDITIONS.items() if case.instruction.rflags_undefined & iced)
    if case.form.mnemonic in TRANSCENDENTAL:
        ignored |= 0x220  # precision, and C1, which then tells how it was rounded
    if control != control_have:
        found.append(f"fcw {control_have:#06x}, should be {control:#06x}")
    if (status ^ status_have) & ~ignored:
        found.append(f"fsw {status_have:#06x}, should be {status:#06x}")
    if tags != tags_have:
        found.append(f"ftw {tags_have:#04x}, should be {tags:#04x}")
    same = near_extended if case.form.mnemonic in TRANSCENDENTAL else bytes.__eq__
    for i in range(8):
        if not same(want.st(i), have.st(i)):
            found.append(f"st{i} {have.st(i)[::-1].hex()}, should be {want.st(i)[::-1].hex()}")
    return found


def near_extended(want: bytes, have: bytes) -> bool:
    """Within a few units in the last place."""
    return abs(place_of(want) - place_of(have)) <= 4


def place_of(extended: bytes) -> int:
    """Where a number is among all of its sign: without the bit that only repeats what the exponent says."""
    significand = int.from_bytes(extended[:8], "little") & (1 << 63) - 1
    return int.from_bytes(extended[8:], "little") << 63 | significand


def near_singles(want: bytes, have: bytes) -> bool:
    """Relative errors of at most 1.5 * 2**-12 each, so their difference at most twice that."""
    pairs = zip(struct.unpack("<8I", want), struct.unpack("<8I", have), strict=True)
    return all(a == b or abs(a - b) <= 3 << 12 for a, b in pairs)
