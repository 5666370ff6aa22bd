"""Continue harder: the program has the real terminal, at full speed, until something stops it."""

from __future__ import annotations

import os
import select
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


def give_terminal(session: Session, terminal: Terminal) -> None:
    """Pass bytes between the real terminal and the guest's, whose size becomes the real one's meanwhile."""
    source, sink = sys.__stdin__.fileno(), sys.__stdout__.fileno()  # type: ignore[union-attr]
    before, size = termios.tcgetattr(source), terminal.size
    columns, rows = os.get_terminal_size(sink)
    ended_r, ended_w = os.pipe()

    def work() -> None:
        try:
            session.run_hard()
        finally:
            os.write(ended_w, b"x")

    try:
        tty.setraw(source)
        terminal.resize(columns, rows)
        terminal.copy_to = sink
        session.ask(work)
        while True:
            ready, _, _ = select.select([source, ended_r], [], [])
            if source in ready:
                data = os.read(source, CHUNK)
                if not data or ESCAPE in data or (INTERRUPT in data and terminal.interrupts(INTERRUPT)):
                    session.interrupt()
                else:
                    terminal.write(data)
            if ended_r in ready:
                break
    finally:
        terminal.drain()
        terminal.copy_to = None
        termios.tcsetattr(source, termios.TCSADRAIN, before)
        terminal.resize(*size)
        os.close(ended_r)
        os.close(ended_w)
