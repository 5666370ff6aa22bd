"""Each conformance guest does under blink what it does natively (see tests/linux/conformance.py)."""

import pytest

from tests.guests import ToolchainMissing
from tests.linux.conformance import ENGINES, SKIP, Guest, difference, guests, natively, same, under_blink


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("guest", guests(), ids=lambda guest: guest.name)
def test_as_natively(guest: Guest, engine: str) -> None:
    try:
        guest.executable()
    except ToolchainMissing as problem:
        pytest.skip(str(problem))
    expected = natively(guest)
    if expected.status == SKIP:
        pytest.skip(expected.text.strip())
    actual = under_blink(guest, engine)
    assert same(expected, actual), difference(expected, actual)
