"""Takes pictures of a machine: everything the panels show, by the public API alone."""

from __future__ import annotations

from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any

from blinkenlights.tui.decimate import decimate
from blinkenlights.tui.panels.disassembly import ROLES
from blinkenlights.tui.pc import pc_of
from blinkenlights.tui.picture import Area, Call, Cells, Hot, Moment, Picture, Row, Stop
from blinkenlights.tui.touches import Touch, touches
from blinkenlights.tui.views import Views, Window

if TYPE_CHECKING:
    from blinkenlights import Machine

LONGEST = 15  # bytes of an instruction
MOST_FRAMES = 60
PAGE = 4096
FIGURES_EVERY = 0.25  # seconds
MOST_MARKS = 500
MARKS = {"BREAKPOINT": "●", "WATCHPOINT": "◆", "EXCEPTION": "✗", "SIGNAL": "✗"}


class Observer:
    """Remembers the picture before, so that changes can be lit."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.before = Picture()
        self.touched: list[Touch] = []
        self.top = 0  # of the disassembly
        self.profile: dict[str, int] = {}
        self.disassembler: Any = None
        self.pages: dict[int, bytes] = {}
        self.figures: dict[str, int] = {}
        self.figures_due = 0.0
        self.sources: dict[str, list[str]] = {}
        self.marks: dict[int, str] = {}  # of the timeline, by tick

    # ---- memory ----

    def read(self, address: int, count: int) -> bytes:
        """As much as can be read, perhaps nothing."""
        memory = self.machine.memory
        count = min(count, memory.readable(address, count))
        if count <= 0:
            return b""
        with suppress(Exception):
            return bytes(memory.read(address, count))
        return b""

    def peek(self, address: int, count: int) -> bytes:
        """The same for small pieces, by pages that are read once a picture."""
        first, at = address & -PAGE, address & (PAGE - 1)
        page = self.pages.get(first)
        if page is None:
            page = self.pages[first] = self.read(first, PAGE)
        data = page[at : at + count]
        if at + count > PAGE and len(page) == PAGE:
            data += self.peek(first + PAGE, at + count - PAGE)
        return data

    def cells(self, window: Window, areas: list[Area]) -> Cells:
        """The window's rows: each cell made of `1 << zoom` bytes, and which cells are there at all."""
        span, zoom = window.span, window.zoom
        data = bytearray(span)
        present = 0
        for area in areas:
            start, end = max(area.start, window.start), min(area.end, window.start + span)
            if start >= end or "r" not in area.protection:
                continue
            piece = self.read(start, end - start)
            if not piece:
                continue
            at = start - window.start
            data[at : at + len(piece)] = piece
            first, last = at >> zoom, (at + len(piece) - 1) >> zoom
            present |= ((1 << (last - first + 1)) - 1) << first
        small = decimate(data, zoom) if zoom else bytes(data)
        columns = window.columns
        mask = (1 << columns) - 1
        rows = [small[i : i + columns] for i in range(0, len(small), columns)]
        mapped = [present >> (row * columns) & mask for row in range(len(rows))]
        return Cells(window.start, columns, zoom, rows, mapped, held=window.held)

    def light(self, cells: Cells, name: str) -> None:
        """Mark the cells just read or written: by the last instruction, or found to differ from before."""
        count = cells.columns * len(cells.rows)
        for touch in self.touched:
            first = (touch.address - cells.start) >> cells.zoom
            last = (touch.address + touch.size - 1 - cells.start) >> cells.zoom
            if last >= 0 and first < count:
                numbers = range(max(0, first), min(count, last + 1))
                (cells.written if touch.write else cells.read).update(numbers)
        old = self.before.memory.get(name)
        if old and (old.start, old.columns, old.zoom) == (cells.start, cells.columns, cells.zoom):
            for row, (then, now) in enumerate(zip(old.rows, cells.rows, strict=False)):
                if then != now and old.mapped[row]:
                    at = row * cells.columns
                    cells.written.update(
                        at + i for i, (a, b) in enumerate(zip(then, now, strict=True)) if a != b
                    )
        for watch in self.machine.watchpoints:
            first = (watch.address - cells.start) >> cells.zoom
            last = (watch.address + watch.size - 1 - cells.start) >> cells.zoom
            if last >= 0 and first < count:
                cells.watched.update(range(max(0, first), min(count, last + 1)))

    # ---- before a step ----

    def expect(self) -> None:
        """Note what the next instruction will read and write."""
        registers = {
            name: value for name, value in self.machine.regs.snapshot().items() if isinstance(value, int)
        }
        bits = self.machine.regs.bits
        ip = registers["rip"]
        linear = ip + (registers.get("cs_base", 0) if bits != 64 else 0)
        self.touched = touches(self.read(linear, LONGEST), ip, bits, registers)

    # ---- the picture ----

    def take(self, views: Views, symbols: bool = True) -> Picture:
        machine, before = self.machine, self.before
        picture = Picture()
        regs = machine.regs
        picture.bits = regs.bits
        self.pages.clear()
        everything = regs.snapshot()
        picture.registers = {name: value for name, value in everything.items() if isinstance(value, int)}
        picture.ip = picture.registers["rip"]
        if picture.bits != 64:
            picture.ip += picture.registers.get("cs_base", 0)
        old = before.registers
        if old:
            picture.changed = {name for name, value in picture.registers.items() if old.get(name) != value}
        self.take_x87(picture, everything)
        self.take_vectors(picture, everything)
        picture.maps = [
            Area(m.start, m.end, letters(m.prot), name_of(m), m.committed_bytes) for m in machine.maps
        ]
        self.take_memory(picture, views)
        self.take_stops(picture)
        self.take_code(picture, views)
        if views.second:
            self.take_frames(picture, min(MOST_FRAMES, max(views.frames, 1)))
        now = monotonic()
        if now >= self.figures_due:  # they are dear, and nobody reads them that fast
            self.figures_due = now + FIGURES_EVERY
            self.figures = dict(machine.statistics)
        picture.statistics = self.figures
        self.take_moment(picture)
        self.take_threads(picture)
        self.take_screen(picture)
        if views.profile:
            hot = sorted(self.profile.items(), key=lambda item: -item[1])
            picture.profile = [Hot(name, count) for name, count in hot[:60]]
        self.before = picture
        return picture

    def take_x87(self, picture: Picture, everything: dict[str, Any]) -> None:
        """ST(0) to ST(7); None for one that the tag word calls empty (11)."""
        top = picture.registers["fsw"] >> 11 & 7
        tags = picture.registers["ftw"]
        picture.st = [
            None if tags >> 2 * ((top + i) & 7) & 3 == 3 else everything[f"st{i}"] for i in range(8)
        ]
        old = self.before.st
        if old:
            picture.st_changed = {i for i, value in enumerate(picture.st) if repr(value) != repr(old[i])}

    def take_vectors(self, picture: Picture, everything: dict[str, Any]) -> None:
        picture.vectors = [everything[f"ymm{i}"] for i in range(16 if picture.bits == 64 else 8)]
        old = self.before.vectors
        if len(old) == len(picture.vectors):
            picture.vectors_changed = {i for i, value in enumerate(picture.vectors) if old[i] != value}

    def take_memory(self, picture: Picture, views: Views) -> None:
        focus = {"code": picture.ip, "stack": stack_pointer(picture)}
        for touch in self.touched:
            focus["write" if touch.write else "read"] = touch.address
        if not self.before.registers:  # nothing was read or written yet
            data = next((area.start for area in picture.maps if "w" in area.protection), 0)
            focus = {"read": data, "write": data} | focus
        for name, window in views.windows.items():
            if name in focus:
                window.focus = focus[name]
            window.follow()
            if window.rows:
                cells = self.cells(window, picture.maps)
                self.light(cells, name)
                picture.memory[name] = cells

    def take_stops(self, picture: Picture) -> None:
        machine = self.machine
        for number, stop in enumerate(machine.breakpoints, 1):
            picture.breakpoints.append(
                Stop(number, stop.address, self.name(stop.address), stop.enabled, condition(stop), stop.hits)
            )
        for number, watch in enumerate(machine.watchpoints, 1):
            picture.watchpoints.append(
                Stop(
                    number,
                    watch.address,
                    self.name(watch.address),
                    watch.enabled,
                    condition(watch),
                    watch.hits,
                    watch.size,
                    watch.access,
                )
            )

    def name(self, address: int) -> str:
        with suppress(Exception):
            location = self.machine.symbols.lookup(address)
            return str(location) if location is not None else ""
        return ""

    # ---- code ----

    def take_code(self, picture: Picture, views: Views) -> None:
        if self.disassembler is None:
            from blinkenlights.debugger.disassembly import Disassembler

            self.disassembler = Disassembler(self.peek, self.machine.symbols)
        disassembler = self.disassembler
        disassembler.bits = picture.bits
        disassembler.base = picture.registers.get("cs_base", 0) if picture.bits != 64 else 0
        wanted = "intel" if views.intel else "att"
        if disassembler.syntax != wanted:
            disassembler.syntax = wanted
        held = views.top is not None
        top = views.top if views.top is not None else self.top
        rows = self.rows(disassembler.lines(top, views.rows), views) if top or held else []
        if not held and not any(row.address == picture.ip for row in rows[: max(1, views.rows * 4 // 5)]
                                if row.kind == "code"):  # fmt: skip
            rows = self.rows(disassembler.around(picture.ip, views.rows // 4, views.rows), views)
            place = next(
                (i for i, row in enumerate(rows) if row.address == picture.ip and row.kind == "code"), 0
            )
            rows = rows[max(0, place - views.rows // 4) :]
            self.top = rows[0].address if rows else 0
        picture.code = rows[: views.rows]

    def rows(self, lines: list[Any], views: Views) -> list[Row]:
        out: list[Row] = []
        before: tuple[str, int] | None = None
        for line in lines:
            if line.heading:
                out.append(Row(line.address, "heading", [(f"{line.heading}:", "heading")]))
            if views.verbosity >= 2:
                with suppress(Exception):
                    where = self.machine.symbols.line(line.address)
                    if where and where != before:
                        out.append(Row(line.address, "source", [(self.source(*where), "source")]))
                        before = where
            pieces = [(token.text, ROLES.get(token.kind, "text")) for token in line.tokens]
            out.append(Row(line.address, "code", pieces, line.length, line.data,
                           self.glyph(line.address)))  # fmt: skip
        return out

    def glyph(self, address: int) -> str:
        """`*` where a translated path begins, `S` where one is to be formed: at the next instruction."""
        if self.machine.space.virtual:
            return " "
        if self.machine.path_at(address) is not None:
            return "*"
        return "S" if address == self.machine.regs.rip else " "

    def source(self, file: str, line: int) -> str:
        """A line of a source file, where that is at hand."""
        if file not in self.sources:
            try:
                with open(file, encoding="utf-8", errors="replace") as source:  # noqa: PTH123
                    self.sources[file] = source.read().splitlines()
            except OSError:
                self.sources[file] = []
        text = self.sources[file]
        name = file.rpartition("/")[2]
        return f"{name}:{line} {text[line - 1].strip()}" if 0 < line <= len(text) else f"{name}:{line}"

    def moved(self, top: int, lines: int) -> int:
        """The address so many instructions further, or back."""
        disassembler = self.disassembler
        if disassembler is None:
            return top
        if lines < 0:
            before = disassembler.before(top, -lines)
            return before[0].address if before else top
        after = disassembler.lines(top, lines + 1)
        return after[-1].address if after else top

    def end_of_function(self, rows: int) -> int | None:
        """Where to begin so that the end of the current function is at the bottom."""
        location = self.machine.symbols.lookup(self.before.ip)
        if location is None or self.disassembler is None:
            return None
        before = self.disassembler.before(location.symbol.end, rows)
        return before[0].address if before else None

    def end_of_mapping(self, address: int) -> int:
        """Of the one at or after an address."""
        return next((area.end for area in self.before.maps if area.end > address), 1 << 47)

    # ---- the rest ----

    def take_frames(self, picture: Picture, most: int) -> None:
        from blinkenlights.debugger.frames import CORRUPT, chain, unwind

        machine = self.machine
        if picture.bits == 64:
            found = unwind(picture.registers, self.peek, machine.symbols, most)
        else:
            code, stack = (picture.registers.get(name, 0) for name in ("cs_base", "ss_base"))
            found = chain(
                narrow(picture), self.peek, machine.symbols, most, picture.bits, code, stack
            )  # fmt: skip
        for frame in found:
            notes = [note for note in frame.warnings if note != CORRUPT]
            picture.frames.append(Call(frame.fp, frame.pc, frame.name, frame.size, ", ".join(notes)))
            if frame.corrupt:
                picture.warning = CORRUPT

    def take_moment(self, picture: Picture) -> None:
        machine = self.machine
        tick = machine.tick
        picture.moment = Moment(tick, 0, tick)
        history: Any = machine.history
        if history is not None:
            last = max(tick, history.end)
            marks = [(then, mark) for then, mark in self.marks.items() if then <= last]
            picture.moment = Moment(tick, 0, last, True, marks)

    def note(self, reason: Any) -> None:
        """Mark a stop on the timeline."""
        mark = MARKS.get(reason.kind.name)
        if mark and len(self.marks) < MOST_MARKS:
            self.marks[reason.tick] = mark

    def take_threads(self, picture: Picture) -> None:
        threads = self.machine.threads
        picture.threads = len(threads)
        if len(threads) > 1:
            here = self.machine.thread.tid
            picture.thread = next((i for i, each in enumerate(threads, 1) if each.tid == here), 0)
        picture.ended = self.machine.exited is not None

    def take_screen(self, picture: Picture) -> None:
        pc = pc_of(self.machine)
        if pc is not None:
            from blinkenlights.pc.screen import screen

            picture.screen = screen(pc)

    def sample(self) -> None:
        """Count the function that the machine is in."""
        ip = self.machine.regs.rip
        location = self.machine.symbols.lookup(ip)
        name = location.name if location is not None else f"{ip & ~0xFFF:#x}"
        self.profile[name] = self.profile.get(name, 0) + 1


def letters(prot: int) -> str:
    """PROT_ bits (mmap(2)) as ls writes them."""
    return "".join(letter if prot & bit else "-" for letter, bit in (("r", 1), ("w", 2), ("x", 4)))


def name_of(mapping: Any) -> str:
    """The file's name without its directories."""
    name = mapping.name
    if isinstance(name, bytes):
        name = name.decode("utf-8", "replace")
    return name.rpartition("/")[2] if name.startswith("/") else name


def condition(stop: Any) -> str:
    return stop.condition if isinstance(stop.condition, str) else "…" if stop.condition else ""


def narrow(picture: Picture) -> dict[str, int]:
    """The registers of a chain of frames by the names that they have in 16 and 32-bit code."""
    values, letter = picture.registers, "" if picture.bits == 16 else "e"
    mask = (1 << picture.bits) - 1
    return {letter + name: values["r" + name] & mask for name in ("ip", "bp", "sp")}


def stack_pointer(picture: Picture) -> int:
    value = picture.registers["rsp"]
    if picture.bits == 64:
        return value
    value &= 0xFFFF if picture.bits == 16 else 0xFFFFFFFF
    return value + picture.registers.get("ss_base", 0)
