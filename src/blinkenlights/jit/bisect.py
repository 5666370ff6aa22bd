"""
Finds the instruction whose translation makes a program go wrong:

    python -m blinkenlights.jit.bisect [--timeout SECONDS] PROG [ARGS...]

The program is run by `blink -j` for the right exit status and output, then again and again with some
guest addresses interpreted and the others translated. It should do the same in every run, and read
nothing from standard input. The exit status is 0 when an instruction was found, 1 when not.
"""

import argparse
import subprocess
import sys
from collections.abc import Callable

BLINK = (sys.executable, "-m", "blinkenlights.cli.blink")
TOP = 1 << 47  # guest addresses are below this

Ending = tuple[int, bytes, bytes]
TIMED_OUT: Ending = (-1, b"", b"timed out")


class Nothing(Exception):
    """There is nothing to be found, for the reason given."""


def run(flags: list[str], program: list[str], timeout: float) -> Ending:
    try:
        done = subprocess.run([*BLINK, *flags, "--", *program], stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=timeout)  # fmt: skip
    except subprocess.TimeoutExpired:
        return TIMED_OUT
    return done.returncode, done.stdout, done.stderr


def least(low: int, high: int, good: Callable[[int], bool]) -> int:
    """The least n, low < n <= high, with good(n); good(high) holds, and good(low) doesn't."""
    while high - low > 1:
        middle = (low + high) // 2
        if good(middle):
            high = middle
        else:
            low = middle
    return high


def find(right: Callable[[int, int], bool]) -> tuple[int, int]:
    """The least range that must be interpreted; right(start, end) says whether that one is enough."""
    if right(0, 0):
        raise Nothing("it goes right with everything translated")
    if not right(0, TOP):
        raise Nothing("it goes wrong with everything interpreted that can be: no translation is at fault")
    end = least(0, TOP, lambda n: right(0, n))
    start = TOP - least(TOP - end, TOP, lambda n: right(TOP - n, end))
    return start, end


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bisect", description="Find a faulty translation.")
    parser.add_argument("--timeout", type=float, default=60, metavar="SECONDS", help="of each run")
    parser.add_argument("program", nargs=argparse.REMAINDER, metavar="PROG [ARGS...]")
    options = parser.parse_args(words)
    if not options.program:
        parser.error("no program named")
    expected = run(["-j"], options.program, options.timeout)
    if expected == TIMED_OUT:
        print("bisect: it takes too long without translation: --timeout SECONDS", file=sys.stderr)
        return 1

    def right(start: int, end: int) -> bool:
        flags = ["--jit-interpret", f"{start:x}-{end:x}"]
        same = run(flags, options.program, options.timeout) == expected
        print(f"{start:12x}-{end:<12x}  {'right' if same else 'wrong'}", file=sys.stderr)
        return same

    try:
        start, end = find(right)
    except Nothing as reason:
        print(f"bisect: {reason}", file=sys.stderr)
        return 1
    if end - start == 1:
        print(f"the instruction at {start:x}: blink --jit-interpret {start:x}-{end:x} goes right")
    else:
        print(f"instructions at {start:x} and {end - 1:x}, and perhaps between: "
              f"blink --jit-interpret {start:x}-{end:x} goes right")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
