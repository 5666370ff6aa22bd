"""Times commands under each engine, in turn, so that a busy moment hits them alike."""

import os
import re
import resource
import shlex
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.suite import ROOT, Benchmark, Missing

TIMEOUT = 300
COUNTED = re.compile(rb"blink: (\d+) instructions in ([\d.]+) s")


@dataclass(frozen=True)
class Engine:
    """A way to run a program: words to put in front of its command."""

    name: str
    prefix: tuple[str, ...] = ()
    slow: bool = False  # one run of it will do


def blink_command() -> tuple[str, ...]:
    """The installed command where it is this tree's, else the module."""
    if "BLINK" in os.environ:
        return tuple(shlex.split(os.environ["BLINK"]))
    installed = Path(sysconfig.get_path("scripts"), "blink")
    if installed.exists() and Path(sys.prefix) == ROOT / ".venv":
        return (str(installed),)
    return (sys.executable, "-I", "-S", str(ROOT / "bin" / "blink"))


def engines() -> list[Engine]:
    found = [Engine("native"), Engine("blink", blink_command()),
             Engine("blink -j", (*blink_command(), "-j"), slow=True)]
    if qemu := shutil.which("qemu-x86_64"):
        found.append(Engine("qemu", (qemu,), slow=True))
    return found


@dataclass
class Result:
    """Seconds of every repetition, of processor time as well; instructions as blink counts them."""

    benchmark: Benchmark
    seconds: dict[str, list[float]] = field(default_factory=dict)
    processor: dict[str, list[float]] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    instructions: int = 0
    guest_seconds: float = 0.0

    @property
    def name(self) -> str:
        return self.benchmark.name

    def best(self, engine: str) -> float | None:
        """The shortest run: what the machine does when nothing else disturbs it."""
        times = self.seconds.get(engine)
        return min(times) if times else None

    def processor_ratio(self, engine: str, to: str) -> float | None:
        """By the least processor time, which other work on the machine disturbs less."""
        mine, other = (min(self.processor.get(name, [0.0])) for name in (engine, to))
        return mine / other if mine and other else None

    def median(self, engine: str) -> float | None:
        times = self.seconds.get(engine)
        return statistics.median(times) if times else None

    def ratio(self, engine: str, to: str) -> float | None:
        mine, other = self.best(engine), self.best(to)
        return mine / other if mine and other else None

    def passes(self, engine: str) -> bool | None:
        """Whether the target is met; None where there is none, or nothing to compare."""
        if engine in self.problems:
            return False
        best, ratio = self.best(engine), self.ratio(engine, "native")
        if self.benchmark.limit is not None and best is not None:
            return best <= self.benchmark.limit
        if self.benchmark.target is not None and ratio is not None:
            return ratio <= self.benchmark.target
        return None

    @property
    def mips(self) -> float | None:
        """Million guest instructions a second, by the interpreter's own counter."""
        return self.instructions / self.guest_seconds / 1e6 if self.guest_seconds else None


def run(command: Sequence[str], directory: Path) -> tuple[float, float, bytes, bytes, int]:
    """Seconds by the clock and of processor time, output, errors and status."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "LC_ALL": "C", "TMPDIR": str(directory)}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, cwd=directory,
                          env=environment, timeout=TIMEOUT)
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, processor, done.stdout, done.stderr, done.returncode


def measure(benchmark: Benchmark, chosen: Sequence[Engine], repetitions: int, quick: bool = False,
            busy: bool = False) -> Result:
    """All engines in turn, `repetitions` times. Raises Missing where the host cannot run it.

    `busy`: take processor time for the clock's.
    """
    size = benchmark.size
    if quick:
        size = benchmark.quick or max(1, size // 10)
    command = benchmark.command(size)
    result = Result(benchmark)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        directory = Path(name)
        if benchmark.prepare:
            benchmark.prepare(directory, size)
        expected = None
        for repetition in range(repetitions * benchmark.again):
            for engine in chosen:
                if engine.name in result.problems or (engine.slow and repetition >= benchmark.again):
                    continue
                try:
                    seconds, processor, output, errors, status = run([*engine.prefix, *command], directory)
                except subprocess.TimeoutExpired:
                    result.problems[engine.name] = f"over {TIMEOUT} s"
                    continue
                if expected is None:
                    if status:
                        raise Missing(f"{shlex.join(command)} fails by itself")
                    expected = output, status
                if (output, status) != expected:
                    said = errors.decode(errors="replace").strip().splitlines()
                    result.problems[engine.name] = f"wrong result ({said[-1] if said else status})"
                    continue
                result.seconds.setdefault(engine.name, []).append(processor if busy else seconds)
                result.processor.setdefault(engine.name, []).append(processor)
        for engine in chosen:
            if engine.name == "blink -j" and engine.name not in result.problems:
                count(result, [*engine.prefix, "-s", *command], directory)
    return result


def count(result: Result, command: Sequence[str], directory: Path) -> None:
    """One more run, with statistics. Programs that a guest starts report too: the last line counts."""
    _, _, _, errors, _ = run(command, directory)
    if found := COUNTED.findall(errors):
        result.instructions = int(found[-1][0])
        result.guest_seconds = float(found[-1][1])


__all__ = ["Engine", "Missing", "Result", "engines", "measure"]
