"""What memory the instruction about to run will read and write, from its operands and the registers.

iced-x86 knows the operands, also those that aren't written (PUSH, CALL, string instructions).
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from iced_x86 import (
    Decoder,
    InstructionInfoFactory,
    MemorySizeExt,
    OpAccess,
    Register,
    RegisterExt,
)

READS = (OpAccess.READ, OpAccess.COND_READ, OpAccess.READ_WRITE, OpAccess.READ_COND_WRITE)
WRITES = (OpAccess.WRITE, OpAccess.COND_WRITE, OpAccess.READ_WRITE, OpAccess.READ_COND_WRITE)
SEGMENTS = {Register.ES: "es", Register.CS: "cs", Register.SS: "ss", Register.DS: "ds", Register.FS: "fs",
            Register.GS: "gs"}  # fmt: skip
NAMES = {value: name.lower() for name, value in vars(Register).items() if isinstance(value, int)}
MASK = (1 << 64) - 1

factory = InstructionInfoFactory()


class Touch(NamedTuple):
    address: int
    size: int  # bytes
    write: bool


def touches(data: bytes, ip: int, bits: int, registers: Mapping[str, int]) -> list[Touch]:
    """The accesses of one instruction, in its operands' order; only the first of a repeated one.

    `registers` has the 64-bit general registers and segment bases (`fs_base` ...). Gathers, whose
    addresses are in vector registers, are left out.
    """
    instruction = Decoder(bits, data, ip=ip).decode()
    if instruction.is_invalid:
        return []
    out: list[Touch] = []
    for used in factory.info(instruction).used_memory():
        size = MemorySizeExt.size(used.memory_size)
        if used.access not in READS and used.access not in WRITES:
            continue
        if used.vsib_size or not size:
            continue
        address = used.displacement
        if used.base:
            address += value(used.base, registers)
        if used.index:
            address += value(used.index, registers) * used.scale
        width = 8 << (used.address_size or {16: 1, 32: 2, 64: 3}[bits])
        address &= (1 << min(width, 64)) - 1
        segment = SEGMENTS.get(used.segment, "")
        if segment and (bits != 64 or segment in ("fs", "gs")):
            address += registers.get(f"{segment}_base", 0)
        address &= MASK if bits == 64 else 0xFFFFFFFF
        if used.access in READS:
            out.append(Touch(address, size, False))
        if used.access in WRITES:
            out.append(Touch(address, size, True))
    return out


def value(register: Any, registers: Mapping[str, int]) -> int:
    """Part of a general register."""
    if register in (Register.RIP, Register.EIP):
        return 0  # iced has already added it
    whole = NAMES[RegisterExt.full_register(register)]
    return registers.get(whole, 0) & ((1 << (8 * RegisterExt.size(register))) - 1)

