"""The log file: made when the first line is written."""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from blinkenlights.linux.task import Process

O_CLOEXEC = os.O_CLOEXEC
LOWEST_PRIVATE_FD = 1000
HIGH = 48  # the engine closes descriptors below this without asking
CALLS_ON_DESCRIPTORS = (3, 16, 33, 72, 292)  # close, ioctl, dup2, fcntl, dup3

_fd = -1


def path_of(process: "Process") -> bytes:
    """Where the log goes: -L, else BLINK_LOG_FILENAME, else a file in the temporary directory."""
    environ = os.environb
    return (
        process.options.log_path
        or environ.get(b"BLINK_LOG_FILENAME", b"")
        or (environ.get(b"TMPDIR") or b"/tmp").rstrip(b"/") + b"/blink.log"
    )


def write(process: "Process", text: str) -> None:
    """Append a line, opening the log at the first one; an unwritable log is no reason to stop."""
    global _fd
    data = f"[{process.pid}] {text}\n".encode("utf-8", "surrogateescape")
    try:
        if _fd < 0:
            _fd = _open(path_of(process))
            process.private_fds.add(_fd)
        os.write(_fd, data)
    except OSError:
        pass


def raise_fd(fd: int) -> int:
    """Move a descriptor of ours above those a guest uses."""
    import fcntl
    import resource

    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    lowest = max(3, min(LOWEST_PRIVATE_FD, soft - 16)) if soft > 0 else LOWEST_PRIVATE_FD
    try:
        high = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, lowest)
        os.close(fd)
    except OSError:
        high = fd
    if high < HIGH:
        from blinkenlights.core.engine import not_direct

        for number in CALLS_ON_DESCRIPTORS:  # from now on Python must look at these
            not_direct(number)
    return high


def _open(path: bytes) -> int:
    if path in (b"-", b"/dev/stderr"):
        return raise_fd(os.dup(2))
    return raise_fd(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | O_CLOEXEC, 0o644))
