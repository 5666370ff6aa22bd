"""Long runs under load, a line each: `make soak [ARGS="-e interpreter --scale 0.1 contention"]`.

    contention     200 threads contend for mutexes, pipes and signals for a minute
    forks          2,000 times fork or vfork, and exec, from four threads
    connections    10,000 connections through an epoll server
    killed         a busy guest is killed 500 times at random moments and leaves nothing behind
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.guests import build
from tests.remaining import end_all, none_remain
from tests.runner import BLINK, ROOT, Outcome, environment, run

SOURCES = Path(__file__).parent
ENGINES = {"interpreter": ("-j",), "virtual": ("-jm",), "default": ()}
PLACES = ("/dev/shm", "/dev/mqueue", "/tmp", "/var/tmp")
GRACE = 5.0  # seconds for children of a killed guest to end


class Soak:
    def __init__(self, engine: str, scale: float, home: Path) -> None:
        self.flags = ENGINES[engine]
        self.scale = scale
        self.home = home

    def amount(self, whole: int, step: int = 1) -> int:
        return max(step, int(whole * self.scale) // step * step)

    def command(self, name: str, *arguments: object) -> list[str]:
        executable = build(SOURCES / f"{name}.c", "static-glibc")
        return [*BLINK, "-L", str(self.home / "log"), *self.flags, str(executable), *map(str, arguments)]

    def run(self, name: str, *arguments: object) -> Outcome:
        return run(self.command(name, *arguments), b"", environment(self.home), self.home, 1800)

    def contention(self) -> str:
        outcome = self.run("contention", self.amount(60))
        expect(outcome, "counted as often as done 1, nothing lost in pipes 1\n")
        return outcome.stderr.decode().strip()

    def forks(self) -> str:
        count = self.amount(2000, 4)
        expect(self.run("forks", count), f"{count} of {count} children ran and ended as they should\n")
        return f"{count} children"

    def connections(self) -> str:
        count = self.amount(10_000, 100)
        answer = f"served {count} answered {count}\n" + "client exited with 0\n" * 4
        expect(self.run("connections", count), answer)
        return f"{count} connections"

    def killed(self) -> str:
        chance = random.Random(1)
        mark = f"{os.getpid()}-{time.time_ns()}"
        variables = {**environment(self.home), "SOAK": mark}
        before = traces()
        count = self.amount(500)
        for _ in range(count):
            with subprocess.Popen(self.command("victim"), env=variables, cwd=self.home) as process:
                time.sleep(chance.random() * 0.3)
                signo = chance.choice((signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGSEGV))
                process.send_signal(signo)
                status = process.wait(30)
            if status != -signo:
                raise AssertionError(f"killed by {signo.name}, it ended with {status}")
        if left := end_all("SOAK", mark, GRACE):
            raise AssertionError(f"processes left: {left}")
        if fresh := {name for name in traces() - before if "victim" in name or "blink" in name.lower()}:
            raise AssertionError(f"left behind: {sorted(fresh)}")
        return f"{count} times"


def traces() -> set[str]:
    """What could be left: files in the usual places, System V objects."""
    found = {f"{place}/{name}" for place in PLACES if Path(place).is_dir() for name in os.listdir(place)}  # noqa: PTH208
    for kind in ("shm", "sem", "msg"):
        found |= {f"blink {kind} {line}" for line in Path(f"/proc/sysvipc/{kind}").read_text().splitlines()}
    return found


def expect(outcome: Outcome, text: str) -> None:
    if outcome.status or outcome.text != text:
        raise AssertionError(str(outcome))


def report(name: str, engine: str, scale: float) -> bool:
    with tempfile.TemporaryDirectory(prefix="soak-", dir=ROOT / "build") as home:
        work: Callable[[], str] = getattr(Soak(engine, scale, Path(home)), name)
        start = time.monotonic()
        try:
            print(f"good    {name}: {work()} in {time.monotonic() - start:.0f} s", flush=True)
        except AssertionError as problem:
            print(f"FAILED  {name} after {time.monotonic() - start:.0f} s\n{problem}", flush=True)
            return False
        return True


def main() -> int:
    names = ("contention", "forks", "connections", "killed")
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description="Long runs under load.")
    parser.add_argument("-e", "--engine", choices=ENGINES, default="default")
    parser.add_argument("--scale", type=float, default=1.0, help="a part of the whole: 0.1 for a short run")
    parser.add_argument("names", nargs="*", help=" ".join(names))
    options = parser.parse_args()
    if unknown := set(options.names) - set(names):
        parser.error(f"no soak {' '.join(sorted(unknown))}; there are: {' '.join(names)}")
    failures = 0
    (ROOT / "build").mkdir(exist_ok=True)
    with none_remain():
        for name in options.names or names:
            failures += not report(name, options.engine, options.scale)
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
