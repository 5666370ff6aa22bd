"""What things look like: one row a role, one column a theme.

`dark` and `light` paint their own background, so they look the same on any terminal with 256 or
more colours. `plain` is for terminals with 16 colours, dark or light: it takes the terminal's own
foreground and background, and colours that can be read on both. In each of them whatever matters is
told by an attribute or a character as well: bold, underlined, reversed, a mark.

`tests/tui/test_theme.py` computes the contrast (WCAG 2, 1.4.3).
"""

from functools import cache
from typing import TYPE_CHECKING

from rich.style import Style

if TYPE_CHECKING:
    from textual.theme import Theme

THEMES = ("dark", "light", "plain")

# Backgrounds: the screen's, the current line's, a dialog's.
BACKGROUND = {"dark": "#0e1116", "light": "#fbfaf6", "plain": "default"}
RAISED = {"dark": "#23272d", "light": "#e9e6dc", "plain": "default"}

# role: dark, light, plain
ROLES: dict[str, tuple[str, str, str]] = {
    "text": ("#d8dee9", "#24292f", "default"),
    "dim": ("#8592a3", "#626a73", "default"),
    "rule": ("#55667a", "#8f979f", "default"),
    "title": ("bold #ffc66d", "bold #8a4b00", "bold"),
    "title focused": ("bold #0e1116 on #ffc66d", "bold #fbfaf6 on #8a4b00", "bold reverse"),
    "title warning": ("bold #ff8f8f", "bold #b00020", "bold red"),
    "address": ("#7fa8c9", "#33638a", "default"),
    "address focused": ("bold #a9d1f0", "bold #1d4e79", "bold"),
    "heading": ("bold #ffd479", "bold #7a4300", "bold underline"),
    "mnemonic": ("bold #ecf1f7", "bold #16191d", "bold"),
    "register": ("#a8d987", "#2c6a12", "default"),
    "number": ("#f4a582", "#9a3b12", "default"),
    "symbol": ("#8fd3ff", "#00558c", "default"),
    "punctuation": ("#9aa7b8", "#59626c", "default"),
    "source": ("italic #9aa7b8", "italic #59626c", "default"),
    "bytes": ("#8592a3", "#626a73", "default"),
    "current": ("bold #ffffff on #2b5b84", "bold #ffffff on #1f5f99", "bold reverse"),
    "glyph": ("bold #d7b7ff", "bold #6b2fa0", "bold"),
    "breakpoint": ("bold #ff7b7b", "bold #b00020", "bold red"),
    "name": ("#9aa7b8", "#59626c", "default"),
    "value": ("#d8dee9", "#24292f", "default"),
    "changed": ("bold underline #ffe08a", "bold underline #7a4300", "bold underline"),
    "read": ("bold underline #7ff0c3", "bold underline #00603c", "bold underline"),
    "written": ("bold #16110a on #ffc66d", "bold #ffffff on #8a4b00", "bold reverse"),
    "unmapped": ("#55667a", "#8f979f", "default"),
    "watched": ("underline #ff9d9d", "underline #b00020", "underline"),
    "flag set": ("bold #ffe08a", "bold #7a4300", "bold"),
    "warning": ("bold #ff8f8f", "bold #b00020", "bold red"),
    "good": ("bold #a8d987", "bold #2c6a12", "bold"),
    "bar": ("#f4a582", "#9a3b12", "default"),
    "now": ("bold #0e1116 on #8fd3ff", "bold #ffffff on #00558c", "bold reverse"),
    "past": ("#8fd3ff", "#00558c", "bold"),
    "future": ("#55667a", "#8f979f", "default"),
    "status": ("#d8dee9 on #23272d", "#24292f on #e9e6dc", "reverse"),
    "status key": ("bold #ffc66d on #23272d", "bold #8a4b00 on #e9e6dc", "bold reverse"),
    "status state": ("bold #0e1116 on #a8d987", "bold #ffffff on #2c6a12", "bold"),
    "key": ("bold #ffc66d", "bold #8a4b00", "bold"),
}

SYNTAX = ("heading", "mnemonic", "register", "number", "symbol", "punctuation", "source", "bytes", "address")


@cache
def look(theme: str) -> dict[str, Style]:
    """Every role's style. ValueError for a theme that there isn't."""
    if theme not in THEMES:
        raise ValueError(f"the themes are {', '.join(THEMES)}")
    column = THEMES.index(theme)
    ground = Style(bgcolor=BACKGROUND[theme])
    return {role: ground + Style.parse(row[column]) for role, row in ROLES.items()}


@cache
def colourless(theme: str) -> dict[str, Style]:
    """The same without the highlighting of syntax (`-H`): states and marks stay visible."""
    styles = dict(look(theme))
    for role in SYNTAX:
        styles[role] = styles["text"]
    return styles


def uncoloured(styles: "dict[str, Style]") -> "dict[str, Style]":
    """With attributes alone (NO_COLOR)."""
    return {role: style.without_color for role, style in styles.items()}


def over(styles: "dict[str, Style]", style: Style) -> Style:
    """A style of the guest's own, on the screen's ground."""
    base = styles["text"]
    both = base + style
    return both if base.color is not None else both.without_color


def choose(wanted: str, colours: int, environment: "dict[str, str]") -> str:
    """The theme for a terminal with this number of colours, where the user asks for none.

    COLORFGBG, which rxvt, konsole and others set, tells a light background: its last number is the
    background's colour.
    """
    if wanted:
        return wanted
    if colours < 256:
        return "plain"
    ground = environment.get("COLORFGBG", "").rpartition(";")[2]
    return "light" if ground in ("7", "15") else "dark"


# Of an input line in 16 colours: readable on any background.
CURSOR = {
    f"{what}-{ground}": colour
    for what in ("block-cursor", "input-cursor", "input-selection", "screen-selection")
    for ground, colour in (("foreground", "ansi_black"), ("background", "ansi_white"))
}


@cache
def of_textual(theme: str) -> "Theme":
    """The same for Textual's own widgets: dialogs, input lines."""
    from textual.theme import Theme

    if theme == "plain":
        own = "ansi_default"
        return Theme(
            f"blinkenlights-{theme}",
            primary=own, foreground=own, background=own, surface=own, panel=own, boost=own,
            variables={"ansi-background": own, "ansi-foreground": own} | CURSOR, ansi=True,
        )  # fmt: skip
    foreground, accent = look(theme)["text"].color, look(theme)["title"].color
    assert foreground is not None and accent is not None
    return Theme(f"blinkenlights-{theme}", primary=accent.name, foreground=foreground.name,
                 background=BACKGROUND[theme], surface=RAISED[theme], panel=RAISED[theme],
                 dark=theme == "dark")  # fmt: skip
