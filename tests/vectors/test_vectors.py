"""Our interpreter against what a real CPU did; needs no such CPU."""

import itertools
from collections.abc import Iterator

import pytest
from iced_x86 import Decoder, OpKind

from tests.differential.campaign import engine_of_process, executed, strange_stack
from tests.differential.cases import Case
from tests.differential.compare import differences
from tests.differential.engine import ENGINES, Interpreter
from tests.differential.forms import Form
from tests.oracle import unpack, unpack_state
from tests.oracle.segments import slot_address
from tests.vectors.format import DIRECTORY, Entry, batch_of, groups, read

LARGEST = 3 << 20  # bytes of data in all


def case_of(entry: Entry, slot: int) -> Case:
    state = unpack_state(entry.before)
    instruction = Decoder(entry.bits, entry.code, ip=slot_address(state.cs, slot)).decode()
    memory = any(instruction.op_kind(i) == OpKind.MEMORY for i in range(instruction.op_count))
    form = Form(instruction.code, memory, entry.bits)
    return Case(form, entry.code, instruction, state)


def chosen() -> list[tuple[str, str]]:
    """Groups and engines; what computes in software does so for the x87 unit only."""
    return [(group, engine) for group in groups() for engine in ENGINES
            if engine != "softx87" or group.startswith("x87")]


@pytest.mark.parametrize(("group", "engine"), chosen())
def test_recorded_results_come_out_again(group: str, engine: str) -> None:
    if engine == "softx87":
        pytest.importorskip("gmpy2")
    compare(group, engine_of_process(engine))


@pytest.mark.parametrize("engine", ["interpreter", "jit"])
def test_a_page_fault_is_told_even_if_its_address_would_not_be_canonical_on_the_host(engine: str) -> None:
    held = []  # one lies in the lowest room there is: so others are made until one lies high
    for _ in range(6):
        try:
            held.append(Interpreter(engine))
        except MemoryError as problem:
            pytest.skip(f"other tests' machines have left no room high up: {problem}")
        if held[-1].space.base + (1 << 46) > 1 << 47:
            break
    else:
        pytest.skip("no machine lies high up")
    ours = held[-1]
    compare("integer", ours)


def compared(group: str, ours: Interpreter) -> Iterator[tuple[Case, list[str]]]:
    """Every recorded case that can run here, and in what our result differs from the CPU's."""
    entries = read(group)
    while batch := list(itertools.islice(entries, batch_of(group))):
        cases = [case_of(entry, slot) for slot, entry in enumerate(batch)]
        outcomes = ours.run([case.code for case in cases], [case.state for case in cases])
        for entry, case, outcome in zip(batch, cases, outcomes, strict=True):
            if executed(case.form) and not strange_stack(case, ours.engine):
                yield case, differences(case, unpack(entry.after), outcome)


def compare(group: str, ours: Interpreter) -> None:
    wrong = []
    total = 0
    for case, found in compared(group, ours):
        total += 1
        wrong += [f"{case.code.hex()} {case.text}: {difference}" for difference in found]
    assert total
    assert not wrong, "\n".join(wrong[:20])


def test_there_are_vectors_of_every_family_and_not_too_many_bytes() -> None:
    assert {"integer", "bmi", "sse", "x87", "mmx", "avx", "avx2", "fma"} <= set(groups())
    assert sum(path.stat().st_size for path in DIRECTORY.iterdir()) <= LARGEST
