"""ioctl: which requests take a number, which a pointer, and which a structure with pointers."""

from blinkenlights.linux.abi import EBADF, at, s32, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from blinkenlights.linux.task import Task

IOCTL = 16
SIOCGIFCONF = 0x8912
SIOCETHTOOL = 0x8946

# Requests whose argument is a number although their neighbours take pointers.
NUMBERS = frozenset(
    {
        0x5409,  # TCSBRK
        0x540A,  # TCXONC
        0x540B,  # TCFLSH
        0x540C,  # TIOCEXCL
        0x540D,  # TIOCNXCL
        0x540E,  # TIOCSCTTY
        0x5422,  # TIOCNOTTY
        0x5425,  # TCSBRKP
        0x5427,  # TIOCSBRK
        0x5428,  # TIOCCBRK
        0x5437,  # TIOCVHANGUP
        0x5441,  # TIOCGPTPEER
        0x5450,  # FIONCLEX
        0x5451,  # FIOCLEX
        0x545C,  # TIOCMIWAIT
        0x125F,  # BLKRRPART
        0x1261,  # BLKFLSBUF
        0x1262,  # BLKRASET
        0x1264,  # BLKFRASET
        0x4B2F,  # KIOCSOUND
        0x4B30,  # KDMKTONE
        0x4B3A,  # KDSETMODE
        0x4B45,  # KDSKBMODE
        0x4B32,  # KDSETLED
        0x5605,  # VT_RELDISP
        0x5606,  # VT_ACTIVATE
        0x5607,  # VT_WAITACTIVE
        0x5608,  # VT_DISALLOCATE
        0x4004_9409,  # FICLONE
        0x4004_54CB,  # TUNSETPERSIST
        0x4004_54CC,  # TUNSETOWNER
        0x4004_54CD,  # TUNSETLINK
        0x4004_54CE,  # TUNSETGROUP
        0x4004_54C8,  # TUNSETNOCSUM
        0x4004_54C9,  # TUNSETDEBUG
    }
)

# Groups of requests from before the request's number told the argument's direction and size; the
# largest structure among them (struct serial_struct, struct ifreq, ...).
OLD_GROUPS = frozenset({0x00, 0x12, 0x4B, 0x54, 0x56, 0x89})
OLD_SIZE = 128


def sys_ioctl(task: "Task", fd: int, request: int, argument: int) -> int:
    request &= 0xFFFF_FFFF
    if fd in task.process.private_fds:
        return -EBADF
    if request in NUMBERS:
        return task.host(IOCTL, fd, request, argument)
    if request in NESTED:
        return NESTED[request](task, fd, request, argument)
    size = request >> 16 & 0x3FFF
    direction = request >> 30
    if direction:
        size = max(size, 1)
    elif request >> 8 in OLD_GROUPS:
        size = OLD_SIZE
    else:
        return task.host(IOCTL, fd, request, argument)
    return task.host(IOCTL, fd, request, task.space.pointer(argument, size, direction != 1))


def _interfaces(task: "Task", fd: int, request: int, argument: int) -> int:
    """SIOCGIFCONF: struct ifconf is a length and a pointer."""
    space = task.space
    header = words(space.read(argument, 16))
    header[1] = space.pointer(header[1], max(0, s32(header[0])), True)
    result = task.host(IOCTL, fd, request, at(header))
    if result >= 0:
        space.put_u32(argument, header[0] & 0xFFFF_FFFF)
    return result


def _ethernet_tool(task: "Task", fd: int, request: int, argument: int) -> int:
    """SIOCETHTOOL: struct ifreq is a name of 16 bytes, then a pointer."""
    space = task.space
    header = words(space.read(argument, 40))
    header[2] = space.pointer(header[2], 4096, True)
    return task.host(IOCTL, fd, request, at(header))


NESTED = {SIOCGIFCONF: _interfaces, SIOCETHTOOL: _ethernet_tool}
