"""`blink --gdb WHERE PROG`: wait for a gdb, and let it debug the program."""

import os
import signal
import socket
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from blinkenlights.debugger.gdb.server import Server
from blinkenlights.linux.task import Options
from blinkenlights.machine import Machine, Stop

LOCAL = ("127.0.0.1", "localhost", "")
HIGHEST_PORT = 65535
KILLED = 128 + signal.SIGKILL


class BadPlace(ValueError):
    """There can be no listening; `status` is blink's exit status."""

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text)
        self.status = status


def place_of(text: str) -> str | int:
    """`-`, a socket's path, or a port number: from PORT, :PORT or localhost:PORT."""
    if text == "-" or "/" in text:
        return text
    host, _, port = text.rpartition(":")
    if host not in LOCAL or not (port.isascii() and port.isdigit()) or int(port) > HIGHEST_PORT:
        raise BadPlace("--gdb needs a port of this host, the path of a socket (with a slash), or -", 64)
    return int(port)


def serve(
    where: str,
    path: bytes,
    argv: Sequence[bytes],
    environ: Sequence[bytes],
    options: Options,
    record: bool = True,
) -> int:
    """Serve one gdb; the exit status for the shell.

    Raises BadPlace, and what `Machine.load` raises.
    """
    place = place_of(where)
    try:
        listener = listen_at(place)
    except OSError as problem:
        reason = os.strerror(problem.errno) if problem.errno else str(problem)
        raise BadPlace(f"can't listen at {where}: {reason}", 1) from None
    try:
        files = prepare_files(place)
        words = list(argv)

        def load(given: Sequence[bytes]) -> Machine:
            name, *arguments = given
            program = name or path
            whole = [name or words[0], *arguments] if name or arguments else words
            stdin, stdout, stderr = files
            return Machine.load(program, whole, environ, record=record, options=options, stdin=stdin,
                                stdout=stdout, stderr=stderr)  # fmt: skip

        with load([b""]) as machine:
            connection = accept(listener, place)
            server = Server(machine, *connection, load)
            return finish(server, server.serve())
    finally:
        if listener is not None:
            listener.close()
            if isinstance(place, str):
                Path(place).unlink(missing_ok=True)


def listen_at(place: str | int) -> socket.socket | None:
    """Listen; None for standard input and output."""
    if place == "-":
        return None
    if isinstance(place, int):
        listener = socket.create_server(("127.0.0.1", place), backlog=1)
        say(f"waiting for gdb: target remote 127.0.0.1:{listener.getsockname()[1]}")
        return listener
    listener = socket.socket(socket.AF_UNIX)
    with suppress(FileNotFoundError):
        if stat.S_ISSOCK(os.stat(place).st_mode):  # noqa: PTH116 - strings
            Path(place).unlink()
    listener.bind(place)
    listener.listen(1)
    say(f"waiting for gdb: target remote {place}")
    return listener


def accept(listener: socket.socket | None, place: str | int) -> tuple[int, int]:
    """Descriptors to read from and to write to."""
    if listener is None:
        return 0, 1
    connection, _ = listener.accept()
    if isinstance(place, int):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    fd = connection.detach()
    return fd, fd


def prepare_files(place: str | int) -> tuple[int, int, int]:
    """The program's standard files: where gdb has ours, nothing to read, and standard error for output."""
    if place != "-":
        return 0, 1, 2
    return os.open(os.devnull, os.O_RDONLY), 2, 2


def finish(server: Server, how: str) -> int:
    """What comes after gdb: nothing, or the rest of the program."""
    machine = server.machine
    if how == "detached":
        server.forget_points()
        server.catcher.end()
        machine.reactive = False
        while machine.exited is None:
            reason = machine.run()
            if reason.kind in (Stop.EXIT, Stop.SIGNAL):
                break
    exited = machine.exited
    if exited is None:
        return KILLED
    return exited if exited >= 0 else 128 - exited


def say(text: str) -> None:
    os.write(2, f"blink: {text}\n".encode())
