"""A machine's memory, for people."""

from struct import Struct
from typing import overload

from blinkenlights.core import pagemap
from blinkenlights.core.memory import GuestFault
from blinkenlights.core.views import View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from blinkenlights.core.memory import AddressSpace
    from blinkenlights.core.memory import Mapping as RawMapping

__all__ = ["GuestFault", "Mapping", "Memory"]

U16, U32, U64 = Struct("<H"), Struct("<I"), Struct("<Q")
I8, I16, I32, I64 = Struct("<b"), Struct("<h"), Struct("<i"), Struct("<q")
F32, F64 = Struct("<f"), Struct("<d")
LONGEST_STRING = 1 << 20
LAST = (1 << 64) - 1  # address


class Memory:
    """Guest memory by address. Whatever isn't mapped, or may not be accessed so, is a `GuestFault`.

    `memory[a:b]` is a writable memoryview of the guest's own bytes, read-only where the guest may not write
    (`write` may). It stays valid after the guest unmaps the range: what it shows then is nobody's. Writes
    through it are not seen by watchpoints; code written so is executed as it then is.
    """

    def __init__(self, space: "AddressSpace", changing: "Callable[[int, int], None] | None" = None) -> None:
        self.space = space
        self.changing = changing  # told of a range before it may be changed

    @overload
    def __getitem__(self, where: slice) -> memoryview: ...
    @overload
    def __getitem__(self, where: int) -> int: ...
    def __getitem__(self, where: slice | int) -> memoryview | int:
        if isinstance(where, slice):
            start, end = self.bounds(where)
            view = View(self.space, start, end - start)
            if self.changing is not None:
                self.changing(start, end - start)
            return memoryview(view)
        return self.u8(where)

    @overload
    def __setitem__(self, where: slice, value: bytes | bytearray | memoryview) -> None: ...
    @overload
    def __setitem__(self, where: int, value: int) -> None: ...
    def __setitem__(self, where: slice | int, value: bytes | bytearray | memoryview | int) -> None:
        if isinstance(where, slice):
            start, end = self.bounds(where)
            if isinstance(value, int):
                raise TypeError("a range of memory is bytes")
            if len(value) != end - start:
                raise ValueError(f"{end - start} bytes of memory, but {len(value)} of data")
            self.write(start, value)
        elif isinstance(value, int):
            self.put_u8(where, value)
        else:
            raise TypeError("a single byte of memory is a number")

    def bounds(self, where: slice) -> tuple[int, int]:
        if where.start is None or where.stop is None or where.step is not None:
            raise ValueError("guest memory is taken as memory[start:end]")
        if where.stop < where.start:
            raise ValueError("the end is before the start")
        if where.stop > LAST + 1:
            raise GuestFault(where.start)
        return where.start, where.stop

    def read(self, address: int, n: int) -> bytes:
        """A copy of `n` bytes. GuestFault where some of them can't be read."""
        if n < 0:
            raise ValueError("a number of bytes isn't negative")
        if address + n > LAST + 1:
            raise GuestFault(address)
        return self.space.read(address, n)

    def write(self, address: int, data: bytes | bytearray | memoryview) -> None:
        """Write bytes, also where the guest may only read (a debugger's breakpoint in its code).

        GuestFault where there is no memory, or it has no access at all; nothing is written then.
        """
        n = len(data)
        if address + n > LAST + 1:
            raise GuestFault(address)
        if self.changing is not None:
            self.changing(address, n)
        if self.space.allowed(address, n, 2) >= n:
            self.space.write(address, data)
        elif self.space.allowed(address, n, 1) < n:
            raise GuestFault(address + self.space.allowed(address, n, 1))
        else:
            self.force(address, data)

    def force(self, address: int, data: bytes | bytearray | memoryview) -> None:
        """Write where the guest may not: page by page, each made writable for the moment."""
        n = len(data)
        at = address
        while at < address + n:
            end = min((at | 0xFFF) + 1, address + n)
            mapping = self.space.find(at)
            if mapping is None:
                raise GuestFault(at)
            page = at & ~0xFFF
            self.space.protect(page, 0x1000, mapping.prot | 3)
            try:
                self.space.write(at, bytes(data[at - address : end - address]))
            finally:
                self.space.protect(page, 0x1000, mapping.prot)
            at = end

    def readable(self, address: int, n: int) -> int:
        """How many bytes from `address` on can be read, at most `n`."""
        if n < 0:
            raise ValueError("a number of bytes isn't negative")
        if not 0 <= address <= LAST:
            return 0
        return self.space.allowed(address, min(n, LAST - address), 1)

    # -- typed, little-endian ------------------------------------------------------------------

    def u8(self, address: int) -> int:
        return self.space.read(address, 1)[0]

    def u16(self, address: int) -> int:
        return int(U16.unpack(self.space.read(address, 2))[0])

    def u32(self, address: int) -> int:
        return int(U32.unpack(self.space.read(address, 4))[0])

    def u64(self, address: int) -> int:
        return int(U64.unpack(self.space.read(address, 8))[0])

    def i8(self, address: int) -> int:
        return int(I8.unpack(self.space.read(address, 1))[0])

    def i16(self, address: int) -> int:
        return int(I16.unpack(self.space.read(address, 2))[0])

    def i32(self, address: int) -> int:
        return int(I32.unpack(self.space.read(address, 4))[0])

    def i64(self, address: int) -> int:
        return int(I64.unpack(self.space.read(address, 8))[0])

    def f32(self, address: int) -> float:
        return float(F32.unpack(self.space.read(address, 4))[0])

    def f64(self, address: int) -> float:
        return float(F64.unpack(self.space.read(address, 8))[0])

    def cstring(self, address: int, limit: int = LONGEST_STRING) -> bytes:
        """The bytes up to the first NUL; OSError (ENAMETOOLONG) when `limit` bytes have none."""
        return self.space.read_cstring(address, limit)

    def put_u8(self, address: int, value: int) -> None:
        self.write(address, bytes((value & 0xFF,)))

    def put_u16(self, address: int, value: int) -> None:
        self.write(address, U16.pack(value & 0xFFFF))

    def put_u32(self, address: int, value: int) -> None:
        self.write(address, U32.pack(value & 0xFFFFFFFF))

    def put_u64(self, address: int, value: int) -> None:
        self.write(address, U64.pack(value & 0xFFFFFFFFFFFFFFFF))

    def put_f32(self, address: int, value: float) -> None:
        self.write(address, F32.pack(value))

    def put_f64(self, address: int, value: float) -> None:
        self.write(address, F64.pack(value))


class Mapping:
    """A range of guest memory with one protection: what /proc/PID/maps has a line for."""

    __slots__ = ("committed_bytes", "end", "flags", "name", "offset", "prot", "start")

    def __init__(
        self, start: int, end: int, prot: int, flags: int, offset: int, name: str, committed_bytes: int
    ) -> None:
        self.start = start
        self.end = end  # the first address that isn't part of it
        self.prot = prot  # PROT_READ 1, PROT_WRITE 2, PROT_EXEC 4
        self.flags = flags  # mmap(2)'s
        self.offset = offset  # in the file
        self.name = name  # a path, or as "[heap]"
        self.committed_bytes = committed_bytes  # that the host has memory for

    @property
    def size(self) -> int:
        return self.end - self.start

    def __repr__(self) -> str:
        rights = "".join(letter if self.prot & bit else "-" for letter, bit in (("r", 1), ("w", 2), ("x", 4)))
        return f"<Mapping {self.start:#x}-{self.end:#x} {rights} {self.name}>"


MAP_ANONYMOUS = 0x20


def maps_of(
    space: "AddressSpace", files: "Callable[[], list[tuple[int, int, bytes]]] | None" = None
) -> list[Mapping]:
    """All mappings, by address. `files` names those that were mapped from files by the guest itself."""
    found = []
    names: list[tuple[int, int, bytes]] | None = None

    def name_of(area: "RawMapping") -> str:
        nonlocal names
        name = area.name
        if not name and not area.flags & MAP_ANONYMOUS and files is not None:
            if names is None:
                names = files()
            name = next((path for start, end, path in names if start <= area.start < end), b"")
        return name.decode("utf-8", "surrogateescape")

    for area in space.maps():
        committed = committed_bytes(space.base + area.start, area.end - area.start)
        found.append(Mapping(*area[:5], name_of(area), committed))  # type: ignore[misc]
    return found


MOST_LOOKED_AT = 1 << 30  # bytes of a mapping


def committed_bytes(address: int, length: int) -> int:
    """How much of a host range is in memory or swapped out; -1 where that isn't known, or takes too long."""
    if length > MOST_LOOKED_AT:
        return -1
    try:
        flags = pagemap.flags(address, length)
    except OSError:
        return -1
    return pagemap.PAGE * sum(1 for flag in flags if flag & pagemap.PRESENT_OR_SWAPPED)
