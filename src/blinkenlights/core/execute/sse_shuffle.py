"""Rearranging lanes: pack, unpack, shuffle, align, blend, extend, insert and extract."""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, OpP, i8, i32, i64, u8, u8p, u32, u64

# -- unpack and pack -----------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def interleaved(op: cython.int, a: u8x16, b: u8x16) -> u8x16:
    if op == PUNPCKLBW:
        return interleave_low8(a, b)
    if op == PUNPCKLWD:
        return interleave_low16(a, b)
    if op == PUNPCKLDQ:
        return interleave_low32(a, b)
    if op == PUNPCKLQDQ:
        return interleave_low64(a, b)
    if op == PUNPCKHBW:
        return interleave_high8(a, b)
    if op == PUNPCKHWD:
        return interleave_high16(a, b)
    if op == PUNPCKHDQ:
        return interleave_high32(a, b)
    return interleave_high64(a, b)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def interleave(c: CpuP, o: OpP, op: cython.int, how: cython.int) -> OpP:
    d: u8p = register_at(c, o.dst)
    s: u8p
    if how != ANY or o.size == 16:
        s = aligned_source_at(c, o, how)
        if how != RR and unlikely_(s == cython.NULL):
            return misaligned(c, o)
        store16(d, interleaved(op, load16(d), load16(s)))
        return done(c, o)
    if x87_pending(c):
        return x87_fault(c, o)
    if op >= PUNPCKHBW:  # the high halves of 8 bytes are the high half of the longer result
        s = source(c, o, 8)
        put_mmx(c, o.dst, high64(interleaved(op - PUNPCKHBW + PUNPCKLBW, load8(d), load8(s))))
    else:  # MMX reads only the 4 bytes that it needs
        s = source(c, o, 4)
        put_mmx(c, o.dst, low64(interleaved(op, load8(d), from_u64(cython.cast(u32p, s)[0]))))
    return done(c, o)


# fmt: off
def punpcklbw(c, o): return interleave(c, o, PUNPCKLBW, ANY)
def punpcklwd(c, o): return interleave(c, o, PUNPCKLWD, ANY)
def punpckldq(c, o): return interleave(c, o, PUNPCKLDQ, ANY)
def punpcklqdq(c, o): return interleave(c, o, PUNPCKLQDQ, ANY)
def punpckhbw(c, o): return interleave(c, o, PUNPCKHBW, ANY)
def punpckhwd(c, o): return interleave(c, o, PUNPCKHWD, ANY)
def punpckhdq(c, o): return interleave(c, o, PUNPCKHDQ, ANY)
def punpckhqdq(c, o): return interleave(c, o, PUNPCKHQDQ, ANY)
# fmt: on


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def limit(x: i32, low: i32, high: i32) -> i32:
    return low if x < low else high if x > high else x


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def narrowed(op: cython.int, a: u8x16, b: u8x16, size: cython.int) -> u8x16:
    """Lanes of `a`, then of `b`, at half their width, saturated; both are read as signed."""
    x: Lanes
    y: Lanes
    r: Lanes
    i: cython.int
    words: cython.int = size // 2  # in one operand; half as many doublewords
    x.all = a
    y.all = b
    r.all = a
    if op == PACKSSWB:
        for i in range(words):
            r.i8[i] = limit(x.i16[i], -128, 127)
            r.i8[i + words] = limit(y.i16[i], -128, 127)
    elif op == PACKUSWB:
        for i in range(words):
            r.u8[i] = limit(x.i16[i], 0, 255)
            r.u8[i + words] = limit(y.i16[i], 0, 255)
    elif op == PACKSSDW:
        words = size // 4
        for i in range(words):
            r.i16[i] = limit(x.i32[i], -32768, 32767)
            r.i16[i + words] = limit(y.i32[i], -32768, 32767)
    else:
        words = size // 4
        for i in range(words):
            r.u16[i] = limit(x.i32[i], 0, 65535)
            r.u16[i + words] = limit(y.i32[i], 0, 65535)
    return r.all


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def pack(c: CpuP, o: OpP, op: cython.int) -> OpP:
    d: u8p = register_at(c, o.dst)
    s: u8p
    if likely_(o.size == 16):
        s = aligned_source(c, o)
        if unlikely_(s == cython.NULL):
            return misaligned(c, o)
        store16(d, narrowed(op, load16(d), load16(s), 16))
        return done(c, o)
    if x87_pending(c):
        return x87_fault(c, o)
    s = source(c, o, 8)
    put_mmx(c, o.dst, low64(narrowed(op, load8(d), load8(s), 8)))
    return done(c, o)


# fmt: off
def packsswb(c, o): return pack(c, o, PACKSSWB)
def packuswb(c, o): return pack(c, o, PACKUSWB)
def packssdw(c, o): return pack(c, o, PACKSSDW)
def packusdw(c, o): return pack(c, o, PACKUSDW)
# fmt: on


# -- shuffles ------------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def bytes_chosen(a: u8x16, b: u8x16, size: cython.int) -> u8x16:
    """Bytes of `a` by the numbers in `b`; zero where a number's top bit is set."""
    x: Lanes
    y: Lanes
    r: Lanes
    i: cython.int
    x.all = a
    y.all = b
    r.all = a
    for i in range(size):
        r.u8[i] = 0 if y.u8[i] & 0x80 else x.u8[y.u8[i] & (size - 1)]
    return r.all


def pshufb(c, o):
    d: u8p = register_at(c, o.dst)
    s: u8p
    if likely_(o.size == 16):
        s = aligned_source(c, o)
        if unlikely_(s == cython.NULL):
            return misaligned(c, o)
        store16(d, bytes_chosen(load16(d), load16(s), 16))
        return done(c, o)
    if x87_pending(c):
        return x87_fault(c, o)
    s = source(c, o, 8)
    put_mmx(c, o.dst, low64(bytes_chosen(load8(d), load8(s), 8)))
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def window(low: u8p, high: u8p, size: cython.int, start: u64, out: u8p) -> cython.void:
    """`size` bytes from byte `start` of `high`:`low`, with zeros after them."""
    both: u8[96]
    memset(cython.address(both[0]), 0, 96)
    memcpy(cython.address(both[0]), low, size)
    memcpy(cython.address(both[0]) + size, high, size)
    memcpy(out, cython.address(both[0]) + (start if start < 48 else 48), size)


def palignr(c, o):
    d: u8p = register_at(c, o.dst)
    s: u8p
    r: u64
    start: u64 = o.imm & 0xff
    if likely_(o.size == 16):
        s = aligned_source(c, o)
        if unlikely_(s == cython.NULL):
            return misaligned(c, o)
        window(s, d, 16, start, d)
        return done(c, o)
    if x87_pending(c):
        return x87_fault(c, o)
    window(source(c, o, 8), d, 8, start, cython.cast(u8p, cython.address(r)))
    put_mmx(c, o.dst, r)
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def words_chosen(words: u64, order: u64) -> u64:
    """Four words of 64 bits, each by two bits of `order`."""
    return ((words >> (order & 3) * 16 & 0xffff)
            | (words >> (order >> 2 & 3) * 16 & 0xffff) << 16
            | (words >> (order >> 4 & 3) * 16 & 0xffff) << 32
            | (words >> (order >> 6 & 3) * 16) << 48)


def pshufw(c, o):
    s: u8p
    if x87_pending(c):
        return x87_fault(c, o)
    s = source(c, o, 8)
    put_mmx(c, o.dst, words_chosen(low64(load8(s)), o.imm))
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def shuffle_words(c: CpuP, o: OpP, half: cython.int) -> OpP:
    """The words of one half in another order; the other half as it is."""
    x: Lanes
    s: u8p = aligned_source(c, o)
    if unlikely_(s == cython.NULL):
        return misaligned(c, o)
    x.all = load16(s)
    x.u64[half] = words_chosen(x.u64[half], o.imm)
    store16(register_at(c, o.dst), x.all)
    return done(c, o)


def pshuflw(c, o):
    return shuffle_words(c, o, 0)


def pshufhw(c, o):
    return shuffle_words(c, o, 1)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def shuffle_doublewords(d: u8p, a: u8x16, b: u8x16, order: u64) -> cython.void:
    """Two of `a`, then two of `b`, each by two bits of `order`."""
    x: Lanes
    y: Lanes
    r: Lanes
    x.all = a
    y.all = b
    r.u32[0] = x.u32[order & 3]
    r.u32[1] = x.u32[order >> 2 & 3]
    r.u32[2] = y.u32[order >> 4 & 3]
    r.u32[3] = y.u32[order >> 6 & 3]
    store16(d, r.all)


def pshufd(c, o):
    v: u8x16
    s: u8p = aligned_source(c, o)
    if unlikely_(s == cython.NULL):
        return misaligned(c, o)
    v = load16(s)
    shuffle_doublewords(register_at(c, o.dst), v, v, o.imm)
    return done(c, o)


def shufps(c, o):
    d: u8p = register_at(c, o.dst)
    s: u8p = aligned_source(c, o)
    if unlikely_(s == cython.NULL):
        return misaligned(c, o)
    shuffle_doublewords(d, load16(d), load16(s), o.imm)
    return done(c, o)


def shufpd(c, o):
    x: Lanes
    y: Lanes
    s: u8p = aligned_source(c, o)
    if unlikely_(s == cython.NULL):
        return misaligned(c, o)
    x.all = load16(register_at(c, o.dst))
    y.all = load16(s)
    x.u64[0] = x.u64[o.imm & 1]
    x.u64[1] = y.u64[o.imm >> 1 & 1]
    store16(register_at(c, o.dst), x.all)
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def shift_bytes(c: CpuP, o: OpP, left: cython.bint) -> OpP:
    zero: Lanes
    d: u8p = register_at(c, o.dst)
    count: u64 = o.imm & 0xff
    if count > 16:
        count = 16
    zero.u64[0] = 0
    zero.u64[1] = 0
    if left:
        window(cython.address(zero.u8[0]), d, 16, 16 - count, d)
    else:
        window(d, cython.address(zero.u8[0]), 16, count, d)
    return done(c, o)


def pslldq(c, o):
    return shift_bytes(c, o, True)


def psrldq(c, o):
    return shift_bytes(c, o, False)


# -- blends --------------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def blend(c: CpuP, o: OpP, width: cython.int) -> OpP:
    """Lanes of operand 1 where the immediate has a bit."""
    x: Lanes
    y: Lanes
    i: cython.int
    s: u8p = aligned_source(c, o)
    if unlikely_(s == cython.NULL):
        return misaligned(c, o)
    x.all = load16(register_at(c, o.dst))
    y.all = load16(s)
    for i in range(16 // width):
        if o.imm >> i & 1:
            if width == 2:
                x.u16[i] = y.u16[i]
            elif width == 4:
                x.u32[i] = y.u32[i]
            else:
                x.u64[i] = y.u64[i]
    store16(register_at(c, o.dst), x.all)
    return done(c, o)


# fmt: off
def pblendw(c, o): return blend(c, o, 2)
def blendps(c, o): return blend(c, o, 4)
def blendpd(c, o): return blend(c, o, 8)
# fmt: on


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def blend_variable(c: CpuP, o: OpP, width: cython.int) -> OpP:
    """Lanes of operand 1 where the lane of XMM0 has its top bit set."""
    mask: u8x16 = load16(cython.address(c.xmm[0][0]))
    d: u8p = register_at(c, o.dst)
    s: u8p = aligned_source(c, o)
    if unlikely_(s == cython.NULL):
        return misaligned(c, o)
    if width == 1:
        mask = u8s(i8s(mask) >> cython.cast(i8, 7))
    elif width == 4:
        mask = u8s(i32s(mask) >> cython.cast(i32, 31))
    else:
        mask = u8s(i64s(mask) >> cython.cast(i64, 63))
    store16(d, select(mask, load16(s), load16(d)))
    return done(c, o)


# fmt: off
def pblendvb(c, o): return blend_variable(c, o, 1)
def blendvps(c, o): return blend_variable(c, o, 4)
def blendvpd(c, o): return blend_variable(c, o, 8)
# fmt: on


# -- sign and zero extension ---------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def lane_at(p: u8p, i: cython.int, width: cython.int, signed: cython.bint) -> u64:
    if width == 1:
        return cython.cast(i64, cython.cast(i8, p[i])) if signed else p[i]
    if width == 2:
        return cython.cast(i64, cython.cast(i16p, p)[i]) if signed else cython.cast(u16p, p)[i]
    return cython.cast(i64, cython.cast(i32p, p)[i]) if signed else cython.cast(u32p, p)[i]


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def extend(c: CpuP, o: OpP, narrow: cython.int, wide: cython.int, signed: cython.bint) -> OpP:
    """The low lanes of operand 1, each widened."""
    x: Lanes
    r: Lanes
    i: cython.int
    lanes: cython.int = 16 // wide
    memcpy(cython.address(x.u8[0]), source(c, o, lanes * narrow), lanes * narrow)
    for i in range(lanes):
        if wide == 2:
            r.u16[i] = lane_at(cython.address(x.u8[0]), i, narrow, signed)
        elif wide == 4:
            r.u32[i] = lane_at(cython.address(x.u8[0]), i, narrow, signed)
        else:
            r.u64[i] = lane_at(cython.address(x.u8[0]), i, narrow, signed)
    store16(register_at(c, o.dst), r.all)
    return done(c, o)


# fmt: off
def pmovsxbw(c, o): return extend(c, o, 1, 2, True)
def pmovsxbd(c, o): return extend(c, o, 1, 4, True)
def pmovsxbq(c, o): return extend(c, o, 1, 8, True)
def pmovsxwd(c, o): return extend(c, o, 2, 4, True)
def pmovsxwq(c, o): return extend(c, o, 2, 8, True)
def pmovsxdq(c, o): return extend(c, o, 4, 8, True)
def pmovzxbw(c, o): return extend(c, o, 1, 2, False)
def pmovzxbd(c, o): return extend(c, o, 1, 4, False)
def pmovzxbq(c, o): return extend(c, o, 1, 8, False)
def pmovzxwd(c, o): return extend(c, o, 2, 4, False)
def pmovzxwq(c, o): return extend(c, o, 2, 8, False)
def pmovzxdq(c, o): return extend(c, o, 4, 8, False)
# fmt: on


# -- single lanes --------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def insert(c: CpuP, o: OpP, width: cython.int, value: u64) -> cython.void:
    place: u64 = o.imm & (16 // width - 1)
    memcpy(register_at(c, o.dst) + place * width, cython.address(value), width)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def operand(c: CpuP, o: OpP, width: cython.int) -> u64:
    """Operand 1: memory of `width` bytes or a general register."""
    if o.form == RM:
        return load(c, ea(c, o), width)
    return get(c, o.src, width)


def pinsrb(c, o):
    insert(c, o, 1, operand(c, o, 1))
    return done(c, o)


def pinsrw(c, o):
    value: u64
    place: u64
    if is_xmm(c, o.dst):
        insert(c, o, 2, operand(c, o, 2))
        return done(c, o)
    if x87_pending(c):
        return x87_fault(c, o)
    value = operand(c, o, 2)
    place = (o.imm & 3) * 16
    put_mmx(c, o.dst, (get(c, o.dst, 8) & ~(cython.cast(u64, 0xffff) << place)) | value << place)
    return done(c, o)


def pinsrd(c, o):
    insert(c, o, 4, operand(c, o, 4))
    return done(c, o)


def pinsrq(c, o):
    insert(c, o, 8, operand(c, o, 8))
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def extract(c: CpuP, o: OpP, width: cython.int) -> OpP:
    """A lane to memory, or zero-extended to a general register."""
    value: u64 = get(c, o.src + (o.imm & (16 // width - 1)) * width, width)
    if o.form == MR:
        store_bytes(c, ea(c, o), cython.address(value), width)
    else:
        put(c, o.dst, 8, value)
    return done(c, o)


def pextrb(c, o):
    return extract(c, o, 1)


def pextrw(c, o):
    if not is_mmx(c, o.src):
        return extract(c, o, 2)
    if x87_pending(c):
        return x87_fault(c, o)
    put(c, o.dst, 8, get(c, o.src + (o.imm & 3) * 2, 2))
    enter_mmx(c)
    return done(c, o)


# fmt: off
def pextrd(c, o): return extract(c, o, 4)
def pextrq(c, o): return extract(c, o, 8)
def extractps(c, o): return extract(c, o, 4)
# fmt: on


def insertps(c, o):
    """One lane of a register (or 4 bytes of memory) to any place; then zeros by the low bits."""
    value: u32
    i: cython.int
    d: u8p = register_at(c, o.dst)
    if o.form == RM:
        value = load(c, ea(c, o), 4)
    else:
        value = get(c, o.src + (o.imm >> 6 & 3) * 4, 4)
    cython.cast(u32p, d)[o.imm >> 4 & 3] = value
    for i in range(4):
        if o.imm >> i & 1:
            cython.cast(u32p, d)[i] = 0
    return done(c, o)


# -- flat memory --------------------------------------------------------------------------------


# fmt: off
def punpcklbw_rr(c, o): return interleave(c, o, PUNPCKLBW, RR)
def punpcklwd_rr(c, o): return interleave(c, o, PUNPCKLWD, RR)
def punpckldq_rr(c, o): return interleave(c, o, PUNPCKLDQ, RR)
def punpcklqdq_rr(c, o): return interleave(c, o, PUNPCKLQDQ, RR)
def punpckhbw_rr(c, o): return interleave(c, o, PUNPCKHBW, RR)
def punpckhwd_rr(c, o): return interleave(c, o, PUNPCKHWD, RR)
def punpckhdq_rr(c, o): return interleave(c, o, PUNPCKHDQ, RR)
def punpckhqdq_rr(c, o): return interleave(c, o, PUNPCKHQDQ, RR)
# fmt: on


bind("PUNPCKLBW", punpcklbw)
bind("PUNPCKLWD", punpcklwd)
bind("PUNPCKLDQ", punpckldq)
bind("PUNPCKLQDQ", punpcklqdq)
bind("PUNPCKHBW", punpckhbw)
bind("PUNPCKHWD", punpckhwd)
bind("PUNPCKHDQ", punpckhdq)
bind("PUNPCKHQDQ", punpckhqdq)
bind("UNPCKLPS", punpckldq)
bind("UNPCKLPD", punpcklqdq)
bind("UNPCKHPS", punpckhdq)
bind("UNPCKHPD", punpckhqdq)
bind("PACKSSWB", packsswb)
bind("PACKUSWB", packuswb)
bind("PACKSSDW", packssdw)
bind("PACKUSDW", packusdw)
bind("PSHUFB", pshufb)
bind("PALIGNR", palignr)
bind("PSHUFW", pshufw)
bind("PSHUFD", pshufd)
bind("PSHUFLW", pshuflw)
bind("PSHUFHW", pshufhw)
bind("SHUFPS", shufps)
bind("SHUFPD", shufpd)
bind("PSLLDQ", pslldq)
bind("PSRLDQ", psrldq)
bind("BLENDPS", blendps)
bind("BLENDPD", blendpd)
bind("PBLENDW", pblendw)
bind("BLENDVPS", blendvps)
bind("BLENDVPD", blendvpd)
bind("PBLENDVB", pblendvb)
bind("PMOVSXBW", pmovsxbw)
bind("PMOVSXBD", pmovsxbd)
bind("PMOVSXBQ", pmovsxbq)
bind("PMOVSXWD", pmovsxwd)
bind("PMOVSXWQ", pmovsxwq)
bind("PMOVSXDQ", pmovsxdq)
bind("PMOVZXBW", pmovzxbw)
bind("PMOVZXBD", pmovzxbd)
bind("PMOVZXBQ", pmovzxbq)
bind("PMOVZXWD", pmovzxwd)
bind("PMOVZXWQ", pmovzxwq)
bind("PMOVZXDQ", pmovzxdq)
bind("PINSRB", pinsrb)
bind("PINSRW", pinsrw)
bind("PINSRD", pinsrd)
bind("PINSRQ", pinsrq)
bind("PEXTRB", pextrb)
bind("PEXTRW", pextrw)
bind("PEXTRD", pextrd)
bind("PEXTRQ", pextrq)
bind("EXTRACTPS", extractps)
bind("INSERTPS", insertps)
bind_flat("PUNPCKLBW", punpcklbw_rr, 16, RR)
bind_flat("PUNPCKLWD", punpcklwd_rr, 16, RR)
bind_flat("PUNPCKLDQ", punpckldq_rr, 16, RR)
bind_flat("UNPCKLPS", punpckldq_rr, 16, RR)
bind_flat("PUNPCKLQDQ", punpcklqdq_rr, 16, RR)
bind_flat("UNPCKLPD", punpcklqdq_rr, 16, RR)
bind_flat("PUNPCKHBW", punpckhbw_rr, 16, RR)
bind_flat("PUNPCKHWD", punpckhwd_rr, 16, RR)
bind_flat("PUNPCKHDQ", punpckhdq_rr, 16, RR)
bind_flat("UNPCKHPS", punpckhdq_rr, 16, RR)
bind_flat("PUNPCKHQDQ", punpckhqdq_rr, 16, RR)
bind_flat("UNPCKHPD", punpckhqdq_rr, 16, RR)
