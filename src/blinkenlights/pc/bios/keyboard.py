"""INT 16h: the keyboard."""

from typing import TYPE_CHECKING

from blinkenlights.pc.bios.registers import Registers

if TYPE_CHECKING:
    from blinkenlights.pc.machine import PC


def service(machine: "PC", r: Registers) -> str | None:
    """AH is the function: read, look, shift state; 10h and 11h likewise with extended keys."""
    if r.ah in (0x00, 0x10):
        if not machine.keys:
            return "wait"
        r.ax = machine.keys.popleft()
    elif r.ah in (0x01, 0x11):
        r.zero = not machine.keys
        if machine.keys:
            r.ax = machine.keys[0]
    elif r.ah == 0x02:
        r.al = 0
    return None
