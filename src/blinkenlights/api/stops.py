"""Why a machine has stopped."""

from enum import Enum
from signal import Signals
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from blinkenlights.api.breakpoints import Breakpoint, Watchpoint

# Intel SDM volume 3, table 6-1
EXCEPTIONS = {
    0: "divide error", 1: "debug exception", 3: "breakpoint instruction", 4: "overflow",
    5: "bound range exceeded", 6: "invalid opcode", 7: "no x87 unit", 8: "double fault",
    10: "invalid TSS", 11: "segment not present",
    12: "stack fault", 13: "general protection fault", 14: "page fault", 16: "x87 floating-point error",
    17: "alignment check", 19: "SIMD floating-point exception",
}  # fmt: skip


class Stop(Enum):
    """Kinds of stops."""

    EXIT = "exit"  # the program has ended by itself: `status`
    SIGNAL = "signal"  # the program was killed by a signal: `signal`
    STEP = "step"  # the instructions asked for are done
    COUNT = "count"  # run(count=) is done
    BREAKPOINT = "breakpoint"  # before the instruction: `breakpoint`; None for run(until=)
    WATCHPOINT = "watchpoint"  # after the instruction: `watchpoint`, `access`
    EXCEPTION = "exception"  # at the instruction that raises it: `vector`, `error_code`, `fault_address`
    HALT = "halt"  # after HLT
    INTERRUPT = "interrupt"  # interrupt() was called
    TIMEOUT = "timeout"
    SYSCALL = "syscall"  # bare code has made a system call: `syscall` is RAX
    START = "start"  # going back has reached the beginning
    END = "end"  # going forward has reached the end of what was recorded


class Access(NamedTuple):
    """An access to memory: `kind` is "read" or "write", `old` and `new` the bytes' contents as integers."""

    kind: str
    address: int
    size: int  # bytes
    old: int
    new: int
    rip: int  # the instruction that made it; of a system call, the one behind it
    syscall: str = ""  # the system call that made it


class StopReason:
    """Why and where a machine has stopped; `str()` of it is a sentence."""

    __slots__ = (
        "access", "address", "breakpoint", "error_code", "fault_address", "kind", "signal", "status",
        "syscall", "tick", "vector", "watchpoint",
    )  # fmt: skip

    def __init__(
        self,
        kind: Stop,
        tick: int,
        address: int,
        *,
        status: int | None = None,
        signal: int | None = None,
        vector: int | None = None,
        error_code: int | None = None,
        fault_address: int | None = None,
        breakpoint: "Breakpoint | None" = None,
        watchpoint: "Watchpoint | None" = None,
        access: Access | None = None,
        syscall: int | None = None,
    ) -> None:
        self.kind = kind
        self.tick = tick  # instructions executed since the start
        self.address = address  # RIP
        self.status = status  # of exit, 0 to 255
        self.signal = signal  # number of the signal that has killed it, or that the exception would become
        self.vector = vector  # of the exception
        self.error_code = error_code
        self.fault_address = fault_address  # of a page fault
        self.breakpoint = breakpoint
        self.watchpoint = watchpoint
        self.access = access
        self.syscall = syscall

    def __str__(self) -> str:
        at = f"at {self.address:#x}"
        kind = self.kind
        if kind is Stop.EXIT:
            return f"The program has exited with status {self.status}."
        if kind is Stop.SIGNAL:
            return f"The program was killed by {signal_name(self.signal)} {at}."
        if kind is Stop.STEP:
            return f"Stepped to {self.address:#x}."
        if kind is Stop.COUNT:
            return f"The instructions asked for are done, {at}."
        if kind is Stop.BREAKPOINT:
            what = "Breakpoint" if self.breakpoint is not None else "Arrived"
            return f"{what} {at}."
        if kind is Stop.WATCHPOINT and self.access is not None:
            return f"Watchpoint: {access_text(self.access)}."
        if kind is Stop.EXCEPTION:
            text = EXCEPTIONS.get(self.vector or 0, f"exception {self.vector}")
            where = f" by access to {self.fault_address:#x}" if self.vector == 14 else ""
            becomes = f" (would be {signal_name(self.signal)})" if self.signal else ""
            return f"{text[0].upper()}{text[1:]} {at}{where}{becomes}."
        if kind is Stop.SYSCALL:
            return f"System call {self.syscall} {at}."
        return {
            Stop.HALT: f"HLT, before {self.address:#x}.",
            Stop.INTERRUPT: f"Interrupted {at}.",
            Stop.TIMEOUT: f"Time is up, {at}.",
            Stop.START: f"This is the beginning, {at}.",
            Stop.END: f"This is the end of what was recorded, {at}.",
        }.get(kind, f"Stopped {at}.")

    def __repr__(self) -> str:
        parts = [f"{self.kind.name} tick={self.tick} address={self.address:#x}"]
        for name in ("status", "signal", "vector", "error_code", "fault_address", "access", "syscall"):
            value = getattr(self, name)
            if value is not None:
                parts.append(f"{name}={value}")
        return f"<StopReason {' '.join(parts)}>"


def access_text(access: Access) -> str:
    """An access in words."""
    who = f"system call {access.syscall}" if access.syscall else f"instruction {access.rip:#x}"
    if access.kind == "write":
        return (
            f"{who} wrote {access.size} bytes at {access.address:#x}: {access.old:#x} became {access.new:#x}"
        )
    return f"{who} read {access.size} bytes at {access.address:#x}: {access.new:#x}"


def signal_name(number: int | None) -> str:
    """SIGSEGV for 11; real-time signals are SIGRTMIN+n."""
    if number is None:
        return "a signal"
    try:
        return Signals(number).name
    except ValueError:
        return f"SIGRTMIN+{number - 34}" if number >= 34 else f"signal {number}"
