"""A PC without a display: its text goes to a stream, its end is an exit status."""

import os
import select
import sys
from collections.abc import Mapping
from typing import BinaryIO

from blinkenlights.pc.machine import PC, RAM, End

# Statuses where the program says none, as `timeout` and shells have them.
HALTED = 0
TIMED_OUT = 124
SHUT_DOWN = 134


class Typist:
    """Types a stream's characters: one when the machine waits for a key, or keeps looking for one."""

    def __init__(self, machine: PC, stream: BinaryIO | None) -> None:
        self.machine = machine
        self.stream = stream
        self.descriptor = descriptor_of(stream)

    def read(self) -> bytes:
        """The next character; nothing at the end."""
        if self.stream is None:
            return b""
        return self.stream.read(1) if self.descriptor is None else os.read(self.descriptor, 1)

    def type_one(self) -> bool:
        """False when there is no more. What isn't on the keyboard is passed over."""
        while character := self.read():
            try:
                self.machine.press(character.decode("latin-1"))
            except KeyError:
                continue
            return True
        return False

    def type_if_there(self) -> None:
        """The same without waiting for the stream."""
        if self.descriptor is None or select.select([self.descriptor], [], [], 0)[0]:
            self.type_one()


def descriptor_of(stream: BinaryIO | None) -> int | None:
    """A stream's descriptor, which is read without its buffer; None where there is none."""
    try:
        return None if stream is None else stream.fileno()
    except (OSError, ValueError):
        return None


def connect(machine: PC, out: BinaryIO, keys: BinaryIO | None) -> None:
    """What the machine writes goes to `out`; what comes from `keys` is typed at it as it wants keys."""

    def say(text: bytes) -> None:
        out.write(text)
        out.flush()

    typist = Typist(machine, keys)
    machine.say = machine.serial = say
    machine.wants_key = typist.type_one
    machine.offers_key = typist.type_if_there


def run_headless(
    image: str | os.PathLike[str],
    *,
    bios: str | os.PathLike[str] | None = None,
    write: bool = False,
    ram: int = RAM,
    option_roms: Mapping[int, bytes] | None = None,
    timeout: float | None = None,
    out: BinaryIO | None = None,
    keys: BinaryIO | None = None,
) -> int:
    """Boot a disk image and run it to its end; returns the exit status.

    What comes from `keys` is typed at the machine as it waits for keys, or looks for them again and again; a
    program that waits for one behind the end of it has halted. None: nothing is typed.

    That is the program's own (SYSCALL, or port 0xf4), 0 when it halts for good, 124 after `timeout` seconds,
    134 after a triple fault. Text that it writes by INT 10h, SYSCALL or port 0xe9 goes to `out`, which is
    standard output. OSError and ValueError as `PC` raises them.
    """
    machine = PC(image, bios=bios, write=write, ram=ram, option_roms=option_roms)
    connect(machine, sys.stdout.buffer if out is None else out, keys)
    try:
        end = machine.run(timeout=timeout)
        if end is End.SHUTDOWN:
            print("triple fault", file=sys.stderr)
        status = {End.TIMEOUT: TIMED_OUT, End.SHUTDOWN: SHUT_DOWN}.get(end, HALTED)
        return machine.exited if machine.exited is not None else status
    finally:
        machine.close()
