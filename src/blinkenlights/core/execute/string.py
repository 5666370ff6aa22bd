"""String instructions: MOVS, CMPS, STOS, LODS and SCAS, with REP, REPE and REPNE.

A repeated instruction brings its registers up to date with every element, so a fault or a signal
in the middle leaves it to be continued. Long forward moves and fills go by whole pages.
"""

import cython
from cython.cimports.blinkenlights.core.paging import SpaceP
from cython.cimports.blinkenlights.core.probetable import ProbesP
from cython.cimports.blinkenlights.core.state import MOST_ACCESSES, CpuP, OpP, u8p, u64
from cython.cimports.libc.string import memcpy, memset

RCX = cython.declare(cython.int, 8)  # its offset in Cpu
PATIENCE = cython.declare(u64, 4096)  # elements between two looks for a signal
TO_TELL = cython.declare(cython.int, MOST_ACCESSES // 2)  # accesses to watched memory before they are told


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def noted(c: CpuP, o: OpP, address: u64) -> u64:
    """Which operand a fault is at, where the host can't tell, is not in the operation."""
    o.flags |= ELSEWHERE
    c.operand = address
    return address


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def source_address(c: CpuP, o: OpP, size: cython.int) -> u64:
    return noted(c, o, ea_of(c, o, o.seg, c.reg[6] & index_mask(o), size, False))


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def destination_address(c: CpuP, o: OpP, size: cython.int, write: cython.bint) -> u64:
    """ES:rDI; ES has no base in 64-bit code."""
    segment: cython.int = ES if o.flags & LEGACY else NO_SEGMENT
    return noted(c, o, ea_of(c, o, segment, c.reg[7] & index_mask(o), size, write))


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def element(c: CpuP, o: OpP, size: cython.int, kind: cython.int) -> cython.void:
    """One element."""
    a: u64
    b: u64
    if kind == MOVS:
        a = load(c, source_address(c, o, size), size)
        store(c, destination_address(c, o, size, True), size, a)
    elif kind == CMPS:
        b = load(c, destination_address(c, o, size, False), size)
        a = load(c, source_address(c, o, size), size)
        set_compare_flags(c, a, b, size)
    elif kind == STOS:
        store(c, destination_address(c, o, size, True), size, c.reg[0])
    elif kind == LODS:
        put(c, 0, size, load(c, source_address(c, o, size), size))
    else:
        a = get(c, 0, size)
        b = load(c, destination_address(c, o, size, False), size)
        set_compare_flags(c, a, b, size)
    if kind == MOVS or kind == CMPS or kind == LODS:
        advance(c, o, 6, size)
    if kind != LODS:
        advance(c, o, 7, size)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def watches_memory(c: CpuP) -> cython.bint:
    """A debugger wants to see each access."""
    p: ProbesP = cython.cast(ProbesP, cython.cast(SpaceP, c.space).probes)
    return p != cython.NULL and p.watch_count != 0


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def string(c: CpuP, o: OpP, size: cython.int, kind: cython.int) -> OpP:
    count: u64
    moved: u64 = 0
    counter: cython.int = o.asize
    if not o.flags & (REP | REPNE):
        element(c, o, size, kind)
        return done(c, o)
    while True:
        count = get(c, RCX, counter)
        if count == 0:
            if counter == 4:
                put(c, RCX, 4, 0)
            return done(c, o)
        # stepped, each element is a step
        if (moved and (c.eflags & TF or c.access_count >= TO_TELL)) or (
                moved >= PATIENCE and c.icount >= c.stop_at):
            c.icount += o.count - 1
            return leave(c, o.rip, EXIT_ATTENTION)
        if ((kind == MOVS or kind == STOS) and count > 8 and counter == 8 and not c.eflags & (DF | TF)
                and not watches_memory(c)):
            count = chunk(c, o, size, kind, count)
        else:
            element(c, o, size, kind)
            count = 1
        put(c, RCX, counter, get(c, RCX, counter) - count)
        moved += count
        if kind == CMPS or kind == SCAS:
            if flag_z(c) != ((o.flags & REP) != 0):
                return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def chunk(c: CpuP, o: OpP, size: cython.int, kind: cython.int, count: u64) -> u64:
    """Do as many elements as fit the pages they begin in; returns how many."""
    to: u64 = destination_address(c, o, size, True)
    source: u64 = source_address(c, o, size) if kind == 0 else 0
    room: u64 = 4096 - (to & 4095)
    p: u8p
    q: u8p
    i: u64
    n: u64
    if kind == MOVS and 4096 - (source & 4095) < room:
        room = 4096 - (source & 4095)
    n = room // size
    if n > count:
        n = count
    if kind == MOVS and source - to < n * size:  # overlapping downwards: as far as nothing is written twice
        n = (source - to) // size
    if n == 0:
        element(c, o, size, kind)
        return 1
    if kind == MOVS and to - source < n * size:
        # overlapping so that elements are read after being written: one by one
        element(c, o, size, kind)
        return 1
    if kind == MOVS:
        p = host_read(c, source, 1)  # before the destination, as its fault is
    noted(c, o, to)
    q = host_write(c, to, 1)
    if kind == MOVS:
        memcpy(q, p, n * size)
        c.reg[6] += n * size
    elif size == 1:
        memset(q, cython.cast(u8, c.reg[0]), n)
    else:
        for i in range(n):
            memcpy(q + i * size, cython.address(c.reg[0]), size)
    c.reg[7] += n * size
    return n


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
# fmt: on


bind("MOVSB", movsb)
bind("MOVSW", movsw)
bind("MOVSD", movsd)
bind("MOVSQ", movsq)
bind("CMPSB", cmpsb)
bind("CMPSW", cmpsw)
bind("CMPSD", cmpsd)
bind("CMPSQ", cmpsq)
bind("STOSB", stosb)
bind("STOSW", stosw)
bind("STOSD", stosd)
bind("STOSQ", stosq)
bind("LODSB", lodsb)
bind("LODSW", lodsw)
bind("LODSD", lodsd)
bind("LODSQ", lodsq)
bind("SCASB", scasb)
bind("SCASW", scasw)
bind("SCASD", scasd)
bind("SCASQ", scasq)
