"""The SSE registers: as integers, floats or doubles, in a radix, by elements of a size."""

import struct
from dataclasses import dataclass

from blinkenlights.tui.cp437 import picture as characters
from blinkenlights.tui.lines import Line, column
from blinkenlights.tui.panels.x87 import number
from blinkenlights.tui.picture import Picture

RADICES = ("hex", "dec", "char")
TYPES = ("int", "float", "double")
SIZES = (1, 2, 4, 8, 16)
FLOATS = {"float": ("f", 4, 12), "double": ("d", 8, 20)}


@dataclass(slots=True)
class Manner:
    """How the registers are shown. `size` is that of an integer, in bytes."""

    radix: str = "hex"
    type: str = "int"
    size: int = 1

    def next_radix(self) -> None:
        self.radix = RADICES[(RADICES.index(self.radix) + 1) % len(RADICES)]

    def next_type(self) -> None:
        self.type = TYPES[(TYPES.index(self.type) + 1) % len(TYPES)]

    def next_size(self) -> None:
        self.size = SIZES[(SIZES.index(self.size) + 1) % len(SIZES)]

    def __str__(self) -> str:
        if self.type != "int":
            return self.type
        return f"{self.radix} int{8 * self.size}"


def elements(data: bytes, manner: Manner) -> list[str]:
    """The register's elements as text, the highest first, as the manuals draw them."""
    if manner.type in FLOATS:
        letter, size, width = FLOATS[manner.type]
        values = struct.unpack(f"<{len(data) // size}{letter}", data)
        return [number(value, width) for value in reversed(values)]
    pieces = [data[i : i + manner.size] for i in range(0, len(data), manner.size)]
    if manner.radix == "char":
        return [characters(piece[::-1]) for piece in reversed(pieces)]
    numbers = [int.from_bytes(piece, "little", signed=manner.radix == "dec") for piece in reversed(pieces)]
    if manner.radix == "dec":
        return [str(value) for value in numbers]
    return [f"{value:0{2 * manner.size}x}" for value in numbers]


def values(data: bytes, manner: Manner, width: int) -> str:
    """The elements beside each other, aligned, in at most `width` characters where that can be."""
    parts = elements(data, manner)
    fixed = manner.type == "int" and manner.radix != "dec"
    if fixed:
        spaced = " ".join(parts)
        return spaced if len(spaced) <= width else "".join(parts)
    each = max(1, (width - len(parts) + 1) // len(parts))
    return " ".join(f"{part:>{each}}" for part in parts)


def shown(picture: Picture) -> int:
    """How many registers are worth showing: none if all are zero, else 8 or 16, as in the original."""
    used = [i for i, data in enumerate(picture.vectors) if any(data)]
    return 0 if not used else 8 if max(used) < 8 else 16


def widest(manner: Manner, size: int) -> int:
    """Characters of a register of `size` bytes at its most compact."""
    if manner.type == "int":
        if manner.radix == "hex":
            return 2 * size
        if manner.radix == "char":
            return size
        digits = len(str(-(1 << (8 * manner.size - 1))))
        return (size // manner.size) * (digits + 1) - 1
    _, each, digits = FLOATS[manner.type]
    return (size // each) * (digits + 1) - 1


def arrangement(picture: Picture, manner: Manner, width: int) -> tuple[int, int, bool]:
    """(columns, rows, whether the upper halves are shown too) for this many characters a line."""
    count = shown(picture)
    upper = any(any(data[16:]) for data in picture.vectors)
    size = 32 if upper else 16
    columns = 2 if 2 * (6 + widest(manner, size)) + 1 <= width else 1
    return columns, count // columns, upper


def lines(picture: Picture, width: int, height: int, manner: Manner) -> list[Line]:
    columns, rows, upper = arrangement(picture, manner, width)
    each = (width - (columns - 1)) // columns
    out: list[Line] = []
    for row in range(rows):
        line: Line = []
        for i in range(row, rows * columns, rows):
            if i >= len(picture.vectors):
                continue
            data = picture.vectors[i] if upper else picture.vectors[i][:16]
            text = values(data, manner, each - 6)
            role = "changed" if i in picture.vectors_changed else "value"
            name = f"{'YMM' if upper else 'XMM'}{i}"
            line += [(f"{name:<6}", "name"), (f"{text[: each - 6]:<{each - 6}}", role), (" ", "text")]
        out.append(line)
    return column(out, height)
