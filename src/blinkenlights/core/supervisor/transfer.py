"""Branches of a PC: near ones, and far ones through descriptors and gates; SYSCALL and its kin."""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, OpP, u16, u32, u64
from cython.cimports.blinkenlights.core.supervisor.state import SystemP

FLAT_CODE = cython.declare(u32, PRESENT | NOT_SYSTEM | CODE | WRITABLE | ACCESSED | GRANULAR)
FLAT_DATA = cython.declare(u32, PRESENT | NOT_SYSTEM | WRITABLE | ACCESSED | GRANULAR | BIG)


# -- near ------------------------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def reachable(c: CpuP, target: u64) -> cython.bint:
    if c.mode == 64:
        return not not_canonical(target)
    return target <= system_of(c).segment[CS].high


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def near_target(c: CpuP, o: OpP) -> u64:
    if o.form != RR:
        return load(c, ea(c, o), o.size)
    if o.dst != ZERO * 8:
        return get(c, o.dst, o.size)
    return o.imm


def jmp(c, o):
    target: u64 = near_target(c, o)
    if not reachable(c, target):
        return fault(c, o, GP, 0)
    return go(c, o, target)


def call(c, o):
    t: Stack
    target: u64 = near_target(c, o)
    if not reachable(c, target):
        return fault(c, o, GP, 0)
    current_stack(c, system_of(c), cython.address(t))
    push_on(c, cython.address(t), o.size, o.rip + o.length)
    set_sp(c, cython.address(t))
    return go(c, o, target)


def ret(c, o):
    """Near return; `imm` bytes of arguments go as well."""
    t: Stack
    target: u64
    current_stack(c, system_of(c), cython.address(t))
    target = cell(c, cython.address(t), 0, o.size)
    if not reachable(c, target):
        return fault(c, o, GP, 0)
    t.sp = (t.sp + o.size + o.imm) & t.mask
    set_sp(c, cython.address(t))
    return go(c, o, target)


# -- far -------------------------------------------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def pointer(c: CpuP, o: OpP, selector: cython.pointer[u16]) -> u64:
    """The target that the operand gives."""
    address: u64
    offset: u64
    if o.form == RR:
        selector[0] = cython.cast(u16, o.disp)
        return o.imm
    address = ea(c, o)
    offset = load(c, address, o.size - 2)
    selector[0] = cython.cast(u16, load(c, linear(o, address + o.size - 2), 2))
    return offset


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def code_segment(c: CpuP, s: SystemP, selector: u16, d: DescriptorP) -> cython.void:
    """The code segment of a direct far jump or call: of this privilege level, or conforming."""
    rpl: cython.int = selector & 3
    if d.rights & DOWN:
        if dpl_of(d.rights) > s.cpl:
            raise_fault(c, GP, selector & 0xFFFC)
    elif rpl > s.cpl or dpl_of(d.rights) != s.cpl:
        raise_fault(c, GP, selector & 0xFFFC)
    if not d.rights & PRESENT:
        raise_fault(c, NP, selector & 0xFFFC)
    if long_mode(s) and d.rights & (LONG | BIG) == (LONG | BIG):
        raise_fault(c, GP, selector & 0xFFFC)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def use_code(c: CpuP, s: SystemP, selector: u16, d: DescriptorP, cpl: cython.int) -> cython.void:
    if not d.rights & ACCESSED:
        system_store(c, s, d.address + 5, 1, (d.rights | ACCESSED) & 0xFF)
    enter_code(c, s, (selector & 0xFFFC) | cpl, d.base, d.limit, d.rights | ACCESSED, cpl)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def real_target(c: CpuP, s: SystemP, selector: u16, offset: u64) -> cython.void:
    """CS of a far branch in real or virtual-8086 mode."""
    enter_code(c, s, selector, cython.cast(u64, selector) << 4, s.segment[CS].limit, s.segment[CS].rights,
               s.cpl)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def gate_target(c: CpuP, s: SystemP, gate: DescriptorP, selector: u16, d: DescriptorP,
                offset: cython.pointer[u64]) -> cython.int:
    """Follow a call gate; returns the size of its stack cells. `selector` is the gate's own."""
    kind: cython.int = gate.rights & 31
    error: u32 = selector & 0xFFFC
    target: u16
    high: u64 = 0
    if dpl_of(gate.rights) < s.cpl or dpl_of(gate.rights) < selector & 3:
        raise_fault(c, GP, error)
    if not gate.rights & PRESENT:
        raise_fault(c, NP, error)
    target = cython.cast(u16, gate.low >> 16)
    if long_mode(s):
        if system_load(c, s, gate.address + 12, 4) >> 8 & 31:
            raise_fault(c, GP, error)
        high = system_load(c, s, gate.address + 8, 4)
    if target & 0xFFFC == 0:
        raise_fault(c, GP, 0)
    if not read_descriptor(c, s, target, d):
        raise_fault(c, GP, target & 0xFFFC)
    if d.rights & (NOT_SYSTEM | CODE) != (NOT_SYSTEM | CODE) or dpl_of(d.rights) > s.cpl:
        raise_fault(c, GP, target & 0xFFFC)
    if long_mode(s) and d.rights & (LONG | BIG) != LONG:
        raise_fault(c, GP, target & 0xFFFC)
    if not d.rights & PRESENT:
        raise_fault(c, NP, target & 0xFFFC)
    offset[0] = (gate.low & 0xFFFF) | (gate.high & HIGH_16) | high << 32
    if kind == 4:
        offset[0] &= 0xFFFF
    check_target(c, s, d, offset[0])
    return 8 if long_mode(s) else 4 if kind == 12 else 2


def jmpf(c, o):
    s: SystemP = system_of(c)
    selector: u16 = 0
    offset: u64 = pointer(c, o, cython.address(selector))
    d: Descriptor
    gate: Descriptor
    kind: cython.int
    if real_addresses(c, s):
        if offset > s.segment[CS].high:
            return fault(c, o, GP, 0)
        real_target(c, s, selector, offset)
        return go(c, o, offset)
    if selector & 0xFFFC == 0:
        return fault(c, o, GP, 0)
    if not read_descriptor(c, s, selector, cython.address(d)):
        return fault(c, o, GP, selector & 0xFFFC)
    if d.rights & NOT_SYSTEM:
        if not d.rights & CODE:
            return fault(c, o, GP, selector & 0xFFFC)
        code_segment(c, s, selector, cython.address(d))
        check_target(c, s, cython.address(d), offset)
        use_code(c, s, selector, cython.address(d), s.cpl)
        return go(c, o, offset)
    kind = d.rights & 15
    if kind == 12 or (kind == 4 and not long_mode(s)):
        gate = d
        gate_target(c, s, cython.address(gate), selector, cython.address(d), cython.address(offset))
        if not d.rights & DOWN and dpl_of(d.rights) != s.cpl:
            return fault(c, o, GP, d.selector & 0xFFFC)
        use_code(c, s, d.selector, cython.address(d), s.cpl)
        return go(c, o, offset)
    return to_task(c, o, s, selector, cython.address(d), BY_JUMP)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def to_task(c: CpuP, o: OpP, s: SystemP, selector: u16, d: DescriptorP, how: cython.int) -> OpP:
    """A far jump or call to a TSS or through a task gate."""
    kind: cython.int = d.rights & 15
    target: u16 = selector
    rip: u64
    if long_mode(s) or (kind != 1 and kind != 9 and kind != 5):
        return fault(c, o, GP, selector & 0xFFFC)
    if dpl_of(d.rights) < s.cpl or dpl_of(d.rights) < selector & 3:
        return fault(c, o, GP, selector & 0xFFFC)
    if kind == 5:
        if not d.rights & PRESENT:
            return fault(c, o, NP, selector & 0xFFFC)
        target = cython.cast(u16, d.low >> 16)
    rip = switch_task(c, s, target, o.rip + o.length, how, 0)
    look_for_interrupts(c, s)
    return go(c, o, rip)


def callf(c, o):
    s: SystemP = system_of(c)
    selector: u16 = 0
    size: cython.int = o.size if o.form == RR else o.size - 2
    offset: u64 = pointer(c, o, cython.address(selector))
    d: Descriptor
    t: Stack
    kind: cython.int
    current_stack(c, s, cython.address(t))
    if real_addresses(c, s):
        if offset > s.segment[CS].high:
            return fault(c, o, GP, 0)
        push_on(c, cython.address(t), size, c.sel[CS])
        push_on(c, cython.address(t), size, o.rip + o.length)
        set_sp(c, cython.address(t))
        real_target(c, s, selector, offset)
        return go(c, o, offset)
    if selector & 0xFFFC == 0:
        return fault(c, o, GP, 0)
    if not read_descriptor(c, s, selector, cython.address(d)):
        return fault(c, o, GP, selector & 0xFFFC)
    if d.rights & NOT_SYSTEM:
        if not d.rights & CODE:
            return fault(c, o, GP, selector & 0xFFFC)
        code_segment(c, s, selector, cython.address(d))
        check_target(c, s, cython.address(d), offset)
        push_on(c, cython.address(t), size, c.sel[CS])
        push_on(c, cython.address(t), size, o.rip + o.length)
        set_sp(c, cython.address(t))
        use_code(c, s, selector, cython.address(d), s.cpl)
        return go(c, o, offset)
    kind = d.rights & 15
    if kind == 12 or (kind == 4 and not long_mode(s)):
        return call_gate(c, o, s, selector, cython.address(d))
    return to_task(c, o, s, selector, cython.address(d), BY_CALL)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def call_gate(c: CpuP, o: OpP, s: SystemP, selector: u16, gate: DescriptorP) -> OpP:
    d: Descriptor
    t: Stack
    old: Stack
    offset: u64 = 0
    size: cython.int = gate_target(c, s, gate, selector, cython.address(d), cython.address(offset))
    count: cython.int = gate.high & 31
    cpl: cython.int = s.cpl
    i: cython.int
    words: u64[32]
    current_stack(c, s, cython.address(old))
    if long_mode(s):  # whatever the calling code's size
        old.base = old.low = 0
        old.sp = c.reg[4]
        old.mask = old.high = ~cython.cast(u64, 0)
    if not d.rights & DOWN and dpl_of(d.rights) < s.cpl:
        cpl = dpl_of(d.rights)
        inner_stack(c, s, cpl, 0, cython.address(t))
        if not long_mode(s):
            for i in range(count):
                words[i] = cell(c, cython.address(old), i, size)
        if cpl < 3:
            as_supervisor(c, s)
        push_on(c, cython.address(t), size, c.sel[SS])
        push_on(c, cython.address(t), size, c.reg[4])
        if not long_mode(s):
            for i in range(count - 1, -1, -1):
                push_on(c, cython.address(t), size, words[i])
        push_on(c, cython.address(t), size, c.sel[CS])
        push_on(c, cython.address(t), size, o.rip + o.length)
        use_stack(c, s, cython.address(t))
    else:
        push_on(c, cython.address(old), size, c.sel[CS])
        push_on(c, cython.address(old), size, o.rip + o.length)
        set_sp(c, cython.address(old))
    use_code(c, s, d.selector, cython.address(d), cpl)
    return go(c, o, offset)


def retf(c, o):
    s: SystemP = system_of(c)
    t: Stack
    d: Descriptor
    stack: Descriptor
    size: cython.int = o.size
    offset: u64
    sp: u64 = 0
    selector: u16
    ss: u16 = 0
    rpl: cython.int
    outer: cython.bint
    current_stack(c, s, cython.address(t))
    offset = cell(c, cython.address(t), 0, size)
    selector = cython.cast(u16, cell(c, cython.address(t), 1, size))
    if real_addresses(c, s):
        if offset > s.segment[CS].high:
            return fault(c, o, GP, 0)
        t.sp = (t.sp + 2 * size + o.imm) & t.mask
        set_sp(c, cython.address(t))
        real_target(c, s, selector, offset)
        return go(c, o, offset)
    rpl = selector & 3
    find_returned_code(c, s, selector, offset, cython.address(d))
    outer = rpl > s.cpl
    if outer:
        t.sp = (t.sp + 2 * size + o.imm) & t.mask
        sp = cell(c, cython.address(t), 0, size)
        ss = cython.cast(u16, cell(c, cython.address(t), 1, size))
        find_returned_stack(c, s, ss, rpl, long_mode(s) and d.rights & LONG != 0, cython.address(stack))
        use_returned_stack(c, s, ss, rpl, cython.address(stack))
        drop_inaccessible(c, s, rpl)
    else:
        t.sp = (t.sp + 2 * size + o.imm) & t.mask
        set_sp(c, cython.address(t))
    use_code(c, s, selector, cython.address(d), rpl)
    if outer:
        sp += o.imm
        set_outer_sp(c, sp if c.mode == 64 else sp & LOW_32)
    return go(c, o, offset)


# -- SYSCALL, SYSENTER -------------------------------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def flat(c: CpuP, s: SystemP, code: u16, stack: u16, cpl: cython.int, size: cython.int) -> cython.void:
    """Flat code and stack segments of privilege level `cpl`, whatever the tables say."""
    set_segment(c, s, SS, stack, 0, LOW_32, FLAT_DATA | cpl << 5)
    enter_code(c, s, code, 0, LOW_32, FLAT_CODE | cpl << 5 | (LONG if size == 64 else BIG), cpl)


def syscall(c, o):
    """In real mode it is a call to the host, as its numbers are Linux's."""
    s: SystemP = system_of(c)
    rip: u64 = o.rip + o.length
    selector: u16
    if real_mode(c, s):
        c.icount += o.count
        return leave(c, rip, EXIT_SYSCALL)
    if not s.efer & EFER_SCE:
        return fault(c, o, UD, 0)
    selector = cython.cast(u16, s.star >> 32) & 0xFFFC
    if not long_mode(s):
        c.reg[1] = rip & LOW_32
        c.eflags &= ~cython.cast(u64, INTERRUPT | VM | RF)
        rip = s.star & LOW_32
        flat(c, s, selector, selector + 8, 0, 32)
        return go(c, o, rip)
    c.reg[1] = rip
    c.reg[11] = get_rflags(c) & ~cython.cast(u64, RF)
    rip = s.lstar if c.mode == 64 else s.cstar
    set_all_flags(c, c.reg[11] & ~s.fmask)
    flat(c, s, selector, selector + 8, 0, 64)
    return go(c, o, rip)


def sysret(c, o):
    s: SystemP = system_of(c)
    selector: u16 = cython.cast(u16, s.star >> 48)
    rip: u64 = c.reg[1]
    if not s.efer & EFER_SCE or real_addresses(c, s):
        return fault(c, o, UD, 0)
    if s.cpl:
        return fault(c, o, GP, 0)
    if not long_mode(s):
        c.eflags |= INTERRUPT
        flat(c, s, selector | 3, (selector + 8) | 3, 3, 32)
        look_for_interrupts(c, s)
        return go(c, o, rip & LOW_32)
    if o.size == 8 and not_canonical(rip):
        return fault(c, o, GP, 0)
    set_all_flags(c, c.reg[11] & 0x3C7FD7)
    if o.size == 8:
        flat(c, s, (selector + 16) | 3, (selector + 8) | 3, 3, 64)
    else:
        flat(c, s, selector | 3, (selector + 8) | 3, 3, 32)
        rip &= LOW_32
    look_for_interrupts(c, s)
    return go(c, o, rip)


def sysenter(c, o):
    s: SystemP = system_of(c)
    selector: u16 = cython.cast(u16, s.sysenter_cs) & 0xFFFC
    if real_mode(c, s) or selector == 0:
        return fault(c, o, GP, 0)
    c.eflags &= ~cython.cast(u64, INTERRUPT | VM | RF)
    c.reg[4] = s.sysenter_esp if long_mode(s) else s.sysenter_esp & LOW_32
    flat(c, s, selector, selector + 8, 0, 64 if long_mode(s) else 32)
    return go(c, o, s.sysenter_eip if long_mode(s) else s.sysenter_eip & LOW_32)


def sysexit(c, o):
    s: SystemP = system_of(c)
    selector: u16 = cython.cast(u16, s.sysenter_cs) & 0xFFFC
    rip: u64 = c.reg[2]
    sp: u64 = c.reg[1]
    if real_addresses(c, s) or s.cpl or selector == 0:
        return fault(c, o, GP, 0)
    if o.size == 8:
        if not_canonical(rip) or not_canonical(sp):
            return fault(c, o, GP, 0)
        flat(c, s, (selector + 32) | 3, (selector + 40) | 3, 3, 64)
    else:
        flat(c, s, (selector + 16) | 3, (selector + 24) | 3, 3, 32)
        rip &= LOW_32
        sp &= LOW_32
    c.reg[4] = sp
    return go(c, o, rip)


override("JMP", jmp, True)
override("CALL", call, True)
override("RET", ret, True)
override("JMPF", jmpf, True)
override("CALLF", callf, True)
override("RETF", retf, True)
override("SYSCALL", syscall, True)
override("SYSRET", sysret, True)
override("SYSENTER", sysenter, True)
override("SYSEXIT", sysexit, True)
