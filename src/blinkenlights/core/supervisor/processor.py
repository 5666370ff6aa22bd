"""A PC's processor: the loop that delivers exceptions and interrupts, and its state for Python."""

import cython
from cython.cimports.blinkenlights.core.state import CpuP, u8p, u32, u64
from cython.cimports.blinkenlights.core.supervisor.state import SegmentP, SystemP
from cython.cimports.cpython.bytes import PyBytes_FromStringAndSize
from cython.cimports.libc.stdlib import calloc, free
from cython.cimports.libc.string import memcpy
from cython.cimports.posix.stdlib import posix_memalign

from blinkenlights.core.supervisor import control as control
from blinkenlights.core.supervisor import ports as ports
from blinkenlights.core.supervisor import strings as strings
from blinkenlights.core.supervisor import transfer as transfer

FOREVER = cython.declare(u64, ~cython.cast(u64, 0))
MARGIN = cython.declare(u64, 64)  # more instructions than a block has
WINDOW_BYTES = cython.declare(u64, WINDOWS * 8192)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def contributory(vector: cython.int) -> cython.bint:
    return vector == DE or 10 <= vector <= 13


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def code_breakpoint(c: CpuP, s: SystemP) -> u64:
    """DR6 bits of execution breakpoints at the next instruction."""
    i: cython.int
    found: u64 = 0
    at: u64 = c.rip if c.mode == 64 else (c.seg_base[CS] + c.rip) & LOW_32
    if not s.dr[7] & 0xFF or c.eflags & RF:
        return 0
    for i in range(4):
        if s.dr[7] >> (2 * i) & 3 and not s.dr[7] >> (16 + 4 * i) & 3 and s.dr[i] == at:
            found |= cython.cast(u64, 1) << i
    return found


class SystemProcessor(Processor):
    """A processor with rings, segments and page tables, once `install` was called.

    `space` maps the machine's memory file at 0: `ram_pages` of RAM, `rom_pages` for the copy of the ROM
    right below 4 GiB, then two pages of the processor's own. `bus` has read(port, size), write(port, size,
    value) and acknowledge() -> vector.
    """

    def install(self, bus, memory_fd: cython.int, ram_pages: u64, rom_pages: u64) -> None:
        """Give it its memory and its ports; once, before it runs."""
        s: SystemP = cython.cast(SystemP, calloc(1, cython.sizeof(System)))
        c: CpuP = self.c
        memory: voidp = cython.NULL
        i: cython.int
        at: voidp
        self.s = s
        self.bus = bus
        s.cpu = c
        s.bus = cython.cast(voidp, bus)
        s.owner = cython.cast(voidp, self)
        s.memory_fd = memory_fd
        s.ram_pages = ram_pages
        s.rom_pages = rom_pages
        s.rom_frame = ram_pages
        s.absent_frame = s.rom_frame + s.rom_pages
        s.trash_frame = s.absent_frame + 1
        s.attributes = cython.cast(u8p, calloc(s.trash_frame + 1, 1))
        for i in range(cython.cast(cython.int, s.rom_pages)):
            s.attributes[s.rom_frame + i] = A_ROM
        s.attributes[s.absent_frame] = A_ROM
        s.tlbs[0] = c.tlb
        posix_memalign(cython.address(memory), 64, cython.sizeof(TlbEntry) * TLB_SIZE)
        s.tlbs[1] = cython.cast(TlbEntryP, memory)
        at = mmap(cython.NULL, WINDOW_BYTES, 0, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
        if at == MAP_FAILED:
            raise MemoryError("no room for a PC's memory windows")
        s.windows = cython.cast(u64, at)
        for i in range(WINDOWS):
            s.window_first[i] = FOREVER
        s.cache = new_code_cache()
        s.delivery.fn = deliver_event
        s.delivery.count = 1
        s.delivery.form = RR
        s.delivery.base = s.delivery.index = ZERO
        c.system = s
        c.paged = 1
        s.next_event = FOREVER
        self.power_on()

    def __dealloc__(self):
        if self.s == cython.NULL:
            return
        self.c.tlb = self.s.tlbs[0]  # the other one is ours
        free(self.s.tlbs[1])
        free_code_cache(cython.cast(CodeCacheP, self.s.cache))
        free(self.s.attributes)
        munmap(cython.cast(voidp, self.s.windows), WINDOW_BYTES)
        self.c.system = cython.NULL
        free(self.s)

    def reset(self) -> None:
        """RESET#: behind the instruction that is being executed, if one is."""
        if self.c.running:
            self.resetting = True
            self.c.stop_at = 0
        else:
            self.power_on()

    def power_on(self) -> None:
        """The state after RESET (Intel SDM volume 3, table 10-1), but with A20 open as a BIOS leaves it."""
        s: SystemP = self.s
        c: CpuP = self.c
        i: cython.int
        for i in range(16):
            c.reg[i] = 0
        c.reg[2] = 0x00090672
        set_all_flags(c, 2)
        s.cr0 = 0x60000010
        s.cr2 = s.cr3 = s.cr4 = s.cr8 = s.efer = 0
        for i in range(8):
            s.dr[i] = 0
        s.dr[6] = 0xFFFF0FF0
        s.dr[7] = 0x400
        s.gdt_base = s.idt_base = 0
        s.gdt_limit = s.idt_limit = 0xFFFF
        s.apic_base = 0xFEE00900
        s.pat = 0x0007040600070406
        s.misc_enable = 1
        s.tsc_offset = 0
        s.segment[LDTR].rights = 0x82
        s.segment[LDTR].base = s.segment[TR].base = 0
        s.segment[LDTR].limit = s.segment[TR].limit = 0xFFFF
        s.segment[TR].rights = 0x8B
        s.ldt_selector = s.tr_selector = 0
        s.cpl = 0
        s.nmi_masked = s.nmi_pending = s.halted = s.shutdown = s.event = 0
        s.delivering = -1
        s.shadow_at = s.resume_at = FOREVER
        s.a20 = 1
        s.physical_mask = FOREVER
        for i in range(6):
            set_segment(c, s, i, 0, 0, 0xFFFF, 0x93)
        enter_code(c, s, 0xF000, HIGH_16, 0xFFFF, 0x9B, 0)
        c.rip = 0xFFF0
        self.reset_fpu()
        flush_translations(c, s)

    # -- running

    def begin_event(self, kind, vector, error_code):
        s: SystemP = self.s
        s.event = 1
        s.event_kind = kind
        s.event_vector = vector
        s.event_error = error_code

    def take_exception(self):
        """An exception left the run loop: prepare its delivery, or a double fault's. False: shut down."""
        s: SystemP = self.s
        c: CpuP = self.c
        vector: cython.int = c.vector
        error: u32 = c.error_code
        before: cython.int = s.delivering
        s.event = 0
        if before >= 0:
            if before == DOUBLE:
                s.shutdown = 1
                return False
            if (contributory(before) and contributory(vector)) or (
                    before == PF and (vector == PF or contributory(vector))):
                vector = DOUBLE
                error = 0
        if vector == MF and not s.cr0 & CR0_NE:
            # the error goes out as an interrupt request, and the processor waits for that
            self.bus.report_x87_error()
            s.halted = 1
            return True
        if vector == DB:
            s.dr[6] |= s.dr6_pending
            s.dr6_pending = 0
        s.delivering = vector
        self.begin_event(BY_EXCEPTION, vector, error)
        return True

    def go_on(self, one):
        """Run until something concerns the machine: an EXIT_ constant. With `one`, an instruction at most."""
        s: SystemP = self.s
        c: CpuP = self.c
        traps: u64
        until: u64
        shadow: cython.bint
        stepping: cython.bint
        trapping: cython.bint
        delivery: cython.bint
        before: u64
        set_current(c)
        while True:
            if self.error is not None:
                return EXIT_ERROR
            free_forgotten(s)
            if s.shutdown:
                return EXIT_SHUTDOWN
            if c.icount + s.idle >= s.next_event:
                return EXIT_EVENT
            if s.attention or c.pending_signal or c.asked:
                s.attention = 0
                return EXIT_ATTENTION
            if c.icount >= s.limit and not s.event:
                return EXIT_ATTENTION
            shadow = s.shadow_at == c.icount
            if not s.event and not shadow:
                if s.nmi_pending and not s.nmi_masked:
                    s.nmi_pending = 0
                    s.nmi_masked = 1
                    self.begin_event(BY_DEVICE, 2, 0)
                elif s.interrupt_line and c.eflags & INTERRUPT:
                    s.now = c.icount + s.idle
                    self.begin_event(BY_DEVICE, self.bus.acknowledge(), 0)
            if s.halted and not s.event:
                return EXIT_HALT
            delivery = s.event != 0
            stepping = one or shadow or c.eflags & TF != 0 or s.dr[7] & 0xFF != 0 or delivery
            until = s.limit
            if s.next_event != FOREVER and s.next_event - s.idle < until:
                until = s.next_event - s.idle
            if not stepping and until - c.icount <= MARGIN:
                stepping = True
            if stepping and not delivery:
                traps = code_breakpoint(c, s)
                if traps:
                    s.dr[6] |= traps
                    self.begin_event(BY_EXCEPTION, DB, 0)
                    s.delivering = DB
                    c.fault_address = 0
                    delivery = True
            trapping = c.eflags & TF != 0 and not delivery
            s.software_interrupt = 0
            s.dr6_pending = 0
            before = c.icount
            c.stop_at = 1 if stepping else until - MARGIN
            if s.attention or c.asked:
                c.stop_at = 0
            c.exit = EXIT_ATTENTION
            with cython.nogil:
                run_loop(c, stepping)
            as_current(c, s)
            if c.access_count:
                finish_accesses(c)
            if self.resetting:
                self.resetting = False
                self.power_on()
                continue
            if c.exit == EXIT_EXCEPTION:
                if not self.take_exception():
                    return EXIT_SHUTDOWN
                continue  # a step ends with the handler's first instruction next
            if stepping and not delivery and c.icount != before and s.resume_at != c.icount:
                c.eflags &= ~cython.cast(u64, RF)
            if (trapping and not s.software_interrupt and s.shadow_at != c.icount) or s.dr6_pending:
                s.dr[6] |= s.dr6_pending | (0x4000 if trapping else 0)
                s.dr6_pending = 0
                c.fault_address = 0
                s.delivering = DB
                self.begin_event(BY_EXCEPTION, DB, 0)
                continue
            if c.exit == EXIT_HALT:
                continue
            if c.exit != EXIT_ATTENTION:
                return c.exit
            if one and not s.event:
                return EXIT_ATTENTION

    def run(self) -> int:
        """Run until an EXIT_ constant's event. EXIT_EVENT, EXIT_SHUTDOWN and EXIT_ERROR are a PC's own."""
        self.s.limit = self.limit_
        code: cython.int = self.go_on(False)
        return self.finish(code)

    def step(self) -> int:
        """One instruction, or the delivery that comes first; EXIT_ATTENTION when nothing else happened."""
        self.s.limit = FOREVER
        code: cython.int = self.go_on(True)
        return self.finish(code)

    def finish(self, code):
        if code == EXIT_ERROR:
            error = self.error
            self.error = None
            raise error
        return code

    def attend(self) -> None:
        """Ask the processor to leave its run loop soon; callable from any thread."""
        self.s.attention = 1
        self.c.stop_at = 0

    def failed(self, error) -> None:
        """A device raised `error`: the run ends, and raises it."""
        self.error = error
        self.c.stop_at = 0

    # -- inputs --------------------------------------------------------------------------------------

    def set_interrupt_line(self, on: bool) -> None:
        """The interrupt controller's output."""
        self.s.interrupt_line = 1 if on else 0
        if on and self.c.eflags & INTERRUPT:
            self.c.stop_at = 0

    def raise_nmi(self) -> None:
        self.s.nmi_pending = 1
        self.c.stop_at = 0

    def set_a20(self, on: bool) -> None:
        """Open or close the gate of address bit 20."""
        s: SystemP = self.s
        if s.a20 != (1 if on else 0):
            s.a20 = 1 if on else 0
            s.physical_mask = FOREVER if on else ~(cython.cast(u64, 1) << 20)
            flush_translations(self.c, s)
            choose_flavour(self.c, s)

    @property
    def a20(self) -> bool:
        return self.s.a20 != 0

    @property
    def interrupt_line(self) -> bool:
        return self.s.interrupt_line != 0

    def protect_rom(self, start: int, length: int, on: bool = True) -> None:
        """Make whole pages of physical memory read-only, or end that."""
        page: cython.int
        for page in range(start >> 12, (start + length + 4095) >> 12):
            if on:
                self.s.attributes[page] |= A_ROM
            else:
                self.s.attributes[page] &= 0xFF ^ A_ROM
        flush_translations(self.c, self.s)

    def wake(self) -> None:
        """End HLT."""
        self.s.halted = 0

    # -- time ----------------------------------------------------------------------------------------

    @property
    def now(self) -> int:
        """The tick, exact during IN and OUT as well."""
        c: CpuP = self.c
        if c.running:
            return self.s.now
        return c.icount + self.s.idle

    @property
    def next_event(self) -> int:
        return self.s.next_event

    @next_event.setter
    def next_event(self, tick) -> None:
        """`run` returns EXIT_EVENT at this tick."""
        s: SystemP = self.s
        c: CpuP = self.c
        s.next_event = FOREVER if tick is None else tick
        if c.running and s.next_event != FOREVER:
            # the block may go on; the next look at the time is at its end
            if s.next_event - s.idle < c.stop_at + MARGIN:
                c.stop_at = 0 if s.next_event <= s.now + MARGIN else s.next_event - s.idle - MARGIN

    def sleep_until(self, tick: u64) -> None:
        """While halted: let time pass."""
        now: u64 = self.c.icount + self.s.idle
        if tick > now:
            self.s.idle += tick - now

    @property
    def halted(self) -> bool:
        return self.s.halted != 0

    @property
    def idle(self) -> int:
        """Ticks spent halted."""
        return self.s.idle

    # -- state for people ----------------------------------------------------------------------------

    @property
    def cpl(self) -> int:
        return self.s.cpl

    @property
    def real(self) -> bool:
        """Is this real mode?"""
        return not self.s.cr0 & CR0_PE

    def control(self, name: str) -> int:
        """A control register, MSR or table register by name."""
        return self.control_registers()[name]

    def control_registers(self) -> dict[str, int]:
        s: SystemP = self.s
        return {"cr0": s.cr0, "cr2": s.cr2, "cr3": s.cr3, "cr4": s.cr4, "cr8": s.cr8, "efer": s.efer,
                "gdt_base": s.gdt_base, "gdt_limit": s.gdt_limit, "idt_base": s.idt_base,
                "idt_limit": s.idt_limit, "ldt": s.ldt_selector, "tr": s.tr_selector,
                "dr0": s.dr[0], "dr1": s.dr[1], "dr2": s.dr[2], "dr3": s.dr[3], "dr6": s.dr[6],
                "dr7": s.dr[7],
                "star": s.star, "lstar": s.lstar, "fmask": s.fmask, "kernel_gs_base": s.kernel_gs_base}

    def set_control(self, name: str, value: u64) -> None:
        """Change CR2, CR3 or a table register, for a debugger."""
        s: SystemP = self.s
        if name == "cr2":
            s.cr2 = value
        elif name == "cr3":
            s.cr3 = value
            flush_translations(self.c, s)
        else:
            raise KeyError(name)

    def segment(self, number: cython.int) -> tuple:
        """(selector, base, limit, rights) of ES CS SS DS FS GS, 6 for LDTR, 7 for TR."""
        g: SegmentP = cython.address(self.s.segment[number])
        if number == LDTR:
            return (self.s.ldt_selector, g.base, g.limit, g.rights)
        if number == TR:
            return (self.s.tr_selector, g.base, g.limit, g.rights)
        return (self.c.sel[number], self.c.seg_base[number], g.limit, g.rights)

    def selector(self, number: cython.int) -> int:
        return self.c.sel[number]

    def set_real_segment(self, number: cython.int, selector: cython.int) -> None:
        """Load a segment register as real mode does."""
        rights: u32 = 0x9B if number == CS else 0x93
        if number == CS:
            enter_code(self.c, self.s, selector, cython.cast(u64, selector) << 4, 0xFFFF, rights, 0)
        else:
            set_segment(self.c, self.s, number, selector, cython.cast(u64, selector) << 4, 0xFFFF, rights)
            choose_flavour(self.c, self.s)

    # -- memory --------------------------------------------------------------------------------------

    def translate(self, linear: u64):
        """The physical address of a linear one, or None where no page is; marks nothing but accessed bits."""
        t: Translation
        if walk(self.c, self.s, linear, TO_READ, False, cython.address(t)) != FINE:
            return None
        return t.physical & self.s.physical_mask

    def read_physical(self, address: u64, length: u64) -> bytes:
        """Bytes of physical memory; what is not there reads as 0xff."""
        parts: list = []
        n: u64
        frame: u64
        while length:
            n = min(length, 4096 - (address & 4095))
            frame = frame_of(self.s, address)
            parts.append(PyBytes_FromStringAndSize(
                cython.cast(cython.p_char, self.c.membase + (frame << 12) + (address & 4095)), n))
            address += n
            length -= n
        return b"".join(parts)

    def write_physical(self, address: u64, data: bytes, force: bool = False) -> None:
        """Write physical memory as a device does; with `force` ROM as well."""
        n: u64
        frame: u64
        done: u64 = 0
        length: u64 = len(data)
        source: u8p = cython.cast(u8p, cython.cast(cython.p_char, data))
        watcher = self.space.watcher
        while done < length:
            n = min(length - done, 4096 - (address & 4095))
            frame = frame_of(self.s, address)
            if frame != self.s.absent_frame and (force or not self.s.attributes[frame] & A_ROM):
                if self.s.attributes[frame] & A_CODE:
                    code_written(self.c, self.s, frame, address & 4095, cython.cast(cython.int, n))
                if watcher is not None:
                    watcher.writing((frame << 12) + (address & 4095), cython.cast(u64, source + done), n)
                memcpy(cython.cast(u8p, self.c.membase + (frame << 12) + (address & 4095)), source + done, n)
            address += n
            done += n

    def code_statistics(self) -> dict[str, int]:
        cache: CodeCacheP = cython.cast(CodeCacheP, self.s.cache)
        return {"blocks": cache.made, "invalidated": cache.forgotten, "bytes": cache.total,
                "flushes": cache.flushes}

    # -- saving --------------------------------------------------------------------------------------

    def save(self) -> bytes:
        """The processor's whole state, without memory."""
        c: CpuP = self.c
        self.s.software_interrupt = self.s.attention = 0  # they mean nothing between two runs
        return (PyBytes_FromStringAndSize(cython.cast(cython.p_char, self.s.segment), self.saved_size())
                + PyBytes_FromStringAndSize(cython.cast(cython.p_char, c.reg), cython.sizeof(c.reg))
                + PyBytes_FromStringAndSize(cython.cast(cython.p_char, c.seg_base), cython.sizeof(c.seg_base))
                + PyBytes_FromStringAndSize(cython.cast(cython.p_char, c.sel), cython.sizeof(c.sel))
                + c.rip.to_bytes(8, "little") + get_rflags(c).to_bytes(8, "little")
                + c.icount.to_bytes(8, "little") + bytes([c.mode]) + self.xsave())

    def saved_size(self):
        """Bytes of System from `segment` up to `delivery`, all plain numbers."""
        return (cython.cast(u64, cython.address(cython.cast(SystemP, 0).delivery))
                - cython.cast(u64, cython.address(cython.cast(SystemP, 0).segment[0])))

    def restore(self, state: bytes) -> None:
        """What `save` gave. Memory is the caller's to restore."""
        c: CpuP = self.c
        s: SystemP = self.s
        at: cython.int = self.saved_size()
        data: u8p = cython.cast(u8p, cython.cast(cython.p_char, state))
        memcpy(s.segment, data, at)
        memcpy(c.reg, data + at, cython.sizeof(c.reg))
        at += cython.sizeof(c.reg)
        memcpy(c.seg_base, data + at, cython.sizeof(c.seg_base))
        at += cython.sizeof(c.seg_base)
        memcpy(c.sel, data + at, cython.sizeof(c.sel))
        at += cython.sizeof(c.sel)
        c.rip = int.from_bytes(state[at : at + 8], "little")
        set_all_flags(c, int.from_bytes(state[at + 8 : at + 16], "little"))
        c.icount = int.from_bytes(state[at + 16 : at + 24], "little")
        c.mode = state[at + 24]
        self.xrstor(state[at + 25 :])
        c.op = cython.NULL
        s.physical_mask = FOREVER if s.a20 else ~(cython.cast(u64, 1) << 20)
        as_current(c, s)
        flush_translations(c, s)
        choose_flavour(c, s)


# the reasons for leaving the run loop, for Python
globals().update(EXIT_ATTENTION=EXIT_ATTENTION, EXIT_SYSCALL=EXIT_SYSCALL, EXIT_EXCEPTION=EXIT_EXCEPTION,
                 EXIT_HALT=EXIT_HALT, EXIT_EVENT=EXIT_EVENT, EXIT_SHUTDOWN=EXIT_SHUTDOWN)
