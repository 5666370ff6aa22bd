"""The ways into and out of translated code, and the ends of the chains of ways in.

In translated code all sixteen general registers, the flags, MXCSR, the vector registers and the x87
registers are the guest's own; only RSP differs, by the guest memory's base, so that PUSH, POP and
stack operands are the guest's own instructions. Compiled code never sees this state: the way out puts
general registers, flags and vector registers into Cpu, and leaves the x87 registers where they are.
"""

import cython
from cython.cimports.blinkenlights.core.state import CpuP

C_REG = cython.declare(i32, cython.cast(u64, cython.address(cython.cast(CpuP, 0).reg[0])))
C_XMM = cython.declare(i32, cython.cast(u64, cython.address(cython.cast(CpuP, 0).xmm[0][0])))
C_MXCSR = cython.declare(i32, cython.cast(u64, cython.address(cython.cast(CpuP, 0).mxcsr)))
C_FLAGS = cython.declare(i32, cython.cast(u64, cython.address(cython.cast(CpuP, 0).raw_flags)))
C_STOP = cython.declare(i32, cython.cast(u64, cython.address(cython.cast(CpuP, 0).stop_at)))
C_SEGMENTS = cython.declare(i32, cython.cast(u64, cython.address(cython.cast(CpuP, 0).seg_base[0])))
C_MEMBASE = cython.declare(i32, cython.cast(u64, cython.address(cython.cast(CpuP, 0).membase)))

SLOTS = cython.declare(ThreadSlotsP, cython.cast(ThreadSlotsP, 0))

CALLEE_SAVED = cython.declare(cython.int[6])
CALLEE_SAVED[0] = 3
CALLEE_SAVED[1] = 5
CALLEE_SAVED[2] = 12
CALLEE_SAVED[3] = 13
CALLEE_SAVED[4] = 14
CALLEE_SAVED[5] = 15

MXCSR_DEFAULT = cython.declare(u32, 0x1F80)
have_avx = cython.declare(cython.bint, False)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def place_slots() -> cython.void:
    global slot_origin
    global slot_cpu, slot_rsp, slot_spill0, slot_spill1, slot_pc, slot_site, slot_rax, slot_target
    global slot_fs, slot_gs
    at: i32 = slots_distance()
    slot_cpu = at + cython.cast(i32, cython.cast(u64, cython.address(SLOTS.cpu)))
    slot_rsp = at + cython.cast(i32, cython.cast(u64, cython.address(SLOTS.host_rsp)))
    slot_spill0 = at + cython.cast(i32, cython.cast(u64, cython.address(SLOTS.spill[0])))
    slot_spill1 = at + cython.cast(i32, cython.cast(u64, cython.address(SLOTS.spill[1])))
    slot_pc = at + cython.cast(i32, cython.cast(u64, cython.address(SLOTS.exit_pc)))
    slot_site = at + cython.cast(i32, cython.cast(u64, cython.address(SLOTS.exit_site)))
    slot_rax = at + cython.cast(i32, cython.cast(u64, cython.address(SLOTS.rax)))
    slot_target = at + cython.cast(i32, cython.cast(u64, cython.address(SLOTS.target)))
    slot_origin = at + cython.cast(i32, cython.cast(u64, cython.address(SLOTS.origin)))
    slot_fs = at + cython.cast(i32, cython.cast(u64, cython.address(SLOTS.seg_base[0])))
    slot_gs = at + cython.cast(i32, cython.cast(u64, cython.address(SLOTS.seg_base[1])))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def vector_moves(k: CodeP, cpu: cython.int, store: cython.int) -> cython.void:
    """All vector registers from or to Cpu."""
    i: cython.int
    for i in range(16):
        if have_avx:  # vmovdqu ymm: VEX.256.F3.0F.WIG 6F or 7F
            byte(k, 0xC4)
            byte(k, 0x41 | (0 if i & 8 else 0x80) | 0x20)
            byte(k, 0x7E)
            byte(k, 0x7F if store else 0x6F)
        else:  # movups
            if i & 8:
                byte(k, 0x44)
            byte(k, 0x0F)
            byte(k, 0x11 if store else 0x10)
        memory(k, i, cpu, NONE, 0, C_XMM + 32 * i)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def mxcsr(k: CodeP, store: cython.bint, base: cython.int, disp: cython.int) -> cython.void:
    byte(k, 0x0F)
    byte(k, 0xAE)
    memory(k, 3 if store else 2, base, NONE, 0, disp)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def pop_callee_saved(k: CodeP) -> cython.void:
    i: cython.int
    for i in range(5, -1, -1):
        if CALLEE_SAVED[i] & 8:
            byte(k, 0x41)
        byte(k, 0x58 | (CALLEE_SAVED[i] & 7))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def emit_enter(k: CodeP, origin: u64, ways: WaysP) -> cython.void:
    """u32 enter(Cpu *rdi, u64 target rsi)"""
    i: cython.int
    ways.enter = origin + here(k)
    for i in range(6):
        if CALLEE_SAVED[i] & 8:
            byte(k, 0x41)
        byte(k, 0x50 | (CALLEE_SAVED[i] & 7))
    byte(k, 0xFF)  # push [rdi + flags]; popfq
    memory(k, 6, RDI, NONE, 0, C_FLAGS)
    byte(k, 0x9D)
    # from the check on a signal handler finds the thread in here, and steps it to the first boundary
    load64(k, 0, RCX, RDI, C_STOP)
    ways.entering = origin + here(k)
    byte(k, 0xE3)  # jrcxz early; jmp short on
    byte(k, 2)
    byte(k, 0xEB)
    on: u8p = k.at
    byte(k, 0)
    byte(k, 0x31)  # early: xor eax, eax
    byte(k, 0xC0)
    byte(k, 0xFC)  # cld
    pop_callee_saved(k)
    byte(k, 0xC3)
    on[0] = cython.cast(u8, cython.cast(u64, k.at) - cython.cast(u64, on) - 1)
    spill(k, slot_cpu, RDI)
    spill(k, slot_rsp, RSP)
    spill(k, slot_target, RSI)
    load64(k, 0, RAX, RDI, C_SEGMENTS + 8 * FS)
    spill(k, slot_fs, RAX)
    load64(k, 0, RAX, RDI, C_SEGMENTS + 8 * GS)
    spill(k, slot_gs, RAX)
    mxcsr(k, False, RDI, C_MXCSR)
    vector_moves(k, RDI, 0)
    load64(k, 0, RAX, RDI, C_REG + 8 * RSP)
    load64(k, 0, RCX, RDI, C_MEMBASE)
    lea(k, RSP, RAX, RCX, 0, 0)
    for i in range(16):
        if i != RSP and i != RDI:
            load64(k, 0, i, RDI, C_REG + 8 * i)
    load64(k, 0, RDI, RDI, C_REG + 8 * RDI)
    byte(k, FS_PREFIX)  # jmp fs:[target]
    byte(k, 0xFF)
    memory(k, 4, NONE, NONE, 0, slot_target)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def emit_leave(k: CodeP, origin: u64, ways: WaysP) -> cython.void:
    i: cython.int
    ways.leave = origin + here(k)
    spill(k, slot_rax, RAX)
    unspill(k, slot_cpu, RAX)
    for i in range(1, 16):
        if i != RSP:
            store64(k, 0, RAX, C_REG + 8 * i, i)
    move(k, RBX, RAX)
    unspill(k, slot_rax, RCX)
    store64(k, 0, RBX, C_REG + 8 * RAX, RCX)
    move(k, RDX, RSP)
    unspill(k, slot_rsp, RSP)
    byte(k, 0x9C)  # pushfq
    byte(k, 0x8F)  # pop [rbx + flags]
    memory(k, 0, RBX, NONE, 0, C_FLAGS)
    byte(k, 0xFC)  # cld
    byte(k, 0x48)  # sub rdx, [rbx + membase]
    byte(k, 0x2B)
    memory(k, RDX, RBX, NONE, 0, C_MEMBASE)
    store64(k, 0, RBX, C_REG + 8 * RSP, RDX)
    vector_moves(k, RBX, 1)
    mxcsr(k, True, RBX, C_MXCSR)
    byte(k, 0x68)  # push 0x1f80; ldmxcsr [rsp]; lea rsp, [rsp + 8]
    word(k, MXCSR_DEFAULT)
    mxcsr(k, False, RSP, 0)
    lea(k, RSP, RSP, NONE, 0, 8)
    if have_avx:  # vzeroupper
        byte(k, 0xC5)
        byte(k, 0xF8)
        byte(k, 0x77)
    unspill(k, slot_site, RAX)
    pop_callee_saved(k)
    byte(k, 0xC3)
    ways.left = origin + here(k)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def emit_no_way(k: CodeP, origin: u64, leave: u64, site: u32) -> u32:
    """The end of a chain: the wanted address is in RCX; RCX and R11 are spilled."""
    at: u32 = cython.cast(u32, origin + here(k))
    spill(k, slot_pc, RCX)
    unspill(k, slot_spill0, RCX)
    unspill(k, slot_spill1, R11)
    leave_at(k, origin, leave, site)
    return at


def emit_common(cache, origin):
    global have_avx
    k: Code
    k.start = k.at = cache.draft.code
    have_avx = host_has_avx()
    place_slots()
    emit_enter(cython.address(k), origin, cython.address(cache.ways))
    emit_leave(cython.address(k), origin, cython.address(cache.ways))
    cache.no_target = emit_no_way(cython.address(k), origin, cache.ways.leave, EXIT_NO_TARGET << 1)
    cache.no_return = cython.cast(u32, origin + here(cython.address(k)))
    store64(cython.address(k), 0, RSP, -8, RCX)  # as every way in does
    emit_no_way(cython.address(k), origin, cache.ways.leave, EXIT_NO_RETURN << 1)
    cache.draft.size = here(cython.address(k))
