"""Frequent calls that need a look at their arguments or at the thread's state, without Python.

`linux.futex`, `linux.signal`, `linux.thread`, `linux.terminal` and `linux.files` do the same for
every case; what is unusual is left to them.
"""

import cython
from cython.cimports.libc.errno import errno

# Descriptors from here on may be the emulator's own.
PLAIN_FDS = cython.declare(u64, 48)
ROBUST_LIST_HEAD = cython.declare(u64, 24)

# By futex command (without FUTEX_PRIVATE_FLAG and FUTEX_CLOCK_REALTIME): which arguments are
# pointers. 0: none of the usual ones.
FUTEX_COMMAND = cython.declare(u64, 0x7F)
FUTEX_WAIT = cython.declare(u64, 0)
FUTEX_PRIVATE = cython.declare(u64, 0x80)
FUTEX_WAITERS = cython.declare(u64, 1 << 31)
FUTEX_POINTERS = cython.declare(u8[14])
for _command, _pointers in enumerate((9, 1, 0, 0x11, 0x11, 0x11, 9, 1, 1, 9, 1, 0, 0x11, 9)):
    FUTEX_POINTERS[cython.cast(cython.int, _command)] = _pointers

SIG_BLOCK = cython.declare(u64, 0)
SIG_UNBLOCK = cython.declare(u64, 1)
SIG_SETMASK = cython.declare(u64, 2)


# -- threads -----------------------------------------------------------------------------------


def quick_futex(c):
    command: u64 = c.reg[ARG1] & FUTEX_COMMAND
    if command >= 14 or FUTEX_POINTERS[command] == 0:
        return NOT_QUICK
    if command == FUTEX_WAIT and c.reg[ARG2] & FUTEX_WAITERS and c.reg[ARG1] & FUTEX_PRIVATE == 0:
        return NOT_QUICK  # a lock whose owner may have been killed
    return pass_on(c, NR_FUTEX, FUTEX_POINTERS[command])


def quick_set_tid_address(c):
    get_thread().clear_child_tid = c.reg[ARG0]
    return pass_on(c, NR_GETTID, 0)


def quick_set_robust_list(c):
    if c.reg[ARG1] != ROBUST_LIST_HEAD:
        return -EINVAL
    get_thread().robust_list = c.reg[ARG0]
    return 0


def not_there(c):
    return -ENOSYS


# -- signal masks ------------------------------------------------------------------------------


def quick_rt_sigprocmask(c):
    """The host makes the change, so a signal comes either before it or after, as on the CPU."""
    thread: ThreadInfoP = get_thread()
    how: u64 = cython.cast(u32, c.reg[ARG0])
    before: u64 = thread.sigmask
    wanted: u64 = 0
    host_mask: u64
    args: cython.long[7]
    if c.reg[ARG3] != 8 or how > SIG_SETMASK or not dictionary_is_empty(thread.held):
        return NOT_QUICK
    if c.pending_signal:
        return RESTART
    if c.reg[ARG1] and not fetch_bytes(c, c.reg[ARG1], cython.address(wanted), 8):
        return NOT_QUICK
    if c.reg[ARG2] and not put_bytes(c, c.reg[ARG2], cython.address(before), 8):
        return NOT_QUICK
    if c.reg[ARG1] == 0:
        return 0
    wanted &= ~UNBLOCKABLE
    if how == SIG_BLOCK:
        wanted |= before
    elif how == SIG_UNBLOCK:
        wanted = before & ~wanted
    if wanted == before:
        return 0
    host_mask = wanted & ~SYNCHRONOUS
    args[0] = NR_RT_SIGPROCMASK
    args[1] = SIG_SETMASK
    args[2] = cython.cast(cython.long, cython.address(host_mask))
    args[3] = 0
    args[4] = 8
    if host_call(c, args) == RESTART:
        return RESTART
    thread.sigmask = wanted
    return 0


# -- time, from the host's own vDSO ------------------------------------------------------------


def quick_clock_gettime(c):
    now: timespec
    if clock_gettime(cython.cast(cython.int, c.reg[ARG0]), cython.address(now)):
        return -errno
    return 0 if put_bytes(c, c.reg[ARG1], cython.address(now), cython.sizeof(timespec)) else NOT_QUICK


def quick_gettimeofday(c):
    now: timeval
    if c.reg[ARG0] == 0 or c.reg[ARG1]:
        return NOT_QUICK
    gettimeofday(cython.address(now), cython.NULL)
    return 0 if put_bytes(c, c.reg[ARG0], cython.address(now), cython.sizeof(timeval)) else NOT_QUICK


def quick_time(c):
    now: timeval
    seconds: cython.long
    gettimeofday(cython.address(now), cython.NULL)
    seconds = now.tv_sec
    if c.reg[ARG0] and not put_bytes(c, c.reg[ARG0], cython.address(seconds), 8):
        return NOT_QUICK
    return seconds


# -- descriptors -------------------------------------------------------------------------------

TERMINAL_GROUP = cython.declare(u64, 0x54)
# Terminal requests (0x54xx) with a pointer, as bits by their low byte: TCGETS TCSETS TCSETSW TCSETSF
# TIOCGPGRP TIOCSPGRP TIOCOUTQ TIOCGWINSZ TIOCSWINSZ TIOCMGET, FIONREAD, FIONBIO.
TERMINAL_POINTERS = cython.declare(
    u64, 1 << 0x01 | 1 << 0x02 | 1 << 0x03 | 1 << 0x04 | 1 << 0x0F | 1 << 0x10 | 1 << 0x11 | 1 << 0x13
    | 1 << 0x14 | 1 << 0x15 | 1 << 0x1B | 1 << 0x21)
FIONCLEX = cython.declare(u64, 0x5450)
FIOCLEX = cython.declare(u64, 0x5451)


def quick_ioctl(c):
    request: u64 = cython.cast(u32, c.reg[ARG1])
    if c.reg[ARG0] >= PLAIN_FDS:
        return NOT_QUICK
    if request == FIONCLEX or request == FIOCLEX:
        return pass_on(c, NR_IOCTL, 0)
    if request >> 8 != TERMINAL_GROUP or request & 0xFF >= 64 or not TERMINAL_POINTERS >> (request & 63) & 1:
        return NOT_QUICK
    return pass_on(c, NR_IOCTL, 4)


def quick_fcntl(c):
    """F_DUPFD F_GETFD F_SETFD F_GETFL F_SETFL, and F_DUPFD_CLOEXEC."""
    command: u64 = cython.cast(u32, c.reg[ARG1])
    if cython.cast(u32, c.reg[ARG0]) >= PLAIN_FDS or (command > 4 and command != 1030):
        return NOT_QUICK
    return pass_on(c, NR_FCNTL, 0)


def quick_dup(c):
    if cython.cast(u32, c.reg[ARG0]) >= PLAIN_FDS or cython.cast(u32, c.reg[ARG1]) >= PLAIN_FDS:
        return NOT_QUICK
    return pass_on(c, c.reg[0], 0)


def install() -> None:
    """Serve these calls from now on."""
    quick_calls[NR_RT_SIGPROCMASK] = quick_rt_sigprocmask
    quick_calls[NR_IOCTL] = quick_ioctl
    quick_calls[NR_DUP2] = quick_dup
    quick_calls[NR_DUP3] = quick_dup
    quick_calls[NR_FCNTL] = quick_fcntl
    quick_calls[NR_GETTIMEOFDAY] = quick_gettimeofday
    quick_calls[NR_TIME] = quick_time
    quick_calls[NR_FUTEX] = quick_futex
    quick_calls[NR_SET_TID_ADDRESS] = quick_set_tid_address
    quick_calls[NR_CLOCK_GETTIME] = quick_clock_gettime
    quick_calls[NR_SET_ROBUST_LIST] = quick_set_robust_list


def answer_enosys(number: int) -> None:
    """Answer ENOSYS to a call that isn't there."""
    quick_calls[cython.cast(cython.int, number)] = not_there
