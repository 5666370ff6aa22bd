"""A chipset for a BIOS to program: Intel's 440FX host bridge and PIIX3, as far as a boot needs them.

Facts: Intel 82441FX data sheet (290549), section 3.2.13 for the PAM registers; Intel 82371SB data sheet
(290550) for the bridge to the ISA bus and the IDE function; PCI local bus specification 2.1, chapter 6.
"""

from collections.abc import Callable
from typing import Any, Protocol

VENDOR, DEVICE_ID, CLASS, HEADER_TYPE = 0x00, 0x02, 0x08, 0x0E
INTEL = 0x8086
MANY_FUNCTIONS = 0x80  # of the header type
PAM = 0x59  # to 0x5f
READS_RAM, WRITES_RAM = 1, 2
BIOS_AREA, BIOS_LENGTH = 0xF0000, 0x10000  # of PAM's first register, in its high half
LOWER_AREA, PIECE = 0xC0000, 0x4000  # of the others: a piece for each half
FIXED = frozenset((*range(4), *range(8, 12), HEADER_TYPE, *range(0x10, 0x28), *range(0x30, 0x34)))
SELECTS = 0x80000000  # of the address register: a configuration access, not a port


class Function:
    """A PCI function: its configuration space; identification and base addresses stay as they are."""

    def __init__(self, device: int, kind: int, header: int = 0) -> None:
        """`device` is the maker's number; `kind` is class, subclass and programming interface."""
        self.space = bytearray(256)
        self.put(VENDOR, 2, INTEL)
        self.put(DEVICE_ID, 2, device)
        self.put(CLASS + 1, 3, kind)
        self.space[HEADER_TYPE] = header

    def put(self, at: int, size: int, value: int) -> None:
        self.space[at : at + size] = value.to_bytes(size, "little")

    def write(self, at: int, value: int) -> None:
        """A byte."""
        if at not in FIXED:
            self.space[at] = value


Functions = dict[tuple[int, int], Function]


class Shadow(Protocol):
    """Memory from 0xc0000 to 1 MiB, whose pieces are RAM or ROM."""

    def choose(self, address: int, length: int, reads_ram: bool, writes_ram: bool) -> None: ...


class HostBridge(Function):
    """82441FX: its PAM registers say which pieces of the first MiB are RAM."""

    def __init__(self, shadow: Shadow) -> None:
        super().__init__(0x1237, 0x060000)
        self.shadow = shadow

    def write(self, at: int, value: int) -> None:
        super().write(at, value)
        if at == PAM:
            self.choose(BIOS_AREA, BIOS_LENGTH, value >> 4)
        elif PAM < at < PAM + 7:
            for half in range(2):
                self.choose(LOWER_AREA + (2 * (at - PAM - 1) + half) * PIECE, PIECE, value >> 4 * half)

    def choose(self, address: int, length: int, bits: int) -> None:
        self.shadow.choose(address, length, bool(bits & READS_RAM), bool(bits & WRITES_RAM))


def functions(shadow: Shadow) -> Functions:
    """What is on the bus of a 440FX and PIIX3."""
    return {
        (0, 0): HostBridge(shadow),
        (1, 0): Function(0x7000, 0x060100, MANY_FUNCTIONS),  # to the ISA bus
        (1, 1): Function(0x7010, 0x010180),  # IDE, at its old ports
    }


class Pci:
    """Bus 0 by configuration mechanism 1 (0xcf8, 0xcfc); 0xcf9 resets."""

    def __init__(self, reset: Callable[[], None], functions: Functions | None = None) -> None:
        """`functions` by device and function number; without, the bus is empty."""
        self.reset = reset
        self.address = 0
        self.functions = functions or {}

    def selected(self) -> Function | None:
        if not self.address & SELECTS or self.address & 0xFF0000:
            return None
        return self.functions.get((self.address >> 11 & 31, self.address >> 8 & 7))

    def read_wide(self, port: int, size: int) -> int:
        if port < 0xCFC:
            return self.address >> 8 * (port - 0xCF8)
        function = self.selected()
        if function is None:
            return (1 << 8 * size) - 1
        at = (self.address & 0xFC) + (port & 3)
        return int.from_bytes(function.space[at : at + size], "little")

    def write_wide(self, port: int, size: int, value: int) -> None:
        if port == 0xCF8 and size == 4:
            self.address = value & 0x80FFFFFC
        elif port == 0xCF9 and size == 1 and value & 4:
            self.reset()
        elif port >= 0xCFC:
            function = self.selected()
            if function is not None:
                for i, byte in enumerate(value.to_bytes(4, "little")[:size]):
                    function.write((self.address & 0xFC) + (port & 3) + i, byte)

    def save(self) -> object:
        return self.address, {place: bytes(each.space) for place, each in self.functions.items()}

    def restore(self, state: Any) -> None:
        self.address, spaces = state
        for place, space in spaces.items():
            self.functions[place].space[:] = space
