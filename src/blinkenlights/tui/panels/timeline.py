"""The timeline: where in the recording the machine is. A click goes there."""

from blinkenlights.tui.lines import Line
from blinkenlights.tui.picture import Moment

LABEL = 26


def room(width: int) -> tuple[int, int]:
    """Where the bar begins and how long it is."""
    label = LABEL if width >= 60 else 0
    return label, max(1, width - label)


def place(moment: Moment, tick: int, length: int) -> int:
    """The cell of the bar that stands for `tick`."""
    span = moment.last - moment.first
    if span <= 0:
        return length - 1
    return min(length - 1, max(0, (tick - moment.first) * (length - 1) // span))


def tick_at(moment: Moment, cell: int, length: int) -> int:
    """The tick that a cell stands for: the first one at the left end, the last one at the right."""
    if cell >= length - 1:
        return moment.last
    return moment.first + max(0, cell) * (moment.last - moment.first) // max(1, length - 1)


def lines(moment: Moment, width: int) -> list[Line]:
    start, length = room(width)
    label = f"tick {moment.tick:,}"
    if moment.tick < moment.last:
        label += " (past)"
    line: Line = [(f"{label:<{start}}"[:start], "text")] if start else []
    if not moment.recording:
        note = " not recording: there is no way back "
        return [[*line, (f"{note:─^{length}}"[:length], "future")]]
    bar = ["━"] * length
    now = place(moment, moment.tick, length)
    for i in range(now + 1, length):
        bar[i] = "╌"
    for tick, letter in moment.marks:
        bar[place(moment, tick, length)] = letter
    line += [("".join(bar[:now]), "past"), ("◉", "now"), ("".join(bar[now + 1 :]), "future")]
    return [line]
