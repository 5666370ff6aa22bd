"""x87 control: words, environments, the stack pointer, exceptions.

Only instructions that wait look for a pending exception; the FN... forms don't.
"""

import cython
from cython.cimports.blinkenlights.core.access import done, ea, fault, fetch, load, put, store, store_bytes
from cython.cimports.blinkenlights.core.dispatch import bind
from cython.cimports.blinkenlights.core.execute.fxsave import reset_x87
from cython.cimports.blinkenlights.core.fpu import (
    FPU_BUSY,
    FPU_C1,
    FPU_ES,
    FPU_EXCEPTIONS,
    FPU_SF,
    exponent,
    free_register,
    set_control_word,
    set_status_word,
    significand,
    st,
    status_word,
    update_pending,
)
from cython.cimports.blinkenlights.core.state import MR, CpuP, OpP, u8, u8p, u16, u16p, u32, u32p
from cython.cimports.libc.string import memcpy

MF = cython.declare(cython.int, 16)

# Full tag word: what a register holds.
TAG_VALID = cython.declare(cython.int, 0)
TAG_ZERO = cython.declare(cython.int, 1)
TAG_SPECIAL = cython.declare(cython.int, 2)
TAG_EMPTY = cython.declare(cython.int, 3)


# -- words -----------------------------------------------------------------------------------------


def fninit(c, o):
    reset_x87(c)
    return done(c, o)


def fnclex(c, o):
    c.fsw &= ~(FPU_EXCEPTIONS | FPU_SF | FPU_ES | FPU_BUSY)
    return done(c, o)


def fldcw(c, o):
    if c.fsw & FPU_ES:
        return fault(c, o, MF, 0)
    set_control_word(c, cython.cast(u16, load(c, ea(c, o), 2)))
    return done(c, o)


def fnstcw(c, o):
    store(c, ea(c, o), 2, c.fcw)
    return done(c, o)


def fnstsw(c, o):
    if o.form == MR:
        store(c, ea(c, o), 2, status_word(c))
    else:
        put(c, o.dst, 2, status_word(c))
    return done(c, o)


# -- environment -----------------------------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def tag_word(c: CpuP) -> u16:
    """Two bits for each physical register."""
    word: u16 = 0
    i: cython.int
    tag: cython.int
    cell: u8p
    for i in range(8):
        cell = c.st[i]
        if not c.ftag >> i & 1:
            tag = TAG_EMPTY
        elif exponent(cell) & 0x7FFF == 0 and significand(cell) == 0:
            tag = TAG_ZERO
        elif exponent(cell) & 0x7FFF in (0, 0x7FFF) or not significand(cell) >> 63:
            tag = TAG_SPECIAL
        else:
            tag = TAG_VALID
        word |= tag << (2 * i)
    return word


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def set_tag_word(c: CpuP, word: u16) -> cython.void:
    i: cython.int
    c.ftag = 0
    for i in range(8):
        if word >> (2 * i) & 3 != TAG_EMPTY:
            c.ftag |= 1 << i


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def environment_size(o: OpP) -> cython.int:
    """14 bytes with a 16-bit operand size, else 28; FNSAVE and FRSTOR add 80 for the registers."""
    return 14 if o.size in (14, 94) else 28


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def pack_environment(c: CpuP, image: u8p, size: cython.int) -> cython.void:
    """The protected-mode layouts; selectors are no longer kept by CPUs and read as 0."""
    half: u16p = cython.cast(u16p, image)
    word: u32p = cython.cast(u32p, image)
    high: u32 = cython.cast(u32, 0xFFFF) << 16
    if size == 14:
        half[0] = c.fcw
        half[1] = status_word(c)
        half[2] = tag_word(c)
        half[3] = cython.cast(u16, c.fip)
        half[4] = 0
        half[5] = cython.cast(u16, c.fdp)
        half[6] = 0
    else:
        word[0] = high | c.fcw
        word[1] = high | status_word(c)
        word[2] = high | tag_word(c)
        word[3] = cython.cast(u32, c.fip)
        word[4] = cython.cast(u32, c.fop) << 16
        word[5] = cython.cast(u32, c.fdp)
        word[6] = high


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def unpack_environment(c: CpuP, image: u8p, size: cython.int) -> cython.void:
    half: u16p = cython.cast(u16p, image)
    word: u32p = cython.cast(u32p, image)
    if size == 14:
        set_control_word(c, half[0])
        set_status_word(c, half[1])
        set_tag_word(c, half[2])
        c.fip = half[3]
        c.fop = 0
        c.fdp = half[5]
    else:
        set_control_word(c, cython.cast(u16, word[0]))
        set_status_word(c, cython.cast(u16, word[1]))
        set_tag_word(c, cython.cast(u16, word[2]))
        c.fip = word[3]
        c.fop = word[4] >> 16 & 0x7FF
        c.fdp = word[5]


def fnstenv(c, o):
    """Store the environment, then mask all exceptions."""
    image = cython.declare(u8[28])
    size: cython.int = environment_size(o)
    pack_environment(c, image, size)
    store_bytes(c, ea(c, o), image, size)
    c.fcw |= FPU_EXCEPTIONS
    update_pending(c)
    return done(c, o)


def fldenv(c, o):
    image = cython.declare(u8[28])
    size: cython.int = environment_size(o)
    if c.fsw & FPU_ES:
        return fault(c, o, MF, 0)
    fetch(c, ea(c, o), image, size)
    unpack_environment(c, image, size)
    return done(c, o)


def fnsave(c, o):
    """Store environment and registers, then initialize. Running it again after a fault is right."""
    image = cython.declare(u8[108])
    size: cython.int = environment_size(o)
    i: cython.int
    pack_environment(c, image, size)
    for i in range(8):
        memcpy(cython.cast(u8p, image) + size + 10 * i, st(c, i), 10)
    store_bytes(c, ea(c, o), image, 54)
    store_bytes(c, ea(c, o) + 54, cython.cast(u8p, image) + 54, size + 26)
    reset_x87(c)
    return done(c, o)


def frstor(c, o):
    image = cython.declare(u8[108])
    size: cython.int = environment_size(o)
    i: cython.int
    if c.fsw & FPU_ES:
        return fault(c, o, MF, 0)
    fetch(c, ea(c, o), image, 54)
    fetch(c, ea(c, o) + 54, cython.cast(u8p, image) + 54, size + 26)
    unpack_environment(c, image, size)
    for i in range(8):
        memcpy(st(c, i), cython.cast(u8p, image) + size + 10 * i, 10)
    return done(c, o)


# -- the stack -------------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def turn(c: CpuP, o: OpP, by: cython.int, free: cython.bint) -> OpP:
    """Mark ST(dst) empty if so asked, and move the top of the stack."""
    if c.fsw & FPU_ES:
        return fault(c, o, MF, 0)
    c.fip = o.rip
    c.fsw &= ~FPU_C1
    if free:
        free_register(c, o.dst)
    c.fpu_top = (c.fpu_top + by) & 7
    return done(c, o)


def ffree(c, o):
    return turn(c, o, 0, True)


def ffreep(c, o):
    """Undocumented: FFREE, then pop."""
    if not c.fsw & FPU_ES:
        free_register(c, 0)
    return turn(c, o, 1, True)


def fincstp(c, o):
    return turn(c, o, 1, False)


def fdecstp(c, o):
    return turn(c, o, -1, False)


# -- waiting ---------------------------------------------------------------------------------------


def fwait(c, o):
    """FWAIT and FNOP: only look for a pending exception."""
    if c.fsw & FPU_ES:
        return fault(c, o, MF, 0)
    return done(c, o)


def no_wait(c, o):
    """FNENI, FNDISI and FNSETPM mean nothing since the 80387."""
    return done(c, o)


bind("FNINIT", fninit)
bind("FNCLEX", fnclex)
bind("FLDCW", fldcw)
bind("FNSTCW", fnstcw)
bind("FNSTSW", fnstsw)
bind("FNSTENV", fnstenv)
bind("FLDENV", fldenv)
bind("FNSAVE", fnsave)
bind("FRSTOR", frstor)
bind("FFREE", ffree)
bind("FFREEP", ffreep)
bind("FINCSTP", fincstp)
bind("FDECSTP", fdecstp)
bind("FWAIT", fwait)
bind("FNOP", fwait)
bind("FNENI", no_wait)
bind("FNDISI", no_wait)
bind("FNSETPM", no_wait)
