"""INT 18h and 19h: run the option ROMs, load the boot sector and go there."""

from typing import TYPE_CHECKING

from blinkenlights.pc.bios.registers import Registers
from blinkenlights.pc.cdrom import Cd
from blinkenlights.pc.disk import SECTOR

if TYPE_CHECKING:
    from blinkenlights.pc.machine import PC

BOOT = 0x7C00
STACK = 0x7000  # below the boot sector
SIGNATURE = b"\x55\xaa"
NEXT_ROM = 0xF1  # an entry of the ROM that option ROMs return to
SEGMENT, ENTRIES, ENTRY_SIZE = 0xF000, 0xD000, 8
ROM_START = 3  # an option ROM's initialisation


def begin(machine: "PC") -> None:
    """The next option ROM, or, behind the last one, the boot sector."""
    cpu = machine.cpu
    for register in range(16):
        cpu.set(register, 0)
    for segment in range(6):
        cpu.set_real_segment(segment, 0)
    machine.registers.sp = STACK
    cpu.rflags = 0x202
    if not machine.roms_to_run:
        start(machine)
        return
    rom = machine.roms_to_run.pop(0)
    back = SEGMENT << 16 | ENTRIES + NEXT_ROM * ENTRY_SIZE
    machine.registers.sp = STACK - 4
    machine.memory.put_u32(STACK - 4, back)
    cpu.set_real_segment(1, rom >> 4)
    cpu.rip = ROM_START


def next_rom(machine: "PC", r: Registers) -> str | None:
    """An option ROM has returned."""
    begin(machine)
    return "gone"


def start(machine: "PC") -> None:
    """The first disk's boot sector at 0000:7c00, with DL set."""
    number = machine.boot_disk
    disk = machine.disks[number]
    sector = disk.read(0, 1)
    cpu = machine.cpu
    machine.registers.dl = number
    if isinstance(disk, Cd):
        entry = disk.entry
        sectors = (entry.length * SECTOR + disk.sector - 1) // disk.sector
        machine.memory.write(entry.segment << 4, disk.read(entry.first, sectors)[: entry.length * SECTOR])
        cpu.set_real_segment(1, entry.segment)
        cpu.rip = 0
        return
    if not disk.floppy and sector[510:] != SIGNATURE:
        cpu.rip = ENTRIES + 0x18 * ENTRY_SIZE
        cpu.set_real_segment(1, SEGMENT)
        return
    machine.memory.write(BOOT, sector)
    cpu.rip = BOOT


def service(machine: "PC", r: Registers) -> str | None:
    """INT 19h: boot again."""
    begin(machine)
    return "gone"


def no_disk(machine: "PC", r: Registers) -> str | None:
    """INT 18h: nothing to boot from."""
    if not machine.told_no_disk:
        machine.told_no_disk = True
        from blinkenlights.pc.bios.video import teletype

        for character in b"No bootable disk.\r\n":
            teletype(machine, character)
    return machine.wait_for_input()
