"""Memory maps: what the fourth-level page table (PML4T) leads to."""

from blinkenlights.tui.lines import Line, column, size
from blinkenlights.tui.picture import Picture


def lines(picture: Picture, width: int, height: int, scroll: int = 0) -> list[Line]:
    """Ranges, sizes, the share that is committed, protections, names; shorter where there is less room."""
    digits = max((len(f"{area.end - 1:x}") for area in picture.maps), default=12)
    digits = max(digits, 6)
    ranges = width >= 2 * digits + 1 + 16 + 8
    out: list[Line] = []
    for area in picture.maps[scroll : scroll + height]:
        line: Line = [(f"{area.start:0{digits}x}", "address")]
        if ranges:
            line += [("-", "dim"), (f"{area.end - 1:0{digits}x}", "address")]
        line.append((f" {size(area.end - area.start):>5}", "number"))
        line.append((f" {share(area.committed, area.end - area.start):>4}", "value"))
        line.append((f" {protection(area.protection):<4}", "register"))
        line.append((area.name, "symbol"))
        out.append(line)
    return column(out, height)


def share(committed: int | None, whole: int) -> str:
    """In percent, rounded up, so that a single page of many is seen."""
    if committed is None or not whole:
        return ""
    return f"{-(-100 * committed // whole)}%"


def protection(letters: str) -> str:
    return letters.replace("-", "") or "-"
