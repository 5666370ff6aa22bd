"""`monitor COMMAND` in gdb: what the machine can tell or do besides.

A row a command; `monitor help` is made from the rows.
"""

from collections.abc import Callable
from typing import NamedTuple

from blinkenlights.debugger.expressions import Expression, ExpressionError
from blinkenlights.debugger.gdb.running import Runner
from blinkenlights.machine import StopReason


class Command(NamedTuple):
    """A row."""

    name: str
    parameters: str
    help: str
    run: Callable[[Runner, str], str]


class Refused(Exception):
    """The command can't be carried out; the text says why."""


def tick(runner: Runner, argument: str) -> str:
    return f"{runner.machine.tick}"


def seek(runner: Runner, argument: str) -> str:
    try:
        wanted = int(argument, 0)
    except ValueError:
        raise Refused("seek needs a number of instructions since the start") from None
    return moved(runner, lambda: runner.machine.seek(wanted))


def moved(runner: Runner, how: Callable[[], StopReason]) -> str:
    try:
        reason = runner.run(how)
    except (RuntimeError, ValueError, ImportError) as problem:
        raise Refused(str(problem)) from None
    return f"{reason}\nNow say `flushregs` and `frame`: gdb does not know that anything has changed."


def last_write(runner: Runner, argument: str) -> str:
    words = argument.split()
    if not 1 <= len(words) <= 2:
        raise Refused("last-write needs a place, and perhaps a number of bytes")
    try:
        address = runner.machine.symbols.resolve(words[0])
        found = runner.machine.last_write(address, int(words[1], 0) if len(words) > 1 else 8)
    except (RuntimeError, ValueError, ImportError) as problem:
        raise Refused(str(problem)) from None
    return "never" if found is None else f"{found}"


def evaluate(runner: Runner, argument: str) -> str:
    try:
        value = Expression(argument).evaluate(runner.machine)
    except ExpressionError as problem:
        raise Refused(str(problem)) from None
    return f"{value:#x}" if type(value) is int else str(value)


def maps(runner: Runner, argument: str) -> str:
    return "\n".join(
        f"{m.start:012x}-{m.end:012x} {rights(m.prot)} {m.name}" for m in runner.machine.maps
    )


def rights(prot: int) -> str:
    return "".join(letter if prot & bit else "-" for letter, bit in (("r", 1), ("w", 2), ("x", 4)))


def frames(runner: Runner, argument: str) -> str:
    from blinkenlights.debugger.frames import describe, frames_of

    return "\n".join(describe(frames_of(runner.machine)))


def statistics(runner: Runner, argument: str) -> str:
    return "\n".join(f"{name} {value:,}" for name, value in runner.machine.statistics.items())


def reason(runner: Runner, argument: str) -> str:
    return str(runner.last) if runner.last is not None else "It has not run yet."


def show_help(runner: Runner, argument: str) -> str:
    rows = [(f"{row.name} {row.parameters}".rstrip(), row.help) for row in COMMANDS]
    width = max(len(left) for left, _ in rows)
    return "\n".join(f"{left:<{width}}  {right}" for left, right in rows)


COMMANDS = (
    Command("help", "", "this list", show_help),
    Command("tick", "", "instructions executed since the start", tick),
    Command("seek", "N", "go to the moment when N instructions had been executed (needs recording)", seek),
    Command("last-write", "PLACE [BYTES]", "the tick of the last write there (needs recording)", last_write),
    Command("eval", "EXPRESSION", "a Python expression over registers, memory and symbols", evaluate),
    Command("frames", "", "the stack, as the debugger of its own sees it", frames),
    Command("maps", "", "the program's mappings", maps),
    Command("reason", "", "why it stands still, in a sentence", reason),
    Command("statistics", "", "figures of the machine", statistics),
)


def execute(runner: Runner, line: str) -> str:
    """Carry out a command; what it says, or why it can't."""
    name, _, argument = line.strip().partition(" ")
    for row in COMMANDS:
        if row.name == name:
            try:
                return row.run(runner, argument.strip()) + "\n"
            except Refused as problem:
                return f"{problem}\n"
    if not name:
        return show_help(runner, "") + "\n"
    return f"there is no monitor command {name!r}: see monitor help\n"
