"""Running without the screen (`-t`): what stops the program is said on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from blinkenlights.tui.settings import Settings
from blinkenlights.tui.where import add_breakpoint, add_watchpoint

if TYPE_CHECKING:
    from blinkenlights import Machine

SHUT_DOWN = 134  # a PC, by a triple fault
SIGNALLED = 128  # plus the signal, as shells say it


def say(text: str) -> None:
    sys.stderr.write(f"blinkenlights: {text}\n")
    sys.stderr.flush()


def run_plain(load: Callable[[], Machine], settings: Settings) -> int:
    """Run a program to its end: its exit status, or 128 and the signal that it died by.

    It gets its signals, as it does from `blink`.
    """
    with load() as machine:
        for text in settings.breakpoints:
            add_breakpoint(machine, text)
        for text in settings.watchpoints:
            add_watchpoint(machine, text)
        while True:
            reason = machine.run()
            kind = reason.kind.name
            if kind in ("BREAKPOINT", "WATCHPOINT"):
                say(described(machine, reason))
            else:
                break
        if settings.statistics:
            for line in statistics(machine):
                say(line)
        if kind == "EXIT":
            return int(reason.status or 0)
        if kind != "HALT":
            say(described(machine, reason))
        if machine.personality == "pc" and kind == "EXCEPTION":
            return SHUT_DOWN
        if reason.signal:
            return SIGNALLED + reason.signal
        return 130 if kind == "INTERRUPT" else int(kind != "HALT")


def described(machine: Machine, reason: Any) -> str:
    """The reason's sentence, and where that is by name."""
    location = machine.symbols.lookup(reason.address)
    return f"{reason} [{location}]" if location is not None else str(reason)


def statistics(machine: Machine) -> list[str]:
    return [f"{key.replace('_', ' ')}: {value:,}" for key, value in machine.statistics.items()]
