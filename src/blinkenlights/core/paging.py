"""Areas, page tables and the TLB: who may access which guest page.

In virtualised memory a TLB miss walks a four-level page table as hardware does; an entry that is
not present is filled from the area that covers it, as a kernel's page-fault handler would.
"""

import cython
from cython.cimports.libc.stdlib import calloc, free

PF_PRESENT = cython.declare(cython.int, 1)
PF_WRITE = cython.declare(cython.int, 2)
PF_USER = cython.declare(cython.int, 4)


def acquire(lock):
    spins: cython.int = 0
    while test_and_set(lock, 1):
        spins += 1
        if spins > 100:
            sleep_without_gil(20)


def release(lock):
    lock_release(lock)


def first_area(s, address):
    low: cython.int = 0
    high: cython.int = s.count
    middle: cython.int
    while low < high:
        middle = (low + high) >> 1
        if s.areas[middle].end <= address:
            low = middle + 1
        else:
            high = middle
    return low


def find_area(s, address):
    i: cython.int = first_area(s, address)
    if i < s.count and s.areas[i].start <= address:
        return cython.address(s.areas[i])
    return cython.NULL


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def entry_of(s: SpaceP, address: u64, make: cython.int) -> u64p:
    """The page-table entry of `address`; NULL when a table is missing and `make` is 0."""
    table: u64p = s.pml4
    shift: cython.int = 39
    while shift > 12:
        slot: u64p = table + ((address >> shift) & 511)
        if not slot[0] & PTE_P:
            if not make:
                return cython.NULL
            fresh: u64p = cython.cast(u64p, calloc(512, 8))
            s.tables += 1
            # tables are aligned to 16 bytes only, so the flag bits fit below the address
            slot[0] = cython.cast(u64, fresh) | PTE_P
        table = cython.cast(u64p, slot[0] & ~cython.cast(u64, 15))
        shift -= 9
    return table + ((address >> 12) & 511)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def free_table(table: u64p, level: cython.int) -> cython.void:
    i: cython.int
    if level > 1:
        for i in range(512):
            if table[i] & PTE_P:
                free_table(cython.cast(u64p, table[i] & ~cython.cast(u64, 15)), level - 1)
    free(table)


def free_tables(s):
    if s.pml4 != cython.NULL:
        free_table(s.pml4, 4)
    s.pml4 = cython.NULL


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def page_fault(c: CpuP, address: u64, error: u32) -> cython.void:
    c.vector = 14
    c.error_code = error
    c.fault_address = address
    c.host_signal = 0
    siglongjmp(c.fault_jump, 1)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def walk(c: CpuP, address: u64, need: u32) -> u64:
    """Put the page of `address` into the TLB, or raise #PF when `need` isn't granted; its entry."""
    s: SpaceP = cython.cast(SpaceP, c.space)
    page: u64 = address & ~cython.cast(u64, 0xFFF)
    error: u32 = PF_USER | (PF_WRITE if need & PTE_W else 0)
    if address >= s.size:
        page_fault(c, address, error)
    if s.pml4 == cython.NULL:
        return walk_areas(c, s, address, need, error)
    acquire(cython.address(s.lock))
    pte: u64p = entry_of(s, page, 1)
    if not pte[0] & PTE_P:
        area: AreaP = find_area(s, page)
        if area != cython.NULL and area.prot:
            pte[0] = (page + s.base) | PTE_P | PTE_U | (PTE_W if area.prot & PROT_W else 0)
            if s.probes != cython.NULL:
                pte[0] |= watch_bits(s, page)
            s.present += 1
    found: u64 = pte[0]
    release(cython.address(s.lock))
    if not found & PTE_P:
        page_fault(c, address, error)
    if need & PTE_W and not found & PTE_W:
        page_fault(c, address, error | PF_PRESENT)
    writable: cython.bint = found & PTE_W != 0
    if writable and s.saver != cython.NULL:
        writable = s.saver(s, page, need & PTE_W) != 0
    t: TlbEntryP = cython.address(c.tlb[(page >> 12) & (TLB_SIZE - 1)])
    t.read_tag = page | TAG_WATCHED if found & PTE_WATCH_READ else page
    t.write_tag = ~cython.cast(u64, 0)
    if writable:
        t.write_tag = page | TAG_WATCHED if found & PTE_WATCH_WRITE else page
    t.addend = s.base
    return found


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def walk_areas(c: CpuP, s: SpaceP, address: u64, need: u32, error: u32) -> u64:
    """`walk` in linear memory, where a single instruction is checked: without tables, past the TLB."""
    acquire(cython.address(s.lock))
    area: AreaP = find_area(s, address)
    prot: cython.int = area.prot if area != cython.NULL else 0
    release(cython.address(s.lock))
    if not prot:
        page_fault(c, address, error)
    if need & PTE_W and not prot & PROT_W:
        page_fault(c, address, error | PF_PRESENT)
    return PTE_P


watch_bits = cython.declare(WatchBits, cython.NULL)
note_access = cython.declare(Note, cython.NULL)


def watch_by(bits, note):
    global watch_bits, note_access
    watch_bits = bits
    note_access = note


system_read = cython.declare(SlowAccess, cython.NULL)
system_write = cython.declare(SlowAccess, cython.NULL)


def translate_systems_by(read, write):
    global system_read, system_write
    system_read = read
    system_write = write


changed = cython.declare(Changed, cython.NULL)
flush_system = cython.declare(Flush, cython.NULL)


def tell_systems_by(how, flush):
    global changed, flush_system
    changed = how
    flush_system = flush


def system_memory_changed(s, address, length):
    if s.cpus != cython.NULL and s.cpus.system != cython.NULL:
        changed(s.cpus, address, length)


def read_slow(c, address, size):
    if c.system != cython.NULL:
        return system_read(c, address, size)
    t: TlbEntryP = cython.address(c.tlb[(address >> 12) & (TLB_SIZE - 1)])
    page: u64 = address & ~cython.cast(u64, 0xFFF)
    if t.read_tag == page | TAG_WATCHED and address - page + size <= 0x1000:
        note_access(c, address, size, PROT_R)
        return cython.cast(u8p, address + t.addend)
    found: u64 = walk(c, address, 0)
    if ((address & 0xFFF) + size) > 0x1000:
        found |= walk(c, (address | 0xFFF) + 1, 0)
    if found & PTE_WATCH_READ:
        note_access(c, address, size, PROT_R)
    return cython.cast(u8p, address + c.membase)


def write_slow(c, address, size):
    if c.system != cython.NULL:
        return system_write(c, address, size)
    t: TlbEntryP = cython.address(c.tlb[(address >> 12) & (TLB_SIZE - 1)])
    page: u64 = address & ~cython.cast(u64, 0xFFF)
    if t.write_tag == page | TAG_WATCHED and address - page + size <= 0x1000:
        note_access(c, address, size, PROT_W)
        return cython.cast(u8p, address + t.addend)
    found: u64 = walk(c, address, PTE_W)
    if ((address & 0xFFF) + size) > 0x1000:
        found |= walk(c, (address | 0xFFF) + 1, PTE_W)
    if found & PTE_WATCH_WRITE:
        note_access(c, address, size, PROT_W)
    return cython.cast(u8p, address + c.membase)


def flush_tlb(c):
    i: cython.int
    if c.system != cython.NULL:
        flush_system(c)
        return
    for i in range(TLB_SIZE):
        c.tlb[i].read_tag = ~cython.cast(u64, 0)
        c.tlb[i].write_tag = ~cython.cast(u64, 0)


def withhold_writes(s):
    cpu: CpuP = s.cpus
    i: cython.int
    while cpu != cython.NULL:
        if cpu.system != cython.NULL:
            # all of it: so translations are as if the machine had come here from a checkpoint
            flush_system(cpu)
        elif cpu.paged:
            for i in range(TLB_SIZE):
                cpu.tlb[i].write_tag = ~cython.cast(u64, 0)
        cpu = cpu.next


def flush_all(s):
    cpu: CpuP = s.cpus
    while cpu != cython.NULL:
        if cpu.paged:
            flush_tlb(cpu)
        cpu = cpu.next


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def after_gap(s: SpaceP, address: u64) -> u64:
    """The end of what the table that is missing at `address` would map: 2 MiB, 1 GiB or 512 GiB."""
    table: u64p = s.pml4
    shift: cython.int = 39
    while shift > 21 and table[(address >> shift) & 511] & PTE_P:
        table = cython.cast(u64p, table[(address >> shift) & 511] & ~cython.cast(u64, 15))
        shift -= 9
    return (address | ((cython.cast(u64, 1) << shift) - 1)) + 1


def forget_pages(s, start, end):
    """Drop the page-table entries of a range, and every processor's TLB.

    A processor that is running may use an entry it has already looked up; the host's own page
    protection, which follows the guest's, then raises the fault.
    """
    page: u64 = start
    pte: u64p
    cpu: CpuP
    if s.pml4 == cython.NULL:
        return
    while page < end:
        pte = entry_of(s, page, 0)
        if pte == cython.NULL:
            page = after_gap(s, page)
            continue
        if pte[0] & PTE_P:
            s.present -= 1
            pte[0] = 0
        page += 4096
    cpu = s.cpus
    while cpu != cython.NULL:
        if cpu.paged:
            flush_tlb(cpu)
        cpu = cpu.next
