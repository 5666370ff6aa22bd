"""Finds and ends processes that outlive the tests that have started them."""

import os
import signal
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.runner import MARK

PATIENCE = 10.0  # seconds in which a process may end by itself


def with_variable(name: str, value: str) -> dict[int, str]:
    """Processes that were started with NAME=value in their environment, except us and our ancestors."""
    wanted = f"{name}={value}".encode()
    ours = ancestors()
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal() or int(entry.name) in ours:
            continue
        with suppress(OSError):  # it has ended, or isn't ours to look at
            if wanted in entry.joinpath("environ").read_bytes().split(b"\0"):
                words = entry.joinpath("cmdline").read_bytes().split(b"\0")
                found[int(entry.name)] = b" ".join(words).decode(errors="replace")
    return found


def ancestors() -> set[int]:
    found, pid = set(), os.getpid()
    while pid > 0:
        found.add(pid)
        status = Path(f"/proc/{pid}/stat").read_text(errors="replace")
        pid = int(status[status.rindex(")") + 1:].split()[1])
    return found


def end_all(name: str, value: str, patience: float = PATIENCE) -> list[str]:
    """Kill those that don't end by themselves within some seconds; returns their command lines."""
    end = time.monotonic() + patience
    while with_variable(name, value) and time.monotonic() < end:
        time.sleep(0.1)
    left = []
    for pid, command in with_variable(name, value).items():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            left.append(f"{pid} {command}")
    return left


@contextmanager
def none_remain() -> Iterator[None]:
    """Around a command of ours: what it has started ends with it, also where SIGTERM or SIGHUP ends it."""
    mark = os.environ.setdefault(MARK, uuid.uuid4().hex[:12])

    def leave(signo: int, frame: object) -> None:
        end_all(MARK, mark, 0)  # now, as threads may wait for them
        sys.exit(128 + signo)

    before = {signo: signal.signal(signo, leave) for signo in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        end_all(MARK, mark)
        for signo, action in before.items():
            signal.signal(signo, action)
