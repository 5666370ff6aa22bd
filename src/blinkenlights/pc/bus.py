"""Ports: which device answers which, a row a range."""

from collections.abc import Callable
from typing import Protocol


class Device(Protocol):
    """A chip on the bus. Registers are bytes; wider accesses come as several."""

    def read(self, port: int) -> int: ...
    def write(self, port: int, value: int) -> None: ...


class WideDevice(Protocol):
    """One that tells accesses of 1, 2 and 4 bytes apart."""

    def read_wide(self, port: int, size: int) -> int: ...
    def write_wide(self, port: int, size: int, value: int) -> None: ...


class Interrupts(Protocol):
    """What the processor asks for the vector of an interrupt: the PIC."""

    def acknowledge(self) -> int: ...


class Bus:
    """The processor's ports. What nobody answers reads as all ones, and ignores writes."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, int, str]] = []  # first and last port, the device's name
        self._narrow: dict[int, Device] = {}
        self._wide: dict[int, WideDevice] = {}
        self.pic: Interrupts | None = None
        self.on_x87_error: Callable[[], None] | None = None  # who makes it IRQ 13

    def attach(self, name: str, first: int, last: int, device: Device) -> None:
        """Ports `first` to `last` are the device's. ValueError where others have them."""
        self._claim(name, first, last)
        for port in range(first, last + 1):
            self._narrow[port] = device

    def attach_wide(self, name: str, first: int, last: int, device: WideDevice) -> None:
        """The same for a device that looks at the size of accesses."""
        self._claim(name, first, last)
        for port in range(first, last + 1):
            self._wide[port] = device

    def _claim(self, name: str, first: int, last: int) -> None:
        for start, end, other in self.rows:
            if first <= end and start <= last:
                raise ValueError(f"{name} wants ports of {other}: {first:#x} to {last:#x}")
        self.rows.append((first, last, name))
        self.rows.sort()

    def read(self, port: int, size: int) -> int:
        """IN of `size` bytes (1, 2 or 4)."""
        if size == 1:
            device = self._narrow.get(port)
            if device is not None:
                return device.read(port) & 0xFF
        wide = self._wide.get(port)
        if wide is not None:
            return wide.read_wide(port, size) & ((1 << 8 * size) - 1)
        if size == 1:
            return 0xFF
        return sum(self.read(port + i & 0xFFFF, 1) << 8 * i for i in range(size))

    def write(self, port: int, size: int, value: int) -> None:
        """OUT of `size` bytes."""
        if size == 1:
            device = self._narrow.get(port)
            if device is not None:
                device.write(port, value & 0xFF)
                return
        wide = self._wide.get(port)
        if wide is not None:
            wide.write_wide(port, size, value)
        elif size > 1:
            for i in range(size):
                self.write(port + i & 0xFFFF, 1, value >> 8 * i & 0xFF)

    def report_x87_error(self) -> None:
        """FERR#: an x87 exception while CR0.NE is clear."""
        if self.on_x87_error is not None:
            self.on_x87_error()

    def acknowledge(self) -> int:
        """The vector of the interrupt that the line stands for."""
        if self.pic is None:
            raise RuntimeError("an interrupt without an interrupt controller")
        return self.pic.acknowledge()
