"""A PC's memory: linear to physical addresses by the guest's page tables, and what is at a physical one.

All of the machine's memory is one file, mapped once: RAM at its physical addresses, then the copy of the
ROM that ends at 4 GiB, a page for what is not there and one for writes that have no effect. An access
that crosses into a page which is not its neighbour in that file is made through a window where the file's
two pages are mapped side by side. So a handler always gets one pointer, to read, write or both.
"""

import cython
from cython.cimports.blinkenlights.core.state import TLB_SIZE, CpuP, u8, u8p, u32, u64
from cython.cimports.blinkenlights.core.supervisor.state import SystemP
from cython.cimports.libc.string import memcpy, memset

PAGE_MASK = cython.declare(u64, 0xFFF)
NOWHERE = cython.declare(u64, ~cython.cast(u64, 0))

# page-table entries (Intel SDM volume 3, tables 4-5 to 4-20)
P = cython.declare(u64, 1)
W = cython.declare(u64, 2)
U = cython.declare(u64, 4)
ACCESSED_BIT = cython.declare(u64, 32)
DIRTY = cython.declare(u64, 64)
LARGE = cython.declare(u64, 128)
NX = cython.declare(u64, cython.cast(u64, 1) << 63)
ADDRESS = cython.declare(u64, 0x000F_FFFF_FFFF_F000)
TOO_HIGH = cython.declare(u64, 0x000F_C000_0000_0000)  # physical addresses have 46 bits

PDPT_ADDRESS = cython.declare(u64, 0xFFFFFFE0)
LARGE_32 = cython.declare(u64, 0xFFC00000)
ABOVE_PAT = cython.declare(u64, ~cython.cast(u64, 0x1FFF))  # a large page's address is aligned above

# page-fault error codes
E_PRESENT = cython.declare(cython.int, 1)
E_WRITE = cython.declare(cython.int, 2)
E_USER = cython.declare(cython.int, 4)
E_RESERVED = cython.declare(cython.int, 8)
E_FETCH = cython.declare(cython.int, 16)

written = cython.declare(Written, cython.NULL)


def watch_code_by(how):
    global written
    written = how


# -- physical addresses ----------------------------------------------------------------------------


def frame_of(s, physical):
    page: u64 = (physical & s.physical_mask) >> 12
    if page < s.ram_pages:
        return page
    if page < 0x100000 and page + s.rom_pages >= 0x100000:
        return s.rom_frame + (page + s.rom_pages - 0x100000)
    return s.absent_frame


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def host_of(c: CpuP, s: SystemP, physical: u64) -> u8p:
    return cython.cast(u8p, c.membase + (frame_of(s, physical) << 12) + (physical & PAGE_MASK))


def physical_u64(c, s, physical):
    return cython.cast(cython.pointer[u64], host_of(c, s, physical))[0]


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def may_change(c: CpuP, s: SystemP, frame: u64, writing: cython.int) -> cython.bint:
    """Whether a page may be written without more ado; with `writing` it may be now. For time travel."""
    space: SpaceP = cython.cast(SpaceP, c.space)
    return space.saver == cython.NULL or space.saver(space, frame << 12, writing) != 0


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def mark(c: CpuP, s: SystemP, slot: u64, bits: u64) -> cython.void:
    """Set accessed and dirty bits in a page-table entry, which may stand in ROM."""
    frame: u64 = frame_of(s, slot)
    entry: u8p = cython.cast(u8p, c.membase + (frame << 12) + (slot & PAGE_MASK))
    if frame == s.absent_frame or s.attributes[frame] & A_ROM or (entry[0] & bits) == bits:
        return
    if s.attributes[frame] & A_CODE:
        written(c, s, frame, slot & PAGE_MASK, 1)
    may_change(c, s, frame, 1)
    entry[0] |= cython.cast(u8, bits)


# -- page tables -----------------------------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def allowed(c: CpuP, s: SystemP, slot: u64, rights: u64, leaf: u64, access: cython.int, user: cython.bint,
            error: cython.int, t: TranslationP) -> cython.int:
    """The end of a walk: permissions, then the accessed and dirty bits."""
    free: cython.bint = not user and not s.cr0 & CR0_WP
    may_write: cython.bint = rights & W != 0 or free
    if user and not rights & U:
        return error | E_PRESENT
    if access == TO_WRITE and not may_write:
        return error | E_PRESENT
    if access == TO_FETCH and rights & NX:
        return error | E_PRESENT
    mark(c, s, slot, ACCESSED_BIT | (DIRTY if access == TO_WRITE else 0))
    t.writable = may_write and (access == TO_WRITE or leaf & DIRTY != 0)
    return FINE


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def walk_32(c: CpuP, s: SystemP, linear: u64, access: cython.int, user: cython.bint, error: cython.int,
            t: TranslationP) -> cython.int:
    """Two levels of 4-byte entries."""
    slot: u64 = (s.cr3 & PAGES_32) + ((linear >> 22) & 1023) * 4
    upper: u64 = cython.cast(cython.pointer[u32], host_of(c, s, slot))[0]
    lower: u64
    below: u64
    if not upper & P:
        return error
    if upper & LARGE and s.cr4 & CR4_PSE:
        if upper & 0x200000:
            return error | E_PRESENT | E_RESERVED
        t.physical = (upper & LARGE_32) | (upper & 0x1FE000) << 19 | (linear & 0x3FFFFF)
        return allowed(c, s, slot, upper, upper, access, user, error, t)
    below = (upper & PAGES_32) + ((linear >> 12) & 1023) * 4
    lower = cython.cast(cython.pointer[u32], host_of(c, s, below))[0]
    mark(c, s, slot, ACCESSED_BIT)
    if not lower & P:
        return error
    t.physical = (lower & PAGES_32) | (linear & PAGE_MASK)
    return allowed(c, s, below, upper & lower, lower, access, user, error, t)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def walk_64(c: CpuP, s: SystemP, linear: u64, access: cython.int, user: cython.bint, error: cython.int,
            t: TranslationP) -> cython.int:
    """Three (PAE) or four (long mode) levels of 8-byte entries."""
    in_long_mode: cython.bint = s.efer & EFER_LMA != 0
    shift: cython.int = 39 if in_long_mode else 30
    table: u64 = s.cr3 & (ADDRESS if in_long_mode else PDPT_ADDRESS)
    rights: u64 = W | U
    reserved: u64 = TOO_HIGH | (0 if s.efer & EFER_NXE else NX)
    slot: u64
    entry: u64
    inside: u64
    leaf: cython.bint
    while True:
        slot = table + ((linear >> shift) & (511 if in_long_mode or shift < 30 else 3)) * 8
        entry = physical_u64(c, s, slot)
        if not entry & P:
            return error
        if entry & reserved:
            return error | E_PRESENT | E_RESERVED
        leaf = shift == 12
        if shift == 30 and not in_long_mode:  # a PDPTE has no rights
            if entry & 0x1E6:
                return error | E_PRESENT | E_RESERVED
        else:
            rights = (rights & entry & (W | U)) | ((rights | entry) & NX)
            if entry & LARGE and shift > 12:
                if shift == 39:
                    return error | E_PRESENT | E_RESERVED
                leaf = True
        inside = (cython.cast(u64, 1) << shift) - 1
        if leaf:
            break
        if not (shift == 30 and not in_long_mode):
            mark(c, s, slot, ACCESSED_BIT)
        table = entry & ADDRESS
        shift -= 9
    if shift > 12 and entry & inside & ABOVE_PAT:
        return error | E_PRESENT | E_RESERVED
    t.physical = (entry & ADDRESS & ~inside) | (linear & inside)
    return allowed(c, s, slot, rights, entry, access, user, error, t)


def walk(c, s, linear, access, user, t):
    error: cython.int = E_USER if user else 0
    if access == TO_WRITE:
        error |= E_WRITE
    if not s.cr0 & CR0_PG:
        t.physical = linear
        t.writable = 1
        return FINE
    if access == TO_FETCH and s.cr4 & CR4_PAE and s.efer & EFER_NXE:
        error |= E_FETCH
    if s.cr4 & CR4_PAE:
        return walk_64(c, s, linear, access, user, error, t)
    return walk_32(c, s, linear, access, user, error, t)


# -- accesses that the TLB does not know ---------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def watched(s: SystemP, address: u64, size: cython.int, writing: cython.bint) -> cython.bint:
    """Note data breakpoints that an access meets; True if the page has any."""
    i: cython.int
    kind: u64
    length: u64
    at: u64
    page: cython.bint = False
    for i in range(4):
        if not s.dr[7] >> (2 * i) & 3:
            continue
        kind = s.dr[7] >> (16 + 4 * i) & 3
        if kind != 1 and kind != 3:
            continue
        length = s.dr[7] >> (18 + 4 * i) & 3
        length = 8 if length == 2 else length + 1
        at = s.dr[i] & ~(length - 1)
        if at >> 12 == address >> 12:
            page = True
            if (writing or kind == 3) and address < at + length and at < address + size:
                s.dr6_pending |= cython.cast(u64, 1) << i
    return page


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def page_of_access(c: CpuP, s: SystemP, address: u64, size: cython.int, access: cython.int) -> u8p:
    """The host address of one page's part of an access, after the TLB has learned what it may."""
    user: cython.bint = c.tlb == s.tlbs[1]
    page: u64 = address & ~PAGE_MASK
    t: Translation
    error: cython.int = walk(c, s, address, access, user, cython.address(t))
    entry: TlbEntryP
    space: SpaceP = cython.cast(SpaceP, c.space)
    watched_bits: u64
    host: u64
    frame: u64
    if error != FINE:
        if access == TO_READ and c.op.flags & WRITES:
            error |= E_WRITE
        c.vector = 14
        c.error_code = error
        c.fault_address = address
        c.host_signal = 0
        siglongjmp(c.fault_jump, 1)
    frame = frame_of(s, t.physical)
    host = c.membase + (frame << 12)
    entry = cython.address(c.tlb[(page >> 12) & (TLB_SIZE - 1)])
    if s.dr[7] & 0xFF and watched(s, address, size, access == TO_WRITE):
        entry.read_tag = entry.write_tag = NOWHERE
    else:
        entry.read_tag = page
        entry.write_tag = NOWHERE
        entry.addend = host - page
        if t.writable and not s.attributes[frame] and may_change(c, s, frame, access == TO_WRITE):
            entry.write_tag = page
    if space.probes != cython.NULL:
        watched_bits = watch_bits(space, page)
        if watched_bits & PTE_WATCH_READ:
            entry.read_tag = NOWHERE
        if watched_bits & PTE_WATCH_WRITE:
            entry.write_tag = NOWHERE
        # a debugger's memory is physical memory
        if t.physical == address and watched_bits & (
                PTE_WATCH_WRITE if access == TO_WRITE else PTE_WATCH_READ):
            note(c, address, size, 2 if access == TO_WRITE else 1)
    if access == TO_WRITE:
        if s.attributes[frame] & A_ROM:
            memcpy(cython.cast(u8p, c.membase + (s.trash_frame << 12)), cython.cast(u8p, host), 4096)
            return cython.cast(u8p, c.membase + (s.trash_frame << 12) + (address & PAGE_MASK))
        if s.attributes[frame] & A_CODE:
            written(c, s, frame, address & PAGE_MASK, size)
        may_change(c, s, frame, 1)
    return cython.cast(u8p, host + (address & PAGE_MASK))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def window(c: CpuP, s: SystemP, first: u64, second: u64) -> u64:
    """Where two pages of the memory file are side by side."""
    i: cython.int
    at: u64
    for i in range(WINDOWS):
        if s.window_first[i] == first and s.window_second[i] == second:
            return s.windows + i * 8192
    i = s.window_next
    s.window_next = (i + 1) % WINDOWS
    at = s.windows + i * 8192
    s.window_first[i] = first
    s.window_second[i] = second
    mmap(cython.cast(voidp, at), 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, s.memory_fd,
         first << 12)
    mmap(cython.cast(voidp, at + 4096), 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, s.memory_fd,
         second << 12)
    return at


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def access_slowly(c: CpuP, address: u64, size: cython.int, access: cython.int) -> u8p:
    s: SystemP = system_of(c)
    room: cython.int = 4096 - cython.cast(cython.int, address & PAGE_MASK)
    following: u64
    first: u8p
    second: u8p
    if c.mode == 64 and unlikely_(not_canonical(address)):
        c.vector = 14  # recover() makes it #GP or #SS
        c.error_code = 0
        c.fault_address = address
        c.host_signal = 0
        siglongjmp(c.fault_jump, 1)
    if likely_(size <= room):
        return page_of_access(c, s, address, size, access)
    following = address + room
    if c.mode != 64:
        following &= LOW_32
    first = page_of_access(c, s, address, room, access)
    second = page_of_access(c, s, following, size - room, access)
    if first + room == second:
        return first
    return cython.cast(u8p, window(c, s, (cython.cast(u64, first) - c.membase) >> 12,
                                   (cython.cast(u64, second) - c.membase) >> 12) + (address & PAGE_MASK))


def system_read(c, address, size):
    return access_slowly(c, address, size, TO_READ)


def system_write(c, address, size):
    return access_slowly(c, address, size, TO_WRITE)


# -- forgetting --------------------------------------------------------------------------------------


def flush_translations(c, s):
    # every tag is then one that no page has
    memset(s.tlbs[0], 0xFF, TLB_SIZE * cython.sizeof(s.tlbs[0][0]))
    memset(s.tlbs[1], 0xFF, TLB_SIZE * cython.sizeof(s.tlbs[1][0]))
    s.generation += 1


def flush_page(c, s, linear):
    i: cython.int
    entry: TlbEntryP
    for i in range(2):
        entry = cython.address(s.tlbs[i][(linear >> 12) & (TLB_SIZE - 1)])
        entry.read_tag = entry.write_tag = NOWHERE
    s.generation += 1


def withhold_writes(c, s, frame):
    host: u64 = c.membase + (frame << 12)
    i: cython.int
    j: cython.int
    entry: TlbEntryP
    for i in range(2):
        for j in range(TLB_SIZE):
            entry = cython.address(s.tlbs[i][j])
            if entry.read_tag + entry.addend == host:
                entry.write_tag = NOWHERE


def as_supervisor(c, s):
    c.tlb = s.tlbs[0]


def as_current(c, s):
    c.tlb = s.tlbs[1 if s.cpl == 3 else 0]


translate_systems_by(system_read, system_write)
