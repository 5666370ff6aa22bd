"""A 16550A UART (COM1: ports 0x3f8 to 0x3ff, interrupt 4)."""

from collections import deque
from collections.abc import Callable

DATA, ENABLE, IDENTIFY, LINE, MODEM, LINE_STATUS, MODEM_STATUS, SCRATCH = range(8)
DIVISOR_ACCESS = 0x80
LOOPBACK = 0x10
OUT2 = 0x08  # of the modem control register: lets interrupts through on a PC
READY, EMPTY = 0x01, 0x60
RECEIVED, TRANSMITTED, LINE_CHANGED = 0x01, 0x02, 0x04  # of the enable register
MODEM_READY = 0xB0  # carrier, data set ready, clear to send


class Uart:
    """Bytes written are sent at once; `send` gets them. `receive` puts bytes into the queue."""

    def __init__(self, send: Callable[[bytes], None], interrupt: Callable[[bool], None]) -> None:
        self.send = send
        self.interrupt = interrupt
        self.divisor = 12  # 9600 baud
        self.enable = self.line = self.modem = self.scratch = self.fifo = 0
        self.transmitted = False  # the interrupt for an empty transmitter is due
        self.queue: deque[int] = deque()

    def receive(self, data: bytes) -> None:
        """Bytes from the other side."""
        self.queue.extend(data)
        self.update()

    def update(self) -> None:
        self.interrupt(self.cause() != 1 and bool(self.modem & OUT2))

    def cause(self) -> int:
        """The interrupt identification, without the FIFO bits; 1: none."""
        if self.enable & RECEIVED and self.queue:
            return 4
        if self.enable & TRANSMITTED and self.transmitted:
            return 2
        return 1

    def read(self, port: int) -> int:
        register = port & 7
        if self.line & DIVISOR_ACCESS and register in (DATA, ENABLE):
            return self.divisor >> 8 * register & 0xFF
        if register == DATA:
            value = self.queue.popleft() if self.queue else 0
            self.update()
            return value
        if register == IDENTIFY:
            cause = self.cause()
            if cause == 2:
                self.transmitted = False
                self.update()
            return cause | (0xC0 if self.fifo & 1 else 0)
        if register == LINE_STATUS:
            return EMPTY | (READY if self.queue else 0)
        if register == MODEM_STATUS:
            if self.modem & LOOPBACK:
                m = self.modem
                return (m & 2) << 3 | (m & 1) << 5 | (m & 4) << 4 | (m & 8) << 4
            return MODEM_READY
        return (0, self.enable, 0, self.line, self.modem, 0, 0, self.scratch)[register]

    def write(self, port: int, value: int) -> None:
        register = port & 7
        if self.line & DIVISOR_ACCESS and register in (DATA, ENABLE):
            shift = 8 * register
            self.divisor = self.divisor & ~(0xFF << shift) | value << shift
        elif register == DATA:
            if self.modem & LOOPBACK:
                self.queue.append(value)
            else:
                self.send(bytes([value]))
            self.transmitted = True
        elif register == ENABLE:
            if value & TRANSMITTED and not self.enable & TRANSMITTED:
                self.transmitted = True
            self.enable = value & 0x0F
        elif register == IDENTIFY:
            self.fifo = value & 0xC9
            if value & 2:
                self.queue.clear()
        elif register == LINE:
            self.line = value
        elif register == MODEM:
            self.modem = value & 0x1F
        elif register == SCRATCH:
            self.scratch = value
        self.update()

    def save(self) -> dict[str, object]:
        fields = ("divisor", "enable", "line", "modem", "scratch", "fifo", "transmitted")
        return {**{name: getattr(self, name) for name in fields}, "queue": list(self.queue)}

    def restore(self, state: dict[str, object]) -> None:
        vars(self).update(state)
        self.queue = deque(self.queue)
