"""The 8042 keyboard controller (ports 0x60 and 0x64), with a keyboard and a place for a mouse."""

from collections import deque
from collections.abc import Callable

from blinkenlights.pc.keys import BY_CODE, EXTENDED, Stroke
from blinkenlights.pc.scheduler import TICKS_PER_SECOND, Scheduler

OUTPUT_FULL, SYSTEM, COMMAND_WRITTEN, UNLOCKED, FROM_MOUSE = 0x01, 0x04, 0x08, 0x10, 0x20
INTERRUPTS, TRANSLATES = 0x01, 0x40  # of the command byte
KEYBOARD_OFF = 0x10
ACKNOWLEDGED, RESEND, PASSED, BREAK = 0xFA, 0xFE, 0xAA, 0xF0
IDENTITY = (0xAB, 0x83)
BETWEEN_BYTES = TICKS_PER_SECOND // 2000  # a byte takes about this long on the wire


class Keyboard:
    """`interrupt` is its line (IRQ 1); `set_a20` and `reset` are what its output port controls."""

    def __init__(
        self,
        scheduler: Scheduler,
        now: Callable[[], int],
        interrupt: Callable[[bool], None],
        a20: Callable[[], bool],
        set_a20: Callable[[bool], None],
        reset: Callable[[], None],
        looked: Callable[[], object] = lambda: None,
    ) -> None:
        self.now = now
        self.interrupt = interrupt
        self.a20 = a20
        self.set_a20 = set_a20
        self.reset = reset
        self.looked = looked  # is told when a program looks and there is nothing
        self.timer = scheduler.timer("keyboard", self.deliver)
        self.command = 0x45  # interrupts, system flag, translation
        self.expecting = 0  # a controller command that wants a byte
        self.parameter_of = 0  # likewise of the keyboard's
        self.output: int | None = None
        self.from_mouse = False
        self.last_written = False  # to the command port
        self.scanning = True
        self.leds = 0
        self.code_set = 2
        self.queue: deque[int] = deque()  # bytes on their way, as the system will read them

    # -- the keyboard's side

    def press(self, stroke: Stroke) -> None:
        """Key strokes, with the keys held around them."""
        held = [
            code for code, on in ((0x1D, stroke.ctrl), (0x2A, stroke.shift), (0x38, stroke.alt)) if on
        ]
        for code in held:
            self.key(code, False, True)
        self.key(stroke.key.code, stroke.key.extended, True)
        self.key(stroke.key.code, stroke.key.extended, False)
        for code in reversed(held):
            self.key(code, False, False)

    @property
    def idle(self) -> bool:
        """Every byte has been read."""
        return not self.queue and self.output is None

    def key(self, code: int, extended: bool, down: bool) -> None:
        """A key, by its scan code of set 1, goes down or up."""
        if not self.scanning:
            return
        if extended:
            self.queue.append(EXTENDED)
        if self.command & TRANSLATES or self.code_set == 1:
            self.queue.append(code | (0 if down else 0x80))
        else:
            if not down:
                self.queue.append(BREAK)
            self.queue.append(BY_CODE[code, extended].set2)
        self.plan()

    def answer(self, *values: int) -> None:
        self.queue.extend(values)
        self.plan()

    def plan(self) -> None:
        if self.queue and self.output is None and not self.command & KEYBOARD_OFF and self.timer.tick is None:
            self.timer.set(self.now() + BETWEEN_BYTES)

    def deliver(self, tick: int) -> None:
        if self.output is None and self.queue and not self.command & KEYBOARD_OFF:
            self.put(self.queue.popleft())

    def put(self, value: int) -> None:
        """Into the output buffer."""
        self.output = value
        if self.command & INTERRUPTS:
            self.interrupt(True)

    # -- ports

    def read(self, port: int) -> int:
        if port == 0x64:
            if self.output is None:
                self.looked()
            return (
                (OUTPUT_FULL if self.output is not None else 0)
                | (self.command & SYSTEM)
                | (COMMAND_WRITTEN if self.last_written else 0)
                | UNLOCKED
            )
        value = self.output
        self.output = None
        self.interrupt(False)
        self.plan()
        return value or 0

    def write(self, port: int, value: int) -> None:
        self.last_written = port == 0x64
        if port == 0x64:
            self.control(value)
        elif self.expecting:
            self.control_parameter(value)
        else:
            self.keyboard_command(value)

    def control(self, value: int) -> None:
        """A command for the controller."""
        self.expecting = 0
        if value == 0x20:
            self.put(self.command)
        elif value in (0x60, 0xD1, 0xD2, 0xD3, 0xD4):
            self.expecting = value
        elif value in (0xA9, 0xAB):
            self.put(0)
        elif value == 0xAA:
            self.command |= SYSTEM
            self.put(0x55)
        elif value in (0xAD, 0xAE):
            self.command = self.command & ~KEYBOARD_OFF | (KEYBOARD_OFF if value == 0xAD else 0)
            self.plan()
        elif value == 0xC0:
            self.put(0x80)
        elif value == 0xD0:
            self.put(0xC1 | 2 * self.a20() | (0x10 if self.output is not None else 0))
        elif value >= 0xF0 and not value & 1:
            self.reset()

    def control_parameter(self, value: int) -> None:
        command, self.expecting = self.expecting, 0
        if command == 0x60:
            self.command = value
            self.plan()
        elif command == 0xD1:
            self.set_a20(bool(value & 2))
            if not value & 1:
                self.reset()
        elif command == 0xD2:
            self.put(value)
        # 0xd3 and 0xd4 talk to a mouse, which isn't there

    def keyboard_command(self, value: int) -> None:
        if self.parameter_of:
            command, self.parameter_of = self.parameter_of, 0
            if command == 0xED:
                self.leds = value & 7
            elif command == 0xF0 and value == 0:
                self.answer(ACKNOWLEDGED, self.code_set)
                return
            elif command == 0xF0:
                self.code_set = value
            self.answer(ACKNOWLEDGED)
        elif value in (0xED, 0xF0, 0xF3):
            self.parameter_of = value
            self.answer(ACKNOWLEDGED)
        elif value == 0xEE:
            self.answer(0xEE)
        elif value == 0xF2:
            translated = (0xAB, 0x41) if self.command & TRANSLATES else IDENTITY
            self.answer(ACKNOWLEDGED, *translated)
        elif value in (0xF4, 0xF5, 0xF6):
            self.scanning = value != 0xF5
            self.answer(ACKNOWLEDGED)
        elif value == 0xFF:
            self.queue.clear()
            self.scanning = True
            self.answer(ACKNOWLEDGED, PASSED)
        else:
            self.answer(RESEND)

    def save(self) -> dict[str, object]:
        fields = (
            "command", "expecting", "parameter_of", "output", "last_written", "scanning", "leds", "code_set",
        )  # fmt: skip
        return {**{name: getattr(self, name) for name in fields}, "queue": list(self.queue)}

    def restore(self, state: dict[str, object]) -> None:
        vars(self).update(state)
        self.queue = deque(self.queue)
