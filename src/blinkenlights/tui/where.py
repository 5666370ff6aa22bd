"""Breakpoints and watchpoints as people write them: `401139`, `main+4`, `7c0:1f`, `fib if edi == 3`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blinkenlights import Machine
    from blinkenlights.api.breakpoints import Breakpoint, Watchpoint


SEGMENTS = ("cs", "ds", "es", "fs", "gs", "ss")
SEGMENTED = re.compile(r"([cdefgs]s|[0-9a-f]{1,4}):([0-9a-f]{1,8})", re.IGNORECASE)


def split(text: str) -> tuple[str, str | None]:
    """The place, and the condition if there is one."""
    place, _, condition = text.partition(" if ")
    return place.strip(), condition.strip() or None


def address_of(machine: Machine, place: str) -> int:
    """A symbol, or an address in hexadecimal, with or without 0x; ValueError for neither.

    `segment:offset` is one too: a segment register's base and an offset, or in 16-bit code a paragraph.
    """
    found = SEGMENTED.fullmatch(place)
    if found:
        segment, offset = found[1].lower(), int(found[2], 16)
        if segment in SEGMENTS:
            return int(machine.regs[f"{segment}_base"]) + offset
        if machine.regs.bits != 16:
            raise ValueError(f"{place}: segments are paragraphs in 16-bit code only (cs:{found[2]} works)")
        return (int(segment, 16) << 4) + offset
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
