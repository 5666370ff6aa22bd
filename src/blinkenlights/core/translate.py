"""From decoded instructions to operations: operands become offsets, a mnemonic becomes a handler."""

import cython

from blinkenlights.core.dispatch import NUMBERS
from blinkenlights.tables.isa import ONLY_READ

only_read = cython.declare(u8[4096])  # by mnemonic
for name in ONLY_READ.split():
    only_read[NUMBERS[name]] = 1


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def register_offset(p: OperandP) -> u16:
    """The byte offset in Cpu of a register operand; its number for files reached otherwise."""
    if p.kind == O_REG:
        if p.reg >= 16:  # AH CH DH BH
            return (p.reg - 20) * 8 + 1
        return p.reg * 8
    if p.kind == O_XMM or p.kind == O_YMM:
        return XMM_OFFSET + p.reg * 32
    if p.kind == O_MMX:
        return ST_OFFSET + p.reg * 16
    return p.reg


XMM_OFFSET = cython.declare(u16, cython.cast(u64, cython.address(cython.cast(CpuP, 0).xmm[0][0])))
ST_OFFSET = cython.declare(u16, cython.cast(u64, cython.address(cython.cast(CpuP, 0).st[0][0])))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def is_memory(kind: u8) -> cython.bint:
    return kind == O_MEM or kind == O_SRC or kind == O_DST


def fill(o, insn, rip, linear):
    n: cython.int = insn.operands
    i: cython.int
    p: OperandP
    size_class: cython.int
    if pending[insn.id]:
        need(insn.id)
    o.imm = 0
    o.link = cython.NULL
    o.rip = rip
    o.dst = o.src = o.src2 = ZERO * 8
    o.id = insn.id
    o.length = insn.length
    o.asize = insn.asize
    o.extra = 0
    o.form = RR
    o.flags = 0
    if insn.prefixes & P_LOCK:
        o.flags |= LOCKED
    if insn.prefixes & P_REP:
        o.flags |= REP
    if insn.prefixes & P_REPNE:
        o.flags |= REPNE
    if insn.mode != 64:
        o.flags |= LEGACY
    o.size = insn.op[0].size if n else insn.osize
    o.size2 = insn.op[1].size if n > 1 else o.size

    o.base = insn.base
    o.index = insn.index
    o.scale = insn.scale
    o.disp = insn.disp
    o.seg = insn.segment
    if insn.base == 17:
        o.base = ZERO
        o.disp += rip + insn.length
    if insn.mode == 64 and o.seg != FS and o.seg != GS:
        o.seg = NO_SEGMENT

    for i in range(n):
        p = cython.address(insn.op[i])
        if is_memory(p.kind):
            if o.form == RR:
                o.form = MR if i == 0 else RM if i == 1 else RRM
                if i == 0 and insn.mode != 64 and not only_read[insn.id]:
                    o.flags |= WRITES
            if i == 2:
                o.extra = p.size
        elif p.kind == O_IMM:
            o.imm = insn.imm
            if i == 0:
                o.size = insn.osize
            elif i == 2:
                o.extra = insn.osize  # three operands: IMUL must tell; PCMPESTRI has its lengths by it
        elif p.kind == O_IMM2:
            o.extra = insn.imm2
        elif p.kind == O_CONST:
            o.imm = p.reg
        elif p.kind == O_REL:
            o.imm = rip + insn.length + insn.imm
            if insn.mode != 64:
                o.imm = cython.cast(u16, o.imm) if insn.osize == 2 else cython.cast(u32, o.imm)
            o.size = insn.osize
        elif p.kind == O_FAR:
            o.imm = insn.imm
            o.disp = insn.imm2
            o.size = insn.osize
        elif i == 0:
            o.dst = register_offset(p)
        elif i == 1:
            o.src = register_offset(p)
        elif i == 2:
            o.src2 = register_offset(p)
            o.extra = p.size
            if o.form == RM and (p.kind == O_XMM or p.kind == O_YMM):
                o.imm = 16 << insn.vector_length  # gathers: bytes of the index vector
        else:
            o.imm = register_offset(p)  # VBLENDVPS's mask

    if condition[insn.id]:
        o.extra = insn.opcode & 15
    in_flat_memory: cython.bint = linear and insn.mode == 64 and (
        o.form == RR or (insn.asize == 8 and o.seg == NO_SEGMENT))
    if n and insn.op[0].kind == O_SEG:
        o.extra = 1  # PUSH and POP of a segment register
        if n == 1:
            o.size = insn.osize
        in_flat_memory = False
    o.fn = cython.NULL
    if insn.prefixes & P_EVEX:  # the same mnemonics as VEX, but more registers and masks
        o.fn = undefined
        return True
    if o.size <= 32 and not o.flags & LOCKED:
        # nothing has forms of 1 and of 32 bytes
        size_class = (0 if o.size == 1 or o.size == 32 else 1 if o.size == 2 else 2 if o.size == 4
                      else 3 if o.size == 8 else 4)
        if in_flat_memory:
            o.fn = flat[insn.id][size_class][o.form]
        if o.fn == cython.NULL:
            o.fn = sized[insn.id][size_class][o.form]
    if o.fn == cython.NULL:
        o.fn = general[insn.id]
    if o.fn == cython.NULL:
        o.fn = undefined
        return True
    return ends[insn.id]


def undefined(c, o):
    """An instruction that nothing here executes."""
    return fault(c, o, 6, 0)
