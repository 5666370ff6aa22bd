"""Calls that haven't returned: the frame's address, the place in the code, and the frame's size."""

from blinkenlights.tui.lines import Line, column
from blinkenlights.tui.picture import Picture


def lines(picture: Picture, width: int, height: int, scroll: int = 0) -> list[Line]:
    digits = 12 if picture.bits == 64 else 6
    out: list[Line] = []
    if picture.warning:
        out.append([("⚠ ", "warning"), (picture.warning, "warning")])
    for call in picture.frames[scroll:]:
        if len(out) >= height:
            break
        line: Line = []
        if width >= 2 * digits + 14:
            line += [(f"{call.frame:0{digits}x} ", "address")]
        line += [(f"{call.address:0{digits}x} ", "address"), (call.name or "?", "symbol")]
        if call.size:
            line.append((f" {call.size} bytes", "dim"))
        if call.warning:
            line.append((f" ⚠ {call.warning}", "warning"))
        out.append(line)
    return column(out, height)
