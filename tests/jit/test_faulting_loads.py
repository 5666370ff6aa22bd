"""Loads that fault leave their destination alone, though translated code forms addresses in it."""

import pytest

from tests.differential.engine import ENGINES, Interpreter
from tests.oracle import DATA, GS_BASE, State

RSI, R13 = 6, 13
OLD = 0x123456789ABCDEF0


@pytest.mark.parametrize("engine", sorted(ENGINES))
@pytest.mark.parametrize("code", ["65498b7500", "65490fb77500", "6549637500", "65490fbe7500"])
def test_a_load_through_gs_that_faults_leaves_its_destination_alone(code: str, engine: str) -> None:
    reg = [0] * 16
    reg[RSI], reg[R13] = OLD, DATA + 512 - GS_BASE
    (outcome,) = Interpreter(engine).run([bytes.fromhex(code)], [State(reg=reg)])
    assert (outcome.vector, outcome.address) == (14, DATA + 512)
    assert outcome.state.reg[RSI] == OLD
