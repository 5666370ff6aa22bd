"""What is written to the terminal without Textual: the same cells."""

import io

import pyte
import pytest
from rich.console import Console
from rich.style import Style

from blinkenlights.tui.paint import Painter
from blinkenlights.tui.theme import THEMES, look, uncoloured
from blinkenlights.tui.widgets import fitted, strip

WIDTH = 24
LINES = [
    [("00401139", "address"), ("▶", "text"), ("push", "mnemonic"), (" %rbp", "register")],
    [("●", "breakpoint"), ("", "text"), ("x" * 40, "current")],
    [],
    [("guest ", Style(color="red", bold=True)), ("日本語", Style(bgcolor="#102030"))],
    [("a" * 19, Style()), ("日本語", Style(reverse=True))],  # the last but one ends at the edge
]


def console(colours):
    return Console(file=io.StringIO(), force_terminal=True, color_system=colours)


def on_screen(text):
    screen = pyte.Screen(40, 12)
    pyte.Stream(screen).feed(text.replace("\x1b[?2026h", "").replace("\x1b[?2026l", ""))
    return [[screen.buffer[y][x] for x in range(40)] for y in range(12)]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("colours", ["truecolor", "256", "standard"])
def test_a_painted_picture_is_what_textual_would_write(theme, colours):
    painter = Painter(console(colours))
    painter.use(look(theme))
    for y, line in enumerate(LINES):
        painter.line(3, 2 + y, line, WIDTH)
    by_textual = "".join(
        f"\x1b[{3 + y};4H" + strip(line, WIDTH, dict(look(theme))).render(console(colours))
        for y, line in enumerate(LINES)
    )
    text = painter.take()
    assert text.startswith("\x1b[?2026h") and text.endswith("\x1b[?2026l")
    assert on_screen(text) == on_screen(by_textual)
    assert painter.take() == ""


def test_a_line_is_as_wide_as_its_panel_and_wide_characters_are_not_halved():
    assert fitted([("日本", Style()), ("x", "text")], 3) == [("日 ", Style())]
    assert fitted([("ab", "text")], 4) == [("ab", "text"), ("  ", "text")]
    assert fitted([("abcdef", "text"), ("g", "text")], 4) == [("abcd", "text")]


def test_without_colours_nothing_has_one():
    painter = Painter(console("truecolor"))
    painter.use(uncoloured(look("plain")))
    for y, line in enumerate(LINES):
        painter.line(0, y, line, WIDTH)
    cells = [cell for row in on_screen(painter.take()) for cell in row]
    assert {cell.fg for cell in cells} == {cell.bg for cell in cells} == {"default"}
    assert any(cell.bold for cell in cells) and any(cell.reverse for cell in cells)
