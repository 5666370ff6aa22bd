"""INT 14h: serial ports, and INT 17h: printers, of which there are none."""

from typing import TYPE_CHECKING

from blinkenlights.pc.bios import data
from blinkenlights.pc.bios.registers import Registers

if TYPE_CHECKING:
    from blinkenlights.pc.machine import PC

DIVISORS = (1047, 768, 384, 192, 96, 48, 24, 12)  # 110 to 9600 baud
TIMED_OUT = 0x80
DATA, ENABLE, LINE, LINE_STATUS, MODEM_STATUS = 0, 1, 3, 5, 6
RECEIVED = 1


def service(machine: "PC", r: Registers) -> str | None:
    """DX is the port's number; AH: 00h set up, 01h send, 02h receive, 03h status."""
    port = machine.memory.u16(data.SERIAL_PORTS + 2 * (r.dx & 3))
    bus = machine.bus
    if port == 0:
        r.ah = TIMED_OUT
        return None
    if r.ah == 0x00:
        divisor = DIVISORS[r.al >> 5]
        bus.write(port + LINE, 1, 0x80)
        bus.write(port + DATA, 1, divisor & 0xFF)
        bus.write(port + ENABLE, 1, divisor >> 8)
        bus.write(port + LINE, 1, r.al & 0x1F)
    elif r.ah == 0x01:
        bus.write(port + DATA, 1, r.al)
        r.ah = bus.read(port + LINE_STATUS, 1)
        return None
    elif r.ah == 0x02:
        status = bus.read(port + LINE_STATUS, 1)
        if status & RECEIVED:
            r.al = bus.read(port + DATA, 1)
            r.ah = status & 0x1E
        else:
            r.ah = TIMED_OUT | status & 0x1E
        return None
    elif r.ah != 0x03:
        return None
    r.ah, r.al = bus.read(port + LINE_STATUS, 1), bus.read(port + MODEM_STATUS, 1)
    return None


def printer(machine: "PC", r: Registers) -> str | None:
    """INT 17h: every function says that time ran out."""
    if r.ah <= 2:
        r.ah = 0x01
    return None
