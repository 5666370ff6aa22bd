"""Continue harder: the program has the real terminal, at full speed, until something stops it."""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
import tty
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blinkenlights.tui.session import Session
    from blinkenlights.tui.terminal import Terminal

CHUNK = 4096
ESCAPE = b"\x1d"  # ctrl-], which always stops
INTERRUPT = b"\x03"


def stops(session: Session, terminal: Terminal) -> bool:
    """Whether ctrl-c is the debugger's: the program would die of it."""
    signo = terminal.signal_of(INTERRUPT)
    return bool(signo) and terminal.is_ours() and not session.handles(signo)


def give_terminal(session: Session, terminal: Terminal) -> None:
    """Pass bytes between the real terminal and the guest's, whose size becomes the real one's meanwhile."""
    source, sink = sys.__stdin__.fileno(), sys.__stdout__.fileno()  # type: ignore[union-attr]
    before, size = termios.tcgetattr(source), terminal.size
    resized_before = signal.getsignal(signal.SIGWINCH)
    ended_r, ended_w = os.pipe()

    def work() -> None:
        try:
            session.run_hard()
        finally:
            os.write(ended_w, b"x")

    def resize(*_: object) -> None:
        if terminal.resize(*os.get_terminal_size(sink)) and terminal.is_ours():
            session.post(signal.SIGWINCH)

    try:
        tty.setraw(source)
        resize()
        signal.signal(signal.SIGWINCH, resize)
        terminal.copy_to = sink
        session.ask(work)
        while True:
            ready, _, _ = select.select([source, ended_r], [], [])
            if source in ready:
                data = os.read(source, CHUNK)
                if not data or ESCAPE in data or (INTERRUPT in data and stops(session, terminal)):
                    session.interrupt()
                else:
                    session.type(terminal, data)
            if ended_r in ready:
                break
    finally:
        terminal.drain()
        terminal.copy_to = None
        termios.tcsetattr(source, termios.TCSADRAIN, before)
        signal.signal(signal.SIGWINCH, resized_before)
        if terminal.resize(*size) and terminal.is_ours():
            session.post(signal.SIGWINCH)
        os.close(ended_r)
        os.close(ended_w)
