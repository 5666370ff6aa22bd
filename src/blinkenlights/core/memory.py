"""The guest's address space: one reserved region of the host's, and the areas mapped in it."""

from posix import sysconf

import cython
from cython.cimports.blinkenlights.core.blocks import (
    discard,
    free_cache,
    free_units,
    invalidate,
    new_cache,
    unguard,
    unguard_range,
)
from cython.cimports.blinkenlights.core.cutting import note_code_file
from cython.cimports.blinkenlights.core.paging import free_tables
from cython.cimports.cpython.buffer import PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cython.cimports.cpython.bytes import PyBytes_AS_STRING, PyBytes_FromStringAndSize
from cython.cimports.libc.errno import errno
from cython.cimports.libc.stdlib import calloc, free, realloc
from cython.cimports.libc.string import memchr, memmove, strlen

PAGE = cython.declare(uint64_t, 4096)
PAGE_MASK = cython.declare(uint64_t, 4095)
FOUR_GIB = cython.declare(uint64_t, cython.cast(uint64_t, 1) << 32)

# Where the region may begin, and how large it may be. Hosts put nothing below 0x5500_0000_0000 but
# what asks for it; guests see addresses up to 64 TiB.
REGION = cython.declare(uint64_t, 0x1000_0000_0000)
SIZES = (1 << 46, 1 << 44, 1 << 42, 1 << 40, 1 << 38, 1 << 36, 1 << 34, 1 << 32)
GUARD = cython.declare(uint64_t, 1 << 31)  # below the region, for addresses just under zero
LOWEST = cython.declare(uint64_t, 0x10000)  # first address that may be mapped without asking for it
EEXIST, EINVAL, EFAULT = 17, 22, 14
LDT_ENTRIES = cython.declare(cython.int, 8192)
ENOMEM = cython.declare(cython.int, 12)
MAP_FIXED_BIT = 0x10
MAP_KEEP = 0x1 | 0x2 | 0x20 | 0x4000 | 0x8000 | 0x40000  # SHARED PRIVATE ANONYMOUS NORESERVE POPULATE HUGETLB
RESERVE = 0x4022  # PRIVATE ANONYMOUS NORESERVE


class GuestFault(Exception):
    """The guest has no such memory, or may not access it that way."""

    def __init__(self, address: int) -> None:
        super().__init__(f"no access to guest address {address:#x}")
        self.address = address


class Mapping(tuple):
    """One area: (start, end, prot, flags, offset, name, device, inode)."""

    __slots__ = ()
    start = property(lambda self: self[0])
    end = property(lambda self: self[1])
    prot = property(lambda self: self[2])
    flags = property(lambda self: self[3])
    offset = property(lambda self: self[4])
    name = property(lambda self: self[5])
    device = property(lambda self: self[6])
    inode = property(lambda self: self[7])


def host_protection(prot):
    return prot & 3 | (1 if prot & 6 else 0)


# -- the list of areas; callers hold the lock ------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def make_room(s: SpaceP, i: cython.int) -> cython.void:
    """For one more area, at place `i`."""
    if s.count == s.capacity:
        s.capacity = s.capacity * 2 + 64
        s.areas = cython.cast(AreaP, realloc(s.areas, s.capacity * cython.sizeof(Area)))
    memmove(s.areas + i + 1, s.areas + i, (s.count - i) * cython.sizeof(Area))
    s.count += 1


def insert_area(s, start, end, prot, flags, offset, info):
    i: cython.int = first_area(s, start)
    previous: AreaP
    if i > 0:
        previous = cython.address(s.areas[i - 1])
        if (previous.end == start and previous.prot == prot and previous.flags == flags
                and previous.info == info
                and (flags & MAP_IS_ANON or previous.offset + (previous.end - previous.start) == offset)):
            previous.end = end
            return
    make_room(s, i)
    s.areas[i].start = start
    s.areas[i].end = end
    s.areas[i].prot = prot
    s.areas[i].flags = flags
    s.areas[i].offset = offset
    s.areas[i].info = info


def split_area(s, address):
    a: AreaP = find_area(s, address)
    if a == cython.NULL or a.start == address:
        return
    end: uint64_t = a.end
    a.end = address
    i: cython.int = first_area(s, address)
    make_room(s, i)
    s.areas[i] = s.areas[i - 1]
    s.areas[i].start = address
    s.areas[i].end = end
    s.areas[i].offset += address - s.areas[i - 1].start


def carve_areas(s, start, end):
    split_area(s, start)
    split_area(s, end)
    i: cython.int = first_area(s, start)
    j: cython.int = i
    present: uint64_t = s.present
    while j < s.count and s.areas[j].end <= end:
        invalidate(s, s.areas[j].start, s.areas[j].end)
        forget_pages(s, s.areas[j].start, s.areas[j].end)
        j += 1
    s.freed += present - s.present
    memmove(s.areas + i, s.areas + j, (s.count - j) * cython.sizeof(Area))
    s.count -= j - i


def protect_areas(s, start, end, prot):
    at: uint64_t = start
    area: AreaP
    split_area(s, start)
    split_area(s, end)
    i: cython.int = first_area(s, start)
    while i < s.count and s.areas[i].start == at and at < end:
        area = cython.address(s.areas[i])
        invalidate(s, area.start, area.end)
        forget_pages(s, area.start, area.end)
        if mprotect(cython.cast(voidp, s.base + area.start), area.end - area.start, host_protection(prot)):
            return errno
        area.prot = prot & 7
        at = area.end
        i += 1
    return 0 if at == end else ENOMEM


def clear_space(s):
    failed: cython.int = 0
    acquire(cython.address(s.lock))
    if s.count:
        first: uint64_t = s.areas[0].start
        last: uint64_t = s.areas[s.count - 1].end
        discard(s)
        carve_areas(s, first, last)
        failed = reserve_anew(s, first, last)
    release(cython.address(s.lock))
    free(s.ldt)
    s.ldt = cython.NULL
    s.ldt_count = 0
    return failed


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def reserve_anew(s: SpaceP, start: uint64_t, end: uint64_t) -> cython.int:
    return 0 if mmap(cython.cast(voidp, s.base + start), end - start, PROT_NONE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) != MAP_FAILED else errno


def unmap_host(s, start, end):
    if leaving_holes:
        return errno if munmap(cython.cast(voidp, s.base + start), end - start) else 0
    return reserve_anew(s, start, end)


leaving_holes = cython.declare(cython.bint, False)


def leave_holes(space: AddressSpace) -> bool:
    """From now on leave holes in the region where the guest unmaps; whether that is safe here.

    A hole, and mapping into it, costs the host less than a reservation that it has to split and to merge. It
    is safe where the host places what it is asked to map anywhere as high as it can, and has room above the
    region; and where no other space is going to look for room for its region. It says so by where it places
    two mappings that no gap below the region's end but holes has room for.
    """
    global leaving_holes
    size: uint64_t = FOUR_GIB
    first: uint64_t = reserve_host(0, size)
    second: uint64_t = reserve_host(0, size)
    end: uint64_t = space.s.base + space.s.size
    leaving_holes = first > second and second >= end
    if first:
        munmap(cython.cast(voidp, first), size)
    if second:
        munmap(cython.cast(voidp, second), size)
    return leaving_holes


def free_range(s, length, top, align):
    i: cython.int = s.count - 1
    ceiling: uint64_t = top
    floor: uint64_t
    at: uint64_t
    while True:
        while i >= 0 and s.areas[i].start >= ceiling:
            i -= 1
        floor = s.areas[i].end if i >= 0 else LOWEST
        if ceiling >= length:
            at = (ceiling - length) & ~(align - 1)
            if at >= floor and at >= LOWEST:
                return at
        if i < 0:
            return 0
        ceiling = s.areas[i].start
        i -= 1


def range_is_free(s, start, end):
    i: cython.int = first_area(s, start)
    return i >= s.count or s.areas[i].start >= end


@cython.cfunc
@cython.exceptval(check=False)
def reserve_host(at: uint64_t, length: uint64_t) -> uint64_t:
    """Reserve a range near `at`; 0 without room."""
    flags: cython.int = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    memory: voidp = mmap(cython.cast(voidp, at), length, PROT_NONE, flags, -1, 0)
    return 0 if memory == MAP_FAILED else cython.cast(uint64_t, memory)


@cython.cfunc
@cython.exceptval(check=False)
def reserve_region(s: SpaceP, size: uint64_t) -> cython.bint:
    """Place a guest's memory: at a multiple of 4 GiB, which translated code relies on."""
    start: uint64_t = reserve_host(REGION - GUARD, size + GUARD)
    if start and (start + GUARD) % FOUR_GIB:
        munmap(cython.cast(voidp, start), size + GUARD)
        start = reserve_host(0, size + GUARD + FOUR_GIB)
        if start:
            spare: uint64_t = (FOUR_GIB - (start + GUARD) % FOUR_GIB) % FOUR_GIB
            if spare:
                munmap(cython.cast(voidp, start), spare)
            start += spare
            munmap(cython.cast(voidp, start + GUARD + size), FOUR_GIB - spare)
    if start == 0:
        return False
    s.base = start + GUARD
    s.size = size
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def own_pages(s: SpaceP, start: uint64_t, end: uint64_t, prot: cython.int) -> cython.int:
    """Replace a private mapping of a file by a copy that the file no longer shows through: 0 or the error."""
    at: uint64_t
    host: voidp = cython.cast(voidp, s.base + start)
    copy: voidp = mmap(cython.NULL, end - start, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    if copy == MAP_FAILED:
        return errno
    if mprotect(host, end - start, PROT_READ):
        return errno
    for at in range(0, end - start, 4096):
        if not careful_copy(cython.cast(voidp, cython.cast(uint64_t, copy) + at),
                            cython.cast(voidp, s.base + start + at), 4096):
            break  # beyond the end of the file
    if mprotect(copy, end - start, prot):
        return errno
    return 0 if mremap(copy, end - start, end - start, 3, host) != MAP_FAILED else errno


def file_of(fd: int) -> tuple[bytes, int, int]:
    """Name, device and inode of what a descriptor stands for."""
    import os

    try:
        status = os.fstat(fd)
        return os.readlink(b"/proc/thread-self/fd/%d" % fd), status.st_dev, status.st_ino  # noqa: PTH115 - bytes
    except OSError:
        return b"", 0, 0


class AddressSpace:
    """The memory of one guest process.

    `prot` and `flags` are Linux's numbers for mmap(2). Addresses and lengths of mappings are
    multiples of 4096. All methods hold the GIL; the compiled core reads areas under `s.lock`.
    """

    def __cinit__(self, virtual=False, jit=False):
        self.virtual = virtual
        self.infos = []
        self.watcher = None
        self.s = cython.cast(SpaceP, calloc(1, cython.sizeof(Space)))
        if sysconf("SC_PAGESIZE") != PAGE:
            raise OSError(EINVAL, "this host's pages are not of 4096 bytes, as guests' pages are")
        if not self.reserve():
            import gc

            # machines that nobody has any more still hold theirs; what they held is found only after them
            for _ in range(3):
                gc.collect()
                if self.reserve():
                    break
            else:
                raise MemoryError("the host has no room for a guest's address space")
        self.top = self.s.size - (1 << 24)
        if virtual:
            self.s.pml4 = cython.cast(u64p, calloc(512, 8))
            self.s.tables = 1
        self.s.blocks = new_cache()
        if jit and not virtual:
            from blinkenlights.jit.run import attach

            attach(self)

    def __dealloc__(self):
        if self.s == cython.NULL:
            return
        if self.s.size:
            munmap(cython.cast(voidp, self.s.base - GUARD), self.s.size + GUARD)
        free_tables(self.s)
        free_units(self.s)
        free_cache(self.s)
        free(self.s.areas)
        free(self.s.ldt)
        free(self.s)

    def reserve(self):
        """The largest region that the host has room for; False for none."""
        for size in SIZES:
            if reserve_region(self.s, size):
                break
        return self.s.size != 0

    @property
    def base(self) -> int:
        """Host address of guest address 0."""
        return self.s.base

    @property
    def size(self) -> int:
        """Bytes of address space; addresses from here on never exist."""
        return self.s.size

    def reset_host(self, start, end):
        """Give a range of the host's region back to the reservation."""
        failed: cython.int = unmap_host(self.s, start, end)
        if failed:
            raise OSError(failed, "mmap")
        return 0

    # -- mapping ----------------------------------------------------------------------------

    def check(self, start: int, length: int) -> None:
        if start & 4095 or length <= 0 or length & 4095:
            raise OSError(EINVAL, "a mapping is whole pages")
        if start < 0 or start + length > self.size:
            raise OSError(ENOMEM, "beyond the guest's address space")

    def map(self, start: int, length: int, prot: int, flags: int, fd: int = -1, offset: int = 0,
            name: bytes = b"", device: int = 0, inode: int = 0) -> None:
        """Map [start, start+length) as mmap(2) with MAP_FIXED does, replacing what is there.

        Raises OSError with mmap's errno, ENOMEM beyond the address space.
        """
        self.check(start, length)
        a: uint64_t = start
        end: uint64_t = a + length
        kept: cython.int = (flags & MAP_KEEP) | MAP_FIXED_BIT
        host: cython.int = host_protection(prot)
        where: cython.long = offset
        descriptor: cython.int = fd
        failed: cython.int = 0
        copied: cython.bint = self.watcher is not None and descriptor >= 0 and not flags & MAP_IS_ANON
        if self.watcher is not None:
            self.watcher.wiping(start, length)
            if copied:
                kept = (kept & ~1) | 2  # what others write to the file is not ours to go back over
                if not name:
                    name, device, inode = file_of(fd)
        info: cython.int = self.info_of(name, device, inode)
        s: SpaceP = self.s
        if descriptor >= 0 and prot & 4 and not flags & MAP_IS_ANON:
            note_code_file(descriptor)
        with cython.nogil:
            acquire(cython.address(s.lock))
        try:
            invalidate(s, a, end)  # now: it makes guarded pages writable, which the new ones may not be
            if mmap(cython.cast(voidp, s.base + a), end - a, host, kept, descriptor, where) == MAP_FAILED:
                failed = errno
            else:
                carve_areas(s, a, end)
                insert_area(s, a, end, prot & 7, flags & ~MAP_FIXED_BIT, offset, info)
        finally:
            release(cython.address(s.lock))
        if failed:
            raise OSError(failed, "mmap")
        if copied:
            failed = own_pages(s, a, end, host)
            if failed:
                raise OSError(failed, "mmap")
            self.watcher.moved(start, length)

    def own_files(self) -> None:
        """Make what is mapped from files copies of what they hold now."""
        i: cython.int
        failed: cython.int
        s: SpaceP = self.s
        for i in range(s.count):
            if not s.areas[i].flags & MAP_IS_ANON:
                failed = own_pages(s, s.areas[i].start, s.areas[i].end, host_protection(s.areas[i].prot))
                if failed:
                    raise OSError(failed, "mmap")

    def info_of(self, name: bytes, device: int, inode: int) -> int:
        key = (name, device, inode)
        for i, known in enumerate(self.infos):
            if known == key:
                return i
        self.infos.append(key)
        return len(self.infos) - 1

    def unmap(self, start: int, length: int) -> None:
        """Remove every mapping in a range; unmapped parts are no error."""
        self.check(start, length)
        a: uint64_t = start
        end: uint64_t = a + length
        s: SpaceP = self.s
        if self.watcher is not None:
            self.watcher.wiping(start, length)
        with cython.nogil:
            acquire(cython.address(s.lock))
        try:
            carve_areas(s, a, end)
            self.reset_host(a, end)
        finally:
            release(cython.address(s.lock))

    def protect(self, start: int, length: int, prot: int) -> None:
        """mprotect(2). Raises OSError: ENOMEM when part of the range isn't mapped, EACCES by the host."""
        self.check(start, length)
        a: uint64_t = start
        end: uint64_t = a + length
        wanted: cython.int = prot
        failed: cython.int
        s: SpaceP = self.s
        if self.watcher is not None:
            self.watcher.arranged()
        with cython.nogil:
            acquire(cython.address(s.lock))
            failed = protect_areas(s, a, end, wanted)
            release(cython.address(s.lock))
        if failed:
            raise OSError(failed, "mprotect")

    def remap(self, old: int, old_length: int, new: int, new_length: int, keep: bool = False) -> None:
        """Move the pages of one area to `new`, growing or shrinking, as mremap(2) with a fixed address.

        With `keep` the old range stays mapped (MREMAP_DONTUNMAP, or an old length of 0). Raises
        OSError: EFAULT when the old range isn't one area.
        """
        self.check(new, new_length)
        s: SpaceP = self.s
        a: Area = self.area_of(old)
        if a.end < old + old_length:
            raise OSError(EFAULT, "mremap")
        prot: int = a.prot
        flags: int = a.flags
        offset: int = a.offset + (old - a.start)
        info: cython.int = a.info
        target: uint64_t = new
        end: uint64_t = target + new_length
        if self.watcher is not None:
            self.watcher.moving(old, old_length, new, new_length, keep)
        with cython.nogil:
            acquire(cython.address(s.lock))
        try:
            invalidate(s, old, old + max(old_length, 4096))
            invalidate(s, target, end)
            moved: voidp = mremap(cython.cast(voidp, s.base + cython.cast(uint64_t, old)), old_length,
                                  new_length, 3 | (4 if keep and old_length else 0),
                                  cython.cast(voidp, s.base + target))
            if moved == MAP_FAILED:
                raise OSError(errno, "mremap")
            if not keep:
                carve_areas(s, old, cython.cast(uint64_t, old) + old_length)
                self.reset_host(old, cython.cast(uint64_t, old) + old_length)
            else:
                forget_pages(s, old, cython.cast(uint64_t, old) + old_length)
            carve_areas(s, target, end)
            insert_area(s, target, end, prot, flags, offset, info)
        finally:
            release(cython.address(s.lock))
        if self.watcher is not None:
            self.watcher.moved(new, new_length)

    def resize(self, start: int, old_length: int, new_length: int) -> bool:
        """Grow or shrink the area's end in place, as mremap(2) without MREMAP_MAYMOVE; False if it can't."""
        s: SpaceP = self.s
        if new_length <= old_length:
            if new_length < old_length:
                self.unmap(start + new_length, old_length - new_length)
            return True
        a: AreaP
        if (self.area_of(start).end != cython.cast(uint64_t, start) + old_length
                or not self.is_free(start + old_length, new_length - old_length)
                or start + new_length > self.size):
            return False
        end: uint64_t = cython.cast(uint64_t, start) + new_length
        if self.watcher is not None:
            self.watcher.arranged()
        with cython.nogil:
            acquire(cython.address(s.lock))
        try:
            a = find_area(s, start)
            # the reservation behind it has to go before the host's mapping can grow
            munmap(cython.cast(voidp, s.base + a.end), end - a.end)
            if mremap(cython.cast(voidp, s.base + cython.cast(uint64_t, start)), old_length, new_length, 0,
                      cython.NULL) == MAP_FAILED:
                self.reset_host(a.end, end)
                return False
            a.end = end
        finally:
            release(cython.address(s.lock))
        return True

    def clear(self) -> None:
        """Unmap everything (execve). No other processor of this space may be running."""
        s: SpaceP = self.s
        if s.count == 0:
            return
        first: uint64_t = s.areas[0].start
        last: uint64_t = s.areas[s.count - 1].end
        failed: cython.int
        if self.watcher is not None:
            self.watcher.wiping(first, last - first)
        with cython.nogil:
            failed = clear_space(s)
        if failed:
            raise OSError(failed, "mmap")
        if self.watcher is None:  # else past layouts need them
            self.infos = []

    def set_descriptor(self, index: int, value: int) -> None:
        """Entry `index` of the LDT, which all processors of this space share (see modify_ldt(2)).

        `value` is the eight bytes of a code or data segment's descriptor, or 0 for none. Raises IndexError
        beyond 8191. A segment register that was loaded from the entry keeps what it had.
        """
        s: SpaceP = self.s
        if not 0 <= index < LDT_ENTRIES:
            raise IndexError(f"an LDT has {LDT_ENTRIES} entries")
        if s.ldt == cython.NULL:
            s.ldt = cython.cast(u64p, calloc(LDT_ENTRIES, 8))
            s.ldt_count = LDT_ENTRIES
        s.ldt[index] = value

    def hold(self) -> None:
        """Keep every other thread from changing mappings and translations, for a fork."""
        with cython.nogil:
            acquire(cython.address(self.s.lock))

    def let_go(self) -> None:
        """The end of `hold`."""
        release(cython.address(self.s.lock))

    # -- asking -----------------------------------------------------------------------------

    def is_free(self, start: int, length: int) -> bool:
        """Is nothing mapped in the range?"""
        acquire(cython.address(self.s.lock))
        free_: cython.bint = range_is_free(self.s, start, start + length)
        release(cython.address(self.s.lock))
        return free_

    def find_free(self, length: int, hint: int = 0, low: bool = False, align: int = 4096) -> int:
        """A free range of `length` bytes: at `hint` if that is free, else the highest below `top`.

        With `low` the range lies below 2 GiB, less a megabyte (MAP_32BIT). Returns 0 when there is none.
        """
        if hint and hint >= LOWEST and hint + length <= self.size and self.is_free(hint, length):
            return hint
        top: uint64_t = LOW_TOP if low else self.top
        acquire(cython.address(self.s.lock))
        found: uint64_t = free_range(self.s, length, top, align)
        release(cython.address(self.s.lock))
        return found

    def set_top(self, top: int) -> None:
        """Where `find_free` begins to look, downwards."""
        self.top = top

    def area_of(self, address):
        """A copy of the area that holds `address`; one that ends at 0 when there is none."""
        found: Area
        found.end = 0
        acquire(cython.address(self.s.lock))
        a: AreaP = find_area(self.s, address)
        if a != cython.NULL:
            found = a[0]
        release(cython.address(self.s.lock))
        return found

    def mapping(self, a):
        name, device, inode = self.infos[a.info]
        return Mapping((a.start, a.end, a.prot, a.flags, a.offset, name, device, inode))

    def maps(self) -> list[Mapping]:
        """All areas, by address."""
        s: SpaceP = self.s
        # copied first: making an object may run any code, which must not find the lock taken
        acquire(cython.address(s.lock))
        count: cython.int = s.count
        copy: AreaP = cython.cast(AreaP, calloc(count + 1, cython.sizeof(Area)))
        if copy != cython.NULL:
            memmove(copy, s.areas, count * cython.sizeof(Area))
        release(cython.address(s.lock))
        if copy == cython.NULL:
            raise MemoryError
        try:
            return [self.mapping(cython.address(copy[i])) for i in range(count)]
        finally:
            free(copy)

    def find(self, address: int) -> Mapping | None:
        """The area that holds `address`."""
        if not 0 <= address < self.size:
            return None
        a: Area = self.area_of(address)
        return self.mapping(cython.address(a)) if a.end else None

    def set_name(self, start: int, name: bytes) -> None:
        """Rename the area that begins at `start`."""
        if self.watcher is not None:
            self.watcher.arranged()
        info: cython.int = self.info_of(name, 0, 0)
        acquire(cython.address(self.s.lock))
        a: AreaP = find_area(self.s, start)
        if a != cython.NULL:
            a.info = info
        release(cython.address(self.s.lock))

    @property
    def tables(self) -> int:
        """Page tables allocated (virtualised memory)."""
        return self.s.tables

    @property
    def freed(self) -> int:
        """Pages that were present and have been unmapped since the start (virtualised memory)."""
        return self.s.freed

    @property
    def present(self) -> int:
        """Pages present in the page tables (virtualised memory)."""
        return self.s.present

    # -- access -----------------------------------------------------------------------------

    def allowed(self, address: int, length: int, prot: int) -> int:
        """How many bytes from `address` on, up to `length`, allow `prot` without a gap."""
        s: SpaceP = self.s
        if address < 0 or address >= self.size:
            return 0
        at: uint64_t = address
        end: uint64_t = at + length
        need: uint32_t = prot
        # calls that need no Python change the list meanwhile, without the GIL
        acquire(cython.address(s.lock))
        i: cython.int = first_area(s, address)
        while at < end and i < s.count and s.areas[i].start <= at and (s.areas[i].prot & need or
                (need == PROT_R and s.areas[i].prot)):
            at = s.areas[i].end
            i += 1
        release(cython.address(s.lock))
        return min(at - address, length)

    def read(self, address: int, length: int) -> bytes:
        """`length` bytes at `address`. Raises GuestFault."""
        if length == 0:
            return b""
        can: int = self.allowed(address, length, 1)
        if can < length:
            raise GuestFault(address + can)
        data: bytes = PyBytes_FromStringAndSize(cython.NULL, length)
        source: uint64_t = address
        n: uint64_t = length
        if not careful_copy(PyBytes_AS_STRING(data), cython.cast(voidp, self.s.base + source), n):
            raise GuestFault(address)
        return data

    def write(self, address: int, data) -> None:
        """Write bytes where the guest may write. Raises GuestFault, with nothing or part written."""
        n: uint64_t = len(data)
        if n == 0:
            return
        can: int = self.allowed(address, n, 2)
        if can < n:
            raise GuestFault(address + can)
        # not a typed memoryview: those import collections.abc as the module loads
        view: Py_buffer
        PyObject_GetBuffer(data, cython.address(view), PyBUF_SIMPLE)
        try:
            self.poke(address, cython.cast(uint64_t, view.buf), n)
        finally:
            PyBuffer_Release(cython.address(view))

    def poke(self, address: int, source: int, length: int) -> None:
        """Copy from host memory, through guards of translated code."""
        to: uint64_t = address
        page: uint64_t
        host_to: voidp = cython.cast(voidp, self.s.base + to)
        host_from: voidp = cython.cast(voidp, cython.cast(uint64_t, source))
        if self.watcher is not None:
            self.watcher.writing(address, source, length)
        if careful_copy(host_to, host_from, length):
            system_memory_changed(self.s, to, length)
            return
        page = to & ~PAGE_MASK
        while page < to + length:
            unguard(self.s, page)
            page += PAGE
        if not careful_copy(host_to, host_from, length):
            raise GuestFault(address)

    def read_cstring(self, address: int, limit: int = 1 << 20) -> bytes:
        """The bytes at `address` up to, not including, the first NUL.

        Raises GuestFault when memory ends first, OSError (ENAMETOOLONG) after `limit` bytes.
        """
        parts: bytes = b""
        at: int = address
        while len(parts) < limit:
            chunk: bytes = b""
            can: int = self.allowed(at, min(4096 - (at & 4095), limit), 1)
            if can <= 0:
                raise GuestFault(at)
            chunk = self.read(at, can)
            found: int = chunk.find(b"\0")
            if found >= 0:
                return parts + chunk[:found]
            parts += chunk
            at += can
        raise OSError(36, "File name too long")

    def read_strings(self, address: int, limit: int):
        """A null-terminated array of pointers to strings; None if it can't be read so, or is too long."""
        text: cython.char[4096]
        found: list = []
        pointer: uint64_t = 0
        string: bytes
        total: uint64_t = 0
        most: uint64_t = limit
        n: uint64_t
        at: uint64_t = address
        while True:
            if at > self.s.size - 8 or not careful_copy(
                    cython.address(pointer), cython.cast(voidp, self.s.base + at), 8):
                return None
            if pointer == 0:
                return found
            if pointer >= self.s.size:
                return None
            n = 4096 - (pointer & PAGE_MASK)
            if not careful_copy(text, cython.cast(voidp, self.s.base + pointer), n):
                return None
            if memchr(text, 0, n) == cython.NULL:  # it goes on in the next page
                string = self.read_cstring(pointer)
            else:
                string = PyBytes_FromStringAndSize(text, strlen(text))
            found.append(string)
            total += 9 + len(string)
            if total > most:
                return None
            at += 8

    def u8(self, address: int) -> int:
        return self.read(address, 1)[0]

    def u16(self, address: int) -> int:
        return int.from_bytes(self.read(address, 2), "little")

    def u32(self, address: int) -> int:
        return int.from_bytes(self.read(address, 4), "little")

    def u64(self, address: int) -> int:
        return int.from_bytes(self.read(address, 8), "little")

    def put_u16(self, address: int, value: int) -> None:
        self.write(address, (value & 0xFFFF).to_bytes(2, "little"))

    def put_u32(self, address: int, value: int) -> None:
        self.write(address, (value & 0xFFFFFFFF).to_bytes(4, "little"))

    def put_u64(self, address: int, value: int) -> None:
        self.write(address, (value & 0xFFFFFFFFFFFFFFFF).to_bytes(8, "little"))

    def pointer(self, address: int, length: int = 1, write: bool = False) -> int:
        """The host address for a system call on guest memory; 0 for 0.

        For a bad range it is an address that makes the host's kernel answer EFAULT; a range that is
        good at first and then not is given as it is, for the kernel's partial results.
        """
        if address == 0:
            return 0
        if address >= self.size:
            return 0xFFFF_8000_0000_0000
        if self.virtual and length and self.allowed(address, 1, 2 if write else 1) == 0:
            return self.s.base - GUARD  # of the right kind, but never accessible
        if write and length > 0:
            if self.watcher is not None:
                return self.watcher.lend(address, length)
            unguard_range(self.s, address, length)
        return self.s.base + cython.cast(uint64_t, address)

    def word(self, address: int, length: int = 4) -> int:
        """`pointer` to a futex that may be written: the place that others wait at, never a copy."""
        if self.watcher is not None and address and self.allowed(address, length, 2) == length:
            return self.watcher.word(address, length)
        return self.pointer(address, length, True)
