"""What a machine asks of the world around its processors: an operating system, a PC's devices, or nothing."""

from blinkenlights.api.stops import Stop, StopReason
from blinkenlights.core import engine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from blinkenlights.api.threads import Thread
    from blinkenlights.core.memory import AddressSpace
    from blinkenlights.machine import Machine

SYSCALL_LENGTH = 2


class Personality:
    """The base, which is bare code: whatever it asks for stops the machine.

    A machine calls `begin` before it runs anything, then `turn` and, for exits of the run loop that are not
    its own, `after`, in a loop, and `leave` at the end. All are called on the thread that runs the machine.
    """

    name = "bare"

    def __init__(self, space: "AddressSpace", cpu: "engine.Processor") -> None:
        self.space = space
        self._cpu = cpu
        self.machine: Machine

    @property
    def cpu(self) -> "engine.Processor":
        """Of the thread whose turn it is."""
        return self._cpu

    @property
    def exited(self) -> int | None:
        """Status of a program that has ended, minus the signal's number if one killed it; None before."""
        return None

    @property
    def tick(self) -> int:
        """Instructions executed since the start, by all threads."""
        return sum(cpu.icount for cpu in self.cpus())

    def cpus(self) -> "list[engine.Processor]":
        """Of all threads."""
        return [self._cpu]

    def threads(self) -> "list[Thread]":
        from blinkenlights.api.threads import Thread

        return [Thread(1, self._cpu, self.machine.regs, "")]

    def files(self) -> "list[tuple[int, int, bytes]]":
        """The files of mappings whose names nobody has noted: start, end, path; sorted."""
        return []

    def is_waiting(self, cpu: "engine.Processor") -> bool:
        """Is this processor's thread in a system call?"""
        return False

    def choose(self, tid: int) -> None:
        """Give the turn to a thread; ValueError when there is none of that number."""
        if tid != 1:
            raise ValueError(f"there is no thread {tid}")

    def check(self) -> None:
        """RuntimeError where the guest can't be run by this process."""

    def begin(self) -> None:
        """The machine is about to run."""

    def leave(self) -> None:
        """The machine has stopped."""

    @property
    def pending(self) -> bool:
        """Whether the next turn has something to deliver: a signal."""
        return False

    def turn(self) -> StopReason | None:
        """See that there is a processor to run; a reason when there can't be."""
        return None

    def quantum(self) -> int | None:
        """Instructions after which `turn` is to be called again; None: there is no need."""
        return None

    def attention(self) -> StopReason | None:
        """The run loop was left for no reason of the machine's."""
        return None

    def after(self, cpu: "engine.Processor", reason: int) -> StopReason | None:
        """Deal with EXIT_SYSCALL, EXIT_EXCEPTION, EXIT_INTERRUPT or EXIT_HALT."""
        stop = self.machine.stopped
        if reason == engine.EXIT_SYSCALL:
            return stop(Stop.SYSCALL, syscall=cpu.rax)
        if reason == engine.EXIT_HALT:
            return stop(Stop.HALT)
        return stop(
            Stop.EXCEPTION, vector=cpu.vector, error_code=cpu.error_code,
            fault_address=cpu.fault_address if cpu.vector == 14 and reason == engine.EXIT_EXCEPTION else None,
        )  # fmt: skip

    def again(self, cpu: "engine.Processor", reason: int, nothing_done: bool) -> StopReason | None:
        """What `after` would return in the past; what it did is done by the recording, if anything."""
        return self.after(cpu, reason)

    def call_name(self, cpu: "engine.Processor") -> str:
        """What the system call that is about to be made is called."""
        from blinkenlights.tables.syscalls import BY_NUMBER

        row = BY_NUMBER.get(cpu.rax)
        return row[1] if row is not None else str(cpu.rax)

    def interrupt(self) -> None:
        """Wake whatever waits, for `Machine.interrupt`; from any thread."""

    def statistics(self) -> dict[str, int]:
        """What the status line shows besides the memory's figures."""
        return {}

    def close(self) -> None:
        """End the guest."""
