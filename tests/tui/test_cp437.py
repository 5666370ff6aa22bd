"""Bytes as characters."""

from rich.cells import cell_len

from blinkenlights.tui.cp437 import CHARACTERS, UNMAPPED, picture


def test_every_byte_has_one_character_that_is_one_cell_wide():
    assert len(CHARACTERS) == 256
    assert [c for c in CHARACTERS if cell_len(c) != 1] == []


def test_only_zero_and_space_look_alike():
    assert len(set(CHARACTERS)) == 255
    assert CHARACTERS[0] == CHARACTERS[32] == " "


def test_no_byte_looks_like_memory_that_is_not_there():
    assert UNMAPPED not in CHARACTERS


def test_bytes_are_those_of_python_s_own_code_page_where_they_are_printable():
    differ = [b for b in range(32, 256) if bytes([b]).decode("cp437") != CHARACTERS[b]]
    assert set(differ) <= {0x7F, 0xFA, 0xFF}, [hex(b) for b in differ]


def test_a_picture_has_a_character_a_byte():
    assert picture(b"\x00A\x01\xff") == " A☺λ"
