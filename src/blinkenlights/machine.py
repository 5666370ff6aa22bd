"""`Machine`: a program, or bare code, to be run, watched and changed from Python.

Several machines live in one Python process; none of them touches its signal handlers, descriptors or
working directory, and a guest's end is an answer of `run`. The parts are in `blinkenlights.api`; what time
travel adds is in `blinkenlights.debugger`.
"""

import _thread
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol
from weakref import proxy

from blinkenlights.api import hooks as hooking
from blinkenlights.api import memory as memories
from blinkenlights.api.breakpoints import Breakpoint, Condition, Watchpoint
from blinkenlights.api.events import Events
from blinkenlights.api.hooks import Hook, SystemCall
from blinkenlights.api.memory import Memory
from blinkenlights.api.personality import Personality
from blinkenlights.api.registers import Registers
from blinkenlights.api.stops import Access, Stop, StopReason
from blinkenlights.api.threads import Thread
from blinkenlights.core import engine, host, probes
from blinkenlights.core.decode import decode_bytes
from blinkenlights.core.memory import AddressSpace, GuestFault
from blinkenlights.loaders import BadProgram

if TYPE_CHECKING:
    from blinkenlights.debugger.symbols import Symbols
    from blinkenlights.linux.task import Options

__all__ = [
    "Access", "BadProgram", "Breakpoint", "Events", "GuestFault", "Hook", "Machine", "Stop", "StopReason",
    "SystemCall", "Thread", "Watchpoint",
]  # fmt: skip

WORD = (1 << 64) - 1
PROT_ALL = 7
PRIVATE_ANONYMOUS = 0x22
PAGE = 4096
CODE_ROOM = 16 * PAGE  # behind bare code, for what is assembled later
STACK_TOP = 0x7FFF_F000
MOST_STEPS = 1 << 62
CALLS = ("CALL", "CALLF", "INT", "INT3", "SYSCALL")
RETURNS = ("RET", "RETF", "IRET", "IRETD", "IRETQ")
STRINGS = ("MOVS", "STOS", "CMPS", "SCAS", "LODS", "INSB", "INSW", "INSD", "OUTS")
REPEATED = 6  # core.decode's prefixes F2 and F3

Where = int | str


class HasFileno(Protocol):
    def fileno(self) -> int: ...


class TimeTravel(Protocol):
    """What `debugger.history.History` does for a machine."""

    def reverse_step(self, n: int) -> StopReason: ...
    def reverse_continue(self) -> StopReason: ...
    def reverse_over(self) -> StopReason: ...
    def reverse_finish(self) -> StopReason: ...
    def seek(self, tick: int) -> StopReason: ...
    def last_write(self, address: int, size: int) -> int | None: ...
    def last_change(self, register: str) -> int | None: ...
    def changing(self, address: int, size: int) -> None: ...
    def close(self) -> None: ...


class Machine:
    """A guest: `load` a program, make one `from_bytes`, or `boot` a PC. Use it in a `with` statement.

    `regs` are the current thread's registers, `memory` is the memory. `breakpoints` and `watchpoints` list
    those that there are. `reactive = True` stops at CPU exceptions before they become signals. `running` and
    `last_stop` tell what it does. Addresses are numbers, or texts for `resolve`. What moves it raises
    RuntimeError when it is closed or running already. Registers and exceptions are named and numbered as in
    Intel's SDM, system calls and signals as on Linux for x86-64.
    """

    def __init__(self, personality: Personality) -> None:
        self._personality = personality
        self._between: Personality = personality  # or what stands between it and the machine
        personality.machine = self
        self.space: AddressSpace = personality.space
        self.probes = probes.Hooks(self.space)
        self.memory = Memory(self.space, self._changing)
        self.breakpoints: list[Breakpoint] = []
        self.watchpoints: list[Watchpoint] = []
        self.reactive = False  # stop at an exception, before it becomes a signal
        self.history: TimeTravel | None = None
        self.running = False
        self.wanted = False  # by interrupt()
        self._timed_out = False
        self._host_thread = 0  # that runs the guest
        self._watching = 0  # watchpoints and hooks on memory
        # system calls that go on: the processor, their names, and what watched memory held before
        self._watched_calls: list[tuple[engine.Processor, str, list[tuple[Watchpoint, bytes]]]] = []
        self._registers: dict[int, Registers] = {}
        self._calls: hooking.CallHooks | None = None
        self._interrupt_hooks: list[Callable[[int], object]] = []
        self._exception_hooks: list[Callable[[int, int, int], object]] = []
        self._stepping = False
        self._symbols: Symbols | None = None
        self._closed = False
        self.last_stop: StopReason | None = None
        host.share_faults()

    # -- making --------------------------------------------------------------------------------

    @classmethod
    def load(
        cls,
        path: str | bytes | os.PathLike[str],
        argv: Sequence[str | bytes] = (),
        environ: Mapping[str, str] | Mapping[bytes, bytes] | Sequence[bytes] | None = None,
        *,
        root: str | bytes | None = None,
        jit: bool = False,
        virtual: bool | None = None,
        cpu: str = "",
        record: bool = False,
        options: "Options | None" = None,
        stdin: "int | HasFileno | None" = None,
        stdout: "int | HasFileno | None" = None,
        stderr: "int | HasFileno | None" = None,
    ) -> "Machine":
        """A Linux program, before its first instruction.

        `argv` includes argument 0; none means the path alone. `environ` is Python's own when not given.
        `jit` translates to host code, which doesn't count instructions and has linear memory; else memory is
        checked access by access (`virtual`). `cpu` is one of `tables.cpuid.CPUS`, for all machines of the
        process. `record` makes going back possible. The guest's standard files are Python's, or the given
        descriptors; -1 is a closed one. `options` takes the place of `jit`, `virtual`, `cpu` and `root`.
        BadProgram or OSError for a program that can't be run.
        """
        from blinkenlights.api.linux import Linux
        from blinkenlights.linux.task import Options

        if options is None:
            options = Options(
                jit=jit,
                virtual=not jit if virtual is None else virtual,
                cpu=cpu,
                root=None if root is None else os.fsencode(root),
            )
        if record and options.jit:
            raise ValueError("recording needs checked memory: not with jit=True")
        if isinstance(argv, str | bytes):
            raise TypeError("argv is a list of words, not one")
        if options.cpu:
            from blinkenlights.core.execute.system import set_cpu
            from blinkenlights.tables.cpuid import CPUS

            if options.cpu not in CPUS:
                raise ValueError(f"there is no CPU {options.cpu}: it is one of {', '.join(CPUS)}")
            set_cpu(options.cpu)
        fds = (fd_of(stdin, 0), fd_of(stdout, 1), fd_of(stderr, 2))
        personality = Linux(options, fds)
        try:
            personality.load(os.fsencode(path), [os.fsencode(word) for word in argv], environment(environ))
        except BaseException:
            personality.close()
            raise
        return cls(personality).begin(record)

    @classmethod
    def from_bytes(
        cls,
        code: bytes,
        address: int = 0x400000,
        *,
        bits: int = 64,
        stack_size: int = 64 << 10,
        jit: bool = False,
        record: bool = False,
    ) -> "Machine":
        """Bare code at `address`, for experiments: without an operating system, and with a stack.

        RIP is `address` and RSP the top of `stack_size` bytes. HLT, system calls and exceptions stop it. The
        code's pages are readable, writable and executable; `map` gives it more. `bits` is 16, 32 or 64.
        """
        if bits not in (16, 32, 64):
            raise ValueError("code has 16, 32 or 64 bits")
        if not code:
            raise ValueError("there is no code")
        if stack_size < 0:
            raise ValueError("a stack's size isn't negative")
        if record and jit:
            raise ValueError("recording needs checked memory: not with jit=True")
        jit = jit and bits == 64
        space = AddressSpace(not jit, jit)
        first = address & -PAGE
        length = (address + len(code) + CODE_ROOM - first + PAGE - 1) & -PAGE
        space.map(first, length, PROT_ALL, PRIVATE_ANONYMOUS)
        space.write(address, code)
        cpu = engine.Processor(space)
        cpu.halts = True
        cpu.mode = bits
        cpu.rip = address
        top = STACK_TOP if bits != 16 else 0xF000
        size = (stack_size + PAGE - 1) & -PAGE
        if size:
            space.map(top - size, size, 3, PRIVATE_ANONYMOUS, name=b"[stack]")
            cpu.rsp = top - 64
        return cls(Personality(space, cpu)).begin(record)

    @classmethod
    def boot(
        cls,
        image: str | bytes | os.PathLike[str],
        *,
        bios: str | os.PathLike[str] | None = None,
        option_roms: Sequence[str | os.PathLike[str]] = (),
        ram: int = 16 << 20,
        write: bool = False,
        record: bool = False,
    ) -> "Machine":
        """A PC that starts from a disk image, in 16-bit mode; `write` lets it change the image.

        `bios` is a ROM image to start instead of the built-in services; `option_roms` are more of them. `ram`
        is its memory in bytes: 2 MiB to 3 GiB, in whole pages.
        """
        from blinkenlights.pc.personality import boot

        machine: Machine = cls(boot(image, bios=bios, option_roms=option_roms, ram=ram, write=write))
        return machine.begin(record)

    def begin(self, record: bool) -> "Machine":
        """Record from now on, if asked to; the machine itself."""
        if record:
            from blinkenlights.debugger.history import History  # type: ignore[import-not-found, unused-ignore]

            self.history = History(self)
        return self

    def __enter__(self) -> "Machine":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the guest, as by SIGKILL, and free what it has; once more is no error."""
        if self.running:
            raise RuntimeError("the machine is running")
        if not self._closed:
            self._closed = True
            if self.history is not None:
                self.history.close()
            self._personality.close()

    def __del__(self) -> None:
        """A guest that nobody can run any more ends."""
        if not getattr(self, "_closed", True) and not self.running and _thread is not None:
            self.close()

    def __reduce__(self) -> str:
        """There is no copying: TypeError."""
        raise TypeError("a machine can't be copied or pickled: it has memory and threads of this process")

    # -- looking -------------------------------------------------------------------------------

    @property
    def personality(self) -> str:
        """ "linux", "pc" or "bare"."""
        return self._personality.name

    @property
    def world(self) -> Personality:
        """The personality itself."""
        return self._personality

    def between(self, world: Personality) -> None:
        """Have the machine run by `world`, which knows the personality."""
        self._between = world

    @property
    def cpu(self) -> engine.Processor:
        """The processor whose turn it is."""
        return self._personality.cpu

    def regs_of(self, cpu: engine.Processor) -> Registers:
        """Registers of a processor."""
        registers = self._registers.get(id(cpu))
        if registers is None or registers.processor is not cpu:
            registers = self._registers[id(cpu)] = Registers(cpu)
        return registers

    @property
    def regs(self) -> Registers:
        """Registers of the current thread."""
        return self.regs_of(self._personality.cpu)

    @property
    def maps(self) -> list[memories.Mapping]:
        """The guest's mappings, by address."""
        return memories.maps_of(self.space, self._personality.files)

    @property
    def threads(self) -> list[Thread]:
        """The guest's threads; none after its end."""
        return self._personality.threads()

    @property
    def thread(self) -> Thread:
        """The current thread. Set it to another one, or to its tid, to step that."""
        cpu = self._personality.cpu
        for thread in self.threads:
            if thread.cpu is cpu:
                return thread
        raise RuntimeError("there are no threads any more")

    @thread.setter
    def thread(self, value: Thread | int) -> None:
        if not isinstance(value, Thread | int):
            raise TypeError("a thread is one of `threads`, or its number")
        self._personality.choose(value if isinstance(value, int) else value.tid)

    @property
    def tick(self) -> int:
        """Instructions executed since the start, of all threads, also of those that have ended.

        With `jit` those translated don't count.
        """
        return self._between.tick

    @property
    def exited(self) -> int | None:
        """The exit status, minus the signal's number if one killed the program; None while it lives."""
        return self._between.exited

    @property
    def symbols(self) -> "Symbols":
        """Symbols of the program and its libraries."""
        if self._symbols is None:
            from blinkenlights.debugger.symbols import Symbols

            self._symbols = Symbols.of(self)
        return self._symbols

    def resolve(self, where: Where) -> int:
        """An address, as a number, "0x401000", "401000", "main" or "main+4". ValueError for what is none."""
        if isinstance(where, int):
            if not -WORD <= where <= WORD:
                raise ValueError(f"{where:#x} is no address")
            return where & WORD
        if not isinstance(where, str):
            raise TypeError(f"an address is a number or a symbol's name, not {where!r}")
        return self.symbols.resolve(where)

    def evaluate(self, expression: str) -> object:
        """A Python expression over registers, memory and symbols, as in conditions. ValueError."""
        if not isinstance(expression, str):
            raise TypeError("an expression is a text")
        return Condition(expression).value(self, {})

    @property
    def statistics(self) -> dict[str, int]:
        """Figures of the machine: bytes but for `ticks`, `fds` and `tables`."""
        areas = self.space.maps()
        found = {
            "ticks": self.tick,
            "virtual": sum(area.end - area.start for area in areas),
            "reserved": self.space.size,
            "committed": sum(mapping.committed_bytes for mapping in self.maps if mapping.committed_bytes > 0),
            "resident": resident(),
            "tables": self.space.tables,
            "present": self.space.present * PAGE,
            "freed": self.space.freed * PAGE,
        }
        found.update(self._personality.statistics())
        return found

    def path_at(self, address: int) -> tuple[int, int] | None:
        """With `jit`: addresses [start, end) of the translated path entered at `address`, or None."""
        if self.space.virtual:
            return None
        from blinkenlights.jit.run import path_at

        return path_at(self.space, address)

    # -- memory --------------------------------------------------------------------------------

    def map(self, address: int, size: int, prot: int = 3, name: str = "") -> None:
        """Map zeroed memory; `prot` as in mmap(2): read 1, write 2, execute 4. OSError where it can't be."""
        self.space.map(address, size, prot, PRIVATE_ANONYMOUS, name=os.fsencode(name))

    def unmap(self, address: int, size: int) -> None:
        """Unmap whole pages, as munmap(2) does. OSError where that can't be."""
        self.space.unmap(address, size)

    def _changing(self, address: int, size: int) -> None:
        if self.history is not None:
            self.history.changing(address, size)

    def watch_memory(self, on: bool) -> None:
        """Something watches memory, or ends that. With `jit`, the interpreter checks memory meanwhile."""
        self._watching += 1 if on else -1
        if self.space.virtual:
            return
        if self._watching == (1 if on else 0):
            for cpu in self._personality.cpus():
                cpu.check_memory(on)
            self.probes.forget_all()

    # -- running -------------------------------------------------------------------------------

    def stopped(self, kind: Stop, **details: Any) -> StopReason:
        """A reason, here and now."""
        return StopReason(kind, self.tick, self._personality.cpu.rip, **details)

    def run(
        self, until: Where | None = None, count: int | None = None, timeout: float | None = None
    ) -> StopReason:
        """Run until something stops it.

        `until` is an address or symbol, `count` a number of instructions (exact; with `jit`, the interpreter
        runs them), `timeout` seconds. ValueError for those that can't be.
        KeyboardInterrupt is raised with the registers as they are between two instructions. With several
        threads, all run, in turns.
        """
        if count is not None and (not isinstance(count, int) or count < 0):
            raise ValueError("a count is a number of instructions, and not negative")
        if timeout is not None and not timeout >= 0:
            raise ValueError("a timeout is seconds, and not negative")
        temporary = None
        if until is not None:
            temporary = self.probes.add_span(probes.SPAN_STOP, address := self.resolve(until), address)
        end = None if count is None else self.tick + count
        try:
            return self._drive(end, Stop.COUNT, timeout)
        finally:
            if temporary is not None:
                self.probes.remove(temporary)

    def step(self, n: int = 1) -> StopReason:
        """Execute `n` instructions of the current thread, or of whichever has the turn when it waits.

        A REP string instruction counts as one, when it has ended.
        """
        if not isinstance(n, int) or n < 0:
            raise ValueError("a number of steps isn't negative")
        return self._drive(self.tick + n, Stop.STEP, None)

    def step_over(self) -> StopReason:
        """Execute one instruction; of a call, all that it leads to, and of a repeated one all of it."""
        cpu = self._personality.cpu
        here = self._linear_ip(cpu)
        length = self._call_length(here)
        if not length:
            return self.step()
        return self._run_to((here + length) & WORD, cpu.rsp, Stop.STEP)

    def finish(self) -> StopReason:
        """Run until the current function has returned.

        Where it returns to is told by frames (`debugger.frames`); where they don't, steps are made, over
        calls, until a return has lifted the stack pointer.
        """
        cpu = self._personality.cpu
        frame = self._return_address()
        if frame is not None:
            address, sp = frame
            return self._run_to(address, sp, Stop.STEP)
        start = cpu.rsp
        while True:
            returning = self._is_return(self._linear_ip(cpu))
            reason = self.step_over()
            if reason.kind is not Stop.STEP or self._personality.cpu is not cpu:
                return reason
            if returning and cpu.rsp > start:
                return reason

    def _run_to(self, address: int, sp: int, kind: Stop) -> StopReason:
        """To `address` in this thread, with the stack no deeper than `sp`."""
        cpu = self._personality.cpu
        number = self.probes.add_span(probes.SPAN_STOP, address, address)
        try:
            while True:
                reason = self._drive(None, kind, None)
                if reason.kind is not Stop.BREAKPOINT or reason.breakpoint is not None:
                    return reason
                if self._personality.cpu is cpu and self._linear_ip(cpu) == address and cpu.rsp >= sp:
                    return self.stopped(kind)
        finally:
            self.probes.remove(number)

    def _return_address(self) -> tuple[int, int] | None:
        """Where the current function returns to, and the stack pointer then: by frames, if they tell."""
        if self.regs.bits != 64 or self.personality == "bare":
            return None
        from blinkenlights.debugger.frames import unwind

        frames = unwind(self.regs, self.memory.read, self.symbols, 2)  # type: ignore[arg-type]
        if len(frames) < 2 or not frames[0].cfa or frames[0].corrupt:
            return None
        return frames[1].pc, frames[0].cfa

    def _linear_ip(self, cpu: engine.Processor) -> int:
        """The next instruction's address in memory: outside 64-bit mode CS has a base."""
        regs = self.regs_of(cpu)
        return int(cpu.rip if regs.bits == 64 else regs.cs_base + cpu.rip)

    def _code(self, address: int) -> bytes:
        return self.memory.read(address, self.memory.readable(address, 15))

    def _call_length(self, address: int) -> int:
        """The length of a CALL or repeated string instruction at `address`; else 0."""
        found = decode_bytes(self._code(address), self.regs.bits)
        if found is None:
            return 0
        over = found.mnemonic in CALLS or (found.prefixes & REPEATED and found.mnemonic[:4] in STRINGS)
        return int(found.length) if over else 0

    def _is_return(self, address: int) -> bool:
        found = decode_bytes(self._code(address), self.regs.bits)
        return found is not None and found.mnemonic in RETURNS

    def interrupt(self) -> None:
        """Have `run` return Stop.INTERRUPT; from a hook, a signal handler or any thread."""
        self.wanted = True
        for cpu in self._personality.cpus():
            cpu.interrupt()
        thread = self._host_thread
        if thread and not self.space.virtual:  # linked translations look at nothing: a signal gets them out
            host.kick(thread)
        self._personality.interrupt()

    def _time_is_up(self) -> None:
        self._timed_out = True
        self.interrupt()

    def wanted_back(self) -> StopReason | None:
        """After interrupt() or a timeout, the reason."""
        if not self.wanted:
            return None
        self.wanted = False
        if self._timed_out:
            self._timed_out = False
            return self.stopped(Stop.TIMEOUT)
        return self.stopped(Stop.INTERRUPT)

    @contextmanager
    def _in_charge(self, timeout: float | None) -> Iterator[None]:
        """What holds while the guest runs."""
        import threading

        if self._closed:
            raise RuntimeError("the machine is closed")
        if self.running:
            raise RuntimeError("the machine is running")
        self._personality.check()
        self.running = True
        before = host.bound()
        self.wanted = self._timed_out = False
        self._host_thread = _thread.get_native_id()
        for cpu in self._personality.cpus():
            cpu.take_interrupt()
            cpu.pass_breakpoint()
        holding = _thread.get_ident() == threading.main_thread().ident and host.hold_interrupts()
        timer = None
        if timeout is not None:
            timer = threading.Timer(min(timeout, threading.TIMEOUT_MAX), self._time_is_up)
            timer.daemon = True
            timer.start()
        self._between.begin()
        try:
            yield
        finally:
            self._between.leave()
            host.bind_again(before)
            if timer is not None:
                timer.cancel()
            self.running = False
            self._host_thread = 0
            if holding:
                interrupted = host.interrupted()
                host.let_interrupts_go()
                if interrupted:
                    self._tell_python()

    def _tell_python(self) -> None:
        """Have Python's own handler for SIGINT called; KeyboardInterrupt is what it raises, usually."""
        import signal

        signal.raise_signal(signal.SIGINT)

    def _drive(self, end: int | None, at_end: Stop, timeout: float | None) -> StopReason:
        while True:
            with self._in_charge(timeout):
                reason = self._loop(end, at_end)
            if reason is not None:
                self.keep_stop(reason)
                return reason
            if self.wanted:  # Python's handler for SIGINT has called interrupt()
                reason = self.wanted_back()
                assert reason is not None
                return reason

    def keep_stop(self, reason: StopReason) -> None:
        """This is why it stands still now; watchpoints have been told of what has just been done."""
        self.last_stop = reason
        for point in self.watchpoints:
            point.fresh = False

    def _loop(self, end: int | None, at_end: Stop) -> StopReason | None:
        """The machine's loop; None when Python was interrupted."""
        world = self._between
        attention, stop_exit = engine.EXIT_ATTENTION, engine.EXIT_STOP
        while True:
            stop = world.turn()
            if stop is None and self._watched_calls:
                stop = self._after_calls()
            if stop is not None:
                return stop
            cpu = world.cpu
            if end is not None or world.quantum() is not None:
                left = MOST_STEPS if end is None else min(end - self.tick, MOST_STEPS)
                if left <= 0:
                    return self.stopped(at_end)
                quantum = world.quantum()
                cpu.limit = cpu.icount + (left if quantum is None else min(left, quantum))
            else:
                cpu.limit = None
            if self.probes.recording:
                self.probes.count_others(self.tick - cpu.icount)
            reason = cpu.run()
            cpu.settle()
            problem = self.probes.take_problem()
            if problem is not None:
                raise problem
            if reason == stop_exit:
                stop = self._at_probe(cpu)
            elif reason == attention:
                if cpu.take_interrupt() and host.interrupted():
                    return None
                stop = self.wanted_back() or world.attention()
            else:
                if (self._exception_hooks or self._interrupt_hooks) and self._hooked(cpu, reason):
                    continue
                if reason == engine.EXIT_SYSCALL and self.watchpoints:
                    self._before_call(cpu)
                stop = world.after(cpu, reason)
            if stop is not None:
                return stop
            if host.interrupted() and not self.wanted:
                return None
            # a system call that waits is ended by `turn`, so that registers are as before it
            if self.wanted and reason != attention and not self._personality.is_waiting(cpu):
                return self.wanted_back()

    def _at_probe(
        self, cpu: engine.Processor, watchpoints: list[Watchpoint] | None = None
    ) -> StopReason | None:
        """A breakpoint, one of the watchpoints (all, if not given) or a hook has stopped the processor."""
        if cpu.stopped_by == probes.STOP_BREAKPOINT:
            return self._at_breakpoint(cpu)
        if cpu.stopped_by == probes.STOP_WATCHPOINT:
            _number, kind, address, size, old, rip = cpu.access
            new = old if kind == probes.READING else probes.bytes_of(self.probes, address, len(old))
            access = Access(
                "write" if kind == probes.WRITING else "read", address, size,
                int.from_bytes(old, "little"), int.from_bytes(new, "little"), rip,
            )  # fmt: skip
            return self._at_watchpoint(access, watchpoints)
        return None

    def _at_breakpoint(self, cpu: engine.Processor) -> StopReason | None:
        here = self._linear_ip(cpu)
        ours = [point for point in self.breakpoints if point.address == here and point.enabled]
        found = None
        for point in ours:
            if point.holds():
                point.hits += 1
                found = found or point
        if found is not None:
            if found.temporary:
                found.remove()
            return self.stopped(Stop.BREAKPOINT, breakpoint=found)
        if self.probes.stops_at(here) > len(ours):  # run(until=) and the like
            return self.stopped(Stop.BREAKPOINT)
        return None

    def _at_watchpoint(
        self, access: Access, watchpoints: list[Watchpoint] | None = None
    ) -> StopReason | None:
        for point in list(self.watchpoints if watchpoints is None else watchpoints):
            if not point.enabled or access.kind[0] not in point.access:
                continue
            if access.address + access.size <= point.address or point.address + point.size <= access.address:
                continue
            if point.holds(old=access.old, new=access.new, access=access):
                point.hits += 1
                return self.stopped(Stop.WATCHPOINT, watchpoint=point, access=access)
        return None

    def _before_call(self, cpu: engine.Processor) -> None:
        """Remember what watched memory holds, before a system call that may write there."""
        held = []
        for point in self.watchpoints:
            if point.enabled and "w" in point.access:
                n = self.memory.readable(point.address, point.size)
                held.append((point, self.memory.read(point.address, n)))
        if held:
            self._watched_calls.append((cpu, self._personality.call_name(cpu), held))

    def _after_calls(self) -> StopReason | None:
        """See what system calls that have ended since have written to watched memory."""
        for entry in list(self._watched_calls):
            cpu, name, held = entry
            if self._personality.is_waiting(cpu):
                continue
            self._watched_calls.remove(entry)
            for point, old in held:
                if self.memory.readable(point.address, point.size) < len(old):
                    continue
                new = self.memory.read(point.address, len(old))
                if new == old:
                    continue
                access = Access(
                    "write", point.address, point.size, int.from_bytes(old, "little"),
                    int.from_bytes(new, "little"), cpu.rip, name,
                )  # fmt: skip
                stop = self._at_watchpoint(access)
                if stop is not None:
                    return stop
        return None

    # -- hooks ---------------------------------------------------------------------------------

    def in_hook(self, function: Callable[..., Any], *arguments: object) -> Any:
        """Call a user's function while the guest stands still."""
        with host_hook():
            return function(*arguments)

    def add_breakpoint(
        self, where: Where, condition: str | Callable[[], bool] | None = None, temporary: bool = False
    ) -> Breakpoint:
        """Stop before the instruction at an address or symbol, when the condition holds.

        A condition is a Python expression over registers, memory, `tick` and symbols (docs/debugging.md), or
        a function without arguments. What it raises comes out of `run`. ValueError for an unknown symbol, or
        an expression that is none. `temporary`: it goes away when it stops the machine.
        """
        point = Breakpoint(self, self.resolve(where), condition, temporary)
        self.breakpoints.append(point)
        return point

    def add_watchpoint(
        self,
        where: Where,
        size: int = 8,
        access: str = "w",
        condition: str | Callable[[], bool] | None = None,
    ) -> Watchpoint:
        """Stop after an instruction, or a system call, that accesses some of `size` bytes.

        `access` is "r", "w" or "rw"; every write stops, also of the same value (a system call's only if the
        value changes). Conditions know `old`, `new` and `access` besides. ValueError for a range or an access
        that can't be.
        """
        point = Watchpoint(self, self.resolve(where), size, access, condition)
        self.watchpoints.append(point)
        return point

    def hook_code(
        self, function: Callable[[int, int], object], start: Where = 0, end: Where | None = None
    ) -> Hook:
        """Call function(address, size) before each instruction in [start, end), or of all code.

        `size` is the instruction's, in bytes. What the function raises comes out of `run`; it may be called
        again then. It may not run or close the machine (RuntimeError), but may change it and remove itself.
        """
        last = None if end is None else self.resolve(end)
        return hooking.span(self, probes.SPAN_CODE, function, self.resolve(start), last)

    def hook_block(
        self, function: Callable[[int, int], object], start: Where = 0, end: Where | None = None
    ) -> Hook:
        """Call function(address, size) before each block that begins in [start, end).

        A block is code that is entered at its start only and left at its end only; one that is entered in
        its middle is another block. They have at most 64 instructions.
        """
        last = None if end is None else self.resolve(end)
        return hooking.span(self, probes.SPAN_BLOCK, function, self.resolve(start), last)

    def hook_memory(
        self,
        function: Callable[[str, int, int, int], object],
        access: str = "rw",
        start: Where = 0,
        end: Where | None = None,
    ) -> Hook:
        """Call function("read" or "write", address, size, value) after each access to [start, end).

        The instruction has ended by then: `value` is what it has read or written, the first eight bytes. One
        that reads and writes the same operand makes two accesses; with LOCK it is one, a write.
        """
        last = None if end is None else self.resolve(end)
        return hooking.watch(self, function, access, self.resolve(start), last)

    def hook_syscall(
        self,
        name: str | None = None,
        enter: Callable[[SystemCall], int | None] | None = None,
        exit: Callable[[SystemCall], int | None] | None = None,
    ) -> Hook:
        """Call enter(call) before and exit(call) after system calls of this name; of any, without one.

        `call.arguments` may be changed on entry. A number that `enter` returns is the result, and the call
        isn't made; one that `exit` returns replaces the result. Errors are -errno. ValueError for a name that
        `tables.syscalls` doesn't have, and for machines that aren't Linux programs.
        """
        from blinkenlights.api.linux import Linux

        if not isinstance(self._personality, Linux):
            raise ValueError("only Linux programs make system calls")
        if self._calls is None:
            self._calls = hooking.CallHooks(self)
            self._personality.guest.watcher = proxy(self._calls)  # host threads keep no hooks
        return self._calls.add(name, enter, exit)

    def hook_interrupt(self, function: Callable[[int], object]) -> Hook:
        """Call function(vector) at INT n, INT3 and INTO; if it returns True, nothing else comes of it."""
        hooking.check(function)
        self._interrupt_hooks.append(function)
        return Hook(lambda: self._interrupt_hooks.remove(function))

    def hook_exception(self, function: Callable[[int, int, int], object]) -> Hook:
        """Call function(vector, error_code, fault_address) at CPU exceptions; fault_address is 0 but for #PF.

        If it returns True, the program goes on at RIP: at the same instruction, unless the hook moved it.
        """
        hooking.check(function)
        self._exception_hooks.append(function)
        return Hook(lambda: self._exception_hooks.remove(function))

    def _hooked(self, cpu: engine.Processor, reason: int) -> bool:
        """Call what is there for an exception or interrupt; True when one has dealt with it."""
        if reason == engine.EXIT_INTERRUPT or (reason == engine.EXIT_EXCEPTION and cpu.vector == 3):
            answers = [self.in_hook(function, cpu.vector) for function in list(self._interrupt_hooks)]
            return True in answers
        if reason != engine.EXIT_EXCEPTION:
            return False
        fault = cpu.fault_address if cpu.vector == 14 else 0
        answers = [
            self.in_hook(function, cpu.vector, cpu.error_code, fault)
            for function in list(self._exception_hooks)
        ]
        return True in answers

    def events(
        self,
        kinds: str = "code",
        capacity: int = 1 << 16,
        *,
        start: Where = 0,
        end: Where | None = None,
        on_full: Callable[[memoryview], object] | None = None,
    ) -> Events:
        """Record events of these kinds, of "code block read write", in [start, end).

        The buffer has room for `capacity` records of 40 bytes (`api.events.DTYPE`). When it is full,
        `on_full` is called with all of them and it starts anew; without it the oldest are overwritten.
        ValueError for kinds, capacities and ranges that can't be.
        """
        last = None if end is None else self.resolve(end)
        return Events(self, kinds, capacity, self.resolve(start), last, on_full)

    # -- going back ----------------------------------------------------------------------------

    def _past(self) -> TimeTravel:
        if self.history is None:
            raise RuntimeError("to go back, the machine must be made with record=True")
        if self.running:
            raise RuntimeError("the machine is running")
        return self.history

    def reverse_step(self, n: int = 1) -> StopReason:
        """Undo `n` instructions; Stop.START where there are no more. RuntimeError if it isn't recorded."""
        return self._past().reverse_step(n)

    def reverse_continue(self) -> StopReason:
        """Back to the last stop before this one: a breakpoint, a watchpoint, or the beginning.

        A watchpoint stops behind the instruction that made the access; where the machine stands there
        already, without having been told of it, it stays at its tick.
        """
        return self._past().reverse_continue()

    def reverse_over(self) -> StopReason:
        """Undo one instruction; of a return, all that the call led to."""
        return self._past().reverse_over()

    def reverse_finish(self) -> StopReason:
        """Back to the call of the current function."""
        return self._past().reverse_finish()

    def seek(self, tick: int) -> StopReason:
        """To the moment when `tick` instructions had been executed, of all threads.

        Before the beginning it is that (Stop.START), after the end of what is recorded that (Stop.END). An
        exception's signal is delivered at the tick of its instruction, which hasn't been executed; this goes
        to the moment before.
        """
        return self._past().seek(tick)

    def last_write(self, where: Where, size: int = 8) -> int | None:
        """The tick at which some of these bytes were written last, before now; None if never.

        `where` is an address or symbol. The machine stays where it is.
        """
        past, address = self._past(), self.resolve(where)
        if size < 1 or address + size > 1 << 64:
            raise ValueError("the range is empty, or no range of addresses")
        return past.last_write(address, size)

    def last_change(self, register: str) -> int | None:
        """The tick at which the register got the value it has; None if it had it from the start.

        KeyError for a name that no register has. The machine stays where it is.
        """
        return self._past().last_change(register)

    def send_signal(self, signo: int) -> None:
        """Queue a signal, 1 to 64, for the guest, as kill(2) from outside does. ValueError for others."""
        from blinkenlights.api.linux import Linux

        if not isinstance(self._personality, Linux):
            raise ValueError("only Linux programs get signals")
        if not 1 <= signo <= 64:
            raise ValueError("a signal is 1 to 64")
        self._personality.post(signo)

    def __repr__(self) -> str:
        return f"<Machine {self.personality} at {self.cpu.rip:#x} tick={self.tick}>"


@contextmanager
def host_hook() -> Iterator[None]:
    """SIGINT is for Python while a user's function runs."""
    host.enter_hook()
    try:
        yield
    finally:
        host.leave_hook()


def fd_of(given: "int | HasFileno | None", default: int) -> int:
    if given is None:
        return default
    return given if isinstance(given, int) else given.fileno()


def environment(given: Mapping[str, str] | Mapping[bytes, bytes] | Sequence[bytes] | None) -> list[bytes]:
    """`NAME=value` byte strings."""
    if given is None:
        given = os.environb
    if isinstance(given, Mapping):
        return [os.fsencode(name) + b"=" + os.fsencode(value) for name, value in given.items()]
    return list(given)


def resident() -> int:
    """Bytes of this Python process in memory."""
    with open("/proc/self/statm", "rb", buffering=0) as file:  # noqa: PTH123
        return int(file.read().split()[1]) * PAGE
