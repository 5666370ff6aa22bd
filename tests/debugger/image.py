"""A program's file laid out as it would be in memory, without running it."""

from dataclasses import dataclass
from pathlib import Path

from elftools.elf.elffile import ELFFile

from blinkenlights.debugger.symbols import Symbols


@dataclass
class Mapping:
    start: int
    end: int
    offset: int
    name: str


class ImageOf:
    """Memory that holds one ELF file, `bias` above its own addresses."""

    def __init__(self, path: Path, bias: int = 0) -> None:
        self.mappings: list[Mapping] = []
        self.pieces: list[tuple[int, bytes]] = []
        with path.open("rb") as file:
            for segment in ELFFile(file).iter_segments("PT_LOAD"):
                start, offset = segment["p_vaddr"] + bias, segment["p_offset"]
                first, end = start & ~4095, start + segment["p_memsz"] + 4095 & ~4095
                self.mappings.append(Mapping(first, end, offset & ~4095, str(path)))
                self.pieces.append((first, bytes(start - first) + segment.data()))
        self.symbols = Symbols(lambda: self.mappings)

    def read(self, address: int, count: int) -> bytes:
        for start, data in self.pieces:
            if start <= address < start + len(data):
                return data[address - start : address - start + count]
        return b""
