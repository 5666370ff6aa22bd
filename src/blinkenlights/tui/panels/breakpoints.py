"""Breakpoints and watchpoints."""

from blinkenlights.tui.lines import Line, column
from blinkenlights.tui.picture import Picture, Stop


def one(stop: Stop, watch: bool, here: bool) -> Line:
    mark = ("◆" if stop.enabled else "◇") if watch else ("●" if stop.enabled else "○")
    line: Line = [(mark + " ", "breakpoint"), (f"{stop.address:012x} ", "address"), (stop.name, "symbol")]
    if watch:
        line.append((f" {stop.size} byte{'s' * (stop.size != 1)} {stop.access}", "dim"))
    if stop.condition:
        line += [(" if ", "dim"), (stop.condition, "text")]
    if stop.hits:
        line.append((f" hit {stop.hits}", "number"))
    if here:
        line.append((" ← here", "good"))
    return line


def lines(picture: Picture, width: int, height: int, scroll: int = 0) -> list[Line]:
    out = [one(stop, False, stop.address == picture.ip) for stop in picture.breakpoints]
    out += [one(stop, True, False) for stop in picture.watchpoints]
    return column(out[scroll:], height)
