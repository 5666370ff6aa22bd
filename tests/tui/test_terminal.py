"""The guest's terminal."""

import os
import select
import struct
import termios
import tty
from fcntl import ioctl
from signal import SIGINT, SIGQUIT, SIGTSTP
from termios import TIOCGWINSZ
from time import monotonic, sleep

import pytest

from blinkenlights.tui.emulation import CURSOR_KEYS, Screen
from blinkenlights.tui.terminal import Terminal, colour, key_bytes, mouse_bytes


@pytest.fixture
def terminal():
    made = Terminal(40, 10)
    yield made
    made.close()


def wait(condition):
    until = monotonic() + 10
    while not condition():
        assert monotonic() < until
        sleep(0.01)


def test_what_the_guest_writes_is_on_the_screen(terminal):
    os.write(terminal.slave, b"hello\n\x1b[31mred\x1b[0m")
    wait(lambda: terminal.text()[1].startswith("red"))
    assert terminal.text()[0].startswith("hello") and terminal.used
    line = terminal.lines(40, 10, False)[1]
    assert line[0][0] == "red" and line[0][1].color.name == "red"


def test_what_is_typed_is_read_by_the_guest(terminal):
    terminal.write(b"abc\r")
    assert os.read(terminal.slave, 10) == b"abc\n"


def test_the_size_is_told_to_the_guest(terminal):
    assert terminal.resize(62, 20) and not terminal.resize(62, 20)
    assert struct.unpack("4H", ioctl(terminal.slave, TIOCGWINSZ, bytes(8)))[:2] == (20, 62)


def test_sequences_may_come_in_parts(terminal):
    for part in (b"a\x1b", b"[3", b"2mb", b"\x1b[>4;2", b"mc"):
        terminal.feed(part)
    line = terminal.lines(40, 10, False)[0]
    assert line[0][0] == "a" and line[1][0] == "bc"
    assert line[1][1].color.name == "green" and not line[1][1].underline


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (b"\x1b[?4m\x1b[>4;2ma", "a"),  # vim's questions about keys
        (b"\x1b[!pa\x1b[2 qb\x1b[?2026$pc", "abc"),
        (b"\x1bP$qm\x1b\\a\x1b_APC\x1b\\b", "ab"),
        (b"x\x1b[4by", "xxxxxy"),  # REP
        (b"\x1b(0lqqk\x1b(B q", "┌──┐ q"),
        (b"\x1b)0\x0ex\x0fx", "│x"),
        (b"one\r\ntwo\x1b[S\x1b[1;1Hx", "xwo"),
        (b"one\x1b[T\x1b[1;1Hx", "x"),
        (b"\x1b[31mred\x1b[?Jd", "redd"),
        (b"a\x1b[99999999999999999999Cb", "a" + " " * 38 + "b"),
    ],
)
def test_what_newer_programs_write_is_understood_or_passed_over(terminal, written, shown):
    terminal.feed(written)
    assert terminal.text()[0].rstrip() == shown
    terminal.feed(b"\x1b[2;1Hgoes on")
    assert terminal.text()[1].rstrip() == "goes on"


def test_every_split_of_a_sequence_is_the_same(terminal):
    written = b"\x1b(0q\x1b(B\x1b[38:2::255:0:0mred\x1b[0m\x1b]0;title\x07\xe2\x94\x80"
    terminal.feed(written)
    whole = terminal.lines(40, 10, False)
    for i in range(len(written)):
        terminal.feed(b"\x1b[H\x1b[2J")
        terminal.feed(written[:i])
        terminal.feed(written[i:])
        assert terminal.lines(40, 10, False) == whole, i
    assert whole[0][0][0] == "─" and whole[0][1][0] == "red" and whole[0][1][1].color.triplet == (255, 0, 0)


def test_the_display_survives_any_bytes(terminal):
    import random

    dice = random.Random(1)
    letters = b"\x1b[]()?;:0123456789hlmJKHrbSTPXq\x0e\x0f\xc3\xa4 a"
    for _ in range(300):
        terminal.feed(bytes(dice.choices(letters, k=60)))
    terminal.feed(b"\x1b\\\x18\x1bc\x1b(B\x0fgoes on")
    assert terminal.text()[0].rstrip() == "goes on"


def test_a_full_screen_program_leaves_the_screen_as_it_was(terminal):
    terminal.feed(b"before\x1b[?1049h\x1b[H\x1b[2Jeditor")
    assert terminal.text()[0].startswith("editor")
    terminal.feed(b"\x1b[?1049l")
    assert terminal.text()[0].startswith("before")


def test_questions_to_the_terminal_are_answered(terminal):
    mode = termios.tcgetattr(terminal.slave)
    mode[3] &= ~termios.ICANON
    termios.tcsetattr(terminal.slave, termios.TCSANOW, mode)
    terminal.feed(b"\x1b[6n")
    assert os.read(terminal.slave, 20) == b"\x1b[1;1R"


def test_signals_of_keys_are_known_from_the_terminal_s_mode(terminal):
    made = {key: terminal.signal_of(key) for key in (b"\x03", b"\x1c", b"\x1a", b"x", b"")}
    assert made == {b"\x03": SIGINT, b"\x1c": SIGQUIT, b"\x1a": SIGTSTP, b"x": 0, b"": 0}
    tty.setraw(terminal.slave)
    assert not terminal.signal_of(b"\x03")


def test_the_cursor_is_shown_on_demand(terminal):
    terminal.feed(b"ab\x1b[D")
    line = terminal.lines(40, 10, True)[0]
    assert [piece for piece, style in line if style.reverse] == ["b"]
    assert not any(style.reverse for _, style in terminal.lines(40, 10, False)[0])


@pytest.mark.parametrize(
    ("key", "character", "sent"),
    [
        ("a", "a", b"a"), ("enter", "\r", b"\r"), ("up", None, b"\x1b[A"), ("ctrl+up", None, b"\x1b[1;5A"),
        ("ctrl+c", "\x03", b"\x03"), ("alt+x", None, b"\x1bx"), ("f1", None, b"\x1bOP"),
        ("f5", None, b"\x1b[15~"),
        ("pageup", None, b"\x1b[5~"), ("backspace", "\x7f", b"\x7f"), ("tab", "\t", b"\t"),
        ("é", "é", "é".encode()), ("shift+f13", None, b""), ("escape", "\x1b", b"\x1b"),
    ],
)  # fmt: skip
def test_keys_are_sent_as_a_terminal_sends_them(key, character, sent):
    assert key_bytes(key, character, False) == sent


def test_programs_choose_what_arrows_send():
    screen = Screen(10, 5, lambda data: None)
    screen.set_mode(CURSOR_KEYS, private=True)
    assert screen.has(CURSOR_KEYS)
    assert key_bytes("up", None, True) == b"\x1bOA"


def test_the_mouse_is_sent_as_programs_ask_for_it():
    screen = Screen(80, 24, lambda data: None)
    assert mouse_bytes(screen, 0, 4, 2, True) == b"\x1b[M %#"
    screen.set_mode(1006, private=True)
    assert mouse_bytes(screen, 0, 4, 2, True) == b"\x1b[<0;5;3M"
    assert mouse_bytes(screen, 0, 4, 2, False) == b"\x1b[<0;5;3m"
    assert mouse_bytes(screen, 64, 0, 0, True) == b"\x1b[<64;1;1M"


def test_colours_are_translated():
    assert colour("default") is None
    assert colour("brown").name == "yellow"
    assert colour("brightgreen").name == "bright_green"
    assert colour("ff8700").name == "#ff8700"
    assert colour("nonsense") is None


def test_a_smaller_screen_keeps_what_is_at_the_cursor(terminal):
    terminal.feed(b"one\r\ntwo\r\nthree")
    terminal.resize(40, 5)
    assert [line.rstrip() for line in terminal.text()] == ["one", "two", "three", "", ""]
    terminal.resize(40, 2)
    assert [line.rstrip() for line in terminal.text()] == ["two", "three"]
    terminal.resize(40, 4)
    terminal.feed(b"!")
    assert [line.rstrip() for line in terminal.text()] == ["two", "three!", "", ""]


def test_a_terminal_that_is_reset_has_nothing_of_the_program_before(terminal):
    before = termios.tcgetattr(terminal.slave)
    tty.setraw(terminal.slave)
    os.write(terminal.slave, b"\x1b[?1049h\x1b[?1000hfull screen")
    wait(lambda: terminal.text()[0].startswith("full screen"))
    terminal.write(b"unread")
    terminal.reset()
    assert termios.tcgetattr(terminal.slave) == before
    assert not terminal.wants_mouse() and not any(line.strip() for line in terminal.text())
    assert not select.select([terminal.slave], [], [], 0)[0]
