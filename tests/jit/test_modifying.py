"""Code that is written while it runs is run as written, with no help from the guest."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.runner import Outcome

Same = Callable[..., Outcome]
Guest = Callable[..., Path]

# The guest's case, what it shows, and how often it is done.
WAYS = {
    "next": ("an instruction that changes the next one", 20000),
    "loop": ("a loop that changes its own body", 300),
    "other": ("a function in another page, changed before each call", 20000),
    "aliased": ("code written by another name of the same file", 5000),
    "by-another-process": ("shared code that a child process writes", 500),
    "by-calls": ("code written by read, readv, pread, pwrite and process_vm_writev", 500),
    "own-page": ("code that stores beside itself in its own page", 100000),
    "return-site": ("the instructions after the call being made", 5000),
    "toggled": ("pages that are writable or executable in turn", 1000),
    "gone": ("code unmapped, protected, mapped anew, moved", 0),
    "forked": ("code that parent and child change after fork", 0),
    "two-threads": ("a thread changes code that another runs", 3000),
    "patched-loop": ("a thread patches the loop that another is in", 0),
    "breakpoints": ("breakpoints put in and taken out", 500),
    "across": ("an instruction across two pages of which one changes", 5000),
}


@pytest.mark.parametrize("case", WAYS, ids=[what.replace(" ", "-") for what, _ in WAYS.values()])
def test_code_that_changes_runs_as_it_is_now(case: str, guest: Guest, same_as_native: Same) -> None:
    assert same_as_native([guest("modifying.c"), case, str(WAYS[case][1])]).status == 0


@pytest.mark.parametrize("case", ["alternate", "rewrite"])
def test_a_page_written_and_executed_in_turn_a_million_times_takes_seconds(
        case: str, engine: str, guest: Guest, same_as_native: Same) -> None:
    times = 1_000_000 if engine == "jit" else 100_000
    assert same_as_native([guest("modifying.c"), case, str(times)], timeout=60).status == 0


def test_a_guest_that_compiles_functions_all_the_time_is_not_slow(
        engine: str, guest: Guest, same_as_native: Same) -> None:
    times = 100_000 if engine == "jit" else 20_000
    assert same_as_native([guest("modifying.c"), "compiler", str(times)], timeout=60).status == 0
