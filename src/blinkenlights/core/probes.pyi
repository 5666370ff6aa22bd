"""Types of what Python sees of the compiled module."""

from collections.abc import Callable

from blinkenlights.core.memory import AddressSpace

SPAN_STOP: int
SPAN_CODE: int
SPAN_BLOCK: int
SPAN_EVENT: int
SPAN_BLOCK_EVENT: int
READING: int
WRITING: int
WATCH_STOP: int
WATCH_HOOK: int
WATCH_EVENT: int
STOP_BREAKPOINT: int
STOP_WATCHPOINT: int
STOP_HOOK: int

class Recording:
    on_full: Callable[[memoryview], object] | None
    def __init__(
        self, hooks: Hooks, capacity: int, on_full: Callable[[memoryview], object] | None = None
    ) -> None: ...
    def view(self) -> memoryview: ...
    def clear(self) -> None: ...
    @property
    def full(self) -> int: ...

class Hooks:
    def __init__(self, space: AddressSpace) -> None: ...
    def add_span(
        self,
        what: int,
        start: int,
        last: int,
        function: Callable[[int, int], object] | None = None,
        recording: Recording | None = None,
    ) -> int: ...
    def add_watch(
        self,
        what: int,
        kinds: int,
        start: int,
        last: int,
        function: Callable[[str, int, int, int], object] | None = None,
        recording: Recording | None = None,
    ) -> int: ...
    def remove(self, number: int) -> None: ...
    def take_problem(self) -> BaseException | None: ...
    def forget_all(self) -> None: ...
    def count_others(self, instructions: int) -> None: ...
    @property
    def recording(self) -> bool: ...
    def stops_at(self, address: int) -> int: ...
    @property
    def watching(self) -> bool: ...

def bytes_of(hooks: Hooks, address: int, n: int) -> bytes: ...
