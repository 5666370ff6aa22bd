"""Chips that only need to be there: register files, an empty PCI bus, and the ports that end the machine."""

from collections.abc import Callable


class Latches:
    """Ports that read as what was last written: DMA controllers and pages, POST codes."""

    def __init__(self) -> None:
        self.values: dict[int, int] = {}

    def read(self, port: int) -> int:
        return self.values.get(port, 0)

    def write(self, port: int, value: int) -> None:
        self.values[port] = value

    def save(self) -> dict[int, int]:
        return dict(self.values)

    def restore(self, state: dict[int, int]) -> None:
        self.values = dict(state)


class EmptyPci:
    """Configuration mechanism 1 (0xcf8, 0xcfc) of a bus without devices; 0xcf9 resets."""

    def __init__(self, reset: Callable[[], None]) -> None:
        self.reset = reset
        self.address = 0

    def read_wide(self, port: int, size: int) -> int:
        if port < 0xCFC:
            return self.address >> 8 * (port - 0xCF8)
        return (1 << 8 * size) - 1

    def write_wide(self, port: int, size: int, value: int) -> None:
        if port == 0xCF8 and size == 4:
            self.address = value & 0x80FFFFFC
        elif port == 0xCF9 and size == 1 and value & 4:
            self.reset()

    def save(self) -> int:
        return self.address

    def restore(self, state: int) -> None:
        self.address = state


class PowerOff:
    """ACPI's sleep control where virtual machines have it (0x604, 0xb004): SLP_EN ends the machine."""

    SLEEP = 0x2000

    def __init__(self, end: Callable[[int], None]) -> None:
        self.end = end

    def read_wide(self, port: int, size: int) -> int:
        return 0

    def write_wide(self, port: int, size: int, value: int) -> None:
        if size >= 2 and value & self.SLEEP:
            self.end(0)
