"""Futexes are the host's: guest words are host words at a translated address."""

from errno import ENOSYS
from struct import Struct

from blinkenlights.core import host
from blinkenlights.core.memory import GuestFault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from blinkenlights.linux.task import Task

SYS_FUTEX = 202

FUTEX_WAIT, FUTEX_WAKE, FUTEX_FD, FUTEX_REQUEUE, FUTEX_CMP_REQUEUE, FUTEX_WAKE_OP = range(6)
FUTEX_LOCK_PI, FUTEX_UNLOCK_PI, FUTEX_TRYLOCK_PI, FUTEX_WAIT_BITSET, FUTEX_WAKE_BITSET = range(6, 11)
FUTEX_WAIT_REQUEUE_PI, FUTEX_CMP_REQUEUE_PI, FUTEX_LOCK_PI2 = range(11, 14)
COMMAND_MASK = 0x7F  # without FUTEX_PRIVATE_FLAG and FUTEX_CLOCK_REALTIME

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
ROBUST_HEAD = Struct("<QqQ")


def sys_futex(task: "Task", word: int, op: int, value: int, timeout: int, word2: int, value3: int) -> int:
    command = op & COMMAND_MASK
    pointer = task.process.space.pointer
    if command in WITH_TIMEOUT:
        timeout = pointer(timeout, 16)
    if command in WITH_SECOND_WORD:
        word2 = pointer(word2, 4, True)
    if command == FUTEX_FD:
        return -ENOSYS
    return host.syscall(SYS_FUTEX, pointer(word, 4, True), op, value, timeout, word2, value3)


def wake(task: "Task", word: int, count: int = 1) -> None:
    """Wake waiters in this process or in others that share the word's memory."""
    address = task.process.space.pointer(word, 4, True)
    host.syscall(SYS_FUTEX, address, FUTEX_WAKE, count)


def release_robust(task: "Task") -> None:
    """Mark the locks that the ending thread still holds, as the kernel does."""
    head = task.robust_list
    if not head:
        return
    task.robust_list = 0
    space = task.space
    try:
        entry, offset, pending = ROBUST_HEAD.unpack(space.read(head, ROBUST_HEAD.size))
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

