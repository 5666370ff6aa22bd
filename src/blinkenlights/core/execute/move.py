"""MOV and its kin: loads, stores, extensions, LEA, conditional moves and sets, byte swaps."""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, OpP, i8, i16, i32, i64, u64


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def move(c: CpuP, o: OpP, size: cython.int, form: cython.int, flat: cython.int) -> OpP:
    if form == MR:
        if flat:
            flat_store(c, flat_ea(c, o), size, get(c, o.src, size) + o.imm)
        else:
            store(c, ea(c, o), size, get(c, o.src, size) + o.imm)
    elif form == RM:
        put(c, o.dst, size, flat_load(c, flat_ea(c, o), size) if flat else load(c, ea(c, o), size))
    else:
        put(c, o.dst, size, get(c, o.src, size) + o.imm)
    return done(c, o)


# fmt: off
def mov(c, o): return move(c, o, o.size, o.form, 0)
def mov1_rr(c, o): return move(c, o, 1, RR, 1)
def mov1_mr(c, o): return move(c, o, 1, MR, 1)
def mov1_rm(c, o): return move(c, o, 1, RM, 1)
def mov4_rr(c, o): return move(c, o, 4, RR, 1)
def mov4_mr(c, o): return move(c, o, 4, MR, 1)
def mov4_rm(c, o): return move(c, o, 4, RM, 1)
def mov8_rr(c, o): return move(c, o, 8, RR, 1)
def mov8_mr(c, o): return move(c, o, 8, MR, 1)
def mov8_rm(c, o): return move(c, o, 8, RM, 1)
# fmt: on


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def source(c: CpuP, o: OpP, size: cython.int) -> u64:
    """Operand 1, zero-extended."""
    if o.form == RM:
        return load(c, ea(c, o), size)
    return get(c, o.src, size)


def movzx(c, o):
    put(c, o.dst, o.size, source(c, o, o.size2))
    return done(c, o)


def movzx4_rr(c, o):
    put(c, o.dst, 4, get(c, o.src, 1) if o.size2 == 1 else get(c, o.src, 2))
    return done(c, o)


def movzx4_rm(c, o):
    put(c, o.dst, 4, flat_load(c, flat_ea(c, o), 1) if o.size2 == 1 else flat_load(c, flat_ea(c, o), 2))
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def sign_extend(value: u64, size: cython.int) -> u64:
    if size == 1:
        return cython.cast(u64, cython.cast(i64, cython.cast(i8, value)))
    if size == 2:
        return cython.cast(u64, cython.cast(i64, cython.cast(i16, value)))
    if size == 4:
        return cython.cast(u64, cython.cast(i64, cython.cast(i32, value)))
    return value


def movsx(c, o):
    put(c, o.dst, o.size, sign_extend(source(c, o, o.size2), o.size2))
    return done(c, o)


def movsxd8_rr(c, o):
    put(c, o.dst, 8, sign_extend(get(c, o.src, 4), 4))
    return done(c, o)


def movsxd8_rm(c, o):
    put(c, o.dst, 8, sign_extend(flat_load(c, flat_ea(c, o), 4), 4))
    return done(c, o)


def lea(c, o):
    put(c, o.dst, o.size, offset_of(c, o))
    return done(c, o)


def lea8(c, o):
    put(c, o.dst, 8, flat_ea(c, o))
    return done(c, o)


def lea4(c, o):
    put(c, o.dst, 4, flat_ea(c, o))
    return done(c, o)


def cbw(c, o):
    """CBW, CWDE, CDQE: sign-extend the low half of rAX."""
    put(c, 0, o.size, sign_extend(c.reg[0], o.size >> 1))
    return done(c, o)


def cwd(c, o):
    """CWD, CDQ, CQO: fill rDX with the sign of rAX."""
    put(c, 16, o.size, cython.cast(u64, cython.cast(i64, sign_extend(c.reg[0], o.size)) >> 63))
    return done(c, o)


def bswap(c, o):
    a: u64 = get(c, o.dst, o.size)
    if o.size == 8:
        a = bswap64(a)
    elif o.size == 4:
        a = bswap32(cython.cast(u32, a))
    else:
        a = 0  # undefined by the manual; hardware gives 0
    put(c, o.dst, o.size, a)
    return done(c, o)


def xlat(c, o):
    address: u64 = c.reg[3] + cython.cast(u8, c.reg[0])
    if o.asize != 8:
        address &= cython.cast(u64, 0xFFFF) if o.asize == 2 else cython.cast(u64, 0xFFFFFFFF)
    put(c, 0, 1, load(c, ea_of(c, o, o.seg, address, 1, False), 1))
    return done(c, o)


def setcc(c, o):
    value: u64 = test_condition(c, o.extra)
    if o.form == MR:
        store(c, ea(c, o), 1, value)
    else:
        put(c, o.dst, 1, value)
    return done(c, o)


def cmovcc(c, o):
    """The source is read, and a 32-bit destination's upper half cleared, whatever the condition."""
    value: u64 = source(c, o, o.size)
    if test_condition(c, o.extra):
        put(c, o.dst, o.size, value)
    elif o.size == 4:
        put(c, o.dst, 4, get(c, o.dst, 4))
    return done(c, o)


bind("MOV", mov)
bind_flat("MOV", mov1_rr, 1, RR)
bind_flat("MOV", mov1_mr, 1, MR)
bind_flat("MOV", mov1_rm, 1, RM)
bind_flat("MOV", mov4_rr, 4, RR)
bind_flat("MOV", mov4_mr, 4, MR)
bind_flat("MOV", mov4_rm, 4, RM)
bind_flat("MOV", mov8_rr, 8, RR)
bind_flat("MOV", mov8_mr, 8, MR)
bind_flat("MOV", mov8_rm, 8, RM)
bind("MOVZX", movzx)
bind_flat("MOVZX", movzx4_rr, 4, RR)
bind_flat("MOVZX", movzx4_rm, 4, RM)
bind("MOVSX", movsx)
bind("MOVSXD", movsx)
bind_flat("MOVSXD", movsxd8_rr, 8, RR)
bind_flat("MOVSXD", movsxd8_rm, 8, RM)
bind("LEA", lea)
bind_flat("LEA", lea8, 8, RM)
bind_flat("LEA", lea4, 4, RM)
bind("CBW", cbw)
bind("CWD", cwd)
bind("BSWAP", bswap)
bind("XLAT", xlat)
bind("SETCC", setcc)
takes_condition("SETCC")
bind("CMOVCC", cmovcc)
takes_condition("CMOVCC")
