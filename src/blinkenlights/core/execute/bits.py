"""BT, BTS, BTR, BTC, BSF, BSR and the flag instructions."""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, OpP, i16, i32, i64, u8p, u64


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def bit_test(c: CpuP, o: OpP, kind: cython.int) -> OpP:
    """BT 0, BTS 1, BTR 2, BTC 3. A register bit offset reaches memory far from the operand."""
    size: cython.int = o.size
    index: u64 = get(c, o.src, size) + o.imm
    bit: u64
    a: u64
    r: u64
    address: u64
    p: u8p
    far: i64
    bit = cython.cast(u64, 1) << (index & (size * 8 - 1))
    if o.form != MR:
        a = get(c, o.dst, size)
        if kind:
            put(c, o.dst, size, a | bit if kind == 1 else a & ~bit if kind == 2 else a ^ bit)
    else:
        far = 0
        if o.src != ZERO * 8:
            far = cython.cast(i64, index)
            if size < 8:
                far = cython.cast(i32, index) if size == 4 else cython.cast(i16, index)
            far = (far >> (6 if size == 8 else 5 if size == 4 else 4)) * size
        address = offset_of(c, o) + cython.cast(u64, far)
        if o.asize != 8:
            address = cython.cast(u16, address) if o.asize == 2 else cython.cast(u32, address)
        address = ea_of(c, o, o.seg, address, size, kind != 0)
        o.flags |= ELSEWHERE
        c.operand = address
        if kind == 0:
            a = load(c, address, size)
        elif o.flags & LOCKED:
            p = host_write(c, address, size)
            while True:
                a = peek(p, size)
                r = a | bit if kind == 1 else a & ~bit if kind == 2 else a ^ bit
                if cas(p, size, a, r):
                    break
        else:
            a = load(c, address, size)
            store(c, address, size, a | bit if kind == 1 else a & ~bit if kind == 2 else a ^ bit)
    set_carry(c, (a & bit) != 0)
    return done(c, o)


# fmt: off
def bt(c, o): return bit_test(c, o, 0)
def bts(c, o): return bit_test(c, o, 1)
def btr(c, o): return bit_test(c, o, 2)
def btc(c, o): return bit_test(c, o, 3)
# fmt: on


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def scan(c: CpuP, o: OpP, reverse: cython.bint) -> OpP:
    """ZF tells of a zero source, which leaves the destination unchanged, upper half included."""
    a: u64 = load(c, ea(c, o), o.size) if o.form == RM else get(c, o.src, o.size)
    flags: u64 = get_status(c) & ~cython.cast(u64, ZF)
    if a == 0:
        set_status(c, flags | ZF)
        return done(c, o)
    put(c, o.dst, o.size, 63 - leading_zeros(a) if reverse else trailing_zeros(a))
    set_status(c, flags)
    return done(c, o)


# fmt: off
def bsf(c, o): return scan(c, o, False)
def bsr(c, o): return scan(c, o, True)


def clc(c, o):
    set_carry(c, False)
    return done(c, o)


def stc(c, o):
    set_carry(c, True)
    return done(c, o)


def cmc(c, o):
    set_carry(c, not flag_c(c))
    return done(c, o)


def cld(c, o):
    c.eflags &= ~cython.cast(u64, DF)
    return done(c, o)


def std(c, o):
    c.eflags |= DF
    return done(c, o)
# fmt: on


def lahf(c, o):
    put(c, 1, 1, (get_status(c) & 0xD5) | 2)
    return done(c, o)


def sahf(c, o):
    set_status(c, (get_status(c) & OF) | (get(c, 1, 1) & 0xD5))
    return done(c, o)


def salc(c, o):
    """AL = FF if carry, else 0 (undocumented)."""
    put(c, 0, 1, 0xFF if flag_c(c) else 0)
    return done(c, o)


def nop(c, o):
    return done(c, o)


bind("BT", bt)
bind("BTS", bts)
bind("BTR", btr)
bind("BTC", btc)
bind("BSF", bsf)
bind("BSR", bsr)
bind("CLC", clc)
bind("STC", stc)
bind("CMC", cmc)
bind("CLD", cld)
bind("STD", std)
bind("LAHF", lahf)
bind("SAHF", sahf)
bind("SALC", salc)
bind("NOP", nop)
