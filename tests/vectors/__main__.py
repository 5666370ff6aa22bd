"""python -m tests.vectors: record anew what this machine's CPU does."""

import argparse
import random
import sys

from iced_x86 import InstructionInfoFactory, RegisterExt

from tests.differential import values
from tests.differential.campaign import executed, select
from tests.differential.cases import Builder, Case, Unsuitable
from tests.differential.forms import GROUPS, Form
from tests.oracle import RECORD, WINDOW_SIZE, Native, State
from tests.oracle.native import BATCH
from tests.oracle.segments import slot_address
from tests.vectors.format import SUFFIX16, Entry, background, batch_of, write

WHOLE_X87 = {"x87", "mmx", "xsave"}  # groups that look at all of the x87 state
MXCSR = slice(24, 28)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.vectors", description=__doc__)
    parser.add_argument("--cases", type=int, default=12, help="cases of each form of 64-bit code (12)")
    parser.add_argument("--cases32", type=int, default=3, help="and of 32-bit code (3)")
    parser.add_argument("--cases16", type=int, default=3, help="and of 16-bit code (3)")
    parser.add_argument("--group", action="append", default=[], choices=sorted(GROUPS))
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    total = 0
    with Native() as native:
        for group in options.group or GROUPS:
            wider = make_group(group, {64: options.cases, 32: options.cases32}, options.seed, BATCH)
            narrow = make_group(group, {16: options.cases16}, options.seed, batch_of(SUFFIX16))
            if not wider:
                print(f"{group}: not on this CPU")
            for name, cases, batch in ((group, wider, BATCH), (group + SUFFIX16, narrow, batch_of(SUFFIX16))):
                if cases:
                    size = write(name, record(native, cases, batch))
                    total += size
                    print(f"{name}: {len(cases)} cases, {size} bytes")
    print(f"{total} bytes")
    return 0


def make_group(group: str, counts: dict[int, int], seed: int, batch: int) -> list[Case]:
    """So many cases of each form of code of so many bits, for slots that are used again after a batch."""
    cases: list[Case] = []
    for bits, count in counts.items():
        for form in select([group], bits=bits):
            if executed(form):
                cases += make_cases(form, count, seed, len(cases), batch)
    return cases


def make_cases(form: Form, count: int, seed: int, first: int, batch: int) -> list[Case]:
    rng = random.Random(f"vectors {seed} {form}")
    pools = values.pools(seed)
    cases: list[Case] = []
    while len(cases) < count:
        code, _ = form.encode(rng)
        builder = Builder(form, code, (first + len(cases)) % batch, rng, pools)
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
                 cs=state.cs, ds=state.ds, es=state.es, ss=state.ss, gs=state.gs)


def record(native: Native, cases: list[Case], size: int) -> list[Entry]:
    entries = []
    for start in range(0, len(cases), size):
        batch = cases[start:start + size]
        native.run([case.code for case in batch], [case.state for case in batch])
        for i, case in enumerate(batch):
            at = native.results + RECORD.size * i
            before = case.state.pack(slot_address(case.state.cs, i))
            entries.append(Entry(case.code, case.form.bits, before, native.shared[at:at + RECORD.size]))
    return entries


if __name__ == "__main__":
    sys.exit(main())
