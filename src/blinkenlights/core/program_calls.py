"""fork, execve and exit_group without Python, for what programs usually ask of them.

A child that runs Python code copies a page for nearly every object that it so much as looks at, which
takes longer than all else that a fork and an exec have to do. So where Python has found that nothing is
there that only it takes care of (`ProcessInfo.settled`, see `linux.kernel.is_plain`), these calls are
made without it (`fork_calls`, `exec_calls`), and a child may run another program and end without any
Python. What Python must know of that it is told when the child next needs it (`arrive`, `take_news`);
whatever is unusual is left to `linux.process` and `linux.exec`, which do the same for every case. Nothing
is changed before it is clear who makes the call. All this is loaded before the first fork.
"""

import cython

ARCH_SET_GS = cython.declare(u32, 0x1001)
ARCH_SET_FS = cython.declare(u32, 0x1002)
# linux.signal.KNOWN_FLAGS: SA_NOCLDSTOP NOCLDWAIT SIGINFO RESTORER ONSTACK RESTART NODEFER RESETHAND
KNOWN_FLAGS = cython.declare(u64, 0xDC00_0807)


def serve(c):
    """Make the system call that the run loop was left for; False to leave it to Python."""
    number: u64 = c.reg[0]
    thread: ThreadInfoP = get_thread()
    if thread == cython.NULL or not thread.process.settled or c.pending_signal or c.mode != 64:
        return False
    if number == NR_CLONE or number == NR_FORK or number == NR_VFORK or number == NR_CLONE3:
        return quick_fork(c, thread, number)
    if number == NR_EXECVE:
        return quick_execve(c, thread)
    if number == NR_RT_SIGACTION:
        return quick_rt_sigaction(c, thread.process)
    if number == NR_EXIT_GROUP and thread.process.vfork_fd < 0 and no_robust_locks(c, thread):
        _exit(cython.cast(cython.int, c.reg[ARG0] & 0xFF))
    if number == NR_ARCH_PRCTL:
        return quick_arch_prctl(c)
    if number == NR_PRLIMIT64 and c.reg[ARG2] == 0 and not thread.process.limits_set:
        c.reg[0] = pass_on(c, number, 8)
        return True
    return number == NR_READLINK and quick_readlink(c, thread)


# -- what the C library asks in every start ------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def quick_arch_prctl(c: CpuP) -> cython.bint:
    code: u32 = cython.cast(u32, c.reg[ARG0])
    if (code != ARCH_SET_FS and code != ARCH_SET_GS) or c.reg[ARG1] >> 47:
        return False
    c.seg_base[FS if code == ARCH_SET_FS else GS] = c.reg[ARG1]
    c.reg[0] = 0
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def quick_readlink(c: CpuP, thread: ThreadInfoP) -> cython.bint:
    """/proc/self/exe, where the program's file is still what it was executed from."""
    path: cython.char[16]
    status: stat_t
    file: cython.char[LONGEST_PATH]
    n: u64 = news.path_length
    if not thread.process.replaced or fetch_string(c, c.reg[ARG0], path, 16) != 14:
        return False
    if memcmp(path, b"/proc/self/exe", 14) != 0 or n >= LONGEST_PATH:
        return False
    memcpy(file, news.path, n)
    file[n] = 0
    if stat_file(file, cython.address(status)) or status.st_dev != news.device or status.st_ino != news.inode:
        return False
    if n > c.reg[ARG2]:
        n = c.reg[ARG2]
    if n == 0 or not put_bytes(c, c.reg[ARG1], file, n):
        return False
    c.reg[0] = n
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def quick_rt_sigaction(c: CpuP, process: ProcessInfoP) -> cython.bint:
    """As linux.signal.sys_rt_sigaction, where no signal is held back."""
    signo: u32 = cython.cast(u32, c.reg[ARG0])
    action: SignalAction
    if c.reg[ARG3] != 8 or signo < 1 or signo > 64:
        return False
    if c.reg[ARG1]:
        if UNBLOCKABLE >> (signo - 1) & 1 or not fetch_bytes(c, c.reg[ARG1], cython.address(action), 32):
            return False
    if c.reg[ARG2] and not put_bytes(c, c.reg[ARG2], cython.address(process.actions[signo]), 32):
        return False
    c.reg[0] = 0
    if c.reg[ARG1] == 0:
        return True
    action.flags &= KNOWN_FLAGS
    action.mask &= ~UNBLOCKABLE
    if action.handler == 0 and action.flags == 0 and action.mask == 0:
        action.restorer = 0
    process.actions[signo] = action
    process.actions_changed = 1
    if SYNCHRONOUS >> (signo - 1) & 1:
        return True
    if action.handler > 1:
        action.flags = (action.flags & HOST_FLAGS) | SA_SIGINFO | SA_ONSTACK
        set_handler(signo, cython.cast(voidp, on_signal), action.flags)
    else:
        set_handler(signo, cython.cast(voidp, action.handler), action.flags & HOST_FLAGS)
    return True


# -- for Python --------------------------------------------------------------------------------------


def install() -> None:
    """Make these calls here from now on, wherever a process is settled."""
    serve_by(serve)


def arrive(process: ProcessState) -> tuple:
    """Whether this process was forked since Python last ran in it, and whether it runs another program."""
    told = process.info.born, process.info.replaced
    if process.info.born:
        PyOS_AfterFork_Child()
    process.info.born = process.info.replaced = 0
    return told
