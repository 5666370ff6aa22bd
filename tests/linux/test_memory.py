"""Memory maps, the heap and shared memory."""

import pytest


@pytest.mark.parametrize("toolchain", ["static-musl", "dynamic-glibc"])
def test_memory_calls_answer_as_natively(guest, same_as_native, toolchain):
    assert same_as_native([guest("memory.c", toolchain)]).status == 0


def test_memory_calls_with_virtualised_memory(guest, blink, native):
    expected = native([guest("memory.c")])
    actual = blink([guest("memory.c")], flags=["-jm"])
    assert (actual.status, actual.text) == (expected.status, expected.text)


def test_limit_on_address_space_binds_the_guest_only(program, same_as_native):
    same_as_native([program("sh"), "-c", "ulimit -v 3000000; ulimit -v; echo still here"])
