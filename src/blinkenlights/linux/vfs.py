"""Roots other than the host's: `-C DIR` and BLINK_OVERLAYS.

A guest with roots of its own names files in one or more host directories, its layers; a name is
looked for in each in turn. Without the layer that is the host's own root, the guest is jailed: no
name, link or descriptor leads out of its layers.

A path is turned into an O_PATH descriptor, of the file or of its parent directory, and the host's
call is made on /proc/self/fd/N or /proc/self/fd/N/LAST. What the host looks up itself is therefore
never more than one component, so links that change meanwhile lead nowhere else. Descriptors are
found by openat2 where one root is all there is, else component by component (`Vfs.walk`).

In a jail, /proc is the host's, with its links as the guest should see them, and a few devices of
/dev are there where the root has none.
"""

import os
from array import array
from stat import S_ISDIR, S_ISLNK
from typing import NamedTuple

from blinkenlights.core import host
from blinkenlights.linux.abi import (
    AT_FDCWD,
    EACCES,
    ENOENT,
    ENOSYS,
    at,
    words,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from blinkenlights.linux.task import Process

OPENAT, OPENAT2 = 257, 437
ENOTDIR, EISDIR, ELOOP, EXDEV, EROFS = 20, 21, 40, 18, 30

O_CREAT, O_EXCL, O_DIRECTORY, O_NOFOLLOW = 0o100, 0o200, 0o200000, 0o400000
O_PATH, O_CLOEXEC, O_ACCMODE, O_TRUNC = 0o10000000, 0o2000000, 3, 0o1000
TMPFILE_BIT = 0o20000000
OPEN_FLAGS = 0o37777703  # what openat knows; it ignores the others, openat2 refuses them
PATH_FLAGS = O_PATH | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW  # what O_PATH leaves of them
FIND = O_PATH | O_CLOEXEC | O_NOFOLLOW

NO_MAGICLINKS, NO_SYMLINKS, BENEATH, IN_ROOT = 0x02, 0x04, 0x08, 0x10
EXACT = NO_MAGICLINKS | NO_SYMLINKS | BENEATH

MOST_LINKS = 40
MOST_TRIES = 8  # when links change as they are followed
LONGEST_PATH = 4096

# How a call takes the last component of a path.
FOLLOW = 0  # through links
NOFOLLOW = 1  # a link is itself, unless a slash comes after it
PARENT = 2  # a name to make or remove

# What a jail has in /dev even where its root has no files for it.
DEVICES = frozenset(b"null zero full random urandom tty ptmx pts fd stdin stdout stderr".split())


class Place(NamedTuple):
    """Where a path leads: canonical components, or the host's path of a link of /proc."""

    parts: list[bytes]
    magic: bytes = b""
    directory: bool = False  # a slash or dot follows the name


class Layer:
    """A host directory that holds files of the guest's root."""

    __slots__ = ("fd", "path")

    def __init__(self, process: "Process", path: bytes) -> None:
        from blinkenlights.linux.log import raise_fd

        self.path = os.path.realpath(path or b"/")
        self.fd = raise_fd(os.open(self.path, O_PATH | O_DIRECTORY | O_CLOEXEC))
        process.private_fds.add(self.fd)

    def open(self, parts: list[bytes], flags: int, mode: int = 0) -> int:
        """Open a file by components that are not links; -errno if it isn't there."""
        global _openat2
        if _openat2:
            result = openat2(self.fd, b"/".join(parts) or b".", flags, mode, EXACT)
            if result != -ENOSYS:
                return result
            _openat2 = False
        return self._step(parts, flags, mode)

    def _step(self, parts: list[bytes], flags: int, mode: int) -> int:
        """The same on hosts without openat2."""
        fd = self.fd
        for part in parts[:-1]:
            below = openat(fd, part, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0)
            if fd != self.fd:
                os.close(fd)
            if below < 0:
                return below
            fd = below
        result = openat(fd, parts[-1] if parts else b".", flags | O_NOFOLLOW, mode)
        if fd != self.fd:
            os.close(fd)
        return result


_openat2 = os.environb.get(b"BLINK_NO_OPENAT2") is None  # the host has it, as far as we know


def openat(dirfd: int, path: bytes, flags: int, mode: int) -> int:
    buffer = array("B", path + b"\0")
    return host.syscall(OPENAT, dirfd, at(buffer), flags, mode)  # type: ignore[arg-type]


def openat2(dirfd: int, path: bytes, flags: int, mode: int, resolve: int) -> int:
    """openat2 with the tolerance of openat."""
    flags &= OPEN_FLAGS
    if flags & O_PATH:
        flags &= PATH_FLAGS
    how = array("Q", (flags, mode & 0o7777 if flags & (O_CREAT | TMPFILE_BIT) else 0, resolve))
    buffer = array("B", path + b"\0")
    for _ in range(MOST_TRIES):
        result = host.syscall(OPENAT2, dirfd, at(buffer), at(how), 24)  # type: ignore[arg-type]
        if result != -11:  # EAGAIN: something was renamed meanwhile
            break
    return result


def link_text(fd: int) -> bytes:
    """The text of the link that an O_PATH descriptor is."""
    return os.readlink(b"", dir_fd=fd)


class Vfs:
    """The roots of a guest process."""

    def __init__(self, process: "Process", spec: bytes) -> None:
        entries = spec.split(b":")
        self.process = process
        self.layers = [Layer(process, entry) for entry in entries]
        self.jailed = all(layer.path != b"/" for layer in self.layers)
        self.proc = Layer(process, b"/proc") if self.jailed else None
        self.dev = Layer(process, b"/dev") if self.jailed else None
        self.bound: dict[bytes, bytes] = {}  # names of sockets on the host -> as the guest gave them

    # -- the guest's names and the host's ----------------------------------------------------------

    def shown(self, path: bytes) -> bytes | None:
        """The guest's name of a host path; None when it has none."""
        best = None
        for layer in self.layers:
            root = layer.path
            if root == b"/":
                best = best or path
            elif path == root or path.startswith(root + b"/"):
                name = path[len(root) :] or b"/"
                if best is None or len(name) < len(best):
                    best = name
        if best is None and self.jailed and (path in (b"/proc", b"/dev") or path.startswith(b"/proc/")):
            return path
        return best

    def base(self, dirfd: int) -> list[bytes]:
        """The components of the directory that relative paths start from."""
        if dirfd == AT_FDCWD:
            path = os.getcwdb()  # noqa: PTH109 - bytes
        else:
            if dirfd in self.process.private_fds:
                raise OSError(9, "not the guest's")
            try:
                path = os.readlink(b"/proc/thread-self/fd/%d" % dirfd)  # noqa: PTH115 - bytes
            except OSError:
                raise OSError(9, "not open") from None
            if not path.startswith(b"/") or not S_ISDIR(os.fstat(dirfd).st_mode):
                raise OSError(ENOTDIR, "not a directory")
        name = self.shown(path)
        if name is None:
            raise OSError(EACCES, "outside the root")
        return [part for part in name.split(b"/") if part]

    # -- finding -----------------------------------------------------------------------------------

    def find(self, parts: list[bytes]) -> "tuple[Layer, list[bytes], int]":
        """The layer that has a file, its components there and an O_PATH descriptor, or -errno."""
        if self.proc is not None and parts and parts[0] == b"proc":
            return self.proc, parts[1:], self.proc.open(parts[1:], FIND)
        result = -ENOENT
        for layer in self.layers:
            fd = layer.open(parts, FIND)
            if fd >= 0 or fd not in (-ENOENT, -ENOTDIR):
                return layer, parts, fd
            if result == -ENOENT:
                result = fd
        device = parts[:1] == [b"dev"] and DEVICES.issuperset(parts[1:2])
        if self.dev is not None and device and (len(parts) < 3 or parts[1] == b"pts"):
            return self.dev, parts[1:], self.dev.open(parts[1:], FIND)
        return self.layers[0], parts, result

    def walk(self, dirfd: int, path: bytes, mode: int) -> Place:
        """Follow a path, component by component. OSError says what stands in the way."""
        if not path:
            raise OSError(ENOENT, "empty path")
        if len(path) >= LONGEST_PATH:
            raise OSError(36, "path too long")
        parts = [] if path.startswith(b"/") else self.base(dirfd)
        todo = path.split(b"/")[::-1]
        tail = path.rpartition(b"/")[2]
        directory = tail in (b"", b".", b"..")
        links = 0
        while todo:
            name = todo.pop()
            if name in (b"", b"."):
                continue
            if name == b"..":
                del parts[-1:]
                continue
            last = not any(part not in (b"", b".") for part in todo)
            _layer, _inside, fd = self.find([*parts, name])
            if fd < 0:
                if fd == -ENOENT and last:
                    return Place([*parts, name], directory=directory)
                raise OSError(-fd, "path")
            try:
                kind = os.fstat(fd).st_mode
                if S_ISLNK(kind) and not (last and (mode == PARENT or (mode == NOFOLLOW and not directory))):
                    links += 1
                    if links > MOST_LINKS:
                        raise OSError(ELOOP, "links")
                    text = link_text(fd)
                    if self._is_proc(parts) and (text.startswith(b"/") or b":" in text):
                        place = self.magic([*parts, name], text, last)
                        if isinstance(place, Place):
                            return place
                        text = place
                    if text.startswith(b"/"):
                        parts = []
                        if last and text.endswith(b"/"):
                            directory = True
                    todo.extend(text.split(b"/")[::-1])
                    continue
                if not last and not S_ISDIR(kind):
                    raise OSError(ENOTDIR, "path")
            finally:
                os.close(fd)
            parts.append(name)
        return Place(parts, directory=directory)

    def _is_proc(self, parts: list[bytes]) -> bool:
        return bool(parts) and parts[0] == b"proc"

    def magic(self, parts: list[bytes], text: bytes, last: bool) -> "Place | bytes":
        """A link of /proc/PID: the guest's path to go on with, or a place that only the host knows."""
        name = parts[-1]
        own = parts[1] == b"%d" % self.process.pid
        if own and name == b"exe":
            return self.process.exe
        if own and name == b"root":
            return b"/"
        if not own and self.jailed:
            raise OSError(EACCES, "another process")
        if last and (parts[-2] == b"fd" or not text.startswith(b"/")):
            return Place(parts, magic=b"/" + b"/".join(parts))
        shown = self.shown(text)
        if shown is None:
            raise OSError(EACCES, "outside the root")
        return shown

    def simple(self, path: bytes) -> bool:
        """Whether one openat2 can find a path: a single root, and none of what a jail adds to it."""
        if not (_openat2 and self.jailed and len(self.layers) == 1):
            return False
        first = path.lstrip(b"/").partition(b"/")[0]
        return not path.startswith(b"/") or first not in (b"proc", b"dev", b".", b"..", b"")

    def quick(self, dirfd: int, path: bytes, flags: int, mode: int = 0, resolve: int = 0) -> int | None:
        """A descriptor by one openat2; None where `walk` must decide."""
        if not path or not self.simple(path):
            return None
        if path.startswith(b"/"):
            result = openat2(self.layers[0].fd, path, flags, mode, IN_ROOT | NO_MAGICLINKS | resolve)
        else:
            base = self.base(dirfd)
            if base[:1] in ([b"proc"], [b"dev"]):
                return None
            result = openat2(dirfd, path, flags, mode, BENEATH | NO_MAGICLINKS | resolve)
        return None if result in (-ENOENT, -EXDEV, -ELOOP, -11) else result

    # -- opening -----------------------------------------------------------------------------------

    def open(self, dirfd: int, path: bytes, flags: int, mode: int = 0) -> int:
        """Open a file as openat does; -errno on failure."""
        if not flags & O_CREAT:
            found = self.quick(dirfd, path, flags, mode)
            if found is not None:
                return found
        taken = PARENT if flags & O_NOFOLLOW or flags & (O_CREAT | O_EXCL) == O_CREAT | O_EXCL else FOLLOW
        result = -ELOOP
        for _ in range(MOST_TRIES):
            try:
                place = self.walk(dirfd, path, NOFOLLOW if taken == PARENT else FOLLOW)
                result = self._open_place(place, flags, mode)
            except OSError as problem:
                return -(problem.errno or ENOENT)
            if result != -ELOOP or taken == PARENT:
                break
        return result

    def _open_place(self, place: Place, flags: int, mode: int) -> int:
        if self._is_proc(place.parts) and self.jailed:
            written = flags & O_ACCMODE or flags & (O_CREAT | O_TRUNC)
            own = place.parts[1:2] == [b"%d" % self.process.pid]
            if written and not own and not flags & O_PATH:
                return -EROFS
        if place.magic:
            return openat(AT_FDCWD, place.magic, flags, mode)
        if place.directory:
            if flags & O_CREAT:
                return -EISDIR
            flags |= O_DIRECTORY
        layer, parts, fd = self.find(place.parts)
        if fd >= 0:
            os.close(fd)
            return layer.open(parts, flags, mode)
        if fd != -ENOENT or not flags & O_CREAT:
            return fd
        layer, parts, parent = self.find(place.parts[:-1])
        if parent < 0:
            return parent
        os.close(parent)
        return layer.open([*parts, place.parts[-1]], flags, mode)

    # -- for other calls ---------------------------------------------------------------------------

    def locate(self, dirfd: int, path: bytes, mode: int) -> tuple[bytes, int]:
        """What to give to the host for a path, and the descriptor to close afterwards (or -1)."""
        head, slash, tail = path.rpartition(b"/")
        plain = tail not in (b"", b".", b"..")
        if mode == FOLLOW or (mode == NOFOLLOW and not plain):
            fd = self.quick(dirfd, path, O_PATH | O_CLOEXEC)
            if fd is None:
                place = self.walk(dirfd, path, mode)
                if place.magic:
                    return place.magic, -1
                _layer, _parts, fd = self.find(place.parts)
                if fd >= 0 and place.directory and not S_ISDIR(os.fstat(fd).st_mode):
                    os.close(fd)
                    fd = -ENOTDIR
            if fd < 0:
                raise OSError(-fd, "path")
            # a call that doesn't follow links is meant for the directory, not for this link to it
            return b"/proc/thread-self/fd/%d%s" % (fd, b"" if mode == FOLLOW else b"/."), fd
        if plain and (not slash or head) and self.simple(path):
            fd = self.quick(dirfd, head or b".", O_PATH | O_DIRECTORY | O_CLOEXEC)
            if fd is not None:
                if fd < 0:
                    raise OSError(-fd, "path")
                return b"/proc/thread-self/fd/%d/%s" % (fd, tail), fd
        return self._parent_of(dirfd, path, mode)

    def _parent_of(self, dirfd: int, path: bytes, mode: int) -> tuple[bytes, int]:
        stripped = path.rstrip(b"/")
        if mode == PARENT and stripped.rpartition(b"/")[2] in (b"", b".", b".."):
            # never right: let the host say how, at the directory itself
            place = self.walk(dirfd, path, FOLLOW)
            _layer, _parts, fd = self.find(place.parts)
            if fd < 0:
                raise OSError(-fd, "path")
            return b"/proc/thread-self/fd/%d/%s" % (fd, b".." if stripped.endswith(b"..") else b"."), fd
        place = self.walk(dirfd, stripped, mode)
        slash = b"/" if mode == PARENT and stripped != path else b""
        if not place.parts:
            return b"/proc/thread-self/fd/%d/." % self.layers[0].fd, -1
        layer, parts, fd = self.find(place.parts)
        if fd >= 0:
            os.close(fd)
            fd = layer.open(parts[:-1], O_PATH | O_DIRECTORY | O_CLOEXEC) if parts else os.dup(layer.fd)
            if not parts:
                return b"/proc/thread-self/fd/%d/." % fd, fd
        else:
            _layer, _parts, fd = self.find(place.parts[:-1])
        if fd < 0:
            raise OSError(-fd, "path")
        return b"/proc/thread-self/fd/%d/%s%s" % (fd, place.parts[-1], slash), fd

    def canonical(self, dirfd: int, path: bytes, mode: int) -> bytes:
        """The guest's path without links and dots, for finding what is ours in /proc."""
        return b"/" + b"/".join(self.walk(dirfd, path, mode).parts)

    def search(self, name: bytes) -> bytes:
        """Find a program on PATH, in the guest's root; the name itself when it isn't there."""
        for directory in os.environb.get(b"PATH", b"/usr/local/bin:/usr/bin:/bin").split(b":"):
            path = (directory or b".") + b"/" + name
            fd = self.open(AT_FDCWD, path, O_PATH | O_CLOEXEC)
            if fd >= 0:
                where = b"/proc/thread-self/fd/%d" % fd
                found = os.access(where, os.X_OK) and not S_ISDIR(os.fstat(fd).st_mode)
                os.close(fd)
                if found:
                    return path
        return name

    def change_root(self, dirfd: int, path: bytes) -> int:
        """chroot: from now on one layer, which the guest can't leave."""
        where, fd = self.locate(dirfd, path, FOLLOW)
        try:
            target = os.readlink(where)  # noqa: PTH115 - bytes
            if not S_ISDIR(os.fstat(fd).st_mode if fd >= 0 else 0):
                return -ENOTDIR
            buffer = words(b"/\0\0\0\0\0\0\0")
            permitted = host.syscall(161, at(buffer))  # the root that we have: nothing but a question
            if permitted < 0:
                return permitted
            self.layers = [Layer(self.process, target)]
            self.jailed = target != b"/"
            if self.jailed and self.proc is None:
                self.proc, self.dev = Layer(self.process, b"/proc"), Layer(self.process, b"/dev")
        finally:
            if fd >= 0:
                os.close(fd)
        return 0


def enter(process: "Process", spec: bytes) -> None:
    """Give a process roots of its own; its working directory is then inside them."""
    vfs = process.vfs = Vfs(process, spec)
    if vfs.shown(os.getcwdb()) is None:  # noqa: PTH109 - bytes
        os.fchdir(vfs.layers[0].fd)
