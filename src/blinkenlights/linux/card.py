"""What other guests may learn of a process: its program's name, and where its arguments are.

To the host each guest is a Python process. So every guest keeps a page with its particulars in the
room below its memory, out of its own reach; others find it there through /proc/PID/mem, if the host
lets them, which it decides as for a debugger.
"""

import posix

from blinkenlights.core.quick import hide_page
from blinkenlights.structs import Struct, quadwords

TYPE_CHECKING = False
if TYPE_CHECKING:
    from blinkenlights.linux.task import Process

PAGE = 4096
ROOM_BELOW = 1 << 31  # core.memory.GUARD
PLACE = ROOM_BELOW - (1 << 20)  # this far below the guest's memory

MAGIC = 0x6B6E_696C_6264_7261
# magic, address and end of the arguments, end of the environment, bytes of the program's path and of the
# auxiliary vector
CARD = Struct("<QQQQQQ")
CARD_SIZE = 48
LONGEST_PATH = PAGE - CARD_SIZE - 1024


class Card:
    """Another guest's particulars."""

    __slots__ = ("arg_end", "arg_start", "auxv", "env_end", "exe")

    def __init__(self, arg_start: int, arg_end: int, env_end: int, exe: bytes, auxv: bytes) -> None:
        self.arg_start = arg_start
        self.arg_end = arg_end
        self.env_end = env_end
        self.exe = exe
        self.auxv = auxv


def write(process: "Process") -> None:
    """Renew the process's own card, for the program that it is about to run."""
    place = process.space.base - PLACE
    env_end = process.env_start + sum(map(len, process.environ)) + len(process.environ)
    exe = process.exe[:LONGEST_PATH]
    sizes = (len(exe), len(process.auxv))
    head = quadwords((MAGIC, process.arg_start, process.env_start, env_end, *sizes))
    hide_page(place, head + exe + process.auxv)
    process.set_card(place, MAGIC)


def read(process: "Process", pid: int) -> Card | None:
    """The card of another process; None when it isn't a guest, or the host doesn't let us see."""
    data = memory(process, pid, -PLACE, PAGE)
    if len(data) < CARD_SIZE:
        return None
    magic, arg_start, arg_end, env_end, length, more = CARD.unpack_from(data)
    if magic != MAGIC:
        return None
    end = CARD_SIZE + length
    return Card(arg_start, arg_end, env_end, data[CARD_SIZE : end], data[end : end + more])


def memory(process: "Process", pid: int, address: int, length: int) -> bytes:
    """Bytes at a guest's address in another guest."""
    try:
        fd = posix.open(f"/proc/{pid}/mem", posix.O_RDONLY | posix.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return posix.pread(fd, length, process.space.base + address)
    except OSError:
        return b""
    finally:
        posix.close(fd)
