"""The games of examples/boot, played in the display."""

import asyncio
from pathlib import Path

import pytest

from blinkenlights import Machine
from tests.pc.conftest import assemble
from tests.tui.visit import visiting

EXAMPLES = Path(__file__).parents[2] / "examples" / "boot"


def play(name, do):
    image = assemble(EXAMPLES / f"{name}.asm")

    async def go():
        async with visiting(size=(200, 60), load=lambda: Machine.boot(image)) as v:
            await v.press("c")
            await do(v)
            v.app.session.interrupt()
            await v.until(lambda: not v.app.session.running)
            await v.settle()

    asyncio.run(go())


@pytest.mark.parametrize("key", ["up", "down"])
def test_the_snake_in_the_display_turns(key):
    async def do(v):
        def rows():
            return [i for i, line in enumerate(v.lines("display")) if "■" in line]

        await v.until(lambda: len(rows()) == 1)
        (start,) = rows()
        v.app.set_focus(v.app.panels["display"])
        await v.pilot.press(key)
        await v.until(lambda: start not in rows())
        assert (min(rows()) < start) == (key == "up")

    play("snake", do)


def test_the_paddle_in_the_display_moves():
    async def do(v):
        def paddle():
            row = v.machine.memory.read(0xA0000 + 193 * 320, 320)
            return row.index(15) if 15 in row else None

        await v.until(lambda: paddle() == 136)
        v.app.set_focus(v.app.panels["display"])
        await v.pilot.press("left")
        await v.until(lambda: paddle() == 120)

    play("bricks", do)
