"""Drives oracle.c: batches of cases through shared memory to a process that runs them."""

import mmap
import os
import platform
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.guests import ToolchainMissing, build
from tests.oracle.segments import SEGMENTS, slot_address
from tests.oracle.state import RECORD, SLOT_SIZE, Outcome, State, unpack
from tests.oracle.templates import POOLS_SIZE, TEMPLATE, Pools, Template

BATCH = 8192  # cases at a time
CODE_SIZE = BATCH * SLOT_SIZE


class Unavailable(Exception):
    """This host cannot run x86-64 instructions natively, or cannot build the program that does."""


def code_slots(instructions: Sequence[bytes]) -> bytes:
    """The code area: each instruction at the start of its slot, INT3 everywhere else."""
    area = b"".join(code.ljust(SLOT_SIZE, b"\xcc") for code in instructions)
    return area.ljust(CODE_SIZE, b"\xcc")


def whole_pages(size: int) -> int:
    return -(-size // mmap.PAGESIZE) * mmap.PAGESIZE


class Native:
    """One process that executes instructions; a context manager.

    After `run_templates` the cases' records are in `shared` from `cases` on, and what they left from
    `results` on.
    """

    def __init__(self) -> None:
        if platform.machine() != "x86_64":
            raise Unavailable(f"the host is {platform.machine()}, not x86_64")
        try:
            program = build(Path(__file__).with_name("oracle.c"), "dynamic-glibc")
        except ToolchainMissing as problem:
            raise Unavailable(str(problem)) from None
        records = whole_pages(BATCH * RECORD.size)
        self.cases = CODE_SIZE
        self.results = self.cases + records
        self.pools = self.results + records
        self.templates = self.pools + whole_pages(POOLS_SIZE)
        fd = os.memfd_create("oracle")
        os.ftruncate(fd, self.templates + whole_pages(BATCH * (RECORD.size + TEMPLATE.size)))
        self.shared = mmap.mmap(fd, 0)
        command = [str(argument) for argument in (program, fd, BATCH, CODE_SIZE, POOLS_SIZE)]
        command += [f"{segment.base} {segment.limit} {segment.flags}" for segment in SEGMENTS.values()]
        self.process = subprocess.Popen(command, pass_fds=[fd],
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
        size = RECORD.size
        self.put(0, code_slots(instructions))
        self.put(self.cases, b"".join(state.pack(slot_address(state.cs, i))
                                       for i, state in enumerate(states)))
        self.order(len(states), 0)
        results = self.shared[self.results:self.results + size * len(states)]
        return [unpack(results[at:at + size]) for at in range(0, len(results), size)]

    def set_pools(self, pools: Pools) -> None:
        self.put(self.pools, pools.pack())

    def run_templates(self, instructions: Sequence[bytes], templates: Sequence[Template], seed: int) -> int:
        """Run every case of template i with instruction i; returns how many there were, at most BATCH."""
        count = sum(template.cases for template in templates)
        assert len(instructions) == len(templates) <= BATCH and count <= BATCH
        self.put(0, code_slots(instructions))
        self.put(self.templates, b"".join(
            template.pack(slot_address(template.state.cs, i), hash((seed, i)) & (1 << 64) - 1)
            for i, template in enumerate(templates)))
        self.order(count, len(templates))
        return count

    def put(self, offset: int, data: bytes) -> None:
        self.shared[offset:offset + len(data)] = data

    def order(self, cases: int, templates: int) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(cases.to_bytes(8, "little") + templates.to_bytes(8, "little"))
        answer = self.process.stdout.read(1)
        if answer != b"y":
            raise RuntimeError(f"the oracle died: {self.process.wait()}")
