"""Runs cases in one of our engines, with the same interface as the oracle's `Native`."""

from collections.abc import Sequence

from blinkenlights.core.engine import Processor
from blinkenlights.core.host import catch_faults
from blinkenlights.core.memory import AddressSpace
from blinkenlights.core.trial import Trial
from blinkenlights.core.x87 import use_software
from tests.oracle import (
    CODE,
    DATA,
    EDGE,
    PAGE,
    RECORD,
    WINDOW,
    WINDOW_SIZE,
    Outcome,
    State,
    unpack,
)
from tests.oracle.native import BATCH, CODE_SIZE, code_slots
from tests.oracle.segments import SEGMENTS, slot_address

READ, WRITE, EXECUTE = 1, 2, 4
FIXED_PRIVATE = 0x32  # MAP_PRIVATE, MAP_ANONYMOUS, MAP_FIXED

# What there is to run a case with, as arguments of AddressSpace.
ENGINES: dict[str, dict[str, bool]] = {"interpreter": {}, "virtual": {"virtual": True}, "jit": {"jit": True},
                                       "softx87": {}}  # the interpreter with x87 arithmetic in software


class Interpreter:
    """One guest processor, in an address space of its own unless it is given one."""

    def __init__(self, engine: str = "interpreter", space: AddressSpace | None = None) -> None:
        catch_faults()
        self.engine = engine
        self.space = space or AddressSpace(**ENGINES[engine])
        self.space.map(DATA + PAGE, 2 * PAGE, READ | WRITE, FIXED_PRIVATE)
        self.space.map(DATA + 3 * PAGE, PAGE, READ, FIXED_PRIVATE)
        self.processor = Processor(self.space)
        self.records = bytearray(2 * BATCH * RECORD.size)  # the cases, then the results
        self.results = BATCH * RECORD.size
        for index, segment in enumerate(SEGMENTS.values()):
            self.space.set_descriptor(index, segment.descriptor)
        self.trial = Trial(self.processor, self.records, WINDOW, WINDOW_SIZE,
                           (DATA + PAGE, DATA + 3 * PAGE - EDGE), EDGE)

    def run(self, instructions: Sequence[bytes], states: Sequence[State]) -> list[Outcome]:
        """Run instruction i, at the start of slot i, from state i; at most BATCH of them."""
        records = b"".join(state.pack(slot_address(state.cs, i)) for i, state in enumerate(states))
        results = self.run_records(instructions, records)
        return [unpack(results[at:at + RECORD.size]) for at in range(0, len(results), RECORD.size)]

    def run_records(self, instructions: Sequence[bytes], records: bytes) -> bytes:
        """Likewise for packed states, each of which names its instruction by its address."""
        self.set_code(instructions)
        self.records[:len(records)] = records
        load, save, run, results = self.trial.load, self.trial.save, self.processor.run, self.results
        before = use_software(self.engine == "softx87")  # for all processors
        for at in range(0, len(records), RECORD.size):
            load(at)
            run()
            save(results + at)
        use_software(before)
        return bytes(memoryview(self.records)[results:results + len(records)])

    def set_code(self, instructions: Sequence[bytes]) -> None:
        """Fresh pages, which are not written once they run: so none is watched for changes."""
        self.space.map(CODE, CODE_SIZE, READ | WRITE, FIXED_PRIVATE)
        self.space.write(CODE, code_slots(instructions))
        self.space.protect(CODE, CODE_SIZE, READ | EXECUTE)
