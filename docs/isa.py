"""Writes docs/isa.md from the opcode table, the handlers, the translator's table and the tests:

    python docs/isa.py
"""

import random
import sys
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from blinkenlights.core import engine  # noqa: E402
from blinkenlights.core.decode import decode_bytes  # noqa: E402
from blinkenlights.core.execute.system import executes  # noqa: E402
from blinkenlights.jit.x86_64.rules import rules  # noqa: E402
from blinkenlights.tables.isa import forms as table_rows  # noqa: E402
from tests.differential.forms import forms as compared_forms  # noqa: E402
from tests.vectors.format import groups, read  # noqa: E402

TARGET = ROOT / "docs" / "isa.md"
VECTOR_OPERANDS = "VWHULPQN"  # the notation's letters for XMM, YMM and MMX registers

HEAD = """\
# Instruction sets

Made by `docs/isa.py` from the opcode table, the interpreter's handlers, the translator's table, the list
of forms that `make differential` compares with the CPU at hand, and the recorded vectors. A test says
when it is out of date.

- *Instructions*: mnemonics of the table (`tables/isa.py` says what one stands for), and how many of them
  the interpreter executes. The others raise #UD, and CPUID does not offer their feature; nor does it offer
  what programs do better without where it has to be interpreted (`NOT_OFFERED` in `tables/cpuid.py`).
- *JIT*: how many of those the translator has a rule for on an x86-64 host; the interpreter executes
  the rest in translated programs too, and all 16 and 32-bit code.
- *Compared*: forms in 64-bit, 32-bit and 16-bit code that `make differential CASES=n` runs with n random
  states each on the real CPU and on ours (`BITS=32` or `16`, `ENGINE=jit` or `virtual`): registers, flags,
  memory, MXCSR, x87 status and faults must be equal. 16 and 32-bit code has segments of many kinds, so
  their limits and access rights are compared as well. What the manuals leave to the CPU is in
  `tests/differential/compare.py`, with reasons.
- *Vectors*: results recorded from a CPU that the tests check on every host.

x87 instructions have 80 bits on every host. One without an x87 unit computes them in software, rounded as the
unit does; the transcendental functions are rounded correctly with gmpy2, and have the precision of a double
without it. `ENGINE=softx87` compares that.

`python -m tests.fuzz` compares random sequences of the same instructions, and whole programs are compared
with their native runs.

## Executed

| extension | instructions | executed | JIT | compared 64 | compared 32 | compared 16 | vectors |
|---|--:|--:|--:|--:|--:|--:|--:|
"""

OTHERS = """
## Executed, but proven another way

What can't be compared instruction by instruction (time, random numbers, system calls, privilege, what
Linux shows of descriptor tables), or what the CPU at hand lacked, is covered by `tests/core`
(`test_cpuid.py`, `test_far.py`, `test_engine.py`, `test_x87.py`, `test_recent.py`), `tests/jit` and the
programs of `tests/programs`. In the table's names:

"""

ABSENT = """
## Not executed

Of these nothing is executed: CPUID does not offer them and their instructions raise #UD, as on a CPU
without them (`tests/core/test_undefined.py`).

"""


def is_translated(mnemonic: str, with_rule: set[str], with_vectors: set[str]) -> bool:
    return mnemonic in with_rule or mnemonic in with_vectors


def compared(bits: int) -> tuple[Counter[str], set[str]]:
    """Forms for each extension of our table, and the mnemonics among them."""
    count: Counter[str] = Counter()
    names = set()
    for form in compared_forms(bits):
        code, _ = form.encode(random.Random(str(form)))
        instruction = decode_bytes(code, bits)
        if instruction is not None and executes(instruction.mnemonic):
            count[instruction.form.extension] += 1
            names.add(instruction.mnemonic)
    return count, names


def recorded() -> Counter[str]:
    count: Counter[str] = Counter()
    for group in groups():
        for entry in read(group):
            instruction = decode_bytes(entry.code, entry.bits)
            assert instruction is not None
            count[instruction.form.extension] += 1
    return count


def document() -> str:
    assert engine.Processor  # every family is loaded with it
    mnemonics: dict[str, set[str]] = defaultdict(set)
    with_vectors = set()
    for row in table_rows():
        mnemonics[row.extension].add(row.mnemonic)
        if any(operand[0] in VECTOR_OPERANDS for operand in row.operands):
            with_vectors.add(row.mnemonic)
    with_rule = set(rules())
    count64, names64 = compared(64)
    count32, names32 = compared(32)
    count16, names16 = compared(16)
    vectors = recorded()
    lines, unproven, absent = [], [], []
    total: Counter[str] = Counter()
    for extension in sorted(mnemonics):
        names = mnemonics[extension]
        have = sorted(name for name in names if executes(name))
        if not have or extension.startswith("AVX512") or extension.startswith("AVX10"):
            absent.append(f"{extension} ({len(names)})")
            continue
        translated = sum(is_translated(name, with_rule, with_vectors) for name in have)
        figures = {"instructions": len(names), "executed": len(have), "JIT": translated,
                   "64": count64[extension], "32": count32[extension], "16": count16[extension],
                   "vectors": vectors[extension]}
        total.update(figures)
        lines.append(f"| {extension} | " + " | ".join(str(value) for value in figures.values()) + " |")
        rest = [name for name in have if name not in names64 | names32 | names16]
        if rest:
            unproven.append(f"- {extension}: {', '.join(rest)}")
    lines.append("| **all** | " + " | ".join(f"**{value}**" for value in total.values()) + " |")
    return (HEAD + "\n".join(lines) + "\n" + OTHERS + "\n".join(unproven) + "\n" + ABSENT
            + ", ".join(absent) + ".\n")


if __name__ == "__main__":
    TARGET.write_text(document())
