"""Control, debug and model-specific registers; time; CPUID.

Intel SDM volume 3, chapters 2 and 17; volume 4.
"""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, OpP, u32, u64
from cython.cimports.blinkenlights.core.supervisor.state import SystemP

CR0_BITS = cython.declare(
    u64, CR0_PE | CR0_MP | CR0_EM | CR0_TS | CR0_ET | CR0_NE | CR0_WP | CR0_AM | CR0_NW | CR0_CD | CR0_PG)
# VME and PVI are not there, so CPUID does not tell of them; what only measures or protects more is accepted.
CR4_BITS = cython.declare(
    u64, CR4_TSD | CR4_DE | CR4_PSE | CR4_PAE | CR4_MCE | CR4_PGE | CR4_PCE | CR4_OSFXSR | CR4_OSXMMEXCPT
    | CR4_FSGSBASE)
# model-specific registers whose numbers are large
EFER = cython.declare(u32, 0xC0000080)
STAR = cython.declare(u32, 0xC0000081)
LSTAR = cython.declare(u32, 0xC0000082)
CSTAR = cython.declare(u32, 0xC0000083)
FMASK = cython.declare(u32, 0xC0000084)
FS_BASE = cython.declare(u32, 0xC0000100)
GS_BASE = cython.declare(u32, 0xC0000101)
KERNEL_GS_BASE = cython.declare(u32, 0xC0000102)
TSC_AUX = cython.declare(u32, 0xC0000103)

PDPT_ADDRESS = cython.declare(u64, 0xFFFFFFE0)
PDPTE_RESERVED = cython.declare(u64, 0xFFFFC000000001E6)
DR6_ONES = cython.declare(u64, 0xFFFF0FF0)
DR7_BITS = cython.declare(u64, 0xFFFF23FF)
GOLDEN = cython.declare(u64, 0x9E3779B97F4A7C15)
MIX = cython.declare(u64, 0xBF58476D1CE4E5B9)

EFER_BITS = cython.declare(u64, EFER_SCE | EFER_LME | EFER_NXE)

leaves = cython.declare(Leaf[64])
leaf_count = cython.declare(cython.int, 0)
ANY_SUBLEAF = cython.declare(u32, 0xFFFFFFFF)
SUBLEAVES = (4, 7, 0xB, 0xD)


def set_leaves(table: dict) -> None:
    """What CPUID answers: (leaf, subleaf) -> four registers, as tables.cpuid makes them."""
    global leaf_count
    count: cython.int = 0
    for (leaf, subleaf), values in table.items():
        leaves[count].leaf = leaf
        leaves[count].subleaf = subleaf if leaf in SUBLEAVES else ANY_SUBLEAF
        leaves[count].value[0] = values[0]
        leaves[count].value[1] = values[1]
        leaves[count].value[2] = values[2]
        leaves[count].value[3] = values[3]
        count += 1
    leaf_count = count


def cpuid(c, o):
    leaf: u32 = cython.cast(u32, c.reg[0])
    subleaf: u32 = cython.cast(u32, c.reg[1])
    i: cython.int
    c.reg[0] = c.reg[1] = c.reg[2] = c.reg[3] = 0
    for i in range(leaf_count):
        if leaves[i].leaf == leaf and (leaves[i].subleaf == subleaf or leaves[i].subleaf == ANY_SUBLEAF):
            c.reg[0] = leaves[i].value[0]
            c.reg[3] = leaves[i].value[1]
            c.reg[1] = leaves[i].value[2]
            c.reg[2] = leaves[i].value[3]
            break
    return done(c, o)


# -- control registers -----------------------------------------------------------------------------------


def set_cr0(c, s, value):
    """The caller has checked it."""
    changed: u64 = s.cr0 ^ value
    i: cython.int
    s.cr0 = value | CR0_ET
    if changed & CR0_PG and s.efer & EFER_LME:
        if value & CR0_PG:
            s.efer |= EFER_LMA
        else:
            s.efer &= ~cython.cast(u64, EFER_LMA)
            if c.mode == 64:
                c.mode = 32
    if changed & (CR0_PG | CR0_WP | CR0_PE):
        flush_translations(c, s)
    if changed & CR0_PE:
        if not value & CR0_PE:
            s.cpl = 0
        for i in range(6):
            choose_limits(cython.address(s.segment[i]), not value & CR0_PE)
    choose_flavour(c, s)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def write_cr0(c: CpuP, s: SystemP, o: OpP, value: u64) -> OpP:
    if value >> 32:
        return fault(c, o, GP, 0)
    value &= CR0_BITS
    if (value & CR0_PG and not value & CR0_PE) or (value & CR0_NW and not value & CR0_CD):
        return fault(c, o, GP, 0)
    if value & CR0_PG and not s.cr0 & CR0_PG and s.efer & EFER_LME:
        if not s.cr4 & CR4_PAE or s.segment[CS].rights & LONG:
            return fault(c, o, GP, 0)
    if not value & CR0_PG and s.cr0 & CR0_PG and c.mode == 64:
        return fault(c, o, GP, 0)
    set_cr0(c, s, value)
    return afresh(c, o)


def mov_from_cr(c, o):
    s: SystemP = system_of(c)
    value: u64
    if s.cpl:
        return fault(c, o, GP, 0)
    if o.src == 0:
        value = s.cr0
    elif o.src == 2:
        value = s.cr2
    elif o.src == 3:
        value = s.cr3
    elif o.src == 4:
        value = s.cr4
    else:
        value = s.cr8
    put(c, o.dst, o.size, value)
    return done(c, o)


def mov_to_cr(c, o):
    s: SystemP = system_of(c)
    value: u64 = get(c, o.src, 4 if o.flags & LEGACY else 8)
    entry: u64
    i: cython.int
    if s.cpl:
        return fault(c, o, GP, 0)
    if o.dst == 0:
        return write_cr0(c, s, o, value)
    if o.dst == 2:
        s.cr2 = value
        return done(c, o)
    if o.dst == 8:
        if value >> 4:
            return fault(c, o, GP, 0)
        s.cr8 = value
        return done(c, o)
    if o.dst == 3:
        if s.efer & EFER_LMA:
            if value >> 46:
                return fault(c, o, GP, 0)
        elif s.cr0 & CR0_PG and s.cr4 & CR4_PAE:
            for i in range(4):  # reserved bits of the page-directory pointers
                entry = physical_u64(c, s, (value & PDPT_ADDRESS) + 8 * i)
                if entry & 1 and entry & PDPTE_RESERVED:
                    return fault(c, o, GP, 0)
        s.cr3 = value
        flush_translations(c, s)
        return afresh(c, o)
    if value & ~CR4_BITS or (s.efer & EFER_LMA and not value & CR4_PAE):
        return fault(c, o, GP, 0)
    s.cr4 = value
    flush_translations(c, s)
    choose_flavour(c, s)
    return afresh(c, o)


def lmsw(c, o):
    """PE can be set by it, but not cleared."""
    s: SystemP = system_of(c)
    value: u64
    if s.cpl:
        return fault(c, o, GP, 0)
    value = load(c, ea(c, o), 2) if o.form != RR else get(c, o.dst, 2)
    return write_cr0(c, s, o, (s.cr0 & ~cython.cast(u64, 14)) | (value & 15))


def clts(c, o):
    s: SystemP = system_of(c)
    if s.cpl:
        return fault(c, o, GP, 0)
    s.cr0 &= ~cython.cast(u64, CR0_TS)
    choose_flavour(c, s)
    return afresh(c, o)


def invlpg(c, o):
    s: SystemP = system_of(c)
    if s.cpl:
        return fault(c, o, GP, 0)
    flush_page(c, s, ea(c, o))
    return go(c, o, o.rip + o.length)


def only_privileged(c, o):
    """WBINVD and the like: nothing to do, for who may."""
    return fault(c, o, GP, 0) if system_of(c).cpl else done(c, o)


# -- debug registers ---------------------------------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def debug_register(s: SystemP, number: cython.int) -> cython.int:
    """DR4 and DR5 stand for DR6 and DR7, or are not there: -1."""
    if number == 4 or number == 5:
        return -1 if s.cr4 & CR4_DE else number + 2
    return number


def mov_from_dr(c, o):
    s: SystemP = system_of(c)
    number: cython.int = debug_register(s, o.src)
    if number < 0:
        return fault(c, o, UD, 0)
    if s.cpl:
        return fault(c, o, GP, 0)
    put(c, o.dst, o.size, s.dr[number])
    return done(c, o)


def mov_to_dr(c, o):
    s: SystemP = system_of(c)
    number: cython.int = debug_register(s, o.dst)
    value: u64 = get(c, o.src, 4 if o.flags & LEGACY else 8)
    if number < 0:
        return fault(c, o, UD, 0)
    if s.cpl:
        return fault(c, o, GP, 0)
    if number >= 6:
        if value >> 32:
            return fault(c, o, GP, 0)
        value = (value & 0xE00F) | DR6_ONES if number == 6 else (value & DR7_BITS) | 0x400
    s.dr[number] = value
    flush_translations(c, s)  # pages with data breakpoints must not be in the TLB
    c.stop_at = 0  # the outer loop steps from now on, if there is something to look for
    return go(c, o, o.rip + o.length)


# -- model-specific registers ------------------------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def model_register(c: CpuP, s: SystemP, number: u32) -> cython.pointer[u64]:
    """Where an MSR that is nothing but a register is kept; NULL for others."""
    if number == STAR:
        return cython.address(s.star)
    if number == LSTAR:
        return cython.address(s.lstar)
    if number == CSTAR:
        return cython.address(s.cstar)
    if number == FMASK:
        return cython.address(s.fmask)
    if number == FS_BASE:
        return cython.address(c.seg_base[FS])
    if number == GS_BASE:
        return cython.address(c.seg_base[GS])
    if number == KERNEL_GS_BASE:
        return cython.address(s.kernel_gs_base)
    if number == TSC_AUX:
        return cython.address(s.tsc_aux)
    if number == 0x174:
        return cython.address(s.sysenter_cs)
    if number == 0x175:
        return cython.address(s.sysenter_esp)
    if number == 0x176:
        return cython.address(s.sysenter_eip)
    if number == 0x1B:
        return cython.address(s.apic_base)
    if number == 0x277:
        return cython.address(s.pat)
    if number == 0x1A0:
        return cython.address(s.misc_enable)
    if 0x200 <= number < 0x210:
        return cython.address(s.mtrr[number - 0x200])
    if number == 0x250:
        return cython.address(s.mtrr[16])
    if number == 0x258 or number == 0x259:
        return cython.address(s.mtrr[number - 0x258 + 17])
    if 0x268 <= number < 0x270:
        return cython.address(s.mtrr[number - 0x268 + 19])
    if number == 0x2FF:
        return cython.address(s.mtrr[31])
    return cython.NULL


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def ticks(c: CpuP, s: SystemP, o: OpP) -> u64:
    return c.icount + o.count + s.idle + s.tsc_offset


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def put_pair(c: CpuP, value: u64) -> cython.void:
    c.reg[0] = cython.cast(u32, value)
    c.reg[2] = value >> 32


def rdmsr(c, o):
    s: SystemP = system_of(c)
    number: u32 = cython.cast(u32, c.reg[1])
    place: cython.pointer[u64] = model_register(c, s, number)
    value: u64 = 0
    if s.cpl:
        return fault(c, o, GP, 0)
    if place != cython.NULL:
        value = place[0]
    elif number == EFER:
        value = s.efer
    elif number == 0x10:
        value = ticks(c, s, o)
    elif number == 0xFE:
        value = 0x508  # MTRRs: eight pairs, the fixed ones, write combining
    elif number != 0x8B and number != 0x17:
        return fault(c, o, GP, 0)
    put_pair(c, value)
    return done(c, o)


def wrmsr(c, o):
    s: SystemP = system_of(c)
    number: u32 = cython.cast(u32, c.reg[1])
    value: u64 = (c.reg[0] & LOW_32) | c.reg[2] << 32
    place: cython.pointer[u64] = model_register(c, s, number)
    address: cython.bint = (number == 0x175 or number == 0x176 or number == LSTAR or number == CSTAR
                            or FS_BASE <= number <= KERNEL_GS_BASE)
    if s.cpl or (address and not_canonical(value)):
        return fault(c, o, GP, 0)
    if number == EFER:
        if value & ~(EFER_BITS | EFER_LMA) or ((value ^ s.efer) & EFER_LME and s.cr0 & CR0_PG):
            return fault(c, o, GP, 0)
        s.efer = (value & EFER_BITS) | (s.efer & EFER_LMA)
        flush_translations(c, s)
        return afresh(c, o)
    if number == 0x10:
        s.tsc_offset = value - (c.icount + o.count + s.idle)
    elif place != cython.NULL:
        place[0] = value
    elif number != 0x8B and number != 0x79:
        return fault(c, o, GP, 0)
    return done(c, o)


def rdtsc(c, o):
    s: SystemP = system_of(c)
    if s.cr4 & CR4_TSD and s.cpl:
        return fault(c, o, GP, 0)
    put_pair(c, ticks(c, s, o))
    return done(c, o)


def rdtscp(c, o):
    s: SystemP = system_of(c)
    if s.cr4 & CR4_TSD and s.cpl:
        return fault(c, o, GP, 0)
    put_pair(c, ticks(c, s, o))
    c.reg[1] = cython.cast(u32, s.tsc_aux)
    return done(c, o)


def rdpid(c, o):
    put(c, o.dst, 8, system_of(c).tsc_aux)
    return done(c, o)


def rdpmc(c, o):
    return fault(c, o, GP, 0)


def rdrand(c, o):
    """A sequence that is the same in every run: xorshift of the time."""
    s: SystemP = system_of(c)
    value: u64 = ticks(c, s, o) * GOLDEN
    value ^= value >> 29
    value *= MIX
    value ^= value >> 32
    put(c, o.dst, o.size, value)
    set_status(c, CF)
    return done(c, o)


# -- FS and GS bases -----------------------------------------------------------------------------------------


def swapgs(c, o):
    s: SystemP = system_of(c)
    base: u64 = c.seg_base[GS]
    if s.cpl:
        return fault(c, o, GP, 0)
    c.seg_base[GS] = s.kernel_gs_base
    s.kernel_gs_base = base
    return done(c, o)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def segment_base(c: CpuP, o: OpP, segment: cython.int, writing: cython.bint) -> OpP:
    value: u64
    if not system_of(c).cr4 & CR4_FSGSBASE or c.mode != 64:
        return fault(c, o, UD, 0)
    if not writing:
        put(c, o.dst, o.size, c.seg_base[segment])
        return done(c, o)
    value = get(c, o.dst, o.size)
    if not_canonical(value):
        return fault(c, o, GP, 0)
    c.seg_base[segment] = value
    return done(c, o)


# fmt: off
def rdfsbase(c, o): return segment_base(c, o, FS, False)
def rdgsbase(c, o): return segment_base(c, o, GS, False)
def wrfsbase(c, o): return segment_base(c, o, FS, True)
def wrgsbase(c, o): return segment_base(c, o, GS, True)
# fmt: on


override("CPUID", cpuid)
override("MOV_CR", mov_from_cr)
override_opcode("MOV_CR", 0x22, mov_to_cr)
override("MOV_DR", mov_from_dr)
override_opcode("MOV_DR", 0x23, mov_to_dr)
override("LMSW", lmsw)
override("CLTS", clts)
override("INVLPG", invlpg, True, 2)
override("INVD", only_privileged)
override("WBINVD", only_privileged)
override("RDMSR", rdmsr)
override("WRMSR", wrmsr)
override("RDTSC", rdtsc)
override("RDTSCP", rdtscp)
override("RDPID", rdpid)
override("RDPMC", rdpmc)
override("RDRAND", rdrand)
override("RDSEED", rdrand)
override("SWAPGS", swapgs)
override("RDFSBASE", rdfsbase)
override("RDGSBASE", rdgsbase)
override("WRFSBASE", wrfsbase)
override("WRGSBASE", wrgsbase)
