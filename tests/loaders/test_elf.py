"""ELF files, sound and damaged: a damaged one is an error in words, never a crash."""

import os
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blinkenlights.loaders import BadProgram, elf, script
from tests.runner import Outcome

LIMIT = 1 << 46
CODE = b"\xb8\x3c\0\0\0\xbf\x2a\0\0\0\x0f\x05"  # exit(42)
BASE = 0x400000

Segment = tuple[int, int, int, int, int, int, int, int]


def load_segment(offset: int = 0, address: int = BASE, file_size: int = 0x1000, memory_size: int = 0x1000,
                 flags: int = 5, align: int = 0x1000) -> Segment:
    return (1, flags, offset, address, address, file_size, memory_size, align)


def elf_bytes(*segments: Segment, entry: int = BASE + 0x800, kind: int = 2, machine: int = 62,
              ident: bytes = b"\x7fELF\x02\x01\x01", phoff: int = 64, phentsize: int = 56,
              phnum: int | None = None, size: int = 0x3000) -> bytes:
    segments = segments or (load_segment(),)
    header = struct.pack("<16sHHIQQQIHHHHHH", ident, kind, machine, 1, entry, phoff, 0, 0, 64, phentsize,
                         len(segments) if phnum is None else phnum, 0, 0, 0)
    body = header + b"".join(struct.pack("<IIQQQQQQ", *segment) for segment in segments)
    return (body.ljust(0x800, b"\0") + CODE).ljust(size, b"\0")


@pytest.fixture
def check(tmp_path: Path) -> Iterator[Callable[[bytes], elf.ElfFile]]:
    opened: list[elf.ElfFile] = []

    def read(data: bytes) -> elf.ElfFile:
        path = tmp_path / "program"
        path.write_bytes(data)
        fd = os.open(path, os.O_RDONLY)
        try:
            found = elf.ElfFile(fd, os.fsencode(path), LIMIT)
        except BaseException:
            os.close(fd)
            raise
        opened.append(found)
        return found

    yield read
    for file in opened:
        file.close()


@pytest.fixture
def run(tmp_path: Path, blink: Callable[..., Outcome]) -> Callable[[bytes], Outcome]:
    def start(data: bytes) -> Outcome:
        path = tmp_path / "program"
        path.write_bytes(data)
        path.chmod(0o755)
        return blink([path])

    return start


Check = Callable[[bytes], elf.ElfFile]
Run = Callable[[bytes], Outcome]


def test_a_sound_file_gives_its_segments_and_its_program_headers_address(check: Check) -> None:
    file = check(elf_bytes())
    assert [(s.address, s.memory_size, s.prot) for s in file.segments] == [(BASE, 0x1000, 5)]
    assert file.phdr_address == BASE + 64
    assert (file.start, file.end, file.alignment) == (BASE, BASE + 0x1000, 0x1000)


DAMAGED = {
    "empty": (b"", "not an ELF file"),
    "only the magic": (b"\x7fELF", "cut short in its header"),
    "half a header": (elf_bytes()[:40], "cut short in its header"),
    "only a header": (elf_bytes()[:64], "cut short in its program headers"),
    "cut in its segment": (elf_bytes()[:0x900], "cut short in its segment at 0x400000"),
    "class 7": (elf_bytes(ident=b"\x7fELF\x07\x01\x01"), "no valid class"),
    "32-bit": (elf_bytes(ident=b"\x7fELF\x01\x01\x01", machine=3), "for i386"),
    "x32": (elf_bytes(ident=b"\x7fELF\x01\x01\x01"), "32-bit"),
    "big-endian": (elf_bytes(ident=b"\x7fELF\x02\x02\x01"), "big-endian"),
    "AArch64": (elf_bytes(machine=183), "for AArch64"),
    "unknown machine": (elf_bytes(machine=4711), "machine 4711"),
    "relocatable": (elf_bytes(kind=1), "not a program"),
    "core": (elf_bytes(kind=4), "not a program"),
    "program headers of a wrong size": (elf_bytes(phentsize=32), "wrong size"),
    "no program headers": (elf_bytes(phnum=0), "0 program headers"),
    "too many program headers": (elf_bytes(phnum=65535), "65535 program headers"),
    "program headers beyond the end": (elf_bytes(phoff=1 << 40), "cut short in its program headers"),
    "program headers beyond every end": (elf_bytes(phoff=(1 << 64) - 8), "cut short in its program headers"),
    "nothing to load": (elf_bytes((4, 4, 0, 0, 0, 0, 0, 4)), "nothing to load"),
    "overlapping": (
        elf_bytes(load_segment(), load_segment(address=BASE + 0x800, offset=0x800)), "overlap at 0x400800"),
    "larger in the file": (elf_bytes(load_segment(memory_size=0x10)), "larger in the file"),
    "absurd size": (elf_bytes(load_segment(memory_size=1 << 62)), "does not fit"),
    "size that wraps round": (elf_bytes(load_segment(memory_size=(1 << 64) - BASE + 0x2000)), "does not fit"),
    "absurd address": (elf_bytes(load_segment(address=(1 << 64) - 0x1000)), "does not fit"),
    "absurd file size": (
        elf_bytes(load_segment(file_size=1 << 40, memory_size=1 << 40)), "cut short in its segment"),
    "offset beyond the end": (elf_bytes(load_segment(offset=1 << 50)), "cut short in its segment"),
    "bad alignment": (elf_bytes(load_segment(align=3000)), "bad alignment"),
    "interpreter's name too long": (
        elf_bytes(load_segment(), (3, 4, 0, 0, 0, 1 << 30, 1 << 30, 1)), "bad length"),
    "interpreter's name without end": (
        elf_bytes(load_segment(), (3, 4, 0x80a, 0, 0, 2, 2, 1)), "does not end"),
    "interpreter's name empty": (elf_bytes(load_segment(), (3, 4, 0x1000, 0, 0, 4, 4, 1)), "name is empty"),
    "interpreter's name beyond the end": (
        elf_bytes(load_segment(), (3, 4, 1 << 40, 0, 0, 9, 9, 1)), "cut short in its interp"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_refused_in_words(name: str, check: Check) -> None:
    data, words = DAMAGED[name]
    with pytest.raises(BadProgram, match=words):
        check(data)


@pytest.mark.parametrize("name", DAMAGED)
def test_blink_says_what_is_wrong_in_one_line_and_exits_with_126(name: str, run: Run) -> None:
    data, words = DAMAGED[name]
    outcome = run(data)
    lines = outcome.stderr.decode().splitlines()
    assert len(lines) == 1, outcome
    assert lines[0].startswith("blink: "), outcome
    assert words in lines[0] or name == "empty", outcome
    assert outcome.status == (127 if name == "interpreter's name empty" else 126), outcome
    assert outcome.stdout == b""


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 175), st.integers(0, 255)), min_size=1, max_size=6))
def test_any_bytes_in_the_headers_are_either_a_sound_file_or_an_error_in_words(
        check: Check, changes: list[tuple[int, int]]) -> None:
    data = bytearray(elf_bytes(load_segment(), load_segment(0x1000, BASE + 0x2000, flags=6)))
    for at, value in changes:
        data[at] = value
    try:
        file = check(bytes(data))
    except BadProgram as problem:
        assert problem.reason and "\n" not in problem.reason
    else:
        assert file.end <= LIMIT and all(s.offset + s.file_size <= len(data) for s in file.segments)


def test_a_small_sound_file_runs(run: Run) -> None:
    assert run(elf_bytes()).status == 42


def test_a_segment_at_another_place_in_its_page_than_in_the_file_is_copied(run: Run) -> None:
    data = elf_bytes(load_segment(offset=0x800, address=BASE, file_size=0x100, memory_size=0x100), entry=BASE)
    assert run(data).status == 42


def test_memory_after_the_files_part_of_a_segment_is_zero(run: Run) -> None:
    # mov al, [rip+BSS]; add al, 7; exit(al)
    code = bytes.fromhex("8a05fa0f0000" "0407" "0fb6f8" "b83c000000" "0f05")
    data = elf_bytes(load_segment(0x1000, BASE, 0x10 + len(code), 0x3000, flags=7), entry=BASE)
    data = data[:0x1000] + (code.ljust(0x10 + len(code), b"\x55") + b"\xff" * 0x100).ljust(0x2000, b"\xee")
    outcome = run(data)
    assert outcome.status == 7, outcome


def test_a_missing_interpreter_is_named(run: Run) -> None:
    data = bytearray(elf_bytes(load_segment(), (3, 4, 0x1000, 0, 0, 9, 9, 1)))
    data[0x1000:0x1009] = b"/no/such\0"
    outcome = run(bytes(data))
    assert b"interpreter /no/such: No such file" in outcome.stderr, outcome
    assert outcome.status == 127


def test_a_flat_program_is_run_at_its_place_with_zeros_behind(
        tmp_path: Path, blink: Callable[..., Outcome]) -> None:
    # mov al, [0x500000]; lea rdi, [rip-7-...]; exit(rip >> 16 plus the zero)
    code = bytes.fromhex("8a042500005000" "488d3d00000000" "48c1ef10" "00c7" "b83c000000" "0f05")
    path = tmp_path / "program.bin"
    path.write_bytes(code)
    path.chmod(0o755)
    outcome = blink([path])
    assert outcome.status == 0x40, outcome


@pytest.mark.parametrize(("line", "expected"), [
    (b"#!/bin/sh\n", (b"/bin/sh", None)),
    (b"#! /bin/sh -e \n", (b"/bin/sh", b"-e")),
    (b"#!/usr/bin/env  python3 -u\nx", (b"/usr/bin/env", b"python3 -u")),
    (b"#!\t/bin/sh", (b"/bin/sh", None)),
    (b"#!/bin/sh " + b"x" * 300, (b"/bin/sh", b"x" * 245)),
], ids=["plain", "argument", "one argument", "no newline", "cut"])
def test_a_scripts_first_line_is_read_as_the_kernel_does(
        line: bytes, expected: tuple[bytes, bytes | None]) -> None:
    path, argument = script.interpreter(line[:256])
    assert (path, argument) == (expected[0], expected[1])


@pytest.mark.parametrize("line", [b"#!", b"#!\n", b"#!   \n/bin/sh", b"#!/" + b"x" * 400],
                         ids=["nothing", "newline", "blanks", "too long"])
def test_a_script_without_an_interpreter_is_refused(line: bytes) -> None:
    with pytest.raises(BadProgram):
        script.interpreter(line[:256])


def test_scripts_nest_and_get_the_kernels_arguments(
        tmp_path: Path, same_as_native: Callable[..., Outcome]) -> None:
    def make(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text)
        path.chmod(0o755)
        return path

    show = make("show", '#!/bin/sh\nfor word; do echo "[$word]"; done\nexit 3\n')
    middle = make("middle", f"#!{show}  one two \n")
    outer = make("outer", f"#!{middle}\n")
    outcome = same_as_native([outer, "a b", ""])
    assert outcome.status == 3


def test_scripts_that_name_each_other_end_in_an_error(tmp_path: Path, blink: Callable[..., Outcome]) -> None:
    path = tmp_path / "loop"
    path.write_text(f"#!{path}\n")
    path.chmod(0o755)
    outcome = blink([path])
    assert outcome.status == 126, outcome
    assert len(outcome.stderr.splitlines()) == 1
