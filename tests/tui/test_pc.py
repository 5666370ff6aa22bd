"""A PC in the screen: its display, its keys, its time."""

import asyncio

import pytest
from rich.style import Style
from textual import events

from blinkenlights import Machine
from blinkenlights.pc.scheduler import TICKS_PER_SECOND
from blinkenlights.pc.screen import Pixels, Text
from blinkenlights.tui.layout import Choices, Needs, plan
from blinkenlights.tui.panels import screen
from blinkenlights.tui.pc import Bell, Pace, key_name
from blinkenlights.tui.session import Session
from blinkenlights.tui.views import Views
from tests.tui.visit import visiting

# Writes Hi in yellow on blue to the corner, then echoes keys with INT 10h.
TEXT = bytes.fromhex(
    "b800b88ec0"  # mov ax, 0b800h; mov es, ax
    "26c70600004818"  # mov word [es:0], 1848h
    "26c70602006998"  # mov word [es:2], 9869h
    "30e4cd16"  # again: xor ah, ah; int 16h
    "b40ecd10"  # mov ah, 0eh; int 10h
    "ebf6"  # jmp again
)
# Mode 13h, whose left half becomes red (4).
PIXELS = bytes.fromhex(
    "b81300cd10"  # mov ax, 13h; int 10h
    "b800a08ec0"  # mov ax, 0a000h; mov es, ax
    "31ff"  # xor di, di
    "bac800"  # mov dx, 200
    "b004"  # mov al, 4
    "b9a000"  # line: mov cx, 160
    "f3aa"  # rep stosb
    "81c7a000"  # add di, 160
    "4a75f4"  # dec dx; jnz line
    "ebfe"  # jmp $
)
BLUE, RED, GREY, BLACK = (0, 0, 170), (170, 0, 0), (170, 170, 170), (0, 0, 0)
COLOURS = [BLACK, BLUE, (0, 170, 0), (0, 170, 170), RED, (170, 0, 170), (170, 85, 0), GREY] * 2


@pytest.fixture
def boot(tmp_path):
    def make(code, record=False):
        path = tmp_path / "disk.img"
        path.write_bytes(code.ljust(510, b"\0") + b"\x55\xaa")
        return lambda: Machine.boot(path, record=record)

    return make


def run(do, **how):
    async def go():
        async with visiting(size=(200, 60), **how) as here:
            await do(here)

    asyncio.run(go())


async def stop(v):
    v.app.session.interrupt()
    await v.until(lambda: not v.app.session.running)
    await v.settle()


# ---- the whole ----


def test_a_boot_sector_s_text_is_in_the_display_and_keys_are_echoed(boot):
    async def do(v):
        assert v.is_shown("display")
        await v.press("c")
        await v.until(lambda: v.lines("display")[1].startswith("Hi"))
        v.app.set_focus(v.app.panels["display"])
        for key in ("x", "Y", "space", "exclamation_mark"):
            await v.pilot.press(key)
            await v.pilot.pause(0.01)
        await v.until(lambda: any("xY !" in line for line in v.lines("display")))
        await v.pilot.press("ctrl+right_square_bracket")
        assert v.app.focused.id == "disassembly"
        await v.pilot.press("ctrl+c")
        await v.until(lambda: not v.app.session.running)

    run(do, load=boot(TEXT))


def test_keys_struck_before_the_program_runs_wait_for_it(boot):
    async def do(v):
        v.app.set_focus(v.app.panels["display"])
        await v.press("q", "ctrl+c")
        assert v.machine.tick == 0 and v.app.is_running
        await v.press("ctrl+right_square_bracket", "c")
        await v.until(lambda: any("q♥" in line or "q" in line for line in v.lines("display")[1:]))
        await stop(v)

    run(do, load=boot(TEXT))


def test_the_past_is_gone_back_to_with_its_keys(boot):
    async def do(v):
        v.app.set_focus(v.app.panels["display"])
        await v.press("q", "ctrl+right_square_bracket", "c")
        await v.until(lambda: any("q" in line for line in v.lines("display")[1:]))
        await stop(v)
        end = v.machine.tick
        await v.press("S")
        assert v.machine.tick == end - 1 and v.app.state() == "PAST"
        await v.press("r")
        await v.until(lambda: v.machine.tick == 0)
        assert not any("q" in line for line in v.lines("display")[1:])
        await v.press("enter", "]")
        assert v.machine.tick > 0
        await v.press("c")
        await v.until(lambda: any("q" in line for line in v.lines("display")[1:]))
        await stop(v)

    run(do, load=boot(TEXT, record=True))


def test_what_is_pasted_is_typed_as_the_program_asks_for_it(boot):
    text = "(define (twice f x) (f (f x)))" * 2  # more than the BIOS's buffer holds

    async def do(v):
        await v.press("c")
        panel = v.app.panels["display"]
        panel.post_message(events.Paste(text))
        await v.until(lambda: any(text in line for line in v.lines("display")))
        await stop(v)

    run(do, load=boot(TEXT))


def test_graphics_are_drawn_in_half_blocks(boot):
    async def do(v):
        await v.press("c")
        red, black = screen.style(RED, RED), screen.style(BLACK, BLACK)

        def looks():
            line = v.roles("display")[5]
            return [style for _, style in line]

        await v.until(lambda: looks() == [red, black])
        left, right = (len(text) for text, _ in v.roles("display")[5])
        assert left == right and left > 20 and set(v.lines("display")[5]) == {"▀"}
        await stop(v)

    run(do, load=boot(PIXELS))


def test_addresses_of_16_bit_code_are_segment_and_offset(boot):
    async def do(v):
        assert any("07c0:0005" in line for line in v.lines("disassembly")) is False
        assert any(line[2:].startswith("0000:7c00▶") for line in v.lines("disassembly"))
        await v.press("s")
        assert any("07c0:0005▶" in line for line in v.lines("disassembly"))
        assert v.lines("registers")[0].startswith("DI  ") and "IP  0005" in "\n".join(v.lines("registers"))
        await v.press("b")
        await v.type("7c0:8")
        await v.press("c")
        await v.until(v.notice)
        assert v.machine.regs.rip == 8 and v.app.picture.ip == 0x7C08

    run(do, load=boot(bytes.fromhex("ea0500c007" "b80300" "e6f4" "ebfe")))


def test_a_restart_boots_again(boot):
    async def do(v):
        await v.press("c")
        await v.until(lambda: v.lines("display")[1].startswith("Hi"))
        await stop(v)
        await v.press("R")
        await v.until(lambda: v.machine.tick == 0)
        await v.settle()
        assert not any("Hi" in line for line in v.lines("display"))

    run(do, load=boot(TEXT))


# ---- the parts ----


def cells(text, columns, rows, attribute=0x07):
    return [(letter, attribute) for letter in text.ljust(columns * rows)]


def test_attributes_are_colours_and_blinking():
    steady = Text(4, 1, [("a", 0x14), ("b", 0x94), ("c", 0x94), ("d", 0x07)], None, False, COLOURS)
    assert [(text, style.blink) for text, style in screen.lines(steady, 9, 9)[0]] == [
        ("a", False), ("bc", False), ("d", False)]  # fmt: skip
    blinking = screen.lines(steady._replace(blinking=True), 9, 9)[0]
    assert [(text, style.blink) for text, style in blinking] == [("a", False), ("bc", True), ("d", False)]
    assert blinking[0][1] == screen.style(RED, BLUE)


def test_the_cursor_is_reversed():
    line = screen.lines(Text(3, 1, cells("abc", 3, 1), (1, 0), True, COLOURS), 9, 9)[0]
    assert [text for text, _ in line] == ["a", "b", "c"]
    assert line[1][1] == screen.style(GREY, BLACK) + Style(reverse=True, blink=True)


def test_where_not_all_fits_the_cursor_is_in_view():
    shown = Text(10, 5, cells("".join(str(y) * 10 for y in range(5)), 10, 5), (9, 4), True, COLOURS)
    lines = ["".join(text for text, _ in line) for line in screen.lines(shown, 4, 2)]
    assert lines == ["3333", "4444"]


@pytest.mark.parametrize(("width", "height"), [(80, 24), (40, 24), (10, 3), (1, 1), (500, 500)])
def test_pictures_fit_and_keep_the_display_s_shape(width, height):
    shown = Pixels(320, 200, bytes(64000), COLOURS)
    lines = screen.lines(shown, width, height)
    assert 1 <= len(lines) <= height
    across = {sum(len(text) for text, _ in line) for line in lines}
    assert len(across) == 1 and across.pop() <= width


def test_a_cell_is_two_pixels():
    data = bytes([1]) * 320 + bytes([4]) * 320
    lines = screen.lines(Pixels(320, 200, data * 100, COLOURS), 1000, 1000)
    assert len(lines) == 120 and sum(len(text) for text, _ in lines[0]) == 320
    assert {style for line in lines for _, style in line} == {
        screen.style(upper, lower) for upper in (BLUE, RED) for lower in (BLUE, RED)
    }


@pytest.mark.parametrize(
    ("key", "character", "name"),
    [
        ("a", "a", "a"), ("A", "A", "A"), ("exclamation_mark", "!", "!"), ("space", " ", "space"),
        ("enter", "\r", "enter"), ("pageup", None, "page up"), ("shift+tab", None, "shift+tab"),
        ("ctrl+c", "\x03", "ctrl+c"), ("f1", None, "f1"), ("escape", "\x1b", "escape"),
        ("alt+x", "x", "alt+x"),
        ("plus", "+", "+"), ("backspace", "\x7f", "backspace"), ("ctrl+up", None, "ctrl+up"),
    ],
)  # fmt: skip
def test_keys_have_the_keyboard_s_names(key, character, name):
    from blinkenlights.pc.keys import stroke

    assert key_name(key, character) == name
    stroke(name)  # there is one


def test_time_is_kept_and_lost_time_is_not_made_up_for():
    now = [100.0]
    pace = Pace(lambda: now[0])
    pace.start()
    assert pace.ahead(0) == 0
    assert pace.ahead(TICKS_PER_SECOND // 2) == pytest.approx(0.5)
    now[0] += 0.4
    assert pace.ahead(TICKS_PER_SECOND // 2) == pytest.approx(0.1)
    now[0] += 7
    assert pace.ahead(TICKS_PER_SECOND) == 0
    assert pace.ahead(TICKS_PER_SECOND * 3 // 2) == pytest.approx(0.5)


def test_a_sleeping_machine_is_shown_but_not_more_often_than_wanted(boot, monkeypatch):
    pictures = []
    session = Session(boot(TEXT), Views(), pictures.append, lambda reason: None, lambda text: None)
    now = [100.0]
    monkeypatch.setattr("blinkenlights.tui.session.monotonic", lambda: now[0])
    session.pace.clock = lambda: now[0]
    session.pace.wait = lambda tick: None
    session.pace.start()
    session.pace.ahead(0)
    session.rest(TICKS_PER_SECOND)
    session.rest(TICKS_PER_SECOND)
    assert len(pictures) == 1
    session.due = 0.0  # long ago
    now[0] += 2  # the machine is late, and won't sleep
    session.rest(TICKS_PER_SECOND)
    assert len(pictures) == 1
    session.rest(3 * TICKS_PER_SECOND)
    assert len(pictures) == 2
    session.close()


def test_a_bell_does_not_ring_for_every_change_of_a_sound():
    rung = []
    bell = Bell(lambda: rung.append(1))
    for frequency in (440, 0, 441, 0, 442):
        bell(frequency)
    assert rung == [1]


def test_a_display_of_fixed_size_gets_the_room_that_it_needs():
    place = plan(200, 60, Choices(), Needs(display=True, screen=25)).places["display"]
    assert place.width >= 80 and place.height >= 26
    assert plan(120, 40, Choices(), Needs(display=True, screen=25)).places["display"].height >= 26
    assert "display" in plan(80, 24, Choices(), Needs(display=True, screen=25)).places
