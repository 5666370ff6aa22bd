"""Threads: clone, exit, and what belongs to one thread alone.

A guest thread is a host thread with a processor of its own. The first one, the leader, runs on
Python's main thread, which stays until the process ends.
"""

import _thread
import posix
from errno import E2BIG, EAGAIN, EFAULT, EINVAL, ENODEV, EPERM, ESRCH

from blinkenlights.core import engine, host
from blinkenlights.linux import futex, kernel, signal
from blinkenlights.linux.process import fork, tell, vfork
from blinkenlights.linux.task import Task
from blinkenlights.structs import Struct

TYPE_CHECKING = False
CLONE_VM = 0x100
CLONE_FS = 0x200
CLONE_SIGHAND = 0x800
CLONE_PIDFD = 0x1000
CLONE_VFORK = 0x4000
CLONE_PARENT = 0x8000
CLONE_THREAD = 0x10000
CLONE_NEWNS = 0x20000
CLONE_SETTLS = 0x80000
CLONE_PARENT_SETTID = 0x100000
CLONE_CHILD_CLEARTID = 0x200000
CLONE_CHILD_SETTID = 0x1000000
CLONE_NEWCGROUP = 0x2000000
CLONE_NEWUTS = 0x4000000
CLONE_NEWIPC = 0x8000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
CLONE_IO = 0x80000000
CLONE_CLEAR_SIGHAND = 0x100000000
CLONE_INTO_CGROUP = 0x200000000
EXIT_SIGNAL_MASK = 0xFF
# Only the host's own clone can do these.
NAMESPACES = (
    CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET
)

# Flags that can't be together, unless one of the second number is there too.
CONTRADICTIONS = (
    (CLONE_NEWNS | CLONE_FS, 0),
    (CLONE_NEWUSER | CLONE_FS, 0),
    (CLONE_THREAD, CLONE_SIGHAND),
    (CLONE_SIGHAND, CLONE_VM),
    (CLONE_THREAD | CLONE_NEWUSER, 0),
    (CLONE_THREAD | CLONE_NEWPID, 0),
    (CLONE_SIGHAND | CLONE_CLEAR_SIGHAND, 0),
)

ARCH_SET_GS, ARCH_SET_FS, ARCH_GET_FS, ARCH_GET_GS = range(0x1001, 0x1005)
ARCH_GET_CPUID, ARCH_SET_CPUID = 0x1011, 0x1012

RAX, RSP = 0, 4
ROBUST_LIST_HEAD_SIZE = 24
HOST_STACK = 512 << 10  # for Python and the engine; the guest's stack is elsewhere

CLONE_ARGS = Struct("<11Q")
SMALLEST_CLONE_ARGS = 64

SYS_GETTID = 186
SYS_TGKILL = 234
SYS_PIDFD_OPEN = 434
PIDFD_THREAD = 0x80


class CloneRequest:
    """What clone and clone3 ask for."""

    __slots__ = ("child_tid", "exit_signal", "flags", "parent_tid", "pidfd", "stack", "tls")

    def __init__(
        self, flags: int, stack: int, parent_tid: int, child_tid: int, tls: int, exit_signal: int, pidfd: int
    ) -> None:
        self.flags = flags
        self.stack = stack  # the new stack pointer; 0: the caller's
        self.parent_tid = parent_tid
        self.child_tid = child_tid
        self.tls = tls
        self.exit_signal = exit_signal
        self.pidfd = pidfd


# -- clone -----------------------------------------------------------------------------------------


def sys_clone(task: Task, flags: int, stack: int, parent_tid: int, child_tid: int, tls: int) -> int:
    exit_signal = flags & EXIT_SIGNAL_MASK
    flags &= 0xFFFFFFFF & ~EXIT_SIGNAL_MASK
    if flags & CLONE_PIDFD and flags & CLONE_PARENT_SETTID:
        return -EINVAL
    return clone(task, CloneRequest(flags, stack, parent_tid, child_tid, tls, exit_signal, parent_tid))


def sys_clone3(task: Task, arguments: int, size: int) -> int:
    if size < SMALLEST_CLONE_ARGS:
        return -EINVAL
    if size > 4096:
        return -E2BIG
    raw = task.space.read(arguments, size)
    if any(raw[CLONE_ARGS.size :]):
        return -E2BIG  # fields of a newer kernel
    flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, _ = (
        CLONE_ARGS.unpack(raw[: CLONE_ARGS.size].ljust(CLONE_ARGS.size, b"\0"))
    )
    if flags & EXIT_SIGNAL_MASK or exit_signal > 64 or bool(stack) != bool(stack_size):
        return -EINVAL
    if flags & (CLONE_THREAD | CLONE_PARENT) and exit_signal:
        return -EINVAL
    if set_tid_size or set_tid:
        return -EPERM
    if flags & CLONE_INTO_CGROUP:
        return -EINVAL
    return clone(
        task,
        CloneRequest(
            flags, stack + stack_size if stack else 0, parent_tid, child_tid, tls, exit_signal, pidfd
        ),
    )


def clone(task: Task, request: CloneRequest) -> int:
    flags = request.flags
    if any(flags & these == these and not flags & without for these, without in CONTRADICTIONS):
        return -EINVAL
    if flags & CLONE_THREAD:
        return start_thread(task, request)
    if flags & CLONE_VFORK:
        return vfork(task, request)
    if flags & CLONE_VM and task.process.embedded is None:
        from blinkenlights.linux.sharing import start_process

        return start_process(task, request)
    return fork(task, request)


def start_thread(task: Task, request: CloneRequest) -> int:
    process = task.process
    if task.exiting:
        return -signal.ERESTARTSYS
    if process.embedded is not None:
        return process.embedded.start_thread(task, request)
    if request.flags & CLONE_PIDFD and process.space.allowed(request.pidfd, 4, 2) < 4:
        return -EFAULT
    process.threaded = True
    host.set_mask(signal.ALL)
    try:
        cpu = engine.Processor(process.space, task.cpu)
        cpu.set(RAX, 0)
        if request.stack:
            cpu.set(RSP, request.stack)
        if request.flags & CLONE_SETTLS:
            cpu.fs_base = request.tls
        child = Task(process, cpu)
        child.sigmask = task.sigmask
        child.altstack = (0, signal.SS_DISABLE, 0)
        child.seccomp = task.seccomp
        started = _thread.allocate_lock()
        started.acquire()
        go = _thread.allocate_lock()
        go.acquire()
        _thread.stack_size(HOST_STACK)
        _thread.start_new_thread(thread_main, (child, request, started, go))
        started.acquire()
        if request.flags & CLONE_PARENT_SETTID:
            tell(process.space, request.parent_tid, child.tid)
        if request.flags & CLONE_PIDFD:
            tell(process.space, request.pidfd, host.at_once(SYS_PIDFD_OPEN, child.tid, PIDFD_THREAD))
        go.release()
        return child.tid
    except (RuntimeError, MemoryError):  # the host has no more threads, or no memory for one
        return -EAGAIN
    finally:
        host.set_mask(task.sigmask & ~signal.SYNCHRONOUS)


def thread_main(
    task: Task, request: CloneRequest, started: "_thread.LockType", go: "_thread.LockType"
) -> None:
    """The new host thread; all signals are blocked in it still, but one that the C library needs itself."""
    host.set_mask(signal.ALL)
    with kernel.Guard(task.process):
        process = task.process
        task.cpu.bind()
        task.tid = host.at_once(SYS_GETTID)
        process.tasks[task.tid] = task
        if process.kicking:
            task.exiting = True
        started.release()
        go.acquire()
        if request.flags & CLONE_CHILD_CLEARTID:
            task.clear_child_tid = request.child_tid
        if request.flags & CLONE_CHILD_SETTID:
            tell(process.space, request.child_tid, task.tid)
        host.set_mask(task.sigmask & ~signal.SYNCHRONOUS)
        kernel.run(task)
        host.set_mask(signal.ALL)
        signal.hand_back(task)
        leave(task)
        signal.hand_back_held(task, task.held)
        host.unbind()


# -- the end of a thread ---------------------------------------------------------------------------


def sys_exit(task: Task, status: int) -> int:
    task.exiting = True
    process = task.process
    process.exit_status = status & 0xFF  # the last thread's counts
    if len(process.tasks) == 1:
        from blinkenlights.linux.process import end

        end(task, process.exit_status)
    return 0


def leave(task: Task) -> None:
    """Do what the kernel does for a thread that is over."""
    process = task.process
    futex.release_robust(task)
    futex.clear_child_tid(task)
    process.tasks.pop(task.tid, None)
    if not process.tasks and process.next_program is None and not process.kicking:
        from blinkenlights.linux.process import end

        end(task, process.exit_status)
    if process.next_program is not None or not process.tasks:
        wake_leader(task)


def wake_leader(task: Task) -> None:
    wake = task.process.leader_wake
    if wake.locked():
        try:  # noqa: SIM105 - contextlib is slow to import
            wake.release()
        except RuntimeError:  # another thread was first
            pass


def stop_others(task: Task) -> None:
    """End every other thread of the process, but for Python's main thread, which waits."""
    process = task.process
    process.kicking = True
    pause = 0.0002
    while True:
        others = [other for other in list(process.tasks.values()) if other is not task]
        if not others:
            break
        for other in others:
            other.exiting = True
            other.cpu.attend()
            # never blocked on the host, so this ends any wait
            host.at_once(SYS_TGKILL, process.pid, other.tid, signal.SIGSEGV)
        nap(pause)
        pause = min(pause * 2, 0.02)
    if process.leader is task:
        until_alone()


def until_alone() -> None:
    """Wait until the host's other threads are gone, too: a program starts with one."""
    for _ in range(100):
        if len(posix.listdir("/proc/self/task")) == 1:
            break
        nap(0.0002)


def nap(seconds: float) -> None:
    lock = _thread.allocate_lock()
    lock.acquire()
    lock.acquire(True, seconds)


# -- calls about the calling thread ----------------------------------------------------------------


def sys_set_tid_address(task: Task, word: int) -> int:
    task.clear_child_tid = word
    return task.tid


def sys_set_robust_list(task: Task, head: int, length: int) -> int:
    if length != ROBUST_LIST_HEAD_SIZE:
        return -EINVAL
    task.robust_list = head
    return 0


def sys_get_robust_list(task: Task, tid: int, head: int, length: int) -> int:
    tid &= 0xFFFFFFFF
    other = task if tid in (0, task.tid) else task.process.tasks.get(tid)
    if other is None:
        try:
            posix.stat(f"/proc/{tid}")
        except OSError:
            return -ESRCH
        return -EPERM
    task.space.put_u64(length, ROBUST_LIST_HEAD_SIZE)
    task.space.put_u64(head, other.robust_list)
    return 0


def sys_arch_prctl(task: Task, code: int, address: int) -> int:
    cpu = task.cpu
    code &= 0xFFFFFFFF
    if code in (ARCH_SET_FS, ARCH_SET_GS):
        if address >= 1 << 47:
            return -EPERM
        if code == ARCH_SET_FS:
            cpu.fs_base = address
        else:
            cpu.gs_base = address
        return 0
    if code in (ARCH_GET_FS, ARCH_GET_GS):
        task.space.put_u64(address, cpu.fs_base if code == ARCH_GET_FS else cpu.gs_base)
        return 0
    if code == ARCH_GET_CPUID:
        return 1
    if code == ARCH_SET_CPUID:
        return -ENODEV
    return -EINVAL
