"""IN and OUT.

Ports are Python's: the processor's bus is asked with the GIL held, and sees the exact time in
`System.now`. What a device raises ends the run and is raised again by it.
"""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, u8, u16, u32, u64
from cython.cimports.blinkenlights.core.supervisor.state import SystemP

PORT_TICKS = cython.declare(u64, 32)  # an access takes about a microsecond, as on the ISA bus


def port_allowed(c, s, port, size):
    """IOPL, then the TSS's permission bitmap (Intel SDM volume 1, section 19.5.2)."""
    at: u64
    bits: u64
    if not s.cr0 & CR0_PE:
        return True
    if not c.eflags & VM and cython.cast(cython.int, c.eflags >> 12 & 3) >= s.cpl:
        return True
    if not s.segment[TR].rights & 8 or s.segment[TR].limit < 103:
        return False
    at = system_load(c, s, s.segment[TR].base + 102, 2) + (port >> 3)
    if at + 1 > s.segment[TR].limit:
        return False
    bits = system_load(c, s, s.segment[TR].base + at, 2) >> (port & 7)
    return bits & ((1 << size) - 1) == 0


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def take_time(c: CpuP, s: SystemP) -> cython.void:
    """So that a program that waits by asking a port does not ask too often."""
    s.idle += PORT_TICKS
    if c.stop_at > PORT_TICKS:  # the next event has come nearer
        c.stop_at -= PORT_TICKS


def read_port(c, s, o, port, size):
    value: u64 = 0
    control: u32 = get_host_mxcsr()  # the guest's, whose flags Python must not set
    set_host_mxcsr(MXCSR_MASKS)
    take_time(c, s)
    s.now = c.icount + o.count + s.idle
    with cython.gil:
        value = ask(s, port, size)
    set_host_mxcsr(control)
    return value


@cython.cfunc
@cython.exceptval(check=False)
def ask(s: SystemP, port: cython.int, size: cython.int) -> u64:
    try:
        return cython.cast(object, s.bus).read(port, size)
    except BaseException as error:  # it would have nowhere to go
        cython.cast(object, s.owner).failed(error)
        return 0


def write_port(c, s, o, port, size, value):
    control: u32 = get_host_mxcsr()
    set_host_mxcsr(MXCSR_MASKS)
    take_time(c, s)
    s.now = c.icount + o.count + s.idle
    with cython.gil:
        tell(s, port, size, value)
    set_host_mxcsr(control)


@cython.cfunc
@cython.exceptval(check=False)
def tell(s: SystemP, port: cython.int, size: cython.int, value: u64) -> cython.void:
    try:
        cython.cast(object, s.bus).write(port, size, value)
    except BaseException as error:
        cython.cast(object, s.owner).failed(error)


def in_(c, o):
    s: SystemP = system_of(c)
    port: cython.int = cython.cast(u8, o.imm) if o.src == ZERO * 8 else cython.cast(u16, c.reg[2])
    if not port_allowed(c, s, port, o.size):
        return fault(c, o, GP, 0)
    put(c, 0, o.size, read_port(c, s, o, port, o.size))
    return go(c, o, o.rip + o.length)


def out(c, o):
    s: SystemP = system_of(c)
    port: cython.int = cython.cast(u8, o.imm) if o.dst == ZERO * 8 else cython.cast(u16, c.reg[2])
    if not port_allowed(c, s, port, o.size2):
        return fault(c, o, GP, 0)
    write_port(c, s, o, port, o.size2, get(c, 0, o.size2))
    return go(c, o, o.rip + o.length)


override("IN", in_, True)
override("OUT", out, True)
