"""The results as a table, as JSON, and as a chart."""

import json
import math
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from benchmarks.measure import Engine, Result

COLOURS = {"native": "#9aa5b1", "blink -j": "#e4572e", "blink": "#2e86ab", "qemu": "#7a9e48"}


def machine() -> str:
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return f"{model}, {os.cpu_count()} CPUs, Python {platform.python_version()}"


def duration(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"


def times(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.1f}x" if ratio < 100 else f"{ratio:.0f}x"


def geometric_mean(ratios: Sequence[float | None]) -> float | None:
    known = [ratio for ratio in ratios if ratio]
    return math.exp(sum(map(math.log, known)) / len(known)) if known else None


def goal(result: Result) -> str:
    benchmark = result.benchmark
    if benchmark.limit is not None:
        return duration(benchmark.limit)
    return "" if benchmark.target is None else f"{benchmark.target:g}x"


def table(results: Sequence[Result], engines: Sequence[Engine]) -> str:
    """Best times, and how many times as long as native each engine takes, against the target.

    In the columns with "cpu" the same by processor time, for machines with other work.
    """
    names = [engine.name for engine in engines]
    others = [name for name in names if name != "native"] if "native" in names else []
    judged = next((name for name in names if name.startswith("blink")), None)
    head = ["", *names, *[f"{name}/native" for name in others], *[f"{name} cpu" for name in others],
            "target", "", "Minsn", "Minsn/s"]
    rows = []
    for result in results:
        row = [result.name + ("*" if result.benchmark.starts_programs and "qemu" in names else "")]
        row += [duration(result.best(name)) if name not in result.problems else "FAILED" for name in names]
        row += [times(result.ratio(name, "native")) for name in others]
        row += [times(result.processor_ratio(name, "native")) for name in others]
        verdict = None if judged is None else result.passes(judged)
        row += [goal(result), "" if verdict is None else "pass" if verdict else "MISS"]
        row += [f"{result.instructions / 1e6:.1f}" if result.instructions else "-",
                f"{result.mips:.0f}" if result.mips else "-"]
        rows.append(row)
    computing = [result for result in results if result.benchmark.computes]
    if computing and others:
        mean = [times(geometric_mean([result.ratio(name, "native") for result in computing]))
                for name in others]
        mean += [times(geometric_mean([result.processor_ratio(name, "native") for result in computing]))
                 for name in others]
        rows.append([f"geometric mean, {len(computing)} computing", *[""] * len(names), *mean, *[""] * 4])
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    lines = ["  ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                       for i, (cell, width) in enumerate(zip(row, widths, strict=True))).rstrip()
             for row in [head, *rows]]
    lines.insert(1, "-" * max(map(len, lines)))
    for result in results:
        lines += [f"{result.name} under {name}: {problem}" for name, problem in result.problems.items()]
    if any(result.benchmark.starts_programs for result in results) and "qemu" in names:
        lines.append("* under qemu the programs that it starts run natively")
    verdicts = [] if judged is None else [result.passes(judged) for result in results]
    if met := [verdict for verdict in verdicts if verdict is not None]:
        lines.append(f"{judged}: {sum(met)} of {len(met)} targets met")
    return "\n".join(lines)


def as_json(results: Sequence[Result], engines: Sequence[Engine]) -> str:
    rows = [{"name": result.name, "what": result.benchmark.what, "seconds": result.seconds,
             "processor": result.processor,
             "target": result.benchmark.target, "limit": result.benchmark.limit,
             "computes": result.benchmark.computes, "problems": result.problems,
             "instructions": result.instructions,
             "guest_seconds": result.guest_seconds, "mips": result.mips} for result in results]
    return json.dumps({"machine": machine(), "engines": [engine.name for engine in engines],
                       "results": rows}, indent=1) + "\n"


def chart(results: Sequence[Result], engines: Sequence[Engine]) -> str:
    """Horizontal bars, on a logarithmic scale: how many times as long as native."""
    names = [engine.name for engine in engines if engine.name != "native"]
    ratios = [ratio for result in results for name in names if (ratio := result.ratio(name, "native"))]
    top = 10 ** math.ceil(math.log10(max([10.0, *ratios])))
    left, right, bar, gap, head = 100, 60, 9, 8, 56
    width, row = 760, bar * len(names) + gap
    scale = (width - left - right) / math.log10(top)
    height = head + row * len(results) + 34

    def x(ratio: float) -> float:
        return left + max(0.0, math.log10(ratio)) * scale

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
           f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="11">',
           f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
           '<text x="12" y="20" font-size="14" font-weight="bold">Time taken, as a multiple of native '
           "(shorter is better)</text>"]
    for i, name in enumerate(names):
        colour = COLOURS.get(name, "#555555")
        out += [f'<rect x="{left + 110 * i}" y="32" width="10" height="10" fill="{colour}"/>',
                f'<text x="{left + 110 * i + 15}" y="41">{escape(name)}</text>']
    decade = 1
    while decade <= top:
        out += [f'<line x1="{x(decade):.1f}" y1="{head - 6}" x2="{x(decade):.1f}" y2="{height - 28}" '
                'stroke="#dddddd"/>',
                f'<text x="{x(decade):.1f}" y="{height - 14}" text-anchor="middle" fill="#666666">'
                f"{decade}x</text>"]
        decade *= 10
    for i, result in enumerate(results):
        y = head + i * row
        out.append(f'<text x="{left - 8}" y="{y + row / 2:.0f}" text-anchor="end">'
                   f"{escape(result.name)}</text>")
        for j, name in enumerate(names):
            ratio = result.ratio(name, "native")
            if ratio is None:
                continue
            at = y + j * bar
            out += [f'<rect x="{left}" y="{at}" width="{max(1.0, x(ratio) - left):.1f}" height="{bar - 1}" '
                    f'fill="{COLOURS.get(name, "#555555")}"/>',
                    f'<text x="{x(ratio) + 4:.1f}" y="{at + bar - 1}" font-size="9" fill="#444444">'
                    f"{times(ratio)}</text>"]
    return "\n".join([*out, "</svg>"]) + "\n"
