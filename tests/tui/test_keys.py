"""The table of keys."""

from blinkenlights.tui.app import Blinkenlights
from blinkenlights.tui.keys import KEYS, SECTIONS, table


def test_no_key_is_there_twice():
    assert len({row.key for row in KEYS}) == len(KEYS)


def test_every_key_does_something():
    for row in KEYS:
        assert callable(getattr(Blinkenlights, f"action_{row.action}")), row


def test_every_key_has_a_section_and_a_help():
    for row in KEYS:
        assert row.section in SECTIONS and row.help and row.shown


def test_every_key_is_in_the_manual_s_table():
    text = table()
    assert all(f"| `{row.shown}` | {row.help} |" in text for row in KEYS)
