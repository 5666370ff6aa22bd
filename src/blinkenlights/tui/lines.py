"""Lines as panels make them: pieces of text, each with a role of `theme.ROLES`. No widget, no colour."""

Piece = tuple[str, str]
Line = list[Piece]


def text(line: Line) -> str:
    return "".join(piece for piece, _ in line)


def length(line: Line) -> int:
    return sum(len(piece) for piece, _ in line)


def title(name: str, width: int, role: str = "title", note: str = "") -> Line:
    """A panel's title: centred in a rule, with a note at its right."""
    name = f" {name} " if name else ""
    note = f" {note} " if note else ""
    if len(name) + len(note) + 2 > width:
        note = ""
    left = max(0, (width - len(name)) // 2)
    left = min(left, max(0, width - len(name) - len(note) - 1))
    right = max(0, width - left - len(name) - len(note) - (1 if note else 0))
    line: Line = [("─" * left, "rule"), (name, role), ("─" * right, "rule")]
    if note:
        line += [(note, "dim"), ("─", "rule")]
    return line


def cut(line: Line, width: int) -> Line:
    """The first `width` characters."""
    out: Line = []
    for piece, role in line:
        if len(piece) >= width:
            out.append((piece[:width], role))
            break
        out.append((piece, role))
        width -= len(piece)
    return out


def column(pieces: "list[Line]", height: int) -> "list[Line]":
    """Exactly `height` lines."""
    return pieces[:height] + [[] for _ in range(height - len(pieces))]


def size(number: int) -> str:
    """Bytes in at most five characters: as they are below 10,000, else in binary k, M, G, T."""
    if number < 10000:
        return str(number)
    for suffix in "kMGT":
        number = (number + 512) >> 10
        if number < 10000:
            return f"{number}{suffix}"
    return f"{number}T"
