"""Drives native.c: batches of programs through shared memory to a process that runs them."""

import mmap
import os
import platform
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.fuzz.layout import (
    CODE,
    INT3,
    MEMORY_SIZE,
    PAGE,
    PAGE_FAULT,
    RECORD,
    SIGSYS,
    SIGTRAP,
    SIGVTALRM,
    SLOT_SIZE,
    Outcome,
    State,
)
from tests.guests import ToolchainMissing, build
from tests.oracle import Unavailable

BATCH = 1024  # programs at a time
CODE_SIZE = BATCH * SLOT_SIZE
CASES_SIZE = -(-BATCH * RECORD.size // PAGE) * PAGE
INITIAL_SIZE = MEMORY_SIZE + PAGE


class Native:
    """One process that executes programs; a context manager."""

    def __init__(self) -> None:
        if platform.machine() != "x86_64":
            raise Unavailable(f"the host is {platform.machine()}, not x86_64")
        if "fsgsbase" not in Path("/proc/cpuinfo").read_text():
            raise Unavailable("this host has no WRFSBASE")
        try:
            program = build(Path(__file__).with_name("native.c"), "dynamic-glibc",
                            "-fno-stack-protector", "-mfsgsbase")
        except ToolchainMissing as problem:
            raise Unavailable(str(problem)) from None
        self.initial = CODE_SIZE
        self.cases = self.initial + INITIAL_SIZE
        self.left = self.cases + CASES_SIZE
        fd = os.memfd_create("fuzz")
        os.ftruncate(fd, self.left + BATCH * MEMORY_SIZE)
        self.shared = mmap.mmap(fd, 0)
        self.process = subprocess.Popen([program, str(fd), str(BATCH), str(SLOT_SIZE)], pass_fds=[fd],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        os.close(fd)

    def __enter__(self) -> "Native":
        return self

    def __exit__(self, *exception: object) -> None:
        self.process.communicate()
        self.shared.close()

    def run(self, code: bytes, addresses: Sequence[int], states: Sequence[State], memory: bytes,
            read_only: bytes) -> list[Outcome]:
        """Run from each address and state in turn; `memory` is what the writable pages start with."""
        assert len(code) <= CODE_SIZE and len(addresses) == len(states) <= BATCH
        self.shared[:len(code)] = code
        self.shared[self.initial:self.cases] = memory + read_only
        end = self.cases + RECORD.size * len(states)
        self.shared[self.cases:end] = b"".join(
            state.pack(rip) for rip, state in zip(addresses, states, strict=True))
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(len(states).to_bytes(8, "little"))
        if self.process.stdout.read(1) != b"y":
            raise RuntimeError(f"the native process died: {self.process.wait()}")
        return [self.outcome(i) for i in range(len(states))]

    def code(self, at: int) -> bytes:
        """What is in a slot now."""
        return self.shared[at - CODE:at - CODE + SLOT_SIZE]

    def outcome(self, number: int) -> Outcome:
        fields = RECORD.unpack_from(self.shared, self.cases + RECORD.size * number)
        rip, rflags, trap, _, cr2, signal = fields[16:22]
        at = self.left + MEMORY_SIZE * number
        lost = signal in (SIGVTALRM, SIGSYS) or (signal == SIGTRAP and trap != INT3)
        return Outcome(fields[:16], rip - (trap == INT3), rflags & ~0x10000,  # RF is set for faults only
                       trap, cr2 if trap == PAGE_FAULT else 0,
                       fields[24], fields[25], self.shared[at:at + MEMORY_SIZE], lost)


def slot(number: int) -> int:
    return CODE + SLOT_SIZE * number
