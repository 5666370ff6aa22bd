"""A PC's physical memory: RAM, the ROM area, and the copy of the ROM below 4 GiB."""

import os

from blinkenlights.core.memory import AddressSpace
from blinkenlights.core.supervisor.processor import SystemProcessor

PAGE = 4096
SHARED = 1
PROT_ALL = 7
MOST_RAM = 3 << 30  # devices of 32-bit PCs are above
LEAST_RAM = 2 << 20
VIDEO = 0xA0000  # to 0xbffff: the adapters' windows, plain memory here
OPTION_ROMS = 0xC0000
ROM_END = 0x100000


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
        self.cpu: SystemProcessor

    def install(self, cpu: SystemProcessor, bus: object) -> None:
        """Make it the memory of `cpu`, whose ports are `bus`."""
        self.cpu = cpu
        cpu.install(bus, self.fd, self.ram // PAGE, self.rom_size // PAGE)
        cpu.protect_rom(self.low_rom, ROM_END - self.low_rom)

    def add_option_rom(self, address: int, image: bytes) -> None:
        """An option ROM between 0xc0000 and the BIOS. ValueError for what is none."""
        if image[:2] != b"\x55\xaa" or len(image) < 3 or image[2] * 512 > len(image):
            raise ValueError("an option ROM begins with 55 AA and its length in units of 512 bytes")
        if address % 2048 or address < OPTION_ROMS or address + len(image) > self.low_rom:
            raise ValueError(f"there is no room for an option ROM at {address:#x}")
        self.cpu.write_physical(address, image, True)
        self.cpu.protect_rom(address, len(image))

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
