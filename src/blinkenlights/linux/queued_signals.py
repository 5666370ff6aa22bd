"""System calls of an embedded guest about signals, which are a queue of ours (`embedded.Guest.queue`)."""

import os
from errno import EAGAIN, EINTR, EINVAL, EPERM, ESRCH
from struct import Struct

from blinkenlights.core import host
from blinkenlights.linux import signal
from blinkenlights.linux.task import guest_of
from blinkenlights.tables.syscall_numbers import NUMBERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from blinkenlights.linux.task import Task

SI_USER, SI_KERNEL_CODE, SI_QUEUE, SI_TKILL, SI_TIMER = 0, 0x80, -1, -6, -2
SIGALRM = 14
SIGINFO = Struct("<iii4xiI")  # signo, errno, code, pid, uid
POLL_CALL = NUMBERS["poll"]
RESTARTED = 512


def user_info(signo: int, code: int = SI_USER) -> bytes:
    return SIGINFO.pack(signo, 0, code, os.getpid(), os.getuid()).ljust(128, b"\0")


def send(task: "Task", number: int, pid: int, signo: int, info: bytes, arguments: tuple[int, ...]) -> int:
    """To this process: into the queue. To another: the host's own call."""
    pid = signed(pid)
    process = task.process
    if pid in (process.pid, 0) or pid == -os.getpgrp():
        return post_checked(task, signo, info, 0)
    if pid == -1:
        return -EPERM  # that would be everything of this user's, Python included
    return task.host(number, *arguments)


def post_checked(task: "Task", signo: int, info: bytes, tid: int) -> int:
    signo &= 0xFFFFFFFF
    if signo > 64:
        return -EINVAL
    if signo:
        guest_of(task).post(signo, info, tid)
    return 0


def signed(value: int) -> int:
    value &= 0xFFFFFFFF
    return value - (1 << 32) if value >> 31 else value


def sys_kill(task: "Task", pid: int, signo: int) -> int:
    return send(task, NUMBERS["kill"], pid, signo, user_info(signo & 0x7F), (pid, signo))


def sys_tkill(task: "Task", tid: int, signo: int) -> int:
    tid &= 0xFFFFFFFF
    if tid not in task.process.tasks:
        return -ESRCH
    return post_checked(task, signo, user_info(signo & 0x7F, SI_TKILL), tid)


def sys_tgkill(task: "Task", pid: int, tid: int, signo: int) -> int:
    if signed(pid) != task.process.pid:
        return task.host(NUMBERS["tgkill"], pid, tid, signo)
    return sys_tkill(task, tid, signo)


def sys_rt_sigqueueinfo(task: "Task", pid: int, signo: int, info: int) -> int:
    if signed(pid) != task.process.pid:
        return task.host(NUMBERS["rt_sigqueueinfo"], pid, signo, task.space.pointer(info, 128))
    data = signo.to_bytes(4, "little") + task.space.read(info, 128)[4:]
    return post_checked(task, signo, data, 0)


def sys_rt_tgsigqueueinfo(task: "Task", pid: int, tid: int, signo: int, info: int) -> int:
    tid &= 0xFFFFFFFF
    if signed(pid) != task.process.pid or tid not in task.process.tasks:
        return -ESRCH
    data = signo.to_bytes(4, "little") + task.space.read(info, 128)[4:]
    return post_checked(task, signo, data, tid)


def sys_rt_sigpending(task: "Task", out: int, size: int) -> int:
    if size > 8:
        return -EINVAL
    pending = 0
    for signo, _info, tid in guest_of(task).queue:
        if tid in (0, task.tid):
            pending |= signal.bit(signo)
    task.space.write(out, (pending & task.sigmask).to_bytes(8, "little")[:size])
    return 0


def sys_rt_sigprocmask(task: "Task", how: int, new: int, old: int, size: int) -> int:
    if size != 8:
        return -EINVAL
    before = task.sigmask
    if new:
        mask = task.space.u64(new)
        how &= 0xFFFFFFFF
        if how == signal.SIG_BLOCK:
            mask |= before
        elif how == signal.SIG_UNBLOCK:
            mask = before & ~mask
        elif how != signal.SIG_SETMASK:
            return -EINVAL
        task.sigmask = mask & ~signal.UNBLOCKABLE
        if guest_of(task).deliverable(task) >= 0:
            task.cpu.attend()
    if old:
        task.space.put_u64(old, before)
    return 0


def sys_rt_sigsuspend(task: "Task", mask: int, size: int) -> int:
    if size != 8:
        return -EINVAL
    guest = guest_of(task)
    wanted = task.space.u64(mask) & ~signal.UNBLOCKABLE
    if guest.deliverable(task, wanted) < 0:
        result = wait_for_signal(-1.0)
        if guest.deliverable(task, wanted) < 0:
            return result
    task.saved_mask = task.sigmask
    task.sigmask = wanted
    task.cpu.attend()
    return -EINTR


def sys_pause(task: "Task") -> int:
    guest = guest_of(task)
    if guest.deliverable(task) < 0:
        wait_for_signal(-1.0)
    task.cpu.attend()
    return -EINTR if guest.deliverable(task) >= 0 else -RESTARTED


def sys_rt_sigtimedwait(task: "Task", mask: int, info: int, timeout: int, size: int) -> int:
    if size != 8:
        return -EINVAL
    guest = guest_of(task)
    wanted = task.space.u64(mask)
    seconds = -1.0
    if timeout:
        words = task.space.read(timeout, 16)
        seconds = int.from_bytes(words[:8], "little") + int.from_bytes(words[8:], "little") / 1e9
    i = guest.deliverable(task, ~wanted)
    if i < 0:
        result = wait_for_signal(seconds)
        i = guest.deliverable(task, ~wanted)
        if i < 0:
            return result if result < 0 else -EAGAIN
    signo, data, _tid = guest.queue[i]
    del guest.queue[i]
    if info:
        task.space.write(info, data)
    return signo


def wait_for_signal(seconds: float) -> int:
    """Until this servant is kicked: -EINTR or -ERESTARTSYS; or for some time: 0."""
    return host.syscall(POLL_CALL, 0, 0, int(seconds * 1000 + 0.5) if seconds >= 0 else 0xFFFFFFFF)


OVERRIDDEN: "dict[str, Callable[..., int]]" = {
    "kill": sys_kill,
    "tkill": sys_tkill,
    "tgkill": sys_tgkill,
    "rt_sigqueueinfo": sys_rt_sigqueueinfo,
    "rt_tgsigqueueinfo": sys_rt_tgsigqueueinfo,
    "rt_sigpending": sys_rt_sigpending,
    "rt_sigprocmask": sys_rt_sigprocmask,
    "rt_sigsuspend": sys_rt_sigsuspend,
    "rt_sigtimedwait": sys_rt_sigtimedwait,
    "pause": sys_pause,
}
