"""Real programs, natively and under blink, a line each: `make programs [ARGS="-e default node"]`.

A program is a shell script that runs in an emptied directory; the whole of it, shell included, runs
under blink. What may differ from run to run (times, ports, process ids) it must not print.
"""

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.remaining import none_remain
from tests.runner import BLINK, Outcome, environment, find_program, run

SOURCES = Path(__file__).with_name("real")
ENGINES = {"interpreter": ("-j",), "virtual": ("-jm",), "default": ()}


@dataclass(frozen=True)
class Program:
    """A script in `real/`; its first comment line names the commands it needs."""

    script: Path

    @property
    def name(self) -> str:
        return self.script.stem

    def missing(self) -> list[str]:
        needs = self.script.read_text().splitlines()[1].partition("needs:")[2].split()
        return [name for name in needs if find_program(name) is None]


def measured(program: Program, before: tuple[str, ...], timeout: float) -> tuple[Outcome, float]:
    with tempfile.TemporaryDirectory(prefix="program-") as directory:
        home = Path(directory, "home")
        home.mkdir()
        start = time.monotonic()
        command: list[str | bytes | Path] = [*before, find_program("bash") or "bash", program.script]
        variables = environment(home, {"REAL": str(SOURCES)})
        outcome = run(command, b"", variables, home, timeout)
        return outcome, time.monotonic() - start


def report(program: Program, engine: str, timeout: float) -> tuple[bool, str]:
    if missing := program.missing():
        return True, f"skipped    {program.name}: no {' '.join(missing)}"
    expected, native = measured(program, (), timeout)
    with tempfile.NamedTemporaryFile(prefix="program-log-") as log:
        actual, ours = measured(program, (*BLINK, "-L", log.name, *ENGINES[engine]), timeout)
        logged = log.read().decode(errors="replace")
    same = (expected.status, expected.stdout) == (actual.status, actual.stdout) and not actual.timed_out
    if same:
        return True, f"same       {program.name}: native {native:.1f} s, blink {ours:.1f} s"
    what = f"DIFFERENT  {program.name} after {ours:.1f} s"
    return False, f"{what}\n=== native\n{expected}\n=== blink\n{actual}\n{logged}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.programs", description=__doc__)
    parser.add_argument("-e", "--engine", choices=ENGINES, default="default")
    parser.add_argument("-t", "--timeout", type=float, default=600)
    parser.add_argument("words", nargs="*", help="only programs with one of these words in their name")
    options = parser.parse_args()
    failures = 0
    with none_remain():
        for script in sorted(SOURCES.glob("*.sh")):
            if options.words and not any(word in script.stem for word in options.words):
                continue
            good, line = report(Program(script), options.engine, options.timeout)
            failures += not good
            print(line, flush=True)
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
