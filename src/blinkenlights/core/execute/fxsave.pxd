# FXSAVE and XSAVE: the x87, SSE and AVX state as images in memory.

from blinkenlights.core.access cimport *
from blinkenlights.core.state cimport *
from blinkenlights.core.fpcontrol cimport get_guest_mxcsr, set_guest_mxcsr
from blinkenlights.core.fpu cimport *

# State components, as bits of XCR0 and XSTATE_BV.
cdef enum:
    X87 = 1
    SSE = 2
    AVX = 4

# Offsets in an XSAVE area; with three components the compacted layout is the standard one.
cdef enum:
    HEADER = 512
    UPPER = 576  # the AVX component
    XSAVE_AREA = 832

# XCR0: the components that the guest may save.
cdef u64 enabled_components() noexcept nogil

# The state as FXSAVE64 writes it (the last 96 bytes zero), whether the processor runs or not.
cdef void fxsave_image(Cpu *c, u8 *image) noexcept nogil
# Take the state from such an image; bits of MXCSR that don't exist are dropped.
cdef void fxrstor_image(Cpu *c, const u8 *image) noexcept nogil
# The state as XSAVE64 writes it with every bit of XCR0 asked for: `area_size` bytes.
cdef void xsave_image(Cpu *c, u8 *image) noexcept nogil
cdef int area_size() noexcept nogil
# Take the components in `mask` from such an image; False when XRSTOR64 would raise #GP.
cdef bint xrstor_image(Cpu *c, const u8 *image, u64 mask) noexcept nogil
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
