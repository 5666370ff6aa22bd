"""x87 instructions: 80-bit values, status, tags and stack, with the CPU as the judge."""

import struct
from collections.abc import Iterator

import pytest

from blinkenlights.core import engine
from tests.core.machine import CODE, DATA, RAX, RDX, Bare
from tests.core.x87_cases import CONTROLS, ENVIRONMENTS, Maker, X87Case, forms
from tests.differential.engine import Interpreter
from tests.oracle import WINDOW, Native, Outcome, State, Unavailable

CASES_A_FORM = 24
STATUS_FLAGS = 0x8D5

ONE = bytes.fromhex("0000000000000080ff3f")
INDEFINITE = bytes.fromhex("00000000000000c0ffff")


@pytest.fixture(scope="module")
def native() -> Iterator[Native]:
    try:
        with Native() as oracle:
            yield oracle
    except Unavailable as problem:
        pytest.skip(str(problem))


def visible(case: X87Case, outcome: Outcome) -> tuple[object, ...]:
    """What must be equal: all but the instruction and data pointers."""
    state = outcome.state
    memory = bytearray(state.memory)
    if unit := ENVIRONMENTS.get(case.code.hex()):
        memory[3 * unit : 7 * unit] = bytes(4 * unit)
    cells = [state.st(i).hex() for i in range(8)]
    return (state.fxsave[:5].hex(), cells, state.rflags & STATUS_FLAGS, state.reg[0], bytes(memory),
            outcome.vector)


def compare(native: Native, cases: list[X87Case]) -> list[str]:
    """Descriptions of the cases where the interpreter and the CPU differ."""
    wrong = []
    interpreter = Interpreter()
    for start in range(0, len(cases), 4096):
        batch = cases[start : start + 4096]
        codes = [case.code for case in batch]
        states = [State(reg=[0, 0, WINDOW] + [0] * 13, rflags=case.flags, fxsave=case.fxsave,
                        memory=case.memory) for case in batch]
        judged = zip(batch, native.run(codes, states), interpreter.run(codes, states), strict=True)
        for case, expected, actual in judged:
            if visible(case, expected) != visible(case, actual):
                wrong.append(f"{case.code.hex()} from {case.fxsave[:5].hex()}: "
                             f"{visible(case, actual)[:3]}, not {visible(case, expected)[:3]}")
    return wrong


@pytest.mark.parametrize("seed", [1, 2])
def test_every_instruction_agrees_with_the_cpu_in_all_precisions_and_roundings(
    native: Native, seed: int
) -> None:
    make = Maker(seed)
    cases = [make.case(code, kind, make.random.choice(CONTROLS))
             for code, kind in forms() for _ in range(CASES_A_FORM)]
    assert compare(native, cases)[:3] == []


def test_every_instruction_agrees_with_the_cpu_when_exceptions_are_unmasked(native: Native) -> None:
    make = Maker(3)
    cases = [make.case(code, kind, make.random.getrandbits(13) & 0x1F7F | 0x40)
             for code, kind in forms() for _ in range(CASES_A_FORM)]
    assert compare(native, cases)[:3] == []


def image(control: int = 0x37F, status: int = 0, tags: int = 0, *stack: bytes) -> bytes:
    head = struct.pack("<HHBxHQQII", control, status, tags, 0, 0, 0, 0x1F80, 0xFFFF)
    return (head + b"".join(cell.ljust(16, b"\0") for cell in stack)).ljust(512, b"\0")


def stepped(code: str, state: bytes, count: int = 1) -> Bare:
    bare = Bare(code)
    bare.cpu.fxrstor(state)
    bare.cpu.set(RDX, DATA)
    for _ in range(count):
        bare.cpu.step()
    return bare


def status_of(bare: Bare) -> int:
    return int.from_bytes(bare.cpu.fxsave()[2:4], "little")


def st0_of(bare: Bare) -> bytes:
    return bare.cpu.fxsave()[32:42]


def test_one_third_has_64_bits_of_precision() -> None:
    three = bytes.fromhex("00000000000000c00040")
    bare = stepped("d8f1", image(0x37F, 0, 3, ONE, three))  # fdiv st, st(1)
    assert st0_of(bare).hex() == "abaaaaaaaaaaaaaafd3f"
    assert status_of(bare) == 0x220  # inexact, rounded up


def test_precision_control_rounds_to_a_double() -> None:
    three = bytes.fromhex("00000000000000c00040")
    assert st0_of(stepped("d8f1", image(0x27F, 0, 3, ONE, three))).hex() == "00a8aaaaaaaaaaaafd3f"


def test_an_empty_register_gives_the_default_nan_and_a_stack_fault() -> None:
    bare = stepped("d8c1", image())  # fadd st, st(1)
    assert st0_of(bare) == INDEFINITE
    assert status_of(bare) == 0x41


def test_pushing_on_a_full_stack_sets_c1() -> None:
    bare = stepped("d9e8", image(0x37F, 0, 0xFF, *[ONE] * 8))  # fld1
    assert st0_of(bare) == INDEFINITE
    assert status_of(bare) & 0x3FF == 0x241


def test_an_unmasked_division_by_zero_faults_at_the_next_instruction_that_waits() -> None:
    zero = bytes(10)
    bare = Bare("d8f1 dfe0 d9e8")  # fdiv st, st(1); fnstsw ax; fld1
    bare.cpu.fxrstor(image(0x37B, 0, 3, ONE, zero))
    assert bare.run() == engine.EXIT_EXCEPTION
    assert (bare.cpu.vector, bare.cpu.rip) == (16, CODE + 4)
    assert bare.cpu.get(RAX) & 0xFFFF == 0x8084
    assert st0_of(bare) == ONE
    saved = bare.cpu.fxsave()
    assert struct.unpack_from("<HQ", saved, 6) == (0x0F1, CODE)  # the division, by opcode and address


def test_fnstenv_tells_where_the_last_instruction_was() -> None:
    bare = stepped("d9ee d932", image(), 2)  # fldz; fnstenv [rdx]
    control, status, tags, pointer = struct.unpack("<4I", bare.space.read(DATA, 16))
    assert (control & 0xFFFF, status & 0xFFFF, tags & 0xFFFF) == (0x37F, 0x3800, 0x7FFF)
    assert pointer == CODE


def test_fxsave64_and_fxrstor64_keep_everything() -> None:
    make = Maker(4)
    state = make.case("d9d0", "-", 0x37F).fxsave[:160] + make.random.randbytes(256)
    state = state[:28] + b"\xff\xff\0\0" + state[32:]
    bare = stepped("480fae02 dbe3 480fae0a", state.ljust(512, b"\0"), 3)  # fxsave64, fninit, fxrstor64
    assert bare.cpu.fxsave()[:416] == state
    assert bare.space.read(DATA, 416) == state


def test_fxsave_wants_an_aligned_address() -> None:
    bare = Bare("0fae02")
    bare.cpu.set(RDX, DATA + 8)
    assert bare.run() == engine.EXIT_EXCEPTION
    assert (bare.cpu.vector, bare.cpu.rip) == (13, CODE)


def test_xsave_marks_only_the_components_in_use() -> None:
    bare = Bare("b803000000 31d2 0fae27")  # mov eax, 3; xor edx, edx; xsave [rdi]
    bare.cpu.set(7, DATA)
    bare.cpu.set_xmm(3, b"x" * 16)
    for _ in range(3):
        bare.cpu.step()
    assert bare.space.read(DATA + 512, 16) == (2).to_bytes(16, "little")
