"""What the panels show, as plain data: one picture of the machine a frame.

`observe` takes it, panels draw it. Nothing here knows of a machine, a thread or a widget.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blinkenlights.pc.screen import Pixels, Text


@dataclass(slots=True)
class Row:
    """A line of the disassembly: an instruction, a heading (a symbol begins here), or source."""

    address: int
    kind: str = "code"  # "code", "heading", "source"
    pieces: list[tuple[str, str]] = field(default_factory=list)
    length: int = 0
    data: bytes = b""
    glyph: str = " "  # of the JIT path that begins here


@dataclass(slots=True)
class Stop:
    """A breakpoint or watchpoint."""

    number: int
    address: int
    name: str
    enabled: bool = True
    condition: str = ""
    hits: int = 0
    size: int = 0  # watchpoint: bytes
    access: str = ""  # watchpoint: r, w or rw


@dataclass(slots=True)
class Area:
    start: int
    end: int
    protection: str
    name: str
    committed: int | None  # bytes; None where that isn't known


@dataclass(slots=True)
class Call:
    """A frame: its address on the stack, where it is in the code, and its size in bytes."""

    frame: int
    address: int
    name: str
    size: int
    warning: str = ""


@dataclass(slots=True)
class Cells:
    """A memory panel: rows of cells, from `start`; a cell is `1 << zoom` bytes."""

    start: int
    columns: int
    zoom: int
    rows: list[bytes]
    mapped: list[int]  # a row's mapped cells, as bits
    read: set[int] = field(default_factory=set)  # numbers of cells
    written: set[int] = field(default_factory=set)
    watched: set[int] = field(default_factory=set)
    held: bool = False


@dataclass(slots=True)
class Moment:
    """Where in time: the ticks of the present, of the recording's two ends, and of what happened between."""

    tick: int = 0
    first: int = 0
    last: int = 0
    recording: bool = False
    marks: list[tuple[int, str]] = field(default_factory=list)


@dataclass(slots=True)
class Hot:
    name: str
    count: int


@dataclass(slots=True)
class Picture:
    ip: int = 0
    bits: int = 64
    registers: dict[str, int] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    st: list[float | None] = field(default_factory=list)  # None: empty
    st_changed: set[int] = field(default_factory=set)
    vectors: list[bytes] = field(default_factory=list)
    vectors_changed: set[int] = field(default_factory=set)
    code: list[Row] = field(default_factory=list)
    breakpoints: list[Stop] = field(default_factory=list)
    watchpoints: list[Stop] = field(default_factory=list)
    maps: list[Area] = field(default_factory=list)
    frames: list[Call] = field(default_factory=list)
    warning: str = ""  # of the frames
    memory: dict[str, Cells] = field(default_factory=dict)
    statistics: dict[str, int] = field(default_factory=dict)
    moment: Moment = field(default_factory=Moment)
    profile: list[Hot] = field(default_factory=list)
    screen: "Text | Pixels | None" = None  # a PC's
    threads: int = 1
    thread: int = 0  # its number among them, from 1
    ended: bool = False  # the program
