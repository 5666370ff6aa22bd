"""Far transfers: JMP, CALL, RET and IRET that load CS.

Those that stay on their privilege level are here. The target's descriptor says whether its code is of 16,
32 or 64 bits; in real mode a selector is its base, shifted by 4.
"""

import cython
from cython.cimports.blinkenlights.core.state import CS, JUMP_SIZE, LEGACY, RR, SS, CpuP, OpP, u16, u32, u64

STATUS_FLAGS = cython.declare(u64, 0x8D5)
TRAP = cython.declare(u64, 0x100)  # TF
NESTED = cython.declare(u64, 0x4000)  # NT
GP = cython.declare(cython.int, 13 << 16)
NP = cython.declare(cython.int, 11 << 16)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def refused(c: CpuP, selector: u16, offset: u64, returning: cython.bint) -> cython.int:
    """The exception that this target raises, as vector << 16 | error code, or FINE."""
    visible: cython.int = selector & 0xFFFC
    rights: u32
    level: cython.int
    wanted: cython.int = selector & 3
    if c.real:
        return GP if offset > c.seg_limit[CS] else FINE
    if visible == 0:
        return GP
    descriptor: u64 = descriptor_of(c, selector)
    rights = cython.cast(u32, descriptor >> 32)
    level = rights >> 13 & 3
    if rights & (R_MEMORY | R_CODE) != R_MEMORY | R_CODE or rights & (R_LONG | R_BIG) == R_LONG | R_BIG:
        return GP | visible
    if returning:
        if wanted != cpl(c) or (level > wanted if rights & R_CONFORMING else level != wanted):
            return GP | visible
    elif level > cpl(c) if rights & R_CONFORMING else (wanted > cpl(c) or level != cpl(c)):
        return GP | visible
    if not rights & R_PRESENT:
        return NP | visible
    if rights & R_LONG:
        return GP if not_canonical(offset) else FINE
    return GP if offset > limit_of(descriptor) else FINE


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def is_long(c: CpuP, selector: u16) -> cython.bint:
    """Whether this selects 64-bit code."""
    return not c.real and (descriptor_of(c, selector) >> 53 & 1) != 0


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def arrive(c: CpuP, o: OpP, selector: u16, offset: u64) -> OpP:
    """Go on at a target that is not refused."""
    i: cython.int
    descriptor: u64
    c.icount += o.count
    if c.real:
        c.sel[CS] = selector
        c.seg_base[CS] = cython.cast(u64, selector) << 4
    else:
        descriptor = descriptor_of(c, selector)
        set_segment(c, CS, (selector & 0xFFFC) | cpl(c), descriptor)
        c.mode = 64 if descriptor >> 53 & 1 else 32 if descriptor >> 54 & 1 else 16
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
    sp: u64 = c.reg[4] + number * o.size
    return load(c, stack_place(c, sp, o.size, False) if o.flags & LEGACY else sp, o.size)


def jmpf(c, o):
    selector: u16 = 0
    offset: u64 = pointer(c, o, cython.address(selector))
    error: cython.int = refused(c, selector, offset, False)
    if error != FINE:
        return fault(c, o, error >> 16, error & 0xFFFF)
    return arrive(c, o, selector, offset)


def callf(c, o):
    selector: u16 = 0
    size: cython.int = o.size if o.form == RR else o.size - 2
    offset: u64 = pointer(c, o, cython.address(selector))
    sp: u64 = c.reg[4]
    error: cython.int = refused(c, selector, 0, False)
    if error == FINE:
        if o.flags & LEGACY and not is_long(c, selector):  # room on the stack counts before the offset
            stack_place(c, sp - size, size, True)
            stack_place(c, sp - 2 * size, size, True)
        error = refused(c, selector, offset, False)
    if error != FINE:
        return fault(c, o, error >> 16, error & 0xFFFF)
    if o.flags & LEGACY and not is_long(c, selector):
        store(c, stack_place(c, sp - size, size, True), size, c.sel[CS])
        store(c, stack_place(c, sp - 2 * size, size, True), size, o.rip + o.length)
        set_stack_pointer(c, o, sp - 2 * size)
    else:  # into 64-bit code the stack is flat already
        store(c, sp - size, size, c.sel[CS])
        store(c, sp - 2 * size, size, o.rip + o.length)
        c.reg[4] = sp - 2 * size
    return arrive(c, o, selector, offset)


def retf(c, o):
    offset: u64 = cell(c, o, 0)
    selector: u16 = cython.cast(u16, cell(c, o, 1))
    error: cython.int = refused(c, selector, offset, True)
    if error != FINE:
        return fault(c, o, error >> 16, error & 0xFFFF)
    set_stack_pointer(c, o, stack_pointer(c, o) + 2 * o.size + o.imm)
    return arrive(c, o, selector, offset)


def iret(c, o):
    """In 64-bit code SS:RSP is popped too, whatever the privilege level."""
    offset: u64 = cell(c, o, 0)
    selector: u16 = cython.cast(u16, cell(c, o, 1))
    flags: u64 = cell(c, o, 2)
    mask: u64 = USER_FLAGS & 0xFFFF if o.size == 2 else USER_FLAGS
    sp: u64 = stack_pointer(c, o) + 3 * o.size
    error: cython.int
    if get_rflags(c) & NESTED and not o.flags & LEGACY:
        return fault(c, o, 13, 0)
    error = refused(c, selector, offset, True)
    if not o.flags & LEGACY:
        sp = cell(c, o, 3)
        if error == FINE:
            error = load_segment(c, SS, cython.cast(u16, cell(c, o, 4)))
        else:
            cell(c, o, 4)
    if error != FINE:
        return fault(c, o, error >> 16, error & 0xFFFF)
    set_stack_pointer(c, o, sp)
    flags = get_rflags(c) & ~mask | flags & mask
    set_status(c, flags)
    c.eflags = flags & ~STATUS_FLAGS | 2
    if flags & TRAP:  # from here on, whoever runs the processor steps it
        c.stop_at = 0
    return arrive(c, o, selector, offset)


for name in ("JMPF", "CALLF", "RETF", "IRET"):
    ends_block(name)
bind("JMPF", jmpf)
bind("CALLF", callf)
bind("RETF", retf)
bind("IRET", iret)
