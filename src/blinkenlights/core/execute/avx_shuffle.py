"""VEX permutations, blends by a register, and shifts by a count for each lane."""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, OpP, i32, i32p, u8, u8p, u32, u32p, u64, u64p

# -- permutations --------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def take(out: u8p, source: u8p, width: cython.int, to: cython.int, place: u64) -> cython.void:
    """Element `to` of the result is element `place` of the source."""
    memcpy(out + to * width, source + place * width, width)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def permute_in_lanes(c: CpuP, o: OpP, width: cython.int) -> OpP:
    """Elements within each lane, chosen by the immediate, or by the elements of operand 2."""
    r: u8[32]
    space: u8[32]
    out: u8p = cython.address(r[0])
    control: u8p = cython.NULL
    a: u8p
    i: cython.int
    place: u64
    in_lane: cython.int = 16 // width  # elements
    if o.form == RRM or (o.form == RR and o.src2 != NO_OPERAND):
        control = fetched(c, o, cython.address(space[0]))
        a = register_at(c, o.src)
    else:
        a = fetched(c, o, cython.address(space[0]))
    for i in range(o.size // width):
        if control != cython.NULL:  # VPERMILPD's choice is in bit 1
            place = cython.cast(u32p, control)[i] if width == 4 else cython.cast(u64p, control)[i] >> 1
        else:
            place = o.imm >> ((i & 3) * 2) if width == 4 else o.imm >> i
        take(out, a, width, i, (i & -in_lane) + (place & (in_lane - 1)))
    put_vector(c, o, out, o.size)
    return done(c, o)


def vpermilps(c, o):
    return permute_in_lanes(c, o, 4)


def vpermilpd(c, o):
    return permute_in_lanes(c, o, 8)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def selected_half(a: u8p, b: u8p, selector: u64) -> u8x16:
    if selector & SELECT_ZERO:
        return from_u64(0)
    return load16((b if selector & 2 else a) + (selector & 1) * 16)


def vperm2f128(c, o):
    a: u8p = register_at(c, o.src)
    space: u8[32]
    b: u8p = fetched(c, o, cython.address(space[0]))
    put_ymm(c, o, selected_half(a, b, o.imm), selected_half(a, b, o.imm >> 4))
    return done(c, o)


def vpermd(c, o):
    """Doublewords of operand 2, anywhere in the register, by those of operand 1."""
    r: u8[32]
    space: u8[32]
    i: cython.int
    s: u8p = fetched(c, o, cython.address(space[0]))
    order: u32p = cython.cast(u32p, register_at(c, o.src))
    for i in range(8):
        take(cython.address(r[0]), s, 4, i, order[i] & 7)
    put_vector(c, o, cython.address(r[0]), 32)
    return done(c, o)


def vpermq(c, o):
    r: u8[32]
    space: u8[32]
    i: cython.int
    s: u8p = fetched(c, o, cython.address(space[0]))
    for i in range(4):
        take(cython.address(r[0]), s, 8, i, o.imm >> (i * 2) & 3)
    put_vector(c, o, cython.address(r[0]), 32)
    return done(c, o)


# -- blends --------------------------------------------------------------------------------------


def vpblendd(c, o):
    r: u8[32]
    space: u8[32]
    i: cython.int
    a: u8p = register_at(c, o.src)
    b: u8p = fetched(c, o, cython.address(space[0]))
    for i in range(o.size // 4):
        take(cython.address(r[0]), b if o.imm >> i & 1 else a, 4, i, i)
    put_vector(c, o, cython.address(r[0]), o.size)
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def blend_variable(c: CpuP, o: OpP, width: cython.int) -> OpP:
    """Elements of operand 2 where operand 3's have their top bit set."""
    r: u8[32]
    space: u8[32]
    i: cython.int
    a: u8p = register_at(c, o.src)
    b: u8p = fetched(c, o, cython.address(space[0]))
    mask: u8p = register_at(c, o.imm)
    for i in range(o.size // width):
        take(cython.address(r[0]), b if mask[i * width + width - 1] & 0x80 else a, width, i, i)
    put_vector(c, o, cython.address(r[0]), o.size)
    return done(c, o)


# fmt: off
def vpblendvb(c, o): return blend_variable(c, o, 1)
def vblendvps(c, o): return blend_variable(c, o, 4)
def vblendvpd(c, o): return blend_variable(c, o, 8)
# fmt: on


# -- shifts --------------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def shift_lanes(c: CpuP, o: OpP, width: cython.int, left: cython.bint, signed: cython.bint) -> OpP:
    """Each element by the count in its own element of operand 2."""
    r: u8[32]
    space: u8[32]
    out: u8p = cython.address(r[0])
    i: cython.int
    a: u8p = register_at(c, o.src)
    b: u8p = fetched(c, o, cython.address(space[0]))
    value: u64
    count: u64
    for i in range(o.size // width):
        value = cython.cast(u32p, a)[i] if width == 4 else cython.cast(u64p, a)[i]
        count = cython.cast(u32p, b)[i] if width == 4 else cython.cast(u64p, b)[i]
        if signed:
            value = cython.cast(u32, cython.cast(i32p, a)[i] >> cython.cast(i32, 31 if count > 31 else count))
        elif count >= 8 * width:
            value = 0
        else:
            value = value << count if left else value >> count
        if width == 4:
            cython.cast(u32p, out)[i] = value
        else:
            cython.cast(u64p, out)[i] = value
    put_vector(c, o, out, o.size)
    return done(c, o)


# fmt: off
def vpsllvd(c, o): return shift_lanes(c, o, 4, True, False)
def vpsllvq(c, o): return shift_lanes(c, o, 8, True, False)
def vpsrlvd(c, o): return shift_lanes(c, o, 4, False, False)
def vpsrlvq(c, o): return shift_lanes(c, o, 8, False, False)
def vpsravd(c, o): return shift_lanes(c, o, 4, False, True)
# fmt: on


bind("VPERMILPS", vpermilps)
bind("VPERMILPD", vpermilpd)
bind("VPERM2F128", vperm2f128)
bind("VPERM2I128", vperm2f128)
bind("VPERMD", vpermd)
bind("VPERMPS", vpermd)
bind("VPERMQ", vpermq)
bind("VPERMPD", vpermq)
bind("VPBLENDD", vpblendd)
bind("VBLENDVPS", vblendvps)
bind("VBLENDVPD", vblendvpd)
bind("VPBLENDVB", vpblendvb)
bind("VPSLLVD", vpsllvd)
bind("VPSLLVQ", vpsllvq)
bind("VPSRLVD", vpsrlvd)
bind("VPSRLVQ", vpsrlvq)
bind("VPSRAVD", vpsravd)
