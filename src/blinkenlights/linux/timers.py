"""POSIX timers are the host's; an execve or a fork takes them away."""

from blinkenlights.linux.abi import STRUCTURES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from blinkenlights.linux.task import Process, Task

TIMER_CREATE, TIMER_DELETE = 222, 226


def sys_timer_create(task: "Task", clock: int, event: int, out: int) -> int:
    pointer = task.space.pointer
    result = task.host(TIMER_CREATE, clock, pointer(event, STRUCTURES["sigevent"]), pointer(out, 4, True))
    if result == 0:
        task.process.timers.add(task.space.u32(out))
    return result


def sys_timer_delete(task: "Task", timer: int) -> int:
    task.process.timers.discard(timer & 0xFFFF_FFFF)
    return task.host(TIMER_DELETE, timer)


def delete_all(process: "Process") -> None:
    """A new program (execve) starts without the old one's timers."""
    from blinkenlights.core import host

    for timer in process.timers:
        host.at_once(TIMER_DELETE, timer)
    process.timers.clear()
