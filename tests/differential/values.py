"""Random operands that look for trouble: corner cases of integers and of floating point."""

import functools
import random
import struct
from collections.abc import Callable

from tests.oracle import WINDOW, WINDOW_SIZE, Pools
from tests.oracle.templates import HEADS, INTEGERS, VECTORS, WINDOWS

CORNERS = [0, 1, 2, 3, 7, 8, 15, 16, 31, 32, 33, 63, 64, 65, 127, 128, 255, 256,
           0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x100000000,
           0x7FFFFFFFFFFFFFFF, 0x8000000000000000, 0xFFFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFF80,
           0x0102030405060708, 0x5555555555555555, 0xAAAAAAAAAAAAAAAA, 0x8080808080808080]

SINGLES = [0x00000000, 0x80000000, 0x3F800000, 0xBF800000, 0x7F800000, 0xFF800000, 0x7FC00000,
           0xFFC00000, 0x7F800001, 0xFFBFFFFF, 0x7FC12345, 0x00000001, 0x80000001, 0x007FFFFF,
           0x00800000, 0x7F7FFFFF, 0xFF7FFFFF, 0x4F000000, 0xCF000000, 0x4EFFFFFF, 0x5F000000,
           0x3F000000, 0x3FC00000, 0x40200000, 0x3EFFFFFF, 0x4B000001, 0x34000000, 0x1FFFFFFF]

DOUBLES = [0x0000000000000000, 0x8000000000000000, 0x3FF0000000000000, 0xBFF0000000000000,
           0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0xFFF8000000000000,
           0x7FF0000000000001, 0xFFF7FFFFFFFFFFFF, 0x7FF8000000012345, 0x0000000000000001,
           0x800FFFFFFFFFFFFF, 0x0010000000000000, 0x7FEFFFFFFFFFFFFF, 0x41E0000000000000,
           0xC1E0000000000000, 0x41DFFFFFFFC00000, 0x41DFFFFFFFE00000, 0x43E0000000000000,
           0xC3E0000000000000, 0x3FE0000000000000, 0x3FF8000000000000, 0x4004000000000000,
           0x3810000000000000, 0x36A0000000000000, 0x47EFFFFFE0000000, 0x47EFFFFFF0000000,
           0x3CB0000000000000, 0x380FFFFFFFFFFFFF]

EXTENDED = [  # sign and exponent, significand
    (0x0000, 0), (0x8000, 0), (0x3FFF, 1 << 63), (0xBFFF, 1 << 63), (0x7FFF, 1 << 63), (0xFFFF, 1 << 63),
    (0x7FFF, 3 << 62), (0xFFFF, 3 << 62), (0x7FFF, (1 << 63) + 1), (0x7FFF, (3 << 62) + 99),
    (0x0000, 1), (0x8000, 1 << 62), (0x0001, 1 << 63), (0x7FFE, (1 << 64) - 1), (0x0000, 1 << 63),
    (0x4000, 0xC90FDAA22168C235), (0x3FFE, 1 << 63), (0x3FFF, 3 << 62), (0x403E, 1 << 63),
    (0xC03E, 1 << 63), (0x401E, 1 << 63), (0x400E, 1 << 63), (0x43FE, (1 << 64) - 1),
    (0x407E, (1 << 64) - 1), (0x3C00, 1 << 63), (0x3F80, 1 << 63), (0x3FFF, 0), (0x7FFF, 0)]


def integer(rng: random.Random) -> int:
    """64 bits: a corner, something near one, a small number or anything."""
    kind = rng.random()
    if kind < 0.35:
        return rng.choice(CORNERS)
    if kind < 0.5:
        return rng.choice(CORNERS) + rng.randint(-3, 3) & 0xFFFFFFFFFFFFFFFF
    if kind < 0.65:
        return rng.getrandbits(rng.choice([3, 8, 16, 32]))
    return rng.getrandbits(64)


def single(rng: random.Random) -> int:
    kind = rng.random()
    if kind < 0.5:
        return rng.choice(SINGLES)
    if kind < 0.8:  # moderate magnitudes, so that sums and products are ordinary
        fraction = rng.getrandbits(23) & -(1 << rng.randrange(24))
        return rng.getrandbits(1) << 31 | rng.randint(120, 135) << 23 | fraction
    return rng.getrandbits(32)


def double(rng: random.Random) -> int:
    kind = rng.random()
    if kind < 0.5:
        return rng.choice(DOUBLES)
    if kind < 0.8:
        return (rng.getrandbits(1) << 63 | rng.randint(1010, 1036) << 52
                | rng.getrandbits(52) & -(1 << rng.randrange(53)))
    return rng.getrandbits(64)


def extended(rng: random.Random) -> bytes:
    """An 80-bit value."""
    kind = rng.random()
    if kind < 0.4:
        exponent, significand = rng.choice(EXTENDED)
    elif kind < 0.9:
        exponent = rng.getrandbits(1) << 15 | rng.randint(0x3FF0, 0x4010)
        significand = 1 << 63 | rng.getrandbits(63) & -(1 << rng.randrange(64))
    else:
        exponent, significand = rng.getrandbits(16), rng.getrandbits(64)
    return significand.to_bytes(8, "little") + exponent.to_bytes(2, "little")


def fresh_vector(rng: random.Random) -> bytes:
    """16 bytes, as one of the types that instructions see in them."""
    kind = rng.random()
    if kind < 0.3:
        return struct.pack("<4I", *[single(rng) for _ in range(4)])
    if kind < 0.6:
        return struct.pack("<2Q", double(rng), double(rng))
    if kind < 0.75:
        return struct.pack("<2Q", integer(rng), integer(rng))
    if kind < 0.85:  # text with zeros, for the string comparisons
        return bytes(rng.choice(b"aabbcdz\0") for _ in range(16))
    return rng.randbytes(16)


# Making values is what takes the time of a comparison, so most come from pools made in advance. A case
# has several of them, and few cases have the same ones together.
POOL_BITS = 14


@functools.cache
def vectors() -> list[bytes]:
    rng = random.Random("vectors")
    return [fresh_vector(rng) for _ in range(1 << POOL_BITS)]


@functools.cache
def extended_numbers() -> list[bytes]:
    rng = random.Random("extended")
    return [extended(rng) for _ in range(1 << POOL_BITS)]


@functools.cache
def tape() -> bytes:
    """What windows are cut from."""
    rng = random.Random("tape")
    parts: list[Callable[[], bytes]] = [
        lambda: vector(rng), lambda: rng.randbytes(16), lambda: extended(rng) + extended(rng)[:6]]
    return b"".join(rng.choice(parts)() for _ in range((1 << POOL_BITS) + WINDOW_SIZE // 16))


def vector(rng: random.Random) -> bytes:
    return fresh_vector(rng) if rng.random() < 0.1 else vectors()[rng.getrandbits(POOL_BITS)]


def mxcsr(rng: random.Random) -> int:
    value = 0x1F80
    if rng.random() < 0.6:
        value |= rng.getrandbits(2) << 13  # rounding
    if rng.random() < 0.25:
        value |= 0x8000  # flush to zero
    if rng.random() < 0.25:
        value |= 0x0040  # denormals are zeros
    if rng.random() < 0.3:
        value |= rng.getrandbits(6)  # sticky flags
    if rng.random() < 0.08:
        value &= ~(1 << rng.randrange(7, 13))  # one exception unmasked
    return value


def x87_state(rng: random.Random) -> bytes:
    """The first 160 bytes of an FXSAVE image, without MXCSR: control, status, tags, ST0 to ST7."""
    control = 0x037F
    if rng.random() < 0.6:
        control = control & ~0xC00 | rng.getrandbits(2) << 10
    if rng.random() < 0.3:
        control = control & ~0x300 | rng.choice([0, 2]) << 8
    if rng.random() < 0.05:
        control &= ~(1 << rng.randrange(6))
    status = rng.getrandbits(16) & 0x7F7F & (control & 0x3F | 0x7F40)  # no exception is pending
    tags = 0xFF if rng.random() < 0.5 else rng.getrandbits(8)
    head = struct.pack("<HHBBHQQII", control, status, tags, 0, 0, 0, 0, mxcsr(rng), 0)
    numbers = extended_numbers()
    return head + b"".join(numbers[rng.getrandbits(POOL_BITS)] + bytes(6) for _ in range(8))


def window(rng: random.Random) -> bytearray:
    start = rng.getrandbits(POOL_BITS) * 16
    return bytearray(tape()[start:start + WINDOW_SIZE])


def window_address(rng: random.Random, size: int) -> int:
    """Where an operand of `size` bytes may go: inside the window, often at its page boundary."""
    if rng.random() < 0.15:
        return WINDOW + WINDOW_SIZE // 2 - rng.randrange(0, max(size, 1) + 1)
    # room on both sides for bit strings, repeated string instructions and stack frames
    return WINDOW + rng.randrange(WINDOW_SIZE // 4, WINDOW_SIZE * 3 // 4 - 16)


@functools.cache
def pools(seed: int) -> Pools:
    """Values for many cases; making them anew for each takes far longer than running it."""
    rng = random.Random(f"pools {seed}")
    return Pools(integers=[integer(rng) for _ in range(INTEGERS)],
                 vectors=[vector(rng) for _ in range(VECTORS)],
                 heads=[x87_state(rng) for _ in range(HEADS)],
                 windows=[bytes(window(rng)) for _ in range(WINDOWS)])
