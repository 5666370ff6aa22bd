"""Compares many cases of many forms, in several processes, and counts."""

import functools
import multiprocessing
import random
import re
import struct
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field

from blinkenlights.core.decode import decode_bytes
from blinkenlights.core.execute.system import executes
from tests.differential.cases import Case, make_case
from tests.differential.compare import differences, shown
from tests.differential.engine import Interpreter
from tests.differential.forms import Form, forms, host_lacks
from tests.oracle import REGISTERS, Native, Outcome
from tests.oracle.native import BATCH

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
    lines = [f"{case.code.hex()}  {case.text}  at {ins.ip:#x}",
             f"  from {' '.join(inputs + vectors)} rflags={case.state.rflags:#x} mxcsr={case.state.mxcsr:#x}"]
    if case.form.group in ("x87", "mmx"):
        control, status, tags = struct.unpack_from("<HHB", case.state.fxsave)
        stack = " ".join(f"st{i}={case.state.st(i)[::-1].hex()}" for i in range(8))
        lines.append(f"  fcw={control:#06x} fsw={status:#06x} ftw={tags:#04x} {stack}")
    return "\n".join(lines + [f"  {line}" for line in found])


@functools.cache
def interpreter_of_process(virtual: bool) -> Interpreter:
    """One for all: each reserves a large part of the host's address space."""
    return Interpreter(virtual)


def compare_forms(chosen: Sequence[Form], cases: int, seed: int, virtual: bool = False) -> Iterator[Tally]:
    """Compare `cases` random cases of each form; yields a tally a form."""
    interpreter = interpreter_of_process(virtual)
    with Native() as native:
        share = min(cases, BATCH)
        together = max(1, BATCH // share)  # forms that fit one batch
        for start in range(0, len(chosen), together):
            group = chosen[start:start + together]
            tallies = {form: Tally(str(form), form.group or "") for form in group}
            for done in range(0, cases, share):
                batch: list[Case] = []
                for form in group:
                    rng = random.Random(f"{seed} {form} {done}")
                    for _ in range(min(share, cases - done)):
                        batch.append(make_case(form, rng, len(batch)))
                compare_batch(batch, native, interpreter, tallies)
            yield from tallies.values()


def compare_batch(batch: Sequence[Case], native: Native, interpreter: Interpreter,
                  tallies: dict[Form, Tally]) -> None:
    codes = [case.code for case in batch]
    states = [case.state for case in batch]
    judged = zip(batch, native.run(codes, states), interpreter.run(codes, states), strict=True)
    for case, expected, actual in judged:
        tally = tallies[case.form]
        tally.cases += 1
        tally.faults += expected.vector is not None
        if found := differences(case, expected, actual):
            tally.failures += 1
            if len(tally.examples) < EXAMPLES:
                tally.examples.append(describe(case, found, expected))


def select(groups: Sequence[str] = (), mnemonics: Sequence[str] = ()) -> list[Form]:
    """The forms that this host's CPU executes, of these groups and instructions."""
    return [form for form in forms()
            if (not groups or form.group in groups) and (not mnemonics or form.mnemonic in mnemonics)
            and form.group and not host_lacks(form.group)]


def executed(form: Form) -> bool:
    """Whether the engine has a handler for it."""
    code, _ = form.encode(random.Random(str(form)))
    instruction = decode_bytes(code, 64)
    return instruction is not None and executes(instruction.mnemonic)


def work(chosen: list[tuple[int, bool]], cases: int, seed: int, virtual: bool) -> list[Tally]:
    return list(compare_forms([Form(code, memory) for code, memory in chosen], cases, seed, virtual))


def campaign(chosen: list[Form], cases: int, seed: int, jobs: int, virtual: bool = False) -> Iterator[Tally]:
    """Like `compare_forms`, spread over `jobs` processes."""
    keys = [(form.code, form.memory) for form in chosen]
    pieces = [keys[i::jobs * 4] for i in range(jobs * 4)]
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        for future in as_completed([pool.submit(work, piece, cases, seed, virtual) for piece in pieces]):
            yield from future.result()
