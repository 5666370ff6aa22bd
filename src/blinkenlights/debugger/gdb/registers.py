"""Registers as gdb numbers them, and the target description that tells gdb.

GDB manual, G.5.13 "i386 Features": which registers a feature has, in which order. One row a register.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

WORD = (1 << 64) - 1
GENERAL = ("rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp",
           "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15")  # fmt: skip
FLAGS = ("CF", "", "PF", "", "AF", "", "ZF", "SF", "TF", "IF", "DF", "OF", "", "", "NT", "",
         "RF", "VM", "AC", "VIF", "VIP", "ID")  # fmt: skip
EXCEPTIONS = ("IE", "DE", "ZE", "OE", "UE", "PE")
VECTORS = (("v4f", "ieee_single", 4), ("v2d", "ieee_double", 2), ("v16i8", "int8", 16), ("v8i16", "int16", 8),
           ("v4i32", "int32", 4), ("v2i64", "int64", 2))  # fmt: skip
FIELDS = (("v4_float", "v4f"), ("v2_double", "v2d"), ("v16_int8", "v16i8"), ("v8_int16", "v8i16"),
          ("v4_int32", "v4i32"), ("v2_int64", "v2i64"), ("uint128", "uint128"))  # fmt: skip


class Register(NamedTuple):
    """A row: how gdb sees a register, and how it is read and written."""

    name: str
    bits: int
    type: str
    feature: str
    read: Callable[[Any], int]  # of `Machine.regs`
    write: Callable[[Any, int], None]

    @property
    def size(self) -> int:
        return self.bits // 8


def named(name: str, bits: int, kind: str, feature: str, ours: str = "") -> Register:
    """A register that the machine has under this name, or `ours`."""
    key = ours or name
    mask = (1 << bits) - 1

    def read(regs: Any) -> int:
        return int(regs[key]) & mask

    def write(regs: Any, value: int) -> None:
        regs[key] = value

    return Register(name, bits, kind, feature, read, write)


def constant(name: str, bits: int, kind: str, feature: str, value: int = 0) -> Register:
    """What isn't kept: the same always."""
    return Register(name, bits, kind, feature, lambda regs: value, lambda regs, new: None)


def stack_register(i: int) -> Register:
    def read(regs: Any) -> int:
        return int.from_bytes(regs.st(i), "little")

    def write(regs: Any, value: int) -> None:
        regs.set_st(i, value.to_bytes(10, "little"))

    return Register(f"st{i}", 80, "i387_ext", "core", read, write)


def vector(i: int) -> Register:
    name = f"xmm{i}"

    def read(regs: Any) -> int:
        return int(regs[name].int)

    def write(regs: Any, value: int) -> None:
        regs[name].int = value

    return Register(name, 128, "vec128", "sse", read, write)


def upper_half(i: int) -> Register:
    name = f"ymm{i}"

    def read(regs: Any) -> int:
        return int(regs[name].int) >> 128

    def write(regs: Any, value: int) -> None:
        whole = regs[name]
        whole.int = (whole.int & (1 << 128) - 1) | value << 128

    return Register(f"{name}h", 128, "uint128", "avx", read, write)


REGISTERS: tuple[Register, ...] = (
    *(named(name, 64, "data_ptr" if name in ("rbp", "rsp") else "int64", "core") for name in GENERAL),
    named("rip", 64, "code_ptr", "core"),
    named("eflags", 32, "i386_eflags", "core", "rflags"),
    *(named(name, 32, "int32", "core") for name in ("cs", "ss", "ds", "es", "fs", "gs")),
    *(stack_register(i) for i in range(8)),
    named("fctrl", 32, "int", "core", "fcw"),
    named("fstat", 32, "int", "core", "fsw"),
    named("ftag", 32, "int", "core", "ftw"),
    *(constant(name, 32, "int", "core") for name in ("fiseg", "fioff", "foseg", "fooff", "fop")),
    *(vector(i) for i in range(16)),
    named("mxcsr", 32, "i386_mxcsr", "sse"),
    constant("orig_rax", 64, "int", "linux", WORD),
    named("fs_base", 64, "int64", "segments"),
    named("gs_base", 64, "int64", "segments"),
    *(upper_half(i) for i in range(16)),
)


def flags_type(name: str, size: int, fields: list[tuple[str, int]]) -> str:
    rows = "".join(f'<field name="{field}" start="{bit}" end="{bit}"/>' for field, bit in fields)
    return f'<flags id="{name}" size="{size}">{rows}</flags>'


def types_of(feature: str) -> str:
    """The types that a feature's registers have, besides gdb's own."""
    if feature == "core":
        return flags_type("i386_eflags", 4, [(name, bit) for bit, name in enumerate(FLAGS) if name])
    if feature == "sse":
        vectors = "".join(f'<vector id="{n}" type="{t}" count="{c}"/>' for n, t, c in VECTORS)
        union = "".join(f'<field name="{n}" type="{t}"/>' for n, t in FIELDS)
        bits = [(name, bit) for bit, name in enumerate(EXCEPTIONS)] + [("DAZ", 6)]
        bits += [(f"{name[0]}M", 7 + bit) for bit, name in enumerate(EXCEPTIONS)] + [("FZ", 15)]
        return f'{vectors}<union id="vec128">{union}</union>{flags_type("i386_mxcsr", 4, bits)}'
    return ""


def target_description() -> bytes:
    """The target's description in XML."""
    parts = ['<?xml version="1.0"?><!DOCTYPE target SYSTEM "gdb-target.dtd"><target>'
             "<architecture>i386:x86-64</architecture><osabi>GNU/Linux</osabi>"]  # fmt: skip
    feature = ""
    for number, register in enumerate(REGISTERS):
        if register.feature != feature:
            parts.append("</feature>" if feature else "")
            feature = register.feature
            parts.append(f'<feature name="org.gnu.gdb.i386.{feature}">{types_of(feature)}')
        parts.append(f'<reg name="{register.name}" bitsize="{register.bits}" type="{register.type}" '
                     f'regnum="{number}"/>')  # fmt: skip
    parts.append("</feature></target>")
    return "".join(parts).encode()


def read_all(regs: Any) -> bytes:
    """All of them, in hexadecimal, in the target's byte order."""
    return b"".join(read_one(regs, number) for number in range(len(REGISTERS)))


def read_one(regs: Any, number: int) -> bytes:
    register = REGISTERS[number]
    return register.read(regs).to_bytes(register.size, "little").hex().encode()


def write_one(regs: Any, number: int, text: bytes) -> None:
    """Set one from hexadecimal. Raises ValueError."""
    register = REGISTERS[number]
    data = bytes.fromhex(text.decode("ascii"))
    if len(data) != register.size:
        raise ValueError(f"{register.name} has {register.size} bytes")
    value = int.from_bytes(data, "little")
    if value != register.read(regs):
        register.write(regs, value)


def write_all(regs: Any, text: bytes) -> None:
    """Set all, or the first ones, from hexadecimal. Raises ValueError."""
    at = 0
    for number, register in enumerate(REGISTERS):
        piece = text[at : at + 2 * register.size]
        if not piece:
            break
        write_one(regs, number, piece)
        at += 2 * register.size
