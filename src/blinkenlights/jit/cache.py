"""The cache of translations: finding them, linking them, forgetting them, and making room.

Everything is changed under the address space's lock. Code memory is filled from one end; when a half
is full everything is forgotten and the other half is next. By the time that is full as well, every
thread has left the code of the first: its links lead nowhere any more, so the next branch leaves.
"""

import cython
from cython.cimports.libc.stdlib import free, malloc, realloc
from cython.cimports.libc.string import memset

CHUNK = cython.declare(u64, 1 << 18)
LARGE_CHUNK = cython.declare(u64, 1 << 21)
CODE_ALIGNMENT = cython.declare(u64, 32)
COMMON_ROOM = cython.declare(u64, 4096)


# -- memory ------------------------------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def reserve_array(size: u64) -> voidp:
    """Zeroed, and taking no memory before it is used."""
    at: voidp = mmap(cython.NULL, size, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    return cython.NULL if at == MAP_FAILED else at


def new_cache(size):
    """`size` bytes of code memory, two halves together."""
    cache: CacheP = cython.cast(CacheP, reserve_array(cython.sizeof(Cache)))
    i: cython.int
    half: HalfP
    if cache == cython.NULL:
        return cython.NULL
    if not reserve(cython.address(cache.memory), size):
        munmap(cache, cython.sizeof(Cache))
        return cython.NULL
    cache.jump_slots = cython.cast(u32p, low_memory(TARGETS * 8))
    if cache.jump_slots == cython.NULL:
        give_back(cython.address(cache.memory))
        munmap(cache, cython.sizeof(Cache))
        return cython.NULL
    cache.return_slots = cache.jump_slots + TARGETS
    cache.jump_chains = cython.cast(SitePP, reserve_array(CHAINS * 8))
    cache.return_chains = cython.cast(SitePP, reserve_array(CHAINS * 8))
    cache.entries = cython.cast(EntryPP, reserve_array(ENTRIES * 8))
    cache.covers = cython.cast(CoverP, reserve_array(COVERS * cython.sizeof(Cover)))
    cache.most_sites = cython.cast(u32, size // 24)
    cache.most_units = cython.cast(u32, size // 48)
    cache.epoch = 1
    for i in range(2):
        half = cython.address(cache.halves[i])
        half.start = i * (size // 2)
        half.sites = cython.cast(SiteP, reserve_array(cache.most_sites * cython.sizeof(Site)))
        half.units = cython.cast(UnitPP, reserve_array(cache.most_units * 8))
        half.site_count = FIRST_SITE
    back_end.common(cache, cython.cast(u64, cache.memory.run))
    put_code(cython.address(cache.memory), 0, cache.draft.code, cache.draft.size)
    cache.halves[0].start = COMMON_ROOM
    fresh_slots(cache)
    return cache


def free_cache(cache):
    i: cython.int
    half: HalfP
    for i in range(2):
        half = cython.address(cache.halves[i])
        free_chunks(half)
        munmap(half.sites, cache.most_sites * cython.sizeof(Site))
        munmap(half.units, cache.most_units * 8)
    munmap(cache.jump_slots, TARGETS * 8)
    munmap(cache.jump_chains, CHAINS * 8)
    munmap(cache.return_chains, CHAINS * 8)
    munmap(cache.entries, ENTRIES * 8)
    munmap(cache.covers, COVERS * cython.sizeof(Cover))
    free(cache.avoided)
    give_back(cython.address(cache.memory))
    munmap(cache, cython.sizeof(Cache))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def free_chunks(half: HalfP) -> cython.void:
    i: cython.int
    for i in range(half.chunk_count):
        free(half.chunks[i])
    free(half.chunks)
    half.chunks = cython.NULL
    half.chunk_count = 0
    half.chunk_used = 0


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def allocate(half: HalfP, size: u64) -> u8p:
    """Memory that lives as long as the half's code."""
    size = (size + 7) & ~cython.cast(u64, 7)
    large: voidp = cython.NULL
    if half.chunk_count == 0 or half.chunk_used + size > half.chunk_room:
        half.chunks = cython.cast(u8pp, realloc(half.chunks, (half.chunk_count + 1) * 8))
        half.chunk_room = CHUNK
        if half.chunk_count * CHUNK >= LARGE_FROM and posix_memalign(
                cython.address(large), LARGE_CHUNK, LARGE_CHUNK) == 0:
            half.chunk_room = LARGE_CHUNK
            use_large_pages(large, LARGE_CHUNK)
        half.chunks[half.chunk_count] = cython.cast(u8p, large if large != cython.NULL else malloc(CHUNK))
        half.chunk_count += 1
        half.chunk_used = 0
    p: u8p = half.chunks[half.chunk_count - 1] + half.chunk_used
    half.chunk_used += size
    return p


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def empty_slots(cache: CacheP) -> cython.void:
    i: cython.int
    for i in range(TARGETS):
        cache.jump_slots[i] = cache.no_target
        cache.return_slots[i] = cache.no_return
    memset(cache.jump_chains, 0, CHAINS * 8)
    memset(cache.return_chains, 0, CHAINS * 8)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def fresh_slots(cache: CacheP) -> cython.void:
    """As `empty_slots`, when no thread can be inside: for less, should the pages be a parent's, too."""
    fill_memory(cache.jump_slots, TARGETS * 4, cache.no_target)
    fill_memory(cache.return_slots, TARGETS * 4, cache.no_return)
    clear_memory(cache.jump_chains, CHAINS * 8)
    clear_memory(cache.return_chains, CHAINS * 8)


def site_of(cache, number):
    half: cython.int = number & 1
    return cython.address(cache.halves[half].sites[number >> 1])


# -- links -------------------------------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def lead(cache: CacheP, site: SiteP, code: u64) -> cython.void:
    """Let a site's jump go to an offset in code memory."""
    put_word(cython.address(cache.memory), site.patch, cython.cast(u32, code - site.patch - 4))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def link(cache: CacheP, site: SiteP, unit: UnitP, code: u64) -> cython.void:
    if site.linked:
        return
    site.linked = 1
    site.next_incoming = unit.incoming
    unit.incoming = site
    lead(cache, site, code)
    cache.statistics.links += 1


# -- ways in for indirect jumps ----------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def slot_word(cache: CacheP, kind: cython.int, slot: u32) -> u32p:
    return cython.address((cache.return_slots if kind == SITE_RETURN else cache.jump_slots)[slot])


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def chain_of(cache: CacheP, kind: cython.int, slot: u32) -> cython.pointer[SiteP]:
    """The open ways in of a slot and of others, newest first."""
    if kind == SITE_RETURN:
        return cython.address(cache.return_chains[chain_number(slot)])
    return cython.address(cache.jump_chains[chain_number(slot)])


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def of_slot(site: SiteP, slot: u32) -> SiteP:
    """The first of a chain that is of the slot."""
    while site != cython.NULL and slot_of(site) != slot:
        site = site.next_in_slot
    return site


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def slot_of(site: SiteP) -> u32:
    return back_end.return_slot(site.target) if site.kind == SITE_RETURN else back_end.jump_slot(site.target)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def way_in_for(cache: CacheP, kind: cython.int, rip: u64) -> SiteP:
    slot: u32 = back_end.return_slot(rip) if kind == SITE_RETURN else back_end.jump_slot(rip)
    site: SiteP = chain_of(cache, kind, slot)[0]
    if slot_word(cache, kind, slot)[0] == nowhere(cache, kind):
        return cython.NULL
    while site != cython.NULL and site.target != rip:
        site = site.next_in_slot
    return site


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def nowhere(cache: CacheP, kind: cython.int) -> u32:
    """Host address of the end of every chain: out."""
    return cache.no_return if kind == SITE_RETURN else cache.no_target


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def lead_on(cache: CacheP, site: SiteP, other: SiteP) -> cython.void:
    """Let a way in ask another one next, or none."""
    run: u64 = cython.cast(u64, cache.memory.run)
    if other != cython.NULL:
        lead(cache, site, other.stub)
    else:
        lead(cache, site, nowhere(cache, site.kind) - run)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def open_way(cache: CacheP, site: SiteP) -> cython.void:
    """Put a way in at the front of its slot; the one that stood there is asked next."""
    slot: u32 = slot_of(site)
    chain: cython.pointer[SiteP] = chain_of(cache, site.kind, slot)
    there: cython.bint = slot_word(cache, site.kind, slot)[0] != nowhere(cache, site.kind)
    lead_on(cache, site, of_slot(chain[0], slot) if there else cython.NULL)
    site.next_in_slot = chain[0]
    chain[0] = site
    fence()
    slot_word(cache, site.kind, slot)[0] = cython.cast(u32, cython.cast(u64, cache.memory.run) + site.stub)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def close_way(cache: CacheP, site: SiteP) -> cython.void:
    slot: u32 = slot_of(site)
    run: u64 = cython.cast(u64, cache.memory.run)
    at: cython.pointer[SiteP] = chain_of(cache, site.kind, slot)
    before: SiteP = cython.NULL
    after: SiteP
    while at[0] != cython.NULL and at[0] != site:
        if slot_of(at[0]) == slot:
            before = at[0]
        at = cython.address(at[0].next_in_slot)
    if at[0] == cython.NULL:
        return
    at[0] = site.next_in_slot
    after = of_slot(site.next_in_slot, slot)
    if before != cython.NULL:
        lead_on(cache, before, after)
    elif after != cython.NULL:
        slot_word(cache, site.kind, slot)[0] = cython.cast(u32, run + after.stub)
    else:
        slot_word(cache, site.kind, slot)[0] = nowhere(cache, site.kind)


# -- forgetting --------------------------------------------------------------------------------


def kill(cache, unit):
    site: SiteP = unit.incoming
    entry: EntryP = unit.entries
    slot: cython.pointer[EntryP]
    if unit.dead:
        return
    unit.dead = 1
    cache.statistics.invalidated += 1
    while site != cython.NULL:
        site.linked = 0
        lead(cache, site, site.stub)
        site = site.next_incoming
    unit.incoming = cython.NULL
    site = unit.returns
    while site != cython.NULL:
        close_way(cache, site)
        site = site.next_incoming
    while entry != cython.NULL:
        slot = cython.address(cache.entries[bucket_of(entry.rip)])
        while slot[0] != cython.NULL and slot[0] != entry:
            slot = cython.address(slot[0].chain)
        if slot[0] == entry:
            slot[0] = entry.chain
        entry = entry.next_of_unit
    unit.entries = cython.NULL


def forget(s, units, overhanging):
    cache: CacheP = cython.cast(CacheP, s.translated)
    unit: UnitP = cython.cast(UnitP, units)
    while unit != cython.NULL:
        kill(cache, unit)
        unit = unit.chain_in_page
    unit = cython.cast(UnitP, overhanging)
    while unit != cython.NULL:
        kill(cache, unit)
        unit = unit.chain_in_page2


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def empty_half(half: HalfP) -> cython.void:
    half.unit_count = 0  # first: `unit_at` takes no lock
    fence()
    free_chunks(half)
    half.used = 0
    half.site_count = FIRST_SITE


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def kill_around(cache: CacheP, s: SpaceP, rip: u64) -> cython.void:
    """The units that have a guest address in them."""
    page: PageP = page_of(cython.cast(BlocksP, s.blocks), rip >> 12, 0)
    unit: UnitP
    if page == cython.NULL:
        return
    unit = cython.cast(UnitP, page.units)
    while unit != cython.NULL:
        if rip - unit.start < unit.bytes:
            kill(cache, unit)
        unit = unit.chain_in_page


def avoid(s, addresses, count):
    cache: CacheP = cython.cast(CacheP, s.translated)
    old: u64p = cache.avoided
    old_count: u32 = cache.avoided_count
    i: u32
    acquire(cython.address(s.lock))
    cache.avoided = addresses
    cache.avoided_count = count
    for i in range(old_count):
        kill_around(cache, s, old[i])
    for i in range(count):
        kill_around(cache, s, addresses[i])
    release(cython.address(s.lock))
    free(old)


def free_with_space(s):
    free_cache(cython.cast(CacheP, s.translated))
    s.translated = cython.NULL


def start_afresh(s):
    cache: CacheP = cython.cast(CacheP, s.translated)
    cache.epoch += 2
    cache.cold = cython.NULL
    cache.to_be_reset = True
    if cache.memory.here[0]:  # else it may never be: small programs end before
        finish_reset(cache)


def finish_reset(cache):
    if not cache.to_be_reset:
        return
    cache.to_be_reset = False
    clear_memory(cache.entries, ENTRIES * 8)
    clear_memory(cache.covers, COVERS * cython.sizeof(Cover))
    fresh_slots(cache)
    empty_half(cython.address(cache.halves[0]))
    empty_half(cython.address(cache.halves[1]))
    cache.half = 0
    cache.memory.filled[0] = COMMON_ROOM
    cache.memory.filled[1] = 0


def evict(c, cache):
    s: SpaceP = cython.cast(SpaceP, c.space)
    blocks: BlocksP = cython.cast(BlocksP, s.blocks)
    half: HalfP = cython.address(cache.halves[cache.half])
    page: PageP = blocks.newest
    site: SiteP
    i: u32
    other: CpuP
    for i in range(half.unit_count):
        half.units[i].dead = 1
        half.units[i].incoming = cython.NULL
    for i in range(FIRST_SITE, half.site_count):
        site = cython.address(half.sites[i])
        if site.linked:
            site.linked = 0
            lead(cache, site, site.stub)
    memset(cache.entries, 0, ENTRIES * 8)
    memset(cache.covers, 0, COVERS * cython.sizeof(Cover))
    empty_slots(cache)
    while page != cython.NULL:
        page.units = page.overhanging_units = cython.NULL
        page = page.older
    cache.statistics.evictions += 1
    cache.epoch += 1
    half.emptied_at = cache.epoch
    cache.half = 1 - cache.half
    half = cython.address(cache.halves[cache.half])
    # threads that were in this half when it was emptied have left it, or will at their next branch
    other = s.cpus
    while other != cython.NULL:
        while other != c and other.inside and other.epoch < half.emptied_at:
            usleep(50)
        other = other.next
    empty_half(half)


# -- finding -----------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def bucket_of(rip: u64) -> u32:
    # neighbouring code has neighbouring buckets: a small program touches few pages of the table
    return ((rip >> 3) ^ (rip >> 20)) & (ENTRIES - 1)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def entry_of(cache: CacheP, rip: u64) -> EntryP:
    entry: EntryP = cache.entries[bucket_of(rip)]
    while entry != cython.NULL and entry.rip != rip:
        entry = entry.chain
    return entry


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def add_entry(cache: CacheP, unit: UnitP, rip: u64, code: u64) -> EntryP:
    half: HalfP = cython.address(cache.halves[cache.half])
    entry: EntryP = cython.cast(EntryP, allocate(half, cython.sizeof(Entry)))
    slot: u32 = bucket_of(rip)
    entry.rip = rip
    entry.unit = unit
    entry.code = cython.cast(u32, code)
    entry.next_of_unit = unit.entries
    unit.entries = entry
    entry.chain = cache.entries[slot]
    fence()
    cache.entries[slot] = entry
    return entry


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def inside_of(unit: UnitP, rip: u64) -> BoundaryP:
    """The boundary of the instruction at `rip`, if the unit has one there that may be entered."""
    offset: u64 = rip - unit.start
    low: cython.int = 0
    high: cython.int = unit.boundary_count
    middle: cython.int
    if unit.dead or unit.checked or offset >= unit.bytes:
        return cython.NULL
    while low < high:
        middle = (low + high) >> 1
        if unit.boundaries[middle].guest < offset:
            low = middle + 1
        else:
            high = middle
    while low < unit.boundary_count and unit.boundaries[low].guest == offset:
        if not unit.boundaries[low].fix & FIX_INSIDE:
            return cython.address(unit.boundaries[low])
        low += 1
    return cython.NULL


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def cover(cache: CacheP, rip: u64, length: u32) -> cython.void:
    """There is a unit here now; it ends in its page, but for the last instruction."""
    there: CoverP = cython.address(cache.covers[rip >> 12 & (COVERS - 1)])
    at: u64 = rip >> 6 & 63
    last: u64 = (rip & 4095) + length - 1
    if there.page == 0:
        there.page = rip >> 12
    elif there.page != rip >> 12:
        there.page = MANY_PAGES
    last = 63 if last > 4095 else last >> 6
    while at <= last:
        there.blocks |= ONE << at
        at += 1


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def is_uncovered(cache: CacheP, rip: u64) -> cython.bint:
    """Certainly no unit has this address in it."""
    there: CoverP = cython.address(cache.covers[rip >> 12 & (COVERS - 1)])
    if there.page == MANY_PAGES:
        return False
    return there.page != rip >> 12 or not there.blocks >> (rip >> 6 & 63) & 1


MANY_PAGES = cython.declare(u64, ~cython.cast(u64, 0))
ONE = cython.declare(u64, 1)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def entry_inside(cache: CacheP, s: SpaceP, rip: u64) -> EntryP:
    """Somewhere in a unit that was translated from an earlier address."""
    page: PageP
    boundary: BoundaryP
    unit: UnitP
    before: UnitP = cython.NULL
    if is_uncovered(cache, rip):
        return cython.NULL
    page = page_of(cython.cast(BlocksP, s.blocks), rip >> 12, 0)
    if page == cython.NULL:
        return cython.NULL
    unit = cython.cast(UnitP, page.units)
    while unit != cython.NULL:
        if unit.dead:  # code that is written again and again leaves many of them
            if before == cython.NULL:
                page.units = unit.chain_in_page
            else:
                before.chain_in_page = unit.chain_in_page
        else:
            boundary = inside_of(unit, rip)
            if boundary != cython.NULL:
                return add_entry(cache, unit, rip, unit.code + boundary.host)
            before = unit
        unit = unit.chain_in_page
    return cython.NULL


def unit_at(cache, host):
    offset: u64 = host - cython.cast(u64, cache.memory.run)
    half: HalfP = cython.address(cache.halves[1 if offset >= cache.halves[1].start else 0])
    low: cython.int = 0
    high: cython.int = half.unit_count
    middle: cython.int
    while low < high:
        middle = (low + high) >> 1
        if half.units[middle].code + half.units[middle].code_size <= offset:
            low = middle + 1
        else:
            high = middle
    if low < cython.cast(cython.int, half.unit_count) and half.units[low].code <= offset:
        return half.units[low]
    return cython.NULL


def boundary_at(cache, unit, host):
    offset: u64 = host - cython.cast(u64, cache.memory.run) - unit.code
    found: BoundaryP = cython.NULL
    i: cython.int
    # boundaries are in the order of guest code; parts of an instruction's code stand further on
    for i in range(unit.boundary_count):
        if (unit.boundaries[i].host <= offset
                and (found == cython.NULL or unit.boundaries[i].host >= found.host)):
            found = cython.address(unit.boundaries[i])
    return found


# -- making ------------------------------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def make_room(c: CpuP, cache: CacheP) -> HalfP:
    half: HalfP = cython.address(cache.halves[cache.half])
    room: u64 = cache.memory.size // 2 - (half.start if cache.half == 0 else 0)
    if (half.used + CODE_ROOM + 64 > room or half.site_count + MOST_SITES > cache.most_sites
            or half.unit_count + 1 >= cache.most_units):
        evict(c, cache)
        half = cython.address(cache.halves[cache.half])
    return half


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def begin(cache: CacheP, half: HalfP, rip: u64) -> DraftP:
    d: DraftP = cython.address(cache.draft)
    d.rip = rip
    d.origin = cython.cast(u64, cache.memory.run) + half.start + half.used
    d.leave = cache.ways.leave
    d.jump_slots = cython.cast(u32, cython.cast(u64, cache.jump_slots))
    d.return_slots = cython.cast(u32, cython.cast(u64, cache.return_slots))
    d.avoided = cache.avoided
    d.avoided_count = cache.avoided_count
    d.busy = cache.busy
    d.first_site = half.site_count << 1 | cache.half
    d.guest_bytes = d.instructions = d.size = d.boundary_count = d.site_count = 0
    return d


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def publish(cache: CacheP, half: HalfP) -> SiteP:
    """Place the draft's code and sites; returns the first site."""
    d: DraftP = cython.address(cache.draft)
    code: u64 = half.start + half.used
    first: SiteP = cython.address(half.sites[half.site_count])
    site: SiteP
    i: cython.int
    put_code(cython.address(cache.memory), code, d.code, d.size)
    for i in range(d.site_count):
        site = first + i
        site.target = d.sites[i].target
        site.linked = 0
        site.next_incoming = site.next_in_slot = cython.NULL
        site.patch = cython.cast(u32, code + d.sites[i].patch)
        site.stub = cython.cast(u32, code + d.sites[i].stub)
        site.kind = d.sites[i].kind
        site.length = d.sites[i].length
        site.kept = 0
    half.site_count += d.site_count
    if not half.large_sites and half.site_count * cython.sizeof(Site) > LARGE_FROM:
        half.large_sites = 1
        first_free: SiteP = half.sites + half.site_count
        use_large_pages(first_free, (cache.most_sites - half.site_count) * cython.sizeof(Site))
    half.used += (d.size + CODE_ALIGNMENT - 1) & ~(CODE_ALIGNMENT - 1)
    cache.statistics.code_bytes += d.size
    return first


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def fill_draft(c: CpuP, cache: CacheP, half: HalfP, rip: u64, buffer: u8p) -> cython.int:
    """Guard the code's pages, read it, translate it: 0 when there is nothing to translate.

    Otherwise 1, or 2 when the unit reaches into the next page.
    """
    s: SpaceP = cython.cast(SpaceP, c.space)
    blocks: BlocksP = cython.cast(BlocksP, s.blocks)
    d: DraftP
    checked: cython.int = 0
    here: u64 = 4096 - (rip & 4095)
    if here > 1024:
        here = 1024
    span: u64 = executable_span(s, rip, here + 16, cython.address(checked))
    if span == 0:
        return 0
    checked |= guard(s, blocks, rip >> 12)
    if here > span:
        here = span
    if not careful_copy(buffer, cython.cast(voidp, s.base + rip), here):
        return 0
    d = begin(cache, half, rip)
    d.bytes = buffer
    d.available = cython.cast(cython.int, here)
    d.checked = checked
    d.most = most_instructions
    d.membase = c.membase
    if d.available and back_end.translate(d):
        return 1
    if here == span or (rip + here) & 4095:
        return 0
    # an instruction over the edge of its page
    checked |= guard(s, blocks, (rip >> 12) + 1)
    if not careful_copy(buffer, cython.cast(voidp, s.base + rip), span):
        return 0
    d = begin(cache, half, rip)
    d.bytes = buffer
    d.available = cython.cast(cython.int, span)
    d.checked = checked
    d.most = 1
    return 2 if back_end.translate(d) else 0


most_instructions = cython.declare(cython.int, MOST_INSTRUCTIONS)


def set_most_instructions(most: int) -> None:
    """Of a unit: one a unit helps to find faulty translations."""
    global most_instructions
    most_instructions = min(max(most, 1), MOST_INSTRUCTIONS)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def make(c: CpuP, cache: CacheP, rip: u64, way_in: cython.int) -> EntryP:
    """Translate the code at `rip`. The caller holds the lock; NULL if it isn't code."""
    s: SpaceP = cython.cast(SpaceP, c.space)
    blocks: BlocksP = cython.cast(BlocksP, s.blocks)
    half: HalfP = make_room(c, cache)
    buffer: u8[1088]
    d: DraftP = cython.address(cache.draft)
    unit: UnitP
    first: SiteP
    site: SiteP
    target: EntryP
    entry: EntryP
    page: PageP
    i: cython.int
    began: u64 = cycle_count()
    d.way_in = way_in
    pages: cython.int = fill_draft(c, cache, half, rip, buffer)
    if pages == 0:
        return cython.NULL
    size: u64 = cython.sizeof(Unit) + d.boundary_count * cython.sizeof(Boundary)
    unit = cython.cast(UnitP, allocate(half, size))
    memset(unit, 0, cython.sizeof(Unit))
    unit.start = rip
    unit.bytes = d.guest_bytes
    unit.code = cython.cast(u32, half.start + half.used)
    unit.code_size = d.size
    unit.instructions = d.instructions
    unit.checked = d.checked
    unit.entry = d.entry
    unit.boundary_count = d.boundary_count
    unit.boundaries = cython.cast(BoundaryP, unit + 1)
    for i in range(d.boundary_count):
        unit.boundaries[i] = d.boundaries[i]
    first = publish(cache, half)
    half.units[half.unit_count] = unit
    fence()
    half.unit_count += 1
    page = page_of(blocks, rip >> 12, 1)
    unit.chain_in_page = cython.cast(UnitP, page.units)
    page.units = unit
    if pages == 2:
        page = page_of(blocks, (rip >> 12) + 1, 1)
        unit.chain_in_page2 = cython.cast(UnitP, page.overhanging_units)
        page.overhanging_units = unit
    cover(cache, rip, unit.bytes)
    entry = add_entry(cache, unit, rip, unit.code + d.entry)
    for i in range(d.site_count):
        site = first + i
        if site.kind == SITE_LINK:
            target = entry_of(cache, site.target)
            if target == cython.NULL and rip <= site.target < rip + unit.bytes:
                target = entry_inside(cache, s, site.target)
            if target != cython.NULL:
                link(cache, site, target.unit, target.code)
        elif site.kind == SITE_RETURN or site.kind == SITE_TARGET:  # to be opened when first wanted
            site.next_incoming = unit.returns
            unit.returns = site
            if site.kind == SITE_RETURN:
                return_here(cache, site)
    cache.statistics.units += 1
    cache.statistics.instructions += d.instructions
    cache.statistics.guest_bytes += d.guest_bytes
    cache.statistics.cycles += cycle_count() - began
    return entry


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def return_here(cache: CacheP, site: SiteP) -> cython.void:
    """A call was translated anew: its return is predicted behind it, no longer where it went before."""
    other: SiteP = way_in_for(cache, SITE_RETURN, site.target)
    if other != cython.NULL:
        close_way(cache, other)
        open_way(cache, site)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def find_or_make(c: CpuP, cache: CacheP, rip: u64, way_in: cython.int) -> EntryP:
    entry: EntryP = entry_of(cache, rip)
    if entry == cython.NULL:
        entry = entry_inside(cache, cython.cast(SpaceP, c.space), rip)
    if entry == cython.NULL:
        entry = make(c, cache, rip, way_in)
    return entry


def unit_entered_at(cache, rip):
    entry: EntryP = entry_of(cache, rip)
    return entry.unit if entry != cython.NULL and not entry.unit.dead else cython.NULL


def forget_unit(cache, rip):
    entry: EntryP = entry_of(cache, rip)
    if entry != cython.NULL:
        kill(cache, entry.unit)


def find(c, cache, rip):
    s: SpaceP = cython.cast(SpaceP, c.space)
    acquire(cython.address(s.lock))
    entry: EntryP = find_or_make(c, cache, rip, 0)
    host: u64 = cython.cast(u64, cache.memory.run) + entry.code if entry != cython.NULL else 0
    c.epoch = cache.epoch
    c.inside = host != 0
    release(cython.address(s.lock))
    return host


def connect(c, cache, site):
    s: SpaceP = cython.cast(SpaceP, c.space)
    rip: u64 = site.target
    epoch: u64 = c.epoch
    # from here on the half that the site stands in may be emptied; who empties it holds the lock and
    # waits for threads inside, so that this one must not wait for the lock as one of them
    c.inside = 0
    acquire(cython.address(s.lock))
    entry: EntryP = find_or_make(c, cache, rip, 0)
    host: u64 = cython.cast(u64, cache.memory.run) + entry.code if entry != cython.NULL else 0
    if entry != cython.NULL and epoch == cache.epoch:
        link(cache, site, entry.unit, entry.code)
    c.epoch = cache.epoch
    c.inside = host != 0
    c.rip = rip
    release(cython.address(s.lock))
    return host


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def way_in_within(unit: UnitP, kind: cython.int, rip: u64) -> SiteP:
    """The way in that a unit has for one of its addresses: at its beginning, or behind a call."""
    site: SiteP = unit.returns
    while site != cython.NULL and (site.target != rip or site.kind != kind):
        site = site.next_incoming
    return site


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def has_room(cache: CacheP, half: HalfP) -> cython.bint:
    """For a way in or a comparison, without making room."""
    return (half.site_count + 8 < cache.most_sites
            and half.used + 1024 < cache.memory.size // 2 - COMMON_ROOM)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def keeps(site: SiteP, rip: u64) -> cython.bint:
    other: SiteP = site.next_in_slot
    while other != cython.NULL and other.target != rip:
        other = other.next_in_slot
    return other != cython.NULL


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def compare_with(cache: CacheP, site: SiteP, entry: EntryP, rip: u64) -> cython.void:
    """Let an indirect call or jump ask for one more address, after those that it asks for."""
    half: HalfP = cython.address(cache.halves[cache.half])
    d: DraftP = cython.address(cache.draft)
    last: SiteP = site.next_in_slot
    first: SiteP
    after: u64 = site.target + site.length if site.kind == SITE_CALLS and last == cython.NULL else 0
    if keeps(site, rip) or not has_room(cache, half):
        return
    if site.kept == MOST_KEPT:  # too many: the table is quicker
        cache.busy[busy_slot(site.target)] = site.target
        kill(cache, unit_at(cache, cython.cast(u64, cache.memory.run) + site.patch))
        return
    begin(cache, half, rip)
    code: u64 = half.start + half.used
    back_end.comparison(d, after)
    first = publish(cache, half)
    link(cache, first, entry.unit, entry.code)
    lead(cache, first + 1, site.stub)
    first[1].next_in_slot = last
    site.next_in_slot = first + 1
    site.kept += 1
    cache.statistics.kept += 1
    fence()
    lead(cache, site if last == cython.NULL else last, code)


def keep(c, cache, site, rip):
    s: SpaceP = cython.cast(SpaceP, c.space)
    epoch: u64 = c.epoch
    c.inside = 0  # as in `connect`
    acquire(cython.address(s.lock))
    entry: EntryP = find_or_make(c, cache, rip, SITE_TARGET)
    host: u64 = cython.cast(u64, cache.memory.run) + entry.code if entry != cython.NULL else 0
    if entry != cython.NULL and epoch == cache.epoch:
        compare_with(cache, site, entry, rip)
    c.epoch = cache.epoch
    c.inside = host != 0
    c.rip = rip
    release(cython.address(s.lock))
    return host


def admit(c, cache, rip, kind):
    s: SpaceP = cython.cast(SpaceP, c.space)
    d: DraftP = cython.address(cache.draft)
    half: HalfP
    site: SiteP
    acquire(cython.address(s.lock))
    entry: EntryP = find_or_make(c, cache, rip, kind)
    host: u64 = cython.cast(u64, cache.memory.run) + entry.code if entry != cython.NULL else 0
    if entry != cython.NULL:
        cache.statistics.misses += 1
        if way_in_for(cache, kind, rip) == cython.NULL:
            site = way_in_within(entry.unit, kind, rip)
            half = cython.address(cache.halves[cache.half])
            if site != cython.NULL:
                open_way(cache, site)
            elif has_room(cache, half):
                begin(cache, half, rip)
                back_end.way_in(d, kind)
                site = publish(cache, half)
                link(cache, site + 1, entry.unit, entry.code)
                open_way(cache, site)
    c.epoch = cache.epoch
    c.inside = host != 0
    c.rip = rip
    release(cython.address(s.lock))
    return host


forget_units_by(forget, start_afresh, free_with_space)
