"""Runs programs natively and under blink, and compares what can be seen of them."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent

# BLINK names another command to test, an installed one for instance.
BLINK = (shlex.split(os.environ["BLINK"]) if "BLINK" in os.environ
         else [sys.executable, "-P", "-m", "blinkenlights.cli.blink"])

# Programs that a run of the tests starts have this variable, by which the last ones are found.
MARK = "BLINK_TEST_RUN"

TIMEOUT = float(os.environ.get("BLINK_TEST_TIMEOUT", 120))

Argument = str | bytes | Path


@dataclass
class Outcome:
    """How a program ended: `status` is negative for a signal, as in subprocess."""

    args: list[str]
    status: int
    stdout: bytes
    stderr: bytes
    timed_out: bool = field(default=False)
    notes: str = ""

    def __str__(self) -> str:
        ending = f"exit {self.status}"
        if self.timed_out:
            ending = "timed out"
        elif self.status < 0:
            ending = f"killed by {signal.Signals(-self.status).name}"
        return (f"$ {shlex.join(self.args)}\n[{ending}]\n--- stdout\n{excerpt(self.stdout)}"
                f"\n--- stderr\n{excerpt(self.stderr)}")

    @property
    def text(self) -> str:
        return self.stdout.decode(errors="replace")


def excerpt(data: bytes, limit: int = 4000) -> str:
    text = data.decode(errors="backslashreplace")
    if len(text) > limit:
        return f"{text[:limit // 2]}\n... {len(text) - limit} more characters ...\n{text[-limit // 2:]}"
    return text


def environment(home: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The same small environment for both sides; PYTHONPATH lets `python -m` find this tree."""
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin",
        "HOME": str(home), "TMPDIR": str(home), "TZ": "UTC", "LC_ALL": "C.UTF-8", "TERM": "dumb",
        "PYTHONPATH": str(ROOT / "src"), "PYTHONDONTWRITEBYTECODE": "1",
        **({MARK: os.environ[MARK]} if MARK in os.environ else {}), **(extra or {}),
    }


def run(args: Sequence[Argument], stdin: bytes = b"", env: Mapping[str, str] | None = None,
        cwd: Path | None = None, timeout: float = TIMEOUT) -> Outcome:
    """Run a command to its end; what it has started and left in its process group is killed."""
    words = [os.fsdecode(word) for word in args]
    with started(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                 env=env, cwd=cwd) as process:
        try:
            stdout, stderr = process.communicate(stdin, timeout=timeout)
        except subprocess.TimeoutExpired:
            kill_group(process)
            stdout, stderr = process.communicate()
            return Outcome(words, process.returncode, stdout, stderr, timed_out=True)
    return Outcome(words, process.returncode, stdout, stderr)


@contextmanager
def started(words: Sequence[str], **options: Any) -> "Iterator[subprocess.Popen[bytes]]":
    """A process in a session of its own, which doesn't outlive the `with` however that is left."""
    process = subprocess.Popen(words, start_new_session=True, **options)
    try:
        yield process
    finally:  # a test's time may be over, too
        kill_group(process)
        with process:
            pass


def kill_group(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process of `started`, and all that it has started in its process group."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


# blink's options for each engine that tests can be run with (pytest --engine NAME).
ENGINE_FLAGS = {"jit": (), "interpreter": ("-j",), "virtual": ("-m",)}


class Runner:
    """Runs programs in one directory of their own."""

    def __init__(self, home: Path, flags: Sequence[str] = ()):
        self.home = home
        self.flags = flags
        self.log = home.parent / f"{home.name}-blink.log"

    def native(self, args: Sequence[Argument], stdin: bytes = b"", env: Mapping[str, str] | None = None,
               cwd: Path | None = None, timeout: float = TIMEOUT) -> Outcome:
        return run(args, stdin, environment(self.home, env), cwd or self.home, timeout)

    def blink(self, args: Sequence[Argument], stdin: bytes = b"", env: Mapping[str, str] | None = None,
              cwd: Path | None = None, timeout: float = TIMEOUT,
              flags: Sequence[str] | None = None) -> Outcome:
        """`blink FLAGS ARGS...`; with `flags` the log is not redirected for you."""
        chosen = [*self.flags, "-L", str(self.log)] if flags is None else list(flags)
        return run([*BLINK, *chosen, *args], stdin, environment(self.home, env), cwd or self.home, timeout)

    def same_as_native(self, args: Sequence[Argument], stdin: bytes = b"",
                       env: Mapping[str, str] | None = None, cwd: Path | None = None,
                       timeout: float = TIMEOUT, prepare: Callable[[Path], object] | None = None,
                       adjust: Callable[[bytes], bytes] | None = None, stderr: bool = True) -> Outcome:
        """Run natively, then under blink, and require the same exit status and output.

        The directory is emptied, and `prepare` called on it, before each run. `adjust` rewrites
        output that may differ from run to run (a time, a process id).
        """
        outcomes = []
        for side in (self.native, self.blink):
            empty(self.home)
            if prepare:
                prepare(self.home)
            outcomes.append(side(args, stdin, env, cwd, timeout))
        expected, actual = outcomes
        assert not expected.timed_out, f"the native run is too slow to compare with\n{expected}"
        change = adjust or (lambda data: data)
        same = (actual.status == expected.status and not actual.timed_out
                and change(actual.stdout) == change(expected.stdout)
                and (not stderr or change(actual.stderr) == change(expected.stderr)))
        assert same, f"blink differs\n=== native\n{expected}\n=== blink\n{actual}{self.logged()}"
        return actual

    def logged(self) -> str:
        if not self.log.exists():
            return ""
        return f"\n--- log\n{excerpt(self.log.read_bytes())}"


def empty(directory: Path) -> None:
    for entry in directory.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def find_program(name: str) -> str | None:
    """Where a program of the host is; version managers' wrappers in home directories don't count."""
    return shutil.which(name, path="/usr/bin:/bin:/usr/local/bin:/usr/sbin:/sbin")
