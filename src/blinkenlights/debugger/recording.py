"""What a machine's future depends on besides its own state, recorded so that it can be lived again.

The guest's instructions follow from its state; what doesn't is done between them, by the personality:
results of system calls, signals, the change of threads. Each time the personality acts, all that it
changed is an `Event`, with the tick at which it did so: registers, kernel state, memory, mappings. In the
past the events are applied instead, in their order, and the personality isn't asked; so nothing happens
on the host. Answers of RDTSC and its kin are kept by `core.journal`.
"""

from collections import deque

from blinkenlights.api.personality import SYSCALL_LENGTH, Personality
from blinkenlights.api.stops import StopReason
from blinkenlights.core import engine, host
from blinkenlights.core.journal import Journal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from blinkenlights.api.linux import Linux
    from blinkenlights.api.threads import Thread
    from blinkenlights.debugger.history import History
    from blinkenlights.linux.descriptors import Undo
    from blinkenlights.linux.task import Process, Task

    Change = tuple[int, bytes | int]

# How an event comes: at a tick by itself, or when the processor has left its run loop there.
BETWEEN, AFTER = 0, 1

# What the kernel keeps for a thread and a process, and the guest can see.
TASK_STATE = (
    "sigmask", "altstack", "saved_mask", "clear_child_tid", "robust_list", "trap", "error_code",
    "fault_address", "stepping", "exiting",
)  # fmt: skip
PROCESS_STATE = (
    "exe", "exe_id", "comm", "argv", "environ", "auxv", "entry", "load_bias", "code_start", "code_end",
    "data_start", "data_end", "stack_start", "arg_start", "env_start", "brk_start", "brk", "growing",
    "exit_status", "dumpable",
)  # fmt: skip
RAX_BYTES = slice(0, 8)  # of Processor.save
RESUMED = 1  # instruction, to get a repeated one to its end


class ReplayError(RuntimeError):
    """The past did not go as it was recorded."""


class Event:
    """What the personality changed at one moment."""

    __slots__ = (
        "born", "changes", "cpus", "current", "dead", "descriptors", "exits", "inputs", "kind", "layout",
        "open", "process", "size", "states", "thread", "tick",
    )  # fmt: skip

    def __init__(self, tick: int, kind: int, thread: int, current: int) -> None:
        self.tick = tick
        self.kind = kind
        self.thread = thread  # whose turn it was
        self.current = current  # whose it is now
        self.changes: tuple[Change, ...] = ()
        self.layout: bytes | None = None
        self.cpus: dict[int, bytes] = {}  # by thread: all registers, or RAX's bytes alone
        self.states: dict[int, tuple[object, ...]] = {}
        self.process: tuple[object, ...] | None = None
        self.born: tuple[int, ...] = ()
        self.dead: tuple[int, ...] = ()
        self.exits = 0  # of a PC: which moment of the tick (debugger/recorded_pc.py)
        self.inputs: tuple[Any, ...] = ()  # of a PC: what came from outside
        self.descriptors: tuple[Undo, ...] = ()  # how to undo what was done to the guest's
        self.open = False  # `changes` are known once it has been made
        self.size = 0

    @property
    def empty(self) -> bool:
        """Whether nothing has changed but perhaps whose turn it is."""
        threads = self.cpus or self.states or self.process or self.born or self.dead
        return not (self.changes or self.layout or threads or self.inputs)

    def measure(self) -> None:
        """Bytes that it takes, about."""
        self.size = 300 + sum(64 + (len(data) if isinstance(data, bytes) else 0) for _, data in self.changes)
        self.size += len(self.layout or b"") + sum(90 + len(data) for data in self.cpus.values())
        self.size += 200 * len(self.states) + (400 if self.process else 0) + 100 * len(self.descriptors)


class State:
    """The state around a processor without an operating system: none."""

    def __init__(self, personality: Personality) -> None:
        self.inner = personality

    def threads(self) -> dict[int, engine.Processor]:
        """Processors by the numbers that recordings have for threads."""
        return {0: self.inner.cpu}

    def current(self) -> int:
        return 0

    def state(self, thread: int) -> tuple[object, ...]:
        return ()

    def set_state(self, thread: int, state: tuple[object, ...]) -> None:
        pass

    def process(self) -> tuple[object, ...]:
        return ()

    def set_process(self, state: tuple[object, ...]) -> None:
        pass

    def cpu(self, thread: int) -> engine.Processor:
        return self.inner.cpu

    def show(self, threads: "tuple[int, ...]", current: int) -> None:
        """Have the personality show these threads, of the past."""

    def leave_present(self) -> None:
        """The machine goes into its past."""

    def return_to_present(self) -> None:
        """It has come to the end of the recording."""

    def begin_present(self, threads: "tuple[int, ...]", current: int) -> None:
        """The past is the present from now on: what is there is all there is."""

    def descriptors(self) -> "tuple[Undo, ...]":
        """How to undo what was done to the guest's descriptors since this was last asked."""
        return ()

    def undo(self, noted: "list[Undo]") -> None:
        """Have descriptors as before all that."""

    def can_run(self) -> bool:
        """Whether the current thread can execute something."""
        return True

    def close(self) -> None:
        pass


class LinuxState(State):
    """Threads and kernel state of a Linux program. Numbers are given to threads as they begin."""

    def __init__(self, personality: "Linux", journal: Journal) -> None:
        from blinkenlights.linux.descriptors import Descriptors
        from blinkenlights.linux.turns import Turns

        super().__init__(personality)
        self.linux = personality
        self.guest = personality.guest
        self.tasks: list[Task] = []  # by number, also those that have ended
        self.numbers: dict[int, int] = {}  # by id()
        self.turns = Turns(personality.space, journal, self.guest.tell)
        self.guest.turns = self.turns
        self.guest.descriptors = Descriptors()
        self.present: tuple[dict[int, Task], deque[Task], Task | None] | None = None
        self.calls: dict[int, int | None] = {}  # in the past: the system calls that threads are in
        for task in self.live():
            self.number(task)

    def live(self) -> "list[Task]":
        return list(self.linux.process.tasks.values())

    def number(self, task: "Task") -> int:
        found = self.numbers.get(id(task))
        if found is None:
            found = self.numbers[id(task)] = len(self.tasks)
            self.tasks.append(task)
        return found

    def threads(self) -> dict[int, engine.Processor]:
        return {self.number(task): task.cpu for task in self.live()}

    def current(self) -> int:
        task = self.guest.current
        return -1 if task is None else self.number(task)

    def cpu(self, thread: int) -> engine.Processor:
        return self.tasks[thread].cpu

    def state(self, thread: int) -> tuple[object, ...]:
        task = self.tasks[thread]
        call = self.waits(task)
        return (*(getattr(task, name) for name in TASK_STATE), tuple(task.held.items()), call)

    def waits(self, task: "Task") -> int | None:
        """The number of the system call that the thread is in."""
        if self.present is not None:
            return self.calls.get(self.number(task))
        return task.servant.call_made[0] if task.tid in self.guest.waiting else None

    def set_state(self, thread: int, state: tuple[object, ...]) -> None:
        task = self.tasks[thread]
        for name, value in zip(TASK_STATE, state, strict=False):
            setattr(task, name, value)
        task.held.clear()
        task.held.update(state[-2])  # type: ignore[call-overload]
        self.calls[thread] = state[-1]  # type: ignore[assignment]

    def process(self) -> tuple[object, ...]:
        process: Any = self.linux.process
        return (
            *(getattr(process, name, None) for name in PROCESS_STATE),
            tuple(process.actions.items()), tuple(process.limits.items()),
        )  # fmt: skip

    def set_process(self, state: tuple[object, ...]) -> None:
        process: Process = self.linux.process
        for name, value in zip(PROCESS_STATE, state, strict=False):
            setattr(process, name, value)
        process.actions.clear()
        process.actions.update(state[-2])  # type: ignore[call-overload]
        process.limits.clear()
        process.limits.update(state[-1])  # type: ignore[call-overload]

    def show(self, threads: "tuple[int, ...]", current: int) -> None:
        guest = self.guest
        tasks = [self.tasks[number] for number in threads]
        self.linux.process.tasks = {task.tid: task for task in tasks}
        guest.order = deque(tasks)
        guest.current = self.tasks[current] if current >= 0 else None

    def can_run(self) -> bool:
        guest, task = self.guest, self.guest.current
        return guest.ended is None and task is not None and not task.exiting and task.tid not in guest.waiting

    def leave_present(self) -> None:
        self.guest.frozen = True
        self.present = (self.linux.process.tasks, self.guest.order, self.guest.current)

    def return_to_present(self) -> None:
        assert self.present is not None
        self.guest.frozen = False
        self.linux.process.tasks, self.guest.order, self.guest.current = self.present
        self.present = None

    def begin_present(self, threads: "tuple[int, ...]", current: int) -> None:
        self.present = None
        self.guest.frozen = False
        for number in threads:
            call = self.calls.get(number)
            if call is not None:  # nobody makes it any more: it is made again
                cpu = self.tasks[number].cpu
                cpu.rip -= SYSCALL_LENGTH
                cpu.rax = call
        self.guest.renew([self.tasks[number] for number in threads], self.tasks[current])
        self.linux.final = None

    def descriptors(self) -> "tuple[Undo, ...]":
        assert self.guest.descriptors is not None
        return self.guest.descriptors.take()

    def undo(self, noted: "list[Undo]") -> None:
        files = self.guest.descriptors
        assert files is not None
        files.take()
        self.guest.servant.have(lambda: files.undo(noted))

    def close(self) -> None:
        self.guest.turns = self.guest.descriptors = None
        self.turns.close()


class Recorded(Personality):
    """Stands between a machine and its personality: records what that does, or does as it was recorded."""

    def __init__(self, inner: Personality, history: "History", journal: Journal) -> None:
        super().__init__(inner.space, inner.cpu)
        self.inner = inner
        self.name = inner.name
        self.machine = inner.machine
        self.history = history
        self.journal = journal
        self.state = self.make_state()
        self.events: list[Event] = []
        self.next = 0  # the first event that has not come yet
        self.retired = 0  # instructions of threads that have ended
        self.size = 0  # bytes of events
        self.settled = -1  # the tick at which the machine stopped last
        self.exits = 0  # as Event.exits
        self.outside: Before | None = None  # from one run to the next: what the user changes
        self.rest()

    def make_state(self) -> State:
        if self.inner.name == "linux":
            return LinuxState(self.inner, self.journal)  # type: ignore[arg-type]
        return State(self.inner)

    # -- ticks ---------------------------------------------------------------------------------

    @property
    def place(self) -> tuple[int, int, int]:
        """Which moment it is: the tick, where it is one of several in that tick, and the next event."""
        return self.tick, self.exits, self.next

    @property
    def cpu(self) -> engine.Processor:
        return self.inner.cpu

    @property
    def past(self) -> bool:
        """Whether there is more recorded than has come."""
        return self.history.past

    @property
    def tick(self) -> int:
        return self.retired + sum(cpu.icount for cpu in self.state.threads().values())

    def cpus(self) -> list[engine.Processor]:
        return list(self.state.threads().values())

    @property
    def exited(self) -> int | None:
        return None if self.past else self.inner.exited

    # -- recording -----------------------------------------------------------------------------

    def observe(self) -> "Before":
        """Begin to look for changes."""
        self.journal.changes = []
        return Before(self)

    def differences(self, before: "Before", kind: int) -> Event:
        """What has changed since."""
        state = self.state
        threads = state.threads()
        event = Event(before.tick, kind, before.current, state.current())
        event.exits = self.exits
        changes = self.journal.changes
        self.journal.changes = None
        event.changes = tuple(changes or ())
        if before.rearranged != self.journal.rearranged:
            event.layout = self.journal.layout()
        for number, cpu in threads.items():
            now = cpu.save()
            was = before.cpus.get(number)
            if was != now:
                only_rax = was is not None and was[8:] == now[8:]
                event.cpus[number] = now[RAX_BYTES] if only_rax else now
            kernel = state.state(number)
            if before.states.get(number) != kernel:
                event.states[number] = kernel
        process = state.process()
        if process != before.process:
            event.process = process
        event.born = tuple(number for number in threads if number not in before.cpus)
        event.dead = tuple(number for number in before.cpus if number not in threads)
        for number in event.dead:
            self.retired += state.cpu(number).icount
        return event

    def keep(self, event: Event) -> None:
        event.descriptors = self.state.descriptors()
        event.measure()
        self.size += event.size
        self.events.append(event)
        self.next = len(self.events)

    # -- applying ------------------------------------------------------------------------------

    def apply(self, event: Event) -> None:
        """Make what was recorded so."""
        acting = self.history.acting
        acted = acting(event) if acting is not None else None
        state = self.state
        self.journal.apply(event.changes, event.layout)
        threads = state.threads()
        for number in event.dead:
            self.retired += state.cpu(number).icount
            threads.pop(number, None)
        for number in event.born:
            threads[number] = state.cpu(number)
            threads[number].tell_again()
        for number, image in event.cpus.items():
            cpu = state.cpu(number)
            if len(image) == 8:
                cpu.rax = int.from_bytes(image, "little")
            else:
                cpu.restore(image)
        for number, kernel in event.states.items():
            state.set_state(number, kernel)
        if event.process is not None:
            state.set_process(event.process)
        state.show(tuple(threads), event.current)
        if acted is not None:
            acted()

    # -- what the machine asks -----------------------------------------------------------------

    def begin(self) -> None:
        """The machine is about to run: what its user has changed since it stopped is an event."""
        before, self.outside = self.outside, None
        assert before is not None
        self.history.compare_views()
        event = self.differences(before, BETWEEN)
        if event.empty and self.past:
            self.state.show(tuple(before.cpus), before.current)  # whatever thread was looked at
        elif not event.empty and self.past and self.history.travelling:
            self.history.meddled = True  # and is left for another moment
        elif not event.empty or event.current != event.thread:
            if self.past:
                self.history.diverge()
                self.journal.changes = list(event.changes)
                event = self.differences(before, BETWEEN)
            self.keep(event)
        self.inner.begin()

    def leave(self) -> None:
        self.inner.leave()
        self.rest()

    def rest(self) -> None:
        """The machine stands still: what its user changes from now on is told from what was."""
        self.settled = self.tick
        self.outside = self.observe()
        self.history.renew_views()

    def turn(self) -> StopReason | None:
        history = self.history
        while self.past:
            history.at_boundary()
            event = self.events[self.next] if self.next < len(self.events) else None
            if not self.past or event is None or event.kind != BETWEEN or event.tick != self.tick:
                break
            self.next += 1
            self.apply(event)
        if self.past or history.travelling or self.cpu.repeating:
            return None
        if self.tick == self.settled and self.state.can_run():
            return None  # what has happened since the machine stopped here belongs to a later tick
        before = self.observe()
        stop = self.inner.turn()
        event = self.differences(before, BETWEEN)
        if not event.empty or event.current != event.thread:
            self.keep(event)
        if stop is None:
            history.at_boundary()
        return stop

    def quantum(self) -> int | None:
        tick = self.tick
        if not self.past:
            if self.cpu.repeating:
                return RESUMED
            if tick == self.settled and self.inner.pending:
                return 1  # `turn` has put it off, but no further than to the next instruction
            quantum = self.inner.quantum()
            left = max(self.history.next_boundary() - tick, 1)
            return left if quantum is None else min(quantum, left)
        ends = []
        event = self.events[self.next] if self.next < len(self.events) else None
        if event is not None and event.kind == BETWEEN:
            ends.append(event.tick)
        boundary = self.history.next_stop(self.next)
        if boundary is not None:
            ends.append(boundary)
        if not ends:
            return None  # the processor leaves its run loop by itself
        if min(ends) <= tick:
            raise ReplayError(f"replay has passed what was recorded for tick {min(ends)}, at {tick}")
        return min(ends) - tick

    def attention(self) -> StopReason | None:
        if self.past or self.cpu.repeating:
            host.take_signal()
            return None
        before = self.observe()
        stop = self.inner.attention()
        event = self.differences(before, BETWEEN)
        if not event.empty or event.current != event.thread:
            self.keep(event)
        return stop

    def after(self, cpu: engine.Processor, reason: int) -> StopReason | None:
        if self.past:
            return self.after_again(cpu, reason)
        before = self.observe()
        try:
            stop = self.inner.after(cpu, reason)
        finally:
            event = self.differences(before, AFTER)
            self.keep(event)
        return stop

    def after_again(self, cpu: engine.Processor, reason: int) -> StopReason | None:
        """In the past, where the personality has acted already."""
        event = self.again_event(cpu)
        stop = self.inner.again(cpu, reason, event.empty)
        self.apply(event)
        return stop

    def again_event(self, cpu: engine.Processor) -> Event:
        """The next event, which is that of an exit of the run loop; it has come now."""
        event = self.events[self.next] if self.next < len(self.events) else None
        if event is None or event.kind != AFTER or event.tick != self.tick:
            raise ReplayError(f"replay differs from the recording at tick {self.tick}, rip {cpu.rip:#x}")
        self.next += 1
        return event

    def pass_exit(self, cpu: engine.Processor, reason: int) -> None:
        """An exit of the run loop in the past, on the way to somewhere: nothing stops there."""
        self.apply(self.again_event(cpu))

    def finish_repeating(self, cpu: engine.Processor, reason: int) -> None:
        """The run loop was left while a repeated instruction was brought to its end."""
        raise RuntimeError("the interrupted instruction faults: run on first")

    def digest(self, total: "Any") -> None:
        """Add what a hash of the machine's state is of, besides registers."""
        for area in self.machine.space.maps():
            total.update(b"%x %x %x" % (area.start, area.end, area.prot))
            for page in self.journal.resident(area.start, area.end):
                data = self.journal.page(page)
                if data is not None:
                    total.update(b"%x" % page + data)

    def call_name(self, cpu: engine.Processor) -> str:
        return self.inner.call_name(cpu)

    def threads(self) -> "list[Thread]":
        return self.inner.threads()

    def choose(self, tid: int) -> None:
        self.inner.choose(tid)

    def interrupt(self) -> None:
        self.inner.interrupt()

    def statistics(self) -> dict[str, int]:
        return self.inner.statistics()

    def close(self) -> None:
        self.state.close()


class Before:
    """State to compare with."""

    __slots__ = ("cpus", "current", "process", "rearranged", "states", "tick")

    def __init__(self, recorded: Recorded) -> None:
        state = recorded.state
        threads = state.threads()
        self.tick = recorded.retired + sum(cpu.icount for cpu in threads.values())
        self.cpus = {number: cpu.save() for number, cpu in threads.items()}
        self.states = {number: state.state(number) for number in threads}
        self.process = state.process()
        self.current = state.current()
        self.rearranged = recorded.journal.rearranged
