"""Descriptors, segment registers and the instructions that load and test them.

Whatever can't be done raises its exception by `raise_fault` before anything has changed.
"""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, OpP, u16, u32, u64
from cython.cimports.blinkenlights.core.supervisor.state import SegmentP, SystemP

TOP_8 = cython.declare(u32, 0xFF000000)
REAL_DATA = cython.declare(u32, PRESENT | NOT_SYSTEM | WRITABLE | ACCESSED)
REAL_CODE = cython.declare(u32, PRESENT | NOT_SYSTEM | CODE | WRITABLE | ACCESSED)


def real_mode(c, s):
    return not s.cr0 & CR0_PE


def virtual_8086(c):
    return c.eflags & VM != 0


def real_addresses(c, s):
    """Real or virtual-8086 mode: a selector is its base, shifted by 4."""
    return not s.cr0 & CR0_PE or c.eflags & VM != 0


# -- descriptor tables -------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def table_address(s: SystemP, address: u64) -> u64:
    return address if s.efer & EFER_LMA else address & LOW_32


def system_load(c, s, linear, size):
    """Memory as the processor itself reads it, whatever the privilege level."""
    value: u64
    as_supervisor(c, s)
    value = load(c, table_address(s, linear), size)
    as_current(c, s)
    return value


def system_store(c, s, linear, size, value):
    as_supervisor(c, s)
    store(c, table_address(s, linear), size, value)
    as_current(c, s)


def read_descriptor(c, s, selector, d):
    base: u64
    limit: u32
    offset: u32 = selector & 0xFFF8
    if selector & 4:
        if not s.segment[LDTR].rights & PRESENT:
            return False
        base = s.segment[LDTR].base
        limit = s.segment[LDTR].limit
    else:
        base = s.gdt_base
        limit = s.gdt_limit
    if offset + 7 > limit:
        return False
    d.address = base + offset
    d.selector = selector
    d.low = cython.cast(u32, system_load(c, s, d.address, 4))
    d.high = cython.cast(u32, system_load(c, s, d.address + 4, 4))
    d.base = (d.low >> 16) | (d.high & 0xFF) << 16 | (d.high & TOP_8)
    d.limit = (d.low & 0xFFFF) | (d.high & 0xF0000)
    d.rights = d.high >> 8 & 0xF0FF
    if d.rights & GRANULAR:
        d.limit = d.limit << 12 | 0xFFF
    return True


def wide_base(c, s, d):
    """Of an LDT's or a TSS's descriptor, which has 16 bytes in long mode."""
    if not s.efer & EFER_LMA:
        return d.base
    return d.base | system_load(c, s, d.address + 8, 4) << 32


# -- segment registers -------------------------------------------------------------------------------


def set_segment(c, s, number, selector, base, limit, rights):
    g: SegmentP = cython.address(s.segment[number])
    c.sel[number] = selector
    c.seg_base[number] = base
    g.limit = limit
    g.rights = rights
    choose_limits(g, real_addresses(c, s))


def use_descriptor(c, s, number, selector, d):
    if not d.rights & ACCESSED:
        system_store(c, s, d.address + 5, 1, (d.rights | ACCESSED) & 0xFF)
    set_segment(c, s, number, selector, d.base, d.limit, d.rights | ACCESSED)


def clear_segment(c, s, number, selector):
    """Make it unusable: a null selector."""
    set_segment(c, s, number, selector, 0, 0, dpl_of(s.segment[number].rights) << 5 if number == SS else 0)


def set_real_segment(c, s, number, selector):
    """In real mode the limit and the rights stay what they are; in virtual-8086 mode they are given."""
    c.sel[number] = selector
    c.seg_base[number] = cython.cast(u64, selector) << 4
    if not c.eflags & VM and not s.segment[number].rights & PRESENT:  # it was null in protected mode
        set_segment(c, s, number, selector, cython.cast(u64, selector) << 4, 0xFFFF, REAL_DATA)
    if c.eflags & VM:
        set_segment(c, s, number, selector, cython.cast(u64, selector) << 4, 0xFFFF, REAL_DATA | 3 << 5)


def enter_code(c, s, selector, base, limit, rights, cpl):
    c.sel[CS] = selector
    c.seg_base[CS] = base
    s.segment[CS].limit = limit
    s.segment[CS].rights = rights
    choose_limits(cython.address(s.segment[CS]), real_addresses(c, s))
    s.cpl = cpl
    as_current(c, s)
    c.mode = (64 if s.efer & EFER_LMA and rights & LONG else 32 if rights & BIG else 16)
    choose_flavour(c, s)


def load_segment(c, s, number, selector):
    """A data or stack segment register. The caller chooses the flavour anew."""
    d: Descriptor
    rpl: cython.int = selector & 3
    if real_addresses(c, s):
        set_real_segment(c, s, number, selector)
        return
    if selector & 0xFFFC == 0:
        if number == SS:
            if c.mode != 64 or s.cpl == 3 or rpl != s.cpl:
                raise_fault(c, GP, 0)
            set_segment(c, s, SS, selector, 0, 0, rpl << 5)
            return
        clear_segment(c, s, number, selector)
        return
    if not read_descriptor(c, s, selector, cython.address(d)):
        raise_fault(c, GP, selector & 0xFFFC)
    if not d.rights & NOT_SYSTEM:
        raise_fault(c, GP, selector & 0xFFFC)
    if number == SS:
        if d.rights & CODE or not d.rights & WRITABLE or rpl != s.cpl or dpl_of(d.rights) != s.cpl:
            raise_fault(c, GP, selector & 0xFFFC)
        if not d.rights & PRESENT:
            raise_fault(c, SS_, selector & 0xFFFC)
    else:
        if d.rights & CODE and not d.rights & WRITABLE:
            raise_fault(c, GP, selector & 0xFFFC)
        if d.rights & (CODE | DOWN) != (CODE | DOWN) and (
                dpl_of(d.rights) < rpl or dpl_of(d.rights) < s.cpl):
            raise_fault(c, GP, selector & 0xFFFC)
        if not d.rights & PRESENT:
            raise_fault(c, NP, selector & 0xFFFC)
    use_descriptor(c, s, number, selector, cython.address(d))


# -- instructions --------------------------------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def loaded(c: CpuP, o: OpP, s: SystemP, number: cython.int) -> OpP:
    """Go on after a segment register was loaded."""
    before: u32 = s.flavour
    choose_flavour(c, s)
    if number == SS:
        s.shadow_at = c.icount + o.count
    return done(c, o) if s.flavour == before else afresh(c, o)


def mov_seg(c, o):
    """Moves to and from segment registers."""
    s: SystemP = system_of(c)
    value: u64
    number: cython.int = o.dst
    if not o.extra:  # to a register or memory
        value = c.sel[o.src]
        if o.form == MR:
            store(c, ea(c, o), 2, value)
        else:
            put(c, o.dst, o.size, value)
        return done(c, o)
    if number == CS or number > GS:
        return fault(c, o, UD, 0)
    value = load(c, ea(c, o), 2) if o.form == RM else get(c, o.src, 2)
    load_segment(c, s, number, cython.cast(u16, value))
    return loaded(c, o, s, number)


def pop_segment(c, o):
    """POP of a segment register; PUSH is the general one's."""
    s: SystemP = system_of(c)
    sp: u64 = stack_pointer(c, o)
    value: u64
    if o.flags & LEGACY:
        check_stack(c, sp, o.size)
        value = load(c, linear(o, c.seg_base[SS] + sp), 2)
    else:
        value = load(c, sp, o.size)
    load_segment(c, s, o.dst, cython.cast(u16, value))
    set_stack_pointer(c, o, sp + o.size)
    return loaded(c, o, s, o.dst)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def load_far(c: CpuP, o: OpP, number: cython.int) -> OpP:
    """LDS and its kin."""
    s: SystemP = system_of(c)
    address: u64 = ea(c, o)
    value: u64 = load(c, address, o.size)
    selector: u16 = cython.cast(u16, load(c, linear(o, address + o.size), 2))
    load_segment(c, s, number, selector)
    put(c, o.dst, o.size, value)
    return loaded(c, o, s, number)


# fmt: off
def lds(c, o): return load_far(c, o, DS)
def les(c, o): return load_far(c, o, ES)
def lfs(c, o): return load_far(c, o, FS)
def lgs(c, o): return load_far(c, o, GS)
def lss(c, o): return load_far(c, o, SS)
# fmt: on


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def selector_operand(c: CpuP, o: OpP, second: cython.bint) -> u16:
    if o.form != RR:
        return cython.cast(u16, load(c, ea(c, o), 2))
    return cython.cast(u16, get(c, o.src if second else o.dst, 2))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def tell(c: CpuP, yes: cython.bint) -> cython.void:
    """ZF alone."""
    set_status(c, (get_status(c) & ~cython.cast(u64, ZF)) | (ZF if yes else 0))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def visible(c: CpuP, s: SystemP, selector: u16, d: DescriptorP, kinds: u32) -> cython.bint:
    """May the selector's descriptor be looked at? `kinds`: the system descriptors that may."""
    if selector & 0xFFFC == 0 or not read_descriptor(c, s, selector, d):
        return False
    if d.rights & NOT_SYSTEM:
        if d.rights & (CODE | DOWN) == (CODE | DOWN):
            return True
    elif not kinds >> (d.rights & 15) & 1:
        return False
    return dpl_of(d.rights) >= s.cpl and dpl_of(d.rights) >= selector & 3


def lar(c, o):
    s: SystemP = system_of(c)
    d: Descriptor
    # TSS 16, LDT, call gates, task gate, TSS 32
    kinds: u32 = 0x1A04 if s.efer & EFER_LMA else 0x1A3E
    if real_addresses(c, s):
        return fault(c, o, UD, 0)
    if visible(c, s, selector_operand(c, o, True), cython.address(d), kinds):
        put(c, o.dst, o.size, d.high & (0xFF00 if o.size == 2 else 0xF0FF00))
        tell(c, True)
    else:
        tell(c, False)
    return done(c, o)


def lsl(c, o):
    s: SystemP = system_of(c)
    d: Descriptor
    kinds: u32 = 0x0A04 if s.efer & EFER_LMA else 0x0A0E
    if real_addresses(c, s):
        return fault(c, o, UD, 0)
    if visible(c, s, selector_operand(c, o, True), cython.address(d), kinds):
        put(c, o.dst, o.size, d.limit)
        tell(c, True)
    else:
        tell(c, False)
    return done(c, o)


def verr(c, o):
    s: SystemP = system_of(c)
    d: Descriptor
    if real_addresses(c, s):
        return fault(c, o, UD, 0)
    tell(c, visible(c, s, selector_operand(c, o, False), cython.address(d), 0)
         and d.rights & (CODE | WRITABLE) != CODE)
    return done(c, o)


def verw(c, o):
    s: SystemP = system_of(c)
    d: Descriptor
    if real_addresses(c, s):
        return fault(c, o, UD, 0)
    tell(c, visible(c, s, selector_operand(c, o, False), cython.address(d), 0)
         and d.rights & (CODE | WRITABLE) == WRITABLE)
    return done(c, o)


def arpl(c, o):
    """Raise a selector's privilege level to the other's; ZF says whether that was needed."""
    s: SystemP = system_of(c)
    wanted: u64
    selector: u64
    raised: cython.bint
    if real_addresses(c, s):
        return fault(c, o, UD, 0)
    wanted = get(c, o.src, 2) & 3
    selector = load(c, ea(c, o), 2) if o.form == MR else get(c, o.dst, 2)
    raised = (selector & 3) < wanted
    if raised:
        selector = selector & 0xFFFC | wanted
        if o.form == MR:
            store(c, ea(c, o), 2, selector)
        else:
            put(c, o.dst, 2, selector)
    tell(c, raised)
    return done(c, o)


# -- the tables' own registers ---------------------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def load_table(c: CpuP, o: OpP, base: cython.pointer[u64], limit: cython.pointer[u32]) -> OpP:
    """LGDT, LIDT; the operand size is in `extra`."""
    s: SystemP = system_of(c)
    address: u64 = ea(c, o)
    length: u64
    where: u64
    if s.cpl:
        return fault(c, o, GP, 0)
    length = load(c, address, 2)
    where = load(c, linear(o, address + 2), 4 if o.flags & LEGACY else 8)
    if o.flags & LEGACY:
        if o.extra == 2:
            where &= 0xFFFFFF
    elif not_canonical(where):
        return fault(c, o, GP, 0)
    base[0] = where
    limit[0] = cython.cast(u32, length)
    return done(c, o)


def lgdt(c, o):
    s: SystemP = system_of(c)
    return load_table(c, o, cython.address(s.gdt_base), cython.address(s.gdt_limit))


def lidt(c, o):
    s: SystemP = system_of(c)
    return load_table(c, o, cython.address(s.idt_base), cython.address(s.idt_limit))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def store_table(c: CpuP, o: OpP, base: u64, limit: u32) -> OpP:
    address: u64 = ea(c, o)
    size: cython.int = 4 if o.flags & LEGACY else 8
    store(c, linear(o, address + 2), size, base)
    store(c, address, 2, limit)
    return done(c, o)


def sgdt(c, o):
    s: SystemP = system_of(c)
    return store_table(c, o, s.gdt_base, s.gdt_limit)


def sidt(c, o):
    s: SystemP = system_of(c)
    return store_table(c, o, s.idt_base, s.idt_limit)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def store_word(c: CpuP, o: OpP, value: u64, whole: u64) -> OpP:
    if o.form == MR:
        store(c, ea(c, o), 2, value)
    else:
        put(c, o.dst, o.size, whole)
    return done(c, o)


def sldt(c, o):
    s: SystemP = system_of(c)
    if real_addresses(c, s):
        return fault(c, o, UD, 0)
    return store_word(c, o, s.ldt_selector, s.ldt_selector)


def str_(c, o):
    s: SystemP = system_of(c)
    if real_addresses(c, s):
        return fault(c, o, UD, 0)
    return store_word(c, o, s.tr_selector, s.tr_selector)


def smsw(c, o):
    s: SystemP = system_of(c)
    return store_word(c, o, s.cr0 & 0xFFFF, s.cr0)


def lldt(c, o):
    s: SystemP = system_of(c)
    d: Descriptor
    selector: u16
    if real_addresses(c, s):
        return fault(c, o, UD, 0)
    if s.cpl:
        return fault(c, o, GP, 0)
    selector = selector_operand(c, o, False)
    if selector & 0xFFFC == 0:
        s.segment[LDTR].rights = 0
        s.ldt_selector = selector
        return done(c, o)
    if selector & 4 or not read_descriptor(c, s, selector, cython.address(d)) or d.rights & 31 != 2:
        return fault(c, o, GP, selector & 0xFFFC)
    if not d.rights & PRESENT:
        return fault(c, o, NP, selector & 0xFFFC)
    s.segment[LDTR].base = wide_base(c, s, cython.address(d))
    s.segment[LDTR].limit = d.limit
    s.segment[LDTR].rights = d.rights
    s.ldt_selector = selector
    return done(c, o)


def ltr(c, o):
    s: SystemP = system_of(c)
    d: Descriptor
    selector: u16
    base: u64
    if real_addresses(c, s):
        return fault(c, o, UD, 0)
    if s.cpl:
        return fault(c, o, GP, 0)
    selector = selector_operand(c, o, False)
    if selector & 0xFFFC == 0:
        return fault(c, o, GP, 0)
    if selector & 4 or not read_descriptor(c, s, selector, cython.address(d)) or not (
            d.rights & 31 == 9 or (d.rights & 31 == 1 and not s.efer & EFER_LMA)):
        return fault(c, o, GP, selector & 0xFFFC)
    if not d.rights & PRESENT:
        return fault(c, o, NP, selector & 0xFFFC)
    base = wide_base(c, s, cython.address(d))
    system_store(c, s, d.address + 5, 1, (d.rights | 2) & 0xFF)  # busy
    s.segment[TR].base = base
    s.segment[TR].limit = d.limit
    s.segment[TR].rights = d.rights | 2
    s.tr_selector = selector
    return done(c, o)


override("MOV_SEG", mov_seg)
override("POP", pop_segment)
override("LDS", lds)
override("LES", les)
override("LFS", lfs)
override("LGS", lgs)
override("LSS", lss)
override("LAR", lar)
override("LSL", lsl)
override("VERR", verr)
override("VERW", verw)
override("ARPL", arpl)
override("LGDT", lgdt, False, 1)
override("LIDT", lidt, False, 1)
override("SGDT", sgdt, False, 1)
override("SIDT", sidt, False, 1)
override("SLDT", sldt)
override("STR", str_)
override("SMSW", smsw)
override("LLDT", lldt)
override("LTR", ltr)
