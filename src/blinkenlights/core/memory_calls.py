"""mmap, munmap, mprotect, brk and madvise without Python, for what programs usually ask of them.

`linux.memory` does the same for every case; what is unusual is left to it. Both hold the process's
memory lock from the search for free addresses to the change.
"""

import cython
from cython.cimports.libc.errno import errno

PAGE_REST = cython.declare(u64, 4095)
LOWEST = cython.declare(u64, 0x10000)  # vm.mmap_min_addr

MAP_TYPE = cython.declare(u64, 0xF)
SHARED = cython.declare(u64, 0x1)
PRIVATE = cython.declare(u64, 0x2)
FIXED = cython.declare(u64, 0x10)
# Flags that the host shall see: SHARED PRIVATE ANONYMOUS NORESERVE POPULATE.
KEPT = cython.declare(u64, 0xC023)
# Those and flags that mean nothing here: FIXED DENYWRITE EXECUTABLE NONBLOCK STACK.
USUAL = cython.declare(u64, 0xC023 | 0x10 | 0x800 | 0x1000 | 0x1_0000 | 0x2_0000)
# What an area keeps besides those.
HOST_FLAGS = cython.declare(u64, 0xF | 0x20 | 0x4000 | 0x8000 | 0x1_0000)

MADV_DONTNEED = cython.declare(u64, 4)
MADV_FREE = cython.declare(u64, 8)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def whole_pages(length: u64) -> u64:
    return (length + PAGE_REST) & ~PAGE_REST


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def holds_code(prot: cython.int, flags: u64, length: u64) -> cython.bint:
    """Libraries, as dynamic linkers map them, and what a program will write code to.

    They go below 2 GiB while there is room: their addresses then fit into 32-bit fields of translated code.
    """
    if length >> 30 or flags & MAP_TYPE != PRIVATE:
        return False
    return prot & PROT_X != 0 or (flags & (ANONYMOUS | DENYWRITE) == DENYWRITE and not prot & PROT_W)


DENYWRITE = cython.declare(u64, 0x800)
ANONYMOUS = cython.declare(u64, 0x20)


def quick_mmap(c):
    thread: ThreadInfoP = get_thread()
    process: ProcessInfoP = thread.process
    s: SpaceP = cython.cast(SpaceP, c.space)
    address: u64 = c.reg[ARG0]
    length: u64 = c.reg[ARG1]
    flags: u64 = c.reg[ARG3]
    offset: u64 = c.reg[ARG5]
    r: cython.long = 0
    if process.limited or flags & ~USUAL or (flags & MAP_TYPE != SHARED and flags & MAP_TYPE != PRIVATE):
        return NOT_QUICK
    if offset & PAGE_REST or length == 0:
        return -EINVAL
    if length > s.size:
        return -ENOMEM
    length = whole_pages(length)
    if flags & FIXED:
        if address & PAGE_REST:
            return -EINVAL
        if address > s.size - length:
            return -ENOMEM
        if address < LOWEST:
            return -EPERM
    if c.reg[ARG2] & PROT_X and not flags & ANONYMOUS:
        note_code_file(cython.cast(cython.int, c.reg[ARG4]))
    acquire(process.memory_lock)
    acquire(cython.address(s.lock))
    if not flags & FIXED:
        address &= ~PAGE_REST
        if address and address < LOWEST:
            address = LOWEST
        if not address or address > s.size - length or not range_is_free(s, address, address + length):
            address = 0
            if holds_code(cython.cast(cython.int, c.reg[ARG2]), flags, length):
                address = free_range(s, length, LOW_TOP, 4096)
            if address == 0:
                address = free_range(s, length, process.top, 4096)
    if flags & FIXED:  # now: it makes guarded pages writable, which the new ones may not be
        invalidate(s, address, address + length)
    if address == 0:
        r = -ENOMEM
    elif mmap(cython.cast(voidp, s.base + address), length,
              host_protection(cython.cast(cython.int, c.reg[ARG2] & 7)), (flags & KEPT) | FIXED,
              cython.cast(cython.int, c.reg[ARG4]), offset) == MAP_FAILED:
        r = -errno
    else:
        carve_areas(s, address, address + length)
        insert_area(s, address, address + length, c.reg[ARG2] & 7, flags & HOST_FLAGS, offset, process.plain)
        r = address
    release(cython.address(s.lock))
    release(process.memory_lock)
    return r


def quick_munmap(c):
    process: ProcessInfoP = get_thread().process
    s: SpaceP = cython.cast(SpaceP, c.space)
    address: u64 = c.reg[ARG0]
    length: u64 = c.reg[ARG1]
    r: cython.long
    if address & PAGE_REST or length == 0 or length > s.size or address > s.size - length:
        return -EINVAL
    length = whole_pages(length)
    acquire(process.memory_lock)
    acquire(cython.address(s.lock))
    carve_areas(s, address, address + length)
    r = -unmap_host(s, address, address + length)
    release(cython.address(s.lock))
    release(process.memory_lock)
    return r


def quick_mprotect(c):
    process: ProcessInfoP = get_thread().process
    s: SpaceP = cython.cast(SpaceP, c.space)
    address: u64 = c.reg[ARG0]
    length: u64 = c.reg[ARG1]
    r: cython.long
    if c.reg[ARG2] & ~cython.cast(u64, 7):
        return NOT_QUICK
    if address & PAGE_REST:
        return -EINVAL
    if length == 0:
        return 0
    if length > s.size or whole_pages(length) > s.size or address > s.size - whole_pages(length):
        return -ENOMEM
    acquire(process.memory_lock)
    acquire(cython.address(s.lock))
    r = -protect_areas(s, address, address + whole_pages(length), cython.cast(cython.int, c.reg[ARG2]))
    release(cython.address(s.lock))
    release(process.memory_lock)
    return r


def quick_brk(c):
    process: ProcessInfoP = get_thread().process
    s: SpaceP = cython.cast(SpaceP, c.space)
    wanted: u64 = c.reg[ARG0]
    old: u64
    new: u64 = whole_pages(wanted)
    if wanted < process.brk_start:
        return process.brk
    if process.limited or wanted > s.size - 8192:
        return NOT_QUICK
    acquire(process.memory_lock)
    acquire(cython.address(s.lock))
    old = whole_pages(process.brk)
    if new > old:
        # with a page between the heap and what is above it
        if range_is_free(s, old, new + 4096) and mmap(
                cython.cast(voidp, s.base + old), new - old, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | FIXED, -1, 0) != MAP_FAILED:
            insert_area(s, old, new, 3, PRIVATE | 0x20, 0, process.heap)
            process.brk = wanted
    else:
        if new < old:
            carve_areas(s, new, old)
            unmap_host(s, new, old)
        process.brk = wanted
    release(cython.address(s.lock))
    release(process.memory_lock)
    return process.brk


def quick_madvise(c):
    """Giving memory back, where no code is."""
    s: SpaceP = cython.cast(SpaceP, c.space)
    address: u64 = c.reg[ARG0]
    length: u64 = whole_pages(c.reg[ARG1])
    advice: u64 = c.reg[ARG2]
    at: u64 = address
    i: cython.int
    r: cython.long
    if advice != MADV_DONTNEED and advice != MADV_FREE:
        return NOT_QUICK
    if address & PAGE_REST:
        return -EINVAL
    if length == 0 or length > s.size or address > s.size - length:
        return NOT_QUICK
    acquire(cython.address(s.lock))
    i = first_area(s, address)
    while at < address + length and i < s.count and s.areas[i].start <= at and not s.areas[i].prot & PROT_X:
        at = s.areas[i].end
        i += 1
    if at < address + length:  # a hole, or code that may have been translated
        r = NOT_QUICK
    else:
        r = -errno if madvise(cython.cast(voidp, s.base + address), length,
                              cython.cast(cython.int, advice)) else 0
    release(cython.address(s.lock))
    return r


def install() -> None:
    """Serve these calls from now on."""
    quick_calls[NR_MMAP] = quick_mmap
    quick_calls[NR_MPROTECT] = quick_mprotect
    quick_calls[NR_MUNMAP] = quick_munmap
    quick_calls[NR_BRK] = quick_brk
    quick_calls[NR_MADVISE] = quick_madvise
