"""A memory panel: an address and its cells in Code Page 437, a line of them a row."""

from blinkenlights.tui.cp437 import UNMAPPED, picture
from blinkenlights.tui.lines import Line, column
from blinkenlights.tui.picture import Cells

PANELS = ("code", "read", "write", "stack")


def columns(width: int, digits: int = 12) -> int:
    """How many cells fit beside an address: 64, or the next smaller power of two."""
    for cells in (64, 32, 16):
        if digits + 1 + cells <= width:
            return cells
    return 8


def role_of(cells: Cells, i: int) -> str:
    """The most important thing about a cell."""
    if i in cells.written:
        return "written"
    if i in cells.read:
        return "read"
    return "watched" if i in cells.watched else "value"


def lines(cells: Cells, width: int, height: int, focus: int, digits: int = 12) -> list[Line]:
    """`focus`: the address that the panel follows; the row that holds it is told by its address."""
    out: list[Line] = []
    stride = cells.columns << cells.zoom
    everything = (1 << cells.columns) - 1
    marked = cells.written | cells.read | cells.watched
    for row, data in enumerate(cells.rows):
        address = cells.start + row * stride
        role = "address focused" if address <= focus < address + stride else "address"
        line: Line = [(f"{address & 0xFFFFFFFFFFFFFFFF:0{digits}x} ", role)]
        first = row * cells.columns
        mapped = cells.mapped[row]
        here = [i for i in marked if first <= i < first + cells.columns] if marked else []
        if mapped == everything and not here:
            line.append((picture(data), "value"))
        elif not mapped:
            line.append((UNMAPPED * cells.columns, "unmapped"))
        else:
            line += runs(cells, data, mapped, first)
        out.append(line)
    return column(out, height)


def runs(cells: Cells, data: bytes, mapped: int, first: int) -> Line:
    """The row in runs of cells that look alike."""
    text = picture(data)
    line: Line = []
    start, before = 0, ""
    for i in range(cells.columns + 1):
        role = ""
        if i < cells.columns:
            role = role_of(cells, first + i) if mapped >> i & 1 else "unmapped"
        if role != before:
            if before:
                line.append((UNMAPPED * (i - start) if before == "unmapped" else text[start:i], before))
            start, before = i, role
    return line
