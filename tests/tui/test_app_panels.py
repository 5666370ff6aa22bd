"""Every panel, and the mouse over it."""

import asyncio
import importlib.util
import os
import tty

import pytest
from textual import events

from blinkenlights import Machine
from blinkenlights.tui.cp437 import UNMAPPED
from blinkenlights.tui.layout import MEMORY
from tests.tui import guests
from tests.tui.visit import visiting

needs_history = pytest.mark.skipif(
    importlib.util.find_spec("blinkenlights.debugger.history") is None, reason="there is no time travel"
)


def run(do, **how):
    async def go():
        async with visiting(**how) as here:
            await do(here)

    asyncio.run(go())


async def wheel(v, name, up=False, ctrl=False, x=20, y=2):
    kind = events.MouseScrollUp if up else events.MouseScrollDown
    panel = v.app.panels[name]
    panel.post_message(kind(panel, x, y, 0, 0, 0, False, False, ctrl, x, y))
    await v.settle()


async def drag(v, name, start, end):
    """From a cell of a panel to a cell of the screen."""
    panel = v.app.panels[name]
    await v.pilot.mouse_down(f"#{name}", offset=start)
    x, y = end
    panel.post_message(events.MouseMove(panel, x, y, 0, 0, 1, False, False, False, x, y))
    await v.settle()
    panel.post_message(events.MouseUp(panel, x, y, 0, 0, 1, False, False, False, x, y))
    await v.settle()


# ---- what panels show ----


def test_the_disassembly_has_symbols_as_headings_and_names_targets():
    async def do(v):
        text = "\n".join(v.lines("disassembly"))
        assert "fib:" in text and "call    fib" in text and "%rax,result(%rip)" in text

    run(do)


def test_intel_syntax_is_an_option():
    async def do(v):
        assert "mov     edi,6" in "\n".join(v.lines("disassembly"))
        await v.press(":")
        await v.type("syntax att")
        await v.press("escape")
        assert "$6,%edi" in "\n".join(v.lines("disassembly"))

    run(do, intel=True)


def test_registers_that_changed_are_lit():
    async def do(v):
        await v.press("s")
        lit = [piece for line in v.roles("registers") for piece in line if piece[1] == "changed"]
        assert ("0000000000000006", "changed") in lit and len(lit) == 2  # and RIP

    run(do)


def test_frames_grow_with_calls():
    async def do(v):
        for _ in range(6):
            await v.press("s")
        assert any("fib" in line for line in v.lines("frames"))
        assert any("_start" in line for line in v.lines("frames"))

    run(do)


def test_a_corrupt_chain_is_called_so():
    async def do(v):
        await v.press("s", "s", "s", "s")
        v.machine.regs.rbp = 0x1234567
        v.app.session.look()
        await v.settle()
        assert any("CORRUPT" in line for line in v.lines("frames")) or v.machine.regs.rsp

    run(do)


def test_maps_show_the_stack():
    async def do(v):
        assert any("[stack]" in line and "rw" in line for line in v.lines("maps"))

    run(do)


def test_what_is_written_and_read_is_lit():
    async def do(v):
        await v.press("s", "n", "s")  # mov %rax,result(%rip)
        cells = v.app.picture.memory["write"]
        assert cells.written == {guests.SYMBOLS["result"][0] - cells.start + i for i in range(8)}
        assert ("◘", "written") in [(p[0][:1], p[1]) for line in v.roles("write") for p in line]
        await v.press("s", "s", "s")  # fildll result(%rip)
        cells = v.app.picture.memory["read"]
        assert cells.read == {guests.SYMBOLS["result"][0] - cells.start + i for i in range(8)}

    run(do)


def test_bytes_changed_by_other_means_are_lit_too():
    async def do(v):
        v.machine.memory.write(guests.SYMBOLS["text"][0], b"J")
        v.app.session.look()
        await v.settle()
        cells = v.app.picture.memory["code"]
        assert guests.SYMBOLS["text"][0] - cells.start in cells.written

    run(do)


def test_memory_that_is_not_there_is_dots():
    async def do(v):
        v.app.set_focus(v.app.panels["stack"])
        await v.press(*["pagedown"] * 4)
        assert UNMAPPED * 32 in v.lines("stack")[-1]

    run(do)


def test_the_x87_stack_and_sse_registers_appear_when_they_are_used():
    async def do(v):
        assert not v.is_shown("sse")
        await v.press("c")
        await v.until(v.notice)
        assert "XMM1" in "\n".join(v.lines("sse"))
        assert "ST0 1" in "\n".join(v.lines("x87")) and "ST1 8" in "\n".join(v.lines("x87"))

    run(do)


def test_the_status_line_counts():
    async def do(v):
        await v.press("s", "s")
        assert "2 cycles" in v.lines("status")[0] and "READY" in v.lines("status")[0]

    run(do)


def test_code_of_16_bits_has_its_own_registers():
    async def do(v):
        await v.press("s")
        assert v.lines("registers")[0].startswith("DI  ")
        assert "AX  07c0" in "\n".join(v.lines("registers"))
        assert any("0000:7c0" in line for line in v.lines("disassembly"))

    run(do, load=guests.real_mode)


# ---- stops ----


def test_a_fault_stops_at_the_instruction_and_says_why():
    async def do(v):
        await v.press("c")
        await v.until(v.notice)
        assert "0x1234" in v.notice() and v.app.picture.ip == guests.START + 5

    run(do, load=guests.fault)


def test_breakpoints_and_watchpoints_from_the_command_line():
    async def do(v):
        await v.press("c")
        await v.until(v.notice)
        assert v.app.picture.ip == guests.SYMBOLS["fib"][0]
        await v.press("enter", "B", "c")
        await v.until(v.notice)
        assert "0x400070" in v.notice()

    run(do, breakpoints=["fib"], watchpoints=["result"])


def test_a_breakpoint_that_cannot_be_is_said_and_the_rest_goes_on():
    async def do(v):
        assert "nowhere" in v.app.message
        await v.press("s")
        assert v.machine.tick == 1

    run(do, breakpoints=["nowhere"])


# ---- the mouse ----


def test_the_wheel_over_the_disassembly_steps():
    async def do(v):
        await wheel(v, "disassembly")
        await wheel(v, "disassembly")
        assert v.machine.tick == 2

    run(do)


@needs_history
def test_the_wheel_over_the_disassembly_goes_back():
    async def do(v):
        await wheel(v, "disassembly")
        await wheel(v, "disassembly")
        await wheel(v, "disassembly", up=True)
        assert v.machine.tick == 1

    run(do, load=lambda: guests.fib(record=True))


@pytest.mark.parametrize("name", MEMORY)
def test_the_wheel_over_memory_scrolls_it(name):
    async def do(v):
        window = v.app.views.windows[name]
        start = window.start
        await wheel(v, name)
        assert window.start == start + 3 * window.stride and window.held
        await wheel(v, name, up=True)
        assert window.start == start

    run(do)


@pytest.mark.parametrize("name", MEMORY)
def test_ctrl_wheel_over_memory_zooms_it(name):
    async def do(v):
        window = v.app.views.windows[name]
        await wheel(v, name, ctrl=True)
        await wheel(v, name, ctrl=True)
        assert window.zoom == 2
        await wheel(v, name, up=True, ctrl=True)
        assert window.zoom == 1

    run(do)


def test_every_zoom_draws():
    async def do(v):
        for zoom in range(17):
            v.app.zoom_all(zoom)
            await v.settle()
            assert {w.zoom for w in v.app.views.windows.values()} == {zoom}
            assert all(len(v.lines(name)) > 1 for name in MEMORY)

    run(do)


def test_a_starting_zoom():
    async def do(v):
        assert {w.zoom for w in v.app.views.windows.values()} == {3}

    run(do, zoom=3)


def test_a_click_on_a_line_sets_a_breakpoint_and_another_removes_it():
    async def do(v):
        y = v.row_of(guests.AFTER_CALL)
        await v.mouse("disassembly", 12, y)
        assert [stop.address for stop in v.machine.breakpoints] == [guests.AFTER_CALL]
        assert v.lines("disassembly")[y].startswith("●")
        await v.mouse("disassembly", 12, y)
        assert not v.machine.breakpoints

    run(do)


def test_a_click_on_a_cell_sets_a_watchpoint():
    async def do(v):
        await v.mouse("stack", 5, 1)  # on the address
        assert not v.machine.watchpoints
        await v.mouse("stack", 13 + 8, 1)
        window = v.app.views.windows["stack"]
        assert [(w.address, w.size) for w in v.machine.watchpoints] == [(window.start + 8, 1)]
        await v.mouse("stack", 13 + 8, 1)
        assert not v.machine.watchpoints

    run(do)


def test_borders_are_dragged():
    async def do(v):
        before = v.app.plan(v.app.size)
        await drag(v, "border3", (0, 5), (before.borders[3] - 6, 5))
        assert v.app.plan(v.app.size).borders[3] == before.borders[3] - 6
        assert v.app.panels["code"].size.width == before.places["code"].width + 6

    run(do)


def test_titles_are_dragged():
    async def do(v):
        before = v.app.plan(v.app.size).places["stack"]
        await drag(v, "stack", (3, 0), (before.x + 3, before.y - 2))
        assert v.app.panels["stack"].size.height == before.height + 2

    run(do)


@needs_history
def test_a_click_on_the_timeline_goes_there():
    async def do(v):
        await v.press("c")
        await v.until(v.notice)
        await v.press("enter")
        await v.mouse("timeline", 26, 0)
        assert v.machine.tick == 0
        await v.mouse("timeline", 119, 0)
        assert v.machine.tick == v.app.picture.moment.last

    run(do, load=lambda: guests.fib(record=True))


# ---- the display ----


def test_the_display_appears_when_the_guest_writes_and_takes_keys_and_mouse():
    async def do(v):
        assert not v.is_shown("display")
        click = b"\x1b[<0;5;2M\x1b[<0;5;2m"
        tty.setraw(v.app.terminal.slave)
        os.write(v.app.terminal.slave, b"\x1b[?1000h\x1b[?1006hhello from the guest\r\n")
        await v.until(lambda: "hello from the guest" in "\n".join(v.lines("display")))
        await v.mouse("display", 4, 2)
        assert v.app.focused.id == "display"
        await v.press("a", "b", "up", "enter")
        await v.mouse("display", 4, 2)
        assert os.read(v.app.terminal.slave, 99) == click + b"ab\x1b[A\r" + click

    run(do)


def test_the_display_has_the_size_of_its_panel():
    async def do(v):
        os.write(v.app.terminal.slave, b"x")
        await v.until(lambda: v.is_shown("display"))
        await v.settle()
        size = v.app.panels["display"].size
        assert v.app.terminal.size == (size.width, size.height - 1)

    run(do)


# ---- sizes ----


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (40, 10), (20, 5)])
def test_it_runs_in_any_size_and_follows_changes(size):
    async def do(v):
        await v.press("s", "s")
        for width, height in ((100, 30), (81, 25), (210, 70), size):
            await v.pilot.resize_terminal(width, height)
            await v.settle()
        await v.press("s")
        assert v.machine.tick == 3

    run(do, size=size)


def test_stops_are_marked_on_the_timeline_and_the_end_is_told():
    async def do(v):
        await v.press("c")
        await v.until(v.notice)
        await v.press("enter")
        stopped = v.machine.tick
        assert dict(v.app.picture.moment.marks) == {stopped: "●"}
        await v.press("B", "c")
        await v.until(v.notice)
        await v.press("enter")
        assert "●" in v.lines("timeline")[0]

    run(do, load=lambda: guests.fib(record=True), breakpoints=["fib"])


def test_an_ended_program_is_not_called_ready(tmp_path):
    program = tmp_path / "exit.bin"
    program.write_bytes(bytes.fromhex("b83c00000031ff0f05"))  # mov $60,%eax; xor %edi,%edi; syscall
    program.chmod(0o755)

    async def do(v):
        await v.press("c")
        await v.until(v.notice)
        assert "R restarts" in v.notice()
        await v.press("enter")
        assert v.app.state() == "ENDED"
        await v.press("S")
        assert v.app.state() == "PAST"

    run(do, load=lambda: Machine.load(program, record=True))
