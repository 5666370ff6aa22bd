"""Numbers and expressions of DWARF, as call frame information uses them.

DWARF 5 standard: 2.5 "DWARF Expressions", 7.6 "Variable Length Data"; Linux Standard Base, Core,
10.5 "DWARF Extensions" for the encodings of pointers.
"""

import operator
from collections.abc import Callable

MASK = (1 << 64) - 1
ABSENT = 0xFF  # DW_EH_PE_omit
PCREL, DATAREL, INDIRECT = 0x10, 0x30, 0x80
FIXED = {0x00: (8, False), 0x02: (2, False), 0x03: (4, False), 0x04: (8, False),
         0x0A: (2, True), 0x0B: (4, True), 0x0C: (8, True)}  # fmt: skip
MOST_STEPS = 10_000


class BadDwarf(ValueError):
    """The debug information is damaged, or says what isn't known here."""


class Reader:
    """Reads numbers from bytes; `address` is where the first of them is in the file's addresses."""

    def __init__(self, data: bytes, at: int = 0, end: int | None = None, address: int = 0) -> None:
        self.data = data
        self.at = at
        self.end = len(data) if end is None else min(end, len(data))
        self.address = address

    def more(self) -> bool:
        return self.at < self.end

    def fixed(self, size: int, signed: bool = False) -> int:
        start = self.at
        self.at = start + size
        if self.at > self.end:
            raise BadDwarf("cut short")
        return int.from_bytes(self.data[start : self.at], "little", signed=signed)

    def uleb(self) -> int:
        value = shift = 0
        while True:
            byte = self.fixed(1)
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def sleb(self) -> int:
        value = shift = 0
        while True:
            byte = self.fixed(1)
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value - (1 << shift) if byte & 64 else value

    def take(self, count: int) -> bytes:
        start = self.at
        self.at = start + count
        if self.at > self.end:
            raise BadDwarf("cut short")
        return self.data[start : self.at]

    def cstring(self) -> bytes:
        stop = self.data.find(b"\0", self.at, self.end)
        if stop < 0:
            raise BadDwarf("cut short")
        start, self.at = self.at, stop + 1
        return self.data[start:stop]

    def pointer(self, encoding: int) -> int:
        """A pointer as .eh_frame encodes it, in the file's addresses; indirect ones are not followed."""
        if encoding == ABSENT:
            return 0
        here = self.address + self.at
        form = encoding & 0x0F
        if form == 1:
            value = self.uleb()
        elif form == 9:
            value = self.sleb()
        elif form in FIXED:
            value = self.fixed(*FIXED[form])
        else:
            raise BadDwarf(f"pointer encoding {encoding:#x}")
        if encoding & 0x70 == PCREL and value:
            value += here
        return value & MASK


def signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value


BINARY: dict[int, Callable[[int, int], int]] = {
    0x1A: operator.and_, 0x1C: operator.sub, 0x1E: operator.mul, 0x21: operator.or_, 0x22: operator.add,
    0x24: lambda a, b: a << min(b, 64), 0x25: lambda a, b: a >> min(b, 64),
    0x26: lambda a, b: signed(a) >> min(b, 64), 0x27: operator.xor,
    0x29: lambda a, b: int(a == b), 0x2A: lambda a, b: int(signed(a) >= signed(b)),
    0x2B: lambda a, b: int(signed(a) > signed(b)), 0x2C: lambda a, b: int(signed(a) <= signed(b)),
    0x2D: lambda a, b: int(signed(a) < signed(b)), 0x2E: lambda a, b: int(a != b),
}  # fmt: skip
UNARY: dict[int, Callable[[int], int]] = {
    0x19: lambda a: abs(signed(a)), 0x1F: operator.neg, 0x20: operator.invert,
}  # fmt: skip
CONSTANTS = {0x08: (1, False), 0x09: (1, True), 0x0A: (2, False), 0x0B: (2, True), 0x0C: (4, False),
             0x0D: (4, True), 0x0E: (8, False), 0x0F: (8, True), 0x03: (8, False)}  # fmt: skip


def evaluate(
    expression: bytes,
    register: Callable[[int], int],
    word: Callable[[int, int], int],
    initial: int | None = None,
) -> int:
    """The value of an expression; `register` and `word` (address, bytes) give the machine's state.

    Raises BadDwarf, and what the two functions raise.
    """
    stack = [] if initial is None else [initial]
    r = Reader(expression)
    steps = 0
    try:
        while r.more():
            steps += 1
            if steps > MOST_STEPS:
                raise BadDwarf("endless")
            op = r.fixed(1)
            if 0x30 <= op <= 0x4F:  # DW_OP_lit0 ..
                stack.append(op - 0x30)
            elif 0x70 <= op <= 0x8F:  # DW_OP_breg0 ..
                stack.append(register(op - 0x70) + r.sleb() & MASK)
            elif op == 0x92:  # DW_OP_bregx
                number = r.uleb()
                stack.append(register(number) + r.sleb() & MASK)
            elif op in CONSTANTS:
                stack.append(r.fixed(*CONSTANTS[op]) & MASK)
            elif op in BINARY:
                b, a = stack.pop(), stack.pop()
                stack.append(BINARY[op](a, b) & MASK)
            elif op in UNARY:
                stack.append(UNARY[op](stack.pop()) & MASK)
            elif op == 0x06:  # DW_OP_deref
                stack.append(word(stack.pop(), 8))
            elif op == 0x94:  # DW_OP_deref_size
                size = r.fixed(1)
                stack.append(word(stack.pop(), size))
            elif op == 0x23:  # DW_OP_plus_uconst
                stack.append(stack.pop() + r.uleb() & MASK)
            elif op in (0x10, 0x11):  # DW_OP_constu, consts
                stack.append((r.uleb() if op == 0x10 else r.sleb()) & MASK)
            elif op == 0x12:  # DW_OP_dup
                stack.append(stack[-1])
            elif op == 0x13:  # DW_OP_drop
                stack.pop()
            elif op == 0x14:  # DW_OP_over
                stack.append(stack[-2])
            elif op == 0x15:  # DW_OP_pick
                stack.append(stack[-1 - r.fixed(1)])
            elif op == 0x16:  # DW_OP_swap
                stack[-1], stack[-2] = stack[-2], stack[-1]
            elif op in (0x28, 0x2F):  # DW_OP_bra, skip
                distance = r.fixed(2, True)
                if op == 0x2F or stack.pop():
                    r.at = max(0, r.at + distance)
            elif op != 0x96:  # DW_OP_nop
                raise BadDwarf(f"operation {op:#x}")
        return stack[-1] & MASK
    except IndexError as problem:
        raise BadDwarf("an expression's stack is empty") from problem
