"""Runs programs in a `Processor`, with the same outcomes as the native process."""

import functools
import random
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.sharedctypes import Synchronized
from typing import Any

from blinkenlights.core import host
from blinkenlights.core.engine import EXIT_ATTENTION, EXIT_EXCEPTION, EXIT_INTERRUPT, Processor
from blinkenlights.core.memory import AddressSpace
from tests.fuzz.layout import (
    CODE,
    DATA,
    FS_BASE,
    FXSAVE_SIZE,
    GS_BASE,
    HIGH,
    INT3,
    PAGE,
    PAGE_FAULT,
    READ_ONLY,
    SLOT_SIZE,
    STACK,
    Outcome,
    State,
)
from tests.fuzz.native import CODE_SIZE
from tests.oracle import Unavailable

READ, WRITE, EXECUTE = 1, 2, 4
FIXED_PRIVATE = 0x32  # MAP_PRIVATE, MAP_ANONYMOUS, MAP_FIXED
MOST_INTERRUPTS = 8  # of one program
PATIENCE = 2.0  # seconds of processor time for one program

# How each engine is made.
ENGINES: dict[str, dict[str, Any]] = {
    "interpreter": {},
    "virtual": {"virtual": True},
    "jit": {"jit": True},
}


class Engine:
    """One guest processor. `progress`, if given, always holds the number of the program that runs."""

    def __init__(self, name: str, progress: "Synchronized[int] | None" = None) -> None:
        host.catch_faults()
        try:
            self.space = AddressSpace(**ENGINES[name])
        except TypeError:
            raise Unavailable(f"this build has no engine called {name}") from None
        self.progress = progress
        self.space.map(DATA + PAGE, 2 * PAGE, READ | WRITE, FIXED_PRIVATE)
        self.space.map(READ_ONLY, PAGE, READ | WRITE, FIXED_PRIVATE)
        self.space.map(STACK + PAGE, PAGE, READ | WRITE, FIXED_PRIVATE)
        self.space.map(HIGH, PAGE, READ | WRITE, FIXED_PRIVATE)
        self.processor = Processor(self.space)
        self.runs = 0
        self.interrupts: random.Random | None = None
        threading.Thread(target=self.watch, daemon=True).start()

    @contextmanager
    def interrupted(self, seed: int) -> Iterator[None]:
        """Meanwhile signals come at random moments, after each of which the program goes on."""
        self.interrupts = random.Random(seed)
        timer = signal.setitimer(signal.ITIMER_REAL, 0)  # a test's own time limit uses it, too
        handler = signal.getsignal(signal.SIGALRM)
        host.set_action(signal.SIGALRM, host.CATCH)
        try:
            yield
        finally:
            self.interrupts = None
            signal.signal(signal.SIGALRM, handler or signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, *timer)

    def watch(self) -> None:
        """Stops a program that goes on for too long."""
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
        last, since = -1, 0.0
        while True:
            time.sleep(PATIENCE / 4)
            now = time.process_time()  # a busy machine may let everything wait
            if self.runs != last:
                last, since = self.runs, now
            elif now - since > PATIENCE:
                self.processor.attend()

    def run(self, code: bytes, addresses: Sequence[int], states: Sequence[State], memory: bytes,
            read_only: bytes, skip: Sequence[bool]) -> list[Outcome | None]:
        """Like `Native.run`; None for programs to be skipped."""
        self.space.map(CODE, CODE_SIZE, READ | WRITE | EXECUTE, FIXED_PRIVATE)
        self.space.write(CODE, code)
        self.space.protect(READ_ONLY, PAGE, READ | WRITE)
        self.space.write(READ_ONLY, read_only)
        self.space.protect(READ_ONLY, PAGE, READ)
        pages = memory[:2 * PAGE], memory[2 * PAGE:3 * PAGE], memory[3 * PAGE:]
        outcomes: list[Outcome | None] = []
        for rip, state, skipped in zip(addresses, states, skip, strict=True):
            if self.progress is not None:
                self.progress.value = len(outcomes)
            outcomes.append(None if skipped else self.run_one(rip, state, pages))
        return outcomes

    def code(self, at: int) -> bytes:
        """What is in a slot now."""
        return self.space.read(at, SLOT_SIZE)

    def run_one(self, rip: int, state: State, pages: tuple[bytes, bytes, bytes]) -> Outcome:
        processor, space = self.processor, self.space
        space.write(DATA + PAGE, pages[0])
        space.write(STACK + PAGE, pages[1])
        space.write(HIGH, pages[2])
        for number, value in enumerate(state.reg):
            processor.set(number, value)
        processor.rip = rip
        processor.rflags = state.rflags
        processor.fs_base = FS_BASE
        processor.gs_base = GS_BASE
        processor.fxrstor(state.fxsave + bytes(512 - FXSAVE_SIZE))
        processor.set_upper_halves(state.ymm_high)
        self.runs += 1
        reason = self.run_interrupted() if self.interrupts else processor.run()
        self.runs += 1
        vector, end = processor.vector, processor.rip
        if vector == INT3 and reason == EXIT_INTERRUPT:
            end -= 1  # it names the next instruction
        lost = reason not in (EXIT_EXCEPTION, EXIT_INTERRUPT)
        return Outcome(
            tuple(map(processor.get, range(16))), end, processor.rflags, -reason if lost else vector,
            processor.fault_address if vector == PAGE_FAULT else 0,
            processor.fxsave()[:FXSAVE_SIZE], processor.upper_halves(),
            space.read(DATA + PAGE, 2 * PAGE) + space.read(STACK + PAGE, PAGE) + space.read(HIGH, PAGE), lost)


    def run_interrupted(self) -> int:
        assert self.interrupts
        for _ in range(MOST_INTERRUPTS):
            signal.setitimer(signal.ITIMER_REAL, self.interrupts.choice((1e-6, 3e-6, 1e-5, 4e-5)))
            reason = self.processor.run()
            if reason != EXIT_ATTENTION or host.take_signal() is None:
                break
            host.set_mask(0)
        else:
            reason = self.processor.run()
        signal.setitimer(signal.ITIMER_REAL, 0)
        host.take_signal()
        host.set_mask(0)
        return reason


@functools.cache
def engine_of_process(name: str) -> Engine:
    """One for all: each reserves a large part of the host's address space."""
    return Engine(name)
