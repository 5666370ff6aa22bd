"""--strace: each system call with its decoded arguments and result, a line each."""

import os
from errno import EINTR
from time import monotonic

from blinkenlights.core.memory import GuestFault
from blinkenlights.linux import structures
from blinkenlights.linux.abi import s32, s64
from blinkenlights.linux.constants import ENUMS, ERRORS, FLAGS, ZERO_NAMES
from blinkenlights.linux.structures import quoted, signal_name
from blinkenlights.tables.syscalls import BY_NUMBER, STRUCTURES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from blinkenlights.core.memory import AddressSpace
    from blinkenlights.linux.task import Process, Task

COLUMN = 39  # where the result is shown
ERESTARTSYS = 512
AT_FDCWD = -100
MAKES_FILE = 0o20000100  # O_CREAT or O_TMPFILE
EXIT, EXIT_GROUP = 60, 231
CLONE_NUMBERS = frozenset((56, 57, 58, 435))
# What an argument of the kind `any` is, by call and command: a number's kind, or a structure that
# is read (<) or written (>).
DEPENDENT: dict[str, dict[int, str]] = {
    "fcntl": {
        0: "fd", 2: "fdflag:", 4: "open:", 5: ">flock", 6: "<flock", 7: "<flock",
        36: ">flock", 37: "<flock", 38: "<flock", 1030: "fd", 1031: "int", 1033: "seal:",
    },
    "futex": {0: "<timespec", 6: "<timespec", 9: "<timespec", 11: "<timespec", 13: "<timespec"},
    "ioctl": {
        0x5401: ">termios", 0x5402: "<termios", 0x5403: "<termios", 0x5404: "<termios", 0x540B: "int",
        0x540F: ">int", 0x5410: "<int", 0x5413: ">winsize", 0x5414: "<winsize", 0x541B: ">int",
        0x5421: "<int", 0x5452: "<int", 0x80045430: ">uint", 0x40045431: "<int",
    },
    "keyctl": {1: "str", **dict.fromkeys((0, *range(2, 32)), "int")},
    "semctl": {1: "<semid_ds", 2: ">semid_ds", 16: "int"},
    "seccomp": {1: "<sock_fprog", 2: "<uint"},
    "prctl": {
        1: "signal", 2: ">int", 4: "int", 8: "int", 14: "int", 15: "str", 19: ">int", 22: "int", 23: "int",
        24: "int", 25: ">int", 29: "int", 36: "int", 37: ">int", 38: "int",
    },
}  # fmt: skip
SIZES = STRUCTURES | {"semid_ds": 104, "sock_fprog": 16, "flock": 32, "termios": 36, "winsize": 8}

# Calls that write to the buffers their vector names; the others read them.
FILL_VECTORS = frozenset(("readv", "preadv", "preadv2", "recvmsg", "recvmmsg", "process_vm_readv"))

_fd = -1
_first_pid = 0
_several = False  # processes or threads: then each line says whose it is


def traced(
    task: "Task",
    number: int,
    arguments: "Sequence[int]",
    function: "Callable[..., int]",
    invoke: "Callable[[Task, Callable[..., int], Sequence[int]], int]",
) -> int:
    """Make a system call and write its line."""
    global _several
    row = BY_NUMBER.get(number & 0xFFFF_FFFF)
    if row is None:
        name, kinds, result_kind = f"syscall_{number:#x}", [], "hex"
    else:
        name, kinds, result_kind = row[1], row[2].split(), row[3]
    if "open:" in kinds and kinds[-1] == "mode" and not arguments[len(kinds) - 2] & MAKES_FILE:
        kinds = kinds[:-1]
    call = Call(task, name, kinds, arguments)
    before = [call.before(i) for i in range(len(kinds))]
    json = task.process.options.strace_json
    if not _first_pid:
        begin(task)
    if number in (EXIT, EXIT_GROUP):
        ends = number == EXIT_GROUP or len(task.process.tasks) == 1
        if json:
            _record(task, call=name, number=number, arguments=before, raw=list(arguments))
            if ends:
                _record(task, event="exit", status=arguments[0] & 0xFF)
        else:
            _write(task, f"{name}({', '.join(map(str, before))})", "?")
            if ends:
                _line(task, f"+++ exited with {arguments[0] & 0xFF} +++\n")
    started = monotonic()
    result = invoke(task, function, arguments)
    if number in (EXIT, EXIT_GROUP):
        return result
    call.result = result
    shown = [call.after(i) if text is None else text for i, text in enumerate(before)]
    if number in CLONE_NUMBERS and result > 0:
        _several = True
    if task.process.options.strace_json:
        _record(task, call=name, number=number, arguments=shown, raw=list(arguments), result=result,
                **({"error": ERRORS.get(-result, str(-result))} if -4096 < result < 0 else {}),
                seconds=round(monotonic() - started, 6))  # fmt: skip
    else:
        _write(task, f"{name}({', '.join(shown)})", shown_result(result, result_kind))
    return result


def begin(task: "Task") -> None:
    """Say what program it is."""
    process = task.process
    if process.options.strace_json:
        words = [argument.decode("utf-8", "surrogateescape") for argument in process.argv]
        _record(task, event="start", program=os.fsdecode(process.exe), arguments=words)
    else:
        _write(task, _program(process), "0")


def _program(process: "Process") -> str:
    """The execve that began it all."""
    arguments = ", ".join(quoted(argument) for argument in process.argv)
    count = len(process.environ)
    variables = f"{process.env_start:#x} /* {count} var{'s' if count != 1 else ''} */"
    return f"execve({quoted(process.exe, 4096)}, [{arguments}], {variables})"


def signalled(task: "Task", signo: int, info: bytes) -> None:
    """Write the line of a signal that is about to be delivered."""
    text = structures.siginfo_text(info) if info else f"{{si_signo={signal_name(signo)}}}"
    if task.process.options.strace_json:
        _record(task, event="signal", signal=signal_name(signo), info=text)
        return
    _line(task, f"--- {signal_name(signo)} {text} ---\n")


def killed(task: "Task", signo: int) -> None:
    """Write the line of a signal that ends the process."""
    if task.process.options.strace_json:
        _record(task, event="killed", signal=signal_name(signo))
        return
    _line(task, f"+++ killed by {signal_name(signo)} +++\n")


def shown_result(result: int, kind: str) -> str:
    if result == -ERESTARTSYS:
        return "? ERESTARTSYS (To be restarted)"
    if -4096 < result < 0:
        error = ERRORS.get(-result, f"E{-result}")
        return f"-1 {error} ({os.strerror(-result)})"
    if kind in ("addr", "hex"):
        return hex(result & 0xFFFF_FFFF_FFFF_FFFF)
    if kind == "mode":
        return octal(result)
    return str(result)


class Call:
    """A call's arguments and how each is shown, before it is made or after."""

    def __init__(
        self, task: "Task", name: str, kinds: "Sequence[str]", arguments: "Sequence[int]"
    ) -> None:
        self.name = name
        self.space: AddressSpace = task.space
        self.kinds = kinds
        self.arguments = arguments
        self.result = 0

    def before(self, i: int) -> str | None:
        """An argument that is known before the call; None for what the call writes."""
        kind, value = self.kinds[i], self.arguments[i]
        try:
            if kind in ("path", "str"):
                return string(self.space, value)
            if kind.endswith(":"):
                return self.named(i, kind[:-1], value)
            if kind == "any":
                return None if self.dependent(i)[:1] == ">" else self.show_dependent(i)
            if kind[0] == "&":
                return None if self.name in FILL_VECTORS else self.nested(i)
            if kind[0] == ">" or kind == "=int":
                return None
            if kind[0] in "<=":
                return self.pointed(i, self.count(i, False))
            return number(kind, value)
        except (GuestFault, OSError):
            return hex(value)

    def after(self, i: int) -> str:
        """An argument that the call wrote."""
        value = self.arguments[i]
        if -4096 < self.result < 0:
            return "NULL" if not value else hex(value)
        try:
            if self.kinds[i][0] == "&":
                return self.nested(i)
            if self.kinds[i] == "any":
                return self.show_dependent(i)
            return self.pointed(i, self.count(i, True))
        except (GuestFault, OSError):
            return hex(value)

    # -- arguments that depend on others --

    def dependent(self, i: int) -> str:
        """What an argument is, by the command before it; "" for a plain number."""
        place = {"futex": 1, "seccomp": 0}.get(self.name, i - 1)
        command = self.arguments[place] & (0x7F if self.name == "futex" else 0xFFFF_FFFF)
        return DEPENDENT.get(self.name, {}).get(command, "")

    def show_dependent(self, i: int) -> str:
        kind, value = self.dependent(i), self.arguments[i]
        if not kind:
            return number("hex", value)
        if kind == "str":
            return string(self.space, value)
        if kind.endswith(":"):
            return open_flags(value) if kind == "open:" else flags(kind[:-1], value)
        if kind in ("int", "fd", "signal"):
            return number(kind, value)
        if not value:
            return "NULL"
        return structures.FORMATS[kind[1:]](self.space.read(value, SIZES[kind[1:]]))

    # -- pointers --

    def count(self, i: int, after: bool) -> int:
        """How many elements argument `i` points to."""
        word = self.kinds[i]
        if "@" in word:
            place = int(word.partition("@")[2])
            return self.space.u32(self.arguments[place]) if self.arguments[place] else 0
        if "*" not in word:
            return 1
        number = self.arguments[int(word.partition("*")[2])] & 0xFFFF_FFFF_FFFF_FFFF
        if word[1:].startswith(("epoll_event", "io_event")) or (after and word in (">b*2", ">b*1")):
            number = min(number, self.result)  # the result says how many were written
        elif after and word in (">b*3", ">gid*0"):
            number = min(number, self.result)
        return number

    def pointed(self, i: int, count: int) -> str:
        """The data that argument `i` points to."""
        address = self.arguments[i]
        if not address:
            return "NULL"
        kind = self.kinds[i][1:].partition("*")[0].partition("@")[0]
        if kind in ("b", "msgbuf"):
            return string(self.space, address, count)
        if kind == "sockaddr":
            return structures.sockaddr(self.space.read(address, min(count, 128)))
        if kind == "fd_set":
            return structures.fd_set(self.space, address, self.arguments[0])
        show = structures.FORMATS.get(kind)
        if show is None:
            return hex(address)
        size = STRUCTURES[kind]
        if "*" not in self.kinds[i] or size == 1:
            return show(self.space.read(address, size if size > 1 else count))
        shown = [show(self.space.read(address + size * n, size)) for n in range(min(count, 32))]
        return f"[{', '.join(shown)}{', ...' if count > 32 else ''}]"

    def nested(self, i: int) -> str:
        """A structure that holds pointers itself."""
        kind, _, place = self.kinds[i][1:].partition("*")
        address = self.arguments[i]
        if not address:
            return "NULL"
        if kind == "iovec":
            number = s32(self.arguments[int(place)])
            most = self.result if self.result > 0 else 1 << 40
            return structures.iovec(self.space, address, number, most)
        if kind == "msghdr":
            return structures.message(self.space, address, self.result)
        if kind == "mmsghdr":
            number = max(self.result, 0) if self.name == "recvmmsg" else s32(self.arguments[int(place)])
            return structures.messages(self.space, address, number, self.name == "recvmmsg")
        if kind == "waiters":  # futex_requeue has two
            return structures.futex_waiters(self.space, address, s32(self.arguments[1]) if place else 2)
        if kind == "addresses":
            return structures.addresses(self.space, address, s64(self.arguments[int(place)]))
        if kind == "iocbs":
            return structures.control_blocks(self.space, address, s32(self.arguments[int(place)]))
        if kind == "sigmask":
            return structures.signal_mask_argument(self.space, address)
        if kind == "xattr_args":
            return structures.attribute(self.space, address)
        if kind == "argv":
            return structures.string_list(self.space, address)
        if kind == "envp":
            return structures.environment(self.space, address)
        return hex(address)

    # -- names --

    def named(self, i: int, name: str, value: int) -> str:
        if name == "map":
            return f"{lookup('maptype', value & 0xF)}{plus(flags('map', value & ~0xF, ''))}"
        if name == "open":
            return open_flags(value)
        if name == "socktype":
            if self.kinds[0] == "fd":
                return flags("sockflags", value, "0")
            return lookup("sockettype", value & 0xF) + plus(flags("sockflags", value & ~0xF, ""))
        if name == "sockopt":
            level = s32(self.arguments[i - 1])
            return lookup({1: "so", 6: "tcp"}.get(level, ""), value)
        if name == "futex":
            extra = "|FUTEX_PRIVATE" * bool(value & 128) + "|FUTEX_CLOCK_REALTIME" * bool(value & 256)
            return (lookup("futex", value & 127) + extra).replace("|FUTEX_PRIVATE", "_PRIVATE")
        if name == "clone" and self.kinds[0] == "clone:":
            signo = value & 0xFF
            shown = flags("clone", value & ~0xFF, "")
            return "|".join(filter(None, (shown, signal_name(signo) if signo else ""))) or "0"
        if name == "quotactl":  # QCMD(command, type)
            shown = lookup("quotactl", (value & 0xFFFF_FFFF) >> 8)
            return f"QCMD({shown}, {lookup('quotatype', value & 0xFF)})"
        if name == "ioclass":
            return f"IOPRIO_PRIO_VALUE({lookup('ioclass', (value & 0xFFFF) >> 13)}, {value & 0x1FFF})"
        if name in FLAGS:
            return flags(name, value, ZERO_NAMES.get(name, "0"))
        return lookup(name, value)


def string(space: "AddressSpace", address: int, length: int | None = None) -> str:
    if not address:
        return "NULL"
    if length is None:
        return quoted(space.read_cstring(address), 4096)
    return quoted(space.read(address, min(length, structures.SHOWN + 1)), structures.SHOWN)


def number(kind: str, value: int) -> str:
    if kind in ("int", "fd", "pid"):
        return str(s32(value))
    if kind == "dirfd":
        return "AT_FDCWD" if s32(value) == AT_FDCWD else str(s32(value))
    if kind == "uint":
        return str(value & 0xFFFF_FFFF)
    if kind == "uid":
        return str(s32(value)) if s32(value) == -1 else str(value & 0xFFFF_FFFF)
    if kind in ("long", "off"):
        return str(s64(value))
    if kind == "mode":
        return octal(value & 0xFFFF_FFFF)
    if kind == "signal":
        return signal_name(s32(value))
    if kind == "clock":
        return lookup("clock", value)
    if kind in ("addr", "hex"):
        return hex(value) if value else ("NULL" if kind == "addr" else "0")
    return str(value)


def octal(value: int) -> str:
    return f"0{value:o}" if value else "0"


def lookup(name: str, value: int) -> str:
    names = ENUMS.get(name, {})
    return names.get(s32(value)) or names.get(value & 0xFFFF_FFFF) or hex(value & 0xFFFF_FFFF)


def flags(name: str, value: int, zero: str = "0") -> str:
    return structures.flag_names(FLAGS[name], value & 0xFFFF_FFFF, zero)


def plus(text: str) -> str:
    return f"|{text}" if text else ""


def open_flags(value: int) -> str:
    access = ("O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE")[value & 3]
    rest = value & 0xFFFF_FFFC
    names = []
    for bits, name in sorted(FLAGS["open"].items(), key=lambda item: -item[0].bit_count()):
        if rest & bits == bits:
            names.append((bits, name))
            rest &= ~bits
    names.sort()
    if rest:
        names.append((0, hex(rest)))
    return "|".join((access, *(name for _, name in names)))


# -- output --


def _write(task: "Task", call: str, result: str) -> None:
    _line(task, f"{call:<{COLUMN}} = {result}\n")


def _record(task: "Task", **values: object) -> None:
    """A line of JSON."""
    from json import dumps

    _emit(task, dumps({"pid": task.process.pid, "tid": task.tid, **values}) + "\n")


def _line(task: "Task", text: str) -> None:
    global _first_pid
    process = task.process
    if not _first_pid:
        _first_pid = process.pid
    if _several or process.pid != _first_pid or len(process.tasks) > 1:
        text = f"[pid {task.tid:5}] {text}"
    _emit(task, text)


def _emit(task: "Task", text: str) -> None:
    global _fd, _first_pid
    process = task.process
    if not _first_pid:
        _first_pid = process.pid
    if _fd < 0:
        _fd = _open(process)
        process.private_fds.add(_fd)
    data = text.encode("utf-8", "surrogateescape")
    try:
        os.write(_fd, data)
    except OSError as error:
        if error.errno == EINTR:
            os.write(_fd, data)


def _open(process: "Process") -> int:
    """Standard error as it is now, whatever the guest does with it later; or a file, or the log."""
    from blinkenlights.linux import log

    path = process.options.strace_path or process.options.log_path
    if path and path not in (b"-", b"/dev/stderr"):
        return log.raise_fd(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644))
    return log.raise_fd(os.dup(2))
