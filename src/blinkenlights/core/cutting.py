"""Files that lose their end while code of theirs is mapped.

Who executes what has no file behind it any more gets SIGBUS; translations would go on without a look at
it. So where the guest itself cuts such a file short, what was translated from files is forgotten. Which
files those are is noted when they are mapped to be executed, as a look for one costs little. What another
process does to a file goes unnoticed.
"""

import cython
from cython.cimports.blinkenlights.core.blocks import invalidate
from cython.cimports.blinkenlights.core.memory import AddressSpace

NR_OPEN = cython.declare(u64, 2)
NR_TRUNCATE = cython.declare(u64, 76)
NR_FTRUNCATE = cython.declare(u64, 77)
NR_CREAT = cython.declare(u64, 85)
NR_OPENAT = cython.declare(u64, 257)
CUTTING = frozenset((2, 76, 77, 85, 257))

RDI, RSI, RDX = cython.declare(cython.int, 7), cython.declare(cython.int, 6), cython.declare(cython.int, 2)
ANONYMOUS = cython.declare(u32, 0x20)

files = cython.declare(u64[2][512])  # device and inode; when there are more the newest are kept
count = cython.declare(u64, 0)
lock = cython.declare(cython.int, 0)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def is_known(device: u64, inode: u64) -> cython.bint:
    """The caller holds the lock."""
    i: u64 = 0
    most: u64 = count if count < MOST_FILES else MOST_FILES
    while i < most and (files[i][1] != inode or files[i][0] != device):
        i += 1
    return i < most


def note_code_file(fd):
    global count
    status: stat_t
    if fstat(fd, cython.address(status)):
        return
    acquire(cython.address(lock))
    if not is_known(status.st_dev, status.st_ino):
        files[count % MOST_FILES][0] = status.st_dev
        files[count % MOST_FILES][1] = status.st_ino
        count += 1
    release(cython.address(lock))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def forget_files(s: SpaceP) -> cython.void:
    """What was translated from any file."""
    i: cython.int
    acquire(cython.address(s.lock))
    for i in range(s.count):
        if s.areas[i].prot & PROT_X and not s.areas[i].flags & ANONYMOUS:
            invalidate(s, s.areas[i].start, s.areas[i].end)
    release(cython.address(s.lock))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def cut(s: SpaceP, fd: cython.int) -> cython.void:
    status: stat_t
    found: cython.bint
    if fstat(fd, cython.address(status)):
        return
    acquire(cython.address(lock))
    found = is_known(status.st_dev, status.st_ino)
    release(cython.address(lock))
    if found:
        forget_files(s)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def look(s: SpaceP, number: u64, first: u64, second: u64, third: u64, result: cython.long) -> cython.void:
    if result < 0 or count == 0:
        return
    if number == NR_FTRUNCATE:
        cut(s, cython.cast(cython.int, first))
    elif number == NR_TRUNCATE:  # which file that was takes longer to find than the code to be made again
        forget_files(s)
    elif (number == NR_CREAT or (number == NR_OPEN and second & O_TRUNC)
          or (number == NR_OPENAT and third & O_TRUNC)):
        cut(s, cython.cast(cython.int, result))


def after_call(c, number, result):
    look(cython.cast(SpaceP, c.space), number, c.reg[RDI], c.reg[RSI], c.reg[RDX], result)


def after_slow_call(space, number: int, arguments: list, result: int) -> None:
    """`after_call` for a call in CUTTING that Python has made."""
    memory: AddressSpace = space
    first: u64 = arguments[0]
    second: u64 = arguments[1]
    third: u64 = arguments[2] if len(arguments) > 2 else 0
    look(memory.s, number, first, second, third, result)
