"""Instructions that the CPU at hand may lack, by examples worked by hand: TBM, AVX-NE-CONVERT and others."""

import struct

import pytest

from blinkenlights.core import engine
from tests.core.machine import DATA, RAX, RCX, RDX, Bare

CF, ZF, SF = 1, 0x40, 0x80
MASK = 0xFFFFFFFF


def run(code: str, memory: bytes = b"", **registers: int) -> Bare:
    bare = Bare(code + "cc")
    bare.space.write(DATA, memory)
    bare.cpu.set(RDX, DATA)
    bare.cpu.set(RAX, registers.get("rax", 0))
    bare.cpu.set(RCX, registers.get("rcx", 0))
    bare.run()
    return bare


@pytest.mark.parametrize(("code", "result", "carry"), [
    ("8fe97801c9", lambda x: x & x + 1, lambda x: x == MASK),  # blcfill eax, ecx
    ("8fe97801d1", lambda x: x | x - 1, lambda x: x == 0),  # blsfill
    ("8fe97801d9", lambda x: x | x + 1, lambda x: x == MASK),  # blcs
    ("8fe97801e1", lambda x: ~x & x - 1, lambda x: x == 0),  # tzmsk
    ("8fe97801e9", lambda x: ~x & x + 1, lambda x: x == MASK),  # blcic
    ("8fe97801f1", lambda x: ~x | x - 1, lambda x: x == 0),  # blsic
    ("8fe97801f9", lambda x: ~x | x + 1, lambda x: x == MASK),  # t1mskc
    ("8fe97802c9", lambda x: x ^ x + 1, lambda x: x == MASK),  # blcmsk
    ("8fe97802f1", lambda x: x | ~(x + 1), lambda x: x == MASK)])  # blci
@pytest.mark.parametrize("value", [0, 1, 0x5C, 0x7FFFFFFF, 0x80000000, MASK])
def test_trailing_bit_manipulation(code, result, carry, value) -> None:
    cpu = run(code, rcx=value).cpu
    expected = result(value) & MASK
    assert cpu.get(RAX) == expected
    flags = (CF if carry(value) else 0) | (ZF if expected == 0 else 0) | (SF if expected >> 31 else 0)
    assert cpu.rflags & (CF | ZF | SF) == flags


def test_bextr_with_an_immediate() -> None:
    assert run("8fea7810c104080000", rcx=0x12345678).cpu.get(RAX) == 0x67


def test_bfloat16_is_rounded_to_nearest_even_without_denormals() -> None:
    bits = [0x3F800000, 0x3F808000, 0x3F818000, 0x7F800001, 0x80000001, 0xFF800000, 0x7F7FFFFF, 0x3F808001]
    bare = Bare("c4e27e72ca cc".replace(" ", ""))  # vcvtneps2bf16 xmm1, ymm2
    bare.cpu.set_xmm(1, b"\xff" * 32)
    bare.cpu.set_xmm(2, struct.pack("<8I", *bits))
    bare.cpu.mxcsr = 0
    bare.run()
    assert struct.unpack("<8H", bare.cpu.get_xmm(1)[:16]) == (
        0x3F80, 0x3F80, 0x3F82, 0x7FC0, 0x8000, 0xFF80, 0x7F80, 0x3F81)
    assert bare.cpu.get_xmm(1)[16:] == bytes(16)
    assert bare.cpu.mxcsr == 0


@pytest.mark.parametrize(("code", "first", "form"), [
    ("c4e27db00a", 0, "e"), ("c4e27cb00a", 1, "e"), ("c4e27eb00a", 0, "b"), ("c4e27fb00a", 1, "b")])
def test_every_second_element_becomes_a_single(code: str, first: int, form: str) -> None:
    values = [1.0, -2.5, 0.0, 65504.0, 2.0 ** -24, -0.0, 3.0, 0.5] * 2
    if form == "e":
        memory = struct.pack("<16e", *values)
    else:
        values = [1.0, -2.5, 0.0, 2.0 ** 100, 2.0 ** -120, -0.0, 3.0, 0.5] * 2
        memory = b"".join(struct.pack("<f", value)[2:] for value in values)
    assert run(code, memory).cpu.get_xmm(1) == struct.pack("<8f", *values[first::2])


def test_one_element_becomes_all() -> None:
    assert run("c4e27db10a", struct.pack("<e", 1.5)).cpu.get_xmm(1) == struct.pack("<8f", *[1.5] * 8)
    assert run("c4e27eb10a", struct.pack("<f", -2.0)[2:]).cpu.get_xmm(1) == struct.pack("<8f", *[-2.0] * 8)


def test_direct_stores() -> None:
    assert run("0f38f902", rax=0x12345678).space.read(DATA, 5) == bytes.fromhex("7856341200")
    memory = bytes(range(64))
    assert run("660f38f802", memory, rax=DATA + 0x40).space.read(DATA + 0x40, 64) == memory
    assert run("660f38f802", memory, rax=DATA + 0x48).cpu.vector == 13


@pytest.mark.parametrize(("code", "result"), [
    ("0f38fc02", 0x0F0F + 0x00FF), ("660f38fc02", 0x0F0F & 0x00FF), ("f20f38fc02", 0x0F0F | 0x00FF),
    ("f30f38fc02", 0x0F0F ^ 0x00FF)])
def test_remote_operations_change_memory_and_no_flags(code: str, result: int) -> None:
    bare = Bare(code + "cc")
    bare.space.put_u32(DATA, 0x0F0F)
    bare.cpu.set(RDX, DATA)
    bare.cpu.set(RAX, 0x00FF)
    bare.cpu.rflags = 0x8D7
    bare.run()
    assert (bare.space.u32(DATA), bare.cpu.rflags & 0x8D5) == (result, 0x8D5)
    assert run(code).cpu.exit == engine.EXIT_INTERRUPT
    bare = Bare(code)
    bare.cpu.set(RDX, DATA + 2)
    assert bare.run() == engine.EXIT_EXCEPTION and bare.cpu.vector == 13


@pytest.mark.parametrize(("compared", "result"), [(5, 12), (6, 5)])
def test_compare_and_add(compared: int, result: int) -> None:
    bare = run("c4e271e402", (5).to_bytes(4, "little"), rax=compared, rcx=7)  # cmpzxadd [rdx], eax, ecx
    assert bare.space.u32(DATA) == result
    assert bare.cpu.get(RAX) == 5
    assert bool(bare.cpu.rflags & ZF) == (compared == 5)


def test_serialize_goes_on() -> None:
    assert run("0f01e8").cpu.vector == 3
