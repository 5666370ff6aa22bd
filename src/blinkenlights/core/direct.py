"""System calls that need nothing but translated pointers, made without leaving the run loop."""

import cython
from cython.cimports.blinkenlights.core.access import leave
from cython.cimports.blinkenlights.core.blocks import connect, unguard_all, unguard_range
from cython.cimports.blinkenlights.core.cutting import after_call
from cython.cimports.blinkenlights.core.host import careful_copy, kick_waits, voidp
from cython.cimports.blinkenlights.core.paging import SpaceP
from cython.cimports.blinkenlights.core.state import CpuP, u64
from cython.cimports.libc.string import memchr, memcmp, memcpy, strlen

TABLE_SIZE = cython.declare(cython.int, 512)
EFAULT = cython.declare(cython.int, 14)
EINTR = cython.declare(cython.int, 4)
MOST_TRIES = cython.declare(cython.int, 100)

# per call: 0 not direct, else 0x80 with bit i set when argument i is a guest pointer, and with 0x40
# when `ordinary` must agree
pointers = cython.declare(u8[512])
CAREFUL = cython.declare(cython.int, 0x40)

# Calls that would not fail but stop short where they may not write.
READ = cython.declare(u64, 0)
PREAD = cython.declare(u64, 17)

# Descriptors from here on may be the emulator's own.
PLAIN_FDS = cython.declare(u32, 48)

# Last components of paths below /proc that the personality answers itself.
special_names = cython.declare(cython.char[16][32])
special_count = cython.declare(cython.int, 0)
enabled = cython.declare(cython.bint, True)


def direct(nr: int, pointer_mask: int, careful: bool = False) -> None:
    """Let system call `nr` be made directly; bit i of `pointer_mask`: argument i is a pointer.

    With `careful` the first pointer is a path and must not end in a special name; a call without
    pointers takes a descriptor, which must be a low one.
    """
    if not 0 <= nr < TABLE_SIZE:
        raise ValueError("no such system call")
    pointers[cython.cast(cython.int, nr)] = 0x80 | pointer_mask | (0x40 if careful else 0)


def not_direct(nr: int) -> None:
    """Leave system call `nr` to Python from now on."""
    pointers[cython.cast(cython.int, nr)] = 0
    quick_calls[cython.cast(cython.int, nr)] = cython.NULL


def set_special_names(names) -> None:
    """Last components of paths that Python must look at: at most 32 names of at most 15 bytes."""
    global special_count
    i: cython.int = 0
    for name in sorted(names):
        data: bytes = name
        if i == 32 or len(data) > 15:
            raise ValueError("too many special names, or one too long")
        memcpy(special_names[i], cython.cast(cython.p_char, data), len(data) + 1)
        i += 1
    special_count = i


def enable_direct(on: bool) -> None:
    """Switch direct system calls off for tracing, and on again."""
    global enabled
    enabled = on


def made_directly(c):
    nr: u64 = c.reg[0]
    mask: cython.int
    r: cython.long = NOT_QUICK
    if not enabled or c.paged or nr >= TABLE_SIZE:
        return 0
    mask = pointers[nr]
    if quick_calls[nr] != cython.NULL:
        r = quick_calls[nr](c)
    elif mask and (not mask & CAREFUL or ordinary(c, mask)):
        r = pass_on(c, nr, mask)
        after_call(c, nr, r)
    if r == NOT_QUICK:
        return 0
    if r == -EINTR and kick_waits(c):
        r = RESTART  # the guest is to know nothing of it
    if r == RESTART:
        return -1  # with rax still the call's number
    c.syscalls += 1
    c.reg[0] = r
    return 1


def system_call(c, o):
    n: OpP
    made: cython.int
    c.rip = o.rip + o.length
    made = made_directly(c)
    if made == 0:
        return leave(c, o.rip + o.length, EXIT_SYSCALL)
    if made < 0:
        return leave(c, o.rip, EXIT_ATTENTION)
    if c.icount >= c.stop_at:
        return leave(c, o.rip + o.length, EXIT_ATTENTION)
    n = (o + 1).link
    return n if n != cython.NULL else connect(c, o + 1, o.rip + o.length)


def pass_on(c, nr, mask):
    args: cython.long[7]
    r: cython.long
    tries: cython.int = 0
    args[0] = nr
    args[1] = translated(c, c.reg[7], mask & 1)
    args[2] = translated(c, c.reg[6], mask & 2)
    args[3] = translated(c, c.reg[2], mask & 4)
    args[4] = translated(c, c.reg[10], mask & 8)
    args[5] = translated(c, c.reg[8], mask & 16)
    args[6] = translated(c, c.reg[9], mask & 32)
    if nr == READ or nr == PREAD:
        unguard_range(cython.cast(SpaceP, c.space), c.reg[6], c.reg[2])
    r = host_call(c, args)
    # once more, and again where another thread has run code there since
    while r == -EFAULT and tries < MOST_TRIES and unguard_all(cython.cast(SpaceP, c.space)):
        r = host_call(c, args)
        tries += 1
    return r


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def translated(c: CpuP, value: u64, pointer: cython.int) -> cython.long:
    if pointer and value:
        space: SpaceP = cython.cast(SpaceP, c.space)
        if value >= space.size:
            return cython.cast(cython.long, cython.cast(u64, 0xFFFF8) << 44)  # for EFAULT
        return value + c.membase
    return value


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def ordinary(c: CpuP, mask: cython.int) -> cython.bint:
    """Whether a careful call has nothing to do with the emulator's own descriptors and /proc."""
    path: cython.char[256]
    address: u64
    length: cython.int
    start: cython.int
    i: cython.int
    if mask & 3 == 0:
        return cython.cast(u32, c.reg[7]) < PLAIN_FDS
    address = c.reg[7] if mask & 1 else c.reg[6]
    if address == 0 or address >= cython.cast(SpaceP, c.space).size:
        return True
    length = 4096 - cython.cast(cython.int, address & 4095)
    if length > 256:
        length = 256
    if not careful_copy(path, cython.cast(voidp, address + c.membase), length):
        return False
    end: voidp = memchr(path, 0, length)
    if end == cython.NULL:
        return False
    length = cython.cast(cython.int, cython.cast(u64, end) - cython.cast(u64, cython.address(path[0])))
    start = length
    while start > 0 and path[start - 1] != 47:  # a slash
        start -= 1
    length -= start
    for i in range(special_count):
        if special_names[i][0] == path[start] and strlen(special_names[i]) == length and memcmp(
                special_names[i], cython.address(path[start]), length) == 0:
            return False
    return True
