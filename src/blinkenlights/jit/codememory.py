"""Code memory: written in one place, run in another."""

import cython
from cython.cimports.libc.string import memcpy, memset

PAGE_REST = cython.declare(u64, 4095)
LARGE_REST = cython.declare(u64, (1 << 21) - 1)
READY_STEP = cython.declare(u64, 1 << 16)
LOW_END = cython.declare(u64, 1 << 31)


def low_memory(size):
    """MAP_32BIT first; where that is full or unknown, anywhere low that is free."""
    at: voidp = mmap(cython.NULL, size, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_32BIT, -1, 0)
    hint: u64 = 0x20000000
    while at == MAP_FAILED or cython.cast(u64, at) + size > LOW_END:
        if at != MAP_FAILED:
            munmap(at, size)
        if hint + size > LOW_END:
            return cython.NULL
        at = mmap(cython.cast(voidp, hint), size, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
        hint += 0x4000000
    return at


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def map_twice(m: CodeMemoryP) -> cython.bint:
    """Both mappings of fresh shared memory; `run` and `write` are where they were.

    Not a memory file: the guest's limits on file sizes and descriptors would bind it.
    """
    write: voidp = mmap(m.write, m.size, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE
                        | (MAP_FIXED if m.write != cython.NULL else 0), -1, 0)
    if write == MAP_FAILED:
        return False
    run: voidp = mremap(write, 0, m.size, MREMAP_MAYMOVE | MREMAP_FIXED, m.run)  # length 0: a second one
    if run == MAP_FAILED or mprotect(run, m.size, PROT_READ | PROT_EXEC):
        return False
    m.write = cython.cast(u8p, write)
    return True


def reserve(m, size):
    m.size = size
    m.write = cython.NULL
    m.run = cython.cast(u8p, low_memory(size))
    if m.run == cython.NULL:
        return False
    m.master = cython.cast(u8p, mmap(cython.NULL, size, PROT_READ | PROT_WRITE,
                                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0))
    m.here = cython.cast(u64p, mmap(cython.NULL, 4096, PROT_READ | PROT_WRITE,
                                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
    if m.master == MAP_FAILED or m.here == MAP_FAILED or not map_twice(m):
        return False
    if madvise(m.here, 4096, MADV_WIPEONFORK):
        return False
    m.here[0] = 1
    return True


def deploy(m):
    if not map_twice(m):
        return False
    half: u64 = m.size // 2
    memcpy(m.write, m.master, m.filled[0])
    memcpy(m.write + half, m.master + half, m.filled[1])
    m.here[0] = 1
    return True


def give_back(m):
    munmap(m.run, m.size)
    munmap(m.write, m.size)
    munmap(m.master, m.size)
    munmap(m.here, 4096)


def clear_memory(at, size):
    start: u64 = (cython.cast(u64, at) + 4095) & ~PAGE_REST
    end: u64 = (cython.cast(u64, at) + size) & ~PAGE_REST
    if end <= start or madvise(cython.cast(voidp, start), end - start, MADV_DONTNEED):
        memset(at, 0, size)
        return
    memset(at, 0, start - cython.cast(u64, at))
    memset(cython.cast(voidp, end), 0, cython.cast(u64, at) + size - end)


def use_large_pages(at, size):
    start: u64 = (cython.cast(u64, at) + LARGE_REST) & ~LARGE_REST
    end: u64 = (cython.cast(u64, at) + size) & ~LARGE_REST
    if start < end:
        madvise(cython.cast(voidp, start), end - start, MADV_HUGEPAGE)


def fill_memory(at, size, value):
    i: cython.int
    words: u32p = cython.cast(u32p, at)
    madvise(at, size, MADV_DONTNEED)
    madvise(at, size, MADV_POPULATE_WRITE)  # all pages at once, where the host can
    for i in range(size // 4):
        words[i] = value


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def make_ready(m: CodeMemoryP, offset: u64) -> cython.void:
    """Have the kernel make the next pages in one go, which costs less than a fault for each."""
    start: u64 = offset & ~PAGE_REST
    size: u64 = READY_STEP if start + READY_STEP <= m.size else m.size - start
    madvise(m.write + start, size, MADV_POPULATE_WRITE)
    madvise(m.run + start, size, MADV_POPULATE_READ)
    m.ready = start + size


def put_code(m, offset, code, length):
    half: cython.int = offset >= m.size // 2
    end: u64 = offset + length - half * (m.size // 2)
    if m.filled[half] < end:
        m.filled[half] = end
        if end > LARGE_FROM and not m.large[half]:
            m.large[half] = 1
            use_large_pages(m.master + offset + length, m.size // 2 - end)
    memcpy(m.master + offset, code, length)
    if m.here[0]:
        if offset + length > m.ready or offset + READY_STEP < m.ready:
            make_ready(m, offset)
        memcpy(m.write + offset, code, length)


def put_word(m, offset, value):
    cython.cast(u32p, m.master + offset)[0] = value
    if m.here[0]:
        cython.cast(u32p, m.write + offset)[0] = value
