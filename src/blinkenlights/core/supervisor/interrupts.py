"""Interrupts and exceptions: through the IVT or the IDT, and back (Intel SDM volume 3, chapters 6 and 20)."""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, OpP, u8, u16, u32, u64
from cython.cimports.blinkenlights.core.supervisor.state import SegmentP, SystemP
from cython.cimports.blinkenlights.core.supervisor.tasks import switch_task

# What IRET and POPF may change at most: all flags but VM, VIF, VIP.
FLAGS = cython.declare(u64, 0x257FD5)


def set_all_flags(c, flags):
    set_status(c, flags)
    c.eflags = (flags & ~cython.cast(u64, STATUS)) | 2


def long_mode(s):
    return s.efer & EFER_LMA != 0


def look_for_interrupts(c, s):
    if (s.interrupt_line and c.eflags & INTERRUPT) or c.eflags & TF:
        c.stop_at = 0


# -- stacks ----------------------------------------------------------------------------------------------


def push_on(c, t, size, value):
    t.sp = (t.sp - size) & t.mask
    if t.sp < t.low or t.sp + size - 1 > t.high:
        raise_fault(c, SS_, t.selector & 0xFFFC)
    store(c, t.base + t.sp if t.mask >> 32 else (t.base + t.sp) & LOW_32, size, value)


def current_stack(c, s, t):
    t.selector = 0  # for error codes: a fault of the current stack is #SS(0)
    if c.mode == 64:
        t.base = 0
        t.sp = c.reg[4]
        t.mask = ~cython.cast(u64, 0)
        t.low = 0
        t.high = ~cython.cast(u64, 0)
    else:
        t.base = c.seg_base[SS]
        t.mask = c.stack_mask
        t.sp = c.reg[4] & t.mask
        t.low = s.segment[SS].low
        t.high = s.segment[SS].high


def inner_stack(c, s, cpl, external, t):
    tss: SegmentP = cython.address(s.segment[TR])
    offset: u64
    scratch: Segment
    wide: cython.bint = tss.rights & 8 != 0
    if long_mode(s):
        offset = 4 + 8 * cpl
        if offset + 7 > tss.limit:
            raise_fault(c, TS_, (s.tr_selector & 0xFFFC) + external)
        t.sp = system_load(c, s, tss.base + offset, 8)
        t.selector = cpl
        t.base = 0
        t.mask = ~cython.cast(u64, 0)
        t.low = 0
        t.high = t.mask
        return
    if wide:
        offset = 4 + 8 * cpl
        if offset + 5 > tss.limit:
            raise_fault(c, TS_, (s.tr_selector & 0xFFFC) + external)
        t.sp = system_load(c, s, tss.base + offset, 4)
        t.selector = cython.cast(u16, system_load(c, s, tss.base + offset + 4, 2))
    else:
        offset = 2 + 4 * cpl
        if offset + 3 > tss.limit:
            raise_fault(c, TS_, (s.tr_selector & 0xFFFC) + external)
        t.sp = system_load(c, s, tss.base + offset, 2)
        t.selector = cython.cast(u16, system_load(c, s, tss.base + offset + 2, 2))
    if t.selector & 0xFFFC == 0:
        raise_fault(c, TS_, external)
    if not read_descriptor(c, s, t.selector, cython.address(t.d)):
        raise_fault(c, TS_, (t.selector & 0xFFFC) + external)
    if (t.selector & 3 != cpl or dpl_of(t.d.rights) != cpl or not t.d.rights & NOT_SYSTEM
            or t.d.rights & CODE or not t.d.rights & WRITABLE):
        raise_fault(c, TS_, (t.selector & 0xFFFC) + external)
    if not t.d.rights & PRESENT:
        raise_fault(c, SS_, (t.selector & 0xFFFC) + external)
    scratch.limit = t.d.limit
    scratch.rights = t.d.rights
    choose_limits(cython.address(scratch), False)
    t.base = t.d.base
    t.mask = LOW_32 if t.d.rights & BIG else 0xFFFF
    t.sp &= t.mask
    t.low = scratch.low
    t.high = scratch.high


def use_stack(c, s, t):
    """Make an inner stack the processor's."""
    if long_mode(s):
        set_segment(c, s, SS, t.selector, 0, 0, t.selector << 5)
    else:
        use_descriptor(c, s, SS, t.selector, cython.address(t.d))
    set_sp(c, t)


def set_sp(c, t):
    c.reg[4] = (c.reg[4] & ~t.mask) | t.sp if t.mask == 0xFFFF else t.sp


# -- delivery --------------------------------------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def deliver_real(c: CpuP, s: SystemP, vector: cython.int, rip: u64) -> u64:
    """Through the IVT."""
    t: Stack
    target: u64
    if cython.cast(u32, vector * 4 + 3) > s.idt_limit:
        raise_fault(c, GP, 0)
    target = system_load(c, s, s.idt_base + vector * 4, 4)
    current_stack(c, s, cython.address(t))
    push_on(c, cython.address(t), 2, get_rflags(c))
    push_on(c, cython.address(t), 2, c.sel[CS])
    push_on(c, cython.address(t), 2, rip)
    set_sp(c, cython.address(t))
    c.eflags &= ~cython.cast(u64, INTERRUPT | TF | AC | RF)
    enter_code(c, s, cython.cast(u16, target >> 16), target >> 16 << 4, s.segment[CS].limit,
               s.segment[CS].rights, s.cpl)
    return target & 0xFFFF


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def is_fault(vector: cython.int, origin: cython.int) -> cython.bint:
    """Whether the instruction is to be made again, so that RF is pushed as 1."""
    return origin == BY_EXCEPTION and vector not in (DB, BP, 4, DOUBLE, 18)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def deliver_protected(c: CpuP, s: SystemP, vector: cython.int, has_error: cython.bint, error_code: u32,
                      origin: cython.int, rip: u64) -> u64:
    """Through a gate of the IDT."""
    wide: cython.bint = long_mode(s)
    place: u32 = vector * (16 if wide else 8)
    external: cython.int = 0 if origin == BY_INT else 1
    gate_error: u32 = vector * 8 + 2 + external
    low: u64
    high: u64
    kind: cython.int
    offset: u64
    selector: u16
    cpl: cython.int
    ist: cython.int
    size: cython.int
    flags: u64 = get_rflags(c)
    d: Descriptor
    t: Stack
    inner: cython.bint
    i: cython.int
    old_ss: u16 = c.sel[SS]
    old_sp: u64 = c.reg[4]
    old_cs: u16 = c.sel[CS]
    if flags & VM and origin == BY_INT and vector != 3 and vector != 4 and flags & IOPL != IOPL:
        raise_fault(c, GP, 0)
    if place + (15 if wide else 7) > s.idt_limit:
        raise_fault(c, GP, gate_error)
    low = system_load(c, s, s.idt_base + place, 8)
    high = system_load(c, s, s.idt_base + place + 8, 8) if wide else 0
    kind = low >> 40 & 31
    if kind != 14 and kind != 15 and (wide or (kind != 5 and kind != 6 and kind != 7)):
        raise_fault(c, GP, gate_error)
    if origin == BY_INT and cython.cast(cython.int, low >> 45 & 3) < s.cpl:
        raise_fault(c, GP, gate_error)
    if not low >> 47 & 1:
        raise_fault(c, NP, gate_error)
    selector = cython.cast(u16, low >> 16)
    if kind == 5:
        offset = switch_task(c, s, selector, rip, 1, external)  # as a call does
        if has_error:
            current_stack(c, s, cython.address(t))
            push_on(c, cython.address(t), 4 if s.segment[TR].rights & 8 else 2, error_code)
            set_sp(c, cython.address(t))
        return offset
    offset = (low & 0xFFFF) | (low >> 32 & HIGH_16) | (high & LOW_32) << 32
    if kind < 8:
        offset &= 0xFFFF
    if selector & 0xFFFC == 0:
        raise_fault(c, GP, external)
    if not read_descriptor(c, s, selector, cython.address(d)):
        raise_fault(c, GP, (selector & 0xFFFC) + external)
    if d.rights & (NOT_SYSTEM | CODE) != (NOT_SYSTEM | CODE) or dpl_of(d.rights) > s.cpl:
        raise_fault(c, GP, (selector & 0xFFFC) + external)
    if wide and d.rights & (LONG | BIG) != LONG:
        raise_fault(c, GP, (selector & 0xFFFC) + external)
    if not d.rights & PRESENT:
        raise_fault(c, NP, (selector & 0xFFFC) + external)
    inner = not d.rights & DOWN and dpl_of(d.rights) < s.cpl
    if flags & VM and not (inner and dpl_of(d.rights) == 0):
        raise_fault(c, GP, (selector & 0xFFFC) + external)
    cpl = dpl_of(d.rights) if inner else s.cpl
    ist = low >> 32 & 7 if wide else 0
    size = 8 if wide else 4 if kind > 8 else 2
    if ist:
        if cython.cast(u32, 0x24 + 8 * ist + 7) > s.segment[TR].limit:
            raise_fault(c, TS_, (s.tr_selector & 0xFFFC) + external)
        t.sp = system_load(c, s, s.segment[TR].base + 0x1C + 8 * ist, 8)
        t.selector = cpl
        t.base = t.low = 0
        t.mask = t.high = ~cython.cast(u64, 0)
    elif inner:
        inner_stack(c, s, cpl, external, cython.address(t))
    else:
        current_stack(c, s, cython.address(t))
        if wide:
            t.base = t.low = 0
            t.sp = c.reg[4]
            t.mask = t.high = ~cython.cast(u64, 0)
    if wide:
        if not_canonical(offset):
            raise_fault(c, GP, external)
        t.sp &= ~cython.cast(u64, 15)
    elif offset > d.limit:
        raise_fault(c, GP, external)
    if cpl < 3:
        as_supervisor(c, s)
    if flags & VM:
        push_on(c, cython.address(t), size, c.sel[GS])
        push_on(c, cython.address(t), size, c.sel[FS])
        push_on(c, cython.address(t), size, c.sel[DS])
        push_on(c, cython.address(t), size, c.sel[ES])
    if inner or wide:
        push_on(c, cython.address(t), size, old_ss)
        push_on(c, cython.address(t), size, old_sp)
    push_on(c, cython.address(t), size, flags | (RF if is_fault(vector, origin) else 0))
    push_on(c, cython.address(t), size, old_cs)
    push_on(c, cython.address(t), size, rip)
    if has_error:
        push_on(c, cython.address(t), size, error_code)
    # nothing faults from here on
    if flags & VM:
        c.eflags &= ~cython.cast(u64, VM)
        for i in range(6):
            if i != CS and i != SS:
                clear_segment(c, s, i, 0)
    if inner:
        use_stack(c, s, cython.address(t))
    elif wide:
        c.reg[4] = t.sp
    else:
        set_sp(c, cython.address(t))
    c.eflags &= ~cython.cast(u64, TF | NT | RF | (0 if kind & 1 else INTERRUPT))
    if not d.rights & ACCESSED:
        system_store(c, s, d.address + 5, 1, (d.rights | ACCESSED) & 0xFF)
    enter_code(c, s, (selector & 0xFFFC) | cpl, d.base, d.limit, d.rights, cpl)
    return offset


def deliver(c, s, vector, has_error, error_code, origin, rip):
    if real_mode(c, s):
        return deliver_real(c, s, vector, rip)
    return deliver_protected(c, s, vector, has_error, error_code, origin, rip)


def deliver_event(c, o):
    s: SystemP = system_of(c)
    vector: cython.int = s.event_vector
    rip: u64 = o.rip
    error: cython.bint = s.event_kind == BY_EXCEPTION and (
        vector == DOUBLE or 10 <= vector <= 14 or vector == 17)
    target: u64
    s.event = 0
    if s.event_kind == BY_EXCEPTION and vector == PF:
        s.cr2 = c.fault_address
    target = deliver(c, s, vector, error, s.event_error, s.event_kind, rip)
    s.delivering = -1
    s.halted = 0
    return leave(c, target, EXIT_ATTENTION)


# -- INT and its kin ---------------------------------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def software(c: CpuP, o: OpP, vector: cython.int, origin: cython.int) -> OpP:
    s: SystemP = system_of(c)
    target: u64 = deliver(c, s, vector, False, 0, origin, o.rip + o.length)
    s.software_interrupt = 1
    return go(c, o, target)


# fmt: off
def int_(c, o): return software(c, o, cython.cast(u8, o.imm), BY_INT)
def int3(c, o): return software(c, o, BP, BY_INT)
def int1(c, o): return software(c, o, DB, BY_INT1)
# fmt: on


def into(c, o):
    if not flag_o(c):
        return go(c, o, o.rip + o.length)
    return software(c, o, 4, BY_INT)


# -- IRET --------------------------------------------------------------------------------------------------


def cell(c, t, number, size):
    """A value on the stack, `number` cells up."""
    at: u64 = (t.sp + number * size) & t.mask
    if at < t.low or at + size - 1 > t.high:
        raise_fault(c, SS_, 0)
    return load(c, t.base + at if t.mask >> 32 else (t.base + at) & LOW_32, size)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def change_flags(c: CpuP, flags: u64, mask: u64, size: cython.int) -> cython.void:
    s: SystemP = system_of(c)
    if size == 2:
        mask &= 0xFFFF
    if flags & mask & RF:
        if s.dr[7] & 0xFF:
            s.resume_at = c.icount + c.op.count
        else:
            mask &= ~cython.cast(u64, RF)  # there is nothing that it could hold back
    set_all_flags(c, (get_rflags(c) & ~mask) | (flags & mask))


def check_target(c, s, d, offset):
    if long_mode(s) and d.rights & LONG:
        if not_canonical(offset):
            raise_fault(c, GP, 0)
    elif offset > d.limit:
        raise_fault(c, GP, 0)


def find_returned_code(c, s, selector, offset, d):
    rpl: cython.int = selector & 3
    error: u32 = selector & 0xFFFC
    if error == 0 or not read_descriptor(c, s, selector, d):
        raise_fault(c, GP, error)
    if d.rights & (NOT_SYSTEM | CODE) != (NOT_SYSTEM | CODE) or rpl < s.cpl:
        raise_fault(c, GP, error)
    if dpl_of(d.rights) > rpl or (not d.rights & DOWN and dpl_of(d.rights) != rpl):
        raise_fault(c, GP, error)
    if not d.rights & PRESENT:
        raise_fault(c, NP, error)
    check_target(c, s, d, offset)


def find_returned_stack(c, s, selector, cpl, to_long, d):
    error: u32 = selector & 0xFFFC
    if error == 0:
        if not to_long or cpl == 3 or selector & 3 != cpl:
            raise_fault(c, GP, 0)
        return
    if not read_descriptor(c, s, selector, d):
        raise_fault(c, GP, error)
    if (selector & 3 != cpl or dpl_of(d.rights) != cpl or not d.rights & NOT_SYSTEM
            or d.rights & CODE or not d.rights & WRITABLE):
        raise_fault(c, GP, error)
    if not d.rights & PRESENT:
        raise_fault(c, SS_, error)


def use_returned_stack(c, s, selector, cpl, d):
    if selector & 0xFFFC == 0:
        set_segment(c, s, SS, selector, 0, 0, cpl << 5)
    else:
        use_descriptor(c, s, SS, selector, d)


def set_outer_sp(c, sp):
    if c.mode == 64 or c.stack_mask != 0xFFFF:
        c.reg[4] = sp
    else:
        put(c, 32, 2, sp)


def drop_inaccessible(c, s, cpl):
    """Data segments of more privilege than the code returned to become null; bases of null ones stay."""
    i: cython.int
    rights: u32
    for i in range(6):
        if i == CS or i == SS or c.sel[i] & 0xFFFC == 0:
            continue
        rights = s.segment[i].rights
        if dpl_of(rights) < cpl and not rights & (CODE | DOWN) == (CODE | DOWN):
            clear_segment(c, s, i, 0)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def iret_real(c: CpuP, s: SystemP, o: OpP) -> OpP:
    """In real mode, and in virtual-8086 mode with IOPL 3."""
    t: Stack
    size: cython.int = o.size
    rip: u64
    selector: u16
    flags: u64
    mask: u64 = FLAGS
    current_stack(c, s, cython.address(t))
    rip = cell(c, cython.address(t), 0, size)
    selector = cython.cast(u16, cell(c, cython.address(t), 1, size))
    flags = cell(c, cython.address(t), 2, size)
    if virtual_8086(c):
        if c.eflags & IOPL != IOPL:
            return fault(c, o, GP, 0)
        mask &= ~cython.cast(u64, IOPL)
    if rip > 0xFFFF and rip > s.segment[CS].high:
        return fault(c, o, GP, 0)
    t.sp = (t.sp + 3 * size) & t.mask
    set_sp(c, cython.address(t))
    change_flags(c, flags, mask, size)
    enter_code(c, s, selector, cython.cast(u64, selector) << 4, s.segment[CS].limit, s.segment[CS].rights,
               s.cpl)
    s.nmi_masked = 0
    look_for_interrupts(c, s)
    return go(c, o, rip)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def iret_to_virtual(c: CpuP, s: SystemP, o: OpP, t: StackP, rip: u64, selector: u16, flags: u64) -> OpP:
    """To virtual-8086 mode: all segment registers come from the stack."""
    sp: u64 = cell(c, t, 3, 4)
    ss: u16 = cython.cast(u16, cell(c, t, 4, 4))
    es: u16 = cython.cast(u16, cell(c, t, 5, 4))
    ds: u16 = cython.cast(u16, cell(c, t, 6, 4))
    fs: u16 = cython.cast(u16, cell(c, t, 7, 4))
    gs: u16 = cython.cast(u16, cell(c, t, 8, 4))
    change_flags(c, flags, FLAGS | VM | VIF | VIP, 4)
    set_real_segment(c, s, ES, es)
    set_real_segment(c, s, SS, ss)
    set_real_segment(c, s, DS, ds)
    set_real_segment(c, s, FS, fs)
    set_real_segment(c, s, GS, gs)
    c.reg[4] = sp
    enter_code(c, s, selector, cython.cast(u64, selector) << 4, 0xFFFF,
               PRESENT | NOT_SYSTEM | CODE | WRITABLE | ACCESSED | 3 << 5, 3)
    look_for_interrupts(c, s)
    return go(c, o, rip & 0xFFFF)


def iret(c, o):
    s: SystemP = system_of(c)
    t: Stack
    d: Descriptor
    stack: Descriptor
    size: cython.int = o.size
    rip: u64
    sp: u64 = 0
    selector: u16
    ss: u16 = 0
    rpl: cython.int
    flags: u64
    mask: u64
    whole: cython.bint
    if real_addresses(c, s):
        return iret_real(c, s, o)
    current_stack(c, s, cython.address(t))
    if c.eflags & NT:
        if long_mode(s):
            return fault(c, o, GP, 0)
        selector = cython.cast(u16, system_load(c, s, s.segment[TR].base, 2))
        rip = switch_task(c, s, selector, o.rip + o.length, 2, 0)
        look_for_interrupts(c, s)
        return go(c, o, rip)
    rip = cell(c, cython.address(t), 0, size)
    selector = cython.cast(u16, cell(c, cython.address(t), 1, size))
    flags = cell(c, cython.address(t), 2, size)
    if flags & VM and s.cpl == 0 and size == 4 and not long_mode(s):
        return iret_to_virtual(c, s, o, cython.address(t), rip, selector, flags)
    rpl = selector & 3
    find_returned_code(c, s, selector, rip, cython.address(d))
    whole = rpl > s.cpl or c.mode == 64
    if whole:
        sp = cell(c, cython.address(t), 3, size)
        ss = cython.cast(u16, cell(c, cython.address(t), 4, size))
        find_returned_stack(c, s, ss, rpl, long_mode(s) and d.rights & LONG != 0, cython.address(stack))
    mask = FLAGS
    if s.cpl > 0:
        mask &= ~cython.cast(u64, IOPL)
    if cython.cast(cython.int, c.eflags >> 12 & 3) < s.cpl:
        mask &= ~cython.cast(u64, INTERRUPT)
    if whole:
        use_returned_stack(c, s, ss, rpl, cython.address(stack))
    else:
        t.sp = (t.sp + 3 * size) & t.mask
        set_sp(c, cython.address(t))
    change_flags(c, flags, mask, size)
    if rpl > s.cpl:
        drop_inaccessible(c, s, rpl)
    if not d.rights & ACCESSED:
        system_store(c, s, d.address + 5, 1, (d.rights | ACCESSED) & 0xFF)
    enter_code(c, s, selector, d.base, d.limit, d.rights | ACCESSED, rpl)
    if whole:
        set_outer_sp(c, sp)
    s.nmi_masked = 0
    look_for_interrupts(c, s)
    return go(c, o, rip)


# -- flags ---------------------------------------------------------------------------------------------------


def pushf(c, o):
    s: SystemP = system_of(c)
    t: Stack
    if virtual_8086(c) and c.eflags & IOPL != IOPL:
        return fault(c, o, GP, 0)
    current_stack(c, s, cython.address(t))
    push_on(c, cython.address(t), o.size, get_rflags(c) & ~cython.cast(u64, VM | RF))
    set_sp(c, cython.address(t))
    return done(c, o)


def popf(c, o):
    s: SystemP = system_of(c)
    t: Stack
    value: u64
    mask: u64 = FLAGS & ~cython.cast(u64, RF)
    if virtual_8086(c) and c.eflags & IOPL != IOPL:
        return fault(c, o, GP, 0)
    current_stack(c, s, cython.address(t))
    value = cell(c, cython.address(t), 0, o.size)
    if s.cpl > 0:
        mask &= ~cython.cast(u64, IOPL)
    if cython.cast(cython.int, c.eflags >> 12 & 3) < s.cpl:
        mask &= ~cython.cast(u64, INTERRUPT)
    t.sp = (t.sp + o.size) & t.mask
    set_sp(c, cython.address(t))
    change_flags(c, value, mask, o.size)
    look_for_interrupts(c, s)
    return go(c, o, o.rip + o.length)


def cli(c, o):
    s: SystemP = system_of(c)
    if not real_mode(c, s) and cython.cast(cython.int, c.eflags >> 12 & 3) < s.cpl:
        return fault(c, o, GP, 0)
    c.eflags &= ~cython.cast(u64, INTERRUPT)
    return done(c, o)


def sti(c, o):
    """Interrupts come after the next instruction at the earliest."""
    s: SystemP = system_of(c)
    if not real_mode(c, s) and cython.cast(cython.int, c.eflags >> 12 & 3) < s.cpl:
        return fault(c, o, GP, 0)
    if not c.eflags & INTERRUPT:
        s.shadow_at = c.icount + o.count
        c.eflags |= INTERRUPT
    look_for_interrupts(c, s)
    return go(c, o, o.rip + o.length)


def hlt(c, o):
    s: SystemP = system_of(c)
    if s.cpl:
        return fault(c, o, GP, 0)
    c.icount += o.count
    s.halted = 1
    return leave(c, o.rip + o.length, EXIT_HALT)


override("INT", int_, True)
override("INT3", int3, True)
override("INT1", int1, True)
override("INTO", into, True)
override("IRET", iret, True)
override("PUSHF", pushf)
override("POPF", popf, True)
override("CLI", cli)
override("STI", sti, True)
override("HLT", hlt, True)
