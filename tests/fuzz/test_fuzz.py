"""Stored rounds of random sequences, and the fuzzer itself; `python -m tests.fuzz` runs as many as asked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fuzz.campaign import Round, judge, make_round, run_round
from tests.fuzz.compare import differences
from tests.fuzz.engines import ENGINES, Engine, engine_of_process
from tests.fuzz.layout import DATA, MEMORY_SIZE, PAGE, RAX, RBX, State
from tests.fuzz.native import Native, slot
from tests.fuzz.program import DEFAULT_FXSAVE, END, Program
from tests.fuzz.reduce import check, minimise
from tests.fuzz.vocabulary import Piece, Roles
from tests.oracle import Unavailable

CORPUS = [tuple(map(int, line.split())) for line in
          Path(__file__).with_name("corpus.txt").read_text().splitlines() if line and line[0] != "#"]
NO_ROLES = Roles((), (), (), tuple(range(16)))


@pytest.fixture(scope="module")
def native() -> Iterator[Native]:
    try:
        with Native() as judge:
            yield judge
    except Unavailable as problem:
        pytest.skip(str(problem))


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    try:
        return engine_of_process(request.param)
    except Unavailable as problem:
        pytest.skip(str(problem))


@pytest.mark.parametrize(("seed", "number"), CORPUS)
def test_random_sequences_end_as_on_the_real_cpu(
        seed: int, number: int, native: Native, engine: Engine) -> None:
    tally = run_round(make_round(seed, number), native, engine)
    shown = "\n".join(f"{failure.index}: {'; '.join(failure.found[:5])}" for failure in tally.failures)
    assert not tally.differing, f"{tally.differing} of round {seed} {number} differ:\n{shown}"
    assert tally.programs == 1024 and tally.lost < 30


def test_interrupted_sequences_go_on_as_if_nothing_had_been(native: Native, engine: Engine) -> None:
    with engine.interrupted(1):
        tally = run_round(make_round(13, 0), native, engine)
    assert not tally.differing, "\n".join("; ".join(failure.found[:5]) for failure in tally.failures)


def program(*codes: str, reg: dict[int, int] | None = None) -> Program:
    registers = [0] * 16
    registers[4] = DATA + 2 * PAGE
    for number, value in (reg or {}).items():
        registers[number] = value
    pieces = [Piece(bytes.fromhex(code)) for code in codes]
    return Program([*pieces, Piece(b"", label=END), Piece(b"\xcc")],
                   State(registers, 0x202, DEFAULT_FXSAVE), NO_ROLES)


def alone(made: Program) -> Round:
    return Round(0, 0, [made], bytes(MEMORY_SIZE), bytes(PAGE))


def test_a_fault_is_told_with_its_place_and_all_that_was_done_before(native: Native, engine: Engine) -> None:
    # mov [rbx], rax; inc rax; mov rcx, [0]; inc rax
    made = program("488903", "48ffc0", "488b0c2500000000", "48ffc0", reg={RAX: 41, RBX: DATA + PAGE})
    ((expected, actual),) = judge(alone(made), native, engine)
    assert actual is not None
    for outcome in (expected, actual):
        assert (outcome.vector, outcome.rip, outcome.address) == (14, slot(0) + 6, 0)
        assert outcome.reg[RAX] == 42 and outcome.memory[0] == 41
    assert differences(made, slot(0), expected, actual) == []


def test_an_endless_sequence_is_lost_and_the_next_one_runs(native: Native, engine: Engine) -> None:
    programs = [program("ebfe"), program("48ffc0")]
    endless, fine = judge(Round(0, 0, programs, bytes(MEMORY_SIZE), bytes(PAGE)), native, engine)
    assert endless[0].lost and endless[1] is None
    assert fine[1] is not None and fine[1].reg[RAX] == 1


def test_every_kind_of_difference_is_told(native: Native, engine: Engine) -> None:
    made = program("48ffc0")
    (fine, _), = judge(alone(made), native, engine)
    store = "c60425" + (DATA + PAGE).to_bytes(4, "little").hex() + "07"  # mov byte [DATA + PAGE], 7
    other = program("6690", store, "f9", "d9ee", reg={RAX: 5})
    ((changed, _),) = judge(alone(other), native, engine)
    told = " ".join(differences(made, slot(0), fine, changed))
    for name in ("rip", "rax", "CF", "memory", "ftw", "fsw"):
        assert name in told


def test_a_failing_sequence_is_reduced_to_what_fails(native: Native, engine: Engine) -> None:
    made = program(*["90"] * 9, "48ffc0", *["6690"] * 9, "48ffc3", "90")
    whole = (made, bytes(MEMORY_SIZE), bytes(PAGE))
    assert check(whole, native, engine) == []

    def fails(case: tuple[Program, bytes, bytes]) -> list[str]:
        ((expected, _),) = judge(Round(0, 0, [case[0]], case[1], case[2]), native, engine)
        return ["both"] if expected.reg[RAX] and expected.reg[RBX] else []

    small, _, _ = minimise(whole, fails)
    assert [piece.code.hex() for piece in small.pieces if piece.label < 0] == ["48ffc0", "48ffc3"]


def test_a_round_is_the_same_whenever_it_is_made() -> None:
    first, second = make_round(7, 3, 50), make_round(7, 3, 50)
    codes = [[program.assemble(slot(0)) for program in made.programs] for made in (first, second)]
    assert codes[0] == codes[1]
    assert first.programs[9].state == second.programs[9].state and first.memory == second.memory
