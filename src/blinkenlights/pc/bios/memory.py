"""INT 11h and 12h, and those functions of INT 15h that concern memory; the BIOS data area."""

from typing import TYPE_CHECKING

from blinkenlights.pc.bios.registers import Registers

if TYPE_CHECKING:
    from blinkenlights.pc.machine import PC

EQUIPMENT = 0x410
CONVENTIONAL = 0x413  # KiB
UNSUPPORTED = 0x86


def fill_data_area(machine: "PC") -> None:
    memory = machine.memory
    floppies = sum(number < 0x80 for number in machine.disks)
    memory.put_u16(EQUIPMENT, 0x0022 | (1 | floppies - 1 << 6 if floppies else 0))
    memory.put_u16(CONVENTIONAL, 639)
    memory.put_u8(0x475, sum(number >= 0x80 for number in machine.disks))


def equipment(machine: "PC", r: Registers) -> str | None:
    r.ax = machine.memory.u16(EQUIPMENT)
    return None


def size(machine: "PC", r: Registers) -> str | None:
    r.ax = machine.memory.u16(CONVENTIONAL)
    return None


def service(machine: "PC", r: Registers) -> str | None:
    """INT 15h: A20 (24xxh), extended memory (88h)."""
    r.carry = False
    if r.ax in (0x2400, 0x2401):
        machine.cpu.set_a20(r.ax == 0x2401)
        r.ah = 0
    elif r.ax == 0x2402:
        r.ax = int(machine.cpu.a20)
    elif r.ax == 0x2403:
        r.ah, r.bx = 0, 3
    elif r.ah == 0x88:
        r.ax = min(machine.memory.ram - (1 << 20), 63 << 20) >> 10
    else:
        r.ah = UNSUPPORTED
        r.carry = True
    return None
