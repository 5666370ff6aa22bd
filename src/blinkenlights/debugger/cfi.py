"""Call frame information: how to find a function's caller from any of its instructions.

DWARF 5 standard, 6.4 "Call Frame Information"; Linux Standard Base, Core, 10.6 "Exception Frames".
The entries of a file are indexed at once (a C library's 8,000 in 30 ms) and decoded when asked.
"""

import os
from bisect import bisect_right
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple

from blinkenlights.debugger.dwarf import MASK, BadDwarf, Reader, evaluate
from blinkenlights.debugger.elffile import Elf, NotElf

RBP, RSP, RETURN = 6, 7, 16
# DWARF's numbers for x86-64 (AMD64 ABI supplement, figure 3.36)
REGISTERS = ("rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp",
             "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "rip")  # fmt: skip
CALLEE_SAVED = ("rbx", "rbp", "r12", "r13", "r14", "r15")

Rule = tuple[str, int, bytes]  # kind, number, expression
Word = Callable[[int, int], int]  # (address, bytes) -> number; raises LookupError where it can't


class Cie(NamedTuple):
    """What several functions have in common."""

    code_align: int
    data_align: int
    return_register: int
    encoding: int
    augmented: bool
    signal: bool
    start: int  # its instructions in the section
    end: int


class Fde(NamedTuple):
    """A function's entry."""

    first: int  # address in the file's numbering
    last: int  # the first one after
    start: int
    end: int
    cie: Cie


class Row(NamedTuple):
    """The rules at one instruction."""

    cfa: Rule
    registers: dict[int, Rule]


class Caller(NamedTuple):
    """A function's caller, as far as known."""

    registers: dict[str, int]
    cfa: int
    known_return: bool  # false: the information says that there is no caller
    signal: bool  # the frame is a signal's, so the caller was interrupted, and made no call


class FrameSection:
    """.eh_frame or .debug_frame of one file."""

    def __init__(self, data: bytes, address: int, eh: bool) -> None:
        self.data = data
        self.address = address
        self.eh = eh
        self._cies: dict[int, Cie] = {}
        self.entries = self._index()
        self._starts = [entry.first for entry in self.entries]

    def find(self, address: int) -> Fde | None:
        i = bisect_right(self._starts, address) - 1
        return self.entries[i] if i >= 0 and address < self.entries[i].last else None

    def _index(self) -> list[Fde]:
        entries: list[Fde] = []
        at = 0
        size = len(self.data)
        while at + 4 <= size:
            length = int.from_bytes(self.data[at : at + 4], "little")
            at += 4
            wide = length == 0xFFFFFFFF
            if wide:
                length = int.from_bytes(self.data[at : at + 8], "little")
                at += 8
            end = at + length
            if length and end <= size:
                with suppress(BadDwarf):
                    self._entry(at, end, 8 if wide and not self.eh else 4, entries)
            elif length:
                break
            at = end
        entries.sort(key=lambda entry: entry.first)
        return entries

    def _entry(self, at: int, end: int, width: int, entries: list[Fde]) -> None:
        identity = int.from_bytes(self.data[at : at + width], "little")
        if self.eh:
            if not identity:
                return
            place = at - identity
        else:
            if identity == (1 << (8 * width)) - 1:
                return
            place = identity
        cie = self._cie(place)
        r = Reader(self.data, at + width, end, self.address)
        first = r.pointer(cie.encoding)
        last = first + r.pointer(cie.encoding & 0x0F)
        if cie.augmented:
            r.take(r.uleb())
        if first:
            entries.append(Fde(first, last, r.at, end, cie))

    def _cie(self, place: int) -> Cie:
        """The common entry whose length field (.debug_frame) or itself (.eh_frame) is at `place`."""
        cie = self._cies.get(place)
        if cie is None:
            cie = self._cies[place] = self._read_cie(place)
        return cie

    def _read_cie(self, place: int) -> Cie:
        r = Reader(self.data, max(0, place), None, self.address)
        length = r.fixed(4)
        wide = length == 0xFFFFFFFF
        if wide:
            length = r.fixed(8)
        end = r.end = r.at + length
        r.fixed(8 if wide and not self.eh else 4)
        version = r.fixed(1)
        augmentation = r.cstring()
        if version >= 4:
            r.fixed(2)  # sizes of an address and of a segment selector
        code_align = r.uleb()
        data_align = r.sleb()
        return_register = r.fixed(1) if version == 1 else r.uleb()
        encoding, signal = 0, False
        augmented = augmentation.startswith(b"z")
        if augmented:
            stop = r.uleb() + r.at
            for letter in augmentation[1:]:
                if letter == ord("R"):
                    encoding = r.fixed(1)
                elif letter == ord("P"):
                    r.pointer(r.fixed(1))
                elif letter == ord("L"):
                    r.fixed(1)
                elif letter == ord("S"):
                    signal = True
                else:
                    break
            r.at = stop
        elif augmentation:
            raise BadDwarf("augmentation")
        return Cie(code_align, data_align, return_register, encoding, augmented, signal, r.at, end)

    def row(self, fde: Fde, address: int) -> Row:
        """The rules at an address of a function."""
        machine = Rules(fde.cie)
        machine.run(Reader(self.data, fde.cie.start, fde.cie.end, self.address), None)
        machine.initial = dict(machine.registers)
        machine.location = fde.first
        machine.run(Reader(self.data, fde.start, fde.end, self.address), address)
        return Row(machine.cfa, machine.registers)


class Rules:
    """Executes the instructions that make the rows of a function's table."""

    def __init__(self, cie: Cie) -> None:
        self.cie = cie
        self.location = 0
        self.cfa: Rule = ("", 0, b"")
        self.registers: dict[int, Rule] = {}
        self.initial: dict[int, Rule] = {}
        self.stack: list[tuple[Rule, dict[int, Rule]]] = []

    def run(self, r: Reader, stop: int | None) -> None:
        """Execute up to the row that `stop` is in."""
        align = self.cie.data_align
        while r.more():
            op = r.fixed(1)
            low = op & 63
            if op >> 6 == 1:  # DW_CFA_advance_loc
                if self._advance(low * self.cie.code_align, stop):
                    return
            elif op >> 6 == 2:  # DW_CFA_offset
                self.registers[low] = ("offset", r.uleb() * align, b"")
            elif op >> 6 == 3:  # DW_CFA_restore
                self._restore(low)
            elif op in (2, 3, 4):  # DW_CFA_advance_loc1, 2, 4
                if self._advance(r.fixed(1 << (op - 2)) * self.cie.code_align, stop):
                    return
            elif op == 1:  # DW_CFA_set_loc
                if self._advance(r.pointer(self.cie.encoding) - self.location, stop):
                    return
            else:
                self._other(op, r, align)

    def _advance(self, distance: int, stop: int | None) -> bool:
        if stop is not None and self.location + distance > stop:
            return True
        self.location += distance
        return False

    def _restore(self, register: int) -> None:
        if register in self.initial:
            self.registers[register] = self.initial[register]
        else:
            self.registers.pop(register, None)

    def _other(self, op: int, r: Reader, align: int) -> None:
        kind, number, _ = self.cfa
        match op:
            case 0x00:  # DW_CFA_nop
                pass
            case 0x05:  # DW_CFA_offset_extended
                register = r.uleb()
                self.registers[register] = ("offset", r.uleb() * align, b"")
            case 0x06:  # DW_CFA_restore_extended
                self._restore(r.uleb())
            case 0x07:  # DW_CFA_undefined
                self.registers[r.uleb()] = ("undefined", 0, b"")
            case 0x08:  # DW_CFA_same_value
                self.registers[r.uleb()] = ("same", 0, b"")
            case 0x09:  # DW_CFA_register
                register = r.uleb()
                self.registers[register] = ("register", r.uleb(), b"")
            case 0x0A:  # DW_CFA_remember_state
                self.stack.append((self.cfa, dict(self.registers)))
            case 0x0B:  # DW_CFA_restore_state
                if not self.stack:
                    raise BadDwarf("no state remembered")
                self.cfa, self.registers = self.stack.pop()
            case 0x0C:  # DW_CFA_def_cfa
                register = r.uleb()
                self.cfa = (str(register), r.uleb(), b"")
            case 0x0D:  # DW_CFA_def_cfa_register
                self.cfa = (str(r.uleb()), number, b"")
            case 0x0E:  # DW_CFA_def_cfa_offset
                self.cfa = (kind, r.uleb(), b"")
            case 0x0F:  # DW_CFA_def_cfa_expression
                self.cfa = ("expression", 0, r.take(r.uleb()))
            case 0x10 | 0x16:  # DW_CFA_expression, val_expression
                register = r.uleb()
                self.registers[register] = ("at" if op == 0x10 else "value", 0, r.take(r.uleb()))
            case 0x11:  # DW_CFA_offset_extended_sf
                register = r.uleb()
                self.registers[register] = ("offset", r.sleb() * align, b"")
            case 0x12:  # DW_CFA_def_cfa_sf
                register = r.uleb()
                self.cfa = (str(register), r.sleb() * align, b"")
            case 0x13:  # DW_CFA_def_cfa_offset_sf
                self.cfa = (kind, r.sleb() * align, b"")
            case 0x14:  # DW_CFA_val_offset
                register = r.uleb()
                self.registers[register] = ("plus", r.uleb() * align, b"")
            case 0x15:  # DW_CFA_val_offset_sf
                register = r.uleb()
                self.registers[register] = ("plus", r.sleb() * align, b"")
            case 0x2E:  # DW_CFA_GNU_args_size
                r.uleb()
            case _:
                raise BadDwarf(f"call frame instruction {op:#x}")


class FrameTable:
    """All call frame information of a file."""

    def __init__(self, sections: list[FrameSection]) -> None:
        self.sections = sections

    def caller(self, address: int, registers: dict[str, int], word: Word) -> Caller | None:
        """The caller's registers; None when nothing is known of this address (in the file's numbering).

        Raises BadDwarf, and LookupError where memory can't be read.
        """
        for section in self.sections:
            fde = section.find(address)
            if fde is not None:
                return apply(section.row(fde, address), fde.cie, registers, word)
        return None


def apply(row: Row, cie: Cie, registers: dict[str, int], word: Word) -> Caller:
    """Undo a function's frame."""

    def register(number: int) -> int:
        try:
            return registers[REGISTERS[number]]
        except (IndexError, KeyError) as problem:
            raise BadDwarf(f"register {number} is not known") from problem

    kind, number, expression = row.cfa
    if kind == "expression":
        cfa = evaluate(expression, register, word)
    elif kind:
        cfa = register(int(kind)) + number & MASK
    else:
        raise BadDwarf("no rule for the frame's address")
    kept = CALLEE_SAVED if not cie.signal else REGISTERS
    result = {name: registers[name] for name in kept if name in registers}
    result["rsp"] = cfa
    known = False
    for at, (rule, offset, code) in row.registers.items():
        if at >= len(REGISTERS) and at != cie.return_register:
            continue
        name = "rip" if at == cie.return_register else REGISTERS[at]
        value = _value(rule, offset, code, cfa, register, word)
        if value is None:
            if rule == "undefined":
                result.pop(name, None)
            continue
        result[name] = value
        known = known or name == "rip"
    return Caller(result, cfa, known, cie.signal)


def _value(
    rule: str, offset: int, code: bytes, cfa: int, register: Callable[[int], int], word: Word
) -> int | None:
    match rule:
        case "offset":
            return word(cfa + offset & MASK, 8)
        case "plus":
            return cfa + offset & MASK
        case "register":
            return register(offset)
        case "at":
            return word(evaluate(code, register, word, cfa), 8)
        case "value":
            return evaluate(code, register, word, cfa)
    return None


def frame_table(file: str, debug_file: str = "") -> FrameTable:
    """The call frame information of a file and its debug file; empty when there is none."""
    try:
        status = os.stat(file)  # noqa: PTH116 - strings
    except OSError:
        return FrameTable([])
    return _frame_table(file, debug_file, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=64)
def _frame_table(file: str, debug_file: str, mtime: int, size: int) -> FrameTable:
    sections = []
    for path in filter(None, (file, debug_file)):
        try:
            elf = Elf(path)
        except (OSError, NotElf):
            continue
        if elf.bits == 64:
            for name in (".eh_frame", ".debug_frame"):
                data = elf.data(name)
                if data:
                    sections.append(FrameSection(data, elf.address(name), name == ".eh_frame"))
        elf.close()
    return FrameTable(sections)
