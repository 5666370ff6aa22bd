"""INT 10h: the screen."""

from typing import TYPE_CHECKING

from blinkenlights.pc.bios.registers import Registers

if TYPE_CHECKING:
    from blinkenlights.pc.machine import PC

COLUMNS = 0x44A  # BIOS data area
CURSORS = 0x450
MODE = 0x449
SCREEN = 0xB8000
WIDTH = 80
HEIGHT = 25
BLANK = b" \x07"


def service(machine: "PC", r: Registers) -> str | None:
    """AH is the function."""
    memory = machine.memory
    if r.ah == 0x00:
        memory.put_u8(MODE, r.al & 0x7F)
        memory.put_u16(COLUMNS, WIDTH)
        memory.put_u16(CURSORS, 0)
        memory.write(SCREEN, BLANK * WIDTH * HEIGHT)
    elif r.ah == 0x02:
        memory.put_u16(CURSORS, r.dx)
    elif r.ah == 0x03:
        r.dx = memory.u16(CURSORS)
        r.cx = 0x0607
    elif r.ah == 0x0E:
        teletype(machine, r.al)
    elif r.ah == 0x0F:
        r.al = memory.u8(MODE)
        r.ah = WIDTH
        r.bh = 0
    return None


def teletype(machine: "PC", character: int) -> None:
    """Write a character at the cursor, which moves; BEL, BS, LF and CR are obeyed."""
    memory = machine.memory
    column, row = memory.u8(CURSORS), memory.u8(CURSORS + 1)
    machine.say(bytes([character]))
    if character == 13:
        column = 0
    elif character == 10:
        row += 1
    elif character == 8:
        column = max(column - 1, 0)
    elif character != 7:
        memory.write(SCREEN + 2 * (row * WIDTH + column), bytes([character]))
        column += 1
    if column == WIDTH:
        column, row = 0, row + 1
    if row == HEIGHT:
        row -= 1
        memory.write(SCREEN, memory.read(SCREEN + 2 * WIDTH, 2 * WIDTH * (HEIGHT - 1)) + BLANK * WIDTH)
    memory.write(CURSORS, bytes([column, row]))
