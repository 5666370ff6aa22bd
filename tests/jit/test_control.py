"""Control flow, stacks and addresses as compilers, runtimes and debuggers use them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.runner import Outcome

Same = Callable[..., Outcome]
Guest = Callable[..., Path]

CASES = {
    "recursion": "recursion a hundred thousand calls deep returns",
    "tables": "switch tables and computed gotos",
    "unmatched": "returns without calls, calls without returns, retpolines",
    "conditions": "every condition after calls and returns, by flags made before them",
    "contexts": "longjmp across frames, and swapcontext",
    "callers": "return addresses read from the stack",
    "addresses": "displacements and indices that wrap, 32-bit and absolute addresses",
    "segments": "FS and GS based operands of all kinds",
    "stepping": "single steps through calls, loops and repeated moves",
    "pointers": "calls and jumps through pointers to one address, to a few and to many",
    "x87": "the addresses of the last x87 instruction and its operand",
    "vsyscall": "the vsyscall page",
}


@pytest.mark.parametrize("case", CASES, ids=[what.replace(" ", "-") for what in CASES.values()])
def test_does_as_the_real_cpu_with(case: str, guest: Guest, same_as_native: Same) -> None:
    same_as_native([guest("control.c"), case])


def test_exceptions_are_thrown_across_many_frames_and_out_of_a_handler(
        guest: Guest, same_as_native: Same) -> None:
    options = ("-fnon-call-exceptions", "-Wl,--no-as-needed", "-lstdc++")
    program = guest("exceptions.cpp", "dynamic-glibc", *options)
    assert same_as_native([program]).text.endswith("from a handler\n")
