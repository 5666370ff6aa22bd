"""Every key, pressed."""

import asyncio
import errno
import importlib.util
import os
import subprocess
import sys

import pytest

from blinkenlights.loaders import BadProgram
from blinkenlights.tui import theme
from blinkenlights.tui.dialogs import Ask, Help
from blinkenlights.tui.keys import KEYS
from blinkenlights.tui.session import SPEEDS, USUAL_SPEED
from tests.tui import guests
from tests.tui.visit import visiting

needs_history = pytest.mark.skipif(
    importlib.util.find_spec("blinkenlights.debugger.history") is None, reason="there is no time travel")


def run(do, **how):
    async def go():
        async with visiting(**how) as here:
            await do(here)

    asyncio.run(go())


# ---- running ----


def test_s_steps_one_instruction():
    async def do(v):
        await v.press("s")
        assert v.machine.tick == 1 and v.app.picture.ip == guests.CALL
        assert "▶" in v.lines("disassembly")[v.row_of(guests.CALL)]

    run(do)


def test_n_steps_over_a_call():
    async def do(v):
        await v.press("s", "n")
        assert v.app.picture.ip == guests.AFTER_CALL and v.machine.regs.rax == 8

    run(do)


def test_f_runs_until_the_function_returns():
    async def do(v):
        await v.press("s", "s", "s", "f")
        assert v.app.picture.ip == guests.AFTER_CALL

    run(do)


def test_c_continues_to_the_next_stop_and_says_what_it_is():
    async def do(v):
        await v.press("c")
        await v.until(v.notice)
        assert "HLT" in v.notice() and v.machine.memory.read(0x400090, 13) == b"Hello, world!"
        await v.press("enter")
        assert not v.notice()

    run(do)


def test_capital_c_continues_without_pictures():
    async def do(v):
        await v.press("C")
        await v.until(v.notice)
        assert "HLT" in v.notice()

    run(do)


def test_ctrl_c_interrupts():
    async def do(v):
        await v.pilot.press("c")
        await v.until(lambda: v.app.session.running and v.app.picture.registers["rax"] > 1000)
        assert v.app.state() == "RUNNING"
        await v.pilot.press("ctrl+c")
        await v.until(lambda: not v.app.session.running)
        await v.settle()
        assert v.app.state() == "READY" and not v.notice()
        assert v.app.picture.registers["rax"] == v.machine.regs.rax & 0xFFFFFFFF

    run(do, load=guests.spin)


def test_ctrl_c_while_nothing_runs_is_no_end():
    async def do(v):
        await v.press("ctrl+c")
        assert v.app.is_running and "q quits" in v.lines("status")[0]

    run(do)


def test_other_commands_wait_until_the_program_stops():
    async def do(v):
        await v.pilot.press("c")
        await v.until(lambda: v.app.session.running)
        await v.pilot.press("s")
        await v.pilot.pause()
        assert "ctrl-c stops it" in v.app.message
        await v.pilot.press("ctrl+c")
        await v.until(lambda: not v.app.session.running)

    run(do, load=guests.spin)


def test_ctrl_t_and_alt_t_change_the_speed_within_bounds():
    async def do(v):
        await v.press("ctrl+t")
        assert v.app.session.speed == USUAL_SPEED + 1 and "turbo" in v.lines("status")[0]
        await v.press(*["alt+t"] * 12)
        assert v.app.session.speed == 0 and SPEEDS[0][0] in v.lines("status")[0]
        await v.press(*["ctrl+t"] * 12)
        assert v.app.session.speed == len(SPEEDS) - 1

    run(do)


def test_slow_motion_shows_single_steps():
    async def do(v):
        await v.press(*["alt+t"] * 5)
        await v.pilot.press("c")
        seen = set()

        def look():
            seen.add(v.app.picture.moment.tick)
            return len(seen) > 3

        await v.until(look)
        await v.pilot.press("ctrl+c")
        await v.until(lambda: not v.app.session.running)
        assert v.machine.tick < 20

    run(do, load=guests.spin)


def test_capital_r_restarts_with_the_same_breakpoints():
    async def do(v):
        await v.press("c")
        await v.until(v.notice)
        await v.press("enter", "s", "R")
        assert v.machine.tick == 0 and v.app.picture.ip == guests.START
        assert [stop.name for stop in v.app.picture.breakpoints] == ["fib"]

    run(do, breakpoints=["fib"])


RESTARTS = """
import sys, threading
from blinkenlights import Machine
from blinkenlights.tui.session import Session
from blinkenlights.tui.views import Views
session = Session(lambda: Machine.load(sys.argv[1], record=True), Views(), lambda picture: None,
                  lambda reason: None, print)
session.start()
for _ in range(4):
    for job in (session.show, session.step):
        session.ask(job)
    done = threading.Event()
    session.ask(done.set)
    done.wait()
    print(session.machine.regs.rsp, session.machine.statistics["reserved"])
    session.ask(session.restart)
session.close()
"""


def test_a_restarted_program_is_at_the_same_addresses(tmp_path):
    """The memory of the machine before is given back, so its addresses are free again.

    In a process of its own, where nothing else has taken them.
    """
    program = tmp_path / "flat.bin"
    program.write_bytes(guests.SPIN)
    program.chmod(0o755)
    done = subprocess.run([sys.executable, "-c", RESTARTS, program], capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": ":".join(filter(None, sys.path))})  # fmt: skip
    lines = done.stdout.splitlines()
    assert len(lines) == 4 and len(set(lines)) == 1, done.stdout + done.stderr


def test_a_program_that_cannot_be_restarted_is_said_and_can_be_tried_again():
    loads = []

    def load():
        loads.append(1)
        if len(loads) == 2:
            raise BadProgram(errno.ENOENT, "no such file")
        return guests.fib()

    async def do(v):
        await v.press("R")
        assert v.app.message == "no such file; R tries again"
        await v.press("s", "enter", "R")
        assert v.machine.tick == 0 and v.app.picture.ip == guests.START

    run(do, load=load)


# ---- going back ----


@needs_history
def test_capital_s_steps_back():
    async def do(v):
        await v.press("s", "s", "s", "S")
        assert v.machine.tick == 2 and v.app.state() == "PAST"

    run(do, load=lambda: guests.fib(record=True))


@needs_history
def test_capital_n_steps_back_over_a_call():
    async def do(v):
        await v.press("s", "n", "N")
        assert v.app.picture.ip == guests.CALL

    run(do, load=lambda: guests.fib(record=True))


@needs_history
def test_capital_f_goes_back_to_the_call():
    async def do(v):
        await v.press("s", "s", "s", "s", "F")
        assert v.app.picture.ip == guests.CALL

    run(do, load=lambda: guests.fib(record=True))


@needs_history
def test_r_goes_back_to_the_previous_stop_and_the_brackets_along_the_timeline():
    async def do(v):
        await v.press("c")
        await v.until(v.notice)
        await v.press("enter", "r")
        assert "beginning" in v.notice()
        await v.press("enter")
        assert v.machine.tick == 0
        await v.press("]")
        later = v.machine.tick
        assert later > 0
        await v.press("[")
        assert v.machine.tick < later

    run(do, load=lambda: guests.fib(record=True))


@pytest.mark.parametrize("key", ["S", "N", "F", "r"])
def test_going_back_without_a_recording_says_why_not(key):
    async def do(v):
        await v.press("s", key)
        assert "record" in v.app.message

    run(do)


# ---- breakpoints ----


def test_b_pushes_and_capital_b_pops_a_breakpoint():
    async def do(v):
        await v.press("b")
        await v.type("fib if edi == 3")
        await v.settle()
        assert [stop.address for stop in v.machine.breakpoints] == [guests.SYMBOLS["fib"][0]]
        assert "fib if edi == 3" in v.lines("breakpoints")[1]
        await v.press("c")
        await v.until(v.notice)
        assert "reakpoint" in v.notice() and v.machine.regs.edi == 3
        await v.press("enter", "B")
        assert not v.machine.breakpoints

    run(do)


def test_w_pushes_and_capital_w_pops_a_watchpoint():
    async def do(v):
        await v.press("w")
        await v.type("7fffefb8")
        await v.press("c")
        await v.until(v.notice)
        assert "0x7fffefb8" in v.notice() and "became 0x40000a" in v.notice()
        assert "◆" in v.lines("breakpoints")[1]
        await v.press("enter", "W")
        assert not v.machine.watchpoints

    run(do)


def test_a_breakpoint_at_nothing_is_explained():
    async def do(v):
        await v.press("b")
        await v.type("nowhere")
        await v.settle()
        assert "nowhere" in v.app.message and not v.machine.breakpoints

    run(do)


# ---- what is shown ----


def test_x_t_and_capital_t_change_the_sse_panel():
    async def do(v):
        await v.press("c")
        await v.until(v.notice)
        await v.press("enter")
        assert "SSE" in v.lines("sse")[0] and "hex int8" in v.lines("sse")[0]
        await v.press("x")
        assert "dec int8" in v.lines("sse")[0]
        await v.press("T")
        assert "dec int16" in v.lines("sse")[0]
        await v.press("t")
        assert "float" in v.lines("sse")[0]

    run(do)


def test_p_shows_where_the_time_goes():
    async def do(v):
        await v.press("p")
        await v.pilot.press("c")
        await v.until(lambda: v.app.picture.profile)
        await v.pilot.press("ctrl+c")
        await v.until(lambda: not v.app.session.running)
        await v.settle()
        assert "█" in v.lines("profile")[1]
        await v.press("p")
        assert not v.is_shown("profile")

    run(do, load=guests.spin)


def test_v_shows_bytes():
    async def do(v):
        assert "bf06000000" not in "".join(v.lines("disassembly"))
        await v.press("v")
        assert "bf06000000" in "".join(v.lines("disassembly"))
        await v.press("v", "v")
        assert "bf06000000" not in "".join(v.lines("disassembly"))

    run(do)


def test_2_and_3_toggle_columns():
    async def do(v):
        for key, panel in (("2", "maps"), ("3", "registers")):
            assert v.is_shown(panel)
            await v.press(key)
            assert not v.is_shown(panel)
            await v.press(key)
            assert v.is_shown(panel)

    run(do)


def test_y_changes_the_theme():
    async def do(v):
        for name in ("light", "plain", "dark"):
            await v.press("y")
            assert v.app.looks == name and v.app.look is theme.look(name)

    run(do)


def test_plus_and_minus_zoom_memory():
    async def do(v):
        await v.press("minus", "minus")
        assert {w.zoom for w in v.app.views.windows.values()} == {2}
        assert "1:4" in v.lines("code")[0]
        await v.press("plus")
        assert {w.zoom for w in v.app.views.windows.values()} == {1}

    run(do)


# ---- moving about ----


def test_arrows_and_pages_scroll_the_focused_panel_and_home_follows_again():
    async def do(v):
        first = v.app.picture.code[0].address
        await v.press("down")
        assert v.app.picture.code[0].address > first and "held" in v.lines("disassembly")[0]
        await v.press("up")
        assert v.app.picture.code[0].address == first
        await v.press("pagedown")
        far = v.app.picture.code[0].address
        await v.press("pageup")
        assert v.app.picture.code[0].address < far
        await v.press("home")
        assert v.app.views.top is None

    run(do)


def test_memory_scrolls_by_cells_lines_and_pages():
    async def do(v):
        v.app.set_focus(v.app.panels["stack"])
        window = v.app.views.windows["stack"]
        start = window.start
        for key, moved in (("right", 1), ("left", 0), ("down", window.stride), ("up", 0),
                           ("pagedown", window.span), ("pageup", 0)):  # fmt: skip
            await v.press(key)
            assert window.start == start + moved, key
        assert "held" in v.lines("stack")[0]
        await v.press("end")
        assert window.start + window.span == 0x7FFFF000
        await v.press("home")
        assert not window.held

    run(do)


def test_end_goes_to_the_end_of_the_function():
    async def do(v):
        await v.press("s", "s", "end")
        rows = [row.address for row in v.app.picture.code]
        assert max(rows) >= 0x400069 and "held" in v.lines("disassembly")[0]

    run(do)


def test_tab_and_shift_tab_go_from_panel_to_panel():
    async def do(v):
        assert v.app.focused.id == "disassembly"
        await v.press("tab")
        assert v.app.focused.id == "breakpoints"
        await v.press("shift+tab", "shift+tab")
        assert v.app.focused.id == "stack"

    run(do)


def test_ctrl_bracket_leaves_the_display():
    async def do(v):
        v.app.terminal.feed(b"$ ")
        v.app.display_changed()
        await v.until(lambda: v.is_shown("display"))
        v.app.set_focus(v.app.panels["display"])
        await v.press("s")
        assert v.machine.tick == 0, "the program gets the key"
        await v.press("ctrl+right_square_bracket")
        assert v.app.focused.id == "disassembly"
        await v.press("s")
        assert v.machine.tick == 1

    run(do)


# ---- other ----


def test_colon_opens_the_command_line():
    async def do(v):
        await v.press(":")
        assert isinstance(v.app.screen, Ask)
        await v.type("step 2")
        await v.settle()
        assert v.machine.tick == 2
        await v.type("rax = 5")
        await v.settle()
        assert v.machine.regs.rax == 5 and "5" in v.lines("registers")[0]
        await v.type("fib")
        await v.settle()
        assert "0x40003a" in v.app.screen.output
        await v.type("nonsense")
        await v.settle()
        assert "nonsense" in v.app.screen.output
        await v.press("up")
        assert v.app.screen.query_one("#line").value == "nonsense"
        await v.press("down", "escape")
        assert not isinstance(v.app.screen, Ask)

    run(do)


def test_the_command_line_completes_names():
    async def do(v):
        await v.press(":")
        for letter in "reverse_s":
            await v.pilot.press("underscore" if letter == "_" else letter)
        await v.press("tab")
        assert v.app.screen.query_one("#line").value == "reverse_step"
        await v.press("escape")

    run(do)


def test_ctrl_s_saves_a_picture(tmp_path):
    async def do(v):
        await v.press("ctrl+s", "ctrl+s")
        names = sorted(path.name for path in tmp_path.iterdir())
        assert names == ["blinkenlights-1.svg", "blinkenlights-2.svg"]
        assert (tmp_path / "blinkenlights-1.svg").read_text().startswith("<svg")
        assert "blinkenlights-2.svg" in v.app.message

    run(do, pictures=str(tmp_path))


def test_a_picture_that_cannot_be_saved_is_no_crash():
    async def do(v):
        await v.press("ctrl+s")
        assert "/nonexistent" in v.app.message

    run(do, pictures="/nonexistent")


def test_question_mark_shows_every_key():
    async def do(v):
        await v.press("?")
        assert isinstance(v.app.screen, Help)
        text = v.app.screen.text().plain
        assert all(row.shown in text for row in KEYS)
        await v.press("escape")
        assert not isinstance(v.app.screen, Help)

    run(do)


def test_ctrl_l_draws_the_whole_screen_anew():
    async def do(v):
        asked = []
        v.app.screen.refresh = lambda *what, **how: asked.append(what)  # nothing: all of it
        await v.pilot.press("ctrl+l")
        await v.until(lambda: () in asked)

    run(do)


def test_q_quits():
    async def do(v):
        await v.pilot.press("q")
        await v.pilot.pause()
        assert not v.app.is_running or v.app._exit

    run(do)


def test_no_key_of_the_table_is_untested():
    from pathlib import Path

    text = Path(__file__).read_text()
    for row in KEYS:
        for key in row.key.split(","):
            assert f'"{key}"' in text or f'"{row.shown}"' in text or key == "down", key


@pytest.mark.parametrize("size", [(80, 24), (40, 12), (200, 60)])
def test_the_help_is_aligned_on_every_screen(size):
    """A line that goes on does so in its column."""

    async def do(v):
        await v.press("question_mark")
        lines = v.app.screen.text().plain.splitlines()
        width = v.app.screen.query_one("#help").size.width
        assert all(len(line) <= width for line in lines)
        assert all(any(line.startswith(f"  {row.shown} ") for line in lines) for row in KEYS)
        first = next(i for i, line in enumerate(lines) if line.startswith("  C "))
        assert lines[first + 1].startswith(" " * 13)

    run(do, size=size)


@pytest.mark.parametrize(("key", "by"), [("greater_than_sign", 1), ("less_than_sign", -1)])
def test_speed_has_keys_that_a_browser_leaves_to_the_page(key, by):
    async def do(v):
        await v.press(key)
        assert v.app.session.speed == USUAL_SPEED + by

    run(do)
