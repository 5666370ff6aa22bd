"""A PC's screen: text cells with their colours, or pixels, two a character cell."""

from functools import cache

from rich.color import Color
from rich.style import Style

from blinkenlights.pc.screen import Colour, Pixels, Text

Run = list[tuple[str, Style]]
BLINKING, BRIGHT = 0x80, 0x08
UPPER = "▀"


@cache
def colour(rgb: Colour) -> Color:
    return Color.from_rgb(*rgb)


@cache
def style(ink: Colour, paper: Colour, blink: bool = False) -> Style:
    return Style(color=colour(ink), bgcolor=colour(paper), blink=blink)


def lines(shown: Text | Pixels, width: int, height: int) -> list[Run]:
    """At most `height` lines of at most `width` cells."""
    if width < 1 or height < 1:
        return []
    return text(shown, width, height) if isinstance(shown, Text) else pixels(shown, width, height)


def corner(shown: Text, width: int, height: int) -> tuple[int, int]:
    """The first column and row shown where not all fit: the cursor is among them."""
    column, row = shown.cursor or (0, 0)
    left = max(0, min(column - width + 1, shown.columns - width))
    return left, max(0, min(row - height + 1, shown.rows - height))


def attributes(shown: Text, attribute: int) -> Style:
    """The low four bits are the character's colour, the next its background's; bit 7 as the adapter says."""
    paper, blink = attribute >> 4, False
    if shown.blinking:
        paper, blink = paper & 7, bool(attribute & BLINKING)
    return style(shown.colours[attribute & 15], shown.colours[paper], blink)


def text(shown: Text, width: int, height: int) -> list[Run]:
    """Runs of cells that look alike. The cursor's cell is reversed, and blinks."""
    left, top = corner(shown, width, height)
    out: list[Run] = []
    for row in range(top, min(shown.rows, top + height)):
        line: Run = []
        first = row * shown.columns
        before: tuple[int, bool] | None = None
        for column in range(left, min(shown.columns, left + width)):
            character, attribute = shown.cells[first + column]
            key = (attribute, (column, row) == shown.cursor)
            if key == before:
                line[-1] = (line[-1][0] + character, line[-1][1])
                continue
            look = attributes(shown, attribute)
            line.append((character, look + Style(reverse=True, blink=True) if key[1] else look))
            before = key
        out.append(line)
    return out


def size(shown: Pixels, width: int, height: int) -> tuple[int, int]:
    """Cells across and down: as large as fits in the shape of a 4 to 3 display, but not above its own size.

    A cell is twice as high as it is wide.
    """
    across = max(1, min(width, height * 2 * 4 // 3, shown.width))
    return across, max(1, min(height, across * 3 // 8))


def pixels(shown: Pixels, width: int, height: int) -> list[Run]:
    """The upper half of a cell is one sample of the picture, the lower half the next below it."""
    across, down = size(shown, width, height)
    columns = [x * shown.width // across for x in range(across)]
    colours = shown.colours
    out: list[Run] = []
    for y in range(down):
        upper, lower = (
            shown.data[row * shown.width :][: shown.width]
            for row in (2 * y * shown.height // (2 * down), (2 * y + 1) * shown.height // (2 * down))
        )
        line: Run = []
        before: tuple[int, int] | None = None
        for x in columns:
            pair = (upper[x], lower[x])
            if pair == before:
                line[-1] = (line[-1][0] + UPPER, line[-1][1])
                continue
            line.append((UPPER, style(colours[pair[0]], colours[pair[1]])))
            before = pair
        out.append(line)
    return out
