"""Virtual time: what happens at which tick. A tick is one instruction, or its length while halted."""

from collections.abc import Callable

# The processor's clock; a multiple of the timer chip's 1193182 Hz, so that a count of its is 32 ticks.
TIMER_HZ = 1_193_182
TICKS_PER_COUNT = 32
TICKS_PER_SECOND = TIMER_HZ * TICKS_PER_COUNT


class Timer:
    """One thing that is to happen: `callback(tick)` at a tick that can be set and taken back."""

    def __init__(self, scheduler: "Scheduler", name: str, callback: Callable[[int], None]) -> None:
        self.scheduler = scheduler
        self.name = name
        self.callback = callback
        self.tick: int | None = None

    def set(self, tick: int) -> None:
        """Happen at `tick`, and not at the one set before."""
        self.tick = tick
        self.scheduler.changed()

    def cancel(self) -> None:
        self.tick = None
        self.scheduler.changed()


class Scheduler:
    """All timers of a machine. `notify` is told the next tick, or None, whenever that changes."""

    def __init__(self, notify: Callable[[int | None], None]) -> None:
        self.timers: dict[str, Timer] = {}
        self.notify = notify
        self.next: int | None = None

    def timer(self, name: str, callback: Callable[[int], None]) -> Timer:
        """A new timer; its name is what `save` knows it by."""
        if name in self.timers:
            raise ValueError(f"there is a timer {name} already")
        timer = self.timers[name] = Timer(self, name, callback)
        return timer

    def changed(self) -> None:
        ticks = [timer.tick for timer in self.timers.values() if timer.tick is not None]
        following = min(ticks, default=None)
        if following != self.next:
            self.next = following
            self.notify(following)

    def run(self, now: int) -> None:
        """Do what is due, in order of its ticks; of timers' names where those are the same."""
        while self.next is not None and self.next <= now:
            tick = self.next
            name = min(timer.name for timer in self.timers.values() if timer.tick == tick)
            timer = self.timers[name]
            timer.tick = None
            self.changed()
            timer.callback(tick)

    def save(self) -> dict[str, int | None]:
        return {name: timer.tick for name, timer in self.timers.items()}

    def restore(self, state: dict[str, int | None]) -> None:
        for name, tick in state.items():
            self.timers[name].tick = tick
        self.next = -1  # so that the notice is given
        self.changed()
