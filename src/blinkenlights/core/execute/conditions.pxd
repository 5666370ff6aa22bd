# Condition codes of Jcc, SETcc and CMOVcc (Intel SDM volume 1, appendix B).

from blinkenlights.core.access cimport *

cdef inline bint test_condition(Cpu *c, int code) noexcept nogil:
    """Does condition `code` (0 to 15: O NO B NB Z NZ BE NBE S NS P NP L NL LE NLE) hold?"""
    cdef bint r
    cdef int kind = code >> 1
    if kind == 2:
        r = flag_z(c)
    elif kind == 1:
        r = flag_c(c)
    elif kind == 3:
        r = flag_c(c) or flag_z(c)
    elif kind == 4:
        r = flag_s(c)
    elif kind == 6:
        r = flag_s(c) != flag_o(c)
    elif kind == 7:
        r = flag_z(c) or flag_s(c) != flag_o(c)
    elif kind == 0:
        r = flag_o(c)
    else:
        r = flag_p(c)
    return r != (code & 1)
