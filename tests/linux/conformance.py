"""Conformance guests: C programs that print what the kernel did, run natively and under each engine.

A guest is one file, `tests/guests/AREA/what_it_shows.c`, named as the sentence that it proves; it
includes `../guest.h` (say, SAY, handle, say_status, ...) and prints the same words in every run: no
addresses, process ids or times. The native run is the expectation, so there is nothing else to
write: pytest finds the file. To work on one, without pytest:

    python -m tests.linux.conformance [-e ENGINE]... [WORD]...     # guests whose path has the words

Lines at a guest's top may say more:

    // toolchain: dynamic-glibc      how it is built (tests/guests/__init__.py); static-glibc if not said
    // arguments: one two
    // input: text for its standard input
    // needs: fork | network ...     free words, for people

A guest for which this kernel lacks something exits with SKIP.
"""

import argparse
import functools
import os
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from tests.guests import SOURCES, build
from tests.remaining import none_remain
from tests.runner import BLINK, Outcome, environment, run

SKIP = 77
TIMEOUT = float(os.environ.get("BLINK_TEST_TIMEOUT", 60))

# By name: blink's flags.
ENGINES = {"interpreter": ("-j",), "virtual": ("-jm",), "default": ()}


@dataclass(frozen=True)
class Guest:
    source: Path

    @property
    def name(self) -> str:
        return f"{self.source.parent.name}/{self.source.stem}"

    def directive(self, word: str, default: str = "") -> str:
        for line in self.source.read_text().splitlines():
            if not line.startswith("//"):
                break
            key, _, value = line[2:].strip().partition(":")
            if key == word:
                return value.strip()
        return default

    def executable(self) -> Path:
        return build(self.source, self.directive("toolchain", "static-glibc"))

    def command(self) -> list[str | Path]:
        return [self.executable(), *self.directive("arguments").split()]


def guests() -> list[Guest]:
    return [Guest(path) for path in sorted(SOURCES.glob("*/*.c"))]


def run_in_a_directory(guest: Guest, before: tuple[str, ...]) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="guest-") as directory:
        home = Path(directory, "home")
        home.mkdir()
        return run([*before, *guest.command()], guest.directive("input").encode(), environment(home),
                   home, TIMEOUT)


@functools.cache
def natively(guest: Guest) -> Outcome:
    return run_in_a_directory(guest, ())


def under_blink(guest: Guest, engine: str) -> Outcome:
    with tempfile.NamedTemporaryFile(prefix="guest-log-") as log:
        outcome = run_in_a_directory(guest, (*BLINK, "-L", log.name, *ENGINES[engine]))
        if logged := log.read():
            outcome.notes = logged.decode(errors="replace")
    return outcome


def same(expected: Outcome, actual: Outcome) -> bool:
    return (not actual.timed_out and actual.status == expected.status
            and actual.stdout == expected.stdout and actual.stderr == expected.stderr)


def difference(expected: Outcome, actual: Outcome) -> str:
    log = f"\n--- log\n{actual.notes}" if actual.notes else ""
    return f"=== native\n{expected}\n=== blink\n{actual}{log}"


# -- by hand ---------------------------------------------------------------------------------------


def short_difference(expected: Outcome, actual: Outcome) -> str:
    sides = []
    for outcome in (expected, actual):
        ending = "timed out" if outcome.timed_out else f"status {outcome.status}"
        text = outcome.stdout + outcome.stderr
        sides.append([ending, *text.decode(errors="backslashreplace").splitlines()])
    changes = [*unified_diff(sides[0], sides[1], n=1, lineterm="")][2:]
    return "\n".join([*changes[:30], *actual.notes.splitlines()[-20:]])


def lines(guest: Guest, engines: list[str]) -> Iterator[str]:
    try:
        expected = natively(guest)
    except RuntimeError as problem:
        yield f"UNBUILT    {guest.name}\n{problem}"
        return
    if expected.status == SKIP:
        yield f"skipped    {guest.name}: {expected.text.strip()}"
        return
    again = run_in_a_directory(guest, ())
    if not same(expected, again):
        yield f"UNSTEADY   {guest.name}\n{short_difference(expected, again)}"
    for engine in engines:
        actual = under_blink(guest, engine)
        if same(expected, actual):
            yield f"same       {guest.name} ({engine})"
        else:
            yield f"DIFFERENT  {guest.name} ({engine})\n{short_difference(expected, actual)}"


def main() -> int:
    parser = argparse.ArgumentParser(description="Compare conformance guests with their native runs.")
    parser.add_argument("-e", "--engine", action="append", choices=ENGINES)
    parser.add_argument("-w", "--workers", type=int, default=1)
    parser.add_argument("-v", "--verbose", action="store_true", help="show what the guests print natively")
    parser.add_argument("words", nargs="*")
    options = parser.parse_args()
    chosen = [guest for guest in guests() if all(word in guest.name for word in options.words)]
    engines = options.engine or [*ENGINES]
    failures = 0
    with none_remain(), ThreadPoolExecutor(options.workers) as pool:
        runs = pool.map(lambda guest: [*lines(guest, engines)], chosen)
        for guest, found in zip(chosen, runs, strict=True):
            if options.verbose:
                print(natively(guest))
            for line in found:
                failures += line[0].isupper()
                print(line, flush=True)
    print(f"{len(chosen)} guests, {failures} differences")
    return bool(failures or not chosen)


if __name__ == "__main__":
    sys.exit(main())
