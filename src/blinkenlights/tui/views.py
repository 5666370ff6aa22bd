"""What part of the machine each panel looks at: the user's place in it. Plain data, written by the screen."""

from dataclasses import dataclass, field

from blinkenlights.tui.panels.sse import Manner

MOST_ZOOM = 16  # 64 cells of 64 KiB: 4 MiB a line


@dataclass(slots=True)
class Window:
    """Of a memory panel. `start` is the first address shown; it follows the program unless it is held."""

    rows: int = 0
    columns: int = 64
    zoom: int = 0
    start: int = 0
    held: bool = False
    focus: int = 0  # the address followed

    @property
    def stride(self) -> int:
        """Bytes a row."""
        return self.columns << self.zoom

    @property
    def span(self) -> int:
        return self.rows * self.stride

    def follow(self) -> None:
        """Bring the focus into the window, a third from the top, unless it is held or in it already."""
        if self.held or not self.rows:
            return
        first = self.start
        if first % self.stride or not first <= self.focus < first + self.span:
            row = self.focus - self.focus % self.stride
            self.start = max(0, row - (self.rows // 3) * self.stride)

    def scroll(self, count: int, unit: int | None = None) -> None:
        """By lines, or by another number of bytes."""
        self.held = True
        self.start = max(0, min((1 << 64) - self.span, self.start + count * (unit or self.stride)))

    def change_zoom(self, by: int, cell: int | None = None) -> None:
        """Out for more than 0. The address of `cell`, else of the middle, stays where it is."""
        zoom = max(0, min(MOST_ZOOM, self.zoom + by))
        if zoom == self.zoom:
            return
        if cell is None:
            cell = self.rows // 2 * self.columns
        address = self.start + (cell << self.zoom)
        self.zoom = zoom
        start = address - (cell << zoom)
        self.start = max(0, start - start % self.stride)

    def address(self, cell: int) -> int:
        return self.start + (cell << self.zoom)


@dataclass(slots=True)
class Views:
    rows: int = 20  # lines of the disassembly
    top: int | None = None  # the address of its first line, when it is held
    verbosity: int = 0
    intel: bool = False
    windows: dict[str, Window] = field(default_factory=lambda: {
        name: Window() for name in ("code", "read", "write", "stack")})  # fmt: skip
    manner: Manner = field(default_factory=Manner)
    profile: bool = False
    frames: int = 20  # how many are wanted
    second: bool = True  # whether the second column, with maps and frames, is visible
