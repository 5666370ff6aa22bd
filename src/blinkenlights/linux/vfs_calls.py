"""The system calls that name files, for a guest with roots of its own (linux/vfs.py).

The table says which arguments are paths. Most calls are the host's own on what `Vfs.locate` gives;
those with a meaning of their own are functions here.
"""

import os
from array import array

from blinkenlights.linux import files, vfs
from blinkenlights.linux.abi import AT_FDCWD, EINVAL, ENOENT, EPERM, ERANGE, at, passthrough, s32
from blinkenlights.linux.vfs import FOLLOW, NOFOLLOW, O_PATH, PARENT
from blinkenlights.tables.syscalls import BY_NUMBER, SPECIAL_NAMES, Row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from blinkenlights.linux.task import Task

    Implementation = Callable[..., int]

AT_SYMLINK_NOFOLLOW, AT_SYMLINK_FOLLOW, AT_EMPTY_PATH = 0x100, 0x400, 0x1000
IN_DONT_FOLLOW = 0x0200_0000
FAN_MARK_DONT_FOLLOW = 0x4
AF_UNIX = 1
FCHDIR = 81
O_WRONLY, O_CREAT, O_TRUNC = 1, 0o100, 0o1000
RESOLVE_BENEATH, RESOLVE_IN_ROOT, RESOLVE_NO_SYMLINKS = 0x08, 0x10, 0x04

# How calls take the last component, where that isn't FOLLOW or said by their AT_ flags.
MODES = {
    "lstat": NOFOLLOW, "readlink": NOFOLLOW, "readlinkat": NOFOLLOW, "lchown": NOFOLLOW,
    "lsetxattr": NOFOLLOW, "lgetxattr": NOFOLLOW, "llistxattr": NOFOLLOW, "lremovexattr": NOFOLLOW,
    "mkdir": PARENT, "mkdirat": PARENT, "mknod": PARENT, "mknodat": PARENT, "rmdir": PARENT,
    "unlink": PARENT, "unlinkat": PARENT, "rename": PARENT, "renameat": PARENT, "renameat2": PARENT,
    "symlink": PARENT, "symlinkat": PARENT,
}  # fmt: skip

# Calls that would lead out of a jail, or undo it for others.
REFUSED = frozenset((
    "mount", "umount2", "pivot_root", "move_mount", "open_tree", "fsopen", "fsmount", "fspick",
    "mount_setattr", "open_by_handle_at", "swapon", "swapoff", "acct", "setns", "quotactl",
    "init_module", "finit_module",
))  # fmt: skip


# These find files themselves, by `exec.open_program`, or none.
FINDERS = frozenset(("execve", "execveat", "uselib"))


def implementation(row: Row, jailed: bool) -> "Implementation | None":
    """How a call is made in a root of its own; None for calls that have nothing to do with files."""
    name = row[1]
    if jailed and name in REFUSED:
        return lambda task, *arguments: -EPERM
    own = OWN.get(name)
    if own is not None:
        return own
    if name in FINDERS:
        return None
    kinds = row[2].split()
    paths = [i for i, kind in enumerate(kinds) if kind == "path"]
    if not paths:
        return None

    def call(task: "Task", *arguments: int) -> int:
        return on_paths(task, row, kinds, paths, arguments)

    return call


def on_paths(
    task: "Task", row: Row, kinds: list[str], paths: list[int], arguments: "tuple[int, ...]"
) -> int:
    """Make a host's call with its paths replaced."""
    roots = task.process.vfs
    assert roots is not None
    kept: list[array[int]] = []
    opened: list[int] = []
    replaced: dict[int, int] = {}
    try:
        for i in paths:
            if not arguments[i]:
                continue
            path = task.space.read_cstring(arguments[i])
            dirfd = s32(arguments[i - 1]) if i and kinds[i - 1] == "dirfd" else AT_FDCWD
            if not path and kinds[i - 1 : i] == ["dirfd"]:
                continue  # AT_EMPTY_PATH, or the host's ENOENT
            where, fd = roots.locate(dirfd, path, mode_of(row[1], kinds, i, arguments))
            if fd >= 0:
                opened.append(fd)
            buffer = array("B", where + b"\0")
            kept.append(buffer)
            replaced[i] = at(buffer)  # type: ignore[arg-type]
        return passthrough(task, row, arguments, replaced)
    finally:
        for fd in opened:
            os.close(fd)


def mode_of(name: str, kinds: list[str], i: int, arguments: "tuple[int, ...]") -> int:
    if name in MODES:
        return MODES[name]
    if name in ("link", "linkat", "name_to_handle_at"):
        if i == paths_last(kinds) and name != "name_to_handle_at":
            return PARENT
        return FOLLOW if "at:" in kinds and arguments[kinds.index("at:")] & AT_SYMLINK_FOLLOW else NOFOLLOW
    if "at:" in kinds and arguments[kinds.index("at:")] & AT_SYMLINK_NOFOLLOW:
        return NOFOLLOW
    if name == "inotify_add_watch" and arguments[2] & IN_DONT_FOLLOW:
        return NOFOLLOW
    if name == "fanotify_mark" and arguments[1] & FAN_MARK_DONT_FOLLOW:
        return NOFOLLOW
    return FOLLOW


def paths_last(kinds: list[str]) -> int:
    return max(i for i, kind in enumerate(kinds) if kind == "path")


# -- opening ---------------------------------------------------------------------------------------


def _open(task: "Task", dirfd: int, path: int, flags: int, mode: int) -> int:
    name = task.space.read_cstring(path)
    roots = task.process.vfs
    assert roots is not None
    if name[name.rfind(b"/") + 1 :] in SPECIAL_NAMES:
        canonical = roots.canonical(dirfd, name, NOFOLLOW)
        fd = files._open_special(task, AT_FDCWD, canonical, flags)
        if fd is not None and not canonical.endswith(b"/exe"):
            return fd
    return roots.open(dirfd, name, flags, mode)


def _sys_open(task: "Task", path: int, flags: int, mode: int) -> int:
    return _open(task, AT_FDCWD, path, s32(flags), mode)


def _sys_openat(task: "Task", dirfd: int, path: int, flags: int, mode: int) -> int:
    return _open(task, s32(dirfd), path, s32(flags), mode)


def _sys_creat(task: "Task", path: int, mode: int) -> int:
    return _open(task, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode)


def _sys_openat2(task: "Task", dirfd: int, path: int, how: int, size: int) -> int:
    space = task.space
    roots = task.process.vfs
    assert roots is not None
    if size < 24:
        return -EINVAL
    flags, mode, resolve = space.u64(how), space.u64(how + 8), space.u64(how + 16)
    if resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT):
        roots.base(s32(dirfd))  # in the root, so what is beneath it is, too
        return task.host(vfs.OPENAT2, dirfd, space.pointer(path), space.pointer(how, size), size)
    # with an empty path the host says whether it understands the rest
    question = array("B", b"\0")
    answer = task.host(vfs.OPENAT2, AT_FDCWD, at(question), space.pointer(how, size), size)  # type: ignore[arg-type]
    if answer != -ENOENT and answer != -vfs.ENOSYS:
        return answer
    if resolve:
        name = space.read_cstring(path)
        found = roots.quick(s32(dirfd), name, flags, mode, resolve)
        if found is not None:
            return found
        taken = FOLLOW, NOFOLLOW
        if resolve & RESOLVE_NO_SYMLINKS and len({roots.canonical(s32(dirfd), name, m) for m in taken}) > 1:
            return -vfs.ELOOP
    return _open(task, s32(dirfd), path, flags, mode)


# -- directories -----------------------------------------------------------------------------------


def _sys_chdir(task: "Task", path: int) -> int:
    roots = task.process.vfs
    assert roots is not None
    fd = roots.open(AT_FDCWD, task.space.read_cstring(path), O_PATH | vfs.O_DIRECTORY | vfs.O_CLOEXEC)
    if fd < 0:
        return fd
    try:
        return task.host(FCHDIR, fd)
    finally:
        os.close(fd)


def _sys_fchdir(task: "Task", fd: int) -> int:
    roots = task.process.vfs
    assert roots is not None
    roots.base(s32(fd))  # raises where it is outside
    return task.host(FCHDIR, fd)


def _sys_getcwd(task: "Task", buffer: int, size: int) -> int:
    roots = task.process.vfs
    assert roots is not None
    path = roots.shown(os.getcwdb())  # noqa: PTH109 - bytes
    if path is None:
        return -ENOENT
    if size < len(path) + 1:
        return -ERANGE
    task.space.write(buffer, path + b"\0")
    return len(path) + 1


def _sys_chroot(task: "Task", path: int) -> int:
    from blinkenlights.linux.credentials import prepare

    roots = task.process.vfs
    assert roots is not None
    prepare()
    return roots.change_root(AT_FDCWD, task.space.read_cstring(path))


# -- links -----------------------------------------------------------------------------------------


def _sys_readlinkat(task: "Task", dirfd: int, path: int, buffer: int, size: int) -> int:
    space = task.space
    roots = task.process.vfs
    assert roots is not None
    name = space.read_cstring(path)
    if s32(size) <= 0:
        return -EINVAL
    if not name:
        text = vfs.link_text(s32(dirfd))
    else:
        place = roots.walk(s32(dirfd), name, NOFOLLOW)
        own = place.parts[:2] == [b"proc", b"%d" % task.process.pid]
        if own and place.parts[-1] == b"exe":
            text = task.process.exe
        elif own and place.parts[-1] == b"root":
            text = b"/"
        else:
            where, fd = roots.locate(s32(dirfd), name, NOFOLLOW)
            try:
                text = os.readlink(where)  # noqa: PTH115 - bytes
            finally:
                if fd >= 0:
                    os.close(fd)
            if place.parts[:1] == [b"proc"] and text.startswith(b"/"):
                text = roots.shown(text) or text
    space.write(buffer, text[: size & 0x7FFF_FFFF])
    return min(len(text), size & 0x7FFF_FFFF)


def _sys_readlink(task: "Task", path: int, buffer: int, size: int) -> int:
    return _sys_readlinkat(task, AT_FDCWD, path, buffer, size)


def _attribute_at(number: int) -> "Implementation":
    """setxattrat and getxattrat, whose last structure holds a pointer."""

    def call(
        task: "Task", dirfd: int, path: int, flags: int, name: int, arguments: int, size: int
    ) -> int:
        roots = task.process.vfs
        assert roots is not None
        given = task.space.read_cstring(path) if path else b""
        if not given:
            return files._attribute(task, number, dirfd, path, flags, name, arguments, size)
        where, fd = roots.locate(s32(dirfd), given, NOFOLLOW if flags & AT_SYMLINK_NOFOLLOW else FOLLOW)
        try:
            buffer = array("B", where + b"\0")
            place: int = at(buffer)  # type: ignore[arg-type]
            return files._attribute(task, number, dirfd, path, flags, name, arguments, size, place)
        finally:
            if fd >= 0:
                os.close(fd)

    return call


# -- sockets with names ----------------------------------------------------------------------------


def _with_address(number: int, place: int, mode: int) -> "Implementation":
    """A call whose argument `place` is a socket address, and the next one its length."""
    row = BY_NUMBER[number]

    def call(task: "Task", *arguments: int) -> int:
        roots = task.process.vfs
        assert roots is not None
        address, length = arguments[place], arguments[place + 1] & 0xFFFF_FFFF
        data = task.space.read(address, min(length, 128)) if address else b""
        if data[:2] != b"\1\0" or length <= 2 or not data[2]:
            return passthrough(task, row, arguments)
        given = data[2:].split(b"\0")[0]
        where, fd = roots.locate(AT_FDCWD, given, mode)
        try:
            buffer = array("B", b"\1\0" + where + b"\0")
            changed = list(arguments)
            changed[place + 1] = len(buffer)
            result = passthrough(task, row, changed, {place: at(buffer)})  # type: ignore[arg-type]
            if mode == PARENT and result == 0:
                roots.bound[where] = given
            return result
        finally:
            if fd >= 0:
                os.close(fd)

    return call


def _giving_address(number: int, place: int) -> "Implementation":
    """A call that writes a socket address: one that was bound here is shown as it was given."""
    row = BY_NUMBER[number]

    def call(task: "Task", *arguments: int) -> int:
        roots = task.process.vfs
        assert roots is not None
        space = task.space
        address, length_at = arguments[place], arguments[place + 1]
        room = s32(space.u32(length_at)) if roots.bound and length_at else -1
        if room < 0:
            return passthrough(task, row, arguments)
        buffer, length = array("B", bytes(128)), array("I", (128,))
        replaced = {place: at(buffer), place + 1: at(length)}  # type: ignore[arg-type]
        result = passthrough(task, row, arguments, replaced)
        if result >= 0:
            shown = buffer.tobytes()[: length[0]]
            given = roots.bound.get(shown[2:].split(b"\0")[0]) if shown[:2] == b"\1\0" else None
            if given is not None:
                shown = b"\1\0" + given + b"\0"
            space.write(address, shown[:room])
            space.put_u32(length_at, len(shown))
        return result

    return call


OWN: "dict[str, Implementation]" = {
    "open": _sys_open,
    "openat": _sys_openat,
    "openat2": _sys_openat2,
    "creat": _sys_creat,
    "chdir": _sys_chdir,
    "fchdir": _sys_fchdir,
    "getcwd": _sys_getcwd,
    "chroot": _sys_chroot,
    "readlink": _sys_readlink,
    "readlinkat": _sys_readlinkat,
    "connect": _with_address(42, 1, FOLLOW),
    "sendto": _with_address(44, 4, FOLLOW),
    "bind": _with_address(49, 1, PARENT),
    "getsockname": _giving_address(51, 1),
    "setxattrat": _attribute_at(files.SETXATTRAT),
    "getxattrat": _attribute_at(files.GETXATTRAT),
    "getpeername": _giving_address(52, 1),
}
