"""Types of what Python sees of the compiled module."""

from blinkenlights.core.memory import AddressSpace

class View:
    def __init__(self, space: AddressSpace, address: int, length: int) -> None: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...
