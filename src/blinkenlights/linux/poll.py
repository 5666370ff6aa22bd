"""Waiting with a signal mask of its own: pselect6, ppoll, epoll_pwait.

The host kernel sets the mask, waits and puts the old one back as one step, so a signal can't slip
between. The guest may not block the signals that its own instructions raise.
"""

from array import array

from blinkenlights.linux.abi import EINVAL, at, s32
from blinkenlights.linux.signal import SYNCHRONOUS, after_wait

TYPE_CHECKING = False
if TYPE_CHECKING:
    from blinkenlights.linux.task import Task

PSELECT6, PPOLL, EPOLL_PWAIT, EPOLL_PWAIT2 = 270, 271, 281, 441
KCMP, KCMP_EPOLL_TFD, KCMP_EPOLL_SLOT = 312, 7, 12
SIGSET = 8
LARGEST_SET = 1 << 20  # bits; more descriptors than a process can have


def _wait(task: "Task", mask: int | None, number: int, *args: int) -> int:
    """Call the host, the last two arguments being the mask and its size."""
    if mask is None:
        return task.host(number, *args, 0, SIGSET)  # type: ignore[call-arg]
    host_mask = array("Q", [mask & ~SYNCHRONOUS])
    result = task.host(number, *args, at(host_mask), SIGSET)  # type: ignore[call-arg]
    return after_wait(task, mask, result)


def signal_mask(task: "Task", address: int, size: int) -> int | None:
    """The guest's temporary mask; None for none."""
    if not address:
        return None
    if size != SIGSET:
        raise OSError(EINVAL, "signal set")
    return task.space.u64(address)


def sys_pselect6(task: "Task", n: int, reading: int, writing: int, other: int, timeout: int, sig: int) -> int:
    space = task.space
    if s32(n) < 0:
        return -EINVAL
    size = (min(n & 0x7FFF_FFFF, LARGEST_SET) + 63) // 64 * 8
    mask = signal_mask(task, space.u64(sig), space.u64(sig + 8)) if sig else None
    host_mask = array("Q", [0 if mask is None else mask & ~SYNCHRONOUS])
    extra = array("Q", [0 if mask is None else at(host_mask), SIGSET])
    pointer = space.pointer
    result = task.host(
        PSELECT6,
        n,
        pointer(reading, size, True),
        pointer(writing, size, True),
        pointer(other, size, True),
        pointer(timeout, 16, True),
        at(extra),
    )
    return result if mask is None else after_wait(task, mask, result)


def sys_ppoll(task: "Task", fds: int, count: int, timeout: int, sig: int, size: int) -> int:
    space = task.space
    mask = signal_mask(task, sig, size)
    polled = space.pointer(fds, 8 * min(count & 0xFFFF_FFFF, LARGEST_SET), True)
    return _wait(task, mask, PPOLL, polled, count, space.pointer(timeout, 16, True))


def sys_epoll_pwait(task: "Task", fd: int, out: int, count: int, timeout: int, sig: int, size: int) -> int:
    mask = signal_mask(task, sig, size)
    events = task.space.pointer(out, _room(count), True)
    return _wait(task, mask, EPOLL_PWAIT, fd, events, count, timeout)


def sys_epoll_pwait2(task: "Task", fd: int, out: int, count: int, timeout: int, sig: int, size: int) -> int:
    space = task.space
    mask = signal_mask(task, sig, size)
    events = space.pointer(out, _room(count), True)
    return _wait(task, mask, EPOLL_PWAIT2, fd, events, count, space.pointer(timeout, 16))


def _room(count: int) -> int:
    """Bytes of so many struct epoll_event."""
    return 12 * max(0, min(s32(count), LARGEST_SET))


def sys_kcmp(task: "Task", first: int, second: int, kind: int, one: int, other: int) -> int:
    """Its last argument is a pointer where descriptors watched by an epoll are compared, see kcmp(2)."""
    if kind & 0xFFFF_FFFF == KCMP_EPOLL_TFD:
        other = task.space.pointer(other, KCMP_EPOLL_SLOT)
    return task.host(KCMP, first, second, kind, one, other)
