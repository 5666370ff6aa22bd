"""Runs cases in the interpreter, with the same interface as the oracle's `Native`."""

from collections.abc import Sequence

from blinkenlights.core.engine import EXIT_EXCEPTION, EXIT_INTERRUPT, Processor
from blinkenlights.core.host import catch_faults
from blinkenlights.core.memory import AddressSpace
from tests.oracle import CODE, DATA, EDGE, GS_BASE, PAGE, SLOT_SIZE, WINDOW, WINDOW_SIZE, Outcome, State
from tests.oracle.native import BATCH, code_slots
from tests.oracle.state import FXSAVE_SIZE, INT3

READ, WRITE, EXECUTE = 1, 2, 4
FIXED_PRIVATE = 0x32  # MAP_PRIVATE, MAP_ANONYMOUS, MAP_FIXED


class Interpreter:
    """One guest processor in a small address space of its own; `virtual` is blink's `-m`."""

    def __init__(self, virtual: bool = False) -> None:
        catch_faults()
        self.space = AddressSpace(virtual)
        self.space.map(CODE, BATCH * SLOT_SIZE, READ | WRITE | EXECUTE, FIXED_PRIVATE)
        self.space.map(DATA + PAGE, 2 * PAGE, READ | WRITE, FIXED_PRIVATE)
        self.space.map(DATA + 3 * PAGE, PAGE, READ, FIXED_PRIVATE)
        self.processor = Processor(self.space)

    def run(self, instructions: Sequence[bytes], states: Sequence[State]) -> list[Outcome]:
        self.processor.release_code()
        self.space.write(CODE, code_slots(instructions))
        return [self.run_case(CODE + SLOT_SIZE * i, state) for i, state in enumerate(states)]

    def run_case(self, rip: int, state: State) -> Outcome:
        processor = self.processor
        for number, value in enumerate(state.reg):
            processor.set(number, value)
        processor.rip = rip
        processor.rflags = state.rflags
        processor.gs_base = GS_BASE
        processor.fxrstor(state.fxsave.ljust(512, b"\0"))
        processor.set_upper_halves(state.upper)
        self.space.write(WINDOW, state.memory)
        self.space.write(DATA + PAGE, bytes(EDGE))
        self.space.write(DATA + 3 * PAGE - EDGE, bytes(EDGE))
        reason = processor.run()
        left = State([processor.get(i) for i in range(16)], processor.rip, processor.rflags,
                     processor.fxsave()[:FXSAVE_SIZE], processor.upper_halves(),
                     self.space.read(WINDOW, WINDOW_SIZE))
        vector = processor.vector
        if vector == INT3 and reason in (EXIT_EXCEPTION, EXIT_INTERRUPT):
            left.rip -= reason == EXIT_INTERRUPT  # it then names the next instruction
            return Outcome(left, None)
        if reason != EXIT_EXCEPTION:
            return Outcome(left, -reason)
        return Outcome(left, vector, processor.fault_address)
