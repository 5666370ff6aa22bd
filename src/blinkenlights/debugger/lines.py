"""Source lines: the DWARF line tables, read a compilation unit at a time when first asked.

DWARF 5 standard, 6.2 "Line Number Information"; pyelftools decodes it.
"""

import linecache
import os
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from blinkenlights.debugger.elffile import BROKEN, Elf, NotElf


class Position(NamedTuple):
    """What machine code was made from."""

    file: str  # with the directory of compilation, where that is known
    line: int  # from 1
    column: int  # 0 when unknown
    start: int  # the instructions made from it here, in the file's addresses
    end: int

    @property
    def text(self) -> str:
        """The source line; empty when the file isn't there."""
        return linecache.getline(self.file, self.line).rstrip("\n")

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Unit:
    """One compilation unit's table."""

    def __init__(self, positions: list[Position], statements: dict[tuple[str, int], int]) -> None:
        positions.sort(key=lambda position: position.start)
        self.positions = positions
        self.starts = [position.start for position in positions]
        self.statements = statements  # (last component of the file, line) -> lowest address

    def find(self, address: int) -> Position | None:
        i = bisect_right(self.starts, address) - 1
        while i >= 0:
            if address < self.positions[i].end:
                return self.positions[i]
            if self.starts[i] < address - 4096:
                break
            i -= 1
        return None


class Lines:
    """The line tables of one file, in its own addresses."""

    def __init__(self, file: str) -> None:
        self._elf: Elf | None = None
        self._dwarf: Any = None
        self._units: dict[int, Unit] = {}
        self._ranges: list[tuple[int, int, int]] | None = None
        self._programs: list[tuple[int, frozenset[str]]] | None = None
        try:
            self._elf = Elf(file)
            if self._elf.elf.has_dwarf_info(strict=True):
                self._dwarf = self._elf.elf.get_dwarf_info(relocate_dwarf_sections=False)
        except (*BROKEN, NotElf):
            self._dwarf = None

    def __bool__(self) -> bool:
        """Whether there is any line information."""
        return self._dwarf is not None

    def find(self, address: int) -> Position | None:
        """The source position of an address."""
        if self._dwarf is None:
            return None
        try:
            offset = self._unit_at(address)
            return None if offset is None else self._unit(offset).find(address)
        except BROKEN:
            return None

    def address(self, file: str, line: int) -> int | None:
        """The lowest address of a line; of the next line with code where it has none itself.

        `file` may be the last components of the name only.
        """
        base = file.rpartition("/")[2]
        if self._dwarf is None or not self._mentions(base):
            return None
        best: tuple[int, int] | None = None
        try:
            for offset, names in self._files():
                if base not in names:
                    continue
                for (name, at), address in self._unit(offset).statements.items():
                    if at >= line and (name == file or name.endswith(f"/{file}")) and (
                        best is None or (at, address) < best
                    ):
                        best = (at, address)
        except BROKEN:
            return None
        return None if best is None else best[1]

    def positions(self, file: str) -> list[Position]:
        """All that was made from a source file, by address."""
        base = file.rpartition("/")[2]
        found: list[Position] = []
        for offset, names in self._files() if self._dwarf is not None else ():
            if base in names:
                found += [p for p in self._unit(offset).positions
                          if p.file == file or p.file.endswith(f"/{file}")]  # fmt: skip
        return sorted(found, key=lambda position: position.start)

    def _mentions(self, name: str) -> bool:
        """Whether a file's name is in the tables at all: parsing all their headers is slow."""
        wanted = os.fsencode(name) + b"\0"
        dwarf = self._dwarf
        for section in (dwarf.debug_line_sec, dwarf.debug_line_str_sec, dwarf.debug_str_sec):
            if section is not None and wanted in section.stream.getvalue():
                return True
        return False

    # ---- units ----

    def _unit_at(self, address: int) -> int | None:
        ranges = self._unit_ranges()
        i = bisect_right(ranges, (address, 1 << 64, 0)) - 1
        while i >= 0:
            start, end, offset = ranges[i]
            if start <= address < end:
                return offset
            if start < address - (1 << 24):
                break
            i -= 1
        return None

    def _unit_ranges(self) -> list[tuple[int, int, int]]:
        if self._ranges is None:
            self._ranges = sorted(self._from_aranges() or self._from_units())
        return self._ranges

    def _from_aranges(self) -> list[tuple[int, int, int]]:
        aranges = self._dwarf.get_aranges()
        if aranges is None:
            return []
        return [(e.begin_addr, e.begin_addr + e.length, e.info_offset) for e in aranges.entries if e.length]

    def _from_units(self) -> list[tuple[int, int, int]]:
        result = []
        for unit in self._dwarf.iter_CUs():
            for start, end in self._extents(unit):
                result.append((start, end, unit.cu_offset))
        return result

    def _extents(self, unit: Any) -> Iterator[tuple[int, int]]:
        attributes = unit.get_top_DIE().attributes
        if "DW_AT_ranges" in attributes:
            base = attributes["DW_AT_low_pc"].value if "DW_AT_low_pc" in attributes else 0
            lists = self._dwarf.range_lists()
            offset = attributes["DW_AT_ranges"].value
            for entry in lists.get_range_list_at_offset(offset, unit):
                if hasattr(entry, "base_address"):
                    base = entry.base_address
                else:
                    start = 0 if entry.is_absolute else base
                    yield start + entry.begin_offset, start + entry.end_offset
        elif "DW_AT_low_pc" in attributes and "DW_AT_high_pc" in attributes:
            low, high = attributes["DW_AT_low_pc"].value, attributes["DW_AT_high_pc"]
            yield low, high.value if high.form == "DW_FORM_addr" else low + high.value

    def _files(self) -> list[tuple[int, frozenset[str]]]:
        """For each unit, the last components of the files that its code is from."""
        if self._programs is None:
            self._programs = []
            for unit in self._dwarf.iter_CUs():
                program = self._dwarf.line_program_for_CU(unit)
                if program is not None:
                    names = frozenset(name.rpartition("/")[2] for name in file_names(unit, program) if name)
                    self._programs.append((unit.cu_offset, names))
        return self._programs

    def _unit(self, offset: int) -> Unit:
        unit = self._units.get(offset)
        if unit is None:
            unit = self._units[offset] = self._read(self._dwarf.get_CU_at(offset))
        return unit

    def _read(self, unit: Any) -> Unit:
        program = self._dwarf.line_program_for_CU(unit)
        positions: list[Position] = []
        statements: dict[tuple[str, int], int] = {}
        if program is None:
            return Unit(positions, statements)
        names = file_names(unit, program)
        last = None
        for entry in program.get_entries():
            state = entry.state
            if state is None:
                continue
            if last is not None and last.address < state.address and last.line:
                file = names[last.file] if last.file < len(names) else ""
                positions.append(Position(file, last.line, last.column, last.address, state.address))
            if state.is_stmt and state.line and not state.end_sequence and state.file < len(names):
                key = (names[state.file], state.line)
                if state.address < statements.get(key, 1 << 64):
                    statements[key] = state.address
            last = None if state.end_sequence else state
        return Unit(positions, statements)


def file_names(unit: Any, program: Any) -> list[str]:
    """The names of a line program's files, by the numbers that it uses."""
    header = program.header
    top = unit.get_top_DIE()
    attribute = top.attributes.get("DW_AT_comp_dir")
    home = os.fsdecode(attribute.value) if attribute is not None else ""
    directories = [os.fsdecode(name) for name in header.include_directory]
    if header.version < 5:  # directory 0 is that of the compilation; files count from 1
        directories.insert(0, home)
    names = [] if header.version >= 5 else [""]
    for entry in header.file_entry:
        directory = directories[entry.dir_index] if entry.dir_index < len(directories) else ""
        if directory != home:
            directory = os.path.join(home, directory)  # noqa: PTH118
        names.append(os.path.normpath(os.path.join(directory, os.fsdecode(entry.name))))  # noqa: PTH118
    return names


def lines_of(file: str, debug_file: str = "") -> Lines:
    """The line tables of a file, or of its separate debug file."""
    for path in filter(None, (file, debug_file)):
        try:
            status = os.stat(path)  # noqa: PTH116 - strings
        except OSError:
            continue
        lines = _lines(path, status.st_mtime_ns, status.st_size)
        if lines:
            return lines
    return _lines("", 0, 0)


@lru_cache(maxsize=32)
def _lines(path: str, mtime: int, size: int) -> Lines:
    return Lines(path)
