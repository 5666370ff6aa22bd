"""x87 arithmetic, comparison and transcendental instructions."""

import cython
from cython.cimports.blinkenlights.core.access import (
    CF,
    PF,
    ZF,
    done,
    ea,
    fault,
    fetch,
    load,
    set_status,
    unlikely_,
)
from cython.cimports.blinkenlights.core.dispatch import bind
from cython.cimports.blinkenlights.core.fpu import (
    FPU_C0,
    FPU_C023,
    FPU_C1,
    FPU_C2,
    FPU_C3,
    FPU_CONTROL,
    FPU_DE,
    FPU_ES,
    FPU_EXCEPTIONS,
    FPU_IE,
    FPU_PRECISION_ROUNDING,
    FPU_ZE,
    exponent,
    is_empty,
    mark_instruction,
    pop_st,
    push_st,
    raised,
    set_cell,
    set_indefinite,
    set_st,
    significand,
    st,
    stack_fault,
)
from cython.cimports.blinkenlights.core.hostx87 import (
    X87_ADD,
    X87_ADD4,
    X87_ADD8,
    X87_COM,
    X87_COM4,
    X87_COM8,
    X87_COS,
    X87_DIV,
    X87_DIV4,
    X87_DIV8,
    X87_DIVR,
    X87_DIVR4,
    X87_DIVR8,
    X87_F2XM1,
    X87_LOADI,
    X87_MUL,
    X87_MUL4,
    X87_MUL8,
    X87_PATAN,
    X87_PREM,
    X87_PREM1,
    X87_PTAN,
    X87_RNDINT,
    X87_SCALE,
    X87_SIN,
    X87_SINCOS,
    X87_SQRT,
    X87_SUB,
    X87_SUB4,
    X87_SUB8,
    X87_SUBR,
    X87_SUBR4,
    X87_SUBR8,
    X87_TST,
    X87_UCOM,
    X87_XAM,
    X87_XTRACT,
    X87_YL2X,
    X87_YL2XP1,
    X87Image,
)
from cython.cimports.blinkenlights.core.state import RR, CpuP, OpP, i16, i32, i64, u8, u8p, u16
from cython.cimports.blinkenlights.core.x87 import clear_flags, full, quick, set_control
from cython.cimports.libc.string import memcpy

MF = cython.declare(cython.int, 16)


# -- computing on the host -------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def compute(c: CpuP, which: cython.int, result: u8p, a: u8p, b: u8p) -> u16:
    """Run one operation under the guest's control word; returns the status word it leaves."""
    image = cython.declare(X87Image)
    sw: u16
    rounding: u16 = c.fcw & FPU_PRECISION_ROUNDING
    if unlikely_(c.fcw & FPU_EXCEPTIONS != FPU_EXCEPTIONS):
        full(which, cython.address(image), c.fcw, a, b)
        memcpy(result, image.st[0], 10)
        return image.sw
    if unlikely_(rounding != FPU_CONTROL & FPU_PRECISION_ROUNDING):
        set_control(c.fcw)
    sw = quick(which, result, a, b, c.fcw)
    if unlikely_(sw & FPU_EXCEPTIONS & ~c.fsw):
        # a flag that may be new to the guest, or left over from before
        clear_flags()
        sw = quick(which, result, a, b, c.fcw)
    if unlikely_(rounding != FPU_CONTROL & FPU_PRECISION_ROUNDING):
        set_control(FPU_CONTROL)
    return sw


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def prevented(c: CpuP, flags: u16) -> cython.bint:
    """An unmasked exception found before computing leaves the operands as they are."""
    return flags & ~c.fcw & (FPU_IE | FPU_DE | FPU_ZE) != 0


# -- FADD, FMUL, FSUB, FSUBR, FDIV, FDIVR ----------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def underflow(c: CpuP, o: OpP, i: cython.int, pop: cython.bint) -> OpP:
    """A register of an operation is empty; its result would go to ST(i)."""
    cell = cython.declare(u8[10])
    if not stack_fault(c, o, 0):
        set_indefinite(cell)
        set_st(c, i, cell)
        if pop:
            pop_st(c)
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def finish(c: CpuP, o: OpP, i: cython.int, sw: u16, result: u8p, pop: cython.bint) -> OpP:
    if raised(c, o, sw) and prevented(c, sw):
        return done(c, o)
    set_st(c, i, result)
    if pop:
        pop_st(c)
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def registers(c: CpuP, o: OpP, which: cython.int, pop: cython.bint) -> OpP:
    """ST(dst) = ST(dst) op ST(src)."""
    result = cython.declare(u8[10])
    if c.fsw & FPU_ES:
        return fault(c, o, MF, 0)
    mark_instruction(c, o)
    if unlikely_(is_empty(c, o.dst) or is_empty(c, o.src)):
        return underflow(c, o, o.dst, pop)
    sw: u16 = compute(c, which, result, st(c, o.dst), st(c, o.src))
    return finish(c, o, o.dst, sw, result, pop)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def memory(c: CpuP, o: OpP, which: cython.int, size: cython.int) -> OpP:
    """ST(0) = ST(0) op a float or double."""
    result = cython.declare(u8[10])
    operand = cython.declare(u8[8])
    if c.fsw & FPU_ES:
        return fault(c, o, MF, 0)
    fetch(c, ea(c, o), operand, size)
    mark_instruction(c, o)
    if unlikely_(is_empty(c, 0)):
        return underflow(c, o, 0, False)
    sw: u16 = compute(c, which, result, st(c, 0), operand)
    return finish(c, o, 0, sw, result, False)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def load_integer(c: CpuP, o: OpP, cell: u8p) -> cython.void:
    """A 16, 32 or 64-bit integer from memory as an 80-bit number."""
    value: i64 = cython.cast(i64, load(c, ea(c, o), o.size))
    if o.size == 2:
        value = cython.cast(i16, value)
    elif o.size == 4:
        value = cython.cast(i32, value)
    quick(X87_LOADI, cell, cython.cast(u8p, cython.address(value)), cython.NULL, c.fcw)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def integer(c: CpuP, o: OpP, which: cython.int) -> OpP:
    """ST(0) = ST(0) op an integer."""
    result = cython.declare(u8[10])
    operand = cython.declare(u8[10])
    if c.fsw & FPU_ES:
        return fault(c, o, MF, 0)
    load_integer(c, o, operand)
    mark_instruction(c, o)
    if unlikely_(is_empty(c, 0)):
        return underflow(c, o, 0, False)
    sw: u16 = compute(c, which, result, st(c, 0), operand)
    return finish(c, o, 0, sw, result, False)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def binary(c: CpuP, o: OpP, which: cython.int, which4: cython.int, which8: cython.int) -> OpP:
    """With two registers, or with a float or double in memory."""
    if o.form == RR:
        return registers(c, o, which, False)
    return memory(c, o, which4, 4) if o.size == 4 else memory(c, o, which8, 8)


# fmt: off
def fadd(c, o): return binary(c, o, X87_ADD, X87_ADD4, X87_ADD8)
def fiadd(c, o): return integer(c, o, X87_ADD)
def faddp(c, o): return registers(c, o, X87_ADD, True)
def fmul(c, o): return binary(c, o, X87_MUL, X87_MUL4, X87_MUL8)
def fimul(c, o): return integer(c, o, X87_MUL)
def fmulp(c, o): return registers(c, o, X87_MUL, True)
def fsub(c, o): return binary(c, o, X87_SUB, X87_SUB4, X87_SUB8)
def fisub(c, o): return integer(c, o, X87_SUB)
def fsubp(c, o): return registers(c, o, X87_SUB, True)
def fsubr(c, o): return binary(c, o, X87_SUBR, X87_SUBR4, X87_SUBR8)
def fisubr(c, o): return integer(c, o, X87_SUBR)
def fsubrp(c, o): return registers(c, o, X87_SUBR, True)
def fdiv(c, o): return binary(c, o, X87_DIV, X87_DIV4, X87_DIV8)
def fidiv(c, o): return integer(c, o, X87_DIV)
def fdivp(c, o): return registers(c, o, X87_DIV, True)
def fdivr(c, o): return binary(c, o, X87_DIVR, X87_DIVR4, X87_DIVR8)
def fidivr(c, o): return integer(c, o, X87_DIVR)
def fdivrp(c, o): return registers(c, o, X87_DIVR, True)
# fmt: on


# -- comparison ------------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def set_condition(c: CpuP, bits: u16) -> cython.void:
    c.fsw = (c.fsw & ~FPU_C023) | (bits & FPU_C023)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def pop_times(c: CpuP, pops: cython.int) -> cython.void:
    if pops > 0:
        pop_st(c)
    if pops > 1:
        pop_st(c)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def compare(c: CpuP, o: OpP, which: cython.int, b: u8p, empty: cython.bint, pops: cython.int) -> OpP:
    """Compare ST(0); the result goes to C3, C2 and C0."""
    unused = cython.declare(u8[10])
    sw: u16
    if unlikely_(empty):
        set_condition(c, FPU_C023)
        if not stack_fault(c, o, 0):
            pop_times(c, pops)
        return done(c, o)
    sw = compute(c, which, unused, st(c, 0), b)
    set_condition(c, sw)
    if raised(c, o, sw & ~FPU_C1) and prevented(c, sw):
        return done(c, o)
    pop_times(c, pops)
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def compare_registers(c: CpuP, o: OpP, which: cython.int, i: cython.int, pops: cython.int) -> OpP:
    if c.fsw & FPU_ES:
        return fault(c, o, MF, 0)
    mark_instruction(c, o)
    return compare(c, o, which, st(c, i), is_empty(c, 0) or is_empty(c, i), pops)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def compare_memory(c: CpuP, o: OpP, which: cython.int, size: cython.int, pops: cython.int) -> OpP:
    operand = cython.declare(u8[8])
    if c.fsw & FPU_ES:
        return fault(c, o, MF, 0)
    fetch(c, ea(c, o), operand, size)
    mark_instruction(c, o)
    return compare(c, o, which, operand, is_empty(c, 0), pops)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def compare_integer(c: CpuP, o: OpP, pops: cython.int) -> OpP:
    operand = cython.declare(u8[10])
    if c.fsw & FPU_ES:
        return fault(c, o, MF, 0)
    load_integer(c, o, operand)
    mark_instruction(c, o)
    return compare(c, o, X87_COM, operand, is_empty(c, 0), pops)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def compare_to_flags(c: CpuP, o: OpP, which: cython.int, pops: cython.int) -> OpP:
    """Compare ST(0) with ST(src); the result goes to ZF, PF and CF."""
    unused = cython.declare(u8[10])
    sw: u16
    if c.fsw & FPU_ES:
        return fault(c, o, MF, 0)
    mark_instruction(c, o)
    if unlikely_(is_empty(c, 0) or is_empty(c, o.src)):
        set_status(c, ZF | PF | CF)
        if not stack_fault(c, o, 0):
            pop_times(c, pops)
        return done(c, o)
    sw = compute(c, which, unused, st(c, 0), st(c, o.src))
    set_status(c, (ZF if sw & FPU_C3 else 0) | (PF if sw & FPU_C2 else 0) | (CF if sw & FPU_C0 else 0))
    if raised(c, o, (sw & ~FPU_C1) | (c.fsw & FPU_C1)) and prevented(c, sw):
        return done(c, o)
    pop_times(c, pops)
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def compare_any(c: CpuP, o: OpP, pops: cython.int) -> OpP:
    if o.form == RR:
        return compare_registers(c, o, X87_COM, o.src, pops)
    if o.size == 4:
        return compare_memory(c, o, X87_COM4, 4, pops)
    return compare_memory(c, o, X87_COM8, 8, pops)


# fmt: off
def fcom(c, o): return compare_any(c, o, 0)
def ficom(c, o): return compare_integer(c, o, 0)
def fcomp(c, o): return compare_any(c, o, 1)
def ficomp(c, o): return compare_integer(c, o, 1)
def fcompp(c, o): return compare_registers(c, o, X87_COM, 1, 2)
def fucom(c, o): return compare_registers(c, o, X87_UCOM, o.src, 0)
def fucomp(c, o): return compare_registers(c, o, X87_UCOM, o.src, 1)
def fucompp(c, o): return compare_registers(c, o, X87_UCOM, 1, 2)
def fcomi(c, o): return compare_to_flags(c, o, X87_COM, 0)
def fcomip(c, o): return compare_to_flags(c, o, X87_COM, 1)
def fucomi(c, o): return compare_to_flags(c, o, X87_UCOM, 0)
def fucomip(c, o): return compare_to_flags(c, o, X87_UCOM, 1)
def ftst(c, o): return compare_registers(c, o, X87_TST, 0, 0)
# fmt: on


def fxam(c, o):
    unused = cython.declare(u8[10])
    bits: u16
    if c.fsw & FPU_ES:
        return fault(c, o, MF, 0)
    mark_instruction(c, o)
    bits = FPU_C3 | FPU_C0
    if not is_empty(c, 0):
        bits = quick(X87_XAM, unused, st(c, 0), st(c, 0), c.fcw)
    set_condition(c, bits)
    c.fsw = (c.fsw & ~FPU_C1) | (FPU_C1 if exponent(st(c, 0)) & 0x8000 else 0)
    return done(c, o)


# -- operations on ST(0) ---------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def unary(c: CpuP, o: OpP, which: cython.int) -> OpP:
    result = cython.declare(u8[10])
    if c.fsw & FPU_ES:
        return fault(c, o, MF, 0)
    mark_instruction(c, o)
    if unlikely_(is_empty(c, 0)):
        return underflow(c, o, 0, False)
    sw: u16 = compute(c, which, result, st(c, 0), st(c, 0))
    return finish(c, o, 0, sw, result, False)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def change_sign(c: CpuP, o: OpP, keep: u16, flip: u16) -> OpP:
    """FABS and FCHS: no value is invalid for them."""
    cell: u8p = st(c, 0)
    if c.fsw & FPU_ES:
        return fault(c, o, MF, 0)
    mark_instruction(c, o)
    if unlikely_(is_empty(c, 0)):
        return underflow(c, o, 0, False)
    set_cell(cell, significand(cell), (exponent(cell) & keep) ^ flip)
    c.fsw &= ~FPU_C1
    return done(c, o)


# fmt: off
def fsqrt(c, o): return unary(c, o, X87_SQRT)
def frndint(c, o): return unary(c, o, X87_RNDINT)
def fabs_(c, o): return change_sign(c, o, 0x7FFF, 0)
def fchs(c, o): return change_sign(c, o, 0xFFFF, 0x8000)
# fmt: on


def fscale(c, o):
    """ST(0) times two to the power of ST(1)."""
    result = cython.declare(u8[10])
    if c.fsw & FPU_ES:
        return fault(c, o, MF, 0)
    mark_instruction(c, o)
    if unlikely_(is_empty(c, 0) or is_empty(c, 1)):
        return underflow(c, o, 0, False)
    sw: u16 = compute(c, X87_SCALE, result, st(c, 0), st(c, 1))
    return finish(c, o, 0, sw, result, False)


# -- transcendental functions, remainders, FXTRACT -------------------------------------------------


# What an operation does to the stack.
NO_MOVE = cython.declare(cython.int, 0)
PUSHES = cython.declare(cython.int, 1)
POPS = cython.declare(cython.int, 2)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def no_quotient(c: CpuP, sw: u16, result: u8p) -> cython.bint:
    """FPREM came to no remainder: the quotient's bits stay as they were."""
    return sw & FPU_IE or prevented(c, sw) or exponent(result) & 0x7FFF == 0x7FFF


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def function(c: CpuP, o: OpP, which: cython.int, operands: cython.int, move: cython.int, codes: u16) -> OpP:
    """An operation on ST(0) or on ST(0) and ST(1) that sets the condition bits in `codes`.

    The host's stack pointer, 6 before, tells whether a result was pushed or an operand popped.
    """
    image = cython.declare(X87Image)
    cell = cython.declare(u8[10])
    top: cython.int
    absent: cython.bint
    if c.fsw & FPU_ES:
        return fault(c, o, MF, 0)
    mark_instruction(c, o)
    absent = is_empty(c, 0) or (operands == 2 and is_empty(c, 1))
    if unlikely_(absent or (move == PUSHES and not is_empty(c, 7))):
        return function_fault(c, o, operands, move, codes)
    full(which, cython.address(image), c.fcw, st(c, 0), st(c, operands - 1))
    raised(c, o, image.sw)
    if codes & FPU_C0 and no_quotient(c, image.sw, image.st[0]):
        codes = FPU_C2
    c.fsw = (c.fsw & ~codes) | (image.sw & codes)
    top = image.sw >> 11 & 7
    if top == 7:
        pop_st(c)
    memcpy(cell, image.st[1 if top == 5 else 0], 10)
    set_st(c, 0, cell)
    if top == 5:
        push_st(c, image.st[0])
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def function_fault(c: CpuP, o: OpP, operands: cython.int, move: cython.int, codes: u16) -> OpP:
    """Stack underflow or overflow."""
    cell = cython.declare(u8[10])
    overflow: cython.bint = not is_empty(c, 0) and (operands == 1 or not is_empty(c, 1))
    c.fsw &= ~(codes & FPU_C2)
    if stack_fault(c, o, FPU_C1 if overflow else 0):
        return done(c, o)
    set_indefinite(cell)
    if move == POPS:
        pop_st(c)
    set_st(c, 0, cell)
    if move == PUSHES:
        push_st(c, cell)
    return done(c, o)


# fmt: off
def f2xm1(c, o): return function(c, o, X87_F2XM1, 1, NO_MOVE, 0)
def fyl2x(c, o): return function(c, o, X87_YL2X, 2, POPS, 0)
def fyl2xp1(c, o): return function(c, o, X87_YL2XP1, 2, POPS, 0)
def fpatan(c, o): return function(c, o, X87_PATAN, 2, POPS, 0)
def fsin(c, o): return function(c, o, X87_SIN, 1, NO_MOVE, FPU_C2)
def fcos(c, o): return function(c, o, X87_COS, 1, NO_MOVE, FPU_C2)
def fsincos(c, o): return function(c, o, X87_SINCOS, 1, PUSHES, FPU_C2)
def fptan(c, o): return function(c, o, X87_PTAN, 1, PUSHES, FPU_C2)
def fprem(c, o): return function(c, o, X87_PREM, 2, NO_MOVE, FPU_C023)
def fprem1(c, o): return function(c, o, X87_PREM1, 2, NO_MOVE, FPU_C023)
def fxtract(c, o): return function(c, o, X87_XTRACT, 1, PUSHES, 0)
# fmt: on


bind("FADD", fadd)
bind("FIADD", fiadd)
bind("FADDP", faddp)
bind("FMUL", fmul)
bind("FIMUL", fimul)
bind("FMULP", fmulp)
bind("FSUB", fsub)
bind("FISUB", fisub)
bind("FSUBP", fsubp)
bind("FSUBR", fsubr)
bind("FISUBR", fisubr)
bind("FSUBRP", fsubrp)
bind("FDIV", fdiv)
bind("FIDIV", fidiv)
bind("FDIVP", fdivp)
bind("FDIVR", fdivr)
bind("FIDIVR", fidivr)
bind("FDIVRP", fdivrp)
bind("FCOM", fcom)
bind("FICOM", ficom)
bind("FCOMP", fcomp)
bind("FICOMP", ficomp)
bind("FCOMPP", fcompp)
bind("FUCOM", fucom)
bind("FUCOMP", fucomp)
bind("FUCOMPP", fucompp)
bind("FCOMI", fcomi)
bind("FCOMIP", fcomip)
bind("FUCOMI", fucomi)
bind("FUCOMIP", fucomip)
bind("FTST", ftst)
bind("FXAM", fxam)
bind("FSQRT", fsqrt)
bind("FRNDINT", frndint)
bind("FABS", fabs_)
bind("FCHS", fchs)
bind("FSCALE", fscale)
bind("F2XM1", f2xm1)
bind("FYL2X", fyl2x)
bind("FYL2XP1", fyl2xp1)
bind("FPATAN", fpatan)
bind("FSIN", fsin)
bind("FCOS", fcos)
bind("FSINCOS", fsincos)
bind("FPTAN", fptan)
bind("FPREM", fprem)
bind("FPREM1", fprem1)
bind("FXTRACT", fxtract)
