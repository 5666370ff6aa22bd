"""Copying instructions: their memory operands and stack pointer as the host has them.

Guest memory is reached through GS, whose base is the memory's; but RSP already holds a host address, so
operands with RSP as their base have no prefix. What can't be said so borrows a register, whose value
waits in a thread's slot meanwhile.

    mov rax, [rbx+8]          mov rax, gs:[rbx+8]
    mov [rsp+8], rax          mov [rsp+8], rax
    mov rax, [rip+0x100]      mov rax, gs:[0x4011f0]
    mov rax, fs:[0x28]        mov rax, fs:[guest_fs]; mov rax, gs:[rax+0x28]
    mov rbp, rsp              mov rbp, -membase; lea rbp, [rbp+rsp]
    cmp rsp, [r14+16]         mov fs:[spill], r11; mov r11, -membase; lea r11, [r11+rsp]
                              cmp r11, gs:[r14+16]; mov r11, fs:[spill]
"""

import cython

NO_REGISTER = cython.declare(cython.int, -1)
RIP_BASE = cython.declare(cython.int, 17)
LONGEST = cython.declare(cython.int, 15)
STEP = cython.declare(u64, 1 << 20)

CANDIDATES = cython.declare(cython.int[8])
CANDIDATES[0] = R11
CANDIDATES[1] = R10
CANDIDATES[2] = R9
CANDIDATES[3] = R8
CANDIDATES[4] = RBP
CANDIDATES[5] = RSI
CANDIDATES[6] = RDI
CANDIDATES[7] = RBX
FIRST_LOW_CANDIDATE = cython.declare(cython.int, 4)


# -- what an instruction has -------------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def is_prefix(value: cython.int) -> cython.bint:
    return (value == 0x66 or value == 0x67 or value == 0xF2 or value == 0xF3 or value == 0xF0
            or is_segment_prefix(value))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def is_segment_prefix(value: cython.int) -> cython.bint:
    return value == 0x2E or value == 0x36 or value == 0x3E or value == 0x26 or value == 0x64 or value == 0x65


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def memory_operand(insn: InsnP) -> cython.int:
    """Which operand is in memory; -1: none."""
    i: cython.int
    for i in range(insn.operands):
        if insn.op[i].kind == O_MEM or insn.op[i].kind == O_SRC or insn.op[i].kind == O_DST:
            return i
    return -1


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def by_modrm(insn: InsnP) -> cython.bint:
    """Whether the memory operand is the one that ModRM tells."""
    if insn.map == 0 and not insn.prefixes & P_VEX and (insn.opcode & 0xF0 == 0xA0 or insn.opcode == 0xD7):
        return False
    return insn.modrm >> 6 != 3


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def uses_other_segment(insn: InsnP) -> cython.bint:
    return insn.segment == FS or insn.segment == GS


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def registers_of(insn: InsnP) -> u32:
    """The general registers that it names, as a mask."""
    mask: u32 = 0
    i: cython.int
    if insn.base < 16:
        mask |= 1 << insn.base
    if insn.index < 16:
        mask |= 1 << insn.index
    for i in range(insn.operands):
        if insn.op[i].kind == O_REG:
            mask |= 1 << (insn.op[i].reg if insn.op[i].reg < 16 else insn.op[i].reg - 20)
    return mask


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def scratch_for(insn: InsnP) -> cython.int:
    """A register that the instruction has nothing to do with."""
    used: u32 = registers_of(insn)
    i: cython.int
    # without REX the byte registers 4 to 7 are AH to BH, so no register may be taken that needs it
    for i in range(0 if insn.prefixes & (P_REX | P_VEX) else FIRST_LOW_CANDIDATE, 8):
        if not used >> CANDIDATES[i] & 1:
            return CANDIDATES[i]
    return NO_REGISTER


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def operands_written(insn: InsnP) -> cython.int:
    """How many of its operands, from the first on."""
    return 2 if traits[insn.id] & WRITES_SECOND else 0 if traits[insn.id] & READS_FIRST else 1


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def writes_rsp(insn: InsnP) -> cython.bint:
    """Whether RSP is among the operands that it writes."""
    i: cython.int
    for i in range(operands_written(insn)):
        if insn.op[i].kind == O_REG and insn.op[i].reg == RSP:
            return True
    return False


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def names_rsp(insn: InsnP) -> cython.int:
    """How its operands name RSP: 0 not, or in a way that works as it is; 1 otherwise.

    The low four bytes of the host's RSP are the guest's, because the memory's base is a multiple of
    4 GiB; and writing one or two bytes of it leaves the rest alone.
    """
    i: cython.int
    written: cython.int = operands_written(insn)
    p: OperandP
    for i in range(insn.operands):
        p = cython.address(insn.op[i])
        if p.kind != O_REG or p.reg != RSP or p.size < 4:
            continue
        if p.size == 4 and i >= written:
            continue
        if (p.size == 8 and i == 0 and traits[insn.id] & OFFSETS and insn.op[1].kind == O_IMM
                and keeps_host_rsp(insn)):
            continue
        return 1
    return 0


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def keeps_host_rsp(insn: InsnP) -> cython.bint:
    """Whether this immediate does to the host's RSP what it does to the guest's, flags included.

    AND must keep the upper bits, and zero must come out for both or for neither; a sum or difference must
    not leave the address space: with a mask or a step this small only the lowest megabyte's stack pointers
    are concerned.
    """
    if traits[insn.id] & NEGATIVE:
        return insn.imm >= -STEP
    return insn.imm + STEP < 2 * STEP


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def names_high_byte(insn: InsnP) -> cython.bint:
    """AH to BH, whose numbers are those of RSP to RDI."""
    i: cython.int
    found: cython.bint = False
    for i in range(insn.operands):
        found |= insn.op[i].kind == O_REG and insn.op[i].reg >= 16
    return found


# -- writing it anew -----------------------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def copy_prefixes(k: CodeP, g: GuestP, gs: cython.bint) -> cython.int:
    """All but segment prefixes, and GS if wanted; returns the offset of what follows, -1 if it can't be."""
    i: cython.int = 0
    dropped: cython.int = 0
    start: u8p = k.at
    if gs:
        byte(k, GS_PREFIX)
    while is_prefix(g.raw[i]):
        if is_segment_prefix(g.raw[i]):
            dropped += 1
        else:
            byte(k, g.raw[i])
        i += 1
    # a REX that isn't the last prefix means nothing; and an instruction has 15 bytes at most
    if (g.raw[i] & 0xF0 == 0x40 and is_prefix(g.raw[i + 1])) or g.insn.length + gs - dropped > LONGEST:
        k.at = start
        return -1
    return i


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def copy_bytes(k: CodeP, g: GuestP, gs: cython.bint) -> cython.bint:
    """The instruction as it is, but for segment prefixes."""
    i: cython.int = copy_prefixes(k, g, gs)
    if i < 0:
        return False
    while i < g.insn.length:
        byte(k, g.raw[i])
        i += 1
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def copy_head(k: CodeP, g: GuestP, gs: cython.bint, reg: cython.int, base: cython.int,
              index: cython.int) -> cython.int:
    """Prefixes and opcode, with the high bits of the registers given; returns ModRM's offset in `raw`."""
    i: cython.int = copy_prefixes(k, g, gs)
    rex: cython.int
    second: cython.int
    if i < 0:
        return -1
    if g.insn.prefixes & P_VEX:
        if g.raw[i] == 0xC5:
            second = g.raw[i + 1]
            byte(k, 0xC4)
            byte(k, (second & 0x80) | vex_register_bits(base, index) | 1)
            byte(k, second & 0x7F)
            i += 2
        else:
            byte(k, 0xC4)
            byte(k, (g.raw[i + 1] & 0x9F) | vex_register_bits(base, index))
            byte(k, g.raw[i + 2])
            i += 3
        byte(k, g.raw[i])
        return i + 1
    rex = rex_of((g.insn.rex >> 3) & 1, reg, base, index)
    if rex != 0x40 or g.insn.prefixes & P_REX:
        byte(k, rex)
    if g.insn.prefixes & P_REX:
        i += 1
    if g.insn.map:
        byte(k, 0x0F)
        i += 1
    if g.insn.map >= 2:
        byte(k, 0x38 if g.insn.map == 2 else 0x3A)
        i += 1
    byte(k, g.raw[i])
    return i + 1


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def vex_register_bits(base: cython.int, index: cython.int) -> cython.int:
    """VEX.X and VEX.B, which are inverted."""
    return ((0 if index != NONE and index & 8 else 0x40)
            | (0 if base != NONE and base & 8 else 0x20))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def reg_field(g: GuestP) -> cython.int:
    """ModRM.reg with its high bit, as legacy encodings have it."""
    return ((g.insn.modrm >> 3) & 7) | (g.insn.rex & 4) << 1


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def copy_tail(k: CodeP, g: GuestP, i: cython.int) -> cython.void:
    """What follows the operand that starts with ModRM at offset `i`: immediates."""
    modrm: cython.int = g.raw[i]
    mod: cython.int = modrm >> 6
    i += 1
    if mod != 3:
        if modrm & 7 == 4:
            if mod == 0 and g.raw[i] & 7 == 5:
                i += 4
            i += 1
        elif mod == 0 and modrm & 7 == 5:
            i += 4
        i += 1 if mod == 1 else 4 if mod == 2 else 0
    while i < g.insn.length:
        byte(k, g.raw[i])
        i += 1


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def copy_with_memory(k: CodeP, g: GuestP, gs: cython.bint, reg: cython.int, base: cython.int,
                     index: cython.int, disp: i64) -> cython.bint:
    """The instruction with another memory operand, and with `reg` in ModRM.reg."""
    i: cython.int = copy_head(k, g, gs, reg, base, index)
    if i < 0:
        return False
    memory(k, reg, base, index, g.insn.scale, disp)
    copy_tail(k, g, i)
    return True


def borrow(k, g, reg):
    spill(k, slot_spill0, reg)
    g.spilled = reg
    g.fix = FIX_FIRST


# -- rules -----------------------------------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def register_for_address(g: GuestP) -> cython.int:
    """A register that the instruction only writes, so that it may hold its address before; or none."""
    insn: InsnP = cython.address(g.insn)
    if (traits[insn.id] & LOADS and insn.op[0].kind == O_REG and insn.op[0].size >= 4
            and insn.op[0].reg != RSP and insn.op[0].reg != insn.base and insn.op[0].reg != insn.index):
        return insn.op[0].reg
    return NO_REGISTER


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def copy_through_register(k: CodeP, g: GuestP) -> cython.bint:
    """A memory operand whose address takes a register: far RIP-relative, or in the guest's FS or GS."""
    insn: InsnP = cython.address(g.insn)
    index: cython.int = insn.index if insn.index < 16 else NONE
    disp: i64 = cython.cast(i64, insn.disp)
    start: u8p = k.at
    own: cython.int = register_for_address(g)
    through: cython.int = own if own >= 0 else scratch_for(insn)
    done: cython.bint
    if through < 0 or insn.asize != 8 or insn.base == RSP or not by_modrm(insn):
        return False
    borrow(k, g, through)  # even one's own: a fault finds it as it was
    if insn.base == RIP_BASE:
        set_register(k, through, g.next + insn.disp)
        disp = 0
        if uses_other_segment(insn):
            k.at = start
            return False
    else:
        unspill(k, slot_fs if insn.segment == FS else slot_gs, through)
        if insn.base < 16:
            lea(k, through, through, insn.base, 0, 0)
    done = copy_with_memory(k, g, True, reg_field(g), through, index, disp)
    if not done:
        k.at = start
        return False
    if own < 0:
        unspill(k, slot_spill0, through)
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def copy_with_operand(k: CodeP, g: GuestP) -> cython.bint:
    """An instruction that has no trouble with RSP, whatever its memory operand."""
    insn: InsnP = cython.address(g.insn)
    at: u64
    if memory_operand(insn) < 0:
        return copy_bytes(k, g, False)
    if uses_other_segment(insn):
        return copy_through_register(k, g)
    if insn.base == RIP_BASE:
        at = g.next + insn.disp
        if insn.asize != 8:
            return False
        if at >> 31 == 0:
            return copy_with_memory(k, g, True, reg_field(g), NONE, NONE, cython.cast(i64, at))
        return copy_through_register(k, g)
    if insn.base == RSP and by_modrm(insn):
        return insn.asize == 8 and copy_bytes(k, g, False)
    return copy_bytes(k, g, True)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def copy_move_of_rsp(k: CodeP, g: GuestP) -> cython.bint:
    """MOV between RSP and another register, both whole."""
    insn: InsnP = cython.address(g.insn)
    to: cython.int = insn.op[0].reg
    source: cython.int = insn.op[1].reg
    if to == RSP and source == RSP:
        return True
    if to == RSP:
        set_register(k, RSP, g.membase)
        lea(k, RSP, RSP, source, 0, 0)
    else:
        set_register(k, to, -g.membase)
        lea(k, to, RSP, to, 0, 0)
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def names_no_general_register(insn: InsnP) -> cython.bint:
    """Whether ModRM.reg is part of the opcode, or a vector register (MOVD and MOVQ)."""
    o: cython.int = insn.opcode
    if insn.map == 0:
        return (0x80 <= o <= 0x83 or o == 0xC0 or o == 0xC1 or o == 0xC6 or o == 0xC7
                or 0xD0 <= o <= 0xD3 or o >= 0xF6)
    return insn.map == 1 and (o == 0xBA or o == 0x6E or o == 0x7E)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def copy_with_stand_in(k: CodeP, g: GuestP) -> cython.bint:
    """An instruction on RSP's value: a borrowed register stands in for it."""
    insn: InsnP = cython.address(g.insn)
    start: u8p = k.at
    through: cython.int
    reg: cython.int = reg_field(g)
    rm: cython.int = (insn.modrm & 7) | (insn.rex & 1) << 3
    i: cython.int
    at: u64
    o: cython.int = insn.opcode
    if not traits[insn.id] & SUBSTITUTE or insn.prefixes & P_VEX or insn.asize != 8 or names_high_byte(insn):
        return False
    # these have no ModRM
    if insn.map == 0 and (0x90 <= o <= 0x97 or 0xB0 <= o <= 0xBF or 0xA0 <= o <= 0xA9
                          or (o < 0x40 and o & 7 >= 4)):
        return False
    if insn.map == 0 and (o == 0x89 or o == 0x8B) and insn.modrm >> 6 == 3 and insn.osize == 8:
        return copy_move_of_rsp(k, g)
    through = scratch_for(insn)
    if through < 0:
        return False
    if not insn.prefixes & P_REX and through & 8:
        return False
    if insn.modrm >> 6 != 3 and (uses_other_segment(insn) or not by_modrm(insn)):
        return False
    borrow(k, g, through)
    set_register(k, through, -g.membase)
    lea(k, through, RSP, through, 0, 0)
    if reg == RSP and not names_no_general_register(insn):
        reg = through
    if insn.modrm >> 6 == 3:
        if rm == RSP:
            rm = through
        i = copy_head(k, g, False, reg, rm, NONE)
        if i < 0:
            k.at = start
            return False
        byte(k, 0xC0 | (reg & 7) << 3 | (rm & 7))
        copy_tail(k, g, i)
    else:
        at = insn.disp
        rm = insn.base if insn.base < 16 else NONE
        if insn.base == RIP_BASE:
            at += g.next
            if at >> 31:
                k.at = start
                return False
        if not copy_with_memory(k, g, rm != RSP, reg, rm, insn.index if insn.index < 16 else NONE,
                                cython.cast(i64, at)):
            k.at = start
            return False
    if writes_rsp(insn):
        set_register(k, RSP, g.membase)
        lea(k, RSP, RSP, through, 0, 0)
    unspill(k, slot_spill0, through)
    return True


def copy_instruction(k, g):
    insn: InsnP = cython.address(g.insn)
    i: cython.int
    for i in range(insn.operands):
        if insn.op[i].kind == O_SEG or insn.op[i].kind == O_OTHER:
            return False
    if names_rsp(insn):
        return copy_with_stand_in(k, g)
    return copy_with_operand(k, g)


def copy_string(k, g):
    """RDI, and RSI where it is used, hold host addresses meanwhile.

    rep movsb       mov fs:[spill], r11; mov r11, membase; lea rdi, [rdi+r11]; lea rsi, [rsi+r11]
                    rep movsb; mov r11, -membase; lea rdi, [rdi+r11]; lea rsi, [rsi+r11]
                    mov r11, fs:[spill]
    """
    insn: InsnP = cython.address(g.insn)
    source: cython.bint = False
    destination: cython.bint = False
    i: cython.int
    start: u8p = k.at
    for i in range(insn.operands):
        source |= insn.op[i].kind == O_SRC
        destination |= insn.op[i].kind == O_DST
    if insn.asize != 8 or uses_other_segment(insn):
        return False
    borrow(k, g, R11)
    set_register(k, R11, g.membase)
    if destination:
        lea(k, RDI, RDI, R11, 0, 0)
        g.fix |= FIX_DESTINATION
    if source:
        lea(k, RSI, RSI, R11, 0, 0)
        g.fix |= FIX_SOURCE
    if not copy_bytes(k, g, False):
        k.at = start
        return False
    set_register(k, R11, -g.membase)
    if destination:
        lea(k, RDI, RDI, R11, 0, 0)
    if source:
        lea(k, RSI, RSI, R11, 0, 0)
    unspill(k, slot_spill0, R11)
    return True


def load_address(k, g):
    insn: InsnP = cython.address(g.insn)
    to: cython.int = insn.op[0].reg
    index: cython.int = insn.index if insn.index < 16 else NONE
    disp: i64 = cython.cast(i64, insn.disp)
    through: cython.int
    if insn.base == RIP_BASE:
        if insn.osize == 2 or insn.asize != 8 or to == RSP:
            return False
        set_register(k, to, g.next + insn.disp if insn.osize == 8 else cython.cast(u32, g.next + insn.disp))
        return True
    if to == RSP and insn.osize == 4:
        return False
    if insn.osize != 8 or (to == RSP) == (insn.base == RSP):
        if to == RSP and insn.osize == 8 and insn.asize != 8:
            return False
        # the low half is right in any case; the rest, where both are RSP or neither
        return copy_bytes(k, g, False)
    if insn.asize != 8:
        # 32-bit addresses have no use for the upper half
        return to != RSP and copy_bytes(k, g, False)
    if to == RSP:
        if index == NONE and insn.base < 16:
            set_register(k, RSP, g.membase)
            lea(k, RSP, RSP, insn.base, 0, disp)
            return True
        through = scratch_for(insn)
        borrow(k, g, through)
        set_register(k, through, g.membase)
        lea(k, through, through, index, insn.scale, disp)
        if insn.base < 16:
            lea(k, RSP, through, insn.base, 0, 0)
        else:
            move(k, RSP, through)
        unspill(k, slot_spill0, through)
        return True
    if index == to:
        through = scratch_for(insn)
        borrow(k, g, through)
        set_register(k, through, -g.membase)
        lea(k, through, RSP, through, 0, disp)
        lea(k, to, through, index, insn.scale, 0)
        unspill(k, slot_spill0, through)
        return True
    set_register(k, to, -g.membase)
    lea(k, to, RSP, to, 0, disp)
    if index != NONE:
        lea(k, to, to, index, insn.scale, 0)
    return True


def leave_frame(k, g):
    """leave        mov fs:[spill], rsp; mov rsp, membase; lea rsp, [rsp+rbp]; pop rbp"""
    if g.insn.osize != 8:
        return False
    borrow(k, g, RSP)
    set_register(k, RSP, g.membase)
    lea(k, RSP, RSP, RBP, 0, 0)
    byte(k, 0x5D)
    return True


def load_target(k, g):
    insn: InsnP = cython.address(g.insn)
    index: cython.int = insn.index if insn.index < 16 else NONE
    at: u64
    if insn.op[0].kind == O_REG:
        if insn.op[0].reg == RSP or insn.op[0].size != 8:
            return False
        if insn.op[0].reg != RCX:
            move(k, RCX, insn.op[0].reg)
        return True
    if insn.op[0].kind != O_MEM or insn.op[0].size != 8 or insn.asize != 8:
        return False
    if uses_other_segment(insn):
        return False
    if insn.base == RIP_BASE:
        at = g.next + insn.disp
        if at >> 31 == 0:
            load64(k, GS_PREFIX, RCX, NONE, cython.cast(i64, at))
        else:
            set_register(k, RCX, at)
            load64(k, GS_PREFIX, RCX, RCX, 0)
        return True
    if insn.base != RSP:
        byte(k, GS_PREFIX)
    byte(k, rex_of(1, RCX, insn.base if insn.base < 16 else NONE, index))
    byte(k, 0x8B)
    memory(k, RCX, insn.base if insn.base < 16 else NONE, index, insn.scale, cython.cast(i64, insn.disp))
    return True
