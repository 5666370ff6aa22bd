"""Random programs: blocks of pieces, branches between them, functions, jump tables."""

import functools
import operator
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.differential import values
from tests.fuzz import idioms
from tests.fuzz.idioms import CONDITION_FLAGS, and32, fueled, fueled_quietly, lea_label, push, rex
from tests.fuzz.layout import (
    CODE,
    CONTROL_CELLS,
    DATA,
    FUEL,
    FXSAVE_SIZE,
    HIGH,
    MASK64,
    MXCSR_CELLS,
    PAGE,
    RCX,
    RSP,
    SLOT_SIZE,
    STACK,
    YMM_SIZE,
    State,
)
from tests.fuzz.vocabulary import Piece, Roles, Vocabulary

END = 0  # the label that programs end at
FIRST_FUNCTION, FIRST_TABLE, FIRST_RETURN = 100, 200, 1000  # labels below are those of blocks


class Overflow(Exception):
    """The program does not fit its slot."""


class Undefined(Exception):
    """The program would use flags that its processor need not define."""


@dataclass
class Program:
    """Pieces in order, and the state to start from. `patches` says that it writes its own code."""

    pieces: list[Piece]
    state: State
    roles: Roles
    patches: bool = False
    places: list[tuple[int, int]] = field(default_factory=list)  # offset, flags undefined from there on

    def assemble(self, base: int) -> bytes:
        """The code at `base`; notes in `places` where flags are undefined."""
        labels: dict[int, int] = {}
        offset = undefined = 0
        self.places = []
        for piece in self.pieces:
            if piece.label >= 0:
                labels[piece.label] = offset
            if undefined & piece.reads or (undefined and (piece.branches or piece.label >= 0)):
                raise Undefined
            if undefined | piece.undefines:
                self.places.append((offset, undefined | piece.undefines))
            elif self.places and self.places[-1][1]:
                self.places.append((offset, 0))
            undefined = undefined & ~piece.defines | piece.undefines
            offset += len(piece.code)
        if offset >= SLOT_SIZE:
            raise Overflow
        code = bytearray()
        for piece in self.pieces:
            at = len(code)
            code += piece.code
            for place, end, target in piece.fixups:
                address = base + labels.get(target, labels[END]) if target < 0x10000 else target
                place += at
                if end:
                    code[place:place + 4] = (address - base - at - end & 0xFFFFFFFF).to_bytes(4, "little")
                else:
                    code[place:place + 8] = address.to_bytes(8, "little")
        return bytes(code)

    def undefined_at(self, offset: int) -> int:
        """Flags that may differ when the program stops at `offset`, which is negative outside it."""
        if offset < 0:  # somewhere else altogether
            return functools.reduce(operator.or_, (flags for _, flags in self.places), 0)
        found = 0
        for start, flags in self.places:
            if start > offset:
                break
            found = flags
        return found


# Which groups of instructions a program draws from, and how often.
PROFILES: tuple[tuple[int, dict[str, int]], ...] = (
    (30, {"integer": 1}),
    (15, {"integer": 6, "bmi": 2, "sse": 2}),
    (15, {"integer": 2, "sse": 5, "crypto": 1}),
    (8, {"integer": 2, "x87": 5}),
    (5, {"integer": 2, "x87": 3, "mmx": 3}),
    (12, {"integer": 6, "bmi": 1, "sse": 4, "x87": 2, "mmx": 1, "crypto": 1}),
    (15, {"integer": 2, "sse": 2, "avx": 4, "avx2": 4, "fma": 2, "f16c": 1, "vaes": 1, "gfni": 1, "sha": 1,
          "bmi": 1}),
)


class Profile:
    """A cumulative table of groups."""

    def __init__(self, vocabulary: Vocabulary, weights: dict[str, int]):
        self.pools = [vocabulary.groups[group] for group, weight in weights.items()
                      for _ in range(weight) if vocabulary.groups.get(group)]

    def piece(self, rng: random.Random) -> Piece:
        return rng.choice(rng.choice(self.pools))


IDIOMS: tuple[tuple[int, Callable[[random.Random, Vocabulary], Piece | None]], ...] = (
    (5, idioms.string), (3, idioms.flags_through_stack), (3, idioms.stack_pointer), (2, idioms.frame),
    (2, idioms.divide), (4, idioms.small_index), (3, idioms.pointer_step), (2, idioms.high_pointer),
    (4, idioms.value_moves),
)
IDIOM_POOL = [maker for weight, maker in IDIOMS for _ in range(weight)]


class Generator:
    """Makes programs from one vocabulary."""

    def __init__(self, vocabulary: Vocabulary, rng: random.Random):
        self.vocabulary = vocabulary
        self.roles = vocabulary.roles
        self.rng = rng
        self.profiles = [(weight, Profile(vocabulary, groups)) for weight, groups in PROFILES]
        self.profile_pool = [profile for weight, profile in self.profiles for _ in range(weight)]
        self.floating = [values.x87_state(rng) + b"".join(values.vector(rng) for _ in range(16))
                         for _ in range(40)]
        self.upper = [b"".join(values.vector(rng) for _ in range(16)) for _ in range(8)] + [bytes(YMM_SIZE)]

    def program(self) -> Program:
        while True:
            made = self.attempt()
            try:
                made.assemble(CODE)
            except (Overflow, Undefined):
                continue
            return made

    def attempt(self) -> Program:
        rng = self.rng
        self.out: list[Piece] = []
        self.undefined = 0
        self.profile = rng.choice(self.profile_pool)
        self.patches = rng.random() < 0.03
        self.tables: list[list[int]] = []
        self.returns = 0
        self.functions = rng.choice((0, 0, 1, 2, 3))
        self.pops = [8 if rng.random() < 0.2 else 0 for _ in range(self.functions)]
        self.blocks = rng.choice((1, 2, 3, 4, 5, 6, 7))
        budget = rng.randint(5, 60)
        trouble = rng.randrange(budget) if rng.random() < 0.25 else -1
        each = max(1, budget // (self.blocks + self.functions))
        self.at = 0
        for block in range(1, self.blocks + 1):
            self.label(block)
            self.straight(each, 0, trouble)
            self.terminator(block)
        self.define()
        self.label(END)
        self.out.append(Piece(b"\xcc", branches=True))
        for function in range(self.functions):
            self.label(FIRST_FUNCTION + function)
            self.straight(each, function + 1, trouble)
            self.function_end(function)
        for number, targets in enumerate(self.tables):
            self.out.append(Piece(b"", label=FIRST_TABLE + number))
            fixups = tuple((8 * i, 0, target) for i, target in enumerate(targets))
            self.out.append(Piece(bytes(8 * len(targets)), fixups, branches=True))
        return Program(self.out, self.state(), self.roles, self.patches)

    # -- what programs start from --------------------------------------------------------------------

    def state(self) -> State:
        rng, roles = self.rng, self.roles
        reg = [values.integer(rng) for _ in range(16)]
        for number in roles.low:
            reg[number] = DATA + 2 * PAGE + (rng.randrange(-0x500, 0x500) & -32)
        for number in roles.high:
            reg[number] = HIGH + 0x800 + (rng.randrange(-0x100, 0x100) & -32)
        for number in roles.index:
            reg[number] = rng.choice((0, 16, 32, 48, -16, -32, 64)) & MASK64
        if rng.random() < 0.1:
            reg[rng.choice(roles.free)] = DATA + PAGE + rng.randrange(2 * PAGE)
        reg[RSP] = STACK + PAGE + 0x800 + (0 if rng.random() < 0.6 else 8 * rng.randrange(-32, 32))
        flags = 0x202 | rng.getrandbits(12) & 0x8D5 | (0x400 if rng.random() < 0.05 else 0)
        return State(reg, flags, rng.choice(self.floating), rng.choice(self.upper))

    # -- straight code -------------------------------------------------------------------------------

    def label(self, number: int) -> None:
        self.define()
        self.out.append(Piece(b"", label=number))

    def add(self, piece: Piece) -> None:
        """The piece, after one that defines the flags if it needs them."""
        if self.undefined and (piece.branches or piece.reads & self.undefined):
            self.define()
        self.out.append(piece)
        self.undefined = self.undefined & ~piece.defines | piece.undefines

    def define(self) -> None:
        if self.undefined:
            self.out.append(self.rng.choice(self.vocabulary.definers))
            self.undefined = 0

    def straight(self, count: int, first_callee: int, trouble: int) -> None:
        rng, vocabulary = self.rng, self.vocabulary
        waiting: list[int] = []  # sizes of what was pushed
        for _ in range(count):
            if self.at == trouble:
                self.add(idioms.fault(rng, vocabulary) if rng.random() < 0.7 else rng.choice(vocabulary.wild))
            self.at += 1
            kind = rng.random()
            if kind < 0.70:
                self.add(self.profile.piece(rng))
            elif kind < 0.76:
                size = 2 if rng.random() < 0.1 else 8
                self.add(rng.choice(vocabulary.pushes[size]))
                waiting.append(size)
            elif kind < 0.80:
                if waiting and (pops := vocabulary.pops[waiting.pop()]):
                    self.add(rng.choice(pops))
            elif kind < 0.83:
                self.call(first_callee)
            elif kind < 0.85:
                body = [self.profile.piece(rng) for _ in range(rng.randrange(1, 4))]
                self.maybe(idioms.tight_loop(rng, vocabulary, body))
            elif kind < 0.88:
                self.maybe(idioms.skip(rng, self.profile.piece(rng)))
            elif kind < 0.91 and vocabulary.on_rsp:
                self.add(rng.choice(vocabulary.on_rsp))
            elif kind < 0.93 and self.patches:
                self.add(idioms.patch_next(rng, vocabulary))
            else:
                self.maybe(rng.choice(IDIOM_POOL)(rng, vocabulary))
        while waiting and rng.random() < 0.98:
            if pops := vocabulary.pops[waiting.pop()]:
                self.add(rng.choice(pops))

    def maybe(self, piece: Piece | None) -> None:
        if piece is not None:
            self.add(piece)

    # -- branches ------------------------------------------------------------------------------------

    def branch(self, code: bytes, *fixups: tuple[int, int, int]) -> None:
        self.add(Piece(code, fixups, branches=True))

    def table(self, *targets: int) -> int:
        self.tables.append(list(targets))
        return FIRST_TABLE + len(self.tables) - 1

    def free(self) -> int:
        return self.rng.choice(self.roles.free)

    def call(self, first: int) -> None:
        """A call of a function after `first`, in one of the ways that there are."""
        if first >= self.functions:
            return
        rng, number = self.rng, self.rng.randrange(first, self.functions)
        target, reg, kind = FIRST_FUNCTION + number, self.free(), self.rng.randrange(6)
        if self.pops[number]:
            self.add(Piece(push(rng.randrange(16))))
        load = lea_label(reg)
        if kind <= 1:
            self.branch(b"\xe8" + bytes(4), (1, 5, target))
        elif kind == 2:
            code = load + rex(False, 0, reg) + bytes([0xFF, 0xD0 | reg & 7])
            self.branch(code, (len(load) - 4, len(load), target))
        elif kind == 3:
            self.branch(b"\xff\x15" + bytes(4), (2, 6, self.table(target)))
        elif kind == 4:  # by way of memory
            base, offset = rng.choice(self.roles.low), rng.randrange(-0x80, 0x80) & -8
            store = rex(True, reg, base) + b"\x89" + idioms.at(base, reg, offset)
            code = load + store + rex(False, 0, base) + b"\xff" + idioms.at(base, 2, offset)
            self.branch(code, (len(load) - 4, len(load), target))
        else:  # a return address made by hand, and a jump
            jump = push(reg) + b"\xe9" + bytes(4)
            end = len(load) + len(jump)
            self.returns += 1
            back = FIRST_RETURN + self.returns
            self.branch(load + jump, (len(load) - 4, len(load), back), (end - 4, end, target))
            self.out.append(Piece(b"", label=back))

    def function_end(self, number: int) -> None:
        rng, reg = self.rng, self.free()
        self.define()
        if self.pops[number]:
            self.branch(b"\xc2\x08\x00")
            return
        kind = rng.randrange(8)
        if kind == 0:
            self.branch(idioms.pop(reg) + rex(False, 0, reg) + bytes([0xFF, 0xE0 | reg & 7]))
        elif kind == 1:  # lea rsp, [rsp + 8]; jmp [rsp - 8]
            self.branch(b"\x48\x8d\x64\x24\x08\xff\x64\x24\xf8")
        elif kind == 2:
            self.branch(b"\xf3\xc3")
        elif kind == 3:  # push [rsp]; ret; never balanced: the address stays
            self.branch(b"\xff\x34\x24\xc2\x08\x00")
        elif kind == 4 and number + 1 < self.functions and not self.pops[number + 1]:
            self.branch(b"\xe9" + bytes(4), (1, 5, FIRST_FUNCTION + number + 1))
        elif kind == 5:  # again, while there is fuel
            again = FIRST_FUNCTION + number
            self.add(fueled(b"\xe8" + bytes(4), ((1, 5, again),), END))
            self.branch(b"\xc3")
        else:
            self.branch(b"\xc3")

    def terminator(self, block: int) -> None:
        """Leads from a block to another: onwards, or back while there is fuel."""
        rng, reg = self.rng, self.free()
        onwards = rng.randrange(block + 1, self.blocks + 1) if block < self.blocks else END
        kind = rng.random()
        load = lea_label(reg)
        to_load = (len(load) - 4, len(load), onwards)
        indirect = rex(False, 0, reg) + bytes([0xFF, 0xE0 | reg & 7])
        if kind < 0.20:
            return
        self.define()
        if kind < 0.25:
            self.branch(b"\xe9" + bytes(4), (1, 5, onwards))
        elif kind < 0.45:
            self.branch(bytes([0x0F, 0x80 | rng.randrange(16)]) + bytes(4), (2, 6, onwards))
        elif kind < 0.49:  # jrcxz +2; jmp +5; jmp onwards
            code = rng.choice((b"\xe3", b"\x67\xe3")) + b"\x02\xeb\x05\xe9" + bytes(4)
            self.branch(code, (len(code) - 4, len(code), onwards))
        elif kind < 0.53:
            self.branch(load + indirect, to_load)
        elif kind < 0.57:
            self.branch(b"\xff\x25" + bytes(4), (2, 6, self.table(onwards)))
        elif kind < 0.60:
            self.branch(load + push(reg) + rng.choice((b"\xc3", b"\xf3\xc3")), to_load)
        elif kind < 0.64:
            self.switch(block)
        elif kind < 0.67:  # a retpoline: call +1; int3; mov [rsp], reg; ret
            store = rex(True, reg, RSP) + bytes([0x89, 4 | (reg & 7) << 3, 0x24])
            self.branch(load + b"\xe8\x01\0\0\0\xcc" + store + b"\xc3", to_load)
        else:
            self.backwards(rng.randrange(1, block + 1))

    def switch(self, block: int) -> None:
        """and reg, 3; lea other, [table]; jmp [other + reg * 8]"""
        rng, reg, other = self.rng, self.free(), self.free()
        later = [*range(block + 1, self.blocks + 1), END]
        table = self.table(*(rng.choice(later) for _ in range(4)))
        code = and32(reg, 3) + lea_label(other)
        end = len(code)
        bits = (reg >> 3) << 1 | other >> 3
        code += bytes([0x40 | bits, 0xFF, 0x64, 0xC0 | (reg & 7) << 3 | other & 7, 0])
        if reg == other:
            return
        compare = b"\x38\xc0"  # AND leaves AF undefined
        start = len(and32(reg, 3))
        self.branch(code[:start] + compare + code[start:], (end - 4 + 2, end + 2, table))

    def backwards(self, target: int) -> None:
        rng, condition = self.rng, self.rng.randrange(16)
        jump = bytes([0x0F, 0x80 | condition]) + bytes(4)
        kind = rng.random()
        if kind < 0.4:
            self.add(fueled(jump, ((2, 6, target),), END))
        elif kind < 0.8:
            self.add(fueled_quietly(jump, ((2, 6, target),), END, CONDITION_FLAGS[condition >> 1]))
        elif RCX in self.roles.free:  # loop +2; jmp +5; jmp target
            loop = rng.choice((b"\xe2", b"\xe2", b"\xe1", b"\xe0"))
            self.add(fueled(loop + b"\x02\xeb\x05\xe9" + bytes(4), ((5, 9, target),), END))


def make_memory(rng: random.Random) -> tuple[bytes, bytes]:
    """What the writable pages and the read-only one start with."""
    parts: list[Callable[[], bytes]] = [
        lambda: values.vector(rng), lambda: rng.randbytes(16),
        lambda: values.extended(rng) + values.extended(rng)[:6],
        lambda: values.integer(rng).to_bytes(8, "little") * 2]
    page = [b"".join(rng.choice(parts)() for _ in range(PAGE // 16)) for _ in range(5)]
    cells = bytearray(page[0])
    put(cells, FUEL, rng.choice((5, 9, 20)).to_bytes(4, "little"))
    for i in range(4):
        put(cells, MXCSR_CELLS + 4 * i, values.mxcsr(rng).to_bytes(4, "little"))
        put(cells, CONTROL_CELLS + 4 * i, values.x87_state(rng)[:2])
    return bytes(cells) + page[1] + page[2] + page[3], page[4]


def put(cells: bytearray, address: int, data: bytes) -> None:
    start = address - DATA - PAGE
    cells[start:start + len(data)] = data


DEFAULT_FXSAVE = b"\x7f\x03" + bytes(22) + b"\x80\x1f" + bytes(FXSAVE_SIZE - 26)
