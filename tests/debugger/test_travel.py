"""Some lives of the campaign; `python -m tests.debugger.travel` lives as many as asked."""

import pytest

from tests.debugger.travel import live
from tests.guests import ToolchainMissing


@pytest.mark.parametrize(("kind", "seed"), [("bare", 1), ("bare", 2), ("bare", 3), ("life", 1), ("pc", 1)])
def test_random_moves_in_time_find_the_same_states_and_true_answers(kind: str, seed: int) -> None:
    try:
        traveller = live(kind, seed, 12)
    except ToolchainMissing as problem:
        pytest.skip(str(problem))
    assert traveller.visits > 12
