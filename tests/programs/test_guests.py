"""C programs of our own, as each kind of executable, behave as they do natively."""

import pytest

from tests.guests import C_TOOLCHAINS


@pytest.mark.parametrize("toolchain", C_TOOLCHAINS)
def test_hello(guest, same_as_native, toolchain):
    outcome = same_as_native([guest("hello.c", toolchain), "big", "world"])
    assert outcome.status == 2
    assert outcome.stdout == b"hello big world\n"


def test_program_without_a_library(guest, same_as_native):
    outcome = same_as_native([guest("bare.S", "bare")])
    assert (outcome.status, outcome.stdout) == (7, b"bare metal\n")
