"""The visual debugger's screen."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import copy_context
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar

from rich.style import Style
from textual import events
from textual.app import App, ComposeResult, SuspendNotSupported
from textual.binding import Binding
from textual.driver import Driver
from textual.geometry import Size
from textual.message import Message
from textual.screen import Screen

from blinkenlights.tui import command, theme, where, words
from blinkenlights.tui.dialogs import Ask, Help, Notice
from blinkenlights.tui.driver import Direct
from blinkenlights.tui.emulation import CURSOR_KEYS, MOUSE_ALL, MOUSE_DRAGS
from blinkenlights.tui.keys import KEYS
from blinkenlights.tui.layout import MEMORY, Choices, Needs, Plan, drag_border, drag_title, plan, toggle
from blinkenlights.tui.lines import Line, title
from blinkenlights.tui.messages import Answered, Broken, DisplayChanged, Failed, Rang, Stopped
from blinkenlights.tui.paint import Painter
from blinkenlights.tui.panels import (
    breakpoints,
    disassembly,
    frames,
    maps,
    memory,
    profile,
    registers,
    sse,
    status,
    timeline,
    x87,
)
from blinkenlights.tui.pc import Bell, key_name, pc_of
from blinkenlights.tui.picture import Picture
from blinkenlights.tui.session import SPEEDS, Session, sentence
from blinkenlights.tui.settings import Settings
from blinkenlights.tui.terminal import Terminal, key_bytes, mouse_bytes
from blinkenlights.tui.views import Views
from blinkenlights.tui.widgets import Board, DisplayPanel, Panel

if TYPE_CHECKING:
    from blinkenlights import Machine

FOCUSABLE = ("disassembly", "breakpoints", "maps", "display", "frames", *MEMORY)
TITLED = ("disassembly", "breakpoints", "profile", "maps", "display", "frames", "x87", "sse", *MEMORY)
TITLES = {name: name.upper() for name in TITLED} | {"maps": "PML4T"}
WORTH_A_DIALOG = {"BREAKPOINT": "Breakpoint", "WATCHPOINT": "Watchpoint", "SIGNAL": "Signal",
                  "EXCEPTION": "Fault", "EXIT": "The program has ended", "HALT": "Halt",
                  "START": "The beginning"}  # fmt: skip
WHEEL_LINES = 3
SWITCH = 0.001  # seconds that the machine's thread may keep Python from the screen's
TEXT_ROWS = 25  # of a PC's screen; graphics get as much room
COLOURS = {"standard": 16, "windows": 16, "256": 256, "truecolor": 1 << 24}  # by Rich's colour systems
VERBOSITIES = ("the text of instructions", "their bytes too", "their bytes and source lines too")


class Main(Screen[None], inherit_bindings=False):
    """The panels. Without bindings of its own, so that TAB is the application's."""


class Blinkenlights(App[int]):
    """`load(terminal)` makes the machine, whose standard files are that terminal's slave side."""

    ENABLE_COMMAND_PALETTE = False
    TITLE = "blinkenlights"
    CSS = "Tooltip { display: none; }"
    BINDINGS: ClassVar[list[Any]] = [
        Binding(row.key, row.action, row.help, show=False, priority=row.key == "ctrl+c") for row in KEYS
    ] + [Binding("ctrl+q", "quit_unless_typing", show=False, priority=True)]

    def __init__(
        self, load: Callable[[Terminal], Machine], settings: Settings, driver: type[Driver] | None = None
    ) -> None:
        super().__init__(driver_class=driver)
        self.settings = settings
        colours = 256
        with suppress(Exception):
            colours = COLOURS[self.console.color_system or "standard"]
        self.looks = "plain" if self.no_color else theme.choose(settings.theme, colours, dict(os.environ))
        self.look: dict[str, Style] = {}
        self.views = Views(verbosity=settings.verbosity, intel=settings.intel)
        for window in self.views.windows.values():
            window.zoom = settings.zoom
        self.choices, self.needs = Choices(), Needs()
        self.panels: dict[str, Panel] = {}
        self.planned: tuple[Any, Plan] | None = None
        self.terminal = Terminal(changed=self.display_changed)
        self.display_pending = False
        self.picture = Picture()
        self.latest: Picture | None = None
        self.painter: Painter | None = None  # where the terminal is ours to write to
        self.batch = 0  # of updates that become one picture
        self.arranging = False  # panels are about to move
        self.loop: asyncio.AbstractEventLoop | None = None
        self.context = copy_context()
        self.message = ""
        self.dragging: tuple[str, Any] | None = None
        self.pressed = False  # a mouse button, for the guest
        self.pasted: deque[str] = deque()  # characters for a PC
        self.scrolls = {"maps": 0, "frames": 0, "breakpoints": 0}
        self.asked: dict[str, list[str]] = {"command": [], "breakpoint": [], "watchpoint": []}
        self.last_step = 0.0
        self.step_times: list[float] = []
        self.session = Session(
            lambda: self.loaded(load), self.views, self.machine_shown,
            self.machine_stopped, lambda text: self.tell(Failed(text)), settings.jit,
        )  # fmt: skip
        self.extra: Mapping[str, Any] = {
            "theme": lambda name="": self.call_from_thread(self.set_theme, name),
            "zoom": lambda steps: self.call_from_thread(self.zoom_all, steps),
            "screenshot": lambda: self.call_from_thread(self.action_picture),
            "quit": lambda: self.call_from_thread(self.exit, 0),
            "restart": lambda: self.session.restart(),
            "syntax": lambda name: self.call_from_thread(self.set_syntax, name),
        }

    # ---- the board ----

    def get_default_screen(self) -> Screen[None]:
        return Main(id="_default")

    def compose(self) -> ComposeResult:
        makers: dict[str, Callable[[int, int], list[Any]]] = {
            "disassembly": self.disassembly_lines,
            "breakpoints": self.scrolled("breakpoints", breakpoints.lines),
            "profile": self.stacked("profile", profile.lines),
            "maps": self.scrolled("maps", maps.lines),
            "display": self.display_lines,
            "frames": self.scrolled("frames", frames.lines),
            "registers": lambda w, h: registers.lines(self.picture, w, h),
            "x87": self.stacked("x87", x87.lines),
            "sse": self.stacked("sse", self.sse_lines, lambda: str(self.views.manner)),
            **{name: self.memory_maker(name) for name in MEMORY},
            "timeline": lambda w, h: timeline.lines(self.picture.moment, w),
            "status": self.status_lines,
        }  # fmt: skip
        makers |= {f"border{number}": self.border_lines for number in (2, 3)}
        for name, make in makers.items():
            kind = DisplayPanel if name == "display" else Panel
            self.panels[name] = kind(name, make, focusable=name in FOCUSABLE)
        with Board(self.plan):
            yield from self.panels.values()

    def plan(self, size: Size) -> Plan:
        key = (size, repr(self.choices), repr(self.needs))
        if self.planned is None or self.planned[0] != key:
            self.planned = (key, plan(size.width, size.height, self.choices, self.needs))
        return self.planned[1]

    def panel(self, name: str) -> Panel:
        return self.panels[name]

    def on_mount(self) -> None:
        self.loop, self.context = asyncio.get_running_loop(), copy_context()
        if isinstance(self._driver, Direct):
            self.painter = Painter(self.console)
        self.set_theme(self.looks)
        self.set_focus(self.panel("disassembly"))
        self.foresee_display()
        if self.terminal.controlling:
            self.take_signals()
        self.session.start()
        self.session.ask(self.first_stops)
        self.session.look()

    def loaded(self, load: Callable[[Terminal], Machine]) -> Machine:
        """A new machine, in front of a terminal that nobody has used yet."""
        if self.terminal.used:
            self.terminal.reset()
        machine = load(self.terminal)
        machine.reactive = self.settings.reactive
        pc = pc_of(machine)
        if pc is not None:
            pc.bell = Bell(lambda: self.tell(Rang()))
            pc.wants_key = pc.offers_key = self.type_pasted
        return machine

    def first_stops(self) -> None:
        """In the machine's thread: what -b and -w ask for."""
        machine = self.session.machine
        for texts, add in (
            (self.settings.breakpoints, where.add_breakpoint),
            (self.settings.watchpoints, where.add_watchpoint),
        ):
            for text in texts:
                try:
                    add(machine, text)
                except ValueError as problem:
                    self.tell(Failed(str(problem)))

    def set_theme(self, name: str = "") -> None:
        if name and name not in theme.THEMES:
            self.say(f"the themes are {', '.join(theme.THEMES)}")
            return
        self.looks = name or theme.THEMES[(theme.THEMES.index(self.looks) + 1) % len(theme.THEMES)]
        self.look = (theme.look if self.settings.highlight else theme.colourless)(self.looks)
        if self.no_color:
            self.look = theme.uncoloured(self.look)
        for each in theme.THEMES:
            self.register_theme(theme.of_textual(each))
        self.theme = f"blinkenlights-{self.looks}"
        self.update_panels()

    def set_syntax(self, name: str) -> None:
        if name not in ("att", "intel"):
            raise ValueError("the syntax is att or intel")
        self.views.intel = name == "intel"

    # ---- messages from other threads ----

    def tell(self, message: Message) -> None:
        with suppress(Exception):
            self.post_message(message)

    def machine_shown(self, picture: Picture) -> None:
        """In the machine's thread. A picture that isn't drawn yet is replaced."""
        waiting = self.latest is not None
        self.latest = picture
        if not waiting and self.loop is not None:
            with suppress(RuntimeError):  # the loop is closed
                self.loop.call_soon_threadsafe(self.take_picture, context=self.context)

    def machine_stopped(self, reason: Any) -> None:
        """In the machine's thread."""
        self.tell(Stopped(reason, words.told(self.session.machine, reason)))

    def display_changed(self) -> None:
        if not self.display_pending:
            self.display_pending = True
            self.tell(DisplayChanged())

    def take_picture(self) -> None:
        picture, self.latest = self.latest, None
        if picture is None or not self.is_running:
            return
        self.picture = picture
        try:
            self.fit()
            self.update_panels()
        except Exception as problem:
            self.post_message(Broken(problem))

    def on_broken(self, message: Broken) -> None:
        raise message.problem

    def on_display_changed(self) -> None:
        self.display_pending = False
        if not self.needs.display:
            self.needs.display = True
            self.relayout()
        self.panel("display").update()

    def on_rang(self) -> None:
        self.bell()

    def on_failed(self, message: Failed) -> None:
        self.say(message.text)

    def on_answered(self, message: Answered) -> None:
        if isinstance(self.screen, Ask):
            self.screen.say(message.text)
        else:
            self.say(message.text.splitlines()[0] if message.text else "")

    def on_stopped(self, message: Stopped) -> None:
        reason = message.reason
        kind = reason.kind.name
        self.settings.log(str(reason))
        if self.last_step:
            self.step_times.append(monotonic() - self.last_step)
            self.last_step = 0.0
        if kind in WORTH_A_DIALOG:
            self.say("")
            self.push_screen(Notice(WORTH_A_DIALOG[kind], message.text))
        elif kind in ("INTERRUPT", "END"):
            self.say(str(reason))
        else:
            self.update_status()

    def fit(self) -> None:
        """See what the panels need room for, and arrange them anew if that changed."""
        picture, needs = self.picture, self.needs
        before = repr(needs)
        needs.breakpoints = len(picture.breakpoints) + len(picture.watchpoints)
        needs.maps = len(picture.maps)
        needs.frames = len(picture.frames)
        needs.registers = registers.HEIGHT[picture.bits]
        needs.x87 = any(value is not None for value in picture.st)
        needs.profile = self.views.profile
        if picture.screen is not None:
            needs.display, needs.screen = True, getattr(picture.screen, "rows", TEXT_ROWS)
        size = self.size
        third = self.plan(size).places.get("registers")
        needs.sse = sse.arrangement(picture, self.views.manner, third.width)[1] if third else 0
        self.views.second = 2 in self.plan(size).columns
        if repr(needs) != before:
            self.relayout()

    def relayout(self) -> None:
        self.panels["status"].refresh(layout=True)  # a child's wish makes the board be arranged again
        self.arranging = True
        self.call_after_refresh(self.arranged)

    def arranged(self) -> None:
        self.arranging = False

    def panel_resized(self, panel: Panel) -> None:
        """The views follow the panels' sizes; a picture of the new size is taken then."""
        name, size = panel.id or "", panel.size
        if name == "disassembly":
            self.views.rows = max(1, size.height - 1)
        elif name in MEMORY:
            window = self.views.windows[name]
            window.rows, window.columns = max(0, size.height - 1), memory.columns(size.width, self.digits())
        elif name == "frames":
            self.views.frames = size.height + self.scrolls["frames"]
        elif name == "display":
            self.resize_terminal(size.width, max(1, size.height - 1))
        panel.update()
        if name in ("disassembly", *MEMORY):
            self.session.look()

    def resize_terminal(self, width: int, height: int) -> None:
        if self.terminal.resize(width, height) and self.terminal.is_ours():
            self.session.post(signal.SIGWINCH)

    def foresee_display(self) -> None:
        """Give the program's terminal the size that it will be shown in, before the program looks."""
        if not self.needs.display:
            shown = plan(self.size.width, self.size.height, self.choices, replace(self.needs, display=True))
            if (place := shown.places.get("display")) is not None:
                self.resize_terminal(place.width, max(1, place.height - 1))

    def on_resize(self) -> None:
        self.foresee_display()

    def take_signals(self) -> None:
        """What the kernel tells the group of processes that has the display is the program's."""
        for signo in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP, signal.SIGHUP):
            signal.signal(signo, lambda number, frame: self.session.post(number))

    def digits(self) -> int:
        return 12 if self.picture.bits == 64 else 6

    def update_panels(self) -> None:
        with self.one_picture():
            for panel in self.panels.values():
                panel.update()

    @contextmanager
    def one_picture(self) -> Iterator[None]:
        """What is painted within is shown at once."""
        self.batch += 1
        try:
            yield
        finally:
            self.batch -= 1
            if not self.batch and self.painter is not None:
                self.show_painted(self.painter)

    def show_painted(self, painter: Painter) -> None:
        text = painter.take()
        if text and self._driver is not None:
            self._driver.write(text)
            self._driver.flush()

    def paint(self, panel: Panel, rows: list[int]) -> bool:
        """Draw lines of a panel where it is; False where something is over it, and Textual has to do it."""
        painter = self.painter
        place = self.plan(self.size).places.get(panel.id or "")
        if painter is None or place is None or self.arranging or len(self.screen_stack) > 1:
            return False
        if (place.width, place.height) != panel.size:
            return False
        painter.use(self.look)
        for y in rows:
            painter.line(place.x, place.y + y, panel.content[y], place.width)
        if not self.batch:
            self.show_painted(painter)
        return True

    def update_status(self) -> None:
        self.panel("status").update()

    def say(self, text: str) -> None:
        self.message = text
        with suppress(Exception):
            self.update_status()

    # ---- lines of panels ----

    def heading(self, name: str, width: int, text: str = "", note: str = "") -> Line:
        focused = self.focused is not None and self.focused.id == name
        return title(text or TITLES[name], width, "title focused" if focused else "title", note)

    def stacked(
        self, name: str, make: Callable[[Picture, int, int], list[Line]], note: Callable[[], str] = lambda: ""
    ) -> Callable[[int, int], list[Line]]:
        """A title with lines below."""
        return lambda w, h: [self.heading(name, w, note=note()), *make(self.picture, w, h - 1)]

    def scrolled(
        self, name: str, make: Callable[[Picture, int, int, int], list[Line]]
    ) -> Callable[[int, int], list[Line]]:
        """The same, from the line that the user scrolled to."""
        return self.stacked(name, lambda p, w, h: make(p, w, h, self.scrolls[name]))

    def sse_lines(self, picture: Picture, width: int, height: int) -> list[Line]:
        return sse.lines(picture, width, height, self.views.manner)

    def disassembly_lines(self, width: int, height: int) -> list[Line]:
        note = "held" if self.views.top is not None else ""
        lines = disassembly.lines(self.picture, width, height - 1, self.views.verbosity)
        return [self.heading("disassembly", width, self.settings.name or "CODE", note), *lines]

    def memory_maker(self, name: str) -> Callable[[int, int], list[Line]]:
        def make(width: int, height: int) -> list[Line]:
            window = self.views.windows[name]
            notes = []
            if window.zoom:
                notes.append(f"1:{1 << window.zoom}" if window.zoom < 10 else f"1:{1 << window.zoom - 10}k")
            if window.held:
                notes.append("held")
            cells = self.picture.memory.get(name)
            lines = memory.lines(cells, width, height - 1, window.focus, self.digits()) if cells else []
            return [self.heading(name, width, note=", ".join(notes)), *lines]

        return make

    def display_lines(self, width: int, height: int) -> list[Any]:
        focused = self.focused is not None and self.focused.id == "display"
        heading = self.heading("display", width, note="ctrl-] leaves" if focused else "")
        if self.picture.screen is not None:
            from blinkenlights.tui.panels import screen

            return [heading, *screen.lines(self.picture.screen, width, height - 1)]
        return [heading, *self.terminal.lines(width, height - 1, focused)]

    def border_lines(self, width: int, height: int) -> list[Line]:
        return [[("│", "rule")]] * height

    def state(self) -> str:
        if self.session.running:
            return "RUNNING"
        moment = self.picture.moment
        if moment.tick < moment.last:
            return "PAST"
        return "ENDED" if self.picture.ended else "READY"

    def status_lines(self, width: int, height: int) -> list[Line]:
        speed = SPEEDS[self.session.speed][0]
        message = self.message or ("? help" if not speed else "")
        if speed:
            message = f"{message} ({speed})" if message else speed
        return status.lines(self.picture, width, self.state(), message, self.session.ips)

    # ---- running ----

    def busy(self) -> bool:
        if self.session.running:
            self.say("the program is running: ctrl-c stops it")
        return self.session.running

    def move(self, how: Callable[[Any], Any], expect: bool = False) -> None:
        self.begin(lambda: self.session.move(how, expect))

    def begin(self, job: Callable[[], None]) -> None:
        """Have the machine moved, unless it is already moving."""
        if not self.busy():
            self.message = ""
            self.views.top = None
            self.last_step = monotonic()
            self.session.ask(job)

    def action_step(self) -> None:
        self.begin(self.session.step)

    def action_step_over(self) -> None:
        self.move(lambda m: m.step_over(), expect=True)

    def action_finish(self) -> None:
        self.move(lambda m: m.finish())

    def action_reverse_step(self) -> None:
        self.move(lambda m: m.reverse_step())

    def action_reverse_over(self) -> None:
        self.move(lambda m: m.reverse_over())

    def action_reverse_finish(self) -> None:
        self.move(lambda m: m.reverse_finish())

    def action_reverse_continue(self) -> None:
        self.move(lambda m: m.reverse_continue())

    def action_earlier(self) -> None:
        self.along(-1)

    def action_later(self) -> None:
        self.along(1)

    def along(self, by: int) -> None:
        """A hundredth of the recording, back or forth."""
        moment = self.picture.moment
        far = max(1, (moment.last - moment.first) // 100)
        self.seek(max(moment.first, min(moment.last, moment.tick + by * far)))

    def seek(self, tick: int) -> None:
        if not self.picture.moment.recording:
            self.say("nothing is recorded (time travel needs a run without -j)")
            return
        self.move(lambda m: m.seek(tick))

    def action_continue(self) -> None:
        if not self.busy():
            self.message = ""
            self.views.top = None
            self.session.ask(self.session.continue_)

    def action_interrupt(self) -> None:
        if isinstance(self.focused, DisplayPanel):
            self.type_key("ctrl+c", "\x03")
        elif self.session.running:
            self.session.interrupt()
        else:
            self.say("nothing runs; q quits")

    def action_turbo(self) -> None:
        self.session.speed = min(len(SPEEDS) - 1, self.session.speed + 1)
        self.say_speed()

    def action_slow_motion(self) -> None:
        self.session.speed = max(0, self.session.speed - 1)
        self.say_speed()

    def say_speed(self) -> None:
        name = SPEEDS[self.session.speed][0]
        self.say("" if name else "full speed, thirty pictures a second")

    def action_restart(self) -> None:
        if not self.busy():
            self.say("restarted")
            self.session.ask(self.session.restart)

    def action_continue_harder(self) -> None:
        if self.picture.screen is not None:  # a PC has no terminal to be given
            self.action_continue()
            return
        if self.busy():
            return
        self.message = ""
        self.views.top = None
        from blinkenlights.tui.harder import give_terminal

        try:
            with self.suspend():
                give_terminal(self.session, self.terminal)
        except SuspendNotSupported:
            self.session.ask(self.session.run_hard)
        self.refresh(layout=True)
        self.session.look()

    # ---- breakpoints ----

    def action_push_breakpoint(self) -> None:
        self.ask("breakpoint", where.add_breakpoint)

    def action_push_watchpoint(self) -> None:
        self.ask("watchpoint", where.add_watchpoint)

    def ask(self, kind: str, add: Callable[[Any, str], Any]) -> None:
        def answered(text: str | None) -> None:
            if text:
                self.on_machine(lambda m: add(m, text))

        prompt = f"{kind} at: an address or a symbol, then perhaps `if` and a condition"
        self.push_screen(Ask(prompt, self.asked[kind], self.complete), answered)

    def on_machine(self, job: Callable[[Any], Any], done: str = "") -> None:
        """Do something with the machine and show what became of it."""

        def work() -> None:
            job(self.session.machine)
            self.session.show()

        self.message = done
        self.session.ask(work)

    def action_pop_breakpoint(self) -> None:
        self.on_machine(lambda m: m.breakpoints[-1].remove() if m.breakpoints else None)

    def action_pop_watchpoint(self) -> None:
        self.on_machine(lambda m: m.watchpoints[-1].remove() if m.watchpoints else None)

    def toggle_breakpoint(self, address: int) -> None:
        def work(machine: Any) -> None:
            here = [stop for stop in machine.breakpoints if stop.address == address]
            for stop in here:
                stop.remove()
            if not here:
                machine.add_breakpoint(address)

        self.on_machine(work)

    def toggle_watchpoint(self, address: int, size: int) -> None:
        def work(machine: Any) -> None:
            end = address + size
            here = [w for w in machine.watchpoints if w.address < end and address < w.address + w.size]
            for watch in here:
                watch.remove()
            if not here:
                machine.add_watchpoint(address, size)

        self.on_machine(work)

    # ---- what is shown ----

    def action_sse_radix(self) -> None:
        self.views.manner.next_radix()
        self.redraw()

    def action_sse_type(self) -> None:
        self.views.manner.next_type()
        self.redraw()

    def action_sse_size(self) -> None:
        self.views.manner.next_size()
        self.redraw()

    def redraw(self) -> None:
        self.fit()
        self.update_panels()

    def action_profile(self) -> None:
        self.views.profile = not self.views.profile
        self.session.observer.profile.clear()
        self.say("profiling" if self.views.profile else "")
        self.session.look()

    def action_verbosity(self) -> None:
        self.views.verbosity = (self.views.verbosity + 1) % 3
        size = self.panel("disassembly").size
        hidden = self.views.verbosity and not disassembly.bytes_room(size.width, self.digits())
        self.say(VERBOSITIES[self.views.verbosity] + " (where there is room for them)" * bool(hidden))
        self.session.look()

    def action_toggle_2(self) -> None:
        self.toggle_column(2)

    def action_toggle_3(self) -> None:
        self.toggle_column(3)

    def toggle_column(self, number: int) -> None:
        toggle(number, self.size.width, self.choices, self.needs)
        self.relayout()
        self.views.second = 2 in self.plan(self.size).columns
        if self.focused is not None and self.focused.id not in self.plan(self.size).places:
            self.set_focus(self.panel("disassembly"))
        self.session.look()

    def action_theme(self) -> None:
        self.set_theme()
        self.say(f"theme {self.looks}")

    def action_zoom_in(self) -> None:
        self.zoom(self.focused_memory(), -1)

    def action_zoom_out(self) -> None:
        self.zoom(self.focused_memory(), 1)

    def zoom(self, names: list[str], by: int, cell: int | None = None) -> None:
        for name in names:
            self.views.windows[name].change_zoom(by, cell)
        self.session.look()

    def zoom_all(self, steps: int) -> None:
        for window in self.views.windows.values():
            window.change_zoom(steps - window.zoom)
        self.session.look()

    def focused_memory(self) -> list[str]:
        """The focused memory panel; all of them where none is."""
        name = self.focused.id if self.focused is not None else ""
        return [name] if name in MEMORY else list(MEMORY)

    def action_picture(self) -> None:
        directory = Path(self.settings.pictures or ".")
        number = 1
        while (path := directory / f"blinkenlights-{number}.svg").exists():
            number += 1
        try:
            path.write_text(self.export_screenshot(title=f"blinkenlights {self.settings.name}"))
        except OSError as problem:
            self.say(f"{path}: {problem.strerror}")
            return
        self.say(f"saved {path}")

    def action_redraw(self) -> None:
        """The terminal has lost what was on it."""
        self.screen.refresh()

    def action_help(self) -> None:
        self.push_screen(Help("blinkenlights: keys and mouse", "bold"))

    def action_dismiss(self) -> None:
        self.say("")

    async def action_quit(self) -> None:
        self.exit(0)

    async def action_quit_unless_typing(self) -> None:
        if isinstance(self.focused, DisplayPanel):
            self.type_key("ctrl+q", "\x11")
        else:
            self.exit(0)

    def on_unmount(self) -> None:
        self.session.close()
        self.terminal.close()

    # ---- moving about ----

    def action_next_panel(self) -> None:
        self.step_focus(1)

    def action_previous_panel(self) -> None:
        self.step_focus(-1)

    def step_focus(self, by: int) -> None:
        places = self.plan(self.size).places
        names = [name for name in FOCUSABLE if name in places]
        now = self.focused.id if self.focused is not None else ""
        at = names.index(now) if now in names else 0
        self.set_focus(self.panel(names[(at + by) % len(names)]))

    def action_leave_display(self) -> None:
        if isinstance(self.focused, DisplayPanel):
            self.set_focus(self.panel("disassembly"))

    def scroll(self, lines: int = 0, pages: int = 0, cells: int = 0, name: str = "") -> None:
        name = name or (self.focused.id if self.focused is not None else "") or "disassembly"
        if name in MEMORY:
            window = self.views.windows[name]
            if cells:
                window.scroll(cells, 1 << window.zoom)
            window.scroll(lines + pages * window.rows)
            self.session.look()
        elif name in self.scrolls:
            total = {"maps": self.needs.maps, "frames": self.needs.frames,
                     "breakpoints": self.needs.breakpoints}[name]  # fmt: skip
            height = self.panel(name).size.height - 1
            place = self.scrolls[name] + lines + pages * height
            self.scrolls[name] = max(0, min(max(0, total - height), place))
            if name == "frames":
                self.views.frames = height + self.scrolls[name] + height
            self.panel(name).update()
        elif name == "disassembly":
            self.scroll_code(lines + pages * max(1, self.views.rows - 2))

    def scroll_code(self, lines: int) -> None:
        def work() -> None:
            observer = self.session.observer
            top = self.views.top if self.views.top is not None else observer.top
            self.views.top = observer.moved(top, lines)
            self.session.show()

        if lines:
            self.session.ask(work)

    def action_up(self) -> None:
        self.scroll(-1)

    def action_down(self) -> None:
        self.scroll(1)

    def action_left(self) -> None:
        self.scroll(cells=-1)

    def action_right(self) -> None:
        self.scroll(cells=1)

    def action_page_up(self) -> None:
        self.scroll(pages=-1)

    def action_page_down(self) -> None:
        self.scroll(pages=1)

    def action_home(self) -> None:
        """Everything that is held, or the focused memory panel, follows the program again."""
        name = self.focused.id if self.focused is not None else ""
        if name in MEMORY:
            self.views.windows[name].held = False
        elif name in self.scrolls:
            self.scrolls[name] = 0
        else:
            self.views.top = None
        self.session.look()

    def action_end(self) -> None:
        name = self.focused.id if self.focused is not None else ""
        if name in self.scrolls:
            self.scroll(1 << 30, name=name)
            return

        def work() -> None:
            observer = self.session.observer
            if name in MEMORY:
                window = self.views.windows[name]
                window.held = True
                window.start = max(0, observer.end_of_mapping(window.start) - window.span)
            else:
                self.views.top = observer.end_of_function(self.views.rows)
            self.session.show()

        self.session.ask(work)

    # ---- the mouse ----

    def mouse_down(self, panel: Panel, event: events.MouseDown) -> None:
        name = panel.id or ""
        if name.startswith("border"):
            self.dragging = ("border", int(name[6:]))
            panel.capture_mouse()
        elif name == "display" and event.y and self.focused is panel and self.terminal.wants_mouse():
            self.pressed = True
            self.type_mouse(event.button - 1, event, True)
        elif event.y == 0 and name in TITLES:
            self.dragging = ("title", name)
            panel.capture_mouse()
        elif name == "timeline":
            start, length = timeline.room(panel.size.width)
            if event.x >= start:
                self.seek(timeline.tick_at(self.picture.moment, event.x - start, length))
        elif event.button == 1:
            self.click(name, panel, event.x, event.y - 1)

    def click(self, name: str, panel: Panel, x: int, y: int) -> None:
        if name == "disassembly" and 0 <= y < len(self.picture.code):
            row = self.picture.code[y]
            if row.kind != "source":
                self.toggle_breakpoint(row.address)
        elif name in MEMORY:
            window = self.views.windows[name]
            column = x - self.digits() - 1
            if 0 <= column < window.columns and 0 <= y < window.rows:
                self.toggle_watchpoint(window.address(y * window.columns + column), 1 << min(3, window.zoom))

    def mouse_move(self, panel: Panel, event: events.MouseMove) -> None:
        if self.dragging is not None:
            kind, what = self.dragging
            x, y = int(event.screen_x), int(event.screen_y)
            if kind == "border":
                drag_border(what, x, self.size.width, self.choices, self.needs)
            else:
                drag_title(what, y, self.plan(self.size), self.choices)
            self.relayout()
        elif panel.id == "display" and event.y and self.focused is panel:
            held = event.button > 0
            if self.terminal.screen.has(MOUSE_ALL) or (held and self.terminal.screen.has(MOUSE_DRAGS)):
                button = event.button - 1 if held else 3
                self.type_mouse(button, event, True, moved=True)

    def mouse_up(self, panel: Panel, event: events.MouseUp) -> None:
        if self.dragging is not None:
            kind, what = self.dragging
            self.dragging = None
            panel.release_mouse()
            if kind == "title" and self.panel(what).can_focus:
                self.set_focus(self.panel(what))
        elif self.pressed:
            self.pressed = False
            self.type_mouse(event.button - 1, event, False)

    def wheel(self, panel: Panel, by: int, event: events.MouseEvent) -> None:
        name = panel.id or ""
        if name == "disassembly" and not event.shift:
            if by > 0:
                self.action_step()
            else:
                self.action_reverse_step()
        elif name in MEMORY and event.ctrl:
            window = self.views.windows[name]
            column = min(window.columns - 1, max(0, event.x - self.digits() - 1))
            self.zoom([name], by, (max(1, event.y) - 1) * window.columns + column)
        elif name == "display":
            if self.terminal.wants_mouse():
                self.type_mouse(64 if by < 0 else 65, event, True)
        elif name == "timeline":
            self.along(by)
        else:
            self.scroll(by * WHEEL_LINES, name=name)

    # ---- the guest's terminal ----

    def type_key(self, key: str, character: str | None) -> None:
        if self.picture.screen is not None:
            self.strike(key_name(key, character))
            return
        self.type_bytes(key_bytes(key, character, self.terminal.screen.has(CURSOR_KEYS)))

    def type_mouse(self, button: int, event: events.MouseEvent, pressed: bool, moved: bool = False) -> None:
        """A mouse event over the display, whose first line is its title."""
        screen = self.terminal.screen
        self.type_bytes(mouse_bytes(screen, button, int(event.x), max(0, int(event.y) - 1), pressed, moved))

    def type_text(self, text: str) -> None:
        """What was pasted."""
        if self.picture.screen is None:
            self.type_bytes(text.encode())
            return
        self.pasted.extend(text.replace("\r\n", "\n"))

    def type_pasted(self) -> bool:
        """In the machine's thread: a PC's program waits for a key. Its buffer has no room for all at once."""
        pc = pc_of(self.session.machine)
        while pc is not None and self.pasted:
            with suppress(KeyError):
                pc.press(self.pasted.popleft())
                break
        return True  # there may be more

    def strike(self, key: str) -> None:
        """A key of a PC's keyboard, between two pieces of its run; one that isn't there is passed over."""

        def work() -> None:
            pc = pc_of(self.session.machine)
            if pc is not None:
                with suppress(KeyError):
                    pc.press(key)

        self.session.ask(work)

    def type_bytes(self, data: bytes) -> None:
        if data:
            self.session.type(self.terminal, data)

    # ---- the command line ----

    def action_command(self) -> None:
        self.push_screen(Ask("a method (step 10, break main), a register (rax = 5), any Python expression",
                             self.asked["command"], self.complete, self.run_command))  # fmt: skip

    def complete(self, word: str) -> list[str]:
        with suppress(Exception):
            return command.complete(word, self.session.machine, self.session.names, self.extra)[:200]
        return []

    def run_command(self, line: str) -> None:
        if self.session.running:
            self.tell(Answered("the program is running: ctrl-c stops it"))
            return

        def work() -> None:
            session = self.session
            session.observer.touched = []
            session.running = True
            try:
                text = command.run(line, session.machine, session.names, self.extra)
            except Exception as problem:
                text = sentence(problem)
            finally:
                session.running = False
            self.tell(Answered(f": {line}\n{text}" if text else f": {line}"))
            session.show()

        self.session.ask(work)


def run(load: Callable[[Terminal], Machine], settings: Settings) -> int:
    """The whole visit; the exit status."""
    sys.setswitchinterval(SWITCH)
    served = "TEXTUAL_DRIVER" in os.environ
    app = Blinkenlights(load, settings, None if served else Direct)
    status_ = app.run()
    return app.return_code or status_ or 0


if sys.platform == "win32":
    raise ImportError("the debugger needs a POSIX system")
