"""General registers, flags and segments."""

from blinkenlights.tui.layout import BESIDE
from blinkenlights.tui.lines import Line, column, length
from blinkenlights.tui.panels import x87
from blinkenlights.tui.picture import Picture

# Rows of the grid, as the original's: what is passed in registers on the left.
GRID = {
    64: (("rdi", "rax"), ("rsi", "rbx"), ("rdx", "rbp"), ("rcx", "rsp"),
         ("r8", "r12"), ("r9", "r13"), ("r10", "r14"), ("r11", "r15")),
    32: (("edi", "eax"), ("esi", "ebx"), ("edx", "ebp"), ("ecx", "esp")),
    16: (("di", "ax"), ("si", "bx"), ("dx", "bp"), ("cx", "sp")),
}  # fmt: skip
POINTER = {64: "rip", 32: "eip", 16: "ip"}
MASK = {64: (1 << 64) - 1, 32: (1 << 32) - 1, 16: 0xFFFF}
WIDE = {name: wide for wide, bits in (("rdi", ("edi", "di")), ("rsi", ("esi", "si")), ("rdx", ("edx", "dx")),
        ("rcx", ("ecx", "cx")), ("rax", ("eax", "ax")), ("rbx", ("ebx", "bx")), ("rbp", ("ebp", "bp")),
        ("rsp", ("esp", "sp")), ("rip", ("eip", "ip"))) for name in bits}  # fmt: skip

# Bits of RFLAGS by letter, from the highest (Intel SDM volume 1, 3.4.3).
FLAGS = (("O", 11), ("D", 10), ("I", 9), ("T", 8), ("S", 7), ("Z", 6), ("A", 4), ("P", 2), ("C", 0))
SEGMENTS = (("fs", "ds", "cs"), ("gs", "es", "ss"))

HEIGHT = {64: 11, 32: 11, 16: 11}


def one(picture: Picture, name: str) -> Line:
    """A register's name and value, lit if it changed."""
    wide = WIDE.get(name, name)
    value = picture.registers.get(wide, 0) & MASK[picture.bits]
    digits = picture.bits // 4
    role = "changed" if wide in picture.changed else "value"
    return [(f"{name.upper():<4}", "name"), (f"{value:0{digits}x}", role)]


def flags(picture: Picture) -> Line:
    """Letters of the flags that are set, in fixed places, and a dot for each that is clear."""
    value = picture.registers.get("rflags", 0)
    line: Line = [("FLG ", "name")]
    for letter, bit in FLAGS:
        line.append((letter, "flag set") if value >> bit & 1 else ("·", "dim"))
    return line


def segment(picture: Picture, name: str, digits: int) -> Line:
    """A selector and, where there is room for it, the base."""
    selector = picture.registers.get(name, 0)
    base = picture.registers.get(f"{name}_base", 0)
    role = "changed" if name in picture.changed or f"{name}_base" in picture.changed else "value"
    line: Line = [(f"{name.upper():<4}", "name"), (f"{selector:04x}", role)]
    if digits:
        line += [(" @ ", "dim"), (f"{base:0{digits}x}", role)]
    return line


def base_digits(bits: int, width: int) -> tuple[int, int, int]:
    """Of the bases in a line of three segments. In 64-bit mode only those of FS and GS count."""
    if width >= 70:
        return (16, 8, 8) if bits == 64 else (8, 8, 8)
    return (12, 0, 0) if bits == 64 else (5, 0, 0)


def lines(picture: Picture, width: int, height: int) -> list[Line]:
    out: list[Line] = []
    for left, right in GRID[picture.bits]:
        out.append([*one(picture, left), ("  ", "text"), *one(picture, right)])
    out.append([*one(picture, POINTER[picture.bits]), ("  ", "text"), *flags(picture)])
    if width >= BESIDE:
        for i, beside in enumerate(x87.column_of(picture, width - 44)):
            if i == len(out):
                out.append([])
            out[i] += [(" " * (44 - length(out[i])), "text"), *beside]
    for names in SEGMENTS:
        line: Line = []
        for name, digits in zip(names, base_digits(picture.bits, width), strict=True):
            line += [*([("  ", "text")] if line else []), *segment(picture, name, digits)]
        out.append(line)
    return column(out, height)
