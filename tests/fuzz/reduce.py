"""Makes a failing program small, and shows it."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace

from iced_x86 import Decoder, Formatter, FormatterSyntax

from tests.fuzz.campaign import Round, judge
from tests.fuzz.compare import differences, place
from tests.fuzz.engines import Engine, engine_of_process
from tests.fuzz.layout import CODE, MEMORY_SIZE, PAGE, REGISTERS, XMM_OFFSET, State
from tests.fuzz.native import Native, slot
from tests.fuzz.program import DEFAULT_FXSAVE, Overflow, Program, Undefined
from tests.fuzz.vocabulary import Piece

Case = tuple[Program, bytes, bytes]  # with what memory starts with


def check(case: Case, native: Native, engine: Engine) -> list[str]:
    """What differs when the program runs alone."""
    program, memory, read_only = case
    try:
        ((expected, actual),) = judge(Round(0, 0, [program], memory, read_only), native, engine)
    except (Overflow, Undefined):
        return []
    found = [] if actual is None else differences(program, slot(0), expected, actual)
    ending = f"natively it ends with exception {expected.vector} at {place(expected.rip, slot(0))}"
    return [*found, ending] if found else []


def check_apart(case: Case, engine_name: str) -> list[str]:
    """The same in a process of its own, for programs that kill the engine."""
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        with Native() as native:
            found = check(case, native, engine_of_process(engine_name))
        os.write(into, "\n".join(found).encode())
        os._exit(0)
    os.close(into)
    with os.fdopen(out, "rb") as pipe:
        text = pipe.read().decode()
    _, status = os.waitpid(child, 0)
    if status:
        return [f"the process died: {os.waitstatus_to_exitcode(status)}"]
    return text.splitlines()


def plainer(case: Case) -> Iterator[Case]:
    """Variants that start from a plainer state."""
    program, memory, read_only = case
    state = program.state
    for number, value in enumerate(state.reg):
        if value and number != 4:
            reg = list(state.reg)
            reg[number] = 0
            yield with_state(program, replace(state, reg=reg)), memory, read_only
    if state.fxsave != DEFAULT_FXSAVE:
        yield with_state(program, replace(state, fxsave=DEFAULT_FXSAVE)), memory, read_only
        vectors = state.fxsave[:XMM_OFFSET] + bytes(len(state.fxsave) - XMM_OFFSET)
        if vectors != state.fxsave:
            yield with_state(program, replace(state, fxsave=vectors)), memory, read_only
    if any(state.ymm_high):
        yield with_state(program, replace(state, ymm_high=bytes(len(state.ymm_high)))), memory, read_only
    if state.rflags != 0x202:
        yield with_state(program, replace(state, rflags=0x202)), memory, read_only
    if any(memory):
        yield program, bytes(MEMORY_SIZE), read_only
    if any(read_only):
        yield program, memory, bytes(PAGE)


def with_pieces(program: Program, pieces: list[Piece]) -> Program:
    return Program(pieces, program.state, program.roles, program.patches)


def with_state(program: Program, state: State) -> Program:
    return Program(program.pieces, state, program.roles, program.patches)


def minimise(case: Case, fails: Callable[[Case], list[str]]) -> Case:
    """The smallest variant found that still fails."""
    before = None
    while before != len(case[0].pieces):
        before = len(case[0].pieces)
        case = shorten(case, fails)
        for _ in range(40):
            simpler = next((variant for variant in plainer(case) if fails(variant)), None)
            if simpler is None:
                break
            case = simpler
    return case


def shorten(case: Case, fails: Callable[[Case], list[str]]) -> Case:
    """Leave out what can be left out: halves of the program, quarters, down to single pieces."""
    program, memory, read_only = case
    size = len(program.pieces) // 2
    while size:
        start = 0
        while start < len(program.pieces):
            gone = program.pieces[start:start + size]
            labels = [piece for piece in gone if piece.label >= 0]
            shorter = with_pieces(program, program.pieces[:start] + labels + program.pieces[start + size:])
            if len(labels) < len(gone) and fails((shorter, memory, read_only)):
                program = shorter
                start += len(labels)
            else:
                start += size
        size //= 2
    return program, memory, read_only


def show(case: Case) -> str:
    """The program disassembled, with the state it starts from."""
    program, memory, _ = case
    code = program.assemble(CODE)
    formatter = Formatter(FormatterSyntax.INTEL)
    lines = [f"  {ins.ip - CODE:#6x}  {code[ins.ip - CODE:ins.next_ip - CODE].hex():24} "
             f"{formatter.format(ins)}" for ins in Decoder(64, code, ip=CODE)]
    state = program.state
    registers = [f"{name}={value:#x}" for name, value in zip(REGISTERS, state.reg, strict=True) if value]
    lines.append(f"  {' '.join(registers)} rflags={state.rflags:#x}")
    if state.fxsave != DEFAULT_FXSAVE:
        lines.append(f"  fxsave={state.fxsave.hex()}")
    lines.append(f"  memory is {'zero' if not any(memory) else 'random'}")
    return "\n".join(lines)


