"""A PC's physical memory: RAM, the ROM area, and the copy of the ROM below 4 GiB."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from blinkenlights.core.memory import AddressSpace
from blinkenlights.core.supervisor.processor import SystemProcessor

PAGE = 4096
SHARED = 1
PROT_ALL = 7
MOST_RAM = 3 << 30  # devices of 32-bit PCs are above
LEAST_RAM = 2 << 20
VIDEO = 0xA0000  # to 0xbffff: the adapters' windows, plain memory here
OPTION_ROMS = 0xC0000
FIRST_ROM = 0xC8000  # behind the display adapter's
ROM_STEP = 2048
ROM_END = 0x100000


def is_video_rom(image: bytes) -> bool:
    """Whether an option ROM is a display adapter's BIOS, which has IBM's name where IBM's own has it."""
    return image[0x1E:0x21] == b"IBM"


def check_option_rom(image: bytes) -> None:
    """ValueError for what is none."""
    if image[:2] != b"\x55\xaa" or len(image) < 3 or not 0 < image[2] * 512 <= len(image):
        raise ValueError("an option ROM begins with 55 AA and its length in units of 512 bytes")


def read_option_roms(paths: Iterable[str | os.PathLike[str]]) -> dict[int, bytes]:
    """Option ROMs by address: a display adapter's at 0xc0000, others behind it. OSError, ValueError."""
    found: dict[int, bytes] = {}
    following = FIRST_ROM
    for path in paths:
        image = Path(path).read_bytes()
        check_option_rom(image)
        address = OPTION_ROMS if is_video_rom(image) else following
        found[address] = image
        end = address + len(image) + ROM_STEP - 1
        following = max(following, end - end % ROM_STEP)
    return found


class Memory:
    """Physical memory, by physical addresses. All of it is one file in memory, `fd`."""

    def __init__(self, ram: int, rom: bytes) -> None:
        """`ram` bytes, whole pages; `rom` ends below 1 MiB (its last 128 KiB) and below 4 GiB."""
        if not LEAST_RAM <= ram <= MOST_RAM or ram % PAGE:
            raise ValueError(f"memory of 2 MiB to 3 GiB, in pages of 4 KiB, not {ram} bytes")
        if not rom or len(rom) % PAGE or len(rom) > 16 << 20:
            raise ValueError("a ROM has up to 16 MiB, in pages of 4 KiB")
        self.ram = ram
        self.rom_size = len(rom)
        length = ram + len(rom) + 2 * PAGE
        self.fd = os.memfd_create("memory", os.MFD_CLOEXEC)
        try:
            os.ftruncate(self.fd, length)
            os.pwrite(self.fd, rom, ram)
            low = rom[-min(len(rom), 0x20000) :]
            os.pwrite(self.fd, low, ROM_END - len(low))
            os.pwrite(self.fd, b"\xff" * PAGE, ram + len(rom))
            self.space = AddressSpace(True)
            self.space.map(0, length, PROT_ALL, SHARED, self.fd, name=b"[memory]")
        except BaseException:
            os.close(self.fd)
            raise
        self.low_rom = ROM_END - len(low)
        # by piece (address, length): whether reads and writes are RAM's, and what is behind what is seen
        self.pieces: dict[tuple[int, int], tuple[bool, bool]] = {}
        self.hidden: dict[tuple[int, int], bytes] = {}
        self.cpu: SystemProcessor

    def install(self, cpu: SystemProcessor, bus: object) -> None:
        """Make it the memory of `cpu`, whose ports are `bus`."""
        self.cpu = cpu
        cpu.install(bus, self.fd, self.ram // PAGE, self.rom_size // PAGE)
        cpu.protect_rom(self.low_rom, ROM_END - self.low_rom)

    def add_option_rom(self, address: int, image: bytes) -> None:
        """An option ROM between 0xc0000 and the BIOS. ValueError for what is none."""
        check_option_rom(image)
        if address % ROM_STEP or address < OPTION_ROMS or address + len(image) > self.low_rom:
            raise ValueError(f"there is no room for an option ROM at {address:#x}")
        self.cpu.write_physical(address, image, True)
        self.cpu.protect_rom(address, len(image))

    def choose(self, address: int, length: int, reads_ram: bool, writes_ram: bool) -> None:
        """A host bridge makes a piece of the first MiB RAM or ROM. Where it writes RAM it reads it."""
        piece = address, length
        before, _ = self.pieces.get(piece, (False, False))
        seen = reads_ram or writes_ram
        if seen != before:
            now = self.read(address, length)
            behind = self.hidden.get(piece, bytes(length))
            if seen and not reads_ram:  # a BIOS that copies itself to the same place
                behind = now
            self.hidden[piece] = now
            self.cpu.write_physical(address, behind, True)
        self.pieces[piece] = seen, writes_ram
        self.cpu.protect_rom(address, length, not writes_ram)

    def save(self) -> object:
        """Which pieces are what, and what is behind them."""
        return dict(self.pieces), dict(self.hidden)

    def restore(self, state: Any) -> None:
        """What `save` gave; contents are the caller's."""
        pieces, hidden = state
        for address, length in self.pieces:
            self.cpu.protect_rom(address, length, not pieces.get((address, length), (False, False))[1])
        self.pieces, self.hidden = dict(pieces), dict(hidden)

    def read(self, address: int, length: int) -> bytes:
        return self.cpu.read_physical(address, length)

    def write(self, address: int, data: bytes) -> None:
        """As a device does: what is ROM stays."""
        self.cpu.write_physical(address, bytes(data))

    def u8(self, address: int) -> int:
        return self.read(address, 1)[0]

    def u16(self, address: int) -> int:
        return int.from_bytes(self.read(address, 2), "little")

    def u32(self, address: int) -> int:
        return int.from_bytes(self.read(address, 4), "little")

    def put_u8(self, address: int, value: int) -> None:
        self.write(address, bytes([value & 0xFF]))

    def put_u16(self, address: int, value: int) -> None:
        self.write(address, (value & 0xFFFF).to_bytes(2, "little"))

    def put_u32(self, address: int, value: int) -> None:
        self.write(address, (value & 0xFFFFFFFF).to_bytes(4, "little"))

    def close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1
