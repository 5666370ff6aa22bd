"""Far transfers: JMP, CALL, RET and IRET that load CS.

User code has two code segments to go to, Linux's flat ones: 0x33 for 64-bit code and 0x23 for 32-bit
(compatibility mode). In 16-bit code a selector is its base, shifted by 4, and the mode stays.
"""

import cython
from cython.cimports.blinkenlights.core.state import CS, JUMP_SIZE, LEGACY, RR, SS, CpuP, OpP, u16, u64

CODE64 = cython.declare(cython.int, 0x30)  # without the privilege level
CODE32 = cython.declare(cython.int, 0x20)
STACK = cython.declare(cython.int, 0x2B)

TRAP = cython.declare(u64, 0x100)  # TF
GP = cython.declare(cython.int, 13)
FINE = cython.declare(cython.int, -1)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def refused(c: CpuP, selector: u16, offset: u64, returning: cython.bint) -> cython.int:
    """The error code of the #GP that this target raises, or FINE. Returns can't lower the level."""
    visible: cython.int = selector & 0xFFFC
    if c.mode == 16:
        return FINE
    if visible == 0:
        return 0
    if (visible != CODE64 and visible != CODE32) or (returning and selector & 3 != 3):
        return visible
    if visible == CODE64:
        return 0 if (offset + (cython.cast(u64, 1) << 47)) >> 48 else FINE
    return 0 if offset >> 32 else FINE


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def arrive(c: CpuP, o: OpP, selector: u16, offset: u64) -> OpP:
    """Go on at a target that is not refused."""
    mode: cython.int = c.mode
    i: cython.int
    c.icount += o.count
    if mode == 16:
        c.sel[CS] = selector
        c.seg_base[CS] = cython.cast(u64, selector) << 4
    else:
        c.sel[CS] = selector | 3
        mode = 64 if selector & 0xFFFC == CODE64 else 32
    if mode != c.mode or mode == 16:
        c.mode = mode
        for i in range(JUMP_SIZE):  # they are of one code segment
            c.jumps[i].rip = ~cython.cast(u64, 0)
    if c.icount >= c.stop_at:
        return leave(c, offset, EXIT_ATTENTION)
    c.rip = offset
    return follow(c, offset)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def pointer(c: CpuP, o: OpP, selector: cython.pointer[u16]) -> u64:
    """The target that the operand gives."""
    address: u64
    offset: u64
    size: cython.int
    if o.form == RR:
        selector[0] = cython.cast(u16, o.disp)
        return o.imm
    address = ea(c, o)
    size = o.size - 2
    offset = load(c, address, size)
    selector[0] = cython.cast(u16, load(c, linear(o, address + size), 2))
    return offset


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def cell(c: CpuP, o: OpP, number: cython.int) -> u64:
    """A value on the stack, `number` cells up."""
    sp: u64 = stack_pointer(c, o) + number * o.size
    if o.flags & LEGACY:
        return load(c, linear(o, c.seg_base[SS] + (sp & c.stack_mask)), o.size)
    return load(c, sp, o.size)


def jmpf(c, o):
    selector: u16 = 0
    offset: u64 = pointer(c, o, cython.address(selector))
    error: cython.int = refused(c, selector, offset, False)
    if error != FINE:
        return fault(c, o, GP, error)
    return arrive(c, o, selector, offset)


def callf(c, o):
    selector: u16 = 0
    size: cython.int = o.size if o.form == RR else o.size - 2
    offset: u64 = pointer(c, o, cython.address(selector))
    sp: u64 = c.reg[4]
    error: cython.int = refused(c, selector, offset, False)
    if error != FINE:
        return fault(c, o, GP, error)
    if o.flags & LEGACY:
        sp = stack_pointer(c, o) - 2 * size
        sp = c.seg_base[SS] + (sp & c.stack_mask)
        store(c, linear(o, sp), size, 0)  # so that a fault leaves nothing pushed
        push_legacy(c, o, size, c.sel[CS])
        push_legacy(c, o, size, o.rip + o.length)
    else:
        store(c, sp - 2 * size, size, o.rip + o.length)
        store(c, sp - size, size, c.sel[CS])
        c.reg[4] = sp - 2 * size
    return arrive(c, o, selector, offset)


def retf(c, o):
    offset: u64 = cell(c, o, 0)
    selector: u16 = cython.cast(u16, cell(c, o, 1))
    error: cython.int = refused(c, selector, offset, True)
    if error != FINE:
        return fault(c, o, GP, error)
    set_stack_pointer(c, o, stack_pointer(c, o) + 2 * o.size + o.imm)
    return arrive(c, o, selector, offset)


def iret(c, o):
    """In 64-bit code SS:RSP is popped too, whatever the privilege level."""
    offset: u64 = cell(c, o, 0)
    selector: u16 = cython.cast(u16, cell(c, o, 1))
    flags: u64 = cell(c, o, 2)
    mask: u64 = USER_FLAGS & 0xFFFF if o.size == 2 else USER_FLAGS
    sp: u64 = stack_pointer(c, o) + 3 * o.size
    stack: u16
    error: cython.int = refused(c, selector, offset, True)
    if not o.flags & LEGACY:
        sp = cell(c, o, 3)
        stack = cython.cast(u16, cell(c, o, 4))
        if error == FINE and stack != STACK:
            error = stack & 0xFFFC
    if error != FINE:
        return fault(c, o, GP, error)
    set_stack_pointer(c, o, sp)
    flags = get_rflags(c) & ~mask | flags & mask
    set_status(c, flags)
    c.eflags = flags & ~cython.cast(u64, 0x8D5) | 2
    if flags & TRAP:  # from here on, whoever runs the processor steps it
        c.stop_at = 0
    return arrive(c, o, selector, offset)


for name in ("JMPF", "CALLF", "RETF", "IRET"):
    ends_block(name)
bind("JMPF", jmpf)
bind("CALLF", callf)
bind("RETF", retf)
bind("IRET", iret)
