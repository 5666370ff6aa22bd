"""A PC's past.

Its devices and its BIOS follow from the instructions, as its time does: so they are executed again with
them, from what they were at a checkpoint. What comes from outside is an event: keys, bytes on COM1, and
what the user changes. In the past nothing goes out: no text, no sound, nothing to the image.

One tick can last: while the processor is halted timers go off, and BIOS calls are made by us. A moment is
therefore a tick and the number of exits of the run loop that were the machine's own affair.
"""

from typing import TYPE_CHECKING, Any

from blinkenlights.api.stops import StopReason
from blinkenlights.core import engine
from blinkenlights.debugger.recording import BETWEEN, RESUMED, Event, Recorded, ReplayError, State

if TYPE_CHECKING:
    from blinkenlights.pc.machine import PC
    from blinkenlights.pc.personality import Pc


class PcState(State):
    """Chips, disks and timers."""

    def __init__(self, personality: "Pc") -> None:
        super().__init__(personality)
        self.pc: PC = personality.pc
        self.pc.inputs = []
        for disk in self.pc.disks.values():
            disk.record()

    def process(self) -> tuple[object, ...]:
        return (self.pc.save_devices(),)

    def set_process(self, state: tuple[object, ...]) -> None:
        self.pc.restore_devices(state[0])  # type: ignore[arg-type]

    def replay(self, on: bool) -> None:
        self.pc.replaying = on
        for disk in self.pc.disks.values():
            disk.replaying = on

    def leave_present(self) -> None:
        self.replay(True)

    def return_to_present(self) -> None:
        self.replay(False)

    def begin_present(self, threads: "tuple[int, ...]", current: int) -> None:
        self.replay(False)
        for disk in self.pc.disks.values():
            disk.rewrite()

    def close(self) -> None:
        self.pc.inputs = None


class RecordedPc(Recorded):
    """Executes the devices again, and gives inputs at their moments."""

    inner: "Pc"

    def make_state(self) -> State:
        return PcState(self.inner)

    @property
    def inputs(self) -> list[Any]:
        waiting = self.inner.pc.inputs
        assert waiting is not None
        return waiting

    def apply(self, event: Event) -> None:
        super().apply(event)
        for what in event.inputs:
            self.inner.pc.take(what)

    def due(self) -> Event | None:
        """The next event of the past, if its moment is now."""
        event = self.events[self.next] if self.next < len(self.events) else None
        return event if event is not None and (event.tick, event.exits) == (self.tick, self.exits) else None

    def turn(self) -> StopReason | None:
        history = self.history
        while self.past:
            history.at_boundary()
            event = self.due() if self.past else None
            if event is None:
                break
            self.next += 1
            self.apply(event)
        if history.travelling or self.cpu.repeating:
            return None
        if self.past and self.inputs:
            history.diverge()
        if self.past:
            return None
        history.at_boundary()
        # at the tick where the machine stopped, its state has been seen
        if self.inputs and (self.tick != self.settled or self.cpu_halted()):
            event = Event(self.tick, BETWEEN, 0, 0)
            event.exits = self.exits
            event.inputs = tuple(self.inputs)
            self.inputs.clear()
            self.keep(event)
            self.apply(event)
        return self.inner.turn()

    def cpu_halted(self) -> bool:
        return self.inner.pc.cpu.halted

    def quantum(self) -> int | None:
        tick = self.tick
        if not self.past:
            if self.cpu.repeating:
                return RESUMED
            if tick == self.settled and self.inputs:
                return 1
            return max(self.history.next_boundary() - tick, 1)
        ends = []
        if self.next < len(self.events):
            ends.append(self.events[self.next].tick)
        boundary = self.history.next_stop(self.next)
        if boundary is not None:
            ends.append(boundary)
        if not ends:
            return None
        if min(ends) < tick:
            raise ReplayError(f"replay has passed what was recorded for tick {min(ends)}, at {tick}")
        return max(min(ends) - tick, 1)  # at this tick, but behind an exit that is still to come

    def attention(self) -> StopReason | None:
        return self.inner.attention()

    def after(self, cpu: engine.Processor, reason: int) -> StopReason | None:
        self.exits += 1
        return self.inner.after(cpu, reason)

    def pass_exit(self, cpu: engine.Processor, reason: int) -> None:
        """On the way to somewhere: without waiting for the time to pass."""
        pc = self.inner.pc
        acting, acted = self.history.acting, None
        event = Event(self.tick, BETWEEN, 0, 0)
        if acting is not None and reason == engine.EXIT_SYSCALL:
            event.open = True
            acted = acting(event)
            if acted is not None:
                self.journal.changes = []
        pace, pc.pace = pc.pace, no_pace
        try:
            self.after(cpu, reason)
        finally:
            pc.pace = pace
            changes, self.journal.changes = self.journal.changes, None
        if acted is not None:
            event.changes = tuple(changes or ())
            acted()

    def finish_repeating(self, cpu: engine.Processor, reason: int) -> None:
        self.after(cpu, reason)

    def digest(self, total: Any) -> None:
        """Of memory and chips."""
        total.update(repr(self.state.process()).encode())
        for area in self.machine.space.maps():
            for page in range(area.start, area.end, 4096):
                data = self.journal.page(page)
                if data is not None:
                    total.update(b"%x" % page + data)


def no_pace(tick: int) -> None:
    """Time passes at once."""

