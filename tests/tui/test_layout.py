"""Where panels go."""

import pytest

from blinkenlights.tui.layout import (
    MEMORY,
    Choices,
    Needs,
    columns,
    drag_border,
    drag_title,
    plan,
    share,
    toggle,
)

SIZES = [(80, 24), (100, 30), (120, 40), (160, 50), (200, 60), (300, 100)]


def overlaps(a, b):
    return a.x < b.x + b.width and b.x < a.x + a.width and a.y < b.y + b.height and b.y < a.y + a.height


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("needs", [Needs(), Needs(9, 40, 50, 11, True, 16, True, True)])
def test_panels_are_on_the_screen_and_do_not_overlap(size, needs):
    places = plan(*size, Choices(), needs).places
    for name, place in places.items():
        assert place.x >= 0 and place.y >= 0 and place.width > 0 and place.height > 0, name
        assert place.x + place.width <= size[0] and place.y + place.height <= size[1], name
    names = list(places)
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            assert not overlaps(places[a], places[b]), (a, b)


@pytest.mark.parametrize("size", SIZES)
def test_columns_are_filled(size):
    result = plan(*size, Choices(), Needs())
    for names in result.columns.values():
        bottom = result.places[names[-1]]
        assert bottom.y + bottom.height == size[1] - 2


def test_the_smallest_screen_shows_code_registers_and_all_memory():
    places = plan(80, 24, Choices(), Needs()).places
    assert {"disassembly", "registers", *MEMORY, "timeline", "status"} == set(places)
    assert all(places[name].height >= 2 for name in MEMORY)


def test_three_columns_from_120_on_and_64_cells_from_160_on():
    assert "maps" in plan(120, 40, Choices(), Needs()).places
    assert plan(160, 50, Choices(), Needs()).places["code"].width >= 12 + 1 + 64


@pytest.mark.parametrize("size", [(20, 5), (1, 1), (40, 10), (10, 100)])
def test_a_screen_that_is_too_small_is_no_error(size):
    plan(*size, Choices(), Needs(9, 40, 50, 11, True, 16, True, True))


def test_the_second_column_takes_the_third_one_s_place_where_there_is_no_room_for_both():
    choices = Choices()
    toggle(2, 80, choices, Needs())
    assert columns(80, choices, Needs())[0] > 0
    assert columns(80, choices, Needs())[1] == 0
    toggle(3, 80, choices, Needs())
    assert columns(80, choices, Needs())[1] > 0


def test_a_toggled_column_is_gone_and_comes_back():
    choices = Choices()
    for number in (2, 3):
        toggle(number, 200, choices, Needs())
        assert columns(200, choices, Needs())[number - 2] == 0
        toggle(number, 200, choices, Needs())
        assert columns(200, choices, Needs())[number - 2] > 0


def test_a_border_goes_where_it_is_dragged():
    choices, needs = Choices(), Needs()
    drag_border(3, 100, 200, choices, needs)
    assert plan(200, 60, choices, needs).borders[3] == 100
    drag_border(2, 50, 200, choices, needs)
    assert plan(200, 60, choices, needs).borders[2] == 50


def test_a_border_stops_before_a_column_is_too_narrow():
    choices, needs = Choices(), Needs()
    drag_border(3, 0, 200, choices, needs)
    drag_border(2, 199, 200, choices, needs)
    result = plan(200, 60, choices, needs)
    assert result.places["disassembly"].width >= 30


def test_a_title_goes_where_it_is_dragged():
    choices, needs = Choices(), Needs()
    before = plan(200, 60, choices, needs)
    y = before.places["read"].y
    drag_title("read", y + 3, before, choices)
    after = plan(200, 60, choices, needs)
    assert after.places["read"].y == y + 3
    assert after.places["write"].y == before.places["write"].y


def test_the_display_has_eighty_columns_where_there_is_room():
    assert plan(210, 60, Choices(), Needs(display=True)).places["display"].width == 80
    assert "display" in plan(80, 40, Choices(), Needs(display=True)).places


def test_shares_add_up():
    wishes = [("a", 2, 5, 1), ("b", 2, 100, 3), ("c", 2, 100, 1)]
    for total in range(6, 80):
        assert sum(share(total, wishes, {}).values()) == total


@pytest.mark.parametrize("width", [157, 160, 180, 189, 190, 240])
def test_a_display_gets_its_80_columns_where_they_fit(width):
    places = plan(width, 50, Choices(), Needs(display=True, screen=25)).places
    assert places["display"].width >= 80 and places["disassembly"].width >= 30
    assert places["code"].width == (78 if width >= 190 else 45)


def test_a_third_column_too_narrow_for_a_register_is_left_out():
    assert plan(40, 12, Choices(), Needs()).places["disassembly"].width == 40
    assert "registers" in plan(60, 12, Choices(), Needs()).places
