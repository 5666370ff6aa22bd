"""MXCSR where the host has none, and SSE floating-point exceptions that the guest has unmasked."""

import cython
from cython.cimports.blinkenlights.core.state import u32


def software_mxcsr():
    return thread_mxcsr | host_inexact()


def set_software_mxcsr(value):
    global thread_mxcsr
    thread_mxcsr = value
    host_begin(value >> 13 & 3)


def software_register():
    return cython.address(thread_mxcsr)


def begin_strict(c):
    control: u32 = get_host_mxcsr()
    c.mxcsr |= control & MXCSR_FLAGS
    control = control & ~MXCSR_FLAGS
    if not c.mxcsr & MXCSR_UNDERFLOW_MASK:
        control = control & ~MXCSR_FTZ  # flushing needs the masked underflow response
    set_host_mxcsr(control)


def raise_flags(c, flags):
    unmasked: u32 = flags & ~(c.mxcsr >> 7)
    if unmasked & (MXCSR_INVALID | MXCSR_DENORMAL | MXCSR_ZERO_DIVIDE):
        # found before anything was computed: no element gets as far as these
        flags = flags & ~(MXCSR_OVERFLOW | MXCSR_UNDERFLOW | MXCSR_INEXACT)
    c.mxcsr |= flags
    return unmasked == 0


def flags_so_far(c, tiny):
    flags: u32 = get_host_mxcsr() & MXCSR_FLAGS
    set_host_mxcsr((c.mxcsr & ~MXCSR_FLAGS) | MXCSR_MASKS)
    if tiny and not c.mxcsr & MXCSR_UNDERFLOW_MASK:
        flags |= MXCSR_UNDERFLOW
    return flags


def finish_strict(c):
    return raise_flags(c, flags_so_far(c, False))
