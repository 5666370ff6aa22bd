"""Addresses to names and back, for a program and everything that it has mapped.

    symbols = Symbols(lambda: machine.maps)
    str(symbols.lookup(0x401175))       # 'main+0xe'
    symbols.resolve("libc.so.6:printf+4")
"""

import os
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from blinkenlights.debugger.elffile import Elf, MappingLike, NotElf
from blinkenlights.debugger.symboltable import NONE, Entry, SymbolTable, read_symbols

if TYPE_CHECKING:
    from blinkenlights.machine import Machine

OFFSET = re.compile(r"^(.*?)\s*([+-])\s*(0[xX][0-9a-fA-F]+|[0-9]+)$", re.DOTALL)
NUMBER = re.compile(r"^(?:0[xX][0-9a-fA-F]+|[0-9a-fA-F]+)$")
LINE = re.compile(r"^(.+):([0-9]+)$")
HIGHEST = (1 << 64) - 1


class UnknownSymbol(ValueError):
    """There is no such name, or no such address; the text is one line for people."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name with an address in the guest."""

    address: int
    size: int  # bytes; 0 when the file doesn't say
    name: str  # as the source has it
    raw: str  # as the file has it
    kind: str  # function, object or label
    module: str  # the last component of the file's name; empty for labels set by hand

    @property
    def end(self) -> int:
        return self.address + self.size

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Location:
    """An address as a symbol and a distance."""

    symbol: Symbol
    offset: int

    @property
    def name(self) -> str:
        return self.symbol.name

    @property
    def address(self) -> int:
        return self.symbol.address + self.offset

    def __str__(self) -> str:
        return f"{self.symbol.name}+{self.offset:#x}" if self.offset else self.symbol.name


class Module:
    """A file that is mapped: its place, its symbols once they are wanted."""

    def __init__(self, path: str, file: str, bias: int, start: int, end: int, bits: int = 64) -> None:
        self.path = path  # as the guest names it
        self.file = file  # where it is on this host
        self.name = path.rpartition("/")[2]
        self.bias = bias  # the guest's address less the file's own
        self.start = start
        self.end = end
        self.bits = bits
        self._table: SymbolTable | None = None

    @property
    def table(self) -> SymbolTable:
        if self._table is None:
            try:
                self._table = read_symbols(self.file)
            except (OSError, NotElf):
                self._table = NONE
        return self._table

    def symbol(self, entry: Entry) -> Symbol:
        return Symbol(entry.address + self.bias, entry.size, entry.name, entry.raw, entry.kind, self.name)

    def answers_to(self, name: str) -> bool:
        """Whether `libc`, `libc.so`, `libc.so.6` or a path names this file."""
        return name in (self.path, self.name) or self.name.startswith(f"{name}.") or (
            self.name.startswith(f"{name}-") and ".so" in self.name)  # fmt: skip

    def __repr__(self) -> str:
        return f"<Module {self.path} at {self.start:#x}>"


class Symbols:
    """The symbols of all files that are mapped, and labels set by hand.

    `maps` gives the mappings; they are read when first needed, at `refresh`, and, if an address is
    in no known file, once `stamp` gives another value than at the last time (a count of
    mapping changes, or of instructions). `locate` turns a guest's file name into the host's.
    """

    def __init__(
        self,
        maps: Callable[[], Iterable[MappingLike]] | None = None,
        stamp: Callable[[], object] | None = None,
        locate: Callable[[str], str] | None = None,
    ) -> None:
        self._maps = maps
        self._stamp = stamp
        self._locate = locate or str
        self._seen: object = None
        self._fresh = False
        self._mapped: list[Module] = []
        self._loaded: list[Module] = []
        self._starts: list[int] = []
        self._modules: list[Module] = []
        self._labels: dict[int, Symbol] = {}
        self._label_starts: list[int] = []
        self._label_names: dict[str, Symbol] = {}
        self._cache: dict[int, Location | None] = {}
        self._headings: dict[int, Symbol | None] = {}
        self._generation = 0

    @classmethod
    def of(cls, machine: "Machine") -> "Symbols":
        """Of a machine's program and libraries."""
        process = getattr(machine.world, "process", None)
        if process is None:
            return cls(lambda: machine.maps)
        from blinkenlights.linux.procfs import regions

        roots = [os.fsdecode(root) for root in (process.options.root or b"").split(b":") if root]

        def locate(name: str) -> str:
            """A file of a guest with a root of its own: in the first of its layers that has it."""
            return next((root + name for root in roots if os.path.exists(root + name)), name)  # noqa: PTH110

        def stamp() -> object:
            return machine.tick, machine.last_stop

        return cls(lambda: regions(process), stamp, locate)

    # ---- where files are ----

    @property
    def modules(self) -> list[Module]:
        """The mapped files that are ELF files, by address."""
        if not self._fresh:
            self.refresh()
        return self._modules

    @property
    def generation(self) -> int:
        """Another number whenever answers may have changed."""
        if not self._fresh:
            self.refresh()
        return self._generation

    def refresh(self) -> None:
        """Read the mappings again."""
        self._fresh = True
        if self._stamp is not None:
            self._seen = self._stamp()
        files: dict[str, list[MappingLike]] = {}
        for mapping in self._maps() if self._maps is not None else ():
            name = mapping.name if isinstance(mapping.name, str) else os.fsdecode(mapping.name)
            if name.startswith("/"):
                files.setdefault(name.removesuffix(" (deleted)"), []).append(mapping)
        known = {(module.path, module.bias): module for module in self._mapped}
        found = []
        for path, mappings in files.items():
            module = _module_of(path, self._locate(path), mappings)
            if module is not None:
                found.append(known.get((module.path, module.bias), module))
        if found != self._mapped:  # else what was found before still holds
            self._mapped = found
            self._arrange()

    def load(self, path: str | os.PathLike[str], bias: int = 0) -> Module:
        """Take a file's symbols, whether it is mapped or not; `bias` is added to its addresses.

        Raises OSError, or UnknownSymbol when it isn't an ELF file.
        """
        name = os.fspath(path)
        try:
            with_loads = Elf(name)
        except NotElf as problem:
            raise UnknownSymbol(f"{name} has no symbols: it is no ELF file") from problem
        low, high = with_loads.extent()
        bits = with_loads.bits
        with_loads.close()
        module = Module(name, name, bias, low + bias, max(high, low + 1) + bias, bits)
        self._loaded.append(module)
        self._arrange()
        return module

    def add(self, name: str, address: int, size: int = 0, kind: str = "label") -> Symbol:
        """Set a symbol by hand. It goes before what files say."""
        symbol = Symbol(address, size, name, name, kind, "")
        self._labels[address] = symbol
        self._label_names[name] = symbol
        self._label_starts = sorted(self._labels)
        self._forget()
        return symbol

    def _arrange(self) -> None:
        self._modules = sorted([*self._mapped, *self._loaded], key=lambda module: module.start)
        self._starts = [module.start for module in self._modules]
        self._forget()

    def _forget(self) -> None:
        self._cache.clear()
        self._headings.clear()
        self._generation += 1

    def _is_stale(self) -> bool:
        """Whether the mappings may have changed since they were read."""
        if not self._fresh:
            return True
        return self._stamp is not None and self._stamp() != self._seen

    def module_at(self, address: int) -> Module | None:
        """The file that is mapped at an address."""
        module = self._find_module(address)
        if module is None and self._is_stale():
            self.refresh()
            module = self._find_module(address)
        return module

    def _find_module(self, address: int) -> Module | None:
        i = bisect_right(self._starts, address) - 1
        while i >= 0:
            if address < self._modules[i].end:
                return self._modules[i]
            i -= 1
        return None

    # ---- address to name ----

    def lookup(self, address: int) -> Location | None:
        """The symbol that an address is in, and how far; None outside of every symbol."""
        try:
            return self._cache[address]
        except KeyError:
            pass
        location = self._lookup(address)
        if len(self._cache) > 1 << 16:
            self._cache.clear()
        if location is not None or self._stamp is None:  # a file may be mapped there later
            self._cache[address] = location
        return location

    def _lookup(self, address: int) -> Location | None:
        label = self._label_before(address)
        module = self.module_at(address)
        entry = module.table.find(address - module.bias) if module is not None else None
        if module is not None and entry is not None and (
            label is None or label.address < entry.address + module.bias
        ):
            symbol = module.symbol(entry)
            return Location(symbol, address - symbol.address)
        return Location(label, address - label.address) if label is not None else None

    def _label_before(self, address: int) -> Symbol | None:
        i = bisect_right(self._label_starts, address) - 1
        if i < 0:
            return None
        label = self._labels[self._label_starts[i]]
        return label if address < label.end or not label.size else None

    def nearest(self, address: int) -> Location | None:
        """As `lookup`; between symbols, the one before, in the same file."""
        location = self.lookup(address)
        if location is not None:
            return location
        module = self._find_module(address)
        entry = module.table.before(address - module.bias) if module is not None else None
        if module is None or entry is None:
            return None
        symbol = module.symbol(entry)
        return Location(symbol, address - symbol.address)

    def at(self, address: int) -> Symbol | None:
        """The symbol that starts exactly here: a heading of the disassembly."""
        try:
            return self._headings[address]
        except KeyError:
            pass
        symbol = self._labels.get(address)
        if symbol is None:
            module = self.module_at(address)
            entry = module.table.starting_at(address - module.bias) if module is not None else None
            symbol = module.symbol(entry) if module is not None and entry is not None else None
        if len(self._headings) > 1 << 16:
            self._headings.clear()
        if symbol is not None or self._stamp is None:
            self._headings[address] = symbol
        return symbol

    def name(self, address: int) -> str:
        """`main+0x4`, or the address in hexadecimal."""
        location = self.lookup(address)
        return str(location) if location is not None else f"{address:#x}"

    # ---- name to address ----

    def find(self, name: str, module: str = "") -> Symbol | None:
        """The symbol of a name, mangled or not: the program's own before the libraries'."""
        if not module and name in self._label_names:
            return self._label_names[name]
        symbol = self._find(name, module)
        if symbol is None and self._is_stale():
            self.refresh()
            symbol = self._find(name, module)
        return symbol

    def _find(self, name: str, wanted: str) -> Symbol | None:
        for module in self._mapped + self._loaded:
            if wanted and not module.answers_to(wanted):
                continue
            entry = module.table.named(name)
            if entry is not None:
                return module.symbol(entry)
        return None

    def resolve(self, where: str | int) -> int:
        """The address that `main`, `main+4`, `libc.so.6:printf`, `0x401000`, `401000` or `file.c:12` names.

        Raises UnknownSymbol.
        """
        if isinstance(where, int):
            if not 0 <= where <= HIGHEST:
                raise UnknownSymbol(f"{where:#x} is no address")
            return where
        asked = where.strip().removeprefix("*")
        base = self._resolve_name(asked)
        offset = 0
        if base is None and (match := OFFSET.match(asked)):
            base = self._resolve_name(match[1])
            distance = int(match[3], 0) if match[3][:2] in ("0x", "0X") else int(match[3])
            offset = distance if match[2] == "+" else -distance
        if base is None:
            raise UnknownSymbol(f"no symbol named {asked}" if asked else "no address named")
        return (base + offset) & HIGHEST

    def _resolve_name(self, name: str) -> int | None:
        if name[:2] in ("0x", "0X"):
            return int(name, 16) if NUMBER.match(name) and int(name, 16) <= HIGHEST else None
        symbol = self.find(name)
        if symbol is None and ":" in name:
            module, _, rest = name.partition(":")
            symbol = self.find(rest, module) if rest and not rest.startswith(":") else None
            if symbol is None and (match := LINE.match(name)):
                return self.line_address(match[1], int(match[2]))
        if symbol is not None:
            return symbol.address
        if NUMBER.match(name) and int(name, 16) <= HIGHEST:
            return int(name, 16)
        return None

    def names(self) -> Iterator[str]:
        """Every name, for completion."""
        yield from self._label_names
        for module in self.modules:
            yield from module.table.names()

    # ---- source lines ----

    def line(self, address: int) -> "tuple[str, int] | None":
        """The source file and line of an address, by the DWARF line tables."""
        module = self.module_at(address)
        if module is None:
            return None
        from blinkenlights.debugger.lines import lines_of

        position = lines_of(module.file, module.table.debug_path).find(address - module.bias)
        return None if position is None else (position.file, position.line)

    def line_address(self, file: str, line: int) -> int | None:
        """The lowest address of a source line, or of the next one that has code."""
        from blinkenlights.debugger.lines import lines_of

        for module in self.modules:
            address = lines_of(module.file, module.table.debug_path).address(file, line)
            if address is not None:
                return address + module.bias
        return None


def _module_of(path: str, file: str, mappings: list[MappingLike]) -> Module | None:
    """What a mapped file is; None when it isn't an ELF file that a program was loaded from."""
    try:
        status = os.stat(file)  # noqa: PTH116 - strings
        loads = _layout(file, status.st_mtime_ns, status.st_size)
    except OSError:
        return None
    if loads is None:
        return None
    bits, low, high, elf = loads
    bias = elf.bias(mappings)
    if bias is None:
        return None
    return Module(path, file, bias, low + bias, high + bias, bits)


@lru_cache(maxsize=256)
def _layout(file: str, mtime: int, size: int) -> tuple[int, int, int, Elf] | None:
    """What is needed to place a file; its segments stay, the file is closed."""
    try:
        elf = Elf(file)
    except (OSError, NotElf):
        return None
    elf.close()
    low, high = elf.extent()
    return elf.bits, low, high, elf
