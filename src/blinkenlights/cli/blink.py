"""`blink`: run an x86-64 Linux program."""

import posix
import sys

from blinkenlights.names import fsdecode, fsencode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from blinkenlights.linux.task import Options

USAGE = """\
usage: blink [FLAGS] PROG [ARGS...]

Run an x86-64 Linux program. PROG is searched on PATH when it has no slash.

  -h, --help        show this help and exit
  -j, --no-jit      interpret only
  -m, --virtual     virtualise memory: every access is checked against page tables
  -C, --root DIR    take DIR for the root of the file system; or several, as in PATH,
                    the empty one being the real root (else $BLINK_OVERLAYS)
  -L, --log PATH    log to PATH; - or /dev/stderr is standard error
                    (else $BLINK_LOG_FILENAME, else blink.log in $TMPDIR or /tmp)
  -s, --statistics  print statistics to standard error at exit
  -0, --argv0       take argv[0] from the command line: blink -0 PROG ARGV0 ARGS...
      --code-cache BYTES    memory for translated code: 256K to 1G, usually 128M
      --perf-map    keep /tmp/perf-PID.map, by which perf names translated code
      --jit-one     translate one instruction at a time (to find faulty translations)
      --jit-interpret START-END     interpret the instructions at these addresses (likewise)
      --strace[=FILE]       print each system call, to standard error or FILE
      --strace-json[=FILE]  the same, a JSON object a line
      --cpu NAME        the CPU that CPUID describes: x86-64, x86-64-v2, x86-64-v3 or max
      --gdb WHERE       have a gdb debug the program: WHERE is a port of 127.0.0.1, the path of a
                    socket, or - for standard input and output
      --no-record   with --gdb: record nothing, so that it can't go back
      --strict          decimal adjustments are invalid in 64-bit code, as on a CPU
      --release R   what uname gives as the kernel's release
      --version     show the version and exit
"""

LONG_NAMES = {
    "help": "h",
    "no-jit": "j",
    "virtual": "m",
    "root": "C",
    "log": "L",
    "statistics": "s",
    "argv0": "0",
    "strace": "strace",
    "strace-json": "strace-json",
    "cpu": "cpu",
    "strict": "strict",
    "release": "release",
    "gdb": "gdb",
    "no-record": "no-record",
    "code-cache": "code-cache",
    "perf-map": "perf-map",
    "jit-one": "jit-one",
    "jit-interpret": "jit-interpret",
    "version": "version",
}
WITH_VALUE = ("C", "L", "cpu", "release", "gdb", "code-cache", "jit-interpret")
WITH_OPTIONAL_VALUE = ("strace", "strace-json")
SHORT_FLAGS = "hjmCLs0"
JIT_FLAGS = ("code-cache", "perf-map", "jit-one", "jit-interpret")
SUFFIXES = {"K": 10, "M": 20, "G": 30}
LEAST_CACHE, MOST_CACHE = 256 << 10, 1 << 30

USAGE_ERROR = 64
NOT_FOUND = 127
NOT_EXECUTABLE = 126


class UsageError(Exception):
    """A flag that isn't one."""


def main() -> "NoReturn":
    import gc

    gc.disable()  # what is imported stays, and collecting takes a tenth of the start
    try:
        sys.exit(run([fsencode(word) for word in sys.argv[1:]]))
    except KeyboardInterrupt:  # before the guest took over its signals
        import signal

        signal.signal(signal.SIGINT, signal.SIG_DFL)
        posix.kill(posix.getpid(), signal.SIGINT)
        sys.exit(130)
    except BrokenPipeError:
        posix._exit(1)


def run(words: list[bytes]) -> int:
    """Run a command line; returns only when there is no program to run."""
    try:
        flags, rest = parse(words)
    except UsageError as problem:
        return fail(f"{problem} (try blink --help)", USAGE_ERROR)
    if "h" in flags:
        sys.stdout.write(USAGE)
        sys.stdout.flush()
        return 0
    if "version" in flags:
        from blinkenlights import __version__

        sys.stdout.write(f"blink {__version__}\n")
        sys.stdout.flush()
        return 0
    if not rest or ("0" in flags and len(rest) < 2):
        return fail("no program named (try blink --help)", USAGE_ERROR)
    if "cpu" in flags:
        from blinkenlights.tables.cpuid import CPUS

        if fsdecode(flags["cpu"]) not in CPUS:
            return fail(f"--cpu is one of {', '.join(CPUS)}", USAGE_ERROR)
    try:
        prepare_jit(flags)
    except UsageError as problem:
        return fail(str(problem), USAGE_ERROR)
    argv = rest[1:] if "0" in flags else rest
    return execute(rest[0], argv, flags)


def prepare_jit(flags: dict[str, bytes]) -> None:
    """Do as the flags on translation say, before there is an address space."""
    if not any(name in flags for name in JIT_FLAGS):
        return
    size = size_of(flags["code-cache"]) if "code-cache" in flags else 0
    start, end = range_of(flags["jit-interpret"]) if "jit-interpret" in flags else (0, 0)
    if "j" in flags or "m" in flags:
        return
    from blinkenlights.jit import run as jit

    if size:
        jit.set_cache_size(size)
    if "jit-one" in flags:
        jit.set_most_instructions(1)
    jit.interpret_between(start, end)
    if "perf-map" in flags:
        from blinkenlights.jit.perfmap import PerfMap

        jit.tell_units_to(PerfMap())


def size_of(text: bytes) -> int:
    """A number of bytes with one of the suffixes."""
    word = fsdecode(text).upper()
    shift = SUFFIXES.get(word[-1:], 0)
    digits = word[:-1] if shift else word
    if not (digits.isascii() and digits.isdigit() and len(digits) < 16):
        raise UsageError("--code-cache needs a size, as 512K or 64M")
    size = int(digits) << shift
    if not LEAST_CACHE <= size <= MOST_CACHE:
        raise UsageError("--code-cache is 256K to 1G")
    return size


def range_of(text: bytes) -> tuple[int, int]:
    """START-END in hexadecimal; the end is not part of it."""
    first, _, last = fsdecode(text).partition("-")
    try:
        start, end = int(first, 16), int(last, 16)
    except ValueError:
        start = end = -1
    if not 0 <= start <= end < 1 << 64:
        raise UsageError("--jit-interpret needs addresses, as 401000-402000")
    return start, end


def execute(name: bytes, argv: list[bytes], flags: dict[str, bytes]) -> int:
    root = flags.get("C", posix.environ.get(b"BLINK_OVERLAYS")) or None
    path = search(name) if root is None else name
    if path is None:
        return fail(f"{fsdecode(name)}: command not found", NOT_FOUND)
    from blinkenlights import bundles

    bundles.load("blinkenlights.linux.launch")
    if "j" not in flags and "m" not in flags:
        bundles.load("blinkenlights.jit.run")
    from blinkenlights.linux.launch import Launch
    from blinkenlights.linux.task import Options
    from blinkenlights.loaders import BadProgram

    options = Options(
        jit="j" not in flags,
        virtual="m" in flags,
        strace="strace" in flags or "strace-json" in flags,
        strace_path=flags.get("strace-json") or flags.get("strace", b""),
        strace_json="strace-json" in flags,
        statistics="s" in flags,
        log_path=flags.get("L", b""),
        release=flags.get("release", b""),
        strict="strict" in flags,
        cpu=fsdecode(flags.get("cpu", b"")),
        root=root,
    )
    try:
        if "gdb" in flags:
            return debug(path, argv, flags, options)
        machine = Launch.load(path, argv, original_environment(), options)
    except BadProgram as problem:
        return fail(f"{fsdecode(name)}: {problem.reason}", status_of(problem.errno))
    except MemoryError:
        return fail(f"{fsdecode(name)}: not enough memory", NOT_EXECUTABLE)
    except OSError as problem:
        reason = problem.strerror or str(problem)
        return fail(f"{fsdecode(name)}: {reason}", status_of(problem.errno))
    if options.statistics:
        from blinkenlights.cli.statistics import reporter

        machine.run(reporter(machine.process))
    machine.run()
    return 0


def debug(path: bytes, argv: list[bytes], flags: dict[str, bytes], options: "Options") -> int:
    """Have a gdb debug the program; raises what loading it does."""
    from blinkenlights.debugger.gdb.listen import BadPlace, serve

    options.jit, options.virtual = False, True
    record = "no-record" not in flags
    try:
        return serve(fsdecode(flags["gdb"]), path, argv, original_environment(), options, record)
    except BadPlace as problem:
        return fail(str(problem), problem.status)


def parse(words: list[bytes]) -> tuple[dict[str, bytes], list[bytes]]:
    """The flags and their values, and the words from the first that isn't a flag."""
    flags: dict[str, bytes] = {}
    i = 0
    while i < len(words):
        word = words[i]
        if len(word) < 2 or word[:1] != b"-":
            break
        i += 1
        if word == b"--":
            break
        if word[:2] == b"--":
            i = long_flag(word, words, i, flags)
            continue
        letters = fsdecode(word[1:])
        for at, letter in enumerate(letters):
            if letter not in SHORT_FLAGS:
                raise UsageError(f"unknown flag -{letter}")
            if letter not in WITH_VALUE:
                flags[letter] = b""
                continue
            value = fsencode(letters[at + 1 :])
            if not value:
                if i == len(words):
                    raise UsageError(f"-{letter} needs a value")
                value = words[i]
                i += 1
            flags[letter] = value
            break
    return flags, words[i:]


def long_flag(word: bytes, words: list[bytes], i: int, flags: dict[str, bytes]) -> int:
    """Take in a long flag; `i` is the word after it, and the result the next word to look at."""
    text, equals, value = word[2:].partition(b"=")
    name = fsdecode(text)
    key = LONG_NAMES.get(name)
    if key is None:
        raise UsageError(f"unknown flag --{name}")
    if key not in WITH_VALUE:
        if equals and (key not in WITH_OPTIONAL_VALUE or not value):
            raise UsageError(f"--{name} takes no value" if key not in WITH_OPTIONAL_VALUE
                             else f"--{name}= needs a value")  # fmt: skip
        flags[key] = value
        return i
    if not equals:
        if i == len(words):
            raise UsageError(f"--{name} needs a value")
        value = words[i]
        i += 1
    flags[key] = value
    return i


def search(name: bytes) -> bytes | None:
    """Find a program as a shell does: a name without a slash is looked for on PATH."""
    if b"/" in name:
        return name
    if not name:
        return None
    fallback = None
    for directory in posix.environ.get(b"PATH", b"/usr/local/bin:/usr/bin:/bin").split(b":"):
        path = (directory or b".") + b"/" + name
        if posix.access(path, posix.X_OK, effective_ids=True) and not is_directory(path):
            return path
        if fallback is None and is_file(path):
            fallback = path
    return fallback


def is_directory(path: bytes) -> bool:
    return kind_of(path) == 0x4000


def is_file(path: bytes) -> bool:
    return kind_of(path) == 0x8000


def kind_of(path: bytes) -> int:
    """S_IFDIR, S_IFREG and so on; 0 where there is nothing."""
    try:
        return posix.stat(path).st_mode & 0xF000
    except OSError:
        return 0


def original_environment() -> list[bytes]:
    """The environment as this process was given it: Python may have set LC_CTYPE since (PEP 538)."""
    try:
        with open("/proc/self/environ", "rb", buffering=0) as file:  # noqa: PTH123
            data = file.readall()
    except OSError:
        return [b"%s=%s" % pair for pair in posix.environ.items()]
    return data.split(b"\0")[:-1]


def status_of(errno: int | None) -> int:
    from errno import ENOENT, ENOTDIR

    return NOT_FOUND if errno in (ENOENT, ENOTDIR) else NOT_EXECUTABLE


def fail(text: str, status: int) -> int:
    posix.write(2, f"blink: {text}\n".encode("utf-8", "surrogateescape"))
    return status


if __name__ == "__main__":
    main()
