"""VEX moves: whole registers, duplicates, broadcasts, halves, sign masks."""

import cython
from cython.cimports.blinkenlights.core.state import LEGACY, CpuP, OpP, u8p, u64

# -- whole registers -----------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def move_whole(c: CpuP, o: OpP, must_align: cython.bint) -> OpP:
    address: u64 = 0
    size: cython.int = o.size
    s: u8p
    if o.form != RR:
        address = ea(c, o)
        if must_align and unlikely_(address & (size - 1) != 0):
            return misaligned(c, o)
    if o.form == MR:
        store_bytes(c, address, register_at(c, o.src), size)
        return done(c, o)
    s = register_at(c, o.src) if o.form == RR else host_read(c, address, size)
    put_vector(c, o, s, size)
    return done(c, o)


def vmovups(c, o):
    return move_whole(c, o, False)


def vmovaps(c, o):
    return move_whole(c, o, True)


def vzeroupper(c, o):
    i: cython.int
    for i in range(8 if o.flags & LEGACY else 16):
        store16(cython.address(c.xmm[i][16]), from_u64(0))
    return done(c, o)


def vzeroall(c, o):
    memset(cython.address(c.xmm[0][0]), 0, 32 * (8 if o.flags & LEGACY else 16))
    return done(c, o)


# -- one value in many lanes ---------------------------------------------------------------------


def vmovddup(c, o):
    """The low half of each lane twice; of 16 bytes only the low 8 are read."""
    s: u8p
    low: u8x16
    high: u8x16
    if o.size == 16:
        low = load8(last_source(c, o, 8))
        put_xmm(c, o, interleave_low64(low, low))
        return done(c, o)
    s = last_source(c, o, 32)
    low = load16(s)
    high = load16(s + 16)
    put_ymm(c, o, interleave_low64(low, low), interleave_low64(high, high))
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def broadcast(c: CpuP, o: OpP, width: cython.int) -> OpP:
    """The source's lowest element in every lane."""
    v: u8x16
    value: u64 = load(c, ea(c, o), width) if o.form == RM else get(c, o.src, width)
    if width == 1:
        v = all8(value)
    elif width == 2:
        v = u8s(all16(value))
    elif width == 4:
        v = u8s(all32(value))
    else:
        v = u8s(all64(value))
    put_ymm(c, o, v, v if o.size == 32 else from_u64(0))
    return done(c, o)


# fmt: off
def vpbroadcastb(c, o): return broadcast(c, o, 1)
def vpbroadcastw(c, o): return broadcast(c, o, 2)
def vpbroadcastd(c, o): return broadcast(c, o, 4)
def vpbroadcastq(c, o): return broadcast(c, o, 8)
# fmt: on


def vbroadcastf128(c, o):
    v: u8x16 = load16(last_source(c, o, 16))
    put_ymm(c, o, v, v)
    return done(c, o)


# -- halves --------------------------------------------------------------------------------------


def vinsertf128(c, o):
    """Operand 2 in the half that the immediate says, operand 1 in the other."""
    v: u8x16 = load16(last_source(c, o, 16))
    a: u8p = register_at(c, o.src)
    if o.imm & 1:
        put_ymm(c, o, load16(a), v)
    else:
        put_ymm(c, o, v, load16(a + 16))
    return done(c, o)


def vextractf128(c, o):
    s: u8p = register_at(c, o.src) + (o.imm & 1) * 16
    if o.form == MR:
        store_bytes(c, ea(c, o), s, 16)
    else:
        put_xmm(c, o, load16(s))
    return done(c, o)


# -- sign masks ----------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def signs(c: CpuP, o: OpP, width: cython.int) -> OpP:
    """The top bit of every element, to a general register."""
    p: u8p = register_at(c, o.src)
    i: cython.int
    mask: u64 = 0
    for i in range(o.size2 // width):
        mask |= cython.cast(u64, p[i * width + width - 1] >> 7) << i
    put(c, o.dst, 8, mask)
    return done(c, o)


def vmovmskps(c, o):
    return signs(c, o, 4)


def vmovmskpd(c, o):
    return signs(c, o, 8)


for name in ("VMOVUPS", "VMOVUPD", "VMOVDQU", "VLDDQU"):
    bind(name, vmovups)
for name in ("VMOVAPS", "VMOVAPD", "VMOVDQA", "VMOVNTPS", "VMOVNTPD", "VMOVNTDQ", "VMOVNTDQA"):
    bind(name, vmovaps)
bind("VZEROUPPER", vzeroupper)
bind("VZEROALL", vzeroall)
bind("VMOVDDUP", vmovddup)
bind("VPBROADCASTB", vpbroadcastb)
bind("VPBROADCASTW", vpbroadcastw)
bind("VPBROADCASTD", vpbroadcastd)
bind("VPBROADCASTQ", vpbroadcastq)
bind("VBROADCASTSS", vpbroadcastd)
bind("VBROADCASTSD", vpbroadcastq)
bind("VBROADCASTF128", vbroadcastf128)
bind("VBROADCASTI128", vbroadcastf128)
bind("VINSERTF128", vinsertf128)
bind("VINSERTI128", vinsertf128)
bind("VEXTRACTF128", vextractf128)
bind("VEXTRACTI128", vextractf128)
bind("VMOVMSKPS", vmovmskps)
bind("VMOVMSKPD", vmovmskpd)
