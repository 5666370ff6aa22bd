"""Socket calls whose structures hold pointers: messages and packet filters.

Control messages (descriptors, credentials, timestamps) hold no pointers, and descriptors are the
host's own, so they pass as they are.
"""

from array import array

from blinkenlights.core.memory import GuestFault
from blinkenlights.linux.abi import EINVAL, EMSGSIZE, at, s32, words
from blinkenlights.linux.vectors import UIO_MAXIOV, translate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from blinkenlights.core.memory import AddressSpace
    from blinkenlights.linux.task import Task

SENDMSG, RECVMSG, SETSOCKOPT, GETSOCKOPT, RECVMMSG, SENDMMSG = 46, 47, 54, 55, 299, 307
SOL_SOCKET, SO_TYPE = 1, 3
SO_ATTACH_FILTER, SO_ATTACH_REUSEPORT_CBPF = 26, 51

# struct msghdr as 64-bit words
NAME, NAME_LENGTH, VECTOR, VECTOR_LENGTH, CONTROL, CONTROL_LENGTH, FLAGS = range(7)
MSGHDR, MMSGHDR = 56, 64  # bytes
LOW = 0xFFFF_FFFF


def _message(space: "AddressSpace", address: int, written: bool) -> "tuple[array[int], array[int]]":
    """A message header with host pointers, and the vector it points to (to keep alive)."""
    header = words(space.read(address, MSGHDR))
    if header[VECTOR_LENGTH] > UIO_MAXIOV:
        raise OSError(EMSGSIZE, "vector")
    vector = translate(space, header[VECTOR], header[VECTOR_LENGTH], written)
    length = s32(header[NAME_LENGTH])
    if length < 0:
        raise OSError(EINVAL, "name length")
    header[NAME] = space.pointer(header[NAME], length, written)
    header[CONTROL] = space.pointer(header[CONTROL], header[CONTROL_LENGTH] & LOW, written)
    header[VECTOR] = at(vector)
    return header, vector


def _give_back(space: "AddressSpace", address: int, header: "array[int]") -> None:
    """What the kernel changed in a received message's header."""
    space.put_u32(address + 8, header[NAME_LENGTH] & LOW)
    space.put_u64(address + 40, header[CONTROL_LENGTH])
    space.put_u32(address + 48, header[FLAGS] & LOW)


def _of_socket(call: "Callable[..., int]") -> "Callable[..., int]":
    """A descriptor that isn't a socket is said before a message that can't be read."""

    def checked(task: "Task", fd: int, *arguments: int) -> int:
        try:
            return call(task, fd, *arguments)
        except (GuestFault, OSError):
            kind = array("Q", (0, 4))
            result = task.host(GETSOCKOPT, fd, SOL_SOCKET, SO_TYPE, at(kind), at(kind) + 8)
            if result < 0:
                return result
            raise

    return checked


@_of_socket
def sys_sendmsg(task: "Task", fd: int, message: int, flags: int) -> int:
    header, _vector = _message(task.space, message, False)
    return task.host(SENDMSG, fd, at(header), flags)


@_of_socket
def sys_recvmsg(task: "Task", fd: int, message: int, flags: int) -> int:
    space = task.space
    header, _vector = _message(space, message, True)
    result = task.host(RECVMSG, fd, at(header), flags)
    if result >= 0:
        _give_back(space, message, header)
    return result


def _messages(
    space: "AddressSpace", address: int, count: int, written: bool
) -> "tuple[array[int], list[array[int]]]":
    headers = array("Q")
    vectors = []
    for i in range(count):
        header, vector = _message(space, address + MMSGHDR * i, written)
        headers += header
        headers.append(0)  # msg_len
        vectors.append(vector)
    return headers, vectors


@_of_socket
def sys_sendmmsg(task: "Task", fd: int, messages: int, count: int, flags: int) -> int:
    space = task.space
    headers, _vectors = _messages(space, messages, min(count & LOW, UIO_MAXIOV), False)
    result = task.host(SENDMMSG, fd, at(headers), count, flags)
    for i in range(result):
        space.put_u32(messages + MMSGHDR * i + MSGHDR, headers[8 * i + 7] & LOW)
    return result


@_of_socket
def sys_recvmmsg(task: "Task", fd: int, messages: int, count: int, flags: int, timeout: int) -> int:
    space = task.space
    count = min(count & LOW, UIO_MAXIOV)
    headers, _vectors = _messages(space, messages, count, True)
    result = task.host(RECVMMSG, fd, at(headers), count, flags, space.pointer(timeout, 16, True))
    for i in range(result):
        base = messages + MMSGHDR * i
        _give_back(space, base, headers[8 * i : 8 * i + 7])
        space.put_u32(base + MSGHDR, headers[8 * i + 7] & LOW)
    return result


def sys_setsockopt(task: "Task", fd: int, level: int, option: int, value: int, length: int) -> int:
    space = task.space
    if s32(level) == SOL_SOCKET and s32(option) in (SO_ATTACH_FILTER, SO_ATTACH_REUSEPORT_CBPF):
        if length & LOW < 16:
            return -EINVAL
        program = words(space.read(value, 16))  # struct sock_fprog: u16 length, pointer
        if not program[1]:
            return -EINVAL
        program[1] = space.pointer(program[1], 8 * (program[0] & 0xFFFF))
        return task.host(SETSOCKOPT, fd, level, option, at(program), 16)
    return task.host(SETSOCKOPT, fd, level, option, space.pointer(value, length & LOW), length)
