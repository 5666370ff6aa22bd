"""The string instructions as a PC has them: with segments' limits, and for ports."""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, OpP, u8, u8p, u16, u64
from cython.cimports.blinkenlights.core.supervisor.state import SegmentP, SystemP
from cython.cimports.libc.string import memcpy, memset

RSI = cython.declare(cython.int, 6)
RDI = cython.declare(cython.int, 7)

PATIENCE = cython.declare(u64, 4096)  # elements between two looks at the world


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def place(c: CpuP, o: OpP, s: SystemP, register: cython.int, segment: cython.int, size: cython.int,
          writing: cython.bint) -> u64:
    """The linear address of an element, after its segment's check."""
    offset: u64 = c.reg[register] & index_mask(o)
    g: SegmentP
    if o.flags & LEGACY:
        g = cython.address(s.segment[segment])
        if unlikely_(offset < (g.low_write if writing else g.low) or offset + size - 1 > g.high):
            raise_fault(c, SS_ if segment == SS else GP, 0)
        return (c.seg_base[segment] + offset) & LOW_32
    return offset + (c.seg_base[segment] if segment == FS or segment == GS else 0)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def element(c: CpuP, o: OpP, s: SystemP, size: cython.int, kind: cython.int) -> cython.void:
    a: u64
    b: u64
    to: u64
    if kind == MOVS:
        a = load(c, place(c, o, s, RSI, o.seg, size, False), size)
        store(c, place(c, o, s, RDI, ES, size, True), size, a)
    elif kind == CMPS:
        a = load(c, place(c, o, s, RSI, o.seg, size, False), size)
        b = load(c, place(c, o, s, RDI, ES, size, False), size)
        set_compare_flags(c, a, b, size)
    elif kind == STOS:
        store(c, place(c, o, s, RDI, ES, size, True), size, c.reg[0])
    elif kind == LODS:
        put(c, 0, size, load(c, place(c, o, s, RSI, o.seg, size, False), size))
    elif kind == SCAS:
        b = load(c, place(c, o, s, RDI, ES, size, False), size)
        set_compare_flags(c, get(c, 0, size), b, size)
    elif kind == INS:
        to = place(c, o, s, RDI, ES, size, True)
        host_write(c, to, size)  # a fault comes before the device is asked
        store(c, to, size, read_port(c, s, o, cython.cast(u16, c.reg[2]), size))
    else:
        a = load(c, place(c, o, s, RSI, o.seg, size, False), size)
        write_port(c, s, o, cython.cast(u16, c.reg[2]), size, a)
    if kind == MOVS or kind == CMPS or kind == LODS or kind == OUTS:
        advance(c, o, RSI, size)
    if kind != LODS and kind != OUTS:
        advance(c, o, RDI, size)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def run_of(c: CpuP, o: OpP, s: SystemP, size: cython.int, kind: cython.int, count: u64) -> u64:
    """MOVS and STOS upwards: as many elements as lie in single pages, in the segments and do not overlap."""
    to: u64 = c.reg[RDI] & index_mask(o)
    source: u64 = c.reg[RSI] & index_mask(o)
    target: u64
    origin: u64
    n: u64
    i: u64
    p: u8p
    q: u8p
    # no element may wrap or be outside, which is left to element()
    target = place(c, o, s, RDI, ES, size, True)
    n = (4096 - (target & 4095)) // size
    if index_mask(o) - to < n * size:
        n = (index_mask(o) - to) // size
    if o.flags & LEGACY and s.segment[ES].high - to < n * size:
        n = (s.segment[ES].high - to + 1) // size
    origin = target
    if kind == MOVS:
        origin = place(c, o, s, RSI, o.seg, size, False)
        n = min(n, (4096 - (origin & 4095)) // size)
        if index_mask(o) - source < n * size:
            n = (index_mask(o) - source) // size
        if o.flags & LEGACY and s.segment[o.seg].high - source < n * size:
            n = (s.segment[o.seg].high - source + 1) // size
        if (origin >> 12) == (target >> 12):
            n = 0
    n = min(n, count)
    if n < 2:
        element(c, o, s, size, kind)
        return 1
    if kind == MOVS:
        p = host_read(c, origin, cython.cast(cython.int, n * size))
        q = host_write(c, target, cython.cast(cython.int, n * size))
        if p < q + n * size and q < p + n * size:  # one page by two names
            element(c, o, s, size, kind)
            return 1
        memcpy(q, p, n * size)
        advance(c, o, RSI, n * size)
    else:
        q = host_write(c, target, cython.cast(cython.int, n * size))
        if size == 1:
            memset(q, cython.cast(u8, c.reg[0]), n)
        else:
            for i in range(n):
                memcpy(q + i * size, cython.address(c.reg[0]), size)
    advance(c, o, RDI, n * size)
    return n


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def waited_for(c: CpuP, s: SystemP) -> cython.bint:
    """Whether a long repeated instruction is to be left: for a device whose time has come, or a user."""
    return c.icount + s.idle >= s.next_event or s.attention != 0 or c.asked != 0


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def string(c: CpuP, o: OpP, size: cython.int, kind: cython.int) -> OpP:
    s: SystemP = system_of(c)
    count: u64
    moved: u64 = 0
    port: cython.bint = kind == INS or kind == OUTS
    if port and not port_allowed(c, s, cython.cast(u16, c.reg[2]), size):
        return fault(c, o, GP, 0)
    if not o.flags & (REP | REPNE):
        element(c, o, s, size, kind)
        return go(c, o, o.rip + o.length) if port else done(c, o)
    while True:
        count = get(c, 8, o.asize)
        if count == 0:
            if o.asize == 4:
                put(c, 8, 4, 0)
            return go(c, o, o.rip + o.length) if port else done(c, o)
        # stepped, each element is a step; time passes at ports, so there the place must not depend on the run
        if moved and (c.eflags & TF or (
                (count & (PATIENCE - 1) == 0 if port else moved >= PATIENCE) and waited_for(c, s))):
            c.icount += o.count - 1
            return leave(c, o.rip, EXIT_ATTENTION)
        if (kind == MOVS or kind == STOS) and count > 4 and not c.eflags & (DF | TF):
            count = run_of(c, o, s, size, kind, count)
        else:
            element(c, o, s, size, kind)
            count = 1
        put(c, 8, o.asize, get(c, 8, o.asize) - count)
        moved += count
        if kind == CMPS or kind == SCAS:
            if flag_z(c) != ((o.flags & REP) != 0):
                return done(c, o)


# fmt: off
def movsb(c, o): return string(c, o, 1, MOVS)
def movsw(c, o): return string(c, o, 2, MOVS)
def movsd(c, o): return string(c, o, 4, MOVS)
def movsq(c, o): return string(c, o, 8, MOVS)
def cmpsb(c, o): return string(c, o, 1, CMPS)
def cmpsw(c, o): return string(c, o, 2, CMPS)
def cmpsd(c, o): return string(c, o, 4, CMPS)
def cmpsq(c, o): return string(c, o, 8, CMPS)
def stosb(c, o): return string(c, o, 1, STOS)
def stosw(c, o): return string(c, o, 2, STOS)
def stosd(c, o): return string(c, o, 4, STOS)
def stosq(c, o): return string(c, o, 8, STOS)
def lodsb(c, o): return string(c, o, 1, LODS)
def lodsw(c, o): return string(c, o, 2, LODS)
def lodsd(c, o): return string(c, o, 4, LODS)
def lodsq(c, o): return string(c, o, 8, LODS)
def scasb(c, o): return string(c, o, 1, SCAS)
def scasw(c, o): return string(c, o, 2, SCAS)
def scasd(c, o): return string(c, o, 4, SCAS)
def scasq(c, o): return string(c, o, 8, SCAS)
def insb(c, o): return string(c, o, 1, INS)
def insw(c, o): return string(c, o, 2, INS)
def insd(c, o): return string(c, o, 4, INS)
def outsb(c, o): return string(c, o, 1, OUTS)
def outsw(c, o): return string(c, o, 2, OUTS)
def outsd(c, o): return string(c, o, 4, OUTS)
# fmt: on

override("MOVSB", movsb, False, 2)
override("MOVSW", movsw, False, 2)
override("MOVSD", movsd, False, 2)
override("MOVSQ", movsq, False, 2)
override("CMPSB", cmpsb, False, 2)
override("CMPSW", cmpsw, False, 2)
override("CMPSD", cmpsd, False, 2)
override("CMPSQ", cmpsq, False, 2)
override("STOSB", stosb, False, 2)
override("STOSW", stosw, False, 2)
override("STOSD", stosd, False, 2)
override("STOSQ", stosq, False, 2)
override("LODSB", lodsb, False, 2)
override("LODSW", lodsw, False, 2)
override("LODSD", lodsd, False, 2)
override("LODSQ", lodsq, False, 2)
override("SCASB", scasb, False, 2)
override("SCASW", scasw, False, 2)
override("SCASD", scasd, False, 2)
override("SCASQ", scasq, False, 2)
override("INSB", insb, True, 2)
override("INSW", insw, True, 2)
override("INSD", insd, True, 2)
override("OUTSB", outsb, True, 2)
override("OUTSW", outsw, True, 2)
override("OUTSD", outsd, True, 2)
