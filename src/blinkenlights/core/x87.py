"""Chooses between the host's x87 unit and `x87_software`."""

from collections.abc import Callable

import cython
from cython.cimports.blinkenlights.core.state import u8p, u16, u32
from cython.cimports.libc.string import memcpy

software = cython.declare(cython.bint, not X87_NATIVE)
TOP_SHIFT = cython.declare(cython.int, 11)


def use_software(on: bool) -> bool:
    """Compute in software, or by the host's unit if it has one; returns what was done before."""
    global software
    old: bool = software
    software = on or not X87_NATIVE
    return old


# For each operation what computes it, the bytes of its operands, and whether it stores.
operations: dict[int, tuple[Callable[[int, bytes, bytes], tuple], int, int, bool]] = {}


def fill_operations() -> None:
    from blinkenlights.core import x87_functions as f
    from blinkenlights.core import x87_software as s

    arithmetic = ((s.plus, False, X87_ADD, X87_ADD4, X87_ADD8),
                  (s.times, False, X87_MUL, X87_MUL4, X87_MUL8),
                  (s.minus, False, X87_SUB, X87_SUB4, X87_SUB8),
                  (s.minus, True, X87_SUBR, X87_SUBR4, X87_SUBR8),
                  (s.divided, False, X87_DIV, X87_DIV4, X87_DIV8),
                  (s.divided, True, X87_DIVR, X87_DIVR4, X87_DIVR8))
    for function, reverse, which, with4, with8 in arithmetic:
        operations[which] = s.of_registers(function, reverse), 10, 10, False
        operations[with4] = s.with_memory(function, reverse), 10, 4, False
        operations[with8] = s.with_memory(function, reverse), 10, 8, False
    of_registers = {
        X87_COM: s.comparison(False), X87_UCOM: s.comparison(True), X87_TST: s.test_zero, X87_XAM: s.examine,
        X87_SQRT: s.square_root, X87_RNDINT: s.to_integer, X87_SCALE: s.scale, X87_PREM: s.remainder(False),
        X87_PREM1: s.remainder(True), X87_F2XM1: f.exponential, X87_SIN: f.trigonometric(f.SINE),
        X87_COS: f.trigonometric(f.COSINE), X87_SINCOS: f.trigonometric(f.SINE, f.COSINE),
        X87_PTAN: f.trigonometric(f.TANGENT, f.constant_1), X87_PATAN: f.popping(f.arc_tangent),
        X87_YL2X: f.popping(f.y_log2_x), X87_YL2XP1: f.popping(f.y_log2_x_above_1), X87_XTRACT: s.extract}
    for which, operation in of_registers.items():
        operations[which] = operation, 10, 10, False
    operations[X87_COM4] = s.compare_memory, 10, 4, False
    operations[X87_COM8] = s.compare_memory, 10, 8, False
    operations[X87_LOAD4] = s.load_float, 4, 0, False
    operations[X87_LOAD8] = s.load_float, 8, 0, False
    operations[X87_LOADI] = s.load_integer, 8, 0, False
    operations[X87_LOADB] = s.load_decimal, 10, 0, False
    for which, value in ((X87_ONE, s.ONE), (X87_L2T, s.LOG2_10), (X87_L2E, s.LOG2_E), (X87_PI, s.PI),
                         (X87_LG2, s.LOG10_2), (X87_LN2, s.LOGE_2), (X87_NOUGHT, s.NOUGHT)):
        operations[which] = s.constant(*value), 0, 0, False
    for which, size in ((X87_STOREI2, 2), (X87_STOREI4, 4), (X87_STOREI8, 8)):
        operations[which] = s.store_integer(size), 10, 0, True
    for which, size in ((X87_TRUNC2, 2), (X87_TRUNC4, 4), (X87_TRUNC8, 8)):
        operations[which] = s.store_integer(size, True), 10, 0, True
    operations[X87_STORE4] = s.store_float(4), 10, 0, True
    operations[X87_STORE8] = s.store_float(8), 10, 0, True
    operations[X87_STOREB] = s.store_decimal, 10, 0, True


def soft(which, image, result, cw, a, b):
    status: u16
    mxcsr: u32 = get_host_mxcsr()  # the guest's, which Python may not see nor change
    set_host_mxcsr(MXCSR_MASKS)
    with cython.gil:
        status = computed(which, image, cython.cast(u8p, result), cw,
                          cython.cast(u8p, a), cython.cast(u8p, b))
    set_host_mxcsr(mxcsr)
    return status


@cython.cfunc
@cython.exceptval(check=False)
def computed(which: cython.int, image: cython.pointer[X87Image], result: u8p, cw: u16, a: u8p, b: u8p) -> u16:
    data: cython.p_const_char
    if not operations:
        fill_operations()
    operation, size_a, size_b, stores = operations[which]
    status, cells, moved = operation(cw, copied(a, size_a), copied(b, size_b))
    if image == cython.NULL or stores:
        for cell in cells:
            data = cell
            memcpy(result, data, len(cell))
            break
    if image != cython.NULL:
        image.sw = status | (6 + moved & 7) << TOP_SHIFT
        if stores or not cells:
            memcpy(image.st[0], a, 10)
        else:
            for i, cell in enumerate(cells):
                data = cell
                memcpy(image.st[i], data, 10)
    return status


@cython.cfunc
def copied(p: u8p, size: cython.int) -> bytes:
    return b"" if size == 0 else cython.cast(cython.p_char, p)[:size]
