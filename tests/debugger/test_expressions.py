"""Expressions over registers, memory and symbols."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blinkenlights import Machine
from blinkenlights.debugger.expressions import Expression, ExpressionError, execute, names_of

DATA = 0x402000


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    with Machine.from_bytes(b"\x90\x90\xf4") as m:
        m.symbols.add("start", 0x400000, 16)
        yield m


@pytest.fixture
def m(machine: Machine) -> Machine:
    machine.regs.rax, machine.regs.rbx, machine.regs.rdi = 0x1122334455667788, 5, DATA
    machine.regs.rip = 0x400000
    machine.regs.zf = True
    machine.memory.write(DATA, b"\x01\x02\x03\x04\xff\xff\xff\xff" + b"hello\0" + bytes(64))
    return machine


@pytest.mark.parametrize(
    "text, value",
    [
        ("rax", 0x1122334455667788),
        ("eax", 0x55667788),
        ("al", 0x88),
        ("ah", 0x77),
        ("$rbx + 1", 6),
        ("rbx == 5 and zf", True),
        ("not zf or rbx < 3", False),
        ("u8[rdi]", 1),
        ("u16[rdi]", 0x201),
        ("u32[rdi+4]", 0xFFFFFFFF),
        ("i32[rdi+4]", -1),
        ("u64[rdi]", 0xFFFFFFFF04030201),
        ("u8[rdi, 3]", 4),
        ("mem[rdi:rdi+4]", b"\1\2\3\4"),
        ("mem[rdi]", 1),
        ("cstr(rdi+8)", "hello"),
        ("cstr(rdi+8) == 'hello'", True),
        ("start", 0x400000),
        ("rip == start", True),
        ("sym('start+4') - start", 4),
        ("hex(rbx)", "0x5"),
        ("max(rbx, 9)", 9),
        ("[x * 2 for x in (1, 2)]", [2, 4]),
        ("sum(u8[rdi+i] for i in (0, 1))", 3),
        ("signed(0xffffffff, 32)", -1),
        ("1 << 4 | 2 ** 3", 24),
        ("rbx if zf else 0", 5),
        ("xmm0.u8[0]", 0),
        ("len(mem[rdi:rdi])", 0),
        ("if_", True),
        ("f'{rbx:04x}'", "0005"),
        ("tick", 0),
        ("tid", 1),
        (" rbx ", 5),
    ],
)
def test_an_expression_has_a_value(m: Machine, text: str, value: object) -> None:
    assert Expression(text).evaluate(m) == value
    assert execute(m, text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "rax +",
        "nonesuch",
        "u64[0]",
        "1/0",
        "(1).__class__",
        "rax.__class__",
        "import os",
        "lambda: 1",
        "open('/etc/passwd')",
        "__import__('os')",
        "9**9**9",
        "1 << 10**9",
        "'x' * 10**12",
        "mem[0:10**12]",
        "mem[1:]",
        "yield 1",
        "rax = 1 = 2",
        "start = 4",
        "nonesuch = 4",
        "(y := 4)",
        "await rax",
        "u64['x']",
        "mem[rdi:rdi-4]",
        "del rax",
        "cstr(0)",
        "sym('nonesuch')",
        "sym()",
        "rax.nonesuch",
        "(" * 500,
        "\0",
        "rax\nrbx",
    ],
)
def test_a_wrong_expression_is_an_error_of_one_line(m: Machine, text: str) -> None:
    before = m.regs.rax
    with pytest.raises(ExpressionError) as problem:
        execute(m, text)
    assert str(problem.value) and "\n" not in str(problem.value)
    assert m.regs.rax == before


@pytest.mark.parametrize(
    "text, check, value",
    [
        ("rax = 7", "rax", 7),
        ("al = 0x100", "al", 0),
        ("rbx += 2", "rbx", 7),
        ("u8[rdi] = 0x1ff", "u8[rdi]", 0xFF),
        ("u64[rdi] = rax", "u64[rdi]", 0x1122334455667788),
        ("i16[rdi] = -2", "u16[rdi]", 0xFFFE),
        ("u16[rdi, 1] = 9", "u16[rdi+2]", 9),
        ("zf = 0", "zf", False),
        ("xmm1.f32[2] = 1.5", "xmm1.f32[2]", 1.5),
        ("f64[rdi] = 0.25", "f64[rdi]", 0.25),
        ("mem[rdi:rdi+2] = b'ab'", "cstr(rdi)[:2]", "ab"),
        ("mem[rdi] = 5", "u8[rdi]", 5),
        ("rip = start + 1", "rip - start", 1),
        ("rax = rbx = 3", "rax + rbx", 6),
        ("u8[rdi] |= 0x80", "u8[rdi]", 0x81),
    ],
)
def test_registers_and_memory_are_assigned(m: Machine, text: str, check: str, value: object) -> None:
    assert execute(m, text) is None
    assert execute(m, check) == value


def test_names_may_be_given_along(m: Machine) -> None:
    expression = Expression("new > old and rbx == 5")
    assert expression.evaluate(m, {"old": 1, "new": 2}) is True
    assert expression.evaluate(m, {"old": 2, "new": 1}) is False
    with pytest.raises(ExpressionError):
        Expression("new").evaluate(m)


def test_an_expression_serves_several_machines(m: Machine) -> None:
    expression = Expression("rbx + here")
    with Machine.from_bytes(b"\xf4") as other:
        for machine, place in ((m, 0x400001), (other, 0x400002)):
            machine.symbols.add("here", place)
            machine.regs.rbx = 1
            assert expression.evaluate(machine) == place + 1
        assert expression.evaluate(m) == 0x400002


def test_the_names_are_listed(m: Machine) -> None:
    assert {"rax", "xmm0", "zf", "u64", "mem", "cstr", "hex", "tick"} <= set(names_of(m))


@given(st.text(max_size=40))
def test_no_text_makes_it_fail_otherwise(text: str) -> None:
    try:
        Expression(text)
    except ExpressionError as problem:
        assert "\n" not in str(problem)
