"""ELF files for execve without Python: which are of the usual kind, and mapping them.

As `loaders.elf`, which is asked again about any other.
"""

import cython

PAGE = cython.declare(u64, 4096)
PAGE_MASK = cython.declare(u64, 4095)
LOW_BASE = cython.declare(u64, 0x1000_0000)
LARGEST_IMAGE = cython.declare(u64, 1 << 29)

head = cython.declare(cython.char[HEAD])


def open_program(path, f):
    """Open a file that may be executed: 0, or -errno."""
    status: stat_t
    f.fd = open_file(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    if f.fd < 0:
        return -errno
    if (fstat(f.fd, cython.address(status)) or status.st_mode & S_IFMT != S_IFREG
            or faccessat(AT_FDCWD, path, X_OK, AT_EACCESS)):
        close(f.fd)
        f.fd = -1
        return -EACCES
    f.size = status.st_size
    f.device = status.st_dev
    f.inode = status.st_ino
    return 0


def read_elf(f, limit, interpreter):
    """Take in a sound ELF program of the usual kind; False for any other, which Python looks at again.

    `limit`: the end of the address space; `interpreter`: LONGEST_PATH bytes, filled with what it names, if
    anything.
    """
    n: cython.long = pread(f.fd, head, HEAD, 0)
    row: cython.p_char
    i: cython.int
    kind: u32
    phoff: u64
    if n < 64 or memcmp(head, b"\x7fELF\x02\x01", 6) != 0:
        return False
    phoff = field(head, 32)
    f.type = half(head, 16)
    f.entry = field(head, 24)
    f.phnum = half(head, 56)
    f.phdr = 0
    f.align = PAGE
    f.count = 0
    f.executable_stack = 0
    interpreter[0] = 0
    if (f.type != ET_EXEC and f.type != ET_DYN) or half(head, 18) != EM_X86_64 or half(head, 54) != 56:
        return False
    if f.phnum == 0 or phoff > HEAD or phoff + f.phnum * 56 > cython.cast(u64, n):
        return False
    for i in range(f.phnum):
        row = head + phoff + i * 56
        kind = cython.cast(u32, field(row, 0))
        if kind == PT_INTERP and interpreter[0] == 0:
            if not read_name(f.fd, field(row, 8), field(row, 32), interpreter):
                return False
        elif kind == PT_PHDR:
            f.phdr = field(row, 16)
        elif kind == PT_GNU_STACK:
            f.executable_stack = half(row, 4) & PF_X
        elif kind == PT_LOAD and not add_segment(f, row, limit):
            return False
    if f.count == 0:
        return False
    find_headers(f, phoff)
    # position-independent files must surely find room
    return f.type == ET_EXEC or end_of_last(f) - first_page(f) + f.align < LARGEST_IMAGE


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def add_segment(f: FileP, row: cython.p_char, limit: u64) -> cython.bint:
    """Take in a PT_LOAD entry; False where it isn't sound, or they are too many."""
    s: SegmentP = cython.address(f.segments[f.count])
    flags: cython.int = half(row, 4)
    align: u64 = field(row, 48)
    if field(row, 32) == 0 and field(row, 40) == 0:
        return True
    if f.count == MOST_SEGMENTS:
        return False
    s.offset = field(row, 8)
    s.address = field(row, 16)
    s.file_size = field(row, 32)
    s.memory_size = field(row, 40)
    s.prot = (1 if flags & PF_R else 0) | (2 if flags & PF_W else 0) | (4 if flags & PF_X else 0)
    if (s.offset > f.size or s.file_size > f.size - s.offset or s.file_size > s.memory_size
            or (f.count and s.address < end_of_last(f)) or s.address >= limit
            or s.memory_size > limit - s.address or align & (align - 1) or align > LARGEST_IMAGE):
        return False
    if s.file_size and (s.address ^ s.offset) & PAGE_MASK:
        return False
    if align > f.align:
        f.align = align
    f.count += 1
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def find_headers(f: FileP, phoff: u64) -> cython.void:
    """Where the program headers are in memory, if no PT_PHDR entry says so."""
    i: cython.int
    s: SegmentP
    for i in range(f.count):
        s = cython.address(f.segments[i])
        if f.phdr == 0 and s.offset <= phoff < s.offset + s.file_size:
            f.phdr = phoff - s.offset + s.address


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def field(at: cython.p_char, offset: u64) -> u64:
    return cython.cast(u64p, at + offset)[0]


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def half(at: cython.p_char, offset: u64) -> cython.int:
    return cython.cast(u16p, at + offset)[0]


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def read_name(fd: cython.int, offset: u64, length: u64, name: cython.p_char) -> cython.bint:
    """The interpreter's name, which ends with its only NUL."""
    if length < 2 or length > LONGEST_PATH or offset >> 62:
        return False
    if pread(fd, name, length, offset) != cython.cast(cython.long, length):
        return False
    return name[0] != 0 and name[length - 1] == 0 and memcmp(name, b"/proc/", 6) != 0


def first_page(f):
    return f.segments[0].address & ~PAGE_MASK


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def end_of_last(f: FileP) -> u64:
    last: SegmentP = cython.address(f.segments[f.count - 1])
    return last.address + last.memory_size


def end_of(f):
    return (end_of_last(f) + PAGE_MASK) & ~PAGE_MASK


# -- mapping -----------------------------------------------------------------------------------------


def place(s, f, top, low):
    """The bias of a position-independent file: as `loaders.elf.place`, in memory with room."""
    start: u64 = first_page(f)
    length: u64 = end_of(f) - start
    at: u64
    if low:
        return ((LOW_BASE + f.align - 1) & ~(f.align - 1)) - start
    at = free_range(s, length + f.align - PAGE, LOW_TOP, PAGE)
    if at == 0:
        at = free_range(s, length + f.align - PAGE, top, PAGE)
    return ((at + f.align - 1) & ~(f.align - 1)) - start


def map_area(s, start, end, prot, flags, fd, offset, info):
    """`AddressSpace.map` where nothing is yet."""
    at: voidp = cython.cast(voidp, s.base + start)
    good: cython.bint
    if fd >= 0 and prot & PROT_X:
        note_code_file(fd)
    acquire(cython.address(s.lock))
    good = mmap(at, end - start, host_protection(prot), flags | MAP_FIXED, fd, offset) != MAP_FAILED
    if good:
        carve_areas(s, start, end)
        insert_area(s, start, end, prot, flags, offset, info)
    release(cython.address(s.lock))
    return good


def map_zeros(s, start, end, prot, info):
    return map_area(s, start, end, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0, info)


def map_file(s, process, f):
    """As `loaders.elf.ElfFile.map`."""
    i: cython.int
    g: SegmentP
    address: u64
    start: u64
    end: u64
    file_end: u64
    mapped_end: u64
    for i in range(f.count):
        g = cython.address(f.segments[i])
        address = g.address + f.bias
        start = address & ~PAGE_MASK
        end = (address + g.memory_size + PAGE_MASK) & ~PAGE_MASK
        file_end = address + g.file_size
        mapped_end = start
        if g.file_size:
            mapped_end = (file_end + PAGE_MASK) & ~PAGE_MASK
            if not map_area(s, start, mapped_end, g.prot, MAP_PRIVATE, f.fd, g.offset - (address - start),
                            process.plain):
                return False
            if g.memory_size > g.file_size and g.prot & 2 and file_end < mapped_end:
                memset(cython.cast(voidp, s.base + file_end), 0, mapped_end - file_end)
        if end > mapped_end and not map_zeros(s, mapped_end, end, g.prot, process.plain):
            return False
    return True
