"""Windows over the panels: what happened, help, the command line and questions."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import wrap
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from blinkenlights.tui.keys import MOUSE, SECTIONS, of_section

HELP_WIDTH, HELP_EDGE = 69, 7  # characters of its text, and of border, padding and scroll bar beside it
KEY_COLUMN, MOUSE_COLUMN = 11, 34


class Notice(ModalScreen[None]):
    """What happened, in words. ENTER clears it."""

    DEFAULT_CSS = """
    Notice { align: center middle; background: transparent; }
    Notice > Vertical { width: auto; max-width: 90%; height: auto; max-height: 90%; padding: 1 3;
        border: heavy $primary; background: $surface; border-title-color: $primary; border-title-style: bold;
        border-subtitle-color: $foreground; }
    Notice Static { width: auto; max-width: 100%; height: auto; background: $surface; color: $foreground; }
    """
    BINDINGS: ClassVar = [Binding("enter,escape,space,q", "close", show=False),
                          Binding("ctrl+c", "close", show=False, priority=True)]  # fmt: skip

    def __init__(self, heading: str, text: str) -> None:
        super().__init__()
        self.heading, self.text = heading, text

    def compose(self) -> ComposeResult:
        box = Vertical(Static(Text(self.text), id="notice"))
        box.border_title = self.heading
        box.border_subtitle = "ENTER"
        yield box

    def action_close(self) -> None:
        self.dismiss()


class Help(ModalScreen[None]):
    """The keys, from their table."""

    DEFAULT_CSS = """
    Help { align: center middle; background: transparent; }
    Help > VerticalScroll { width: 76; max-width: 96%; height: auto; max-height: 96%; padding: 0 2;
        border: heavy $primary; background: $surface; border-title-color: $primary; border-title-style: bold;
        border-subtitle-color: $foreground; scrollbar-size-vertical: 1; }
    Help Static { height: auto; background: $surface; color: $foreground; }
    """
    BINDINGS: ClassVar = [Binding("enter,escape,q,question_mark", "close", show=False),
                          Binding("ctrl+c", "close", show=False, priority=True)]  # fmt: skip

    def __init__(self, heading: str, key: str) -> None:
        super().__init__()
        self.heading, self.key_style = heading, key

    def compose(self) -> ComposeResult:
        box = VerticalScroll(Static(self.text(), id="help"))
        box.border_title = self.heading
        box.border_subtitle = "arrows scroll, ESCAPE closes"
        yield box

    def on_resize(self) -> None:
        self.query_one("#help", Static).update(self.text())

    def text(self) -> Text:
        """In lines that fit, so that what goes on in the next one is aligned."""
        width = max(20, min(HELP_WIDTH, self.app.size.width * 96 // 100 - HELP_EDGE))
        text = Text()

        def add(name: str, what: str, column: int) -> None:
            text.append(f"  {name:<{column}}", self.key_style)
            text.append(f"\n{' ' * (2 + column)}".join(wrap(what, width - column - 2)) + "\n")

        for section in SECTIONS:
            text.append(f"{section}\n", "bold underline")
            for key in of_section(section):
                add(key.shown, key.help, KEY_COLUMN)
        text.append("The mouse\n", "bold underline")
        for what, then in MOUSE:
            if width < HELP_WIDTH - MOUSE_COLUMN // 2:
                add("", f"{what}: {then}", 0)
            else:
                add(what, then, MOUSE_COLUMN)
        return text

    def action_close(self) -> None:
        self.dismiss()


class Ask(ModalScreen[str | None]):
    """A line to type on, above the status line: the command line, or a question."""

    DEFAULT_CSS = """
    Ask { align: left bottom; background: transparent; }
    Ask > Vertical { width: 100%; height: auto; max-height: 60%; margin-bottom: 1; }
    Ask #said { height: auto; background: $surface; color: $foreground; padding: 0 1; }
    Ask #said-box { height: auto; max-height: 16; background: $surface; border-top: heavy $primary; }
    Ask Input { border: none; height: 1; padding: 0 1; background: $panel; color: $foreground; }
    Ask Input:focus { border: none; }
    """
    BINDINGS: ClassVar = [
        Binding("escape", "close", show=False),
        Binding("ctrl+c", "close", show=False, priority=True),
        Binding("tab", "complete", show=False, priority=True),
        Binding("up", "older", show=False, priority=True),
        Binding("down", "newer", show=False, priority=True),
    ]

    def __init__(
        self,
        prompt: str,
        past: list[str],
        complete: Callable[[str], list[str]] | None = None,
        run: Callable[[str], None] | None = None,
    ) -> None:
        """`run` keeps the window open and is given each line; else the line is the screen's result."""
        super().__init__()
        self.prompt, self.past, self.complete, self.run_line = prompt, past, complete, run
        self.place = len(past)
        self.output = ""

    def compose(self) -> ComposeResult:
        line = Input(placeholder=self.prompt, id="line", compact=True, select_on_focus=False)
        line.cursor_blink = False
        said = VerticalScroll(Static("", id="said"), id="said-box")
        said.display = False
        yield Vertical(said, line)

    def on_mount(self) -> None:
        self.query_one("#line", Input).focus()

    def say(self, text: str) -> None:
        """Add to what is above the line."""
        self.output = (self.output + text.rstrip("\n") + "\n")[-20_000:]
        self.query_one("#said", Static).update(Text(self.output.rstrip("\n")))
        box = self.query_one("#said-box", VerticalScroll)
        box.display = True
        box.scroll_end(animate=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip()
        if text and (not self.past or self.past[-1] != text):
            self.past.append(text)
        self.place = len(self.past)
        if self.run_line is None or not text:
            self.dismiss(text or None)
            return
        event.input.value = ""
        self.run_line(text)

    def action_close(self) -> None:
        self.dismiss(None)

    def move(self, by: int) -> None:
        self.place = max(0, min(len(self.past), self.place + by))
        line = self.query_one("#line", Input)
        line.value = self.past[self.place] if self.place < len(self.past) else ""
        line.cursor_position = len(line.value)

    def action_older(self) -> None:
        self.move(-1)

    def action_newer(self) -> None:
        self.move(1)

    def action_complete(self) -> None:
        """Complete the word before the cursor as far as all candidates agree; else tell them."""
        if self.complete is None:
            return
        line = self.query_one("#line", Input)
        before = line.value[: line.cursor_position]
        start = len(before)
        while start and (before[start - 1].isalnum() or before[start - 1] in "._@$"):
            start -= 1
        word = before[start:]
        found = self.complete(word) if word else []
        if not found:
            return
        common = found[0]
        for other in found[1:]:
            while not other.startswith(common):
                common = common[:-1]
        if len(common) > len(word):
            line.value = before[:start] + common + line.value[line.cursor_position :]
            line.cursor_position = start + len(common)
        elif len(found) > 1:
            self.say("  ".join(found[:60]))

    def on_click(self, event: events.Click) -> None:
        if event.widget is self:
            self.dismiss(None)
