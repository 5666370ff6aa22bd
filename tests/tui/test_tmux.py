"""The screen in a real terminal: tmux, real key and mouse bytes."""

import os
import shlex
import shutil
import subprocess
import sys
from time import monotonic, sleep

import pytest

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux")

COMMAND = [sys.executable, "-P", "-m", "blinkenlights.cli.blinkenlights"]
PATIENCE = 60  # seconds


class Tmux:
    """A server of its own with one window."""

    def __init__(self, directory, width, height):
        self.socket = str(directory / "tmux")
        self.run("-f", "/dev/null", "new-session", "-d", "-x", str(width), "-y", str(height), "sh")
        self.run("set", "-g", "default-terminal", "tmux-256color")

    def run(self, *words, **how):
        done = subprocess.run(["tmux", "-S", self.socket, *words], capture_output=True, text=True, **how)
        return done.stdout

    def type(self, *keys):
        self.run("send-keys", *keys)

    def bytes(self, data):
        """As a terminal would send them: mouse reports."""
        self.run("send-keys", "-H", *[f"{byte:x}" for byte in data])

    def screen(self):
        return self.run("capture-pane", "-p").splitlines()

    def colours(self):
        """The screen with the sequences of its colours."""
        return self.run("capture-pane", "-p", "-e").splitlines()

    def wait(self, condition, what=""):
        end = monotonic() + PATIENCE
        while not condition(lines := self.screen()):
            assert monotonic() < end, what + "\n" + "\n".join(lines)
            sleep(0.1)
        return lines


@pytest.fixture
def tmux(tmp_path):
    made = Tmux(tmp_path, 130, 42)
    yield made
    made.run("kill-server")


def start(tmux, *words, leave="exec "):
    path = shlex.quote(":".join(entry for entry in sys.path if entry))
    environment = f"PYTHONPATH={path} TERM=tmux-256color LC_ALL=C.UTF-8"
    tmux.type(f"{leave}env {environment} {shlex.join([*COMMAND, *words])}", "Enter")
    tmux.wait(lambda lines: any("0 cycles" in line for line in lines), "it doesn't start")


def shows(text):
    return lambda lines: any(text in line for line in lines)


def test_keys_and_mouse_of_a_real_terminal(tmux):
    start(tmux, "--theme", "dark", "/bin/echo", "hello")
    tmux.type("s")
    tmux.wait(shows("1 cycles"))
    tmux.bytes(b"\x1b[<65;10;10M")  # the wheel over the disassembly
    tmux.wait(shows("2 cycles"))
    tmux.type("?")
    tmux.wait(shows("keys and mouse"))
    tmux.type("Escape")
    tmux.wait(lambda lines: not shows("keys and mouse")(lines))
    lines = tmux.screen()
    y = next(i for i, line in enumerate(lines) if "▶" in line) + 1
    tmux.bytes(f"\x1b[<0;8;{y + 2}M\x1b[<0;8;{y + 2}m".encode())  # a click two lines below
    tmux.wait(shows("●"))
    tmux.type("B")
    tmux.wait(lambda lines: not shows("●")(lines))
    tmux.type("c")
    tmux.wait(shows("exited with status 0"))
    tmux.type("Enter")
    lines = tmux.wait(lambda lines: not shows("exited with status 0")(lines))
    assert any("hello" in line for line in lines), "the display shows what it printed"
    tmux.type("q")
    tmux.wait(lambda lines: not shows("READY")(lines))


def test_what_is_drawn_line_by_line_is_what_is_drawn_anew(tmux):
    start(tmux, "--theme", "dark", "-b", "_start", "/bin/echo", "hello")
    for number in range(1, 9):
        tmux.type("s")
        tmux.wait(shows(f"{number} cycles"))
    before = tmux.colours()
    assert len(before) == 42
    tmux.run("send-keys", "-R")  # the terminal forgets what it shows
    tmux.wait(lambda lines: not shows("8 cycles")(lines))
    tmux.type("C-l")
    tmux.wait(lambda lines: tmux.colours() == before, "drawn anew it is different")
    tmux.type("q")


def test_the_program_has_the_terminal_after_capital_c_and_the_screen_comes_back(tmux):
    start(tmux, "/bin/sh", "-c", "read line; echo got $line; read line")
    tmux.type("C")
    tmux.wait(lambda lines: not shows(" CODE ─")(lines))
    for _ in range(PATIENCE):  # what is typed while the screen steps aside is dropped
        tmux.type("something", "Enter")
        sleep(1)
        if shows("got something")(tmux.screen()):
            break
    tmux.wait(shows("got something"))
    tmux.bytes(b"\x1d")  # ctrl-]
    tmux.wait(shows(" CODE ─"))
    tmux.wait(shows("READY"))
    tmux.type("q")


def test_a_full_screen_program_runs_in_the_display(tmux):
    """less draws with the terminal's sequences, and takes keys."""
    if shutil.which("less") is None:
        pytest.skip("there is no less")
    start(tmux, os.path.realpath(shutil.which("less")), "/etc/services")
    tmux.type("c")
    tmux.wait(shows("DISPLAY"))
    first = tmux.wait(shows("services"))
    tmux.type("C-c")
    tmux.wait(shows("READY"))
    assert first
    tmux.type("q")
