"""What the display's terminal does with a program's output: xterm's control sequences, by pyte.

pyte knows what a VT102 and the Linux console do, takes some of the rest for text, and fails at some. So
sequences that it doesn't know are taken out before, those of newer programs put in words of it, and the
line-drawing set, which it leaves out where text is UTF-8, is ours. The source is xterm's ctlseqs.
"""

import copy
import re
from collections.abc import Callable
from contextlib import suppress

import pyte
from pyte.charsets import VT100_MAP

# Private modes (DECSET). pyte keeps them shifted by five bits.
CURSOR_KEYS, MOUSE_CLICKS, MOUSE_DRAGS, MOUSE_ALL, MOUSE_SGR = 1, 1000, 1002, 1003, 1006
ALTERNATE_SCREENS = (47, 1047, 1049)

# Control sequences, in parts: private marker, parameters, intermediate bytes, final byte. And strings.
SEQUENCE = re.compile(
    rb"\x1b\[([<=>?]?)([0-9;:]*)([ -/]*)([@-~])|\x1b[PX^_].*?(?:\x1b\\|\x07)|\x1b[*+].", re.S
)
UNFINISHED = re.compile(
    rb"\x1b(?:\[[0-9;:<=>?]*[ -/]*|[PX^_][^\x1b\x07]{0,4096}\x1b?|[()*+%#])?$", re.S
)
SHIFTS = re.compile(rb"(\x1b[()][0-9A-Za-z]|\x0e|\x0f)")  # designate G0 or G1, shift to G1, to G0
LINE_DRAWING = b"0"
LINES = {code: VT100_MAP[code] for code in range(0x5F, 0x7F)}


def understood(sequence: re.Match[bytes]) -> bytes:
    """A control sequence as pyte is to see it; nothing where it should not."""
    private, parameters, between, final = sequence.groups()
    if final is None or between or private in (b"<", b"=", b">"):
        return b""
    if private == b"?":
        return sequence[0] if final in b"hl" else b"\x1b[" + parameters + final if final in b"JK" else b""
    if b":" in parameters:
        return b"\x1b[" + b";".join(map(plain, parameters.split(b";"))) + final if final == b"m" else b""
    return sequence[0]


def plain(parameter: bytes) -> bytes:
    """A rendition with sub-parameters (ISO 8613-6) without them: colours stay, shapes of underlines don't."""
    kind, _, rest = parameter.partition(b":")
    values = [value for value in rest.split(b":") if value]
    if kind in (b"38", b"48") and values[:1] == [b"5"] and len(values) > 1:
        return b";".join([kind, *values[:2]])
    if kind in (b"38", b"48") and values[:1] == [b"2"] and len(values) > 3:
        return b";".join([kind, b"2", *values[-3:]])
    if kind == b"4":
        return b"24" if values[:1] == [b"0"] else b"4"
    return kind if kind not in (b"38", b"48", b"58") else b""


class Screen(pyte.Screen):
    """pyte's screen, with an alternate one, and with answers to what programs ask a terminal."""

    def __init__(self, width: int, height: int, answer: Callable[[bytes], None]) -> None:
        self.answer = answer
        self.kept: tuple[object, object] | None = None
        self.graphics = False  # text is the line-drawing set
        self.last = " "  # the character drawn last
        super().__init__(width, height)

    def write_process_input(self, data: str) -> None:
        self.answer(data.encode())

    def set_mode(self, *modes: int, **how: bool) -> None:
        super().set_mode(*modes, **how)
        if how.get("private") and self.kept is None and any(mode in ALTERNATE_SCREENS for mode in modes):
            self.kept = (copy.deepcopy(self.buffer), copy.copy(self.cursor))
            self.erase_in_display(2)

    def reset_mode(self, *modes: int, **how: bool) -> None:
        super().reset_mode(*modes, **how)
        if how.get("private") and self.kept is not None and any(mode in ALTERNATE_SCREENS for mode in modes):
            self.buffer, self.cursor = self.kept  # type: ignore[assignment]
            self.kept = None
            self.dirty.update(range(self.lines))

    def resize(self, lines: int | None = None, columns: int | None = None) -> None:
        """As xterm does: lines at the top go only where the cursor needs the room."""
        lines = lines or self.lines
        gone = max(0, self.cursor.y + 1 - lines)
        if lines < self.lines:
            rows = {y - gone: row for y, row in self.buffer.items() if gone <= y < gone + lines}
            self.buffer.clear()
            self.buffer.update(rows)
            self.cursor.y -= gone
            self.lines = lines
            self.set_margins()
        super().resize(lines, columns)

    def draw(self, data: str) -> None:
        if self.graphics:
            data = data.translate(LINES)
        super().draw(data)
        self.last = data[-1:] or self.last

    def repeat(self, count: int = 1) -> None:
        """REP (ECMA-48, 8.3.103): the last character again."""
        self.draw(self.last * max(1, count))

    def scroll_up(self, count: int = 1) -> None:
        """SU: lines go out at the top of the region; the cursor stays."""
        self.scroll(count, 1, self.index)

    def scroll_down(self, count: int = 1) -> None:
        """SD: the other way."""
        self.scroll(count, 0, self.reverse_index)

    def scroll(self, count: int, edge: int, once: Callable[[], None]) -> None:
        place = self.cursor.y
        self.cursor.y = (self.margins or (0, self.lines - 1))[edge]
        for _ in range(min(max(1, count), self.lines)):
            once()
        self.cursor.y = place

    def has(self, private: int) -> bool:
        return private << 5 in self.mode


class Stream(pyte.ByteStream):
    """Reads what a program writes, in pieces of any size."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.rest = b""
        self.sets = {b"(": False, b")": False}  # whether G0 and G1 are the line-drawing set
        self.shifted = b"("
        self.csi = {**self.csi, "b": "repeat", "S": "scroll_up", "T": "scroll_down"}
        super().__init__(screen)

    def take(self, data: bytes) -> None:
        data = self.rest + data
        unfinished = UNFINISHED.search(data)
        self.rest = data[unfinished.start() :] if unfinished else b""
        if unfinished:
            data = data[: unfinished.start()]
        for piece in SHIFTS.split(SEQUENCE.sub(understood, data)):
            if SHIFTS.fullmatch(piece):
                self.shift(piece)
            elif piece:
                self.feed_safely(piece)

    def shift(self, sequence: bytes) -> None:
        if sequence in b"\x0e\x0f":
            self.shifted = b")" if sequence == b"\x0e" else b"("
        else:
            self.sets[sequence[1:2]] = sequence[2:] == LINE_DRAWING
        self.screen.graphics = self.sets[self.shifted]

    def feed_safely(self, piece: bytes) -> None:
        """What pyte fails at is passed over: the display goes on."""
        try:
            self.feed(piece)
        except Exception:
            with suppress(Exception):
                self._initialize_parser()
