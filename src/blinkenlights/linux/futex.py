"""Futexes are the host's: guest words are host words at a translated address."""

from errno import EINTR, EINVAL, ENOSYS, ETIMEDOUT

from blinkenlights.core import host
from blinkenlights.core.memory import GuestFault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from array import array

    from blinkenlights.linux.task import Task

SYS_FUTEX = 202
SYS_FUTEX_WAITV = 449
SYS_FUTEX_REQUEUE = 456
ERESTARTSYS = 512

FUTEX_WAIT, FUTEX_WAKE, FUTEX_FD, FUTEX_REQUEUE, FUTEX_CMP_REQUEUE, FUTEX_WAKE_OP = range(6)
FUTEX_LOCK_PI, FUTEX_UNLOCK_PI, FUTEX_TRYLOCK_PI, FUTEX_WAIT_BITSET, FUTEX_WAKE_BITSET = range(6, 11)
FUTEX_WAIT_REQUEUE_PI, FUTEX_CMP_REQUEUE_PI, FUTEX_LOCK_PI2 = range(11, 14)
FUTEX_PRIVATE = 0x80
FUTEX_CLOCK_REALTIME = 0x100
COMMAND_MASK = 0x7F

WITH_TIMEOUT = frozenset(
    (FUTEX_WAIT, FUTEX_LOCK_PI, FUTEX_WAIT_BITSET, FUTEX_WAIT_REQUEUE_PI, FUTEX_LOCK_PI2)
)
WITH_SECOND_WORD = frozenset(
    (FUTEX_REQUEUE, FUTEX_CMP_REQUEUE, FUTEX_WAKE_OP, FUTEX_WAIT_REQUEUE_PI, FUTEX_CMP_REQUEUE_PI)
)

# Robust lists (get_robust_list(2)): what a thread that ends owes to those who wait for its locks
ROBUST_LIMIT = 2048
FUTEX_WAITERS = 0x80000000
FUTEX_OWNER_DIED = 0x40000000
FUTEX_TID_MASK = 0x3FFFFFFF
OWNER_CHECKS = 20_000_000  # nanoseconds between looks whether a lock's owner is alive

FUTEX_WAITV = 24  # bytes: value, address, flags, reserved
FUTEX_WAITV_MOST = 128


def sys_futex(task: "Task", word: int, op: int, value: int, timeout: int, word2: int, value3: int) -> int:
    command = op & COMMAND_MASK
    pointer = task.process.space.pointer
    place = task.process.space.word
    if command in WITH_TIMEOUT:
        timeout = pointer(timeout, 16)
    if command in WITH_SECOND_WORD:
        word2 = place(word2)
    if command == FUTEX_FD:
        return -ENOSYS
    if command == FUTEX_WAIT and value & FUTEX_WAITERS and not op & FUTEX_PRIVATE and not timeout:
        return wait_for_owner(task, word, value)
    return host.syscall(SYS_FUTEX, place(word), op, value, timeout, word2, value3)


def wait_for_owner(task: "Task", word: int, value: int) -> int:
    """Wait for a robust lock that another process may hold.

    The host kernel can't mark it when that process is killed, for it can't read the guest's list of
    locks. So the one who waits looks now and then whether the owner is alive, and marks it.
    """
    from array import array

    owner = value & FUTEX_TID_MASK
    address = task.space.word(word)
    while True:
        if owner and not is_alive(owner):
            if task.space.u32(word) == value & 0xFFFFFFFF:
                task.space.put_u32(word, FUTEX_WAITERS | FUTEX_OWNER_DIED)
            return 0
        a_while = array("Q", (0, OWNER_CHECKS))
        result = host.syscall(SYS_FUTEX, address, FUTEX_WAIT, value, a_while.buffer_info()[0])
        if result == -EINTR:
            return -ERESTARTSYS
        if result != -ETIMEDOUT:
            return result


def is_alive(tid: int) -> bool:
    """Whether there is a thread of this number, in any process, that isn't a zombie."""
    try:
        with open(f"/proc/{tid}/stat", "rb", buffering=0) as file:  # noqa: PTH123
            return file.read(256).rpartition(b") ")[2][:1] not in b"ZX"
    except OSError:
        return False


def wake(task: "Task", word: int, count: int = 1) -> None:
    """Wake waiters in this process or in others that share the word's memory."""
    address = task.process.space.word(word)
    host.at_once(SYS_FUTEX, address, FUTEX_WAKE, count)  # or they would wait for ever


def release_robust(task: "Task") -> None:
    """Mark the locks that the ending thread still holds, as the kernel does."""
    head = task.robust_list
    if not head:
        return
    task.robust_list = 0
    space = task.space
    try:
        entry, pending = space.u64(head), space.u64(head + 16)
        offset = int.from_bytes(space.read(head + 8, 8), "little", signed=True)
        for _ in range(ROBUST_LIMIT):
            pi = entry & 1
            entry &= ~1
            if entry == head:
                break
            following = space.u64(entry)
            if entry != pending & ~1:
                owner_died(task, entry + offset, pi)
            entry = following
        if pending & ~1:
            owner_died(task, (pending & ~1) + offset, pending & 1)
    except GuestFault:
        pass


def owner_died(task: "Task", word: int, pi: int) -> None:
    space = task.space
    value = space.u32(word)
    if value & FUTEX_TID_MASK != task.tid:
        return
    space.put_u32(word, (value & FUTEX_WAITERS) | FUTEX_OWNER_DIED)
    # waking without waiters does no harm, and one may have come since the word was read
    if not pi:
        wake(task, word)


def clear_child_tid(task: "Task") -> None:
    """CLONE_CHILD_CLEARTID: what pthread_join waits for."""
    word = task.clear_child_tid
    if not word:
        return
    task.clear_child_tid = 0
    try:
        task.space.put_u32(word, 0)
        wake(task, word)
    except GuestFault:
        pass


# -- the newer calls -------------------------------------------------------------------------------


def translated_waiters(task: "Task", waiters: int, count: int) -> "array[int]":
    """A copy of `struct futex_waitv`s with host addresses."""
    space = task.space
    from array import array

    words = array("Q", space.read(waiters, count * FUTEX_WAITV))
    for i in range(1, len(words), FUTEX_WAITV // 8):
        words[i] = space.word(words[i])
    return words


def sys_futex_waitv(task: "Task", waiters: int, count: int, flags: int, timeout: int, clock: int) -> int:
    count &= 0xFFFFFFFF
    if not 0 < count <= FUTEX_WAITV_MOST:
        return -EINVAL
    words = translated_waiters(task, waiters, count)
    timeout = task.space.pointer(timeout, 16)
    return host.syscall(SYS_FUTEX_WAITV, words.buffer_info()[0], count, flags, timeout, clock)


def sys_futex_requeue(task: "Task", waiters: int, flags: int, wake_count: int, move_count: int) -> int:
    words = translated_waiters(task, waiters, 2)
    return host.syscall(SYS_FUTEX_REQUEUE, words.buffer_info()[0], flags, wake_count, move_count)
