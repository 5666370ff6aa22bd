"""What system calls of a recorded machine did to the guest's descriptors, so that it can be undone.

The host isn't taken back: in its past a machine makes no system call. But where the user changes something
there, another future begins, and its calls should find the files at the offsets of that moment. So each
call that moves an offset, opens or closes something is noted, with the event that it belongs to; what
belongs to events that are forgotten is undone, the last first. For that, files that are closed stay open
under another, high number; where the host has none left they are opened again by their names.

Not undone are what was written, what was read from pipes and sockets, and that these were closed.
"""

import fcntl
import os
import stat
from typing import NamedTuple

from blinkenlights.tables.syscall_numbers import NUMBERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from blinkenlights.core.memory import AddressSpace

    Undo: TypeAlias = "Place | Closed | int"  # a number is a descriptor that was opened

MOST_KEPT = 200  # closed files that stay open
FIRST_KEPT = 600  # their lowest number

# Calls that move offsets: which arguments are the descriptors.
MOVING = {
    NUMBERS[name]: places
    for name, places in {
        "read": (0,), "readv": (0,), "write": (0,), "writev": (0,), "preadv2": (0,), "pwritev2": (0,),
        "lseek": (0,), "getdents": (0,), "getdents64": (0,), "sendfile": (0, 1), "splice": (0, 2),
        "copy_file_range": (0, 2),
    }.items()
}  # fmt: skip

# Calls that close a descriptor: which argument that is.
CLOSING = {NUMBERS["close"]: 0, NUMBERS["dup2"]: 1, NUMBERS["dup3"]: 1}

# Calls whose result is a new descriptor.
OPENING = frozenset(
    NUMBERS[name]
    for name in (
        "open", "openat", "openat2", "creat", "dup", "socket", "accept", "accept4", "epoll_create",
        "epoll_create1", "eventfd", "eventfd2", "memfd_create", "inotify_init", "inotify_init1",
        "timerfd_create", "pidfd_open",
    )
)  # fmt: skip
FCNTL = NUMBERS["fcntl"]
DUPLICATING = (fcntl.F_DUPFD, fcntl.F_DUPFD_CLOEXEC)

# Calls that write two new ones to memory: which argument says where.
PAIRS = {NUMBERS["pipe"]: 0, NUMBERS["pipe2"]: 0, NUMBERS["socketpair"]: 3}


class Place(NamedTuple):
    """Where a descriptor stands in its file."""

    fd: int
    device: int
    inode: int
    offset: int


class Closed(NamedTuple):
    """A descriptor that was closed."""

    place: Place
    kept: int  # another descriptor of the same open file; -1 when there is none
    path: str
    flags: int  # of open(2)
    inheritable: bool


class Open(NamedTuple):
    """A descriptor that is there, of whatever kind."""

    fd: int


def place_of(fd: int) -> Place | None:
    """Where a descriptor of the calling thread stands in its file or directory."""
    try:
        offset = os.lseek(fd, 0, os.SEEK_CUR)
        status = os.fstat(fd)
    except OSError:  # a pipe, a terminal, or none at all
        return None
    if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
        return None
    return Place(fd, status.st_dev, status.st_ino, offset)


class Descriptors:
    """Of one guest. `before` and `after` are called around its calls, on the thread that makes them."""

    def __init__(self) -> None:
        self.noted: list[Undo] = []
        self.kept: list[tuple[int, tuple[int, int]]] = []  # with device and inode

    def before(self, number: int, arguments: "Sequence[int]") -> list[Place | Closed | Open]:
        """The files that a call may move in or close, and where they are."""
        found: list[Place | Closed | Open] = []
        if number in CLOSING:
            closed = self.closing(arguments[CLOSING[number]] & 0x7FFFFFFF)
            return [closed] if closed is not None else []
        for i in MOVING.get(number, ()):
            place = place_of(arguments[i] & 0x7FFFFFFF)
            if place is not None:
                found.append(place)
        return found

    def closing(self, fd: int) -> Closed | Open | None:
        """A descriptor that is perhaps to be closed. Ends of pipes aren't kept: others wait for their end."""
        try:
            status = os.fstat(fd)
            if stat.S_ISFIFO(status.st_mode) or stat.S_ISSOCK(status.st_mode):
                return Open(fd)
            path = os.readlink(f"/proc/thread-self/fd/{fd}")  # noqa: PTH115 - pathlib is slow to import
            flags = fcntl.fcntl(fd, fcntl.F_GETFL)
            inheritable = os.get_inheritable(fd)
        except OSError:
            return None
        place = place_of(fd) or Place(fd, status.st_dev, status.st_ino, 0)
        kept = self.keep(fd, (status.st_dev, status.st_ino))
        return Closed(place, kept, path, flags & ~(os.O_CREAT | os.O_EXCL | os.O_TRUNC), inheritable)

    def keep(self, fd: int, file: tuple[int, int]) -> int:
        """Another descriptor of an open file; -1 when there are none left."""
        if len(self.kept) >= MOST_KEPT:
            oldest, its_file = self.kept.pop(0)
            if is_file(oldest, its_file):  # else the guest has closed it, with all its others
                os.close(oldest)
        try:
            kept = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, FIRST_KEPT)
        except OSError:
            return -1
        self.kept.append((kept, file))
        return kept

    def drop(self, closed: Closed) -> None:
        """It needn't be kept, after all."""
        file = (closed.place.device, closed.place.inode)
        if (closed.kept, file) in self.kept:
            self.kept.remove((closed.kept, file))
            if is_file(closed.kept, file):
                os.close(closed.kept)

    def after(
        self,
        number: int,
        arguments: "Sequence[int]",
        result: int,
        found: list[Place | Closed | Open],
        space: "AddressSpace",
    ) -> None:
        """Note what the call has done."""
        for what in found:
            if isinstance(what, Closed):
                if result >= 0 and not (len(arguments) > 1 and arguments[0] == arguments[1]):
                    self.noted.append(what)
                else:
                    self.drop(what)
            elif isinstance(what, Place) and place_of(what.fd) != what:
                self.noted.append(what)
        if result < 0:
            return
        duplicated = number == FCNTL and arguments[1] in DUPLICATING
        if number in OPENING or duplicated or (number in CLOSING and len(arguments) > 1 and not found):
            self.noted.append(result)
        elif number in PAIRS:
            pair = space.read(arguments[PAIRS[number]], 8)
            self.noted += [int.from_bytes(pair[:4], "little"), int.from_bytes(pair[4:], "little")]

    def take(self) -> "tuple[Undo, ...]":
        """What was noted since this was last asked."""
        noted, self.noted = self.noted, []
        return tuple(noted)

    def undo(self, noted: "Sequence[Undo]") -> None:
        """Have descriptors of the calling thread as before all this, the last of which is undone first."""
        for what in reversed(noted):
            try:
                if isinstance(what, int):
                    os.close(what)
                elif isinstance(what, Closed):
                    self.open_again(what)
                elif is_file(what.fd, (what.device, what.inode)):
                    os.lseek(what.fd, what.offset, os.SEEK_SET)
            except OSError:  # closed meanwhile, or gone
                continue

    def open_again(self, closed: Closed) -> None:
        """Undo a close; OSError when the file has no name any more."""
        place = closed.place
        file = (place.device, place.inode)
        if is_file(closed.kept, file):
            os.dup2(closed.kept, place.fd, closed.inheritable)
            self.drop(closed)
            return
        fd = os.open(closed.path, closed.flags)
        if is_file(fd, file):
            if stat.S_ISREG(os.fstat(fd).st_mode):
                os.lseek(fd, place.offset, os.SEEK_SET)
            os.dup2(fd, place.fd, closed.inheritable)
        if fd != place.fd:
            os.close(fd)


def is_file(fd: int, file: tuple[int, int]) -> bool:
    """Whether a descriptor is of the file with this device and inode."""
    try:
        status = os.fstat(fd)
    except OSError:
        return False
    return (status.st_dev, status.st_ino) == file
