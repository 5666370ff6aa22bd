"""Where the time goes: functions by the samples taken in them."""

from blinkenlights.tui.lines import Line, column
from blinkenlights.tui.picture import Picture

EIGHTHS = " ▏▎▍▌▋▊▉"


def bar(share: float, width: int) -> str:
    """A bar to an eighth of a cell."""
    eighths = round(share * width * 8)
    return "█" * (eighths // 8) + (EIGHTHS[eighths % 8] if eighths % 8 else "")


def lines(picture: Picture, width: int, height: int) -> list[Line]:
    total = sum(hot.count for hot in picture.profile)
    if not total:
        return column([[("continue (c) and see which functions are hot", "dim")]], height)
    most = picture.profile[0].count
    names = min(max((len(hot.name) for hot in picture.profile[:height]), default=8), max(8, width // 2))
    room = max(4, width - names - 8)
    out: list[Line] = []
    for hot in picture.profile[:height]:
        share = hot.count / total
        out.append([
            (f"{100 * share:5.1f}% ", "number"),
            (f"{hot.name[:names]:<{names}} ", "symbol"),
            (bar(hot.count / most, room), "bar"),
        ])  # fmt: skip
    return column(out, height)
