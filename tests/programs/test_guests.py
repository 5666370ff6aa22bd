"""C programs of our own, as each kind of executable, behave as they do natively."""

from pathlib import Path

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


@pytest.mark.parametrize("level", ["x86-64", "x86-64-v2", "x86-64-v3"])
def test_loops_that_the_compiler_made_vector_code_of(guest, same_as_native, level):
    if level == "x86-64-v3" and " avx2 " not in Path("/proc/cpuinfo").read_text():
        pytest.skip("this host's CPU has no AVX2")
    outcome = same_as_native([guest("vectors.c", "dynamic-glibc", "-O3", f"-march={level}")])
    assert outcome.text.count("\n") > 130
