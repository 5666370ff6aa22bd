"""Direct stores (MOVDIRI, MOVDIR64B), remote atomic operations, CMPccXADD and SERIALIZE.

Intel SDM volume 2, and the instruction set extensions programming reference.
"""

import cython
from cython.cimports.blinkenlights.core.state import ES, LEGACY, NO_SEGMENT, CpuP, OpP, u8, u8p, u64

GP = cython.declare(cython.int, 13)


def movdiri(c, o):
    store(c, ea(c, o), o.size, get(c, o.src, o.size))
    return done(c, o)


def movdir64b(c, o):
    """64 bytes from memory to ES:register, which must be aligned."""
    data = cython.declare(u8[64])
    fetch(c, ea(c, o), data, 64)
    to: u64 = ea_of(c, o, ES if o.flags & LEGACY else NO_SEGMENT, get(c, o.dst, o.asize), 64, True)
    if to & 63:
        return fault(c, o, GP, 0)
    store_bytes(c, to, data, 64)
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def aligned_place(c: CpuP, o: OpP, size: cython.int) -> u8p:
    """The memory operand, to be written; NULL (for #GP) where it is not aligned."""
    address: u64 = ea(c, o)
    if address & (size - 1):
        return cython.NULL
    return host_write(c, address, size)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def remote(c: CpuP, o: OpP, kind: cython.int) -> OpP:
    """ADD 0, AND 1, OR 2, XOR 3 in memory, which must be aligned; no flags change."""
    size: cython.int = o.size
    b: u64 = get(c, o.src, size)
    a: u64
    p: u8p = aligned_place(c, o, size)
    if p == cython.NULL:
        return fault(c, o, GP, 0)
    while True:
        a = peek(p, size)
        if cas(p, size, a, a + b if kind == 0 else a & b if kind == 1 else a | b if kind == 2 else a ^ b):
            return done(c, o)


# fmt: off
def aadd(c, o): return remote(c, o, 0)
def aand(c, o): return remote(c, o, 1)
def aor(c, o): return remote(c, o, 2)
def axor(c, o): return remote(c, o, 3)
# fmt: on


def cmpccxadd(c, o):
    """Compare memory with operand 1, which receives it; add operand 2 to it if the condition holds."""
    size: cython.int = o.size
    b: u64 = get(c, o.src, size)
    added: u64 = get(c, o.src2, size)
    a: u64
    r: u64
    p: u8p = aligned_place(c, o, size)
    if p == cython.NULL:
        return fault(c, o, GP, 0)
    while True:
        a = peek(p, size)
        r = a - b
        set_flags(c, r, (~a & b) | ((~a | b) & r), size)
        if cas(p, size, a, a + added if test_condition(c, o.extra) else a):
            put(c, o.src, size, a)
            return done(c, o)


def serialize(c, o):
    full_barrier()
    return done(c, o)


takes_condition("CMPCCXADD")
bind("MOVDIRI", movdiri)
bind("MOVDIR64B", movdir64b)
bind("AADD", aadd)
bind("AAND", aand)
bind("AOR", aor)
bind("AXOR", axor)
bind("CMPCCXADD", cmpccxadd)
bind("SERIALIZE", serialize)
