"""Events in batches: compiled code writes records, Python reads many at once."""

from blinkenlights.api.breakpoints import KINDS
from blinkenlights.core import probes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from blinkenlights.machine import Machine

# For numpy.frombuffer(events.read(), dtype=DTYPE).
DTYPE = [
    ("tick", "<u8"),
    ("address", "<u8"),
    ("value", "<u8"),
    ("rip", "<u8"),
    ("size", "<u4"),
    ("kind", "<u4"),
]
FORMAT = "<QQQQII"  # of struct
SIZE = 40  # bytes of a record
CODE, READ, WRITE, BLOCK = range(4)  # `kind`
LAST = (1 << 64) - 1
KIND_NAMES = ("code", "block", "read", "write")


class Events:
    """A buffer of records, `DTYPE` in numpy's words.

    `tick` is the number of instructions, of all threads, executed before the one concerned, `rip` that
    instruction's address. `address` is the instruction's, or that of the memory accessed, `size` its bytes,
    and `value` (memory only) the first eight of them, after the access.
    """

    def __init__(
        self,
        machine: "Machine",
        kinds: str,
        capacity: int,
        start: int,
        end: int | None,
        on_full: "Callable[[memoryview], object] | None",
    ) -> None:
        wanted = kinds.replace(",", " ").split()
        if not wanted or any(kind not in KIND_NAMES for kind in wanted):
            raise ValueError(f"kinds are words of {', '.join(KIND_NAMES)}")
        if not 1 <= capacity <= 1 << 28:
            raise ValueError("a capacity is 1 to 2**28 records")
        last = LAST if end is None else end - 1
        if start > last or start < 0:
            raise ValueError("the range is empty")
        self.machine = machine
        self.capacity = capacity
        self.recording = probes.Recording(machine.probes, capacity, on_full)
        self.numbers: list[int] = []
        self.watching = 0
        for kind, what in (("code", probes.SPAN_EVENT), ("block", probes.SPAN_BLOCK_EVENT)):
            if kind in wanted:
                self.numbers.append(machine.probes.add_span(what, start, last, None, self.recording))
        access = ("r" if "read" in wanted else "") + ("w" if "write" in wanted else "")
        if access:
            machine.watch_memory(True)
            self.watching = 1
            number = machine.probes.add_watch(
                probes.WATCH_EVENT, KINDS[access], start, last, None, self.recording
            )
            self.numbers.append(number)

    def read(self) -> memoryview:
        """The records since `clear`, the oldest first, without copying: valid until the machine runs again.

        When there were more than the capacity, only the last ones are left (`lost` says so).
        """
        return self.recording.view()

    def take(self) -> bytes:
        """A copy of the records; and begin anew."""
        data = bytes(self.read())
        self.clear()
        return data

    def clear(self) -> None:
        """Forget the records."""
        self.recording.clear()

    @property
    def lost(self) -> bool:
        """Were records overwritten since `clear`?"""
        return self.recording.full > 0 and self.recording.on_full is None

    def __len__(self) -> int:
        return len(self.read()) // SIZE

    def __iter__(self) -> "Iterator[tuple[int, ...]]":
        from struct import iter_unpack

        return iter_unpack(FORMAT, bytes(self.read()))

    def remove(self) -> None:
        """Record no more; what there is can still be read."""
        for number in self.numbers:
            self.machine.probes.remove(number)
        self.numbers = []
        if self.watching:
            self.watching = 0
            self.machine.watch_memory(False)

    def __enter__(self) -> "Events":
        return self

    def __exit__(self, *problem: object) -> None:
        self.remove()
