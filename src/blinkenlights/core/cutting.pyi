"""Types of what Python sees of the compiled module."""

from blinkenlights.core.memory import AddressSpace

CUTTING: frozenset[int]

def after_slow_call(space: AddressSpace, number: int, arguments: list[int], result: int) -> None: ...
