"""Makes the pictures of the debugger's screen: python docs/screens.py (after make build; needs gcc)."""

import asyncio
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot

from blinkenlights import Machine
from blinkenlights.tui.app import Blinkenlights
from blinkenlights.tui.dialogs import Notice
from blinkenlights.tui.settings import Settings
from blinkenlights.tui.terminal import Terminal

DOCS = Path(__file__).parent
SOURCE = DOCS / "fib.c"
FLAGS = ["-static", "-g", "-O1", "-fno-omit-frame-pointer", "-fno-optimize-sibling-calls"]


class Guide:
    """Presses keys, and waits for what comes of it."""

    def __init__(self, app: Blinkenlights, pilot: "Pilot[int]") -> None:
        self.app, self.pilot = app, pilot

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
            await self.pilot.pause(0.2)

    async def to_the_stop(self) -> None:
        while not isinstance(self.app.screen, Notice):
            await self.pilot.pause(0.05)
        await self.pilot.pause(0.3)


def loader(program: str, *words: str) -> Callable[[Terminal], Machine]:
    return lambda t: Machine.load(
        program, [program, *words], {"PATH": "/bin"}, stdin=t.slave, stdout=t.slave, stderr=t.slave
    )


async def recursion(guide: Guide) -> None:
    await guide.press("c")
    await guide.to_the_stop()
    await guide.press("enter", *["s"] * 12)


async def crash(guide: Guide) -> None:
    await guide.press("c")
    await guide.to_the_stop()


async def display(guide: Guide) -> None:
    await guide.press("c")
    while not {"$", "#"} & set("".join(guide.app.terminal.text())):
        await guide.pilot.pause(0.1)
    guide.app.set_focus(guide.app.panels["display"])
    for letter in "ls /":
        await guide.press({" ": "space", "/": "slash"}.get(letter, letter))
    await guide.press("enter")
    await guide.pilot.pause(4)


async def shoot(name: str, size: tuple[int, int], load: Callable[[Terminal], Machine], settings: Settings,
                do: "Callable[[Guide], object]") -> None:  # fmt: skip
    app = Blinkenlights(load, settings)
    async with app.run_test(size=size) as pilot:
        await pilot.pause(0.5)
        await do(Guide(app, pilot))  # type: ignore[misc]
        (DOCS / f"{name}.svg").write_text(app.export_screenshot(title=f"blinkenlights {settings.name}"))
        app.session.interrupt()


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        fib = f"{directory}/fib"
        subprocess.run(["gcc", *FLAGS, "-o", fib, SOURCE], check=True)
        wide = Settings(theme="dark", name="fib", breakpoints=["fib if edi == 5"])
        asyncio.run(shoot("blinkenlights-wide", (180, 50), loader(fib), wide, recursion))
        crashing = Settings(theme="light", name="fib crash", reactive=True)
        asyncio.run(shoot("blinkenlights-crash", (120, 40), loader(fib, "crash"), crashing, crash))
        shell = Settings(theme="dark", name="sh")
        bash = loader("/bin/bash", "--norc", "--noediting")
        asyncio.run(shoot("blinkenlights-display", (180, 50), bash, shell, display))


if __name__ == "__main__":
    main()
