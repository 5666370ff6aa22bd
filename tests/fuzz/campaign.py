"""Rounds of programs in several processes, and what came of them."""

import multiprocessing
import random
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized

from iced_x86 import Decoder

from tests.fuzz.compare import differences
from tests.fuzz.engines import Engine
from tests.fuzz.layout import SLOT_SIZE, Outcome, slots
from tests.fuzz.native import BATCH, CODE_SIZE, Native, slot
from tests.fuzz.program import Generator, Program, make_memory
from tests.fuzz.vocabulary import choose_roles, make_vocabulary

STUCK = 120.0  # seconds without progress before a worker is given up
EXAMPLES = 5  # failures kept of each round


@dataclass
class Round:
    """Programs that share a vocabulary and what memory starts with."""

    seed: int
    number: int
    programs: list[Program]
    memory: bytes
    read_only: bytes


def make_round(seed: int, number: int, count: int = BATCH) -> Round:
    rng = random.Random(f"{seed} {number}")
    generator = Generator(make_vocabulary(rng, choose_roles(rng)), rng)
    memory, read_only = make_memory(rng)
    programs = [generator.program() for _ in range(BATCH)][:count]
    # programs that change their code come last, where they share pages only with their like
    programs.sort(key=lambda program: program.patches)
    return Round(seed, number, programs, memory, read_only)


@dataclass
class Failure:
    seed: int
    round: int
    index: int
    found: list[str]


@dataclass
class Tally:
    programs: int = 0
    lost: int = 0  # looped for too long or made a system call, natively
    instructions: int = 0
    endings: dict[int, int] = field(default_factory=dict)  # by exception
    differing: int = 0
    failures: list[Failure] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        self.programs += other.programs
        self.lost += other.lost
        self.instructions += other.instructions
        self.differing += other.differing
        self.failures += other.failures
        for vector, count in other.endings.items():
            self.endings[vector] = self.endings.get(vector, 0) + count


def judge(round_: Round, native: Native, engine: Engine) -> list[tuple[Outcome, Outcome | None]]:
    """Both outcomes of each program; None where the native run was lost."""
    addresses = [slot(i) for i in range(len(round_.programs))]
    codes = [program.assemble(at) for program, at in zip(round_.programs, addresses, strict=True)]
    area = slots(codes, addresses, CODE_SIZE)
    states = [program.state for program in round_.programs]
    expected = native.run(area, addresses, states, round_.memory, round_.read_only)
    actual = engine.run(area, addresses, states, round_.memory, round_.read_only,
                        [outcome.lost for outcome in expected])
    return list(zip(expected, actual, strict=True))


def run_round(round_: Round, native: Native, engine: Engine) -> Tally:
    tally = Tally()
    for index, (expected, actual) in enumerate(judge(round_, native, engine)):
        tally.programs += 1
        program = round_.programs[index]
        tally.instructions += sum(piece.label < 0 for piece in program.pieces)
        if actual is None:
            tally.lost += 1
            continue
        tally.endings[expected.vector] = tally.endings.get(expected.vector, 0) + 1
        found = differences(program, slot(index), expected, actual)
        if found and (astray(program, slot(index), expected.rip)
                      or (tally.lost and engine.code(slot(index)) != native.code(slot(index)))):
            tally.lost += 1  # a lost program may have written its code, natively only
        elif found:
            tally.differing += 1
            if len(tally.failures) < EXAMPLES:
                tally.failures.append(Failure(round_.seed, round_.number, index, found))
    return tally


def astray(program: Program, slot: int, rip: int) -> bool:
    """Whether a wild jump led into the middle of an instruction: what is there may be anything."""
    if not 0 <= rip - slot < SLOT_SIZE:
        return False
    code = program.assemble(slot)
    return rip < slot + len(code) and rip not in {ins.ip for ins in Decoder(64, code, ip=slot)}


def worker(pipe: Connection, progress: "Synchronized[int]", engine_name: str, seed: int,
           interrupts: bool) -> None:
    """Runs the rounds whose numbers come through the pipe; a pair asks to leave out the first programs."""
    engine = Engine(engine_name, progress)
    with Native() as native, engine.interrupted(seed) if interrupts else nullcontext():
        while True:
            order: tuple[int, int, int] | None = pipe.recv()
            if order is None:
                return
            number, count, skip = order
            progress.value = -1
            round_ = make_round(seed, number, count)
            del round_.programs[:skip]
            pipe.send(run_round(round_, native, engine))


class Worker:
    """A process with an engine, which may die of what it runs."""

    def __init__(self, engine: str, seed: int, interrupts: bool):
        context = multiprocessing.get_context("spawn")
        self.engine, self.seed = engine, seed
        self.progress = context.Value("q", -1, lock=False)
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(
            target=worker, args=(theirs, self.progress, engine, seed, interrupts), daemon=True)
        self.process.start()
        theirs.close()
        self.order: tuple[int, int, int] | None = None
        self.seen, self.since = -1, time.monotonic()

    def give(self, order: tuple[int, int, int]) -> None:
        self.order = order
        self.since = time.monotonic()
        self.pipe.send(order)

    def poll(self) -> Tally | None:
        """What the round came to, if it is over. A worker that died or is stuck has failed with the
        program it was at."""
        assert self.order is not None
        number, _, skipped = self.order
        if self.pipe.poll(0.1):
            try:
                tally: Tally = self.pipe.recv()
                self.order = None
                return tally
            except EOFError:
                self.process.join()
        now = self.progress.value
        if now != self.seen:
            self.seen, self.since = now, time.monotonic()
        stuck = time.monotonic() - self.since > STUCK
        if self.process.is_alive() and not stuck:
            return None
        if stuck:
            self.process.kill()
        self.process.join()
        what = "the engine hangs" if stuck else f"the process died: {self.process.exitcode}"
        return Tally(programs=now + 1, differing=1, failures=[
            Failure(self.seed, number, skipped + now, [what])])

    def stop(self) -> None:
        if self.process.is_alive():
            self.pipe.send(None)
            self.process.join(10)
            self.process.kill()


def campaign(count: int, seed: int, engine: str, jobs: int, interrupts: bool = False) -> Iterator[Tally]:
    """Run `count` programs, a tally for each round. Rounds that a program broke off go on after it."""
    orders = [(i, min(BATCH, count - i * BATCH), 0) for i in range(-(-count // BATCH))][::-1]
    workers = [Worker(engine, seed, interrupts) for _ in range(min(jobs, len(orders)))]
    try:
        while orders or any(each.order for each in workers):
            for i, each in enumerate(workers):
                if each.order is None:
                    if orders:
                        each.give(orders.pop())
                    continue
                order = each.order
                tally = each.poll()
                if tally is None:
                    continue
                yield tally
                if each.order is not None:  # it is dead
                    done = order[2] + tally.programs
                    if done < order[1]:
                        orders.append((order[0], order[1], done))
                    workers[i] = Worker(engine, seed, interrupts)
    finally:
        for each in workers:
            each.stop()
