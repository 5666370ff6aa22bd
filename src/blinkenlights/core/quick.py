"""What system calls made without Python know of the calling thread and its process.

`linux.task` has the rest: its classes extend those here, so that both sides use the same words.
"""

import cython
from cython.cimports.blinkenlights.core.host import (
    MAP_ANONYMOUS,
    MAP_FAILED,
    MAP_FIXED,
    MAP_PRIVATE,
    PROT_NONE,
    PROT_READ,
    PROT_WRITE,
    mmap,
    mprotect,
)
from cython.cimports.blinkenlights.core.paging import acquire, release
from cython.cimports.libc.string import memcpy


def get_thread():
    return cython.cast(ThreadInfoP, current_thread_)


def limit_of(number: int) -> tuple[int, int]:
    """The host's soft and hard resource limit; unlimited is 2**64 - 1."""
    limits: u64[2]
    limits[0] = limits[1] = ~cython.cast(u64, 0)
    c_syscall(NR_PRLIMIT64, 0, cython.cast(cython.int, number), cython.NULL, limits)
    return limits[0], limits[1]


def close_marked(keep: set) -> bool:
    """Close every descriptor that is to be closed at execve, except `keep`; False if we can't know them."""
    buffer: cython.char[4096]
    number: cython.int
    listing: cython.int = open_file(b"/proc/thread-self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    n: cython.long
    at: cython.long
    name: cython.p_char
    if listing < 0:
        return False
    while True:
        n = c_syscall(NR_GETDENTS64, listing, cython.cast(cython.p_char, buffer), 4096)
        if n <= 0:
            break
        at = 0
        while at < n:
            name = cython.cast(cython.p_char, buffer) + at + 19
            number = atoi(name)
            if name[0] != 46 and number != listing and number not in keep:  # . and ..
                if fcntl(number, F_GETFD) & FD_CLOEXEC:
                    close(number)
            at += cython.cast(u16p, cython.cast(cython.p_char, buffer) + at + 16)[0]
    close(listing)
    return n == 0


def name_thread(name: bytes) -> None:
    """What the host calls this thread: at most 15 bytes."""
    text: cython.p_char = name
    c_syscall(NR_PRCTL, PR_SET_NAME, text)


def hide_page(place: int, data: bytes) -> None:
    """Keep `data` in a page at this host address that nothing here can read or write any more."""
    at: cython.p_void = cython.cast(cython.p_void, cython.cast(u64, place))
    flags: cython.int = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED
    page: cython.p_void = mmap(at, 4096, PROT_READ | PROT_WRITE, flags, -1, 0)
    if page == MAP_FAILED:
        return
    memcpy(page, cython.cast(cython.p_char, data), min(len(data), 4096))
    mprotect(page, 4096, PROT_NONE)


class Mutex:
    """A lock that compiled code and Python both take; waiting for it doesn't keep the GIL."""

    def __enter__(self) -> None:
        with cython.nogil:
            acquire(cython.address(self.value))

    def __exit__(self, *problem: object) -> None:
        release(cython.address(self.value))

    def reset(self) -> None:
        """After a fork: whoever held it isn't there any more."""
        self.value = 0


class ProcessState:
    """The memory of a process, as far as its calls are made here."""

    def __cinit__(self):
        self.memory_lock = Mutex()
        self.info.memory_lock = cython.address(self.memory_lock.value)

    @property
    def brk_start(self) -> int:
        return self.info.brk_start

    @brk_start.setter
    def brk_start(self, value: int) -> None:
        self.info.brk_start = value

    @property
    def brk(self) -> int:
        return self.info.brk

    @brk.setter
    def brk(self, value: int) -> None:
        self.info.brk = value

    def set_layout(self, top: int, plain: int, heap: int) -> None:
        """For a new program: where mappings go, and how areas without a name and the heap are marked."""
        self.info.top = top
        self.info.plain = plain
        self.info.heap = heap

    def set_limited(self, limited: bool) -> None:
        """Whether the guest's memory has a limit that the host doesn't know."""
        self.info.limited = limited


class ThreadState:
    """What a thread's quick calls read and change."""

    def __cinit__(self):
        self.held = {}

    def belong(self, process: ProcessState) -> None:
        self.keep = process
        self.info.process = cython.address(process.info)

    def enter(self) -> None:
        """Make this the calling host thread's."""
        global current_thread_
        current_thread_ = cython.address(self.info)

    @property
    def sigmask(self) -> int:
        """Blocked signals, as the guest set them."""
        return self.info.sigmask

    @sigmask.setter
    def sigmask(self, value: int) -> None:
        self.info.sigmask = value

    @property
    def clear_child_tid(self) -> int:
        return self.info.clear_child_tid

    @clear_child_tid.setter
    def clear_child_tid(self, value: int) -> None:
        self.info.clear_child_tid = value

    @property
    def robust_list(self) -> int:
        return self.info.robust_list

    @robust_list.setter
    def robust_list(self, value: int) -> None:
        self.info.robust_list = value

    @property
    def held(self) -> dict[int, bytes]:
        """Blocked for the guest, but not on the host: siginfo by signal."""
        return self.held_

    @held.setter
    def held(self, value: dict[int, bytes]) -> None:
        self.held_ = value
        self.info.held = cython.cast(cython.p_void, value)
