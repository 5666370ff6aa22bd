"""Where each panel goes: three columns as the original's, a timeline and a status line.

Everything is computed from a size and what the user chose, so that it can be tested without a screen.
A panel's height includes its title.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

FIRST_LEAST, SECOND_LEAST = 30, 30
THIRD_LEAST = 20  # a register
WIDE, NARROW = 78, 45  # of the third column, for 64 and for 32 cells of memory
MEMORY = ("code", "read", "write", "stack")
FIXED_FOOT = 2  # timeline, status line
BESIDE = 56  # from this width on the x87 stack is beside the registers
DISPLAY_WIDTH = 80  # what programs expect of a terminal


class Place(NamedTuple):
    x: int
    y: int
    width: int
    height: int


@dataclass(slots=True)
class Choices:
    """What the user chose. Widths and heights are absent until a border is dragged."""

    second: bool = True
    third: bool = True
    widths: dict[int, int] = field(default_factory=dict)  # of columns 2 and 3
    heights: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Needs:
    """What there is to show: how many lines each of these has."""

    breakpoints: int = 0
    maps: int = 6
    frames: int = 6
    registers: int = 11
    x87: bool = False  # whether the x87 stack is in use
    sse: int = 0  # lines of the SSE panel at the third column's width; 0 hides it
    display: bool = False
    screen: int = 0  # lines of the display where it is a PC's, whose size is fixed
    profile: bool = False


@dataclass(slots=True)
class Plan:
    """Panels' places, and the columns' left borders (x), by the number of the column at their right."""

    places: dict[str, Place] = field(default_factory=dict)
    borders: dict[int, int] = field(default_factory=dict)
    columns: dict[int, list[str]] = field(default_factory=dict)


def third_width(width: int) -> int:
    """78 with 64 cells of memory, 46 with 32, as the screen allows."""
    return WIDE if width >= 160 else NARROW


def columns(width: int, choices: Choices, needs: Needs) -> tuple[int, int]:
    """The widths of columns 2 and 3, 0 for one that isn't shown. Where not all fit, the second goes first."""
    third = choices.widths.get(3, third_width(width)) if choices.third else 0
    may_narrow = needs.display and choices.second and not choices.widths and third > NARROW
    if may_narrow and width - third - 2 - DISPLAY_WIDTH < FIRST_LEAST <= width - NARROW - 2 - DISPLAY_WIDTH:
        third = NARROW  # the display is worth more than longer lines of memory
    third = min(third, width - FIRST_LEAST - 1) if third else 0
    if third < THIRD_LEAST:
        third = 0
    rest = width - (third + 1 if third else 0)
    second = 0
    if choices.second:
        wide = needs.display and rest >= FIRST_LEAST + 1 + DISPLAY_WIDTH
        usual = DISPLAY_WIDTH if wide else min(70, max(SECOND_LEAST, rest * 45 // 100))
        second = choices.widths.get(2, usual)
        second = min(second, rest - FIRST_LEAST - 1)
        if second < SECOND_LEAST:
            second = 0
    return second, third


def share(total: int, wishes: list[tuple[str, int, int, int]], fixed: dict[str, int]) -> dict[str, int]:
    """Divide `total` lines. A wish is (name, least, most, weight); a fixed height wins over it.

    Where not even the least fit, the later ones do without.
    """
    heights: dict[str, int] = {}
    left = total
    for name, least, most, _ in wishes:
        want = max(2, fixed[name]) if name in fixed else min(least, most)
        heights[name] = want if want <= left else 0
        left -= heights[name]
    while left > 0:
        open_ = [(name, weight) for name, _, most, weight in wishes
                 if heights[name] and name not in fixed and heights[name] < most]  # fmt: skip
        if not open_:
            break
        whole = sum(weight for _, weight in open_)
        given = 0
        for name, weight in open_:
            most = next(wish[2] for wish in wishes if wish[0] == name)
            more = min(max(1, left * weight // whole), most - heights[name], left - given)
            heights[name] += more
            given += more
        if not given:
            break
        left -= given
    if left:
        last = next((wish[0] for wish in reversed(wishes) if heights[wish[0]]), None)
        if last:
            heights[last] += left
    return heights


def stack(
    plan: Plan,
    number: int,
    x: int,
    width: int,
    wishes: list[tuple[str, int, int, int]],
    height: int,
    fixed: dict[str, int],
) -> None:
    heights = share(height, wishes, fixed)
    y = 0
    for name, *_ in wishes:
        if heights[name]:
            plan.places[name] = Place(x, y, width, heights[name])
            plan.columns.setdefault(number, []).append(name)
            y += heights[name]


def plan(width: int, height: int, choices: Choices, needs: Needs) -> Plan:
    """Place everything on a screen of this size. Panels without room are left out."""
    out = Plan()
    body = max(1, height - FIXED_FOOT)
    second, third = columns(width, choices, needs)
    first = width - (second + 1 if second else 0) - (third + 1 if third else 0)
    out.places["disassembly"] = Place(0, 0, first, body)
    out.columns[1] = ["disassembly"]
    if second:
        out.borders[2] = first
        wishes = [("breakpoints", 3, max(3, min(needs.breakpoints + 1, body // 4)), 1)]
        if needs.profile:
            wishes.append(("profile", min(6, body // 4), body // 2, 3))
        wishes.append(("maps", 3, needs.maps + 1, 2))
        if needs.display:
            least = min(needs.screen + 1, body - 9) if needs.screen else body * 2 // 5
            wishes.append(("display", max(4, least), max(26, needs.screen + 1, body * 2 // 5), 2))
        wishes.append(("frames", 3, body, 2))
        stack(out, 2, first + 1, second, wishes, body, choices.heights)
    if third:
        x = width - third
        out.borders[3] = x - 1
        registers = min(needs.registers, body)
        out.places["registers"] = Place(x, 0, third, registers)
        wishes = []
        if needs.x87 and third < BESIDE and body - registers >= 4 + 4 * 3:
            wishes.append(("x87", 4, 4, 1))
        if needs.sse and body - registers >= needs.sse + 1 + 4 * 3:
            wishes.append(("sse", needs.sse + 1, needs.sse + 1, 1))
        if needs.display and not second:
            wishes.append(("display", max(4, body // 4), 26, 2))
        wishes += [("code", 2, body, 3), ("stack", 2, body, 4), ("write", 2, body, 3), ("read", 2, body, 3)]
        heights = share(body - registers, wishes, choices.heights)
        order = [name for name in ("x87", "sse", "display", *MEMORY) if name in heights]
        y = registers
        for name in order:
            if heights[name]:
                out.places[name] = Place(x, y, third, heights[name])
                out.columns.setdefault(3, []).append(name)
                y += heights[name]
    out.places["timeline"] = Place(0, height - 2, width, 1)
    out.places["status"] = Place(0, height - 1, width, 1)
    return out


def toggle(number: int, width: int, choices: Choices, needs: Needs) -> None:
    """Show or hide a column. Where both don't fit, the one asked for takes the other's place."""
    shown = dict(zip((2, 3), columns(width, choices, needs), strict=True))
    want = not shown[number]
    if number == 2:
        choices.second = want
    else:
        choices.third = want
    if want and number == 2 and not columns(width, choices, needs)[0]:
        choices.third = False


def drag_border(number: int, x: int, width: int, choices: Choices, needs: Needs) -> None:
    """Move the left border of column 2 or 3 to `x`."""
    _, third = columns(width, choices, needs)
    if number == 3:
        choices.widths[3] = max(20, min(width - FIRST_LEAST - 1, width - x - 1))
    else:
        right = width - (third + 1 if third else 0)
        choices.widths[2] = max(SECOND_LEAST, min(right - FIRST_LEAST - 1, right - x - 1))


def drag_title(name: str, y: int, now: Plan, choices: Choices) -> None:
    """Move the title of a panel to line `y`: the panel above takes or gives the lines."""
    for names in now.columns.values():
        if name in names[1:]:
            above = names[names.index(name) - 1]
            upper, lower = now.places[above], now.places[name]
            y = max(upper.y + 2, min(lower.y + lower.height - 2, y))
            choices.heights[above] = y - upper.y
            choices.heights[name] = lower.y + lower.height - y
