"""Zoom."""

import pytest

from blinkenlights.tui.decimate import decimate
from blinkenlights.tui.views import MOST_ZOOM, Window


@pytest.mark.parametrize("steps", range(8))
def test_each_step_halves(steps):
    assert len(decimate(bytearray(256), steps)) == 256 >> steps


def test_what_is_even_stays():
    assert decimate(bytearray(b"\x55" * 64), 4) == b"\x55" * 4


def test_a_fine_pattern_becomes_grey():
    assert set(decimate(bytearray(b"\x00\xff" * 64), 1)[1:-1]) == {128}


def test_nothing_exceeds_a_byte():
    assert decimate(bytearray(b"\xff" * 32), 3) == b"\xff" * 4


def test_a_line_of_64_cells_shows_4_mib_at_most():
    window = Window(rows=8, columns=64)
    window.change_zoom(100)
    assert window.zoom == MOST_ZOOM and window.stride == 4 << 20


def test_zooming_keeps_the_cell_under_the_mouse_in_place():
    window = Window(rows=8, columns=64, start=0x400000)
    cell = 3 * 64 + 10
    before = window.address(cell)
    window.change_zoom(2, cell)
    assert abs(window.address(cell) - before) < window.stride


def test_a_window_follows_its_focus():
    window = Window(rows=9, columns=64, focus=0x401234)
    window.follow()
    assert window.start == 0x401200 - 3 * 64
    start = window.start
    window.focus = 0x4012FF
    window.follow()
    assert window.start == start
    window.scroll(5)
    window.focus = 0x90000
    window.follow()
    assert window.start == start + 5 * 64


def test_scrolling_stops_at_both_ends():
    window = Window(rows=4, columns=64)
    window.scroll(-5)
    assert window.start == 0
    window.start = (1 << 64) - 1
    window.scroll(1)
    assert window.start + window.span == 1 << 64
