"""Pixels and characters in modes 4 to 6 and 13h."""

from typing import TYPE_CHECKING

from blinkenlights.pc.bios.font import GLYPHS

if TYPE_CHECKING:
    from blinkenlights.pc.bios.video import Mode
    from blinkenlights.pc.machine import PC

FONT_SEGMENT, FONT_OFFSET = 0xF000, 0xA000  # where the ROM has the glyphs, 8 bytes each
BANK = 0x2000  # odd lines of modes 4 to 6 are in a second bank
EXCLUSIVE = 0x80  # of a colour: exclusive or with what is there


def place(mode: "Mode", x: int, y: int) -> tuple[int, int]:
    """Address and bit shift of a pixel."""
    if mode.bits == 8:
        return mode.memory + y * mode.width + x, 0
    each = 8 // mode.bits
    return mode.memory + (y & 1) * BANK + (y >> 1) * 80 + x // each, (each - 1 - x % each) * mode.bits


def put_pixel(machine: "PC", mode: "Mode", x: int, y: int, colour: int) -> None:
    if not mode.bits or x >= mode.width or y >= mode.height:
        return
    at, shift = place(mode, x, y)
    if mode.bits == 8:
        machine.memory.put_u8(at, colour)
        return
    mask = (1 << mode.bits) - 1
    old = machine.memory.u8(at)
    value = colour & mask
    if colour & EXCLUSIVE:
        value ^= old >> shift & mask
    machine.memory.put_u8(at, old & ~(mask << shift) | value << shift)


def get_pixel(machine: "PC", mode: "Mode", x: int, y: int) -> int:
    if not mode.bits or x >= mode.width or y >= mode.height:
        return 0
    at, shift = place(mode, x, y)
    return machine.memory.u8(at) >> shift & (1 << mode.bits) - 1


def draw(machine: "PC", mode: "Mode", row: int, column: int, character: int, colour: int) -> None:
    """A character's 8 by 8 pixels; those that are not its own are 0, or left with EXCLUSIVE."""
    for y, line in enumerate(GLYPHS[character * 8 : character * 8 + 8]):
        for x in range(8):
            on = line >> 7 - x & 1
            if on or not colour & EXCLUSIVE or mode.bits == 8:
                put_pixel(machine, mode, column * 8 + x, row * 8 + y, colour if on else 0)


def recognise(machine: "PC", mode: "Mode", row: int, column: int) -> int:
    """Which character's pixels are at a place; 0 for none's."""
    found = bytes(
        sum((get_pixel(machine, mode, column * 8 + x, row * 8 + y) != 0) << 7 - x for x in range(8))
        for y in range(8)
    )
    for character in range(256):
        if GLYPHS[character * 8 : character * 8 + 8] == found:
            return character
    return 0


def scroll(
    machine: "PC", mode: "Mode", up: bool, lines: int, box: tuple[int, int, int, int], colour: int
) -> None:
    top, left, bottom, right = box
    memory = machine.memory
    fill = colour if mode.bits == 8 else (colour & (1 << mode.bits) - 1) * (0xFF // ((1 << mode.bits) - 1))
    first = place(mode, left * 8, 0)[0] - mode.memory
    width = (right - left + 1) * mode.bits
    starts = [place(mode, 0, y)[0] + first for y in range(top * 8, bottom * 8 + 8)]
    old = [memory.read(at, width) for at in starts]
    blank = [bytes((fill,)) * width] * (lines * 8)
    new = old[lines * 8 :] + blank if up else blank + old[: len(old) - lines * 8]
    for at, line in zip(starts, new, strict=True):
        memory.write(at, line)
