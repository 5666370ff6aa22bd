"""Shifts and rotates: ROL ROR RCL RCR SHL SHR SAR SHLD SHRD.

Flags of undefined cases follow the processor: OF is computed for every count as for a count of 1
(its last step), and AF is left as it was cleared by the shift.
"""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, OpP, i8, i16, i32, i64, u64


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def set_shift_flags(c: CpuP, r: u64, size: cython.int, carry: u64, overflow: u64) -> cython.void:
    """Result flags, CF and OF; AF is cleared."""
    set_logic_flags(c, r, size)
    c.aux = carry << 63 | (carry ^ overflow) << 62


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def set_rotate_flags(c: CpuP, carry: u64, overflow: u64) -> cython.void:
    """CF and OF alone."""
    c.aux = (c.aux << 2 >> 2) | carry << 63 | (carry ^ overflow) << 62


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def shift(c: CpuP, o: OpP, size: cython.int, form: cython.int, kind: cython.int) -> OpP:
    """ROL 0, ROR 1, RCL 2, RCR 3, SHL 4, SHR 5, SAR 7."""
    bits: cython.uint = size * 8
    count: cython.uint = cython.cast(u8, get(c, o.src, 1) + o.imm) & (63 if size == 8 else 31)
    address: u64 = 0
    a: u64
    r: u64
    carry: u64 = 0
    overflow: u64 = 0
    n: cython.uint
    if form == MR:
        address = ea(c, o)
        a = load(c, address, size)
    else:
        a = get(c, o.dst, size)
    if count == 0:
        if form == MR:
            store(c, address, size, a)
        elif size == 4:
            put(c, o.dst, 4, a)
        return done(c, o)
    if kind == 4:
        r = a << count
        if count <= bits:
            carry = (a >> (bits - count)) & 1
        overflow = ((r >> (bits - 1)) & 1) ^ carry
    elif kind == 5:
        r = a >> count
        carry = (a >> (count - 1)) & 1
        overflow = (((a << (count - 1)) >> (bits - 1)) & 1) if count == 1 else 0
    elif kind == 7:
        a = extended(a, size)
        r = cython.cast(u64, cython.cast(i64, a) >> count)
        carry = cython.cast(u64, cython.cast(i64, a) >> (count - 1)) & 1
    elif kind == 0:
        n = count & (bits - 1)
        r = a if n == 0 else (a << n) | (a >> (bits - n))
        carry = r & 1
        overflow = ((r >> (bits - 1)) & 1) ^ carry
    elif kind == 1:
        n = count & (bits - 1)
        r = a if n == 0 else (a >> n) | (a << (bits - n))
        carry = (r >> (bits - 1)) & 1
        overflow = ((r >> (bits - 2)) & 1) ^ carry
    else:
        n = count % (bits + 1)
        carry = flag_c(c)
        r = a
        if kind == 2:
            if n:
                r = (a << n) if n < 64 else 0
                r |= carry << (n - 1)
                if n > 1:
                    r |= a >> (bits + 1 - n)
                carry = (a >> (bits - n)) & 1
            overflow = ((r >> (bits - 1)) & 1) ^ carry
        else:
            if n:
                r = (a >> n) if n < 64 else 0
                r |= carry << (bits - n)
                if n > 1:
                    r |= a << (bits + 1 - n)
                carry = (a >> (n - 1)) & 1
            overflow = ((r >> (bits - 1)) ^ (r >> (bits - 2))) & 1
    if form == MR:
        store(c, address, size, r)
    else:
        put(c, o.dst, size, r)
    if kind >= 4:
        set_shift_flags(c, r, size, carry, overflow)
    else:
        set_rotate_flags(c, carry, overflow)
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def extended(a: u64, size: cython.int) -> u64:
    if size == 1:
        return cython.cast(u64, cython.cast(i64, cython.cast(i8, a)))
    if size == 2:
        return cython.cast(u64, cython.cast(i64, cython.cast(i16, a)))
    if size == 4:
        return cython.cast(u64, cython.cast(i64, cython.cast(i32, a)))
    return a


# fmt: off
def rol(c, o): return shift(c, o, o.size, o.form, 0)
def ror(c, o): return shift(c, o, o.size, o.form, 1)
def rcl(c, o): return shift(c, o, o.size, o.form, 2)
def rcr(c, o): return shift(c, o, o.size, o.form, 3)
def shl(c, o): return shift(c, o, o.size, o.form, 4)
def shr(c, o): return shift(c, o, o.size, o.form, 5)
def sar(c, o): return shift(c, o, o.size, o.form, 7)
def rol4(c, o): return shift(c, o, 4, RR, 0)
def ror4(c, o): return shift(c, o, 4, RR, 1)
def shl4(c, o): return shift(c, o, 4, RR, 4)
def shr4(c, o): return shift(c, o, 4, RR, 5)
def sar4(c, o): return shift(c, o, 4, RR, 7)
def rol8(c, o): return shift(c, o, 8, RR, 0)
def ror8(c, o): return shift(c, o, 8, RR, 1)
def shl8(c, o): return shift(c, o, 8, RR, 4)
def shr8(c, o): return shift(c, o, 8, RR, 5)
def sar8(c, o): return shift(c, o, 8, RR, 7)
# fmt: on


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def double_shift(c: CpuP, o: OpP, left: cython.bint) -> OpP:
    """SHLD and SHRD: operand 1 is shifted in; the count is operand 2."""
    size: cython.int = o.size
    bits: cython.uint = size * 8
    count: cython.uint = cython.cast(u8, get(c, o.src2, 1) + o.imm) & (63 if size == 8 else 31)
    b: u64 = get(c, o.src, size)
    address: u64 = 0
    a: u64
    r: u64
    carry: u64
    if o.form == MR:
        address = ea(c, o)
        a = load(c, address, size)
    else:
        a = get(c, o.dst, size)
    if count == 0:
        if o.form == MR:
            store(c, address, size, a)
        elif size == 4:
            put(c, o.dst, 4, a)
        return done(c, o)
    if count > bits:  # 16-bit operands: undefined; processors go on with the source, then the operand
        if left:
            r = (b << (count - bits)) | (a >> (2 * bits - count))
            carry = (b >> (2 * bits - count)) & 1
        else:
            r = (b >> (count - bits)) | (a << (2 * bits - count))
            carry = (b >> (count - bits - 1)) & 1
    elif left:
        r = (a << count) | (b >> (bits - count)) if count < bits else b
        carry = (a >> (bits - count)) & 1
    else:
        r = (a >> count) | (b << (bits - count)) if count < bits else b
        carry = (a >> (count - 1)) & 1
    if o.form == MR:
        store(c, address, size, r)
    else:
        put(c, o.dst, size, r)
    set_shift_flags(c, r, size, carry, ((r ^ a) >> (bits - 1)) & 1)
    return done(c, o)


# fmt: off
def shld(c, o): return double_shift(c, o, True)
def shrd(c, o): return double_shift(c, o, False)
# fmt: on


bind("ROL", rol)
bind_flat("ROL", rol4, 4, RR)
bind_flat("ROL", rol8, 8, RR)
bind("ROR", ror)
bind_flat("ROR", ror4, 4, RR)
bind_flat("ROR", ror8, 8, RR)
bind("RCL", rcl)
bind("RCR", rcr)
bind("SHL", shl)
bind_flat("SHL", shl4, 4, RR)
bind_flat("SHL", shl8, 8, RR)
bind("SHR", shr)
bind_flat("SHR", shr4, 4, RR)
bind_flat("SHR", shr8, 8, RR)
bind("SAR", sar)
bind_flat("SAR", sar4, 4, RR)
bind_flat("SAR", sar8, 8, RR)
bind("SHLD", shld)
bind("SHRD", shrd)
