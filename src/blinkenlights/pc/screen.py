"""What a PC's display shows: text cells or pixels, from the mode, the memory and the adapter's registers."""

from typing import TYPE_CHECKING, NamedTuple

from blinkenlights.pc.bios import data
from blinkenlights.pc.bios.font import GLYPHS
from blinkenlights.pc.bios.video import MODES, mode_of
from blinkenlights.tables.cp437 import CHARACTERS

if TYPE_CHECKING:
    from blinkenlights.pc.machine import PC

TEXT_SIZE = 0x8000
CGA_READABLE, VGA_READABLE = 4, 8  # fewer lines a row are no text
LEAST_ROWS, MOST_ROWS = 26, 127
HALVES = frozenset((0x00, 0x0F, 0xF0, 0xFF))  # lines of a character that are two wide pixels

# Colours of CGA's 320 by 200 modes by bit 5 of the palette, without and with intensity.
CGA_PALETTES = {0x00: (2, 4, 6), 0x10: (10, 12, 14), 0x20: (3, 5, 7), 0x30: (11, 13, 15)}
CGA_MODE_5 = {0x00: (3, 4, 7), 0x10: (11, 12, 15), 0x20: (3, 4, 7), 0x30: (11, 12, 15)}
Colour = tuple[int, int, int]


class Text(NamedTuple):
    """A text screen. A cell is its character (Unicode) and its attribute as in memory."""

    columns: int
    rows: int
    cells: list[tuple[str, int]]  # row by row
    cursor: tuple[int, int] | None  # column and row, if it is to be seen
    blinking: bool  # bit 7 of attributes blinks; else it is a bright background
    colours: list[Colour]  # 16, 8 bits a component


class Pixels(NamedTuple):
    """A graphics screen: a byte a pixel, and what colours those are."""

    width: int
    height: int
    data: bytes
    colours: list[Colour]


def colours_of(machine: "PC", numbers: range | tuple[int, ...]) -> list[Colour]:
    """Of the DAC, as 8 bits a component."""
    dac = machine.adapter.dac
    scaled = [value << 2 | value >> 4 for value in dac]
    return [(scaled[3 * n], scaled[3 * n + 1], scaled[3 * n + 2]) for n in numbers]


def screen(machine: "PC") -> Text | Pixels:
    """What is shown now."""
    mode = mode_of(machine)
    if mode.bits:
        return pixels(machine)
    flat = flat_rows(machine)
    return text(machine) if flat is None else flat_cells(machine, *flat)


def text(machine: "PC") -> Text:
    """The page that the adapter shows, of a text mode."""
    memory, adapter = machine.memory, machine.adapter
    mode = mode_of(machine)
    rows = memory.u8(data.LAST_ROW) + 1
    if not 1 <= rows <= 100:
        rows = mode.rows
    size = mode.columns * rows
    start = 2 * adapter.start_address % TEXT_SIZE
    window = memory.read(mode.memory, TEXT_SIZE)
    raw = (window + window)[start : start + 2 * size]
    cells = [(CHARACTERS[raw[i]], raw[i + 1]) for i in range(0, len(raw), 2)]
    place = adapter.cursor - adapter.start_address
    hidden = bool(adapter.crtc[10] & 0x20) or not 0 <= place < size
    cursor = None if hidden else (place % mode.columns, place // mode.columns)
    return Text(mode.columns, rows, cells, cursor, adapter.blinking, text_colours(machine))


def flat_rows(machine: "PC") -> tuple[int, int] | None:
    """Rows and lines a row, where a program has made text's rows so flat that cells are pixels.

    Programs for CGA do so for 160 by 100 pixels of 16 colours: rows of two lines, of a character whose halves
    are the attribute's two colours. They tell the CRTC as CGA's has it, or as VGA's, with twice the lines.
    """
    crtc = machine.adapter.crtc
    lines = (crtc[9] & 31) + 1
    if crtc[18]:  # where VGA's picture ends; the upper bits are in the overflow register
        height = (crtc[18] | crtc[7] << 7 & 0x100 | crtc[7] << 3 & 0x200) + 1
        return (height // lines, max(lines // 2, 1)) if lines < VGA_READABLE else None
    return (crtc[6], lines) if lines < CGA_READABLE and LEAST_ROWS <= crtc[6] <= MOST_ROWS else None


def flat_cells(machine: "PC", rows: int, lines: int) -> Pixels:
    """The upper lines of characters, by our own font: 640 pixels across, or 160 where halves are enough."""
    memory, adapter = machine.memory, machine.adapter
    mode = mode_of(machine)
    across = mode.columns
    start = 2 * adapter.start_address % TEXT_SIZE
    window = memory.read(mode.memory, TEXT_SIZE)
    raw = (window + window)[start : start + 2 * across * rows]
    shapes = [GLYPHS[8 * code : 8 * code + lines] for code in range(256)]
    used = {line for code in set(raw[::2]) for line in shapes[code]}
    points = (0x80, 0x08) if used <= HALVES else tuple(0x80 >> i for i in range(8))
    backgrounds = 7 if adapter.blinking else 15
    shown = bytearray()
    for row in range(0, len(raw), 2 * across):
        cells = [(shapes[raw[i]], raw[i + 1] & 15, raw[i + 1] >> 4 & backgrounds)
                 for i in range(row, row + 2 * across, 2)]  # fmt: skip
        for line in range(lines):
            shown += bytes(front if shape[line] & point else back
                           for shape, front, back in cells for point in points)  # fmt: skip
    return Pixels(across * len(points), rows * lines, bytes(shown), text_colours(machine))


def text_colours(machine: "PC") -> list[Colour]:
    """The 16 colours: standard ones, as the DAC's first entries have them unless they were changed."""
    return colours_of(machine, range(16))


def pixels(machine: "PC") -> Pixels:
    """The picture of a graphics mode."""
    mode = mode_of(machine)
    if mode.bits == 8:
        return Pixels(
            mode.width, mode.height, machine.memory.read(mode.memory, mode.width * mode.height),
            colours_of(machine, range(256)),
        )  # fmt: skip
    raw = machine.memory.read(mode.memory, 0x4000)
    each = 8 // mode.bits
    mask = (1 << mode.bits) - 1
    spread = [bytes(value >> mode.bits * (each - 1 - i) & mask for i in range(each)) for value in range(256)]
    lines = (raw[(y & 1) * 0x2000 + (y >> 1) * 80 :][:80] for y in range(mode.height))
    shown = b"".join(spread[value] for line in lines for value in line)
    return Pixels(mode.width, mode.height, shown, cga_colours(machine, mode.bits))


def cga_colours(machine: "PC", bits: int) -> list[Colour]:
    select = machine.adapter.colour_select
    if bits == 1:
        return colours_of(machine, (0, select & 15))
    table = CGA_MODE_5 if machine.memory.u8(data.MODE) == 5 else CGA_PALETTES
    return colours_of(machine, (select & 15, *table[select & 0x30]))


def text_lines(machine: "PC") -> list[str]:
    """The rows of a text screen, without trailing space; none in graphics modes."""
    shown = screen(machine)
    if isinstance(shown, Pixels):
        return []
    characters = [character for character, _ in shown.cells]
    rows = range(0, len(characters), shown.columns)
    return ["".join(characters[i : i + shown.columns]).rstrip() for i in rows]


__all__ = ["MODES", "Pixels", "Text", "screen", "text", "text_lines"]
