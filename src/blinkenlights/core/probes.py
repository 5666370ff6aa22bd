"""Breakpoints, hooks, events and watched memory, in the engine.

What concerns code is planted: operations in front of the instruction's own, written when a block is
made. So code without probes runs as fast as ever, and which instructions a hook is for is decided
once, when they are translated. A change forgets the blocks of the pages concerned.

What concerns memory is found by withheld TLB tags (`core/paging.py`): every access to such a page is
noted here, and the operation after the instruction that made it (`collect`, planted everywhere while
memory is watched) tells of it. So values written are seen, and an instruction that faults tells nothing.
"""

import cython
from cython.cimports.blinkenlights.core import host
from cython.cimports.blinkenlights.core.access import done, leave
from cython.cimports.blinkenlights.core.blocks import CacheP, invalidate, lookup, plant_by, single
from cython.cimports.blinkenlights.core.engine import finish_by
from cython.cimports.blinkenlights.core.fpcontrol import (
    MXCSR_FLAGS,
    MXCSR_MASKS,
    enter_guest_fp,
    get_host_mxcsr,
    set_host_mxcsr,
)
from cython.cimports.blinkenlights.core.hostfpu import bring_x87_home
from cython.cimports.blinkenlights.core.memory import AddressSpace
from cython.cimports.cpython.bytes import PyBytes_FromStringAndSize
from cython.cimports.cpython.ref import Py_DECREF, Py_INCREF
from cython.cimports.libc.stdlib import free, malloc, realloc
from cython.cimports.libc.string import memcpy, memmove

FOREVER = cython.declare(u64, ~cython.cast(u64, 0))
PAGE_MASK = cython.declare(u64, ~cython.cast(u64, 4095))
NARROW = cython.declare(u64, 64)  # bytes of a span up to which translated code serves it


# -- planting --------------------------------------------------------------------------------------


def plant(s, ops, rip, address, length, count, first, after_access):
    p: ProbesP = cython.cast(ProbesP, s.probes)
    n: cython.int = 0
    i: cython.int
    what: u64 = 0
    span: SpanP
    if p.watch_count and (first or after_access):
        ops[n].fn = collect
        n += 1
    for i in range(p.count):
        span = cython.address(p.spans[i])
        if span.start <= address <= span.last and (first or not span.what & BLOCK_SPANS):
            what |= span.what
    if what & (SPAN_STOP | SPAN_CODE | SPAN_BLOCK):
        ops[n].fn = probe
        ops[n].disp = what
        n += 1
    if what & (SPAN_EVENT | SPAN_BLOCK_EVENT):
        for i in range(p.count):
            span = cython.address(p.spans[i])
            if (span.start <= address <= span.last and span.recorder != cython.NULL
                    and (first or not span.what & BLOCK_SPANS) and n < PROBE_ROOM):
                ops[n].fn = record
                ops[n].disp = EVENT_BLOCK if span.what & SPAN_BLOCK_EVENT else EVENT_CODE
                ops[n].link = cython.cast(OpP, span.recorder)
                n += 1
    for i in range(n):
        ops[i].imm = address
        ops[i].rip = rip
        ops[i].count = count
        ops[i].length = length
        ops[i].form = RR
        ops[i].flags = 0
        ops[i].src = 0  # bytes of the block, once they are known
    return n


def set_block_size(ops, n, size):
    i: cython.int
    for i in range(n):
        if ops[i].fn != probe and ops[i].fn != record and ops[i].fn != collect:
            return
        ops[i].src = size


# -- while the guest runs --------------------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def again(c: CpuP) -> OpP:
    """Go on at c.rip, where the blocks may be others by now."""
    return single(c, c.rip) if c.one else lookup(c, c.rip)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def stop(c: CpuP, tick: u64, by: cython.int) -> OpP:
    """Leave the run loop before the instruction at c.rip."""
    c.icount = tick
    c.stopped_by = by
    return leave(c, c.rip, EXIT_STOP)


@cython.cfunc
@cython.nogil
@cython.inline
@cython.exceptval(check=False)
def version(c: CpuP, p: ProbesP) -> u64:
    """Another number once a hook has changed what is planted, or code."""
    cache: CacheP = cython.cast(CacheP, cython.cast(SpaceP, c.space).blocks)
    return p.generation + cache.invalidated


def probe(c, o):
    """Before an instruction that hooks or a breakpoint are for."""
    p: ProbesP = cython.cast(ProbesP, cython.cast(SpaceP, c.space).probes)
    tick: u64 = c.icount + o.count - 1
    before: u64 = version(c, p)
    failed: cython.int
    if o.disp & (SPAN_CODE | SPAN_BLOCK) and (c.hook_seen_tick != tick or c.hook_seen_rip != o.rip):
        c.rip = o.rip
        failed = 0
        if o.disp & SPAN_BLOCK:
            failed = call_hooks(c, o.imm, o.src, tick, SPAN_BLOCK)
        if failed == 0 and o.disp & SPAN_CODE:
            failed = call_hooks(c, o.imm, o.length, tick, SPAN_CODE)
        if failed or c.rip != o.rip or version(c, p) != before or c.asked:
            # the next time at this instruction they have been called
            c.hook_seen_tick = tick
            c.hook_seen_rip = o.rip
            c.icount = tick
            if failed:
                return stop(c, tick, STOP_HOOK)
            if c.asked:
                return leave(c, c.rip, EXIT_ATTENTION)
            return again(c)
    if o.disp & SPAN_STOP and (c.stop_seen_tick != tick or c.stop_seen_rip != o.rip):
        c.hook_seen_tick = c.stop_seen_tick = tick
        c.hook_seen_rip = c.stop_seen_rip = o.rip
        c.rip = o.rip
        return stop(c, tick, STOP_BREAKPOINT)
    return done(c, o)


def record(c, o):
    """Write an event. `o.link` is its recorder."""
    r: RecorderP = cython.cast(RecorderP, o.link)
    e: EventP = r.next
    if e == r.end:
        return record_in_next(c, o)
    e.tick = c.icount + o.count - 1 + r.others
    e.address = o.imm
    e.value = 0
    e.rip = o.rip
    e.kind = cython.cast(u32, o.disp)
    e.size = o.src if o.disp else o.length
    r.next = e + 1
    return done(c, o)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def record_in_next(c: CpuP, o: OpP) -> OpP:
    """`record`, where the buffer is full: who reads it may change everything."""
    p: ProbesP = cython.cast(ProbesP, cython.cast(SpaceP, c.space).probes)
    tick: u64 = c.icount + o.count - 1
    before: u64 = version(c, p)
    c.rip = o.rip
    empty_recorder(cython.cast(RecorderP, o.link))
    if p.failed:
        return stop(c, tick, STOP_HOOK)
    if c.asked or version(c, p) != before:
        c.icount = tick
        return leave(c, c.rip, EXIT_ATTENTION) if c.asked else again(c)
    return record(c, o)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def empty_recorder(r: RecorderP) -> cython.void:
    """Have a full buffer read, and keep what did not fit into it any more."""
    over: u64 = r.next - r.end
    r.wrapped += 1
    r.next = r.end
    if r.owner != cython.NULL:
        tell_full(r)
    if over:
        memmove(r.first, r.end, over * cython.sizeof(Event))
    r.next = r.first + over


def collect(c, o):
    """Before the instruction after one that may have accessed watched memory."""
    p: ProbesP
    r: RecorderP
    count: cython.int = c.access_count
    if count == 0:
        return done(c, o)
    p = cython.cast(ProbesP, cython.cast(SpaceP, c.space).probes)
    if p.direct:
        r = p.watches[0].recorder
        complete(c, r, count)
        c.access_count = 0
        if r.next <= r.end:
            return done(c, o)
    c.rip = o.rip
    return tell_accesses(c, o, c.icount + o.count - 1)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def tell_accesses(c: CpuP, o: OpP, tick: u64) -> OpP:
    p: ProbesP = cython.cast(ProbesP, cython.cast(SpaceP, c.space).probes)
    before: u64 = version(c, p)
    rip: u64 = c.rip
    by: cython.int = tell(c, p, tick)
    if p.failed:
        by = STOP_HOOK
    if by:
        return stop(c, tick, by)
    if c.rip != rip or version(c, p) != before or c.asked:
        c.icount = tick
        if c.asked:
            return leave(c, c.rip, EXIT_ATTENTION)
        return again(c)
    return done(c, o)


@cython.cfunc
@cython.nogil
@cython.inline
@cython.exceptval(check=False)
def first_bytes(at: u8p, size: u32) -> u64:
    """Up to eight bytes as a number."""
    value: u64 = 0
    if size == 8:
        return cython.cast(u64p, at)[0]
    if size == 4:
        return cython.cast(u32p, at)[0]
    memcpy(cython.address(value), at, size if size < 8 else 8)
    return value


@cython.cfunc
@cython.nogil
@cython.inline
@cython.exceptval(check=False)
def complete(c: CpuP, r: RecorderP, count: cython.int) -> cython.void:
    """The instruction has ended: what it has written is in memory now."""
    e: EventP = r.next
    while count:
        count -= 1
        e -= 1
        if e.kind == WRITING:
            e.value = first_bytes(cython.cast(u8p, e.address + c.membase), e.size)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def tell(c: CpuP, p: ProbesP, tick: u64) -> cython.int:
    """Pass on the accesses of the instruction that has just ended; a STOP_ constant to stop."""
    by: cython.int = 0
    i: cython.int
    j: cython.int
    a: AccessP
    w: WatchP
    value: u64
    count: cython.int = c.access_count
    c.access_count = 0
    if p.direct:
        complete(c, p.watches[0].recorder, count)
        if p.watches[0].recorder.next > p.watches[0].recorder.end:
            empty_recorder(p.watches[0].recorder)
        return STOP_HOOK if p.failed else 0
    for i in range(count):
        a = cython.address(c.accesses[i])
        j = 0
        while j < p.watch_count:
            w = cython.address(p.watches[j])
            j += 1
            if not w.kinds & a.kind or w.start > a.address + a.size - 1 or a.address > w.last:
                continue
            if w.what == WATCH_STOP:
                if by == 0 or a.kind == WRITING:  # of an instruction that does both, the writing
                    by = STOP_WATCHPOINT
                    c.hit = a[0]
                    c.watch_hit = w.id
                continue
            if a.kind == READING:
                value = first_bytes(a.old, a.size)
            else:
                value = first_bytes(cython.cast(u8p, a.address + c.membase), a.size)
            if w.what == WATCH_EVENT:
                write_event(w.recorder, tick - 1, a, value)
            elif call_access_hook(c, w, a, value, tick):
                by = STOP_HOOK
    return by


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def write_event(r: RecorderP, tick: u64, a: AccessP, value: u64) -> cython.void:
    e: EventP = r.next
    if e == r.end:
        empty_recorder(r)
        e = r.next
    e.tick = tick + r.others
    e.address = a.address
    e.value = value
    e.rip = a.rip
    e.size = a.size
    e.kind = a.kind
    r.next = e + 1


def note(c, address, size, kind):
    """An access to a watched page, by the operation c.op: keep it until the instruction has ended."""
    p: ProbesP = cython.cast(ProbesP, cython.cast(SpaceP, c.space).probes)
    i: cython.int
    a: AccessP
    e: EventP
    w: WatchP
    at: u8p = cython.cast(u8p, address + c.membase)
    if p == cython.NULL:
        return
    for i in range(p.watch_count):
        w = cython.address(p.watches[i])
        if w.kinds & kind and w.start <= address + size - 1 and address <= w.last:
            break
    else:
        return
    if c.access_count == MOST_ACCESSES:  # more than an instruction makes that tells of them in time
        if tell(c, p, c.icount + c.op.count) == STOP_WATCHPOINT:
            c.access_count = 1
            c.accesses[0] = c.hit
    if p.direct:
        # there is room for an instruction's accesses beyond the buffer's end
        e = w.recorder.next
        e.tick = c.icount + c.op.count - 1 + w.recorder.others
        e.address = address
        e.value = first_bytes(at, size)
        e.rip = c.op.rip
        e.size = size
        e.kind = kind
        w.recorder.next = e + 1
        c.access_count += 1
        return
    a = cython.address(c.accesses[c.access_count])
    a.address = address
    a.rip = c.op.rip
    a.size = size
    a.kind = kind
    if size <= 8:
        cython.cast(u64p, a.old)[0] = first_bytes(at, size)
    else:
        memcpy(a.old, at, size if size < 32 else 32)
    c.access_count += 1


def watch_bits(s, page):
    p: ProbesP = cython.cast(ProbesP, s.probes)
    kinds: u32 = 0
    i: cython.int
    for i in range(p.watch_count):
        if p.watches[i].start <= page + 4095 and page <= p.watches[i].last:
            kinds |= p.watches[i].kinds
    return (PTE_WATCH_READ if kinds & READING else 0) | (PTE_WATCH_WRITE if kinds & WRITING else 0)


def finish_accesses(c):
    p: ProbesP = cython.cast(ProbesP, cython.cast(SpaceP, c.space).probes)
    by: cython.int
    if p == cython.NULL:
        c.access_count = 0
        return
    if c.exit == EXIT_EXCEPTION:
        retract(c, p)
        if c.access_count == 0:
            return
    by = tell(c, p, c.icount)
    if by and (c.exit == EXIT_ATTENTION or c.exit == EXIT_EXCEPTION):
        c.exit = EXIT_STOP  # an exception comes again: its instruction is the next one
        c.stopped_by = by


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def retract(c: CpuP, p: ProbesP) -> cython.void:
    """Forget the accesses of an instruction that has faulted; of a repeated one, its last element's."""
    repeated: cython.bint = c.op != cython.NULL and c.op.flags & (REP | REPNE) != 0
    address: u64
    while c.access_count:
        address = c.accesses[c.access_count - 1].address
        if p.direct:
            address = (p.watches[0].recorder.next - 1).address
        if repeated and address != element_address(c, 6) and address != element_address(c, 7):
            return
        c.access_count -= 1
        if p.direct:
            p.watches[0].recorder.next -= 1


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def element_address(c: CpuP, register: cython.int) -> u64:
    """Where a string instruction's next element is read (RSI, 6) or written (RDI, 7)."""
    if not c.op.flags & LEGACY:
        return c.reg[register] + (c.seg_base[c.op.seg] if register == 6 else 0)
    return cython.cast(u32, c.reg[register] + c.seg_base[ES if register == 7 else c.op.seg])


plant_by(plant, set_block_size)
watch_by(watch_bits, note)
finish_by(finish_accesses)


# -- Python functions ------------------------------------------------------------------------------
#
# A call takes about as long as the function itself. So the GIL is held all the time where hooks are
# (`Probes.holding`), integers made for arguments are kept, and there are no tuples.


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def pause(c: CpuP) -> u8:
    """Guest code does not run: Python has the floating-point unit, and faults are not the guest's.

    The result, whether guest code did run, is for `resume`.
    """
    control: u32
    was: u8 = c.running
    host.in_hook += 1
    if not was:  # its last instruction's accesses are told
        return was
    if c.x87_live:
        bring_x87_home(c)
    control = get_host_mxcsr()
    c.mxcsr |= control & MXCSR_FLAGS
    if control & ~cython.cast(u32, MXCSR_FLAGS) != MXCSR_MASKS:  # flags don't matter to Python
        set_host_mxcsr(MXCSR_MASKS)
    c.running = 0
    return was


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def resume(c: CpuP, was: u8) -> cython.void:
    control: u32
    host.in_hook -= 1
    if was:
        c.running = 1
        control = get_host_mxcsr()
        if (control | (c.mxcsr & MXCSR_FLAGS)) != (c.mxcsr | MXCSR_MASKS):
            enter_guest_fp(c)


@cython.cfunc
@cython.nogil
@cython.inline
@cython.exceptval(check=False)
def number(table: NumberP, value: u64) -> PyObjectP:
    """A Python integer of `value`, to be dropped; NULL when there is no memory for it."""
    fresh: PyObjectP
    mixed: u32 = cython.cast(u32, (value ^ (value >> 32)) * 0x61C88647)  # Fibonacci hashing
    n: NumberP = cython.address(table[mixed >> (32 - NUMBERS_BITS)])
    if n.value != value or n.object == cython.NULL:
        fresh = new_number(value)
        if fresh == cython.NULL:
            return fresh
        drop(cython.cast(PyObjectP, n.object))
        n.object = fresh
        n.value = value
    hold(cython.cast(PyObjectP, n.object))
    return cython.cast(PyObjectP, n.object)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def forget_numbers(table: NumberP) -> cython.void:
    i: cython.int
    for i in range(NUMBERS):
        drop(cython.cast(PyObjectP, table[i].object))
        table[i].object = cython.NULL


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def call_with(function: PyObjectP, arguments: cython.pointer[PyObjectP], count: cython.int) -> cython.bint:
    """Call a function with arguments[1] to arguments[count], which are dropped; False when it has raised."""
    i: cython.int
    result: PyObjectP = cython.NULL
    hold(function)  # it may be removed meanwhile
    for i in range(1, count + 1):
        if arguments[i] == cython.NULL:
            break
    else:
        result = call_python(function, arguments + 1, count | ROOM_BEFORE, cython.NULL)
    drop(function)
    for i in range(1, count + 1):
        drop(arguments[i])
    drop(result)
    return result != cython.NULL


def fail(p):
    """Keep the exception that is set for who runs the machine."""
    kind: PyObjectP = cython.NULL
    value: PyObjectP = cython.NULL
    trace: PyObjectP = cython.NULL
    fetch_problem(cython.address(kind), cython.address(value), cython.address(trace))
    complete_problem(cython.address(kind), cython.address(value), cython.address(trace))
    problem: BaseException = cython.cast(object, value)
    if trace != cython.NULL:
        problem.__traceback__ = cython.cast(object, trace)
    cython.cast(Hooks, p.owner).problem = problem
    p.failed = 1
    drop(kind)
    drop(value)
    drop(trace)


def call_hooks(c, address, size, tick, what):
    p: ProbesP = cython.cast(ProbesP, cython.cast(SpaceP, c.space).probes)
    if not p.holding:
        return call_hooks_with_gil(c, address, size, tick, what)
    before: u64 = c.icount
    generation: u32 = p.generation
    i: cython.int = 0
    span: SpanP
    arguments: PyObjectP[3]
    was: u8 = pause(c)
    c.icount = tick
    while i < p.count:
        span = p.spans + i
        i += 1
        if span.what == what and span.start <= address <= span.last:
            arguments[1] = number(p.addresses, address)
            arguments[2] = new_number(size)  # a small one, which always exists
            if not call_with(cython.cast(PyObjectP, span.function), arguments, 2):
                fail(p)
                break
            if p.generation != generation:
                break
    resume(c, was)
    c.icount = before
    return p.failed


def call_hooks_with_gil(c, address, size, tick, what):
    p: ProbesP = cython.cast(ProbesP, cython.cast(SpaceP, c.space).probes)
    p.holding = 1
    failed: cython.int = call_hooks(c, address, size, tick, what)
    p.holding = 0
    return failed


READ = "read"
WRITE = "write"
word_read = cython.declare(PyObjectP, cython.cast(PyObjectP, READ))
word_write = cython.declare(PyObjectP, cython.cast(PyObjectP, WRITE))


def call_access_hook(c, w, a, value, tick):
    p: ProbesP = cython.cast(ProbesP, cython.cast(SpaceP, c.space).probes)
    if not p.holding:
        return call_access_hook_with_gil(c, w, a, value, tick)
    before: u64 = c.icount
    arguments: PyObjectP[5]
    was: u8 = pause(c)
    c.icount = tick
    arguments[1] = word_write if a.kind == WRITING else word_read
    hold(arguments[1])
    arguments[2] = number(p.addresses, a.address)
    arguments[3] = new_number(a.size)
    arguments[4] = number(p.values, value)
    if not call_with(cython.cast(PyObjectP, w.function), arguments, 4):
        fail(p)
    resume(c, was)
    c.icount = before
    return p.failed


def call_access_hook_with_gil(c, w, a, value, tick):
    p: ProbesP = cython.cast(ProbesP, cython.cast(SpaceP, c.space).probes)
    p.holding = 1
    failed: cython.int = call_access_hook(c, w, a, value, tick)
    p.holding = 0
    return failed


def tell_full(recorder):
    recording: Recording = cython.cast(Recording, recorder.owner)
    hooks: Hooks = recording.hooks
    c: CpuP = hooks.s.cpus
    running: CpuP = cython.NULL
    was: u8 = 0
    while c != cython.NULL:
        if c.running:
            running = c
        c = c.next
    if running != cython.NULL:
        was = pause(running)
    try:
        recording.on_full(recording.view())
    except BaseException as problem:
        hooks.problem = problem
        hooks.p.failed = 1
    if running != cython.NULL:
        resume(running, was)


# -- for Python ------------------------------------------------------------------------------------


class Hooks:
    """Of one address space: what is planted and watched, and whose functions are called.

    Addresses are linear ones. Changes take effect at once, but belong to the thread that runs the
    guest, or to the time when nobody does.
    """

    def __cinit__(self, space):
        memory: AddressSpace = space
        self.space = space
        Py_INCREF(space)
        self.held = cython.cast(cython.p_void, space)
        self.s = memory.s
        self.functions = {}
        self.recordings = []
        self.p.owner = cython.cast(cython.p_void, self)
        self.s.probes = cython.address(self.p)

    def __dealloc__(self):
        if self.s != cython.NULL:
            self.s.probes = cython.NULL
            Py_DECREF(cython.cast(object, self.held))
        free(self.p.spans)
        free(self.p.watches)
        forget_numbers(cython.address(self.p.addresses[0]))
        forget_numbers(cython.address(self.p.values[0]))

    def changed(self, start: u64, last: u64, watches: cython.bint) -> None:
        """Forget what was translated or looked up without knowing."""
        p: ProbesP = cython.address(self.p)
        s: SpaceP = self.s
        i: cython.int
        c: CpuP
        end: u64 = PAGE_MASK if last >= PAGE_MASK else last + 1
        p.generation += 1
        p.calls_python = 0
        p.wide = 0
        for i in range(p.count):
            if p.spans[i].what & (SPAN_CODE | SPAN_BLOCK):
                p.calls_python = 1
            if p.spans[i].last - p.spans[i].start > NARROW or p.spans[i].what & BLOCK_SPANS:
                p.wide = 1
        for i in range(p.watch_count):
            if p.watches[i].what == WATCH_HOOK:
                p.calls_python = 1
        p.direct = p.watch_count == 1 and p.watches[0].what == WATCH_EVENT and (
            p.watches[0].recorder.end - p.watches[0].recorder.first > MOST_ACCESSES)
        acquire(cython.address(s.lock))
        if watches:
            invalidate(s, 0, PAGE_MASK)
            forget_pages(s, 0, s.size)
        else:
            # an instruction that begins in the page before may reach into the range
            invalidate(s, start & PAGE_MASK, end)
        c = s.cpus
        while c != cython.NULL:
            for i in range(JUMP_SIZE):
                c.jumps[i].op = cython.NULL
                c.jumps[i].rip = FOREVER
            c = c.next
        release(cython.address(s.lock))
        if s.translated != cython.NULL and not watches:
            self.keep_from_translation()

    def keep_from_translation(self) -> None:
        """Translated code leaves where a narrow span is; with wide ones none is run."""
        from blinkenlights.jit.run import stop_translating_at

        addresses: list = []
        i: cython.int
        for i in range(self.p.count):
            if self.p.spans[i].last - self.p.spans[i].start <= NARROW:
                addresses.extend(range(self.p.spans[i].start, self.p.spans[i].last + 1))
        stop_translating_at(self.space, addresses)

    def add_span(self, what: int, start: int, last: int, function=None, recording=None) -> int:
        """Plant probes of a SPAN_ kind in [start, last]; the number to take them away by."""
        p: ProbesP = cython.address(self.p)
        span: SpanP
        to: Recording
        acquire(cython.address(self.s.lock))
        if p.count == p.capacity:
            p.capacity = p.capacity * 2 + 16
            p.spans = cython.cast(SpanP, realloc(p.spans, p.capacity * cython.sizeof(Span)))
        span = cython.address(p.spans[p.count])
        self.last_id += 1
        span.start = start
        span.last = last
        span.what = what
        span.id = self.last_id
        span.function = cython.cast(cython.p_void, function)
        span.recorder = cython.NULL
        if recording is not None:
            to = recording
            span.recorder = cython.address(to.r)
        p.count += 1
        release(cython.address(self.s.lock))
        self.keep(function, recording)
        self.changed(start, last, False)
        return self.last_id

    def add_watch(self, what: int, kinds: int, start: int, last: int, function=None, recording=None) -> int:
        """Watch [start, last] for accesses of these kinds; the number to end that by."""
        p: ProbesP = cython.address(self.p)
        w: WatchP
        to: Recording
        acquire(cython.address(self.s.lock))
        if p.watch_count == p.watch_capacity:
            p.watch_capacity = p.watch_capacity * 2 + 16
            p.watches = cython.cast(WatchP, realloc(p.watches, p.watch_capacity * cython.sizeof(Watch)))
        w = cython.address(p.watches[p.watch_count])
        self.last_id += 1
        w.start = start
        w.last = last
        w.kinds = kinds
        w.what = what
        w.id = self.last_id
        w.function = cython.cast(cython.p_void, function)
        w.recorder = cython.NULL
        if recording is not None:
            to = recording
            w.recorder = cython.address(to.r)
        p.watch_count += 1
        release(cython.address(self.s.lock))
        self.keep(function, recording)
        self.changed(start, last, True)
        return self.last_id

    def remove(self, number: int) -> None:
        """End a span or a watch; one that has ended already is no error."""
        p: ProbesP = cython.address(self.p)
        i: cython.int
        start: u64 = 0
        last: u64 = 0
        kind: cython.int = 0
        acquire(cython.address(self.s.lock))
        for i in range(p.count):
            if p.spans[i].id == number:
                start, last = p.spans[i].start, p.spans[i].last
                memmove(p.spans + i, p.spans + i + 1, (p.count - i - 1) * cython.sizeof(Span))
                p.count -= 1
                kind = 1
                break
        for i in range(p.watch_count):
            if p.watches[i].id == number:
                memmove(p.watches + i, p.watches + i + 1, (p.watch_count - i - 1) * cython.sizeof(Watch))
                p.watch_count -= 1
                kind = 2
                break
        release(cython.address(self.s.lock))
        self.functions.pop(number, None)
        if kind:
            self.changed(start, last, kind == 2)
        self.drop_recordings()

    def keep(self, function, recording) -> None:
        """Hold what the last span or watch points to."""
        to: Recording
        self.functions[self.last_id] = function
        if recording is not None:
            to = recording
            to.r.others = self.others
            self.drop_recordings()
            self.recordings.append((self.last_id, recording))

    def count_others(self, instructions: int) -> None:
        """So many have been executed by other threads than the one that is about to run."""
        recording: Recording
        self.others = instructions
        for _, recording in self.recordings:
            recording.r.others = instructions

    @property
    def recording(self) -> bool:
        """Are there events to record?"""
        return len(self.recordings) > 0

    def drop_recordings(self) -> None:
        """Let those go that nothing records to; not while a block may be executed that does it yet."""
        c: CpuP = self.s.cpus
        while c != cython.NULL:
            if c.running or host.in_hook:
                return
            c = c.next
        self.recordings = [entry for entry in self.recordings if entry[0] in self.functions]

    def take_problem(self) -> BaseException | None:
        """What a hook has raised, once."""
        problem: object = self.problem
        self.problem = None
        self.p.failed = 0
        return problem

    def forget_all(self) -> None:
        """Translate everything anew: memory is accessed in another way from now on."""
        self.changed(0, FOREVER, True)

    def stops_at(self, address: u64) -> int:
        """How many breakpoints are there?"""
        p: ProbesP = cython.address(self.p)
        i: cython.int
        count: cython.int = 0
        for i in range(p.count):
            if p.spans[i].what == SPAN_STOP and p.spans[i].start <= address <= p.spans[i].last:
                count += 1
        return count

    @property
    def watching(self) -> bool:
        """Is memory watched?"""
        return self.p.watch_count > 0


class Recording:
    """Events in a buffer that compiled code fills.

    When it is full, `on_full` is called with what `view` gives, and filling starts anew; without one the
    oldest events are overwritten.
    """

    def __cinit__(self, hooks, capacity, on_full=None):
        n: u64 = capacity
        self.hooks = hooks
        self.on_full = on_full
        self.r.first = cython.cast(EventP, malloc((n + MOST_ACCESSES) * cython.sizeof(Event)))
        if self.r.first == cython.NULL:
            raise MemoryError("no room for so many events")
        self.r.next = self.r.first
        self.r.end = self.r.first + n
        if on_full is not None:
            self.r.owner = cython.cast(cython.p_void, self)

    def __dealloc__(self):
        free(self.r.first)

    def __getbuffer__(self, buffer: cython.pointer[Py_buffer], flags: cython.int):
        count: u64 = self.r.next - self.r.first
        if self.r.wrapped and self.r.owner == cython.NULL:
            count = self.r.end - self.r.first
        self.shape[0] = count * cython.sizeof(Event)
        self.strides[0] = 1
        buffer.buf = self.r.first
        buffer.format = cython.NULL
        buffer.internal = cython.NULL
        buffer.itemsize = 1
        buffer.len = self.shape[0]
        buffer.ndim = 1
        buffer.obj = self
        buffer.readonly = 1
        buffer.shape = self.shape
        buffer.strides = self.strides
        buffer.suboffsets = cython.NULL

    def view(self) -> memoryview:
        """The events since the buffer was last emptied, in order of time, without copying them."""
        if self.r.wrapped and self.r.owner == cython.NULL:
            self.straighten()
        return memoryview(self)

    def straighten(self) -> None:
        """Where the oldest were overwritten: all of the buffer, the oldest first."""
        total: u64 = self.r.end - self.r.first
        at: u64 = self.r.next - self.r.first
        if at == 0:
            return
        copy: EventP = cython.cast(EventP, malloc(total * cython.sizeof(Event)))
        if copy == cython.NULL:
            raise MemoryError("no room to sort the events")
        memcpy(copy, self.r.next, (total - at) * cython.sizeof(Event))
        memcpy(copy + (total - at), self.r.first, at * cython.sizeof(Event))
        memcpy(self.r.first, copy, total * cython.sizeof(Event))
        free(copy)
        self.r.next = self.r.first

    def clear(self) -> None:
        """Start anew; views given before show new events from then on."""
        self.r.next = self.r.first
        self.r.wrapped = 0

    @property
    def full(self) -> int:
        """How often the buffer was full since it was last cleared."""
        return self.r.wrapped


def bytes_of(hooks: Hooks, address: int, n: int) -> bytes:
    """Memory as it is, whatever the guest may do with it."""
    at: u64 = address
    return PyBytes_FromStringAndSize(cython.cast(cython.p_char, at + hooks.s.base), n)


globals().update(SPAN_STOP=SPAN_STOP, SPAN_CODE=SPAN_CODE, SPAN_BLOCK=SPAN_BLOCK, SPAN_EVENT=SPAN_EVENT,
                 SPAN_BLOCK_EVENT=SPAN_BLOCK_EVENT, READING=READING, WRITING=WRITING, WATCH_STOP=WATCH_STOP,
                 WATCH_HOOK=WATCH_HOOK, WATCH_EVENT=WATCH_EVENT, STOP_BREAKPOINT=STOP_BREAKPOINT,
                 STOP_WATCHPOINT=STOP_WATCHPOINT, STOP_HOOK=STOP_HOOK)
