# What packed integer operations make of two vectors: for SSE instructions, and their VEX forms on flat memory.
#
# The operation is a constant where these are called, so one case of each is left.

from blinkenlights.core.vector cimport *

# The operations, by their mnemonics.
cdef enum:
    PADDB = 0
    PADDW = 1
    PADDD = 2
    PADDQ = 3
    PSUBB = 4
    PSUBW = 5
    PSUBD = 6
    PSUBQ = 7
    PADDUSB = 8
    PADDUSW = 9
    PADDSB = 10
    PADDSW = 11
    PSUBUSB = 12
    PSUBUSW = 13
    PSUBSB = 14
    PSUBSW = 15
    PAND = 16
    PANDN = 17
    POR = 18
    PXOR = 19
    PCMPEQB = 20
    PCMPEQW = 21
    PCMPEQD = 22
    PCMPEQQ = 23
    PCMPGTB = 24
    PCMPGTW = 25
    PCMPGTD = 26
    PCMPGTQ = 27
    PMINSB = 28
    PMINSW = 29
    PMINSD = 30
    PMINUB = 31
    PMINUW = 32
    PMINUD = 33
    PMAXSB = 34
    PMAXSW = 35
    PMAXSD = 36
    PMAXUB = 37
    PMAXUW = 38
    PMAXUD = 39
    PAVGB = 40
    PAVGW = 41
    PABSB = 42
    PABSW = 43
    PABSD = 44
    PSIGNB = 45
    PSIGNW = 46
    PSIGND = 47
    PMULLW = 48
    PMULLD = 49
    PMULHW = 50
    PMULHUW = 51
    PMULHRSW = 52
    PMULUDQ = 53
    PMULDQ = 54
    PMADDWD = 55
    PMADDUBSW = 56
    PSADBW = 57
    PHADDW = 58
    PHADDD = 59
    PHADDSW = 60
    PHSUBW = 61
    PHSUBD = 62
    PHSUBSW = 63
    PSLLW = 64
    PSLLD = 65
    PSLLQ = 66
    PSRLW = 67
    PSRLD = 68
    PSRLQ = 69
    PSRAW = 70
    PSRAD = 71

cdef inline i32 to_i16(i32 x) noexcept nogil:
    return -32768 if x < -32768 else 32767 if x > 32767 else x

cdef inline u32 distance(u8 *p, u8 *q, int count) noexcept nogil:
    """The sum of absolute differences."""
    cdef int i
    cdef i32 d
    cdef u32 total = 0
    for i in range(count):
        d = <i32>p[i] - q[i]
        total += d if d >= 0 else -d
    return total

cdef inline u8x16 saturate(int op, u8x16 a, u8x16 b) noexcept nogil:
    """Sums and differences that stop at the type's limits."""
    cdef u8x16 r
    if op == PADDUSB:
        r = a + b
        return r | less(r, a)
    if op == PADDUSW:
        r = u8s(u16s(a) + u16s(b))
        return r | less(u16s(r), u16s(a))
    if op == PSUBUSB:
        return (a - b) & less(b, a)
    if op == PSUBUSW:
        return u8s(u16s(a) - u16s(b)) & less(u16s(b), u16s(a))
    # signed: on overflow, the limit that lies on the side of `a`
    if op == PADDSB:
        r = a + b
        return select(u8s(i8s((a ^ r) & (b ^ r)) >> 7), u8s(i8s(a) >> 7) ^ all8(0x7f), r)
    if op == PSUBSB:
        r = a - b
        return select(u8s(i8s((a ^ r) & (a ^ b)) >> 7), u8s(i8s(a) >> 7) ^ all8(0x7f), r)
    if op == PADDSW:
        r = u8s(u16s(a) + u16s(b))
        return select(u8s(i16s((a ^ r) & (b ^ r)) >> 15), u8s(i16s(a) >> 15) ^ u8s(all16(0x7fff)), r)
    r = u8s(u16s(a) - u16s(b))
    return select(u8s(i16s((a ^ r) & (a ^ b)) >> 15), u8s(i16s(a) >> 15) ^ u8s(all16(0x7fff)), r)

cdef inline u8x16 multiply(int op, u8x16 a, u8x16 b) noexcept nogil:
    """Products wider than a lane, and sums of them."""
    cdef Lanes x
    cdef Lanes y
    cdef Lanes r
    cdef int i
    cdef i32 sum
    x.all = a
    y.all = b
    if op == PMULHW:
        for i in range(8):
            r.i16[i] = <i32>x.i16[i] * y.i16[i] >> 16
    elif op == PMULHUW:
        for i in range(8):
            r.u16[i] = <u32>x.u16[i] * y.u16[i] >> 16
    elif op == PMULHRSW:
        for i in range(8):
            r.u16[i] = ((<i32>x.i16[i] * y.i16[i] >> 14) + 1) >> 1
    elif op == PMULDQ:
        for i in range(2):
            r.i64[i] = <i64>x.i32[i * 2] * y.i32[i * 2]
    elif op == PMADDWD:
        for i in range(4):
            r.u32[i] = (<u32>(<i32>x.i16[i * 2] * y.i16[i * 2])
                        + <u32>(<i32>x.i16[i * 2 + 1] * y.i16[i * 2 + 1]))
    elif op == PMADDUBSW:
        for i in range(8):
            sum = (<i32>x.u8[i * 2] * y.i8[i * 2]
                   + <i32>x.u8[i * 2 + 1] * y.i8[i * 2 + 1])
            r.i16[i] = to_i16(sum)
    else:  # PSADBW
        for i in range(2):
            r.u64[i] = distance(&x.u8[i * 8], &y.u8[i * 8], 8)
    return r.all

cdef inline u8x16 combine(int op, u8x16 a, u8x16 b) noexcept nogil:
    """Lane-by-lane operations of few steps."""
    cdef u8x16 m
    if op == PADDB:
        return a + b
    if op == PADDW:
        return u8s(u16s(a) + u16s(b))
    if op == PADDD:
        return u8s(u32s(a) + u32s(b))
    if op == PADDQ:
        return u8s(u64s(a) + u64s(b))
    if op == PSUBB:
        return a - b
    if op == PSUBW:
        return u8s(u16s(a) - u16s(b))
    if op == PSUBD:
        return u8s(u32s(a) - u32s(b))
    if op == PSUBQ:
        return u8s(u64s(a) - u64s(b))
    if op == PAND:
        return a & b
    if op == PANDN:
        return ~a & b
    if op == POR:
        return a | b
    if op == PXOR:
        return a ^ b
    if op == PCMPEQB:
        return equal(a, b)
    if op == PCMPEQW:
        return equal(u16s(a), u16s(b))
    if op == PCMPEQD:
        return equal(u32s(a), u32s(b))
    if op == PCMPEQQ:
        return equal(u64s(a), u64s(b))
    if op == PCMPGTB:
        return less(i8s(b), i8s(a))
    if op == PCMPGTW:
        return less(i16s(b), i16s(a))
    if op == PCMPGTD:
        return less(i32s(b), i32s(a))
    if op == PCMPGTQ:
        return less(i64s(b), i64s(a))
    if op == PMINSB:
        return select(less(i8s(a), i8s(b)), a, b)
    if op == PMINSW:
        return select(less(i16s(a), i16s(b)), a, b)
    if op == PMINSD:
        return select(less(i32s(a), i32s(b)), a, b)
    if op == PMINUB:
        return select(less(a, b), a, b)
    if op == PMINUW:
        return select(less(u16s(a), u16s(b)), a, b)
    if op == PMINUD:
        return select(less(u32s(a), u32s(b)), a, b)
    if op == PMAXSB:
        return select(less(i8s(a), i8s(b)), b, a)
    if op == PMAXSW:
        return select(less(i16s(a), i16s(b)), b, a)
    if op == PMAXSD:
        return select(less(i32s(a), i32s(b)), b, a)
    if op == PMAXUB:
        return select(less(a, b), b, a)
    if op == PMAXUW:
        return select(less(u16s(a), u16s(b)), b, a)
    if op == PMAXUD:
        return select(less(u32s(a), u32s(b)), b, a)
    if op == PAVGB:  # half the sum, rounded up, without its carry
        return (a | b) - ((a ^ b) >> <u8>1)
    if op == PAVGW:
        return u8s(u16s(a | b) - (u16s(a ^ b) >> <u16>1))
    if op == PABSB:
        m = less(i8s(b), i8s(b ^ b))
        return (b ^ m) - m
    if op == PABSW:
        m = less(i16s(b), i16s(b ^ b))
        return u8s(u16s(b ^ m) - u16s(m))
    if op == PABSD:
        m = less(i32s(b), i32s(b ^ b))
        return u8s(u32s(b ^ m) - u32s(m))
    if op == PSIGNB:
        m = less(i8s(b), i8s(b ^ b))
        return ((a ^ m) - m) & ~equal(b, b ^ b)
    if op == PSIGNW:
        m = less(i16s(b), i16s(b ^ b))
        return u8s(u16s(a ^ m) - u16s(m)) & ~equal(u16s(b), u16s(b ^ b))
    if op == PSIGND:
        m = less(i32s(b), i32s(b ^ b))
        return u8s(u32s(a ^ m) - u32s(m)) & ~equal(u32s(b), u32s(b ^ b))
    if op == PMULLW:
        return u8s(u16s(a) * u16s(b))
    if op == PMULLD:
        return u8s(u32s(a) * u32s(b))
    if op == PMULUDQ:
        return u8s((u64s(a) & all64(0xffffffff)) * (u64s(b) & all64(0xffffffff)))
    if PADDUSB <= op <= PSUBSW:
        return saturate(op, a, b)
    return multiply(op, a, b)
