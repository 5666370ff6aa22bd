"""The terminal, without Textual's threads for input and output.

Handing a key or a picture to another thread costs two turns at the interpreter's lock, and on a busy machine
two waits for a processor. Here the event loop reads the terminal itself, and writes each picture at once, so
that one that the terminal is too slow for delays the next instead of waiting in a queue.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from codecs import getincrementaldecoder
from contextlib import suppress
from select import select

from textual import constants
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

CHUNK = 1 << 16
AFTER_ESCAPE = constants.ESCAPE_DELAY + 0.005  # seconds until an ESC is the key, not the beginning of another


class Direct(LinuxDriver):
    """What `LinuxDriver` does, by the event loop."""

    shows = False  # the terminal is ours

    def start_application_mode(self) -> None:
        self.output = sys.__stdout__.fileno()  # type: ignore[union-attr]
        self.waiting: list[str] = []
        self.lock = threading.Lock()
        self.loop = asyncio.get_running_loop()
        self.parser = XTermParser(self._debug)
        self.decode = getincrementaldecoder("utf-8")("replace").decode
        self.shows = True
        super().start_application_mode()
        self.loop.add_reader(self.fileno, self.read)

    def stop_application_mode(self) -> None:
        super().stop_application_mode()
        self.flush()
        self.shows = False

    def disable_input(self) -> None:
        self.loop.remove_reader(self.fileno)
        super().disable_input()

    def close(self) -> None:
        self.flush()
        super().close()

    def _get_terminal_size(self) -> tuple[int, int]:
        """The terminal's own, whatever COLUMNS and LINES say of another."""
        try:
            columns, lines = os.get_terminal_size(self.output)
            return columns, lines
        except OSError:
            return super()._get_terminal_size()

    # ---- output ----

    def write(self, data: str) -> None:
        """Written when the loop is next idle, or by `flush`; from any thread.

        What comes when the terminal has been given back is for nobody.
        """
        if not self.shows:
            return
        with self.lock:
            self.waiting.append(data)
            first = len(self.waiting) == 1
        if first:
            with suppress(RuntimeError):  # the loop is closed: `close` flushes
                self.loop.call_soon_threadsafe(self.flush)

    def flush(self) -> None:
        with self.lock:
            data = "".join(self.waiting).encode("utf-8", "replace")
            self.waiting.clear()
        descriptor = self.output
        while data:
            try:
                data = data[os.write(descriptor, data) :]
            except BlockingIOError:
                select([], [descriptor], [])
            except OSError:  # the terminal is gone
                return

    # ---- input ----

    def run_input_thread(self) -> None:
        """Nothing: the loop reads."""

    def read(self) -> None:
        try:
            data = os.read(self.fileno, CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:  # the terminal has been closed
            self.loop.remove_reader(self.fileno)
            self._app.exit(1)
            return
        for event in self.parser.feed(self.decode(data)):
            self.process_message(event)
        self.loop.call_later(AFTER_ESCAPE, self.tick)

    def tick(self) -> None:
        for event in self.parser.tick():
            self.process_message(event)

    def send_message(self, message: Message) -> None:
        self._app.post_message(message)
