"""AVX rules that the comparison with the real CPU cannot show, or shows too rarely."""

import itertools
import random
import struct

import pytest

from blinkenlights.core.engine import EXIT_EXCEPTION, EXIT_INTERRUPT
from tests.core.machine import DATA, RAX, RCX, Bare

UNDEFINED, PAGE_FAULT, SIMD_ERROR = 6, 14, 19
END = "cc"


def ran(machine: Bare) -> Bare:
    assert machine.run() in (EXIT_INTERRUPT, EXIT_EXCEPTION)
    return machine


def test_an_evex_encoding_is_undefined():
    """It has VADDPS's name, but 32 registers and masks that are not there."""
    machine = ran(Bare("62f17c4858c1" + END))  # vaddps zmm0, zmm0, zmm1
    assert machine.cpu.vector == UNDEFINED
    machine = ran(Bare("62f17c0858c1" + END))  # vaddps xmm0, xmm0, xmm1
    assert machine.cpu.vector == UNDEFINED


@pytest.mark.parametrize("virtual", [False, True], ids=["linear", "virtual"])
def test_a_gather_goes_on_where_a_fault_stopped_it(virtual):
    # vpcmpeqd ymm2, ymm2, ymm2; vmovdqu ymm1, [rax]; vpgatherdd ymm0, [rcx + ymm1 * 4], ymm2;
    # vmovdqu [rax + 64], ymm0; vmovdqu [rax + 96], ymm2
    machine = Bare("c5ed76d2" "c5fe6f08" "c4e26d900489" "c5fe7f4040" "c5fe7f5060" + END, virtual)
    beyond = 0x1000
    machine.space.write(DATA, struct.pack("<8i", 0, 1, 2, beyond, 3, 4, 5, 6))
    machine.cpu.set(RAX, DATA)
    machine.cpu.set(RCX, DATA)
    ran(machine)
    assert machine.cpu.vector == PAGE_FAULT
    assert machine.cpu.fault_address == DATA + 4 * beyond
    machine.space.map(DATA + 4 * beyond, 0x1000, 3, 0x32)
    machine.space.put_u32(DATA + 4, 77)  # gathered before the fault: it must not be read again
    machine.space.put_u32(DATA + 4 * beyond, 1234)
    ran(machine)
    assert machine.space.read(DATA + 64, 32) == struct.pack("<8i", 0, 1, 2, 1234, beyond, 3, 4, 5)
    assert machine.space.read(DATA + 96, 32) == bytes(32)


@pytest.mark.parametrize("virtual", [False, True], ids=["linear", "virtual"])
def test_a_masked_store_writes_all_its_elements_or_none(virtual):
    # vmovdqu ymm1, [rax]; vpmaskmovd [rcx], ymm1, ymm1
    machine = Bare("c5fe6f08" "c4e2758e09" + END, virtual)
    machine.space.write(DATA, b"\x80" * 32)
    last = DATA + 0x4000 - 16
    machine.space.write(last, bytes(16))
    machine.cpu.set(RAX, DATA)
    machine.cpu.set(RCX, last)
    ran(machine)
    assert machine.cpu.vector == PAGE_FAULT
    assert machine.cpu.fault_address == last + 16
    assert machine.space.read(last, 16) == bytes(16)


def test_a_masked_load_does_not_touch_what_it_leaves_out():
    # vmovdqu ymm1, [rax]; vpmaskmovd ymm0, ymm1, [rcx]; vmovdqu [rax], ymm0
    machine = Bare("c5fe6f08" "c4e2758c01" "c5fe7f00" + END)
    machine.space.write(DATA, b"\xff" * 16 + bytes(16))
    last = DATA + 0x4000 - 16
    machine.space.write(last, bytes(range(16)))
    machine.cpu.set(RAX, DATA)
    machine.cpu.set(RCX, last)
    ran(machine)
    assert machine.cpu.vector != PAGE_FAULT
    assert machine.space.read(DATA, 32) == bytes(range(16)) + bytes(16)


@pytest.mark.parametrize("virtual", [False, True], ids=["linear", "virtual"])
def test_a_dot_product_that_traps_as_it_multiplies_tells_nothing_of_its_sums(virtual):
    """The low lane overflows, which is unmasked; the high lane would then add a denormal product."""
    # vmovdqu ymm1, [rax]; vmovdqu ymm2, [rax + 32]; vdpps ymm0, ymm1, ymm2, 61h
    machine = Bare("c5fe6f08" "c5fe6f5020" "c4e37540c261" + END, virtual)
    machine.space.write(DATA, struct.pack("<8f", 0, 2.0**100, 0, 0, 0, 2.0**-100, 0, 0)
                        + struct.pack("<8f", 0, 2.0**100, 0, 0, 0, 2.0**-30, 0, 0))
    machine.cpu.set(RAX, DATA)
    machine.cpu.mxcsr = 0x1F80 & ~0x400
    ran(machine)
    assert machine.cpu.vector == SIMD_ERROR
    assert machine.cpu.mxcsr & 0x3F == 8


# The last of the VEX prefix's three bytes less the register, the opcode; which operands' elements are signed.
BYTES = {"BUUD": (0x74, 0x50, "BB"), "BUSD": (0x75, 0x50, "Bb"), "BSUD": (0x76, 0x50, "bB"),
         "BSSD": (0x77, 0x50, "bb")}
WORDS = {"WSSD": (0x75, 0x52, "hh"), "WUUD": (0x74, 0xD2, "HH"), "WUSD": (0x75, 0xD2, "Hh"),
         "WSUD": (0x76, 0xD2, "hH")}


def dot_product(start: int, a: bytes, b: bytes, kinds: str) -> int:
    """Of 4 bytes each, not limited to 32 bits."""
    pairs = zip(*(struct.unpack(f"<{4 // struct.calcsize(kind)}{kind}", data)
                  for kind, data in zip(kinds, (a, b), strict=True)), strict=True)
    return start + sum(x * y for x, y in pairs)


def three_operands(code: str, start: bytes, a: bytes, b: bytes) -> bytes:
    """YMM0 after the instruction, from YMM0, YMM1 and YMM2."""
    # vmovdqu ymm0, [rax]; vmovdqu ymm1, [rax + 32]; vmovdqu ymm2, [rax + 64]; ...; vmovdqu [rax], ymm0
    machine = Bare("c5fe6f00" "c5fe6f4820" "c5fe6f5040" + code + "c5fe7f00" + END)
    machine.space.write(DATA, start + a + b)
    machine.cpu.set(RAX, DATA)
    ran(machine)
    return machine.space.read(DATA, 32)


def extremes(seed: str) -> bytes:
    rng = random.Random(seed)
    return bytes(rng.choice([0, 1, 0x7F, 0x80, 0xFF, rng.getrandbits(8)]) for _ in range(32))


@pytest.mark.parametrize(("name", "saturating"), list(itertools.product(BYTES | WORDS, [False, True])))
def test_dot_products_add_up_and_stop_at_the_limits_of_their_type(name, saturating):
    third, opcode, kinds = (BYTES | WORDS)[name]
    start, a, b = extremes(name + "0"), extremes(name + "1"), extremes(name + "2")
    sign = "I" if kinds in ("BB", "HH") else "i"
    expected = b""
    for at in range(0, 32, 4):
        total = dot_product(struct.unpack_from("<" + sign, start, at)[0], a[at:at + 4], b[at:at + 4], kinds)
        if saturating:
            low, high = (0, 0xFFFFFFFF) if sign == "I" else (-0x80000000, 0x7FFFFFFF)
            total = min(max(total, low), high)
        expected += (total & 0xFFFFFFFF).to_bytes(4, "little")
    assert three_operands(f"c4e2{third:02x}{opcode + saturating:02x}c2", start, a, b) == expected


@pytest.mark.parametrize("high", [False, True])
def test_products_of_52_bits_are_added_by_halves(high):
    start, a, b = extremes("start"), extremes("a"), extremes("b")
    expected = b""
    for at in range(0, 32, 8):
        s, x, y = (int.from_bytes(data[at:at + 8], "little") for data in (start, a, b))
        product = (x % (1 << 52)) * (y % (1 << 52))
        half = product >> 52 if high else product % (1 << 52)
        expected += ((s + half) % (1 << 64)).to_bytes(8, "little")
    assert three_operands("c4e2f5b5c2" if high else "c4e2f5b4c2", start, a, b) == expected
