"""CPUID tells the truth about what is there; time, random numbers and privilege."""

import os
from collections.abc import Callable, Iterator

import pytest

from blinkenlights.core import engine
from blinkenlights.core.execute import system
from blinkenlights.tables.cpuid import FEATURES, LEVELS, PLATFORM, build, offered
from tests.core.machine import CODE, DATA, RAX, RBX, RCX, RDX, Bare

# x86-64-v2, as the psABI lists it (names as in the table).
BASELINE = {"CMOV", "CX8", "FPU", "FXSR", "MMX", "SYSCALL", "SSE", "SSE2"}
LEVEL_2 = BASELINE | {"CX16", "LAHF", "POPCNT", "SSE3", "SSE4_1", "SSE4_2", "SSSE3"}


def cpuid(leaf: int, subleaf: int = 0) -> tuple[int, int, int, int]:
    bare = Bare("0fa2")
    bare.cpu.set(RAX, leaf)
    bare.cpu.set(RCX, subleaf)
    bare.cpu.step()
    a, b, c, d = (bare.cpu.get(number) for number in (RAX, RBX, RCX, RDX))
    return a, b, c, d


def text(*registers: int) -> str:
    return b"".join(register.to_bytes(4, "little") for register in registers).rstrip(b"\0").decode()


def test_the_vendor_is_intel_in_both_ranges() -> None:
    for leaf in (0, 0x80000000):
        _, b, c, d = cpuid(leaf)
        assert text(b, d, c) == "GenuineIntel"
    assert cpuid(0)[0] >= 0xD
    assert cpuid(0x80000000)[0] == 0x80000008


def test_the_hypervisor_names_itself_and_the_host_system() -> None:
    assert cpuid(1)[2] >> 31 == 1
    assert text(*cpuid(0x40000000)[1:]) == "GenuineBlink"
    assert text(*cpuid(0x40031337)[1:]) == {"Darwin": "XNU"}.get(os.uname().sysname, os.uname().sysname)


def test_bit_31_tells_whether_the_jit_runs() -> None:
    assert cpuid(0x80000001)[2] >> 31 == 0
    system.set_jit(True)
    assert cpuid(0x80000001)[2] >> 31 == 1
    system.set_jit(False)


def test_the_second_microarchitecture_level_is_complete() -> None:
    assert offered(system.describe()) >= LEVEL_2


def test_bmi_and_the_other_extras_are_offered() -> None:
    extras = {"BMI1", "BMI2", "ADX", "MOVBE", "LZCNT", "RDRAND", "RDSEED", "RDTSCP", "RDPID", "FSGSBASE",
              "NX", "LM", "XSAVE", "OSXSAVE"}
    assert offered(system.describe()) >= extras


def test_a_feature_is_offered_only_when_all_of_it_is_executed() -> None:
    everything = build(lambda mnemonic: True, 2, "Linux", True)
    assert offered(everything) == {row[3] for row in FEATURES}
    without = build(lambda mnemonic: mnemonic != "PDEP", 2, "Linux", True)
    assert offered(everything) - offered(without) == {"BMI2"}


def test_leaf_13_gives_each_component_its_place() -> None:
    assert cpuid(0xD) == (7, 832, 832, 0)
    assert cpuid(0xD, 1) == (0b111, 832, 0, 0)
    assert cpuid(0xD, 2) == (256, 576, 0, 0)
    assert cpuid(0xD, 3) == (0, 0, 0, 0)


@pytest.fixture
def change_cpu() -> Iterator[Callable[[str], None]]:
    yield system.set_cpu
    system.set_cpu("max")


def test_a_cpu_of_a_lower_level_has_no_more_than_its_level(change_cpu: Callable[[str], None]) -> None:
    everything = offered(system.describe())
    level = set(PLATFORM.split())
    for name, added in LEVELS.items():
        change_cpu(name)
        level |= set(added.split())
        assert offered(system.describe()) == level & everything
        assert cpuid(1)[2] >> 28 & 1 == ("AVX" in level & everything)


def test_without_xsave_its_instructions_are_undefined_and_leaf_13_is_empty(
        change_cpu: Callable[[str], None]) -> None:
    change_cpu("x86-64-v2")
    assert cpuid(0xD) == (0, 0, 0, 0)
    assert cpuid(1)[2] >> 26 & 3 == 0
    for code in ("0f01d0", "0fae22", "0fae2a", "0fc722", "0fae32"):  # xgetbv; xsave... [rdx]
        bare = Bare(code)
        bare.cpu.set(RDX, DATA)
        assert bare.run() == engine.EXIT_EXCEPTION
        assert (bare.cpu.vector, bare.cpu.rip) == (6, CODE)


def test_xgetbv_agrees_with_leaf_13() -> None:
    bare = Bare("0f01d0")
    bare.cpu.step()
    assert (bare.cpu.get(RAX), bare.cpu.get(RDX)) == (cpuid(0xD)[0], 0)


def test_the_brand_is_readable_text() -> None:
    brand = "".join(text(*cpuid(leaf)) for leaf in range(0x80000002, 0x80000005))
    assert brand.isprintable() and "Blinkenlights" in brand


def test_leaf_4_ends_with_an_absent_cache() -> None:
    kinds = [cpuid(4, subleaf)[0] & 31 for subleaf in range(6)]
    assert kinds == [1, 2, 3, 3, 0, 0]


def test_unknown_leaves_are_zero() -> None:
    assert cpuid(0x12345678) == (0, 0, 0, 0)


def test_time_goes_on() -> None:
    bare = Bare("0f31 0f31")
    seen = []
    for _ in range(2):
        bare.cpu.step()
        seen.append(bare.cpu.get(RDX) << 32 | bare.cpu.get(RAX))
    assert seen[0] < seen[1]


@pytest.mark.parametrize("code", ["480fc7f0", "480fc7f8"], ids=["rdrand", "rdseed"])
def test_random_numbers_come_with_carry_alone(code: str) -> None:
    values = set()
    for _ in range(4):
        bare = Bare(code)
        bare.cpu.rflags = 0x8D7
        bare.cpu.step()
        assert bare.cpu.rflags & 0x8D5 == 1
        values.add(bare.cpu.get(RAX))
    assert len(values) == 4


def test_the_fs_base_can_be_written_and_read() -> None:
    bare = Bare("f3480faed0 f3480faec1")  # wrfsbase rax; rdfsbase rcx
    bare.cpu.set(RAX, DATA)
    bare.cpu.step()
    assert bare.cpu.fs_base == DATA
    bare.cpu.step()
    assert bare.cpu.get(RCX) == DATA


PRIVILEGED = {
    "hlt": "f4", "cli": "fa", "sti": "fb", "in al, dx": "ec", "out dx, al": "ee", "mov rax, cr0": "0f20c0",
    "mov rax, dr0": "0f21c0", "rdmsr": "0f32", "wrmsr": "0f30", "invd": "0f08", "wbinvd": "0f09",
    "lgdt [rdx]": "0f0112", "invlpg [rdx]": "0f013a", "swapgs": "0f01f8", "lmsw ax": "0f01f0",
    "wrfsbase rax": "f3480faed0", "xsaves [rdx]": "0fc72a", "xrstors [rdx]": "0fc71a",
}  # fmt: skip


@pytest.mark.parametrize("instruction", PRIVILEGED)
def test_what_user_mode_may_not_do_is_a_general_protection_fault(instruction: str) -> None:
    bare = Bare(PRIVILEGED[instruction])
    bare.cpu.set(RAX, 1 << 63)  # for WRFSBASE: not canonical
    assert bare.run() == engine.EXIT_EXCEPTION
    assert (bare.cpu.vector, bare.cpu.error_code, bare.cpu.rip) == (13, 0, CODE)


@pytest.mark.parametrize("code", ["0f0b", "0fb9c0", "0fffc0", "0f01ca", "0f01c8"],
                         ids=["ud2", "ud1", "ud0", "clac", "monitor"])
def test_undefined_instructions_are_invalid_opcodes(code: str) -> None:
    bare = Bare(code)
    assert bare.run() == engine.EXIT_EXCEPTION
    assert (bare.cpu.vector, bare.cpu.rip) == (6, CODE)


HINTS = {
    "endbr64": "f30f1efa", "pause": "f390", "nop [rax]": "0f1f00", "prefetcht0 [rax]": "0f1808",
    "prefetchw [rax]": "0f0d08", "mfence": "0faef0", "lfence": "0faee8", "sfence": "0faef8",
    "rdsspq rax": "f3480f1ec8", "cldemote [rax]": "0f1c00",
}  # fmt: skip


@pytest.mark.parametrize("instruction", HINTS)
def test_hints_do_nothing_not_even_fault(instruction: str) -> None:
    bare = Bare(HINTS[instruction])
    bare.cpu.set(RAX, 0x10)
    bare.cpu.step()
    assert bare.cpu.rip == CODE + len(bytes.fromhex(HINTS[instruction]))
    assert bare.cpu.get(RAX) == 0x10


def test_flushing_an_unmapped_cache_line_is_a_page_fault() -> None:
    bare = Bare("0fae38")  # clflush [rax]
    bare.cpu.set(RAX, 0x10)
    assert bare.run() == engine.EXIT_EXCEPTION
    assert (bare.cpu.vector, bare.cpu.fault_address) == (14, 0x10)


def test_segment_limits_are_those_of_linux() -> None:
    bare = Bare("0f03c1 0f02d1 0f00e1")  # lsl eax, ecx; lar edx, ecx; verr cx
    bare.cpu.set(RCX, 0x33)
    for _ in range(3):
        bare.cpu.step()
    assert (bare.cpu.get(RAX), bare.cpu.get(RDX)) == (0xFFFFFFFF, 0xAFFB00)
    assert bare.cpu.rflags & 0x40
