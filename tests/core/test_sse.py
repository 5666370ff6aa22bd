"""SSE rules that are easy to get wrong; results as recorded on hardware."""

import itertools
import struct
from functools import cache

import pytest

from blinkenlights.core import host
from blinkenlights.core.engine import EXIT_EXCEPTION, Processor
from blinkenlights.core.memory import AddressSpace

CODE, CODE_SIZE = 0x10000, 0x10000
DATA = 0x30000
PAGE = 4096
RWX = 7
PRIVATE_FIXED_ANONYMOUS = 0x32

GENERAL_PROTECTION, PAGE_FAULT, MATH_FAULT, SIMD_FAULT = 13, 14, 16, 19
INVALID, DENORMAL, UNDERFLOW, INEXACT = 1, 2, 16, 32
ALL_MASKED = 0x1F80
FTZ, DAZ = 0x8000, 0x40

NAN_A, NAN_B, SIGNALLING = 0x7FC00001, 0xFFC00002, 0x7F800003
DEFAULT_NAN = 0xFFC00000
ONE, TWO, DENORM = 0x3F800000, 0x40000000, 0x00000005


def singles(*lanes: int) -> bytes:
    return struct.pack("<4I", *(*lanes, 0, 0, 0)[:4])


@cache
def memory(virtual: bool) -> AddressSpace:
    """One for all tests: an address space is as large as a process may have few of."""
    host.catch_faults()
    space = AddressSpace(virtual)
    space.map(CODE, CODE_SIZE, RWX, PRIVATE_FIXED_ANONYMOUS)
    space.map(DATA, PAGE, RWX, PRIVATE_FIXED_ANONYMOUS)
    return space


@pytest.fixture(params=[False, True], ids=["linear", "virtual"])
def cpu(request: pytest.FixtureRequest) -> Processor:
    space = memory(request.param)
    space.write(DATA, bytes(PAGE))
    processor = Processor(space)
    processor.set(0, DATA)
    return processor


places = itertools.count(CODE, 16)  # of instructions, each at one of its own


def execute(cpu: Processor, code: str, a: bytes = b"", b: bytes = b"") -> int | None:
    """Run one instruction with XMM0 = `a` and XMM1 = `b`; the vector of its exception, if any."""
    cpu.rip = next(places)
    cpu.space.write(cpu.rip, bytes.fromhex(code))
    cpu.set_xmm(0, a)
    cpu.set_xmm(1, b)
    return cpu.vector if cpu.step() == EXIT_EXCEPTION else None


def lane(cpu: Processor, number: int = 0) -> int:
    return struct.unpack_from("<I", cpu.get_xmm(0), number * 4)[0]


ADDPS, ADDSS, MULPS, SUBPS = "0f58c1", "f30f58c1", "0f59c1", "0f5cc1"
MINSS, MAXSS, SQRTSS = "f30f5dc1", "f30f5fc1", "f30f51c1"
COMISS, UCOMISS = "0f2fc1", "0f2ec1"


@pytest.mark.parametrize("code", [ADDPS, ADDSS, MULPS, SUBPS])
@pytest.mark.parametrize(("a", "b", "result"), [
    (NAN_A, NAN_B, NAN_A), (NAN_B, NAN_A, NAN_B), (ONE, NAN_B, NAN_B), (NAN_A, ONE, NAN_A),
    (NAN_A, SIGNALLING, NAN_A), (SIGNALLING, NAN_B, SIGNALLING | 0x400000)])
def test_the_first_nan_operand_is_the_result_made_quiet(cpu: Processor, code: str, a: int, b: int,
                                                        result: int) -> None:
    execute(cpu, code, singles(a), singles(b))
    assert lane(cpu) == result
    assert cpu.mxcsr & INVALID == (SIGNALLING in (a, b))


@pytest.mark.parametrize("code", [ADDPS, ADDSS])
def test_an_invalid_operation_gives_the_negative_default_nan(cpu: Processor, code: str) -> None:
    execute(cpu, code, singles(0x7F800000), singles(0xFF800000))
    assert lane(cpu) == DEFAULT_NAN
    assert cpu.mxcsr == ALL_MASKED | INVALID


@pytest.mark.parametrize("code", [MINSS, MAXSS])
@pytest.mark.parametrize(("a", "b"), [(NAN_A, ONE), (ONE, SIGNALLING), (0, 0x80000000), (0x80000000, 0)])
def test_minimum_and_maximum_take_the_second_of_equal_or_unordered(cpu: Processor, code: str, a: int,
                                                                   b: int) -> None:
    execute(cpu, code, singles(a), singles(b))
    assert lane(cpu) == b


@pytest.mark.parametrize("code", [MINSS, MAXSS])
def test_minimum_and_maximum_flush_the_operand_they_choose_under_daz(cpu: Processor, code: str) -> None:
    cpu.mxcsr = ALL_MASKED | DAZ
    execute(cpu, code, singles(0), singles(0x80000000 | DENORM))
    assert lane(cpu) == 0x80000000
    assert cpu.mxcsr == ALL_MASKED | DAZ


@pytest.mark.parametrize(("code", "nan", "flags"), [
    (COMISS, NAN_A, INVALID), (UCOMISS, NAN_A, 0), (COMISS, SIGNALLING, INVALID),
    (UCOMISS, SIGNALLING, INVALID)])
def test_ordered_comparison_is_invalid_for_every_nan_and_the_other_for_signalling_ones(
        cpu: Processor, code: str, nan: int, flags: int) -> None:
    execute(cpu, code, singles(nan), singles(ONE))
    assert cpu.rflags & 0x45 == 0x45  # unordered: ZF, PF and CF
    assert cpu.mxcsr == ALL_MASKED | flags


def test_a_nan_result_is_noticed_without_setting_the_denormal_flag(cpu: Processor) -> None:
    cpu.mxcsr = ALL_MASKED
    execute(cpu, "0f59c1", singles(0x00800000, ONE), singles(0x3F000000, ONE))  # exact, but denormal
    assert lane(cpu) == 0x00400000
    assert cpu.mxcsr == ALL_MASKED


def test_flush_to_zero_and_rounding_follow_mxcsr(cpu: Processor) -> None:
    cpu.mxcsr = ALL_MASKED | FTZ
    execute(cpu, MULPS, singles(0x80800001), singles(0x3F000000))
    assert lane(cpu) == 0x80000000
    assert cpu.mxcsr & 0x3F == UNDERFLOW | INEXACT
    cpu.mxcsr = ALL_MASKED | 0x4000  # up
    execute(cpu, ADDPS, singles(ONE), singles(0x00800000))
    assert lane(cpu) == ONE + 1


@pytest.mark.parametrize(("code", "result"), [
    ("f20f2dc1", 0x80000000), ("f2480f2dc1", 0xC0000000), ("f20f2cc1", 0x80000000)])
def test_a_double_that_does_not_fit_gives_the_integer_indefinite(cpu: Processor, code: str,
                                                                  result: int) -> None:
    execute(cpu, code, b=struct.pack("<d", 3221225472.0))
    assert cpu.rax == result
    assert cpu.mxcsr & INVALID == (result == 0x80000000)


def test_an_unmasked_exception_leaves_the_destination_and_sets_the_flag(cpu: Processor) -> None:
    cpu.mxcsr = ALL_MASKED & ~(INVALID << 7)
    assert execute(cpu, ADDPS, singles(SIGNALLING, ONE), singles(ONE, 0x33800000)) == SIMD_FAULT
    assert lane(cpu) == SIGNALLING
    assert cpu.mxcsr & 0x3F == INVALID  # the other lane's inexact sum was never made


def test_an_unmasked_underflow_reports_exact_denormal_results(cpu: Processor) -> None:
    cpu.mxcsr = ALL_MASKED & ~(UNDERFLOW << 7)
    assert execute(cpu, MULPS, singles(0x00800000), singles(0x3F000000)) == SIMD_FAULT
    assert cpu.mxcsr & 0x3F == UNDERFLOW


def test_an_unmasked_underflow_is_inexact_only_if_the_significand_was_rounded(cpu: Processor) -> None:
    cpu.mxcsr = ALL_MASKED & ~(UNDERFLOW << 7) | FTZ
    assert execute(cpu, MULPS, singles(0x00800001), singles(0x3F000000)) == SIMD_FAULT
    assert cpu.mxcsr & 0x3F == UNDERFLOW


def test_reserved_bits_of_mxcsr_are_refused(cpu: Processor) -> None:
    cpu.space.write(DATA, struct.pack("<I", 0x10000 | ALL_MASKED))
    assert execute(cpu, "0fae10") == GENERAL_PROTECTION
    cpu.space.write(DATA, struct.pack("<I", 0xFFFF))
    assert execute(cpu, "0fae10") is None
    assert cpu.mxcsr == 0xFFFF


@pytest.mark.parametrize(("code", "vector"), [
    ("0f5800", GENERAL_PROTECTION), ("660f6f00", GENERAL_PROTECTION), ("660f7f00", GENERAL_PROTECTION),
    ("0f1000", None), ("f30f6f00", None), ("f20ff000", None), ("f30f5800", None), ("660f3a630000", None)])
def test_only_some_instructions_take_unaligned_memory(cpu: Processor, code: str, vector: int | None) -> None:
    cpu.set(0, DATA + 4)
    assert execute(cpu, code) == vector


def test_a_store_over_two_pages_writes_nothing_when_the_second_is_missing(cpu: Processor) -> None:
    cpu.set(0, DATA + PAGE - 8)
    assert execute(cpu, "0f1100", b"\xff" * 16) == PAGE_FAULT
    assert cpu.fault_address == DATA + PAGE
    assert cpu.space.read(DATA + PAGE - 8, 8) == bytes(8)


def test_legacy_instructions_keep_the_upper_half_of_the_wide_register(cpu: Processor) -> None:
    upper = bytes(range(16))
    execute(cpu, "0f28c1", bytes(16) + upper, b"\x55" * 16)
    assert cpu.get_xmm(0) == b"\x55" * 16 + upper


def test_mmx_instructions_take_over_the_x87_registers(cpu: Processor) -> None:
    image = bytearray(cpu.fxsave())
    struct.pack_into("<HHB", image, 0, 0x37F, 5 << 11, 0)  # TOP 5, all empty
    cpu.fxrstor(bytes(image))
    execute(cpu, "f20fd6d9", b=b"\x11" * 8)  # MOVDQ2Q MM3, XMM1
    image = bytearray(cpu.fxsave())
    assert struct.unpack_from("<HHB", image) == (0x37F, 0, 0xFF)
    assert image[32 + 48:32 + 58] == b"\x11" * 8 + b"\xff\xff"


def test_mmx_instructions_report_a_waiting_x87_exception_first(cpu: Processor) -> None:
    image = bytearray(cpu.fxsave())
    struct.pack_into("<HH", image, 0, 0x37E, 0x8081)
    cpu.fxrstor(bytes(image))
    cpu.set(0, 0)
    assert execute(cpu, "0f6f00") == MATH_FAULT


@pytest.mark.parametrize(("code", "index"), [("660f3a63c10c", 7), ("660f3a63c118", 1), ("660f3a63c104", 0)])
def test_string_comparison_gives_the_index_of_the_first_match(cpu: Processor, code: str, index: int) -> None:
    execute(cpu, code, b"xy\0" + bytes(13), b"xaaaaaaxy\0 xy   ")
    assert cpu.get(1) == index


def test_explicit_string_lengths_are_signed_and_wide_only_with_rex(cpu: Processor) -> None:
    text = b"a" * 16
    cpu.set(0, 0x1_0000_0000)  # EAX is 0
    cpu.set(2, 0xFFFF_FFFF_FFFF_FFFE)  # EDX is -2: 2 elements
    execute(cpu, "660f3a61c118", text, text)  # equal each, negated: positions that differ
    assert cpu.get(1) == 0
    execute(cpu, "66480f3a61c118", text, text)  # RAX is beyond 16
    assert cpu.get(1) == 2
