"""The BIOS: the ROM's entries and the table of services, a file an interrupt.

Each vector of the IVT leads to eight bytes in the ROM: SYSCALL, which brings the machine here, IRET, and
behind it STI, HLT and a jump back, for services that wait. A service is a function of the machine and the
caller's registers; it is called again after the next interrupt when it returns WAIT.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from blinkenlights.pc.bios import boot, data, disk, font, graphics, keyboard, memory, serial, time, video
from blinkenlights.pc.bios.registers import Registers

if TYPE_CHECKING:
    from blinkenlights.pc.machine import PC

WAIT = "wait"  # call it again after an interrupt
GONE = "gone"  # it has set CS:IP itself
Service = Callable[["PC", Registers], str | None]

SEGMENT = 0xF000
ENTRIES = 0xD000  # offset of vector 0's entry
SYSCALL = b"\x0f\x05"
IRET_CODE = 0xCF
ENTRY = bytes.fromhex("0f05 cf fb f4 ebf9 90")
ENTRY_SIZE = len(ENTRY)
RESET = 0xFFF0
POST = 0xF2  # an entry of the ROM: what comes after a reset
SHUTDOWN_CODE = 0x0F  # of the clock's memory: what a reset is for (IBM AT technical reference, section 5)
GO_ON, GO_ON_QUIETLY = 5, 10  # at the pointer in the data area; the first one ends an interrupt before
SYSCALL_SIZE = 2
WAITING = 3  # offset in an entry

END_MASTER = bytes.fromhex("50 b020 e620 58 cf")  # PUSH AX, end of interrupt, POP AX, IRET
END_BOTH = bytes.fromhex("50 b020 e6a0 e620 58 cf")
END_X87 = bytes.fromhex("50 31c0 e6f0 b020 e6a0 e620 58 cd02 cf")  # the error line's latch; then as an NMI
TIMER_MODE = 0x36  # channel 0, square wave
CODE_SEGMENT = 1
LET_IN = bytes.fromhex("fb 90 cf")  # STI, NOP, IRET: keys come also to programs that look with interrupts off
CALL_1C = bytes.fromhex("cd1c")

# Interrupts that are more than a service: offset in the ROM, and code, whose SYSCALL (if any) is first.
ROUTINES: dict[int, tuple[int, bytes]] = {
    0x08: (0xC800, SYSCALL + CALL_1C + END_MASTER),
    0x09: (0xC820, SYSCALL + END_MASTER),
    **dict.fromkeys(range(0x0A, 0x10), (0xC840, END_MASTER)),
    **dict.fromkeys(range(0x70, 0x78), (0xC860, END_BOTH)),
    0x75: (0xC890, END_X87),
    0x16: (0xC8B0, SYSCALL + LET_IN),
    0x1C: (0xC880, bytes((IRET_CODE,))),
}
# Vectors that are pointers to tables, or to nothing.
POINTERS = {
    0x1D: 0,
    0x1E: SEGMENT << 16 | disk.FLOPPY_TABLE,
    0x1F: SEGMENT << 16 | graphics.FONT_OFFSET + 0x400,
    0x41: 0,
    0x43: SEGMENT << 16 | graphics.FONT_OFFSET,
    0x46: 0,
}
TABLES = {
    disk.FLOPPY_TABLE: disk.FLOPPY_PARAMETERS,
    memory.CONFIGURATION: memory.CONFIGURATION_TABLE,
    graphics.FONT_OFFSET: font.GLYPHS,
}

SERVICES: dict[int, Service] = {
    0x08: time.interrupt,
    0x09: keyboard.interrupt,
    0x10: video.service,
    0x11: memory.equipment,
    0x12: memory.size,
    0x13: disk.service,
    0x14: serial.service,
    0x15: memory.service,
    0x16: keyboard.service,
    0x17: serial.printer,
    0x18: boot.no_disk,
    0x19: boot.service,
    0x1A: time.service,
    boot.NEXT_ROM: boot.next_rom,
    POST: lambda machine, r: post(machine),
}


def rom() -> bytes:
    """The 64 KiB at 0xf0000."""
    image = bytearray(b"\xff" * 0x10000)
    for vector in range(256):
        at = ENTRIES + vector * ENTRY_SIZE
        image[at : at + ENTRY_SIZE] = ENTRY
    for at, code in {**dict(ROUTINES.values()), **TABLES}.items():
        image[at : at + len(code)] = code
    image[RESET : RESET + 5] = b"\xea" + (ENTRIES + POST * ENTRY_SIZE).to_bytes(2, "little") + b"\x00\xf0"
    image[0xFFF5:0xFFFD] = b"11/25/26"
    image[0xFFFE] = 0xFC  # model: AT
    return bytes(image)


def power_on(machine: "PC") -> None:
    """What POST leaves: vectors, the BIOS data area, chips, and the boot loader as the next thing to run."""
    for vector in range(0x78):
        machine.memory.put_u32(vector * 4, vector_of(vector))
    memory.fill_data_area(machine)
    video.set_mode(machine, 0x03)
    machine.pic.program(0x08, 0x70, 0b10111000, 0b10001110)
    machine.roms_to_run = sorted(machine.roms)
    boot.begin(machine)


def post(machine: "PC") -> str:
    """After a reset: from the start, or on where a program wants it, which comes out of protected mode so."""
    clock = machine.clock
    code, clock.memory[SHUTDOWN_CODE] = clock.memory[SHUTDOWN_CODE], 0
    if code in (GO_ON, GO_ON_QUIETLY):
        if code == GO_ON:
            machine.bus.write(0x20, 1, 0x20)
        where = machine.memory.u32(data.RESET_POINTER)
        machine.cpu.set_real_segment(CODE_SEGMENT, where >> 16)
        machine.cpu.rip = where & 0xFFFF
        return GONE
    machine.bus.write(0x43, 1, TIMER_MODE)
    machine.bus.write(0x40, 1, 0)
    machine.bus.write(0x40, 1, 0)
    power_on(machine)
    return GONE


def vector_of(number: int) -> int:
    """What the IVT has for a vector: segment and offset."""
    if number in POINTERS:
        return POINTERS[number]
    offset = ROUTINES[number][0] if number in ROUTINES else ENTRIES + number * ENTRY_SIZE
    return SEGMENT << 16 | offset


def call(machine: "PC", vector: int) -> None:
    """An entry's SYSCALL was executed: do what the interrupt is for."""
    service = SERVICES.get(vector)
    cpu = machine.cpu
    outcome = service(machine, machine.registers) if service is not None else None
    if outcome == WAIT:
        cpu.rip = ENTRIES + vector * ENTRY_SIZE + WAITING
    # else the code behind the SYSCALL goes on, unless CS:IP was set


def vector_at(offset: int) -> int | None:
    """Whose entry's SYSCALL ends at this offset of the ROM; None for nobody's."""
    start = offset - SYSCALL_SIZE
    for vector, (at, code) in ROUTINES.items():
        if at == start and code.startswith(SYSCALL):
            return vector
    vector, rest = divmod(offset - SYSCALL_SIZE - ENTRIES, ENTRY_SIZE)
    return vector if rest == 0 and 0 <= vector < 256 else None
