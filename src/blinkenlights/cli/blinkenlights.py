"""`blinkenlights`: the visual debugger."""

import os
import sys
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, BinaryIO, NoReturn

    from blinkenlights.tui.app import Settings

USAGE_ERROR = 64
NOT_FOUND = 127
NOT_EXECUTABLE = 126
NO_TERMINAL = 1
LEAST_MIB, MOST_MIB = 2, 3072  # of a PC
MOST_ZOOM = 16
THEMES = ("dark", "light", "plain")
HIGHEST_PORT = 65535
USUAL_PORT = 8000

# Names of terminals that the display understands; both it and the user's are meant, as C gives the latter.
TERMINALS = (b"xterm", b"xterm-256color", b"screen", b"screen-256color", b"tmux", b"tmux-256color", b"linux",
             b"vt100", b"vt220", b"ansi")  # fmt: skip

TYPEWRITERS = ("", "dumb", "unknown")  # names of terminals that only print

PLAIN_ONLY = {"break", "watch", "statistics"}  # what the machine of the API does and run_headless doesn't

Given = dict[str, list[str]]


def main() -> "NoReturn":
    try:
        sys.exit(run(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os._exit(1)


def run(words: list[str]) -> int:
    """Run a command line; the exit status."""
    from blinkenlights.cli.blinkenlights_flags import UsageError, parse, usage

    try:
        given, rest = parse(words)
        check(given)
    except UsageError as problem:
        return fail(f"{problem} (try blinkenlights --help)", USAGE_ERROR)
    if "help" in given:
        sys.stdout.write(usage())
        return 0
    if "version" in given:
        from blinkenlights import __version__

        sys.stdout.write(f"blinkenlights {__version__}\n")
        return 0
    if not rest:
        return fail("no program named (try blinkenlights --help)", USAGE_ERROR)
    path = find(rest[0], given)
    if isinstance(path, int):
        return path
    if "serve" in given:
        return serve(words, given, rest[0])
    if "real-mode" in given and len(rest) > 1:
        return fail("a disk image takes no arguments", USAGE_ERROR)
    if "no-tui" in given and "real-mode" in given and not PLAIN_ONLY & given.keys():
        return guarded(rest[0], lambda: boot(given, path))
    if "no-tui" in given:
        from blinkenlights.tui.plain import run_plain

        load = loader(given, path, rest, record=False)
        return guarded(rest[0], lambda: run_plain(load, options(given, rest[0])))
    if not (os.isatty(0) and os.isatty(1)) and "TEXTUAL_DRIVER" not in os.environ:
        return fail("standard input and output must be a terminal (-t runs without the screen)", NO_TERMINAL)
    if os.environ.get("TERM", "dumb") in TYPEWRITERS and "TEXTUAL_DRIVER" not in os.environ:
        return fail("the terminal can't place text (TERM); -t runs without the screen", NO_TERMINAL)
    return guarded(rest[0], lambda: show(given, path, rest))


def check(given: Given) -> None:
    """Raise UsageError for values that can't be."""
    from blinkenlights.cli.blinkenlights_flags import UsageError

    for text in given.get("theme", []):
        if text not in THEMES:
            raise UsageError(f"--theme is one of {', '.join(THEMES)}")
    if not 0 <= zoom_of(given) <= MOST_ZOOM:
        raise UsageError(f"--zoom is 0 to {MOST_ZOOM}")
    for text in given.get("serve", []):
        if text and not (text.isascii() and text.isdigit() and 0 < int(text) <= HIGHEST_PORT):
            raise UsageError("--serve takes a port, as --serve=8000")
    for text in given.get("memory", []):
        if not (text.isascii() and text.isdigit() and LEAST_MIB <= int(text) <= MOST_MIB):
            raise UsageError(f"--memory is {LEAST_MIB} to {MOST_MIB} MiB")
    for text in given.get("cpu", []):
        from blinkenlights.tables.cpuid import CPUS

        if text not in CPUS:
            raise UsageError(f"--cpu is one of {', '.join(CPUS)}")


def zoom_of(given: Given) -> int:
    """`-zz` and `--zoom=2` are the same; -1 for what isn't a number."""
    total = 0
    for text in given.get("zoom", []):
        if text and not (text.isascii() and text.isdigit()):
            return -1
        total += int(text) if text else 1
    return total


def find(name: str, given: Given) -> "str | int":
    """The program's path, or an exit status after saying why there is none."""
    from blinkenlights.cli.blink import search

    if "root" in given or "real-mode" in given:
        return name
    path = search(os.fsencode(name))
    if path is None:
        return fail(f"{name}: command not found", NOT_FOUND)
    return os.fsdecode(path)


def options(given: Given, name: str) -> "Settings":
    """What the flags say about the screen."""
    from blinkenlights.tui.settings import Settings

    return Settings(
        theme=given.get("theme", [""])[-1],
        highlight="no-highlight" not in given,
        verbosity=min(2, len(given.get("verbose", []))),
        zoom=zoom_of(given),
        intel="intel" in given,
        name=os.path.basename(name),  # noqa: PTH119
        breakpoints=given.get("break", []),
        watchpoints=given.get("watch", []),
        pictures=given.get("pictures", [""])[-1],
        reactive="no-reactive" not in given,
        statistics="statistics" in given,
        jit="jit" in given,
    )


def loader(given: Given, path: str, argv: list[str], record: bool) -> "Callable[..., Any]":
    """What makes the machine; called again for a restart. It is given the guest's standard files."""
    from blinkenlights import Machine
    from blinkenlights.cli.blink import original_environment
    from blinkenlights.linux.task import Options

    environment = original_environment()
    if "no-tui" not in given:
        environment = of_display(environment)

    def load(files: "tuple[int, int, int] | None" = None) -> "Any":
        jit, linear = "jit" in given, "linear" in given
        if "real-mode" in given:
            with bootable(path):
                machine = Machine.boot(path, bios=bios_of(given), option_roms=given.get("option-rom", []),
                                       ram=ram_of(given), write="keep-writes" in given,
                                       record=record)  # fmt: skip
            if files is None:
                from blinkenlights.pc.headless import connect
                from blinkenlights.tui.pc import pc_of

                if (pc := pc_of(machine)) is not None:
                    connect(pc, sys.stdout.buffer, typed())
            return machine
        settings = Options(
            jit=jit,
            virtual=not linear,
            log_path=os.fsencode(given.get("log", [""])[-1]),
            root=os.fsencode(given["root"][-1]) if "root" in given else None,
        )
        words = [os.fsencode(word) for word in argv]
        more: dict[str, Any] = {}
        if files is not None:
            more = dict(zip(("stdin", "stdout", "stderr"), files, strict=True))
        return Machine.load(path, words, environment, jit=jit, virtual=not linear,
                            cpu=given.get("cpu", [""])[-1], record=record and not jit and not linear,
                            options=settings, **more)  # fmt: skip

    return load


def of_display(environment: list[bytes]) -> list[bytes]:
    """Of a program in the display, whose terminal has a size of its own and is a usual one."""
    kept = [entry for entry in environment if not entry.startswith((b"COLUMNS=", b"LINES="))]
    if not any(entry.removeprefix(b"TERM=") in TERMINALS for entry in kept if entry.startswith(b"TERM=")):
        kept = [entry for entry in kept if not entry.startswith(b"TERM=")] + [b"TERM=xterm-256color"]
    return kept


def ram_of(given: Given) -> int:
    return int(given.get("memory", ["16"])[-1]) << 20


def bios_of(given: Given) -> str | None:
    return given["bios"][-1] if "bios" in given else None


@contextmanager
def bootable(path: str) -> "Iterator[None]":
    """Images and ROMs that can't be used are programs that can't be run."""
    import errno

    from blinkenlights.loaders import BadProgram

    try:
        yield
    except ValueError as problem:
        raise BadProgram(errno.ENOEXEC, str(problem).removeprefix(f"{path} ")) from None
    except OSError as problem:
        if problem.filename in (None, path) or problem.errno is None:
            raise
        raise BadProgram(problem.errno, f"{problem.filename}: {problem.strerror}") from None  # the BIOS


def boot(given: Given, path: str) -> int:
    """A PC without the screen: its text on standard output, standard input typed at it."""
    from blinkenlights.pc import run_headless
    from blinkenlights.pc.memory import read_option_roms

    with bootable(path):
        roms = read_option_roms(given.get("option-rom", []))
        return run_headless(
            path, bios=bios_of(given), option_roms=roms, ram=ram_of(given), write="keep-writes" in given,
            keys=typed(),
        )


def typed() -> "BinaryIO | None":
    """Standard input; None where it is closed."""
    return sys.stdin.buffer if sys.stdin is not None else None


def show(given: Given, path: str, argv: list[str]) -> int:
    """With the screen."""
    try:
        from blinkenlights.tui.app import run as run_app
    except ModuleNotFoundError as problem:
        return fail(f"the screen needs the Python package {problem.name}", NO_TERMINAL)
    from blinkenlights.tui import leader

    status = leader.divide()
    if status is not None:
        return status
    load = loader(given, path, argv, record="no-record" not in given)
    return run_app(lambda terminal: load((terminal.slave,) * 3), options(given, argv[0]))


def guarded(name: str, job: "Callable[[], int]") -> int:
    """Do it, and say in one line why a program can't be run."""
    from blinkenlights.cli.blink import status_of
    from blinkenlights.loaders import BadProgram

    try:
        return job()
    except BadProgram as problem:
        return fail(f"{name}: {problem.reason}", status_of(problem.errno))
    except MemoryError:
        return fail(f"{name}: not enough memory", NOT_EXECUTABLE)
    except OSError as problem:
        return fail(f"{name}: {problem.strerror or problem}", status_of(problem.errno))
    except ValueError as problem:  # a breakpoint's symbol, a bad image
        return fail(str(problem), USAGE_ERROR)


def serve(words: list[str], given: Given, name: str) -> int:
    """The same in a web browser: each visitor gets a process of their own."""
    import shlex

    try:
        from blinkenlights.tui import serving
    except ModuleNotFoundError as problem:
        return fail(f"--serve needs the Python package textual-serve: no {problem.name}", NO_TERMINAL)
    rest = [word for word in words if word != "--serve" and not word.startswith("--serve=")]
    command = shlex.join([sys.executable, "-P", "-m", "blinkenlights.cli.blinkenlights", *rest])
    port = int(given["serve"][-1] or USUAL_PORT)
    try:
        serving.serve(command, port, f"blinkenlights {name}")
    except OSError as problem:
        return fail(f"port {port}: {problem.strerror or problem}", NO_TERMINAL)
    return 0


def fail(text: str, status: int) -> int:
    os.write(2, f"blinkenlights: {text}\n".encode("utf-8", "surrogateescape"))
    return status


if __name__ == "__main__":
    main()
