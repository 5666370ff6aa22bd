"""What gdb reads of a program besides registers and memory: objects (qXfer) and files (vFile).

GDB manual, E.4 "General Query Packets" (qXfer) and E.8 "Host I/O Packets".
"""

import os
from collections.abc import Callable
from html import escape as in_xml
from struct import Struct

from blinkenlights.debugger.gdb.channel import escape
from blinkenlights.debugger.gdb.registers import target_description
from blinkenlights.debugger.gdb.running import Runner, pid_of, siginfo, world_of
from blinkenlights.machine import Machine

STAT = Struct(">IIIIIIIQQQIII")  # dev, ino, mode, nlink, uid, gid, rdev, size, blksize, blocks, times
ERRNO = {1: 1, 2: 2, 4: 4, 9: 9, 13: 13, 14: 14, 16: 16, 17: 17, 19: 19, 20: 20, 21: 21, 22: 22, 23: 23,
         24: 24, 27: 27, 28: 28, 29: 29, 30: 30, 36: 91}  # fmt: skip
UNKNOWN_ERRNO = 9999
READ_ONLY = 0
MOST_READ = 1 << 16


def exec_file(machine: Machine) -> bytes:
    process = world_of(machine)
    return b"" if process is None else bytes(process.exe)


def auxv(machine: Machine) -> bytes:
    process = world_of(machine)
    return b"" if process is None else bytes(process.auxv)


def memory_map(machine: Machine) -> bytes:
    """All is memory that can be written: a program's mappings change while gdb doesn't ask."""
    return (b'<?xml version="1.0"?><!DOCTYPE memory-map PUBLIC "+//IDN gnu.org//DTD GDB Memory Map V1.0//EN" '
            b'"http://sourceware.org/gdb/gdb-memory-map.dtd"><memory-map>'
            b'<memory type="ram" start="0x0" length="0xffffffffffffffff"/></memory-map>')  # fmt: skip


def threads(machine: Machine) -> bytes:
    pid = pid_of(machine)
    rows = "".join(
        f'<thread id="p{pid:x}.{t.tid:x}" name="{in_xml(t.name)}">'
        f"{'in a system call' if t.waiting else ''}</thread>"
        for t in machine.threads
    )
    return f'<?xml version="1.0"?><threads>{rows}</threads>'.encode()


OBJECTS: dict[str, Callable[[Machine], bytes]] = {
    "features": lambda machine: target_description(),
    "exec-file": exec_file,
    "auxv": auxv,
    "memory-map": memory_map,
    "threads": threads,
}


def transfer(runner: Runner, argument: bytes) -> bytes:
    """Answer qXfer:OBJECT:read:ANNEX:OFFSET,LENGTH. Raises ValueError for what isn't one."""
    name, operation, annex, where = argument.decode("ascii").split(":", 3)
    offset_text, _, length_text = where.partition(",")
    offset, length = int(offset_text, 16), int(length_text, 16)
    if operation != "read":
        return b""
    if name == "features" and annex != "target.xml":
        return b"E00"
    if name == "siginfo":
        data = siginfo(runner.last, runner.machine)
    elif name in OBJECTS:
        data = OBJECTS[name](runner.machine)
    else:
        return b""
    piece = data[offset : offset + length]
    return (b"m" if offset + length < len(data) else b"l") + escape(piece)


class Files:
    """Files that gdb has opened, for reading only."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        self.open_files: dict[int, int] = {}
        self.texts: dict[int, bytes] = {}
        self.next = 3

    def close_all(self) -> None:
        for fd in self.open_files.values():
            os.close(fd)
        self.open_files.clear()

    def answer(self, argument: bytes) -> bytes:
        """Answer vFile:OPERATION:PARAMETERS; empty for an operation that isn't known."""
        name, _, rest = argument.partition(b":")
        operation = OPERATIONS.get(name.decode("ascii", "replace"))
        if operation is None:
            return b""
        try:
            return operation(self, rest.split(b","))
        except OSError as problem:
            return b"F-1,%x" % ERRNO.get(problem.errno or 0, UNKNOWN_ERRNO)

    def setfs(self, words: list[bytes]) -> bytes:
        return b"F0"

    def open(self, words: list[bytes]) -> bytes:
        path = bytes.fromhex(words[0].decode("ascii"))
        if int(words[1], 16) & 3 != READ_ONLY:
            raise OSError(30, "read only")
        number, self.next = self.next, self.next + 1
        text = self.own_text(path)
        if text is not None:
            self.texts[number] = text
        else:
            self.open_files[number] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        return b"F%x" % number

    def own_text(self, path: bytes) -> bytes | None:
        """The guest's file below /proc, where the host's says something else; else None."""
        process = world_of(self.runner.machine)
        if process is None or process.leader is None:
            return None
        from blinkenlights.linux import procfs

        entry = procfs.find(process.leader, -1, path)
        if entry is None or entry.pid or entry.name == b"exe":
            return None
        if entry.name in procfs.REFUSED:
            raise OSError(13, "speaks of the host's addresses")
        return procfs.CONTENTS[entry.name](process.leader, entry)

    def own_link(self, path: bytes) -> bytes | None:
        """Where a link below the guest's /proc/PID leads to; else None."""
        process = world_of(self.runner.machine)
        if process is None or process.leader is None:
            return None
        if path == b"/proc/%d/exe" % process.pid:
            from blinkenlights.linux.procfs import current_exe

            return bytes(current_exe(process))
        if path == b"/proc/%d/cwd" % process.pid:
            return os.readlink(b"/proc/self/task/%d/cwd" % process.leader.servant.tid)  # noqa: PTH115 - bytes
        return None

    def close(self, words: list[bytes]) -> bytes:
        number = int(words[0], 16)
        if self.texts.pop(number, None) is None:
            os.close(self.known(number))
            del self.open_files[number]
        return b"F0"

    def known(self, number: int) -> int:
        if number not in self.open_files:
            raise OSError(9, "bad descriptor")
        return self.open_files[number]

    def pread(self, words: list[bytes]) -> bytes:
        number, count, offset = (int(word, 16) for word in words)
        count = min(count, MOST_READ)
        if number in self.texts:
            data = self.texts[number][offset : offset + count]
        else:
            data = os.pread(self.known(number), count, offset)
        return b"F%x;" % len(data) + escape(data)

    def fstat(self, words: list[bytes]) -> bytes:
        number = int(words[0], 16)
        if number in self.texts:
            values = (0, 0, 0o100444, 1, 0, 0, 0, len(self.texts[number]), 4096, 0, 0, 0, 0)
        else:
            s = os.fstat(self.known(number))
            values = (s.st_dev, s.st_ino, s.st_mode, s.st_nlink, s.st_uid, s.st_gid, s.st_rdev,
                      s.st_size, s.st_blksize, s.st_blocks, int(s.st_atime), int(s.st_mtime),
                      int(s.st_ctime))  # fmt: skip
        low = [value & 0xFFFFFFFF if place not in (7, 8, 9) else value for place, value in enumerate(values)]
        data = STAT.pack(*low)
        return b"F%x;" % len(data) + escape(data)

    def readlink(self, words: list[bytes]) -> bytes:
        path = bytes.fromhex(words[0].decode("ascii"))
        target = self.own_link(path) or os.readlink(path)  # noqa: PTH115 - bytes
        return b"F%x;" % len(target) + escape(target)

    def refuse(self, words: list[bytes]) -> bytes:
        raise OSError(30, "read only")


OPERATIONS: dict[str, Callable[[Files, list[bytes]], bytes]] = {
    "setfs": Files.setfs,
    "open": Files.open,
    "close": Files.close,
    "pread": Files.pread,
    "fstat": Files.fstat,
    "readlink": Files.readlink,
    "pwrite": Files.refuse,
    "unlink": Files.refuse,
}
