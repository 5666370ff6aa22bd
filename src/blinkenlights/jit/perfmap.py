"""The map by which perf names translated code: /tmp/perf-PID.map, a line a unit.

    blink --perf-map PROG      while, or before, perf record -p PID watches it

A line is the host address and the size of the unit's code, both hexadecimal, and a name: the function
by the symbol table of the guest's file, else the file and the offset in it, else the guest address.
"""

import os
from bisect import bisect_right
from struct import error as CutShort
from struct import iter_unpack, unpack_from

TYPE_CHECKING = False
if TYPE_CHECKING:
    from blinkenlights.core.memory import AddressSpace

ELF64 = b"\x7fELF\x02\x01"
PROGRAM_HEADER, SECTION_HEADER, SYMBOL = "<IIQQQQQQ", "<IIQQQQIIQQ", "<IBBHQQ"
PT_LOAD, SHT_SYMTAB, SHT_DYNSYM, STT_FUNC, STT_GNU_IFUNC = 1, 2, 11, 2, 10
LONGEST_FILE = 1 << 28


class Symbols:
    """The functions of a file, by their offset in it."""

    def __init__(self, data: bytes) -> None:
        found = sorted(functions(data))
        self.starts = [start for start, _, _ in found]
        self.found = found

    def name(self, offset: int) -> str:
        """The function at an offset; empty if none is known there."""
        i = bisect_right(self.starts, offset) - 1
        if i < 0:
            return ""
        start, size, name = self.found[i]
        return name if offset < start + max(size, 1) else ""


def functions(data: bytes) -> list[tuple[int, int, str]]:
    """(offset in the file, size, name) of an ELF file's functions, by .symtab, else .dynsym."""
    if data[:6] != ELF64:
        return []
    phoff, shoff = unpack_from("<QQ", data, 32)
    phentsize, phnum, shentsize, shnum = unpack_from("<HHHH", data, 54)
    segments = [unpack_from(PROGRAM_HEADER, data, phoff + i * phentsize) for i in range(phnum)]
    loads = [(s[3], s[3] + s[5], s[2]) for s in segments if s[0] == PT_LOAD]
    sections = [unpack_from(SECTION_HEADER, data, shoff + i * shentsize) for i in range(shnum)]
    tables = sorted((s for s in sections if s[1] in (SHT_SYMTAB, SHT_DYNSYM)), key=lambda s: s[1])
    if not tables:
        return []
    offset, size, link = tables[0][4:7]
    names = sections[link][4]
    found = []
    for name, info, _, _, value, length in iter_unpack(SYMBOL, data[offset : offset + size // 24 * 24]):
        if info & 15 not in (STT_FUNC, STT_GNU_IFUNC):
            continue
        for start, end, at in loads:
            if start <= value < end:
                text = data[names + name : data.index(b"\0", names + name)]
                found.append((value - start + at, length, text.decode(errors="replace")))
    return found


class PerfMap:
    """What `jit.run.tell_units_to` is given."""

    def __init__(self, directory: str = "/tmp") -> None:
        self.directory = directory
        self.pid = 0
        self.symbols: dict[bytes, Symbols] = {}

    def __call__(self, space: "AddressSpace", units: list[tuple[int, int, int]]) -> None:
        files = mapped_files()
        text = "".join(f"{host:x} {size:x} {self.name(files, space.base + rip) or hex(rip)}\n"
                       for host, size, rip in units)  # fmt: skip
        mode = "a" if os.getpid() == self.pid else "w"  # a file of that name is another process's
        self.pid = os.getpid()
        with open(f"{self.directory}/perf-{self.pid}.map", mode) as file:  # noqa: PTH123
            file.write(text)

    def name(self, files: list[tuple[int, int, int, bytes]], address: int) -> str:
        """What is at a host address; empty where no file is mapped."""
        i = bisect_right(files, address, key=lambda each: each[0]) - 1
        if i < 0 or address >= files[i][1]:
            return ""
        start, _, at, path = files[i]
        offset = address - start + at
        if path not in self.symbols:
            self.symbols[path] = read_symbols(path)
        named = self.symbols[path].name(offset)
        return named or f"{os.path.basename(os.fsdecode(path))}+{offset:#x}"  # noqa: PTH119


def mapped_files() -> list[tuple[int, int, int, bytes]]:
    """(start, end, offset in the file, path) by the kernel's own account: the guest's are among them."""
    found = []
    with open("/proc/self/maps", "rb", buffering=0) as file:  # noqa: PTH123
        for line in file.readall().splitlines():
            words = line.split(None, 5)
            if len(words) == 6 and words[5][:1] == b"/":
                start, _, end = words[0].partition(b"-")
                found.append((int(start, 16), int(end, 16), int(words[2], 16), words[5]))
    return found


def read_symbols(path: bytes) -> Symbols:
    """Of the file at a path; none where there is no such file, or none that makes sense."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            return Symbols(file.read(LONGEST_FILE))
    except (OSError, ValueError, IndexError, OverflowError, CutShort):
        return Symbols(b"")
