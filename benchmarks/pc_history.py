"""Time travel on a PC: python -m benchmarks.pc_history [MILLIONS]

Speed of the loops of `pc_loop`, recorded and not; then seeks to random ticks of a recorded run, which has
timer interrupts.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.history import seeks
from benchmarks.pc_loop import PROGRAMS, assembled
from blinkenlights import Machine


def boot(name: str, directory: str, record: bool) -> Machine:
    return Machine.boot(assembled(name, Path(directory)), record=record)


def speed(machine: Machine, millions: int) -> float:
    """MIPS, by processor time."""
    begin = time.process_time()
    machine.run(count=millions * 1_000_000)
    return millions / (time.process_time() - begin)


def main() -> int:
    if shutil.which("nasm") is None:
        print("pc_history: nasm isn't here", file=sys.stderr)
        return 1
    millions = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with tempfile.TemporaryDirectory() as directory:
        for name in PROGRAMS:
            with boot(name, directory, False) as machine:
                plain = speed(machine, millions)
            with boot(name, directory, True) as machine:
                recorded = speed(machine, millions)
                found = seeks(machine)
            cost = f"{plain:6.0f} MIPS, recorded {recorded:6.0f} ({recorded / plain:.2f})"
            print(f"{name:10} {cost}; seek {found}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
