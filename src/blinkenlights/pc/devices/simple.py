"""Chips that only need to be there: register files, and the ports that end the machine."""

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
