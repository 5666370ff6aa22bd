"""python -m tests.vectors: record anew what this machine's CPU does."""

import argparse
import random
import sys

from iced_x86 import InstructionInfoFactory, RegisterExt

from tests.differential import values
from tests.differential.campaign import executed, select
from tests.differential.cases import Builder, Case, Unsuitable
from tests.differential.forms import GROUPS, Form
from tests.oracle import CODE, RECORD, SLOT_SIZE, WINDOW_SIZE, Native, State
from tests.oracle.native import BATCH
from tests.vectors.format import Entry, background, write

WHOLE_X87 = {"x87", "mmx", "xsave"}  # groups that look at all of the x87 state
MXCSR = slice(24, 28)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.vectors", description=__doc__)
    parser.add_argument("--cases", type=int, default=12, help="cases of each form of 64-bit code (12)")
    parser.add_argument("--cases32", type=int, default=3, help="and of 32-bit code (3)")
    parser.add_argument("--group", action="append", default=[], choices=sorted(GROUPS))
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    total = 0
    with Native() as native:
        for group in options.group or GROUPS:
            cases: list[Case] = []
            for bits, each in ((64, options.cases), (32, options.cases32)):
                for form in select([group], bits=bits):
                    if executed(form):
                        cases += make_cases(form, each, options.seed, len(cases))
            if not cases:
                print(f"{group}: not on this CPU")
                continue
            size = write(group, record(native, cases))
            total += size
            print(f"{group}: {len(cases)} cases, {size} bytes")
    print(f"{total} bytes")
    return 0


def make_cases(form: Form, count: int, seed: int, first: int) -> list[Case]:
    rng = random.Random(f"vectors {seed} {form}")
    pools = values.pools(seed)
    cases: list[Case] = []
    while len(cases) < count:
        code, _ = form.encode(rng)
        slot = (first + len(cases)) % BATCH
        builder = Builder(form, code, CODE + SLOT_SIZE * slot, rng, pools)
        try:
            case = builder.case()
        except Unsuitable:
            continue
        case.state = simplified(builder, case.state)
        cases.append(case)
    return cases


def simplified(builder: Builder, state: State) -> State:
    """With the background wherever the instruction does not look."""
    plain = background()
    used = InstructionInfoFactory().info(builder.instruction).used_registers()
    names = [RegisterExt.full_register(register.register) for register in used]
    general = {RegisterExt.number(name) for name in names if RegisterExt.is_gpr(name)}
    vectors = {RegisterExt.number(name) for name in names if RegisterExt.is_vector_register(name)}
    group = builder.form.group
    reg = [value if i in general or builder.reg.noted >> i & 1 else plain.reg[i]
           for i, value in enumerate(state.reg)]
    fxsave, upper = bytearray(plain.fxsave), bytearray(plain.upper)
    head = slice(0, 160) if group in WHOLE_X87 else MXCSR
    fxsave[head] = state.fxsave[head]
    kept = builder.xmm.noted | builder.upper.noted
    for i in range(16):
        if i in vectors or kept >> i & 1 or group == "xsave":
            fxsave[160 + 16 * i:176 + 16 * i] = state.xmm(i)
            upper[16 * i:16 * i + 16] = state.ymm(i)[16:]
    start, size = builder.operand
    memory_kept = builder.kept | (1 << size) - 1 << start
    memory = bytes(state.memory[i] if memory_kept >> i & 1 else plain.memory[i] for i in range(WINDOW_SIZE))
    return State(reg=reg, rflags=state.rflags, fxsave=bytes(fxsave), upper=bytes(upper), memory=memory,
                 cs=state.cs)


def record(native: Native, cases: list[Case]) -> list[Entry]:
    entries = []
    for start in range(0, len(cases), BATCH):
        batch = cases[start:start + BATCH]
        native.run([case.code for case in batch], [case.state for case in batch])
        for i, case in enumerate(batch):
            at = native.results + RECORD.size * i
            entries.append(Entry(case.code, case.form.bits, case.state.pack(CODE + SLOT_SIZE * i),
                                 native.shared[at:at + RECORD.size]))
    return entries


if __name__ == "__main__":
    sys.exit(main())
