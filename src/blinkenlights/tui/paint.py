"""Lines as a terminal's sequences, for panels that nothing is over.

Textual's compositor waits for the next sixtieth of a second, passes a message for each widget and cuts strips
to pieces; a step is drawn in a fraction of that by writing its changed lines where they are.
"""

from __future__ import annotations

from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS, Console
from rich.style import Style
from textual.strip import Strip

from blinkenlights.tui.theme import over
from blinkenlights.tui.widgets import Styled, fitted

# A picture is shown when it is complete (DEC private mode 2026); terminals that don't know it pass it over.
BEGIN, END = "\x1b[?2026h", "\x1b[0m\x1b[?2026l"


class Painter:
    """Remembers each style's sequence."""

    def __init__(self, console: Console) -> None:
        self.colours = COLOR_SYSTEMS.get(console.color_system or "", ColorSystem.TRUECOLOR)
        self.look: dict[str, Style] = {}
        self.roles: dict[str, str] = {}
        self.styles: dict[Style, str] = {}
        self.pieces: list[str] = []

    def use(self, look: dict[str, Style]) -> None:
        """Draw with these styles of the roles."""
        if look is not self.look:
            self.look = look
            self.styles.clear()
            self.roles = {role: self.sequence(style) for role, style in look.items()}

    def sequence(self, style: Style) -> str:
        """SGR (ECMA-48, 8.3.117), from the default rendition."""
        before, _, _ = Strip.render_style(style, "\0", self.colours).partition("\0")
        return f"\x1b[0;{before[2:]}" if before else "\x1b[0m"

    def sequence_over(self, style: Style) -> str:
        """Of the guest's own style, over ours."""
        found = self.styles.get(style)
        if found is None:
            found = self.styles[style] = self.sequence(over(self.look, style))
        return found

    def line(self, x: int, y: int, line: Styled, width: int) -> None:
        """Add a line at a cell counted from 0."""
        roles, add = self.roles, self.pieces.append
        add(f"\x1b[{y + 1};{x + 1}H")
        for text, role in fitted(line, width):
            add(roles[role] if isinstance(role, str) else self.sequence_over(role))
            add(text)

    def take(self) -> str:
        """What was added, as one picture; nothing where that is nothing."""
        text = "".join(self.pieces)
        self.pieces.clear()
        return f"{BEGIN}{text}{END}" if text else ""
