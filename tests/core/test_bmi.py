"""BMI1, BMI2, ADX, MOVBE, bit counts and CRC32: against definitions, and against the CPU."""

import random
from collections.abc import Callable

import pytest

from tests.core.machine import CODE, DATA, RAX, RCX, RDX, Bare
from tests.differential.campaign import compare_forms, select
from tests.oracle import Unavailable

CF, ZF, OF, STATUS = 1, 0x40, 0x800, 0x8D5
MASK = (1 << 64) - 1


def run(code: str, rcx: int = 0, rdx: int = 0, rax: int = 0, flags: int = 2) -> tuple[int, int]:
    """RAX and the status flags after one instruction."""
    bare = Bare(code)
    for number, value in ((RAX, rax), (RCX, rcx), (RDX, rdx)):
        bare.cpu.set(number, value)
    bare.cpu.rflags = flags
    bare.cpu.step()
    assert bare.cpu.rip == CODE + len(bytes.fromhex(code))
    return bare.cpu.get(RAX), bare.cpu.rflags & STATUS


def deposit(value: int, mask: int) -> int:
    result = 0
    for bit in range(64):
        if mask >> bit & 1:
            result |= (value & 1) << bit
            value >>= 1
    return result


def extract(value: int, mask: int) -> int:
    bits = [value >> bit & 1 for bit in range(64) if mask >> bit & 1]
    return sum(bit << place for place, bit in enumerate(bits))


def crc32c(crc: int, data: bytes) -> int:
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc


# Instruction on RAX, RCX, RDX -> what RAX becomes.
DEFINITIONS: dict[str, tuple[str, Callable[[int, int], int]]] = {
    "andn rax, rcx, rdx": ("c4e2f0f2c2", lambda c, d: ~c & d),
    "bextr rax, rcx, rdx": ("c4e2e8f7c1", lambda c, d: c >> (d & 255) & ((1 << (d >> 8 & 255)) - 1)),
    "blsi rax, rcx": ("c4e2f8f3d9", lambda c, d: c & -c),
    "blsmsk rax, rcx": ("c4e2f8f3d1", lambda c, d: c ^ (c - 1)),
    "blsr rax, rcx": ("c4e2f8f3c9", lambda c, d: c & (c - 1)),
    "bzhi rax, rcx, rdx": ("c4e2e8f5c1", lambda c, d: c & ((1 << (d & 255)) - 1)),
    "pdep rax, rcx, rdx": ("c4e2f3f5c2", deposit),
    "pext rax, rcx, rdx": ("c4e2f2f5c2", extract),
    "rorx rax, rcx, 13": ("c4e3fbf0c10d", lambda c, d: c >> 13 | c << 51),
    "shlx rax, rcx, rdx": ("c4e2e9f7c1", lambda c, d: c << (d & 63)),
    "shrx rax, rcx, rdx": ("c4e2ebf7c1", lambda c, d: c >> (d & 63)),
    "sarx rax, rcx, rdx": ("c4e2eaf7c1", lambda c, d: (c - (c >> 63 << 64)) >> (d & 63)),
    "popcnt rax, rcx": ("f3480fb8c1", lambda c, d: c.bit_count()),
    "lzcnt rax, rcx": ("f3480fbdc1", lambda c, d: 64 - c.bit_length()),
    "tzcnt rax, rcx": ("f3480fbcc1", lambda c, d: (c & -c).bit_length() - 1 if c else 64),
    "crc32 rax, rcx": ("f2480f38f1c1", lambda c, d: crc32c(0, c.to_bytes(8, "little"))),
}


@pytest.mark.parametrize("instruction", DEFINITIONS)
def test_results_follow_the_definition(instruction: str) -> None:
    code, definition = DEFINITIONS[instruction]
    rng = random.Random(instruction)
    values = [0, 1, MASK, 1 << 63, 0x0804, *(rng.getrandbits(rng.choice([8, 16, 64])) for _ in range(20))]
    for c in values:
        d = rng.choice(values)
        assert run(code, c, d)[0] == definition(c, d) & MASK, (hex(c), hex(d))


def test_mulx_gives_the_high_half_to_a_shared_destination() -> None:
    assert run("c4e2fbf6c1", rcx=MASK, rdx=MASK) == (MASK - 1, 0)  # mulx rax, rax, rcx


def test_adcx_and_adox_keep_two_carry_chains_apart() -> None:
    assert run("66480f38f6c1", rax=MASK, rcx=1, flags=2 | OF) == (0, CF | OF)
    assert run("f3480f38f6c1", rax=MASK, rcx=1, flags=2 | CF) == (0, CF | OF)
    assert run("66480f38f6c1", rax=1, rcx=1, flags=2 | CF) == (3, 0)


def test_counting_zeros_of_nothing_sets_carry() -> None:
    assert run("f30fbdc1") == (32, CF)
    assert run("66f30fbcc1") == (16, CF)
    assert run("f3480fbcc1", rcx=1) == (0, ZF)


def test_movbe_swaps_on_the_way_to_and_from_memory() -> None:
    bare = Bare("480f38f102 0f38f00a")  # movbe [rdx], rax; movbe ecx, [rdx]
    bare.cpu.set(RDX, DATA)
    bare.cpu.set(RAX, 0x0102030405060708)
    bare.cpu.step()
    assert bare.space.read(DATA, 8) == bytes(range(1, 9))
    bare.cpu.step()
    assert bare.cpu.get(RCX) == 0x01020304


@pytest.mark.parametrize("engine", ["interpreter", "virtual"])
def test_every_form_agrees_with_the_cpu(engine: str) -> None:
    try:
        tallies = list(compare_forms(select(["bmi"]), 30, 1, engine))
    except Unavailable as problem:
        pytest.skip(str(problem))
    assert [tally.name for tally in tallies if tally.failures] == []
