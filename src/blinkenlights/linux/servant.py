"""The host thread that makes a thread's system calls for an embedded guest."""

import _thread
import os

from blinkenlights.core import host
from blinkenlights.tables.syscall_numbers import NUMBERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from blinkenlights.linux.embedded import Guest
    from blinkenlights.linux.task import Task
    from blinkenlights.linux.turns import Call


class Servant:
    """A host thread that makes one guest thread's system calls."""

    def __init__(self, guest: "Guest") -> None:
        self.guest = guest
        self.task: Task | None = None
        self.tid = 0  # on the host
        self.work: Callable[[], object] | None = None
        self.result: object = None
        self.problem: BaseException | None = None
        self.busy = False
        self.ending = False
        self.go = _thread.allocate_lock()
        self.go.acquire()
        self.done = _thread.allocate_lock()
        self.done.acquire()
        self.call_made: tuple[int, list[int]] = (0, [])  # number and arguments
        self.call: Call | None = None  # of a recorded machine: where in a call it is

    def start(self) -> None:
        """Begin; a thread started by another servant shares its descriptors."""
        self.guest.servants.append(self)
        _thread.stack_size(1 << 20)
        try:
            _thread.start_new_thread(self.main, ())
        finally:
            _thread.stack_size(0)

    def main(self) -> None:
        host.keep_mask(True)
        self.tid = host.syscall(NUMBERS["gettid"])
        while True:
            self.go.acquire()
            work = self.work
            if work is None:
                break
            turns = self.guest.turns
            self.call = turns.enter() if turns is not None else None
            try:
                self.result = work()
            except BaseException as problem:
                self.problem = problem
            if self.guest.pid != os.getpid():  # a forked child, whose only thread this is
                os._exit(70)
            self.work = None
            abandoned = self.call is not None and self.call.abandoned
            self.finished()
            if abandoned and self is not self.guest.servant:
                break  # the first one stays: by it the others get their descriptors
        if self.guest.turns is not None:
            self.guest.turns.leave()
        self.guest.servants.remove(self)
        host.unbind()

    def finished(self) -> None:
        self.busy = False
        self.done.release()
        self.guest.tell()

    def begin(self, work: "Callable[[], object]") -> None:
        """Have `work` done; `wait` or `take` gets its result."""
        self.work = work
        self.result = self.problem = None
        self.busy = True
        self.go.release()

    def wait(self, seconds: float) -> bool:
        """Is the work done within this time?"""
        return self.done.acquire(True, seconds)

    def take(self) -> object:
        """The result of work that is done; raises what it has raised."""
        problem, self.problem = self.problem, None
        if problem is not None:
            raise problem
        return self.result

    def have(self, work: "Callable[[], object]") -> object:
        """Have something done here, and wait for it."""
        self.begin(work)
        while not self.wait(1.0):
            pass
        return self.take()

    @property
    def back(self) -> bool:
        """Whether there is something to `collect`."""
        return not self.busy or (self.call is not None and self.call.parked)

    def gives_up(self) -> bool:
        """A call takes long: whether its thread may lose its turn."""
        return self.guest.turns is None or (self.call is not None and self.call.give_up())

    def abandon(self) -> None:
        """Have a call end as it may: its thread is no more, or a past one."""
        if self.busy and self.call is not None:
            self.call.abandon()
            for _ in range(200):
                self.kick()
                if self.wait(0.005):
                    return
        elif not self.busy:
            self.done.acquire(False)

    def end(self) -> None:
        if self.busy or self.ending:
            return  # one that is busy won't come back from where it is; the process's end will be its own
        self.ending = True
        self.work = None
        self.go.release()

    def kick(self) -> None:
        """Let a system call that waits return."""
        if self.busy:
            host.kick(self.tid)
