"""Packets over a byte stream: framing, checksums, acknowledgements, and the interrupt byte."""

import os
import queue
import threading
from collections.abc import Callable

ESCAPE = 0x7D
TO_ESCAPE = frozenset(b"#$}*")
RESUMING = (b"vCont;", b"c", b"C", b"s", b"S", b"bs", b"bc")  # what makes the guest run
MOST = 1 << 20  # bytes of a packet


def escape(data: bytes) -> bytes:
    """Binary data as packets carry it."""
    if not TO_ESCAPE.intersection(data):
        return data
    result = bytearray()
    for byte in data:
        if byte in TO_ESCAPE:
            result += bytes((ESCAPE, byte ^ 0x20))
        else:
            result.append(byte)
    return bytes(result)


def unescape(data: bytes) -> bytes:
    if ESCAPE not in data:
        return data
    result = bytearray()
    at = 0
    while at < len(data):
        if data[at] == ESCAPE and at + 1 < len(data):
            at += 1
            result.append(data[at] ^ 0x20)
        else:
            result.append(data[at])
        at += 1
    return bytes(result)


def frame(payload: bytes) -> bytes:
    return b"$%s#%02x" % (payload, sum(payload) & 0xFF)


class Parser:
    """Takes a stream apart: gives packets, interrupts and acknowledgements to its owner."""

    def __init__(self) -> None:
        self.buffer = bytearray()

    def feed(self, data: bytes) -> list[tuple[str, bytes]]:
        """What is complete by now: ("packet", payload), ("bad", payload), ("interrupt" "ack" "nak", b"")."""
        self.buffer += data
        found: list[tuple[str, bytes]] = []
        while self.buffer:
            first = self.buffer[0]
            if first == 0x24:  # $
                end = self.buffer.find(b"#")
                if end < 0 or len(self.buffer) < end + 3:
                    if len(self.buffer) > MOST:
                        self.buffer.clear()
                    break
                payload, sum_text = bytes(self.buffer[1:end]), bytes(self.buffer[end + 1 : end + 3])
                del self.buffer[: end + 3]
                good = sum_text.lower() == b"%02x" % (sum(payload) & 0xFF)
                found.append(("packet" if good else "bad", payload))
                continue
            del self.buffer[0]
            kind = {0x03: "interrupt", 0x2B: "ack", 0x2D: "nak"}.get(first)
            if kind is not None:
                found.append((kind, b""))
        return found


class Channel:
    """One connection. A thread of its own reads, so that an interrupt is seen while the guest runs."""

    def __init__(self, read_fd: int, write_fd: int, on_interrupt: Callable[[], None]) -> None:
        self.read_fd = read_fd
        self.write_fd = write_fd
        self.on_interrupt = on_interrupt
        self.acknowledging = True
        self.last = b""
        self.closed = False
        self.resuming = False  # a packet that makes the guest run has come, and isn't answered
        self.packets: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self.reader = threading.Thread(target=self._read, name="gdb", daemon=True)
        self.reader.start()

    def send(self, payload: bytes) -> None:
        """Send a packet; nothing once the other side has gone."""
        self.last = frame(payload)
        self._write(self.last)

    def receive(self) -> bytes | None:
        """The next packet; None at the end."""
        return self.packets.get()

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self.write_fd, view) :]
        except OSError:
            self.closed = True

    def _read(self) -> None:
        parser = Parser()
        while True:
            try:
                data = os.read(self.read_fd, 1 << 16)
            except OSError:
                data = b""
            if not data:
                break
            for kind, payload in parser.feed(data):
                self._take(kind, payload)
        self.closed = True
        self.packets.put(None)
        self.on_interrupt()

    def _take(self, kind: str, payload: bytes) -> None:
        if kind == "packet":
            if self.acknowledging:
                self._write(b"+")
            self.resuming = self.resuming or payload.startswith(RESUMING)
            self.packets.put(payload)
        elif kind == "bad":
            if self.acknowledging:
                self._write(b"-")
        elif kind == "interrupt":
            self.on_interrupt()
        elif kind == "nak" and self.acknowledging:
            self._write(self.last)
