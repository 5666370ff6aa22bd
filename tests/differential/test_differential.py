"""A sample of every form against the real CPU; `python -m tests.differential` runs as many as asked."""

import pytest

from tests.differential.campaign import compare_forms, executed, select
from tests.differential.forms import GROUPS, Form
from tests.oracle import Unavailable

CASES = 25
PARTS = 4  # of each group, so that test workers share them


@pytest.mark.parametrize("bits", [64, 32, 16])
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("group", GROUPS)
def test_agrees_with_the_real_cpu(group: str, part: int, bits: int) -> None:
    compare([form for form in select([group], bits=bits)[part::PARTS] if executed(form)], "interpreter")


def test_x87_arithmetic_in_software_agrees_with_the_real_cpu() -> None:
    pytest.importorskip("gmpy2")
    compare(select(["x87"]), "softx87")


def compare(chosen: list[Form], engine: str) -> None:
    if not chosen:
        pytest.skip("this host's CPU or ours has none of them")
    try:
        tallies = list(compare_forms(chosen, CASES, seed=2026, engine=engine))
    except Unavailable as problem:
        pytest.skip(str(problem))
    wrong = [tally for tally in tallies if tally.failures]
    shown = "\n\n".join(f"{tally.name}\n" + "\n".join(tally.examples) for tally in wrong[:10])
    assert not wrong, f"{len(wrong)} forms differ from the real CPU:\n{shown}"
