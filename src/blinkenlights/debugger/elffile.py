"""ELF files as a debugger reads them: sections by name, load bias, separate debug files.

The file is parsed by pyelftools; tables with thousands of entries are read by `struct` from the
sections that it finds.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, NamedTuple, Protocol

from elftools.common.exceptions import ELFError, ELFParseError
from elftools.elf.elffile import ELFFile

PAGE_MASK = 4095
DEBUG_ROOT = Path("/usr/lib/debug")
BROKEN = (ELFError, ELFParseError, OSError, ValueError, KeyError, IndexError, OverflowError, AssertionError,
          UnicodeDecodeError, AttributeError, TypeError)  # what pyelftools raises for damaged files


class MappingLike(Protocol):
    """What of a mapping matters here; `Machine.maps` gives such."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def name(self) -> str | bytes: ...


class Load(NamedTuple):
    """A PT_LOAD entry."""

    offset: int
    address: int
    file_size: int
    memory_size: int
    flags: int


class Section(NamedTuple):
    """A section that is in memory: where, and how long."""

    name: str
    address: int
    size: int
    executable: bool


class NotElf(Exception):
    """The file is no ELF file, or a damaged one."""


class Elf:
    """An open ELF file, of 32 or 64 bits. Raises NotElf for what isn't one, OSError as `open` does."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        self.file: IO[bytes] = open(self.path, "rb")  # noqa: SIM115, PTH123 - kept open
        try:
            self.elf = ELFFile(self.file)
            self.loads = [Load(s["p_offset"], s["p_vaddr"], s["p_filesz"], s["p_memsz"], s["p_flags"])
                          for s in self.elf.iter_segments() if s["p_type"] == "PT_LOAD"]  # fmt: skip
            self._sections = {s.name: s for s in self.elf.iter_sections()}
        except BROKEN as problem:
            self.file.close()
            raise NotElf(f"{self.path}: {str(problem) or 'damaged'}") from problem
        self.bits = 64 if self.elf.elfclass == 64 else 32
        self.position_independent = self.elf["e_type"] == "ET_DYN"

    def close(self) -> None:
        self.file.close()

    def data(self, name: str) -> bytes:
        """A section's bytes, decompressed; empty when there is none, or it isn't in this file."""
        section = self._sections.get(name)
        if section is None or section["sh_type"] == "SHT_NOBITS":
            return b""
        try:
            return bytes(section.data())
        except BROKEN:
            return b""

    def linked(self, name: str) -> bytes:
        """The bytes of the section that `name` refers to: a symbol table's strings."""
        section = self._sections.get(name)
        if section is None:
            return b""
        try:
            return bytes(self.elf.get_section(section["sh_link"]).data())
        except BROKEN:
            return b""

    def address(self, name: str) -> int:
        """A section's address in the file's own numbering; 0 when there is none."""
        section = self._sections.get(name)
        return 0 if section is None else int(section["sh_addr"])

    def sections(self) -> list[Section]:
        """Sections that are in memory, by their number in the file; others have no size."""
        result = []
        for section in self.elf.iter_sections():
            flags = section["sh_flags"]
            loaded = bool(flags & 2)  # SHF_ALLOC
            result.append(Section(section.name, section["sh_addr"], section["sh_size"] if loaded else 0,
                                  bool(flags & 4)))  # fmt: skip
        return result

    def build_id(self) -> str:
        """The build id in hexadecimal; empty when there is none."""
        data = self.data(".note.gnu.build-id")
        return data[16:].hex() if data[12:16] == b"GNU\0" else ""

    def debug_link(self) -> str:
        """The name in .gnu_debuglink; empty when there is none."""
        name = self.data(".gnu_debuglink").partition(b"\0")[0].decode(errors="replace")
        return "" if "/" in name else name

    def extent(self) -> tuple[int, int]:
        """Lowest and highest address of what is loaded, in the file's own numbering."""
        if not self.loads:
            return 0, 0
        return min(s.address for s in self.loads), max(s.address + s.memory_size for s in self.loads)

    def bias(self, mappings: Iterable[MappingLike]) -> int | None:
        """What was added to the file's addresses, judged by where its pages are mapped."""
        for mapping in mappings:
            for load in self.loads:
                if load.offset & ~PAGE_MASK == mapping.offset:
                    return mapping.start - (load.address & ~PAGE_MASK)
        for mapping in mappings:  # a piece of a segment, split off by mprotect
            for load in self.loads:
                if load.offset & ~PAGE_MASK <= mapping.offset < load.offset + load.file_size:
                    return mapping.start - mapping.offset + load.offset - load.address
        return None


def debug_files(path: str, build_id: str, link: str) -> Iterator[str]:
    """Where a program's separate debug information may be, the likeliest first.

    GDB manual, "Debugging Information in Separate Files"; NAME.dbg is Cosmopolitan's habit.
    """
    here = Path(path)
    yield f"{path}.dbg"
    if here.suffix:
        yield str(here.with_suffix(".dbg"))
    if len(build_id) > 2:
        yield str(DEBUG_ROOT / ".build-id" / build_id[:2] / f"{build_id[2:]}.debug")
    if link:
        yield str(here.parent / link)
        yield str(here.parent / ".debug" / link)
        yield str(DEBUG_ROOT / here.parent.absolute().relative_to("/") / link)


def open_debug_file(elf: Elf) -> Elf | None:
    """A program's separate debug file, if there is one that belongs to it."""
    build_id = elf.build_id()
    for candidate in debug_files(elf.path, build_id, elf.debug_link()):
        try:
            if os.path.samefile(candidate, elf.path):  # noqa: PTH121
                continue
            found = Elf(candidate)
        except (OSError, NotElf):
            continue
        theirs = found.build_id()
        if build_id and theirs and theirs != build_id:
            found.close()
            continue
        return found
    return None
