"""System calls of an embedded guest that end after a time, though they are made again.

Whoever stops the machine ends the calls that wait, and they are made again when it runs on. Those that wait
for a time from now would then wait for all of it once more, and where a machine runs in slices, for ever. So
the moment at which a call is to end is kept until it has ended. Select, ppoll and the like, whose timeout is
a structure that only the host's kernel reads, begin anew.
"""

from array import array
from errno import EINTR, EINVAL
from struct import Struct
from time import monotonic_ns

from blinkenlights.core import host
from blinkenlights.linux.task import guest_of
from blinkenlights.tables.syscall_numbers import NUMBERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from blinkenlights.linux.task import Task

NANOSLEEP, CLOCK_NANOSLEEP = NUMBERS["nanosleep"], NUMBERS["clock_nanosleep"]
CLOCK_REALTIME, CLOCK_MONOTONIC = 0, 1
TIMER_ABSTIME = 1
RESTARTED = 512  # host.syscall's answer when a signal came before the call
SECOND = 1_000_000_000
TIMESPEC = Struct("<qq")
MOST_SECONDS = 1 << 32  # what is more is as good as for ever

# Calls with a timeout in a register, in milliseconds: which argument that is.
MILLISECONDS = {NUMBERS["poll"]: 2, NUMBERS["epoll_wait"]: 3, NUMBERS["epoll_pwait"]: 3}


class Deadlines:
    """When the timed calls of a guest's threads end, in nanoseconds of CLOCK_MONOTONIC."""

    def __init__(self) -> None:
        self.kept: dict[int, tuple[object, int]] = {}  # by thread: which call, and when

    def of(self, tid: int, call: object, nanoseconds: int) -> int:
        """The end of a call that is to last so long, or has begun already."""
        kept = self.kept.get(tid)
        if kept is None or kept[0] != call:
            kept = self.kept[tid] = (call, monotonic_ns() + nanoseconds)
        return kept[1]

    def ended(self, tid: int) -> None:
        """The thread's call has ended, and is not made again."""
        self.kept.pop(tid, None)

    def clear(self) -> None:
        self.kept.clear()

    def arguments(self, tid: int, number: int, arguments: list[int]) -> list[int]:
        """With which arguments a call is made: those of a poll that has begun have the time that is left."""
        place = MILLISECONDS.get(number)
        if place is None:
            return arguments
        timeout = arguments[place] & 0xFFFFFFFF
        if timeout == 0 or timeout >> 31:  # negative: for ever
            return arguments
        end = self.of(tid, (number, *arguments), timeout * 1_000_000)
        left = max(0, -((monotonic_ns() - end) // 1_000_000))
        return [*arguments[:place], left, *arguments[place + 1 :]]


def sleep(task: "Task", call: tuple[int, ...], request: int, remain: int) -> int:
    """For the time in the timespec at `request`; what is left when a signal ends it goes to `remain`."""
    guest = guest_of(task)
    seconds, nanoseconds = TIMESPEC.unpack(task.space.read(request, 16))
    if seconds < 0 or not 0 <= nanoseconds < SECOND:
        return -EINVAL
    end = guest.deadlines.of(task.tid, call, min(seconds, MOST_SECONDS) * SECOND + nanoseconds)
    until = array("q", divmod(end, SECOND))
    result = host.syscall(CLOCK_NANOSLEEP, CLOCK_MONOTONIC, TIMER_ABSTIME, until.buffer_info()[0], 0)
    if result in (-EINTR, -RESTARTED) and remain and guest.next_action(task) is not None:
        task.space.write(remain, TIMESPEC.pack(*divmod(max(0, end - monotonic_ns()), SECOND)))
    return result


def sys_nanosleep(task: "Task", request: int, remain: int) -> int:
    return sleep(task, (NANOSLEEP, request, remain), request, remain)


def sys_clock_nanosleep(task: "Task", clock: int, flags: int, request: int, remain: int) -> int:
    if flags & TIMER_ABSTIME or clock & 0xFFFFFFFF not in (CLOCK_REALTIME, CLOCK_MONOTONIC):
        from blinkenlights.linux import kernel

        return kernel.find(task, CLOCK_NANOSLEEP)[0](task, clock, flags, request, remain)
    return sleep(task, (CLOCK_NANOSLEEP, clock, request, remain), request, remain)


OVERRIDDEN: "dict[str, Callable[..., int]]" = {
    "nanosleep": sys_nanosleep,
    "clock_nanosleep": sys_clock_nanosleep,
}
