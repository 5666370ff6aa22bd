"""The cache of translated blocks.

Lookups take no lock: blocks are published whole at the head of a chain, and a forgotten one stays
readable. Its first operation becomes `stale`, which looks its address up again, so links into it
need not be found. A page with translated code that the guest may write is guarded: write-protected
on the host, so that the first write faults, forgets the page's blocks and goes on. A page that is
written again and again, or that may be written through another mapping, is not guarded; its blocks
compare their own bytes before they run and end after any instruction that might write memory.
"""

import cython
from cython.cimports.libc.stdlib import calloc, free, malloc, realloc
from cython.cimports.libc.string import memcmp, memcpy

CHUNK = cython.declare(u64, 1 << 20)
limit = cython.declare(u64, 256 << 20)
FAULTS_BEFORE_CHECKING = cython.declare(cython.int, 16)
PAGE_MASK = cython.declare(u64, ~cython.cast(u64, 4095))


def new_cache():
    cache: CacheP = cython.cast(CacheP, calloc(1, cython.sizeof(Cache)))
    return cache


def free_cache(s):
    cache: CacheP = cython.cast(CacheP, s.blocks)
    page: PageP
    older: PageP
    i: cython.int
    if cache == cython.NULL:  # the address space could not be made
        return
    page = cache.newest
    while page != cython.NULL:
        older = page.older
        free(page)
        page = older
    for i in range(cache.retired_count):
        free(cache.retired[i])
    free(cache.retired)
    free(cache)


DECIMAL = cython.declare(u16[6])
for place, decimal_name in enumerate(("AAA", "AAS", "AAM", "AAD", "DAA", "DAS")):
    DECIMAL[place] = mnemonic_id(decimal_name)
strict = cython.declare(cython.bint, False)


def set_strict(on: bool) -> None:
    """Whether decimal adjustments are invalid in 64-bit code, as on a CPU; else they are executed."""
    global strict
    strict = on


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def decode_decimal(code: u8p, available: cython.int, insn: InsnP) -> cython.int:
    """Decode what is invalid in 64-bit code but a decimal adjustment in other code."""
    i: cython.int
    length: cython.int = decode(code, available, 32, insn)
    if length > 0:
        for i in range(6):
            if insn.id == DECIMAL[i]:
                insn.mode = 64
                return length
    return DECODE_INVALID


def code_limit():
    return limit


def change_code_limit(value):
    global limit
    limit = value


# -- memory ------------------------------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def allocate(cache: CacheP, size: u64) -> u8p:
    """`size` bytes aligned to a cache line; they live until the cache is emptied."""
    size = (size + 63) & ~cython.cast(u64, 63)
    if cache.used + size > cache.chunk:
        if cache.retired_count % 64 == 0:
            cache.retired = cython.cast(u8pp, realloc(cache.retired, (cache.retired_count + 64) * 8))
        cache.arena = cython.cast(u8p, malloc(CHUNK + 64))
        cache.retired[cache.retired_count] = cache.arena
        cache.retired_count += 1
        cache.chunk = CHUNK + 64
        cache.used = 64 - (cython.cast(u64, cache.arena) & 63)
        cache.total += CHUNK
    p: u8p = cache.arena + cache.used
    cache.used += size
    return p


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def bucket_of(rip: u64) -> u32:
    """Neighbouring blocks have neighbouring buckets: a small program touches little of the table."""
    return ((rip >> 4) ^ (rip >> 20)) & (BUCKETS - 1)


def page_of(cache, number, make):
    slot: cython.pointer[PageP] = cython.address(cache.pages[number & (BUCKETS - 1)])
    page: PageP = slot[0]
    while page != cython.NULL and page.number != number:
        page = page.chain
    if page == cython.NULL and make:
        page = cython.cast(PageP, calloc(1, cython.sizeof(Page)))
        page.number = number
        page.chain = slot[0]
        page.older = cache.newest
        slot[0] = page
        cache.newest = page
    return page


# -- forgetting --------------------------------------------------------------------------------


def stale(c, o):
    """Stands at the start of a forgotten block."""
    return lookup(c, o.rip)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def kill(cache: CacheP, block: BlockP) -> cython.void:
    if block.dead:
        return
    block.dead = 1
    block.first.fn = stale
    cache.invalidated += 1
    slot: cython.pointer[BlockP] = cython.address(cache.buckets[bucket_of(block.rip)])
    while slot[0] != cython.NULL and slot[0] != block:
        slot = cython.address(slot[0].chain)
    if slot[0] == block:
        slot[0] = block.chain


forget_units = cython.declare(Forgetter, cython.NULL)


discard_units = cython.declare(Discarder, cython.NULL)


release_units = cython.declare(Discarder, cython.NULL)


def forget_units_by(how, all_of_it, forever):
    global forget_units, discard_units, release_units
    forget_units = how
    discard_units = all_of_it
    release_units = forever


def free_units(s):
    if s.translated != cython.NULL:
        release_units(s)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def forget_page(s: SpaceP, page: PageP) -> cython.void:
    """Forget a page's blocks and lift its guard."""
    cache: CacheP = cython.cast(CacheP, s.blocks)
    block: BlockP = page.blocks
    while block != cython.NULL:
        kill(cache, block)
        block = block.chain_in_page
    block = page.overhanging
    while block != cython.NULL:
        kill(cache, block)
        block = block.chain_in_page2
    page.blocks = page.overhanging = cython.NULL
    if page.units != cython.NULL or page.overhanging_units != cython.NULL:
        forget_units(s, page.units, page.overhanging_units)
        page.units = page.overhanging_units = cython.NULL
    page.generation += 1
    if page.guarded:
        page.guarded = 0
        cache.guarded_pages -= 1
        mprotect(cython.cast(voidp, s.base + page.number * 4096), 4096, PROT_R | PROT_W)


forget_system = cython.declare(SystemForgetter, cython.NULL)


def invalidate(s, start, end):
    cache: CacheP = cython.cast(CacheP, s.blocks)
    page: PageP
    number: u64
    i: cython.int
    first: u64 = start >> 12
    last: u64 = (end + 4095) >> 12
    if s.cpus != cython.NULL and s.cpus.system != cython.NULL:
        forget_system(s.cpus)
        return
    if cache.newest == cython.NULL:
        return
    if last - first < BUCKETS:
        for number in range(first, last):
            page = page_of(cache, number, 0)
            if page != cython.NULL:
                forget_page(s, page)
        return
    for i in range(BUCKETS):
        page = cache.pages[i]
        while page != cython.NULL:
            if first <= page.number < last:
                forget_page(s, page)
            page = page.chain


def unguard(s, address):
    cache: CacheP = cython.cast(CacheP, s.blocks)
    ours: cython.bint = False
    acquire(cython.address(s.lock))
    page: PageP = page_of(cache, address >> 12, 0)
    if page != cython.NULL:
        if page.guarded:
            page.faults += 1
            forget_page(s, page)
            ours = True
        else:
            # another thread may have lifted the guard since the fault
            area: AreaP = find_area(s, address)
            ours = area != cython.NULL and area.prot & PROT_W
    release(cython.address(s.lock))
    return ours


def unguard_range(s, start, length):
    cache: CacheP = cython.cast(CacheP, s.blocks)
    page: PageP
    number: u64
    i: cython.int
    first: u64 = start >> 12
    last: u64 = (start + length - 1) >> 12
    if cache.guarded_pages == 0 or length == 0 or last < first:
        return
    acquire(cython.address(s.lock))
    if last - first < BUCKETS:
        for number in range(first, last + 1):
            page = page_of(cache, number, 0)
            if page != cython.NULL and page.guarded:
                forget_page(s, page)
    else:
        for i in range(BUCKETS):
            page = cache.pages[i]
            while page != cython.NULL:
                if page.guarded and first <= page.number <= last:
                    forget_page(s, page)
                page = page.chain
    release(cython.address(s.lock))


def unguard_all(s):
    cache: CacheP = cython.cast(CacheP, s.blocks)
    page: PageP
    i: cython.int
    any_guard: cython.bint = False
    acquire(cython.address(s.lock))
    if cache.guarded_pages:
        any_guard = True
        for i in range(BUCKETS):
            page = cache.pages[i]
            while page != cython.NULL:
                if page.guarded:
                    forget_page(s, page)
                page = page.chain
    release(cython.address(s.lock))
    return any_guard


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def empty(c: CpuP, s: SpaceP, cache: CacheP) -> cython.void:
    """Forget everything; give the memory back when no other processor can be inside it."""
    other: CpuP = s.cpus
    alone: cython.bint = True
    i: cython.int
    page: PageP
    cache.flushes += 1
    for i in range(BUCKETS):
        page = cache.pages[i]
        while page != cython.NULL:
            forget_page(s, page)
            page = page.chain
    while other != cython.NULL:
        if other != c and other.running:
            alone = False
        other = other.next
    if alone:
        other = s.cpus
        while other != cython.NULL:
            for i in range(JUMP_SIZE):
                other.jumps[i].op = cython.NULL
                other.jumps[i].rip = ~cython.cast(u64, 0)
            other = other.next
        for i in range(cache.retired_count):
            free(cache.retired[i])
        cache.retired_count = 0
        cache.used = cache.chunk = cache.total = cache.extra = 0
    else:
        cache.extra += limit  # try again when as much has come on top


def discard(s):
    cache: CacheP = cython.cast(CacheP, s.blocks)
    c: CpuP = s.cpus
    i: cython.int
    fresh: CacheP = new_cache()
    if s.translated != cython.NULL:
        discard_units(s)
    if fresh == cython.NULL:
        empty(s.cpus, s, cache)
        return
    fresh.flushes = cache.flushes + 1
    fresh.invalidated = cache.invalidated + cache.blocks
    while c != cython.NULL:
        c.op = cython.NULL
        for i in range(JUMP_SIZE):
            c.jumps[i].op = cython.NULL
            c.jumps[i].rip = ~cython.cast(u64, 0)
        c = c.next
    free_cache(s)
    s.blocks = fresh


# -- making ------------------------------------------------------------------------------------


def checkpoint(c, o):
    """First operation of a block that compares its bytes with those it was made from."""
    block: BlockP = cython.cast(BlockP, o.link)
    if memcmp(cython.cast(voidp, block.address + c.membase), block.copy, block.bytes):
        s: SpaceP = cython.cast(SpaceP, c.space)
        acquire(cython.address(s.lock))
        kill(cython.cast(CacheP, s.blocks), block)
        release(cython.address(s.lock))
        return lookup(c, o.rip)
    return o + 1


def onward(c, o):
    """After a block's last instruction, when that was no branch: go to the next block."""
    c.icount += o.count
    if c.icount >= c.stop_at:
        return leave(c, o.rip, EXIT_ATTENTION)
    n: OpP = o.link
    return n if n != cython.NULL else connect(c, o, o.rip)


def leave_after(c, o):
    """After a single step."""
    c.icount += o.count
    return leave(c, o.rip, EXIT_ATTENTION)


host_code = cython.declare(u64, 0)  # the host's vDSO, and its end
host_code_end = cython.declare(u64, 0)


def allow_host_code(start, end):
    global host_code, host_code_end
    host_code, host_code_end = start, end


def executable_span(s, address, want, written_elsewhere):
    """How many of `want` bytes from `address` on may be executed."""
    i: cython.int
    if address >= s.size:
        if s.pml4 == cython.NULL and host_code <= s.base + address < host_code_end:
            return min(host_code_end - s.base - address, want)
        return 0
    i = first_area(s, address)
    at: u64 = address
    while i < s.count and s.areas[i].start <= at and s.areas[i].prot & PROT_X and at < address + want:
        if s.areas[i].flags & MAP_IS_SHARED:
            written_elsewhere[0] = 1
        at = s.areas[i].end
        i += 1
    return min(at - address, want)


def guard(s, cache, number):
    """Make a page's blocks notice writes; 1 when they must compare bytes for that."""
    page: PageP = page_of(cache, number, 1)
    if page.guarded:
        return 0
    area: AreaP = find_area(s, number << 12)
    if area == cython.NULL or not area.prot & PROT_W:
        return 0
    if page.faults >= FAULTS_BEFORE_CHECKING:
        return 1
    if mprotect(cython.cast(voidp, s.base + (number << 12)), 4096, PROT_R):
        return 1
    page.guarded = 1
    cache.guarded_pages += 1
    return 0


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def code_address(c: CpuP, rip: u64) -> u64:
    """The linear address of an instruction."""
    return rip if c.mode == 64 else cython.cast(u32, rip + c.seg_base[CS])


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def outside_segment(c: CpuP, rip: u64) -> OpP:
    """An instruction that does not lie within the limit of CS is #GP."""
    c.vector = 13
    c.error_code = 0
    c.host_signal = 0
    c.fault_address = 0
    return leave(c, rip, EXIT_EXCEPTION)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def fetch_fault(c: CpuP, rip: u64, address: u64, mapped: cython.bint) -> OpP:
    c.vector = 14
    c.error_code = 0x14 | (1 if mapped else 0)
    c.fault_address = address
    c.host_signal = 0
    return leave(c, rip, EXIT_EXCEPTION)


def writes_memory(insn):
    """Might this instruction write memory? Asked only where code shares a page with data."""
    i: cython.int
    for i in range(insn.operands):
        if insn.op[i].kind != O_REG and insn.op[i].kind != O_IMM:
            return insn.op[0].kind != O_REG or insn.operands == 1
    return insn.operands < 2


planter = cython.declare(Planter, cython.NULL)
sizer = cython.declare(Sizer, cython.NULL)


def plant_by(how, size):
    global planter, sizer
    planter = how
    sizer = size


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def only_registers(insn: InsnP) -> cython.bint:
    """It is certain that this instruction accesses no memory."""
    i: cython.int
    for i in range(insn.operands):
        if insn.op[i].kind != O_REG and insn.op[i].kind != O_IMM:
            return False
    return insn.operands >= 2


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def decode_at(c: CpuP, s: SpaceP, rip: u64, most: cython.int, ops: OpP, checked: cython.bint,
              buffer: u8p, bytes_used: cython.pointer[u64]) -> cython.int:
    """Translate up to `most` instructions at `rip`; returns how many operations were filled.

    0 means that the first instruction can't be fetched or decoded; the exit is filled in.
    The last operation is `onward` unless the block ends in a branch.
    """
    insn: Insn
    shared: cython.int = 0
    n: cython.int = 0
    planted: cython.int
    instructions: cython.int = 0
    length: cython.int
    ended: cython.bint = False
    after_access: cython.bint = False
    at: u64 = rip
    address: u64 = code_address(c, rip)
    limit: u64 = c.seg_limit[CS]
    have: u64
    if c.mode != 64 and rip > limit:
        outside_segment(c, rip)
        return 0
    # the page of the first byte, and the next one only if an instruction reaches into it
    have = 4096 - (address & 4095)
    if have > 1024:
        have = 1024
    acquire(cython.address(s.lock))
    span: u64 = executable_span(s, address, have + 16, cython.address(shared))
    mapped: cython.bint = find_area(s, address) != cython.NULL
    release(cython.address(s.lock))
    if span == 0:
        fetch_fault(c, rip, address, mapped)
        return 0
    if c.mode != 64 and span > limit - rip + 1:
        span = limit - rip + 1
    if have > span:
        have = span
    # these copies may fault (a file cut short): the fault belongs to this address
    fetch: OpP = cython.address(c.scratch[SCRATCH - 1])
    fetch.rip = rip
    fetch.count = 1
    executing: OpP = c.op
    c.op = fetch
    memcpy(buffer, cython.cast(voidp, s.base + address), have)
    while instructions < most and not ended:
        done: u64 = at - rip
        length = decode(buffer + done, cython.cast(cython.int, have - done), c.mode, cython.address(insn))
        if length == DECODE_INVALID and c.mode == 64 and not strict:
            length = decode_decimal(buffer + done, cython.cast(cython.int, have - done), cython.address(insn))
        if length == DECODE_SHORT and have < span:
            if n:
                break  # let it begin a block of its own
            memcpy(buffer + have, cython.cast(voidp, s.base + address + have), span - have)
            have = span
            continue
        if length <= 0:
            if n:
                break
            if length == DECODE_SHORT and c.mode != 64 and span == limit - rip + 1:
                outside_segment(c, rip)
            elif length == DECODE_SHORT:
                fetch_fault(c, rip, address + have, False)
            else:
                c.vector = 6 if length == DECODE_INVALID else 13
                c.error_code = 0
                c.host_signal = 0
                c.fault_address = 0
                leave(c, rip, EXIT_EXCEPTION)
            return 0
        if s.probes != cython.NULL:
            if instructions and n > OPS_ROOM - PROBE_ROOM - 2:
                break
            planted = planter(s, ops + n, at, code_address(c, at), length, instructions + 1,
                              instructions == 0, after_access)
            while planted:
                ops[n].id = insn.id
                planted -= 1
                n += 1
            after_access = not only_registers(cython.address(insn))
        ended = fill(ops + n, cython.address(insn), at, not c.paged)
        instructions += 1
        ops[n].count = instructions
        at += length
        n += 1
        if have == span and span > 1024:
            break
        if checked and not ended and writes_memory(cython.address(insn)):
            break
    c.op = executing
    bytes_used[0] = at - rip
    ops[n].fn = onward
    ops[n].rip = at
    ops[n].link = cython.NULL
    ops[n].count = instructions
    if s.probes != cython.NULL:
        sizer(ops, n, at - rip)
    return n + 1


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def make(c: CpuP, s: SpaceP, cache: CacheP, rip: u64) -> OpP:
    """Translate the block at `rip` and publish it."""
    ops: Op[OPS_ROOM]
    code: u8[CODE_BUFFER]
    size: u64 = 0
    n: cython.int
    checked: cython.int
    overhangs: cython.bint = False
    address: u64 = code_address(c, rip)
    first: u64 = address >> 12
    page: PageP
    page2: PageP
    generation: u32
    generation2: u32
    while True:
        # guard first, then read: a write in between is seen by the generation
        checked = 0
        acquire(cython.address(s.lock))
        if cache.total > limit + cache.extra:
            empty(c, s, cache)
        executable_span(s, address, 16, cython.address(checked))
        checked |= guard(s, cache, first)
        page = page_of(cache, first, 1)
        page2 = page_of(cache, first + 1, 1)
        if overhangs:
            checked |= guard(s, cache, first + 1)
        generation = page.generation
        generation2 = page2.generation
        release(cython.address(s.lock))
        n = decode_at(c, s, rip, MAX_OPS, ops, checked, code, cython.address(size))
        if n == 0:
            return cython.NULL
        if not overhangs and (address + size - 1) >> 12 != first:
            overhangs = True
            continue
        acquire(cython.address(s.lock))
        if page.generation == generation and page2.generation == generation2:
            break
        release(cython.address(s.lock))
    # the space's lock is held
    block: BlockP = cython.cast(BlockP, allocate(cache, cython.sizeof(Block)))
    lead: cython.int = 1 if checked else 0
    room: OpP = cython.cast(OpP, allocate(cache, (n + lead) * cython.sizeof(Op)))
    memcpy(room + lead, ops, n * cython.sizeof(Op))
    block.rip = rip
    block.mode = c.mode
    block.bytes = size
    block.dead = 0
    block.checked = checked
    block.first = room
    block.address = address
    if checked:
        block.copy = allocate(cache, size)
        memcpy(block.copy, code, size)
        room.fn = checkpoint
        room.rip = rip
        room.count = 1
        room.link = cython.cast(OpP, block)
    block.chain_in_page = page.blocks
    page.blocks = block
    if overhangs:
        block.chain_in_page2 = page2.overhanging
        page2.overhanging = block
    slot: u32 = bucket_of(rip)
    block.chain = cache.buckets[slot]
    fence()
    cache.buckets[slot] = block
    cache.blocks += 1
    cache.ops += n
    release(cython.address(s.lock))
    return room


# -- finding -----------------------------------------------------------------------------------


system_find = cython.declare(Finder, cython.NULL)
system_connect = cython.declare(Connector, cython.NULL)
system_single = cython.declare(Finder, cython.NULL)


def find_systems_by(find, connecting, one):
    global system_find, system_connect, system_single
    system_find = find
    system_connect = connecting
    system_single = one


def forget_systems_by(how):
    global forget_system
    forget_system = how


def lookup(c, rip):
    if c.system != cython.NULL:
        return system_find(c, rip)
    s: SpaceP = cython.cast(SpaceP, c.space)
    cache: CacheP = cython.cast(CacheP, s.blocks)
    block: BlockP = cache.buckets[bucket_of(rip)]
    address: u64 = rip
    if c.mode != 64:
        address = code_address(c, rip)
        if rip > c.seg_limit[CS]:
            return outside_segment(c, rip)
    while block != cython.NULL:
        if block.rip == rip and block.address == address and block.mode == c.mode and not block.dead:
            return block.first
        block = block.chain
    return make(c, s, cache, rip)


def connect(c, at, rip):
    if c.system != cython.NULL:
        return system_connect(c, at, rip)
    s: SpaceP = cython.cast(SpaceP, c.space)
    cache: CacheP = cython.cast(CacheP, s.blocks)
    flushes: u64 = cache.flushes
    n: OpP = lookup(c, rip)
    if cache.flushes == flushes:  # else `at` may be no more
        at.link = n
    return n


def follow(c, rip):
    if c.system != cython.NULL:
        return system_find(c, rip)
    entry: JumpEntryP = cython.address(c.jumps[(rip ^ (rip >> 10)) & (JUMP_SIZE - 1)])
    if entry.rip == rip and entry.op != cython.NULL:
        return entry.op
    o: OpP = lookup(c, rip)
    if o != cython.NULL:
        entry.rip = rip
        entry.op = o
    return o


def single(c, rip):
    if c.system != cython.NULL:
        return system_single(c, rip)
    size: u64
    code: u8[CODE_BUFFER]
    n: cython.int = decode_at(c, cython.cast(SpaceP, c.space), rip, 1, c.scratch, False, code,
                              cython.address(size))
    if n == 0:
        return cython.NULL
    c.scratch[n - 1].fn = leave_after
    return c.scratch
