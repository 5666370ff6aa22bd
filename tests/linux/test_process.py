"""Processes and threads, as natively."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.runner import Outcome

Same = Callable[..., Outcome]
Guest = Callable[..., Path]

CASES = {
    "forks": 0, "vforks": 0, "spawns": 0, "execs": 0, "exec-errors": 0, "exec-from-main": 12,
    "exec-from-thread": 11, "threads": 0, "leader-leaves": 0, "thread-exits": 13, "clones": 0,
    "identity": 0, "auxiliary": 0,
}  # fmt: skip


@pytest.mark.parametrize("toolchain", ["static-musl", "dynamic-glibc", "static-pie"])
@pytest.mark.parametrize("case", CASES)
def test_processes_and_threads_behave_as_natively(
        case: str, toolchain: str, guest: Guest, same_as_native: Same) -> None:
    assert same_as_native([guest("processes.c", toolchain), case]).status == CASES[case]


def test_uname_names_blink_and_its_release_can_be_chosen(blink: Callable[..., Outcome]) -> None:
    outcome = blink(["uname", "-s", "-r", "-m"])
    assert outcome.text.startswith("Linux 4.0") and "blink" in outcome.text, outcome
    assert outcome.text.endswith(" x86_64\n")
    outcome = blink(["uname", "-r"], flags=["-j", "--release", "6.1.0-mine"])
    assert outcome.text == "6.1.0-mine\n"


def test_a_failed_exec_in_the_shell_gives_the_shells_own_message(same_as_native: Same) -> None:
    same_as_native(["sh", "-c", "/no/such/program; echo $?; /tmp; echo $?"])


def test_a_process_killed_from_outside_is_seen_so_by_its_parent(same_as_native: Same) -> None:
    same_as_native(["sh", "-c", "sleep 10 & kill -TERM $!; wait $!; echo $?"])
