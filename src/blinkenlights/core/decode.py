"""The instruction decoder: 16, 32 and 64-bit code, legacy, VEX, EVEX, XOP and 3DNow! encodings.

`decode` reads the prefixes, collects everything that can decide between instructions in one word of
bits (mandatory prefix, mode, operand size, W, vector length, ModRM fields, ...), and takes the first
form of the opcode that excludes none of them. The forms come from the opcode table, see
`tables/opcode_compiler.py`.

Where processors differ it follows Intel's: in 64-bit code, 66 does not change near branches, and an
ES, CS, SS or DS prefix does not cancel an FS or GS prefix before it.
"""

import cython
from cython.cimports.blinkenlights.core.opcodes import *
from cython.cimports.blinkenlights.core.state import *
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
    low: u32
    memcpy(cython.address(low), p, 4)
    if size == 4:
        return cython.cast(u64, cython.cast(i64, cython.cast(i32, low)))
    whole: u64
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
    low: u32
    memcpy(cython.address(low), p, 4)
    return low


# -- prefixes ----------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def vex(x: cython.pointer[Context], position: cython.int, first: cython.int, opcode_map: cython.int) -> cython.int:
    """VEX or XOP from its last two payload bytes, of which `first` holds R, X and B."""
    p: cython.pointer[cython.const[u8]] = x.code
    second: cython.int = p[position]
    x.vvvv = (~second >> 3) & 15
    x.length = second >> 2 & 1
    x.seen = bit(B_PREFIX + (second & 3)) | bit(B_LENGTH + x.length)
    if x.vvvv:
        x.seen |= bit(B_VVVV)
    w: cython.int = second >> 7 if opcode_map >= 0 else 0
    if x.mode == 64:
        x.reg_high = (~first >> 4) & 8
        x.index_high = (~first >> 3) & 8
        x.base_high = (~first >> 2) & 8
        x.w = w
        x.seen |= bit(B_W1_64) if w else bit(B_W0)
    else:
        x.vvvv &= 7
        x.seen |= bit(B_W1_32) if w else bit(B_W0)
    x.opcode = p[position + 1]
    x.insn.prefixes |= P_VEX
    return position + 2


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def vector_prefix(x: cython.pointer[Context], position: cython.int) -> cython.int:
    """C4, C5, 62 or 8F and the opcode after it; 0 if the prefix is wrong. Sets x.space."""
    p: cython.pointer[cython.const[u8]] = x.code
    kind: cython.int = p[position - 1]
    first: cython.int = p[position]
    second: cython.int
    third: cython.int
    opcode_map: cython.int
    if kind == 0xC5:  # R in place of W; map 0F
        x.space = SPACE_VEX + 1
        position = vex(x, position, first | 0x60, -1)
        x.insn.map = 1
        return position
    if kind == 0xC4:
        opcode_map = first & 31
        x.insn.map = opcode_map
        if opcode_map < 1 or opcode_map > 3:
            return 0
        x.space = SPACE_VEX + opcode_map
        return vex(x, position + 1, first, opcode_map)
    if kind == 0x8F:
        opcode_map = first & 31
        x.insn.map = opcode_map
        if opcode_map > 10:
            return 0
        x.space = SPACE_XOP + opcode_map
        return vex(x, position + 1, first, opcode_map)
    # EVEX
    second = p[position + 1]
    third = p[position + 2]
    opcode_map = first & 15
    x.insn.map = opcode_map
    if not second & 4 or opcode_map == 0 or opcode_map == 4 or opcode_map > 6:
        return 0
    if x.mode != 64 and not third & 8:
        return 0
    if third & 0x87 == 0x80:  # zeroing without a mask
        return 0
    x.space = SPACE_EVEX + opcode_map - (opcode_map > 3)
    x.vvvv = (~second >> 3) & 15
    x.length = third >> 5 & 3
    x.broadcast = third >> 4 & 1
    x.seen = bit(B_PREFIX + (second & 3))
    if x.vvvv:
        x.seen |= bit(B_VVVV)
    if not third & 8:
        x.seen |= bit(B_V_HIGH)
    if third & 7:
        x.seen |= bit(B_MASK)
    else:
        x.seen |= bit(B_NO_MASK)
    if third & 0x80:
        x.seen |= bit(B_ZEROING)
    if x.mode == 64:
        x.reg_high = ((~first >> 4) & 8) | (~first & 0x10)
        x.index_high = (~first >> 3) & 8
        x.base_high = (~first >> 2) & 8
        x.vvvv_high = (~third & 8) << 1
        x.w = second >> 7
        x.seen |= bit(B_W1_64) if x.w else bit(B_W0)
    else:
        x.vvvv &= 7
        x.seen |= bit(B_W1_32) if second & 0x80 else bit(B_W0)
    x.opcode = p[position + 3]
    x.insn.prefixes |= P_EVEX
    return position + 4


# -- memory operands ---------------------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def memory16(x: cython.pointer[Context], position: cython.int) -> cython.int:
    """The 16-bit forms of ModRM: [BX+SI], ..., [BX], each with a displacement."""
    insn: cython.pointer[Insn] = x.insn
    rm: cython.int = x.modrm & 7
    mod: cython.int = x.modrm >> 6
    size: cython.int = mod
    insn.scale = 0
    insn.base = base16[rm]
    insn.index = index16[rm]
    if mod == 0 and rm == 6:
        insn.base = ZERO
        size = 2
    if insn.base == 5:
        insn.segment = SS
    if size:
        insn.disp = signed_at(x.code + position, size)
    return position + size


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def memory(x: cython.pointer[Context], position: cython.int) -> cython.int:
    """The memory operand of ModRM: SIB and displacement. Answers the position after them."""
    insn: cython.pointer[Insn] = x.insn
    p: cython.pointer[cython.const[u8]] = x.code
    mod: cython.int = x.modrm >> 6
    rm: cython.int = x.modrm & 7
    size: cython.int = 1 if mod == 1 else 4 if mod == 2 else 0
    sib: cython.int
    index: cython.int
    if insn.asize == 2:
        return memory16(x, position)
    if rm == 4:
        sib = p[position]
        position += 1
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
    if insn.base == 4 or insn.base == 5:
        insn.segment = SS
    if size == 1:
        insn.disp = signed_at(p + position, 1)
    elif size == 4:
        insn.disp = signed_at(p + position, 4)
    return position + size


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def vector_memory(x: cython.pointer[Context], form: cython.pointer[cython.const[Form]]) -> cython.bint:
    """What EVEX, vector-indexed and tile memory operands add; false if that cannot be."""
    insn: cython.pointer[Insn] = x.insn
    mod: cython.int = x.modrm >> 6
    scale: cython.int
    i: cython.int
    if form.flags & F_NEEDS_SIB:
        if insn.asize == 2 or x.modrm & 7 != 4:
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
def immediate(x: cython.pointer[Context], position: cython.int, kind: cython.int) -> cython.int:
    """The immediates of `kind`. Answers the position after them."""
    insn: cython.pointer[Insn] = x.insn
    p: cython.pointer[cython.const[u8]] = x.code + position
    size: cython.int
    if kind == I_S or kind == I_JB:
        insn.imm = signed_at(p, 1)
        return position + 1
    if kind == I_Z or kind == I_JZ:
        size = 2 if insn.osize == 2 else 4
        insn.imm = signed_at(p, 2) if size == 2 else signed_at(p, 4)
        return position + size
    if kind == I_B or kind == I_IS4:
        insn.imm = p[0]
        return position + 1
    if kind == I_V:
        insn.imm = signed_at(p, insn.osize)
        return position + insn.osize
    if kind == I_MOFFS:
        insn.disp = signed_at(p, 8) if insn.asize == 8 else unsigned_at(p, insn.asize)
        return position + insn.asize
    if kind == I_W:
        insn.imm = unsigned_at(p, 2)
        return position + 2
    if kind == I_D:
        insn.imm = unsigned_at(p, 4)
        return position + 4
    if kind == I_AP:
        size = 2 if insn.osize == 2 else 4
        insn.imm = unsigned_at(p, size)
        insn.imm2 = unsigned_at(p + size, 2)
        return position + size + 2
    if kind == I_WB:
        insn.imm = unsigned_at(p, 2)
        insn.imm2 = p[2]
        return position + 3
    if kind == I_BB:
        insn.imm = p[0]
        insn.imm2 = p[1]
        return position + 2
    insn.imm = p[0] & 15  # I_IS5
    return position + 1


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def register(x: cython.pointer[Context], operand: cython.pointer[Operand], kind: cython.int, number: cython.int,
             size: cython.int) -> cython.bint:
    """Fill in a register operand; false if there is no such register."""
    if kind == O_REG:
        if size == 1 and 4 <= number < 8 and not x.insn.rex and x.space < SPACE_VEX:
            number += 16
        elif number > 15:
            return False
    elif kind == O_XMM:
        if size > 16:
            kind = O_YMM if size == 32 else O_OTHER
    elif kind == O_MMX or kind == O_ST:
        number &= 7
    elif kind == O_SEG:
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
         form: cython.pointer[cython.const[OperandForm]], in_memory: cython.bint) -> cython.bint:
    """Fill in an operand as the form says; false if there is no such register."""
    insn: cython.pointer[Insn] = x.insn
    source: cython.int = form.source
    kind: cython.int = form.kind
    if source == S_RM:
        if in_memory:
            operand.kind = O_MEM
            operand.reg = 0
            operand.size = size_of(form.memory_size, x)
            return True
        number: cython.int = (x.modrm & 7) | x.base_high
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
        return register(x, operand, kind, (insn.opcode & 7) | x.base_high, size_of(form.size, x))
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
    elif source == S_BY_RDI or source == S_BY_RBX:
        operand.kind = O_MEM
        insn.base = 7 if source == S_BY_RDI else 3
    elif source == S_CONSTANT:
        operand.kind = O_CONST
        operand.reg = form.size
    elif source == S_IS4:
        return register(x, operand, kind, x.code[insn.length] >> 4 if x.mode == 64 else x.code[insn.length] >> 4 & 7,
                        size_of(form.size, x))
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


def decode(code, available, mode, insn):
    buffer: u8[64]
    x: Context
    p: cython.pointer[cython.const[u8]] = code
    if available < 48:  # so that no read below needs a check
        memset(buffer, 0, 64)
        memcpy(buffer, code, available)
        p = buffer
    position: cython.int = 0
    prefixes: cython.int = 0
    rex: cython.int = 0
    mandatory: cython.int = 0  # 2 = F3, 3 = F2
    segment: cython.int = 255
    b: cython.int
    kind: cython.int

    while True:
        b = p[position]
        position += 1
        kind = prefix_kind[b]
        if kind == K_PLAIN:
            break
        if kind == K_REX:
            if mode != 64:
                break
            rex = b
        else:
            rex = 0
            if kind == K_OSIZE:
                prefixes |= P_OSIZE
            elif kind == K_REP:
                mandatory = 2
                prefixes |= P_REP
            elif kind == K_REPNE:
                mandatory = 3
                prefixes |= P_REPNE
            elif kind == K_LOCK:
                prefixes |= P_LOCK
            elif kind == K_ASIZE:
                prefixes |= P_ASIZE
            elif kind == K_FS_GS:
                segment = b - 0x60
            elif mode != 64 or segment < FS or segment == 255:
                segment = b >> 3 & 3
        if position > 14:
            return nothing(16, available)

    insn.prefixes = prefixes | (P_REX if rex else 0)
    insn.rex = rex
    insn.mode = mode
    insn.imm = 0
    insn.imm2 = 0
    insn.disp = 0
    insn.base = ZERO
    insn.index = ZERO
    insn.scale = 0
    insn.segment = DS
    insn.modrm = 0
    insn.map = 0
    if mode == 64:
        insn.asize = 4 if prefixes & P_ASIZE else 8
    else:
        insn.asize = 2 if (mode == 16) != ((prefixes & P_ASIZE) != 0) else 4
    x.code = p
    x.insn = insn
    x.mode = mode
    x.opcode = b
    x.reg_high = (rex & 4) << 1
    x.index_high = (rex & 2) << 2
    x.base_high = (rex & 1) << 3
    x.vvvv = 0
    x.vvvv_high = 0
    x.w = rex >> 3 & 1
    x.length = 0
    x.broadcast = 0
    x.space = 0

    # The opcode and its map.
    if b == 0x0F:
        x.opcode = p[position]
        position += 1
        x.space = 1
        if x.opcode == 0x38 or x.opcode == 0x3A:
            x.space = 2 if x.opcode == 0x38 else 3
            x.opcode = p[position]
            position += 1
        insn.map = x.space
    elif ((b == 0xC4 or b == 0xC5 or b == 0x62) and (mode == 64 or p[position] >= 0xC0)) or (
            b == 0x8F and p[position] & 31 >= 8):
        position += 1
        if rex or prefixes & (P_OSIZE | P_REP | P_REPNE):
            return nothing(position, available)
        kind = vector_prefix(cython.address(x), position - 1)
        if kind == 0:
            return nothing(position + 1, available)
        position = kind

    if x.space < SPACE_VEX:
        if mandatory == 0 and prefixes & P_OSIZE:
            mandatory = 1
        x.seen = bit(B_PREFIX + mandatory)
        insn.osize = 2 if (mode == 16) != ((prefixes & P_OSIZE) != 0) else 4
    else:
        insn.osize = 4
    if x.w:
        insn.osize = 8
    insn.opcode = x.opcode
    x.seen |= bit(B_MODE_16 + (mode >> 5)) | bit(B_OSIZE + (insn.osize >> 2))
    if prefixes & P_OSIZE:
        x.seen |= bit(B_HAS_66)
    if insn.asize != 4:
        x.seen |= bit(B_ASIZE_NOT_32)

    # ModRM, and the forms of this opcode.
    item: u32 = index_table[x.space << 8 | x.opcode]
    three: cython.bint = x.space == 1 and x.opcode == 0x0F
    x.modrm = 0
    if item >> 24 & 1 or three:
        x.modrm = p[position]
        insn.modrm = x.modrm
        position += 1
        x.seen |= modrm_bits[x.modrm]
        if item >> 24 & 2:
            item = group_table[(item & 0xFFFF) + (x.modrm >> 3 & 7)]
    else:
        x.seen |= bit(B_REGISTER)
    if x.base_high:
        x.seen |= bit(B_REX_B)
    if prefixes & P_LOCK:
        x.seen |= bit(B_LOCK_MEMORY) if x.seen & bit(B_MEMORY) else bit(B_LOCK_REGISTER)
    in_memory: cython.bint = (x.seen & bit(B_MEMORY)) != 0
    if insn.prefixes & P_EVEX:
        if x.broadcast:
            x.seen |= bit(B_BROADCAST) if in_memory else bit(B_ROUNDING)
            if not in_memory:
                x.length = 2
        if x.seen & bit(B_ZEROING) and in_memory:
            x.seen |= bit(B_ZEROING_MEMORY)
        x.seen |= bit(B_LENGTH + x.length)
    insn.vector_length = x.length

    if three:  # 3DNow!: the opcode comes last
        if in_memory:
            position = memory(cython.address(x), position)
        item = index_table[SPACE_3DNOW << 8 | p[position]]
        insn.map = SPACE_3DNOW
        insn.opcode = p[position]
        position += 1

    candidate: cython.pointer[cython.const[Candidate]] = candidate_table + (item & 0xFFFF)
    count: cython.int = item >> 16 & 255
    while count and candidate.deny & x.seen:
        candidate += 1
        count -= 1
    if count == 0:
        return nothing(position, available)
    form: cython.pointer[cython.const[Form]] = form_table + candidate.form

    insn.row = candidate.form
    insn.id = form.mnemonic
    if form.flags & F_LENGTH_IGNORED:
        insn.vector_length = 0
    if mode == 64:
        if form.flags & F_FORCE_64:
            insn.osize = 8
        elif form.flags & F_DEFAULT_64 and insn.osize == 4:
            insn.osize = 8

    if in_memory:
        if form.flags & F_IGNORE_MOD:
            in_memory = False
        elif not three:
            position = memory(cython.address(x), position)
    if in_memory and (insn.prefixes & P_EVEX or form.flags & F_NEEDS_SIB):
        if not vector_memory(cython.address(x), form):
            return nothing(position, available)
    if segment != 255:
        insn.segment = segment

    insn.length = position  # while filling in, where the immediate is
    if form.immediate:
        position = immediate(cython.address(x), position, form.immediate)
    insn.operands = form.operands
    i: cython.int
    for i in range(form.operands):
        if not fill(cython.address(x), cython.address(insn.op[i]), cython.address(form.op[i]), in_memory):
            return nothing(position, available)
    if form.flags & (F_DISTINCT | F_DISTINCT_DESTINATION) and not registers_distinct(cython.address(x), form):
        return nothing(position, available)
    if position > 15 or position > available:
        return nothing(position, available)
    insn.length = position
    return position


# -- for Python --------------------------------------------------------------------------------

KINDS = ("none", "reg", "mem", "imm", "imm2", "rel", "far", "seg", "cr", "dr", "xmm", "ymm", "mmx", "st",
         "src", "dst", "const", "other")


class Instruction:
    """A decoded instruction: the fields of `Insn`, its mnemonic and operands (kind, register, size)."""

    __slots__ = ("asize", "base", "disp", "imm", "imm2", "index", "length", "map", "mnemonic", "mode", "modrm",
                 "opcode", "operands", "osize", "prefixes", "rex", "row", "scale", "segment", "vector_length")

    def __init__(self, **fields):
        for name, value in fields.items():
            setattr(self, name, value)

    @property
    def form(self):
        """Its row in the opcode table."""
        return forms()[self.row]

    def __repr__(self):
        operands = ", ".join(f"{kind}{number}:{size}" for kind, number, size in self.operands)
        return f"<{self.mnemonic} {operands} length={self.length}>"


@cython.cfunc
def instruction(insn: cython.pointer[Insn]) -> object:
    i: cython.int
    operands = tuple([(KINDS[insn.op[i].kind], insn.op[i].reg, insn.op[i].size) for i in range(insn.operands)])
    return Instruction(
        length=insn.length, mnemonic=MNEMONICS[insn.id], operands=operands, row=insn.row, mode=insn.mode,
        osize=insn.osize, asize=insn.asize, prefixes=insn.prefixes, segment=insn.segment, rex=insn.rex,
        map=insn.map, opcode=insn.opcode, modrm=insn.modrm, vector_length=insn.vector_length, base=insn.base,
        index=insn.index, scale=insn.scale, disp=insn.disp, imm=insn.imm, imm2=insn.imm2)


def decode_bytes(code: bytes, mode: int = 64):
    """The instruction at the start of `code` (an Instruction), or None."""
    insn: Insn
    data: cython.p_const_uchar = code
    if decode(data, min(len(code), 1000), mode, cython.address(insn)) <= 0:
        return None
    return instruction(cython.address(insn))


def decode_length(code: bytes, mode: int = 64) -> int:
    """The length of the instruction at the start of `code`; 0 = invalid, -1 = cut short, -2 = too long."""
    insn: Insn
    data: cython.p_const_uchar = code
    return decode(data, min(len(code), 1000), mode, cython.address(insn))


def decode_at(address: int, available: int, mode: int) -> int:
    """Like decode_length, of `available` bytes of this process's memory."""
    insn: Insn
    place: cython.size_t = address
    return decode(cython.cast(cython.p_const_uchar, place), available, mode, cython.address(insn))


def count_instructions(code: bytes, mode: int = 64) -> int:
    """Decode all of `code` in a row, a byte further after what is not an instruction."""
    insn: Insn
    data: cython.p_const_uchar = code
    size: cython.Py_ssize_t = len(code)
    position: cython.Py_ssize_t = 0
    count: cython.Py_ssize_t = 0
    length: cython.int
    bits: cython.int = mode
    with cython.nogil:
        while position < size:
            length = decode(data + position, cython.cast(cython.int, min(size - position, 64)), bits,
                            cython.address(insn))
            position += length if length > 0 else 1
            count += 1
    return count


# -- loading -----------------------------------------------------------------------------------


PREFIX_BYTES = {0x26: K_SEGMENT, 0x2E: K_SEGMENT, 0x36: K_SEGMENT, 0x3E: K_SEGMENT, 0x64: K_FS_GS, 0x65: K_FS_GS,
                0x66: K_OSIZE, 0x67: K_ASIZE, 0xF0: K_LOCK, 0xF2: K_REPNE, 0xF3: K_REP}

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
