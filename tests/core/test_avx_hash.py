"""SHA-512, SM3 and SM4 by their instructions; few CPUs have them, but their results are published."""

import hashlib
import struct
from collections.abc import Callable

import pytest

from blinkenlights.core.engine import EXIT_EXCEPTION, EXIT_INTERRUPT
from tests.core.machine import CODE, DATA, RAX, Bare

MASK = (1 << 64) - 1


# vmovdqu ymm0, [rax]; vmovdqu ymm1, [rax + 32]; vmovdqu ymm2, [rax + 64]; ...; vmovdqu [rax], ymm0; int3
BEFORE, AFTER = "c5fe6f00" "c5fe6f4820" "c5fe6f5040", "c5fe7f00" "cc"


Execute = Callable[..., bytes]


@pytest.fixture
def execute() -> Execute:
    """YMM0 after the instruction, from the bytes of YMM0, YMM1 and YMM2."""
    machine = Bare("")

    def run(code: str, *operands: bytes) -> bytes:
        machine.cpu.release_code()
        machine.space.write(CODE, bytes.fromhex(BEFORE + code + AFTER))
        machine.space.write(DATA, b"".join(operand.ljust(32, b"\0") for operand in operands))
        machine.cpu.rip = CODE
        machine.cpu.set(RAX, DATA)
        assert machine.run() in (EXIT_INTERRUPT, EXIT_EXCEPTION)
        assert machine.cpu.vector == 3
        return machine.space.read(DATA, 32)

    return run


# All with YMM0 as the destination, then YMM1, then YMM2.
SHA512RNDS2, SHA512MSG1, SHA512MSG2 = "c4e277cbc2", "c4e27fccc1", "c4e27fcdc1"
SM3MSG1, SM3MSG2, SM3RNDS2 = "c4e270dac2", "c4e271dac2", "c4e371dec2"
SM4KEY4, SM4RNDS4 = "c4e272dac2", "c4e273dac2"


def fraction_bits(n: int, root: int) -> int:
    """The first 64 bits of the fraction of n's square or cube root."""
    low, high = 0, n << 64
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**root <= n << 64 * root else (low, middle)
    return low & MASK


PRIMES = [n for n in range(2, 410) if all(n % k for k in range(2, n))]


def sha512_block(execute: Execute, block: bytes) -> bytes:
    words = list(struct.unpack(">16Q", block))
    for i in range(16, 80, 4):
        # sigma0 of the words 15 to 12 before, the word 7 before, then sigma1 of the two before
        some = struct.unpack("<4Q", execute(SHA512MSG1, struct.pack("<4Q", *words[i - 16:i - 12]),
                                            struct.pack("<Q", words[i - 12])))
        some = tuple(a + b & MASK for a, b in zip(some, words[i - 7:i - 3], strict=True))
        words += struct.unpack("<4Q", execute(SHA512MSG2, struct.pack("<4Q", *some),
                                              struct.pack("<4Q", *words[i - 4:i])))
    start = [fraction_bits(p, 2) for p in PRIMES[:8]]
    a, b, c, d, e, f, g, h = start
    abef, cdgh = struct.pack("<4Q", f, e, b, a), struct.pack("<4Q", h, g, d, c)
    for i in range(0, 80, 2):
        with_constants = [words[i + k] + fraction_bits(PRIMES[i + k], 3) & MASK for k in range(2)]
        abef, cdgh = execute(SHA512RNDS2, cdgh, abef, struct.pack("<2Q", *with_constants)), abef
    f, e, b, a = struct.unpack("<4Q", abef)
    h, g, d, c = struct.unpack("<4Q", cdgh)
    return struct.pack(">8Q", *(x + y & MASK for x, y in zip(start, (a, b, c, d, e, f, g, h), strict=True)))


def test_sha512_of_a_block_is_what_hashlib_says(execute):
    text = b"The quick brown fox jumps over the lazy dog"
    block = (text + b"\x80").ljust(120, b"\0") + struct.pack(">Q", 8 * len(text))
    assert sha512_block(execute, block) == hashlib.sha512(text).digest()


def words_of(data: bytes, count: int = 4) -> list[int]:
    return list(struct.unpack(f"<{count}I", data[:4 * count]))


def pack(*words: int) -> bytes:
    return struct.pack(f"<{len(words)}I", *(word & 0xFFFFFFFF for word in words))


def rotated(x: int, n: int) -> int:
    return (x << n | x >> 32 - n) & 0xFFFFFFFF


def test_sm3_of_abc_is_the_standards_example(execute):
    words = list(struct.unpack(">16I", b"abc\x80".ljust(60, b"\0") + struct.pack(">I", 24)))
    for i in range(16, 68, 4):
        # words 9, 3 and 16 before; then 13 and 6 before
        part = execute(SM3MSG1, pack(*words[i - 9:i - 5]), pack(*words[i - 3:i], 0),
                       pack(*words[i - 16:i - 12]))
        words += words_of(execute(SM3MSG2, part, pack(*words[i - 13:i - 9]), pack(*words[i - 6:i - 2])))
    start = [0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E]
    a, b, c, d, e, f, g, h = start
    # C, D, G and H are kept before their rotation
    feba = pack(f, e, b, a)
    hgdc = pack(rotated(h, 13), rotated(g, 13), rotated(d, 23), rotated(c, 23))
    for i in range(0, 64, 2):
        data = pack(words[i], words[i + 1], words[i + 4], words[i + 5])
        feba, hgdc = execute(SM3RNDS2 + f"{i:02x}", hgdc, feba, data)[:16], feba
    f, e, b, a = words_of(feba)
    h, g, d, c = words_of(hgdc)
    final = (a, b, rotated(c, 9), rotated(d, 9), e, f, rotated(g, 19), rotated(h, 19))
    digest = struct.pack(">8I", *(x ^ y for x, y in zip(start, final, strict=True)))
    assert digest.hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_sm4_of_the_standards_example(execute):
    text = bytes.fromhex("0123456789abcdeffedcba9876543210")  # and also the key
    family = (0xA3B1BAC6, 0x56AA3350, 0x677D9197, 0xB27022DC)
    constants = [int.from_bytes(bytes((4 * i + j) * 7 & 0xFF for j in range(4)), "big") for i in range(32)]
    key = pack(*(x ^ y for x, y in zip(struct.unpack(">4I", text), family, strict=True)))
    data = pack(*struct.unpack(">4I", text))
    for i in range(0, 32, 4):
        key = execute(SM4KEY4, b"", key, pack(*constants[i:i + 4]))[:16]
        both = execute(SM4RNDS4.replace("c4e273", "c4e277"), b"", data + data, key + key)
        assert both[16:] == both[:16]
        assert both[:16] == execute(SM4RNDS4, b"", data, key)[:16]
        data = both[:16]
    assert struct.pack(">4I", *reversed(words_of(data))).hex() == "681edf34d206965e86b3e94f536e4246"
