"""INT 08h, the timer's interrupt, and INT 1Ah, the time of day."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from blinkenlights.pc.bios import data
from blinkenlights.pc.bios.registers import Registers
from blinkenlights.pc.devices.clock import bcd, from_bcd

if TYPE_CHECKING:
    from blinkenlights.pc.machine import PC

A_DAY = 0x1800B0  # timer interrupts


def interrupt(machine: "PC", r: Registers) -> str | None:
    """INT 08h counts; the ROM then calls INT 1Ch."""
    memory = machine.memory
    count = memory.u32(data.TICKS) + 1
    if count >= A_DAY:
        count = 0
        memory.put_u8(data.MIDNIGHT, 1)
    memory.put_u32(data.TICKS, count)
    return None


def ticks_now(machine: "PC") -> int:
    """The count for the clock's time, for power-on."""
    time = machine.clock.time()
    return (time.hour * 3600 + time.minute * 60 + time.second) * A_DAY // 86400


def service(machine: "PC", r: Registers) -> str | None:
    """AH is the function: 00h and 01h the count, 02h to 05h the clock's time and date, in BCD."""
    memory = machine.memory
    clock = machine.clock
    function = r.ah
    r.carry = False
    if function == 0x00:
        count = memory.u32(data.TICKS)
        r.cx, r.dx = count >> 16, count & 0xFFFF
        r.al = memory.u8(data.MIDNIGHT)
        memory.put_u8(data.MIDNIGHT, 0)
    elif function == 0x01:
        memory.put_u32(data.TICKS, r.cx << 16 | r.dx)
        memory.put_u8(data.MIDNIGHT, 0)
    elif function == 0x02:
        time = clock.time()
        r.ch, r.cl, r.dh, r.dl = bcd(time.hour), bcd(time.minute), bcd(time.second), 0
    elif function == 0x03:
        set_clock(machine, hour=from_bcd(r.ch), minute=from_bcd(r.cl), second=from_bcd(r.dh))
    elif function == 0x04:
        time = clock.time()
        r.ch, r.cl, r.dh, r.dl = bcd(time.year // 100), bcd(time.year % 100), bcd(time.month), bcd(time.day)
    elif function == 0x05:
        year = from_bcd(r.ch) * 100 + from_bcd(r.cl)
        set_clock(machine, year=year, month=from_bcd(r.dh), day=from_bcd(r.dl))
    else:
        r.carry = True
        if function == 0xB1:
            r.ah = 0x81  # no PCI BIOS
    return None


def set_clock(machine: "PC", **fields: int) -> None:
    """What isn't a date or time changes nothing."""
    now = machine.clock.time()
    names = ("year", "month", "day", "hour", "minute", "second")
    values = [fields.get(name, getattr(now, name)) for name in names]
    try:
        machine.clock.set_time(datetime(*values, tzinfo=UTC))  # type: ignore[misc, arg-type]
    except ValueError:
        machine.registers.carry = True
