"""PUSH, POP, PUSHF, POPF, PUSHA, POPA, ENTER and LEAVE."""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, OpP, u64

USER_FLAGS = 0x244DD5


def stack_pointer(c, o):
    """Its offset in SS: legacy code uses SP or ESP, as SS's descriptor says."""
    return c.reg[4] & c.stack_mask if o.flags & LEGACY else c.reg[4]


def set_stack_pointer(c, o, value):
    if not o.flags & LEGACY:
        c.reg[4] = value
    else:
        put(c, 32, 2 if c.stack_mask == 0xFFFF else 4, value)


def stack_place(c, sp, size, write):
    return checked(c, SS, sp & c.stack_mask, size, write)


def push_legacy(c, o, size, value):
    sp: u64 = c.reg[4] - size
    store(c, stack_place(c, sp, size, True), size, value)
    set_stack_pointer(c, o, sp)


def pop_legacy(c, o, size):
    value: u64 = load(c, stack_place(c, c.reg[4], size, False), size)
    set_stack_pointer(c, o, c.reg[4] + size)
    return value


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def push_value(c: CpuP, o: OpP, size: cython.int, value: u64) -> cython.void:
    if o.flags & LEGACY:
        push_legacy(c, o, size, value)
    else:
        store(c, c.reg[4] - size, size, value)
        c.reg[4] -= size


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def pop_value(c: CpuP, o: OpP, size: cython.int) -> u64:
    value: u64
    if o.flags & LEGACY:
        return pop_legacy(c, o, size)
    value = load(c, c.reg[4], size)
    c.reg[4] += size
    return value


def push(c, o):
    """Of a register, an immediate, memory or a segment register."""
    if o.form == MR:
        push_value(c, o, o.size, load(c, ea(c, o), o.size))
    elif o.extra:
        push_value(c, o, o.size, c.sel[o.dst])
    else:
        push_value(c, o, o.size, get(c, o.dst, o.size) + o.imm)
    return done(c, o)


def push8_rr(c, o):
    value: u64 = get(c, o.dst, 8) + o.imm
    flat_store(c, c.reg[4] - 8, 8, value)
    c.reg[4] -= 8
    return done(c, o)


def pop(c, o):
    """RSP is already raised when a memory destination's address is formed, and put back on a fault."""
    sp: u64 = c.reg[4]
    value: u64
    address: u64
    error: cython.int
    if o.extra:
        value = pop_value(c, o, o.size)
        error = load_segment(c, o.dst, cython.cast(u16, value))
        if error != FINE:
            c.reg[4] = sp
            return fault(c, o, error >> 16, error & 0xFFFF)
        return done(c, o)
    if o.form != MR:
        value = pop_value(c, o, o.size)
        put(c, o.dst, o.size, value)
        return done(c, o)
    o.flags |= ELSEWHERE  # until the value is there, the stack is what may fault
    c.operand = sp
    value = pop_value(c, o, o.size)
    address = offset_of(c, o)
    c.reg[4] = sp
    c.operand = address = ea_of(c, o, o.seg, address, o.size, True)
    store(c, address, o.size, value)
    set_stack_pointer(c, o, stack_pointer(c, o) + o.size)
    return done(c, o)


def pop8_rr(c, o):
    value: u64 = flat_load(c, c.reg[4], 8)
    c.reg[4] += 8
    put(c, o.dst, 8, value)
    return done(c, o)


def pushf(c, o):
    """RF and VM are pushed as 0."""
    push_value(c, o, o.size, get_rflags(c) & ~cython.cast(u64, 0x30000))
    return done(c, o)


def popf(c, o):
    """At ring 3: IF, IOPL, VM and the virtual-interrupt flags keep their values."""
    value: u64 = pop_value(c, o, o.size)
    mask: u64 = USER_FLAGS & 0xFFFF if o.size == 2 else USER_FLAGS
    flags: u64 = (get_rflags(c) & ~mask) | (value & mask)
    set_status(c, flags)
    c.eflags = (flags & ~cython.cast(u64, STATUS)) | 2
    if flags & TF:  # from here on, whoever runs the processor steps it
        c.icount += o.count
        return leave(c, o.rip + o.length, EXIT_ATTENTION)
    return done(c, o)


def pusha(c, o):
    sp: u64 = c.reg[4]
    i: cython.int
    for i in range(1, 9):  # so that a fault leaves nothing done
        stack_place(c, sp - i * o.size, o.size, True)
    load(c, stack_place(c, sp - 8 * o.size, o.size, True), o.size)
    for i in range(8):
        push_legacy(c, o, o.size, sp if i == 4 else c.reg[i])
    return done(c, o)


def popa(c, o):
    i: cython.int
    value: u64
    sp: u64 = c.reg[4]
    for i in range(8):
        stack_place(c, sp + i * o.size, o.size, False)
    load(c, stack_place(c, sp + 7 * o.size, o.size, False), o.size)
    for i in range(8):
        value = pop_legacy(c, o, o.size)
        if i != 3:
            put(c, (7 - i) * 8, o.size, value)
    return done(c, o)


def enter(c, o):
    """A stack frame of `imm` bytes, nested `extra` levels deep."""
    level: cython.int = o.extra & 31
    size: cython.int = o.size
    bp: u64 = c.reg[5]
    sp: u64 = c.reg[4] - size
    frame: u64 = (c.reg[4] & ~c.stack_mask) | (sp & c.stack_mask)
    _: cython.int
    if not o.flags & LEGACY:
        return enter_flat(c, o)
    store(c, stack_place(c, sp, size, True), size, bp)
    if level:
        for _ in range(1, level):
            bp -= size
            sp -= size
            store(c, stack_place(c, sp, size, True), size, load(c, stack_place(c, bp, size, False), size))
        sp -= size
        store(c, stack_place(c, sp, size, True), size, frame)
    # whether the new top of the stack can be written; nothing is
    top: u64 = stack_place(c, sp - o.imm, size, True)
    store(c, top, size, load(c, top, size))
    put(c, 40, size, frame)
    set_stack_pointer(c, o, sp - o.imm)
    return done(c, o)


def enter_flat(c, o):
    """Of 64-bit code: RSP and RBP change once nothing can fault any more."""
    level: cython.int = o.extra & 31
    size: cython.int = o.size
    bp: u64 = c.reg[5]
    sp: u64 = c.reg[4] - size
    frame: u64 = sp
    r: OpP
    _: cython.int
    store(c, sp, size, bp)
    if level > 1 and bp - size >= cython.cast(SpaceP, c.space).size:  # the host could not tell where
        r = fault(c, o, 12 if not_canonical(bp - size) else 14, 0)
        if c.vector == 14:
            c.fault_address = bp - size
            c.error_code = 4  # a read by user code of a page that is not there
        return r
    if level:
        for _ in range(1, level):
            bp -= size
            sp -= size
            store(c, sp, size, load(c, bp, size))
        sp -= size
        store(c, sp, size, frame)
    store(c, sp - o.imm, 1, load(c, sp - o.imm, 1))
    put(c, 40, size, frame)
    c.reg[4] = sp - o.imm
    return done(c, o)


def leave_(c, o):
    value: u64
    bp: u64 = c.reg[5]
    if o.flags & LEGACY:
        value = load(c, stack_place(c, bp, o.size, False), o.size)
        set_stack_pointer(c, o, bp + o.size)
    else:
        value = load(c, bp, o.size)
        c.reg[4] = bp + o.size
    put(c, 40, o.size, value)
    return done(c, o)


bind("PUSH", push)
bind_flat("PUSH", push8_rr, 8, RR)
bind("POP", pop)
bind_flat("POP", pop8_rr, 8, RR)
bind("PUSHF", pushf)
bind("POPF", popf)
bind("PUSHA", pusha)
bind("POPA", popa)
bind("ENTER", enter)
bind("LEAVE", leave_)
