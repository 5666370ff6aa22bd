"""Processes that share their parent's memory without being its threads (clone with CLONE_VM alone).

Such a process is one on the host, too: it shares this whole process's memory, Python's and the
engine's included. A host thread lends it its stack, its thread-local storage and its Python thread
state, and waits in the host's kernel until the process is over, as a parent does at vfork.

The process must not end while it holds Python's lock, so it catches the signals that would kill it;
only SIGKILL at a bad moment can't be helped.
"""

import _thread
import sys
from array import array
from errno import EAGAIN

from blinkenlights.core import engine, host
from blinkenlights.linux import kernel, signal
from blinkenlights.linux.process import tell
from blinkenlights.linux.task import Process, Task
from blinkenlights.linux.thread import (
    CLONE_CHILD_CLEARTID,
    CLONE_CHILD_SETTID,
    CLONE_CLEAR_SIGHAND,
    CLONE_FS,
    CLONE_IO,
    CLONE_PARENT,
    CLONE_PARENT_SETTID,
    CLONE_PIDFD,
    CLONE_SETTLS,
    CLONE_SIGHAND,
    HOST_STACK,
    NAMESPACES,
    RAX,
    RSP,
    SYS_PIDFD_OPEN,
    CloneRequest,
    leave,
)

CLONE_FILES = 0x400
HOST_FLAGS = CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_IO | CLONE_PARENT | NAMESPACES
# What a process has of its own although its memory is shared.
OWN = (
    "tasks", "leader", "leader_wake", "timers", "pid", "vfork_fd", "next_program", "kicking", "exit_status",
)  # fmt: skip


class Start:
    """What the new process and the one that starts it tell each other."""

    def __init__(self) -> None:
        self.result = 0
        self.started = _thread.allocate_lock()
        self.started.acquire()
        self.go = _thread.allocate_lock()
        self.go.acquire()


def start_process(task: Task, request: CloneRequest) -> int:
    host.set_mask(signal.ALL)
    try:
        cpu = engine.Processor(task.space, task.cpu)
        cpu.set(RAX, 0)
        if request.stack:
            cpu.set(RSP, request.stack)
        if request.flags & CLONE_SETTLS:
            cpu.fs_base = request.tls
        start = Start()
        if task.exiting:
            return -signal.ERESTARTSYS
        _thread.stack_size(HOST_STACK)
        _thread.start_new_thread(lend, (task, cpu, request, start))
        start.started.acquire()
        if start.result > 0:
            tell_parent(task, request, start.result)
            start.go.release()
        return start.result
    except (RuntimeError, MemoryError):  # the host has no more threads, or no memory for one
        return -EAGAIN
    finally:
        host.set_mask(task.sigmask & ~signal.SYNCHRONOUS)


def tell_parent(task: Task, request: CloneRequest, pid: int) -> None:
    if request.flags & CLONE_PARENT_SETTID:
        tell(task.space, request.parent_tid, pid)
    if request.flags & CLONE_PIDFD:
        tell(task.space, request.pidfd, host.at_once(SYS_PIDFD_OPEN, pid, 0))


def lend(parent: Task, cpu: "engine.Processor", request: CloneRequest, start: Start) -> None:
    """The thread that lends itself; what comes after `clone_lent` runs in the new process."""
    host.set_mask(signal.ALL)
    with kernel.Guard(parent.process):
        failure = host.clone_lent(request.flags & HOST_FLAGS | request.exit_signal)
        if failure < 0:
            start.result = failure
            start.started.release()
            return
        process = Process(parent.space, parent.process.options)
        fresh = {name: getattr(process, name) for name in OWN}
        process.__dict__.update(parent.process.__dict__)
        process.__dict__.update(fresh)
        process.brk_start, process.brk = parent.process.brk_start, parent.process.brk
        process.shares_memory = True
        if not request.flags & CLONE_SIGHAND:
            process.actions = dict(process.actions)
        for signo in range(1, 65):
            if signo not in process.actions and signal.kills(signo):
                host.set_action(signo, host.CATCH, 0)
        cpu.bind()
        task = Task(process, cpu)
        task.belong(parent.process)  # one heap and one layout for both
        task.enter()
        task.sigmask = parent.sigmask
        task.altstack = (0, signal.SS_DISABLE, 0)
        task.seccomp = parent.seccomp
        process.tasks[task.tid] = task
        process.leader = task
        start.result = process.pid
        start.started.release()
        start.go.acquire()
        if request.flags & CLONE_CLEAR_SIGHAND:
            signal.reset_actions(task)
        if request.flags & CLONE_CHILD_CLEARTID:
            task.clear_child_tid = request.child_tid
        if request.flags & CLONE_CHILD_SETTID:
            tell(process.space, request.child_tid, task.tid)
        host.set_mask(task.sigmask & ~signal.SYNCHRONOUS)
        kernel.run(task)
        host.set_mask(signal.ALL)
        leave(task)
        host.leave_thread()


# -- execve ----------------------------------------------------------------------------------------

SYS_EXECVE = 59
START = "import sys; sys.path[:] = {path!r}; from blinkenlights.cli.blink import main; main()"


def execute(task: Task, path: bytes, argv: list[bytes], environ: list[bytes]) -> int:
    """Another program in memory of its own: a fresh blink, as this memory is the parent's, too."""
    options = task.process.options
    words = [sys.executable.encode(), b"-I", b"-S", b"-c", START.format(path=sys.path).encode()]
    words += [flag for flag, wanted in ((b"-j", not options.jit), (b"-m", options.virtual)) if wanted]
    if options.log_path:
        words += [b"-L", options.log_path]
    if options.release:
        words += [b"--release", options.release]
    strings, addresses = string_array([*words, b"-0", path, *(argv or [b""])])
    more_strings, more_addresses = string_array(environ)
    result = host.syscall(
        SYS_EXECVE, strings[0].buffer_info()[0], addresses.buffer_info()[0], more_addresses.buffer_info()[0]
    )
    del strings, more_strings  # they had to live until here
    return result


def string_array(words: list[bytes]) -> "tuple[list[array[int]], array[int]]":
    """Strings and the array of pointers to them, for the host's kernel."""
    strings = [array("B", word + b"\0") for word in words]
    return strings, array("Q", [*(string.buffer_info()[0] for string in strings), 0])
