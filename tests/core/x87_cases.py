"""Every x87 instruction, and random states for them that are rich in corner cases."""

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass

# Instruction bytes; a memory operand is [rdx]. The second column is what that memory holds before.
MEMORY_FORMS = """
d902 float     d912 -         d91a -         d922 env       d92a word      d932 -         d93a -
da02 int4      da0a int4      da12 int4      da1a int4      da22 int4      da2a int4      da32 int4
da3a int4      db02 int4      db0a -         db12 -         db1a -         db2a cell      db3a -
d802 float     d80a float     d812 float     d81a float     d822 float     d82a float     d832 float
d83a float     dc02 double    dc0a double    dc12 double    dc1a double    dc22 double    dc2a double
dc32 double    dc3a double    dd02 double    dd0a -         dd12 -         dd1a -         dd22 state
dd32 -         dd3a -         de02 int2      de0a int2      de12 int2      de1a int2      de22 int2
de2a int2      de32 int2      de3a int2      df02 int2      df0a -         df12 -         df1a -
df22 bcd       df2a int8      df32 -         df3a -         66d922 env     66d932 -       66dd22 state
66dd32 -
"""

# Those that name ST(i) in the low three bits.
STACK_FORMS = """
d8c0 d8c8 d8d0 d8d8 d8e0 d8e8 d8f0 d8f8 d9c0 d9c8 d9d8 dac0 dac8 dad0 dad8 dbc0 dbc8 dbd0 dbd8 dbe8 dbf0
dcc0 dcc8 dcd0 dcd8 dce0 dce8 dcf0 dcf8 ddc0 ddc8 ddd0 ddd8 dde0 dde8 dec0 dec8 ded0 dee0 dee8 def0 def8
dfc0 dfc8 dfd0 dfd8 dfe8 dff0
"""

OTHER_FORMS = """
d9d0 d9e0 d9e1 d9e4 d9e5 d9e8 d9e9 d9ea d9eb d9ec d9ed d9ee d9f0 d9f1 d9f2 d9f3 d9f4 d9f5 d9f6 d9f7 d9f8
d9f9 d9fa d9fb d9fc d9fd d9fe d9ff dae9 dbe0 dbe1 dbe2 dbe3 dbe4 ded9 dfe0 9b
"""

# They don't wait for a pending exception.
NO_WAIT = {"d932", "d93a", "dd32", "dd3a", "66d932", "66dd32", "dbe0", "dbe1", "dbe2", "dbe3", "dbe4", "dfe0"}
# Those push: they want room on the stack most of the time.
PUSHES = ("d902", "d9c", "d9e8", "d9e9", "d9ea", "d9eb", "d9ec", "d9ed", "d9ee", "d9f2", "d9f4", "d9fb",
          "db02", "db2a", "dd02", "df02", "df22", "df2a")
# Their images hold instruction pointers, which CPUs keep differently.
ENVIRONMENTS = {"d932": 4, "dd32": 4, "66d932": 2, "66dd32": 2}

EXPONENTS = [0, 1, 2, 0x3FBF, 0x3FC0, 0x3FFF, 0x3FFE, 0x3FFD, 0x4000, 0x4001, 0x400E, 0x401E, 0x403D, 0x403E,
             0x403F, 0x4040, 0x407E, 0x3F81, 0x3F80, 0x3F6A, 0x3F69, 0x3C00, 0x3BCD, 0x3BCC, 0x43FE, 0x43FF,
             0x7FFE, 0x7FFF, 0x5FFF, 0x2000]
TOP_BIT = 1 << 63
SIGNIFICANDS = [0, 1, TOP_BIT, TOP_BIT | 1, (1 << 64) - 1, 3 << 62, 3 << 62 | 1, (3 << 62) - 1, 1 << 62,
                1 << 62 | 5, TOP_BIT | 1 << 40, TOP_BIT | 1 << 39, TOP_BIT | 1 << 11, TOP_BIT | 1 << 10,
                0xC90FDAA22168C235, 0xAAAAAAAAAAAAAAAB]
FLOATS = [0, 0x80000000, 1, 0x7FFFFF, 0x800000, 0x3F800000, 0x7F800000, 0xFF800000, 0x7F800001, 0x7FC00000,
          0xFFC00001, 0x7F7FFFFF, 0x7FBFFFFF]
DOUBLES = [0, 1 << 63, 1, (1 << 52) - 1, 1 << 52, 0x3FF << 52, 0x7FF << 52, 0xFFF << 52, 0x7FF << 52 | 1,
           0x7FF8 << 48, 0x7FF8 << 48 | 1, 0x7FEFFFFFFFFFFFFF, 0x7FF7FFFFFFFFFFFF]
CONTROLS = [0x37F, 0x37F, 0x27F, 0x07F, 0x17F, 0x77F, 0xB7F, 0xF7F, 0xC7F, 0x87F]


@dataclass(frozen=True)
class X87Case:
    code: bytes
    fxsave: bytes
    memory: bytes
    flags: int


def forms() -> Iterator[tuple[str, str]]:
    """(instruction, operand in memory)"""
    words = MEMORY_FORMS.split()
    yield from zip(words[::2], words[1::2], strict=True)
    for first in STACK_FORMS.split():
        for i in (0, 1, 2, 7):
            yield f"{int(first, 16) + i:04x}", "-"
    for code in OTHER_FORMS.split():
        yield code, "-"


class Maker:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def cell(self) -> bytes:
        """An 80-bit value: normal, integral, denormal, NaN, unsupported, ..."""
        r = self.random
        kind = r.random()
        exponent, significand = 0x3FFF + r.randint(-70, 70), TOP_BIT | r.getrandbits(63)
        if kind < 0.3:
            exponent, significand = r.choice(EXPONENTS), r.choice(SIGNIFICANDS)
        elif kind < 0.4:
            whole = r.getrandbits(r.choice([4, 16, 31, 63])) or 1
            exponent = 0x3FFF + whole.bit_length() - 1
            significand = whole << (64 - whole.bit_length())
        elif kind < 0.5:
            exponent = r.getrandbits(15)
        elif kind < 0.6:
            exponent, significand = r.choice([0, 0x7FFF, r.getrandbits(15)]), r.getrandbits(64)
        elif kind < 0.65:
            exponent = significand = 0
        return struct.pack("<QH", significand, exponent | r.getrandbits(1) << 15)

    def environment(self) -> bytes:
        r = self.random
        return struct.pack("<7I", r.getrandbits(16) | 0x3F * r.getrandbits(1), r.getrandbits(16),
                           r.getrandbits(16), r.getrandbits(32), r.getrandbits(27) & 0x7FF0000,
                           r.getrandbits(32), 0)

    def operand(self, kind: str) -> bytes:
        r = self.random
        if kind == "float":
            usual = r.randint(100, 150) << 23 | r.getrandbits(23) | r.getrandbits(1) << 31
            return struct.pack("<I", r.choice([usual, r.choice(FLOATS), r.getrandbits(32)]))
        if kind == "double":
            usual = r.randint(990, 1060) << 52 | r.getrandbits(52) | r.getrandbits(1) << 63
            return struct.pack("<Q", r.choice([usual, r.choice(DOUBLES), r.getrandbits(64)]))
        if kind.startswith("int"):
            size = int(kind[3:])
            edge = 1 << (8 * size - 1)
            value = r.choice([0, 1, -1, edge, edge - 1, r.getrandbits(8 * size), r.getrandbits(8)])
            return (value % (2 * edge)).to_bytes(size, "little")
        if kind == "bcd":
            digits = bytes(r.randint(0, 9) << 4 | r.randint(0, 9) for _ in range(9))
            return digits + bytes([r.choice([0, 0x80])])
        if kind == "word":
            return struct.pack("<H", r.choice([*CONTROLS, r.getrandbits(16)]))
        if kind == "env":
            return self.environment()
        if kind == "state":
            return self.environment() + b"".join(self.cell() for _ in range(8))
        return self.cell() if kind == "cell" else b""

    def case(self, code: str, kind: str, control: int) -> X87Case:
        r = self.random
        status = r.getrandbits(16) & r.choice([0x7F00, 0x7F7F])
        if code not in NO_WAIT:
            status &= ~(~control & 0x3F)  # nothing is pending
        tags = r.choice([0xFF] * 6 + [r.getrandbits(8)] * 2 + [0])
        if code.startswith(PUSHES) and r.random() < 0.8:
            tags &= ~(1 << (((status >> 11) - 1) & 7))
        stack = [self.cell() for _ in range(8)]
        if r.random() < 0.15:
            stack[1] = stack[0]
        image = struct.pack("<HHBxHQQII", control, status, tags, 0, 0, 0, 0x1F80, 0)
        image += b"".join(cell.ljust(16, b"\0") for cell in stack)
        memory = self.operand(kind).ljust(1024, b"\xaa")
        return X87Case(bytes.fromhex(code), image.ljust(416, b"\0"), memory,
                       0x202 | r.choice([0, 0x8D5, r.getrandbits(12) & 0x8D5]))
