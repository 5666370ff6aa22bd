"""The instruction decoder: 16, 32 and 64-bit code, legacy, VEX, EVEX, XOP and 3DNow! encodings.

`decode` reads the prefixes, collects everything that can decide between instructions in one word of
bits (mandatory prefix, mode, operand size, W, vector length, ModRM fields, ...), and takes the first
form of the opcode that excludes none of them. The forms come from the opcode table, see
`tables/opcode_compiler.py`.

Where processors differ it follows Intel's: in 64-bit code, 66 does not change near branches, and an
ES, CS, SS or DS prefix does not cancel an FS or GS prefix before it.
"""

# ruff: noqa: F403, F405 - the names in capitals are the enumerations of core/opcodes.pxd
# mypy: ignore-errors

import cython
from cython.cimports.blinkenlights.core.opcodes import *
from cython.cimports.blinkenlights.core.state import DS, FS, SS, ZERO, i8, i16, i32, i64, u8, u32, u64
from cython.cimports.libc.string import memcpy, memset

from blinkenlights.tables.isa import BLOB, MNEMONICS, forms

# The compiled opcode table, see tables/opcode_compiler.py.
index_table = cython.declare(cython.pointer[cython.const[u32]])
group_table = cython.declare(cython.pointer[cython.const[u32]])
candidate_table = cython.declare(cython.pointer[cython.const[Candidate]])
form_table = cython.declare(cython.pointer[cython.const[Form]])

modrm_bits = cython.declare(u64[256])  # what each ModRM byte says
prefix_kind = cython.declare(u8[256])
base16 = cython.declare(u8[8])
index16 = cython.declare(u8[8])

@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def bit(number: cython.int) -> u64:
    return cython.cast(u64, 1) << number


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def nothing(position: cython.int, available: cython.int) -> cython.int:
    """What to answer when the first `position` bytes are no instruction."""
    if position > 15 and available >= 15:
        return DECODE_TOO_LONG
    return DECODE_SHORT if position > available else DECODE_INVALID


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def signed_at(p: cython.pointer[cython.const[u8]], size: cython.int) -> u64:
    """The signed number of `size` bytes at `p`."""
    if size == 1:
        return cython.cast(u64, cython.cast(i64, cython.cast(i8, p[0])))
    if size == 2:
        return cython.cast(u64, cython.cast(i64, cython.cast(i16, p[0] | p[1] << 8)))
    low = cython.declare(u32)
    memcpy(cython.address(low), p, 4)
    if size == 4:
        return cython.cast(u64, cython.cast(i64, cython.cast(i32, low)))
    whole = cython.declare(u64)
    memcpy(cython.address(whole), p, 8)
    return whole


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def unsigned_at(p: cython.pointer[cython.const[u8]], size: cython.int) -> u64:
    if size == 1:
        return p[0]
    if size == 2:
        return cython.cast(u64, p[0] | p[1] << 8)
    low = cython.declare(u32)
    memcpy(cython.address(low), p, 4)
    return low


# -- VEX, EVEX, XOP ----------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def extensions(x: cython.pointer[Context], r_x_b: cython.int, w: cython.int) -> cython.void:
    """Register extensions and W of a vector prefix; only 64-bit code has them."""
    if x.mode == 64:
        x.reg_high = (~r_x_b >> 4) & 8
        x.index_high = (~r_x_b >> 3) & 8
        x.base_high = (~r_x_b >> 2) & 8
        x.w = w
        if w:
            x.insn.osize = 8
        x.seen |= bit(B_W1_64) if w else bit(B_W0)
    else:
        x.vvvv &= 7
        x.seen |= bit(B_W1_32) if w else bit(B_W0)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def vex(x: cython.pointer[Context], r_x_b: cython.int, payload: cython.int, w: cython.int) -> cython.void:
    """VEX and XOP: vvvv, L and pp from the last byte of the prefix."""
    x.vvvv = (~payload >> 3) & 15
    x.length = payload >> 2 & 1
    x.seen |= bit(B_PREFIX + (payload & 3)) | bit(B_LENGTH + x.length)
    if x.vvvv:
        x.seen |= bit(B_VVVV)
    x.insn.prefixes |= P_VEX
    extensions(x, r_x_b, w)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def evex(x: cython.pointer[Context], first: cython.int, second: cython.int, third: cython.int) -> cython.bint:
    """The three payload bytes of EVEX; false if a fixed bit is wrong."""
    if not second & 4 or third & 0x87 == 0x80:  # zeroing needs a mask
        return False
    if x.mode != 64 and not third & 8:
        return False
    x.vvvv = (~second >> 3) & 15
    x.length = third >> 5 & 3
    x.broadcast = third >> 4 & 1
    x.seen |= bit(B_PREFIX + (second & 3)) | (bit(B_MASK) if third & 7 else bit(B_NO_MASK))
    if x.vvvv:
        x.seen |= bit(B_VVVV)
    if not third & 8:
        x.seen |= bit(B_V_HIGH)
    if third & 0x80:
        x.seen |= bit(B_ZEROING)
    x.insn.prefixes |= P_EVEX
    extensions(x, first, second >> 7)
    if x.mode == 64:
        x.reg_high |= ~first & 0x10
        x.vvvv_high = (~third & 8) << 1
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def vector_prefix(x: cython.pointer[Context]) -> cython.bint:
    """The rest of C4, C5, 62 or 8F and the opcode after it; false if the prefix is wrong."""
    p: cython.pointer[cython.const[u8]] = x.code + x.position
    kind: cython.int = x.opcode
    number: cython.int = p[0] & (15 if kind == 0x62 else 31)
    good: cython.bint = True
    x.position += 1
    if x.insn.prefixes & (P_OSIZE | P_REP | P_REPNE | P_REX):
        return False
    x.seen = bit(B_MODE_16 + (x.mode >> 5))
    x.insn.osize = 4
    if kind == 0xC5:
        number = 1
        vex(x, p[0] | 0x60, p[0], 0)
    elif kind == 0x62:
        x.position += 2
        good = evex(x, p[0], p[1], p[2]) and number in (1, 2, 3, 5, 6)
    else:
        x.position += 1
        vex(x, p[0], p[1], p[1] >> 7)
        good = number <= 10 if kind == 0x8F else 1 <= number <= 3
    if not good:
        return False
    if kind == 0x62:
        x.space = SPACE_EVEX + number - (number > 3)
    else:
        x.space = (SPACE_XOP if kind == 0x8F else SPACE_VEX) + number
    x.insn.map = number
    x.opcode = x.code[x.position]
    x.position += 1
    return True


# -- memory operands ---------------------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def memory16(x: cython.pointer[Context]) -> cython.void:
    """The 16-bit forms of ModRM: [BX+SI], ..., [BX], each with a displacement."""
    insn: cython.pointer[Insn] = x.insn
    rm: cython.int = x.modrm & 7
    mod: cython.int = x.modrm >> 6
    size: cython.int = mod
    insn.base = base16[rm]
    insn.index = index16[rm]
    if mod == 0 and rm == 6:
        insn.base = ZERO
        size = 2
    if insn.base == 5:
        insn.segment = SS
    if size:
        insn.disp = signed_at(x.code + x.position, size)
    x.position += size


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def memory(x: cython.pointer[Context]) -> cython.void:
    """The memory operand of ModRM: SIB and displacement."""
    insn: cython.pointer[Insn] = x.insn
    p: cython.pointer[cython.const[u8]] = x.code + x.position
    mod: cython.int = x.modrm >> 6
    rm: cython.int = x.modrm & 7
    size: cython.int = 1 if mod == 1 else 4 if mod == 2 else 0
    sib: cython.int
    index: cython.int
    if insn.asize == 2:
        memory16(x)
        return
    if rm == 4:
        sib = p[0]
        p += 1
        x.position += 1
        rm = sib & 7
        index = (sib >> 3 & 7) | x.index_high
        insn.index = ZERO if index == 4 else index
        insn.scale = sib >> 6
        insn.base = rm | x.base_high
        if rm == 5 and mod == 0:
            insn.base = ZERO
            size = 4
    else:
        insn.base = rm | x.base_high
        if rm == 5 and mod == 0:
            insn.base = 17 if x.mode == 64 else ZERO
            size = 4
    if insn.base in (4, 5):
        insn.segment = SS
    if size == 1:
        insn.disp = signed_at(p, 1)
    elif size == 4:
        insn.disp = signed_at(p, 4)
    x.position += size


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def vector_memory(x: cython.pointer[Context], form: cython.pointer[cython.const[Form]]) -> cython.bint:
    """What EVEX, vector-indexed and tile memory operands add; false if that cannot be."""
    insn: cython.pointer[Insn] = x.insn
    mod: cython.int = x.modrm >> 6
    scale: cython.int
    i: cython.int
    if form.flags & F_NEEDS_SIB and (insn.asize == 2 or x.modrm & 7 != 4):
        return False
    if form.flags & (F_INDEX_FULL | F_INDEX_HALF):
        i = insn.index
        if i == ZERO:
            i = 4
        insn.index = i | (x.vvvv_high if insn.prefixes & P_EVEX else 0)
    if insn.prefixes & P_EVEX and mod == 1:  # the displacement counts in units of the operand
        scale = form.broadcast if x.broadcast else form.scale
        if scale == 0:
            for i in range(form.operands):
                if form.op[i].source == S_RM:
                    scale = size_of(form.op[i].memory_size, x)
        insn.disp *= cython.cast(u64, scale)
    return True


# -- immediates and operands -------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def immediate(x: cython.pointer[Context], kind: cython.int) -> cython.void:
    """The immediates of `kind`, an I_ constant."""
    insn: cython.pointer[Insn] = x.insn
    p: cython.pointer[cython.const[u8]] = x.code + x.position
    size: cython.int = 1
    if kind in (I_S, I_JB):
        insn.imm = signed_at(p, 1)
    elif kind in (I_Z, I_JZ):
        size = 2 if insn.osize == 2 else 4
        insn.imm = signed_at(p, 2) if size == 2 else signed_at(p, 4)
    elif kind in (I_B, I_IS4):
        insn.imm = p[0]
    elif kind == I_V:
        size = insn.osize
        insn.imm = signed_at(p, size)
    elif kind == I_MOFFS:
        size = insn.asize
        insn.disp = signed_at(p, 8) if size == 8 else unsigned_at(p, size)
    elif kind == I_W:
        size = 2
        insn.imm = unsigned_at(p, 2)
    elif kind == I_D:
        size = 4
        insn.imm = unsigned_at(p, 4)
    elif kind == I_AP:
        size = 2 if insn.osize == 2 else 4
        insn.imm = unsigned_at(p, size)
        insn.imm2 = unsigned_at(p + size, 2)
        size += 2
    elif kind == I_WB:
        size = 3
        insn.imm = unsigned_at(p, 2)
        insn.imm2 = p[2]
    elif kind == I_BB:
        size = 2
        insn.imm = p[0]
        insn.imm2 = p[1]
    else:  # I_IS5
        insn.imm = p[0] & 15
    x.position += size


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def register(x: cython.pointer[Context], operand: cython.pointer[Operand], kind: cython.int,
             number: cython.int, size: cython.int) -> cython.bint:
    """Fill in a register operand; false if there is no such register."""
    if kind == O_REG:
        if size == 1 and 4 <= number < 8 and not x.insn.rex and x.space < SPACE_VEX:
            number += 16
        elif number > 15:
            return False
    elif kind == O_XMM:
        if size > 16:
            kind = O_YMM if size == 32 else O_OTHER
    elif kind in (O_MMX, O_ST, O_SEG):
        number &= 7
    elif kind == O_CR:
        if not 0x11D >> number & 1:  # CR0, CR2, CR3, CR4, CR8
            return False
    elif number > 7:  # debug registers, opmasks and tiles
        return False
    operand.kind = kind
    operand.reg = number
    operand.size = size
    return True


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def fill(x: cython.pointer[Context], operand: cython.pointer[Operand],
         form: cython.pointer[cython.const[OperandForm]]) -> cython.bint:
    """Fill in an operand as the form says; false if there is no such register."""
    insn: cython.pointer[Insn] = x.insn
    source: cython.int = form.source
    kind: cython.int = form.kind
    number: cython.int
    if source == S_RM:
        if x.in_memory:
            operand.kind = O_MEM
            operand.reg = 0
            operand.size = size_of(form.memory_size, x)
            return True
        number = (x.modrm & 7) | x.base_high
        if kind == O_OTHER and form.size:  # an opmask, not a tile: the extension is ignored
            number &= 7
        elif insn.prefixes & P_EVEX and kind == O_XMM:
            number |= x.index_high << 1
        return register(x, operand, kind, number, size_of(form.size, x))
    if source == S_REG:
        return register(x, operand, kind, (x.modrm >> 3 & 7) | x.reg_high, size_of(form.size, x))
    if source == S_IMMEDIATE:
        operand.kind = O_IMM
        operand.reg = 0
        operand.size = size_of(form.size, x)
        return True
    if source == S_RELATIVE:
        operand.kind = O_REL
        operand.reg = 0
        operand.size = insn.osize
        return True
    if source == S_OPCODE:
        return register(x, operand, kind, (x.opcode & 7) | x.base_high, size_of(form.size, x))
    if source == S_VVVV:
        return register(x, operand, kind, x.vvvv | x.vvvv_high, size_of(form.size, x))
    if source == S_FIXED:
        operand.kind = kind
        operand.reg = form.size
        operand.size = size_of(form.memory_size, x)
        return True
    operand.reg = 0
    operand.size = size_of(form.memory_size, x)
    if source == S_STRING_SOURCE:
        operand.kind = O_SRC
    elif source == S_STRING_DESTINATION:
        operand.kind = O_DST
    elif source == S_MOFFS:
        operand.kind = O_MEM
    elif source in (S_BY_RDI, S_BY_RBX):
        operand.kind = O_MEM
        insn.base = 7 if source == S_BY_RDI else 3
    elif source == S_CONSTANT:
        operand.kind = O_CONST
        operand.reg = form.size
    elif source == S_IS4:
        number = x.code[x.last] >> 4
        return register(x, operand, kind, number if x.mode == 64 else number & 7, size_of(form.size, x))
    else:
        operand.kind = O_IMM2 if source == S_IMMEDIATE2 else O_FAR
        operand.size = size_of(form.size, x)
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def registers_distinct(x: cython.pointer[Context], form: cython.pointer[cython.const[Form]]) -> cython.bint:
    """Gathers, tile products and complex multiplications: no register may serve twice."""
    insn: cython.pointer[Insn] = x.insn
    a: cython.int = insn.op[0].reg
    b: cython.int
    c: cython.int = insn.op[2].reg
    if insn.op[1].kind == O_MEM:  # VSIB
        b = insn.index
        if insn.prefixes & P_EVEX:
            return a != b
        return a != b and a != c and b != c
    b = insn.op[1].reg
    if form.flags & F_DISTINCT:
        return a != b and a != c and b != c
    return a != b and (insn.op[2].kind == O_MEM or a != c)


# -- decode ------------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def legacy_prefixes(x: cython.pointer[Context]) -> cython.bint:
    """Read up to the opcode's first byte, into x.opcode; false if that is beyond the fifteenth."""
    insn: cython.pointer[Insn] = x.insn
    mode: cython.int = x.mode
    position: cython.int = 0
    prefixes: cython.int = 0
    rex: cython.int = 0
    mandatory: cython.int = 0
    segment: cython.int = NO_OVERRIDE
    b: cython.int
    kind: cython.int
    while True:
        b = x.code[position]
        position += 1
        kind = prefix_kind[b]
        if kind == K_PLAIN or (kind == K_REX and mode != 64):
            break
        if position > 14:
            return False
        if kind == K_REX:
            rex = b
            continue
        rex = 0  # REX counts only right before the opcode
        if kind == K_OSIZE:
            prefixes |= P_OSIZE
        elif kind == K_REP:
            mandatory = B_PREFIX_F3
            prefixes |= P_REP
        elif kind == K_REPNE:
            mandatory = B_PREFIX_F2
            prefixes |= P_REPNE
        elif kind == K_LOCK:
            prefixes |= P_LOCK
        elif kind == K_ASIZE:
            prefixes |= P_ASIZE
        elif kind == K_FS_GS:
            segment = b - 0x60
        elif mode != 64 or segment == NO_OVERRIDE or segment < FS:
            segment = b >> 3 & 3
    if mandatory == 0 and prefixes & P_OSIZE:
        mandatory = B_PREFIX_66
    x.position = position
    x.opcode = b
    x.segment = segment
    x.seen = bit(B_PREFIX + mandatory) | bit(B_MODE_16 + (mode >> 5))
    x.reg_high = (rex & 4) << 1
    x.index_high = (rex & 2) << 2
    x.base_high = (rex & 1) << 3
    x.w = rex >> 3 & 1
    insn.rex = rex
    insn.prefixes = prefixes | (P_REX if rex else 0)
    insn.osize = 8 if x.w else 2 if (mode == 16) != ((prefixes & P_OSIZE) != 0) else 4
    if mode == 64:
        insn.asize = 4 if prefixes & P_ASIZE else 8
    else:
        insn.asize = 2 if (mode == 16) != ((prefixes & P_ASIZE) != 0) else 4
    return True


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def opcode_map(x: cython.pointer[Context]) -> cython.bint:
    """Find the opcode and its space, reading VEX, EVEX or XOP where one is; false if that is wrong."""
    b: cython.int = x.opcode
    following: cython.int
    x.space = 0
    x.vvvv = 0
    x.vvvv_high = 0
    x.length = 0
    x.broadcast = 0
    if b == 0x0F:
        x.space = 1
        x.opcode = x.code[x.position]
        x.position += 1
        if x.opcode in (0x38, 0x3A):
            x.space = 2 if x.opcode == 0x38 else 3
            x.opcode = x.code[x.position]
            x.position += 1
    elif b in (0xC4, 0xC5, 0x62, 0x8F):
        following = x.code[x.position]
        if following & 31 >= 8 if b == 0x8F else x.mode == 64 or following >= 0xC0:
            return vector_prefix(x)
    x.insn.map = x.space
    return True


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def look_at_modrm(x: cython.pointer[Context], item: u32) -> u32:
    """Complete what is seen, with ModRM where the opcode's entry says so; the entry of its group."""
    insn: cython.pointer[Insn] = x.insn
    three: cython.bint = x.space == 1 and x.opcode == 0x0F
    x.modrm = 0
    x.seen |= bit(B_OSIZE + (insn.osize >> 2))
    if item >> 24 & 1 or three:
        x.modrm = x.code[x.position]
        x.position += 1
        x.seen |= modrm_bits[x.modrm]
        if item >> 24 & 2:
            item = group_table[(item & 0xFFFF) + (x.modrm >> 3 & 7)]
    else:
        x.seen |= bit(B_REGISTER)
    x.in_memory = (x.seen & bit(B_MEMORY)) != 0
    if x.base_high:
        x.seen |= bit(B_REX_B)
    if insn.prefixes & (P_LOCK | P_OSIZE):
        if insn.prefixes & P_OSIZE:
            x.seen |= bit(B_HAS_66)
        if insn.prefixes & P_LOCK:
            x.seen |= bit(B_LOCK_MEMORY) if x.in_memory else bit(B_LOCK_REGISTER)
    if insn.asize != 4:
        x.seen |= bit(B_ASIZE_NOT_32)
    if insn.prefixes & P_EVEX:
        if x.broadcast:
            x.seen |= bit(B_BROADCAST) if x.in_memory else bit(B_ROUNDING)
            if not x.in_memory:
                x.length = 2  # its bits are the rounding mode, the length is 512
        if x.seen & bit(B_ZEROING) and x.in_memory:
            x.seen |= bit(B_ZEROING_MEMORY)
        x.seen |= bit(B_LENGTH + x.length)
    if three:  # 3DNow!: the opcode comes last
        if x.in_memory:
            memory(x)
        x.in_memory_done = True
        insn.map = SPACE_3DNOW
        x.opcode = x.code[x.position]
        x.position += 1
        item = index_table[SPACE_3DNOW << 8 | x.opcode]
    return item


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def find_form(x: cython.pointer[Context], item: u32) -> cython.pointer[cython.const[Form]]:
    """The first form of an index entry that excludes nothing of what is seen, or NULL."""
    candidate: cython.pointer[cython.const[Candidate]] = candidate_table + (item & 0xFFFF)
    count: cython.int = item >> 16 & 255
    while count:
        if not candidate.deny & x.seen:
            x.insn.row = candidate.form
            return form_table + candidate.form
        candidate += 1
        count -= 1
    return cython.NULL


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def read_operands(x: cython.pointer[Context], form: cython.pointer[cython.const[Form]]) -> cython.bint:
    """Read the rest of the instruction and fill in its operands; false if there are none such."""
    insn: cython.pointer[Insn] = x.insn
    flags: cython.int = form.flags
    i: cython.int
    if flags & F_LENGTH_IGNORED:
        insn.vector_length = 0
    if flags & (F_FORCE_64 | F_DEFAULT_64) and x.mode == 64 and (flags & F_FORCE_64 or insn.osize == 4):
        insn.osize = 8
    if flags & F_IGNORE_MOD:
        x.in_memory = False
    if x.in_memory:
        if not x.in_memory_done:
            memory(x)
        if (insn.prefixes & P_EVEX or flags & F_NEEDS_SIB) and not vector_memory(x, form):
            return False
    if x.segment != NO_OVERRIDE:
        insn.segment = x.segment
    x.last = x.position
    if form.immediate:
        immediate(x, form.immediate)
    insn.operands = form.operands
    for i in range(form.operands):
        if not fill(x, cython.address(insn.op[i]), cython.address(form.op[i])):
            return False
    return not flags & (F_DISTINCT | F_DISTINCT_DESTINATION) or registers_distinct(x, form)


def decode(code, available, mode, insn):
    x = cython.declare(Context)
    form: cython.pointer[cython.const[Form]]
    item: u32
    buffer = cython.declare(u8[64])
    x.code = code
    if available < 48:  # so that no read needs a check
        if available <= 0:
            return DECODE_SHORT
        memset(buffer, 0, 64)
        memcpy(buffer, code, available)
        x.code = buffer
    x.insn = insn
    x.mode = mode
    x.in_memory_done = False
    insn.mode = mode
    insn.imm = 0
    insn.imm2 = 0
    insn.disp = 0
    insn.base = ZERO
    insn.index = ZERO
    insn.scale = 0
    insn.segment = DS

    if not legacy_prefixes(cython.address(x)):
        return nothing(16, available)
    if not opcode_map(cython.address(x)):
        return nothing(x.position, available)
    item = look_at_modrm(cython.address(x), index_table[x.space << 8 | x.opcode])
    form = find_form(cython.address(x), item)
    if form == cython.NULL:
        return nothing(x.position, available)
    insn.id = form.mnemonic
    insn.opcode = x.opcode
    insn.modrm = x.modrm
    insn.vector_length = x.length
    if not read_operands(cython.address(x), form) or x.position > 15 or x.position > available:
        return nothing(x.position, available)
    insn.length = x.position
    return x.position


# -- for Python --------------------------------------------------------------------------------

KINDS = ("none", "reg", "mem", "imm", "imm2", "rel", "far", "seg", "cr", "dr", "xmm", "ymm", "mmx", "st",
         "src", "dst", "const", "other")


class Instruction:
    """A decoded instruction: the fields of `Insn`, its mnemonic and operands (kind, register, size)."""

    __slots__ = ("asize", "base", "disp", "imm", "imm2", "index", "length", "map", "mnemonic", "mode",
                 "modrm", "opcode", "operands", "osize", "prefixes", "rex", "row", "scale", "segment",
                 "vector_length")
    mnemonic: str
    operands: tuple[tuple[str, int, int], ...]
    length: int
    row: int
    mode: int
    osize: int
    asize: int
    prefixes: int
    segment: int
    rex: int
    map: int
    opcode: int
    modrm: int
    vector_length: int
    base: int
    index: int
    scale: int
    disp: int
    imm: int
    imm2: int

    def __init__(self, **fields) -> None:
        for name, value in fields.items():
            setattr(self, name, value)

    @property
    def form(self):
        """Its row in the opcode table."""
        return forms()[self.row]

    def __repr__(self) -> str:
        operands = ", ".join(f"{kind}{number}:{size}" for kind, number, size in self.operands)
        return f"<{self.mnemonic} {operands} length={self.length}>"


@cython.cfunc
def decode_object(code: bytes, mode: int, insn: cython.pointer[Insn]) -> cython.int:
    data: cython.p_const_uchar = code
    if mode not in (16, 32, 64):
        raise ValueError(f"mode {mode} is not 16, 32 or 64")
    return decode(data, min(len(code), 1000), mode, insn)


@cython.cfunc
def instruction(insn: cython.pointer[Insn]) -> object:
    operands = []
    i: cython.int
    for i in range(insn.operands):
        operands.append((KINDS[insn.op[i].kind], insn.op[i].reg, insn.op[i].size))
    return Instruction(
        length=insn.length, mnemonic=MNEMONICS[insn.id], operands=tuple(operands), row=insn.row,
        mode=insn.mode, osize=insn.osize, asize=insn.asize, prefixes=insn.prefixes, segment=insn.segment,
        rex=insn.rex, map=insn.map, opcode=insn.opcode, modrm=insn.modrm,
        vector_length=insn.vector_length, base=insn.base, index=insn.index, scale=insn.scale, disp=insn.disp,
        imm=insn.imm, imm2=insn.imm2)


def decode_bytes(code: bytes, mode: int = 64) -> Instruction | None:
    """The instruction at the start of `code` (an Instruction), or None."""
    insn = cython.declare(Insn)
    if decode_object(code, mode, cython.address(insn)) <= 0:
        return None
    return instruction(cython.address(insn))


def decode_length(code: bytes, mode: int = 64) -> int:
    """The length of the instruction at the start of `code`; 0 = invalid, -1 = cut short, -2 = too long."""
    insn = cython.declare(Insn)
    return decode_object(code, mode, cython.address(insn))


def decode_at(address: int, available: int, mode: int) -> int:
    """Like decode_length, of `available` bytes of this process's memory."""
    insn = cython.declare(Insn)
    place: cython.size_t = address
    return decode(cython.cast(cython.p_const_uchar, place), available, mode, cython.address(insn))


# -- loading -----------------------------------------------------------------------------------


PREFIX_BYTES = {0x26: K_SEGMENT, 0x2E: K_SEGMENT, 0x36: K_SEGMENT, 0x3E: K_SEGMENT,
                0x64: K_FS_GS, 0x65: K_FS_GS, 0x66: K_OSIZE, 0x67: K_ASIZE,
                0xF0: K_LOCK, 0xF2: K_REPNE, 0xF3: K_REP}

# Base and index of the 16-bit addressing forms: BX is 3, BP 5, SI 6, DI 7.
ADDRESSES_16 = ((3, 6), (3, 7), (5, 6), (5, 7), (6, ZERO), (7, ZERO), (5, ZERO), (3, ZERO))


def load():
    global index_table, group_table, candidate_table, form_table
    i: cython.int
    table: cython.p_const_uchar = BLOB
    words: cython.pointer[cython.const[u32]] = cython.cast(cython.pointer[cython.const[u32]], table)
    if words[1] != 1 or words[7] != cython.cast(u32, len(BLOB)):
        raise ImportError("core/opcodes.bin is damaged or of another version")
    index_table = cython.cast(cython.pointer[cython.const[u32]], table + words[2])
    group_table = cython.cast(cython.pointer[cython.const[u32]], table + words[3])
    candidate_table = cython.cast(cython.pointer[cython.const[Candidate]], table + words[4])
    form_table = cython.cast(cython.pointer[cython.const[Form]], table + words[5])
    for i in range(256):
        modrm_bits[i] = (bit(B_REGISTER) if i >= 0xC0 else bit(B_MEMORY)) | bit(B_REG + (i >> 3 & 7))
        if i >= 0xC0:
            modrm_bits[i] |= bit(B_RM + (i & 7))
        prefix_kind[i] = K_REX if 0x40 <= i <= 0x4F else K_PLAIN
    for byte, kind in PREFIX_BYTES.items():
        prefix_kind[byte] = kind
    for i in range(8):
        base16[i], index16[i] = ADDRESSES_16[i]


load()
