"""Reads and writes through vectors of buffers (`struct iovec`)."""

from blinkenlights.linux.abi import EINVAL, LONGEST, at, s32, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from array import array

    from blinkenlights.core.memory import AddressSpace
    from blinkenlights.linux.task import Task

UIO_MAXIOV = 1024
READV, WRITEV, VMSPLICE, PREADV, PWRITEV = 19, 20, 278, 295, 296
VM_READV, VM_WRITEV, PREADV2, PWRITEV2, PROCESS_MADVISE = 310, 311, 327, 328, 440
ROOM_BELOW = 1 << 31  # core.memory.GUARD
NOWHERE = 0xFFFF_8000_0000_0000


def translate(space: "AddressSpace", address: int, count: int, written: bool) -> "array[int]":
    """The guest's vector with host addresses."""
    if not 0 <= count <= UIO_MAXIOV:
        raise OSError(EINVAL, "vector")
    vector = words(space.read(address, 16 * count))
    pointer = space.pointer
    for i in range(0, 2 * count, 2):
        length = vector[i + 1]
        if length >> 63:
            raise OSError(EINVAL, "vector")
        vector[i] = pointer(vector[i], min(length, LONGEST), written)
    return vector


def sys_readv(task: "Task", fd: int, iov: int, count: int) -> int:
    vector = translate(task.space, iov, s32(count), True)
    return task.host(READV, fd, at(vector), count)


def sys_writev(task: "Task", fd: int, iov: int, count: int) -> int:
    vector = translate(task.space, iov, s32(count), False)
    return task.host(WRITEV, fd, at(vector), count)


def sys_preadv(task: "Task", fd: int, iov: int, count: int, low: int, high: int) -> int:
    vector = translate(task.space, iov, s32(count), True)
    return task.host(PREADV, fd, at(vector), count, low, high)


def sys_pwritev(task: "Task", fd: int, iov: int, count: int, low: int, high: int) -> int:
    vector = translate(task.space, iov, s32(count), False)
    return task.host(PWRITEV, fd, at(vector), count, low, high)


def sys_preadv2(task: "Task", fd: int, iov: int, count: int, low: int, high: int, flags: int) -> int:
    vector = translate(task.space, iov, s32(count), True)
    return task.host(PREADV2, fd, at(vector), count, low, high, flags)


def sys_pwritev2(task: "Task", fd: int, iov: int, count: int, low: int, high: int, flags: int) -> int:
    vector = translate(task.space, iov, s32(count), False)
    return task.host(PWRITEV2, fd, at(vector), count, low, high, flags)


def sys_vmsplice(task: "Task", fd: int, iov: int, count: int, flags: int) -> int:
    # Into a pipe or out of one: the descriptor's direction decides, so ask for the stricter access.
    vector = translate(task.space, iov, s32(count), False)
    return task.host(VMSPLICE, fd, at(vector), count, flags)


def sys_vm_readv(task: "Task", pid: int, local: int, n: int, remote: int, m: int, flags: int) -> int:
    return _own_memory(task, VM_READV, pid, local, n, remote, m, flags)


def sys_vm_writev(task: "Task", pid: int, local: int, n: int, remote: int, m: int, flags: int) -> int:
    return _own_memory(task, VM_WRITEV, pid, local, n, remote, m, flags)


def _own_memory(
    task: "Task", number: int, pid: int, local: int, n: int, remote: int, m: int, flags: int
) -> int:
    """Another guest has its memory where this one has its own; other processes are left as they are."""
    near = translate(task.space, local, s32(n), number == VM_READV)
    if s32(pid) in (task.process.pid, *task.process.tasks):
        far = translate(task.space, remote, s32(m), number == VM_WRITEV)
    else:
        far = translate_far(task.space, remote, s32(m), _is_guest(task.space, s32(pid)))
    return task.host(number, pid, at(near), n, at(far), m, flags)


def translate_far(space: "AddressSpace", address: int, count: int, guest: bool) -> "array[int]":
    """The vector of another process's memory."""
    if not 0 <= count <= UIO_MAXIOV:
        raise OSError(EINVAL, "vector")
    vector = words(space.read(address, 16 * count))
    for i in range(0, 2 * count, 2):
        if guest:
            vector[i] = vector[i] + space.base if vector[i] < space.size else NOWHERE
    return vector


def _is_guest(space: "AddressSpace", pid: int) -> bool:
    """Whether a process has a guest's memory at the same place: the room below it is one mapping."""
    start = b"%x-" % (space.base - ROOM_BELOW)
    try:
        with open(f"/proc/{pid}/maps", "rb") as maps:  # noqa: PTH123 - pathlib is slow to import
            return any(line.startswith(start) for line in maps)
    except OSError:
        return False


def sys_process_madvise(task: "Task", fd: int, iov: int, count: int, advice: int, flags: int) -> int:
    vector = translate_far(task.space, iov, s32(count), True)
    return task.host(PROCESS_MADVISE, fd, at(vector), count, advice, flags)
