"""A PC without a display: its text goes to a stream, its end is an exit status."""

import os
import sys
from collections.abc import Mapping
from typing import BinaryIO

from blinkenlights.pc.machine import PC, RAM, End

# Statuses where the program says none, as `timeout` and shells have them.
HALTED = 0
TIMED_OUT = 124
SHUT_DOWN = 134


def run_headless(
    image: str | os.PathLike[str],
    *,
    bios: str | os.PathLike[str] | None = None,
    write: bool = False,
    ram: int = RAM,
    option_roms: Mapping[int, bytes] | None = None,
    timeout: float | None = None,
    out: BinaryIO | None = None,
) -> int:
    """Boot a disk image and run it to its end; returns the exit status.

    That is the program's own (SYSCALL, or port 0xf4), 0 when it halts for good, 124 after `timeout` seconds,
    134 after a triple fault. Text that it writes by INT 10h, SYSCALL or port 0xe9 goes to `out`, which is
    standard output. OSError and ValueError as `PC` raises them.
    """
    stream = sys.stdout.buffer if out is None else out

    def say(text: bytes) -> None:
        stream.write(text)
        stream.flush()

    machine = PC(image, bios=bios, write=write, ram=ram, option_roms=option_roms, say=say)
    try:
        end = machine.run(timeout=timeout)
        if end is End.SHUTDOWN:
            print("triple fault", file=sys.stderr)
        status = {End.TIMEOUT: TIMED_OUT, End.SHUTDOWN: SHUT_DOWN}.get(end, HALTED)
        return machine.exited if machine.exited is not None else status
    finally:
        machine.close()
