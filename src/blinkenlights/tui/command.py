"""The command line: Python, with the API's names at hand.

A name is looked for among the line's own variables, the machine's attributes and methods (`step`,
`regs`, `memory`), the registers (`rax`, which can be assigned), the program's symbols (their
addresses) and Python's builtins, in this order. A method named alone is called, and words after it
are its arguments: `step 10`, `add_breakpoint main`.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import io
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from blinkenlights.tui.where import add_breakpoint, add_watchpoint, address_of

if TYPE_CHECKING:
    from blinkenlights import Machine

MOST = 4000  # characters of an answer
TAKE_PLACES = {"add_breakpoint": add_breakpoint, "add_watchpoint": add_watchpoint, "resolve": address_of}
WORDS = {"break": "add_breakpoint", "watch": "add_watchpoint", "back": "reverse_step"}


class Names(dict[str, Any]):
    """What a line's names mean. Registers are read and written through."""

    def __init__(self, machine: Machine, own: dict[str, Any], extra: Mapping[str, Any]) -> None:
        super().__init__()
        self.machine, self.own, self.extra = machine, own, extra
        self.registers = set(machine.regs.names())

    def __missing__(self, name: str) -> Any:
        if name in self.own:
            return self.own[name]
        if name in ("m", "machine"):
            return self.machine
        if name in self.extra:
            return self.extra[name]
        if name in self.registers:
            return self.machine.regs[name]
        if not name.startswith("_") and hasattr(self.machine, name):
            return getattr(self.machine, name)
        if hasattr(builtins, name):
            raise KeyError(name)  # Python finds it itself
        symbol = self.machine.symbols.find(name)
        if symbol is not None:
            return symbol.address
        raise KeyError(name)

    def __setitem__(self, name: str, value: Any) -> None:
        if name in self.registers:
            self.machine.regs[name] = value
        else:
            self.own[name] = value

    def __delitem__(self, name: str) -> None:
        self.own.pop(name, None)


def run(line: str, machine: Machine, own: dict[str, Any], extra: Mapping[str, Any]) -> str:
    """Do what a line says; what it printed, and its value if it has one.

    What is wrong with the line is raised as the exception that Python makes of it.
    """
    names = Names(machine, own, extra)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        value = evaluate(line.strip(), names)
    text = printed.getvalue()
    if value is not None:
        own["_"] = value
        text += shown(value)
    return text if len(text) <= MOST else text[:MOST] + "…"


def evaluate(line: str, names: Names) -> Any:
    words = line.split()
    if words:
        words[0] = WORDS.get(words[0], words[0])
        called = method(words[0], names)
        if called is not None and (len(words) == 1 or not any(c in line for c in "()=")):
            if words[0] in TAKE_PLACES:
                return TAKE_PLACES[words[0]](names.machine, " ".join(words[1:]))
            return called(*[argument(word, names) for word in words[1:]])
    try:
        tree = ast.parse(line, "<command>", "eval")
    except SyntaxError:
        exec(compile(line, "<command>", "exec"), {"__builtins__": builtins}, names)
        return None
    return eval(compile(tree, "<command>", "eval"), {"__builtins__": builtins}, names)


def method(word: str, names: Names) -> Any:
    """What can be called without parentheses: the machine's methods and the screen's commands."""
    if not word.isidentifier() or word in names.own:
        return None
    found = names.extra.get(word)
    if found is None and not word.startswith("_"):
        found = getattr(names.machine, word, None)
    return found if callable(found) and not isinstance(found, type) else None


def argument(word: str, names: Names) -> Any:
    """A word after a method's name: a number or an expression if it is one, else text, such as `main+4`."""
    try:
        tree = ast.parse(word, "<command>", "eval")
        if all(not isinstance(node, ast.Name) or node.id in names.registers or node.id in names.own
               for node in ast.walk(tree)):  # fmt: skip
            return eval(compile(tree, "<command>", "eval"), {"__builtins__": builtins}, names)
    except (SyntaxError, NameError, TypeError, ValueError):
        pass
    return word


def shown(value: Any) -> str:
    """Numbers in both bases, since addresses and counts look alike."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int):
        return f"{value:#x} ({value})" if abs(value) > 9 else str(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return repr(bytes(value))
    if isinstance(value, str):
        return value
    if isinstance(value, list) and not all(isinstance(item, (int, str)) for item in value):
        return "\n".join(str(item) for item in value)
    return str(value) if type(value).__str__ is not object.__str__ else repr(value)


def candidates(machine: Machine, own: Mapping[str, Any], extra: Mapping[str, Any]) -> Iterator[str]:
    """Every name a line may begin a word with."""
    yield from own
    yield from extra
    yield from (name for name in dir(machine) if not name.startswith("_"))
    yield from machine.regs.names()
    yield from machine.symbols.names()


def complete(word: str, machine: Machine, own: Mapping[str, Any], extra: Mapping[str, Any]) -> list[str]:
    """What `word` may become: after a point, an attribute."""
    before, point, last = word.rpartition(".")
    if point:
        try:
            thing = eval(before, {"__builtins__": {}}, Names(machine, dict(own), extra))
        except Exception:
            return []
        names: Any = (name for name in dir(thing) if not name.startswith("_"))
        return sorted(f"{before}.{name}" for name in set(names) if name.startswith(last))
    return sorted({name for name in candidates(machine, own, extra) if name.startswith(word)})
