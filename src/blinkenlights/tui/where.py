"""Breakpoints and watchpoints as people write them: `401139`, `main+4`, `fib if edi == 3`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blinkenlights import Machine
    from blinkenlights.api.breakpoints import Breakpoint, Watchpoint


def split(text: str) -> tuple[str, str | None]:
    """The place, and the condition if there is one."""
    place, _, condition = text.partition(" if ")
    return place.strip(), condition.strip() or None


def address_of(machine: Machine, place: str) -> int:
    """A symbol, or an address in hexadecimal, with or without 0x; ValueError for neither."""
    return machine.symbols.resolve(place)


def add_breakpoint(machine: Machine, text: str) -> Breakpoint:
    place, condition = split(text)
    return machine.add_breakpoint(address_of(machine, place), condition)


def add_watchpoint(machine: Machine, text: str) -> Watchpoint:
    """As large as the symbol there, up to 8 bytes."""
    place, condition = split(text)
    address = address_of(machine, place)
    symbol = machine.symbols.at(address)
    size = min(8, symbol.size) if symbol is not None and symbol.size else 8
    return machine.add_watchpoint(address, size, condition=condition)
