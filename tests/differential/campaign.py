"""Compares many cases of many forms, in several processes, and counts."""

import functools
import multiprocessing
import random
import re
import struct
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field

from iced_x86 import Register

from blinkenlights.core.decode import decode_bytes
from blinkenlights.core.execute.system import executes
from tests.differential import values
from tests.differential.cases import RSP, Case, make_template
from tests.differential.compare import differences, shown
from tests.differential.engine import Interpreter
from tests.differential.forms import Form, forms, host_lacks
from tests.oracle import RECORD, REGISTERS, SLOT_SIZE, Native, Outcome, Template, unpack, unpack_state
from tests.oracle.native import BATCH
from tests.oracle.state import INT3

VARIATIONS = 25  # cases made from one encoding
VECTOR_OFFSET = 144  # in a record
VECTOR = re.compile(r"mm\d+")
EXAMPLES = 2  # differences kept for each form


@dataclass
class Tally:
    """What was compared of one form."""

    name: str
    group: str
    cases: int = 0
    faults: int = 0
    failures: int = 0
    examples: list[str] = field(default_factory=list)


def describe(case: Case, found: Sequence[str], expected: Outcome) -> str:
    """A failing case in a few lines, with the inputs that matter."""
    ins = case.instruction
    inputs = [f"{name}={case.state.reg[i]:#x}" for i, name in enumerate(REGISTERS)
              if name in case.text or name[-2:] in case.text or f"e{name[1:]}" in case.text]
    named = set(VECTOR.findall(case.text))
    vectors = [f"ymm{i}={shown(case.state.ymm(i))}" for i in range(16) if f"mm{i}" in named]
    if case.form.bits != 64:
        s = case.state
        inputs.append(f"cs={s.cs:#x} ds={s.ds:#x} es={s.es:#x} ss={s.ss:#x} gs={s.gs:#x}")
    lines = [f"{case.code.hex()}  {case.text}  at {ins.ip:#x}",
             f"  from {' '.join(inputs + vectors)} rflags={case.state.rflags:#x} mxcsr={case.state.mxcsr:#x}"]
    if case.form.group in ("x87", "mmx"):
        control, status, tags = struct.unpack_from("<HHB", case.state.fxsave)
        stack = " ".join(f"st{i}={case.state.st(i)[::-1].hex()}" for i in range(8))
        lines.append(f"  fcw={control:#06x} fsw={status:#06x} ftw={tags:#04x} {stack}")
    return "\n".join(lines + [f"  {line}" for line in found])


@functools.cache
def engine_of_process(engine: str) -> Interpreter:
    """One for all: each reserves a large part of the host's address space, which has no room for more than
    three; so two share theirs."""
    return Interpreter(engine, engine_of_process("interpreter").space if engine == "softx87" else None)


@dataclass
class Batch:
    """Instructions in their slots, each with a template of the cases it is to run."""

    cases: list[Case] = field(default_factory=list)
    templates: list[Template] = field(default_factory=list)
    count: int = 0

    def add(self, case: Case, template: Template) -> None:
        self.cases.append(case)
        self.templates.append(template)
        self.count += template.cases


def compare_forms(chosen: Sequence[Form], cases: int, seed: int,
                  engine: str = "interpreter") -> Iterator[Tally]:
    """Compare `cases` random cases of each form; yields a tally a form."""
    ours = engine_of_process(engine)
    pools = values.pools(seed)
    tallies: dict[Form, Tally] = {}
    with Native() as native:
        native.set_pools(pools)
        batch = Batch()
        for form in chosen:
            tallies[form] = Tally(str(form), form.group or "")
            rng = random.Random(f"{seed} {form}")
            for done in range(0, cases, VARIATIONS):
                variations = min(VARIATIONS, cases - done)
                if batch.count + variations > BATCH or len(batch.cases) == slots(form.bits):
                    compare_batch(batch, native, ours, tallies, seed)
                    yield from finished(tallies, form)
                    batch = Batch()
                case, template = make_template(form, rng, pools, len(batch.cases))
                template.cases = variations
                batch.add(case, template)
        compare_batch(batch, native, ours, tallies, seed)
    yield from tallies.values()


def finished(tallies: dict[Form, Tally], current: Form) -> list[Tally]:
    """Take out the tallies of the forms before the current one."""
    return [tallies.pop(form) for form in list(tallies) if form != current]


def compare_batch(batch: Batch, native: Native, ours: Interpreter, tallies: dict[Form, Tally],
                  seed: int) -> None:
    codes = [case.code for case in batch.cases]
    count = native.run_templates(codes, batch.templates, seed)
    size = RECORD.size
    given = native.shared[native.cases:native.cases + count * size]
    want = native.shared[native.results:native.results + count * size]
    have = ours.run_records(codes, given)
    at = 0
    for case, template in zip(batch.cases, batch.templates, strict=True):
        tally = tallies[case.form]
        end = at + template.cases * size
        tally.cases += template.cases
        while at < end:
            expected, actual = want[at:at + size], have[at:at + size]
            tally.faults += expected[VECTOR_OFFSET] != INT3
            if expected != actual:
                case.state = unpack_state(given[at:at + size])
                if not strange_stack(case, ours.engine):
                    examine(case, unpack(expected), unpack(actual), tally)
            at += size


def strange_stack(case: Case, engine: str) -> bool:
    """The JIT's RSP is off by the memory's base: where no stack can be, flags of what moves it differ."""
    return (engine == "jit" and case.form.mnemonic in ("ADD", "SUB", "AND")
            and case.instruction.op0_register == Register.RSP
            and not 1 << 31 <= case.state.reg[RSP] < 1 << 46)


def slots(bits: int) -> int:
    """How many instructions there can be at a time: a 16-bit code segment has 64 KiB, and an empty slot."""
    return 0x10000 // SLOT_SIZE - 1 if bits == 16 else BATCH


def examine(case: Case, expected: Outcome, actual: Outcome, tally: Tally) -> None:
    """Something differs; it may be something undefined."""
    if found := differences(case, expected, actual):
        tally.failures += 1
        if len(tally.examples) < EXAMPLES:
            tally.examples.append(describe(case, found, expected))


def select(groups: Sequence[str] = (), mnemonics: Sequence[str] = (), bits: int = 64) -> list[Form]:
    """The forms that this host's CPU executes, of these groups and instructions."""
    return [form for form in forms(bits)
            if (not groups or form.group in groups) and (not mnemonics or form.mnemonic in mnemonics)
            and form.group and not host_lacks(form.group)]


@functools.cache
def executed(form: Form) -> bool:
    """Whether the engine has a handler for it."""
    code, _ = form.encode(random.Random(str(form)))
    instruction = decode_bytes(code, form.bits)
    return instruction is not None and executes(instruction.mnemonic)


def work(chosen: list[tuple[int, bool, int]], cases: int, seed: int, engine: str) -> list[Tally]:
    return list(compare_forms([Form(*key) for key in chosen], cases, seed, engine))


def campaign(chosen: list[Form], cases: int, seed: int, jobs: int, engine: str) -> Iterator[Tally]:
    """Like `compare_forms`, spread over `jobs` processes."""
    keys = [(form.code, form.memory, form.bits) for form in chosen]
    pieces = [keys[i::jobs * 4] for i in range(jobs * 4)]
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        for future in as_completed([pool.submit(work, piece, cases, seed, engine) for piece in pieces]):
            yield from future.result()
