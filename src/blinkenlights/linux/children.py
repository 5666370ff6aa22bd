"""SIGCHLD for an embedded guest: its children are this Python process's, whose SIGCHLD is not the guest's."""

import os
import select
import threading

from blinkenlights.linux.signal import SIGCHLD
from blinkenlights.tables.syscall_numbers import NUMBERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container

FORKS = frozenset(NUMBERS[name] for name in ("fork", "vfork", "clone", "clone3"))
WAIT4 = NUMBERS["wait4"]


class Children:
    """Processes that the guest has forked, each watched by a thread until it ends."""

    def __init__(self, post: "Callable[[int], None]") -> None:
        self.post = post  # tell the guest of SIGCHLD
        self.living: set[int] = set()
        self.lock = threading.Lock()

    def after_call(self, number: int, result: int, threads: "Container[int]") -> None:
        """A system call has ended: a fork may have given a child, or a wait told of its end."""
        if result <= 0:
            return
        if number in FORKS and result not in threads:
            self.watch(result)
        elif number == WAIT4:
            self.ended(result)

    def watch(self, pid: int) -> None:
        with self.lock:
            self.living.add(pid)
        threading.Thread(target=self.wait, args=(pid,), daemon=True).start()

    def wait(self, pid: int) -> None:
        try:
            fd = os.pidfd_open(pid)
        except OSError:  # gone already, and waited for
            self.ended(pid)
            return
        try:
            poll = select.poll()
            poll.register(fd, select.POLLIN)
            poll.poll()
        finally:
            os.close(fd)
        self.ended(pid)

    def ended(self, pid: int) -> None:
        """Once for each child."""
        with self.lock:
            known = pid in self.living
            self.living.discard(pid)
        if known:
            self.post(SIGCHLD)
