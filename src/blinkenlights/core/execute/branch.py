"""Control flow: branches, calls, returns, loops, SYSCALL and software interrupts.

A branch ends its block. It counts the block's instructions and looks whether something wants
attention; then it goes to the block it is linked to, or finds it and links it.
"""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, OpP, u64

from blinkenlights.core.dispatch import NUMBERS


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def beyond(c: CpuP, o: OpP, target: u64) -> cython.bint:
    """Whether it is outside of the code segment, which has a limit in 16 and 32-bit code."""
    return o.flags & LEGACY and target > c.seg_limit[CS] and c.system == cython.NULL


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def jump(c: CpuP, o: OpP, at: OpP, target: u64) -> OpP:
    """Go to the fixed address `target`; the link is kept in `at`, which is `o` or its successor."""
    n: OpP
    c.icount += o.count
    if unlikely_(c.icount >= c.stop_at):
        return leave(c, target, EXIT_ATTENTION)
    n = at.link
    if unlikely_(n == cython.NULL):
        if beyond(c, o, target):
            return refuse_target(c, o, c.reg[4])
        return connect(c, at, target)
    return n


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def jump_indirect(c: CpuP, o: OpP, target: u64, sp: u64) -> OpP:
    """Go to `target`; if no code can be there, #GP with the stack pointer as it was: `sp`."""
    entry: JumpEntryP
    c.icount += o.count
    if unlikely_(c.icount >= c.stop_at):
        return refuse_target(c, o, sp) if not_canonical(target) else leave(c, target, EXIT_ATTENTION)
    entry = cython.address(c.jumps[(target ^ (target >> 10)) & (JUMP_SIZE - 1)])
    if likely_(entry.rip == target and entry.op != cython.NULL):
        return entry.op
    if unlikely_(not_canonical(target) or beyond(c, o, target)):
        return refuse_target(c, o, sp)
    return follow(c, target)


def refuse_target(c, o, sp):
    """The branch itself faults, and has changed nothing."""
    c.icount -= o.count
    c.reg[4] = sp
    return fault(c, o, 13, 0)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def condition(c: CpuP, o: OpP, code: cython.int) -> OpP:
    if test_condition(c, code):
        return jump(c, o, o, o.imm)
    return jump(c, o, o + 1, o.rip + o.length)


# fmt: off
def jo(c, o): return condition(c, o, 0)
def jno(c, o): return condition(c, o, 1)
def jb(c, o): return condition(c, o, 2)
def jnb(c, o): return condition(c, o, 3)
def jz(c, o): return condition(c, o, 4)
def jnz(c, o): return condition(c, o, 5)
def jbe(c, o): return condition(c, o, 6)
def jnbe(c, o): return condition(c, o, 7)
def js(c, o): return condition(c, o, 8)
def jns(c, o): return condition(c, o, 9)
def jp(c, o): return condition(c, o, 10)
def jnp(c, o): return condition(c, o, 11)
def jl(c, o): return condition(c, o, 12)
def jnl(c, o): return condition(c, o, 13)
def jle(c, o): return condition(c, o, 14)
def jnle(c, o): return condition(c, o, 15)
# fmt: on

BY_CONDITION = cython.declare(Handler[16])
BY_CONDITION[0] = jo
BY_CONDITION[1] = jno
BY_CONDITION[2] = jb
BY_CONDITION[3] = jnb
BY_CONDITION[4] = jz
BY_CONDITION[5] = jnz
BY_CONDITION[6] = jbe
BY_CONDITION[7] = jnbe
BY_CONDITION[8] = js
BY_CONDITION[9] = jns
BY_CONDITION[10] = jp
BY_CONDITION[11] = jnp
BY_CONDITION[12] = jl
BY_CONDITION[13] = jnl
BY_CONDITION[14] = jle
BY_CONDITION[15] = jnle


def jcc(c, o):
    """First execution: becomes the handler of its condition."""
    o.fn = BY_CONDITION[o.extra]
    return o.fn(c, o)


def jmp(c, o):
    """Near jump, direct or through a register or memory."""
    if o.form == RM or o.form == MR:
        return jump_indirect(c, o, load(c, ea(c, o), o.size), c.reg[4])
    if o.dst != ZERO * 8:
        return jump_indirect(c, o, get(c, o.dst, o.size), c.reg[4])
    o.fn = jmp_direct
    return jump(c, o, o, o.imm)


def jmp_direct(c, o):
    return jump(c, o, o, o.imm)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def push(c: CpuP, o: OpP, size: cython.int, value: u64) -> cython.void:
    sp: u64 = c.reg[4] - size
    if o.flags & LEGACY:
        push_legacy(c, o, size, value)
        return
    store(c, sp, size, value)
    c.reg[4] = sp


def call_flat(c, o):
    """Direct, from 64-bit code on linear memory."""
    flat_store(c, c.reg[4] - 8, 8, o.rip + o.length)
    c.reg[4] -= 8
    return jump(c, o, o, o.imm)


def ret_flat(c, o):
    target: u64 = flat_load(c, c.reg[4], 8)
    c.reg[4] += 8
    return jump_indirect(c, o, target, c.reg[4] - 8)


def call(c, o):
    """Near call, direct or through a register or memory."""
    target: u64
    if o.form != RR:
        target = load(c, ea(c, o), o.size)
    elif o.dst != ZERO * 8:
        target = get(c, o.dst, o.size)
    else:
        if o.size == 8 and not c.paged:
            o.fn = call_flat
        elif beyond(c, o, o.imm):
            stack_place(c, c.reg[4] - o.size, o.size, True)
            return fault(c, o, 13, 0)
        push(c, o, o.size, o.rip + o.length)
        return jump(c, o, o, o.imm)
    if unlikely_(not_canonical(target)):
        store(c, c.reg[4] - 8, 8, load(c, c.reg[4] - 8, 8))  # a fault of the stack comes first
        return fault(c, o, 13, 0)
    if beyond(c, o, target):
        stack_place(c, c.reg[4] - o.size, o.size, True)
        return fault(c, o, 13, 0)
    push(c, o, o.size, o.rip + o.length)
    return jump_indirect(c, o, target, c.reg[4])


def ret(c, o):
    """Near return; `imm` bytes of arguments go as well."""
    target: u64
    sp: u64 = c.reg[4]
    if o.imm == 0 and o.size == 8 and not c.paged:
        o.fn = ret_flat
        return ret_flat(c, o)
    if o.flags & LEGACY:
        target = pop_legacy(c, o, o.size)
        set_stack_pointer(c, o, stack_pointer(c, o) + o.imm)
    else:
        target = load(c, c.reg[4], 8)
        c.reg[4] += 8 + o.imm
    return jump_indirect(c, o, target, sp)


def jrcxz(c, o):
    """JCXZ, JECXZ, JRCXZ: the address size chooses the counter."""
    if get(c, 8, o.asize) == 0:
        return jump(c, o, o, o.imm)
    return jump(c, o, o + 1, o.rip + o.length)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def loop_if(c: CpuP, o: OpP, holds: cython.bint) -> OpP:
    count: u64 = get(c, 8, o.asize) - 1
    if beyond(c, o, o.imm) and holds:
        put(c, 8, o.asize, count)
        if get(c, 8, o.asize) == 0:
            return jump(c, o, o + 1, o.rip + o.length)
        put(c, 8, o.asize, count + 1)
        return fault(c, o, 13, 0)
    put(c, 8, o.asize, count)
    if get(c, 8, o.asize) != 0 and holds:
        return jump(c, o, o, o.imm)
    return jump(c, o, o + 1, o.rip + o.length)


# fmt: off
def loop(c, o): return loop_if(c, o, True)
def loope(c, o): return loop_if(c, o, flag_z(c))
def loopne(c, o): return loop_if(c, o, not flag_z(c))
# fmt: on


def syscall(c, o):
    """Linux: RCX gets the return address, R11 the flags."""
    c.icount += o.count
    c.reg[1] = o.rip + o.length
    c.reg[11] = get_rflags(c)
    return system_call(c, o)


def int_(c, o):
    """INT n; the personality decides what it means."""
    c.icount += o.count
    c.vector = cython.cast(u8, o.imm)
    c.error_code = 0
    return leave(c, o.rip + o.length, EXIT_INTERRUPT)


def int3(c, o):
    c.icount += o.count
    c.vector = 3
    c.error_code = 0
    return leave(c, o.rip + o.length, EXIT_INTERRUPT)


def int1(c, o):
    c.icount += o.count
    c.vector = 1
    c.error_code = 0
    return leave(c, o.rip + o.length, EXIT_INTERRUPT)


def into(c, o):
    if not flag_o(c):
        return o + 1
    c.icount += o.count
    c.vector = 4
    c.error_code = 0
    return leave(c, o.rip + o.length, EXIT_INTERRUPT)


def bound(c, o):
    """#BR when the signed index is outside the pair of limits in memory."""
    index: i64
    low: i64
    high: i64
    address: u64 = ea(c, o)
    if o.size == 2:
        index = cython.cast(i16, get(c, o.dst, 2))
        low = cython.cast(i16, load(c, address, 2))
        high = cython.cast(i16, load(c, address + 2, 2))
    else:
        index = cython.cast(i32, get(c, o.dst, 4))
        low = cython.cast(i32, load(c, address, 4))
        high = cython.cast(i32, load(c, address + 4, 4))
    if index < low or index > high:
        return fault(c, o, 5, 0)
    return o + 1


for mnemonic in ("JCC", "JMP", "CALL", "RET", "JRCXZ", "LOOP", "LOOPE", "LOOPNE", "SYSCALL", "INT", "INT3",
                 "INT1", "INTO"):
    if mnemonic in NUMBERS:
        ends_block(mnemonic)
takes_condition("JCC")
bind("JCC", jcc)
bind("JMP", jmp)
bind("CALL", call)
bind("RET", ret)
bind("JRCXZ", jrcxz)
bind("LOOP", loop)
bind("LOOPE", loope)
bind("LOOPNE", loopne)
bind("SYSCALL", syscall)
bind("INT", int_)
bind("INT3", int3)
bind("INT1", int1)
bind("INTO", into)
bind("BOUND", bound)
