"""Random moves in the time of random programs: `python -m tests.debugger.travel --seconds 600 --seed 1`.

Wherever a machine comes, the hash of its state must be the one that was seen there before. Questions to the
past (who wrote this, when did this register change, where was the last breakpoint or watchpoint met) are
answered a second time by single steps over a stretch of it, with every access written down.
"""

import argparse
import itertools
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import format_exc
from typing import NamedTuple

from blinkenlights import Machine, Stop
from blinkenlights.api.events import WRITE
from blinkenlights.debugger import history as histories
from blinkenlights.debugger.history import History
from tests.fuzz.campaign import make_round
from tests.fuzz.layout import CODE, DATA, FXSAVE_SIZE, HIGH, PAGE, READ_ONLY, STACK, State
from tests.fuzz.native import slot
from tests.guests import build
from tests.pc.conftest import SOURCES, assemble

GUESTS = Path(__file__).parent / "guests"
PATIENCE = 60.0  # seconds for what should take much less than one
MOST_TICKS = 400_000  # of one life
STRETCH = 250  # instructions that are looked at one by one
ENDS = (Stop.EXIT, Stop.SIGNAL)
BOOT_PROGRAMS = (
    "accessed_and_dirty_bits_are_set", "code_may_change_itself", "disks_are_read_and_written_by_cylinder",
    "long_mode_and_back", "protected_mode_and_back", "tasks_switch_by_calls",
    "the_bios_waits_microseconds", "the_hard_disk_is_read_by_ports", "the_timer_interrupts_at_its_rate",
    "traps_step_protected_mode",
)  # fmt: skip

Place = tuple[int, int, int]


class Moment(NamedTuple):
    """What is seen between two instructions."""

    tick: int
    tid: int
    registers: dict[str, object]
    values: tuple[bytes | None, ...]  # of the watched places


class Difference(AssertionError):
    """Two ways to the same moment, or two answers to a question, that differ."""


class Traveller:
    """Moves a recorded machine at random, and keeps what it sees."""

    def __init__(self, m: Machine, rng: random.Random) -> None:
        self.m = m
        self.rng = rng
        assert isinstance(m.history, History)
        self.history = m.history
        self.seen: dict[Place, str] = {}
        self.moves: list[str] = []
        self.visits = 0  # of moments seen before
        self.answers = 0

    @property
    def place(self) -> Place:
        return self.history.recorded.place

    @property
    def end(self) -> int:
        return self.history.end

    def say(self, what: str) -> None:
        self.moves.append(what)

    def look(self, what: str) -> None:
        """Compare this moment with what it was when it was seen first."""
        place, now = self.place, self.history.digest()
        self.moves[-1] += f" -> {place} {what}"
        before = self.seen.setdefault(place, now)
        if before != now:
            raise Difference(f"another state at {place}")
        self.visits += 1

    # ---- moves ----

    def travel(self, moves: int) -> None:
        """So many moves."""
        kinds: list[tuple[int, Callable[[], None]]] = [
            (4, self.run_some), (2, self.step_some), (5, self.seek), (3, self.step_back), (2, self.step_over),
            (2, self.over_back), (1, self.finish_back), (2, self.continue_back), (4, self.question_a_stretch),
            (2, self.meddle_and_undo), (1, self.meddle), (1, self.signal), (1, self.to_the_end),
        ]  # fmt: skip
        weights = [weight for weight, _ in kinds]
        for _ in range(moves):
            self.rng.choices(kinds, weights)[0][1]()

    def somewhere(self) -> int:
        draw, now = self.rng.randrange, self.m.tick
        return self.rng.choice((draw(self.end + 1), max(0, now - draw(50)), max(0, self.end - draw(30)), now))

    def run_some(self) -> None:
        count = self.rng.choice((1, 10, 300, 2000, 20000))
        if self.end > MOST_TICKS:
            count = min(count, max(self.end - self.m.tick, 1))
        self.say(f"run(count={count})")
        self.look(str(self.m.run(count=count, timeout=PATIENCE).kind))

    def to_the_end(self) -> None:
        self.say("run()")
        left = max(MOST_TICKS - self.m.tick, 100)
        reason = self.m.run(count=left, timeout=PATIENCE)
        if reason.kind is Stop.TIMEOUT:
            raise Difference("it does not end")
        self.look(str(reason.kind))

    def step_some(self) -> None:
        for _ in range(self.rng.randrange(1, 12)):
            self.say("step()")
            self.look(str(self.m.step().kind))

    def seek(self) -> None:
        tick = self.somewhere()
        self.say(f"seek({tick})")
        self.m.seek(tick)
        if self.m.tick != tick:
            raise Difference(f"seek({tick}) has come to {self.m.tick}")
        self.look("")

    def step_back(self) -> None:
        for _ in range(self.rng.randrange(1, 6)):
            n = self.rng.choice((1, 1, 1, 2, 7, 100))
            before = self.m.tick
            self.say(f"reverse_step({n})")
            self.m.reverse_step(n)
            if self.m.tick != max(before - n, 0):
                raise Difference(f"reverse_step({n}) from {before} has come to {self.m.tick}")
            self.look("")

    def step_over(self) -> None:
        self.say("step_over()")
        with self.limited():
            self.look(str(self.m.step_over().kind))

    def over_back(self) -> None:
        self.say("reverse_over()")
        self.m.reverse_over()
        self.look("")

    def finish_back(self) -> None:
        self.say("reverse_finish()")
        self.m.reverse_finish()
        self.look("")

    @contextmanager
    def limited(self) -> Iterator[None]:
        """For what could go on for ever: a breakpoint that stops after so many instructions."""
        limit = self.m.tick + 5000
        point = self.m.add_breakpoint(self.m.regs.rip, lambda: self.m.tick > limit)
        try:
            yield
        finally:
            point.remove()

    def continue_back(self) -> None:
        """Over breakpoints that are anywhere: it must come to one, or to the beginning."""
        here = self.place
        points = []
        for _ in range(self.rng.randrange(1, 4)):
            self.say("a breakpoint")
            self.m.seek(self.rng.randrange(self.end + 1))
            points.append(self.m.add_breakpoint(self.m._linear_ip(self.m.cpu)))
            self.look(f"{points[-1]}")
        self.m.seek(here[0])
        for _ in range(self.rng.randrange(1, 5)):
            before = self.place
            self.say("reverse_continue()")
            reason = self.m.reverse_continue()
            self.look(str(reason))
            if self.place >= before and self.m.tick > 0:
                raise Difference("reverse_continue has not gone back")
            met = [point for point in points if point.address == self.m._linear_ip(self.m.cpu)]
            if reason.kind is Stop.BREAKPOINT and reason.breakpoint not in met:
                raise Difference(f"{reason} but it stands at {self.m.regs.rip:#x}")
            if reason.kind is Stop.START:
                break
        for point in points:
            point.remove()

    # ---- changes ----

    def change(self) -> None:
        raise NotImplementedError

    def meddle_and_undo(self) -> None:
        if not self.history.past:
            self.m.seek(self.rng.randrange(self.end + 1))
        if not self.history.past:
            return
        self.say("a change that is left")
        self.change()
        self.moves[-1] += f" at {self.place}"
        self.say("seek away")
        self.m.seek(self.somewhere())
        self.look("")

    def meddle(self) -> None:
        """Another future, from here on."""
        self.say("a change")
        self.change()
        self.moves[-1] += f" at {self.place}"
        here = self.place
        self.seen = {place: state for place, state in self.seen.items() if place <= here}
        self.say("go on")
        self.look(str(self.m.run(count=self.rng.randrange(1, 500), timeout=PATIENCE).kind))

    def signal(self) -> None:
        """Something from outside, which comes to the present."""

    # ---- questions ----

    def registers(self) -> dict[str, object]:
        found: dict[str, object] = dict(self.m.regs.snapshot())
        return found

    def watched_places(self) -> list[int]:
        """Addresses of eight bytes that may be written soon."""
        m, rng = self.m, self.rng
        found = []
        for _ in range(4):
            name = rng.choice(("rsp", "rsp", "rbp", "rdi", "rsi", "rax", "rbx", "rcx", "rdx"))
            address = int(getattr(m.regs, name)) + rng.randrange(-64, 64)
            if 0 < address < 1 << 47 and m.memory.readable(address, 8) == 8:
                found.append(address)
        return found + self.variables()

    def variables(self) -> list[int]:
        return []

    def moment(self, places: list[int]) -> Moment:
        m = self.m
        values = tuple(m.memory.read(at, 8) if m.memory.readable(at, 8) == 8 else None for at in places)
        return Moment(m.tick, m.thread.tid if m.threads else 0, self.registers(), values)

    def question_a_stretch(self) -> None:
        """Write down what happens, instruction by instruction; then ask for it from its end."""
        m, rng = self.m, self.rng
        start = rng.randrange(max(self.end - STRETCH, 1))
        self.say(f"seek({start})")
        m.seek(start)
        self.look("")
        places = self.watched_places()
        stretch = [self.moment(places)]
        with m.events("write", 1 << 14) as events:
            for _ in range(STRETCH):
                self.say("step()")
                reason = m.step()
                self.look(str(reason.kind))
                if reason.kind in ENDS or m.tick == stretch[-1].tick:
                    break
                stretch.append(self.moment(places))
            writes = [(record[0] + 1, record[1], record[4]) for record in events if record[5] == WRITE]
        for _ in range(6):
            here = rng.choice(stretch[1:] or stretch)
            self.say(f"seek({here.tick})")
            m.seek(here.tick)
            self.look("")
            known = [moment for moment in stretch if moment.tick <= here.tick]
            ask = rng.choice((self.ask_for_registers, self.ask_for_writes, self.ask_for_breaks))
            ask(known, places, writes)
            self.answers += 1

    def ask_for_registers(
        self, known: list[Moment], places: list[int], writes: list[tuple[int, int, int]]
    ) -> None:
        names = list(known[0].registers)
        if self.rng.random() < 0.9:  # to find that something was never changed takes long
            names = [name for name in names if known[0].registers[name] != known[-1].registers[name]]
        name = self.rng.choice(names or ["rip"])
        tid = known[-1].tid
        own = [moment for moment in known if moment.tid == tid]
        self.say(f"last_change({name!r})")
        found = self.m.last_change(name)
        self.look(f"{found}")
        if len(own) != len(known):
            return  # what happens to a thread while another has the turn was not seen
        changes = [b.tick for a, b in itertools.pairwise(own) if a.registers[name] != b.registers[name]]
        if found is not None and self.late(found) and found >= known[0].tick:
            return  # by the kernel or the user, after that tick was seen
        if changes and found != changes[-1]:
            raise Difference(f"last_change({name!r}) is {found}, not {changes[-1]}")
        if not changes and found is not None and found > known[0].tick:
            raise Difference(f"last_change({name!r}) is {found}, later than {known[0].tick}")

    def late(self, tick: int) -> bool:
        """Whether something happened at a tick after it had been reached: an exception's signal."""
        return any(event.tick == tick for event in self.history.recorded.events) or self.m.personality == "pc"

    def ask_for_writes(
        self, known: list[Moment], places: list[int], writes: list[tuple[int, int, int]]
    ) -> None:
        if not places:
            return
        i = self.rng.randrange(len(places))
        address, now = places[i], known[-1].tick
        by_code = [t for t, a, n in writes if t <= now and a < address + 8 and address < a + n]
        by_kernel = [
            b.tick for a, b in itertools.pairwise(known)
            if a.values[i] != b.values[i] and b.tick not in by_code
        ]  # fmt: skip
        expected = max(by_code + by_kernel, default=None)
        self.say(f"last_write({address:#x})")
        found = self.m.last_write(address, 8)
        self.look(f"{found}")
        self.check_write("last_write", found, expected, by_kernel, known)
        watch = self.m.add_watchpoint(address, 8)
        self.say(f"reverse_continue() to a write of {address:#x}")
        reason = self.m.reverse_continue()
        self.look(f"{reason}")
        met = reason.tick if reason.kind is Stop.WATCHPOINT else None
        self.check_write("reverse_continue", met, expected, by_kernel, known)
        if met is not None and self.rng.random() < 0.5:
            self.say("reverse_continue() again")
            again = self.m.reverse_continue()
            self.look(f"{again}")
            if again.kind is Stop.WATCHPOINT and again.tick >= met and not self.late(met):
                raise Difference("reverse_continue has told of a write twice")
            earlier = max((t for t in by_code if t < met), default=None)
            if earlier is not None and again.tick < earlier:
                raise Difference(f"reverse_continue has passed the write at {earlier}")
        watch.remove()

    def check_write(
        self, who: str, found: int | None, expected: int | None, by_kernel: list[int], known: list[Moment]
    ) -> None:
        if found == expected or (expected is None and (found is None or found <= known[0].tick)):
            return
        if found is not None and (found in by_kernel or found + 1 in by_kernel):
            return  # signal frames belong to the tick before
        if found is not None and found > (expected or 0) and self.late(found):
            return  # the kernel has written what was there
        raise Difference(f"{who} has found {found}, not {expected}")

    def ask_for_breaks(
        self, known: list[Moment], places: list[int], writes: list[tuple[int, int, int]]
    ) -> None:
        wanted = self.rng.choice(known)
        address = self.linear(wanted)
        point = self.m.add_breakpoint(address)
        met_there = [moment.tick for moment in known[:-1] if self.linear(moment) == address]
        expected = max((tick for tick in met_there if not self.late(tick)), default=None)  # else it was moved
        self.say(f"reverse_continue() to {address:#x}")
        reason = self.m.reverse_continue()
        self.look(f"{reason}")
        point.remove()
        met = reason.tick if reason.kind is Stop.BREAKPOINT else None
        if expected is None and (met is None or met <= known[0].tick or self.late(met)):
            return
        if met != expected and not (met is not None and self.late(met) and met > (expected or 0)):
            raise Difference(f"reverse_continue has come to {met}, not {expected}")

    def linear(self, moment: Moment) -> int:
        registers = moment.registers
        rip = registers["rip"]
        assert isinstance(rip, int)
        return rip


# ---- lives ---------------------------------------------------------------------------------------


class Bare(Traveller):
    """Random instruction sequences, one after the other."""

    def __init__(self, rng: random.Random) -> None:
        self.round = make_round(rng.randrange(1 << 30), 0, 24)
        self.left = list(range(len(self.round.programs)))
        addresses = [slot(i) for i in self.left]
        m = Machine.from_bytes(b"\xcc", CODE, record=False)
        for i, address in zip(self.left, addresses, strict=True):
            code = self.round.programs[i].assemble(address)
            m.memory.write(address, code + b"\xcc")
        for at, size in ((DATA + PAGE, 3 * PAGE), (STACK + PAGE, PAGE), (HIGH, PAGE)):
            m.map(at, size)
        memory = self.round.memory
        m.memory.write(DATA + PAGE, memory[: 2 * PAGE])
        m.memory.write(READ_ONLY, self.round.read_only)
        m.space.protect(READ_ONLY, PAGE, 1)
        m.memory.write(STACK + PAGE, memory[2 * PAGE : 3 * PAGE])
        m.memory.write(HIGH, memory[3 * PAGE :])
        m.begin(True)
        super().__init__(m, rng)
        self.start_next()

    def start_next(self) -> None:
        """At the end of the present: registers for the next sequence."""
        i = self.left.pop()
        self.set_state(slot(i), self.round.programs[i].state)

    def set_state(self, rip: int, state: State) -> None:
        cpu = self.m.cpu
        for number, value in enumerate(state.reg):
            cpu.set(number, value)
        cpu.rip = rip
        cpu.rflags = state.rflags
        cpu.fxrstor(state.fxsave + bytes(512 - FXSAVE_SIZE))
        cpu.set_upper_halves(state.ymm_high)

    def run_some(self) -> None:
        super().run_some()
        if not self.history.past and self.left:
            self.start_next()
            self.say("the next sequence")
            self.m.run(count=1)

    def to_the_end(self) -> None:
        self.m.seek(self.end)
        super().to_the_end()
        if not self.history.past and self.left:
            self.start_next()
            self.say("the next sequence")
            self.m.run(count=3)

    def change(self) -> None:
        name = self.rng.choice(("rax", "rcx", "r9", "xmm3"))
        if name == "xmm3":
            self.m.regs.xmm3.u64[1] = self.rng.getrandbits(64)
        elif self.rng.random() < 0.4:
            address = DATA + PAGE + self.rng.randrange(0x80, PAGE)
            self.m.memory.put_u8(address, self.rng.randrange(256))
        else:
            setattr(self.m.regs, name, self.rng.getrandbits(64))

    def variables(self) -> list[int]:
        return [DATA + PAGE + 8 * self.rng.randrange(1000), DATA + PAGE]  # FUEL


class Life(Traveller):
    """A Linux program that does what its seed says."""

    def __init__(self, rng: random.Random) -> None:
        kind = rng.choice(("static-musl", "static-musl", "dynamic-glibc"))
        path = build(GUESTS / "random_life.c", kind)
        words = [str(path), str(rng.randrange(1 << 40)), str(rng.randrange(10, 60))]
        words += [str(rng.randrange(5, 20)) for _ in range(rng.randrange(3))]
        super().__init__(Machine.load(path, words, {}, record=True, stdout=-1), rng)
        self.say(f"{kind} {words[1:]}")

    def change(self) -> None:
        try:
            address = self.m.resolve("state")
            self.m.memory.put_u64(address, self.rng.getrandbits(64))
        except (ValueError, OSError):
            self.m.regs.xmm15.u64[0] = self.rng.getrandbits(64)

    def signal(self) -> None:
        self.say("a signal")
        try:
            self.m.resolve("words")
        except ValueError:
            return
        if self.m.tick > 3000:  # it has its handlers
            self.m.send_signal(10)

    def variables(self) -> list[int]:
        try:
            words = self.m.resolve("words")
        except ValueError:
            return []
        return [words + 8 * self.rng.randrange(46), self.m.resolve("state")]


class Pc(Traveller):
    """A PC's program."""

    def __init__(self, rng: random.Random) -> None:
        name = rng.choice(BOOT_PROGRAMS)
        super().__init__(Machine.boot(assemble(SOURCES / f"{name}.asm"), ram=4 << 20, record=True), rng)
        self.m.world.pc.say = lambda text: None  # type: ignore[attr-defined]
        self.say(name)

    def change(self) -> None:
        self.m.memory.put_u8(0x6000 + self.rng.randrange(PAGE), self.rng.randrange(256))

    def signal(self) -> None:
        self.say("a key")
        here = self.place
        pc = self.m.world.pc  # type: ignore[attr-defined]
        pc.press("a")
        self.m.run(count=2)  # it comes behind the next instruction, and in the past makes another future
        pc.inputs.clear()  # where the program was over
        self.seen = {place: state for place, state in self.seen.items() if place <= here}
        self.look("")

    def linear(self, moment: Moment) -> int:
        registers = moment.registers
        rip, base, bits = registers["rip"], registers["cs_base"], registers["bits"]
        assert isinstance(rip, int) and isinstance(base, int)
        return rip if bits == 64 else base + rip

    def registers(self) -> dict[str, object]:
        regs = self.m.regs
        return {**regs.snapshot(), "bits": regs.bits, "cs_base": regs.cs_base}

    def ask_for_registers(
        self, known: list[Moment], places: list[int], writes: list[tuple[int, int, int]]
    ) -> None:
        plain = [moment._replace(registers={k: v for k, v in moment.registers.items() if k != "bits"})
                 for moment in known]  # fmt: skip
        super().ask_for_registers(plain, places, writes)


KINDS: dict[str, Callable[[random.Random], Traveller]] = {"bare": Bare, "life": Life, "pc": Pc}


@contextmanager
def narrow(rng: random.Random) -> Iterator[None]:
    """Checkpoints as near to each other as they never are, and few of them."""
    names = ("INTERVAL", "EVENTS", "MOST_CHECKPOINTS", "SHORT", "FIRST_WINDOW")
    before = {name: getattr(histories, name) for name in names}
    values = (rng.choice((97, 1000, 20000)), rng.choice((3, 30, 2000)), rng.choice((9, 30, 200)),
              rng.choice((50, 3000, 100_000)), rng.choice((10, 2000)))  # fmt: skip
    for name, value in zip(names, values, strict=True):
        setattr(histories, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(histories, name, value)


def live(kind: str, seed: int, moves: int) -> Traveller:
    """One machine's life; raises Difference, with what was done."""
    rng = random.Random(f"{kind} {seed}")
    with narrow(rng):
        traveller = KINDS[kind](rng)
        with traveller.m:
            try:
                traveller.run_some()
                traveller.to_the_end()
                traveller.travel(moves)
            except Exception as problem:
                story = "\n".join(f"  {move}" for move in traveller.moves[-30:])
                if not isinstance(problem, Difference):
                    story += f"\n{format_exc()}"
                raise Difference(f"{kind} {seed}: {type(problem).__name__}: {problem}\n{story}") from problem
    return traveller


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.debugger.travel", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1, help="of the first life")
    parser.add_argument("--moves", type=int, default=40, help="of each life")
    parser.add_argument("--kind", choices=list(KINDS), action="append", help="may be repeated (all)")
    parser.add_argument("--most", type=int, default=10, help="differences after which it ends")
    options = parser.parse_args()
    kinds = options.kind or list(KINDS)
    start, seed, visits, answers, failed = time.monotonic(), options.seed, 0, 0, 0
    while time.monotonic() < start + options.seconds and failed < options.most:
        kind = kinds[seed % len(kinds)]
        try:
            traveller = live(kind, seed, options.moves)
            visits += traveller.visits
            answers += traveller.answers
        except Difference as problem:
            failed += 1
            print(problem, file=sys.stderr, flush=True)
        seed += 1
    print(f"{seed - options.seed} lives, {visits} moments, {answers} questions: {failed} differ")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
