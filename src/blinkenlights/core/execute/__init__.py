"""What instructions do, a file a family. Importing this package binds every handler."""

from importlib import import_module

FAMILIES = (
    "arith", "move", "shift", "muldiv", "bits", "branch", "stack", "string", "segment", "bcd",
    "bmi", "system", "fxsave", "x87_arith", "x87_move", "x87_control",
)

for _family in FAMILIES:
    import_module(f"blinkenlights.core.execute.{_family}")
