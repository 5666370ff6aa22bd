"""ADD, SUB and their kin, logic, INC, DEC, NEG, NOT, XADD, CMPXCHG and XCHG.

Intel SDM volume 2. `binary` is the whole of the two-operand group; with constant arguments it
becomes straight code, so the forms that programs use most have handlers of their own.
"""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, OpP, u8p, u64

# `kind` is the number of the group 1 instruction (ADD OR ADC SBB AND SUB XOR CMP), 8 is TEST.


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def compute(c: CpuP, kind: cython.int, a: u64, b: u64, size: cython.int, carry: cython.int,
            flags: cython.int) -> u64:
    """The result of one operation; with `flags` its status flags are set too."""
    r: u64
    if kind == 0 or kind == 2:
        r = a + b + carry
        if flags:
            set_flags(c, r, (a & b) | ((a | b) & ~r), size)
    elif kind == 3 or kind == 5 or kind == 7:
        r = a - b - carry
        if flags:
            set_flags(c, r, (~a & b) | ((~a | b) & r), size)
    else:
        if kind == 1:
            r = a | b
        elif kind == 6:
            r = a ^ b
        else:
            r = a & b
        if flags:
            set_logic_flags(c, r, size)
    return r


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def binary(c: CpuP, o: OpP, size: cython.int, form: cython.int, kind: cython.int, flat: cython.int) -> OpP:
    """operand 0 = operand 0 (kind) operand 1, with flags."""
    address: u64 = 0
    a: u64
    b: u64
    r: u64
    carry: cython.int = 0
    if kind == 2 or kind == 3:
        carry = flag_c(c)
    if form == MR:
        address = flat_ea(c, o) if flat else ea(c, o)
        a = flat_load(c, address, size) if flat else load(c, address, size)
    else:
        a = get(c, o.dst, size)
    if form == RM:
        b = flat_load(c, flat_ea(c, o), size) if flat else load(c, ea(c, o), size)
    else:
        b = get(c, o.src, size) + o.imm
    if form == MR and kind < 7:
        r = compute(c, kind, a, b, size, carry, 0)
        if flat:
            flat_store(c, address, size, r)
        else:
            store(c, address, size, r)
        compute(c, kind, a, b, size, carry, 1)
    else:
        r = compute(c, kind, a, b, size, carry, 1)
        if kind < 7:
            put(c, o.dst, size, r)
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def binary_any(c: CpuP, o: OpP, kind: cython.int) -> OpP:
    """`binary` for every size and form, LOCK included."""
    if o.flags & LOCKED:
        return binary_locked(c, o, kind)
    return binary(c, o, o.size, o.form, kind, 0)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def binary_locked(c: CpuP, o: OpP, kind: cython.int) -> OpP:
    p: u8p = host_write(c, ea(c, o), o.size)
    b: u64 = get(c, o.src, o.size) + o.imm
    a: u64
    carry: cython.int = 0
    if kind == 2 or kind == 3:
        carry = flag_c(c)
    while True:
        a = peek(p, o.size)
        if cas(p, o.size, a, compute(c, kind, a, b, o.size, carry, 0)):
            break
    compute(c, kind, a, b, o.size, carry, 1)
    return done(c, o)


# fmt: off
def add(c, o): return binary_any(c, o, 0)
def or_(c, o): return binary_any(c, o, 1)
def adc(c, o): return binary_any(c, o, 2)
def sbb(c, o): return binary_any(c, o, 3)
def and_(c, o): return binary_any(c, o, 4)
def sub(c, o): return binary_any(c, o, 5)
def xor(c, o): return binary_any(c, o, 6)
def cmp(c, o): return binary(c, o, o.size, o.form, 7, 0)
def test(c, o): return binary(c, o, o.size, o.form, 8, 0)
def add1_rr(c, o): return binary(c, o, 1, RR, 0, 1)
def add1_mr(c, o): return binary(c, o, 1, MR, 0, 1)
def add1_rm(c, o): return binary(c, o, 1, RM, 0, 1)
def add4_rr(c, o): return binary(c, o, 4, RR, 0, 1)
def add4_mr(c, o): return binary(c, o, 4, MR, 0, 1)
def add4_rm(c, o): return binary(c, o, 4, RM, 0, 1)
def add8_rr(c, o): return binary(c, o, 8, RR, 0, 1)
def add8_mr(c, o): return binary(c, o, 8, MR, 0, 1)
def add8_rm(c, o): return binary(c, o, 8, RM, 0, 1)
def or1_rr(c, o): return binary(c, o, 1, RR, 1, 1)
def or1_rm(c, o): return binary(c, o, 1, RM, 1, 1)
def or4_rr(c, o): return binary(c, o, 4, RR, 1, 1)
def or4_mr(c, o): return binary(c, o, 4, MR, 1, 1)
def or4_rm(c, o): return binary(c, o, 4, RM, 1, 1)
def or8_rr(c, o): return binary(c, o, 8, RR, 1, 1)
def or8_mr(c, o): return binary(c, o, 8, MR, 1, 1)
def or8_rm(c, o): return binary(c, o, 8, RM, 1, 1)
def and1_rr(c, o): return binary(c, o, 1, RR, 4, 1)
def and1_rm(c, o): return binary(c, o, 1, RM, 4, 1)
def and4_rr(c, o): return binary(c, o, 4, RR, 4, 1)
def and4_mr(c, o): return binary(c, o, 4, MR, 4, 1)
def and4_rm(c, o): return binary(c, o, 4, RM, 4, 1)
def and8_rr(c, o): return binary(c, o, 8, RR, 4, 1)
def and8_mr(c, o): return binary(c, o, 8, MR, 4, 1)
def and8_rm(c, o): return binary(c, o, 8, RM, 4, 1)
def sub1_rr(c, o): return binary(c, o, 1, RR, 5, 1)
def sub1_mr(c, o): return binary(c, o, 1, MR, 5, 1)
def sub1_rm(c, o): return binary(c, o, 1, RM, 5, 1)
def sub4_rr(c, o): return binary(c, o, 4, RR, 5, 1)
def sub4_mr(c, o): return binary(c, o, 4, MR, 5, 1)
def sub4_rm(c, o): return binary(c, o, 4, RM, 5, 1)
def sub8_rr(c, o): return binary(c, o, 8, RR, 5, 1)
def sub8_mr(c, o): return binary(c, o, 8, MR, 5, 1)
def sub8_rm(c, o): return binary(c, o, 8, RM, 5, 1)
def xor1_rr(c, o): return binary(c, o, 1, RR, 6, 1)
def xor1_rm(c, o): return binary(c, o, 1, RM, 6, 1)
def xor4_rr(c, o): return binary(c, o, 4, RR, 6, 1)
def xor4_mr(c, o): return binary(c, o, 4, MR, 6, 1)
def xor4_rm(c, o): return binary(c, o, 4, RM, 6, 1)
def xor8_rr(c, o): return binary(c, o, 8, RR, 6, 1)
def xor8_mr(c, o): return binary(c, o, 8, MR, 6, 1)
def xor8_rm(c, o): return binary(c, o, 8, RM, 6, 1)
def cmp1_rr(c, o): return binary(c, o, 1, RR, 7, 1)
def cmp1_mr(c, o): return binary(c, o, 1, MR, 7, 1)
def cmp1_rm(c, o): return binary(c, o, 1, RM, 7, 1)
def cmp4_rr(c, o): return binary(c, o, 4, RR, 7, 1)
def cmp4_mr(c, o): return binary(c, o, 4, MR, 7, 1)
def cmp4_rm(c, o): return binary(c, o, 4, RM, 7, 1)
def cmp8_rr(c, o): return binary(c, o, 8, RR, 7, 1)
def cmp8_mr(c, o): return binary(c, o, 8, MR, 7, 1)
def cmp8_rm(c, o): return binary(c, o, 8, RM, 7, 1)
def test1_rr(c, o): return binary(c, o, 1, RR, 8, 1)
def test1_mr(c, o): return binary(c, o, 1, MR, 8, 1)
def test4_rr(c, o): return binary(c, o, 4, RR, 8, 1)
def test4_mr(c, o): return binary(c, o, 4, MR, 8, 1)
def test8_rr(c, o): return binary(c, o, 8, RR, 8, 1)
def test8_mr(c, o): return binary(c, o, 8, MR, 8, 1)
# fmt: on


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def unary(c: CpuP, o: OpP, kind: cython.int) -> OpP:
    """INC (0), DEC (1), NEG (2), NOT (3)."""
    size: cython.int = o.size
    p: u8p = cython.NULL
    address: u64 = 0
    a: u64
    r: u64
    carry: cython.bint
    if o.form == MR:
        address = ea(c, o)
        if o.flags & LOCKED:
            p = host_write(c, address, size)
    while True:
        if p != cython.NULL:
            a = peek(p, size)
        elif o.form == MR:
            a = load(c, address, size)
        else:
            a = get(c, o.dst, size)
        r = a + 1 if kind == 0 else a - 1 if kind == 1 else 0 - a if kind == 2 else ~a
        if p == cython.NULL:
            if o.form == MR:
                store(c, address, size, r)
            else:
                put(c, o.dst, size, r)
            break
        if cas(p, size, a, r):
            break
    if kind == 2:
        set_flags(c, r, a | r, size)
    elif kind < 2:
        carry = flag_c(c)
        if kind == 0:
            set_flags(c, r, a & ~r, size)
        else:
            set_flags(c, r, ~a & r, size)
        set_carry(c, carry)
    return done(c, o)


# fmt: off
def inc(c, o): return unary(c, o, 0)
def dec(c, o): return unary(c, o, 1)
def neg(c, o): return unary(c, o, 2)
def not_(c, o): return unary(c, o, 3)
# fmt: on


def xadd(c, o):
    """Exchange, then add: DEST = DEST + SRC, SRC = old DEST."""
    size: cython.int = o.size
    b: u64 = get(c, o.src, size)
    a: u64
    p: u8p
    if o.form == MR:
        p = host_write(c, ea(c, o), size)
        while True:
            a = peek(p, size)
            if cas(p, size, a, a + b):
                break
        put(c, o.src, size, a)
    else:
        a = get(c, o.dst, size)
        put(c, o.src, size, a)
        put(c, o.dst, size, a + b)
    compute(c, 0, a, b, size, 0, 1)
    return done(c, o)


def cmpxchg(c, o):
    """If rAX equals DEST then DEST = SRC, else rAX = DEST. Always atomic in memory."""
    size: cython.int = o.size
    expected: u64 = get(c, 0, size)
    b: u64 = get(c, o.src, size)
    a: u64
    p: u8p
    if o.form == MR:
        p = host_write(c, ea(c, o), size)
        while True:
            a = peek(p, size)
            if a != expected:
                # hardware writes the old value back, so a page that can't be written faults here too
                if cas(p, size, a, a):
                    break
            elif cas(p, size, a, b):
                break
    else:
        a = get(c, o.dst, size)
        if a == expected:
            put(c, o.dst, size, b)  # else a register stays as it is, its upper half too
    if a != expected:
        put(c, 0, size, a)
    compute(c, 7, expected, a, size, 0, 1)
    return done(c, o)


def cmpxchg8b(c, o):
    address: u64 = ea(c, o)
    p: u8p = host_write(c, address, 8)
    expected: u64 = (c.reg[2] << 32) | cython.cast(u32, c.reg[0])
    desired: u64 = (c.reg[1] << 32) | cython.cast(u32, c.reg[3])
    seen: u64
    while True:
        seen = peek(p, 8)
        if cas(p, 8, seen, desired if seen == expected else seen):
            break
    if seen != expected:
        c.reg[0] = cython.cast(u32, seen)
        c.reg[2] = seen >> 32
    return zero_flag(c, o, seen == expected)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def zero_flag(c: CpuP, o: OpP, value: cython.bint) -> OpP:
    """Set ZF alone."""
    flags: u64 = get_status(c) & ~cython.cast(u64, ZF)
    set_status(c, flags | (ZF if value else 0))
    return done(c, o)


def cmpxchg16b(c, o):
    address: u64 = ea(c, o)
    if address & 15:
        return fault(c, o, 13, 0)
    p: u8p = host_write(c, address, 16)
    seen: u64[2]
    desired: u64[2]
    seen[0] = c.reg[0]
    seen[1] = c.reg[2]
    desired[0] = c.reg[3]
    desired[1] = c.reg[1]
    equal: cython.bint = blink_cas16(cython.cast(u64p, p), seen, desired)
    if not equal:
        c.reg[0] = seen[0]
        c.reg[2] = seen[1]
    return zero_flag(c, o, equal)


def xchg(c, o):
    """With memory it is atomic, LOCK prefix or not."""
    size: cython.int = o.size
    a: u64
    b: u64
    p: u8p
    if o.form == RR:
        a = get(c, o.dst, size)
        b = get(c, o.src, size)
        put(c, o.dst, size, b)
        put(c, o.src, size, a)
        return done(c, o)
    offset: u16 = o.src if o.form == MR else o.dst
    b = get(c, offset, size)
    p = host_write(c, ea(c, o), size)
    while True:
        a = peek(p, size)
        if cas(p, size, a, b):
            break
    put(c, offset, size, a)
    return done(c, o)


bind("ADD", add)
bind("OR", or_)
bind("ADC", adc)
bind("SBB", sbb)
bind("AND", and_)
bind("SUB", sub)
bind("XOR", xor)
bind("CMP", cmp)
bind("TEST", test)
bind("INC", inc)
bind("DEC", dec)
bind("NEG", neg)
bind("NOT", not_)
bind("XADD", xadd)
bind("CMPXCHG", cmpxchg)
bind("CMPXCHG8B", cmpxchg8b)
bind("CMPXCHG16B", cmpxchg16b)
bind("XCHG", xchg)
bind_flat("ADD", add1_rr, 1, RR)
bind_flat("ADD", add1_mr, 1, MR)
bind_flat("ADD", add1_rm, 1, RM)
bind_flat("ADD", add4_rr, 4, RR)
bind_flat("ADD", add4_mr, 4, MR)
bind_flat("ADD", add4_rm, 4, RM)
bind_flat("ADD", add8_rr, 8, RR)
bind_flat("ADD", add8_mr, 8, MR)
bind_flat("ADD", add8_rm, 8, RM)
bind_flat("OR", or1_rr, 1, RR)
bind_flat("OR", or1_rm, 1, RM)
bind_flat("OR", or4_rr, 4, RR)
bind_flat("OR", or4_mr, 4, MR)
bind_flat("OR", or4_rm, 4, RM)
bind_flat("OR", or8_rr, 8, RR)
bind_flat("OR", or8_mr, 8, MR)
bind_flat("OR", or8_rm, 8, RM)
bind_flat("AND", and1_rr, 1, RR)
bind_flat("AND", and1_rm, 1, RM)
bind_flat("AND", and4_rr, 4, RR)
bind_flat("AND", and4_mr, 4, MR)
bind_flat("AND", and4_rm, 4, RM)
bind_flat("AND", and8_rr, 8, RR)
bind_flat("AND", and8_mr, 8, MR)
bind_flat("AND", and8_rm, 8, RM)
bind_flat("SUB", sub1_rr, 1, RR)
bind_flat("SUB", sub1_mr, 1, MR)
bind_flat("SUB", sub1_rm, 1, RM)
bind_flat("SUB", sub4_rr, 4, RR)
bind_flat("SUB", sub4_mr, 4, MR)
bind_flat("SUB", sub4_rm, 4, RM)
bind_flat("SUB", sub8_rr, 8, RR)
bind_flat("SUB", sub8_mr, 8, MR)
bind_flat("SUB", sub8_rm, 8, RM)
bind_flat("XOR", xor1_rr, 1, RR)
bind_flat("XOR", xor1_rm, 1, RM)
bind_flat("XOR", xor4_rr, 4, RR)
bind_flat("XOR", xor4_mr, 4, MR)
bind_flat("XOR", xor4_rm, 4, RM)
bind_flat("XOR", xor8_rr, 8, RR)
bind_flat("XOR", xor8_mr, 8, MR)
bind_flat("XOR", xor8_rm, 8, RM)
bind_flat("CMP", cmp1_rr, 1, RR)
bind_flat("CMP", cmp1_mr, 1, MR)
bind_flat("CMP", cmp1_rm, 1, RM)
bind_flat("CMP", cmp4_rr, 4, RR)
bind_flat("CMP", cmp4_mr, 4, MR)
bind_flat("CMP", cmp4_rm, 4, RM)
bind_flat("CMP", cmp8_rr, 8, RR)
bind_flat("CMP", cmp8_mr, 8, MR)
bind_flat("CMP", cmp8_rm, 8, RM)
bind_flat("TEST", test1_rr, 1, RR)
bind_flat("TEST", test1_mr, 1, MR)
bind_flat("TEST", test4_rr, 4, RR)
bind_flat("TEST", test4_mr, 4, MR)
bind_flat("TEST", test8_rr, 8, RR)
bind_flat("TEST", test8_mr, 8, MR)
