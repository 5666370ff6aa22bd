"""The frames of a stack: who called whom.

    for frame in unwind(m.regs, read, m.symbols):
        print(f"{frame.fp:012x} {frame.pc:012x} {frame.name} {frame.size} bytes {frame.note}")

`unwind` goes by call frame information where a file has some, and by its knowledge of prologues and
the chain of frame pointers elsewhere. `chain` follows frame pointers alone, as the hardware sees it.
Neither raises: what can't be followed ends the list, with a warning if it should not have ended.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Protocol

from blinkenlights.debugger import prologues
from blinkenlights.debugger.cfi import CALLEE_SAVED, REGISTERS, frame_table
from blinkenlights.debugger.dwarf import BadDwarf
from blinkenlights.debugger.symbols import Location, Symbols

if TYPE_CHECKING:
    from blinkenlights.machine import Machine

PROT_EXEC = 4
CORRUPT = "CORRUPT FRAME POINTER"
STRAY = "STRAY"  # not on the stack
MISALIGNED = "MISALIGN"
MOST_FRAMES = 64
FARTHEST = 64 << 20  # bytes between two frames of one stack
SCANNED = 64  # words searched for a return address where nothing else is known
SIGRETURN = bytes.fromhex("48c7c00f0000000f05")  # mov $15,%rax; syscall
SIGRETURN_SHORT = bytes.fromhex("b80f0000000f05")
UCONTEXT_GREGS = 40  # in struct ucontext, which rsp points to as the restorer runs
GREGS = ("r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "rdi", "rsi", "rbp", "rbx", "rdx", "rax",
         "rcx", "rsp", "rip")  # fmt: skip
ENDBR64 = b"\xf3\x0f\x1e\xfa"
PUSH_RBP = b"\x55"
MOV_RSP_RBP = (b"\x48\x89\xe5", b"\x48\x8b\xec")
RETURNS = (b"\xc3", b"\xc2", b"\xf3\xc3", b"\xf2\xc3")

Read = Callable[[int, int], bytes]


class Registers(Protocol):
    """Registers by name, as `Machine.regs` gives them."""

    def __getitem__(self, name: str, /) -> Any: ...


@dataclass(slots=True)
class Frame:
    """One function's activation, the innermost being number 0."""

    level: int
    pc: int  # the next instruction to execute in it, linear
    sp: int  # the stack pointer in it
    fp: int  # the frame pointer register in it, whatever the function uses it for
    cfa: int  # what the stack pointer is after its return; 0 when unknown
    location: Location | None
    how: str  # what it was found by: registers, cfi, code, prologue, rbp, signal or scan
    interrupted: bool  # it was stopped by a signal, or is the innermost: `pc` is exact
    size: int = 0  # bytes from its caller's frame to its own, as the frame pointers say
    warnings: tuple[str, ...] = ()
    registers: dict[str, int] = field(default_factory=dict)  # those known in it, by name

    @property
    def name(self) -> str:
        """`main+0xe`, or the address."""
        return str(self.location) if self.location is not None else f"{self.pc:#x}"

    @property
    def call_address(self) -> int:
        """An address in the call that is being made from here, for source lines."""
        return self.pc if self.interrupted else self.pc - 1

    @property
    def note(self) -> str:
        """The warnings, as text."""
        return " ".join(w if w == CORRUPT else f"[{w}]" for w in self.warnings)

    @property
    def corrupt(self) -> bool:
        return CORRUPT in self.warnings


class Unreadable(LookupError):
    """There is no memory there."""


def _word_reader(read: Read) -> Callable[[int, int], int]:
    def word(address: int, size: int = 8) -> int:
        data = read(address, size)
        if len(data) != size:
            raise Unreadable(f"{address:#x}")
        return int.from_bytes(data, "little")

    return word


def _is_on_stack(address: int, stack: tuple[int, int] | None) -> bool:
    return stack is None or stack[0] <= address < stack[1]


# ---- by frame pointers ----


def chain(
    registers: Registers,
    read: Read,
    symbols: Symbols,
    limit: int = MOST_FRAMES,
    bits: int = 64,
    code_base: int = 0,
    stack_base: int = 0,
    stack: tuple[int, int] | None = None,
) -> list[Frame]:
    """Frames by the chain of frame pointers, in code of 16, 32 or 64 bits.

    `stack` is the range of addresses that the stack is in, if known. A function that has not set up
    its frame yet, or never does, hides its caller.
    """
    width = bits // 8
    prefix = {16: "", 32: "e", 64: "r"}[bits]
    word = _word_reader(read)
    pc, fp, sp = (registers[prefix + name] for name in ("ip", "bp", "sp"))
    frames: list[Frame] = []
    previous = stack_base + sp
    while len(frames) < limit:
        place = stack_base + fp
        frame = Frame(len(frames), code_base + pc, sp, fp, 0, symbols.lookup(code_base + pc),
                      "rbp" if frames else "registers", not frames)  # fmt: skip
        frames.append(frame)
        if not fp:
            break
        if frames[:-1] and place > previous:
            frame.size = place - previous
        notes = []
        if not _is_on_stack(place, stack):
            notes.append(STRAY)
        if fp & (width - 1):
            notes.append(MISALIGNED)
        try:
            following, pc = word(place, width), word(place + width, width)
        except Unreadable:
            frame.warnings = (*notes, CORRUPT)
            break
        if place < previous or place - previous > FARTHEST:
            frame.warnings = (*notes, CORRUPT)
            break
        frame.warnings = tuple(notes)
        frame.cfa = place + 2 * width
        sp = fp + 2 * width
        if not pc:
            break
        previous, fp = place, following
    return frames


# ---- by everything that is known ----


def unwind(
    registers: Registers,
    read: Read,
    symbols: Symbols,
    limit: int = MOST_FRAMES,
    is_code: Callable[[int], bool] | None = None,
) -> list[Frame]:
    """Frames of 64-bit code: right in prologues, leaf functions and signal handlers as well.

    `is_code` tells whether an address is in executable memory; without it what is mapped from a file, and
    labelled, is taken to be.
    """
    return Unwinder(read, symbols, is_code).frames({name: registers[name] for name in REGISTERS}, limit)


class Unwinder:
    """Finds callers, one after the other."""

    def __init__(self, read: Read, symbols: Symbols, is_code: Callable[[int], bool] | None = None) -> None:
        self.read = read
        self.word = _word_reader(read)
        self.symbols = symbols
        self.is_code = is_code or self._is_known_code

    def frames(self, registers: dict[str, int], limit: int = MOST_FRAMES) -> list[Frame]:
        frames = [self._frame(0, registers, "registers", True)]
        while len(frames) < limit:
            frame = frames[-1]
            caller = self._caller(frame)
            if caller is None:
                break
            known, cfa, how, interrupted = caller
            frame.cfa = cfa
            if not known.get("rip"):
                break
            if cfa <= frame.sp and how not in ("signal",) and not interrupted:
                frame.warnings = (CORRUPT,)
                break
            frames.append(self._frame(len(frames), known, how, interrupted))
        for inner, outer in pairwise(frames):
            outer.size = max(0, outer.cfa - inner.cfa) if outer.cfa else 0
        return frames

    def _frame(self, level: int, known: dict[str, int], how: str, interrupted: bool) -> Frame:
        pc = known["rip"]
        where = self.symbols.lookup(pc if interrupted else pc - 1)
        if where is not None and not interrupted:  # a call may be a function's last instruction
            where = Location(where.symbol, pc - where.symbol.address)
        return Frame(level, pc, known.get("rsp", 0), known.get("rbp", 0), 0, where, how, interrupted,
                     registers=known)  # fmt: skip

    def _caller(self, frame: Frame) -> tuple[dict[str, int], int, str, bool] | None:
        """The caller's registers, this frame's CFA, how it was found, whether it was interrupted."""
        try:
            return (self._by_cfi(frame) or self._by_signal_frame(frame) or self._by_code(frame)
                    or self._by_prologue(frame) or self._by_frame_pointer(frame))  # fmt: skip
        except EndOfStack:
            return None
        except Unreadable:
            frame.warnings = (CORRUPT,)
            return None

    def _by_cfi(self, frame: Frame) -> tuple[dict[str, int], int, str, bool] | None:
        address = frame.call_address
        module = self.symbols.module_at(address)
        if module is None or module.bits != 64:
            return None
        table = frame_table(module.file, module.table.debug_path)
        try:
            caller = table.caller(address - module.bias, frame.registers, self.word)
        except BadDwarf:
            return None
        if caller is None:
            return None
        if not caller.known_return:
            raise EndOfStack
        return caller.registers, caller.cfa, "signal" if caller.signal else "cfi", caller.signal

    def _by_signal_frame(self, frame: Frame) -> tuple[dict[str, int], int, str, bool] | None:
        """The restorer that a signal handler returns to: rt_sigframe is at the stack pointer then."""
        code = self.read(frame.pc, len(SIGRETURN))
        if not code.startswith((SIGRETURN, SIGRETURN_SHORT)):
            return None
        place = frame.sp + UCONTEXT_GREGS
        known = {name: self.word(place + 8 * i, 8) for i, name in enumerate(GREGS)}
        return known, frame.sp, "signal", True

    def _by_code(self, frame: Frame) -> tuple[dict[str, int], int, str, bool] | None:
        """By what the function has pushed since its start, if that leads to a call's return address."""
        where = frame.location
        if where is None or where.symbol.kind != "function" or not 0 <= where.offset < prologues.LONGEST:
            return None
        start = where.symbol.address
        layout = prologues.layout_at(self.read(start, where.offset), start, frame.pc)
        if layout is None:
            return None
        place = frame.sp + layout.depth
        address = self.word(place, 8)
        if not self.is_code(address) or not self._follows_call(address):
            return None
        known = self._kept(frame)
        known["rip"], known["rsp"] = address, place + 8
        for name, below in layout.saved.items():
            known[name] = self.word(place - below, 8)
        return known, place + 8, "code", False

    def _by_prologue(self, frame: Frame) -> tuple[dict[str, int], int, str, bool] | None:
        """The caller, where no frame has been set up yet, or it is gone again."""
        if not frame.interrupted:
            return None
        at = self._return_place(frame)
        if at is None:
            return None
        address = self.word(at, 8)
        if not self.is_code(address):
            return None
        known = self._kept(frame)
        known["rip"], known["rsp"] = address, at + 8
        if at == frame.sp + 8:
            known["rbp"] = self.word(frame.sp, 8)
        return known, at + 8, "prologue", False

    def _return_place(self, frame: Frame) -> int | None:
        """Where the return address is, if the instruction at hand tells."""
        pc, sp = frame.pc, frame.sp
        code = self.read(pc, 8)
        if code.startswith(RETURNS):
            return sp
        where = frame.location
        if where is not None and where.offset == 0 and where.symbol.kind == "function":
            return sp
        if code.startswith(ENDBR64) or code[:4].startswith(tuple(PUSH_RBP + mov for mov in MOV_RSP_RBP)):
            return sp
        if code.startswith(MOV_RSP_RBP) and self.read(pc - 1, 1) == PUSH_RBP:
            return sp + 8
        return None

    def _by_frame_pointer(self, frame: Frame) -> tuple[dict[str, int], int, str, bool] | None:
        fp = frame.registers.get("rbp", 0)
        if not fp:
            return self._by_scan(frame)
        usable = frame.sp <= fp < frame.sp + FARTHEST and not fp & 7
        data = self.read(fp, 16) if usable else b""
        if len(data) == 16:
            address = int.from_bytes(data[8:], "little")
            if not address:
                raise EndOfStack
            if self.is_code(address):
                known = self._kept(frame)
                known["rip"], known["rsp"] = address, fp + 16
                known["rbp"] = int.from_bytes(data[:8], "little")
                return known, fp + 16, "rbp", False
        found = self._by_scan(frame)
        if found is None:
            frame.warnings = (CORRUPT,)
        return found

    def _by_scan(self, frame: Frame) -> tuple[dict[str, int], int, str, bool] | None:
        """The first word on the stack that is an address after a call: for the innermost frame only."""
        if frame.level:
            return None
        data = self.read(frame.sp, 8 * SCANNED)
        for at in range(0, len(data) - 7, 8):
            address = int.from_bytes(data[at : at + 8], "little")
            if self.is_code(address) and self._follows_call(address):
                known = self._kept(frame)
                place = frame.sp + at
                known["rip"], known["rsp"] = address, place + 8
                return known, place + 8, "scan", False
        return None

    def _follows_call(self, address: int) -> bool:
        """Whether the bytes before an address can be a call: direct, or indirect in any length."""
        data = self.read(address - 7, 7) or self.read(address - 5, 5).rjust(7, b"\0")
        if len(data) < 7:
            return False
        indirect = (data[-n] == 0xFF and data[1 - n] & 0x38 == 0x10 for n in (2, 3, 4, 6, 7))
        return data[2] == 0xE8 or any(indirect)

    @staticmethod
    def _kept(frame: Frame) -> dict[str, int]:
        return {name: frame.registers[name] for name in CALLEE_SAVED if name in frame.registers}

    def _is_known_code(self, address: int) -> bool:
        return self.symbols.lookup(address) is not None or self.symbols.module_at(address) is not None


class EndOfStack(Exception):
    """The outermost frame is reached."""


# ---- of a machine ----


def frames_of(machine: "Machine", limit: int = MOST_FRAMES) -> list[Frame]:
    """The current thread's frames."""
    regs = machine.regs
    read = reader_of(machine)
    if regs.bits != 64:
        code, stack = int(regs["cs_base"]), int(regs["ss_base"])
        return chain(regs, read, machine.symbols, limit, regs.bits, code, stack)
    executable = [(m.start, m.end) for m in machine.maps if m.prot & PROT_EXEC]
    return unwind(regs, read, machine.symbols, limit,
                  lambda address: any(start <= address < end for start, end in executable))  # fmt: skip


def reader_of(machine: "Machine") -> Read:
    """Reads a machine's memory up to where it ends."""
    memory = machine.memory

    def read(address: int, count: int) -> bytes:
        if address < 0 or count <= 0:
            return b""
        return memory.read(address, memory.readable(address, count))

    return read


def describe(frames: Iterable[Frame]) -> list[str]:
    """Lines as the debugger's panel has them."""
    return [f"{f.fp:012x} {f.pc:012x} {f.name} {f.size} bytes {f.note}".rstrip() for f in frames]
