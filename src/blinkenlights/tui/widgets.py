"""What panels are on the screen: lines in, strips out. One widget a panel, none a cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.strip import Strip
from textual.widget import Widget

from blinkenlights.tui.theme import over

if TYPE_CHECKING:
    from blinkenlights.tui.app import Blinkenlights
    from blinkenlights.tui.layout import Plan

Styled = Sequence[tuple[str, str | Style]]  # a piece's role, or the guest's own style


class Panel(Widget, can_focus=False):
    """Draws what `compose_lines` makes; only lines that differ are drawn again."""

    DEFAULT_CSS = "Panel { width: 1fr; height: 1fr; }"

    def __init__(self, name: str, make: Callable[[int, int], list[Any]], focusable: bool = False) -> None:
        super().__init__(id=name)
        self.make = make
        self.can_focus = focusable
        self.content: list[Any] = []
        self.made: dict[int, Strip] = {}  # strips of lines, as they were asked for
        self.drawn = (0, 0, "")  # width, height, theme

    @property
    def blinkenlights(self) -> Blinkenlights:
        return self.app  # type: ignore[return-value]

    @property
    def strips(self) -> list[Strip]:
        return [self.strip(y) for y in range(len(self.content))]

    def strip(self, y: int) -> Strip:
        made = self.made.get(y)
        if made is None:
            made = self.made[y] = strip(self.content[y], self.drawn[0], self.blinkenlights.look)
        return made

    def update(self) -> None:
        """Make the lines again, and draw those that changed."""
        width, height = self.size
        if not width or not height:
            return
        now = (width, height, self.blinkenlights.looks)
        content = self.make(width, height)[:height]
        content += [[] for _ in range(height - len(content))]
        if now != self.drawn or len(self.content) != height:
            self.drawn, self.content = now, content
            self.made.clear()
            self.refresh()
            return
        before, self.content = self.content, content
        changed = [y for y, line in enumerate(content) if line is not before[y] and line != before[y]]
        for y in changed:
            self.made.pop(y, None)
        if changed and not self.blinkenlights.paint(self, changed):
            self.refresh(*(Region(0, y, width, 1) for y in changed))

    def render_lines(self, crop: Region) -> list[Strip]:
        """The strips as they are: they have all their colours, so nothing of CSS is needed."""
        if len(self.content) < self.size.height or self.drawn[:2] != tuple(self.size):
            self.update()
        whole = crop.x == 0 and crop.width == self.size.width
        rows = [self.strip(y) for y in range(crop.y, min(crop.bottom, len(self.content)))]
        rows += [Strip.blank(self.size.width, self.blinkenlights.look["text"])] * (crop.height - len(rows))
        return rows if whole else [row.crop(crop.x, crop.right) for row in rows]

    def on_resize(self, event: events.Resize) -> None:
        self.blinkenlights.panel_resized(self)

    def on_focus(self) -> None:
        self.update()

    def on_blur(self) -> None:
        self.update()

    # ---- the mouse ----

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self.blinkenlights.mouse_down(self, event)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        self.blinkenlights.mouse_up(self, event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self.blinkenlights.mouse_move(self, event)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.blinkenlights.wheel(self, 1, event)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.blinkenlights.wheel(self, -1, event)


class DisplayPanel(Panel):
    """The guest's terminal: takes every key while it has the focus."""

    async def on_key(self, event: events.Key) -> None:
        if event.key == "ctrl+right_square_bracket":
            return
        event.stop()
        event.prevent_default()
        self.blinkenlights.type_key(event.key, event.character)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self.blinkenlights.type_text(event.text)


def fitted(line: Styled, width: int) -> Styled:
    """A line of exactly `width` cells."""
    out: list[tuple[str, str | Style]] = []
    left = width
    for text, role in line:
        if not text:
            continue
        if not left:
            break
        cells = len(text)  # every character drawn is one cell wide, but for the guest's
        if not isinstance(role, str) and not text.isascii():
            segment = Segment(text)
            cells = segment.cell_length
            if cells > left:
                text, cells = segment.split_cells(left)[0].text, left
        elif cells > left:
            text, cells = text[:left], left
        out.append((text, role))
        left -= cells
    if left:
        out.append((" " * left, "text"))
    return out


def strip(line: Styled, width: int, look: dict[str, Style]) -> Strip:
    """A line as Textual has it."""
    styled = ((text, look[r] if isinstance(r, str) else over(look, r)) for text, r in fitted(line, width))
    return Strip([Segment(text, style) for text, style in styled], width)


class BoardLayout(Layout):
    """Places panels as a plan says, whatever their number."""

    name = "board"

    def __init__(self, plan: Callable[[Size], Plan]) -> None:
        self.plan = plan

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        plan = self.plan(size)
        placements = []
        for child in children:
            name = child.id or ""
            if name in plan.places:
                x, y, width, height = plan.places[name]
            elif name.startswith("border") and int(name[6:]) in plan.borders:
                x, y, width, height = plan.borders[int(name[6:])], 0, 1, size.height - 2
            else:
                continue
            placements.append(WidgetPlacement(Region(x, y, width, height), NULL_OFFSET, NULL_SPACING, child))
        return placements


class Board(Widget):
    """Holds the panels."""

    DEFAULT_CSS = "Board { width: 100%; height: 100%; }"

    def __init__(self, plan: Callable[[Size], Plan]) -> None:
        super().__init__(id="board")
        self.arrangement = BoardLayout(plan)

    @property
    def layout(self) -> Layout:
        return self.arrangement
