"""The guest's vDSO: an ELF image of our own with the functions of vdso(7) for x86-64.

Each function goes on in the host's vDSO (`core.hostclock`), so that the time needs no system call and
never differs from what a system call says. Where that can't be, it makes the system call.
"""

from blinkenlights import bundles
from blinkenlights.core import hostclock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from blinkenlights.linux.task import Process

PAGE = 4096
NAME = b"[vdso]"
FUNCTIONS = (b"clock_gettime", b"gettimeofday", b"time", b"getcpu", b"clock_getres")
NUMBERS = (228, 96, 201, 309, 229)
PREFIX = b"__vdso_"

PROT_READ, PROT_WRITE, PROT_EXEC = 1, 2, 4
MAP_PRIVATE_ANONYMOUS = 0x22

FUNCTION_SIZE = 16


def code(targets: list[int]) -> bytes:
    """Sixteen bytes a function: MOV RAX, target; JMP RAX, or MOV EAX, number; SYSCALL; RET."""
    pieces = []
    for i, number in enumerate(NUMBERS):
        target = targets[i] if targets else 0
        if target:
            piece = b"\x48\xb8" + target.to_bytes(8, "little") + b"\xff\xe0"
        else:
            piece = b"\xb8" + number.to_bytes(4, "little") + b"\x0f\x05\xc3"
        pieces.append(piece.ljust(FUNCTION_SIZE, b"\xcc"))
    return b"".join(pieces)


_head = b""  # made once; children of a fork have it already


def place(process: "Process") -> int:
    """Map the image; its address, which is the value of AT_SYSINFO_EHDR, or 0."""
    global _head
    space = process.space
    start = space.find_free(PAGE)
    if not start:
        return 0
    targets = []
    if process.options.jit:  # interpreting those functions takes longer than a system call
        targets = hostclock.functions(space, tuple(PREFIX + name for name in FUNCTIONS))
    space.map(start, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0, NAME)
    if not _head:
        made = bundles.prepared("vDSO")
        if isinstance(made, bytes):
            _head = made
        else:
            from blinkenlights.linux.vdso_image import head

            _head = head()
    image = _head + code(targets)
    space.write(start, image)
    process.keep_vdso(image)
    space.protect(start, PAGE, PROT_READ | PROT_EXEC)
    return start
