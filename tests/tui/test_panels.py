"""What panels draw, from plain data."""

import math

from blinkenlights.tui.cp437 import UNMAPPED
from blinkenlights.tui.lines import cut, length, size, text, title
from blinkenlights.tui.panels import (
    breakpoints,
    disassembly,
    frames,
    maps,
    memory,
    profile,
    registers,
    sse,
    status,
    timeline,
    x87,
)
from blinkenlights.tui.panels.sse import Manner
from blinkenlights.tui.picture import Area, Call, Cells, Hot, Moment, Picture, Row, Stop


def texts(lines):
    return [text(line) for line in lines]


def role_of(line, part):
    return next(role for piece, role in line if part in piece)


# ---- lines ----


def test_a_title_fills_the_width():
    for width in range(12, 60):
        assert length(title("STACK", width, note="1:16")) == width


def test_cutting_keeps_roles():
    assert cut([("abc", "x"), ("def", "y")], 4) == [("abc", "x"), ("d", "y")]


def test_sizes_have_at_most_five_characters():
    assert [size(n) for n in (0, 4096, 9999, 16384, 8 << 20, 1 << 40, 1 << 46)] == [
        "0", "4096", "9999", "16k", "8192k", "1024G", "64T"]  # fmt: skip
    assert all(len(size(1 << n)) <= 5 for n in range(47))


# ---- registers ----


def sample(bits=64):
    values = {name: i for i, name in enumerate(("rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp"))}
    values |= {f"r{i}": i for i in range(8, 16)} | {"rip": 0x401000, "rflags": 0x8C5}
    values |= {
        "cs": 0x33,
        "ss": 0x2B,
        "ds": 0,
        "es": 0,
        "fs": 0,
        "gs": 0,
        "fs_base": 0x407658,
        "cs_base": 0x7C00,
    }
    return Picture(ip=0x401000, bits=bits, registers=values, st=[None] * 8)


def test_registers_stand_as_in_the_original():
    lines = texts(registers.lines(sample(), 42, 11))
    assert lines[0] == "RDI 0000000000000005  RAX 0000000000000000"
    assert lines[7] == "R11 000000000000000b  R15 000000000000000f"
    assert lines[9].startswith("FS  0000 @ 000000407658  DS  0000  CS  0033")


def test_flags_are_letters():
    assert text(registers.flags(sample())) == "FLG O···SZ·PC"


def test_changed_registers_are_lit():
    picture = sample()
    picture.changed = {"rax"}
    line = registers.lines(picture, 42, 11)[0]
    assert role_of(line, "0000000000000000") == "changed"
    assert role_of(line, "0000000000000005") == "value"


def test_registers_have_the_mode_s_width():
    assert texts(registers.lines(sample(16), 78, 11))[0].startswith("DI  0005  AX  0000")
    assert texts(registers.lines(sample(32), 42, 11))[0].startswith("EDI 00000005  EAX 00000000")
    assert any("CS  0033 @ 00007c00" in line for line in texts(registers.lines(sample(16), 78, 11)))


def test_the_x87_stack_is_beside_the_registers_where_there_is_room():
    picture = sample()
    picture.st = [3.25, *[None] * 7]
    assert texts(registers.lines(picture, 78, 11))[0].endswith("ST0 3.25")
    assert texts(registers.lines(picture, 78, 11))[1].endswith("ST1 empty")
    assert "ST0" not in texts(registers.lines(picture, 45, 11))[0]
    assert texts(registers.lines(sample(16), 78, 11))[7].strip().startswith("ST7")


# ---- x87 ----


def test_the_x87_panel_has_all_eight_in_two_columns():
    picture = Picture(st=[1.5, -math.inf, math.nan, *[None] * 5], st_changed={0})
    lines = x87.lines(picture, 44, 4)
    assert texts(lines)[0].split() == ["ST0", "1.5", "ST4", "empty"]
    assert "-inf" in texts(lines)[1] and "nan" in texts(lines)[2]
    assert role_of(lines[0], "1.5") == "changed"


def test_numbers_have_as_many_digits_as_fit():
    assert x87.number(math.pi, 20) == "3.1415926535897931"
    assert x87.number(math.pi, 6) == "3.1416"
    assert x87.number(-1e300, 7) == "-1e+300"


# ---- SSE ----


def test_sse_registers_in_every_radix_and_size():
    data = bytes(range(1, 17))
    assert sse.elements(data, Manner("hex", "int", 4))[-1] == "04030201"
    assert sse.elements(data, Manner("dec", "int", 1))[-1] == "1"
    assert sse.elements(b"\xff" * 16, Manner("dec", "int", 8)) == ["-1", "-1"]
    assert sse.elements(b"A" * 16, Manner("char", "int", 8)) == ["AAAAAAAA"] * 2
    assert sse.elements(data, Manner("hex", "int", 16)) == ["100f0e0d0c0b0a090807060504030201"]


def test_sse_registers_as_floats_and_doubles():
    import struct

    assert sse.elements(struct.pack("<4f", 1.5, 2, 3, 4), Manner(type="float")) == ["4", "3", "2", "1.5"]
    assert sse.elements(struct.pack("<2d", 0.1, -2), Manner(type="double")) == ["-2", "0.10000000000000001"]


def test_the_manner_goes_round():
    manner = Manner()
    seen = set()
    for _ in range(15):
        seen.add(str(manner))
        manner.next_size()
        manner.next_radix()
    assert len(seen) == 15
    for _ in range(3):
        manner.next_type()
    assert manner.type == "int"


def test_no_sse_registers_are_shown_while_all_are_zero():
    assert sse.shown(Picture(vectors=[bytes(32)] * 16)) == 0
    some = [bytes(32)] * 16
    some[3] = b"\1" + bytes(31)
    assert sse.shown(Picture(vectors=some)) == 8
    some[9] = b"\1" + bytes(31)
    assert sse.shown(Picture(vectors=some)) == 16


def test_sixteen_sse_registers_fit_in_two_columns():
    vectors = [bytes([i]) * 16 + bytes(16) for i in range(16)]
    lines = texts(sse.lines(Picture(vectors=vectors), 78, 8, Manner()))
    assert lines[1].startswith("XMM1  " + "01" * 16) and "XMM9  " + "09" * 16 in lines[1]


def test_upper_halves_are_shown_when_they_are_used():
    lines = texts(sse.lines(Picture(vectors=[bytes(31) + b"\x80"] * 8), 78, 8, Manner()))
    assert lines[0].startswith("YMM0  80")


def test_lines_of_sse_never_exceed_the_width():
    vectors = [bytes([200 + i]) * 32 for i in range(16)]
    for width in (30, 45, 78, 100):
        for kind in sse.TYPES:
            for radix in sse.RADICES:
                for size_ in sse.SIZES:
                    for line in sse.lines(Picture(vectors=vectors), width, 16, Manner(radix, kind, size_)):
                        assert length(line) <= width + 1


# ---- memory ----


def test_memory_is_an_address_and_its_cells():
    cells = Cells(0x401000, 16, 0, [b"Hello, world!\0\1\2", bytes(16)], [0xFFFF, 0])
    lines = memory.lines(cells, 40, 3, 0x401003)
    assert texts(lines) == ["000000401000 Hello, world! ☺☻", "000000401010 " + UNMAPPED * 16, ""]
    assert lines[0][0][1] == "address focused" and lines[1][0][1] == "address"


def test_cells_just_read_or_written_are_lit():
    cells = Cells(0, 16, 0, [b"0123456789abcdef"], [0xFFFF], read={1, 2}, written={2, 3}, watched={8})
    line = memory.lines(cells, 40, 1, 0)[0]
    assert line[1:] == [("0", "value"), ("1", "read"), ("23", "written"), ("4567", "value"), ("8", "watched"),
                        ("9abcdef", "value")]  # fmt: skip


def test_a_row_may_be_mapped_in_part():
    cells = Cells(0, 16, 0, [b"0123456789abcdef"], [0x00FF])
    assert memory.lines(cells, 40, 1, 0)[0][1:] == [("01234567", "value"), (UNMAPPED * 8, "unmapped")]


def test_the_number_of_cells_follows_the_width():
    assert [memory.columns(width) for width in (78, 77, 76, 45, 44, 29, 20)] == [64, 64, 32, 32, 16, 16, 8]


# ---- maps, frames, breakpoints ----


def test_maps_have_ranges_sizes_shares_protections_and_names():
    areas = [
        Area(0x400000, 0x401000, "r--", "fib", 4096),
        Area(0x4FFFFF800000, 0x500000000000, "rw-", "[stack]", 8192),
    ]
    wide = texts(maps.lines(Picture(maps=areas), 60, 3))
    assert wide[0] == "000000400000-000000400fff  4096 100% r   fib"
    assert wide[1] == "4fffff800000-4fffffffffff 8192k   1% rw  [stack]"
    assert texts(maps.lines(Picture(maps=areas), 40, 3))[1] == "4fffff800000 8192k   1% rw  [stack]"


def test_what_is_not_known_of_a_mapping_is_left_out():
    line = texts(maps.lines(Picture(maps=[Area(0, 4096, "---", "", None)]), 60, 1))[0]
    assert "%" not in line and " - " in line


def test_frames_say_where_they_are_and_what_is_wrong():
    calls = [Call(0x7FFE, 0x401139, "fib+0x4", 0), Call(0x7FFF, 0x401156, "fib+0x1d", 32),
             Call(1, 0x40144A, "start", 16, "STRAY")]  # fmt: skip
    lines = texts(frames.lines(Picture(frames=calls, warning="CORRUPT FRAME POINTER"), 70, 5))
    assert lines[0] == "⚠ CORRUPT FRAME POINTER"
    assert lines[2] == "000000007fff 000000401156 fib+0x1d 32 bytes"
    assert lines[3].endswith("⚠ STRAY")


def test_breakpoints_tell_where_whether_and_how_often():
    picture = Picture(ip=5)
    picture.breakpoints = [Stop(1, 5, "main", condition="rax == 1", hits=3), Stop(2, 6, "f", False)]
    picture.watchpoints = [Stop(1, 8, "x", size=4, access="w")]
    assert texts(breakpoints.lines(picture, 70, 3)) == [
        "● 000000000005 main if rax == 1 hit 3 ← here",
        "○ 000000000006 f",
        "◆ 000000000008 x 4 bytes w",
    ]


# ---- disassembly ----


def code():
    return [
        Row(0x401139, "heading", [("fib:", "heading")]),
        Row(0x401139, "code", [("push    ", "mnemonic"), ("%rbp", "register")], 1, b"\x55"),
        Row(0x40113A, "source", [("fib.c:2 {", "source")]),
        Row(0x40113A, "code", [("mov     ", "mnemonic"), ("%rsp,%rbp", "register")], 3, b"\x48\x89\xe5", "*"),
    ]


def test_the_disassembly_has_headings_marks_an_arrow_and_glyphs():
    picture = Picture(ip=0x401139, code=code(), breakpoints=[Stop(1, 0x401139, "fib")])
    assert [line.rstrip() for line in texts(disassembly.lines(picture, 40, 5))] == [
        "  00401139 fib:",
        "● 00401139▶  push    %rbp",
        "             fib.c:2 {",
        "  0040113a * mov     %rsp,%rbp",
        "",
    ]


def test_the_current_line_is_lit_to_its_end():
    line = disassembly.lines(Picture(ip=0x401139, code=code()), 40, 5)[1]
    assert length(line) == 40 and line[-1][1] == "current"


def test_bytes_are_shown_when_asked_for():
    assert (
        "  0040113a * 4889e5               mov" in texts(disassembly.lines(Picture(code=code()), 60, 5, 1))[3]
    )


# ---- timeline, status, profile ----


def test_the_timeline_shows_the_present_between_past_and_future():
    line = timeline.lines(Moment(50, 0, 100, True), 81)[0]
    _, length_ = timeline.room(81)
    assert length(line) == 81
    bar = text(line)[-length_:]
    assert bar.index("◉") == 27 and bar[:27] == "━" * 27 and set(bar[28:]) == {"╌"}


def test_a_click_on_the_timeline_is_a_tick():
    moment = Moment(0, 1000, 2000, True)
    assert timeline.tick_at(moment, 0, 50) == 1000
    assert timeline.tick_at(moment, 49, 50) == 2000
    for cell in range(50):
        assert abs(timeline.place(moment, timeline.tick_at(moment, cell, 50), 50) - cell) <= 1


def test_a_machine_that_does_not_record_says_so():
    assert "not recording" in text(timeline.lines(Moment(5, 0, 5), 80)[0])


def test_the_status_line_has_as_many_figures_as_fit():
    figures = {"fds": 3, "resident": 18 << 20, "virtual": 1 << 30, "tables": 10}
    picture = Picture(statistics=figures, moment=Moment(1234))
    wide = text(status.lines(picture, 160, "READY", "hello", 2.5e6)[0])
    assert "1,234 cycles" in wide and "2.5M ips" in wide and "18M resident" in wide and "10 tables" in wide
    for width in (40, 60, 80, 120):
        assert length(status.lines(picture, width, "READY", "hello", 0)[0]) == width


def test_the_profile_orders_functions_by_bars():
    picture = Picture(profile=[Hot("fib", 75), Hot("main", 25)])
    lines = texts(profile.lines(picture, 60, 3))
    assert lines[0].startswith(" 75.0% fib ") and lines[1].startswith(" 25.0% main")
    assert lines[0].count("█") > 2 * lines[1].count("█") > 0


def test_bytes_of_instructions_leave_room_for_their_text():
    row = Row(0x400000, pieces=[("mov", "mnemonic"), ("     %rax,%rbx", "text")], data=bytes(range(10)))
    for width, seen in ((26, ""), (36, "0001020…"), (60, "00010203040506070809")):
        line = text(disassembly.lines(Picture(ip=1, code=[row]), width, 1, verbosity=1)[0])
        assert "mov     %rax," in line[:width] and seen in line
        assert width > 26 or "00010" not in line
