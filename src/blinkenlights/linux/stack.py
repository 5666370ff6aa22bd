"""The initial stack: arguments, environment and the auxiliary vector (System V ABI, figure 3.9)."""

import posix
from errno import E2BIG

from blinkenlights.core.quick import limit_of
from blinkenlights.linux import vdso
from blinkenlights.loaders import BadProgram, Image
from blinkenlights.loaders.elf import MAP_ANONYMOUS, MAP_FIXED, MAP_NORESERVE, MAP_PRIVATE
from blinkenlights.structs import quadwords

TYPE_CHECKING = False
if TYPE_CHECKING:
    from blinkenlights.linux.task import Process

PAGE = 4096
GUARD = 16 * PAGE  # between the stack's top and the end of the address space
SMALLEST = 128 << 10
LARGEST = 1 << 30  # of "unlimited"
RLIMIT_STACK = 3
LONGEST_STRING = 131072  # MAX_ARG_STRLEN
MAP_STACK = 0x20000
MAP_GROWSDOWN = 0x100
PLATFORM = b"x86_64"
CLOCK_TICKS = 100

AT_PHDR = 3
AT_PHENT = 4
AT_PHNUM = 5
AT_PAGESZ = 6
AT_BASE = 7
AT_FLAGS = 8
AT_ENTRY = 9
AT_UID = 11
AT_EUID = 12
AT_GID = 13
AT_EGID = 14
AT_PLATFORM = 15
AT_HWCAP = 16
AT_CLKTCK = 17
AT_SECURE = 23
AT_RANDOM = 25
AT_HWCAP2 = 26
AT_EXECFN = 31
AT_SYSINFO_EHDR = 33
AT_MINSIGSTKSZ = 51

HWCAP = 0x078BFBFF  # CPUID leaf 1, EDX
HWCAP2 = 2  # RDFSBASE and the like work in user mode
LEAST_GAP = 128 << 20  # below the stack's top, as on Linux
SIGNAL_FRAME = 1536  # most that a signal frame takes of the stack


def size_limit(process: "Process") -> int:
    """Bytes the stack may have (`ulimit -s`)."""
    limit = process.limits.get(RLIMIT_STACK)
    if limit is None:
        limit = limit_of(RLIMIT_STACK)
    soft = min(limit[0], LARGEST)
    return max(SMALLEST, soft + PAGE - 1 & ~(PAGE - 1))


def mapping_top(process: "Process") -> int:
    """Where the search for room for mappings begins, downwards: below all that the stack may need."""
    return process.space.size - GUARD - max(size_limit(process), LEAST_GAP)


def check_size(process: "Process", argv: list[bytes], environ: list[bytes]) -> None:
    """As execve: one string may be 128 KiB, all together a quarter of the stack."""
    if max(map(len, argv), default=0) >= LONGEST_STRING:
        raise BadProgram(E2BIG, "an argument is too long")
    if max(map(len, environ), default=0) >= LONGEST_STRING:
        raise BadProgram(E2BIG, "an environment variable is too long")
    total = sum(map(len, argv)) + sum(map(len, environ)) + 9 * (len(argv) + len(environ))
    if total > max(SMALLEST, min(size_limit(process) // 4, 6 << 20)):
        raise BadProgram(E2BIG, "the arguments and the environment are too long")


def build(process: "Process", image: Image, filename: bytes) -> int:
    """Map and fill the stack of `process`, and return the stack pointer to start with."""
    space = process.space
    top = (space.size & ~(PAGE - 1)) - GUARD
    size = size_limit(process)
    prot = 7 if image.executable_stack else 3
    flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE
    space.map(top - size, size, prot, flags, -1, 0, b"[stack]")

    # the information block, ending just below a last null word
    every = [*process.argv, *process.environ, filename]
    strings = b"\0".join(every) + bytes(9)
    base = at = top - len(strings)
    addresses = []
    for length in map(len, every):
        addresses.append(at)
        at += length + 1
    argc = len(process.argv)
    argv = addresses[:argc]
    environ = addresses[argc:-1]

    platform = base - len(PLATFORM) - 1
    random = (platform & ~15) - 16
    auxv = auxiliary_vector(image, random, platform, addresses[-1], vdso.place(process))
    process.auxv = quadwords(auxv)
    process.keep_auxv(process.auxv)
    process.set_stack_size(size)
    process.stack_limited = False
    words = [argc, *argv, 0, *environ, 0, *auxv]
    sp = random - 8 * len(words) & ~15
    table = quadwords(words)
    gap = bytes(random - sp - len(table))
    tail = PLATFORM + b"\0"
    block = b"".join((table, gap, posix.urandom(16), bytes(platform - random - 16), tail, strings))
    space.write(sp, block)
    process.stack_start = sp
    process.arg_start = argv[0] if argv else 0
    process.env_start = environ[0] if environ else addresses[-1]
    return sp


def auxiliary_vector(image: Image, random: int, platform: int, filename: int, ehdr: int) -> list[int]:
    pairs = [
        *([(AT_SYSINFO_EHDR, ehdr)] if ehdr else ()),
        (AT_HWCAP, HWCAP),
        (AT_PAGESZ, PAGE),
        (AT_CLKTCK, CLOCK_TICKS),
        (AT_PHDR, image.phdr),
        (AT_PHENT, image.phentsize),
        (AT_PHNUM, image.phnum),
        (AT_BASE, image.interpreter_base),
        (AT_FLAGS, 0),
        (AT_ENTRY, image.entry),
        (AT_UID, posix.getuid()),
        (AT_EUID, posix.geteuid()),
        (AT_GID, posix.getgid()),
        (AT_EGID, posix.getegid()),
        (AT_SECURE, 0),
        (AT_RANDOM, random),
        (AT_HWCAP2, HWCAP2),
        (AT_MINSIGSTKSZ, SIGNAL_FRAME),
        (AT_EXECFN, filename),
        (AT_PLATFORM, platform),
        (0, 0),
    ]
    return [word for pair in pairs for word in pair]
