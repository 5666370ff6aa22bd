"""Pieces of several instructions, and those that single random instructions cannot be."""

import random

from tests.differential import values
from tests.fuzz.layout import (
    DATA,
    FUEL,
    GS_BASE,
    HIGH,
    PAGE,
    RAX,
    RCX,
    RDI,
    RDX,
    READ_ONLY,
    RSI,
    RSP,
    SAVED,
    STACK,
    STATUS_FLAGS,
)
from tests.fuzz.vocabulary import Piece, Vocabulary

ALL = STATUS_FLAGS
Fixups = tuple[tuple[int, int, int], ...]


# -- a few instructions ------------------------------------------------------------------------------

def rex(wide: bool, reg: int = 0, base: int = 0, always: bool = False) -> bytes:
    bits = (8 if wide else 0) | (reg >> 3) << 2 | base >> 3
    return bytes([0x40 | bits]) if bits or always else b""


def word(value: int) -> bytes:
    return (value & 0xFFFFFFFF).to_bytes(4, "little")


def at(base: int, reg: int, offset: int) -> bytes:
    """ModRM, SIB and a 32-bit displacement for [base + offset]."""
    sib = b"\x24" if base & 7 == 4 else b""
    return bytes([0x80 | (reg & 7) << 3 | base & 7]) + sib + word(offset)


def absolute(reg: int, address: int) -> bytes:
    return bytes([(reg & 7) << 3 | 4, 0x25]) + word(address)


def lea(reg: int, base: int, offset: int) -> bytes:
    return rex(True, reg, base) + b"\x8d" + at(base, reg, offset)


def lea_label(reg: int) -> bytes:
    """LEA reg, [RIP + ...]; its last four bytes are for a fixup."""
    return rex(True, reg) + b"\x8d" + bytes([5 | (reg & 7) << 3]) + bytes(4)


def move32(reg: int, value: int) -> bytes:
    return rex(False, 0, reg) + bytes([0xB8 | reg & 7]) + word(value)


def move64(reg: int, value: int) -> bytes:
    return rex(True, 0, reg) + bytes([0xB8 | reg & 7]) + (value & (1 << 64) - 1).to_bytes(8, "little")


def push(reg: int) -> bytes:
    return rex(False, 0, reg) + bytes([0x50 | reg & 7])


def pop(reg: int) -> bytes:
    return rex(False, 0, reg) + bytes([0x58 | reg & 7])


def and32(reg: int, value: int) -> bytes:
    return rex(False, 0, reg) + bytes([0x83, 0xE0 | reg & 7, value])


DECREMENT_FUEL = b"\x83" + absolute(5, FUEL) + b"\x01"  # sub dword [FUEL], 1


# -- strings -----------------------------------------------------------------------------------------

MOVS, CMPS, STOS, LODS, SCAS = 0xA4, 0xA6, 0xAA, 0xAC, 0xAE
SOURCE, DESTINATION = {MOVS, CMPS, LODS}, {MOVS, CMPS, STOS, SCAS}


def string(rng: random.Random, vocabulary: Vocabulary) -> Piece | None:
    """A string instruction, with its registers set up where they are not addresses already."""
    roles = vocabulary.roles
    opcode = rng.choice((MOVS, MOVS, CMPS, STOS, STOS, LODS, SCAS))
    if opcode == LODS and RAX not in roles.free:
        return None
    code, writes, undefines = b"", 0, 0
    size = rng.choice((1, 2, 4, 8))
    backwards = rng.random() < 0.25
    prefix, source_base = b"", 0
    if opcode in SOURCE and rng.random() < 0.1:
        prefix, source_base = b"\x65", GS_BASE
    for number, wanted in ((RSI, SOURCE), (RDI, DESTINATION)):
        if opcode not in wanted:
            continue
        base = source_base if number == RSI else 0
        if number in roles.free:
            target = rng.choice((*roles.low, *(roles.high if not base else ())))
            code += lea(number, target, rng.randrange(-0x400, 0x400) - base)
        elif base or number in roles.index:
            return None
        writes |= 1 << number
    repeat = rng.choice((b"", b"\xf3", b"\xf3", b"\xf2"))
    if repeat:
        if RCX not in roles.free:
            return None
        if rng.random() < 0.8:
            code += move32(RCX, rng.choice((0, 1, 2, 3, 5, 8, 17, 40)))
        else:
            code, undefines = code + and32(RCX, 15), 0x10
        writes |= 1 << RCX
    if backwards:
        code += b"\xfd"
    if rng.random() < 0.05 and not prefix and not roles.high:
        prefix += b"\x67"
    wide = b"\x48" if size == 8 else b""
    size16 = b"\x66" if size == 2 else b""
    code += size16 + prefix + repeat + wide + bytes([opcode | (size > 1)])
    if backwards and rng.random() < 0.9:
        code += b"\xfc"
    # with a count of zero a comparison leaves the flags alone
    defines = ALL if opcode in (CMPS, SCAS) and not repeat else 0
    return Piece(code, (), 0, defines, undefines, writes | (opcode == LODS))


# -- the stack ---------------------------------------------------------------------------------------

def flags_through_stack(rng: random.Random, vocabulary: Vocabulary) -> Piece:
    """PUSHF and POPF in several guises; the trap and alignment flags stay clear."""
    reg = rng.choice(vocabulary.roles.free)
    kind = rng.randrange(5)
    if kind == 0:
        return Piece(b"\x9c\x9d", reads=ALL)
    if kind == 1:
        return Piece(b"\x9c" + pop(reg), reads=ALL, writes=1 << reg)
    if kind == 2:  # and dword [rsp], 0cd5h; mov dword [rsp + 4], 0
        return Piece(push(reg) + b"\x81\x24\x24" + word(0xCD5) + b"\xc7\x44\x24\x04" + word(0) + b"\x9d",
                     defines=ALL)
    if kind == 3:
        flags = rng.getrandbits(12) & (0x8D5 | (0x400 if rng.random() < 0.1 else 0))
        return Piece(b"\x68" + word(flags | 2) + b"\x9d", defines=ALL)
    return Piece(b"\x66\x9c\x66\x9d", reads=ALL)


def stack_pointer(rng: random.Random, vocabulary: Vocabulary) -> Piece:
    """RSP as an ordinary operand, back where it was at the end."""
    reg = rng.choice(vocabulary.roles.free)
    kind = rng.randrange(8)
    size = rng.choice((8, 16, 24, 64))
    if kind == 0:
        return Piece(push(RSP) + pop(RSP))
    if kind == 1:
        return Piece(lea(RSP, RSP, -size) + lea(RSP, RSP, size))
    if kind == 2:  # sub rsp, size; add rsp, size
        return Piece(b"\x48\x83\xec" + bytes([size]) + b"\x48\x83\xc4" + bytes([size]), defines=ALL)
    if kind == 3:  # mov reg, rsp; and rsp, -32; mov rsp, reg
        return Piece(rex(True, RSP, reg) + bytes([0x89, 0xE0 | reg & 7]) + b"\x48\x83\xe4\xe0"
                     + rex(True, reg, RSP) + bytes([0x89, 0xC0 | (reg & 7) << 3 | 4]),
                     defines=ALL & ~0x10, undefines=0x10, writes=1 << reg)
    if kind == 4:  # xchg rsp, reg, twice
        swap = rex(True, reg, RSP) + bytes([0x87, 0xC4 | (reg & 7) << 3])
        return Piece(swap + swap)
    if kind == 5:  # push [rsp + 8]; pop [rsp + 16]
        return Piece(b"\xff\x74\x24\x08\x8f\x44\x24\x10")
    if kind == 6:  # cmp rsp, reg
        return Piece(rex(True, reg, RSP) + bytes([0x39, 0xC4 | (reg & 7) << 3]), defines=ALL)
    return Piece(rex(True, reg, 0) + b"\x03" + bytes([0xC4 | (reg & 7) << 3]), defines=ALL,
                 writes=1 << reg)  # add reg, rsp


def frame(rng: random.Random, vocabulary: Vocabulary) -> Piece | None:
    """ENTER or its like, and LEAVE."""
    if 5 not in vocabulary.roles.free:
        return None
    if rng.random() < 0.6:
        size, level = rng.choice((0, 8, 16, 17, 200)), rng.choice((0, 0, 0, 1, 2, 3))
        code = b"\xc8" + size.to_bytes(2, "little") + bytes([level])
    else:
        code = push(5) + b"\x48\x89\xe5"
    return Piece(code + rng.choice((b"", push(rng.randrange(16)))) + b"\xc9", writes=1 << 5)


# -- arithmetic --------------------------------------------------------------------------------------

def divide(rng: random.Random, vocabulary: Vocabulary) -> Piece | None:
    """A division whose quotient mostly fits."""
    free = vocabulary.roles.free
    if RAX not in free or RDX not in free:
        return None
    divisor = rng.choice([number for number in free if number not in (RAX, RDX)])
    wide = rng.random() < 0.5
    signed = rng.random() < 0.5
    code = b""
    if rng.random() < 0.9:  # or divisor, 40h
        code += rex(wide, 0, divisor) + bytes([0x83, 0xC8 | divisor & 7, 0x40])
    if signed and rng.random() < 0.9:
        code += b"\x48\x99" if wide else b"\x99"
    elif rng.random() < 0.95:
        code += b"\x31\xd2"  # xor edx, edx
    code += rex(wide, 0, divisor) + bytes([0xF7, (0xF8 if signed else 0xF0) | divisor & 7])
    return Piece(code, undefines=ALL, writes=1 << RAX | 1 << RDX)


def small_index(rng: random.Random, vocabulary: Vocabulary) -> Piece:
    """A free register cut down to an index, and used as one."""
    roles = vocabulary.roles
    reg, other = rng.choice(roles.free), rng.choice(roles.free)
    base = rng.choice((*roles.low, *roles.high))
    scale = rng.randrange(4)
    bits = 0x48 | (other >> 3) << 2 | (reg >> 3) << 1 | base >> 3
    access = bytes([bits, rng.choice((0x8B, 0x89, 0x03, 0x01, 0x3B, 0x87)), 0x44 | (other & 7) << 3,
                    scale << 6 | (reg & 7) << 3 | base & 7, rng.randrange(0x80)])
    return Piece(and32(reg, 31) + access, undefines=0x10, defines=ALL & ~0x10, writes=1 << reg | 1 << other)


def pointer_step(rng: random.Random, vocabulary: Vocabulary) -> Piece:
    """A pointer moved a little: by ADD, SUB, LEA, INC or DEC."""
    roles = vocabulary.roles
    reg = rng.choice((*roles.low, *roles.high))
    step = rng.choice((1, 2, 4, 8, 16, 16, 32))
    kind = rng.randrange(5)
    if kind == 0:
        return Piece(rex(True, 0, reg) + bytes([0x83, 0xC0 | reg & 7, step]), defines=ALL)
    if kind == 1:
        return Piece(rex(True, 0, reg) + bytes([0x83, 0xE8 | reg & 7, step]), defines=ALL)
    if kind == 2:
        return Piece(lea(reg, reg, rng.choice((step, -step))))
    return Piece(rex(True, 0, reg) + bytes([0xFF, (0xC0 if kind == 3 else 0xC8) | reg & 7]), defines=ALL & ~1)


def high_pointer(rng: random.Random, vocabulary: Vocabulary) -> Piece:
    """A free register made a pointer by a 64-bit immediate, and used."""
    reg, other = rng.choice(vocabulary.roles.free), rng.choice(vocabulary.roles.free)
    target = rng.choice((HIGH, DATA + PAGE)) + rng.randrange(0x100, PAGE - 8)
    opcode = rng.choice((b"\x8b", b"\x89", b"\x03", b"\x29", b"\x85", b"\x87"))
    access = rex(True, other, reg) + opcode + at(reg, other, 0)
    return Piece(move64(reg, target) + access, undefines=0x10, writes=1 << reg | 1 << other)


# -- control -----------------------------------------------------------------------------------------

def tight_loop(rng: random.Random, vocabulary: Vocabulary, body: list[Piece]) -> Piece | None:
    """The pieces again and again: by LOOP or by a register that counts down."""
    code = b"".join(piece.code for piece in body)
    if len(code) > 100 or any(piece.fixups or piece.branches for piece in body):
        return None
    writes = reads = undefined = 0
    for piece in body:
        writes |= piece.writes
        reads |= piece.reads
        undefined |= piece.undefines
    if undefined & reads:
        return None
    counters = [number for number in vocabulary.roles.free if not writes >> number & 1]
    if not counters:
        return None
    times = rng.choice((1, 2, 3, 7, 20)) if rng.random() < 0.97 else 400
    if RCX in counters and rng.random() < 0.4:
        opcode = rng.choice((0xE2, 0xE2, 0xE0, 0xE1))
        code = move32(RCX, times) + code + bytes([opcode, -(len(code) + 2) & 0xFF])
        if opcode != 0xE2:
            reads |= ZF
            if undefined & ZF:
                return None
        return Piece(code, (), reads, 0, undefined, writes | 1 << RCX)
    counter = rng.choice(counters)
    step = rex(False, 0, counter) + (bytes([0xFF, 0xC8 | counter & 7]) if rng.random() < 0.5
                                     else bytes([0x83, 0xE8 | counter & 7, 1]))
    back = bytes([0x75, -(len(code) + len(step) + 2) & 0xFF])
    return Piece(move32(counter, times) + code + step + back, (), reads, 0, undefined, writes | 1 << counter)


def skip(rng: random.Random, over: Piece) -> Piece | None:
    """A piece jumped over or not, by any condition or by the counter register."""
    if len(over.code) > 120 or over.branches:
        return None
    opcode = rng.randrange(0x70, 0x80)
    reads = CONDITION_FLAGS[opcode >> 1 & 7]
    head = bytes([opcode, len(over.code)])
    if rng.random() < 0.15:
        head, reads = rng.choice((b"\xe3", b"\x67\xe3")) + bytes([len(over.code)]), 0
    fixups = tuple((a + len(head), end + len(head), target) for a, end, target in over.fixups)
    return Piece(head + over.code, fixups, reads | over.reads, 0, over.undefines, over.writes)


CF, PF, AF, ZF, SF, OF = 1, 4, 0x10, 0x40, 0x80, 0x800
CONDITION_FLAGS = (OF, CF, ZF, CF | ZF, SF, PF, SF | OF, SF | OF | ZF)


# -- code that changes itself ------------------------------------------------------------------------

def patch_next(rng: random.Random, vocabulary: Vocabulary) -> Piece:
    """Changes the immediate of the very next instruction: mov byte [rip + ...], n; mov reg, imm32."""
    reg = rng.choice(vocabulary.roles.free)
    target = move32(reg, rng.getrandbits(32))
    gap = rng.choice((b"", b"\x90", b"\x0f\x1f\x40\x00"))
    byte = rng.randrange(4)
    distance = len(gap) + len(target) - 4 + byte
    return Piece(b"\xc6\x05" + word(distance) + bytes([rng.getrandbits(8)]) + gap + target, writes=1 << reg)


# -- faults ------------------------------------------------------------------------------------------

def fault(rng: random.Random, vocabulary: Vocabulary) -> Piece:
    """Something that faults here and now."""
    roles = vocabulary.roles
    reg, other = rng.choice(roles.free), rng.choice(roles.free)
    load = rex(True, other, reg) + rng.choice((b"\x8b", b"\x89", b"\x03", b"\x87")) + at(reg, other, 0)
    kind = rng.randrange(10)
    if kind == 0:
        return Piece(rng.choice((b"\xcc", b"\x0f\x0b", b"\xf4", b"\xfa", b"\xec", b"\x0f\x20\xc0")))
    if kind == 1:
        address = rng.choice((1 << 47, (1 << 64) - (1 << 47) - 8, 1 << 63, 0x7654321076543210))
        return Piece(move64(reg, address) + load, writes=1 << reg)
    if kind == 2:  # a write to the page that is read-only, at its start or across it
        return Piece(b"\x48\x89" + absolute(RAX, READ_ONLY + rng.choice((-4, 0, 64))))
    if kind == 3:
        address = rng.choice((DATA + PAGE - 3, DATA + 4 * PAGE - 5, STACK + PAGE - 1, 8))
        return Piece(rex(True, reg) + rng.choice((b"\x8b", b"\x01", b"\x39")) + absolute(reg, address))
    if kind == 4:  # movaps xmm, [pointer + 1]
        base = rng.choice(roles.low)
        opcode = rng.choice((b"\x0f\x28", b"\x0f\x29", b"\x0f\x54", b"\x0f\x58"))
        return Piece(rex(False, 0, base) + opcode + at(base, 2, 1))
    if kind == 5:  # a stack that is not there
        use = rng.choice((b"\x50", b"\x58", b"\xc3", b"\xe8\0\0\0\0", b"\x9c", b"\xff\x34\x24"))
        return Piece(rex(True, reg, RSP) + bytes([0x89, 0xC4 | (reg & 7) << 3]) + use, branches=True)
    if kind <= 7:  # a jump or call to anywhere, or to data
        target = reg if kind == 6 else rng.choice(roles.low)
        code = rex(False, 0, target) + bytes([0xFF, rng.choice((0xD0, 0xE0)) | target & 7])
        return Piece(code, branches=True)
    if kind == 8 and RAX in roles.free and RDX in roles.free:
        return Piece(move32(RCX, 0) + b"\xf7\xf1" if RCX in roles.free else b"\xf7\xf1",
                     undefines=ALL, writes=7)
    return Piece(b"\x8f" + absolute(0, rng.choice((READ_ONLY, DATA + PAGE - 3, 16))))  # pop


def value_moves(rng: random.Random, vocabulary: Vocabulary) -> Piece:
    """A corner value into a free register."""
    reg = rng.choice(vocabulary.roles.free)
    return Piece(move64(reg, values.integer(rng)), writes=1 << reg)


def fueled(code_after: bytes, fixups: Fixups, end: int) -> Piece:
    """Goes to the label `end` when the fuel is used up, else on to `code_after`; sets all flags."""
    guard = DECREMENT_FUEL + b"\x0f\x88\0\0\0\0"
    moved = tuple((a + len(guard), e + len(guard) if e else 0, label) for a, e, label in fixups)
    return Piece(guard + code_after, ((len(guard) - 4, len(guard), end), *moved), defines=ALL, branches=True)


def fueled_quietly(code_after: bytes, fixups: Fixups, end: int, reads: int) -> Piece:
    """The same without a change of flags or registers."""
    guard = (b"\x48\x89" + absolute(RCX, SAVED) + b"\x8b" + absolute(RCX, FUEL)
             + b"\x8d\x49\xff" + b"\x89" + absolute(RCX, FUEL)  # lea ecx, [rcx - 1]
             + b"\x67\xe3\x02\xeb\x05\xe9\0\0\0\0")  # jecxz +2; jmp over; jmp end
    tail = b"\x48\x8b" + absolute(RCX, SAVED)
    exit_at = len(guard)
    moved = tuple((a + len(guard) + len(tail), e + len(guard) + len(tail) if e else 0, label)
                  for a, e, label in fixups)
    return Piece(guard + tail + code_after, ((exit_at - 4, exit_at, end), *moved), reads, branches=True)

