"""The terminal that the guest is given: a pseudo-terminal, and an emulator that reads what it writes.

The guest's standard files are the pty's slave side. A thread takes what comes out at the master side
to pyte's screen, which the display panel draws.
"""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import threading
from collections.abc import Callable
from contextlib import suppress
from time import monotonic, sleep

from rich.color import Color, ColorParseError
from rich.style import Style

from blinkenlights.tui.emulation import MOUSE_ALL, MOUSE_CLICKS, MOUSE_DRAGS, MOUSE_SGR, Screen, Stream
from blinkenlights.tui.leader import take_terminal

CHUNK = 1 << 16
SIGNALS = ((termios.VINTR, signal.SIGINT), (termios.VQUIT, signal.SIGQUIT), (termios.VSUSP, signal.SIGTSTP))

SPECIAL_KEYS = {
    "up": "A", "down": "B", "right": "C", "left": "D", "home": "H", "end": "F",
}  # fmt: skip
TILDE_KEYS = {"insert": 2, "delete": 3, "pageup": 5, "pagedown": 6, "f5": 15, "f6": 17, "f7": 18,
              "f8": 19, "f9": 20, "f10": 21, "f11": 23, "f12": 24}  # fmt: skip
PLAIN_KEYS = {"enter": b"\r", "tab": b"\t", "shift+tab": b"\x1b[Z", "escape": b"\x1b", "backspace": b"\x7f",
              "space": b" ", "f1": b"\x1bOP", "f2": b"\x1bOQ", "f3": b"\x1bOR", "f4": b"\x1bOS",
              "ctrl+@": b"\0", "ctrl+backslash": b"\x1c", "ctrl+underscore": b"\x1f",
              "ctrl+circumflex_accent": b"\x1e"}  # fmt: skip


class Terminal:
    """A pty and its screen. `changed` is called, from the reading thread, when there is something new."""

    def __init__(self, width: int = 80, height: int = 24, changed: Callable[[], None] = lambda: None) -> None:
        self.master, self.slave = pty.openpty()
        os.set_inheritable(self.slave, False)
        self.controlling = take_terminal(self.slave)  # the kernel then makes signals of keys and sizes
        self.changed = changed
        self.lock = threading.Lock()
        self.used = False
        self.copy_to: int | None = None  # a file that gets the same
        self.screen = Screen(width, height, self.write)
        self.stream = Stream(self.screen)
        self.size = (0, 0)
        self.resize(width, height)
        self.modes = termios.tcgetattr(self.slave)
        self.thread = threading.Thread(target=self.read, name="display", daemon=True)
        self.thread.start()

    def reset(self) -> None:
        """Be as at first: nothing of an ended program's is left, neither modes nor text nor unread keys."""
        with suppress(termios.error, OSError):
            termios.tcflush(self.slave, termios.TCIFLUSH)
            termios.tcsetattr(self.slave, termios.TCSANOW, self.modes)
        self.drain()
        with self.lock:
            self.screen = Screen(*self.size, self.write)
            self.stream = Stream(self.screen)

    def close(self) -> None:
        """The slave first: it makes the reader see the end."""
        if self.controlling:  # a terminal that hangs up ends who leads its session, and continues it
            with suppress(ValueError):  # not in the main thread
                signal.signal(signal.SIGHUP, signal.SIG_IGN)
                signal.signal(signal.SIGCONT, signal.SIG_IGN)  # Textual would take the user's terminal anew
        for name in ("slave", "master"):
            fd = getattr(self, name)
            setattr(self, name, -1)
            if fd >= 0:
                with suppress(OSError):
                    os.close(fd)

    def read(self) -> None:
        master = self.master
        while True:
            try:
                data = os.read(master, CHUNK)
            except OSError:
                return
            if not data:
                return
            if self.copy_to is not None:
                with suppress(OSError):
                    os.write(self.copy_to, data)
            self.feed(data)
            self.changed()

    def drain(self, most: float = 0.5) -> None:
        """Wait until what the guest wrote has been read."""
        until = monotonic() + most
        while monotonic() < until and select.select([self.master], [], [], 0)[0]:
            sleep(0.005)

    def feed(self, data: bytes) -> None:
        """Take what the guest wrote."""
        with self.lock:
            self.used = True
            self.stream.take(data)

    def write(self, data: bytes) -> None:
        """Type something."""
        with suppress(OSError):
            while data:
                data = data[os.write(self.master, data) :]

    def resize(self, width: int, height: int) -> bool:
        """Whether that is a new size."""
        if (width, height) == self.size or width < 1 or height < 1:
            return False
        self.size = (width, height)
        with suppress(OSError):
            fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("4H", height, width, 0, 0))
        with self.lock:
            self.screen.resize(height, width)
        return True

    def signal_of(self, data: bytes) -> int:
        """The signal that the guest's terminal makes of this key (termios(3), ISIG), 0 for none."""
        try:
            _, _, _, local, _, _, characters = termios.tcgetattr(self.slave)
        except (termios.error, OSError):
            return 0
        if not local & termios.ISIG or not data:
            return 0
        return next((signo for place, signo in SIGNALS if data == characters[place]), 0)

    def is_ours(self) -> bool:
        """Whether the guest's own process group has the terminal, and not a child's."""
        try:
            return not self.controlling or os.tcgetpgrp(self.slave) == os.getpgrp()
        except OSError:
            return True

    def wants_mouse(self) -> bool:
        return any(self.screen.has(mode) for mode in (MOUSE_CLICKS, MOUSE_DRAGS, MOUSE_ALL))

    # ---- what is on it ----

    def lines(self, width: int, height: int, cursor: bool) -> list[list[tuple[str, Style]]]:
        """The screen in runs of a style; its cursor reversed where it is wanted."""
        with self.lock:
            screen = self.screen
            at = (screen.cursor.y, screen.cursor.x) if cursor and not screen.cursor.hidden else None
            return [self.line(y, width, at) for y in range(min(height, screen.lines))]

    def line(self, y: int, width: int, cursor: tuple[int, int] | None) -> list[tuple[str, Style]]:
        row = self.screen.buffer[y]
        out: list[tuple[str, Style]] = []
        text, before = "", None
        for x in range(min(width, self.screen.columns)):
            cell = row[x]
            key = (cell.fg, cell.bg, cell.bold, cell.italics, cell.underscore,
                   cell.reverse != (cursor == (y, x)))  # fmt: skip
            if key != before:
                if before is not None:
                    out.append((text, style(*before)))
                text, before = "", key
            text += cell.data
        if before is not None:
            out.append((text, style(*before)))
        return out

    def text(self) -> list[str]:
        with self.lock:
            return list(self.screen.display)


styles: dict[tuple[str, str, bool, bool, bool, bool], Style] = {}


def style(fg: str, bg: str, bold: bool, italic: bool, underlined: bool, reverse: bool) -> Style:
    """pyte's attributes as a style."""
    key = (fg, bg, bold, italic, underlined, reverse)
    found = styles.get(key)
    if found is None:
        found = Style(color=colour(fg), bgcolor=colour(bg), bold=bold, italic=italic, underline=underlined,
                      reverse=reverse)  # fmt: skip
        styles[key] = found
    return found


def colour(name: str) -> Color | None:
    """pyte calls yellow brown, bright colours brightred, and others by six hexadecimal digits."""
    if name == "default":
        return None
    try:
        if len(name) == 6 and all(letter in "0123456789abcdef" for letter in name):
            return Color.parse(f"#{name}")
        name = name.replace("bfightmagenta", "brightmagenta").replace("brown", "yellow")
        return Color.parse(name.replace("bright", "bright_"))
    except ColorParseError:
        return None


# ---- keys and mouse, as a terminal sends them (xterm's ctlseqs) ----


def key_bytes(key: str, character: str | None, application: bool) -> bytes:
    """A key, by Textual's name and character, as bytes; nothing for one that has none."""
    if key in PLAIN_KEYS:
        return PLAIN_KEYS[key]
    modifiers, _, name = key.rpartition("+")
    held = set(modifiers.split("+")) if modifiers else set()
    number = 1 + ("shift" in held) + 2 * ("alt" in held) + 4 * ("ctrl" in held)
    if name in SPECIAL_KEYS:
        if number > 1:
            return f"\x1b[1;{number}{SPECIAL_KEYS[name]}".encode()
        return f"\x1b{'O' if application else '['}{SPECIAL_KEYS[name]}".encode()
    if name in TILDE_KEYS:
        return f"\x1b[{TILDE_KEYS[name]}{f';{number}' if number > 1 else ''}~".encode()
    if held == {"ctrl"} and len(name) == 1 and name.isascii():
        return bytes([ord(name.upper()) & 0x1F])
    if "alt" in held and len(name) == 1:
        return b"\x1b" + (character or name).encode()
    return character.encode() if character else b""


def mouse_bytes(screen: Screen, button: int, x: int, y: int, pressed: bool, moved: bool = False) -> bytes:
    """A mouse event at a cell counted from 0; button 0 to 2, 64 and 65 for the wheel."""
    code = button + 32 * moved
    if screen.has(MOUSE_SGR):
        return f"\x1b[<{code};{x + 1};{y + 1}{'M' if pressed else 'm'}".encode()
    if not pressed:
        code = 3
    return b"\x1b[M" + bytes(min(255, 32 + n) for n in (code, x + 1, y + 1))
