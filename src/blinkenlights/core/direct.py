"""System calls that need nothing but translated pointers, made without leaving the run loop."""

import cython
from cython.cimports.blinkenlights.core.access import leave
from cython.cimports.blinkenlights.core.state import CpuP, u64
from cython.cimports.blinkenlights.core.blocks import connect, unguard_all
from cython.cimports.blinkenlights.core.paging import SpaceP

TABLE_SIZE = cython.declare(cython.int, 512)
EFAULT = cython.declare(cython.int, 14)

# per call: 0 not direct, else 0x80 with bit i set when argument i is a guest pointer
pointers = cython.declare(u8[512])
enabled = cython.declare(cython.bint, True)


def direct(nr: int, pointer_mask: int) -> None:
    """Let system call `nr` be made directly; bit i of `pointer_mask`: argument i is a pointer."""
    if not 0 <= nr < TABLE_SIZE:
        raise ValueError("no such system call")
    pointers[cython.cast(cython.int, nr)] = 0x80 | pointer_mask


def enable_direct(on: bool) -> None:
    """Switch direct system calls off for tracing, and on again."""
    global enabled
    enabled = on


def system_call(c, o):
    args: cython.long[7]
    nr: u64 = c.reg[0]
    mask: cython.int
    r: cython.long
    n: OpP
    c.rip = o.rip + o.length
    if not enabled or c.paged or nr >= TABLE_SIZE or pointers[nr] == 0:
        return leave(c, o.rip + o.length, EXIT_SYSCALL)
    mask = pointers[nr]
    args[0] = nr
    args[1] = translated(c, c.reg[7], mask & 1)
    args[2] = translated(c, c.reg[6], mask & 2)
    args[3] = translated(c, c.reg[2], mask & 4)
    args[4] = translated(c, c.reg[10], mask & 8)
    args[5] = translated(c, c.reg[8], mask & 16)
    args[6] = translated(c, c.reg[9], mask & 32)
    r = host_call(c, args)
    if r == -EFAULT and unguard_all(cython.cast(SpaceP, c.space)):
        r = host_call(c, args)
    if r == RESTART:
        return leave(c, o.rip, EXIT_ATTENTION)  # with rax still the call's number
    c.syscalls += 1
    c.reg[0] = r
    if c.icount >= c.stop_at:
        return leave(c, o.rip + o.length, EXIT_ATTENTION)
    n = (o + 1).link
    return n if n != cython.NULL else connect(c, o + 1, o.rip + o.length)


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
