"""VEX instructions that access some elements of memory: masked moves and gathers.

Elements that the mask leaves out are not accessed, so they cannot fault. The operation is marked
ELSEWHERE: a fault is that of the element at `Cpu.operand`.
"""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, OpP, i32p, i64, u8, u8p, u32, u64, u64p

# -- masked moves --------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def chosen(mask: u8p, i: cython.int, width: cython.int) -> cython.bint:
    """Whether the element's top bit is set."""
    return mask[i * width + width - 1] & 0x80


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def place_of(c: CpuP, o: OpP, offset: u64, width: cython.int, write: cython.bint) -> u64:
    """The address of the element that is accessed next."""
    c.operand = ea_of(c, o, o.seg, offset, width, write)
    return c.operand


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def masked_load(c: CpuP, o: OpP, width: cython.int) -> OpP:
    r: u8[32]
    i: cython.int
    value: u64
    mask: u8p = register_at(c, o.src)
    offset: u64 = offset_of(c, o)
    memset(cython.address(r[0]), 0, 32)
    for i in range(o.size // width):
        if chosen(mask, i, width):
            value = load(c, place_of(c, o, offset + i * width, width, False), width)
            memcpy(cython.address(r[i * width]), cython.address(value), width)
    put_vector(c, o, cython.address(r[0]), o.size)
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def masked_store(c: CpuP, o: OpP, width: cython.int) -> OpP:
    """All elements can be written, or none is."""
    i: cython.int
    value: u64
    mask: u8p = register_at(c, o.src)
    offset: u64 = offset_of(c, o)
    for i in range(o.size // width):
        if chosen(mask, i, width):
            touch(c, place_of(c, o, offset + i * width, width, True), width)
    for i in range(o.size // width):
        if chosen(mask, i, width):
            value = get(c, o.src2 + i * width, width)
            store(c, place_of(c, o, offset + i * width, width, True), width, value)
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def masked_move(c: CpuP, o: OpP, width: cython.int) -> OpP:
    o.flags |= ELSEWHERE
    if o.form == MR:
        return masked_store(c, o, width)
    return masked_load(c, o, width)


def vmaskmovps(c, o):
    return masked_move(c, o, 4)


def vmaskmovpd(c, o):
    return masked_move(c, o, 8)


# -- gathers -------------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def element_address(c: CpuP, o: OpP, i: cython.int, width: cython.int, index_width: cython.int) -> u64:
    """Base, displacement, and the element of the index vector."""
    index: u8p = cython.address(c.xmm[o.index][0])
    offset: u64
    if index_width == 4:
        offset = cython.cast(u64, cython.cast(i64, cython.cast(i32p, index)[i]))
    else:
        offset = cython.cast(u64p, index)[i]
    offset = c.reg[o.base] + (offset << o.scale) + o.disp
    if unlikely_(o.asize == 4):
        offset = cython.cast(u64, cython.cast(u32, offset))
    return place_of(c, o, offset, width, False)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def gather(c: CpuP, o: OpP, width: cython.int, index_width: cython.int) -> OpP:
    """Elements whose mask is set, one after the other; the mask of each is cleared as it is passed.

    So after a fault the instruction goes on where it stopped. `o.imm`: bytes of the index vector,
    where an instruction's size is that of the longer of index and data.
    """
    i: cython.int
    value: u64
    d: u8p = register_at(c, o.dst)
    mask: u8p = register_at(c, o.src2)
    count: cython.int = o.imm // (index_width if index_width > width else width)
    o.flags |= ELSEWHERE
    for i in range(count):
        if chosen(mask, i, width):
            value = load(c, element_address(c, o, i, width, index_width), width)
            memcpy(d + i * width, cython.address(value), width)
        memset(mask + i * width, 0, width)
    memset(mask + count * width, 0, 32 - count * width)
    memset(d + count * width, 0, 32 - count * width)
    return done(c, o)


# fmt: off
def vpgatherdd(c, o): return gather(c, o, 4, 4)
def vpgatherdq(c, o): return gather(c, o, 8, 4)
def vpgatherqd(c, o): return gather(c, o, 4, 8)
def vpgatherqq(c, o): return gather(c, o, 8, 8)
# fmt: on


bind("VMASKMOVPS", vmaskmovps)
bind("VMASKMOVPD", vmaskmovpd)
bind("VPMASKMOVD", vmaskmovps)
bind("VPMASKMOVQ", vmaskmovpd)
bind("VPGATHERDD", vpgatherdd)
bind("VPGATHERDQ", vpgatherdq)
bind("VPGATHERQD", vpgatherqd)
bind("VPGATHERQQ", vpgatherqq)
bind("VGATHERDPS", vpgatherdd)
bind("VGATHERDPD", vpgatherdq)
bind("VGATHERQPS", vpgatherqd)
bind("VGATHERQPD", vpgatherqq)
