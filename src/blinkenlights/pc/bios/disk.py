"""INT 13h: disks."""

from typing import TYPE_CHECKING

from blinkenlights.pc.bios.registers import Registers
from blinkenlights.pc.disk import SECTOR

if TYPE_CHECKING:
    from blinkenlights.pc.machine import PC

BAD_COMMAND = 1
NOT_FOUND = 4
STATUS = 0x441  # BIOS data area: of the last floppy operation


def service(machine: "PC", r: Registers) -> str | None:
    """AH is the function; CF and AH tell of errors."""
    disk = machine.disks.get(r.dl)
    function = r.ah
    status = 0
    if disk is None or function not in FUNCTIONS:
        status = BAD_COMMAND
    elif function == 0x02:
        first = disk.address(r.ch | (r.cl & 0xC0) << 2, r.dh, r.cl & 0x3F)
        if first is None or first + r.al > disk.capacity:
            status = NOT_FOUND
            r.al = 0
        else:
            machine.memory.write((r.es << 4) + r.bx, disk.read(first, r.al))
    elif function == 0x08:
        cylinders = min(disk.cylinders, 1024) - 1
        r.ch, r.cl = cylinders & 0xFF, disk.track | cylinders >> 2 & 0xC0
        r.dh, r.dl = disk.heads - 1, sum(n & 0x80 == r.dl & 0x80 for n in machine.disks)
        r.bl = disk.type
    elif function == 0x41:
        if r.bx != 0x55AA or r.dl < 0x80:
            status = BAD_COMMAND
        else:
            r.bx, r.cx = 0xAA55, 1
            status = 0x01
            r.ah = 0x21
            r.carry = False
            return None
    elif function == 0x42:
        status = extended_read(machine, r)
    r.ah = status
    machine.memory.put_u8(STATUS, status)
    r.carry = status != 0
    return None


def extended_read(machine: "PC", r: Registers) -> int:
    """By a packet at DS:SI: size, count, buffer, first sector."""
    memory = machine.memory
    packet = (r.ds << 4) + r.si
    count, offset, segment = (memory.u16(packet + at) for at in (2, 4, 6))
    first = memory.u32(packet + 8) | memory.u32(packet + 12) << 32
    disk = machine.disks[r.dl]
    if first + count > disk.capacity:
        return NOT_FOUND
    data = disk.read(first, count)
    assert len(data) == count * SECTOR
    memory.write((segment << 4) + offset, data)
    return 0


FUNCTIONS = frozenset({0x00, 0x02, 0x08, 0x41, 0x42})
