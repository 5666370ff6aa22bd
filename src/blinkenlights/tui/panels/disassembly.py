"""The disassembly."""

from blinkenlights.tui.lines import Line, column
from blinkenlights.tui.picture import Picture, Row

# Kinds of tokens (debugger.disassembly.Token) as roles.
ROLES = {
    "mnemonic": "mnemonic",
    "prefix": "mnemonic",
    "directive": "mnemonic",
    "register": "register",
    "number": "number",
    "symbol": "symbol",
    "keyword": "punctuation",
    "punctuation": "punctuation",
}


SEGMENT = 1 << 16
SEGMENTED = 9  # characters of segment:offset
MARGIN = 6  # of a line: mark, arrow, glyph and blanks
MOST_BYTES, BYTES_LEAST, TEXT_LEAST = 20, 6, 14  # characters


def place(row: Row, picture: Picture, digits: int) -> str:
    """The address; in 16-bit code segment:offset, where the line is in CS's 64 KiB."""
    if picture.bits == 16:
        offset = row.address - picture.registers.get("cs_base", 0)
        if 0 <= offset < SEGMENT:
            return f"{picture.registers.get('cs', 0):04x}:{offset:04x}"
    return f"{row.address:0{digits}x}"


def bytes_room(width: int, digits: int) -> int:
    """Characters for an instruction's bytes: the text beside them comes first; 0 where they don't fit."""
    room = min(MOST_BYTES, width - digits - MARGIN - TEXT_LEAST)
    return room if room >= BYTES_LEAST else 0


def hexadecimal(data: bytes, room: int) -> str:
    """In a column; what is too long for a narrow one ends in an ellipsis."""
    text = data.hex()
    if len(text) > room and room < MOST_BYTES:
        text = text[: room - 1] + "…"
    return f"{text:<{room}} "


def one(row: Row, picture: Picture, width: int, digits: int, marks: dict[int, str], verbosity: int) -> Line:
    """Columns: a breakpoint's mark, the address, the current line's arrow, the JIT's glyph, the text."""
    if row.kind == "heading":
        return [("  ", "text"), (f"{place(row, picture, digits)} ", "address"), *row.pieces]
    if row.kind == "source":
        return [(" " * (digits + 5), "text"), *row.pieces]
    current = row.address == picture.ip
    line: Line = [
        (marks.get(row.address, " ") + " ", "breakpoint"),
        (place(row, picture, digits), "address"),
        ("▶" if current else " ", "text"),
        (row.glyph, "glyph"),
        (" ", "text"),
    ]
    if verbosity and (room := bytes_room(width, digits)):
        line.append((hexadecimal(row.data, room), "bytes"))
    line += row.pieces
    if current:
        text = "".join(piece for piece, _ in line[1:])
        return [line[0], (f"{text:<{max(0, width - 2)}}", "current")]
    return line


def lines(picture: Picture, width: int, height: int, verbosity: int = 0) -> list[Line]:
    digits = max((len(f"{row.address:x}") for row in picture.code), default=8)
    digits = max(digits, {64: 8, 32: 6, 16: SEGMENTED}[picture.bits])
    marks = {stop.address: "●" if stop.enabled else "○" for stop in picture.breakpoints}
    return column(
        [one(row, picture, width, digits, marks, verbosity) for row in picture.code[:height]], height
    )
