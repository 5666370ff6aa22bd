# FXSAVE and XSAVE: the x87 and SSE state as 512-byte images.

from blinkenlights.core.access cimport *
from blinkenlights.core.state cimport *
from blinkenlights.core.fpcontrol cimport get_guest_mxcsr, set_guest_mxcsr
from blinkenlights.core.fpu cimport *

cdef enum:
    XCR0 = 3  # the state components XSAVE knows: x87 and SSE
    XSAVE_AREA = 576  # with the header

# The state as FXSAVE64 writes it (the last 96 bytes zero), whether the processor runs or not.
cdef void fxsave_image(Cpu *c, u8 *image) noexcept nogil
# Take the state from such an image; bits of MXCSR that don't exist are dropped.
cdef void fxrstor_image(Cpu *c, const u8 *image) noexcept nogil
# x87, XMM registers and MXCSR as a new program or a signal handler finds them.
cdef void reset_fpu(Cpu *c) noexcept nogil
# FNINIT: the registers keep their values but are empty.
cdef void reset_x87(Cpu *c) noexcept nogil

# XINUSE: the components that differ from their initial configuration.
cdef int in_use(Cpu *c) noexcept nogil

cdef Op *fxsave(Cpu *c, Op *o) noexcept nogil
cdef Op *fxsave64(Cpu *c, Op *o) noexcept nogil
cdef Op *fxrstor(Cpu *c, Op *o) noexcept nogil
cdef Op *fxrstor64(Cpu *c, Op *o) noexcept nogil
cdef Op *xsave(Cpu *c, Op *o) noexcept nogil
cdef Op *xsave64(Cpu *c, Op *o) noexcept nogil
cdef Op *xsaveopt(Cpu *c, Op *o) noexcept nogil
cdef Op *xsaveopt64(Cpu *c, Op *o) noexcept nogil
cdef Op *xsavec(Cpu *c, Op *o) noexcept nogil
cdef Op *xsavec64(Cpu *c, Op *o) noexcept nogil
cdef Op *xrstor(Cpu *c, Op *o) noexcept nogil
cdef Op *xrstor64(Cpu *c, Op *o) noexcept nogil
