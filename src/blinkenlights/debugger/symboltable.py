"""One file's symbols, in the file's own addresses: read at once, named when asked.

System V ABI, chapter 4, "Symbol Table"; AMD64 ABI supplement, "Procedure Linkage Table".

What is kept of a symbol is a tuple of the numbers in the file, and of all the names the string table:
a name is found by searching that, so a table of 160,000 symbols is ready in a quarter of a second.
"""

import gc
import os
import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from struct import Struct
from typing import NamedTuple

from blinkenlights.debugger.demangle import demangle, without_parameters
from blinkenlights.debugger.elffile import Elf, Section, open_debug_file

SYM64 = Struct("<IBBHQQ")  # name, info, other, section, value, size
SYM32 = Struct("<IIIBBH")  # name, value, size, info, other, section
RELA64 = Struct("<QQq")  # offset, symbol << 32 | type, addend
KINDS = {0: "label", 1: "object", 2: "function", 5: "object", 10: "function"}  # STT_: what has an address
NAMED_SLOTS = (6, 7)  # R_X86_64_GLOB_DAT, R_X86_64_JUMP_SLOT
GLOBAL = 1  # STB_GLOBAL
SHN_LORESERVE = 0xFF00
PLT_SECTIONS = (".plt.sec", ".plt.got", ".plt")
PLT_ENTRY = 16
FUNCTION_INFO = 0x12  # a global function
MOST_NESTED = 64  # labels in a function that may hide it
IDENTIFIER = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?:<.*>)?(?:\(.*\).*)?$", re.DOTALL)
FOREVER = 1 << 64

Row = tuple[int, int, int, int]  # address, size, st_info, offset of the name


class Entry(NamedTuple):
    """A symbol in the file's addresses."""

    address: int
    size: int
    end: int  # the first address that isn't its
    kind: str
    raw: str  # the name in the file, without its version

    @property
    def name(self) -> str:
        """The name as the source has it."""
        return demangle(self.raw)


class SymbolTable:
    """Symbols, sorted by address; `strings` holds their names, each ended by a zero byte."""

    def __init__(
        self, rows: list[Row], strings: bytes, sections: list[Section] | None = None, debug_path: str = ""
    ) -> None:
        rows.sort()
        self.rows = rows
        self.strings = strings
        self.addresses = [row[0] for row in rows]
        self.debug_path = debug_path  # the separate file that symbols came from
        self._sections = sorted((s.address, s.address + s.size) for s in sections or () if s.size)
        self._by_offset: dict[int, int] = {}
        self._by_source_name: dict[str, int] | None = None

    def __len__(self) -> int:
        return len(self.rows)

    # ---- by address ----

    def find(self, address: int) -> Entry | None:
        """The symbol that `address` is in: the innermost, the best named one of equals."""
        i = bisect_right(self.addresses, address) - 1
        last = max(-1, i - MOST_NESTED)
        while i > last:
            start = self.addresses[i]
            entry = self._best(i)
            if address < entry.end:
                return entry
            i -= 1
            while i > last and self.addresses[i] == start:
                if address < self._end(i):
                    return self._entry(i)
                i -= 1
        return None

    def starting_at(self, address: int) -> Entry | None:
        i = bisect_right(self.addresses, address) - 1
        return self._best(i) if i >= 0 and self.addresses[i] == address else None

    def before(self, address: int) -> Entry | None:
        """The nearest symbol at or below, wherever it ends."""
        i = bisect_right(self.addresses, address) - 1
        return self._best(i) if i >= 0 else None

    def _best(self, i: int) -> Entry:
        """The entry that best names the address of the last row there, `i`."""
        address = self.addresses[i]
        first = i
        while first and self.addresses[first - 1] == address:
            first -= 1
        return self._entry(i if first == i else max(range(first, i + 1), key=self._rank))

    def _rank(self, i: int) -> tuple[bool, bool, bool, bool]:
        """Functions first, then what has a size, names for people, global symbols."""
        _, size, info, name_at = self.rows[i]
        name = self.strings[name_at : name_at + 1]
        return KINDS[info & 15] == "function", size > 0, name != b"_", info >> 4 == GLOBAL

    def _entry(self, i: int) -> Entry:
        address, size, info, name_at = self.rows[i]
        return Entry(address, size, self._end(i), KINDS[info & 15], self._name(name_at))

    def _name(self, at: int) -> str:
        name = self.strings[at : self.strings.find(b"\0", at)]
        return name.partition(b"@@")[0].decode(errors="backslashreplace")

    def _end(self, i: int) -> int:
        """A symbol without a size ends where the next one starts, or its section ends."""
        address, size, _, _ = self.rows[i]
        if size:
            return address + size
        following = bisect_right(self.addresses, address)
        end = self.addresses[following] if following < len(self.addresses) else FOREVER
        section = bisect_right(self._sections, (address, FOREVER)) - 1
        if section >= 0 and address < self._sections[section][1]:
            end = min(end, self._sections[section][1])
        return end

    # ---- by name ----

    def named(self, name: str) -> Entry | None:
        """By the name in the file, or as the source has it, with or without parameters."""
        if not name or "\0" in name:
            return None
        i = self._search(name.encode(errors="replace"))
        if i is None and (b"_Z" in self.strings or b"_R" in self.strings):
            i = self._search_source(name)
        return None if i is None else self._entry(i)

    def _search(self, name: bytes) -> int | None:
        offsets = self._offsets()
        for needle in (name + b"\0", name + b"@@"):
            at = self.strings.find(needle)
            while at >= 0:
                if at in offsets:
                    return offsets[at]
                at = self.strings.find(needle, at + 1)
        return None

    def _offsets(self) -> dict[int, int]:
        """Rows by the place of their names; global symbols before local ones."""
        if not self._by_offset:
            rows = self.rows
            self._by_offset = {row[3]: i for i, row in enumerate(rows) if row[2] < 16}
            self._by_offset.update({row[3]: i for i, row in enumerate(rows) if row[2] >= 16})
        return self._by_offset

    def _search_source(self, name: str) -> int | None:
        """Mangled names hold each identifier after its length, so few have to be demangled."""
        match = IDENTIFIER.search(name)
        if match is None:
            return self._source_names().get(name)
        needle = f"{len(match[1])}{match[1]}".encode()
        offsets = self._offsets()
        best: int | None = None
        at = self.strings.find(needle)
        while at >= 0:
            start = self.strings.rfind(b"\0", 0, at) + 1
            if start in offsets:
                shown = demangle(self._name(start))
                if shown == name:
                    return offsets[start]
                if best is None and without_parameters(shown) == name:
                    best = offsets[start]
            at = self.strings.find(needle, self.strings.find(b"\0", at))
        return best

    def _source_names(self) -> dict[str, int]:
        """All mangled names as the source has them: for operators and the like."""
        if self._by_source_name is None:
            found: dict[str, int] = {}
            for name_at, i in self._offsets().items():
                if self.strings[name_at : name_at + 2] in (b"_Z", b"_R"):
                    shown = demangle(self._name(name_at))
                    found.setdefault(without_parameters(shown), i)
                    found[shown] = i
            self._by_source_name = found
        return self._by_source_name

    def names(self) -> Iterator[str]:
        """All names as the source has them."""
        return (demangle(self._name(at)) for at in self._offsets())


NONE = SymbolTable([], b"")


def read_symbols(path: str | os.PathLike[str]) -> SymbolTable:
    """A file's symbols. Raises NotElf or OSError."""
    status = os.stat(path)  # noqa: PTH116 - strings
    return _read_symbols(os.fspath(path), status.st_mtime_ns, status.st_ino, status.st_size)


@lru_cache(maxsize=64)
def _read_symbols(path: str, mtime: int, inode: int, size: int) -> SymbolTable:
    collecting = gc.isenabled()
    gc.disable()  # so many tuples would have it search for cycles again and again
    try:
        elf = Elf(path)
        try:
            return _symbols_of(elf)
        finally:
            elf.close()
    finally:
        if collecting:
            gc.enable()


def _symbols_of(elf: Elf) -> SymbolTable:
    rows, strings = _table(elf, ".symtab")
    debug_path = ""
    if not rows:  # .dynsym says again what .symtab says
        debug = open_debug_file(elf)
        if debug is not None:
            debug_path = debug.path
            rows, strings = _table(debug, ".symtab")
            debug.close()
    if not rows:
        rows, strings = _table(elf, ".dynsym")
    stubs, stub_names = _plt(elf)
    shift = len(strings)
    rows += [(address, size, info, at + shift) for address, size, info, at in stubs]
    return SymbolTable(rows, strings + stub_names, elf.sections(), debug_path)


def _table(elf: Elf, section: str) -> tuple[list[Row], bytes]:
    data, strings = elf.data(section), elf.linked(section)
    if not data or not strings:
        return [], b""
    layout = SYM64 if elf.bits == 64 else SYM32
    fields = layout.iter_unpack(data[: len(data) // layout.size * layout.size])
    limit = len(strings)
    if elf.bits == 64:
        rows = [(value, size, info, name)
                for name, info, _, shndx, value, size in fields
                if 0 < shndx < SHN_LORESERVE and 0 < name < limit and info & 15 in KINDS]  # fmt: skip
    else:
        rows = [(value, size, info, name)
                for name, value, size, info, _, shndx in fields
                if 0 < shndx < SHN_LORESERVE and 0 < name < limit and info & 15 in KINDS]  # fmt: skip
    return rows, strings if strings.endswith(b"\0") else strings + b"\0"


def _plt(elf: Elf) -> tuple[list[Row], bytes]:
    """`name@plt` for each stub that jumps through a slot which the linker binds to `name`."""
    slots = _slots(elf)
    rows: list[Row] = []
    names = bytearray()
    for section in PLT_SECTIONS if slots else ():
        code, start = elf.data(section), elf.address(section)
        step = 8 if section == ".plt.got" and len(code) % PLT_ENTRY else PLT_ENTRY
        at = code.find(b"\xff\x25")  # jmp *disp32(%rip)
        while 0 <= at <= len(code) - 6:
            slot = start + at + 6 + int.from_bytes(code[at + 2 : at + 6], "little", signed=True)
            if slot in slots:
                rows.append((start + at // step * step, step, FUNCTION_INFO, len(names)))
                names += slots[slot] + b"@plt\0"
            at = code.find(b"\xff\x25", at + 2)
    return rows, bytes(names)


def _slots(elf: Elf) -> dict[int, bytes]:
    """Addresses in the global offset table, and the names that are bound there."""
    symbols, strings = elf.data(".dynsym"), elf.linked(".dynsym")
    result: dict[int, bytes] = {}
    if elf.bits != 64 or not symbols:
        return result
    for section in (".rela.dyn", ".rela.plt"):
        data = elf.data(section)
        for offset, info, _ in RELA64.iter_unpack(data[: len(data) // RELA64.size * RELA64.size]):
            at = (info >> 32) * SYM64.size
            if info & 0xFFFFFFFF in NAMED_SLOTS and 0 < at <= len(symbols) - SYM64.size:
                name_at = SYM64.unpack_from(symbols, at)[0]
                name = strings[name_at : strings.find(b"\0", name_at)]
                if name:
                    result[offset] = name
    return result
