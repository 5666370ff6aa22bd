"""Makes the pictures of the debugger's screen: python docs/screens.py (after make build; needs gcc, nasm)."""

import asyncio
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot

from blinkenlights import Machine
from blinkenlights.tui.app import Blinkenlights
from blinkenlights.tui.dialogs import Notice
from blinkenlights.tui.pc import pc_of
from blinkenlights.tui.settings import Settings
from blinkenlights.tui.terminal import Terminal

DOCS = Path(__file__).parent
BOOT = DOCS.parent / "examples" / "boot"
TICKS, PIXELS = 0x46C, 0xA0000
BALL, PADDLE = 14, 15  # colours
HLT = 0xF4
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
        program, [program, *words], {"PATH": "/bin"}, stdin=t.slave, stdout=t.slave, stderr=t.slave,
        record=True,
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
    for letter in "ls /sys":
        await guide.press({" ": "space", "/": "slash"}.get(letter, letter))
    await guide.press("enter")
    await guide.pilot.pause(4)


def pass_tick(machine: Machine) -> None:
    """Until the BIOS has counted one more interrupt of the timer, and the game has drawn."""
    before = machine.memory.u16(TICKS)
    while machine.memory.u16(TICKS) == before or not asleep(machine):
        machine.run(count=1)


def asleep(machine: Machine) -> bool:
    ip = machine.regs.rip
    return 0x7C00 <= ip < 0x7E00 and machine.memory.u8(ip) == HLT


def play_snake(machine: Machine) -> None:
    for _ in range(3):
        pass_tick(machine)
    for key, ticks in (("up", 8), ("left", 24), ("down", 12)):
        press(machine, key)
        for _ in range(ticks):
            pass_tick(machine)


def play_bricks(machine: Machine) -> None:
    """Keep the paddle below the ball for eighteen seconds."""
    for _ in range(3):
        pass_tick(machine)
    for _ in range(1100):
        pixels = machine.memory.read(PIXELS, 320 * 200)
        ball = pixels.find(bytes([BALL]) * 4) % 320
        paddle = pixels[193 * 320 :].find(PADDLE)
        if abs(ball - paddle - 22) > 8:
            press(machine, "left" if ball < paddle + 22 else "right")
        pass_tick(machine)


def press(machine: Machine, key: str) -> None:
    pc = pc_of(machine)
    assert pc is not None
    pc.press(key)


def game(directory: str, name: str, play: Callable[[Machine], None]) -> Callable[[Terminal], Machine]:
    """A boot game that has been played for a while."""
    image = f"{directory}/{name}.img"
    subprocess.run(["nasm", "-f", "bin", "-o", image, str(BOOT / f"{name}.asm")], check=True)

    def load(terminal: Terminal) -> Machine:
        machine = Machine.boot(image)
        play(machine)
        return machine

    return load


async def playing(guide: Guide) -> None:
    guide.app.set_focus(guide.app.panels["display"])
    await guide.pilot.pause(0.5)


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
        bash = loader("/bin/bash", "--norc", "--noediting", "-i", "+m")
        asyncio.run(shoot("blinkenlights-display", (180, 50), bash, shell, display))
        for name, play in (("snake", play_snake), ("bricks", play_bricks)):
            load = game(directory, name, play)
            settings = Settings(theme="dark", name=name)
            asyncio.run(shoot(f"blinkenlights-{name}", (160, 44), load, settings, playing))


if __name__ == "__main__":
    main()
