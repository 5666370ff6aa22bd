"""Going back in a machine's time.

A machine that is recorded has checkpoints: all registers, the kernel's state, the layout of memory, and
for each interval between two of them the pages that changed in it (`core.journal`). Going somewhere is
going over intervals to the checkpoint before, by swapping their pages with memory, and executing from
there with the recorded events (`debugger.recording`). A tick is the number of instructions that all
threads together have executed; what the kernel does at a tick counts as part of it.

The present is the end of what is recorded. In the past nothing happens on the host: it is as it was in
the present. A register or a byte that is changed there makes another present of it: what came after is
forgotten.
"""

from bisect import bisect_right
from hashlib import sha256
from typing import TYPE_CHECKING

from blinkenlights.api.stops import Access, Stop, StopReason
from blinkenlights.core import engine, host, probes
from blinkenlights.core.journal import Interval, Journal
from blinkenlights.core.memory import GuestFault
from blinkenlights.debugger.recording import Event, Recorded

if TYPE_CHECKING:
    from collections.abc import Callable

    from blinkenlights.api.breakpoints import Watchpoint
    from blinkenlights.machine import Machine

    Place = tuple[int, int, int]  # as `Recorded.place`
    Hit = tuple[Place, StopReason | None]

INTERVAL = 1_000_000  # instructions between two checkpoints
EVENTS = 2_000  # or so many events
MOST_CHECKPOINTS = 200
FEWEST_CHECKPOINTS = 8
BUDGET = 512 << 20  # bytes of pages
FINE = 16  # parts into which a long interval is divided when it is searched
SHORT = 100_000  # instructions that aren't divided
MOST_VIEWED = 1 << 20  # bytes of memory views whose changes are looked for
FIRST_WINDOW = 2_000  # instructions that are searched first for a register's last change
CALL_LENGTHS = range(2, 8)  # of x86's near calls, bytes
LAST_ADDRESS = (1 << 64) - 1
FIRST = (-1, -1)  # with a tick, the place where it is reached first


class Checkpoint:
    """A moment that can be gone to without executing anything."""

    __slots__ = (
        "answers", "cpus", "current", "exits", "interval", "layout", "next", "process", "retired", "states",
        "tick",
    )  # fmt: skip

    def __init__(self, recorded: Recorded, journal: Journal) -> None:
        state = recorded.state
        threads = state.threads()
        self.tick = recorded.tick
        self.exits = recorded.exits
        self.next = recorded.next
        self.retired = recorded.retired
        self.answers = journal.answers
        self.layout = journal.layout()
        self.cpus = {number: cpu.save() for number, cpu in threads.items()}
        self.states = {number: state.state(number) for number in threads}
        self.process = state.process()
        self.current = state.current()
        self.interval: Interval | None = None  # to the next one

    @property
    def place(self) -> tuple[int, int, int]:
        """As `Recorded.place`."""
        return self.tick, self.exits, self.next


def recorded_by(personality: str) -> type[Recorded]:
    """What stands between a machine and its personality."""
    if personality == "pc":
        from blinkenlights.debugger.recorded_pc import RecordedPc

        return RecordedPc
    return Recorded


class History:
    """Of one machine: `machine.history`."""

    def __init__(self, machine: "Machine", budget: int = BUDGET) -> None:
        self.machine = machine
        self.budget = budget
        self.journal = Journal(machine.space)
        self.past = False
        self.travelling = False  # the personality isn't to act
        self.meddled = False  # what is here was changed, and is not what is recorded
        self.divide: int | None = None  # ticks between checkpoints that are made on the way
        self.acting: Callable[[Event], Callable[[], None] | None] | None = None  # is asked of events
        self.views: dict[tuple[int, int], bytes] = {}
        self.checkpoints: list[Checkpoint] = []
        self.at = 0  # the checkpoint at or before now
        self.event_base = 0
        self.recorded = recorded_by(machine.personality)(machine.world, self, self.journal)
        self.journal.changes = None
        self.checkpoint()
        self.recorded.outside = self.recorded.observe()
        machine.between(self.recorded)

    def close(self) -> None:
        self.recorded.close()
        self.journal.close()

    # -- checkpoints ---------------------------------------------------------------------------

    def checkpoint(self) -> None:
        """Make one here: at the end in the present; on the way in the past."""
        made = Checkpoint(self.recorded, self.journal)
        if self.past:
            here = self.checkpoints[self.at]
            made.interval, here.interval = here.interval, self.journal.current
            self.at += 1
            self.checkpoints.insert(self.at, made)
            self.journal.begin()
            return
        self.checkpoints.append(made)
        self.at = len(self.checkpoints) - 1
        made.interval = self.journal.begin()
        self.event_base = len(self.recorded.events)
        self.thin()

    def thin(self) -> None:
        """Let intervals grow with their age until the budget is kept."""
        points = self.checkpoints
        used = sum(point.interval.bytes for point in points if point.interval is not None)
        while len(points) > FEWEST_CHECKPOINTS and (len(points) > MOST_CHECKPOINTS or used > self.budget):
            now = points[-1].tick + INTERVAL
            best = min(
                range(1, len(points) - 1),
                key=lambda i: (points[i + 1].tick - points[i - 1].tick) / (now - points[i - 1].tick),
            )
            before, gone = points[best - 1].interval, points[best].interval
            assert before is not None and gone is not None
            used -= before.bytes + gone.bytes
            before.absorb(gone)
            used += before.bytes
            del points[best]
        self.at = len(points) - 1

    def next_boundary(self) -> int:
        """The tick at which a checkpoint is due, in the present."""
        return self.checkpoints[-1].tick + INTERVAL

    def next_stop(self, following: int) -> int | None:
        """The tick at which `at_boundary` has something to do before event `following`, in the past."""
        ahead = self.checkpoints[self.at + 1]
        ends = [ahead.tick] if ahead.next <= following else []
        if self.divide is not None:
            ends.append(self.checkpoints[self.at].tick + self.divide)
        return min(ends, default=None)

    def at_boundary(self) -> None:
        """Between two instructions: is it time for a checkpoint, or has one been reached?"""
        recorded = self.recorded
        if not self.past:
            due = recorded.tick >= self.next_boundary() or len(recorded.events) - self.event_base >= EVENTS
            if due and self.checkpoints[-1].place != recorded.place:
                self.checkpoint()
            return
        while self.past and self.checkpoints[self.at + 1].place == recorded.place:
            self.checkpoints[self.at].interval = self.journal.current
            self.at += 1
            self.journal.begin()
            if self.at == len(self.checkpoints) - 1:
                self.arrive()
        if self.past and self.divide is not None:
            here = self.checkpoints[self.at]
            if recorded.tick >= here.tick + self.divide:
                self.checkpoint()

    def arrive(self) -> None:
        """The past has become the present."""
        self.checkpoints[self.at].interval = self.journal.current
        self.past = False
        self.recorded.state.return_to_present()
        self.recorded.settled = self.recorded.tick

    def depart(self) -> None:
        """From the present into the past: what is now can be come back to."""
        recorded = self.recorded
        last = self.checkpoints[-1]
        if last.place != recorded.place or (last.interval and last.interval.pages):
            made = Checkpoint(recorded, self.journal)
            self.checkpoints.append(made)
            self.at = len(self.checkpoints) - 1
            made.interval = self.journal.begin()
        self.past = True
        recorded.state.leave_present()

    def diverge(self) -> None:
        """Forget what came after: here is the present."""
        recorded = self.recorded
        noted = [what for event in recorded.events[recorded.next :] for what in event.descriptors]
        del recorded.events[recorded.next :]
        del self.checkpoints[self.at + 1 :]
        self.checkpoints[self.at].interval = self.journal.current
        self.journal.forget_answers()
        self.event_base = min(self.event_base, len(recorded.events))
        self.past = False
        state = recorded.state
        state.begin_present(tuple(state.threads()), state.current())
        if noted:
            state.undo(noted)

    def move(self, index: int) -> None:
        """Be at a checkpoint, by going over intervals."""
        if not self.past:
            self.depart()
        points = self.checkpoints
        journal = self.journal
        if journal.current is not points[self.at].interval:
            journal.swap(journal.current, points[self.at].layout)
        while self.at > index:
            self.at -= 1
            journal.swap(points[self.at].interval, points[self.at].layout)
        while self.at < index:
            journal.swap(points[self.at].interval, points[self.at + 1].layout)
            self.at += 1
        journal.begin()
        self.meddled = False
        self.restore(points[index])
        if index == len(points) - 1:
            self.arrive()

    def restore(self, point: Checkpoint) -> None:
        """Registers and kernel state of a checkpoint, whose pages are here."""
        recorded = self.recorded
        state = recorded.state
        recorded.exits = point.exits
        recorded.next = point.next
        recorded.retired = point.retired
        self.journal.answers = point.answers
        for number, image in point.cpus.items():
            cpu = state.cpu(number)
            cpu.restore(image)
            cpu.tell_again()
            state.set_state(number, point.states[number])
        state.set_process(point.process)
        state.show(tuple(point.cpus), point.current)

    # -- executing again -----------------------------------------------------------------------

    def find(self, place: "Place") -> int:
        """The last checkpoint at or before a place; the first one, where there is none."""
        return max(bisect_right(self.checkpoints, place, key=lambda point: point.place) - 1, 0)

    def go(self, place: "Place") -> None:
        """To a place in the past, or to the present."""
        here = self.recorded.place
        if not self.past and place >= here:
            return
        if self.past and place == (here[0], *FIRST) and not self.meddled:
            return
        index = self.find(place)
        present = index == len(self.checkpoints) - 1
        if not self.past or self.meddled or self.at != index or here > place or present:
            self.move(index)
        self.drive(place)

    def drive(
        self,
        place: "Place",
        on_stop: "Callable[[engine.Processor], None] | None" = None,
    ) -> None:
        """Execute up to a place, whatever stops on the way; `on_stop` is told of it."""
        recorded = self.recorded
        while True:
            recorded.turn()
            if not self.past or recorded.place >= place:
                return
            left = max(place[0] - recorded.tick, 1)  # what else happens at its tick may be still to come
            cpu = recorded.cpu
            quantum = recorded.quantum()
            cpu.limit = cpu.icount + (left if quantum is None else min(left, quantum))
            if self.machine.probes.recording:
                self.machine.probes.count_others(recorded.tick - cpu.icount)
            reason = cpu.run()
            cpu.settle()
            problem = self.machine.probes.take_problem()
            if problem is not None:
                raise problem
            if reason == engine.EXIT_STOP:
                if on_stop is not None:
                    on_stop(cpu)
            elif reason == engine.EXIT_ATTENTION:
                recorded.attention()
                if cpu.take_interrupt() or host.interrupted():
                    raise KeyboardInterrupt
            elif not self.machine._hooked(cpu, reason):
                recorded.pass_exit(cpu, reason)

    def search(
        self,
        last: "Place",
        on_stop: "Callable[[engine.Processor], StopReason | bool | None]",
        on_event: "Callable[[Event], Callable[[], StopReason | bool | None] | None] | None" = None,
        touching: tuple[int, int] | None = None,
    ) -> "Hit | None":
        """The last hit up to a place: interval by interval backwards, each executed forwards.

        `on_event` is asked before an event is applied, and what it returns, after that.
        With `touching`, a range of memory, intervals in which its pages didn't change are passed over.
        """
        found: Hit | None = None
        recorded = self.recorded

        def noted(hit: StopReason | bool | None) -> None:
            nonlocal found
            if hit and recorded.place <= last:
                found = recorded.place, hit if isinstance(hit, StopReason) else None

        def acting(event: Event) -> "Callable[[], None] | None":
            look = on_event(event) if on_event is not None and recorded.place <= last else None
            return None if look is None else lambda: noted(look())

        if not self.past:
            self.depart()
        end = (last[0] + 1, *FIRST)
        index = self.find(last)
        while index >= 0:
            point = self.checkpoints[index]
            interval = point.interval if index != self.at else self.journal.current
            changed = True
            if touching is not None:
                changed = any(
                    part is not None and part.changed(*touching) for part in {point.interval, interval}
                )  # a part of the interval may be in the journal's hands
            if changed and point.place < end:
                self.move(index)
                length = end[0] - point.tick
                if length > SHORT:
                    self.divide = length // FINE
                self.acting = acting
                try:
                    self.drive(end, lambda cpu: noted(on_stop(cpu)))
                finally:
                    self.divide = self.acting = None
                if found is not None:
                    return found
            end = point.place
            index -= 1
        return None

    # -- for the machine -----------------------------------------------------------------------

    def changing(self, address: int, size: int) -> None:
        """The user may change a range of memory, now and for a while."""
        if size <= 0:
            return
        self.journal.touching(address, size)
        if self.machine.space.allowed(address, size, 1) == size:
            self.views[address, size] = self.machine.space.read(address, size)

    def compare_views(self) -> None:
        """What was changed through views of memory is a change like others."""
        changes = self.journal.changes
        for (address, size), data in list(self.views.items()):
            try:
                now = self.machine.space.read(address, size)
            except GuestFault:
                del self.views[address, size]
                continue
            if now != data and changes is not None:
                changes.append((address, now))

    def renew_views(self) -> None:
        """The machine has stopped: views may be written to again."""
        room = MOST_VIEWED
        for address, size in reversed(list(self.views)):
            del self.views[address, size]
            room -= size
            if room >= 0 and self.machine.space.allowed(address, size, 1) == size:
                self.changing(address, size)

    def travel(self, what: "Callable[[], StopReason]") -> StopReason:
        """Do something that goes elsewhere, with the machine not running."""
        reason = self.visit(what)
        self.machine.keep_stop(reason)
        return reason

    def visit(self, what: "Callable[[], StopReason]") -> StopReason:
        """`travel`, but to come back."""
        machine = self.machine
        self.travelling = True
        try:
            with machine._in_charge(None):
                while self.recorded.cpu.repeating and not self.past:
                    self.finish_repeating()
                reason = what()
        finally:
            self.travelling = False
        machine._watched_calls.clear()
        return reason

    def finish_repeating(self) -> None:
        """A repeated instruction was interrupted: the present begins behind it."""
        cpu = self.recorded.cpu
        reason = cpu.step()
        if reason not in (engine.EXIT_ATTENTION, engine.EXIT_STOP):
            self.recorded.finish_repeating(cpu, reason)

    def stopped(self, kind: Stop) -> StopReason:
        return self.machine.stopped(kind)

    @property
    def end(self) -> int:
        """The last tick that is recorded."""
        return max(self.checkpoints[-1].tick, self.recorded.tick)

    def seek(self, tick: int) -> StopReason:
        """To a tick; before the beginning and after the end it is those."""
        if not isinstance(tick, int):
            raise TypeError("a tick is a number of instructions")

        def there() -> StopReason:
            start, end = self.checkpoints[0].tick, self.end
            if tick >= end:
                self.go(self.checkpoints[-1].place if self.past else self.recorded.place)
            else:
                self.go((max(tick, start), *FIRST))
            if tick < start:
                return self.stopped(Stop.START)
            return self.stopped(Stop.END if tick > end else Stop.STEP)

        return self.travel(there)

    def reverse_step(self, n: int = 1) -> StopReason:
        """Undo `n` instructions."""
        if n < 0:
            raise ValueError("a number of steps isn't negative")
        return self.seek(self.recorded.tick - n)

    def reverse_continue(self) -> StopReason:
        """Back to the last breakpoint or watchpoint that would have stopped the machine before now."""
        machine = self.machine
        hits = [(point, point.hits) for point in (*machine.breakpoints, *machine.watchpoints)]
        temporary = [point for point in machine.breakpoints if point.temporary]

        def there() -> StopReason:
            now = self.recorded.place
            last = machine.last_stop
            told = last is not None and last.kind is Stop.WATCHPOINT and last.tick == now[0]

            def watching() -> "list[Watchpoint]":
                """Those that have not been told of what this tick's instruction did."""
                if told and self.recorded.tick == now[0]:
                    return [point for point in machine.watchpoints if point.fresh]
                return machine.watchpoints

            def met(cpu: engine.Processor) -> StopReason | None:
                if cpu.stopped_by == probes.STOP_BREAKPOINT:  # not the one where it stands
                    return machine._at_breakpoint(cpu) if self.recorded.place < now else None
                return machine._at_probe(cpu, watching())

            found = self.search(now, met, lambda event: self.written_by_event(event, watching()))
            for point, count in hits:
                point.hits = count
            if found is None:
                self.go(self.checkpoints[0].place)
                return self.stopped(Stop.START)
            place, reason = found
            self.go(place)
            assert reason is not None
            cause = reason.breakpoint or reason.watchpoint
            if cause is not None:
                cause.hits += 1
            return reason

        for point in temporary:
            point.temporary = False
        try:
            return self.travel(there)
        finally:
            for point in temporary:
                point.temporary = True

    def written_by_event(
        self, event: Event, points: "list[Watchpoint]"
    ) -> "Callable[[], StopReason | None] | None":
        """Look whether a system call changes what is watched."""
        space = self.machine.space
        held = [
            (point, space.read(point.address, point.size))
            for point in points
            if point.enabled and "w" in point.access
            and (event.open or overlaps(event, point.address, point.size))
            and space.allowed(point.address, point.size, 1) == point.size
        ]  # fmt: skip
        if not held:
            return None
        cpu = self.recorded.state.cpu(event.thread)
        name = self.recorded.call_name(cpu)

        def look() -> StopReason | None:
            for point, old in held:
                if space.allowed(point.address, point.size, 1) < point.size:
                    continue  # it was unmapped
                new = space.read(point.address, point.size)
                if new != old:
                    values = int.from_bytes(old, "little"), int.from_bytes(new, "little")
                    access = Access("write", point.address, point.size, *values, cpu.rip, name)
                    return self.machine.stopped(Stop.WATCHPOINT, watchpoint=point, access=access)
            return None

        return look

    def reverse_over(self) -> StopReason:
        """Undo one instruction; of a return, all that its call led to."""

        def there() -> StopReason:
            return self.stopped(Stop.STEP if self.over() else Stop.START)

        return self.travel(there)

    def over(self) -> bool:
        """Back over one instruction, and the calls that it has returned from; False at the beginning."""
        cpu = self.recorded.cpu
        tick, rip, rsp = self.recorded.tick, self.machine._linear_ip(cpu), cpu.rsp
        if tick <= self.checkpoints[0].tick:
            return False
        self.go((tick - 1, *FIRST))
        if self.machine._is_return(self.machine._linear_ip(self.recorded.cpu)):
            self.back_to_call(rip, rsp)
        return True

    def reverse_finish(self) -> StopReason:
        """Back to the call of the current function."""

        def there() -> StopReason:
            recorded = self.recorded
            frame = self.machine._return_address()
            if frame is not None and self.back_to_call(*frame):
                return self.stopped(Stop.STEP)
            while True:  # without frames: over everything back to a call that was entered
                tick, rsp = recorded.tick, recorded.cpu.rsp
                if not self.over():
                    return self.stopped(Stop.START)
                cpu = recorded.cpu
                called = recorded.tick == tick - 1 and cpu.rsp > rsp
                if called and self.machine._call_length(self.machine._linear_ip(cpu)):
                    return self.stopped(Stop.STEP)

        return self.travel(there)

    def back_to_call(self, address: int, rsp: int) -> bool:
        """To the last call that returns to `address` and has the stack no deeper than `rsp`."""
        machine = self.machine
        calls = [address - n for n in CALL_LENGTHS if machine._call_length(address - n) == n]
        numbers = [machine.probes.add_span(probes.SPAN_STOP, call, call) for call in calls]
        start = self.recorded.place

        def calling(cpu: engine.Processor) -> bool:
            if cpu.stopped_by != probes.STOP_BREAKPOINT or cpu.rsp < rsp or self.recorded.place >= start:
                return False
            return machine._linear_ip(cpu) in calls

        try:
            found = self.search(start, calling)
        finally:
            for number in numbers:
                machine.probes.remove(number)
        self.go(start if found is None else found[0])
        return found is not None

    def last_write(self, address: int, size: int = 8) -> int | None:
        """The tick after which some of these bytes had been written last, before now; None if never."""
        found: Hit | None = None

        def by_event(event: Event) -> "Callable[[], bool] | None":
            if event.open or overlaps(event, address, size):
                return lambda: overlaps(event, address, size)
            return None

        def there() -> StopReason:
            nonlocal found
            start = self.recorded.place
            hooks = self.machine.probes
            number = hooks.add_watch(probes.WATCH_STOP, probes.WRITING, address, address + size - 1)
            try:
                found = self.search(
                    start,
                    lambda cpu: cpu.stopped_by == probes.STOP_WATCHPOINT and cpu.access[0] == number,
                    by_event,
                    (address, size),
                )
            finally:
                hooks.remove(number)
            self.go(start)
            return self.stopped(Stop.STEP)

        self.visit(there)
        return None if found is None else found[0][0]

    def last_change(self, register: str) -> int | None:
        """The tick at which a register of the current thread got the value it has; None: at the start."""
        found: int | None = None

        def there() -> StopReason:
            nonlocal found
            recorded = self.recorded
            start, first = recorded.place, self.checkpoints[0].tick
            thread = recorded.state.current()
            now = self.value_of(register, thread)
            end, window = start[0], FIRST_WINDOW
            while end > first and found is None:
                begin = max(end - window, first)
                self.go((begin, *FIRST))
                found = self.changes(register, thread, end)
                if end == start[0] and self.value_of(register, thread) != now:
                    found = end  # by what came at this very tick
                end, window = begin, window * 8
            self.go(start)
            return self.stopped(Stop.STEP)

        self.visit(there)
        return found

    def value_of(self, register: str, thread: int) -> object:
        content = self.machine.regs_of(self.recorded.state.cpu(thread))[register]
        return getattr(content, "bytes", content)

    def changes(self, register: str, thread: int, end: int) -> int | None:
        """The last tick up to `end` at which a thread's register changed: by a hook on all code."""
        recorded = self.recorded
        hooks = self.machine.probes
        found: int | None = None
        last = self.value_of(register, thread)

        def look(address: int, size: int) -> None:
            nonlocal found, last
            now = self.value_of(register, thread)
            if now != last:
                found, last = recorded.tick, now

        number = hooks.add_span(probes.SPAN_CODE, 0, LAST_ADDRESS, look)
        try:
            self.drive((end, *FIRST))
        finally:
            hooks.remove(number)
        look(0, 0)
        return found

    # -- for tests and status ------------------------------------------------------------------

    def digest(self) -> str:
        """A hash of all threads' registers and all mapped memory."""
        total = sha256()
        for number, cpu in sorted(self.recorded.state.threads().items()):
            total.update(b"%d" % number + cpu.save())
        self.recorded.digest(total)
        return total.hexdigest()

    @property
    def statistics(self) -> dict[str, int]:
        """What the past takes: checkpoints, events, bytes."""
        intervals = sum(point.interval.bytes for point in self.checkpoints if point.interval is not None)
        return {
            "checkpoints": len(self.checkpoints),
            "events": len(self.recorded.events),
            "pages_bytes": intervals,
            "events_bytes": self.recorded.size,
            "start": self.checkpoints[0].tick,
            "end": self.end,
        }


def overlaps(event: Event, address: int, size: int) -> bool:
    """Whether an event has written some of a range's bytes."""
    for start, what in event.changes:
        length = what if isinstance(what, int) else len(what)
        if start < address + size and address < start + length:
            return True
    return False

