"""Signals that find a thread in translated code.

The interrupted context holds the guest's whole state. For a fault the unit's boundaries tell which
guest instruction it is and what must be put back; then the context is sent to the way out. A signal
from elsewhere may come in the middle of an instruction's code: then the host's trap flag steps the
thread to the next boundary, a few instructions away, and there it leaves.
"""

import cython

TRAP = cython.declare(u64, 0x100)
SIGTRAP_NUMBER = cython.declare(cython.int, 5)
TRAP_TRACE_CODE = cython.declare(cython.int, 2)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def in_code(cache: CacheP, pc: u64) -> cython.bint:
    return pc - cython.cast(u64, cache.memory.run) < cache.memory.size


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def on_the_way(cache: CacheP, pc: u64) -> cython.bint:
    """In the common code, where the registers aren't the guest's."""
    return pc < cache.ways.entering or cache.ways.leave <= pc < cache.ways.left


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def leave_with(c: CpuP, unit: UnitP, boundary: BoundaryP, context: voidp, mend: cython.bint) -> cython.void:
    """Send the thread out, at the boundary's guest instruction."""
    slots: ThreadSlotsP = thread_slots()
    if mend:
        if boundary.fix & FIX_FIRST:
            put_context_register(context, boundary.spilled & 15, slots.spill[0])
        if boundary.fix & FIX_SECOND:
            put_context_register(context, boundary.spilled >> 4, slots.spill[1])
        if boundary.fix & FIX_SOURCE:
            put_context_register(context, RSI, context_register(context, RSI) - c.membase)
        if boundary.fix & FIX_DESTINATION:
            put_context_register(context, RDI, context_register(context, RDI) - c.membase)
    slots.exit_pc = unit.start + boundary.guest
    slots.exit_site = EXIT_AT << 1
    put_context_pc(context, cython.cast(CacheP, cython.cast(SpaceP, c.space).translated).ways.leave)
    put_context_flags(context, context_flags(context) & ~TRAP)


def on_fault_in_code(c, signo, code, context):
    cache: CacheP = cython.cast(CacheP, cython.cast(SpaceP, c.space).translated)
    pc: u64 = context_pc(context)
    unit: UnitP
    boundary: BoundaryP
    if cache == cython.NULL:
        return False
    if signo == SIGTRAP_NUMBER and code == TRAP_TRACE_CODE and c.inside:
        step_on(c, cache, context)
        return True
    if not in_code(cache, pc):
        return False
    unit = unit_at(cache, pc)
    if unit == cython.NULL:
        return False
    boundary = boundary_at(cache, unit, pc)
    if boundary == cython.NULL:
        return False
    leave_with(c, unit, boundary, context, True)
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def try_to_leave(c: CpuP, cache: CacheP, context: voidp) -> cython.bint:
    """True when the thread is at a boundary and was sent out."""
    pc: u64 = context_pc(context)
    unit: UnitP = unit_at(cache, pc)
    boundary: BoundaryP
    if unit == cython.NULL:
        return False
    boundary = boundary_at(cache, unit, pc)
    if boundary == cython.NULL:
        return False
    if (boundary.fix & FIX_INSIDE == 0
            and unit.code + boundary.host == pc - cython.cast(u64, cache.memory.run)):
        leave_with(c, unit, boundary, context, False)
        return True
    if c.stepped_at == pc and boundary.fix & (FIX_SOURCE | FIX_DESTINATION):
        # between the repetitions of a string instruction
        leave_with(c, unit, boundary, context, True)
        return True
    return False


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def step_on(c: CpuP, cache: CacheP, context: voidp) -> cython.void:
    pc: u64 = context_pc(context)
    running: cython.bint = in_code(cache, pc) and not on_the_way(cache, pc)
    if not running or try_to_leave(c, cache, context):
        put_context_flags(context, context_flags(context) & ~TRAP)
    c.stepped_at = pc


def on_signal_in_code(c, context):
    cache: CacheP = cython.cast(CacheP, cython.cast(SpaceP, c.space).translated)
    pc: u64 = context_pc(context)
    if cache == cython.NULL or not in_code(cache, pc) or on_the_way(cache, pc):
        return
    c.stepped_at = 0
    if not try_to_leave(c, cache, context):
        put_context_flags(context, context_flags(context) | TRAP)


translate_signals_by(on_fault_in_code, on_signal_in_code)
