"""The x87 stack."""

from blinkenlights.tui.lines import Line, column, length
from blinkenlights.tui.picture import Picture


def one(picture: Picture, i: int, width: int) -> Line:
    value = picture.st[i]
    if value is None:
        return [(f"ST{i} ", "name"), ("empty"[: max(0, width - 4)], "dim")]
    return [
        (f"ST{i} ", "name"),
        (number(value, width - 4), "changed" if i in picture.st_changed else "value"),
    ]


def column_of(picture: Picture, width: int) -> list[Line]:
    """The eight beneath each other."""
    return [one(picture, i, width) for i in range(len(picture.st))]


def lines(picture: Picture, width: int, height: int) -> list[Line]:
    """The eight in two columns."""
    each = width // 2
    every = column_of(picture, each - 1)
    out = [[*left, (" " * (each - length(left)), "text"), *right]
           for left, right in zip(every[:4], every[4:], strict=False)]  # fmt: skip
    return column(out, height)


def number(value: float, width: int) -> str:
    """The value in at most `width` characters, with as many digits as fit."""
    for digits in range(17, 0, -1):
        text = f"{value:.{digits}g}"
        if len(text) <= width:
            return text
    return text[:width]
