"""The run loop, and `Processor`: one hardware thread of the guest."""

import cython
from cython.cimports.blinkenlights.core.access import get_rflags, linear, not_canonical, offset_of, set_status
from cython.cimports.blinkenlights.core.blocks import (
    CacheP,
    change_code_limit,
    code_limit,
    lookup,
    single,
    unguard,
    unguard_all,
)
from cython.cimports.blinkenlights.core.execute.fxsave import (
    area_size,
    fxrstor_image,
    fxsave_image,
    reset_fpu,
    xrstor_image,
    xsave_image,
)
from cython.cimports.blinkenlights.core.fpcontrol import enter_guest_fp, leave_guest_fp, resume_guest_fp
from cython.cimports.blinkenlights.core.hostfpu import bring_x87_home
from cython.cimports.blinkenlights.core.memory import AddressSpace
from cython.cimports.blinkenlights.core.probetable import ProbesP
from cython.cimports.blinkenlights.core.segments import reset_segments
from cython.cimports.cpython.bytes import PyBytes_FromStringAndSize
from cython.cimports.cpython.exc import PyErr_CheckSignals
from cython.cimports.cpython.ref import Py_DECREF, Py_INCREF
from cython.cimports.libc.stdlib import calloc, free
from cython.cimports.libc.string import memcpy, memset
from cython.cimports.posix.stdlib import posix_memalign

from blinkenlights.core import execute as execute
from blinkenlights.core.direct import direct as direct
from blinkenlights.core.direct import enable_direct as enable_direct
from blinkenlights.core.direct import not_direct as not_direct
from blinkenlights.core.direct import set_special_names as set_special_names

if not execute.read_index():
    execute.load_all()

FOREVER = cython.declare(u64, ~cython.cast(u64, 0))
LONGEST_BLOCK = cython.declare(u64, 70)
SLICE = cython.declare(u64, 1_000_000)  # instructions between two chances for other Python threads
STATUS_FLAGS = cython.declare(u64, 0x8D5)


def run_loop(c, one):
    """Run until something makes it leave: `c.exit` says what, `c.rip` is exact.

    Faults come back to the `sigsetjmp`: from the host's SIGSEGV and its kin, or from virtualised
    memory's checks. `c.op` names the operation, which has changed nothing yet.
    """
    o: OpP
    bring_x87_home(c)
    c.running = 1
    c.one = one
    c.host_signal = 0
    enter_guest_fp(c)
    if sigsetjmp(c.fault_jump, 0):
        resume_guest_fp(c)
        if recover(c):
            if c.access_count:  # they will be made again
                finish(c)
            o = NULL_OP
        else:
            o = cython.NULL
    else:
        o = NULL_OP
    if o != cython.NULL:
        o = single(c, c.rip) if one else lookup(c, c.rip)
    while o != cython.NULL:
        c.op = o
        o = o.fn(c, o)
    leave_guest_fp(c)
    c.running = 0


NULL_OP = cython.declare(OpP, cython.cast(OpP, 1))


def recover(c):
    o: OpP = c.op
    c.icount += o.count - 1
    c.rip = o.rip
    c.exit = EXIT_EXCEPTION
    if c.host_signal == 0:  # found by a check; vector and error code are set
        if c.vector == 14 and impossible(c, o):
            return refuse_address(c, o)
        return False
    c.fault_address -= c.membase
    s: SpaceP = cython.cast(SpaceP, c.space)
    if c.host_code == SI_KERNEL and c.host_signal != SIGTRAP:
        return explain(c)
    if c.host_signal == SIGSEGV:
        if impossible(c, o):
            return refuse_address(c, o)
        if c.fault_address < s.size and unguard(s, c.fault_address):
            c.host_signal = 0
            return True
        c.fault_address = first_refused(c, o)
    c.vector = 16 if c.host_signal == SIGFPE else 6 if c.host_signal == SIGILL else 14
    return False


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def explain(c: CpuP) -> cython.bint:
    """The host was given an address that is not canonical; the guest's may be, and the host doesn't tell it.

    So the instruction is executed again with every access checked, which finds what is wrong with it.
    """
    outer: sigjmp_buf
    o: OpP
    paged: u8 = c.paged
    again: cython.bint = False
    s: SpaceP = cython.cast(SpaceP, c.space)
    memcpy(cython.address(outer), cython.address(c.fault_jump), cython.sizeof(outer))
    c.paged = True
    flush_tlb(c)
    c.host_signal = 0
    c.exit = EXIT_ATTENTION  # in case that it goes well now
    if sigsetjmp(c.fault_jump, 0) == 0:
        o = single(c, c.rip)
        while o != cython.NULL:
            c.op = o
            o = o.fn(c, o)
    else:
        resume_guest_fp(c)
        c.exit = EXIT_EXCEPTION
        if c.host_signal:  # a page with translated code, or memory that was unmapped meanwhile
            c.vector = 14
            c.fault_address -= c.membase
            again = c.fault_address < s.size and unguard(s, c.fault_address)
            if again:
                c.host_signal = 0
        elif c.vector == 14 and impossible(c, c.op):
            refuse_address(c, c.op)
    c.paged = paged
    memcpy(cython.address(c.fault_jump), cython.address(outer), cython.sizeof(outer))
    return again


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def first_refused(c: CpuP, o: OpP) -> u64:
    """The address that the CPU tells: the operand's first byte on the page, whichever we touched first."""
    start: u64
    page: u64 = c.fault_address & ~cython.cast(u64, 4095)
    if o.form == RR:
        return c.fault_address
    start = operand_address(c, o)
    if c.fault_address - start >= (o.size if o.size > o.size2 else o.size2):
        return c.fault_address
    return start if start > page else page


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def operand_address(c: CpuP, o: OpP) -> u64:
    return c.operand if o.flags & ELSEWHERE else linear(o, offset_of(c, o) + c.seg_base[o.seg])


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def impossible(c: CpuP, o: OpP) -> cython.bint:
    """Whether the address is not canonical, or its operand's is."""
    return not_canonical(c.fault_address) or operand_impossible(c, o)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def operand_impossible(c: CpuP, o: OpP) -> cython.bint:
    """Whether the memory operand's start, or its offset in FS or GS, is not canonical."""
    start: u64
    if o.form == RR:
        return False
    start = operand_address(c, o)
    return not_canonical(start) or not_canonical(start - c.seg_base[o.seg])


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def refuse_address(c: CpuP, o: OpP) -> cython.bint:
    """#GP, or #SS where the stack pointer or RBP is the base: neither tells the address."""
    c.host_signal = 0
    stack: cython.bint = not_canonical(c.reg[4] - 8)
    if operand_impossible(c, o):
        stack = o.seg == NO_SEGMENT and (o.base == 4 or o.base == 5)
    c.vector = 12 if stack else 13
    c.error_code = 0
    c.fault_address = 0
    return False


SI_KERNEL = cython.declare(cython.int, 0x80)


finish = cython.declare(Finisher, cython.NULL)


def finish_by(how):
    global finish
    finish = how


server = cython.declare(Server, cython.NULL)


def serve_by(how):
    global server
    server = how


translated_loop = cython.declare(RunLoop, cython.NULL)


def run_translated_by(how):
    global translated_loop
    translated_loop = how


def new_cpu(s):
    memory: voidp = cython.NULL
    c: CpuP
    i: cython.int
    if posix_memalign(cython.address(memory), 64, cython.sizeof(Cpu)):
        return cython.NULL
    memset(memory, 0, cython.sizeof(Cpu))
    c = cython.cast(CpuP, memory)
    c.tlb = cython.NULL
    if posix_memalign(cython.address(memory), 64, cython.sizeof(TlbEntry) * TLB_SIZE):
        return cython.NULL
    c.tlb = cython.cast(TlbEntryP, memory)
    c.space = s
    c.membase = s.base
    c.paged = s.pml4 != cython.NULL
    c.mode = 64
    c.eflags = 0x202
    c.res = 1
    reset_segments(c, 64)
    c.fcw = 0x37F
    c.mxcsr = 0x1F80
    c.stop_at = c.stop_seen_tick = c.hook_seen_tick = FOREVER
    for i in range(JUMP_SIZE):
        c.jumps[i].rip = FOREVER
    flush_tlb(c)
    acquire(cython.address(s.lock))
    c.next = s.cpus
    s.cpus = c
    if c.next != cython.NULL:
        c.shared = c.next.shared = 1
    release(cython.address(s.lock))
    return c


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def state_size(c: CpuP) -> u64:
    """Bytes of a Cpu that are the guest's: what comes before its TLB."""
    return cython.cast(u64, cython.address(c.tlb)) - cython.cast(u64, c)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def copy_registers(to: CpuP, source: CpuP) -> cython.void:
    """What a new thread inherits: registers, flags, FPU and SSE state."""
    bring_x87_home(source)
    to.x87_live = 0
    memcpy(to.reg, source.reg, cython.sizeof(source.reg))
    memcpy(to.seg_base, source.seg_base, cython.sizeof(source.seg_base))
    memcpy(to.sel, source.sel, cython.sizeof(source.sel))
    memcpy(to.seg_limit, source.seg_limit, cython.sizeof(source.seg_limit))
    memcpy(to.seg_rights, source.seg_rights, cython.sizeof(source.seg_rights))
    to.seg_open = source.seg_open
    to.real = source.real
    to.stack_mask = source.stack_mask
    memcpy(to.st, source.st, cython.sizeof(source.st))
    memcpy(to.xmm, source.xmm, cython.sizeof(source.xmm))
    to.rip = source.rip
    to.res = source.res
    to.aux = source.aux
    to.eflags = source.eflags
    to.mode = source.mode
    to.mxcsr = source.mxcsr
    to.fp_strict = source.fp_strict
    to.fcw = source.fcw
    to.fsw = source.fsw
    to.ftag = source.ftag
    to.fpu_top = source.fpu_top
    to.fop = source.fop
    to.fip = source.fip
    to.fdp = source.fdp


def reset_registers(c):
    blank: Cpu
    memset(cython.address(blank), 0, cython.sizeof(Cpu))
    blank.mode = 64
    blank.eflags = 0x202
    blank.res = 1
    reset_segments(cython.address(blank), 64)
    blank.fcw = 0x37F
    blank.mxcsr = 0x1F80
    copy_registers(c, cython.address(blank))


class Processor:
    """One hardware thread of the guest: registers, and the means to run.

    A processor belongs to the host thread that first runs it; only `attend` may be called from
    others.
    """

    def __cinit__(self, space, parent=None):
        memory: AddressSpace = space
        self.space = space
        Py_INCREF(space)
        self.held = cython.cast(cython.p_void, space)
        self.limit_ = FOREVER
        self.c = new_cpu(memory.s)
        if self.c == cython.NULL:
            raise MemoryError("no room for a processor")
        if parent is not None:
            other: Processor = parent
            copy_registers(self.c, other.c)

    def __dealloc__(self):
        s: SpaceP
        slot: cython.pointer[CpuP]
        if self.c == cython.NULL:
            if self.held != cython.NULL:
                Py_DECREF(cython.cast(object, self.held))
            return
        s = cython.cast(SpaceP, self.c.space)
        if get_current() == self.c:
            set_current(cython.NULL)
        acquire(cython.address(s.lock))
        slot = cython.address(s.cpus)
        while slot[0] != cython.NULL and slot[0] != self.c:
            slot = cython.address(slot[0].next)
        if slot[0] == self.c:
            slot[0] = self.c.next
        release(cython.address(s.lock))
        drop_signal_stack(self.c)
        free(self.c.tlb)
        free(self.c)
        Py_DECREF(cython.cast(object, self.held))

    # -- running ---------------------------------------------------------------------------

    def bind(self) -> None:
        """Make this the calling host thread's processor: signals caught here are its own."""
        set_current(self.c)

    def run(self) -> int:
        """Run until an EXIT_ constant's event; returns it. The GIL is released meanwhile.

        EXIT_ATTENTION means that a signal waits (`host.take_signal`), `attend` was called or
        `icount` reached `limit`.
        """
        c: CpuP = self.c
        s: SpaceP = cython.cast(SpaceP, c.space)
        set_current(c)
        c.stop_at = self.limit_
        if s.probes != cython.NULL or self.limit_ != FOREVER:
            return self.run_watched()
        if c.pending_signal or c.asked:
            c.stop_at = 0
        with cython.nogil:
            while True:
                if translated_loop != cython.NULL and s.translated != cython.NULL:
                    translated_loop(c)
                else:
                    run_loop(c, False)
                if c.exit != EXIT_SYSCALL or server == cython.NULL or not server(c):
                    break
        return c.exit

    def run_watched(self) -> int:
        """`run` with hooks, or up to exactly `limit` instructions: blocks first, then single steps."""
        c: CpuP = self.c
        s: SpaceP = cython.cast(SpaceP, c.space)
        bound: u64 = FOREVER
        holding: cython.bint
        translated: cython.bint
        slice_end: u64
        p: ProbesP
        c.exit = EXIT_ATTENTION
        if self.limit_ != FOREVER:
            bound = self.limit_ - LONGEST_BLOCK if self.limit_ > c.icount + LONGEST_BLOCK else 0
        while c.icount < bound:
            p = cython.cast(ProbesP, s.probes)
            translated = (translated_loop != cython.NULL and s.translated != cython.NULL and not c.paged
                          and bound == FOREVER and not (p != cython.NULL and p.wide))
            # with Python's functions in the way the GIL is kept, but for a moment now and then
            holding = p != cython.NULL and p.calls_python and not translated
            slice_end = c.icount + SLICE if holding else FOREVER
            c.stop_at = min(bound, slice_end)
            if c.pending_signal or c.asked:
                c.stop_at = 0
            if holding:
                self.go(False)
            else:
                with cython.nogil:
                    if translated:
                        translated_loop(c)
                    else:
                        run_loop(c, False)
            if c.access_count:
                finish(c)
            if c.exit != EXIT_ATTENTION or c.stop_at == 0:
                return c.exit
            if holding:
                PyErr_CheckSignals()
                with cython.nogil:
                    pass
            elif bound == FOREVER:
                return c.exit
        while c.icount < self.limit_ and not c.pending_signal and not c.asked:
            if self.step() != EXIT_ATTENTION:
                break
        return c.exit

    def go(self, one):
        """The run loop, with the GIL."""
        p: ProbesP = cython.cast(ProbesP, cython.cast(SpaceP, self.c.space).probes)
        if p != cython.NULL:
            p.holding = 1
        run_loop(self.c, one)
        if p != cython.NULL:
            p.holding = 0

    def step(self) -> int:
        """Execute one instruction; EXIT_ATTENTION when nothing else happened."""
        c: CpuP = self.c
        set_current(c)
        c.stop_at = 1  # branches leave, but host calls are made
        if c.pending_signal:
            c.stop_at = 0
        if cython.cast(SpaceP, c.space).probes != cython.NULL:
            self.go(True)
            if c.access_count:
                finish(c)
        else:
            with cython.nogil:
                run_loop(c, True)
        c.stop_at = FOREVER  # host calls may be made
        if c.pending_signal:
            c.stop_at = 0
        return c.exit

    def check_memory(self, on: bool) -> None:
        """Have every access looked at (`core/paging.py`), in an address space that doesn't by itself."""
        s: SpaceP = cython.cast(SpaceP, self.c.space)
        if s.pml4 == cython.NULL:
            s.pml4 = cython.cast(u64p, calloc(512, 8))
            if s.pml4 == cython.NULL:
                raise MemoryError("no room for page tables")
            s.tables = 1
        self.c.paged = on
        flush_tlb(self.c)

    def settle(self) -> None:
        """Bring registers that the host's processor holds for the guest into the state."""
        bring_x87_home(self.c)

    def interrupt(self) -> None:
        """Have `run` return EXIT_ATTENTION, now or when next called; callable from any thread."""
        self.c.asked = 1
        self.c.stop_at = 0

    def take_interrupt(self) -> bool:
        """Was `interrupt` called since this was last asked?"""
        asked: cython.bint = self.c.asked
        self.c.asked = 0
        return asked

    @property
    def repeating(self) -> bool:
        """Whether a REP string instruction was left before its end."""
        c: CpuP = self.c
        return (c.op != cython.NULL and c.op.rip == c.rip and c.op.flags & (REP | REPNE) != 0
                and c.exit == EXIT_ATTENTION)

    def attend(self) -> None:
        """Ask the processor to leave its run loop soon; callable from any thread."""
        self.c.stop_at = 0

    def code_statistics(self) -> dict[str, int]:
        """Of the address space's translations: blocks and operations made, blocks forgotten, ..."""
        cache: CacheP = cython.cast(CacheP, cython.cast(SpaceP, self.c.space).blocks)
        return {"blocks": cache.blocks, "operations": cache.ops, "invalidated": cache.invalidated,
                "bytes": cache.total, "flushes": cache.flushes}

    def release_code(self) -> bool:
        """Lift all write protection of translated code; True if there was any."""
        return unguard_all(cython.cast(SpaceP, self.c.space))

    @property
    def limit(self) -> int | None:
        """`run` leaves once `icount` reaches this; None for no limit."""
        return None if self.limit_ == FOREVER else self.limit_

    @limit.setter
    def limit(self, value: int | None) -> None:
        self.limit_ = FOREVER if value is None else value

    # -- what happened ---------------------------------------------------------------------

    @property
    def exit(self) -> int:
        return self.c.exit

    @property
    def vector(self) -> int:
        """The exception's or interrupt's vector."""
        return self.c.vector

    @property
    def error_code(self) -> int:
        return self.c.error_code

    @property
    def fault_address(self) -> int:
        """Of a page fault, as in CR2."""
        return self.c.fault_address

    @property
    def host_signal(self) -> int:
        """The host's signal number behind an exception; 0 when found by the interpreter."""
        return self.c.host_signal

    @property
    def host_code(self) -> int:
        """That signal's si_code."""
        return self.c.host_code

    @property
    def icount(self) -> int:
        """Instructions executed so far."""
        return self.c.icount

    @icount.setter
    def icount(self, value: u64) -> None:
        self.c.icount = value

    @property
    def halts(self) -> bool:
        """HLT leaves the run loop with EXIT_HALT; else it is #GP, as for any user program."""
        return self.c.halts

    @halts.setter
    def halts(self, value: bool) -> None:
        self.c.halts = value

    @property
    def stopped_by(self) -> int:
        """After EXIT_STOP: one of the STOP_ constants of core.probes."""
        return self.c.stopped_by

    @property
    def access(self) -> tuple:
        """After a watchpoint: its number, kind of access, address, size, old bytes, instruction's address."""
        c: CpuP = self.c
        n: cython.int = c.hit.size if c.hit.size < 32 else 32
        return (c.watch_hit, c.hit.kind, c.hit.address, c.hit.size,
                PyBytes_FromStringAndSize(cython.cast(cython.p_char, c.hit.old), n), c.hit.rip)

    def pass_breakpoint(self) -> None:
        """Do not stop at a breakpoint where the processor stands now."""
        self.c.stop_seen_tick = self.c.icount
        self.c.stop_seen_rip = self.c.rip

    def tell_again(self) -> None:
        """Forget at which breakpoint and hook the processor stood: it is at another moment."""
        self.c.stop_seen_tick = self.c.hook_seen_tick = FOREVER

    @property
    def syscalls(self) -> int:
        """System calls made without Python."""
        return self.c.syscalls

    # -- registers -------------------------------------------------------------------------

    def fxsave(self) -> bytes:
        """x87, MMX and SSE state in the 512-byte layout of FXSAVE64."""
        image: u8[512]
        memset(image, 0, 512)
        fxsave_image(self.c, image)
        return PyBytes_FromStringAndSize(cython.cast(cython.p_char, image), 512)

    def fxrstor(self, image: bytes) -> None:
        """Load state saved by `fxsave`. Raises ValueError when it is too short."""
        if len(image) < 512:
            raise ValueError("an FXSAVE image has 512 bytes")
        fxrstor_image(self.c, cython.cast(u8p, cython.cast(cython.p_char, image)))

    def xsave(self) -> bytes:
        """All of the vector and x87 state, in XSAVE64's layout; FXSAVE64's where the CPU has no XSAVE."""
        image: u8[832]
        xsave_image(self.c, image)
        return PyBytes_FromStringAndSize(cython.cast(cython.p_char, image), area_size())

    @property
    def xsave_size(self) -> int:
        """Bytes of `xsave`: 832, 576 without AVX, 512 without XSAVE."""
        return area_size()

    def xrstor(self, image: bytes, mask: u64 = 7) -> None:
        """Load the components in `mask` as XRSTOR64 does. Raises ValueError where that is #GP."""
        copy: u8[832]
        if len(image) < area_size():
            raise ValueError("too short for an XSAVE area")
        memcpy(copy, cython.cast(cython.p_char, image), area_size())
        if not xrstor_image(self.c, copy, mask):
            raise ValueError("not a valid XSAVE area")

    def reset_fpu(self) -> None:
        """x87 and SSE control as after execve."""
        reset_fpu(self.c)

    def get(self, number: cython.int) -> int:
        """General register 0 (RAX) to 15 (R15)."""
        return self.c.reg[number & 15]

    def set(self, number: cython.int, value) -> None:
        """Set a general register, modulo 2**64."""
        self.c.reg[number & 15] = value & 0xFFFFFFFFFFFFFFFF

    def arguments(self) -> tuple:
        """RAX and the six system-call arguments, RDI RSI RDX R10 R8 R9."""
        c: CpuP = self.c
        return (c.reg[0], c.reg[7], c.reg[6], c.reg[2], c.reg[10], c.reg[8], c.reg[9])

    @property
    def rax(self) -> int:
        return self.c.reg[0]

    @rax.setter
    def rax(self, value) -> None:
        self.c.reg[0] = value & 0xFFFFFFFFFFFFFFFF

    @property
    def rsp(self) -> int:
        return self.c.reg[4]

    @rsp.setter
    def rsp(self, value) -> None:
        self.c.reg[4] = value & 0xFFFFFFFFFFFFFFFF

    @property
    def rip(self) -> int:
        return self.c.rip

    @rip.setter
    def rip(self, value) -> None:
        self.c.rip = value & 0xFFFFFFFFFFFFFFFF

    @property
    def rflags(self) -> int:
        return get_rflags(self.c)

    @rflags.setter
    def rflags(self, value) -> None:
        flags: u64 = value
        set_status(self.c, flags)
        self.c.eflags = (flags & ~STATUS_FLAGS) | 2

    @property
    def fs_base(self) -> int:
        return self.c.seg_base[FS]

    @fs_base.setter
    def fs_base(self, value) -> None:
        self.c.seg_base[FS] = value & 0xFFFFFFFFFFFFFFFF

    @property
    def gs_base(self) -> int:
        return self.c.seg_base[GS]

    @gs_base.setter
    def gs_base(self, value) -> None:
        self.c.seg_base[GS] = value & 0xFFFFFFFFFFFFFFFF

    @property
    def mode(self) -> int:
        """Code size in bits: 16, 32 or 64. Setting it sets segments too: flat ones, or real mode's at 0."""
        return self.c.mode

    @mode.setter
    def mode(self, value: cython.int) -> None:
        self.c.mode = value
        reset_segments(self.c, value)

    @property
    def mxcsr(self) -> int:
        return self.c.mxcsr

    @mxcsr.setter
    def mxcsr(self, value: u32) -> None:
        self.c.mxcsr = value & 0xFFFF
        self.c.fp_strict = (value & 0x1F80) != 0x1F80

    def get_xmm(self, number: cython.int) -> bytes:
        """The 32 bytes of YMM `number`; XMM is the first half."""
        return PyBytes_FromStringAndSize(cython.cast(cython.p_char, self.c.xmm[number & 15]), 32)

    def set_xmm(self, number: cython.int, value: bytes) -> None:
        if len(value) > 32:
            raise ValueError("a vector register has at most 32 bytes")
        memcpy(self.c.xmm[number & 15], cython.cast(cython.p_char, value), len(value))

    def upper_halves(self) -> bytes:
        """Bits 128 to 255 of YMM0 to YMM15, as XSAVE's AVX component has them."""
        image: u8[256]
        i: cython.int
        for i in range(16):
            memcpy(cython.address(image[16 * i]), cython.address(self.c.xmm[i][16]), 16)
        return PyBytes_FromStringAndSize(cython.cast(cython.p_char, image), 256)

    def set_upper_halves(self, image: bytes) -> None:
        """Load what `upper_halves` gave. Raises ValueError when it is too short."""
        i: cython.int
        source: u8p
        if len(image) < 256:
            raise ValueError("the AVX component has 256 bytes")
        source = cython.cast(u8p, cython.cast(cython.p_char, image))
        for i in range(16):
            memcpy(cython.address(self.c.xmm[i][16]), source + 16 * i, 16)

    def save(self) -> bytes:
        """All that the guest can observe of this processor, and `icount`; for `restore`."""
        c: CpuP = self.c
        bring_x87_home(c)
        data: bytes = PyBytes_FromStringAndSize(cython.NULL, state_size(c))
        image: CpuP = cython.cast(CpuP, cython.cast(cython.p_char, data))
        memcpy(image, c, state_size(c))
        # what belongs to the run, not to the guest
        image.membase = image.stop_at = 0
        image.paged = image.exit = image.running = image.vector = 0
        image.error_code = 0
        image.fault_address = image.operand = 0
        image.host_signal = image.host_code = 0
        image.op = cython.NULL
        image.system = cython.NULL
        memset(image.tmp, 0, cython.sizeof(image.tmp))
        return data

    def restore(self, data: bytes) -> None:
        """Be as when `save` gave `data`. Raises ValueError when it is of another size."""
        c: CpuP = self.c
        image: CpuP
        copy: bytearray
        if len(data) != state_size(c):
            raise ValueError("not a processor's state")
        copy = bytearray(data)
        image = cython.cast(CpuP, cython.cast(cython.p_char, copy))
        bring_x87_home(c)
        image.membase = c.membase
        image.stop_at = c.stop_at
        image.paged = c.paged
        image.running = c.running
        image.system = c.system
        memcpy(c, image, state_size(c))

    def reset(self) -> None:
        """The state that execve gives: registers zero, FPU and SSE at their defaults."""
        reset_registers(self.c)


def set_code_limit(limit: int) -> int:
    """Bytes of translations after which they are all forgotten, for every address space; returns the old."""
    old: int = code_limit()
    change_code_limit(limit)
    return old


# the reasons for leaving the run loop, for Python
globals().update(EXIT_ATTENTION=EXIT_ATTENTION, EXIT_SYSCALL=EXIT_SYSCALL, EXIT_EXCEPTION=EXIT_EXCEPTION,
                 EXIT_INTERRUPT=EXIT_INTERRUPT, EXIT_HALT=EXIT_HALT, EXIT_STOP=EXIT_STOP)
