"""The main screens as pictures: tests/tui/screens/*.svg, which a change is compared with.

BLINKENLIGHTS_SCREENS=renew writes them anew; look at them then.
"""

import asyncio
import os
import re
from html import unescape
from pathlib import Path

import pytest

from tests.tui import guests
from tests.tui.visit import visiting

SCREENS = Path(__file__).parent / "screens"
SIZES = ((80, 24), (120, 40), (200, 60))
STEPS = 14  # into the second call of fib


async def steps(v):
    await v.press(*["s"] * STEPS)


async def breakpoint_(v):
    await v.press("c")
    await v.until(v.notice)


async def display(v):
    await steps(v)
    os.write(v.app.terminal.slave, b"\x1b[1;32mhello\x1b[0m from the guest\r\n$ ")
    await v.until(lambda: "hello" in "".join(v.lines("display")))
    await v.settle()


async def end(v):
    await v.press("c")
    await v.until(v.notice)
    await v.press("enter")


async def help_(v):
    await v.press("?")


async def command(v):
    await v.press(":")
    await v.type("fib + 4")
    await v.settle()


async def details(v):
    await v.press("v")
    await steps(v)


# name: what is done, and how the screen is started
SHOWN = {
    "steps": (steps, {}),
    "breakpoint": (breakpoint_, {"breakpoints": ["fib if edi == 3"], "theme": "light"}),
    "display": (display, {"theme": "plain"}),
    "end": (end, {"intel": True}),
    "help": (help_, {}),
    "command": (command, {"theme": "light"}),
    "bytes": (details, {"zoom": 2, "highlight": False}),
}
IN_EVERY_SIZE = ("steps", "display", "end")


def content(svg):
    """Every piece of text of a picture, with its place and what it looks like."""
    styles = dict(re.findall(r"\.terminal-\w+-(r\d+) \{ ([^}]*) \}", svg))
    pieces = re.findall(r'<text class="terminal-\w+-(r\d+)" x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)<', svg)
    grounds = re.findall(r'<rect fill="([^"]+)" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"', svg)
    found = [(float(y), float(x), styles.get(name, ""), unescape(text)) for name, x, y, text in pieces]
    found += [(float(y), float(x), fill, width) for fill, x, y, width in grounds]
    return sorted(found)


PICTURES = [(name, size) for name in SHOWN for size in SIZES if name in IN_EVERY_SIZE or size == SIZES[1]]


@pytest.mark.parametrize(("name", "size"), PICTURES, ids=[f"{name}-{w}x{h}" for name, (w, h) in PICTURES])
def test_the_screen_is_as_it_was(name, size):
    do, how = SHOWN[name]

    async def go():
        async with visiting(size=size, load=guests.fib, **how) as v:
            await do(v)
            await v.settle()
            await v.settle()
            return v.app.export_screenshot(title="blinkenlights")

    svg = asyncio.run(go())
    path = SCREENS / f"{name}-{size[0]}x{size[1]}.svg"
    if os.environ.get("BLINKENLIGHTS_SCREENS") == "renew":
        SCREENS.mkdir(exist_ok=True)
        path.write_text(svg)
    now, then = content(svg), content(path.read_text())
    assert now and len(now) > 50
    differ = [pair for pair in zip(then, now, strict=False) if pair[0] != pair[1]]
    assert not differ and len(now) == len(then), f"{path.name}: {differ[:3]}"
