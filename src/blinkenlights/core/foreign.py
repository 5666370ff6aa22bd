"""Guests' system calls on a host whose kernel numbers calls and lays out structures differently.

x86-64 is alone with its numbers; other 64-bit machines share a generic table (tables/generic_syscalls.py)
without the calls that newer ones replace. Most arguments are the same everywhere, as both sides are 64-bit
and little-endian. What differs is converted here: open(2)'s flags (64-bit Arm has four of them at other
bits), `struct stat` and `struct epoll_event`, the order of clone(2)'s arguments.
"""

import cython
from cython.cimports.blinkenlights.core.state import i64
from cython.cimports.libc.errno import errno

rows = cython.declare(Row[CALLS])
EFAULT = cython.declare(cython.long, -14)
ENOSYS = cython.declare(cython.long, -38)
AT_FDCWD = cython.declare(i64, -100)
F_GETFL = cython.declare(cython.long, 3)
F_SETFL = cython.declare(cython.long, 4)

# x86-64's numbers of the calls that have their own functions below
POLL = cython.declare(cython.long, 7)
SELECT = cython.declare(cython.long, 23)
DUP2 = cython.declare(cython.long, 33)
ALARM = cython.declare(cython.long, 37)
FCNTL = cython.declare(cython.long, 72)
UTIME = cython.declare(cython.long, 132)
TIME = cython.declare(cython.long, 201)
UTIMES = cython.declare(cython.long, 235)
FUTIMESAT = cython.declare(cython.long, 261)
OPENAT2 = cython.declare(cython.long, 437)

NR_CLOCK_GETTIME = cython.declare(cython.int, 0)  # the host's
NR_DUP3 = cython.declare(cython.int, 0)
NR_FCNTL = cython.declare(cython.int, 0)
NR_OPENAT2 = cython.declare(cython.int, 0)
NR_PPOLL = cython.declare(cython.int, 0)
NR_PSELECT6 = cython.declare(cython.int, 0)
NR_SETITIMER = cython.declare(cython.int, 0)
NR_UTIMENSAT = cython.declare(cython.int, 0)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def answer(r: cython.long) -> cython.long:
    return -errno if r == -1 else r


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def swapped(flags: cython.long) -> cython.long:
    """Flags of open(2) as the other side has them: O_DIRECT and O_LARGEFILE are where 64-bit Arm has
    O_DIRECTORY and O_NOFOLLOW, and the other way round."""
    if not HOST_SWAPS_OPEN_FLAGS:
        return flags
    return (flags & ~0x3C000) | (flags & 0xC000) << 2 | (flags & 0x30000) >> 2


# -- calls by rows -------------------------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def foreign_call(args: cython.p_long) -> cython.long:
    """The guest's call args[0] with six arguments, as system calls return."""
    nr: cython.long = args[0]
    row: RowP
    given: cython.long[6]
    place: cython.long
    event: Event
    packed: PackedEvent
    i: cython.int
    if nr < 0 or nr >= CALLS:
        return ENOSYS
    if nr in (POLL, SELECT, DUP2, ALARM, FCNTL, UTIME, TIME, UTIMES, FUTIMESAT, OPENAT2):
        return special(nr, args + 1)
    row = cython.address(rows[nr])
    if row.number == NO_CALL:
        return ENOSYS
    for i in range(6):
        given[i] = row.words[i] if row.taken[i] == CONSTANT else args[1 + row.taken[i]]
    if row.flags_at >= 0:
        given[row.flags_at] = swapped(given[row.flags_at])
    if row.stat_at >= 0:
        return stat_call(row, given)
    if row.events_at >= 0:
        return wait_call(row, given)
    if row.event_at >= 0 and given[row.event_at]:
        place = given[row.event_at]
        if not careful_copy(cython.address(packed), cython.cast(voidp, place), cython.sizeof(PackedEvent)):
            return EFAULT
        event.events = packed.events
        event.data = packed.data
        given[row.event_at] = cython.cast(cython.long, cython.address(event))
    return answer(host_syscall(row.number, given[0], given[1], given[2], given[3], given[4], given[5]))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def stat_call(row: RowP, given: cython.p_long) -> cython.long:
    theirs: GenericStat
    ours: Stat
    i: cython.int
    place: cython.long = given[row.stat_at]
    r: cython.long
    given[row.stat_at] = cython.cast(cython.long, cython.address(theirs))
    r = answer(host_syscall(row.number, given[0], given[1], given[2], given[3], given[4], given[5]))
    if r < 0:
        return r
    ours.dev = theirs.dev
    ours.ino = theirs.ino
    ours.nlink = theirs.nlink
    ours.mode = theirs.mode
    ours.uid = theirs.uid
    ours.gid = theirs.gid
    ours.unused = 0
    ours.rdev = theirs.rdev
    ours.size = theirs.size
    ours.blksize = theirs.blksize
    ours.blocks = theirs.blocks
    for i in range(6):
        ours.times[i] = theirs.times[i]
    for i in range(3):
        ours.room[i] = 0
    return r if careful_copy(cython.cast(voidp, place), cython.address(ours), cython.sizeof(Stat)) else EFAULT


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def wait_call(row: RowP, given: cython.p_long) -> cython.long:
    theirs: Event[64]
    ours: PackedEvent[64]
    i: cython.int
    at: cython.int = row.events_at
    place: cython.long = given[at]
    r: cython.long
    given[at] = cython.cast(cython.long, cython.address(theirs[0]))
    if given[at + 1] > MOST_EVENTS:
        given[at + 1] = MOST_EVENTS  # more are told the next time
    r = answer(host_syscall(row.number, given[0], given[1], given[2], given[3], given[4], given[5]))
    if r <= 0:
        return r
    for i in range(r):
        ours[i].events = theirs[i].events
        ours[i].data = theirs[i].data
    if careful_copy(cython.cast(voidp, place), cython.address(ours[0]), r * cython.sizeof(PackedEvent)):
        return r
    return EFAULT


# -- calls with functions of their own --------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def special(nr: cython.long, a: cython.p_long) -> cython.long:
    how: i64[3]
    size: cython.long
    r: cython.long
    if nr == DUP2:
        if a[0] == a[1]:
            r = answer(host_syscall(NR_FCNTL, a[0], F_GETFL))
            return r if r < 0 else a[0]
        return answer(host_syscall(NR_DUP3, a[0], a[1], 0))
    if nr == FCNTL:
        if cython.cast(cython.int, a[1]) == F_SETFL:
            a[2] = swapped(a[2])
        r = answer(host_syscall(NR_FCNTL, a[0], a[1], a[2]))
        return swapped(r) if cython.cast(cython.int, a[1]) == F_GETFL and r >= 0 else r
    if nr == OPENAT2:
        size = a[3]
        if size == 24 and careful_copy(cython.address(how[0]), cython.cast(voidp, a[2]), 24):
            how[0] = swapped(how[0])
            return answer(host_syscall(NR_OPENAT2, a[0], a[1], cython.address(how[0]), size))
        return answer(host_syscall(NR_OPENAT2, a[0], a[1], a[2], size))
    if nr == POLL or nr == SELECT or nr == ALARM or nr == TIME:
        return timed(nr, a)
    return dated(nr, a)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def timed(nr: cython.long, a: cython.p_long) -> cython.long:
    """poll, select, alarm and time: with a time in another unit."""
    t: i64[2]
    u: i64[4]
    before: i64[4]
    r: cython.long
    wait: i64
    if nr == POLL:
        wait = cython.cast(cython.int, a[2])
        if wait < 0:
            return answer(host_syscall(NR_PPOLL, a[0], a[1], 0, 0, 0))
        t[0] = wait / 1000
        t[1] = wait % 1000 * 1000000
        return answer(host_syscall(NR_PPOLL, a[0], a[1], cython.address(t[0]), 0, 0))
    if nr == SELECT:
        if a[4] == 0:
            return answer(host_syscall(NR_PSELECT6, a[0], a[1], a[2], a[3], 0, 0))
        if not careful_copy(cython.address(t[0]), cython.cast(voidp, a[4]), 16):
            return EFAULT
        t[0] += t[1] / 1000000
        t[1] = t[1] % 1000000 * 1000
        r = answer(host_syscall(NR_PSELECT6, a[0], a[1], a[2], a[3], cython.address(t[0]), 0))
        t[1] = t[1] / 1000
        careful_copy(cython.cast(voidp, a[4]), cython.address(t[0]), 16)  # what is left
        return r
    if nr == ALARM:
        u[0] = u[1] = u[3] = 0
        u[2] = cython.cast(cython.uint, a[0])
        r = answer(host_syscall(NR_SETITIMER, 0, cython.address(u[0]), cython.address(before[0])))
        if r < 0:
            return r
        # a second is not nothing: rounded, but never to 0
        return before[2] + (1 if before[3] >= 500000 or (before[2] == 0 and before[3] > 0) else 0)
    host_syscall(NR_CLOCK_GETTIME, 5, cython.address(t[0]))  # CLOCK_REALTIME_COARSE, as time(2)
    if a[0] and not careful_copy(cython.cast(voidp, a[0]), cython.address(t[0]), 8):
        return EFAULT
    return t[0]


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def dated(nr: cython.long, a: cython.p_long) -> cython.long:
    """utime, utimes and futimesat: two times, in seconds or in seconds and microseconds."""
    given: i64[4]
    t: i64[4]
    fd: cython.long = a[0] if nr == FUTIMESAT else AT_FDCWD
    path: cython.long = a[1] if nr == FUTIMESAT else a[0]
    times: cython.long = a[2] if nr == FUTIMESAT else a[1]
    if times == 0:
        return answer(host_syscall(NR_UTIMENSAT, fd, path, 0, 0))
    if not careful_copy(cython.address(given[0]), cython.cast(voidp, times), 16 if nr == UTIME else 32):
        return EFAULT
    if nr == UTIME:
        t[0] = given[0]
        t[2] = given[1]
        t[1] = t[3] = 0
    else:
        if not 0 <= given[1] < 1000000 or not 0 <= given[3] < 1000000:
            return -22
        t[0] = given[0]
        t[1] = given[1] * 1000
        t[2] = given[2]
        t[3] = given[3] * 1000
    return answer(host_syscall(NR_UTIMENSAT, fd, path, cython.address(t[0]), 0))


# -- the table -----------------------------------------------------------------------------------

FLAGS_AT = {"open": 2, "openat": 2, "mq_open": 1, "open_by_handle_at": 2, "pipe2": 1, "fanotify_init": 1}
STAT_AT = {"stat": 2, "lstat": 2, "newfstatat": 2, "fstat": 1}
EVENT_AT = {"epoll_ctl": 3}
EVENTS_AT = {"epoll_wait": 1, "epoll_pwait": 1, "epoll_pwait2": 1}


@cython.cfunc
def fill() -> cython.void:
    from blinkenlights.tables.generic_syscalls import COMMON, NUMBERS, REPLACED
    from blinkenlights.tables.syscalls import SYSCALLS

    i: cython.int
    row: RowP
    for i in range(CALLS):
        rows[i].number = NO_CALL
    for number, name, *_ in SYSCALLS:
        host_name, words = REPLACED.get(name, (name, "0 1 2 3 4 5"))
        row = cython.address(rows[cython.cast(cython.int, number)])
        row.number = NUMBERS.get(host_name, number if number >= COMMON else NO_CALL)
        row.flags_at = FLAGS_AT.get(name, -1)
        row.stat_at = STAT_AT.get(name, -1)
        row.event_at = EVENT_AT.get(name, -1)
        row.events_at = EVENTS_AT.get(name, -1)
        for i, word in enumerate([*words.split(), *["=0"] * 6][:6]):
            row.taken[i] = int(word) if word.isdigit() else CONSTANT
            row.words[i] = AT_FDCWD if word == "at" else int(word[1:], 0) if word[0] == "=" else 0


@cython.cfunc
def number_of(name: str) -> cython.int:
    from blinkenlights.tables.generic_syscalls import NUMBERS

    return NUMBERS[name]


def translate_calls() -> None:
    """Have every system call of a guest go through here."""
    global NR_CLOCK_GETTIME, NR_DUP3, NR_FCNTL, NR_OPENAT2, NR_PPOLL, NR_PSELECT6, NR_SETITIMER, NR_UTIMENSAT
    fill()
    NR_CLOCK_GETTIME = number_of("clock_gettime")
    NR_DUP3 = number_of("dup3")
    NR_FCNTL = number_of("fcntl")
    NR_OPENAT2 = OPENAT2
    NR_PPOLL = number_of("ppoll")
    NR_PSELECT6 = number_of("pselect6")
    NR_SETITIMER = number_of("setitimer")
    NR_UTIMENSAT = number_of("utimensat")
    make_calls_by(foreign_call)
