"""INT 13h: disks, by cylinder, head and sector, and by number (the EDD extensions)."""

from collections.abc import Callable
from struct import pack
from typing import TYPE_CHECKING

from blinkenlights.pc.bios import data
from blinkenlights.pc.bios.registers import Registers
from blinkenlights.pc.cdrom import CD_NUMBER, Cd
from blinkenlights.pc.disk import SECTOR, Disk

if TYPE_CHECKING:
    from blinkenlights.pc.machine import PC

FINE, BAD_COMMAND, WRITE_PROTECTED, NOT_FOUND, NO_DISK = 0x00, 0x01, 0x03, 0x04, 0x80
REMOVABLE_WITHOUT_SHAPE, NO_SHAPE = 0x04, 0xFFFFFFFF  # of function 48h's answer
FLOPPY_TABLE = 0x9000  # in the ROM: the parameters that INT 1Eh points to
# step rate, DMA, motor off time, bytes a sector (2: 512), sectors, gaps, filler, head settling, motor start
FLOPPY_PARAMETERS = bytes((0xAF, 0x02, 0x25, 0x02, 18, 0x1B, 0xFF, 0x6C, 0xF6, 0x0F, 0x08))


def place(r: Registers, disk: Disk) -> int | None:
    """The first sector of a request by cylinder, head and sector, if all of its sectors are there."""
    first = disk.address(r.ch | (r.cl & 0xC0) << 2, r.dh, r.cl & 0x3F)
    return None if first is None or first + r.al > disk.capacity or r.al == 0 else first


def reset(machine: "PC", r: Registers, disk: Disk) -> int:
    return FINE


def last_status(machine: "PC", r: Registers, disk: Disk) -> int:
    return machine.memory.u8(status_at(r.dl))


def read(machine: "PC", r: Registers, disk: Disk) -> int:
    first = place(r, disk)
    if first is None:
        r.al = 0
        return NOT_FOUND
    machine.memory.write((r.es << 4) + r.bx, disk.read(first, r.al))
    return FINE


def write(machine: "PC", r: Registers, disk: Disk) -> int:
    first = place(r, disk)
    if first is None:
        r.al = 0
        return NOT_FOUND
    disk.write(first, machine.memory.read((r.es << 4) + r.bx, r.al * SECTOR))
    return FINE


def verify(machine: "PC", r: Registers, disk: Disk) -> int:
    return FINE if place(r, disk) is not None else NOT_FOUND


def format_track(machine: "PC", r: Registers, disk: Disk) -> int:
    first = disk.address(r.ch | (r.cl & 0xC0) << 2, r.dh, 1)
    if first is None:
        return NOT_FOUND
    disk.write(first, b"\xf6" * (disk.track * SECTOR))
    return FINE


def parameters(machine: "PC", r: Registers, disk: Disk) -> int:
    r.ch, r.cl, heads = shape_bytes(disk)
    kin = [n for n in machine.disks if n & 0x80 == r.dl & 0x80 and n < CD_NUMBER]
    r.dh, r.dl = heads, len(kin)
    r.ax = 0
    if disk.floppy:
        r.bx = disk.type
        r.es, r.di = 0xF000, FLOPPY_TABLE
    return FINE


def kind(machine: "PC", r: Registers, disk: Disk) -> int:
    """15h: 1 is a floppy without a change line, 3 a hard disk of CX:DX sectors."""
    if disk.floppy:
        r.ah = 1
    else:
        r.ah = 3
        r.cx, r.dx = disk.sectors >> 16 & 0xFFFF, disk.sectors & 0xFFFF
    return -1


def media_type(machine: "PC", r: Registers, disk: Disk) -> int:
    """17h and 18h, for floppies before they are formatted."""
    if not disk.floppy:
        return BAD_COMMAND
    r.es, r.di = 0xF000, FLOPPY_TABLE
    return FINE


def extensions(machine: "PC", r: Registers, disk: Disk) -> int:
    if r.bx != 0x55AA or disk.floppy:
        return BAD_COMMAND
    r.bx, r.cx, r.ah = 0xAA55, 1, 0x21
    return -1


def packet(machine: "PC", r: Registers, disk: Disk) -> tuple[int, int, int] | None:
    """Buffer, first sector and count of the packet at DS:SI; None for sectors that aren't there."""
    memory = machine.memory
    at = (r.ds << 4) + r.si
    count, offset, segment = (memory.u16(at + i) for i in (2, 4, 6))
    first = memory.u32(at + 8) | memory.u32(at + 12) << 32
    buffer = (segment << 4) + offset
    if memory.u8(at) >= 0x18 and (segment, offset) == (0xFFFF, 0xFFFF):
        buffer = memory.u32(at + 16)
    if first + count > disk.capacity:
        memory.put_u16(at + 2, 0)
        return None
    return buffer, first, count


def extended_read(machine: "PC", r: Registers, disk: Disk) -> int:
    wanted = packet(machine, r, disk)
    if wanted is None:
        return NOT_FOUND
    buffer, first, count = wanted
    machine.memory.write(buffer, disk.read(first, count))
    return FINE


def extended_write(machine: "PC", r: Registers, disk: Disk) -> int:
    wanted = packet(machine, r, disk)
    if wanted is None:
        return NOT_FOUND
    if disk.read_only:
        return WRITE_PROTECTED
    buffer, first, count = wanted
    disk.write(first, machine.memory.read(buffer, count * SECTOR))
    return FINE


def extended_verify(machine: "PC", r: Registers, disk: Disk) -> int:
    return FINE if packet(machine, r, disk) is not None else NOT_FOUND


def extended_parameters(machine: "PC", r: Registers, disk: Disk) -> int:
    """48h: size, flags, cylinders, heads, sectors, all sectors, bytes a sector."""
    at = (r.ds << 4) + r.si
    if machine.memory.u16(at) < 26:
        return BAD_COMMAND
    shape = (2, disk.cylinders, disk.heads, disk.track)
    if isinstance(disk, Cd):
        shape = (REMOVABLE_WITHOUT_SHAPE, NO_SHAPE, NO_SHAPE, NO_SHAPE)
    machine.memory.write(at, pack("<HHIIIQH", 26, *shape, disk.sectors, disk.sector))
    return FINE


def emulation(machine: "PC", r: Registers, disk: Disk) -> int:
    """4Bh: of a CD that was booted, tell (AL=1) what it stands for, or end that (AL=0)."""
    cd = machine.disks.get(CD_NUMBER)
    if not isinstance(cd, Cd) or r.al > 1:
        return BAD_COMMAND
    entry = cd.entry
    machine.memory.write(
        (r.ds << 4) + r.si,
        pack("<BBBBIHHHHBBB", 0x13, entry.medium, machine.boot_disk, 0, entry.first, 0, 0, entry.segment,
             entry.length, *shape_bytes(machine.disks[machine.boot_disk])),
    )  # fmt: skip
    if r.al == 0:
        machine.emulates = False
    return FINE


def shape_bytes(disk: Disk) -> tuple[int, int, int]:
    """As function 08h has them in CH, CL and DH."""
    if isinstance(disk, Cd):
        return 0, 0, 0
    cylinders = min(disk.cylinders, 1024) - 1
    return cylinders & 0xFF, disk.track | cylinders >> 2 & 0xC0, disk.heads - 1


FUNCTIONS: dict[int, Callable[["PC", Registers, Disk], int]] = {
    0x00: reset, 0x01: last_status, 0x02: read, 0x03: write, 0x04: verify, 0x05: format_track,
    0x08: parameters, 0x09: reset, 0x0C: reset, 0x0D: reset, 0x10: reset, 0x11: reset, 0x14: reset,
    0x15: kind, 0x16: reset, 0x17: media_type, 0x18: media_type,
    0x41: extensions, 0x42: extended_read, 0x43: extended_write, 0x44: extended_verify, 0x47: extended_verify,
    0x48: extended_parameters, 0x4B: emulation,
}  # fmt: skip
EXTENDED, EMULATION = 0x41, 0x4B
OF_CDS = frozenset((0x00, 0x01, 0x0D, 0x15, 0x41, 0x42, 0x43, 0x44, 0x47, 0x48, 0x4B))


def status_at(drive: int) -> int:
    return data.HARD_DISK_STATUS if drive & 0x80 else data.DISK_STATUS


def has(disk: Disk, number: int) -> bool:
    """Whether a function is one for this kind of disk."""
    if isinstance(disk, Cd):
        return number in OF_CDS
    return not disk.floppy or number <= EXTENDED or number == EMULATION


def service(machine: "PC", r: Registers) -> str | None:
    """AH is the function; CF and AH tell of errors."""
    disk = machine.disks.get(r.dl)
    if not machine.emulates and r.dl == machine.boot_disk and r.dl != CD_NUMBER:
        disk = None
    number = r.ah
    function = FUNCTIONS.get(number)
    if function is None or (disk is not None and not has(disk, number)):
        status = BAD_COMMAND
    elif disk is None:
        status = FINE if number == 0 and r.dl < 2 else BAD_COMMAND if r.dl & 0x80 else NO_DISK
        if number == 0x15:
            r.ah, status = 0, -1
    else:
        status = function(machine, r, disk)
    if status >= 0:
        r.ah = status
        machine.memory.put_u8(status_at(r.dl), status)
    r.carry = status > 0
    return None
