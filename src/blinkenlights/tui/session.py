"""Drives a machine from a thread of its own, and takes pictures of it for the screen.

The machine is touched by this thread alone, between whose pieces of work the screen's wishes are
served. While a program runs it does so in slices, whose length adapts so that pictures come about
thirty times a second and take a small part of the time.
"""

from __future__ import annotations

import gc
import queue
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from time import monotonic, sleep, thread_time
from typing import TYPE_CHECKING, Any

from blinkenlights.loaders import BadProgram
from blinkenlights.tui.observe import Observer
from blinkenlights.tui.pc import Pace, pc_of
from blinkenlights.tui.picture import Picture
from blinkenlights.tui.views import Views

if TYPE_CHECKING:
    from blinkenlights import Machine
    from blinkenlights.tui.terminal import Terminal

PICTURES = 1 / 30  # seconds between two
PC_PICTURES = 1 / 60  # of a PC, which does no more between two than its clock says
FIRST_SLICE, LEAST_SLICE, MOST_SLICE = 20_000, 100, 1 << 40  # instructions
MOST_OF_A_PATH = 200  # instructions
MOST_TO_FORGET = 5.0  # seconds that an ended machine's threads are waited for
PROGRAM_SHARE = 4  # time for the program, for each that a picture takes
PC_SHARE = 1  # the same for one that is not to be faster than the clock

# How fast: the name, instructions a picture (0: as many as can be), seconds a picture.
SPEEDS = (
    ("1 a second", 1, 1.0),
    ("4 a second", 1, 0.25),
    ("15 a second", 1, 1 / 15),
    ("60 a second", 2, PICTURES),
    ("1,000 a second", 33, PICTURES),
    ("30,000 a second", 1000, PICTURES),
    ("1 million a second", 33_000, PICTURES),
    ("", 0, PICTURES),
    ("turbo", 0, 0.1),
    ("turbo turbo", 0, 0.3),
    ("turbo turbo turbo", 0, 1.0),
)
USUAL_SPEED = 7


class Session:
    """`load` makes the machine, at the start and again at each restart.

    `shown(picture)`, `stopped(reason)` and `failed(text)` are called from the machine's thread.
    """

    def __init__(
        self,
        load: Callable[[], Machine],
        views: Views,
        shown: Callable[[Picture], None],
        stopped: Callable[[Any], None],
        failed: Callable[[str], None],
        jit: bool = False,
    ) -> None:
        self.load = load
        self.views = views
        self.shown, self.stopped, self.failed = shown, stopped, failed
        self.machine: Machine = load()
        self.observer = Observer(self.machine)
        self.pace = Pace()
        self.keep_pace()
        self.speed = USUAL_SPEED
        self.running = False
        self.ips = 0.0
        self.halt = threading.Event()  # the user wants it to stop
        self.jobs: queue.Queue[Callable[[], None] | None] = queue.Queue()
        self.slice = FIRST_SLICE
        self.jit = jit  # counting instructions would make it interpret them
        self.cost = 0.0  # seconds of this thread's that a picture takes
        self.due = 0.0  # when a running PC is to be shown again
        self.names: dict[str, Any] = {}  # the command line's variables
        self.thread = threading.Thread(target=self.work, name="machine", daemon=True)

    # ---- called by the screen ----

    def start(self) -> None:
        self.thread.start()

    def ask(self, job: Callable[[], None]) -> None:
        """Have something done by the machine's thread: between slices when the program runs."""
        self.jobs.put(job)
        self.pace.wake()

    def look(self) -> None:
        """Take a new picture, of what the views say now."""
        self.ask(self.show)

    def interrupt(self) -> None:
        if self.running:
            self.halt.set()
            self.machine.interrupt()
            self.pace.wake()

    def post(self, signo: int) -> None:
        """A signal for the program; from any thread."""
        with suppress(AttributeError):  # between two machines
            if self.machine.personality == "linux":
                self.machine.world.post(signo)  # type: ignore[attr-defined]

    def handles(self, signo: int) -> bool:
        """Whether the program does something of its own with a signal."""
        return self.machine.personality == "linux" and self.machine.world.handles(signo)  # type: ignore[attr-defined]

    def type(self, terminal: Terminal, data: bytes) -> None:
        """Keys for the program. The kernel makes signals of them where the terminal controls its session."""
        signo = 0 if terminal.controlling else terminal.signal_of(data)
        if signo:
            self.post(signo)
        else:
            terminal.write(data)

    def close(self) -> None:
        """End the thread and the machine; a guest that doesn't stop in time ends with this process."""
        self.interrupt()
        self.jobs.put(None)
        if self.thread.is_alive():
            self.thread.join(2)
        if not self.thread.is_alive():
            with suppress(Exception):
                self.machine.close()

    # ---- the machine's thread ----

    def work(self) -> None:
        while True:
            job = self.jobs.get()
            if job is None:
                return
            self.do(job)

    def do(self, job: Callable[[], None]) -> None:
        try:
            job()
        except Exception as problem:
            self.running = False
            self.failed(sentence(problem))
            with suppress(Exception):
                self.show()

    def serve(self) -> bool:
        """Do what was asked for meanwhile; whether the session goes on."""
        while True:
            try:
                job = self.jobs.get_nowait()
            except queue.Empty:
                return True
            if job is None:
                self.jobs.put(None)
                return False
            self.do(job)

    def show(self) -> None:
        self.shown(self.observer.take(self.views))

    def end(self, reason: Any) -> None:
        self.running = False
        self.observer.note(reason)
        self.show()
        self.stopped(reason)

    def keep_pace(self) -> None:
        """A PC waits before its time jumps."""
        pc = pc_of(self.machine)
        if pc is not None:
            pc.pace = self.rest

    def rest(self, tick: int) -> None:
        """A PC sleeps until `tick`: what its program drew is complete now."""
        if self.pace.on and self.pace.ahead(tick) > 0 and self.is_due(PC_PICTURES):
            self.show_running(PC_PICTURES)
        self.pace.wait(tick)

    def is_due(self, seconds: float) -> bool:
        """Whether a picture now comes in time, where one is wanted every so many seconds."""
        return monotonic() >= self.due - seconds / 4

    def show_running(self, seconds: float) -> None:
        """A picture of a program that goes on."""
        now = monotonic()
        self.due = self.due + seconds if now < self.due + seconds else now + seconds
        began = thread_time()
        self.show()
        self.cost = (self.cost + thread_time() - began) / 2

    # ---- moving ----

    def move(self, how: Callable[[Machine], Any], expect: bool = False) -> None:
        """One movement: a step, or to somewhere; `expect` lights what the next instruction touches."""
        self.running = True
        self.halt.clear()
        try:
            if expect:
                self.observer.expect()
            else:
                self.observer.touched = []
            reason = how(self.machine)
        finally:
            self.running = False
        self.end(reason)

    def step(self) -> None:
        """One instruction; where a translated path begins, to its end, as that is what runs."""
        machine = self.machine
        path = None if machine.space.virtual else machine.path_at(machine.regs.rip)
        if path is None:
            self.move(lambda m: m.step(), expect=True)
        else:
            self.move(lambda m: follow(m, *path), expect=True)

    def continue_(self) -> None:
        """Run, with pictures, until something stops the program."""
        self.running = True
        self.halt.clear()
        reason: Any = None
        counted, since = self.machine.tick, monotonic()
        pc = pc_of(self.machine)
        if pc is not None:
            self.pace.start()
        try:
            while True:
                _, most, seconds = SPEEDS[self.speed]
                self.pace.on = self.speed <= USUAL_SPEED
                share = PROGRAM_SHARE
                if paced := pc is not None and self.speed == USUAL_SPEED:
                    seconds, share = PC_PICTURES, PC_SHARE
                seconds = max(seconds, share * self.cost)
                began = monotonic()
                reason = self.run_slice(most, seconds / 2 if paced else seconds)
                if reason.kind.name not in ("COUNT", "TIMEOUT", "STEP"):
                    break
                if not paced or self.is_due(seconds):
                    self.show_running(seconds)
                now = monotonic()
                if now - since >= 0.25:
                    tick = self.machine.tick
                    self.ips, counted, since = (tick - counted) / (now - since), tick, now
                if not self.serve() or self.halt.is_set():
                    break
                if most:
                    self.halt.wait(max(0, began + seconds - now))
                elif pc is not None:
                    self.pace.wait(pc.cpu.now)
        finally:
            self.running = False
            self.pace.stop()
            self.ips = 0.0
        self.end(reason)

    def run_slice(self, most: int, seconds: float) -> Any:
        """Part of a run; its last instruction apart, to see what it touches."""
        machine, observer = self.machine, self.observer
        profile = self.views.profile
        until = monotonic() + seconds
        reason: Any = None
        pc = pc_of(machine) if self.pace.on else None
        enough = 0 if pc is None else pc.cpu.now + self.pace.ticks(seconds)
        while True:
            if self.jit and not most:
                reason = machine.run(timeout=max(0.001, until - monotonic()))
                if reason.kind.name != "TIMEOUT":
                    return reason
                if profile:
                    observer.sample()
                break
            count = most if most else max(1, self.slice // 8 if profile else self.slice)
            if pc is not None:
                count = min(count, max(1, enough - pc.cpu.now))
            if count > 1:
                began = monotonic()
                before = machine.tick
                reason = machine.run(count=count - 1, timeout=max(0.001, until - began))
                taken = monotonic() - began
                if reason.kind.name not in ("COUNT", "TIMEOUT", "STEP"):
                    return reason
                if machine.tick == before:  # it waits in a system call, and a step would wait too
                    return reason
                if not most:
                    self.adapt(machine.tick - before, taken, seconds)
            if profile:
                observer.sample()
            if most or monotonic() >= until - 0.002 or self.halt.is_set():
                break
            if pc is not None and (pc.cpu.now >= enough - 1 or self.pace.woken.is_set()):
                break
        if self.halt.is_set() and reason is not None:
            return reason
        observer.expect()
        return machine.step()

    def adapt(self, done: int, taken: float, seconds: float) -> None:
        """Instructions that take about as long as there is between two pictures."""
        if taken > 0 and done > 0:
            wanted = int(done / taken * seconds)
            self.slice = max(LEAST_SLICE, min(MOST_SLICE, (self.slice + wanted) // 2, self.slice * 8))

    def run_hard(self) -> None:
        """Run without pictures until something stops the program."""
        self.running = True
        self.halt.clear()
        self.observer.touched = []
        try:
            reason = self.machine.run()
        finally:
            self.running = False
        self.end(reason)

    def restart(self) -> None:
        """Load the program again, with the same breakpoints and watchpoints."""
        breaks = [(each.address, each.condition, each.enabled) for each in self.machine.breakpoints]
        watches = [(each.address, each.size, each.access, each.condition, each.enabled)
                   for each in self.machine.watchpoints]  # fmt: skip
        profile = self.observer.profile
        self.forget()
        try:
            self.machine = self.load()
        except Exception as problem:  # the file is gone, or is being written just now
            self.machine = nothing()
            self.failed(f"{sentence(problem)}; R tries again")
        self.keep_pace()
        self.observer = Observer(self.machine)
        self.observer.profile = profile
        for address, condition, enabled in breaks:
            self.machine.add_breakpoint(address, condition=condition).enabled = enabled
        for address, size, access, condition, enabled in watches:
            added = self.machine.add_watchpoint(address, size, access, condition=condition)
            added.enabled = enabled
        self.show()

    def forget(self) -> None:
        """End the machine and give its memory back, so that the next one is at the same addresses."""
        with suppress(Exception):
            self.machine.close()
        world = self.machine.world
        last = weakref.ref(getattr(world, "guest", world))  # which its threads hold until they have ended
        del world, self.machine, self.observer
        until = monotonic() + MOST_TO_FORGET
        gc.collect()
        while last() is not None and monotonic() < until:
            sleep(0.002)
            gc.collect()


def nothing() -> Machine:
    """A machine that halts at once."""
    from blinkenlights import Machine

    return Machine.from_bytes(b"\xf4")


def follow(machine: Machine, start: int, end: int) -> Any:
    """Step until the path is left, or begins anew."""
    for _ in range(MOST_OF_A_PATH):
        reason = machine.step()
        ip = machine.regs.rip
        if reason.kind.name != "STEP" or ip == start or not start <= ip < end:
            break
    return reason


def sentence(problem: BaseException) -> str:
    """An exception in one line."""
    text = " ".join(str(problem).split())
    name = type(problem).__name__
    if isinstance(problem, (RuntimeError, ValueError, OSError, KeyError, MemoryError, BadProgram)) and text:
        return text
    return f"{name}: {text}" if text else name
