"""What recording costs, and how long going somewhere takes: python -m benchmarks.history [MILLIONS]

Compares one program's speed interpreted with linear memory (`blink -j`), with virtualised memory, and
recorded; then times seeks to random ticks of a recorded run, and steps backwards.
"""

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from blinkenlights import Machine

SOURCE = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(int argc, char **argv) {
    unsigned long sum = 0, n = strtoul(argv[1], 0, 10) * 100000;
    unsigned char *p = malloc(1 << 20);
    memset(p, 1, 1 << 20);
    for (unsigned long i = 0; i < n; i++) {
        p[i & 0xfffff] = p[(i * 7) & 0xfffff] + i;
        sum += p[i & 0xfffff];
    }
    printf("%lu\n", sum);
    return 0;
}
"""


def measure(path: str, millions: str, **options: bool) -> tuple[Machine, float]:
    machine = Machine.load(path, [path, millions], stdout=-1, **options)  # type: ignore[arg-type]
    start = time.process_time()
    machine.run()
    return machine, machine.tick / (time.process_time() - start) / 1e6


def seeks(machine: Machine) -> str:
    """How long going to random ticks, and to the ends, of a recorded run takes."""
    end = machine.tick
    random.seed(1)
    times = []
    for tick in [0, end, 1, end - 1, *(random.randrange(end) for _ in range(20))]:
        start = time.perf_counter()
        machine.seek(tick)
        times.append(time.perf_counter() - start)
    return f"{sorted(times)[len(times) // 2]:.3f} s median, {max(times):.3f} s at most"


def main() -> None:
    millions = sys.argv[1] if len(sys.argv) > 1 else "100"
    with tempfile.TemporaryDirectory() as room:
        source, path = Path(room, "walk.c"), str(Path(room, "walk"))
        source.write_text(SOURCE)
        subprocess.run(["gcc", "-O1", "-static", "-o", path, str(source)], check=True)
        plain, linear = measure(path, millions, virtual=False)
        plain.close()
        plain, checked = measure(path, millions)
        plain.close()
        machine, recorded = measure(path, millions, record=True)
        print(f"linear memory     {linear:7.1f} million instructions a second")
        print(f"virtualised       {checked:7.1f}   {checked / linear:.2f} of linear")
        shares = f"{recorded / linear:.2f} of linear, {recorded / checked:.2f} of virtualised"
        print(f"recorded          {recorded:7.1f}   {shares}")
        end = machine.tick
        history = machine.history
        print(f"run of {end / 1e6:.0f} million instructions: {history.statistics}")  # type: ignore[union-attr]
        print(f"seek              {seeks(machine)}")
        machine.seek(end // 2)
        times = []
        for _ in range(20):
            start = time.perf_counter()
            machine.reverse_step()
            times.append(time.perf_counter() - start)
        print(f"reverse_step      {sorted(times)[10] * 1e3:.1f} ms median, {max(times) * 1e3:.1f} ms at most")
        machine.close()


if __name__ == "__main__":
    main()
