"""Hooks: Python functions that are called while the guest runs."""

from blinkenlights.api.breakpoints import KINDS
from blinkenlights.core import probes
from blinkenlights.linux.embedded import Watcher
from blinkenlights.tables.syscall_numbers import NUMBERS
from blinkenlights.tables.syscalls import BY_NUMBER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from blinkenlights.linux.task import Task
    from blinkenlights.machine import Machine

LAST = (1 << 64) - 1


class Hook:
    """A function that is called until `remove` is; also a context manager."""

    def __init__(self, ending: "Callable[[], None]") -> None:
        self._ending: Callable[[], None] | None = ending

    def remove(self) -> None:
        """No more calls from now on; once more is no error."""
        ending, self._ending = self._ending, None
        if ending is not None:
            ending()

    @property
    def active(self) -> bool:
        return self._ending is not None

    def __enter__(self) -> "Hook":
        return self

    def __exit__(self, *problem: object) -> None:
        self.remove()


def check(function: object) -> None:
    if not callable(function):
        raise TypeError(f"a hook is a function, not {function!r}")


def last_of(start: int, end: int | None) -> int:
    """The last address of [start, end)."""
    last = LAST if end is None else end - 1
    if start > last:
        raise ValueError("the range is empty")
    return last


def span(
    machine: "Machine", what: int, function: "Callable[[int, int], object]", start: int, end: int | None
) -> Hook:
    """A hook on code in [start, end)."""
    check(function)
    last = last_of(start, end)
    number = machine.probes.add_span(what, start, last, function)
    return Hook(lambda: machine.probes.remove(number))


def watch(
    machine: "Machine",
    function: "Callable[[str, int, int, int], object]",
    access: str,
    start: int,
    end: int | None,
) -> Hook:
    """A hook on memory in [start, end)."""
    if access not in KINDS:
        raise ValueError('access is "r", "w" or "rw"')
    check(function)
    last = last_of(start, end)
    machine.watch_memory(True)
    number = machine.probes.add_watch(probes.WATCH_HOOK, KINDS[access], start, last, function)

    def ending() -> None:
        machine.probes.remove(number)
        machine.watch_memory(False)

    return Hook(ending)


class SystemCall:
    """A system call of the guest, as hooks see it: `arguments` may be changed before it is made."""

    __slots__ = ("arguments", "machine", "name", "number", "result", "tid")

    def __init__(
        self, machine: "Machine", tid: int, number: int, arguments: list[int], result: int | None
    ) -> None:
        self.machine = machine
        self.tid = tid  # of the guest thread
        self.number = number
        row = BY_NUMBER.get(number)
        self.name = row[1] if row is not None else str(number)
        self.arguments = arguments  # unsigned 64-bit, as many as the call has
        self.result = result  # None before the call; -errno for an error

    def __repr__(self) -> str:
        words = ", ".join(f"{argument:#x}" for argument in self.arguments)
        return f"<SystemCall {self.name}({words}) = {self.result}>"


class CallHooks(Watcher):
    """All hooks on system calls of one machine."""

    def __init__(self, machine: "Machine") -> None:
        self.machine = machine
        self.entering: list[tuple[int | None, Callable[[SystemCall], int | None]]] = []
        self.leaving: list[tuple[int | None, Callable[[SystemCall], int | None]]] = []

    def enter(self, task: "Task", number: int, arguments: list[int]) -> int | None:
        result: int | None = None
        count = len(arguments)
        for wanted, function in list(self.entering):
            if wanted is None or wanted == number:
                call = SystemCall(self.machine, task.tid, number, arguments, result)
                answer = result_of(call, self.machine.in_hook(function, call))
                if len(arguments) != count or not all(isinstance(argument, int) for argument in arguments):
                    raise TypeError(f"a hook has left {call.name} other arguments than {count} numbers")
                arguments[:] = [argument & LAST for argument in arguments]
                if answer is not None:
                    result = answer
        return result

    def leave(self, task: "Task", number: int, arguments: list[int], result: int) -> int:
        for wanted, function in list(self.leaving):
            if wanted is None or wanted == number:
                call = SystemCall(self.machine, task.tid, number, arguments, result)
                answer = result_of(call, self.machine.in_hook(function, call))
                if answer is not None:
                    result = answer
        return result

    def add(
        self,
        name: str | None,
        enter: "Callable[[SystemCall], int | None] | None",
        leave: "Callable[[SystemCall], int | None] | None",
    ) -> Hook:
        if name is not None and name not in NUMBERS:
            raise ValueError(f"there is no system call {name}")
        if enter is None and leave is None:
            raise ValueError("a hook on system calls needs enter= or exit=")
        for function in (enter, leave):
            if function is not None:
                check(function)
        number = None if name is None else NUMBERS[name]
        added = []
        if enter is not None:
            entry = (number, enter)
            self.entering.append(entry)
            added.append((self.entering, entry))
        if leave is not None:
            entry = (number, leave)
            self.leaving.append(entry)
            added.append((self.leaving, entry))

        def ending() -> None:
            for where, entry in added:
                where.remove(entry)

        return Hook(ending)


def result_of(call: SystemCall, answer: object) -> int | None:
    """What a hook has returned, if it may."""
    if answer is not None and not isinstance(answer, int):
        raise TypeError(f"a hook on {call.name} has returned {answer!r}, which is no number")
    return answer
