"""System calls of a recorded machine: each of their effects has its place between two instructions.

What the host's kernel writes while a call waits would appear at a moment that no instruction count
tells. So calls are given memory of ours to write to (`lend`), which is copied to the guest's when the
call has ended and it is its thread's turn; and a servant whose thread has lost its turn meanwhile waits
until it is given back (`park`), before Python's part of the call goes on.
"""

import _thread
from array import array

from blinkenlights.core import host
from blinkenlights.core.memory import GuestFault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from blinkenlights.core.journal import Journal
    from blinkenlights.core.memory import AddressSpace

CHUNK = 64  # bytes that are compared at once

# By thread: the calls of all recorded machines' servants.
_calls: "dict[int, Call]" = {}


class Abandoned(BaseException):
    """The call's thread is no more: it ends where it is."""


class Call:
    """What a servant's thread is about."""

    def __init__(self, turns: "Turns") -> None:
        self.turns = turns
        self.lock = _thread.allocate_lock()
        self.in_host = False  # inside the host's kernel
        self.gave_up = False  # its turn is another's
        self.parked = False  # back from the kernel, and waiting for its turn
        self.abandoned = False
        self.permission = _thread.allocate_lock()
        self.permission.acquire()
        self.lent: list[tuple[int, array[int], bytes]] = []
        self.words: list[tuple[int, bytes]] = []

    def make(self, number: int, arguments: tuple[int, ...]) -> int:
        """The host's call, and then what it has written; on the servant's thread."""
        with self.lock:
            self.in_host = True
        result = host.make_call(number, *arguments)
        with self.lock:
            self.in_host = False
            parked = self.parked = self.gave_up
        if parked:
            self.turns.tell()
            self.permission.acquire()
        if self.abandoned:
            raise Abandoned
        self.settle()
        return result

    def give_up(self) -> bool:
        """Take the turn from a call that takes long; False when it has just come back."""
        with self.lock:
            self.gave_up = self.in_host
            return self.gave_up

    def resume(self) -> None:
        """Give the turn back to a parked call."""
        self.parked = self.gave_up = False
        self.permission.release()

    def abandon(self) -> None:
        self.abandoned = True
        if self.parked:
            self.resume()

    def lend(self, address: int, length: int) -> int:
        space = self.turns.space
        try:
            before = space.read(address, length)
        except GuestFault:
            self.turns.journal.touching(address, length)
            return space.base + address
        room = array("B", before)
        self.lent.append((address, room, before))
        return room.buffer_info()[0]

    def settle(self) -> None:
        """Copy to the guest what was written to what was lent."""
        lent, self.lent = self.lent, []
        words, self.words = self.words, []
        space = self.turns.space
        for address, room, before in lent:
            after = room.tobytes()
            if after != before:
                for start, end in differences(before, after):
                    place, n = address + start, end - start
                    if space.allowed(place, n, 2) == n:  # else another thread has unmapped it meanwhile
                        space.write(place, after[start:end])
        for address, value in words:
            now = space.read(address, len(value))
            if now != value:
                space.write(address, now)


def differences(before: bytes, after: bytes) -> "list[tuple[int, int]]":
    """Ranges that hold what differs: from their first to their last different byte."""
    found: list[tuple[int, int]] = []
    start = -1
    for at in range(0, len(after) + CHUNK, CHUNK):
        if at < len(after) and before[at : at + CHUNK] != after[at : at + CHUNK]:
            if start < 0:
                start = at
        elif start >= 0:
            end = min(at, len(after))
            while before[start] == after[start]:
                start += 1
            while before[end - 1] == after[end - 1]:
                end -= 1
            found.append((start, end))
            start = -1
    return found


class Turns:
    """The servants' calls of one recorded machine."""

    def __init__(self, space: "AddressSpace", journal: "Journal", tell: "Callable[[], None]") -> None:
        self.space = space
        self.journal = journal
        self.tell = tell
        self.threads: dict[int, Call] = {}
        journal.turns = self
        host.around_calls(make)

    def enter(self) -> Call:
        """Make the calling thread, a servant's, one of ours."""
        ident = _thread.get_ident()
        call = self.threads.get(ident)
        if call is None:
            call = self.threads[ident] = _calls[ident] = Call(self)
        return call

    def lend(self, address: int, length: int) -> int:
        call = _calls.get(_thread.get_ident())
        if call is not None:
            return call.lend(address, length)
        self.journal.touching(address, length)
        return self.space.base + address

    def word(self, address: int, length: int) -> int:
        """The host's address of a futex, which must be where the guest has it."""
        call = _calls.get(_thread.get_ident())
        self.journal.touching(address, length)
        if call is not None:
            call.words.append((address, self.space.read(address, length)))
        return self.space.base + address

    def leave(self) -> None:
        """The calling thread, a servant's, ends."""
        self.forget(_thread.get_ident())

    def forget(self, ident: int) -> None:
        self.threads.pop(ident, None)
        _calls.pop(ident, None)

    def close(self) -> None:
        self.journal.turns = None
        for ident, call in list(self.threads.items()):
            call.abandon()
            self.forget(ident)
        if not _calls:
            host.around_calls(None)


def make(number: int, *arguments: int) -> int:
    """A call by any thread, while there are recorded machines."""
    call = _calls.get(_thread.get_ident())
    if call is None:
        return host.make_call(number, *arguments)
    return call.make(number, arguments)
