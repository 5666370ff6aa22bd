"""How arguments and structures cross between the guest and the host kernel.

Both are x86-64 Linux, so a structure's bytes are the same on both sides; only the pointers inside
one must be translated.
"""

from blinkenlights.tables.syscalls import STRUCTURES, Row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable

    from blinkenlights.core.memory import AddressSpace
    from blinkenlights.linux.task import Task

EPERM, ENOENT, ESRCH, EINTR, E2BIG, EBADF, EAGAIN, ENOMEM, EACCES, EFAULT = 1, 2, 3, 4, 7, 9, 11, 12, 13, 14
EEXIST, EINVAL, EMFILE, ENOSPC, ERANGE, ENOSYS = 17, 22, 24, 28, 34, 38
EOVERFLOW, EMSGSIZE, EOPNOTSUPP = 75, 90, 95

PAGE = 4096
AT_FDCWD = -100
LONGEST = 0x7FFF_F000  # bytes that one read or write moves at most


def s32(value: int) -> int:
    value &= 0xFFFF_FFFF
    return value - 0x1_0000_0000 if value & 0x8000_0000 else value


def s64(value: int) -> int:
    value &= 0xFFFF_FFFF_FFFF_FFFF
    return value - 0x1_0000_0000_0000_0000 if value >> 63 else value


def page_down(value: int) -> int:
    return value & ~(PAGE - 1)


def page_up(value: int) -> int:
    return (value + PAGE - 1) & ~(PAGE - 1)


def words(data: bytes) -> "array[int]":
    """A copy of a structure of 64-bit fields that the host kernel may read and write: `at()`."""
    from array import array  # it loads collections, for what few programs need

    return array("Q", data)


def at(buffer: "array[int]") -> int:
    """The host address of an array's first element; good while the array lives."""
    return buffer.buffer_info()[0]


def string(space: "AddressSpace", address: int) -> bytes:
    """A path or another string that the guest passes."""
    return space.read_cstring(address)


def enosys(task: "Task", *args: int) -> int:
    """Calls that this kernel leaves out, as some Linux kernels do."""
    return -ENOSYS


def eperm(task: "Task", *args: int) -> int:
    """Calls that would reach past the guest into the machine."""
    return -EPERM


# What an argument word means to `passthrough`: (is it written, bytes an element, argument that holds
# the count or -1, is that argument a pointer to the count, bytes more); None: a number.
Pointer = tuple[bool, int, int, bool, int]
_pointers: dict[str, tuple[tuple[int, Pointer], ...]] = {}


def _parse(params: str) -> tuple[tuple[int, Pointer], ...]:
    found: list[tuple[int, Pointer]] = []
    for i, word in enumerate(params.split()):
        if word in ("path", "str"):
            found.append((i, (False, 0, -1, False, 0)))
        elif word[0] in "<>=":
            kind, star, count = word[1:].partition("*")
            if not star:
                kind, star, count = word[1:].partition("@")
            more = 8 if kind == "msgbuf" else 0
            place = int(count) if count else -1
            found.append((i, (word[0] != "<", STRUCTURES[kind], place, star == "@", more)))
    return tuple(found)


def passthrough(
    task: "Task", row: Row, args: "tuple[int, ...] | list[int]", replaced: "dict[int, int] | None" = None
) -> int:
    """Make a "direct" call from Python: translate the pointers, as its row describes them.

    `replaced` holds host addresses to use for some of the arguments.
    """
    params = row[2]
    pointers = _pointers.get(params)
    if pointers is None:
        pointers = _pointers[params] = _parse(params)
    space = task.space
    host = [*args, 0, 0, 0, 0, 0, 0][:6]
    for i, (written, size, place, indirect, more) in pointers:
        address = args[i]
        if not address:
            continue
        if replaced is not None and i in replaced:
            host[i] = replaced[i]
            continue
        if not size:
            length = len(space.read_cstring(address)) + 1
        elif place < 0:
            length = size
        elif indirect:
            length = space.u32(args[place]) if args[place] else 0
        else:
            length = min(args[place] & 0xFFFF_FFFF if size > 1 else args[place], LONGEST) * size + more
            if "fd_set" in params and i < 4:
                length = (args[0] + 63 & 0x7_FFFF) // 64 * 8
        host[i] = space.pointer(address, length, written)
    return task.host(row[0], *host)


def implementation(row: Row) -> "Callable[..., int] | None":
    """The function that a row names; None when it names none."""
    name = row[4]
    if name is None or name == "direct":
        return None
    module, _, function = name.partition(".")
    path = f"blinkenlights.linux.{module}"
    return getattr(__import__(path, fromlist=("*",)), function)  # type: ignore[no-any-return]
