"""Stops that gdb asks for besides breakpoints: at system calls (`catch syscall`), and before signals.

A system call that is caught on entry is not made: it is told to be made again, so that the machine
stands at the SYSCALL instruction with nothing changed, and it is let through the next time.
"""

from blinkenlights.api.linux import Linux
from blinkenlights.debugger.gdb.running import to_gdb, world_of
from blinkenlights.machine import Hook, Machine, SystemCall

MAKE_AGAIN = -512  # ERESTARTSYS

Queued = tuple[int, bytes, int]  # a signal of the guest's queue


class Catcher:
    """What is caught of one machine. `event` is the part of the stop reply that tells what was."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.calls: frozenset[int] | None = frozenset()  # system calls; None for all
        self.passed: frozenset[int] = frozenset()  # gdb's numbers of signals that need no stop
        self.event = ""
        self.let_through: tuple[int, int] | None = None  # thread and instructions of a call that was told
        self.told: Queued | None = None  # a signal that was told
        self.hook: Hook | None = None
        if isinstance(machine.world, Linux):
            machine.world.on_signal = self.before_signal

    def end(self) -> None:
        """Catch nothing any more."""
        self.catch_calls(frozenset())
        if isinstance(self.machine.world, Linux):
            self.machine.world.on_signal = None

    def take_event(self) -> str:
        event, self.event = self.event, ""
        return event

    # ---- system calls ----

    def catch_calls(self, numbers: frozenset[int] | None) -> bool:
        """Stop at these; False where there are no system calls."""
        if world_of(self.machine) is None:
            return False
        self.calls = numbers
        wanted = numbers is None or bool(numbers)
        if wanted and self.hook is None:
            self.hook = self.machine.hook_syscall(None, enter=self.entering, exit=self.leaving)
        elif not wanted and self.hook is not None:
            self.hook.remove()
            self.hook = None
        return True

    def entering(self, call: SystemCall) -> int | None:
        if self.calls is not None and call.number not in self.calls:
            return None
        here = (call.tid, self.machine.cpu.icount)
        if here == self.let_through:
            return None
        self.let_through = here
        self.event = f"syscall_entry:{call.number:x};"
        self.machine.interrupt()
        return MAKE_AGAIN

    def leaving(self, call: SystemCall) -> int | None:
        if self.calls is None or call.number in self.calls:
            self.event = f"syscall_return:{call.number:x};"
            self.machine.interrupt()
        return None

    # ---- signals ----

    def before_signal(self, queued: Queued) -> bool:
        """Whether to stop before this signal is delivered."""
        if queued is self.told or to_gdb(queued[0]) in self.passed:
            return False
        self.told = queued
        return True

    def deliver(self, signo: int) -> bool:
        """The signal that the program was stopped for becomes `signo`, 0 for none; False if there is none."""
        told, self.told = self.told, None
        process = world_of(self.machine)
        if told is None or process is None:
            return False
        queue = process.embedded.queue
        if told not in queue:
            return False
        if signo == told[0]:
            self.told = told
            return True
        queue.remove(told)
        return signo == 0
