"""The status line."""

from blinkenlights.tui.lines import Line, length
from blinkenlights.tui.picture import Picture

# key of Machine.statistics, what it is called, whether it is bytes
FIGURES = (
    ("fds", "fds", False),
    ("resident", "resident", True),
    ("virtual", "virtual", True),
    ("reserved", "reserved", True),
    ("committed", "committed", True),
    ("freed", "freed", True),
    ("tables", "tables", False),
)


def rate(ips: float) -> str:
    """Instructions a second in few characters."""
    for divisor, suffix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if ips >= divisor:
            return f"{ips / divisor:.1f}{suffix} ips"
    return f"{ips:.0f} ips"


def lines(picture: Picture, width: int, state: str, message: str, ips: float) -> list[Line]:
    """What goes on, at the left; at the right figures, as many as there is room for."""
    from blinkenlights.tui.lines import size

    left: Line = [(f" {state} ", "status state"), (" ", "status"), (message, "status")]
    if picture.threads > 1:
        left.append((f" [thread {picture.thread} of {picture.threads}]", "status"))
    figures = [f"{picture.moment.tick:,} cycles", rate(ips)]
    for key, name, is_bytes in FIGURES:
        if picture.statistics.get(key, -1) >= 0:  # below that: not known now
            value = picture.statistics[key]
            figures.append(f"{size(value) if is_bytes else format(value, ',')} {name}")
    room = width - length(left) - 2
    while figures and len("  ".join(figures)) > room:
        figures.pop()
    right = "  ".join(figures)
    return [[*left, (" " * max(1, width - length(left) - len(right) - 1) + right + " ", "status")]]
