"""The real CPU as the judge: single instructions run natively with a chosen state."""

from tests.oracle.native import Native, Unavailable
from tests.oracle.state import (
    CODE,
    DATA,
    EDGE,
    GS_BASE,
    PAGE,
    REGISTERS,
    SLOT_SIZE,
    WINDOW,
    WINDOW_SIZE,
    Outcome,
    State,
)

__all__ = ["CODE", "DATA", "EDGE", "GS_BASE", "PAGE", "REGISTERS", "SLOT_SIZE", "WINDOW", "WINDOW_SIZE",
           "Native", "Outcome", "State", "Unavailable"]
