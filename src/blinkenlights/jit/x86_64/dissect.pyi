"""Types of what Python sees of the compiled module."""

from typing import TypedDict

from blinkenlights.core.memory import AddressSpace

class Translation(TypedDict):
    code: bytes
    bytes: int
    boundaries: list[tuple[int, int]]
    sites: list[tuple[str, int, int, int]]

def translation(
    space: AddressSpace, code: bytes, rip: int, membase: int, origin: int, checked: bool = False,
    busy: bool = False
) -> Translation: ...
def comparison(space: AddressSpace, rip: int, after: int, origin: int) -> Translation: ...
def places(space: AddressSpace) -> dict[str, int]: ...
