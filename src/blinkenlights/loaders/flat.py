"""Flat programs: a `.bin` file is put at 0x400000 as it is, and started at its first byte."""

import os
from errno import ENOEXEC, ENOMEM

from blinkenlights.loaders import BadProgram, Image
from blinkenlights.loaders.elf import MAP_FIXED, MAP_PRIVATE, PAGE_MASK, map_zeros

TYPE_CHECKING = False
if TYPE_CHECKING:
    from blinkenlights.core.memory import AddressSpace

BASE = 0x400000
BSS = 16 << 20
READ_WRITE_EXECUTE = 7


class FlatFile:
    """A checked flat program. Owns `fd`."""

    def __init__(self, fd: int, path: bytes, address_limit: int) -> None:
        self.fd = fd
        self.path = path
        self.size = os.fstat(fd).st_size
        if not self.size:
            raise BadProgram(ENOEXEC, "file is empty")
        if BASE + self.size + BSS > address_limit:
            raise BadProgram(ENOMEM, "file does not fit into the address space")

    def close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


def load(space: "AddressSpace", program: FlatFile) -> Image:
    end = BASE + program.size
    mapped_end = (end + PAGE_MASK) & ~PAGE_MASK
    flags = MAP_PRIVATE | MAP_FIXED
    space.map(BASE, mapped_end - BASE, READ_WRITE_EXECUTE, flags, program.fd, 0, program.path)
    map_zeros(space, mapped_end, mapped_end + BSS, READ_WRITE_EXECUTE)
    image = Image()
    image.start = image.entry = image.code_start = BASE
    image.code_end = image.data_start = end
    image.data_end = mapped_end + BSS
    image.brk = mapped_end + BSS
    return image
