"""SYSCALL in real mode: Linux's numbers and registers, for the verdict of a test and a word about it.

RAX is the number; RDI, RSI and RDX are the arguments; a pointer's offset is in DS. Other calls answer
-ENOSYS in RAX.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blinkenlights.pc.machine import PC

WRITE, EXIT, EXIT_GROUP = 1, 60, 231
EBADF, EFAULT, ENOSYS = 9, 14, 38
RDI, RSI, RDX = 7, 6, 2
DATA_SEGMENT = 3
MOST = 1 << 20
WORD = (1 << 64) - 1


def call(machine: "PC") -> None:
    """The instruction is done; its result goes to RAX."""
    cpu = machine.cpu
    number = cpu.rax
    if number in (EXIT, EXIT_GROUP):
        machine.end(cpu.get(RDI) & 0xFF)
        return
    result = -ENOSYS
    if number == WRITE:
        result = write(machine, cpu.get(RDI), cpu.get(RSI), cpu.get(RDX))
    cpu.rax = result & WORD


def write(machine: "PC", fd: int, offset: int, length: int) -> int:
    """write(2) of 1 and 2, which both are the machine's text output."""
    if fd not in (1, 2):
        return -EBADF
    if length > MOST:
        return -EFAULT
    base = machine.cpu.segment(DATA_SEGMENT)[1]
    machine.tell(machine.memory.read((base + offset) & 0xFFFFFFFF, length))
    return length
