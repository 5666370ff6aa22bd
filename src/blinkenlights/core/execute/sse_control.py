"""MXCSR and the end of MMX code."""

import cython
from cython.cimports.blinkenlights.core.state import u32


def ldmxcsr(c, o):
    value: u32 = load(c, ea(c, o), 4)
    if value & ~cython.cast(u32, MXCSR_VALID):
        return fault(c, o, VECTOR_GP, 0)
    set_guest_mxcsr(c, value)
    return done(c, o)


def stmxcsr(c, o):
    store(c, ea(c, o), 4, get_guest_mxcsr(c))
    return done(c, o)


def emms(c, o):
    """All x87 registers become empty."""
    if x87_pending(c):
        return x87_fault(c, o)
    c.ftag = 0
    c.fpu_top = 0
    return done(c, o)


bind("LDMXCSR", ldmxcsr)
bind("STMXCSR", stmxcsr)
bind("EMMS", emms)
