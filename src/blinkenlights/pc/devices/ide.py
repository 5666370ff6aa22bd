"""A hard disk on the first IDE channel, by programmed input and output (ports 0x1f0 to 0x1f7, 0x3f6)."""

from collections.abc import Callable
from struct import pack_into

from blinkenlights.pc.disk import SECTOR, Disk

BUSY, READY, SEEKED, DATA_REQUEST, ERROR = 0x80, 0x40, 0x10, 0x08, 0x01
ABORTED, NOT_FOUND = 0x04, 0x10
NO_INTERRUPTS, SOFT_RESET = 0x02, 0x04  # of the device control register
LBA, SECOND_DRIVE = 0x40, 0x10  # of the drive register
FEATURES, COUNT, LOW, MIDDLE, HIGH, DRIVE, COMMAND = range(1, 8)
READS = {0x20: False, 0x21: False, 0xC4: False, 0x24: True, 0x29: True}  # command: with 48-bit addresses
WRITES = {0x30: False, 0x31: False, 0xC5: False, 0x34: True, 0x39: True}
VERIFIES = {0x40: False, 0x41: False, 0x42: True}
NOTHING_TO_DO = frozenset({0x91, 0xC6, 0xE0, 0xE1, 0xE7, 0xEA, 0xEF, *range(0x10, 0x20), *range(0x70, 0x80)})
IDENTIFY = 0xEC
MOST_28 = (1 << 28) - 1


def identity(disk: Disk) -> bytes:
    """The 512 bytes of IDENTIFY DEVICE (ATA-6, 8.15)."""
    words = bytearray(SECTOR)

    def put(word: int, *values: int) -> None:
        pack_into(f"<{len(values)}H", words, word * 2, *values)

    def text(word: int, length: int, what: str) -> None:
        padded = what.ljust(length).encode()
        swapped = (padded[i + 1 : i + 2] + padded[i : i + 1] for i in range(0, length, 2))
        words[word * 2 : word * 2 + length] = b"".join(swapped)

    cylinders = min(disk.cylinders, 16383)
    small = min(disk.sectors, MOST_28)
    put(0, 0x0040, cylinders, 0, disk.heads, 0, 0, disk.track)
    text(10, 20, "1")
    text(23, 8, "1.0")
    text(27, 40, "Blinkenlights disk image")
    put(47, 0x8001)
    put(49, 0x0200)  # LBA, no DMA
    put(53, 1)
    put(54, cylinders, disk.heads, disk.track)
    put(57, (cylinders * disk.heads * disk.track) & 0xFFFF, cylinders * disk.heads * disk.track >> 16)
    put(60, small & 0xFFFF, small >> 16)
    put(80, 0x007E)
    put(83, 0x7400, 0x4000)
    put(86, 0x3400)
    put(100, *(disk.sectors >> shift & 0xFFFF for shift in (0, 16, 32, 48)))
    return bytes(words)


class Ide:
    """One channel with a master drive, or none."""

    def __init__(self, disk: Disk | None, interrupt: Callable[[bool], None]) -> None:
        self.disk = disk
        self.interrupt = interrupt
        self.registers = bytearray(8)
        self.before = bytearray(8)  # what the registers held before: the upper halves of 48-bit addresses
        self.device_control = 0
        self.buffer = bytearray()
        self.at = 0  # in the buffer
        self.left = 0  # sectors of the command still to come
        self.sector = 0
        self.writing = False
        self.reset()

    def reset(self) -> None:
        self.registers = bytearray((0, 1, 1, 1, 0, 0, 0, 0))
        self.status = READY | SEEKED if self.disk is not None else 0
        self.buffer = bytearray()
        self.at = self.left = 0

    @property
    def selected(self) -> bool:
        return self.disk is not None and not self.registers[DRIVE] & SECOND_DRIVE

    # -- ports

    def read_wide(self, port: int, size: int) -> int:
        register = port & 7
        if port == 0x3F6:
            return self.status if self.selected else 0
        if register == 0:
            return self.take(size)
        if size > 1:
            return sum(self.read_wide(port + i, 1) << 8 * i for i in range(size))
        if not self.selected:
            return 0
        if register == COMMAND:
            self.interrupt(False)
            return self.status
        return self.registers[register]

    def write_wide(self, port: int, size: int, value: int) -> None:
        register = port & 7
        if port == 0x3F6:
            if value & SOFT_RESET and not self.device_control & SOFT_RESET:
                self.reset()
            self.device_control = value
        elif register == 0:
            self.give(size, value)
        elif size > 1:
            for i in range(size):
                self.write_wide(port + i, 1, value >> 8 * i & 0xFF)
        elif register == COMMAND:
            if self.selected:
                self.execute(value)
        else:
            self.before[register] = self.registers[register]
            self.registers[register] = value

    def take(self, size: int) -> int:
        """From the data register."""
        if self.writing or self.at >= len(self.buffer):
            return 0
        value = int.from_bytes(self.buffer[self.at : self.at + size], "little")
        self.at += size
        if self.at >= len(self.buffer):
            self.buffer = bytearray()
            if self.left:
                self.next_read()
            else:
                self.status = READY | SEEKED
        return value

    def give(self, size: int, value: int) -> None:
        """To the data register."""
        if not self.writing or self.disk is None:
            return
        self.buffer += value.to_bytes(size, "little")
        if len(self.buffer) >= SECTOR:
            self.disk.write(self.sector, bytes(self.buffer[:SECTOR]))
            self.buffer = bytearray()
            self.sector += 1
            self.left -= 1
            if not self.left:
                self.writing = False
                self.status = READY | SEEKED
            self.done()

    # -- commands

    def done(self) -> None:
        if not self.device_control & NO_INTERRUPTS:
            self.interrupt(False)
            self.interrupt(True)

    def fail(self, error: int) -> None:
        self.registers[FEATURES] = error
        self.status = READY | SEEKED | ERROR
        self.done()

    def address(self, wide: bool) -> tuple[int, int]:
        """First sector and count of a command; the sector is -1 where there is none such."""
        assert self.disk is not None
        r, b = self.registers, self.before
        count = r[COUNT] or 256
        if wide:
            count = (b[COUNT] << 8 | r[COUNT]) or 65536
            low = r[LOW] | r[MIDDLE] << 8 | r[HIGH] << 16
            return low | b[LOW] << 24 | b[MIDDLE] << 32 | b[HIGH] << 40, count
        if r[DRIVE] & LBA:
            return r[LOW] | r[MIDDLE] << 8 | r[HIGH] << 16 | (r[DRIVE] & 15) << 24, count
        found = self.disk.address(r[MIDDLE] | r[HIGH] << 8, r[DRIVE] & 15, r[LOW])
        return -1 if found is None else found, count

    def execute(self, command: int) -> None:
        self.registers[FEATURES] = 0
        self.buffer = bytearray()
        self.at = self.left = 0
        self.writing = False
        self.status = READY | SEEKED
        assert self.disk is not None
        if command == IDENTIFY:
            self.buffer = bytearray(identity(self.disk))
            self.status |= DATA_REQUEST
            self.done()
        elif command in READS or command in WRITES or command in VERIFIES:
            wide = {**READS, **WRITES, **VERIFIES}[command]
            first, count = self.address(wide)
            if first < 0 or first + count > self.disk.capacity:
                self.fail(NOT_FOUND)
                return
            self.sector, self.left = first, count
            if command in READS:
                self.next_read()
            elif command in WRITES:
                self.writing = True
                self.status |= DATA_REQUEST
            else:
                self.done()
        elif command == 0x90:
            self.registers[FEATURES] = 1  # the diagnostic found nothing
            self.done()
        elif command in NOTHING_TO_DO:
            self.done()
        else:
            self.fail(ABORTED)

    def next_read(self) -> None:
        assert self.disk is not None
        self.buffer = bytearray(self.disk.read(self.sector, 1))
        self.at = 0
        self.sector += 1
        self.left -= 1
        self.status = READY | SEEKED | DATA_REQUEST
        self.done()

    def save(self) -> dict[str, object]:
        names = ("device_control", "at", "left", "sector", "writing", "status")
        return {
            **{name: getattr(self, name) for name in names},
            **{name: bytes(getattr(self, name)) for name in ("registers", "before", "buffer")},
        }

    def restore(self, state: dict[str, object]) -> None:
        for name, value in state.items():
            setattr(self, name, bytearray(value) if isinstance(value, bytes) else value)
