"""Timers of an embedded guest: alarm, setitimer and timer_create, by threads of Python's."""

from errno import EINVAL
from struct import Struct

from blinkenlights.linux import signal
from blinkenlights.linux.queued_signals import SI_KERNEL_CODE, SI_TIMER, SIGALRM, user_info
from blinkenlights.linux.task import guest_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from blinkenlights.linux.embedded import Guest
    from blinkenlights.linux.task import Task


class Alarm:
    """A timer of the guest's, by a thread of Python's."""

    def __init__(self, guest: "Guest", signo: int = SIGALRM, info: bytes = b"") -> None:
        self.guest = guest
        self.signo = signo
        self.info = info or user_info(signo, SI_KERNEL_CODE)
        self.due = 0.0  # by time.monotonic; 0 when it is not set
        self.interval = 0.0
        self.timer: object = None

    def set(self, seconds: float, interval: float = 0.0) -> None:
        import threading
        import time

        self.cancel()
        self.interval = interval
        if seconds > 0:
            self.due = time.monotonic() + seconds
            timer = threading.Timer(seconds, self.ring)
            timer.daemon = True
            self.timer = timer
            timer.start()

    def cancel(self) -> None:
        self.due = 0.0
        if self.timer is not None:
            self.timer.cancel()  # type: ignore[attr-defined]
            self.timer = None

    def left(self) -> float:
        import time

        return max(self.due - time.monotonic(), 1e-6) if self.due else 0.0

    def ring(self) -> None:
        self.due = 0.0
        self.guest.post(self.signo, self.info)
        if self.interval and self.guest.ended is None:
            self.set(self.interval, self.interval)


TIMES = Struct("<4Q")  # an itimerval or itimerspec: interval, value


def seconds_of(whole: int, part: int, unit: int) -> float:
    return whole + part / unit


def packed(interval: float, value: float, unit: int) -> bytes:
    words = []
    for time in (interval, value):
        words += [int(time), int(time % 1 * unit)]
    return TIMES.pack(*words)


def sys_alarm(task: "Task", seconds: int) -> int:
    alarm = guest_of(task).alarm
    left = alarm.left()
    alarm.set(seconds & 0xFFFFFFFF)
    return int(left + 0.999999)


def sys_setitimer(task: "Task", which: int, new: int, old: int) -> int:
    if which & 0xFFFFFFFF:  # of processor time: the host's would count Python's
        return -EINVAL
    alarm = guest_of(task).alarm
    before = packed(alarm.interval, alarm.left(), 1_000_000)
    if new:
        i_s, i_us, s, us = TIMES.unpack(task.space.read(new, TIMES.size))
        alarm.set(seconds_of(s, us, 1_000_000), seconds_of(i_s, i_us, 1_000_000))
    if old:
        task.space.write(old, before)
    return 0


def sys_getitimer(task: "Task", which: int, out: int) -> int:
    alarm = guest_of(task).alarm
    task.space.write(out, packed(alarm.interval, alarm.left(), 1_000_000))
    return 0


SIGEVENT = Struct("<QiI")
SIGEV_SIGNAL, SIGEV_NONE, SIGEV_THREAD_ID = 0, 1, 4
TIMER_ABSTIME = 1


def sys_timer_create(task: "Task", clock: int, event: int, out: int) -> int:
    guest = guest_of(task)
    number = max(guest.timers, default=-1) + 1
    value, signo, notify = number, SIGALRM, SIGEV_SIGNAL
    if event:
        value, signo, notify = SIGEVENT.unpack(task.space.read(event, SIGEVENT.size))
    if notify not in (SIGEV_SIGNAL, SIGEV_NONE, SIGEV_THREAD_ID) or not 0 < signo <= 64:
        return -EINVAL
    info = Struct("<iii4xiiQ").pack(signo, 0, SI_TIMER, number, 0, value).ljust(128, b"\0")
    guest.timers[number] = Alarm(guest, signo if notify != SIGEV_NONE else signal.SIGCONT, info)
    task.space.put_u32(out, number)
    return 0


def timer(task: "Task", number: int) -> "Alarm | None":
    return guest_of(task).timers.get(number & 0xFFFFFFFF)


def sys_timer_settime(task: "Task", number: int, flags: int, new: int, old: int) -> int:
    import time

    alarm = timer(task, number)
    if alarm is None:
        return -EINVAL
    before = packed(alarm.interval, alarm.left(), 1_000_000_000)
    i_s, i_ns, s, ns = TIMES.unpack(task.space.read(new, TIMES.size))
    seconds = seconds_of(s, ns, 1_000_000_000)
    if flags & TIMER_ABSTIME and seconds:
        seconds = max(seconds - time.monotonic(), 1e-6)
    alarm.set(seconds, seconds_of(i_s, i_ns, 1_000_000_000))
    if old:
        task.space.write(old, before)
    return 0


def sys_timer_gettime(task: "Task", number: int, out: int) -> int:
    alarm = timer(task, number)
    if alarm is None:
        return -EINVAL
    task.space.write(out, packed(alarm.interval, alarm.left(), 1_000_000_000))
    return 0


def sys_timer_getoverrun(task: "Task", number: int) -> int:
    return 0 if timer(task, number) is not None else -EINVAL


def sys_timer_delete(task: "Task", number: int) -> int:
    alarm = guest_of(task).timers.pop(number & 0xFFFFFFFF, None)
    if alarm is None:
        return -EINVAL
    alarm.cancel()
    return 0


OVERRIDDEN: "dict[str, Callable[..., int]]" = {
    "alarm": sys_alarm,
    "setitimer": sys_setitimer,
    "getitimer": sys_getitimer,
    "timer_create": sys_timer_create,
    "timer_settime": sys_timer_settime,
    "timer_gettime": sys_timer_gettime,
    "timer_getoverrun": sys_timer_getoverrun,
    "timer_delete": sys_timer_delete,
}
