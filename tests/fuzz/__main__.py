"""python -m tests.fuzz: random instruction sequences against this machine's CPU."""

import argparse
import os
import sys
import time

from tests.fuzz.campaign import Failure, Tally, campaign, make_round
from tests.fuzz.engines import ENGINES, engine_of_process
from tests.fuzz.native import Native
from tests.fuzz.reduce import check, check_apart, minimise, show
from tests.oracle import Unavailable

VECTORS = {0: "#DE", 3: "#BP or the end", 6: "#UD", 12: "#SS", 13: "#GP", 14: "#PF", 16: "#MF", 19: "#XM"}


def explain(failure: Failure, engine_name: str, reduced: bool) -> str:
    """A failing program, made small if asked for and if it fails alone as well."""
    round_ = make_round(failure.seed, failure.round)
    case = (round_.programs[failure.index], round_.memory, round_.read_only)
    title = f"seed {failure.seed} round {failure.round} program {failure.index}"
    fatal = failure.found[0].startswith("the ")
    if fatal:
        found = check_apart(case, engine_name)
    else:
        with Native() as native:
            found = check(case, native, engine_of_process(engine_name))
    if not found:
        return f"{title}: differs only among others\n" + "\n".join(f"  {line}" for line in failure.found[:10])
    if reduced and fatal:
        case = minimise(case, lambda c: check_apart(c, engine_name))
        found = check_apart(case, engine_name)
    elif reduced:
        engine = engine_of_process(engine_name)
        with Native() as native:
            case = minimise(case, lambda c: check(c, native, engine))
            found = check(case, native, engine)
    return f"{title}\n{show(case)}\n" + "\n".join(f"  {line}" for line in found[-12:])


def summary(tally: Tally, seconds: float) -> str:
    endings = ", ".join(f"{count} {VECTORS.get(vector, vector)}"
                        for vector, count in sorted(tally.endings.items()))
    average = tally.instructions // max(tally.programs, 1)
    return (f"{tally.programs} sequences of {average} pieces on average, {tally.lost} without an end\n"
            f"ended by: {endings}\n"
            f"{tally.differing} differ; {seconds:.0f} seconds, {tally.programs / seconds:.0f} a second")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=20000, help="sequences to run (20000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engine", choices=list(ENGINES), default="interpreter")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--interrupt", action="store_true", help="with signals at random moments")
    parser.add_argument("--minimise", action="store_true", help="make what differs as small as it gets")
    parser.add_argument("--examples", type=int, default=10, help="differing sequences to show (10)")
    parser.add_argument("--show", metavar="ROUND:PROGRAM", help="check and show just this sequence")
    options = parser.parse_args()
    try:
        engine_of_process(options.engine)
    except Unavailable as problem:
        parser.error(str(problem))
    if options.show:
        number, index = map(int, options.show.split(":"))
        print(explain(Failure(options.seed, number, index, [""]), options.engine, options.minimise))
        return 0
    total = Tally()
    started = time.monotonic()
    for tally in campaign(options.count, options.seed, options.engine, options.jobs, options.interrupt):
        total.add(tally)
        for failure in tally.failures:
            print(f"seed {failure.seed} round {failure.round} program {failure.index}: {failure.found[0]}",
                  flush=True)
    seconds = time.monotonic() - started
    for failure in total.failures[:options.examples]:
        print()
        print(explain(failure, options.engine, options.minimise))
    print()
    print(summary(total, seconds))
    return 1 if total.differing else 0


if __name__ == "__main__":
    sys.exit(main())
