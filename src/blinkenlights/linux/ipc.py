"""System V shared memory, and semctl, whose last argument is a union."""

from blinkenlights.linux.abi import EINVAL, ENOMEM, PAGE, at, page_up, s32, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from blinkenlights.linux.task import Task

SHMAT, SHMCTL, SEMCTL = 30, 31, 66
SHM_RDONLY, SHM_RND, SHM_REMAP, SHM_EXEC = 0o10000, 0o20000, 0o40000, 0o100000
PROT_READ, PROT_WRITE, PROT_EXEC = 1, 2, 4
MAP_SHARED, MAP_ANONYMOUS, MAP_NORESERVE = 1, 0x20, 0x4000
IPC_STAT = 2
SHMID_DS_SIZE = 112

_attached: dict[int, int] = {}  # guest address -> bytes


def sys_shmat(task: "Task", segment: int, address: int, flags: int) -> int:
    space = task.space
    status = words(bytes(SHMID_DS_SIZE))
    result = task.host(SHMCTL, segment, IPC_STAT, at(status))
    if result < 0:
        return result
    length = page_up(status[6])  # after struct ipc_perm, 48 bytes
    if address % PAGE:
        if not flags & SHM_RND:
            return -EINVAL
        address -= address % PAGE
    with task.process.memory_lock:
        if not address:
            if flags & SHM_REMAP:
                return -EINVAL
            address = space.find_free(length)
            if not address:
                return -ENOMEM
        elif not flags & SHM_REMAP and not space.is_free(address, length):
            return -EINVAL
        prot = PROT_READ | (0 if flags & SHM_RDONLY else PROT_WRITE) | (PROT_EXEC if flags & SHM_EXEC else 0)
        # The place first, as the space knows it; then the segment over it.
        space.map(address, length, prot, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, name=b"/SYSV")
        where = space.base + address
        result = task.host(SHMAT, segment, where, flags & ~SHM_EXEC | SHM_REMAP)
        if result < 0:
            space.unmap(address, length)
            return result
        _attached[address] = length
    return address


def sys_shmdt(task: "Task", address: int) -> int:
    with task.process.memory_lock:
        length = _attached.pop(address, 0)
        if not length:
            return -EINVAL
        # Mapping over the segment detaches it.
        task.space.unmap(address, length)
    return 0


# Commands by what the argument is: bytes it points to; others take a number.
SEMCTL_POINTERS = {1: 104, 2: 104, 3: 36, 13: 2048, 17: 2048, 18: 104, 19: 36, 20: 104}


def sys_semctl(task: "Task", identifier: int, number: int, command: int, argument: int) -> int:
    size = SEMCTL_POINTERS.get(s32(command) & ~0x100)
    if size:
        argument = task.space.pointer(argument, size, True)
    return task.host(SEMCTL, identifier, number, command, argument)
