"""
Decodes instructions given in hexadecimal:

    python -m blinkenlights.core.show 48 01 c8
    python -m blinkenlights.core.show --mode 16 8b 42 10 c3
"""

import argparse
import sys

from blinkenlights.core.decode import Instruction, decode_bytes, decode_length

REGISTERS = ("AX", "CX", "DX", "BX", "SP", "BP", "SI", "DI")
BYTE_REGISTERS = ("AL", "CL", "DL", "BL", "SPL", "BPL", "SIL", "DIL")
SEGMENTS = ("ES", "CS", "SS", "DS", "FS", "GS")
PROBLEMS = {0: "invalid", -1: "cut short", -2: "longer than 15 bytes"}
ABSENT, RIP = 16, 17


def register(number: int, size: int) -> str:
    if number >= 20:
        return ("AH", "CH", "DH", "BH")[number - 20]
    if number >= 8:
        return f"R{number}{ {1: 'B', 2: 'W', 4: 'D'}.get(size, '')}"
    return BYTE_REGISTERS[number] if size == 1 else {4: "E", 8: "R"}.get(size, "") + REGISTERS[number]


def memory(insn: Instruction, size: int) -> str:
    parts = []
    if insn.base != ABSENT:
        parts.append("RIP" if insn.base == RIP else register(insn.base, insn.asize))
    if insn.index != ABSENT:
        parts.append(f"{register(insn.index, insn.asize)}*{1 << insn.scale}")
    disp = insn.disp - (insn.disp >> 63 << 64)
    if disp or not parts:
        parts.append(f"{disp:#x}")
    return f"{SEGMENTS[insn.segment]}:[{' + '.join(parts)}]:{size}"


def operand(insn: Instruction, kind: str, number: int, size: int) -> str:
    if kind == "reg":
        return register(number, size)
    if kind == "mem":
        return memory(insn, size)
    if kind in ("imm", "imm2"):
        return f"{insn.imm2 if kind == 'imm2' else insn.imm:#x}"
    if kind == "rel":
        return f"{insn.imm + insn.length - (insn.imm >> 63 << 64):+#x}"
    if kind == "far":
        return f"{insn.imm2:#x}:{insn.imm:#x}"
    if kind == "seg":
        return SEGMENTS[number]
    if kind == "src":
        return f"{SEGMENTS[insn.segment]}:[{register(6, insn.asize)}]:{size}"
    if kind == "dst":
        return f"ES:[{register(7, insn.asize)}]:{size}"
    return str(number) if kind == "const" else f"{kind.upper()}{number}"


def describe(insn: Instruction) -> str:
    operands = ", ".join(operand(insn, *each) for each in insn.operands)
    return f"{insn.mnemonic} {operands}".ljust(40) + f"  {insn.form.encoding} [{insn.form.extension}]"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="show", description="Decode instructions given in hexadecimal.")
    parser.add_argument("--mode", type=int, choices=(16, 32, 64), default=64)
    parser.add_argument("bytes", nargs="+", metavar="BYTE")
    options = parser.parse_args(arguments)
    try:
        code = bytes.fromhex("".join(options.bytes))
    except ValueError:
        print("show: not hexadecimal", file=sys.stderr)
        return 2
    while code:
        insn = decode_bytes(code, options.mode)
        if insn is None:
            print(f"{code[:15].hex(' '):45} {PROBLEMS[decode_length(code, options.mode)]}")
            return 1
        print(f"{code[:insn.length].hex(' '):45} {describe(insn)}")
        code = code[insn.length:]
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
