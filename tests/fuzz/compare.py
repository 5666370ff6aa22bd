"""What must be equal after a program."""

import struct

from tests.differential.compare import FLAG_NAMES, INEXACT, UNDERFLOW, shown
from tests.fuzz.layout import (
    CODE,
    DATA,
    GENERAL_PROTECTION,
    HIGH,
    MXCSR_OFFSET,
    PAGE,
    PAGE_FAULT,
    RDI,
    REGISTERS,
    RSI,
    RSP,
    SIMD_ERROR,
    SLOT_SIZE,
    ST_OFFSET,
    STACK,
    STATUS_AND_DF,
    XMM_OFFSET,
    Outcome,
)
from tests.fuzz.program import Program

# Pointers to the last x87 instruction are kept differently by CPUs; MXCSR's mask is a constant.
COMPARED = ((0, 5), (MXCSR_OFFSET, MXCSR_OFFSET + 4), (ST_OFFSET, None))


def differences(program: Program, slot: int, expected: Outcome, actual: Outcome) -> list[str]:
    """Each thing that differs, in words; an empty list when all is as it should be."""
    if (expected.reg == actual.reg and expected.rip == actual.rip and expected.vector == actual.vector
            and expected.memory == actual.memory and expected.address == actual.address
            and not (expected.rflags ^ actual.rflags) & STATUS_AND_DF
            and expected.ymm_high == actual.ymm_high
            and all(expected.fxsave[a:b] == actual.fxsave[a:b] for a, b in COMPARED)):
        return []
    found = []
    if expected.vector != actual.vector:
        found.append(f"exception {actual.vector}, should be {expected.vector}")
    if expected.rip != actual.rip:
        found.append(f"rip {place(actual.rip, slot)}, should be {place(expected.rip, slot)}")
    if expected.address != actual.address and not (expected.vector == PAGE_FAULT and (
            compares_strings(expected, actual) or crosses_pages(expected, actual))):
        found.append(f"fault address {actual.address:#x}, should be {expected.address:#x}")
    for name, want, have in zip(REGISTERS, expected.reg, actual.reg, strict=True):
        if want != have:
            found.append(f"{name} {have:#x}, should be {want:#x}")
    differ = (expected.rflags ^ actual.rflags) & STATUS_AND_DF
    within = expected.rip - slot if 0 <= expected.rip - slot < SLOT_SIZE else -1
    differ &= ~program.undefined_at(within)
    if differ:
        names = [f"{name}={'1' if actual.rflags & bit else '0'}"
                 for bit, name in FLAG_NAMES.items() if differ & bit]
        found.append(f"flags wrong: {' '.join(names)}")
    return found + floating_differences(expected, actual) + memory_differences(expected, actual)


def place(rip: int, slot: int) -> str:
    return f"+{rip - slot:#x}" if 0 <= rip - slot < SLOT_SIZE else f"{rip:#x}"


def compares_strings(expected: Outcome, actual: Outcome) -> bool:
    """Which operand of CMPS faults first, where both do, is the processor's choice."""
    return {expected.reg[RSI], expected.reg[RDI]} == {expected.address, actual.address}


def call_left_its_return_address(expected: Outcome, actual: Outcome, at: int) -> bool:
    """A call through a register to an address that is not canonical faults before it pushes; translated
    code has then already written to the cell below the stack, which is nobody's."""
    return expected.vector == actual.vector == GENERAL_PROTECTION and 0 < expected.reg[RSP] - at <= 8


def crosses_pages(expected: Outcome, actual: Outcome) -> bool:
    """Some CPUs tell an operand's start for instructions that read and write, though its end faults."""
    first, second = sorted((expected.address, actual.address))
    return second % PAGE == 0 and second - first < 64


def floating_differences(expected: Outcome, actual: Outcome) -> list[str]:
    found = []
    trapped = expected.vector == SIMD_ERROR
    want, have = (int.from_bytes(outcome.fxsave[MXCSR_OFFSET:MXCSR_OFFSET + 4], "little")
                  for outcome in (expected, actual))
    # CPUs differ in whether an underflow that traps also counts as inexact
    if (want ^ have) & ~(INEXACT if trapped and want & UNDERFLOW else 0):
        found.append(f"mxcsr {have:#x}, should be {want:#x}")
    for i in range(16):
        ours, theirs = ymm(actual, i), ymm(expected, i)
        if ours != theirs:
            found.append(f"ymm{i} {shown(ours)}, should be {shown(theirs)}")
    if trapped:  # CPUs differ in whether MMX operands were touched by then
        return found
    for name, kind, offset in (("fcw", "<H", 0), ("fsw", "<H", 2), ("ftw", "<B", 4)):
        ours_, theirs_ = (struct.unpack_from(kind, o.fxsave, offset)[0] for o in (actual, expected))
        if ours_ != theirs_:
            found.append(f"{name} {ours_:#x}, should be {theirs_:#x}")
    for i in range(8):
        at = ST_OFFSET + 16 * i
        if actual.fxsave[at:at + 10] != expected.fxsave[at:at + 10]:
            found.append(f"st{i} {actual.fxsave[at:at + 10][::-1].hex()}, "
                         f"should be {expected.fxsave[at:at + 10][::-1].hex()}")
    return found


def ymm(outcome: Outcome, number: int) -> bytes:
    at = XMM_OFFSET + 16 * number
    return outcome.fxsave[at:at + 16] + outcome.ymm_high[16 * number:16 * number + 16]


def memory_differences(expected: Outcome, actual: Outcome) -> list[str]:
    want, have = expected.memory, actual.memory
    if want == have:
        return []
    for at in range(len(want)):
        address = (DATA + PAGE, DATA + 2 * PAGE, STACK + PAGE, HIGH)[at // PAGE] + at % PAGE
        if want[at] != have[at] and not call_left_its_return_address(expected, actual, address):
            return [f"memory at {address:#x}: {have[at:at + 16].hex()}, should be {want[at:at + 16].hex()}"]
    return []


__all__ = ["CODE", "differences"]
