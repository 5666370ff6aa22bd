"""Breakpoints and watchpoints."""

from blinkenlights.core import probes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from blinkenlights.machine import Machine

KINDS = {"r": probes.READING, "w": probes.WRITING, "rw": probes.READING | probes.WRITING}


class Condition:
    """A Python expression over registers, memory and symbols."""

    def __init__(self, text: str) -> None:
        from blinkenlights.debugger.expressions import Expression

        self.text = text
        self.expression = Expression(text)

    def value(self, machine: "Machine", extra: "Mapping[str, object]") -> object:
        return self.expression.evaluate(machine, extra)


class Point:
    """What breakpoints and watchpoints have in common."""

    def __init__(
        self, machine: "Machine", address: int, condition: "str | Callable[[], bool] | None"
    ) -> None:
        self.machine = machine
        self.address = address
        self.hits = 0  # how often the condition held there
        self._condition: Condition | Callable[[], bool] | None = None
        self._enabled = False
        self._number = 0
        self.condition = condition  # type: ignore[assignment]

    @property
    def condition(self) -> "str | Callable[[], bool] | None":
        """An expression, or a function without arguments; None for always. Raises ValueError when set."""
        return self._condition.text if isinstance(self._condition, Condition) else self._condition

    @condition.setter
    def condition(self, value: "str | Callable[[], bool] | None") -> None:
        if value is not None and not isinstance(value, str) and not callable(value):
            raise TypeError("a condition is an expression or a function")
        self._condition = Condition(value) if isinstance(value, str) else value

    def holds(self, **extra: object) -> bool:
        if self._condition is None:
            return True
        if isinstance(self._condition, Condition):
            return bool(self._condition.value(self.machine, extra))
        return bool(self._condition())

    @property
    def enabled(self) -> bool:
        return self._enabled

    @enabled.setter
    def enabled(self, value: bool) -> None:
        if value and not self._enabled:
            self._number = self.plant()
        elif not value and self._enabled:
            self.machine.probes.remove(self._number)
        self._enabled = value

    def plant(self) -> int:
        raise NotImplementedError

    def remove(self) -> None:
        """Take it away; once more is no error."""
        self.enabled = False


class Breakpoint(Point):
    """Stops before the instruction at `address`."""

    def __init__(
        self,
        machine: "Machine",
        address: int,
        condition: "str | Callable[[], bool] | None" = None,
        temporary: bool = False,
    ) -> None:
        super().__init__(machine, address, condition)
        self.temporary = temporary  # goes away when it stops the machine
        self.enabled = True

    def plant(self) -> int:
        return self.machine.probes.add_span(probes.SPAN_STOP, self.address, self.address)

    def remove(self) -> None:
        super().remove()
        if self in self.machine.breakpoints:
            self.machine.breakpoints.remove(self)

    def __repr__(self) -> str:
        state = "" if self.enabled else " disabled"
        condition = f" if {self.condition}" if self.condition else ""
        return f"<Breakpoint {self.address:#x}{condition}{state} hits={self.hits}>"


class Watchpoint(Point):
    """Stops after an instruction that accesses some of `size` bytes at `address`."""

    def __init__(
        self,
        machine: "Machine",
        address: int,
        size: int = 8,
        access: str = "w",
        condition: "str | Callable[[], bool] | None" = None,
    ) -> None:
        if access not in KINDS:
            raise ValueError('a watchpoint\'s access is "r", "w" or "rw"')
        if size < 1:
            raise ValueError("a watchpoint has at least one byte")
        if address + size > 1 << 64:
            raise ValueError("a watchpoint ends with the last address, 2**64-1, at the latest")
        super().__init__(machine, address, condition)
        self.size = size
        self.access = access
        self.enabled = True

    def plant(self) -> int:
        last = self.address + self.size - 1
        return self.machine.probes.add_watch(probes.WATCH_STOP, KINDS[self.access], self.address, last)

    @property
    def number(self) -> int:
        return self._number

    @property
    def enabled(self) -> bool:
        return self._enabled

    @enabled.setter
    def enabled(self, value: bool) -> None:
        if value and not self._enabled:
            self.machine.watch_memory(True)
            self._number = self.plant()
            self.fresh = True  # the machine has not stopped since
        elif not value and self._enabled:
            self.machine.probes.remove(self._number)
            self.machine.watch_memory(False)
        self._enabled = value

    def remove(self) -> None:
        super().remove()
        if self in self.machine.watchpoints:
            self.machine.watchpoints.remove(self)

    def __repr__(self) -> str:
        state = "" if self.enabled else " disabled"
        return f"<Watchpoint {self.access} {self.address:#x}+{self.size}{state} hits={self.hits}>"
