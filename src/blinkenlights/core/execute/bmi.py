"""BMI1, BMI2, ADX, MOVBE, POPCNT, LZCNT and CRC32.

Flags the manual leaves undefined are cleared, but for SF and PF, which follow the result where ZF does.
"""

import cython
from cython.cimports.blinkenlights.core.access import (
    CF,
    OF,
    ZF,
    done,
    ea,
    flag_c,
    flag_o,
    get,
    get_status,
    load,
    put,
    set_carry,
    set_logic_flags,
    set_status,
    store,
)
from cython.cimports.blinkenlights.core.dispatch import bind, mnemonic_id
from cython.cimports.blinkenlights.core.execute.bmi import (
    count_ones_,
    high_product_,
    leading_zeros_,
    swap2_,
    swap4_,
    swap8_,
    trailing_zeros_,
)
from cython.cimports.blinkenlights.core.state import MR, RM, RRM, CpuP, OpP, i32, i64, u32, u64

# -- operands --------------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def second(c: CpuP, o: OpP, size: cython.int) -> u64:
    """Operand 1, a register or memory."""
    return load(c, ea(c, o), size) if o.form == RM else get(c, o.src, size)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def third(c: CpuP, o: OpP, size: cython.int) -> u64:
    """Operand 2, a register or memory."""
    return load(c, ea(c, o), size) if o.form == RRM else get(c, o.src2, size)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def low(value: u64, count: cython.int) -> u64:
    """The lowest `count` bits, 1 to 64."""
    return value & (~cython.cast(u64, 0) >> (64 - count))


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def finish(c: CpuP, o: OpP, result: u64, carry: cython.bint, size: cython.int) -> OpP:
    """Write the result; SF, ZF and PF follow it, OF is clear."""
    put(c, o.dst, size, result)
    set_logic_flags(c, result, size)
    set_carry(c, carry)
    return done(c, o)


# -- TBM: the operand with its lowest bits changed by adding or subtracting 1 (AMD's manual, volume 3) ---


def trailing(c, o):
    """All of TBM but BEXTR; CF is the carry of x + 1, or the borrow of x - 1."""
    size: cython.int = o.size
    whole: u64 = (cython.cast(u64, 1) << 32) - 1 if size == 4 else ~cython.cast(u64, 0)
    x: u64 = second(c, o, size)
    kind: cython.int = trailing_kind[o.id]
    below: cython.bint = kind & BELOW
    other: u64 = (x - 1 if below else x + 1) & whole
    carry: cython.bint = x == 0 if below else x == whole
    if kind & NOT_OTHER:
        other = ~other
    if kind & NOT_FIRST:
        x = ~x
    kind &= COMBINE
    x = x & other if kind == AND else x | other if kind == OR else x ^ other
    return finish(c, o, x & whole, carry, size)


TRAILING = {
    "BLCFILL": AND, "BLCI": OR | NOT_OTHER, "BLCIC": AND | NOT_FIRST, "BLCMSK": XOR, "BLCS": OR,
    "BLSFILL": OR | BELOW, "BLSIC": OR | BELOW | NOT_FIRST, "T1MSKC": OR | NOT_FIRST,
    "TZMSK": AND | BELOW | NOT_FIRST,
}

# -- BMI1 ------------------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def andn(c: CpuP, o: OpP, size: cython.int) -> OpP:
    return finish(c, o, ~get(c, o.src, size) & third(c, o, size), False, size)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def bextr(c: CpuP, o: OpP, size: cython.int) -> OpP:
    """Extract bits: start in bits 0 to 7 of the control, length in bits 8 to 15."""
    value: u64 = second(c, o, size)
    control: u64 = get(c, o.src2, size) + o.imm  # TBM's has it as an immediate
    start: u64 = control & 0xFF
    length: u64 = control >> 8 & 0xFF
    value = value >> start if start < 64 else 0
    if length < 64:
        value &= (cython.cast(u64, 1) << length) - 1
    return finish(c, o, value, False, size)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def blsi(c: CpuP, o: OpP, size: cython.int) -> OpP:
    value: u64 = second(c, o, size)
    return finish(c, o, value & (0 - value), value != 0, size)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def blsmsk(c: CpuP, o: OpP, size: cython.int) -> OpP:
    value: u64 = second(c, o, size)
    return finish(c, o, value ^ (value - 1), value == 0, size)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def blsr(c: CpuP, o: OpP, size: cython.int) -> OpP:
    value: u64 = second(c, o, size)
    return finish(c, o, value & (value - 1), value == 0, size)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def tzcnt(c: CpuP, o: OpP, size: cython.int) -> OpP:
    value: u64 = second(c, o, size)
    return count_zeros(c, o, trailing_zeros_(value) if value else 8 * size, value == 0, size)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def lzcnt(c: CpuP, o: OpP, size: cython.int) -> OpP:
    value: u64 = second(c, o, size)
    return count_zeros(c, o, leading_zeros_(value) - (64 - 8 * size) if value else 8 * size, value == 0, size)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def count_zeros(c: CpuP, o: OpP, result: u64, none: cython.bint, size: cython.int) -> OpP:
    """CF: there was no set bit. OF is undefined, and kept."""
    put(c, o.dst, size, result)
    set_status(c, (get_status(c) & OF) | (CF if none else 0) | (ZF if result == 0 else 0))
    return done(c, o)


# -- BMI2 ------------------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def bzhi(c: CpuP, o: OpP, size: cython.int) -> OpP:
    value: u64 = second(c, o, size)
    index: u64 = get(c, o.src2, size) & 0xFF
    beyond: cython.bint = index >= 8 * size
    if not beyond:
        value &= (cython.cast(u64, 1) << index) - 1
    return finish(c, o, value, beyond, size)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def pdep(c: CpuP, o: OpP, size: cython.int) -> OpP:
    value: u64 = get(c, o.src, size)
    mask: u64 = third(c, o, size)
    result: u64 = 0
    while mask:
        if value & 1:
            result |= mask & (0 - mask)
        value >>= 1
        mask &= mask - 1
    put(c, o.dst, size, result)
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def pext(c: CpuP, o: OpP, size: cython.int) -> OpP:
    value: u64 = get(c, o.src, size)
    mask: u64 = third(c, o, size)
    result: u64 = 0
    place: u64 = 1
    while mask:
        if value & mask & (0 - mask):
            result |= place
        place <<= 1
        mask &= mask - 1
    put(c, o.dst, size, result)
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def mulx(c: CpuP, o: OpP, size: cython.int) -> OpP:
    """Operand 0 gets the high half and is written last: it wins when both are one register."""
    a: u64 = get(c, 16, size)  # RDX
    b: u64 = third(c, o, size)
    if size == 8:
        put(c, o.src, 8, a * b)
        put(c, o.dst, 8, high_product_(a, b))
    else:
        put(c, o.src, 4, a * b)
        put(c, o.dst, 4, a * b >> 32)
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def rorx(c: CpuP, o: OpP, size: cython.int) -> OpP:
    value: u64 = second(c, o, size)
    count: u64 = o.imm & (8 * size - 1)
    if count:
        value = value >> count | value << (8 * size - count)
    put(c, o.dst, size, value)
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def sarx(c: CpuP, o: OpP, size: cython.int) -> OpP:
    value: u64 = second(c, o, size)
    count: u64 = get(c, o.src2, size) & (8 * size - 1)
    if size == 8:
        put(c, o.dst, 8, cython.cast(u64, cython.cast(i64, value) >> count))
    else:
        put(c, o.dst, 4, cython.cast(u32, cython.cast(i32, value) >> count))
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def shlx(c: CpuP, o: OpP, size: cython.int) -> OpP:
    value: u64 = second(c, o, size)
    put(c, o.dst, size, value << (get(c, o.src2, size) & (8 * size - 1)))
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def shrx(c: CpuP, o: OpP, size: cython.int) -> OpP:
    value: u64 = second(c, o, size)
    put(c, o.dst, size, value >> (get(c, o.src2, size) & (8 * size - 1)))
    return done(c, o)


# -- ADX -------------------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def add_carrying(c: CpuP, o: OpP, size: cython.int, flag: u64) -> OpP:
    """Add with, and to, one flag only (CF or OF)."""
    a: u64 = get(c, o.dst, size)
    b: u64 = second(c, o, size)
    carry: u64 = flag_c(c) if flag == CF else flag_o(c)
    total: u64 = a + b + carry
    carry = ((a & b) | ((a | b) & ~total)) >> 63 if size == 8 else total >> 32
    put(c, o.dst, size, total)
    if flag == CF:
        set_carry(c, carry != 0)
    else:
        set_status(c, (get_status(c) & ~cython.cast(u64, OF)) | (OF if carry else 0))
    return done(c, o)


# -- POPCNT, MOVBE, CRC32 --------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def popcnt(c: CpuP, o: OpP, size: cython.int) -> OpP:
    result: u64 = count_ones_(second(c, o, size))
    put(c, o.dst, size, result)
    set_status(c, ZF if result == 0 else 0)
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def movbe(c: CpuP, o: OpP, size: cython.int) -> OpP:
    value: u64 = second(c, o, size)
    if size == 8:
        value = swap8_(value)
    elif size == 4:
        value = swap4_(value)
    else:
        value = swap2_(value)
    if o.form == MR:
        store(c, ea(c, o), size, value)
    else:
        put(c, o.dst, size, value)
    return done(c, o)


# What the eight bits shifted out of a CRC-32C remainder do to the rest of it.
CRC = cython.declare(u32[256])


@cython.cfunc
def fill_crc_table() -> cython.void:
    i: cython.int
    _: cython.int
    value: u32
    for i in range(256):
        value = i
        for _ in range(8):
            value = value >> 1 ^ (cython.cast(u32, 0x82F63B78) if value & 1 else 0)
        CRC[i] = value


def crc32(c, o):
    size: cython.int = o.size2
    value: u64 = second(c, o, size)
    crc: u32 = cython.cast(u32, get(c, o.dst, 4))
    while size > 0:
        crc = crc >> 8 ^ CRC[(crc ^ value) & 0xFF]
        value >>= 8
        size -= 1
    put(c, o.dst, 8, crc)
    return done(c, o)


# -- handlers --------------------------------------------------------------------------------------


# fmt: off
def andn_any(c, o): return andn(c, o, 4) if o.size == 4 else andn(c, o, 8)
def bextr_any(c, o): return bextr(c, o, 4) if o.size == 4 else bextr(c, o, 8)
def blsi_any(c, o): return blsi(c, o, 4) if o.size == 4 else blsi(c, o, 8)
def blsmsk_any(c, o): return blsmsk(c, o, 4) if o.size == 4 else blsmsk(c, o, 8)
def blsr_any(c, o): return blsr(c, o, 4) if o.size == 4 else blsr(c, o, 8)
def bzhi_any(c, o): return bzhi(c, o, 4) if o.size == 4 else bzhi(c, o, 8)
def pdep_any(c, o): return pdep(c, o, 4) if o.size == 4 else pdep(c, o, 8)
def pext_any(c, o): return pext(c, o, 4) if o.size == 4 else pext(c, o, 8)
def mulx_any(c, o): return mulx(c, o, 4) if o.size == 4 else mulx(c, o, 8)
def rorx_any(c, o): return rorx(c, o, 4) if o.size == 4 else rorx(c, o, 8)
def sarx_any(c, o): return sarx(c, o, 4) if o.size == 4 else sarx(c, o, 8)
def shlx_any(c, o): return shlx(c, o, 4) if o.size == 4 else shlx(c, o, 8)
def shrx_any(c, o): return shrx(c, o, 4) if o.size == 4 else shrx(c, o, 8)
def adcx_any(c, o): return add_carrying(c, o, 4, CF) if o.size == 4 else add_carrying(c, o, 8, CF)
def adox_any(c, o): return add_carrying(c, o, 4, OF) if o.size == 4 else add_carrying(c, o, 8, OF)
# fmt: on


def movbe_any(c, o):
    if o.size == 2:
        return movbe(c, o, 2)
    return movbe(c, o, 4) if o.size == 4 else movbe(c, o, 8)


def popcnt_any(c, o):
    if o.size == 2:
        return popcnt(c, o, 2)
    return popcnt(c, o, 4) if o.size == 4 else popcnt(c, o, 8)


def lzcnt_any(c, o):
    if o.size == 2:
        return lzcnt(c, o, 2)
    return lzcnt(c, o, 4) if o.size == 4 else lzcnt(c, o, 8)


def tzcnt_any(c, o):
    if o.size == 2:
        return tzcnt(c, o, 2)
    return tzcnt(c, o, 4) if o.size == 4 else tzcnt(c, o, 8)


fill_crc_table()
bind("CRC32", crc32)
bind("ANDN", andn_any)
bind("BEXTR", bextr_any)
for name, trailing_bits in TRAILING.items():
    bind(name, trailing)
    trailing_kind[mnemonic_id(name)] = trailing_bits
bind("BLSI", blsi_any)
bind("BLSMSK", blsmsk_any)
bind("BLSR", blsr_any)
bind("BZHI", bzhi_any)
bind("PDEP", pdep_any)
bind("PEXT", pext_any)
bind("MULX", mulx_any)
bind("RORX", rorx_any)
bind("SARX", sarx_any)
bind("SHLX", shlx_any)
bind("SHRX", shrx_any)
bind("ADCX", adcx_any)
bind("ADOX", adox_any)
bind("MOVBE", movbe_any)
bind("POPCNT", popcnt_any)
bind("LZCNT", lzcnt_any)
bind("TZCNT", tzcnt_any)
