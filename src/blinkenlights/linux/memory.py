"""Memory: mmap and its family, brk."""

from blinkenlights.linux.abi import (
    EBADF,
    EEXIST,
    EFAULT,
    EINVAL,
    ENOMEM,
    ENOSPC,
    EOPNOTSUPP,
    EOVERFLOW,
    EPERM,
    PAGE,
    page_down,
    page_up,
    s32,
)
from blinkenlights.linux.resources import INFINITY, RLIMIT_AS, RLIMIT_DATA

TYPE_CHECKING = False
if TYPE_CHECKING:
    from blinkenlights.core.memory import AddressSpace, Mapping
    from blinkenlights.linux.task import Process, Task

REMAP_FILE_PAGES = 216
MSYNC, MINCORE, MADVISE, MLOCK, MUNLOCK, MLOCK2 = 26, 27, 28, 149, 150, 325

PROT_READ, PROT_WRITE, PROT_EXEC = 1, 2, 4
PROT_SEM = 8
PROT_GROWSDOWN, PROT_GROWSUP = 0x0100_0000, 0x0200_0000

MAP_SHARED, MAP_PRIVATE, MAP_SHARED_VALIDATE, MAP_TYPE = 1, 2, 3, 0xF
MAP_FIXED, MAP_ANONYMOUS, MAP_32BIT, MAP_GROWSDOWN = 0x10, 0x20, 0x40, 0x100
MAP_DENYWRITE, MAP_HUGETLB, MAP_SYNC, MAP_FIXED_NOREPLACE = 0x800, 0x4_0000, 0x8_0000, 0x10_0000
# What the place in memory doesn't depend on and the host shall see.
HOST_FLAGS = 0xF | MAP_ANONYMOUS | 0x4000 | 0x8000 | 0x1_0000 | 0x2000 | 0x8_0000

MREMAP_MAYMOVE, MREMAP_FIXED, MREMAP_DONTUNMAP = 1, 2, 4
MADV_DONTNEED, MADV_FREE = 4, 8
DISCARDS = frozenset((MADV_DONTNEED, MADV_FREE, 9))  # and MADV_REMOVE
# Advice that is harmless and exact on host addresses.
MADVICE = frozenset((*range(5), *range(8, 26)))

MASK = 0xFFFF_FFFF_FFFF_FFFF
LOWEST = 0x1_0000  # vm.mmap_min_addr
STACK_GAP = 256 * PAGE  # what stays free below a mapping that grows
FCNTL, F_GETFD = 72, 1


def _total(space: "AddressSpace") -> int:
    return sum(mapping.end - mapping.start for mapping in space.maps())


def _over_limit(process: "Process", more: int, data: bool = False) -> bool:
    """Whether `more` bytes would break the guest's RLIMIT_AS (or RLIMIT_DATA)."""
    if not process.limits:
        return False
    if RLIMIT_AS in process.limits:
        most = process.limits[RLIMIT_AS][0]
        if most != INFINITY and _total(process.space) + more > most:
            return True
    if data and RLIMIT_DATA in process.limits:
        most = process.limits[RLIMIT_DATA][0]
        if most != INFINITY:
            private = sum(
                m.end - m.start
                for m in process.space.maps()
                if m.prot & PROT_WRITE and not m.flags & MAP_SHARED and m.name != b"[stack]"
            )
            return private + more > most
    return False


def _holds_code(prot: int, flags: int, length: int) -> bool:
    """Libraries and the like go below 2 GiB while there is room: see `core.memory_calls`."""
    if length >= 1 << 30 or flags & MAP_TYPE != MAP_PRIVATE:
        return False
    return bool(prot & PROT_EXEC) or (
        flags & (MAP_ANONYMOUS | MAP_DENYWRITE) == MAP_DENYWRITE and not prot & PROT_WRITE
    )


def sys_mmap(task: "Task", address: int, length: int, prot: int, flags: int, fd: int, offset: int) -> int:
    if offset & PAGE - 1 or not length:
        return -EINVAL
    if flags & MAP_TYPE not in (MAP_SHARED, MAP_PRIVATE, MAP_SHARED_VALIDATE):
        return -EINVAL
    process = task.process
    space = process.space
    length = page_up(length)
    if length > space.size:
        return -ENOMEM
    if flags & MAP_HUGETLB:
        return -ENOMEM  # as on a system that reserved no huge pages
    with process.memory_lock:
        if process.limits and _over_limit(
            process, length, bool(prot & PROT_WRITE) and flags & MAP_TYPE == MAP_PRIVATE
        ):
            return -ENOMEM
        if flags & (MAP_FIXED | MAP_FIXED_NOREPLACE):
            if address & PAGE - 1:
                return -EINVAL
            if address > space.size - length:
                return -ENOMEM
            if address < LOWEST:
                return -EPERM
            if flags & MAP_FIXED_NOREPLACE and not space.is_free(address, length):
                return -EEXIST
        else:
            address = page_down(address)
            if address and address < LOWEST:
                address = LOWEST
            if not (address and address <= space.size - length and space.is_free(address, length)):
                low = bool(flags & MAP_32BIT)
                address = space.find_free(length, 0, low or _holds_code(prot, flags, length))
                if not address and not low:
                    address = space.find_free(length)
                if not address:
                    return -ENOMEM
        if offset >> 63:
            if not flags & MAP_ANONYMOUS:
                return -EOVERFLOW if task.host(FCNTL, fd, F_GETFD) >= 0 else -EBADF
            offset = 0
        if flags & MAP_GROWSDOWN:
            process.growing = True
        if flags & MAP_TYPE == MAP_SHARED_VALIDATE and flags & MAP_SYNC:
            return -EOPNOTSUPP  # for persistent memory only
        space.map(address, length, prot & 7, flags & (HOST_FLAGS | MAP_GROWSDOWN), s32(fd), offset)
    return address


def sys_munmap(task: "Task", address: int, length: int) -> int:
    space = task.space
    if address & PAGE - 1 or not length or length > space.size or address > space.size - length:
        return -EINVAL
    with task.process.memory_lock:
        space.unmap(address, page_up(length))
    return 0


def sys_mprotect(task: "Task", address: int, length: int, prot: int) -> int:
    if address & PAGE - 1:
        return -EINVAL
    down, up = prot & PROT_GROWSDOWN, prot & PROT_GROWSUP
    prot &= ~(PROT_GROWSDOWN | PROT_GROWSUP)
    if prot & ~(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM) or (down and up):
        return -EINVAL
    if not length:
        return 0
    process = task.process
    space = process.space
    length = page_up(length)
    if length > space.size or address > space.size - length:
        return -ENOMEM
    with process.memory_lock:
        if down or up:  # from the mapping's start, however far below
            mapping = space.find(address)
            if mapping is not None:
                if up or not (mapping.flags & MAP_GROWSDOWN or mapping.name == b"[stack]"):
                    return -EINVAL
                start = mapping.start
                below = space.find(start - 1)
                while below is not None and below.flags & MAP_GROWSDOWN:  # what it grew by
                    start = below.start
                    below = space.find(start - 1)
                length += address - start
                address = start
        space.protect(address, length, prot & 7)
    return 0


def sys_pkey_mprotect(task: "Task", address: int, length: int, prot: int, key: int) -> int:
    return sys_mprotect(task, address, length, prot) if s32(key) == -1 else -EINVAL


def sys_pkey_alloc(task: "Task", flags: int, rights: int) -> int:
    """Every key is taken on a processor without them."""
    return -EINVAL if flags or rights & ~3 else -ENOSPC


def sys_pkey_free(task: "Task", key: int) -> int:
    return -EINVAL


def sys_remap_file_pages(task: "Task", address: int, length: int, prot: int, page: int, flags: int) -> int:
    """The host maps other pages of the same file there; what backs them is never kept here."""
    if address > task.space.size:
        return -EINVAL
    return task.host(REMAP_FILE_PAGES, task.space.base + address, length, prot, page, flags)


def sys_mremap(task: "Task", old: int, old_length: int, new_length: int, flags: int, new: int) -> int:
    if flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP) or old & PAGE - 1:
        return -EINVAL
    if flags & (MREMAP_FIXED | MREMAP_DONTUNMAP) and not flags & MREMAP_MAYMOVE:
        return -EINVAL
    process = task.process
    space = process.space
    old_length, new_length = page_up(old_length), page_up(new_length)
    if not new_length or max(old_length, new_length) > space.size:
        return -EINVAL
    if flags & MREMAP_DONTUNMAP and old_length != new_length:
        return -EINVAL
    if flags & MREMAP_FIXED and (
        new & PAGE - 1
        or new > space.size - new_length
        or (new < old + old_length and old < new + new_length)
    ):
        return -EINVAL
    with process.memory_lock:
        if not _mapped(space, old, min(old_length, new_length)):
            return -EFAULT
        if not old_length or flags & MREMAP_DONTUNMAP:
            return _duplicate(task, old, old_length, new_length, flags, new)
        if new_length < old_length:
            space.unmap(old + new_length, old_length - new_length)
            old_length = new_length
        if flags & MREMAP_FIXED:
            space.remap(old, old_length, new, new_length)
            return new
        if new_length == old_length:
            return old
        if not _mapped(space, old, old_length):
            return -EFAULT
        more = new_length - old_length
        if _over_limit(process, more):
            return -ENOMEM
        if space.resize(old, old_length, new_length):
            return old
        if not flags & MREMAP_MAYMOVE:
            return -ENOMEM
        new = space.find_free(new_length)
        if not new:
            return -ENOMEM
        space.remap(old, old_length, new, new_length)
        return new


def _duplicate(task: "Task", old: int, old_length: int, new_length: int, flags: int, new: int) -> int:
    """mremap that leaves the old mapping: of shared memory (old length 0), or MREMAP_DONTUNMAP."""
    space = task.space
    mapping = space.find(old)
    if mapping is None:
        return -EFAULT
    if not old_length and (not mapping.flags & MAP_SHARED or not flags & MREMAP_MAYMOVE):
        return -EINVAL if not mapping.flags & MAP_SHARED else -ENOMEM
    if _over_limit(task.process, new_length):
        return -ENOMEM
    if not flags & MREMAP_FIXED:
        new = space.find_free(new_length, page_down(new))
        if not new:
            return -ENOMEM
    space.remap(old, old_length, new, new_length, True)
    return new


def grow(task: "Task", address: int) -> bool:
    """Extend a MAP_GROWSDOWN mapping to a page below it that was touched; whether that was one."""
    process = task.process
    space = process.space
    page = page_down(address)
    with process.memory_lock:
        if not space.is_free(page, PAGE):
            return False
        above = _next_above(space, page)
        if above is None or not above.flags & MAP_GROWSDOWN:
            return False
        size = above.start - page
        if size > _stack_limit(process) or _over_limit(process, size, True):
            return False
        if page < STACK_GAP or not space.is_free(page - STACK_GAP, STACK_GAP):
            return False
        space.map(page, size, above.prot, above.flags & HOST_FLAGS | MAP_GROWSDOWN)
    return True


def _next_above(space: "AddressSpace", address: int) -> "Mapping | None":
    for mapping in space.maps():
        if mapping.start > address:
            return mapping
    return None


def _stack_limit(process: "Process") -> int:
    from blinkenlights.linux.stack import size_limit

    return size_limit(process)


def _mapped(space: "AddressSpace", address: int, length: int) -> bool:
    """Whether mappings cover a range without a hole."""
    end = address + length
    while address < end:
        mapping = space.find(address)
        if mapping is None:
            return False
        address = mapping.end
    return True


def sys_brk(task: "Task", address: int) -> int:
    process = task.process
    space = process.space
    if address < process.brk_start:
        return process.brk
    with process.memory_lock:
        old, new = page_up(process.brk), page_up(address)
        if new > old:
            if new > space.size or not space.is_free(old, new - old + PAGE):
                return process.brk
            if process.limits and _over_limit(process, new - old, True):
                return process.brk
            try:
                space.map(old, new - old, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, name=b"[heap]")
            except OSError:
                return process.brk
        elif new < old:
            space.unmap(new, old - new)
        process.brk = address
    return address


def _range(task: "Task", address: int, length: int) -> int:
    """0 when the range may be given to the host; else an error."""
    if address & PAGE - 1:
        return -EINVAL
    space = task.space
    if length > space.size or address > space.size - length:
        return -ENOMEM
    return 0


def sys_madvise(task: "Task", address: int, length: int, advice: int) -> int:
    if address & PAGE - 1 or s32(advice) not in MADVICE:
        return -EINVAL
    if length and not page_up(length) & MASK:
        return -EINVAL
    length = page_up(length)
    error = _range(task, address, length)
    if error or not length:
        return error
    space = task.space
    if space.watcher is not None and s32(advice) in DISCARDS:
        space.watcher.wiping(address, length)
        if s32(advice) == MADV_FREE:  # at some later time, which nobody could tell
            advice = MADV_DONTNEED
    result = task.host(MADVISE, space.base + address, length, advice)
    at, end = address, address + length
    with task.process.memory_lock:
        while at < end:
            mapping = space.find(at)
            if mapping is None:  # the host sees no hole, only reserved memory
                return -ENOMEM
            if mapping.prot & PROT_EXEC and s32(advice) in DISCARDS:
                space.protect(at, min(mapping.end, end) - at, mapping.prot)  # forgets what was translated
            at = mapping.end
    return result


def sys_msync(task: "Task", address: int, length: int, flags: int) -> int:
    error = _range(task, address, length)
    if error:
        return error
    if length and not _mapped(task.space, address, page_up(length)):
        return -ENOMEM
    return task.host(MSYNC, task.space.base + address, length, flags)


def sys_mincore(task: "Task", address: int, length: int, vector: int) -> int:
    error = _range(task, address, length)
    if error:
        return error
    if length and not _mapped(task.space, address, page_up(length)):
        return -ENOMEM
    space = task.space
    where = space.pointer(vector, page_up(length) // PAGE, True)
    return task.host(MINCORE, space.base + address, length, where)


def _lock(task: "Task", number: int, address: int, length: int, flags: int = 0) -> int:
    length = page_up(length + (address & PAGE - 1)) & MASK
    address = page_down(address)
    if _range(task, address, length) or (length and not _mapped(task.space, address, length)):
        return -ENOMEM
    return task.host(number, task.space.base + address, length, flags)


def sys_mlock(task: "Task", address: int, length: int) -> int:
    return _lock(task, MLOCK, address, length)


def sys_mlock2(task: "Task", address: int, length: int, flags: int) -> int:
    return _lock(task, MLOCK2, address, length, flags)


def sys_munlock(task: "Task", address: int, length: int) -> int:
    return _lock(task, MUNLOCK, address, length)


def sys_mlockall(task: "Task", flags: int) -> int:
    """Locking the whole host process would pin the reserved region; nothing depends on it."""
    return -EINVAL if not flags & 3 or flags & ~7 else 0


def sys_munlockall(task: "Task") -> int:
    return 0
