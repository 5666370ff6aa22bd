"""INT 11h, 12h and 15h: equipment, memory, and system services; what POST leaves in the BIOS data area."""

from collections.abc import Callable
from struct import pack
from typing import TYPE_CHECKING

from blinkenlights.pc.bios import data, time
from blinkenlights.pc.bios.registers import Registers
from blinkenlights.pc.cdrom import CD_NUMBER
from blinkenlights.pc.scheduler import TICKS_PER_SECOND

if TYPE_CHECKING:
    from blinkenlights.pc.machine import PC

UNSUPPORTED = 0x86
SMAP = 0x534D4150
USABLE, RESERVED = 1, 2
CONVENTIONAL = 639  # KiB; the last of the 640 is the extended BIOS data area
EBDA = CONVENTIONAL << 10
MIB = 1 << 20
CONFIGURATION = 0x9100  # of the table that C0h points to, in the ROM
# length, model, submodel, revision, features: second PIC, clock, INT 09h calls INT 15h no, EBDA
CONFIGURATION_TABLE = bytes((8, 0, 0xFC, 0x01, 0x00, 0x64, 0x40, 0x00, 0x00, 0x00))


def fill_data_area(machine: "PC") -> None:
    memory = machine.memory
    memory.write(data.BASE, bytes(0x100))
    floppies = sum(number < 0x80 for number in machine.disks)
    memory.put_u16(data.SERIAL_PORTS, 0x3F8)
    memory.put_u16(data.EBDA, EBDA >> 4)
    memory.put_u8(EBDA, 1)
    # an FPU, 80 columns of colour, one serial port
    memory.put_u16(data.EQUIPMENT, 0x0222 | (1 | floppies - 1 << 6 if floppies else 0))
    memory.put_u16(data.CONVENTIONAL, CONVENTIONAL)
    for at in (data.KEY_HEAD, data.KEY_TAIL, data.KEY_BUFFER_START):
        memory.put_u16(at, data.KEY_BUFFER - data.BASE)
    memory.put_u16(data.KEY_BUFFER_STOP, data.KEY_BUFFER_END - data.BASE)
    memory.put_u8(data.KEYBOARD_KIND, 0x10)  # 101 keys
    memory.put_u8(data.HARD_DISKS, sum(0x80 <= number < CD_NUMBER for number in machine.disks))
    memory.put_u32(data.TICKS, time.ticks_now(machine))


def equipment(machine: "PC", r: Registers) -> str | None:
    """INT 11h."""
    r.ax = machine.memory.u16(data.EQUIPMENT)
    return None


def size(machine: "PC", r: Registers) -> str | None:
    """INT 12h."""
    r.ax = machine.memory.u16(data.CONVENTIONAL)
    return None


# -- INT 15h


def gate_a20(machine: "PC", r: Registers) -> str | None:
    if r.al in (0x00, 0x01):
        machine.cpu.set_a20(r.al == 1)
        r.ah = 0
    elif r.al == 0x02:
        r.ax = int(machine.cpu.a20)
    elif r.al == 0x03:
        r.ah, r.bx = 0, 3
    else:
        return refuse(machine, r)
    return None


def wait(machine: "PC", r: Registers) -> str | None:
    """86h: CX:DX microseconds."""
    if machine.waiting_until is None:
        microseconds = r.cx << 16 | r.dx
        machine.waiting_until = machine.cpu.now + microseconds * TICKS_PER_SECOND // 1_000_000
        machine.alarm.set(machine.waiting_until)
    if machine.cpu.now < machine.waiting_until:
        return "wait"
    machine.waiting_until = None
    return None


def move_block(machine: "PC", r: Registers) -> str | None:
    """87h: CX words between two places that a table of descriptors at ES:SI names."""
    memory = machine.memory
    table = (r.es << 4) + r.si

    def base(number: int) -> int:
        at = table + 8 * number
        return memory.u16(at + 2) | memory.u8(at + 4) << 16 | memory.u8(at + 7) << 24

    memory.write(base(3), memory.read(base(2), 2 * min(r.cx, 0x8000)))
    r.ah = 0
    return None


def extended_size(machine: "PC", r: Registers) -> str | None:
    """88h: KiB above the first MiB, up to 63 MiB."""
    r.ax = min(machine.memory.ram - MIB, 63 * MIB) >> 10
    return None


def configuration(machine: "PC", r: Registers) -> str | None:
    r.es, r.bx, r.ah = 0xF000, CONFIGURATION, 0
    return None


def data_segment(machine: "PC", r: Registers) -> str | None:
    r.es = EBDA >> 4
    return None


def large_size(machine: "PC", r: Registers) -> str | None:
    """E801h: KiB from 1 to 16 MiB, and 64 KiB units above. E820h: the map, an entry a call."""
    ram = machine.memory.ram
    if r.al == 0x01:
        low = min(ram, 16 * MIB) - MIB >> 10
        high = max(ram - 16 * MIB, 0) >> 16
        r.ax = r.cx = low
        r.bx = r.dx = high
        return None
    if r.al != 0x20 or r.edx != SMAP:
        return refuse(machine, r)
    entries = memory_map(machine)
    number = r.ebx
    if number >= len(entries):
        return refuse(machine, r)
    entry = pack("<QQI", *entries[number])
    machine.memory.write((r.es << 4) + r.di, entry)
    r.eax = SMAP
    r.ecx = len(entry)
    r.ebx = number + 1 if number + 1 < len(entries) else 0
    return None


def memory_map(machine: "PC") -> list[tuple[int, int, int]]:
    """Start, length and kind of each range."""
    rom = machine.memory.rom_size
    return [
        (0, EBDA, USABLE),
        (EBDA, 0xA0000 - EBDA, RESERVED),
        (0xF0000, 0x10000, RESERVED),
        (MIB, machine.memory.ram - MIB, USABLE),
        ((1 << 32) - rom, rom, RESERVED),
    ]


def refuse(machine: "PC", r: Registers) -> str | None:
    r.ah = UNSUPPORTED
    r.carry = True
    return None


FUNCTIONS: dict[int, Callable[["PC", Registers], str | None]] = {
    0x24: gate_a20,
    0x86: wait,
    0x87: move_block,
    0x88: extended_size,
    0xC0: configuration,
    0xC1: data_segment,
    0xE8: large_size,
}


def service(machine: "PC", r: Registers) -> str | None:
    """AH is the function."""
    r.carry = False
    return FUNCTIONS.get(r.ah, refuse)(machine, r)
