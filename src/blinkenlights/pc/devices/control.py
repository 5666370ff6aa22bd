"""Port 0x92, "system control port A": the fast A20 gate and reset."""

from collections.abc import Callable

from blinkenlights.core.supervisor.processor import SystemProcessor


class SystemControl:
    """Bit 1 opens A20; a rising bit 0 resets the processor."""

    def __init__(self, cpu: SystemProcessor, reset: Callable[[], None]) -> None:
        self.cpu = cpu
        self.reset = reset

    def read(self, port: int) -> int:
        return 2 if self.cpu.a20 else 0

    def write(self, port: int, value: int) -> None:
        self.cpu.set_a20(bool(value & 2))
        if value & 1:
            self.reset()
