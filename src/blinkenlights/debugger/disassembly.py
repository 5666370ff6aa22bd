"""Machine code as text: AT&T or Intel syntax, with names for addresses and tokens for colours.

    d = Disassembler(read, symbols)
    for line in d.around(rip, 10, 30):
        print(f"{line.address:x} {line.text}")

iced-x86 decodes and formats; what it prints as an address is replaced here by a symbol.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from iced_x86 import Decoder, FlowControl, Formatter, FormatterSyntax, Instruction, OpKind

from blinkenlights.debugger.symbols import Symbols

LONGEST = 15  # bytes of an instruction
PAGE = 4096
COLUMN = 8  # where operands start
MOST_CACHED = 1 << 16
FARTHEST_SYMBOL = 8192  # bytes decoded from a symbol to find what is before an address
SMALLEST_ADDRESS = 0x1000  # a number below is not taken for an address
SYNTAXES = {"att": FormatterSyntax.GAS, "intel": FormatterSyntax.INTEL}
FLOWS = {
    FlowControl.UNCONDITIONAL_BRANCH: "jump", FlowControl.INDIRECT_BRANCH: "jump",
    FlowControl.CONDITIONAL_BRANCH: "branch", FlowControl.RETURN: "return", FlowControl.CALL: "call",
    FlowControl.INDIRECT_CALL: "call", FlowControl.INTERRUPT: "interrupt",
}  # fmt: skip
NEAR_BRANCHES = (OpKind.NEAR_BRANCH16, OpKind.NEAR_BRANCH32, OpKind.NEAR_BRANCH64)
IMMEDIATES = (OpKind.IMMEDIATE32, OpKind.IMMEDIATE64, OpKind.IMMEDIATE32TO64)
PREFIXES = frozenset((
    "lock", "rep", "repe", "repne", "bnd", "xacquire", "xrelease", "notrack", "data16", "addr32",
))  # fmt: skip
KEYWORDS = frozenset((
    "ptr", "byte", "word", "dword", "qword", "tbyte", "fword", "xmmword", "ymmword", "zmmword", "short",
    "near", "far", "bcst", "fpuenv14", "fpuenv28", "fpustate94", "fpustate108",
))  # fmt: skip
PIECES = re.compile(
    r"(?P<register>%[a-z][a-z0-9]*(?:\([0-7]\))?)"
    r"|(?P<number>-?0x[0-9a-f]+|-?(?<![a-z0-9])[0-9]+(?![a-z0-9]))"
    r"|(?P<word>[a-z][a-z0-9]*(?:\([0-7]\))?)"
    r"|(?P<punctuation>[^%a-z0-9-]+|.)"
)


class Token(NamedTuple):
    """A piece of a line's text."""

    kind: str  # mnemonic, prefix, register, number, symbol, keyword, punctuation, directive
    text: str


class Line(NamedTuple):
    """One instruction, or one byte that is none."""

    address: int  # linear
    data: bytes
    mnemonic: str  # with its prefixes; .byte for what can't be decoded
    operands: str
    tokens: tuple[Token, ...]  # joined they are `text`
    heading: str  # the symbol that starts here, or nothing
    flow: str  # jump, branch (conditional), call, return, interrupt (or system call), or nothing
    target: int | None  # where a direct jump, branch or call leads, linear
    reference: int | None  # the address of a RIP-relative or absolute memory operand, or of a symbol

    @property
    def length(self) -> int:
        return len(self.data)

    @property
    def end(self) -> int:
        """The address of the next one."""
        return self.address + len(self.data)

    @property
    def valid(self) -> bool:
        return self.mnemonic != ".byte"

    @property
    def text(self) -> str:
        return f"{self.mnemonic:<{COLUMN - 1}} {self.operands}" if self.operands else self.mnemonic

    def __str__(self) -> str:
        return self.text


class Disassembler:
    """Disassembles memory.

    `read(address, count)` gives up to `count` bytes, fewer where memory ends; it never raises. `bits`
    (16, 32, 64), `base` (of the code segment, for 16-bit code) and `syntax` may be changed at any time.
    """

    def __init__(
        self,
        read: Callable[[int, int], bytes],
        symbols: Symbols | None = None,
        syntax: str = "att",
        bits: int = 64,
        base: int = 0,
    ) -> None:
        self._read = read
        self.symbols = symbols if symbols is not None else Symbols()
        self._cache: dict[int, Line] = {}
        self._key: tuple[object, ...] = ()
        self._bits = bits
        self._base = base
        self.syntax = syntax

    @property
    def syntax(self) -> str:
        """`att` or `intel`."""
        return self._syntax

    @syntax.setter
    def syntax(self, name: str) -> None:
        if name not in SYNTAXES:
            raise ValueError(f"syntax is one of {', '.join(SYNTAXES)}")
        self._syntax = name
        self._formatter = formatter(name)

    @property
    def bits(self) -> int:
        return self._bits

    @bits.setter
    def bits(self, bits: int) -> None:
        if bits not in (16, 32, 64):
            raise ValueError("code has 16, 32 or 64 bits")
        self._bits = bits

    @property
    def base(self) -> int:
        return self._base

    @base.setter
    def base(self, base: int) -> None:
        self._base = base

    # ---- forwards ----

    def line(self, address: int) -> Line | None:
        """The instruction at an address; None where memory can't be read."""
        lines = self.lines(address, 1)
        return lines[0] if lines else None

    def lines(self, address: int, count: int) -> list[Line]:
        """Up to `count` instructions from an address on: fewer where memory ends."""
        self._check_cache()
        result: list[Line] = []
        data, start = b"", address
        cache = self._cache
        while len(result) < count:
            at = address - start
            if len(data) - at < LONGEST:
                fresh = self._read(address, LONGEST * (count - len(result)) + LONGEST)
                data, start, at = fresh, address, 0
                if not data:
                    break
            line = cache.get(address)
            if line is None or not data.startswith(line.data, at):
                line = self._decode(address, data[at : at + LONGEST])
                if len(cache) > MOST_CACHED:
                    cache.clear()
                cache[address] = line
            result.append(line)
            address += len(line.data)
        return result

    def _check_cache(self) -> None:
        """Forget what was formatted otherwise than it would be now."""
        key = (self._syntax, self._bits, self._base, self.symbols.generation)
        if key != self._key:
            self._cache.clear()
            self._key = key

    # ---- backwards ----

    def before(self, address: int, count: int) -> list[Line]:
        """Up to `count` instructions that end where `address` starts.

        They follow from the nearest boundary known: instructions shown before, a symbol; else the
        bytes themselves tell, as decoding nearly always falls into step within a few instructions.
        """
        self._check_cache()
        result: list[Line] = []
        while len(result) < count:
            previous = self._previous(address)
            if previous is None:
                more = self._walk_to(address, count - len(result))
                if not more:
                    break
                result[:0] = more
            else:
                result.insert(0, previous)
            address = result[0].address
        return result

    def around(self, address: int, before: int, after: int) -> list[Line]:
        """`before` instructions that end at an address, and `after` ones from there on."""
        return self.before(address, before) + self.lines(address, after)

    def _previous(self, address: int) -> Line | None:
        """An instruction shown earlier that ends here, if memory is still the same."""
        if self.symbols.at(address) is not None:
            return None
        found = None
        for start in range(address - 1, address - LONGEST - 1, -1):
            line = self._cache.get(start)
            if line is not None and line.end == address and line.valid:
                if found is not None:
                    return None  # two readings of the same bytes
                found = line
        if found is not None and self._read(found.address, found.length) != found.data:
            return None
        return found

    def _walk_to(self, address: int, count: int) -> list[Line]:
        """Up to `count` instructions before an address, by decoding from a place further up."""
        for start in self._anchors(address, count):
            starts = self._starts(start, address)
            if starts:
                first = starts[-count:][0]
                return [line for line in self.lines(first, count) if line.address < address]
        lines = self.lines(address - 1, 1)
        return [line for line in lines if line.end == address] or [
            self._bytes_line(address - 1, data) for data in [self._read(address - 1, 1)] if data
        ]

    def _anchors(self, address: int, count: int) -> list[int]:
        """Places to decode from, the most trustworthy first."""
        result = []
        symbol = self.symbols.nearest(address - 1)
        if symbol is not None and 0 <= symbol.offset < FARTHEST_SYMBOL:
            result.append(symbol.symbol.address)
        for far in (LONGEST * count + LONGEST, 4 * LONGEST, LONGEST):
            result += range(max(0, address - far), address - max(0, far - LONGEST))
        return result

    def _starts(self, start: int, address: int) -> list[int]:
        """The instructions from `start` that lead exactly to `address`; nothing if they don't."""
        data = self._read(start, address - start)
        if len(data) != address - start:
            return []
        decoder = Decoder(self._bits, data, ip=start - self._base)
        result = []
        position = 0
        for instruction in decoder:
            if instruction.is_invalid:
                return []
            result.append(start + position)
            position += instruction.len
        return result if position == len(data) else []

    # ---- one instruction ----

    def _decode(self, address: int, data: bytes) -> Line:
        decoder = Decoder(self._bits, data, ip=address - self._base & (1 << 64) - 1)
        instruction = decoder.decode()
        if instruction.is_invalid:
            return self._bytes_line(address, data)
        words = self._formatter.format_mnemonic(instruction)
        tokens: list[Token] = []
        *prefixes, last = words.split(" ")
        for prefix in prefixes:
            tokens.append(Token("prefix" if prefix in PREFIXES else "mnemonic", f"{prefix} "))
        target = reference = None
        count = self._formatter.operand_count(instruction)
        padding = " " * max(1, COLUMN - len(words)) if count else ""
        tokens.append(Token("mnemonic", last + padding))
        shown = len(tokens)
        for k in range(count):
            if k:
                tokens.append(Token("punctuation", ","))
            at, refers = self._operand(instruction, k, tokens)
            target = at if at is not None else target
            reference = refers if refers is not None else reference
        symbol = self.symbols.at(address)
        return Line(
            address, data[: instruction.len], words, "".join(token.text for token in tokens[shown:]),
            tuple(tokens), symbol.name if symbol is not None else "", flow_of(instruction, last),
            target, reference,
        )  # fmt: skip

    def _bytes_line(self, address: int, data: bytes) -> Line:
        symbol = self.symbols.at(address)
        operand = f"{data[0]:#x}"
        tokens = (Token("directive", ".byte".ljust(COLUMN)), Token("number", operand))
        heading = symbol.name if symbol is not None else ""
        return Line(address, data[:1], ".byte", operand, tokens, heading, "", None, None)

    def _operand(self, i: Instruction, k: int, tokens: list[Token]) -> tuple[int | None, int | None]:
        """Append an operand's tokens; the target of a branch, and the address that is referred to."""
        text = self._formatter.format_operand(i, k)
        at = self._formatter.get_instruction_operand(i, k)
        kind = i.op_kind(at) if at is not None else OpKind.REGISTER
        if kind == OpKind.REGISTER:
            split(text, tokens)
            return None, None
        if kind in NEAR_BRANCHES:
            target = i.near_branch_target + self._base
            where = self.symbols.lookup(target)
            kind_of, shown = ("symbol", str(where)) if where is not None else ("number", f"{target:#x}")
            tokens.append(Token(kind_of, shown))
            return target, None
        number, wanted = 0, False
        if kind == OpKind.MEMORY:
            number = i.memory_displacement
            if i.is_ip_rel_memory_operand:
                self._named(text, number, tokens, "(%rip)" if self._syntax == "att" else "", within=True)
                return None, number
            wanted = i.memory_displ_size >= 4 and number >= SMALLEST_ADDRESS
        elif at is not None and kind in IMMEDIATES:
            number = i.immediate(at)
            wanted = number >= SMALLEST_ADDRESS
        if not wanted:
            split(text, tokens)
            return None, None
        return None, self._named(text, number, tokens, "", within=kind == OpKind.MEMORY)

    def _named(self, text: str, number: int, tokens: list[Token], after: str, within: bool) -> int | None:
        """Split a text, with a symbol in place of `number`: `within` one, or at its start only."""
        where = self.symbols.lookup(number)
        if where is not None and where.offset and not within:
            where = None
        digits = f"{number:#x}"
        before, found, rest = text.partition(digits)
        if where is None or not found:
            split(text, tokens)
            if after:
                split(after, tokens)
            return None
        split(before, tokens)
        tokens.append(Token("symbol", str(where)))
        split(rest + after, tokens)
        return number


def flow_of(instruction: Instruction, mnemonic: str) -> str:
    flow = FLOWS.get(instruction.flow_control, "")
    return "interrupt" if flow == "call" and mnemonic.startswith("sys") else flow


def split(text: str, tokens: list[Token]) -> None:
    """Append the tokens of an operand."""
    for match in PIECES.finditer(text):
        kind = match.lastgroup or "punctuation"
        if kind == "word":
            kind = "keyword" if match[0] in KEYWORDS else "register"
        tokens.append(Token(kind, match[0]))


def formatter(syntax: str) -> Formatter:
    """iced's formatter, set up as these listings want it."""
    result = Formatter(SYNTAXES[syntax])
    result.uppercase_hex = False
    result.hex_prefix, result.hex_suffix = "0x", ""
    result.branch_leading_zeros = False
    result.rip_relative_addresses = False
    result.small_hex_numbers_in_decimal = True
    result.show_branch_size = False
    return result
