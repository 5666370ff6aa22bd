"""Signals reach code that makes no system calls, soon, none is lost, and nothing of the guest's is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.runner import Outcome

Same = Callable[..., Outcome]
Guest = Callable[..., Path]


@pytest.fixture
def same(guest: Guest, same_as_native: Same) -> Same:
    return lambda *words: same_as_native([guest("asynchronous.c"), *words])


def test_a_signal_ends_an_endless_loop(same: Same) -> None:
    same("endless")


def test_signals_reach_a_loop_of_linked_blocks_within_milliseconds(same: Same) -> None:
    assert same("latency").text == "arrived 100 median below 20 ms: 1\n"


def test_of_ten_thousand_queued_signals_none_is_lost_and_their_order_is_kept(same: Same) -> None:
    assert same("queued", "10000").text.startswith("count 10000 sum 49995000 out of order 0")


def test_handlers_nest_as_their_masks_say(same: Same) -> None:
    assert same("nested").status == 0


def test_a_handler_ends_a_loop_by_changing_a_register_or_the_instruction_pointer(same: Same) -> None:
    assert same("context").text == "at least 40: 1\n"


def test_the_registers_in_a_handler_belong_to_the_instruction_it_is_told_of(same: Same) -> None:
    assert same("exact").status == 0


def test_flags_survive_calls_returns_indirect_jumps_and_signals(same: Same) -> None:
    assert same("flags").text.startswith("wrong 0 ")


def test_blocked_system_calls_are_interrupted(same: Same) -> None:
    assert same("blocked").text.endswith("handled 10\n")


def test_handlers_jump_out_of_linked_code_with_siglongjmp(same: Same) -> None:
    assert same("jumping").status == 0


def test_a_repeated_move_interrupted_by_signals_moves_everything_once(same: Same) -> None:
    assert same("repeated").text == "same 1 interrupted 1\n"


def test_handlers_run_on_the_alternate_stack_while_the_stack_pointer_points_nowhere(same: Same) -> None:
    assert same("wild-stack").text == "count 30 bad 0\n"
