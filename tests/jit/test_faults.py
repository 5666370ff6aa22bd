"""Faults in translated code are precise to the instruction, and handlers may change what they see."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.runner import Outcome

Same = Callable[..., Outcome]
Guest = Callable[..., Path]


def test_a_fault_in_a_linked_block_is_fixed_by_its_handler_and_the_loop_goes_on(
        guest: Guest, same_as_native: Same) -> None:
    assert same_as_native([guest("faults.c"), "chase"]).text == "sum 170688000 count 128000 faults 256\n"


@pytest.mark.parametrize("toolchain", ["static-glibc", "dynamic-glibc"])
def test_a_handler_sees_all_registers_as_the_faulting_instruction_found_them(
        toolchain: str, guest: Guest, same_as_native: Same) -> None:
    assert "at the instruction 1" in same_as_native([guest("faults.c", toolchain), "registers"]).text


def test_a_handler_that_changes_registers_and_flags_has_them_used_by_the_same_instruction(
        guest: Guest, same_as_native: Same) -> None:
    assert same_as_native([guest("faults.c"), "changes"]).text.startswith("sum 7040000 faults 1000")


def test_a_handler_that_changes_the_instruction_pointer_goes_on_elsewhere(
        guest: Guest, same_as_native: Same) -> None:
    assert same_as_native([guest("faults.c"), "elsewhere"]).text == "count 500 signals 4250\n"


def test_a_repeated_move_faults_part_of_the_way_and_is_continued(guest: Guest, same_as_native: Same) -> None:
    assert same_as_native([guest("faults.c"), "repeat"]).text.endswith("same 1\n")


def test_each_kind_of_fault_comes_in_code_that_ran_well_before(guest: Guest, same_as_native: Same) -> None:
    assert same_as_native([guest("faults.c"), "kinds"]).text.count("signal") == 14
