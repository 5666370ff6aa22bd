"""VEX instructions that do what an SSE instruction does, lane by lane of 16 bytes.

The SSE instruction's own handler does the work. It is given an operation of our making, whose
operands are registers: the lane's source, and a place outside the register file that has operand 1
in it and receives the result. What follows that operation in its "block" returns here.
"""

import cython
from cython.cimports.blinkenlights.core.dispatch import need
from cython.cimports.blinkenlights.core.state import SCRATCH, CpuP, Handler, Op, OpP, u8p, u16, u32, u64

# -- the lanes of one instruction ----------------------------------------------------------------


def end_of_lane(c, o):
    return o


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def handler_of_twin(o: OpP) -> Handler:
    """The SSE instruction's handler, loaded when it is first asked for."""
    if sse[o.id] == cython.NULL:
        need(twin[o.id])
        sse[o.id] = general[twin[o.id]]
    return sse[o.id]


def the_same(c, o):
    """Nothing is different from the SSE instruction, which takes over."""
    o.fn = handler_of_twin(o)
    return o.fn(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def work_space(c: CpuP) -> u8p:
    """64 bytes that registers' offsets can name: the lane's result, then the source."""
    return cython.cast(u8p, cython.address(c.scratch[SCRATCH - 1]))


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def prepare(c: CpuP, o: OpP, inner: OpP) -> cython.void:
    """The operation for the SSE handler: as `o`, but 16 bytes of registers."""
    memcpy(inner, o, cython.sizeof(Op))
    inner.form = RR
    inner.size = 16
    inner.dst = cython.cast(u16, work_space(c) - cython.cast(u8p, c))
    inner[1].fn = end_of_lane


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def run(c: CpuP, o: OpP, inner: OpP) -> cython.bint:
    """False when the handler raised an exception."""
    r: OpP = handler_of_twin(o)(c, inner)
    c.op = o
    return r != cython.NULL


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def lane(c: CpuP, o: OpP, inner: OpP, shape: cython.int, number: cython.int) -> cython.bint:
    """Compute one lane into the work space."""
    source: u16 = inner.dst + 16
    store16(work_space(c), load16(register_at(c, o.src) + 16 * number))
    if shape == COUNT:
        inner.src = source
    elif shape == PART:
        inner.src = source + part[o.id] * number
    else:
        inner.src = source + 16 * number
    inner.imm = o.imm >> (immediate_step[o.id] * number)
    return run(c, o, inner)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def lanes_strictly(c: CpuP, o: OpP, inner: OpP, shape: cython.int, lanes: cython.int,
                   out: u8p) -> cython.bint:
    """All lanes, where an exception is unmasked: their flags count together. False: raise #XM."""
    i: cython.int
    flags: u32 = 0
    before: u32 = get_guest_mxcsr(c)
    counted: u64 = c.icount
    for i in range(lanes):
        set_guest_mxcsr(c, before & ~MXCSR_FLAGS)
        lane(c, o, inner, shape, i)
        flags |= get_guest_mxcsr(c) & MXCSR_FLAGS
        memcpy(out + 16 * i, work_space(c), 16)
    c.icount = counted
    set_guest_mxcsr(c, before)
    return raise_flags(c, flags)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def all_lanes(c: CpuP, o: OpP, inner: OpP, shape: cython.int, lanes: cython.int, out: u8p) -> cython.bint:
    """Compute the lanes into `out`. False: an exception was raised."""
    if unlikely_(c.fp_strict) and lanes == 2:
        if lanes_strictly(c, o, inner, shape, lanes, out):
            return True
        fault(c, o, VECTOR_XM, 0)
        return False
    if not lane(c, o, inner, shape, 0):
        return False
    memcpy(out, work_space(c), 16)
    if lanes == 2:
        if not lane(c, o, inner, shape, 1):
            return False
        memcpy(out + 16, work_space(c), 16)
    return True


# -- handlers ------------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def result_of_lanes(c: CpuP, o: OpP, shape: cython.int) -> OpP:
    inner: Op[2]
    out: Lanes[2]
    low: u8x16
    size: cython.int = o.size
    lanes: cython.int = size >> 4
    space: u8p = work_space(c)
    s: u8p
    if shape == COUNT and o.form == RR and o.src2 == NO_OPERAND:  # the count is the immediate
        store16(space + 16, from_u64(0))
    elif shape == PART:
        size = part[o.id] * lanes
        memcpy(space + 16, last_source(c, o, size), size)
    elif shape == COUNT or size == 16:
        store16(space + 16, load16(last_source(c, o, 16)))
    else:
        s = last_source(c, o, 32)
        low = load16(s)
        store16(space + 32, load16(s + 16))
        store16(space + 16, low)
    prepare(c, o, inner)
    if not all_lanes(c, o, inner, shape, lanes, cython.address(out[0].u8[0])):
        return cython.NULL
    put_vector(c, o, cython.address(out[0].u8[0]), o.size)
    return done(c, o)


def by_lane(c, o):
    return result_of_lanes(c, o, WHOLE)


def by_count(c, o):
    return result_of_lanes(c, o, COUNT)


def widening(c, o):
    return result_of_lanes(c, o, PART)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def accept_lanes(c: CpuP, op: cython.int, a: LanesP, b: LanesP) -> cython.bint:
    """The exceptions of `a` op `b`, of both lanes together. False: raise #XM."""
    i: cython.int
    flags: u32 = 0
    before: u32 = get_guest_mxcsr(c)
    for i in range(2):
        set_guest_mxcsr(c, before & ~MXCSR_FLAGS)
        accept32(c, op, a[i].all, b[i].all, 4)
        flags |= get_guest_mxcsr(c) & MXCSR_FLAGS
    set_guest_mxcsr(c, before)
    return raise_flags(c, flags)


def vdpps(c, o):
    """Both lanes are multiplied before either is summed, which an exception that is unmasked shows."""
    a: Lanes[2]
    b: Lanes[2]
    i: cython.int
    j: cython.int
    _: cython.int
    if likely_(not c.fp_strict) or o.size == 16:
        return by_lane(c, o)
    memcpy(a, register_at(c, o.src), 32)
    fetched(c, o, cython.address(b[0].u8[0]))
    for i in range(2):
        for j in range(4):
            if not o.imm >> (j + 4) & 1:
                a[i].u32[j] = b[i].u32[j] = 0
    if not accept_lanes(c, TIMES, a, b):
        return fault(c, o, VECTOR_XM, 0)
    begin_strict(c)
    for i in range(2):
        a[i].all = arith_ps(TIMES, f32s(a[i].all), f32s(b[i].all))
    flags_so_far(c, False)
    for _ in range(2):
        for i in range(2):
            b[i].all = odds32(a[i].all, a[i].all)
            a[i].all = evens32(a[i].all, a[i].all)
        if not accept_lanes(c, PLUS, a, b):
            return fault(c, o, VECTOR_XM, 0)
        begin_strict(c)
        for i in range(2):
            a[i].all = arith_ps(PLUS, f32s(a[i].all), f32s(b[i].all))
        flags_so_far(c, False)
    return by_lane(c, o)


def narrowing(c, o):
    """Each lane of the source becomes half a lane; what is left is zero."""
    inner: Op[2]
    out: Lanes[2]
    size: cython.int = o.size2
    space: u8p = work_space(c)
    memcpy(space + 16, last_source(c, o, size), size)
    prepare(c, o, inner)
    out[1].all = from_u64(0)
    if not all_lanes(c, o, inner, WHOLE, size >> 4, cython.address(out[0].u8[0])):
        return cython.NULL
    put_xmm(c, o, interleave_low64(out[0].all, out[1].all))
    return done(c, o)


def low_lane(c, o):
    """Scalars, and instructions of 16 bytes: the SSE handler reads the source itself."""
    inner: Op[2]
    if o.form == MR or not is_xmm(c, o.dst):
        return handler_of_twin(o)(c, o)
    prepare(c, o, inner)
    if o.form == RRM or (o.form == RR and o.src2 != NO_OPERAND):
        inner.form = RM if o.form == RRM else RR
        inner.src = o.src2
        inner.size2 = o.extra
        store16(work_space(c), load16(register_at(c, o.src)))
    else:
        inner.form = o.form
    if not run(c, o, inner):
        return cython.NULL
    put_xmm(c, o, load16(work_space(c)))
    return done(c, o)


def string_mask(c, o):
    """The mask goes to XMM0."""
    inner: Op[2]
    memcpy(inner, o, cython.sizeof(Op))
    inner[1].fn = end_of_lane
    run(c, o, inner)
    store16(cython.address(c.xmm[0][16]), from_u64(0))
    return done(c, o)


# -- which instruction is which ------------------------------------------------------------------

BY_LANE = """
    ADDPS ADDPD SUBPS SUBPD MULPS MULPD DIVPS DIVPD MINPS MINPD MAXPS MAXPD SQRTPS SQRTPD
    ADDSUBPS ADDSUBPD HADDPS HADDPD HSUBPS HSUBPD DPPD RCPPS RSQRTPS ROUNDPS ROUNDPD
    ANDPS ANDPD ANDNPS ANDNPD ORPS ORPD XORPS XORPD UNPCKLPS UNPCKLPD UNPCKHPS UNPCKHPD
    SHUFPS SHUFPD BLENDPS BLENDPD MOVSLDUP MOVSHDUP CVTDQ2PS CVTPS2DQ CVTTPS2DQ
    PADDB PADDW PADDD PADDQ PSUBB PSUBW PSUBD PSUBQ PADDUSB PADDUSW PADDSB PADDSW
    PSUBUSB PSUBUSW PSUBSB PSUBSW PAND PANDN POR PXOR PCMPEQB PCMPEQW PCMPEQD PCMPEQQ
    PCMPGTB PCMPGTW PCMPGTD PCMPGTQ PMINSB PMINSW PMINSD PMINUB PMINUW PMINUD
    PMAXSB PMAXSW PMAXSD PMAXUB PMAXUW PMAXUD PAVGB PAVGW PABSB PABSW PABSD PSIGNB PSIGNW PSIGND
    PMULLW PMULLD PMULHW PMULHUW PMULHRSW PMULUDQ PMULDQ PMADDWD PMADDUBSW PSADBW MPSADBW
    PHADDW PHADDD PHADDSW PHSUBW PHSUBD PHSUBSW PHMINPOSUW
    PUNPCKLBW PUNPCKLWD PUNPCKLDQ PUNPCKLQDQ PUNPCKHBW PUNPCKHWD PUNPCKHDQ PUNPCKHQDQ
    PACKSSWB PACKUSWB PACKSSDW PACKUSDW PSHUFB PALIGNR PSHUFD PSHUFLW PSHUFHW PBLENDW
    AESENC AESENCLAST AESDEC AESDECLAST AESIMC AESKEYGENASSIST PCLMULQDQ
    GF2P8MULB GF2P8AFFINEQB GF2P8AFFINEINVQB
"""

# Immediates with bits for each lane.
IMMEDIATE_STEPS = {"BLENDPS": 4, "BLENDPD": 2, "SHUFPD": 2, "MPSADBW": 3}

BY_COUNT = "PSLLW PSLLD PSLLQ PSRLW PSRLD PSRLQ PSRAW PSRAD PSLLDQ PSRLDQ"

# Bytes of the source for 16 of the result.
WIDENING = {
    "PMOVSXBW": 8, "PMOVSXBD": 4, "PMOVSXBQ": 2, "PMOVSXWD": 8, "PMOVSXWQ": 4, "PMOVSXDQ": 8,
    "PMOVZXBW": 8, "PMOVZXBD": 4, "PMOVZXBQ": 2, "PMOVZXWD": 8, "PMOVZXWQ": 4, "PMOVZXDQ": 8,
    "CVTDQ2PD": 8, "CVTPS2PD": 8,
}

NARROWING = "CVTPD2PS CVTPD2DQ CVTTPD2DQ"

LOW_LANE = """
    ADDSS ADDSD SUBSS SUBSD MULSS MULSD DIVSS DIVSD MINSS MINSD MAXSS MAXSD SQRTSS SQRTSD
    RCPSS RSQRTSS ROUNDSS ROUNDSD CVTSS2SD CVTSD2SS CVTSI2SS CVTSI2SD
    MOVSS MOVSD MOVLPS MOVLPD MOVHPS MOVHPD MOVHLPS MOVLHPS MOVD MOVQ
    PINSRB PINSRW PINSRD PINSRQ INSERTPS
"""

# The result is not in a vector register.
THE_SAME = """
    COMISS COMISD UCOMISS UCOMISD CVTSS2SI CVTTSS2SI CVTSD2SI CVTTSD2SI
    PEXTRB PEXTRW PEXTRD PEXTRQ EXTRACTPS PCMPESTRI PCMPISTRI LDMXCSR STMXCSR MASKMOVDQU
"""

STRING_MASK = "PCMPESTRM PCMPISTRM"


@cython.cfunc
def sse_number(name: str) -> cython.int:
    """The mnemonic's number without its V; MOVSD is a string instruction's name."""
    return mnemonic_id("MOVSD_XMM" if name == "MOVSD" else name)


@cython.cfunc
def bind_lanes(name: str, handler: Handler) -> cython.void:
    twin[mnemonic_id("V" + name)] = sse_number(name)
    bind("V" + name, handler)


for name in BY_LANE.split():
    bind_lanes(name, by_lane)
for name, bits in IMMEDIATE_STEPS.items():
    immediate_step[mnemonic_id("V" + name)] = bits
bind_lanes("DPPS", vdpps)
for name in BY_COUNT.split():
    bind_lanes(name, by_count)
for name, size in WIDENING.items():
    bind_lanes(name, widening)
    part[mnemonic_id("V" + name)] = size
for name in NARROWING.split():
    bind_lanes(name, narrowing)
for name in LOW_LANE.split():
    bind_lanes(name, low_lane)
for name in THE_SAME.split():
    bind_lanes(name, the_same)
for name in STRING_MASK.split():
    bind_lanes(name, string_mask)
