"""python -m benchmarks: times guests natively, under blink, and under qemu-x86_64 if it is on PATH."""

import argparse
import sys
from pathlib import Path

from benchmarks import report
from benchmarks.measure import Missing, engines, measure
from benchmarks.suite import BENCHMARKS, ROOT


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="may be repeated")
    parser.add_argument("--quick", action="store_true", help="a tenth of the work, once")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--engines", metavar="NAMES",
                        help='which columns, with commas between: "native,blink,blink -j,qemu"')
    parser.add_argument("--busy", action="store_true",
                        help="compare processor time, not elapsed time: for a machine with other work")
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "benchmarks",
                        help="directory for results.json and chart.svg (build/benchmarks)")
    parser.add_argument("--list", action="store_true", help="say what there is")
    options = parser.parse_args()
    known = {benchmark.name: benchmark for benchmark in BENCHMARKS}
    if options.list:
        print("\n".join(f"{benchmark.name:10} {benchmark.what}" for benchmark in BENCHMARKS))
        return 0
    if unknown := [name for name in options.only if name not in known]:
        parser.error(f"no benchmark {unknown[0]}; there are {' '.join(known)}")
    chosen = [known[name] for name in options.only] or BENCHMARKS
    under = engines()
    if options.engines:
        wanted = options.engines.split(",")
        if strange := [name for name in wanted if name not in {engine.name for engine in under}]:
            parser.error(f"no engine {strange[0]}; there are {', '.join(engine.name for engine in under)}")
        under = [engine for engine in under if engine.name in wanted]
    results = []
    for benchmark in chosen:
        print(f"{benchmark.name}: {benchmark.what}", file=sys.stderr, flush=True)
        try:
            results.append(measure(benchmark, under, 1 if options.quick else options.repetitions,
                                   options.quick, options.busy))
        except Missing as problem:
            print(f"  skipped: {problem}", file=sys.stderr)
    if not results:
        print("nothing could be measured", file=sys.stderr)
        return 1
    text = report.table(results, under)
    print(f"{report.machine()}\n\n{text}")
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "results.json").write_text(report.as_json(results, under))
    (options.output / "chart.svg").write_text(report.chart(results, under))
    (options.output / "table.txt").write_text(f"{report.machine()}\n\n{text}\n")
    print(f"\nsaved in {options.output}: results.json, table.txt, chart.svg")
    return 1 if any(result.problems for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
