"""However a visit ends, the user's terminal is as it was before."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
from pathlib import Path
from time import monotonic

import pyte
import pytest

COMMAND = [sys.executable, "-P", "-m", "blinkenlights.cli.blinkenlights"]
PATIENCE = 60  # seconds
ALTERNATE, MOUSE = 1049, (1000, 1002, 1003, 1006)


class Seat:
    """A terminal with the command on it: what it shows, and what has been asked of it."""

    def __init__(self, *words, columns=100, lines=30, **environment):
        self.master, self.slave = pty.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("4H", lines, columns, 0, 0))
        self.before = termios.tcgetattr(self.slave)
        self.written = b""
        self.screen = pyte.Screen(columns, lines)
        self.stream = pyte.ByteStream(self.screen)
        path = ":".join(entry for entry in sys.path if entry)
        given = {**os.environ, "PYTHONPATH": path, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}
        self.process = subprocess.Popen([*COMMAND, *words], env={**given, **environment}, stdin=self.slave,
                                        stdout=self.slave, stderr=self.slave)  # fmt: skip

    def read(self):
        while select.select([self.master], [], [], 0.05)[0]:
            data = os.read(self.master, 1 << 16)
            self.written += data
            self.stream.feed(data)

    def wait(self, condition, what):
        end = monotonic() + PATIENCE
        while not condition():
            assert monotonic() < end, f"{what}\n" + "\n".join(self.screen.display)
            self.read()

    def shows(self, text):
        self.wait(lambda: any(text in line for line in self.screen.display), f"no {text} there")

    def type(self, data):
        os.write(self.master, data)

    def leader(self):
        """The process that shows the screen, in a session of its own."""
        task = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return int(task.read_text().split()[0])

    def end(self):
        """The exit status, and everything written read."""
        self.wait(lambda: self.process.poll() is not None, "it doesn't end")
        self.read()
        return self.process.returncode

    def is_as_before(self):
        """The terminal's modes, and the last thing said of the alternate screen and the mouse."""
        assert termios.tcgetattr(self.slave) == self.before
        for mode in (ALTERNATE, *MOUSE):
            on, off = (self.written.rfind(f"\x1b[?{mode}{end}".encode()) for end in "hl")
            assert off >= on, f"mode {mode} stays on"
        left = self.written.rpartition(b"\x1b[?1049l")[2]
        assert "─".encode() not in left, "it draws after it has left"


@pytest.fixture
def sit():
    seats = []

    def take(*words, **how):
        seats.append(Seat(*words, **how))
        return seats[-1]

    yield take
    for seat in seats:
        if seat.process.poll() is None:
            seat.process.terminate()
            seat.end()
        os.close(seat.master)
        os.close(seat.slave)


def test_quitting_gives_the_terminal_back(sit):
    seat = sit("/bin/echo", "hello")
    seat.shows("READY")
    seat.type(b"q")
    assert seat.end() == 0
    seat.is_as_before()


def test_quitting_while_the_program_runs_gives_the_terminal_back(sit):
    seat = sit("/bin/sleep", "1000")
    seat.shows("READY")
    seat.type(b"c")
    seat.shows("RUNNING")
    seat.type(b"q")
    assert seat.end() == 0
    seat.is_as_before()


@pytest.mark.parametrize("signo", [signal.SIGTERM, signal.SIGKILL], ids=["SIGTERM", "SIGKILL"])
def test_a_signal_to_who_shows_the_screen_leaves_the_terminal_as_it_was(sit, signo):
    seat = sit("/bin/echo", "hello")
    seat.shows("READY")
    os.kill(seat.leader(), signo)
    assert seat.end() == 128 + signo
    seat.is_as_before()


def test_a_signal_to_the_command_leaves_the_terminal_as_it_was(sit):
    seat = sit("/bin/echo", "hello")
    seat.shows("READY")
    seat.process.terminate()
    assert seat.end() == 128 + signal.SIGTERM
    seat.is_as_before()


def test_a_terminal_that_only_prints_is_refused_in_one_line(sit):
    seat = sit("/bin/echo", "hello", TERM="dumb")
    assert seat.end() == 1
    said = "blinkenlights: the terminal can't place text (TERM); -t runs without the screen\r\n"
    assert seat.written.decode() == said
