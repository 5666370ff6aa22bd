"""Threads share translations, fork inherits them, execve ends them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.runner import Outcome

Same = Callable[..., Outcome]
Guest = Callable[..., Path]


def test_three_hundred_threads_run_the_same_code(guest: Guest, same_as_native: Same) -> None:
    assert same_as_native([guest("threads.c"), "shared"]).text == "same 1\n"


def test_children_forked_while_other_threads_come_to_new_code_run_and_change_theirs(
        guest: Guest, same_as_native: Same) -> None:
    assert same_as_native([guest("threads.c"), "forks", "25"]).text == "good 25\n"


@pytest.mark.parametrize("toolchain", ["static-glibc", "dynamic-glibc"])
def test_execve_ends_threads_in_the_middle_of_their_code(
        toolchain: str, guest: Guest, same_as_native: Same) -> None:
    assert same_as_native([guest("threads.c", toolchain), "again", "6"]).text == "6\n5\n4\n3\n2\n1\n0\n"


def test_signals_sent_to_single_spinning_threads_all_arrive(guest: Guest, same_as_native: Same) -> None:
    assert same_as_native([guest("threads.c"), "signals"]).text == "sent 30 handled 30\n"


def test_a_thread_runs_on_one_page_of_stack_wherever_it_lies(guest: Guest, same_as_native: Same) -> None:
    assert same_as_native([guest("threads.c"), "tiny"]).status == 0


def test_threads_have_thread_local_storage_of_their_own(guest: Guest, same_as_native: Same) -> None:
    assert same_as_native([guest("threads.c"), "locals"]).text == "same 100 untouched 3\n"


def test_pointers_are_good_while_another_thread_maps_and_unmaps(guest: Guest, same_as_native: Same) -> None:
    assert same_as_native([guest("threads.c"), "maps", "3000"]).text == "good 3000\n"
