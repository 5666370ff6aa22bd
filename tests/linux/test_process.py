"""Processes and threads, as natively."""

import struct
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
    # dash says "Terminated" only if the child outlives the kill up to the wait: a race, natively too
    script = "sleep 10 & kill -TERM $!; wait $!; echo $?"
    assert same_as_native(["sh", "-c", script], stderr=False).text == "143\n"


def program_for(machine: int) -> bytes:
    """A 32-bit program of so many bytes that exits with 42, where i386's code means something."""
    code = bytes.fromhex("b801000000 bb2a000000 cd80")  # mov eax, 1; mov ebx, 42; int 0x80
    size = 52 + 32 + len(code)
    identity = b"\x7fELF\1\1\1" + bytes(9)
    header = struct.pack("<HHIIIIIHHHHHH", 2, machine, 1, 0x8048054, 52, 0, 0, 52, 32, 1, 0, 0, 0)
    segment = struct.pack("<8I", 1, 0, 0x8048000, 0x8048000, size, size, 5, 4096)
    return identity + header + segment + code


@pytest.mark.parametrize("machine", [3, 8, 40, 4711])
def test_a_program_for_another_machine_is_left_to_the_hosts_kernel(
        machine: int, tmp_path: Path, same_as_native: Same) -> None:
    program = tmp_path / "program"
    program.write_bytes(program_for(machine))
    program.chmod(0o755)
    same_as_native(["sh", "-c", f"{program}; echo $?; exec {program}"])
