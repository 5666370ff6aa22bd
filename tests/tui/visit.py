"""Visits to the screen by Textual's Pilot."""

import asyncio
import math
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

from textual.pilot import Pilot

from blinkenlights import Machine
from blinkenlights.tui.app import Blinkenlights
from blinkenlights.tui.dialogs import Notice
from blinkenlights.tui.lines import text
from blinkenlights.tui.settings import Settings
from tests.tui import guests

FIGURES = {"fds": 3, "resident": 18 << 20, "virtual": 80 << 10, "reserved": 1 << 30, "committed": 8 << 10,
           "tables": 7}  # fmt: skip
PATIENCE = 60  # seconds until a test gives up


class Visit:
    """A screen with somebody in front of it."""

    def __init__(self, app: Blinkenlights, pilot: Pilot[int]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def machine(self) -> Machine:
        return self.app.session.machine

    async def settle(self) -> None:
        """Wait until the machine's thread has done what it was asked for, and that is on the screen."""
        for _ in range(3):
            done = threading.Event()
            self.app.session.ask(done.set)
            await self.until(done.is_set)
            await self.pilot.pause()

    async def until(self, condition: Callable[[], Any]) -> None:
        end = monotonic() + PATIENCE
        while not condition():
            assert monotonic() < end, "nothing came of it"
            await self.pilot.pause(0.01)

    async def again(self, act: Callable[[], Awaitable[Any]], condition: Callable[[], Any]) -> None:
        """Do something again and again until that shows: it may come at a moment when it does nothing."""
        end = monotonic() + PATIENCE
        while not condition():
            assert monotonic() < end, "nothing came of it"
            await act()
            await self.pilot.pause(0.2)

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def type(self, line: str) -> None:
        """A line for a prompt, and ENTER."""
        for letter in line:
            await self.pilot.press(NAMES.get(letter, letter))
        await self.press("enter")

    async def mouse(self, name: str, x: int, y: int, **how: Any) -> None:
        """Click a cell of a panel."""
        await self.pilot.click(f"#{name}", offset=(x, y), **how)
        await self.settle()

    def lines(self, name: str) -> list[str]:
        """What a panel shows."""
        panel = self.app.panels[name]
        return [strip.text.rstrip() for strip in panel.strips] if self.is_shown(name) else []

    def is_shown(self, name: str) -> bool:
        return name in self.app.plan(self.app.size).places

    def roles(self, name: str) -> list[list[tuple[str, str]]]:
        """What a panel shows, with the roles of its pieces."""
        return self.app.panels[name].content

    def notice(self) -> str:
        """The dialog's text, or nothing."""
        screen = self.app.screen
        return screen.text if isinstance(screen, Notice) else ""

    def row_of(self, address: int) -> int:
        """The line of the disassembly panel with the instruction at an address."""
        rows = self.app.picture.code
        return 1 + next(i for i, row in enumerate(rows) if row.address == address and row.kind == "code")


NAMES = {" ": "space", "=": "equals_sign", "+": "plus", "(": "left_parenthesis", ")": "right_parenthesis",
         ".": "full_stop", "_": "underscore", ",": "comma", "-": "minus", '"': "quotation_mark"}  # fmt: skip


@asynccontextmanager
async def visiting(
    size: tuple[int, int] = (120, 40),
    load: Callable[[], Machine] = guests.fib,
    **settings: Any,
) -> AsyncIterator[Visit]:
    given = Settings(**{"theme": "dark", "name": "guest", **settings})
    app = Blinkenlights(lambda terminal: load(), given)
    app.session.observer.figures = dict(FIGURES)  # not this machine's
    app.session.observer.figures_due = math.inf
    async with app.run_test(size=size) as pilot:
        visit = Visit(app, pilot)
        await visit.settle()
        yield visit


def visit(do: Callable[[Visit], Awaitable[None]], **how: Any) -> None:
    """Run a whole visit."""

    async def go() -> None:
        async with visiting(**how) as here:
            await do(here)

    asyncio.run(go())


__all__ = ["Visit", "text", "visit", "visiting"]
