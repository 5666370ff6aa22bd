"""Disk images and their geometry."""

import os
from pathlib import Path

SECTOR = 512

# Floppies by size in KiB: cylinders, heads, sectors a track, and the type that INT 13h, AH=08h gives.
FLOPPIES = {
    160: (40, 1, 8, 1), 180: (40, 1, 9, 1), 320: (40, 2, 8, 1), 360: (40, 2, 9, 1), 720: (80, 2, 9, 3),
    1200: (80, 2, 15, 2), 1440: (80, 2, 18, 4), 2880: (80, 2, 36, 5),
}  # fmt: skip


class Disk:
    """An image of a floppy or a hard disk. Writes stay in memory unless the image is opened for writing."""

    sector = SECTOR  # bytes

    def __init__(
        self, path: str | os.PathLike[str], write: bool = False, part: tuple[int, int] | None = None
    ) -> None:
        """`part` of a file: its start and length, in bytes.

        OSError when it can't be read; ValueError when it is empty.
        """
        self.path = Path(path)
        self._file = self.path.open("r+b" if write else "rb")
        size = self._file.seek(0, os.SEEK_END)
        self._start, size = part or (0, size)
        if size == 0:
            self._file.close()
            raise ValueError(f"{path} is empty")
        self.writable = write
        self.read_only = False  # writes are refused
        self.replaying = False
        self.sectors = (size + self.sector - 1) // self.sector
        self._changed: dict[int, bytes] = {}  # what was written; without a recording, and not kept
        self._before: dict[int, bytes] | None = None  # recorded: what the image had where it was written
        shape = FLOPPIES.get(size >> 10) if size % 1024 == 0 else None
        # a bare boot sector is taken for the floppy that it was written for
        if shape is None and size < 360 << 10 and part is None:
            shape = FLOPPIES[1440]
        self.floppy = shape is not None
        if shape is not None:
            self.cylinders, self.heads, self.track, self.type = shape
        else:
            self.heads, self.track, self.type = 16, 63, 0
            if self.sectors > 1024 * 16 * 63:
                self.heads = next((h for h in (32, 64, 128) if self.sectors <= 1024 * h * 63), 255)
            self.cylinders = max(self.sectors // (self.heads * self.track), 1)

    @property
    def number(self) -> int:
        """The BIOS's: 0x00 for the first floppy, 0x80 for the first hard disk."""
        return 0 if self.floppy else 0x80

    @property
    def capacity(self) -> int:
        """Sectors that can be addressed."""
        return self.cylinders * self.heads * self.track if self.floppy else self.sectors

    def address(self, cylinder: int, head: int, sector: int) -> int | None:
        """The number of a sector by cylinder, head and sector (from 1); None for none."""
        if cylinder >= self.cylinders or head >= self.heads or not 1 <= sector <= self.track:
            return None
        return (cylinder * self.heads + head) * self.track + sector - 1

    def read(self, first: int, count: int) -> bytes:
        """`count` sectors; what the image is too short for is zero. ValueError beyond the disk."""
        if first < 0 or count < 0 or first + count > self.capacity:
            raise ValueError(f"the disk has {self.capacity} sectors")
        size = self.sector
        self._file.seek(self._start + first * size)
        data = self._file.read(count * size).ljust(count * size, b"\0")
        if not self._changed and not self._before:
            return data
        changed, before = self._changed, self._before or {}
        return b"".join(
            changed.get(n) or before.get(n) or data[i * size : (i + 1) * size]
            for i, n in enumerate(range(first, first + count))
        )

    def write(self, first: int, data: bytes) -> None:
        """Whole sectors; in a replay the image has them already. ValueError beyond the disk."""
        size = self.sector
        count = len(data) // size
        if first < 0 or first + count > self.capacity:
            raise ValueError(f"the disk has {self.capacity} sectors")
        if self.writable and not self.replaying:
            if self._before is not None:
                for n in range(first, first + count):
                    if n not in self._before:
                        self._before[n] = self.read(n, 1)
            self._file.seek(self._start + first * size)
            self._file.write(data)
            self._file.flush()
            if self._before is None:
                return
        for i in range(count):
            self._changed[first + i] = bytes(data[i * size : (i + 1) * size])

    def record(self) -> None:
        """From now on `save` and `restore` know what the image has, too."""
        self._before = {}

    def rewrite(self) -> None:
        """Have the image hold what the disk does: its past has become the present."""
        if self.writable and self._before:
            for n, before in self._before.items():
                self._file.seek(self._start + n * self.sector)
                self._file.write(self._changed.get(n, before))
            self._file.flush()

    def save(self) -> dict[int, bytes]:
        """What was written since the start; of an image that keeps it, since `record`."""
        return dict(self._changed)

    def restore(self, state: dict[int, bytes]) -> None:
        self._changed = dict(state)

    def close(self) -> None:
        self._file.close()
