"""python -m tests.cross.vectors [GROUP...]: what a real CPU made of instructions, against this host.

As tests/vectors, but with a line for each group and engine; exit status 1 if anything differs.
"""

import argparse
import itertools
import sys
import time

from tests.differential.campaign import engine_of_process, executed, strange_stack
from tests.differential.compare import differences
from tests.oracle import unpack
from tests.vectors.format import batch_of, groups, read
from tests.vectors.test_vectors import case_of


def compare(group: str, engine: str, shown: int) -> tuple[int, int, list[str]]:
    """How many results were compared, how many of them differ, and the first of these."""
    ours = engine_of_process(engine)
    entries = read(group)
    compared = wrong = 0
    examples: list[str] = []
    while batch := list(itertools.islice(entries, batch_of(group))):
        cases = [case_of(entry, slot) for slot, entry in enumerate(batch)]
        outcomes = ours.run([case.code for case in cases], [case.state for case in cases])
        for entry, case, outcome in zip(batch, cases, outcomes, strict=True):
            if executed(case.form) and not strange_stack(case, ours.engine):
                compared += 1
                found = differences(case, unpack(entry.after), outcome)
                wrong += bool(found)
                if found and len(examples) < shown:
                    examples.append(f"{case.code.hex()} {case.text}: {'; '.join(found)}")
    return compared, wrong, examples


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.cross.vectors", description=__doc__)
    parser.add_argument("group", nargs="*", help=f"of {', '.join(groups())} (all)")
    parser.add_argument("--engine", action="append", choices=["interpreter", "virtual"], default=[],
                        help="interpreter, virtual (both)")
    parser.add_argument("--show", type=int, default=5, metavar="N", help="differences to show of a group (5)")
    options = parser.parse_args()
    compared = wrong = 0
    for group in options.group or groups():
        for engine in options.engine or ["interpreter", "virtual"]:
            start = time.monotonic()
            count, bad, examples = compare(group, engine, options.show)
            seconds = time.monotonic() - start
            print(f"{group:16} {engine:12} {count:7} compared {bad:6} differ {seconds:6.1f} s")
            for example in examples:
                print("   ", example)
            sys.stdout.flush()
            compared += count
            wrong += bad
    print(f"{compared} compared, {wrong} differ")
    return 1 if wrong or not compared else 0


if __name__ == "__main__":
    sys.exit(main())
