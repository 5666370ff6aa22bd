"""A PC in front of the screen: its keys, its speed and its bell."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blinkenlights.pc.machine import PC

FORGIVEN = 0.1  # seconds that a machine may be behind before it is no longer expected to catch up
LONGEST = 0.1  # seconds of one wait, so that the user is heard
BELL_EVERY = 0.25  # seconds

NAMES = {"pageup": "page up", "pagedown": "page down"}  # Textual's, where the keyboard's table has others


def pc_of(machine: Any) -> PC | None:
    """The PC that a machine is, if it is one."""
    pc: PC | None = machine.world.pc if machine.personality == "pc" else None
    return pc


def key_name(key: str, character: str | None) -> str:
    """What `PC.press` calls a key that Textual calls `key`."""
    *held, name = key.split("+")
    if name in NAMES:
        name = NAMES[name]
    elif character is not None and len(character) == 1 and character.isprintable() and character != " ":
        name = character
        held = [each for each in held if each != "shift"]  # it is in the character
    return "+".join([*held, name])


class Pace:
    """Keeps a PC from being faster than the real one: `wait(tick)` sleeps until that tick's time.

    Times are counted from an anchor, which is set anew when the machine is late: what was lost, by a stop or
    a slow host, is not made up for. `wake` ends a wait, from any thread.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self.clock = clock
        self.woken = threading.Event()
        self.anchor: tuple[float, int] | None = None
        self.on = False

    def wake(self) -> None:
        self.woken.set()

    def start(self) -> None:
        self.anchor, self.on = None, True
        self.woken.clear()

    def stop(self) -> None:
        self.on = False

    def ahead(self, tick: int) -> float:
        """Seconds until it is time for `tick`; 0 for a machine that is late."""
        from blinkenlights.pc.scheduler import TICKS_PER_SECOND  # all of a PC, which most visits don't need

        now = self.clock()
        if self.anchor is None:
            self.anchor = (now, tick)
            return 0.0
        since, first = self.anchor
        left = since + (tick - first) / TICKS_PER_SECOND - now
        if left < -FORGIVEN or tick < first:
            self.anchor = (now, tick)
        return max(0.0, left)

    def ticks(self, seconds: float) -> int:
        """How many there are in so many seconds."""
        from blinkenlights.pc.scheduler import TICKS_PER_SECOND

        return int(seconds * TICKS_PER_SECOND)

    def wait(self, tick: int) -> None:
        if self.on:
            left = self.ahead(tick)
            if left > 0:
                self.woken.wait(min(left, LONGEST))
            self.woken.clear()


class Bell:
    """Rings when a sound begins, not more often than can be heard apart."""

    def __init__(self, ring: Callable[[], None]) -> None:
        self.ring = ring
        self.due = 0.0

    def __call__(self, frequency: int) -> None:
        now = monotonic()
        if frequency and now >= self.due:
            self.due = now + BELL_EVERY
            self.ring()
