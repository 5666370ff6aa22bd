"""Python expressions over a machine: `rax == 5 and u64[rsp+8] > main`.

    e = Expression("u8[rdi] == 0x7f and zf")
    e.evaluate(m)             # compiled on the first call, about a microsecond after
    execute(m, "rax = fib + 4")

Names are registers (`rax`, `al`, `zf`, `xmm0`, also as `$rax`), symbols (their addresses), `tick`, `tid`,
`pid` and what `FUNCTIONS` and `MEMORY` list. What is neither an expression nor an assignment is refused.
"""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from struct import Struct
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from blinkenlights.machine import Machine

DOLLAR = re.compile(r"\$(?=[a-z])")
LARGEST_EXPONENT = 4096
LONGEST_SHIFT = 1 << 16
LONGEST_READ = 16 << 20
WORD = (1 << 64) - 1
HEADS = ("'", '"')


class ExpressionError(ValueError):
    """An expression is wrong, or has no value now; the text is one line."""


class Memory(Protocol):
    """What of `Machine.memory` is used."""

    def read(self, address: int, n: int) -> bytes: ...
    def write(self, address: int, data: bytes) -> None: ...


class Typed:
    """`u64[address]`, and `u64[address, i]` for the element `i` of an array there."""

    def __init__(self, code: str) -> None:
        self.struct = Struct(f"<{code}")
        self.memory: Memory

    def of(self, memory: Memory) -> "Typed":
        found = Typed(self.struct.format[1:])
        found.memory = memory
        return found

    def _address(self, where: Any) -> int:
        if isinstance(where, tuple):
            base, index = where
            where = base + index * self.struct.size
        return int(where) & WORD

    def __getitem__(self, where: Any) -> Any:
        return self.struct.unpack(self.memory.read(self._address(where), self.struct.size))[0]

    def __setitem__(self, where: Any, value: Any) -> None:
        if self.struct.format[1] not in "fd":
            bits = 8 * self.struct.size
            value = int(value) & (1 << bits) - 1
            if self.struct.format[1].islower() and value >> bits - 1:
                value -= 1 << bits
        self.memory.write(self._address(where), self.struct.pack(value))


class Bytes:
    """`mem[start:end]` as bytes, `mem[address]` as a number."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    def __getitem__(self, where: Any) -> Any:
        if not isinstance(where, slice):
            return self.memory.read(int(where) & WORD, 1)[0]
        if where.start is None or where.stop is None or where.step is not None:
            raise ExpressionError("a range of memory is written mem[start:end]")
        length = where.stop - where.start
        if not 0 <= length <= LONGEST_READ:
            raise ExpressionError(f"a range of memory has 0 to {LONGEST_READ} bytes")
        return self.memory.read(where.start, length)

    def __setitem__(self, where: Any, value: Any) -> None:
        if isinstance(where, slice):
            self.memory.write(where.start, bytes(value))
        else:
            self.memory.write(int(where) & WORD, bytes((int(value) & 0xFF,)))


MEMORY = {
    "u8": "B", "u16": "H", "u32": "I", "u64": "Q", "i8": "b", "i16": "h", "i32": "i", "i64": "q",
    "f32": "f", "f64": "d",
}  # fmt: skip


def cstr(memory: Memory, address: int, limit: int = 4096) -> str:
    """The text at an address, up to its zero byte."""
    data = bytearray()
    while len(data) < limit:
        at = address + len(data)
        piece = memory.read(at, min(64 - at % 64, limit - len(data)))  # a piece is never on two pages
        end = piece.find(b"\0")
        if end >= 0:
            data += piece[:end]
            break
        data += piece
    return data.decode(errors="backslashreplace")


def signed(value: int, bits: int = 64) -> int:
    """A number of `bits` bits as two's complement has it."""
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> bits - 1 else value


def power(base: Any, exponent: Any) -> Any:
    if isinstance(exponent, int) and abs(exponent) > LARGEST_EXPONENT:
        raise ExpressionError(f"an exponent above {LARGEST_EXPONENT}")
    return base**exponent


def shifted(value: Any, distance: Any) -> Any:
    if isinstance(distance, int) and distance > LONGEST_SHIFT:
        raise ExpressionError(f"a shift by more than {LONGEST_SHIFT}")
    return value << distance


def product(a: Any, b: Any) -> Any:
    for one, other in ((a, b), (b, a)):
        if not isinstance(one, int) or not isinstance(other, (str, bytes, list, tuple)):
            continue
        if one * len(other) > LONGEST_READ:
            raise ExpressionError("too long a repetition")
    return a * b


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs, "all": all, "any": any, "bin": bin, "bool": bool, "bytes": bytes, "chr": chr, "float": float,
    "hex": hex, "int": int, "len": len, "list": list, "max": max, "min": min, "oct": oct, "ord": ord,
    "round": round, "signed": signed, "sorted": sorted, "str": str, "sum": sum, "tuple": tuple,
}  # fmt: skip
CHECKED = {ast.Pow: "_power", ast.LShift: "_shifted", ast.Mult: "_product"}
OWN = {"tick": "_m.tick", "tid": "_m.thread.tid", "thread": "_m.thread", "regs": "_r", "memory": "_m.memory"}

ALLOWED = (
    ast.Expression, ast.BoolOp, ast.BinOp, ast.UnaryOp, ast.Compare, ast.IfExp, ast.Call, ast.Subscript,
    ast.Slice, ast.Constant, ast.Tuple, ast.List, ast.Set, ast.Dict, ast.Attribute, ast.Name, ast.Load,
    ast.Store, ast.GeneratorExp, ast.ListComp, ast.comprehension, ast.JoinedStr, ast.FormattedValue,
    ast.keyword, ast.boolop, ast.operator,
    ast.unaryop, ast.cmpop, ast.Module, ast.Assign, ast.AugAssign, ast.Expr,
)  # fmt: skip


def parse(text: str, mode: str) -> ast.AST:
    """The syntax tree; ExpressionError for what isn't allowed."""
    source = DOLLAR.sub("", text.strip()) if not any(quote in text for quote in HEADS) else text.strip()
    if not source:
        raise ExpressionError("there is no expression")
    try:
        tree = ast.parse(source, "<expression>", mode)
    except SyntaxError as problem:
        raise ExpressionError(f"{problem.msg} in: {text.strip()}".replace("\n", " ")) from None
    except (ValueError, RecursionError, MemoryError):
        raise ExpressionError("that is no expression") from None
    for node in ast.walk(tree):
        if not isinstance(node, ALLOWED):
            raise ExpressionError(f"{type(node).__name__.lower()} is not allowed in an expression")
        if isinstance(node, ast.Attribute) and node.attr.startswith("_"):
            raise ExpressionError(f"{node.attr} is not for expressions")
    return tree


class Rewriter(ast.NodeTransformer):
    """Makes registers attributes of `_r`, the machine's own names of `_m`, and collects the other names."""

    def __init__(self, registers: frozenset[str], known: frozenset[str], local: set[str]) -> None:
        self.registers = registers
        self.known = known
        self.local = local
        self.free: set[str] = set()

    def visit_Name(self, node: ast.Name) -> ast.AST:
        name = node.id
        if name in self.local:
            return node
        if name in self.registers:
            return ast.Attribute(ast.Name("_r", ast.Load()), name, node.ctx)
        if isinstance(node.ctx, ast.Store):
            raise ExpressionError(f"there is no register {name} to set")
        if name in OWN:
            return ast.parse(OWN[name], mode="eval").body
        if name not in self.known:
            self.free.add(name)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        checked = CHECKED.get(type(node.op))  # type: ignore[call-overload]
        if checked is None:
            return node
        return ast.Call(ast.Name(checked, ast.Load()), [node.left, node.right], [])


def local_names(tree: ast.AST) -> set[str]:
    """The variables of comprehensions."""
    return {name.id for node in ast.walk(tree) if isinstance(node, ast.comprehension)
            for name in ast.walk(node.target) if isinstance(name, ast.Name)}  # fmt: skip


class Expression:
    """An expression, compiled for a machine when it is first evaluated there.

    `extra` names may be given at each evaluation. ExpressionError at once for what is no expression.
    """

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        self.tree = parse(text, "eval")
        self._machine: object = None
        self._key: object = None
        self._function: Callable[..., Any] | None = None

    def evaluate(self, machine: "Machine", extra: Mapping[str, object] | None = None) -> Any:
        """The value now. Raises ExpressionError."""
        key = tuple(extra) if extra else ()
        if self._function is None or self._machine is not machine or key != self._key:
            self._function = self._compile(machine, key)
            self._machine, self._key = machine, key
        try:
            if extra:
                return self._function(machine.regs, machine, *extra.values())
            return self._function(machine.regs, machine)
        except ExpressionError:
            raise
        except Exception as problem:
            raise ExpressionError(one_line(problem, self.text)) from None

    def _compile(self, machine: "Machine", extra: tuple[str, ...]) -> Callable[..., Any]:
        tree = parse(self.text, "eval")
        assert isinstance(tree, ast.Expression)
        scope = scope_of(machine)
        rewriter = Rewriter(registers_of(machine), frozenset(scope), local_names(tree) | set(extra))
        body = rewriter.visit(tree.body)
        for name in rewriter.free:
            scope[name] = address_of(machine, name)
        arguments = [ast.arg(name) for name in ("_r", "_m", *extra)]
        function = ast.Lambda(ast.arguments([], arguments, None, [], [], None, []), body)
        code = compile(ast.fix_missing_locations(ast.Expression(function)), "<expression>", "eval")
        compiled: Callable[..., Any] = eval(code, scope)
        return compiled

    def __repr__(self) -> str:
        return f"<Expression {self.text}>"


def execute(machine: "Machine", text: str) -> Any:
    """Evaluate an expression, or make assignments: to registers, their parts, and memory.

    The value of an expression, None of an assignment. Raises ExpressionError.
    """
    try:
        return Expression(text).evaluate(machine)
    except ExpressionError:
        if "=" not in text:
            raise
        tree = parse(text, "exec")
    assert isinstance(tree, ast.Module)
    if not all(isinstance(node, (ast.Assign, ast.AugAssign)) for node in tree.body):
        return Expression(text).evaluate(machine)
    scope = scope_of(machine)
    rewriter = Rewriter(registers_of(machine), frozenset(scope), local_names(tree))
    tree = rewriter.visit(tree)
    for name in rewriter.free:
        scope[name] = address_of(machine, name)
    scope["_r"], scope["_m"] = machine.regs, machine
    try:
        exec(compile(ast.fix_missing_locations(tree), "<expression>", "exec"), scope)
    except ExpressionError:
        raise
    except Exception as problem:
        raise ExpressionError(one_line(problem, text)) from None
    return None


def names_of(machine: "Machine") -> Iterator[str]:
    """Every name that an expression may have, but for symbols: for completion."""
    yield from sorted(registers_of(machine))
    yield from (*MEMORY, "mem", "cstr", "sym", *FUNCTIONS, *OWN, "pid")


def registers_of(machine: "Machine") -> frozenset[str]:
    return frozenset(machine.regs.names())


def scope_of(machine: "Machine") -> dict[str, Any]:
    """What names mean, but for registers and symbols."""
    memory = machine.memory
    scope: dict[str, Any] = {"__builtins__": {}, **FUNCTIONS}
    scope.update((name, Typed(code).of(memory)) for name, code in MEMORY.items())
    scope["mem"] = Bytes(memory)
    scope["cstr"] = lambda address, limit=4096: cstr(memory, address, limit)
    scope["sym"] = lambda name: address_of(machine, name)
    scope["pid"] = getattr(getattr(machine.world, "process", None), "pid", 1)
    scope.update(_power=power, _shifted=shifted, _product=product)
    return scope


def address_of(machine: "Machine", name: str) -> int:
    try:
        return machine.symbols.resolve(name)
    except ValueError:
        raise ExpressionError(f"there is no register or symbol {name}") from None


def one_line(problem: Exception, text: str) -> str:
    address = getattr(problem, "address", None)
    if address is not None:
        return f"no memory at {address:#x} in: {text}"
    said = str(problem).partition("\n")[0] or type(problem).__name__
    return f"{said} in: {text}".replace("\n", " ")
