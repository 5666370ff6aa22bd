"""SHA-512 (FIPS 180-4), SM3 (GB/T 32905) and SM4 (GB/T 32907), with the names that the standards use."""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, OpP, u8, u8p, u32, u32p, u64, u64p

# -- SHA-512 -------------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def small_sigma(x: u64, a: cython.int, b: cython.int, shift: cython.int) -> u64:
    return ror64(x, a) ^ ror64(x, b) ^ x >> shift


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def big_sigma(x: u64, a: cython.int, b: cython.int, d: cython.int) -> u64:
    return ror64(x, a) ^ ror64(x, b) ^ ror64(x, d)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def put_four(c: CpuP, o: OpP, r: u64p) -> OpP:
    put_vector(c, o, cython.cast(u8p, r), 32)
    return done(c, o)


def vsha512msg1(c, o):
    r: u64[4]
    i: cython.int
    w: u64p = cython.cast(u64p, register_at(c, o.dst))
    next: u64p = cython.cast(u64p, register_at(c, o.src))
    for i in range(4):
        r[i] = w[i] + small_sigma(w[i + 1] if i < 3 else next[0], 1, 8, 7)
    return put_four(c, o, r)


def vsha512msg2(c, o):
    r: u64[4]
    i: cython.int
    w: u64p = cython.cast(u64p, register_at(c, o.dst))
    last: u64p = cython.cast(u64p, register_at(c, o.src))
    for i in range(4):  # the upper two need the lower two
        r[i] = w[i] + small_sigma(last[i + 2] if i < 2 else r[i - 2], 19, 61, 6)
    return put_four(c, o, r)


def vsha512rnds2(c, o):
    """Operand 0 holds H, G, D, C, operand 1 F, E, B, A, operand 2 two words with their constants."""
    r: u64[4]
    i: cython.int
    hgdc: u64p = cython.cast(u64p, register_at(c, o.dst))
    feba: u64p = cython.cast(u64p, register_at(c, o.src))
    wk: u64p = cython.cast(u64p, register_at(c, o.src2))
    va: u64 = feba[3]
    vb: u64 = feba[2]
    vc: u64 = hgdc[3]
    vd: u64 = hgdc[2]
    ve: u64 = feba[1]
    vf: u64 = feba[0]
    vg: u64 = hgdc[1]
    vh: u64 = hgdc[0]
    t1: u64
    t2: u64
    for i in range(2):
        t1 = vh + big_sigma(ve, 14, 18, 41) + ((ve & vf) ^ (~ve & vg)) + wk[i]
        t2 = big_sigma(va, 28, 34, 39) + ((va & vb) ^ (va & vc) ^ (vb & vc))
        vh = vg
        vg = vf
        vf = ve
        ve = vd + t1
        vd = vc
        vc = vb
        vb = va
        va = t1 + t2
    r[0] = vf
    r[1] = ve
    r[2] = vb
    r[3] = va
    return put_four(c, o, r)


# -- SM3 -----------------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def put_words(c: CpuP, o: OpP, r: u32p) -> OpP:
    put_xmm(c, o, load16(cython.cast(u8p, r)))
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def permuted(x: u32, a: cython.int, b: cython.int) -> u32:
    """P0 with 9 and 17, P1 with 15 and 23."""
    return x ^ rol32(x, a) ^ rol32(x, b)


def vsm3msg1(c, o):
    r: u32[4]
    space: u8[32]
    i: cython.int
    w7: u32p = cython.cast(u32p, register_at(c, o.dst))
    w13: u32p = cython.cast(u32p, register_at(c, o.src))
    w0: u32p = cython.cast(u32p, fetched(c, o, cython.address(space[0])))
    for i in range(4):
        r[i] = permuted(w7[i] ^ w0[i] ^ (rol32(w13[i], 15) if i < 3 else 0), 15, 23)
    return put_words(c, o, r)


def vsm3msg2(c, o):
    r: u32[4]
    space: u8[32]
    i: cython.int
    partial: u32p = cython.cast(u32p, register_at(c, o.dst))
    w3: u32p = cython.cast(u32p, register_at(c, o.src))
    w10: u32p = cython.cast(u32p, fetched(c, o, cython.address(space[0])))
    for i in range(4):
        r[i] = rol32(w3[i], 7) ^ w10[i] ^ partial[i]
    # the first of them was missing in the last one: P1 of its rotation
    r[3] ^= rol32(r[0], 6) ^ rol32(r[0], 15) ^ rol32(r[0], 30)
    return put_words(c, o, r)


def vsm3rnds2(c, o):
    """Operand 0 holds H, G, D, C, operand 1 F, E, B, A, operand 2 words; the immediate is the round."""
    r: u32[4]
    space: u8[32]
    i: cython.int
    hgdc: u32p = cython.cast(u32p, register_at(c, o.dst))
    feba: u32p = cython.cast(u32p, register_at(c, o.src))
    w: u32p = cython.cast(u32p, fetched(c, o, cython.address(space[0])))
    number: u32 = o.imm & 0x3e
    late: cython.bint = number >= 16
    constant: u32 = rol32(0x7a879d8a if late else 0x79cc4519, number)
    va: u32 = feba[3]
    vb: u32 = feba[2]
    vc: u32 = rol32(hgdc[3], 9)
    vd: u32 = rol32(hgdc[2], 9)
    ve: u32 = feba[1]
    vf: u32 = feba[0]
    vg: u32 = rol32(hgdc[1], 19)
    vh: u32 = rol32(hgdc[0], 19)
    ss1: u32
    tt1: u32
    tt2: u32
    for i in range(2):
        ss1 = rol32(rol32(va, 12) + ve + constant, 7)
        tt1 = ((va & vb) | (va & vc) | (vb & vc)) if late else va ^ vb ^ vc
        tt1 += vd + (ss1 ^ rol32(va, 12)) + (w[i] ^ w[i + 2])
        tt2 = ((ve & vf) | (~ve & vg)) if late else ve ^ vf ^ vg
        tt2 += vh + ss1 + w[i]
        vd = vc
        vc = rol32(vb, 9)
        vb = va
        va = tt1
        vh = vg
        vg = rol32(vf, 19)
        vf = ve
        ve = permuted(tt2, 9, 17)
        constant = rol32(constant, 1)
    r[0] = vf
    r[1] = ve
    r[2] = vb
    r[3] = va
    return put_words(c, o, r)


# -- SM4 -----------------------------------------------------------------------------------------


SM4_MODULUS = cython.declare(u32, 0x1F5)  # x^8 + x^7 + x^6 + x^5 + x^4 + x^2 + 1


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def affine(x: u32) -> u32:
    """Times a matrix, each of whose rows is the one before turned by a bit; then plus a constant."""
    i: cython.int
    r: u32 = 0
    for i in range(8):
        r |= parity((0xA7 << i | 0xA7 >> (8 - i)) & x & 0xFF) << i
    return r ^ 0xD3


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def make_box() -> cython.void:
    """The affine map before and after the inverse."""
    x: u32
    for x in range(256):
        sm4_box[x] = affine(inverse(affine(x), SM4_MODULUS))


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def substituted(x: u32) -> u32:
    return (sm4_box[x & 0xFF] | cython.cast(u32, sm4_box[x >> 8 & 0xFF]) << 8
            | cython.cast(u32, sm4_box[x >> 16 & 0xFF]) << 16 | cython.cast(u32, sm4_box[x >> 24]) << 24)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def four_rounds(c: CpuP, o: OpP, of_key: cython.bint) -> OpP:
    """In each lane: four words of operand 1, and a word of operand 2 for each round."""
    r: u32[8]
    x: u32[8]
    space: u8[32]
    i: cython.int
    at: cython.int
    t: u32
    start: u32p = cython.cast(u32p, register_at(c, o.src))
    key: u32p = cython.cast(u32p, fetched(c, o, cython.address(space[0])))
    for at in range(0, 8, 4):
        if at * 4 >= o.size:
            break
        for i in range(4):
            x[i] = start[at + i]
        for i in range(4):
            t = substituted(x[i + 1] ^ x[i + 2] ^ x[i + 3] ^ key[at + i])
            if of_key:
                t ^= rol32(t, 13) ^ rol32(t, 23)
            else:
                t ^= rol32(t, 2) ^ rol32(t, 10) ^ rol32(t, 18) ^ rol32(t, 24)
            x[i + 4] = x[i] ^ t
            r[at + i] = x[i + 4]
    put_vector(c, o, cython.cast(u8p, cython.address(r[0])), o.size)
    return done(c, o)


def vsm4key4(c, o):
    return four_rounds(c, o, True)


def vsm4rnds4(c, o):
    return four_rounds(c, o, False)


make_box()

bind("VSHA512MSG1", vsha512msg1)
bind("VSHA512MSG2", vsha512msg2)
bind("VSHA512RNDS2", vsha512rnds2)
bind("VSM3MSG1", vsm3msg1)
bind("VSM3MSG2", vsm3msg2)
bind("VSM3RNDS2", vsm3rnds2)
bind("VSM4KEY4", vsm4key4)
bind("VSM4RNDS4", vsm4rnds4)
