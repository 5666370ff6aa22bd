"""Two processes: one leads a session of its own, whose terminal is the display's; the other stays the user's.

A guest is part of the process that shows it. For the display to be its controlling terminal, with job control
and signals from the keyboard as the kernel makes them, that process has to lead a session (setsid(2),
TIOCSCTTY in ioctl_tty(2)), and so has to leave the one of the user's terminal. It can still read and write
that, but resizing and hanging up are told to the process that stays: which passes them on, waits, and puts
the terminal right if its child could not.
"""

import fcntl
import os
import signal
import sys
import termios
from contextlib import suppress
from typing import Any

PR_SET_PDEATHSIG = 1
PRCTL = 157
PASSED_ON = {signal.SIGWINCH: signal.SIGWINCH, signal.SIGTERM: signal.SIGTERM, signal.SIGINT: signal.SIGTERM,
             signal.SIGHUP: signal.SIGTERM, signal.SIGQUIT: signal.SIGTERM}  # fmt: skip
SIGNALLED = 128
# What the screen has set: mouse and focus reports, bracketed paste, keyboard flags, the alternate screen.
MODES_ON, MODES_OFF = (7, 25), (1000, 1002, 1003, 1004, 1006, 2004, 1049)
LEAVE = "".join(
    ["\x1b[<u", *(f"\x1b[?{mode}l" for mode in MODES_OFF), *(f"\x1b[?{mode}h" for mode in MODES_ON), "\x1b[m"]
).encode()


def divide() -> int | None:
    """None in the child, which leads; in the parent, once the child has ended, its exit status."""
    saved = None
    with suppress(termios.error, OSError):
        saved = termios.tcgetattr(0)
        termios.tcsetattr(0, termios.TCSANOW, saved)  # in the background, this stops us until we are not
    parent = os.getpid()
    sys.stdout.flush()
    child = os.fork()
    if child:
        return stay(child, saved)
    os.setsid()
    from blinkenlights.core import host

    host.syscall(PRCTL, PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    return None


def stay(child: int, saved: Any) -> int:
    """The parent: pass signals on until the child has ended."""

    def pass_on(signo: int, _frame: object) -> None:
        with suppress(ProcessLookupError):
            os.kill(child, PASSED_ON[signal.Signals(signo)])

    for passed in PASSED_ON:
        signal.signal(passed, pass_on)
    signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        return os.waitstatus_to_exitcode(status)
    if saved is not None:
        with suppress(termios.error, OSError):
            termios.tcsetattr(0, termios.TCSADRAIN, saved)
            os.write(1, LEAVE)
    signo = os.WTERMSIG(status)
    if signo != signal.SIGTERM:
        os.write(2, f"blinkenlights: ended by {signal.Signals(signo).name}\n".encode())
    return SIGNALLED + signo


def take_terminal(slave: int) -> bool:
    """Make a pty's slave the controlling terminal, if we lead a session that has none yet."""
    if os.getsid(0) != os.getpid():
        return False
    try:
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    except OSError:
        return False
    return True
