"""Calls that name files or hand out descriptors, where the guest must not see the host's truth.

Paths below /proc that speak of this process are answered by `procfs`; everything else goes to the
host as it is. Telling them apart must cost next to nothing, as programs open hundreds of files: so
the engine makes the calls of `tables.syscalls.CAREFUL` itself where the name alone decides.
"""

from struct import pack

from blinkenlights.linux.abi import E2BIG, EBADF, EINVAL, at, s32, words
from blinkenlights.tables.syscalls import SPECIAL_NAMES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from blinkenlights.linux.task import Task

OPEN, CLOSE, STAT, ACCESS, DUP2, FCNTL, READLINK = 2, 3, 4, 21, 33, 72, 89
OPENAT, NEWFSTATAT, READLINKAT, FACCESSAT, DUP3 = 257, 262, 267, 269, 292
SYSFS = 139
STATX, CLOSE_RANGE, OPENAT2, FACCESSAT2 = 332, 436, 437, 439

AT_FDCWD = -100
AT_SYMLINK_NOFOLLOW = 0x100
O_NOFOLLOW, O_PATH = 0o400000, 0o10000000
RESOLVE_BENEATH = 0x08
RESOLVE_IN_ROOT = 0x10
CLOSE_RANGE_UNSHARE, CLOSE_RANGE_CLOEXEC = 2, 4
STAT_SIZE, STATX_SIZE = 144, 256

def _special(name: bytes) -> bool:
    """Whether a path may be one of ours; `procfs.find` then decides."""
    return name[name.rfind(b"/") + 1 :] in SPECIAL_NAMES


# ---- opening ----


def sys_open(task: "Task", path: int, flags: int, mode: int) -> int:
    space = task.space
    name = space.read_cstring(path)
    if name[name.rfind(b"/") + 1 :] in SPECIAL_NAMES:
        fd = _open_special(task, AT_FDCWD, name, flags)
        if fd is not None:
            return fd
    return task.host(OPEN, space.pointer(path, len(name) + 1), flags, mode)


def sys_openat(task: "Task", dirfd: int, path: int, flags: int, mode: int) -> int:
    space = task.space
    name = space.read_cstring(path)
    if name[name.rfind(b"/") + 1 :] in SPECIAL_NAMES:
        fd = _open_special(task, s32(dirfd), name, flags)
        if fd is not None:
            return fd
    return task.host(OPENAT, dirfd, space.pointer(path, len(name) + 1), flags, mode)


def sys_openat2(task: "Task", dirfd: int, path: int, how: int, size: int) -> int:
    space = task.space
    name = space.read_cstring(path)
    resolve = space.u64(how + 16) if size >= 24 else 0
    if size >= 24 and _special(name) and not resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT):
        if resolve:  # whether it may be reached that way the host knows
            question = words(pack("<QQQ", O_PATH, 0, resolve))
            found = task.host(OPENAT2, dirfd, space.pointer(path, len(name) + 1), at(question), 24)
            if found < 0:
                return found
            task.host(CLOSE, found)
        fd = _open_special(task, s32(dirfd), name, space.u64(how))
        if fd is not None:
            return fd
    where = space.pointer(path, len(name) + 1)
    return task.host(OPENAT2, dirfd, where, space.pointer(how, size), size)


def _open_special(task: "Task", dirfd: int, name: bytes, flags: int) -> int | None:
    """A descriptor for the guest's view of a file; None when the host's file is right."""
    from blinkenlights.linux import procfs

    entry = procfs.find(task, dirfd, name)
    if entry is None or (entry.name == b"exe" and flags & O_NOFOLLOW):
        return None
    return procfs.open_entry(task, entry, flags)


# ---- asking about files ----


def sys_readlink(task: "Task", path: int, buffer: int, size: int) -> int:
    return sys_readlinkat(task, AT_FDCWD, path, buffer, size)


def sys_readlinkat(task: "Task", dirfd: int, path: int, buffer: int, size: int) -> int:
    space = task.space
    name = space.read_cstring(path)
    if name.endswith(b"exe"):
        from blinkenlights.linux import procfs

        entry = procfs.find(task, s32(dirfd), name)
        if entry is not None and entry.name == b"exe":
            if s32(size) <= 0:
                return -EINVAL
            program = procfs.program_of(task, entry)
            if program is not None:
                space.write(buffer, program[:size])
                return min(len(program), size)
    where = space.pointer(path, len(name) + 1)
    return task.host(READLINKAT, dirfd, where, space.pointer(buffer, size & 0x7FFF_FFFF, True), size)


def _program(task: "Task", dirfd: int, name: bytes) -> "bytes | None":
    """The guest program's path, ended by NUL, when `name` is /proc/self/exe."""
    if not name.endswith(b"exe"):
        return None
    from blinkenlights.linux import procfs

    entry = procfs.find(task, dirfd, name)
    program = procfs.program_of(task, entry) if entry is not None and entry.name == b"exe" else None
    return None if program is None else procfs.openable(task.process, program) + b"\0"


def _where(task: "Task", dirfd: int, path: int, follow: bool = True) -> "tuple[int, object]":
    """The host address of a path to ask about, and what must live until the call is over."""
    space = task.space
    name = space.read_cstring(path)
    if follow:
        program = _program(task, dirfd, name)
        if program is not None:
            buffer = words(program.ljust(len(program) + 7 & ~7, b"\0"))
            return at(buffer), buffer
    return space.pointer(path, len(name) + 1), None


def sys_stat(task: "Task", path: int, status: int) -> int:
    where, _keep = _where(task, AT_FDCWD, path)
    return task.host(STAT, where, task.space.pointer(status, STAT_SIZE, True))


def sys_newfstatat(task: "Task", dirfd: int, path: int, status: int, flags: int) -> int:
    space = task.space
    if not path:  # AT_EMPTY_PATH
        return task.host(NEWFSTATAT, dirfd, 0, space.pointer(status, STAT_SIZE, True), flags)
    where, _keep = _where(task, s32(dirfd), path, not flags & AT_SYMLINK_NOFOLLOW)
    return task.host(NEWFSTATAT, dirfd, where, space.pointer(status, STAT_SIZE, True), flags)


def sys_statx(task: "Task", dirfd: int, path: int, flags: int, mask: int, status: int) -> int:
    space = task.space
    if not path:
        return task.host(STATX, dirfd, 0, flags, mask, space.pointer(status, STATX_SIZE, True))
    where, _keep = _where(task, s32(dirfd), path, not flags & AT_SYMLINK_NOFOLLOW)
    return task.host(STATX, dirfd, where, flags, mask, space.pointer(status, STATX_SIZE, True))


def sys_access(task: "Task", path: int, mode: int) -> int:
    where, _keep = _where(task, AT_FDCWD, path)
    return task.host(ACCESS, where, mode)


def sys_faccessat(task: "Task", dirfd: int, path: int, mode: int) -> int:
    where, _keep = _where(task, s32(dirfd), path)
    return task.host(FACCESSAT, dirfd, where, mode)


def sys_faccessat2(task: "Task", dirfd: int, path: int, mode: int, flags: int) -> int:
    where, _keep = _where(task, s32(dirfd), path, not flags & AT_SYMLINK_NOFOLLOW)
    return task.host(FACCESSAT2, dirfd, where, mode, flags)


# ---- extended attributes by descriptor and name ----

SETXATTRAT, GETXATTRAT = 463, 464


def _attribute(
    task: "Task",
    number: int,
    dirfd: int,
    path: int,
    flags: int,
    name: int,
    arguments: int,
    size: int,
    place: int = 0,
) -> int:
    """struct xattr_args: a pointer, then the size and flags. `place` is a host address for the path."""
    space = task.space
    if not 16 <= size <= 4096:
        return -EINVAL if size < 16 else -E2BIG
    raw = words(space.read(arguments, size & ~7))
    raw[0] = space.pointer(raw[0], raw[1] & 0xFFFF_FFFF, number == GETXATTRAT)
    where = place or space.pointer(path), space.pointer(name)
    return task.host(number, dirfd, where[0], flags, where[1], at(raw), len(raw) * 8)


def sys_setxattrat(
    task: "Task", dirfd: int, path: int, flags: int, name: int, arguments: int, size: int
) -> int:
    return _attribute(task, SETXATTRAT, dirfd, path, flags, name, arguments, size)


def sys_getxattrat(
    task: "Task", dirfd: int, path: int, flags: int, name: int, arguments: int, size: int
) -> int:
    return _attribute(task, GETXATTRAT, dirfd, path, flags, name, arguments, size)


def sys_sysfs(task: "Task", option: int, first: int, second: int) -> int:
    """The numbers of file system types: option 1 takes a name, 2 gives one."""
    if s32(option) == 1:
        first = task.space.pointer(first)
    elif s32(option) == 2:
        second = task.space.pointer(second, 64, True)
    return task.host(SYSFS, option, first, second)


# ---- descriptors: ours must stay out of the guest's hands ----


def sys_close(task: "Task", fd: int) -> int:
    if fd & 0xFFFF_FFFF in task.process.private_fds:
        return -EBADF
    return task.host(CLOSE, fd)


def sys_dup2(task: "Task", old: int, new: int) -> int:
    private = task.process.private_fds
    if old & 0xFFFF_FFFF in private or new & 0xFFFF_FFFF in private:
        return -EBADF
    return task.host(DUP2, old, new)


def sys_dup3(task: "Task", old: int, new: int, flags: int) -> int:
    private = task.process.private_fds
    if old & 0xFFFF_FFFF in private or new & 0xFFFF_FFFF in private:
        return -EBADF
    return task.host(DUP3, old, new, flags)


def sys_close_range(task: "Task", first: int, last: int, flags: int) -> int:
    first &= 0xFFFF_FFFF
    last &= 0xFFFF_FFFF
    flags &= 0xFFFF_FFFF
    if first > last or flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC):
        return -EINVAL
    result = 0
    for fd in sorted(task.process.private_fds):  # close what lies between ours
        if first <= fd <= last:
            if first < fd:
                result = task.host(CLOSE_RANGE, first, fd - 1, flags)
            first = fd + 1
    if result == 0 and first <= last:
        result = task.host(CLOSE_RANGE, first, last, flags)
    return result


# fcntl commands whose argument is a pointer, with the bytes it points to.
FCNTL_POINTERS = {
    5: 32,  # F_GETLK
    6: 32,  # F_SETLK
    7: 32,  # F_SETLKW
    15: 8,  # F_SETOWN_EX
    16: 8,  # F_GETOWN_EX
    17: 8,  # F_GETOWNER_UIDS
    36: 32,  # F_OFD_GETLK
    37: 32,  # F_OFD_SETLK
    38: 32,  # F_OFD_SETLKW
    1035: 8,  # F_GET_RW_HINT and its three neighbours
    1036: 8,
    1037: 8,
    1038: 8,
}


def sys_fcntl(task: "Task", fd: int, command: int, argument: int) -> int:
    if fd & 0xFFFF_FFFF in task.process.private_fds:
        return -EBADF
    size = FCNTL_POINTERS.get(command & 0xFFFF_FFFF)
    if size:
        argument = task.space.pointer(argument, size, True)
    return task.host(FCNTL, fd, command, argument)
