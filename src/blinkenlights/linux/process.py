"""Processes: fork, vfork, their end, and what belongs to a process as a whole.

A guest process is a host process. A child of vfork is a forked one too, with memory of its own: its
parent waits until it has run a program or ended, and if it ended, takes over the pages that it
wrote, because that is how a failed exec is reported (posix_spawn).
"""

import posix
from errno import EINVAL, EPERM

from blinkenlights.core import host
from blinkenlights.core.memory import GuestFault
from blinkenlights.linux import futex, signal
from blinkenlights.linux.task import Process
from blinkenlights.structs import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from blinkenlights.core.memory import AddressSpace
    from blinkenlights.linux.task import Task
    from blinkenlights.linux.thread import CloneRequest

PAGE = 4096
RAX, RSP = 0, 4

CLONE_FS = 0x200
CLONE_FILES = 0x400
CLONE_PIDFD = 0x1000
CLONE_VFORK = 0x4000
CLONE_PARENT = 0x8000
CLONE_SETTLS = 0x80000
CLONE_PARENT_SETTID = 0x100000
CLONE_CHILD_CLEARTID = 0x200000
CLONE_CHILD_SETTID = 0x1000000
CLONE_IO = 0x80000000
CLONE_CLEAR_SIGHAND = 0x100000000
NAMESPACES = 0x7E020000

SYS_CLONE = 56
SYS_UNAME = 63
SYS_PRCTL = 157
SYS_GETPID = 39
SYS_GETTID = 186
SYS_PIDFD_OPEN = 434

RELEASE = b"4.0-blink-0.1.0"
UTSNAME_FIELD = 65

DIRTY_PAGE = Struct("<Q")
_warm = False  # see warm_up
MOST_SCANNED = 1 << 30  # bytes of writable memory looked through for what a vfork child wrote


# -- fork ------------------------------------------------------------------------------------------


def sys_fork(task: "Task") -> int:
    return fork(task, None)


def sys_vfork(task: "Task") -> int:
    return vfork(task, None)


def fork(task: "Task", request: "CloneRequest | None") -> int:
    """The parent gets the child's process id, the child 0, each with its registers as they should be."""
    with task.process.fork_lock:
        return fork_alone(task, request)


def fork_alone(task: "Task", request: "CloneRequest | None") -> int:
    """`fork`; the caller holds `fork_lock`, and no other thread is in the middle of changing mappings."""
    process = task.process
    if not _warm:
        warm_up(task)
    process.forks = True
    host.set_mask(signal.ALL)
    try:
        if signal.is_waiting() or task.exiting:
            return -signal.ERESTARTSYS  # or the signal would be the child's too
        with process.memory_lock:
            task.space.hold()
            try:
                pid = host_fork(task, request)
            finally:
                task.space.let_go()
        if pid == 0:
            become_child(task, request)
        elif pid > 0 and request is not None:
            tell_parent(task, request, pid)
        return pid
    finally:
        host.set_mask(task.sigmask & ~signal.SYNCHRONOUS)


def warm_up(task: "Task") -> None:
    """Import what a child will need most likely, once here instead of in each child.

    That is also what makes forks without Python from now on, where the process is settled.
    """
    global _warm
    _warm = True
    import array
    import fcntl
    import resource

    from blinkenlights.core import program_calls
    from blinkenlights.core.execute import load_usual
    from blinkenlights.linux import exceptions, kernel, log, thread

    load_usual()
    if task.process.embedded is None:
        program_calls.install()
    assert array and fcntl and resource and exceptions and log and thread
    kernel.resolve_usual(task)


def host_fork(task: "Task", request: "CloneRequest | None") -> int:
    if request is None:
        return posix.fork()
    odd = request.flags & (NAMESPACES | CLONE_FS | CLONE_FILES | CLONE_PARENT | CLONE_IO)
    if not odd and request.exit_signal == signal.SIGCHLD:
        return posix.fork()
    # the C library's fork can't do these
    if len(task.process.tasks) > 1:
        return host.clone_process(odd | request.exit_signal)
    if task.process.threaded:
        from blinkenlights.linux.thread import until_alone

        until_alone()
    return host.syscall(SYS_CLONE, odd | request.exit_signal)


def become_child(task: "Task", request: "CloneRequest | None") -> None:
    process = task.process
    process.pid = host.at_once(SYS_GETPID)
    task.tid = process.pid
    process.tasks = {task.tid: task}
    process.leader = task
    process.kicking = False
    process.next_program = None
    task.exiting = False  # that was its parent's thread
    process.reset_locks()
    for fd in process.vfork_pipes:
        posix.close(fd)
    process.private_fds -= process.vfork_pipes
    process.vfork_pipes.clear()
    if process.vfork_fd >= 0:
        posix.close(process.vfork_fd)
        process.private_fds.discard(process.vfork_fd)
        process.vfork_fd = -1
    process.timers.clear()
    process.rings.clear()
    process.tracees.clear()
    if process.tracer:
        from blinkenlights.linux import ptrace

        ptrace.forget_tracer(task)
    process.shares_memory = False
    process.traceable = process.embedded is None
    process.embedded = None
    task.held.clear()
    task.robust_list = 0
    task.clear_child_tid = 0
    if request is None:
        return
    if request.flags & CLONE_CLEAR_SIGHAND:
        signal.reset_actions(task)
    if request.stack:
        task.cpu.set(RSP, request.stack)
    if request.flags & CLONE_SETTLS:
        task.cpu.fs_base = request.tls
    if request.flags & CLONE_CHILD_CLEARTID:
        task.clear_child_tid = request.child_tid
    if request.flags & CLONE_CHILD_SETTID:
        tell(process.space, request.child_tid, task.tid)


def tell_parent(task: "Task", request: "CloneRequest", pid: int) -> None:
    if request.flags & CLONE_PARENT_SETTID:
        tell(task.space, request.parent_tid, pid)
    if request.flags & CLONE_PIDFD:
        tell(task.space, request.pidfd, host.at_once(SYS_PIDFD_OPEN, pid, 0))


def tell(space: "AddressSpace", address: int, number: int) -> bool:
    """Write a thread's or descriptor's number. As in the kernel, it does no harm where it can't be told."""
    try:
        space.put_u32(address, number)
    except GuestFault:
        return False
    return True


# -- vfork -----------------------------------------------------------------------------------------


def vfork(task: "Task", request: "CloneRequest | None") -> int:
    """Fork, and wait for the child's exec or end."""
    from blinkenlights.linux.log import raise_fd

    process = task.process
    pid = -1
    with process.fork_lock:  # no other child may have the writing end: its parent waits for that to be closed
        reading, writing = (raise_fd(fd) for fd in posix.pipe())
        try:
            pid = fork_alone(task, request)
        finally:
            if pid:
                posix.close(writing)
            if pid <= 0:
                posix.close(reading)
        if pid < 0:
            return pid
        if pid == 0:
            process.vfork_fd = writing
            process.private_fds.add(writing)
            return 0
        process.vfork_pipes.add(reading)
        process.private_fds.add(reading)
    try:
        take_over(task, reading)
    finally:
        process.vfork_pipes.discard(reading)
        process.private_fds.discard(reading)
        posix.close(reading)
    return pid


def take_over(task: "Task", fd: int) -> None:
    """Wait for a vfork child to let go, and copy the pages it wrote, if it sends any."""
    data = bytearray()
    while (piece := host.patient_read(fd, 1 << 16)) != b"":
        if piece is not None:
            data += piece
        elif task.exiting:  # execve in another thread, which doesn't wait for this one's child
            return
    if not data:
        return
    space = task.space
    alone = len(task.process.tasks) == 1
    stack = stack_around(task) if not alone else (0, space.size)
    step = DIRTY_PAGE.size + PAGE
    for at in range(0, len(data) - step + 1, step):
        (address,) = DIRTY_PAGE.unpack_from(data, at)
        if not stack[0] <= address < stack[1]:
            continue  # other threads of this process may have written here meanwhile
        content = bytes(data[at + DIRTY_PAGE.size : at + step])
        if space.read(address, PAGE) != content:
            space.write(address, content)


def stack_around(task: "Task") -> tuple[int, int]:
    sp = task.cpu.get(RSP)
    for mapping in task.space.maps():
        if mapping.start <= sp < mapping.end:
            return mapping.start, mapping.end
    return 0, 0


def release_parent(process: Process) -> None:
    """A vfork child has become another program: its parent may go on."""
    if process.vfork_fd >= 0:
        posix.close(process.vfork_fd)
        process.private_fds.discard(process.vfork_fd)
        process.vfork_fd = -1


def send_dirty_pages(process: Process) -> None:
    """A vfork child that ends: what it wrote to memory is its parent's too."""
    from blinkenlights.core import pagemap

    space = process.space
    scanned = 0
    try:
        for mapping in space.maps():
            writable_private = mapping.prot & 2 and mapping.flags & 3 == 2
            scanned += mapping.end - mapping.start
            if not writable_private or scanned > MOST_SCANNED:
                continue
            flags = pagemap.flags(space.base + mapping.start, mapping.end - mapping.start)
            for i, flag in enumerate(flags) if any(flags) else ():
                if flag & pagemap.EXCLUSIVE:
                    address = mapping.start + i * PAGE
                    posix.write(process.vfork_fd, DIRTY_PAGE.pack(address) + space.read(address, PAGE))
    except OSError:
        process.log("can't tell a vfork parent what its child wrote", once=True)


# -- the end ---------------------------------------------------------------------------------------


def sys_exit_group(task: "Task", status: int) -> int:
    task.exiting = True
    end(task, status & 0xFF)
    return 0


def before_exit(task: "Task") -> None:
    """What must not be lost when the process ends, by itself or by a signal."""
    process = task.process
    if process.tracees:
        from blinkenlights.linux import ptrace

        ptrace.let_all_go(process)
    for other in list(process.tasks.values()):
        futex.release_robust(other)
    if process.vfork_fd >= 0:
        send_dirty_pages(process)
    if process.at_exit is not None:
        process.at_exit(task)


def end(task: "Task", status: int) -> None:
    """The whole process ends, with all of its threads."""
    if task.process.tracer:
        from blinkenlights.linux import ptrace

        ptrace.exit_stop(task, status << 8)
    before_exit(task)
    if task.process.embedded is not None:
        task.exiting = True
        task.process.embedded.exit(task, status)
        return
    host.leave_process(status)


# -- identity --------------------------------------------------------------------------------------


def sys_uname(task: "Task", out: int) -> int:
    space = task.space
    result = host.syscall(SYS_UNAME, space.pointer(out, 6 * UTSNAME_FIELD, True))
    if result == 0:
        release = task.process.options.release or RELEASE
        for field, value in ((0, b"Linux"), (2, release), (4, b"x86_64")):
            space.write(out + field * UTSNAME_FIELD, value[: UTSNAME_FIELD - 1].ljust(UTSNAME_FIELD, b"\0"))
    return result


# -- prctl -----------------------------------------------------------------------------------------

PR_SET_NAME = 15
PR_GET_SECCOMP = 21
PR_SET_SECCOMP = 22
PR_SET_MM = 35
PR_GET_TID_ADDRESS = 40
PR_SET_VMA = 0x53564D41
PR_GET_AUXV = 0x41555856

# Options whose arguments are all numbers; the host does them.
PR_NUMBERS = frozenset(
    (
        1, 3, 4, 7, 8, 13, 14, 23, 24, 27, 28, 29, 30, 33, 34, 36, 38, 39, 41, 42, 47, 52, 53, 57, 58, 67, 68,
        0x59616D61,
    )
)  # fmt: skip
# Options with a pointer to a result of so many bytes as argument 2.
PR_RESULTS = {2: 4, 5: 4, 6: 4, 9: 4, 11: 4, 16: 16, 19: 4, 25: 4, 37: 4}


def sys_prctl(task: "Task", option: int, a: int, b: int, c: int, d: int) -> int:
    space = task.space
    option &= 0xFFFFFFFF
    if option == PR_SET_NAME:
        name = space.read_cstring(a)[:15]
        result = host.syscall(SYS_PRCTL, option, space.pointer(a, 16))
        if result == 0 and task is task.process.leader:
            task.process.comm = name
        return result
    if option in PR_NUMBERS:
        return host.syscall(SYS_PRCTL, option, a, b, c, d)
    if option in PR_RESULTS:
        return host.syscall(SYS_PRCTL, option, space.pointer(a, PR_RESULTS[option], True), b, c, d)
    if option in (PR_GET_SECCOMP, PR_SET_SECCOMP):
        from blinkenlights.linux import seccomp

        return seccomp.mode_of(task) if option == PR_GET_SECCOMP else seccomp.set_mode(task, a, b)
    if option == PR_GET_TID_ADDRESS:
        space.put_u64(a, task.clear_child_tid)
        return 0
    if option == PR_SET_VMA:
        if a or not c:
            return -EINVAL
        space.set_name(b, b"[anon:" + space.read_cstring(d)[:80] + b"]" if d else b"")
        return 0
    if option == PR_GET_AUXV:
        auxv = task.process.auxv
        space.write(a, auxv[:b])
        return len(auxv)
    if option == PR_SET_MM:
        return -EPERM
    task.process.log(f"prctl: unknown option {option}", once=True)
    return -EINVAL

