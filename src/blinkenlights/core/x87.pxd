# x87 operations, by the host's unit, or in software where there is none.

from blinkenlights.core.access cimport unlikely_
from blinkenlights.core.fpcontrol cimport MXCSR_MASKS, get_host_mxcsr, set_host_mxcsr
from blinkenlights.core.hostx87 cimport *
from blinkenlights.core.state cimport *

cdef bint software

# Writes what the operation gives to `result` and, if there is one, to `image`; returns the status word.
cdef u16 soft(int which, X87Image *image, void *result, u16 cw, const void *a, const void *b) noexcept nogil

cdef inline u16 quick(int which, void *result, const void *a, const void *b, u16 cw) noexcept nogil:
    """An operation whose exceptions are all masked, under a control word that `set_control` has set."""
    if unlikely_(software):
        return soft(which, NULL, result, cw | 0x3f, a, b)
    return x87_quick(which, result, a, b)

cdef inline void full(int which, X87Image *image, u16 cw, const void *a, void *b) noexcept nogil:
    """An operation under any control word; stores write to `b`."""
    if unlikely_(software):
        soft(which, image, b, cw, a, b)
    else:
        x87_full(which, image, cw, a, b)

cdef inline void set_control(u16 cw) noexcept nogil:
    if not software:
        x87_set_cw(cw)

cdef inline void clear_flags() noexcept nogil:
    if not software:
        x87_clear()
