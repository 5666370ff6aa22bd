"""Drives oracle.c: batches of cases through shared memory to a process that runs them."""

import mmap
import os
import platform
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.guests import ToolchainMissing, build
from tests.oracle.state import CODE, RECORD, SLOT_SIZE, Outcome, State, unpack

BATCH = 8192  # cases at a time


class Unavailable(Exception):
    """This host cannot run x86-64 instructions natively, or cannot build the program that does."""


def code_slots(instructions: Sequence[bytes]) -> bytes:
    """The code area: each instruction at the start of its slot, INT3 everywhere else."""
    return b"".join(code.ljust(SLOT_SIZE, b"\xcc") for code in instructions)


class Native:
    """One process that executes instructions; a context manager."""

    def __init__(self) -> None:
        if platform.machine() != "x86_64":
            raise Unavailable(f"the host is {platform.machine()}, not x86_64")
        try:
            program = build(Path(__file__).with_name("oracle.c"), "dynamic-glibc")
        except ToolchainMissing as problem:
            raise Unavailable(str(problem)) from None
        code_size = BATCH * SLOT_SIZE
        fd = os.memfd_create("oracle")
        os.ftruncate(fd, code_size + -(-BATCH * RECORD.size // mmap.PAGESIZE) * mmap.PAGESIZE)
        self.shared = mmap.mmap(fd, 0)
        self.cases = code_size  # offset of the first record
        self.process = subprocess.Popen([program, str(fd), str(BATCH), str(code_size)], pass_fds=[fd],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        os.close(fd)

    def __enter__(self) -> "Native":
        return self

    def __exit__(self, *exception: object) -> None:
        self.process.communicate()
        self.shared.close()

    def run(self, instructions: Sequence[bytes], states: Sequence[State]) -> list[Outcome]:
        """Run instruction i, at the start of slot i, from state i; at most BATCH of them."""
        assert len(instructions) == len(states) <= BATCH
        code = code_slots(instructions)
        self.shared[:len(code)] = code
        size = RECORD.size
        end = self.cases + size * len(states)
        self.shared[self.cases:end] = b"".join(
            state.pack(CODE + SLOT_SIZE * i) for i, state in enumerate(states))
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(len(states).to_bytes(8, "little"))
        answer = self.process.stdout.read(1)
        if answer == b"o":
            raise AssertionError("an instruction wrote outside the memory window")
        if answer != b"y":
            raise RuntimeError(f"the oracle died: {self.process.wait()}")
        results = self.shared[self.cases:end]
        return [unpack(results[at:at + size]) for at in range(0, len(results), size)]
