"""python -m tests.cross.vectors [GROUP...]: what a real CPU made of instructions, against this host.

As tests/vectors, but with a line for each group and engine; exit status 1 if anything differs.
"""

import argparse
import sys
import time

from tests.differential.campaign import engine_of_process
from tests.vectors.format import groups
from tests.vectors.test_vectors import compared


def compare(group: str, engine: str, shown: int) -> tuple[int, int, list[str]]:
    """How many results were compared, how many of them differ, and the first of these."""
    ours = engine_of_process(engine)
    total = wrong = 0
    examples: list[str] = []
    for case, found in compared(group, ours):
        total += 1
        wrong += bool(found)
        if found and len(examples) < shown:
            examples.append(f"{case.code.hex()} {case.text}: {'; '.join(found)}")
    return total, wrong, examples


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.cross.vectors", description=__doc__)
    parser.add_argument("group", nargs="*", help=f"of {', '.join(groups())} (all)")
    parser.add_argument("--engine", action="append", choices=["interpreter", "virtual"], default=[],
                        help="interpreter, virtual (both)")
    parser.add_argument("--show", type=int, default=5, metavar="N", help="differences to show of a group (5)")
    options = parser.parse_args()
    total = wrong = 0
    for group in options.group or groups():
        for engine in options.engine or ["interpreter", "virtual"]:
            start = time.monotonic()
            count, bad, examples = compare(group, engine, options.show)
            seconds = time.monotonic() - start
            print(f"{group:16} {engine:12} {count:7} compared {bad:6} differ {seconds:6.1f} s")
            for example in examples:
                print("   ", example)
            sys.stdout.flush()
            total += count
            wrong += bad
    print(f"{total} compared, {wrong} differ")
    return 1 if wrong or not total else 0


if __name__ == "__main__":
    sys.exit(main())
