"""INT 1Ah: the time of day."""

from typing import TYPE_CHECKING

from blinkenlights.pc.bios.registers import Registers

if TYPE_CHECKING:
    from blinkenlights.pc.machine import PC

TICKS = 0x46C  # BIOS data area: timer interrupts since midnight
OVERFLOW = 0x470


def service(machine: "PC", r: Registers) -> str | None:
    """AH=00h reads the count of timer interrupts, 01h sets it."""
    memory = machine.memory
    if r.ah == 0x00:
        count = memory.u32(TICKS)
        r.cx, r.dx = count >> 16, count & 0xFFFF
        r.al = memory.u8(OVERFLOW)
        memory.put_u8(OVERFLOW, 0)
    elif r.ah == 0x01:
        memory.put_u32(TICKS, r.cx << 16 | r.dx)
    else:
        r.carry = True
    return None
