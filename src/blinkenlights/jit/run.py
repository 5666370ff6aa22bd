"""The run loop with translated code: find, enter, and see why it was left."""

import sys
from time import monotonic_ns

import cython
from cython.cimports.libc.stdlib import malloc
from cython.cimports.libc.string import memset

from blinkenlights.jit.cache import set_most_instructions as set_most_instructions
from blinkenlights.jit.x86_64 import interrupt as interrupt  # it tells core.host of itself
from blinkenlights.tables.isa import MNEMONICS

FOREVER = cython.declare(u64, ~cython.cast(u64, 0))
TRAP_FLAG = cython.declare(u64, 0x100)
DIRECTION_FLAG = cython.declare(u64, 0x400)
FIXED_FLAG = cython.declare(u64, 2)
SYSCALL_LENGTH = cython.declare(u64, 2)
SMALLEST_SIZE = cython.declare(u64, 1 << 20)
DEFAULT_SIZE = 128 << 20


def run_translated(c):
    """As `core.engine.run_loop`: run until something makes it leave, which `c.exit` says."""
    going_on: cython.bint
    c.running = 1
    c.inside = 0
    c.host_signal = 0
    if is_cold(c) and run_cold(c):
        return
    if not ready(c):
        run_loop(c, False)
        return
    going_on = True
    if sigsetjmp(c.fault_jump, 0):  # a fault in the interpreter
        resume_guest_fp(c)
        going_on = recover(c)
        leave_guest_fp(c)
        if not swap_if(cython.address(c.stop_at), 1, FOREVER) and c.stop_at == 0 and going_on:
            c.exit = EXIT_ATTENTION
            going_on = False
        going_on = going_on and interpret(c)
    if going_on:
        translated_loop(c)
    c.running = 0
    if listening:
        note_units(c)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def is_cold(c: CpuP) -> cython.bint:
    """In a child of a fork that has not run long enough to be worth code memory of its own."""
    cache: CacheP = cython.cast(CacheP, cython.cast(SpaceP, c.space).translated)
    if cache.memory.here[0]:
        return False
    if cache.cold == cython.NULL:
        cache.cold = c
        cache.cold_until = c.icount + COLD_INSTRUCTIONS
    return c == cache.cold and c.icount < cache.cold_until  # what makes threads does enough


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def run_cold(c: CpuP) -> cython.bint:
    """Interpret for a while; False when that is over and nothing else has happened."""
    cache: CacheP = cython.cast(CacheP, cython.cast(SpaceP, c.space).translated)
    until: u64 = cache.cold_until
    swap_if(cython.address(c.stop_at), FOREVER, until)
    run_loop(c, False)
    if not swap_if(cython.address(c.stop_at), until, FOREVER) or c.exit != EXIT_ATTENTION:
        return True
    c.running = 1
    return False


COLD_INSTRUCTIONS = cython.declare(u64, 150000)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def ready(c: CpuP) -> cython.bint:
    """The host's GS holds the memory's base, and the code memory is there (it isn't in a new child)."""
    cache: CacheP = cython.cast(CacheP, cython.cast(SpaceP, c.space).translated)
    good: cython.bint = True
    if not cache.memory.here[0]:
        good = arrive_in_child(c, cache)
    if not good or c.mode != 64:
        return False
    if not use_signal_stack(c):
        return False
    return set_gs(c.membase)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def arrive_in_child(c: CpuP, cache: CacheP) -> cython.bint:
    """Of several threads the first does it, and the others wait: who is there already runs code there."""
    s: SpaceP = cython.cast(SpaceP, c.space)
    good: cython.bint
    acquire(cython.address(s.lock))
    good = cache.memory.here[0] != 0 or make_at_home(c, cache)
    release(cython.address(s.lock))
    return good


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def make_at_home(c: CpuP, cache: CacheP) -> cython.bint:
    s: SpaceP = cython.cast(SpaceP, c.space)
    other: CpuP = s.cpus
    while other != cython.NULL:  # those threads aren't here
        if other != c:
            other.inside = 0
        other = other.next
    if counting_anew:
        memset(cython.address(cache.statistics), 0, cython.sizeof(Statistics))
        memset(cache.interpreted_by, 0, cython.sizeof(cache.interpreted_by))
    noted[0] = noted[1] = 0
    finish_reset(cache)
    return deploy(cython.address(cache.memory))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def set_gs(base: u64) -> cython.bint:
    global gs_base_
    if gs_base_ == base:
        return True
    if set_gs_base(base):
        return False
    gs_base_ = base
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def translated_loop(c: CpuP) -> cython.void:
    cache: CacheP = cython.cast(CacheP, cython.cast(SpaceP, c.space).translated)
    slots: ThreadSlotsP = thread_slots()
    enter: Enter = cython.cast(Enter, cache.ways.enter)
    host: u64 = 0
    number: u32
    site: SiteP
    kind: cython.int
    target: u64
    while True:
        if host == 0:
            host = find(c, cache, c.rip)
        if host == 0:
            if not interpret(c):
                return
            continue
        c.raw_flags = get_status(c) | (c.eflags & DIRECTION_FLAG) | FIXED_FLAG
        if not c.x87_live:
            load_x87(c)
        target = host
        host = 0
        number = enter(c, target)
        if number == EXIT_EARLY << 1:
            c.inside = 0
            c.exit = EXIT_ATTENTION
            return
        set_status(c, c.raw_flags)
        c.eflags = (c.eflags & ~DIRECTION_FLAG) | (c.raw_flags & DIRECTION_FLAG)
        c.fp_strict = (c.mxcsr & MXCSR_MASKS) != MXCSR_MASKS
        if number >> 1 < FIRST_SITE:
            c.rip = slots.exit_pc
            if number >> 1 != EXIT_AT and (c.rip + (ONE << 47)) >> 48:
                step_back(c, cache, number >> 1, slots.origin)
                number = EXIT_AT << 1
            c.inside = 0
            if number >> 1 == EXIT_NO_TARGET:
                host = admit(c, cache, c.rip, SITE_TARGET)
            elif number >> 1 == EXIT_NO_RETURN:
                host = admit(c, cache, c.rip, SITE_RETURN)
            elif not interpret(c):
                return
            continue
        site = site_of(cache, number)
        kind = site.kind
        target = site.target
        if kind == SITE_LINK:
            host = connect(c, cache, site)
            continue
        if kind == SITE_CALLS or kind == SITE_JUMPS:
            if (slots.exit_pc + (ONE << 47)) >> 48 == 0:
                host = keep(c, cache, site, slots.exit_pc)
                continue
            if kind == SITE_CALLS:  # #GP, with nothing of it done
                c.reg[RSP] += 8
        c.inside = 0
        c.rip = target
        if kind == SITE_SYSCALL:
            if not system_call(c):
                return
            if listening:
                note_units(c)
        elif kind == SITE_STALE:
            forget_stale(c, cache, target)
        elif not interpret(c):
            return


ONE = cython.declare(u64, 1)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def step_back(c: CpuP, cache: CacheP, reason: cython.int, origin: u64) -> cython.void:
    """An indirect jump led to an address that isn't canonical: #GP, with nothing of it done."""
    host: u64 = origin & (FROM_CALL - 1)
    unit: UnitP = unit_at(cache, host)
    if unit == cython.NULL:
        return
    c.rip = unit.start + boundary_at(cache, unit, host).guest
    if reason == EXIT_NO_RETURN:
        c.reg[RSP] -= 8
    elif origin & FROM_CALL:
        c.reg[RSP] += 8


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def system_call(c: CpuP) -> cython.bint:
    """SYSCALL was reached; `c.rip` is behind it. True when it was made here and execution goes on."""
    made: cython.int
    c.reg[1] = c.rip
    c.reg[11] = (c.eflags & ~STATUS_FLAGS) | get_status(c) | FIXED_FLAG
    made = made_directly(c)
    if made > 0:
        return True
    if made < 0:
        c.rip -= SYSCALL_LENGTH
        c.exit = EXIT_ATTENTION
        return False
    c.exit = EXIT_SYSCALL
    return False


STATUS_FLAGS = cython.declare(u64, 0x8D5)


def place_pointers(c):
    """FIP and FDP after translated x87 code, where they are host addresses: of code, and on the stack."""
    s: SpaceP = cython.cast(SpaceP, c.space)
    cache: CacheP = cython.cast(CacheP, s.translated)
    unit: UnitP
    boundary: BoundaryP
    if cache == cython.NULL or c.fip - cython.cast(u64, cache.memory.run) >= cache.memory.size:
        return
    unit = unit_at(cache, c.fip)
    if unit == cython.NULL:
        return
    boundary = boundary_at(cache, unit, c.fip)
    if boundary != cython.NULL:
        c.fip = unit.start + boundary.guest
    # the guest's own addresses end at `size`; below that, what is near RSP was reached through it
    if c.fdp - c.membase < s.size and (c.fdp >= s.size or c.fdp - c.membase - c.reg[RSP] + NEAR < 2 * NEAR):
        c.fdp -= c.membase


NEAR = cython.declare(u64, 1 << 20)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def forget_stale(c: CpuP, cache: CacheP, rip: u64) -> cython.void:
    s: SpaceP = cython.cast(SpaceP, c.space)
    acquire(cython.address(s.lock))
    forget_unit(cache, rip)
    release(cython.address(s.lock))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def interpret(c: CpuP) -> cython.bint:
    """Execute the instruction at `c.rip` in the interpreter; False when the run loop is to be left."""
    cache: CacheP = cython.cast(CacheP, cython.cast(SpaceP, c.space).translated)
    o: OpP
    if not swap_if(cython.address(c.stop_at), FOREVER, 1):  # branches leave
        c.exit = EXIT_ATTENTION
        return False
    enter_guest_fp(c)
    c.one = 1
    o = single(c, c.rip)
    if o != cython.NULL:
        cache.statistics.interpreted += 1
        cache.interpreted_by[o.id] += 1
        if c.x87_live and not traits[o.id] & NO_X87_NEEDED:
            bring_x87_home(c)
    while o != cython.NULL:
        c.op = o
        o = o.fn(c, o)
    leave_guest_fp(c)
    c.one = 0
    swap_if(cython.address(c.stop_at), 1, FOREVER)
    if c.exit != EXIT_ATTENTION or c.stop_at == 0 or c.eflags & TRAP_FLAG:
        return False
    if c.mode != 64:  # a far transfer led to 32-bit code
        run_loop(c, False)
        return False
    return True


# -- telling of units ----------------------------------------------------------------------------

listener = None
listening = cython.declare(cython.bint, False)
space_told_of = None
noted = cython.declare(u32[2])  # of each half's units: how many were told
noted_epoch = cython.declare(u64, 0)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def note_units(c: CpuP) -> cython.void:
    """The caller is outside of translated code and holds no lock."""
    cache: CacheP = cython.cast(CacheP, cython.cast(SpaceP, c.space).translated)
    if noted_epoch == cache.epoch and noted[cache.half] == cache.halves[cache.half].unit_count:
        return
    with cython.gil:
        try:
            listener(space_told_of, new_units(cache))
        except Exception as problem:
            print(f"blink: units can't be told: {problem}", file=sys.stderr)


@cython.cfunc
def new_units(cache: CacheP) -> list:
    global noted_epoch
    found: list = []
    unit: UnitP
    half: cython.int
    i: u32
    run: u64 = cython.cast(u64, cache.memory.run)
    if noted_epoch != cache.epoch:  # the half being filled was emptied since
        noted[cache.half] = 0
        if noted_epoch + 1 != cache.epoch:
            noted[1 - cache.half] = 0
        noted_epoch = cache.epoch
    for half in range(2):
        for i in range(noted[half], cache.halves[half].unit_count):
            unit = cache.halves[half].units[i]
            found.append((run + unit.code, unit.code_size, unit.start))
        noted[half] = cache.halves[half].unit_count
    return found


# -- for Python ----------------------------------------------------------------------------------


def attach(space) -> bool:
    """Give an address space a code cache; False where this back end can't work."""
    memory: AddressSpace = space
    cache: CacheP
    if not host_is_able() or memory.virtual or memory.s.base & 0xFFFFFFFF:
        return False
    back_end.common = ways.emit_common
    back_end.translate = translate_unit
    back_end.way_in = write_way_in
    back_end.comparison = write_comparison
    back_end.jump_slot = jump_slot
    back_end.return_slot = return_slot
    look_at_host()
    place_x87_pointers_by(place_pointers)
    global began_ns, began_cycles, space_told_of
    began_ns = monotonic_ns()
    began_cycles = cycle_count()
    size: u64 = cache_size
    cache = new_cache(size)
    while cache == cython.NULL and size > SMALLEST_SIZE:  # many machines in one process, each with a cache
        size //= 4
        cache = new_cache(size)
    if cache == cython.NULL:
        return False
    memory.s.translated = cache
    if listening:
        space_told_of = memory
    run_translated_by(run_translated)
    return True


def set_cache_size(size: int) -> None:
    """Bytes of code memory for address spaces from now on."""
    global cache_size
    cache_size = max(size, 256 << 10) & ~8191


cache_size = DEFAULT_SIZE
counting_anew = cython.declare(cython.bint, False)
began_ns = cython.declare(u64, 0)
began_cycles = cython.declare(u64, 0)


@cython.cfunc
def nanoseconds_of(cycles: u64) -> object:
    """By what the time stamp counter and the clock did since the first address space was made."""
    passed: u64 = cycle_count() - began_cycles
    return int(cycles * (monotonic_ns() - began_ns) / passed) if passed else 0


def count_anew_in_children() -> None:
    """Let a fork's statistics start from zero."""
    global counting_anew
    counting_anew = True


def interpret_between(start: int, end: int) -> None:
    """Translate no instruction at these addresses, to find faulty translations."""
    interpret_range(start, end)


def stop_translating_at(space, addresses) -> None:
    """From now on leave these guest addresses, and no others, to the interpreter (`core.blocks.single`).

    Units with such an address in them are forgotten; a thread inside one leaves it at its next branch.
    From any thread. An address that is in the middle of an instruction means nothing.
    """
    memory: AddressSpace = space
    wanted = sorted(set(addresses))
    count: u32 = len(wanted)
    array: u64p
    s: SpaceP = memory.s
    if s.translated == cython.NULL:
        return
    array = cython.cast(u64p, malloc(8 * count + 8))
    for i, address in enumerate(wanted):
        array[cython.cast(u32, i)] = address
    with cython.nogil:
        avoid(s, array, count)


def tell_units_to(function) -> None:
    """Call function(space, [(host address, bytes of host code, guest address)...]) for new units.

    That is when a thread next makes a system call; a fork is told all it inherits.
    """
    global listener, listening
    listener = function
    listening = True


def interpreted(space) -> dict[str, int]:
    """How often instructions were interpreted, by mnemonic, most often first."""
    memory: AddressSpace = space
    cache: CacheP = cython.cast(CacheP, memory.s.translated)
    counts = {}
    if cache != cython.NULL:
        for number, name in enumerate(MNEMONICS):
            count: u32 = cache.interpreted_by[cython.cast(cython.int, number)]
            if count:
                counts[name] = count
    return dict(sorted(counts.items(), key=by_count))


def by_count(item):
    return -item[1], item[0]


def path_at(space, address: int) -> "tuple[int, int] | None":
    """Guest addresses [start, end) of the translated code entered at an address; None where there is none."""
    memory: AddressSpace = space
    cache: CacheP = cython.cast(CacheP, memory.s.translated)
    rip: u64 = address
    found: UnitP = cython.NULL
    start: u64 = 0
    end: u64 = 0
    if cache != cython.NULL:
        acquire(cython.address(memory.s.lock))
        found = unit_entered_at(cache, rip)
        if found != cython.NULL:
            start, end = found.start, found.start + found.bytes
        release(cython.address(memory.s.lock))
    return (start, end) if end else None


def statistics(space) -> dict[str, int]:
    """Counts since the address space's code cache was made."""
    memory: AddressSpace = space
    cache: CacheP = cython.cast(CacheP, memory.s.translated)
    if cache == cython.NULL:
        return {}
    n: Statistics = cache.statistics
    return {"units": n.units, "instructions": n.instructions, "guest_bytes": n.guest_bytes,
            "code_bytes": n.code_bytes, "links": n.links, "misses": n.misses, "kept": n.kept,
            "interpreted": n.interpreted, "invalidated": n.invalidated, "evictions": n.evictions,
            "nanoseconds": nanoseconds_of(n.cycles)}
