"""Programs in the display, which is their controlling terminal: real keys in tmux."""

import os
import shutil
import sys

import pytest

from tests.tui.test_tmux import Tmux, shows, start

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux")

CURSES = """
import curses
def main(window):
    row = 1
    while True:
        window.box()
        window.addstr(row, 2, "%dx%d" % window.getmaxyx())
        key = window.getkey()
        row += 1
        window.addstr(row, 2, "<%s>" % key)
        row += 1
        if key == "q":
            break
curses.wrapper(main)
print("left", flush=True)
"""

SIGNALS = """
import os, signal, sys, termios
def told(signo, frame):
    print(signal.Signals(signo).name, *os.get_terminal_size(), flush=True)
for signo in (signal.SIGINT, signal.SIGTSTP, signal.SIGQUIT, signal.SIGWINCH):
    signal.signal(signo, told)
terminal = open("/dev/tty")
print(os.tcgetpgrp(0) == os.getpgrp() == os.getsid(0), os.ttyname(0), flush=True)
while True:
    signal.pause()
"""


@pytest.fixture
def tmux(tmp_path):
    made = Tmux(tmp_path, 190, 50)
    yield made
    made.run("kill-server")


def begin(tmux, *words, shown):
    """Run it, and give the display the keyboard once it shows something."""
    start(tmux, "--no-record", *words)
    tmux.type("c")
    lines = tmux.wait(lambda lines: shows(" DISPLAY ")(lines) and shows(shown)(lines), f"no {shown} there")
    y = next(y for y, line in enumerate(lines) if " DISPLAY " in line) + 2
    x = lines[y - 2].index(" DISPLAY ")
    tmux.bytes(f"\x1b[<0;{x};{y}M\x1b[<0;{x};{y}m".encode())
    tmux.wait(shows("ctrl-] leaves"), "the display did not get the keyboard")


def python(script):
    return [os.path.realpath(sys.executable), "-I", "-S", "-c", script]


def test_a_shell_has_job_control(tmux):
    shell = shutil.which("bash")
    if shell is None:
        pytest.skip("there is no bash")
    begin(tmux, shell, "--norc", "--noprofile", shown="│bash-")
    assert not shows("no job control")(tmux.screen())
    tmux.type("echo ab''cd; cat", "Enter")
    tmux.wait(shows("abcd"))
    tmux.type("hear", "Enter")
    tmux.wait(lambda lines: sum("hear" in line for line in lines) == 2, "cat does not answer")
    tmux.type("C-z")
    tmux.wait(shows("Stopped"))
    tmux.type("jobs; echo ef''gh; fg", "Enter")
    tmux.wait(shows("efgh"))
    tmux.type("again", "Enter")
    tmux.wait(lambda lines: sum("again" in line for line in lines) == 2, "cat does not go on")
    tmux.type("C-c")
    tmux.wait(shows("^C"))
    tmux.type("echo status $?", "Enter")
    tmux.wait(shows("status 130"))
    tmux.type("nonsense")
    tmux.wait(shows("nonsense"))
    tmux.type("C-c")  # the shell's own SIGINT
    tmux.wait(shows("nonsense^C"))
    tmux.type("echo al''ive", "Enter")
    tmux.wait(shows("alive"))


def test_keys_of_the_display_are_signals_and_so_is_a_new_size(tmux):
    begin(tmux, *python(SIGNALS), shown="True /dev/pts/")
    for key, name in ((b"\x03", "SIGINT"), (b"\x1a", "SIGTSTP"), (b"\x1c", "SIGQUIT")):
        tmux.bytes(key)
        tmux.wait(shows(name))
    tmux.run("resize-window", "-x", "170", "-y", "44")
    tmux.wait(shows("SIGWINCH"))


def test_a_curses_program_draws_and_reads_keys_and_knows_its_size(tmux):
    begin(tmux, *python(f"import sys; sys.path[:0] = {sys.path!r}" + CURSES), shown="┌──")
    tmux.type("Up", "x", "F2", "PPage")
    for key in ("KEY_UP", "x", "KEY_F(2)", "KEY_PPAGE"):
        tmux.wait(shows(f"<{key}>"))
    tmux.run("resize-window", "-x", "170", "-y", "44")
    tmux.wait(shows("<KEY_RESIZE>"))
    tmux.type("q")
    tmux.wait(shows("left"))


def test_an_editor_writes_a_file(tmux, tmp_path):
    editor = next(filter(None, map(shutil.which, ("vim.tiny", "vim.basic", "vim", "vi"))), None)
    if editor is None:
        pytest.skip("there is no vi")
    tmux.type(f"cd {tmp_path}", "Enter")
    begin(tmux, os.path.realpath(editor), "-n", "-u", "NONE", "file", shown="│~  ")
    tmux.type("i", "first line", "Enter", "second", "Escape")
    tmux.wait(shows("second"))
    tmux.type("yyp", ":wq", "Enter")
    tmux.wait(shows("exited with status 0"), "it did not end")
    assert (tmp_path / "file").read_text() == "first line\nsecond\nsecond\n"


def test_ctrl_c_after_capital_c_is_the_program_s_if_it_handles_it(tmux):
    start(tmux, "--no-record", *python("import signal, time\n"
                                       "signal.signal(signal.SIGINT, lambda *_: print('heard', flush=True))\n"
                                       "print('ready', flush=True)\n"
                                       "while True: signal.pause()"))  # fmt: skip
    tmux.type("C")
    tmux.wait(lambda lines: any(line.split()[-1:] == ["ready"] for line in lines))
    tmux.type("C-c")
    tmux.wait(shows("heard"))
    tmux.bytes(b"\x1d")
    tmux.wait(shows("READY"))


def test_ctrl_c_after_capital_c_stops_a_program_that_would_die(tmux):
    start(tmux, "--no-record", "/bin/sh", "-c", "echo ready; while :; do :; done")
    tmux.type("C")
    tmux.wait(lambda lines: any(line.split()[-1:] == ["ready"] for line in lines))
    tmux.type("C-c")
    tmux.wait(shows("ENDED"))


def test_the_terminal_is_put_right_when_the_screen_is_killed(tmux):
    tmux.type("PS1='back> '", "Enter")
    start(tmux, "/bin/sleep", "100", leave="")
    pids = tmux.run("list-panes", "-F", "#{pane_pid}").split()
    parent = children(pids[0])[0]
    os.kill(children(parent)[0], 9)
    tmux.wait(shows("ended by SIGKILL"))
    tmux.type("echo $((6 * 7)) $?", "Enter")
    tmux.wait(shows("42 137"))


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:  # noqa: PTH123
        return [int(word) for word in file.read().split()]
