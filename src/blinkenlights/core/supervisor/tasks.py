"""Hardware task switches (Intel SDM volume 3, chapter 7)."""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, u16, u32, u64
from cython.cimports.blinkenlights.core.supervisor.state import SystemP

# Places in a 32-bit and in a 16-bit TSS.
BACK_LINK = cython.declare(u64, 0)
CR3_AT = cython.declare(u64, 28)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def save_task(c: CpuP, s: SystemP, flags: u64, rip: u64) -> cython.void:
    base: u64 = s.segment[TR].base
    wide: cython.bint = s.segment[TR].rights & 8 != 0
    size: cython.int = 4 if wide else 2
    at: u64 = base + (32 if wide else 14)
    i: cython.int
    system_store(c, s, at, size, rip)
    system_store(c, s, at + size, size, flags)
    for i in range(8):
        system_store(c, s, at + (2 + i) * size, size, c.reg[i])
    for i in range(6 if wide else 4):
        system_store(c, s, at + (10 + i) * size, 2, c.sel[i])


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def load_task_segment(c: CpuP, s: SystemP, number: cython.int, selector: u16) -> cython.void:
    """As load_segment, but what can't be loaded is #TS in the new task."""
    d: Descriptor
    error: u32 = selector & 0xFFFC
    rpl: cython.int = selector & 3
    dpl: cython.int
    if error == 0:
        if number == CS or number == SS:
            raise_fault(c, TS_, 0)
        clear_segment(c, s, number, selector)
        return
    if not read_descriptor(c, s, selector, cython.address(d)) or not d.rights & NOT_SYSTEM:
        raise_fault(c, TS_, error)
    dpl = d.rights >> 5 & 3
    if number == CS:
        if not d.rights & CODE or (dpl > rpl if d.rights & DOWN else dpl != rpl):
            raise_fault(c, TS_, error)
    elif number == SS:
        if d.rights & CODE or not d.rights & WRITABLE or rpl != s.cpl or dpl != s.cpl:
            raise_fault(c, TS_, error)
    else:
        if d.rights & CODE and not d.rights & WRITABLE:
            raise_fault(c, TS_, error)
        if d.rights & (CODE | DOWN) != (CODE | DOWN) and (dpl < rpl or dpl < s.cpl):
            raise_fault(c, TS_, error)
    if not d.rights & PRESENT:
        raise_fault(c, SS_ if number == SS else NP, error)
    use_descriptor(c, s, number, selector, cython.address(d))


def switch_task(c, s, selector, rip, how, external):
    d: Descriptor
    old: Descriptor
    bad: u32 = (selector & 0xFFFC) + external
    vector: cython.int = TS_ if how == BY_RETURN else GP
    wide: cython.bint
    size: cython.int
    flags: u64 = get_rflags(c)
    new_flags: u64
    new_rip: u64
    cr3: u64 = 0
    ldt: u16
    base: u64
    at: u64
    i: cython.int
    registers: u64[8]
    selectors: u16[6]
    back: u16 = s.tr_selector
    if selector & 4 or not read_descriptor(c, s, selector, cython.address(d)):
        raise_fault(c, vector, bad)
    # 1 and 9 are available TSSs, 3 and 11 busy ones
    if d.rights & 23 != (3 if how == BY_RETURN else 1):
        raise_fault(c, vector, bad)
    if not d.rights & PRESENT:
        raise_fault(c, NP, bad)
    wide = d.rights & 8 != 0
    if d.limit < (103 if wide else 43):
        raise_fault(c, TS_, bad)
    base = d.base
    size = 4 if wide else 2
    at = base + (32 if wide else 14)
    new_rip = system_load(c, s, at, size)
    new_flags = system_load(c, s, at + size, size)
    for i in range(8):
        registers[i] = system_load(c, s, at + (2 + i) * size, size)
    for i in range(6):
        selectors[i] = cython.cast(u16, system_load(c, s, at + (10 + i) * size, 2)) if wide or i < 4 else 0
    ldt = cython.cast(u16, system_load(c, s, base + (96 if wide else 42), 2))
    if wide:
        cr3 = system_load(c, s, base + CR3_AT, 4)
    if how == BY_RETURN:
        flags &= ~cython.cast(u64, NT)
    save_task(c, s, flags, rip)
    if how != BY_CALL and read_descriptor(c, s, back, cython.address(old)):
        system_store(c, s, old.address + 5, 1, old.rights & 0xFD)
    if how == BY_CALL:
        system_store(c, s, base + BACK_LINK, 2, back)
        new_flags |= NT
    if how != BY_RETURN:
        system_store(c, s, d.address + 5, 1, (d.rights | 2) & 0xFF)
    # from here on the new task is the one that faults
    s.tr_selector = selector
    s.segment[TR].base = base
    s.segment[TR].limit = d.limit
    s.segment[TR].rights = d.rights | 2
    s.cr0 |= CR0_TS
    if wide and s.cr0 & CR0_PG and cr3 != s.cr3:
        s.cr3 = cr3
        flush_translations(c, s)
    set_status(c, new_flags)
    c.eflags = (new_flags & ~cython.cast(u64, STATUS)) | 2
    for i in range(8):
        c.reg[i] = registers[i]
    c.rip = new_rip
    c.scratch[2] = c.op[0]  # where a fault from here on is found
    c.scratch[2].rip = new_rip
    c.op = cython.address(c.scratch[2])
    for i in range(6):
        c.sel[i] = selectors[i]
    s.ldt_selector = ldt
    s.segment[LDTR].rights = 0
    if ldt & 0xFFFC:
        if ldt & 4 or not read_descriptor(c, s, ldt, cython.address(d)) or d.rights & 31 != 2:
            raise_fault(c, TS_, ldt & 0xFFFC)
        if not d.rights & PRESENT:
            raise_fault(c, TS_, ldt & 0xFFFC)
        s.segment[LDTR].base = d.base
        s.segment[LDTR].limit = d.limit
        s.segment[LDTR].rights = d.rights
    if new_flags & VM:
        for i in range(6):
            if i != CS:
                set_real_segment(c, s, i, selectors[i])
        enter_code(c, s, selectors[CS], cython.cast(u64, selectors[CS]) << 4, 0xFFFF,
                   PRESENT | NOT_SYSTEM | CODE | WRITABLE | ACCESSED | 3 << 5, 3)
        return new_rip & 0xFFFF
    s.cpl = selectors[CS] & 3
    load_task_segment(c, s, SS, selectors[SS])
    load_task_segment(c, s, CS, selectors[CS])
    enter_code(c, s, selectors[CS], c.seg_base[CS], s.segment[CS].limit, s.segment[CS].rights, s.cpl)
    for i in range(6):
        if i != CS and i != SS:
            load_task_segment(c, s, i, selectors[i])
    choose_flavour(c, s)
    if new_rip > s.segment[CS].high:
        raise_fault(c, GP, 0)
    return new_rip
