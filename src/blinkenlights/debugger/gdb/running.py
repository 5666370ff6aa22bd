"""Running a machine on gdb's behalf: what its stops are called, and how it is interrupted.

GDB manual, E.3 "Stop Reply Packets".
"""

import threading
import time
from collections.abc import Callable
from signal import SIGINT, SIGKILL, SIGTRAP
from typing import Any

from blinkenlights.machine import Machine, Stop, StopReason

RETRY = 0.01  # seconds after which an interrupt that came too early is made again
GDB_SIGNALS = {  # gdb's numbers where they differ from Linux's (include/gdb/signals.def): Linux -> gdb
    7: 10, 10: 30, 12: 31, 16: 0, 17: 20, 18: 19, 19: 17, 20: 18, 23: 16, 29: 23, 30: 32, 31: 12,
}  # fmt: skip
FROM_GDB = {theirs: ours for ours, theirs in GDB_SIGNALS.items() if theirs}
REALTIME, GDB_REALTIME, GDB_CANCEL, GDB_32, GDB_64 = 33, 45, 76, 77, 78


def to_gdb(signo: int) -> int:
    """gdb's number of a Linux signal."""
    if signo == 32:
        return GDB_32
    if signo == 64:
        return GDB_64
    if signo >= REALTIME:
        return signo - REALTIME + GDB_REALTIME
    return GDB_SIGNALS.get(signo, signo)


def from_gdb(number: int) -> int:
    """The Linux signal of gdb's number; 0 for none."""
    if number == GDB_32:
        return 32
    if number == GDB_64:
        return 64
    if GDB_REALTIME <= number < GDB_CANCEL:
        return number - GDB_REALTIME + REALTIME
    if number in FROM_GDB:
        return FROM_GDB[number]
    return number if 0 <= number < 32 and number not in GDB_SIGNALS else 0


class Runner:
    """Runs a machine in the thread that serves packets; `interrupt` stops it from another one."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.running = False
        self.wanted = threading.Event()  # an interrupt that has not been answered
        self.last: StopReason | None = None
        self.thread = 0  # that the last stop is of

    def interrupt(self) -> None:
        """Stop the machine, from any thread, also if it is only about to run."""
        self.wanted.set()
        while self.wanted.is_set():
            if self.running:
                self.machine.interrupt()
            time.sleep(RETRY)

    def run(self, how: Callable[[], StopReason]) -> StopReason:
        """Let the machine run, step or go back; the terminal's ctrl-c is an interrupt too."""
        self.running = True
        try:
            reason = self.machine.stopped(Stop.INTERRUPT) if self.wanted.is_set() else how()
        except KeyboardInterrupt:
            reason = self.machine.stopped(Stop.INTERRUPT)
        finally:
            self.running = False
            self.wanted.clear()
        self.last = reason
        self.thread = self.current()
        return reason

    def step(self, tid: int) -> StopReason:
        """Execute one instruction of a thread; while it is in a system call, the others run."""
        machine = self.machine
        thread = next((t for t in machine.threads if t.tid == tid), None)
        if thread is None:
            return machine.step()
        before = thread.cpu.icount
        while True:
            if self.current() != tid:
                machine.thread = thread
            reason = machine.step()
            if reason.kind is not Stop.STEP:
                return reason
            if thread.cpu.icount != before or all(t.tid != tid for t in machine.threads):
                if self.current() != tid and any(t.tid == tid for t in machine.threads):
                    machine.thread = thread  # its turn had just ended
                return reason
            if self.wanted.is_set():
                return machine.stopped(Stop.INTERRUPT)

    def step_through(self, tid: int, start: int, end: int) -> StopReason:
        """Step a thread until its program counter leaves a range."""
        while True:
            reason = self.step(tid)
            if reason.kind is not Stop.STEP or not start <= self.machine.regs.rip < end:
                return reason
            if self.wanted.is_set():
                return self.machine.stopped(Stop.INTERRUPT)

    def current(self) -> int:
        """The number of the thread that has the turn; 0 after the end."""
        try:
            return int(self.machine.thread.tid)
        except (RuntimeError, AssertionError):
            return 0


def stop_reply(
    reason: StopReason | None,
    thread: str,
    features: frozenset[str],
    hardware: bool,
    event: str = "",
    process: str = "",
) -> bytes:
    """The packet that tells why the machine stands still.

    `thread` is as gdb numbers it, `event` what an interrupt was for, and `process` is told at the end.
    """
    if reason is None:
        return reply(SIGTRAP, thread)
    kind = reason.kind
    if kind is Stop.EXIT:
        return b"W%02x" % ((reason.status or 0) & 0xFF) + process.encode()
    if kind is Stop.SIGNAL:
        return b"X%02x" % to_gdb(reason.signal or SIGKILL) + process.encode()
    if kind is Stop.INTERRUPT:
        if event:
            return reply(SIGTRAP, thread, event)
        return reply(reason.signal or SIGINT, thread)
    if kind is Stop.EXCEPTION:
        return reply(reason.signal or SIGTRAP, thread)
    if kind is Stop.BREAKPOINT and reason.breakpoint is not None:
        what = "hwbreak" if hardware else "swbreak"
        return reply(SIGTRAP, thread, f"{what}:;" if what in features else "")
    if kind is Stop.WATCHPOINT and reason.watchpoint is not None:
        what = {"w": "watch", "r": "rwatch", "rw": "awatch"}[reason.watchpoint.access]
        return reply(SIGTRAP, thread, f"{what}:{reason.watchpoint.address:x};")
    if kind in (Stop.START, Stop.END):
        return reply(SIGTRAP, thread, f"replaylog:{'begin' if kind is Stop.START else 'end'};")
    return reply(SIGTRAP, thread)


def reply(signo: int, thread: str, more: str = "") -> bytes:
    who = f"thread:{thread};" if thread else ""
    return b"T%02x" % to_gdb(signo) + f"{who}{more}".encode()


def siginfo(reason: StopReason | None, machine: Machine) -> bytes:
    """What the kernel would tell of the signal that the last stop is told as: struct siginfo."""
    process = world_of(machine)
    if reason is not None and reason.kind is Stop.INTERRUPT and reason.signal and process is not None:
        for number, info, _ in process.embedded.queue:  # it is still to be delivered
            if number == reason.signal:
                return bytes(info)
    signo, code, address = int(SIGTRAP), 0x80, 0
    if reason is not None and reason.kind is Stop.EXCEPTION:
        signo = reason.signal or signo
        address = reason.fault_address or reason.address
        code = 1 if reason.fault_address is not None else 0x80
    elif reason is not None and reason.kind is Stop.INTERRUPT:
        signo, code, address = reason.signal or int(SIGINT), 0x80, 0
    head = b"".join(value.to_bytes(4, "little") for value in (signo, 0, code, 0))
    return (head + address.to_bytes(8, "little")).ljust(128, b"\0")


def pid_of(machine: Machine) -> int:
    """The program's process id; 1 for bare code and the like."""
    process = world_of(machine)
    return 1 if process is None else int(process.pid)


def world_of(machine: Machine) -> Any:
    """The Linux process behind a machine; None for others."""
    return getattr(machine.world, "process", None)
