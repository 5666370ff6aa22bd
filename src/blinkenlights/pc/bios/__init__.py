"""The BIOS: the ROM's entries and the table of services, a file an interrupt.

Each vector of the IVT leads to eight bytes in the ROM: SYSCALL, which brings the machine here, IRET, and
behind it STI, HLT and a jump back, for services that wait. A service is a function of the machine and the
caller's registers; it is called again after the next interrupt when it returns WAIT.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from blinkenlights.pc.bios import boot, disk, keyboard, memory, time, video
from blinkenlights.pc.bios.registers import Registers

if TYPE_CHECKING:
    from blinkenlights.pc.machine import PC

WAIT = "wait"  # call it again after an interrupt
GONE = "gone"  # it has set CS:IP itself
Service = Callable[["PC", Registers], str | None]

SEGMENT = 0xF000
ENTRIES = 0xD000  # offset of vector 0's entry
ENTRY = bytes.fromhex("0f05 cf fb f4 ebf9 90")
ENTRY_SIZE = len(ENTRY)
RESET = 0xFFF0
SYSCALL_SIZE = 2
IRET = 2  # offsets in an entry
WAITING = 3

SERVICES: dict[int, Service] = {
    0x10: video.service,
    0x11: memory.equipment,
    0x12: memory.size,
    0x13: disk.service,
    0x15: memory.service,
    0x16: keyboard.service,
    0x18: boot.no_disk,
    0x19: boot.service,
    0x1A: time.service,
}


def rom() -> bytes:
    """The 64 KiB at 0xf0000."""
    image = bytearray(b"\xff" * 0x10000)
    for vector in range(256):
        at = ENTRIES + vector * ENTRY_SIZE
        image[at : at + ENTRY_SIZE] = ENTRY
    image[RESET : RESET + 5] = b"\xea" + (ENTRIES + 0x19 * ENTRY_SIZE).to_bytes(2, "little") + b"\x00\xf0"
    image[0xFFF5:0xFFFD] = b"11/25/26"
    image[0xFFFE] = 0xFC  # model: AT
    return bytes(image)


def power_on(machine: "PC") -> None:
    """What POST leaves: vectors, the BIOS data area, and the boot loader as the next thing to run."""
    memory_ = machine.memory
    for vector in range(0x78):
        memory_.put_u32(vector * 4, SEGMENT << 16 | ENTRIES + vector * ENTRY_SIZE)
    memory.fill_data_area(machine)
    boot.start(machine)


def call(machine: "PC", vector: int) -> None:
    """An entry's SYSCALL was executed: do what the interrupt is for."""
    service = SERVICES.get(vector)
    entry = ENTRIES + vector * ENTRY_SIZE
    cpu = machine.cpu
    outcome = service(machine, machine.registers) if service is not None else None
    if outcome != GONE:
        cpu.rip = entry + (WAITING if outcome == WAIT else IRET)


def vector_at(offset: int) -> int | None:
    """Whose entry's SYSCALL ends at this offset of the ROM; None for nobody's."""
    vector, rest = divmod(offset - SYSCALL_SIZE - ENTRIES, ENTRY_SIZE)
    return vector if rest == 0 and 0 <= vector < 256 else None
