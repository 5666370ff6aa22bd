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
from cython.cimports.libc.string import memcpy, memset

UNBLOCKABLE = 1 << 8 | 1 << 18  # SIGKILL SIGSTOP
SYNCHRONOUS = 1 << 3 | 1 << 4 | 1 << 6 | 1 << 7 | 1 << 10  # SIGILL SIGTRAP SIGBUS SIGFPE SIGSEGV


def get_thread():
    return cython.cast(ThreadInfoP, current_thread_)


def fetch_bytes(c, address, to, n):
    return (address <= cython.cast(SpaceP, c.space).size - n
            and careful_copy(to, cython.cast(voidp, address + c.membase), n))


def put_bytes(c, address, source, n):
    return (address <= cython.cast(SpaceP, c.space).size - n
            and careful_copy(cython.cast(voidp, address + c.membase), source, n))


def limit_of(number: int) -> tuple[int, int]:
    """The host's soft and hard resource limit; unlimited is 2**64 - 1."""
    limits: u64[2]
    limits[0] = limits[1] = ~cython.cast(u64, 0)
    c_syscall(SYS_prlimit64, 0, cython.cast(cython.int, number), cython.NULL, limits)
    return limits[0], limits[1]


def close_marked(keep: set) -> bool:
    """Close every descriptor that is to be closed at execve, except `keep`; False if we can't know them."""
    numbers: cython.int[64]
    count: cython.int = 0
    if len(keep) > 64:
        return False
    for number in keep:
        numbers[count] = number
        count += 1
    return close_marked_but(numbers, count)


def close_marked_but(keep, count):
    buffer: cython.char[4096]
    number: cython.int
    listing: cython.int = open_file(b"/proc/thread-self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    n: cython.long
    at: cython.long
    i: cython.int
    name: cython.p_char
    if listing < 0:
        return False
    while True:
        n = c_syscall(SYS_getdents64, listing, cython.cast(cython.p_char, buffer), 4096)
        if n <= 0:
            break
        at = 0
        while at < n:
            name = cython.cast(cython.p_char, buffer) + at + 19
            number = atoi(name)
            at += cython.cast(u16p, cython.cast(cython.p_char, buffer) + at + 16)[0]
            if name[0] == 46 or number == listing:  # . and ..
                continue
            i = 0
            while i < count and keep[i] != number:
                i += 1
            if i == count and fcntl(number, F_GETFD) & FD_CLOEXEC:
                close(number)
    close(listing)
    return n == 0


def name_thread(name: bytes) -> None:
    """What the host calls this thread: at most 15 bytes."""
    text: cython.p_char = name
    c_syscall(SYS_prctl, PR_SET_NAME, text)


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
        self.info.vfork_fd = -1
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

    def set_layout(self, top: int, plain: int, heap: int, stack: int, vdso: int) -> None:
        """For a new program: where mappings go, and how areas without a name and others are marked."""
        self.info.top = top
        self.info.plain = plain
        self.info.heap = heap
        self.info.stack = stack
        self.info.vdso = vdso

    def set_stack_size(self, size: int) -> None:
        """Bytes of address space for the stack of this program, and the next."""
        self.info.stack_size = size

    def keep_limits(self) -> None:
        """The guest has limits that the host doesn't know."""
        self.info.limits_set = True

    def keep_auxv(self, auxv: bytes) -> None:
        """The auxiliary vector of this program: that of the next has the same entries."""
        self.info.auxv_length = min(len(auxv), cython.sizeof(self.info.auxv))
        memcpy(self.info.auxv, cython.cast(cython.p_char, auxv), self.info.auxv_length)

    def keep_vdso(self, image: bytes) -> None:
        """The vDSO of this program, and the next."""
        memcpy(self.info.vdso_image, cython.cast(cython.p_char, image), min(len(image), 4096))

    def set_card(self, place: int, magic: int) -> None:
        """Where other guests find what they may know of this one, and how that begins."""
        self.info.card = place
        self.info.card_magic = magic

    def keep_actions(self, actions: dict) -> None:
        """Dispositions by signal: handler, flags, restorer and mask; the default is not among them."""
        memset(self.info.actions, 0, cython.sizeof(self.info.actions))
        for number, action in actions.items():
            place: cython.int = number
            self.info.actions[place].handler = action.handler
            self.info.actions[place].flags = action.flags
            self.info.actions[place].restorer = action.restorer
            self.info.actions[place].mask = action.mask
        self.info.actions_changed = False

    def take_actions(self) -> "list[tuple[int, int, int, int, int]] | None":
        """The same, as (signal, handler, flags, restorer, mask); None where nothing was changed since."""
        i: cython.int
        found: list = []
        if not self.info.actions_changed:
            return None
        self.info.actions_changed = False
        for i in range(1, 65):
            a: SignalAction = self.info.actions[i]
            if a.handler or a.flags or a.mask:
                found.append((i, a.handler, a.flags, a.restorer, a.mask))
        return found

    @property
    def vfork_end(self) -> int:
        """A vfork child's end of the pipe that its parent waits at, or -1."""
        return self.info.vfork_fd

    def settle(self, plain: bool, vfork_fd: int) -> None:
        """Whether fork, execve and exit_group may do without Python until it next runs: program_calls."""
        self.info.settled = plain
        self.info.vfork_fd = vfork_fd

    def set_private(self, fds: set) -> bool:
        """Descriptors that are ours, not the guest's; False where they are too many."""
        self.info.private_count = 0
        if len(fds) > MOST_PRIVATE:
            return False
        for number in fds:
            self.info.private_fds[self.info.private_count] = number
            self.info.private_count += 1
        return True

    @property
    def behind(self) -> bool:
        """Whether this process was forked, runs another program or so, and Python hasn't heard of it."""
        return self.info.born or self.info.replaced or self.info.actions_changed

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
