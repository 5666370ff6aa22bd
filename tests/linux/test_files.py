"""Files, directories and descriptors are the host's."""

import re

import pytest

GUEST = ("files.c", "static-glibc", "-Wno-stringop-overflow", "-Wno-stringop-overread")


def test_file_calls_answer_as_natively(guest, same_as_native):
    outcome = same_as_native([guest(*GUEST)])
    assert outcome.status == 0


def test_file_calls_with_virtualised_memory(guest, blink, native, runner):
    expected = native([guest(*GUEST)])
    for entry in runner.home.iterdir():
        entry.unlink() if entry.is_file() or entry.is_symlink() else entry.rmdir()
    actual = blink([guest(*GUEST)], flags=["-jm"])
    assert (actual.status, actual.text) == (expected.status, expected.text)


def test_log_descriptor_survives_close_range(guest, blink):
    """The trace goes on after the guest closed every descriptor it could."""
    outcome = blink([guest(*GUEST)], flags=["-j", "--strace"])
    trace = outcome.stderr.decode(errors="replace")
    assert re.search(r"close_range\(25, 4294967295, 0\) += 0", trace)
    assert "exit_group(0)" in trace.splitlines()[-2]


@pytest.mark.parametrize("command", [
    ["ls", "-la", "--time-style=+", "."],
    ["find", ".", "-type", "f", "-size", "+0"],
    ["cat", "one", "two"],
    ["cp", "-v", "one", "three"],
    ["stat", "-c", "%n %s %a", "one"],
    ["wc", "one", "two"],
    ["du", "-b", "--apparent-size", "."],
    ["sh", "-c", "cat < one > out; cat out; readlink /proc/self/exe"],
    ["tail", "-c", "3", "one"],
])
def test_coreutils(program, same_as_native, command):
    def prepare(home):
        (home / "one").write_text("first file\n")
        (home / "two").write_text("second\nfile\n")
        (home / "empty").touch()

    same_as_native([program(command[0]), *command[1:]], prepare=prepare)
