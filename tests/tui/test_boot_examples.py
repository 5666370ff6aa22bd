"""The games of examples/boot, played in the display."""

import asyncio
from pathlib import Path

import pytest
from textual.events import Key

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


async def press_twice(v, key):
    """At once: a game may be lost by then, and the first one begins the next."""
    display = v.app.panels["display"]
    v.app.set_focus(display)
    display.post_message(Key(key, None))
    display.post_message(Key(key, None))


@pytest.mark.parametrize("key", ["up", "down"])
def test_the_snake_in_the_display_turns(key):
    async def do(v):
        def rows():
            return [i for i, line in enumerate(v.lines("display")) if "■" in line]

        def turned():
            now = rows()
            return now and start not in now and (min(now) < start) == (key == "up")

        await v.until(lambda: len(rows()) == 1)
        (start,) = rows()
        await v.again(lambda: press_twice(v, key), turned)

    play("snake", do)


def test_the_paddle_in_the_display_moves():
    async def do(v):
        def paddle():
            """Its left end, white or, when the ball is lost, red; it begins at 136."""
            row = v.machine.memory.read(0xA0000 + 193 * 320, 320)
            return next((x for x, colour in enumerate(row) if colour in (15, 4)), 320)

        await v.until(lambda: paddle() == 136)
        await v.again(lambda: press_twice(v, "left"), lambda: paddle() < 136)

    play("bricks", do)
