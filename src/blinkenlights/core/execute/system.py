"""CPUID, time and random numbers, FS and GS bases, hints, fences, and what needs privilege."""

import cython
from cython.cimports.blinkenlights.core.access import (
    CF,
    ZF,
    done,
    ea,
    fault,
    get,
    get_status,
    leave,
    load,
    put,
    set_status,
    store,
    store_bytes,
)
from cython.cimports.blinkenlights.core.dispatch import bind, mnemonic_id
from cython.cimports.blinkenlights.core.dispatch import executes as has_handler
from cython.cimports.blinkenlights.core.execute.fxsave import enabled_components, in_use
from cython.cimports.blinkenlights.core.execute.system import (
    Leaf,
    full_fence_,
    getentropy,
    host_cpu,
    host_ticks,
    host_ticks_steady,
)
from cython.cimports.blinkenlights.core.fpcontrol import MXCSR_MASKS, get_host_mxcsr, set_host_mxcsr
from cython.cimports.blinkenlights.core.paging import recorded
from cython.cimports.blinkenlights.core.state import (
    EXIT_HALT,
    FS,
    GS,
    LEGACY,
    MR,
    RM,
    CpuP,
    OpP,
    u8,
    u8p,
    u32,
    u64,
)
from cython.cimports.libc.string import memcpy

from blinkenlights.core.execute.fxsave import enable_components

RAX = cython.declare(cython.int, 0)
RCX = cython.declare(cython.int, 1)
RDX = cython.declare(cython.int, 2)
RBX = cython.declare(cython.int, 3)

UD = cython.declare(cython.int, 6)
GP = cython.declare(cython.int, 13)


# -- CPUID -----------------------------------------------------------------------------------------

ANY_SUBLEAF = cython.declare(u32, 0xFFFFFFFF)
JIT_LEAF = cython.declare(u32, 0x80000001)
leaves = cython.declare(Leaf[64])
leaf_count = cython.declare(cython.int, 0)
cpu = "max"
jit_running = cython.declare(cython.bint, False)


def executes(mnemonic: str) -> bool:
    """Is there a handler for it?"""
    return has_handler(mnemonic_id(mnemonic))


def set_cpu(name: str) -> None:
    """Be the CPU of this name, one of tables.cpuid.CPUS, from now on; for every processor."""
    global cpu, leaf_count
    from blinkenlights.tables.cpuid import components

    cpu = name
    leaf_count = 0
    enable_components(components(name))


def set_jit(running: bool) -> None:
    """Tell guests that ask whether the JIT runs."""
    global jit_running
    jit_running = running


def leaves_of(name: str) -> dict:
    """What a CPU answers, but for what depends on the host."""
    from blinkenlights.tables.cpuid import build

    return build(executes, 1, "", False, name)


def leaves_of_all() -> dict:
    """Those of the one that a start assumes."""
    return leaves_of("max")


def describe() -> dict:
    """Fill the leaves, once all handlers are bound; returns them as tables.cpuid has them."""
    global leaf_count
    from posix import sched_getaffinity, uname

    from blinkenlights.bundles import prepared
    from blinkenlights.tables.cpuid_host import SUBLEAVES, fit

    count: cython.int = 0
    system = {"Darwin": "XNU"}.get(uname().sysname, uname().sysname)
    table = (prepared("CPUID") if cpu == "max" else None) or leaves_of(cpu)
    fit(table, len(sched_getaffinity(0)), system, host_ticks_steady())
    for (leaf, subleaf), values in table.items():
        leaves[count].leaf = leaf
        leaves[count].subleaf = subleaf if leaf in SUBLEAVES else ANY_SUBLEAF
        leaves[count].value[0] = values[0]
        leaves[count].value[1] = values[1]
        leaves[count].value[2] = values[2]
        leaves[count].value[3] = values[3]
        count += 1
    leaf_count = count
    return table


def cpuid(c, o):
    leaf: u32 = cython.cast(u32, c.reg[RAX])
    subleaf: u32 = cython.cast(u32, c.reg[RCX])
    a: u32 = 0
    b: u32 = 0
    cx: u32 = 0
    d: u32 = 0
    i: cython.int
    if leaf_count == 0:
        control: u32 = get_host_mxcsr()  # the guest's, whose flags Python must not set
        set_host_mxcsr(MXCSR_MASKS)
        with cython.gil:
            describe()
        set_host_mxcsr(control)
    for i in range(leaf_count):
        if leaves[i].leaf == leaf and (leaves[i].subleaf == subleaf or leaves[i].subleaf == ANY_SUBLEAF):
            a = leaves[i].value[0]
            b = leaves[i].value[1]
            cx = leaves[i].value[2]
            d = leaves[i].value[3]
            break
    if leaf == 1:
        b |= cython.cast(u32, recorded(c, host_cpu())) << 24
    elif leaf == 0xB:
        cx |= subleaf & 0xFF
        d = cython.cast(u32, recorded(c, host_cpu()))
    elif leaf == JIT_LEAF and jit_running:
        cx |= cython.cast(u32, 1) << 31
    c.reg[RAX] = a
    c.reg[RBX] = b
    c.reg[RCX] = cx
    c.reg[RDX] = d
    return done(c, o)


# -- time and random numbers -----------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def put_pair(c: CpuP, value: u64) -> cython.void:
    """EDX:EAX."""
    c.reg[RAX] = cython.cast(u32, value)
    c.reg[RDX] = value >> 32


def rdtsc(c, o):
    put_pair(c, recorded(c, host_ticks()))
    return done(c, o)


def rdtscp(c, o):
    put_pair(c, recorded(c, host_ticks()))
    c.reg[RCX] = recorded(c, host_cpu())  # as Linux sets TSC_AUX
    return done(c, o)


def rdpid(c, o):
    put(c, o.dst, 8, recorded(c, host_cpu()))
    return done(c, o)


def rdrand(c, o):
    value: u64 = 0
    got: cython.bint = getentropy(cython.address(value), 8) == 0
    value = recorded(c, value)
    put(c, o.dst, o.size, value)
    set_status(c, CF if got else 0)
    return done(c, o)


def xgetbv(c, o):
    which: u32 = cython.cast(u32, c.reg[RCX])
    if not enabled_components():
        return fault(c, o, UD, 0)
    if which == 0:
        put_pair(c, enabled_components())
    elif which == 1:
        put_pair(c, in_use(c) & enabled_components())
    else:
        return fault(c, o, GP, 0)
    return done(c, o)


# -- FS and GS bases -------------------------------------------------------------------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def write_base(c: CpuP, o: OpP, segment: cython.int) -> OpP:
    base: u64 = get(c, o.dst, o.size)
    if (base + (cython.cast(u64, 1) << 47)) >> 48:  # not canonical
        return fault(c, o, GP, 0)
    c.seg_base[segment] = base
    return done(c, o)


def rdfsbase(c, o):
    put(c, o.dst, o.size, c.seg_base[FS])
    return done(c, o)


def rdgsbase(c, o):
    put(c, o.dst, o.size, c.seg_base[GS])
    return done(c, o)


def wrfsbase(c, o):
    return write_base(c, o, FS)


def wrgsbase(c, o):
    return write_base(c, o, GS)


# -- hints, fences, caches -------------------------------------------------------------------------


def hint(c, o):
    return done(c, o)


def fence(c, o):
    full_fence_()
    return done(c, o)


def touch(c, o):
    """CLFLUSH and the like fault as a load of one byte does."""
    c.tmp[0] = cython.cast(u8, load(c, ea(c, o), 1))  # used, so that it does happen
    return done(c, o)


# -- what user mode may not do ---------------------------------------------------------------------


def privileged(c, o):
    return fault(c, o, GP, 0)


def hlt(c, o):
    """Code without an operating system may end by it."""
    if not c.halts:
        return fault(c, o, GP, 0)
    c.icount += o.count
    return leave(c, o.rip + o.length, EXIT_HALT)


def undefined(c, o):
    return fault(c, o, UD, 0)


# -- system registers, as Linux shows them to a user program where UMIP is on ----------------------


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def store_table(c: CpuP, o: OpP, base: u64) -> OpP:
    """Limit 0 and a base that is none."""
    image = cython.declare(u8[10])
    size: cython.int = 6 if o.flags & LEGACY else 10
    image[0] = 0
    image[1] = 0
    memcpy(cython.cast(u8p, image) + 2, cython.address(base), 8)
    store_bytes(c, ea(c, o), image, size)
    return done(c, o)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def store_word(c: CpuP, o: OpP, value: u64) -> OpP:
    """The kernel, which stands in for the CPU here, writes just the operand's bytes."""
    if o.form == MR:
        store(c, ea(c, o), 2, value)
    else:
        memcpy(cython.cast(u8p, c) + o.dst, cython.address(value), o.size)
    return done(c, o)


# fmt: off
def sgdt(c, o): return store_table(c, o, ~cython.cast(u64, 0x1FFFF))
def sidt(c, o): return store_table(c, o, ~cython.cast(u64, 0xFFFF))
def smsw(c, o): return store_word(c, o, cython.cast(u64, 0x80050033))
def sldt(c, o): return store_word(c, o, 0)
def str_(c, o): return store_word(c, o, 0x40)
# fmt: on


# The descriptors of Linux's GDT that a user program can see: access rights by selector.
FIRST_VISIBLE = cython.declare(cython.int, 0x20)
WRITABLE = cython.declare(u32, 0x200)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def access_rights(selector: u64) -> u32:
    """As LAR gives them; 0: not visible."""
    selector &= 0xFFFC
    if selector == 0x20:
        return 0xCFFB00  # 32-bit code
    if selector == 0x28:
        return 0xCFF300  # data
    if selector == 0x30:
        return 0xAFFB00  # 64-bit code
    if selector == 0x78:
        return 0x40F500  # the processor's number, as a limit
    return 0


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def tell(c: CpuP, yes: cython.bint) -> cython.void:
    """ZF alone."""
    set_status(c, (get_status(c) & ~cython.cast(u64, ZF)) | (ZF if yes else 0))


def verr(c, o):
    tell(c, access_rights(load(c, ea(c, o), 2) if o.form == MR else get(c, o.dst, 2)) != 0)
    return done(c, o)


def verw(c, o):
    rights: u32 = access_rights(load(c, ea(c, o), 2) if o.form == MR else get(c, o.dst, 2))
    tell(c, rights & (WRITABLE | 0x800) == WRITABLE)
    return done(c, o)


def lar(c, o):
    rights: u32 = access_rights(load(c, ea(c, o), 2) if o.form == RM else get(c, o.src, 2))
    if rights:
        put(c, o.dst, o.size, rights)
    tell(c, rights != 0)
    return done(c, o)


def lsl(c, o):
    selector: u64 = load(c, ea(c, o), 2) if o.form == RM else get(c, o.src, 2)
    rights: u32 = access_rights(selector)
    if rights == 0x40F500:
        put(c, o.dst, o.size, recorded(c, host_cpu()))
    elif rights:
        put(c, o.dst, o.size, cython.cast(u32, 0xFFFFFFFF))
    tell(c, rights != 0)
    return done(c, o)


HINTS = """
NOP PAUSE ENDBR32 ENDBR64 CLDEMOTE LFENCE RDSSPD RDSSPQ PREFETCH PREFETCHW PREFETCHWT1 PREFETCHNTA
PREFETCHT0 PREFETCHT1 PREFETCHT2 PREFETCHIT0 PREFETCHIT1
"""

PRIVILEGED = """
CLI STI IN INSB INSW INSD OUT OUTSB OUTSW OUTSD LGDT LIDT LLDT LTR LMSW CLTS MOV_CR MOV_DR RDMSR WRMSR
INVD WBINVD WBNOINVD INVLPG INVPCID SWAPGS SYSRET SYSEXIT RDPMC XSETBV XSAVES XSAVES64 XRSTORS XRSTORS64
"""

UNDEFINED = "UD0 UD1 UD2 CLAC STAC MONITOR MWAIT RSM"

bind("HLT", hlt)
bind("CPUID", cpuid)
bind("RDTSC", rdtsc)
bind("RDTSCP", rdtscp)
bind("RDPID", rdpid)
bind("RDRAND", rdrand)
bind("RDSEED", rdrand)
bind("XGETBV", xgetbv)
bind("RDFSBASE", rdfsbase)
bind("RDGSBASE", rdgsbase)
bind("WRFSBASE", wrfsbase)
bind("WRGSBASE", wrgsbase)
for name in HINTS.split():
    bind(name, hint)
bind("MFENCE", fence)
bind("SFENCE", fence)
bind("CLFLUSH", touch)
bind("CLFLUSHOPT", touch)
bind("CLWB", touch)
for name in PRIVILEGED.split():
    bind(name, privileged)
for name in UNDEFINED.split():
    bind(name, undefined)
bind("SGDT", sgdt)
bind("SIDT", sidt)
bind("SMSW", smsw)
bind("SLDT", sldt)
bind("STR", str_)
bind("VERR", verr)
bind("VERW", verw)
bind("LAR", lar)
bind("LSL", lsl)
