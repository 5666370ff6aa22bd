"""The flags of `blinkenlights`."""

import pytest

from blinkenlights.cli.blinkenlights_flags import FLAGS, UsageError, parse, usage


def test_flags_end_at_the_first_word_that_is_none():
    assert parse(["-jm", "-b", "main", "-bfib", "prog", "-x"]) == (
        {"jit": [""], "linear": [""], "break": ["main", "fib"]}, ["prog", "-x"])  # fmt: skip


def test_long_names_take_values_either_way():
    assert parse(["--break=main", "--watch", "x", "--zoom", "--zoom=3", "--", "-p"]) == (
        {"break": ["main"], "watch": ["x"], "zoom": ["", "3"]}, ["-p"])  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-k"], "unknown flag -k"),
        (["--nope"], "unknown flag --nope"),
        (["-b"], "-b needs a value"),
        (["--log"], "--log needs a value"),
        (["--jit=1"], "--jit takes no value"),
    ],
)
def test_what_is_wrong_is_said(words, said):
    with pytest.raises(UsageError, match=said):
        parse(words)


def test_the_help_has_every_flag_and_fits_on_a_screen():
    text = usage()
    assert all(f"--{flag.long}" in text for flag in FLAGS)
    assert all(len(line) <= 100 for line in text.splitlines())
    assert len(text.splitlines()) <= 40


def test_names_are_there_once():
    assert len({flag.long for flag in FLAGS}) == len(FLAGS)
    short = [flag.short for flag in FLAGS if flag.short]
    assert len(set(short)) == len(short)
