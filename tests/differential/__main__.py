"""python -m tests.differential: every instruction form against this machine's CPU."""

import argparse
import os
import sys
import time
from collections import defaultdict

from tests.differential.campaign import Tally, campaign, executed, select
from tests.differential.engine import ENGINES
from tests.differential.forms import GROUPS


def table(tallies: list[Tally]) -> str:
    groups: dict[str, list[Tally]] = defaultdict(list)
    for tally in tallies:
        groups[tally.group].append(tally)
    lines = [f"{'group':10}{'forms':>8}{'cases':>12}{'faulting':>10}{'differing':>11}{'forms wrong':>13}"]
    for name, members in [*sorted(groups.items()), ("all", tallies)]:
        lines.append(f"{name:10}{len(members):8}{sum(t.cases for t in members):12}"
                     f"{sum(t.faults for t in members):10}{sum(t.failures for t in members):11}"
                     f"{sum(t.failures > 0 for t in members):13}")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.differential", description=__doc__)
    parser.add_argument("--cases", type=int, default=200, help="cases of each form (200)")
    parser.add_argument("--group", action="append", default=[], choices=sorted(GROUPS),
                        help="only this group; may be repeated")
    parser.add_argument("--only", action="append", default=[], metavar="MNEMONIC",
                        help="only these instructions")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--executed", action="store_true", help="leave out what has no handler yet")
    parser.add_argument("--bits", type=int, choices=(64, 32, 16), default=64, help="size of code (64)")
    parser.add_argument("--engine", choices=ENGINES, default="interpreter",
                        help="what to compare (interpreter)")
    parser.add_argument("--examples", type=int, default=40, help="differing forms to show (40)")
    options = parser.parse_args()
    chosen = select(options.group, [name.upper() for name in options.only], options.bits)
    if options.executed:
        chosen = [form for form in chosen if executed(form)]
    if not chosen:
        parser.error("no such instruction")
    started = time.monotonic()
    tallies = list(campaign(chosen, options.cases, options.seed, options.jobs, options.engine))
    wrong = sorted((t for t in tallies if t.failures), key=lambda t: t.name)
    for tally in wrong[:options.examples]:
        print(f"\n{tally.name}: {tally.failures} of {tally.cases} differ")
        print("\n".join(tally.examples))
    if len(wrong) > options.examples:
        print(f"\n... and {len(wrong) - options.examples} more forms")
    print()
    print(table(tallies))
    seconds = time.monotonic() - started
    cases = sum(tally.cases for tally in tallies)
    print(f"{len(tallies)} forms, {cases} cases in {seconds:.0f} seconds, {cases / seconds:.0f} a second")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
