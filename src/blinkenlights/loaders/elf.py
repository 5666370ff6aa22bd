"""ELF64 programs for x86-64: checking the file, and mapping it.

A file is checked whole before any of the old program is torn down, so a damaged one is an error
from `execve`, and never a crash half-way.
"""

import posix
from errno import EINVAL, EIO, ENOENT, ENOEXEC, ENOMEM

from blinkenlights.loaders import BadProgram, Image
from blinkenlights.names import fsdecode
from blinkenlights.structs import number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from blinkenlights.core.memory import AddressSpace

MAGIC = b"\x7fELF"
PAGE = 4096
PAGE_MASK = PAGE - 1
LOW_BASE = 0x1000_0000  # where position-independent programs go: translated code likes 32-bit addresses

ELFCLASS64 = 2
ELFDATA2LSB = 1
ET_EXEC = 2
ET_DYN = 3
EM_X86_64 = 62
PT_LOAD = 1
PT_INTERP = 3
PT_PHDR = 6
PT_GNU_STACK = 0x6474E551
PF_X = 1
PF_W = 2
PF_R = 4

PROT_READ = 1
PROT_WRITE = 2
PROT_EXEC = 4
MAP_PRIVATE = 0x02
MAP_FIXED = 0x10
MAP_ANONYMOUS = 0x20
MAP_NORESERVE = 0x4000

EHDR_SIZE = 64
PHDR_SIZE = 56
MOST_PHDRS = 65536 // PHDR_SIZE  # the kernel's own limit
LONGEST_INTERPRETER = 4096  # PATH_MAX

MACHINES = {
    2: "SPARC", 3: "i386", 8: "MIPS", 20: "PowerPC", 21: "PowerPC64", 22: "S/390", 40: "ARM",
    43: "SPARC64", 50: "Itanium", 183: "AArch64", 243: "RISC-V", 258: "LoongArch",
}  # fmt: skip


class OtherMachine(BadProgram):
    """A sound ELF file, but not for this CPU: the host may know how to run it."""


class Segment:
    """A PT_LOAD entry."""

    __slots__ = ("address", "align", "file_size", "flags", "memory_size", "offset")

    def __init__(
        self, flags: int, offset: int, address: int, file_size: int, memory_size: int, align: int
    ) -> None:
        self.flags = flags
        self.offset = offset
        self.address = address
        self.file_size = file_size
        self.memory_size = memory_size
        self.align = align

    @property
    def end(self) -> int:
        return self.address + self.memory_size

    @property
    def prot(self) -> int:
        return (
            (PROT_READ if self.flags & PF_R else 0)
            | (PROT_WRITE if self.flags & PF_W else 0)
            | (PROT_EXEC if self.flags & PF_X else 0)
        )


class ElfFile:
    """A checked ELF file, ready to be mapped. Owns `fd`.

    `header` is used in place of the file's first bytes, for formats that keep it elsewhere.
    """

    def __init__(self, fd: int, path: bytes, address_limit: int, header: bytes = b"") -> None:
        self.fd = fd
        self.path = path
        self.size = posix.fstat(fd).st_size
        self.segments: list[Segment] = []
        self.interpreter = b""
        self.executable_stack = False
        self.phdr_address = 0
        self._read_header(header or posix.pread(fd, EHDR_SIZE, 0))
        self._read_program_headers(address_limit)

    def close(self) -> None:
        if self.fd >= 0:
            posix.close(self.fd)
            self.fd = -1

    # -- checking ------------------------------------------------------------------------------

    def _read_header(self, header: bytes) -> None:
        if header[:4] != MAGIC:
            raise BadProgram(ENOEXEC, "not an ELF file")
        if len(header) < EHDR_SIZE:
            raise BadProgram(ENOEXEC, "ELF file is cut short in its header")
        ident = header[:16]
        machine = number(header, 18, 2)
        self.type = number(header, 16, 2)
        self.entry = number(header, 24, 8)
        self.phoff = number(header, 32, 8)
        self.phentsize = number(header, 54, 2)
        self.phnum = number(header, 56, 2)
        if ident[5] not in (1, 2) or ident[4] not in (1, 2):
            raise BadProgram(ENOEXEC, "ELF file has no valid class or byte order")
        if ident[5] != ELFDATA2LSB:
            raise OtherMachine(ENOEXEC, "ELF file is big-endian, not for x86-64")
        if machine != EM_X86_64:
            name = MACHINES.get(machine, f"machine {machine}")
            raise OtherMachine(ENOEXEC, f"ELF file is for {name}, not for x86-64")
        if ident[4] != ELFCLASS64:
            raise OtherMachine(ENOEXEC, "ELF file is 32-bit, not 64-bit")
        if self.type not in (ET_EXEC, ET_DYN):
            raise BadProgram(ENOEXEC, f"ELF file is not a program (type {self.type})")
        if self.phentsize != PHDR_SIZE:
            raise BadProgram(ENOEXEC, f"ELF program headers have a wrong size ({self.phentsize})")
        if not 0 < self.phnum <= MOST_PHDRS:
            raise BadProgram(ENOEXEC, f"ELF file has {self.phnum} program headers")

    def _read_program_headers(self, address_limit: int) -> None:
        length = self.phnum * PHDR_SIZE
        if self.phoff + length > self.size:
            raise BadProgram(ENOEXEC, "ELF file is cut short in its program headers")
        table = posix.pread(self.fd, length, self.phoff)
        if len(table) != length:
            raise BadProgram(EIO, "ELF program headers can't be read")
        for at in range(0, length, PHDR_SIZE):
            kind, flags = number(table, at, 4), number(table, at + 4, 4)
            offset, vaddr, _paddr, file_size, memory_size, align = (
                number(table, at + 8 * i, 8) for i in range(1, 7)
            )
            if kind == PT_LOAD:
                if memory_size or file_size:
                    segment = Segment(flags, offset, vaddr, file_size, memory_size, align)
                    self._check_segment(segment, address_limit)
                    self.segments.append(segment)
            elif kind == PT_INTERP and not self.interpreter:
                self._read_interpreter(offset, file_size)
            elif kind == PT_PHDR:
                self.phdr_address = vaddr
            elif kind == PT_GNU_STACK:
                self.executable_stack = bool(flags & PF_X)
        if not self.segments:
            raise BadProgram(ENOEXEC, "ELF file has nothing to load")
        self.segments.sort(key=lambda segment: segment.address)
        for lower, upper in zip(self.segments, self.segments[1:]):  # noqa: B905
            if lower.end > upper.address:
                raise BadProgram(ENOEXEC, f"ELF segments overlap at {upper.address:#x}")
        if not self.phdr_address:
            for segment in self.segments:
                if segment.offset <= self.phoff < segment.offset + segment.file_size:
                    self.phdr_address = self.phoff - segment.offset + segment.address
                    break

    def _check_segment(self, s: Segment, address_limit: int) -> None:
        if s.file_size > s.memory_size:
            raise BadProgram(EINVAL, f"ELF segment at {s.address:#x} is larger in the file than in memory")
        if s.offset + s.file_size > self.size:
            raise BadProgram(ENOEXEC, f"ELF file is cut short in its segment at {s.address:#x}")
        if s.end > address_limit:
            raise BadProgram(ENOMEM, f"ELF segment at {s.address:#x} does not fit into the address space")
        if s.align & (s.align - 1):
            raise BadProgram(EINVAL, f"ELF segment at {s.address:#x} has a bad alignment ({s.align})")

    def _read_interpreter(self, offset: int, length: int) -> None:
        if not 2 <= length <= LONGEST_INTERPRETER:
            raise BadProgram(ENOEXEC, f"ELF interpreter's name has a bad length ({length})")
        name = posix.pread(self.fd, length, offset)
        if len(name) != length:
            raise BadProgram(ENOEXEC, "ELF file is cut short in its interpreter's name")
        if name[-1]:
            raise BadProgram(ENOEXEC, "ELF interpreter's name does not end")
        self.interpreter = name[: name.index(0)]
        if not self.interpreter:
            raise BadProgram(ENOENT, "ELF interpreter's name is empty")

    # -- extent --------------------------------------------------------------------------------

    @property
    def start(self) -> int:
        """Lowest address, at a page boundary."""
        return self.segments[0].address & ~PAGE_MASK

    @property
    def end(self) -> int:
        """End of the highest segment, rounded up to a page."""
        return (self.segments[-1].end + PAGE_MASK) & ~PAGE_MASK

    @property
    def alignment(self) -> int:
        return max(PAGE, *(segment.align for segment in self.segments)) if self.segments else PAGE

    # -- mapping -------------------------------------------------------------------------------

    def map(self, space: "AddressSpace", bias: int) -> None:
        """Map all segments, `bias` above the addresses in the file."""
        for segment in self.segments:
            self._map_segment(space, segment, segment.address + bias)

    def _map_segment(self, space: "AddressSpace", s: Segment, address: int) -> None:
        start = address & ~PAGE_MASK
        end = (address + s.memory_size + PAGE_MASK) & ~PAGE_MASK
        file_end = address + s.file_size
        if s.file_size == 0:
            map_zeros(space, start, end, s.prot)
            return
        if (address ^ s.offset) & PAGE_MASK:
            self._read_segment(space, s, start, end, address)
            return
        mapped_end = (file_end + PAGE_MASK) & ~PAGE_MASK
        space.map(start, mapped_end - start, s.prot, MAP_PRIVATE | MAP_FIXED, self.fd,
                  s.offset - (address - start), self.path)  # fmt: skip
        if s.memory_size > s.file_size:
            # the rest of the last file page, all of it: ld.so takes what is behind its data as zero
            if s.flags & PF_W and file_end < mapped_end:
                space.write(file_end, bytes(mapped_end - file_end))
            if end > mapped_end:
                map_zeros(space, mapped_end, end, s.prot)

    def _read_segment(self, space: "AddressSpace", s: Segment, start: int, end: int, address: int) -> None:
        """A segment at another place in its page than in the file can't be mapped: copy it."""
        map_zeros(space, start, end, PROT_READ | PROT_WRITE)
        done = 0
        while done < s.file_size:
            piece = posix.pread(self.fd, min(s.file_size - done, 1 << 20), s.offset + done)
            if not piece:
                raise BadProgram(EIO, f"{fsdecode(self.path)} can't be read")
            space.write(address + done, piece)
            done += len(piece)
        space.protect(start, end - start, s.prot)


def map_zeros(space: "AddressSpace", start: int, end: int, prot: int, name: bytes = b"") -> None:
    flags = MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS | MAP_NORESERVE
    space.map(start, end - start, prot, flags, -1, 0, name)


def load(space: "AddressSpace", program: ElfFile, interpreter: ElfFile | None) -> Image:
    """Map a program, and its interpreter if it has one, into an empty address space."""
    dynamic_base = min(LOW_BASE, space.size // 3 * 2 & ~PAGE_MASK)
    heap_base = space.size // 3 * 2 & ~PAGE_MASK
    image = Image()
    bias = 0
    if program.type == ET_DYN:
        # without an interpreter it may be one itself: out of the way of what it will map
        bias = place(space, program, 0 if interpreter is None else dynamic_base)
    program.map(space, bias)
    image.load_bias = bias
    image.entry = image.start = program.entry + bias
    image.brk = program.end + bias if program.type == ET_EXEC else heap_base
    if program.phdr_address:
        image.phdr = program.phdr_address + bias
    image.phentsize = program.phentsize
    image.phnum = program.phnum
    image.executable_stack = program.executable_stack
    for segment in program.segments:
        if segment.flags & PF_X:
            image.code_start = image.code_start or segment.address + bias
            image.code_end = segment.address + segment.file_size + bias
        elif segment.flags & PF_W:
            image.data_start = image.data_start or segment.address + bias
            image.data_end = segment.address + segment.file_size + bias
    if interpreter is not None:
        base = place(space, interpreter, 0) if interpreter.type == ET_DYN else 0
        interpreter.map(space, base)
        image.interpreter_base = base + (interpreter.start if interpreter.type == ET_DYN else 0)
        image.start = interpreter.entry + base
    return image


def place(space: "AddressSpace", elf: ElfFile, wanted: int) -> int:
    """The bias for a position-independent file, near `wanted` or where there is room."""
    length = elf.end - elf.start
    align = elf.alignment
    if wanted:
        wanted = (wanted + align - 1) & ~(align - 1)
        if wanted + length < space.size and space.is_free(wanted, length):
            return wanted - elf.start
    start = space.find_free(length + (align - PAGE), 0, True) or space.find_free(length + (align - PAGE))
    if not start:
        raise BadProgram(ENOMEM, f"{fsdecode(elf.path)} does not fit into the address space")
    return ((start + align - 1) & ~(align - 1)) - elf.start
