"""FXSAVE, FXRSTOR and the XSAVE family (Intel manual, volume 1, sections 10.5 and 13)."""

import cython
from cython.cimports.blinkenlights.core.access import (
    ea_of,
    fault,
    fetch,
    load,
    offset_of,
    store,
    store_bytes,
)
from cython.cimports.blinkenlights.core.dispatch import bind
from cython.cimports.blinkenlights.core.execute.fxsave import AVX, HEADER, SSE, UPPER, X87, XSAVE_AREA
from cython.cimports.blinkenlights.core.fpcontrol import MXCSR_VALID, get_guest_mxcsr, set_guest_mxcsr
from cython.cimports.blinkenlights.core.fpu import (
    FPU_CONTROL,
    set_control_word,
    set_status_word,
    st,
    status_word,
)
from cython.cimports.blinkenlights.core.hostfpu import bring_x87_home
from cython.cimports.blinkenlights.core.state import LEGACY, CpuP, OpP, u8, u8p, u16p, u32, u32p, u64, u64p
from cython.cimports.libc.string import memcpy, memset

MXCSR_RESET = cython.declare(u32, 0x1F80)
COMPACTED = cython.declare(u64, cython.cast(u64, 1) << 63)  # in XCOMP_BV

xcr0 = cython.declare(u64, X87 | SSE | AVX)


def enabled_components():
    return xcr0


def enable_components(mask: int) -> None:
    """Set XCR0: 3 or 7; or 0 for a CPU that has no XSAVE."""
    global xcr0
    xcr0 = mask


def area_size():
    return XSAVE_AREA if xcr0 & AVX else UPPER if xcr0 else HEADER


# -- images --------------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def pack_x87(c: CpuP, image: u8p, wide: cython.bint) -> cython.void:
    """Bytes 0 to 23 and 32 to 159; `wide`: with 64-bit instruction and data pointers."""
    i: cython.int
    bring_x87_home(c)
    memset(image, 0, 24)
    memset(image + 32, 0, 128)
    cython.cast(u16p, image)[0] = c.fcw
    cython.cast(u16p, image)[1] = status_word(c)
    image[4] = c.ftag
    cython.cast(u16p, image)[3] = c.fop
    if wide:
        cython.cast(u64p, image)[1] = c.fip
        cython.cast(u64p, image)[2] = c.fdp
    else:
        cython.cast(u32p, image)[2] = cython.cast(u32, c.fip)
        cython.cast(u32p, image)[4] = cython.cast(u32, c.fdp)
    for i in range(8):
        memcpy(image + 32 + 16 * i, st(c, i), 10)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def unpack_x87(c: CpuP, image: u8p, wide: cython.bint) -> cython.void:
    i: cython.int
    bring_x87_home(c)
    set_control_word(c, cython.cast(u16p, image)[0])
    set_status_word(c, cython.cast(u16p, image)[1])
    c.ftag = image[4]
    c.fop = cython.cast(u16p, image)[3] & 0x7FF
    if wide:
        c.fip = cython.cast(u64p, image)[1]
        c.fdp = cython.cast(u64p, image)[2]
    else:
        c.fip = cython.cast(u32p, image)[2]
        c.fdp = cython.cast(u32p, image)[4]
    for i in range(8):
        memcpy(st(c, i), image + 32 + 16 * i, 10)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def pack_mxcsr(c: CpuP, image: u8p) -> cython.void:
    cython.cast(u32p, image)[6] = get_guest_mxcsr(c)
    cython.cast(u32p, image)[7] = MXCSR_VALID


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def pack_xmm(c: CpuP, image: u8p, count: cython.int) -> cython.void:
    i: cython.int
    for i in range(count):
        memcpy(image + 160 + 16 * i, c.xmm[i], 16)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def unpack_xmm(c: CpuP, image: u8p, count: cython.int) -> cython.void:
    i: cython.int
    for i in range(count):
        memcpy(c.xmm[i], image + 160 + 16 * i, 16)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def pack_upper(c: CpuP, image: u8p, count: cython.int) -> cython.void:
    i: cython.int
    for i in range(count):
        memcpy(image + UPPER + 16 * i, cython.cast(u8p, c.xmm[i]) + 16, 16)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def unpack_upper(c: CpuP, image: u8p, count: cython.int) -> cython.void:
    i: cython.int
    for i in range(count):
        memcpy(cython.cast(u8p, c.xmm[i]) + 16, image + UPPER + 16 * i, 16)


def fxsave_image(c, image):
    memset(image, 0, 512)
    pack_x87(c, image, True)
    pack_mxcsr(c, image)
    pack_xmm(c, image, 16)


def fxrstor_image(c, image):
    source: u8p = cython.cast(u8p, image)
    unpack_x87(c, source, True)
    set_guest_mxcsr(c, cython.cast(u32p, source)[6] & MXCSR_VALID)
    unpack_xmm(c, source, 16)


def xsave_image(c, image):
    fxsave_image(c, image)
    if not xcr0:
        return
    memset(image + HEADER, 0, UPPER - HEADER)
    cython.cast(u64p, image + HEADER)[0] = in_use(c) & xcr0
    if xcr0 & AVX:
        pack_upper(c, image, 16)


def xrstor_image(c, image, mask):
    source: u8p = cython.cast(u8p, image)
    if not header_is_good(source, mask):
        return False
    take(c, source, mask & xcr0, True, 16)
    return True


def reset_x87(c):
    bring_x87_home(c)
    c.fcw = FPU_CONTROL
    c.fsw = 0
    c.fpu_top = 0
    c.ftag = 0
    c.fop = 0
    c.fip = 0
    c.fdp = 0


def reset_fpu(c):
    reset_x87(c)
    memset(c.st, 0, cython.sizeof(c.st))
    memset(c.xmm, 0, cython.sizeof(c.xmm))
    set_guest_mxcsr(c, MXCSR_RESET)


# -- guest memory ----------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def write_area(c: CpuP, address: u64, image: u8p, start: cython.int, end: cython.int) -> cython.void:
    """Write bytes `start` to `end` (multiples of 8) of an area: running it again is right."""
    step: cython.int
    while start < end:
        step = end - start if end - start < 64 else 64
        store_bytes(c, address + start, image + start, step)
        start += step


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def read_area(c: CpuP, address: u64, image: u8p, size: cython.int) -> cython.void:
    done: cython.int = 0
    while done < size:
        fetch(c, address + done, image + done, 32)
        done += 32


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def xmm_registers(o: OpP) -> cython.int:
    return 8 if o.flags & LEGACY else 16


# -- FXSAVE, FXRSTOR -------------------------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def size_of(parts: u64) -> cython.int:
    """Bytes of an area that has these components."""
    return XSAVE_AREA if parts & AVX else UPPER


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def area(c: CpuP, o: OpP, size: cython.int, write: cython.bint) -> u64:
    """Where an area of so many bytes is, which is more than the operation can say."""
    return ea_of(c, o, o.seg, offset_of(c, o), size, write)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def save(c: CpuP, o: OpP, wide: cython.bint) -> OpP:
    image = cython.declare(u8[512])
    address: u64 = area(c, o, 512, True)
    count: cython.int = xmm_registers(o)
    if address & 15:
        return fault(c, o, 13, 0)
    pack_x87(c, image, wide)
    pack_mxcsr(c, image)
    pack_xmm(c, image, count)
    write_area(c, address, image, 0, 160 + 16 * count)
    return o + 1


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def restore(c: CpuP, o: OpP, wide: cython.bint) -> OpP:
    image = cython.declare(u8[512])
    address: u64 = area(c, o, 512, False)
    if address & 15:
        return fault(c, o, 13, 0)
    read_area(c, address, image, 512)
    if cython.cast(u32p, image)[6] & ~cython.cast(u32, MXCSR_VALID):
        return fault(c, o, 13, 0)
    unpack_x87(c, image, wide)
    set_guest_mxcsr(c, cython.cast(u32p, image)[6])
    unpack_xmm(c, image, xmm_registers(o))
    return o + 1


# fmt: off
def fxsave(c, o): return save(c, o, False)
def fxsave64(c, o): return save(c, o, True)
def fxrstor(c, o): return restore(c, o, False)
def fxrstor64(c, o): return restore(c, o, True)
# fmt: on


# -- XSAVE, XRSTOR ---------------------------------------------------------------------------------


def in_use(c):
    i: cython.int
    used: u64 = 0
    upper: u64 = 0
    found: cython.int = 0
    words: u64p = cython.cast(u64p, c.st)
    for i in range(8):
        used |= words[2 * i] | cython.cast(u16p, words)[8 * i + 4]
    if used or c.fcw != FPU_CONTROL or status_word(c) or c.ftag or c.fop or c.fip or c.fdp:
        found |= X87
    used = 0
    for i in range(16):
        words = cython.cast(u64p, c.xmm[i])
        used |= words[0] | words[1]
        upper |= words[2] | words[3]
    if used:
        found |= SSE
    if upper:
        found |= AVX
    return found


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def requested(c: CpuP) -> u64:
    """RFBM: the components that EDX:EAX asks for."""
    return c.reg[0] & xcr0


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def write_components(
    c: CpuP,
    o: OpP,
    address: u64,
    which: u64,
    mxcsr: cython.bint,
    wide: cython.bint,
) -> cython.void:
    image = cython.declare(u8[832])
    count: cython.int = xmm_registers(o)
    if which & X87:
        pack_x87(c, image, wide)
        write_area(c, address, image, 0, 24)
        write_area(c, address, image, 32, 160)
    if mxcsr:
        pack_mxcsr(c, image)
        write_area(c, address, image, 24, 32)
    if which & SSE:
        pack_xmm(c, image, count)
        write_area(c, address, image, 160, 160 + 16 * count)
    if which & AVX:
        pack_upper(c, image, count)
        write_area(c, address, image, UPPER, UPPER + 16 * count)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def xsave_standard(c: CpuP, o: OpP, wide: cython.bint, optimized: cython.bint) -> OpP:
    mask: u64 = requested(c)
    used: u64 = in_use(c)
    address: u64 = area(c, o, size_of(mask), True)
    if not xcr0:
        return fault(c, o, 6, 0)
    if address & 63:
        return fault(c, o, 13, 0)
    header: u64 = load(c, address + HEADER, 8)
    write_components(c, o, address, mask & used if optimized else mask, mask & (SSE | AVX) != 0, wide)
    store(c, address + HEADER, 8, (header & ~mask) | mask & used)
    return o + 1


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def xsave_compacted(c: CpuP, o: OpP, wide: cython.bint) -> OpP:
    mask: u64 = requested(c)
    used: u64 = in_use(c)
    address: u64 = area(c, o, size_of(mask), True)
    if not xcr0:
        return fault(c, o, 6, 0)
    if address & 63:
        return fault(c, o, 13, 0)
    if get_guest_mxcsr(c) != MXCSR_RESET:
        used |= SSE
    write_components(c, o, address, mask & used, mask & used & SSE != 0, wide)
    store(c, address + HEADER, 8, mask & used)
    store(c, address + HEADER + 8, 8, mask | COMPACTED)
    return o + 1


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def loads_mxcsr(header: u64p, mask: u64) -> cython.bint:
    """Whether XRSTOR takes MXCSR from memory; in the compacted layout it is part of the SSE state."""
    if header[1] & COMPACTED:
        return mask & header[0] & SSE != 0
    return mask & (SSE | AVX) != 0


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def header_is_good(image: u8p, mask: u64) -> cython.bint:
    """Whether XRSTOR accepts the XSAVE header and, where it would load it, MXCSR."""
    header: u64p = cython.cast(u64p, image + HEADER)
    if header[0] & ~xcr0 or header[2]:
        return False
    if header[1] & COMPACTED:
        if header[1] & ~COMPACTED & ~xcr0 or header[0] & ~header[1]:
            return False
        if header[3] | header[4] | header[5] | header[6] | header[7]:
            return False
    elif header[1]:
        return False
    return not loads_mxcsr(header, mask) or not cython.cast(u32p, image)[6] & ~cython.cast(u32, MXCSR_VALID)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def take(c: CpuP, image: u8p, mask: u64, wide: cython.bint, count: cython.int) -> cython.void:
    """Load the components in `mask` from an area with a good header, or their initial state."""
    header: u64p = cython.cast(u64p, image + HEADER)
    present: u64 = header[0]
    if mask & X87:
        if present & X87:
            unpack_x87(c, image, wide)
        else:
            reset_x87(c)
            memset(c.st, 0, cython.sizeof(c.st))
    if loads_mxcsr(header, mask):
        set_guest_mxcsr(c, cython.cast(u32p, image)[6])
    elif mask & SSE:
        set_guest_mxcsr(c, MXCSR_RESET)
    if mask & SSE:
        if not present & SSE:
            memset(image + 160, 0, 256)
        unpack_xmm(c, image, count)
    if mask & AVX:
        if not present & AVX:
            memset(image + UPPER, 0, XSAVE_AREA - UPPER)
        unpack_upper(c, image, count)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def xrstor_any(c: CpuP, o: OpP, wide: cython.bint) -> OpP:
    image = cython.declare(u8[832])
    header: u64p = cython.cast(u64p, cython.cast(u8p, image) + HEADER)
    mask: u64 = requested(c)
    address: u64 = area(c, o, UPPER, False)
    if not xcr0:
        return fault(c, o, 6, 0)
    if address & 63:
        return fault(c, o, 13, 0)
    read_area(c, address, image, UPPER)
    if not header_is_good(image, mask):
        return fault(c, o, 13, 0)
    if mask & AVX and (header[0] & AVX or not header[1] & COMPACTED):  # as CPUs have the limit
        area(c, o, XSAVE_AREA, False)
    if mask & header[0] & AVX:
        read_area(c, address + UPPER, cython.cast(u8p, image) + UPPER, XSAVE_AREA - UPPER)
    take(c, image, mask, wide, xmm_registers(o))
    return o + 1


# fmt: off
def xsave(c, o): return xsave_standard(c, o, False, False)
def xsave64(c, o): return xsave_standard(c, o, True, False)
def xsaveopt(c, o): return xsave_standard(c, o, False, True)
def xsaveopt64(c, o): return xsave_standard(c, o, True, True)
def xsavec(c, o): return xsave_compacted(c, o, False)
def xsavec64(c, o): return xsave_compacted(c, o, True)
def xrstor(c, o): return xrstor_any(c, o, False)
def xrstor64(c, o): return xrstor_any(c, o, True)
# fmt: on


bind("FXSAVE", fxsave)
bind("FXSAVE64", fxsave64)
bind("FXRSTOR", fxrstor)
bind("FXRSTOR64", fxrstor64)
bind("XSAVE", xsave)
bind("XSAVE64", xsave64)
bind("XSAVEOPT", xsaveopt)
bind("XSAVEOPT64", xsaveopt64)
bind("XSAVEC", xsavec)
bind("XSAVEC64", xsavec64)
bind("XRSTOR", xrstor)
bind("XRSTOR64", xrstor64)
