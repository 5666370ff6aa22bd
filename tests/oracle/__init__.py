"""The real CPU as the judge: single instructions run natively with a chosen state."""

from tests.oracle.native import Native, Unavailable
from tests.oracle.state import (
    CODE,
    CODE32,
    CODE64,
    DATA,
    DATA_SEGMENT,
    EDGE,
    GS_BASE,
    GS_SEGMENT,
    PAGE,
    RECORD,
    REGISTERS,
    SLOT_SIZE,
    WINDOW,
    WINDOW_SIZE,
    Outcome,
    State,
    unpack,
    unpack_state,
)
from tests.oracle.templates import Pools, Template

__all__ = ["CODE", "CODE32", "CODE64", "DATA", "DATA_SEGMENT", "EDGE", "GS_BASE",
           "GS_SEGMENT", "PAGE", "RECORD", "REGISTERS", "SLOT_SIZE",
           "WINDOW", "WINDOW_SIZE", "Native", "Outcome", "Pools", "State", "Template", "Unavailable",
           "unpack", "unpack_state"]
