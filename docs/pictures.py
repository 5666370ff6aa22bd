"""Makes the README's pictures from real runs: python docs/pictures.py (after make build).

docs/session.svg is a terminal session; docs/benchmarks.svg is the chart that `make bench` saved.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).parent.parent
BLINK = [sys.executable, "-P", "-m", "blinkenlights.cli.blink"]

# What is typed, and how many lines of what it prints are shown.
SESSION = [
    ("blink uname -sr", 2),
    ("blink bash -c 'for i in 1 2 3; do echo $((i ** 20)); done | sha256sum'", 4),
    ("blink python3 -c 'import sys, decimal; print(decimal.Decimal(2).sqrt()); print(sys.executable)'", 4),
    ("blink gcc -O2 docs/hello.c -o /tmp/hello && blink /tmp/hello", 3),
    ("blink --strace /bin/cat /proc/self/comm", 40),
    ("blink -s perl -e 'my $n; $n += $_ ** 2 for 1..1000000; print \"$n\\n\"'", 4),
]
STRACE_TAIL = 9  # the end of a trace is the interesting part

COLUMNS, LINE, CHARACTER, MARGIN = 100, 17, 7.83, 16
BACKGROUND, TEXT, PROMPT, NOTE = "#16181d", "#d8dee9", "#a3be8c", "#88c0d0"


def output_of(command: str) -> list[str]:
    """Both streams, with `blink` standing for this tree's."""
    words = " ".join(shlex.quote(word) for word in BLINK)
    script = re.sub(r"(^|&& )blink ", lambda match: f"{match[1]}{words} -j ", command)
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin",
                   "LC_ALL": "C.UTF-8"}
    done = subprocess.run(["/bin/sh", "-c", script], cwd=ROOT, env=environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    lines = done.stdout.splitlines()
    return lines[-STRACE_TAIL:] if "--strace" in command else lines


def session() -> list[tuple[str, str]]:
    """(colour, text) of every line on the screen."""
    screen = []
    for command, most in SESSION:
        screen.append((PROMPT, f"$ {command}"))
        for line in output_of(command)[:most]:
            colour = NOTE if line.startswith("blink:") else TEXT
            screen.append((colour, line if len(line) <= COLUMNS else line[:COLUMNS - 3] + "..."))
    return screen


def terminal(screen: list[tuple[str, str]]) -> str:
    width = int(COLUMNS * CHARACTER + 2 * MARGIN)
    height = len(screen) * LINE + 2 * MARGIN + 20
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
           f'viewBox="0 0 {width} {height}" font-family="monospace" font-size="13">',
           f'<rect width="{width}" height="{height}" rx="8" fill="{BACKGROUND}"/>']
    out += [f'<circle cx="{MARGIN + 16 * i + 4}" cy="15" r="5" fill="{colour}"/>'
            for i, colour in enumerate(("#bf616a", "#ebcb8b", "#a3be8c"))]
    for i, (colour, text) in enumerate(screen):
        out.append(f'<text x="{MARGIN}" y="{MARGIN + 20 + LINE * (i + 1) - 6}" fill="{colour}" '
                   f'xml:space="preserve">{escape(text)}</text>')
    return "\n".join([*out, "</svg>"]) + "\n"


def main() -> None:
    (ROOT / "docs" / "session.svg").write_text(terminal(session()))
    chart = ROOT / "build" / "benchmarks" / "chart.svg"
    if chart.exists():
        shutil.copy(chart, ROOT / "docs" / "benchmarks.svg")


if __name__ == "__main__":
    main()
