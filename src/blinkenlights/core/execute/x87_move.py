"""x87 loads, stores, exchanges and conditional moves."""

import cython
from cython.cimports.blinkenlights.core.access import (
    done,
    ea,
    fault,
    fetch,
    flag_c,
    flag_p,
    flag_z,
    host_write,
    load,
    store,
    store_bytes,
    unlikely_,
)
from cython.cimports.blinkenlights.core.dispatch import bind
from cython.cimports.blinkenlights.core.execute.x87_move import touch_
from cython.cimports.blinkenlights.core.fpu import (
    FPU_C1,
    FPU_CONTROL,
    FPU_DE,
    FPU_ES,
    FPU_EXCEPTIONS,
    FPU_IE,
    FPU_OE,
    FPU_PRECISION_ROUNDING,
    FPU_UE,
    is_empty,
    mark_instruction,
    pop_st,
    push_st,
    raised,
    set_indefinite,
    set_st,
    st,
    stack_fault,
)
from cython.cimports.blinkenlights.core.hostx87 import (
    X87_L2E,
    X87_L2T,
    X87_LG2,
    X87_LN2,
    X87_LOAD4,
    X87_LOAD8,
    X87_LOADB,
    X87_LOADI,
    X87_NOUGHT,
    X87_ONE,
    X87_PI,
    X87_STORE4,
    X87_STORE8,
    X87_STOREB,
    X87_STOREI2,
    X87_STOREI4,
    X87_STOREI8,
    X87_TRUNC2,
    X87_TRUNC4,
    X87_TRUNC8,
    X87Image,
)
from cython.cimports.blinkenlights.core.state import (
    RR,
    CpuP,
    OpP,
    i16,
    i32,
    i64,
    u8,
    u8p,
    u16,
    u32p,
    u64,
    u64p,
)
from cython.cimports.blinkenlights.core.x87 import clear_flags, full, quick, set_control
from cython.cimports.libc.string import memcpy

MF = cython.declare(cython.int, 16)


# -- loads -----------------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def push(c: CpuP, o: OpP, value: u8p) -> OpP:
    """Push a value unless the stack is full."""
    cell = cython.declare(u8[10])
    mark_instruction(c, o)
    if unlikely_(not is_empty(c, 7)):
        if not stack_fault(c, o, FPU_C1):
            set_indefinite(cell)
            push_st(c, cell)
        return done(c, o)
    c.fsw &= ~FPU_C1
    push_st(c, value)
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def load_float(c: CpuP, o: OpP, which: cython.int, size: cython.int) -> OpP:
    """FLD of a float or double: a signalling NaN is invalid."""
    operand = cython.declare(u8[8])
    cell = cython.declare(u8[10])
    sw: u16
    if c.fsw & FPU_ES:
        return fault(c, o, MF, 0)
    fetch(c, ea(c, o), operand, size)
    if unlikely_(not is_empty(c, 7)):
        return push(c, o, cell)
    sw = quick(which, cell, operand, cython.NULL, c.fcw)
    if unlikely_(sw & FPU_EXCEPTIONS & ~c.fsw):
        clear_flags()
        sw = quick(which, cell, operand, cython.NULL, c.fcw)
    mark_instruction(c, o)
    if not (raised(c, o, sw & (FPU_IE | FPU_DE)) and sw & ~c.fcw & FPU_IE):
        push_st(c, cell)  # a denormal number is loaded even if that exception is unmasked
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def load_constant(c: CpuP, o: OpP, which: cython.int) -> OpP:
    """Constants are rounded as the control word says."""
    cell = cython.declare(u8[10])
    if c.fsw & FPU_ES:
        return fault(c, o, MF, 0)
    rounding: cython.bint = (c.fcw ^ FPU_CONTROL) & FPU_PRECISION_ROUNDING != 0
    if rounding:
        set_control(c.fcw | FPU_EXCEPTIONS)
    quick(which, cell, cython.NULL, cython.NULL, c.fcw)
    if rounding:
        set_control(FPU_CONTROL)
    return push(c, o, cell)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def load_whole(c: CpuP, o: OpP) -> OpP:
    """FLD from a register, or of 80 bits of memory: nothing is invalid."""
    cell = cython.declare(u8[10])
    if c.fsw & FPU_ES:
        return fault(c, o, MF, 0)
    if o.form == RR:
        if unlikely_(is_empty(c, o.dst)):
            mark_instruction(c, o)
            if not stack_fault(c, o, 0):
                set_indefinite(cell)
                push_st(c, cell)
            return done(c, o)
        memcpy(cell, st(c, o.dst), 10)
    else:
        fetch(c, ea(c, o), cell, 10)
    return push(c, o, cell)


def fld(c, o):
    if o.form != RR and o.size == 4:
        return load_float(c, o, X87_LOAD4, 4)
    if o.form != RR and o.size == 8:
        return load_float(c, o, X87_LOAD8, 8)
    return load_whole(c, o)


def fild(c, o):
    value: i64
    cell = cython.declare(u8[10])
    if c.fsw & FPU_ES:
        return fault(c, o, MF, 0)
    value = cython.cast(i64, load(c, ea(c, o), o.size))
    if o.size == 2:
        value = cython.cast(i16, value)
    elif o.size == 4:
        value = cython.cast(i32, value)
    quick(X87_LOADI, cell, cython.cast(u8p, cython.address(value)), cython.NULL, c.fcw)
    return push(c, o, cell)


def fbld(c, o):
    digits = cython.declare(u8[10])
    cell = cython.declare(u8[10])
    if c.fsw & FPU_ES:
        return fault(c, o, MF, 0)
    fetch(c, ea(c, o), digits, 10)
    quick(X87_LOADB, cell, digits, cython.NULL, c.fcw)
    return push(c, o, cell)


# fmt: off
def fld1(c, o): return load_constant(c, o, X87_ONE)
def fldl2t(c, o): return load_constant(c, o, X87_L2T)
def fldl2e(c, o): return load_constant(c, o, X87_L2E)
def fldpi(c, o): return load_constant(c, o, X87_PI)
def fldlg2(c, o): return load_constant(c, o, X87_LG2)
def fldln2(c, o): return load_constant(c, o, X87_LN2)
def fldz(c, o): return load_constant(c, o, X87_NOUGHT)
# fmt: on


# -- stores ----------------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def store_register(c: CpuP, o: OpP, pop: cython.bint) -> OpP:
    cell = cython.declare(u8[10])
    if c.fsw & FPU_ES:
        return fault(c, o, MF, 0)
    mark_instruction(c, o)
    if unlikely_(is_empty(c, 0)):
        if stack_fault(c, o, 0):
            return done(c, o)
        set_indefinite(cell)
    else:
        c.fsw &= ~FPU_C1
        memcpy(cell, st(c, 0), 10)
    set_st(c, o.dst, cell)
    if pop:
        pop_st(c)
    return done(c, o)


def fstpnce(c, o):
    """The undocumented FSTP that only pops when ST(0) is empty."""
    cell = cython.declare(u8[10])
    if c.fsw & FPU_ES:
        return fault(c, o, MF, 0)
    mark_instruction(c, o)
    c.fsw &= ~FPU_C1
    if not is_empty(c, 0):
        memcpy(cell, st(c, 0), 10)
        set_st(c, o.dst, cell)
    pop_st(c)
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def check_writable(c: CpuP, address: u64, size: cython.int) -> cython.void:
    """Raise the fault that storing would, without storing: an unmasked exception prevents that."""
    p: u8p = host_write(c, address, size)
    touch_(p)
    if (address & 0xFFF) + size > 0x1000:
        touch_(p + (0x1000 - (address & 0xFFF)))


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def store_nothing(c: CpuP, o: OpP, indefinite: u8p, size: cython.int, pop: cython.bint) -> OpP:
    """ST(0) is empty: the masked response is to store what stands for no value."""
    if not c.fcw & FPU_IE:
        check_writable(c, ea(c, o), size)
        mark_instruction(c, o)
        stack_fault(c, o, 0)
        return done(c, o)
    store_bytes(c, ea(c, o), indefinite, size)
    mark_instruction(c, o)
    stack_fault(c, o, 0)
    if pop:
        pop_st(c)
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def store_whole(c: CpuP, o: OpP) -> OpP:
    """FSTP of 80 bits to memory."""
    cell = cython.declare(u8[10])
    if c.fsw & FPU_ES:
        return fault(c, o, MF, 0)
    if unlikely_(is_empty(c, 0)):
        set_indefinite(cell)
        return store_nothing(c, o, cell, 10, True)
    store_bytes(c, ea(c, o), st(c, 0), 10)
    mark_instruction(c, o)
    c.fsw &= ~FPU_C1
    pop_st(c)
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def convert(c: CpuP, which: cython.int, result: u8p, a: u8p) -> u16:
    """ST(0) as memory would hold it; returns the status word."""
    image = cython.declare(X87Image)
    sw: u16
    rounding: u16 = c.fcw & FPU_PRECISION_ROUNDING
    if unlikely_(c.fcw & FPU_EXCEPTIONS != FPU_EXCEPTIONS):
        full(which, cython.address(image), c.fcw, a, result)
        return image.sw
    if unlikely_(rounding != FPU_CONTROL & FPU_PRECISION_ROUNDING):
        set_control(c.fcw)
    sw = quick(which, result, a, cython.NULL, c.fcw)
    if unlikely_(sw & FPU_EXCEPTIONS & ~c.fsw):
        clear_flags()
        sw = quick(which, result, a, cython.NULL, c.fcw)
    if unlikely_(rounding != FPU_CONTROL & FPU_PRECISION_ROUNDING):
        set_control(FPU_CONTROL)
    return sw


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def store_as(c: CpuP, o: OpP, which: cython.int, size: cython.int, indefinite: u64, pop: cython.bint) -> OpP:
    """Convert ST(0) and store it; `indefinite` is stored when there is nothing to convert."""
    result = cython.declare(u8[10])
    sw: u16
    if c.fsw & FPU_ES:
        return fault(c, o, MF, 0)
    if unlikely_(is_empty(c, 0)):
        if size == 10:
            set_indefinite(result)
        else:
            memcpy(result, cython.address(indefinite), 8)
        return store_nothing(c, o, result, size, pop)
    sw = convert(c, which, result, st(c, 0))
    if unlikely_(sw & ~c.fcw & (FPU_IE | FPU_OE | FPU_UE)):
        check_writable(c, ea(c, o), size)
        mark_instruction(c, o)
        raised(c, o, sw)
        return done(c, o)  # nothing is stored
    if size == 10:
        store_bytes(c, ea(c, o), result, 10)
    elif size == 8:
        store(c, ea(c, o), 8, cython.cast(u64p, cython.cast(u8p, result))[0])
    else:
        store(c, ea(c, o), size, cython.cast(u32p, cython.cast(u8p, result))[0])
    mark_instruction(c, o)
    raised(c, o, sw)
    if pop:
        pop_st(c)
    return done(c, o)


# What is stored for no value: the default NaN, or the integer furthest below zero.
NAN4 = cython.declare(u64, cython.cast(u64, 0xFFC) << 20)
NAN8 = cython.declare(u64, cython.cast(u64, 0xFFF8) << 48)
INT2 = cython.declare(u64, 0x8000)
INT4 = cython.declare(u64, cython.cast(u64, 1) << 31)
INT8 = cython.declare(u64, cython.cast(u64, 1) << 63)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def store_float(c: CpuP, o: OpP, pop: cython.bint) -> OpP:
    if o.form == RR:
        return store_register(c, o, pop)
    if o.size == 4:
        return store_as(c, o, X87_STORE4, 4, NAN4, pop)
    return store_as(c, o, X87_STORE8, 8, NAN8, pop)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def store_integer(c: CpuP, o: OpP, pop: cython.bint) -> OpP:
    if o.size == 2:
        return store_as(c, o, X87_STOREI2, 2, INT2, pop)
    if o.size == 4:
        return store_as(c, o, X87_STOREI4, 4, INT4, pop)
    return store_as(c, o, X87_STOREI8, 8, INT8, pop)


def fst(c, o):
    return store_float(c, o, False)


def fstp(c, o):
    if o.form != RR and o.size == 10:
        return store_whole(c, o)
    return store_float(c, o, True)


def fist(c, o):
    return store_integer(c, o, False)


def fistp(c, o):
    return store_integer(c, o, True)


def fisttp(c, o):
    """Rounded toward zero, whatever the control word says."""
    if o.size == 2:
        return store_as(c, o, X87_TRUNC2, 2, INT2, True)
    if o.size == 4:
        return store_as(c, o, X87_TRUNC4, 4, INT4, True)
    return store_as(c, o, X87_TRUNC8, 8, INT8, True)


def fbstp(c, o):
    return store_as(c, o, X87_STOREB, 10, 0, True)


# -- exchange and conditional moves ----------------------------------------------------------------


def fxch(c, o):
    a = cython.declare(u8[10])
    b = cython.declare(u8[10])
    if c.fsw & FPU_ES:
        return fault(c, o, MF, 0)
    mark_instruction(c, o)
    memcpy(a, st(c, 0), 10)
    memcpy(b, st(c, o.src), 10)
    if unlikely_(is_empty(c, 0) or is_empty(c, o.src)):
        if is_empty(c, 0):
            set_indefinite(a)
        if is_empty(c, o.src):
            set_indefinite(b)
        if stack_fault(c, o, 0):
            return done(c, o)
    c.fsw &= ~FPU_C1
    set_st(c, 0, b)
    set_st(c, o.src, a)
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def move_if(c: CpuP, o: OpP, condition: cython.bint) -> OpP:
    cell = cython.declare(u8[10])
    if c.fsw & FPU_ES:
        return fault(c, o, MF, 0)
    mark_instruction(c, o)
    if unlikely_(is_empty(c, 0) or is_empty(c, o.src)):
        if not stack_fault(c, o, 0):
            set_indefinite(cell)
            set_st(c, 0, cell)
        return done(c, o)
    if condition:
        memcpy(cell, st(c, o.src), 10)
        set_st(c, 0, cell)
    return done(c, o)


# fmt: off
def fcmovb(c, o): return move_if(c, o, flag_c(c))
def fcmovnb(c, o): return move_if(c, o, not flag_c(c))
def fcmove(c, o): return move_if(c, o, flag_z(c))
def fcmovne(c, o): return move_if(c, o, not flag_z(c))
def fcmovbe(c, o): return move_if(c, o, flag_c(c) or flag_z(c))
def fcmovnbe(c, o): return move_if(c, o, not (flag_c(c) or flag_z(c)))
def fcmovu(c, o): return move_if(c, o, flag_p(c))
def fcmovnu(c, o): return move_if(c, o, not flag_p(c))
# fmt: on


bind("FLD", fld)
bind("FILD", fild)
bind("FBLD", fbld)
bind("FLD1", fld1)
bind("FLDL2T", fldl2t)
bind("FLDL2E", fldl2e)
bind("FLDPI", fldpi)
bind("FLDLG2", fldlg2)
bind("FLDLN2", fldln2)
bind("FLDZ", fldz)
bind("FST", fst)
bind("FSTP", fstp)
bind("FIST", fist)
bind("FISTP", fistp)
bind("FISTTP", fisttp)
bind("FSTPNCE", fstpnce)
bind("FBSTP", fbstp)
bind("FXCH", fxch)
bind("FCMOVB", fcmovb)
bind("FCMOVNB", fcmovnb)
bind("FCMOVE", fcmove)
bind("FCMOVNE", fcmovne)
bind("FCMOVBE", fcmovbe)
bind("FCMOVNBE", fcmovnbe)
bind("FCMOVU", fcmovu)
bind("FCMOVNU", fcmovnu)
