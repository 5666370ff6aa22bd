"""Themes: contrast, and nothing by colour alone."""

import pytest

from blinkenlights.tui.theme import ROLES, THEMES, choose, colourless, look

QUIET = {"rule", "unmapped", "future"}  # lines and dots: not text
MARKED: tuple[str, ...] = ("current", "changed", "read", "written", "watched", "heading", "flag set")
MARKED += ("warning", "now", "title", "title focused")


def luminance(colour):
    def channel(c):
        c /= 255
        return c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4

    r, g, b = colour.triplet
    return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b)


def contrast(style):
    """WCAG 2's, 1 to 21."""
    high, low = sorted((luminance(style.color), luminance(style.bgcolor)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("role", ROLES)
def test_text_has_the_contrast_that_wcag_asks_for(theme, role):
    least = 2.2 if role in QUIET else 4.5
    assert contrast(look(theme)[role]) >= least


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("role", MARKED)
def test_what_matters_is_told_by_more_than_colour(theme, role):
    style = look(theme)[role]
    assert style.bold or style.underline or style.reverse


def test_states_of_memory_differ_without_colour():
    for theme in THEMES:
        seen = {
            (bool(s.bold), bool(s.underline), bool(s.reverse or s.bgcolor != look(theme)["text"].bgcolor))
            for s in (look(theme)[role] for role in ("value", "read", "written", "watched"))
        }
        assert len(seen) == 4


def test_the_plain_theme_uses_no_more_than_sixteen_colours():
    for style in look("plain").values():
        for colour in (style.color, style.bgcolor):
            assert colour is None or colour.is_default or (colour.number is not None and colour.number < 16)


def test_without_highlighting_code_is_plain_and_states_are_not():
    styles = colourless("dark")
    assert styles["mnemonic"] == styles["register"] == styles["text"]
    assert styles["changed"] == look("dark")["changed"]


def test_the_terminal_chooses_the_theme_if_the_user_does_not():
    assert choose("", 16, {}) == "plain"
    assert choose("", 256, {}) == "dark"
    assert choose("", 256, {"COLORFGBG": "0;15"}) == "light"
    assert choose("", 256, {"COLORFGBG": "15;0"}) == "dark"
    assert choose("light", 16, {}) == "light"
