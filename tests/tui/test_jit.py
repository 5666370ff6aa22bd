"""The screen with translated code (`-j`)."""

import asyncio

from blinkenlights import Machine
from tests.tui import guests
from tests.tui.visit import visiting


def translated() -> Machine:
    return Machine.from_bytes(guests.SPIN, guests.START, jit=True)


def run(do, **how):
    async def go():
        async with visiting(load=translated, jit=True, **how) as here:
            await do(here)

    asyncio.run(go())


def glyphs(v):
    return {row.address: row.glyph for row in v.app.picture.code if row.kind == "code"}


def test_paths_are_marked_once_they_are_translated():
    async def do(v):
        assert glyphs(v)[guests.START] == "S"
        assert "00400000▶S" in v.lines("disassembly")[v.row_of(guests.START)]
        await v.pilot.press("c")
        await v.until(lambda: glyphs(v).get(guests.START) == "*")
        await v.pilot.press("ctrl+c")
        await v.until(lambda: not v.app.session.running)

    run(do)


def test_a_step_at_a_translated_path_runs_all_of_it():
    async def do(v):
        await v.pilot.press("c")
        await v.until(lambda: glyphs(v).get(guests.START) == "*")
        await v.pilot.press("ctrl+c")
        await v.until(lambda: not v.app.session.running)
        v.machine.regs.rip = guests.START
        before = v.machine.regs.eax
        await v.press("s")
        assert v.machine.regs.rip == guests.START and v.machine.regs.eax == (before + 1) & 0xFFFFFFFF

    run(do)
