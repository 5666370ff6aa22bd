"""A PC's translated blocks: found by physical address, so that page tables may change under them.

A block belongs to its bytes' physical address, its offset in the code segment, that segment's base and
its flavour: all by which its operations were chosen. Blocks are linked where nothing can come between:
without paging, and within a page. Other branches look in a table that is void when translated addresses
are. A block that reaches into a second page begins with a look at where that page is now.

Where segments aren't flat, an operation that checks the memory operand's offset comes before the
instruction's own, so the families of core.execute need not know of limits.

A page with code has its writes looked at. Only what the written bytes belong to is forgotten: every
operation of such a block becomes `stale`, also those of the block that is running.
"""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, OpP, u8, u8p, u32, u64
from cython.cimports.blinkenlights.core.supervisor.state import JumpP, SegmentP, SystemP
from cython.cimports.libc.stdlib import calloc, free, malloc, realloc
from cython.cimports.libc.string import memcpy, memset

from blinkenlights.core.dispatch import NUMBERS
from blinkenlights.tables.isa import MNEMONICS

CHUNK = cython.declare(u64, 1 << 18)
LIMIT = cython.declare(u64, 64 << 20)
NOT_PRESENT = cython.declare(u64, ~cython.cast(u64, 0))

handlers = cython.declare(Handler[MAX_MNEMONICS])
ending = cython.declare(u8[MAX_MNEMONICS])
raw_operand = cython.declare(u8[MAX_MNEMONICS])
only_read = cython.declare(u8[MAX_MNEMONICS])
from_register = cython.declare(Handler[2])  # MOV to CR, DR
kind_of = cython.declare(u8[MAX_MNEMONICS])  # 1: x87, 2: SSE

POP = cython.declare(cython.int, mnemonic_id("POP"))
MOV_CR = cython.declare(cython.int, mnemonic_id("MOV_CR"))
MOV_DR = cython.declare(cython.int, mnemonic_id("MOV_DR"))
WAIT = cython.declare(cython.int, mnemonic_id("FWAIT" if "FWAIT" in NUMBERS else "WAIT"))
BIT_TESTS = cython.declare(u8[MAX_MNEMONICS])


def override(name, handler, ends_block=False, raw=False):
    number: cython.int = mnemonic_id(name)
    handlers[number] = handler
    ending[number] = ends_block
    raw_operand[number] = raw
    return 0


def override_opcode(name, opcode, handler):
    """For 0F 22 and 0F 23; the other direction is bound by its name."""
    from_register[opcode - 0x22] = handler
    return 0


# -- memory for blocks -------------------------------------------------------------------------------


def new_code_cache():
    return cython.cast(CodeCacheP, calloc(1, cython.sizeof(CodeCache)))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def release(cache: CodeCacheP) -> cython.void:
    i: cython.int
    page: CodePageP
    following: CodePageP
    for i in range(BUCKETS):
        page = cache.pages[i]
        while page != cython.NULL:
            following = page.chain
            free(page)
            page = following
    for i in range(cache.chunk_count):
        free(cache.chunks[i])
    free(cache.chunks)


def free_code_cache(cache):
    release(cache)
    free(cache)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def allocate(cache: CodeCacheP, size: u64) -> u8p:
    p: u8p
    size = (size + 63) & ~cython.cast(u64, 63)
    if cache.used + size > cache.chunk:
        cache.chunks = cython.cast(u8pp, realloc(cache.chunks, (cache.chunk_count + 1) * 8))
        cache.arena = cython.cast(u8p, malloc(CHUNK + 64))
        cache.chunks[cache.chunk_count] = cache.arena
        cache.chunk_count += 1
        cache.chunk = CHUNK + 64
        cache.used = 64 - (cython.cast(u64, cache.arena) & 63)
        cache.total += CHUNK
    p = cache.arena + cache.used
    cache.used += size
    return p


def free_forgotten(s):
    """Outside of the run loop: give back what `forget_all_code` has left."""
    cache: CodeCacheP = cython.cast(CodeCacheP, s.cache)
    flushes: u64 = cache.flushes
    made: u64 = cache.made
    page: CodePageP
    i: cython.int
    if cache.doomed:
        for i in range(BUCKETS):  # some were made since
            page = cache.pages[i]
            while page != cython.NULL:
                s.attributes[page.frame] &= 0xFF ^ A_CODE
                page = page.chain
        s.generation += 1
        release(cache)
        memset(cache, 0, cython.sizeof(CodeCache))
        s.cpu.op = cython.NULL  # it was there
        cache.flushes = flushes
        cache.made = cache.forgotten = made


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def page_of(cache: CodeCacheP, frame: u64, make_it: cython.bint) -> CodePageP:
    slot: cython.pointer[CodePageP] = cython.address(cache.pages[frame & (BUCKETS - 1)])
    page: CodePageP = slot[0]
    while page != cython.NULL and page.frame != frame:
        page = page.chain
    if page == cython.NULL and make_it:
        page = cython.cast(CodePageP, calloc(1, cython.sizeof(CodePage)))
        page.frame = frame
        page.chain = slot[0]
        slot[0] = page
    return page


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def bucket_of(physical: u64, rip: u64) -> u32:
    return cython.cast(u32, (physical ^ (physical >> 13) ^ (rip << 4)) & (BUCKETS - 1))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def add_lines(page: CodePageP, start: u64, end: u64) -> cython.void:
    """Bytes [start, end) of the page are code."""
    line: u64 = start >> 4
    while line <= (end - 1) >> 4:
        page.lines[line >> 6] |= cython.cast(u64, 1) << (line & 63)
        line += 1


# -- forgetting --------------------------------------------------------------------------------------


def stale(c, o):
    """Stands for every operation of a forgotten block: the instructions before it count."""
    c.icount += o.count - 1
    return find(c, o.rip)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def kill(cache: CodeCacheP, block: BlockP) -> cython.void:
    slot: cython.pointer[BlockP] = cython.address(cache.buckets[bucket_of(block.physical, block.rip)])
    i: cython.int
    if block.dead:
        return
    block.dead = 1
    cache.forgotten += 1
    while slot[0] != cython.NULL and slot[0] != block:
        slot = cython.address(slot[0].chain)
    if slot[0] == block:
        slot[0] = block.chain
    for i in range(block.ops - 1):
        block.first[i].fn = stale
    # the last one goes on to the next block, and has counted all before
    block.first[block.ops - 1].link = cython.NULL


def forget_all_code(c, s):
    cache: CodeCacheP = cython.cast(CodeCacheP, s.cache)
    page: CodePageP
    block: BlockP
    i: cython.int
    for i in range(BUCKETS):
        page = cache.pages[i]
        while page != cython.NULL:
            block = page.blocks
            while block != cython.NULL:
                kill(cache, block)
                block = block.in_page
            page.blocks = page.overhanging = cython.NULL
            page.lines[0] = page.lines[1] = page.lines[2] = page.lines[3] = 0
            s.attributes[page.frame] &= 0xFF ^ A_CODE
            page = page.chain
    cache.doomed = 1
    cache.flushes += 1
    s.generation += 1
    c.stop_at = 0  # soon, the memory is given back


def forget_system(c):
    """Whatever may have changed in the code of a PC: for a debugger."""
    forget_all_code(c, system_of(c))


def system_changed(c, address, length):
    """Something other than the processor has written physical memory."""
    s: SystemP = system_of(c)
    frame: u64
    n: u64
    while length:
        n = min(length, 4096 - (address & 4095))
        frame = address >> 12
        if frame < s.trash_frame and s.attributes[frame] & A_CODE:
            code_written(c, s, frame, address & 4095, cython.cast(cython.int, n))
        address += n
        length -= n


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def system_flush(c: CpuP) -> cython.void:
    flush_translations(c, system_of(c))


def code_written(c, s, frame, offset, size):
    cache: CodeCacheP = cython.cast(CodeCacheP, s.cache)
    page: CodePageP = page_of(cache, frame, False)
    end: u64 = offset + size
    line: u64 = offset >> 4
    hit: cython.bint = False
    slot: cython.pointer[BlockP]
    block: BlockP
    start: u64
    if page == cython.NULL:
        return
    while line <= (end - 1) >> 4:
        if page.lines[line >> 6] >> (line & 63) & 1:
            hit = True
        line += 1
    if not hit:
        return
    page.lines[0] = page.lines[1] = page.lines[2] = page.lines[3] = 0
    slot = cython.address(page.blocks)
    while slot[0] != cython.NULL:
        block = slot[0]
        start = block.physical & 4095
        if not block.dead and start < end and offset < start + block.bytes:
            kill(cache, block)
        if block.dead:
            slot[0] = block.in_page
        else:
            add_lines(page, start, min(start + block.bytes, 4096))
            slot = cython.address(block.in_page)
    slot = cython.address(page.overhanging)
    while slot[0] != cython.NULL:
        block = slot[0]
        start = (block.physical & 4095) + block.bytes - 4096  # bytes in this page
        if not block.dead and offset < start:
            kill(cache, block)
        if block.dead:
            slot[0] = block.in_second
        else:
            add_lines(page, 0, start)
            slot = cython.address(block.in_second)


# -- operations of our own -----------------------------------------------------------------------------


def check(c, o):
    """Before an instruction whose memory operand may be outside its segment."""
    s: SystemP = system_of(c)
    g: SegmentP = cython.address(s.segment[o.seg])
    offset: u64 = offset_of(c, o)
    if unlikely_(offset < (g.low_write if o.extra else g.low) or offset + o.size - 1 > g.high):
        return fault(c, o, SS_ if o.seg == SS else GP, 0)
    return done(c, o)


def check_bits(c, o):
    """The same for BT and its kin with the bit's number in a register."""
    s: SystemP = system_of(c)
    g: SegmentP = cython.address(s.segment[o.seg])
    bit: i64 = cython.cast(i64, get_signed(c, o))
    offset: u64 = offset_of(c, o) + cython.cast(u64, (bit >> (5 if o.size == 4 else 4)) * o.size)
    offset &= 0xFFFF if o.asize == 2 else LOW_32
    if offset < (g.low_write if o.extra else g.low) or offset + o.size - 1 > g.high:
        return fault(c, o, SS_ if o.seg == SS else GP, 0)
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def get_signed(c: CpuP, o: OpP) -> i64:
    if o.size == 2:
        return cython.cast(cython.pointer[i16], cython.cast(u8p, c) + o.src)[0]
    return cython.cast(cython.pointer[i32], cython.cast(u8p, c) + o.src)[0]


def onward(c, o):
    """After a block's last instruction, when that was no branch; `disp` is where it goes on."""
    n: OpP
    c.icount += o.count
    if c.icount >= c.stop_at:
        return leave(c, o.disp, EXIT_ATTENTION)
    n = o.link
    return n if n != cython.NULL else connect(c, o, o.disp)


def leave_after(c, o):
    """After a single step."""
    c.icount += o.count
    return leave(c, o.disp, EXIT_ATTENTION)


def still_there(c, o):
    """First of a block that reaches into a second page: is that page where it was?"""
    s: SystemP = system_of(c)
    block: BlockP = cython.cast(BlockP, o.link)
    t: Translation
    # when it can't be translated any more, `make` finds the fault
    if (walk(c, s, second_page(c, block.base + block.rip), TO_FETCH, s.cpl == 3, cython.address(t)) != FINE
            or t.physical != block.second):
        kill(cython.cast(CodeCacheP, s.cache), block)
        return find(c, o.rip)
    return done(c, o)


def no_x87(c, o):
    return fault(c, o, NM, 0)


def undefined(c, o):
    return fault(c, o, UD, 0)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def second_page(c: CpuP, linear: u64) -> u64:
    linear = (linear | 4095) + 1
    return linear if c.mode == 64 else linear & LOW_32


# -- making --------------------------------------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def needs_check(s: SystemP, o: OpP, insn: InsnP) -> cython.bint:
    """Whether the instruction's memory operand can be outside its segment."""
    if insn.mode == 64 or o.form == RR or raw_operand[insn.id] == 2:
        return False
    if not s.flavour & (F_CHECK << o.seg):
        return False
    # one byte that a 16-bit address reaches is in every segment of 64 KiB
    return not (o.asize == 2 and memory_size(o) == 1 and not s.flavour & (F_NARROW << o.seg))


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def memory_size(o: OpP) -> cython.int:
    return o.size if o.form == MR else o.size2 if o.form == RM else o.extra


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def uses_sse(insn: InsnP) -> cython.bint:
    i: cython.int
    found: cython.bint = False
    for i in range(insn.operands):
        found |= insn.op[i].kind == O_XMM or insn.op[i].kind == O_YMM
    return found


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def uses_x87(insn: InsnP) -> cython.bint:
    """x87 or MMX state."""
    i: cython.int
    found: cython.bint = False
    if insn.map == 0 and 0xD8 <= insn.opcode <= 0xDF and not insn.prefixes & (P_VEX | P_EVEX):
        return True
    if kind_of[insn.id] == 1:
        return True
    for i in range(insn.operands):
        found |= insn.op[i].kind == O_MMX
    return found


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def translate(c: CpuP, s: SystemP, ops: OpP, insn: InsnP, at: u64, count: cython.int,
              ended: cython.pointer[cython.bint]) -> cython.int:
    """The operations of one instruction: its own, and a check before it where that is needed."""
    o: OpP = ops
    n: cython.int = 1
    size: cython.int
    ended[0] = fill(o, insn, at, False)
    general: Handler = o.fn
    o.count = count
    if s.flavour & (F_NO_X87 | F_NO_SSE):
        if s.flavour & F_NO_SSE and (uses_sse(insn) or kind_of[insn.id] == 2):
            o.fn = undefined
            ended[0] = True
            return 1
        if s.flavour & F_NO_X87 and (uses_x87(insn) or uses_sse(insn) or kind_of[insn.id] == 2):
            o.fn = no_x87
            ended[0] = True
            return 1
    if handlers[insn.id] != cython.NULL:
        o.fn = handlers[insn.id]
        ended[0] = ending[insn.id]
        if raw_operand[insn.id]:
            o.extra = insn.osize
        if insn.id == POP:
            if insn.op[0].kind != O_SEG:
                o.fn = general
                ended[0] = False
        elif insn.id == MOV_CR or insn.id == MOV_DR:
            if insn.opcode >= 0x22:
                o.fn = from_register[insn.opcode - 0x22]
    o.flags &= 255 - WRITES  # a guess of `fill`'s that serves user code
    if o.form == MR and not only_read[insn.id] and raw_operand[insn.id] != 2 and insn.id != POP:
        o.flags |= WRITES
    if needs_check(s, o, insn):
        size = memory_size(o)
        if size:
            ops[1] = ops[0]
            o.fn = check
            if BIT_TESTS[insn.id] and o.src != ZERO * 8:
                o.fn = check_bits
            o.size = size
            o.extra = o.form == MR and not only_read[insn.id]
            n = 2
    return n


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def page_fault(c: CpuP, rip: u64, address: u64, error: cython.int) -> OpP:
    c.vector = 14
    c.error_code = error
    c.fault_address = address
    c.host_signal = 0
    return leave(c, rip, EXIT_EXCEPTION)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def refuse(c: CpuP, rip: u64, vector: cython.int) -> OpP:
    c.vector = vector
    c.error_code = 0
    c.fault_address = 0
    c.host_signal = 0
    return leave(c, rip, EXIT_EXCEPTION)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def decode_block(c: CpuP, s: SystemP, rip: u64, base: u64, physical: u64, ops: OpP, most: cython.int,
                 block: BlockP) -> cython.int:
    """Translate up to `most` instructions; the number of operations, 0 after a fault."""
    insn: Insn
    t: Translation
    buffer: u8[32]
    code: u8p = cython.cast(u8p, c.membase + (frame_of(s, physical) << 12) + (physical & 4095))
    have: u64 = 4096 - (physical & 4095)  # bytes on the first page
    limit: u64 = s.segment[CS].high - rip + 1 if c.mode != 64 else NOT_PRESENT  # bytes in the segment
    used: u64 = 0
    left: u64
    within: u64
    second: u64
    rest: u8p
    n: cython.int = 0
    count: cython.int = 0
    length: cython.int
    error: cython.int
    ended: cython.bint = False
    space: SpaceP = cython.cast(SpaceP, c.space)
    planted: cython.int
    after_access: cython.bint = False
    block.overhangs = 0
    while count < most and not ended and used < have:
        left = have - used
        within = min(left, limit - used)
        length = decode(code + used, cython.cast(cython.int, within), c.mode, cython.address(insn))
        if length == DECODE_SHORT:
            if count:
                break  # let it begin a block of its own
            if within == left and limit > left:  # the rest is on the next page
                error = walk(c, s, second_page(c, base + rip), TO_FETCH, s.cpl == 3, cython.address(t))
                second = second_page(c, base + rip)
                # what is there is asked for only if the instruction needs it
                memset(buffer, 0, 32)
                memcpy(buffer, code + used, left)
                if error != FINE:
                    page_fault(c, rip, second, error)
                    return 0
                rest = cython.cast(u8p, c.membase + (frame_of(s, t.physical) << 12))
                memcpy(cython.address(buffer[left]), rest, 15)
                within = min(left + 15, limit)
                length = decode(buffer, cython.cast(cython.int, within), c.mode, cython.address(insn))
                block.second = t.physical
                block.overhangs = 1
        if length <= 0:
            if count:
                break
            # beyond the limit, or longer than 15 bytes: #GP
            refuse(c, rip, UD if length == DECODE_INVALID else GP)
            return 0
        if space.probes != cython.NULL:
            if count and n > ROOM - PROBE_ROOM - 5:
                break
            planted = plant(space, ops + n, rip + used, base + rip + used, length, count + 1, count == 0,
                            after_access)
            while planted:
                ops[n].id = insn.id
                planted -= 1
                n += 1
            after_access = True
        count += 1
        n += translate(c, s, ops + n, cython.address(insn), rip + used, count, cython.address(ended))
        used += length
    block.bytes = used
    ops[n].fn = onward
    ops[n].rip = rip + used if n == 0 else ops[n - 1].rip
    ops[n].disp = rip + used if c.mode == 64 else (rip + used) & LOW_32
    ops[n].link = cython.NULL
    ops[n].count = count
    if space.probes != cython.NULL:
        set_block_size(ops, n, used)
    return n + 1


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def mark_code(c: CpuP, s: SystemP, cache: CodeCacheP, physical: u64, length: u64) -> CodePageP:
    """These bytes of a page are code now."""
    frame: u64 = frame_of(s, physical)
    page: CodePageP = page_of(cache, frame, True)
    add_lines(page, physical & 4095, (physical & 4095) + length)
    if not s.attributes[frame] & A_CODE:
        s.attributes[frame] |= A_CODE
        withhold_writes(c, s, frame)
    return page


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def make(c: CpuP, s: SystemP, rip: u64, base: u64, physical: u64) -> OpP:
    """Translate the block at `rip` and keep it."""
    cache: CodeCacheP = cython.cast(CodeCacheP, s.cache)
    ops: Op[ROOM]
    sketch: Block
    block: BlockP
    room: OpP
    page: CodePageP
    slot: u32
    first: u64
    n: cython.int
    n = decode_block(c, s, rip, base, physical, cython.address(ops[1]), MOST, cython.address(sketch))
    if n == 0:
        return cython.NULL
    if cache.total > LIMIT:
        forget_all_code(c, s)
    block = cython.cast(BlockP, allocate(cache, cython.sizeof(Block)))
    block.physical = physical
    block.second = sketch.second
    block.rip = rip
    block.base = base
    block.flavour = s.flavour
    block.bytes = sketch.bytes
    block.dead = 0
    block.overhangs = sketch.overhangs
    if block.overhangs:
        ops[0] = ops[1]
        ops[0].fn = still_there
        ops[0].rip = rip
        ops[0].count = 1
        ops[0].link = cython.cast(OpP, block)
        n += 1
    room = cython.cast(OpP, allocate(cache, n * cython.sizeof(Op)))
    memcpy(room, cython.address(ops[0 if block.overhangs else 1]), n * cython.sizeof(Op))
    block.first = room
    block.ops = n
    first = min(sketch.bytes, 4096 - (physical & 4095))
    page = mark_code(c, s, cache, physical, first)
    block.in_page = page.blocks
    page.blocks = block
    block.in_second = cython.NULL
    if block.overhangs:
        page = mark_code(c, s, cache, block.second, sketch.bytes - first)
        block.in_second = page.overhanging
        page.overhanging = block
    slot = bucket_of(physical, rip)
    block.chain = cache.buckets[slot]
    cache.buckets[slot] = block
    cache.made += 1
    return room


# -- finding -------------------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def code_base(c: CpuP) -> u64:
    return c.seg_base[CS] if c.mode != 64 else 0


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def locate(c: CpuP, s: SystemP, rip: u64, base: u64, physical: cython.pointer[u64]) -> cython.bint:
    """The physical address of code; False after a fault."""
    t: Translation
    error: cython.int
    linear: u64 = base + rip
    if c.mode == 64:
        if not_canonical(rip):
            refuse(c, rip, GP)
            return False
    else:
        if rip > s.segment[CS].high:
            refuse(c, rip, GP)
            return False
        linear &= LOW_32
    error = walk(c, s, linear, TO_FETCH, s.cpl == 3, cython.address(t))
    if error != FINE:
        page_fault(c, rip, linear, error)
        return False
    physical[0] = t.physical & s.physical_mask
    return True


def find(c, rip):
    s: SystemP = system_of(c)
    base: u64 = code_base(c)
    jump: JumpP
    block: BlockP
    o: OpP = cython.NULL
    physical: u64 = 0
    cache: CodeCacheP
    if s.event:
        s.delivery.rip = rip
        return cython.address(s.delivery)
    jump = cython.address(s.jumps[(rip ^ (rip >> 12) ^ (base >> 4)) & (JUMPS - 1)])
    if (jump.rip == rip and jump.base == base and jump.flavour == s.flavour
            and jump.generation == s.generation and jump.op.fn != stale):
        return jump.op
    if not locate(c, s, rip, base, cython.address(physical)):
        return cython.NULL
    cache = cython.cast(CodeCacheP, s.cache)
    block = cache.buckets[bucket_of(physical, rip)]
    while block != cython.NULL:
        if (block.physical == physical and block.rip == rip and block.base == base
                and block.flavour == s.flavour
                and (c.mode == 64 or rip + block.bytes - 1 <= s.segment[CS].high)):
            o = block.first
            break
        block = block.chain
    if o == cython.NULL:
        o = make(c, s, rip, base, physical)
        if o == cython.NULL:
            return o
    jump.rip = rip
    jump.base = base
    jump.flavour = s.flavour
    jump.generation = s.generation
    jump.op = o
    return o


def connect(c, at, rip):
    """`find` for a branch to a fixed address; its operation is c.op."""
    s: SystemP = system_of(c)
    cache: CodeCacheP = cython.cast(CodeCacheP, s.cache)
    flushes: u64 = cache.flushes
    source: u64 = c.op.rip
    n: OpP = find(c, rip)
    base: u64 = code_base(c)
    if n != cython.NULL and cache.flushes == flushes and (
            not s.flavour & F_PAGING or (base + source) >> 12 == (base + rip) >> 12) and (
            n.fn != still_there) and n != cython.address(s.delivery):
        at.link = n
    return n


def single(c, rip):
    """One instruction, not kept, and an operation that leaves after it."""
    s: SystemP = system_of(c)
    base: u64 = code_base(c)
    physical: u64 = 0
    sketch: Block
    n: cython.int
    if s.event:
        s.delivery.rip = rip
        return cython.address(s.delivery)
    if not locate(c, s, rip, base, cython.address(physical)):
        return cython.NULL
    n = decode_block(c, s, rip, base, physical, c.scratch, 1, cython.address(sketch))
    if n == 0:
        return cython.NULL
    c.scratch[n - 1].fn = leave_after
    return c.scratch


def go(c, o, rip):
    c.icount += o.count
    if c.icount >= c.stop_at:
        return leave(c, rip, EXIT_ATTENTION)
    return find(c, rip)


def afresh(c, o):
    c.icount += o.count
    if c.stop_at <= 1:  # a single step, or someone wants attention
        return leave(c, o.rip + o.length, EXIT_ATTENTION)
    return find(c, o.rip + o.length)


# -- flavours ------------------------------------------------------------------------------------------


def choose_limits(g, real):
    """What offsets a segment has, from its limit and rights. Real mode does not look at the rights."""
    rights: u32 = g.rights
    g.low = 0
    g.high = g.limit
    if real:
        g.low_write = 0
        return
    if not rights & PRESENT or not rights & NOT_SYSTEM:
        g.low = g.low_write = 1
        g.high = 0
        return
    if rights & CODE:
        g.low_write = NOT_PRESENT
        if not rights & WRITABLE:  # execute-only
            g.low = NOT_PRESENT
        return
    if rights & DOWN:
        g.low = cython.cast(u64, g.limit) + 1
        g.high = LOW_32 if rights & BIG else 0xFFFF
    g.low_write = g.low if rights & WRITABLE else NOT_PRESENT


def choose_flavour(c, s):
    flavour: u32 = 0 if c.mode == 16 else 1 if c.mode == 32 else 2
    i: cython.int
    g: SegmentP
    if s.cr0 & CR0_PG:
        flavour |= F_PAGING
    if not s.a20:
        flavour |= F_A20
    if s.cpl == 3:
        flavour |= F_USER
    if s.cr0 & (CR0_TS | CR0_EM):
        flavour |= F_NO_X87
    if not s.cr4 & CR4_OSFXSR or s.cr0 & CR0_EM:
        flavour |= F_NO_SSE
    if c.mode != 64:
        for i in range(6):
            g = cython.address(s.segment[i])
            if g.low or g.low_write or g.high < LOW_32:
                flavour |= cython.cast(u32, F_CHECK) << i
                if g.low or g.low_write or g.high < 0xFFFF:
                    flavour |= cython.cast(u32, F_NARROW) << i
    s.flavour = flavour
    c.stack_mask = LOW_32 if s.segment[SS].rights & BIG else 0xFFFF


# -- tables --------------------------------------------------------------------------------------------

# First operands in memory that are read and not written.
READERS = """
CMP TEST PUSH MUL DIV IDIV JMP CALL JMPF CALLF BT NOP LTR LLDT LMSW VERR VERW LGDT LIDT INVLPG FLD FILD
FBLD FADD FMUL FCOM FCOMP FSUB FSUBR FDIV FDIVR FIADD FIMUL FICOM FICOMP FISUB FISUBR FIDIV FIDIVR FLDENV
FRSTOR FLDCW FXRSTOR FXRSTOR64 LDMXCSR XRSTOR XRSTOR64 PREFETCHNTA PREFETCHT0 PREFETCHT1 PREFETCHT2 CLFLUSH
PREFETCH PREFETCHW
"""
# Instructions with x87 or SSE state that no operand shows.
X87 = "FWAIT WAIT EMMS FEMMS FXSAVE FXRSTOR FXSAVE64 FXRSTOR64"
SSE = "LDMXCSR STMXCSR"

for name in READERS.split():
    if name in NUMBERS:
        only_read[NUMBERS[name]] = 1
for name in X87.split():
    if name in NUMBERS:
        kind_of[NUMBERS[name]] = 1
for name in SSE.split():
    if name in NUMBERS:
        kind_of[NUMBERS[name]] = 2
for name in ("BT", "BTS", "BTR", "BTC"):
    BIT_TESTS[NUMBERS[name]] = 1
del MNEMONICS
watch_code_by(code_written)
find_systems_by(find, connect, single)
forget_systems_by(forget_system)
tell_systems_by(system_changed, system_flush)
