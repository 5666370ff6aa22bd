"""SSE's arithmetic in software against the interpreter's, which on an x86-64 host is the CPU's own."""

import platform
import random
import struct
from collections.abc import Iterator

import pytest

from blinkenlights import Machine
from blinkenlights.core import sse_software

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="there is no SSE unit to compare with")

PLUS, MINUS, TIMES, OVER, ROOT, FUSED, NARROW, WIDEN = range(8)
ORDER = {1: 1, 64: 2, 0: 4, 69: 8}  # CF, ZF, PF after UCOMISD: less, equal, greater, unordered
CODE = 0x400000
DATA = 0x10000

# One instruction each that takes XMM0, XMM1 and XMM2, and leaves its result in XMM0 or RAX.
DOUBLES = {PLUS: "f20f58c1", MINUS: "f20f5cc1", TIMES: "f20f59c1", OVER: "f20f5ec1", ROOT: "f20f51c0",
           FUSED: "c4e2f1a8c2", NARROW: "f20f5ac0"}  # VFMADD213SD xmm0, xmm1, xmm2
SINGLES = {PLUS: "f30f58c1", MINUS: "f30f5cc1", TIMES: "f30f59c1", OVER: "f30f5ec1", ROOT: "f30f51c0",
           FUSED: "c4e271a8c2", WIDEN: "f30f5ac0"}
OPERATIONS = [(8, op, code) for op, code in DOUBLES.items()] + [(4, op, code) for op, code in SINGLES.items()]
COMPARISONS = [(8, False, "660f2ec1"), (8, True, "660f2fc1"), (4, False, "0f2ec1"), (4, True, "0f2fc1")]
INTEGERS = [(8, 64, False, "f2480f2dc0"), (8, 32, False, "f20f2dc0"), (8, 64, True, "f2480f2cc0"),
            (8, 32, True, "f20f2cc0"), (4, 64, False, "f3480f2dc0"), (4, 32, False, "f30f2dc0"),
            (4, 64, True, "f3480f2cc0"), (4, 32, True, "f30f2cc0")]


class Numbers:
    """Numbers of a format, among which those that have rules of their own are frequent."""

    def __init__(self, width: int, seed: str) -> None:
        self.rng = random.Random(seed)
        self.width = width
        self.fraction = 23 if width == 4 else 52
        self.largest = 255 if width == 4 else 2047

    def one(self) -> int:
        rng = self.rng
        exponent = rng.choice([0, 1, 2, self.largest // 2, self.largest - 1, self.largest,
                               rng.randrange(self.largest + 1),
                               self.largest // 2 + rng.randrange(-70, 70)])
        top = 1 << self.fraction
        fraction = rng.choice([0, 1, top - 1, top >> 1, rng.randrange(top), rng.randrange(top) & -(top >> 8)])
        return rng.getrandbits(1) << (8 * self.width - 1) | exponent << self.fraction | fraction

    def operands(self, count: int) -> Iterator[tuple[int, int, int, int]]:
        """Three numbers, often near to each other, and a value of MXCSR without flags."""
        for _ in range(count):
            a, b, s = self.one(), self.one(), self.one()
            if self.rng.random() < 0.3:
                b = a ^ self.rng.choice([0, 1, 2, 1 << self.fraction, 1 << (8 * self.width - 1)])
            flushing = self.rng.choice([0, 0, 0x40, 0x8000, 0x8040])
            yield a, b, s, 0x1F80 | self.rng.getrandbits(2) << 13 | flushing


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    with Machine.from_bytes(b"\xf4", address=CODE) as machine:
        yield machine


def on_cpu(machine: Machine, code: str, a: int, b: int, s: int, mxcsr: int) -> None:
    regs = machine.regs
    regs.mxcsr = mxcsr
    regs.xmm0.int, regs.xmm1.int, regs.xmm2.int = a, b, s
    machine.memory.write(CODE, bytes.fromhex(code) + b"\xf4")
    regs.rip = CODE
    machine.step()


@pytest.mark.parametrize(("width", "op", "code"), OPERATIONS)
def test_results_and_flags_are_the_cpus(machine: Machine, width: int, op: int, code: str) -> None:
    size = 4 if op == NARROW else 8 if op == WIDEN else width
    mask = (1 << 8 * size) - 1
    numbers = Numbers(width, f"{width} {op}")
    for a, b, s, mxcsr in numbers.operands(1500):
        on_cpu(machine, code, a, b, s, mxcsr)
        expected = machine.regs.xmm0.int & mask, machine.regs.mxcsr
        found = sse_software.compute(op, width, a, b, s, mxcsr)
        if op == FUSED and is_nan(expected[0], size):  # the handlers choose among three NaN
            expected, found = (0, expected[1]), (0, found[1]) if is_nan(found[0], size) else found
        assert found == expected, f"{a:#x} {b:#x} {s:#x} mxcsr {mxcsr:#x}: {found[0]:#x} {expected[0]:#x}"


def is_nan(bits: int, width: int) -> bool:
    value: float = struct.unpack("<f" if width == 4 else "<d", bits.to_bytes(width, "little"))[0]
    return value != value


@pytest.mark.parametrize(("width", "signal", "code"), COMPARISONS)
def test_comparisons_are_the_cpus(machine: Machine, width: int, signal: bool, code: str) -> None:
    for a, b, s, mxcsr in Numbers(width, f"{width} {signal}").operands(1500):
        on_cpu(machine, code, a, b, s, mxcsr)
        expected = ORDER[machine.regs.rflags & 69], machine.regs.mxcsr
        assert sse_software.relate(width, a, b, signal, mxcsr) == expected, f"{a:#x} {b:#x} mxcsr {mxcsr:#x}"


@pytest.mark.parametrize(("width", "bits", "truncate", "code"), INTEGERS)
def test_integers_are_the_cpus(machine: Machine, width: int, bits: int, truncate: bool, code: str) -> None:
    for a, b, s, mxcsr in Numbers(width, f"{width} {bits} {truncate}").operands(1500):
        on_cpu(machine, code, a, b, s, mxcsr)
        expected = machine.regs.rax & ((1 << bits) - 1), machine.regs.mxcsr
        value, flags = sse_software.to_integer(width, a, bits, truncate, mxcsr)
        assert (value & ((1 << bits) - 1), flags) == expected, f"{a:#x} mxcsr {mxcsr:#x}"
