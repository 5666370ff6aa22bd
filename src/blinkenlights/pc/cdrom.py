"""CD images that can be booted from: ISO 9660 with a boot catalog.

Facts: ECMA-119, sections 8.1 and 8.4; "El Torito" bootable CD-ROM format specification 1.0, sections 2 and 4.
"""

import os
from pathlib import Path
from typing import NamedTuple

from blinkenlights.pc.disk import Disk

CD_SECTOR = 2048
CD_NUMBER = 0xE0
PRIMARY, BOOT_RECORD = 16, 17  # sectors of the volume descriptors
SYSTEM = b"EL TORITO SPECIFICATION"
CATALOG_AT = 0x47  # in the boot record: the catalog's sector
VALIDATION, BOOTABLE = 0x01, 0x88
ENTRY = 32  # bytes of an entry of the catalog; the first one validates it
NO_EMULATION, HARD_DISK = 0, 4
EMULATED_FLOPPIES = {1: 1200, 2: 1440, 3: 2880}  # KiB by the medium's number
USUAL_SEGMENT = 0x7C0


class BootEntry(NamedTuple):
    """What the catalog says of the image to boot."""

    medium: int
    segment: int
    length: int  # sectors of 512 bytes to load
    first: int  # sector of the CD


def boot_entry(path: str | os.PathLike[str]) -> BootEntry | None:
    """The first entry of a CD's catalog; None for what is no CD that can be booted. OSError."""
    with Path(path).open("rb") as file:

        def sector(number: int) -> bytes:
            file.seek(number * CD_SECTOR)
            return file.read(CD_SECTOR)

        record = sector(BOOT_RECORD)
        if sector(PRIMARY)[:6] != b"\1CD001" or record[:6] != b"\0CD001" or record[7:30] != SYSTEM:
            return None
        catalog = sector(int.from_bytes(record[CATALOG_AT : CATALOG_AT + 4], "little"))
    entry = catalog[ENTRY : 2 * ENTRY]
    if catalog[:1] != bytes((VALIDATION,)) or entry[:1] != bytes((BOOTABLE,)):
        return None
    segment = int.from_bytes(entry[2:4], "little") or USUAL_SEGMENT
    length = int.from_bytes(entry[6:8], "little") or 1
    return BootEntry(entry[1] & 15, segment, length, int.from_bytes(entry[8:12], "little"))


class Cd(Disk):
    """A CD in the first drive; nothing can be written."""

    sector = CD_SECTOR

    def __init__(self, path: str | os.PathLike[str], entry: BootEntry) -> None:
        super().__init__(path)
        self.entry = entry
        self.floppy = False
        self.cylinders = self.heads = self.track = self.type = 0
        self.read_only = True

    @property
    def number(self) -> int:
        return CD_NUMBER

    def emulated(self) -> Disk | None:
        """The floppy or hard disk that the image to boot stands for, if it does for one."""
        start = self.entry.first * CD_SECTOR
        kib = EMULATED_FLOPPIES.get(self.entry.medium)
        if kib is not None:
            return Disk(self.path, part=(start, kib << 10))
        if self.entry.medium != HARD_DISK:
            return None
        with self.path.open("rb") as file:
            file.seek(start + 0x1BE)
            partition = file.read(16)
        sectors = sum(int.from_bytes(partition[at : at + 4], "little") for at in (8, 12))
        return Disk(self.path, part=(start, max(sectors, 1) * 512))
