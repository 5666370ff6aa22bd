"""Structures as text, for tracing."""

import os
from struct import unpack_from
from typing import NamedTuple

from blinkenlights.linux.constants import ENUMS, FLAGS, SIGNALS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from blinkenlights.core.memory import AddressSpace

SHOWN = 32  # bytes of a string
FEW = 32  # elements of a list
INFINITY = (1 << 64) - 1
SIGRTMIN = 32

ESCAPES = {7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}


def quoted(data: bytes, most: int = SHOWN) -> str:
    """A string in C's notation, cut at `most` bytes."""
    shown = data[:most]
    text = []
    for i, byte in enumerate(shown):
        if byte in ESCAPES:
            text.append(ESCAPES[byte])
        elif 32 <= byte < 127:
            text.append(chr(byte))
        else:
            digit_follows = i + 1 < len(shown) and 48 <= shown[i + 1] < 56
            text.append(f"\\{byte:03o}" if digit_follows else f"\\{byte:o}")
    return f'"{"".join(text)}"{"..." if len(data) > most else ""}'


def signal_name(signo: int) -> str:
    if signo >= SIGRTMIN:
        return "SIGRTMIN" if signo == SIGRTMIN else f"SIGRT_{signo - SIGRTMIN}"
    return SIGNALS.get(signo, str(signo))


def flag_names(names: dict[int, str], value: int, zero: str = "0") -> str:
    if not value:
        return zero
    found = []
    for bits, name in names.items():
        if bits and value & bits == bits:
            found.append(name)
            value &= ~bits
    if value:
        found.append(hex(value))
    return "|".join(found)


# -- of plain data --


def timespec(data: bytes) -> str:
    seconds, nanoseconds = unpack_from("<qq", data)
    if nanoseconds in (0x3FFFFFFF, 0x3FFFFFFE):
        return "UTIME_NOW" if nanoseconds == 0x3FFFFFFF else "UTIME_OMIT"
    return f"{{tv_sec={seconds}, tv_nsec={nanoseconds}}}"


def timeval(data: bytes) -> str:
    seconds, microseconds = unpack_from("<qq", data)
    return f"{{tv_sec={seconds}, tv_usec={microseconds}}}"


def itimerval(data: bytes) -> str:
    return f"{{it_interval={timeval(data[:16])}, it_value={timeval(data[16:])}}}"


def itimerspec(data: bytes) -> str:
    return f"{{it_interval={timespec(data[:16])}, it_value={timespec(data[16:])}}}"


FILE_TYPES = {1: "IFIFO", 2: "IFCHR", 4: "IFDIR", 6: "IFBLK", 8: "IFREG", 10: "IFLNK", 12: "IFSOCK"}


def file_mode(mode: int) -> str:
    kind = FILE_TYPES.get(mode >> 12)
    rest = f"0{mode & 0o7777:o}" if mode & 0o7777 else "0"
    return f"S_{kind}|{rest}" if kind else rest


def stat(data: bytes) -> str:
    (mode,) = unpack_from("<I", data, 24)
    (device, size) = unpack_from("<Qq", data, 40)
    if mode >> 12 in (2, 6):
        rest = f"st_rdev=makedev({os.major(device):#x}, {os.minor(device):#x})"
    else:
        rest = f"st_size={size}"
    return f"{{st_mode={file_mode(mode)}, {rest}, ...}}"


def statx(data: bytes) -> str:
    (mode,) = unpack_from("<H", data, 28)
    (size,) = unpack_from("<Q", data, 40)
    return f"{{stx_mode={file_mode(mode)}, stx_size={size}, ...}}"


def statfs(data: bytes) -> str:
    kind, size, blocks, free = unpack_from("<qqQQ", data)
    return f"{{f_type={kind:#x}, f_bsize={size}, f_blocks={blocks}, f_bfree={free}, ...}}"


def pollfd(data: bytes) -> str:
    fd, events, revents = unpack_from("<ihh", data)
    text = f"fd={fd}, events={flag_names(FLAGS['poll'], events & 0xFFFF)}"
    if revents:
        text += f", revents={flag_names(FLAGS['poll'], revents & 0xFFFF)}"
    return f"{{{text}}}"


def epoll_event(data: bytes) -> str:
    events, value = unpack_from("<IQ", data)
    return f"{{events={flag_names(FLAGS['epoll'], events)}, data={value:#x}}}"


def rlimit(data: bytes) -> str:
    soft, hard = (limit_value(value) for value in unpack_from("<QQ", data))
    return f"{{rlim_cur={soft}, rlim_max={hard}}}"


def limit_value(value: int) -> str:
    if value == INFINITY:
        return "RLIM64_INFINITY"
    return f"{value >> 10}*1024" if value > 1024 and value % 1024 == 0 else str(value)


def utsname(data: bytes) -> str:
    names = [data[65 * i : 65 * i + 65].split(b"\0", 1)[0] for i in range(3)]
    return "{{sysname={}, nodename={}, release={}, ...}}".format(*(quoted(name, 65) for name in names))


def pair(data: bytes) -> str:
    first, second = unpack_from("<ii", data)
    return f"[{first}, {second}]"


def single(code: str) -> "Callable[[bytes], str]":
    return lambda data: f"[{unpack_from(code, data)[0]}]"


def plain(code: str) -> "Callable[[bytes], str]":
    return lambda data: str(unpack_from(code, data)[0])


def wait_status(value: int) -> str:
    if value & 0x7F == 0:
        return f"WIFEXITED(s) && WEXITSTATUS(s) == {value >> 8 & 0xFF}"
    if value & 0xFF == 0x7F:
        return f"WIFSTOPPED(s) && WSTOPSIG(s) == {signal_name(value >> 8 & 0xFF)}"
    if value == 0xFFFF:
        return "WIFCONTINUED(s)"
    core = " && WCOREDUMP(s)" if value & 0x80 else ""
    return f"WIFSIGNALED(s) && WTERMSIG(s) == {signal_name(value & 0x7F)}{core}"


def waited(data: bytes) -> str:
    return f"[{{{wait_status(unpack_from('<I', data)[0])}}}]"


def sigset_value(mask: int) -> str:
    names = [signal_name(n + 1).removeprefix("SIG") for n in range(64) if mask >> n & 1]
    if len(names) > FEW:
        missing = [signal_name(n + 1).removeprefix("SIG") for n in range(64) if not mask >> n & 1]
        return f"~[{' '.join(missing)}]"
    return f"[{' '.join(names)}]"


def sigset(data: bytes) -> str:
    return sigset_value(int.from_bytes(data[:8], "little"))


def sigaction(data: bytes) -> str:
    handler, flags, restorer, mask = unpack_from("<QQQQ", data)
    name = {0: "SIG_DFL", 1: "SIG_IGN"}.get(handler, hex(handler))
    text = f"sa_handler={name}, sa_mask={sigset_value(mask)}, sa_flags={flag_names(FLAGS['sa'], flags)}"
    if restorer:
        text += f", sa_restorer={restorer:#x}"
    return f"{{{text}}}"


SI_CODES = {0: "SI_USER", 0x80: "SI_KERNEL", -1: "SI_QUEUE", -2: "SI_TIMER", -6: "SI_TKILL"}
CLD_CODES = {1: "EXITED", 2: "KILLED", 3: "DUMPED", 4: "TRAPPED", 5: "STOPPED", 6: "CONTINUED"}


def siginfo_text(data: bytes) -> str:
    signo, _errno, code = unpack_from("<iii", data)
    text = f"si_signo={signal_name(signo)}, si_code="
    if signo == 17 and code in CLD_CODES:
        pid, uid, status = unpack_from("<iii", data, 16)
        return f"{{{text}CLD_{CLD_CODES[code]}, si_pid={pid}, si_uid={uid}, si_status={status}}}"
    text += SI_CODES.get(code, str(code))
    if code <= 0:
        pid, uid = unpack_from("<ii", data, 16)
        return f"{{{text}, si_pid={pid}, si_uid={uid}}}"
    if signo in (4, 5, 7, 8, 11):
        (address,) = unpack_from("<Q", data, 16)
        return f"{{{text}, si_addr={address:#x}}}"
    return f"{{{text}}}"


def stack(data: bytes) -> str:
    base, flags, size = unpack_from("<Qi4xQ", data)
    return f"{{ss_sp={base:#x}, ss_flags={flag_names(FLAGS['ss'], flags & 0xFFFFFFFF)}, ss_size={size}}}"


def rusage(data: bytes) -> str:
    return f"{{ru_utime={timeval(data[:16])}, ru_stime={timeval(data[16:32])}, ...}}"


def sysinfo(data: bytes) -> str:
    uptime = unpack_from("<q", data)[0]
    total, free = unpack_from("<QQ", data, 32)
    return f"{{uptime={uptime}, totalram={total}, freeram={free}, ...}}"


def clone_args(data: bytes) -> str:
    flags, _pidfd, _child, _parent, signo, stack_at, size = unpack_from("<7Q", data.ljust(56, b"\0"))
    shown = flag_names(FLAGS["clone"], flags)
    ending = signal_name(signo) if signo else "0"
    return f"{{flags={shown}, exit_signal={ending}, stack={stack_at:#x}, stack_size={size:#x}}}"


def sockaddr(data: bytes) -> str:
    if len(data) < 2:
        return "{}" if not data else quoted(data)
    (family,) = unpack_from("<H", data)
    name = ENUMS["af"].get(family, str(family))
    text = f"{{sa_family={name}"
    if family == 1:
        path = data[2:]
        if path[:1] == b"\0" and len(path) > 1:
            return f"{text}, sun_path=@{quoted(path[1:], 108)}}}"
        return f"{text}, sun_path={quoted(path.split(bytes(1), 1)[0], 108)}}}" if path else f"{text}}}"
    if family == 2 and len(data) >= 8:
        port = int.from_bytes(data[2:4], "big")
        host = ".".join(map(str, data[4:8]))
        return f'{text}, sin_port=htons({port}), sin_addr=inet_addr("{host}")}}'
    if family == 10 and len(data) >= 24:
        from socket import AF_INET6, inet_ntop

        port = int.from_bytes(data[2:4], "big")
        host = inet_ntop(AF_INET6, data[8:24])
        return f'{text}, sin6_port=htons({port}), sin6_addr="{host}"}}'
    if family == 16 and len(data) >= 12:
        pid, groups = unpack_from("<II", data, 4)
        return f"{text}, nl_pid={pid}, nl_groups={groups:#x}}}"
    return f"{text}, sa_data={quoted(data[2:])}}}"


def fields(code: str, names: str) -> "Callable[[bytes], str]":
    """A structure of numbers: how it is packed, and their names in order."""
    words = names.split()

    def show(data: bytes) -> str:
        values = unpack_from(code, data.ljust(256, bytes(1)))
        return "{" + ", ".join(f"{name}={value}" for name, value in zip(words, values, strict=True)) + "}"

    return show


def open_how(data: bytes) -> str:
    flags, mode, resolve = unpack_from("<QQQ", data.ljust(24, bytes(1)))
    names = flag_names(FLAGS["open"], flags, "O_RDONLY"), flag_names(FLAGS["resolve"], resolve)
    return f"{{flags={names[0]}, mode=0{mode:o}, resolve={names[1]}}}"


def flock(data: bytes) -> str:
    kind, whence, start, length, pid = unpack_from("<hh4xqqi", data)
    names = ENUMS["locktype"].get(kind, str(kind)), ENUMS["seek"].get(whence, str(whence))
    return f"{{l_type={names[0]}, l_whence={names[1]}, l_start={start}, l_len={length}, l_pid={pid}}}"


def sigevent(data: bytes) -> str:
    value, signo, notify = unpack_from("<Qii", data)
    how = {0: "SIGEV_SIGNAL", 1: "SIGEV_NONE", 2: "SIGEV_THREAD", 4: "SIGEV_THREAD_ID"}
    names = signal_name(signo), how.get(notify, str(notify))
    return f"{{sigev_value={value:#x}, sigev_signo={names[0]}, sigev_notify={names[1]}}}"


def termios(data: bytes) -> str:
    names = zip(("iflag", "oflag", "cflag", "lflag"), unpack_from("<4I", data), strict=True)
    return "{" + ", ".join(f"c_{name}={value:#x}" for name, value in names) + ", ...}"


def file_handle(data: bytes) -> str:
    size, kind = unpack_from("<Ii", data)
    return f"{{handle_bytes={size}, handle_type={kind}}}"


def iocb(data: bytes) -> str:
    value, opcode, fd, buffer, size, offset = unpack_from("<Q8xH2xIQQq", data)
    name = ENUMS["iocb"].get(opcode, str(opcode))
    where = f"aio_buf={buffer:#x}, aio_nbytes={size}, aio_offset={offset}"
    return f"{{aio_data={value:#x}, aio_lio_opcode={name}, aio_fildes={fd}, {where}}}"


def io_event(data: bytes) -> str:
    value, block, result, more = unpack_from("<QQqq", data)
    return f"{{data={value:#x}, obj={block:#x}, res={result}, res2={more}}}"


FORMATS: "dict[str, Callable[[bytes], str]]" = {
    "cachestat": fields("<5Q", "nr_cache nr_dirty nr_writeback nr_evicted nr_recently_evicted"),
    "cap_data": fields("<3I", "effective permitted inheritable"),
    "cap_header": fields("<Ii", "version pid"),
    "dqblk": fields("<3Q", "dqb_bhardlimit dqb_bsoftlimit dqb_curspace"),
    "file_handle": file_handle,
    "flock": flock,
    "io_event": io_event,
    "iocb": iocb,
    "mnt_id_req": fields("<I4xQQ", "size mnt_id param"),
    "mount_attr": fields("<4Q", "attr_set attr_clr propagation userns_fd"),
    "mq_attr": fields("<4q", "mq_flags mq_maxmsg mq_msgsize mq_curmsgs"),
    "msqid_ds": fields("<4xIII40x3Q", "uid gid cuid msg_cbytes msg_qnum msg_qbytes"),
    "open_how": open_how,
    "range": fields("<2Q", "off len"),
    "sched_attr": fields("<2IQiI3Q", "size sched_policy sched_flags sched_nice sched_priority "
                         "sched_runtime sched_deadline sched_period"),
    "sembuf": fields("<Hhh", "sem_num sem_op sem_flg"),
    "shmid_ds": fields("<4xIII32xQ", "uid gid cuid shm_segsz"),
    "sigevent": sigevent,
    "semid_ds": fields("<4xIII32xQ", "uid gid cuid sem_nsems"),
    "sock_fprog": fields("<H6xQ", "len filter"),
    "termios": termios,
    "timex": fields("<I4xqqq", "modes offset freq maxerror"),
    "timezone": fields("<ii", "tz_minuteswest tz_dsttime"),
    "tms": fields("<4q", "tms_utime tms_stime tms_cutime tms_cstime"),
    "ustat": fields("<i4xQ", "f_tfree f_tinode"),
    "utimbuf": fields("<2q", "actime modtime"),
    "winsize": fields("<4H", "ws_row ws_col ws_xpixel ws_ypixel"),
    "int": single("<i"),
    "uint": single("<I"),
    "long": single("<q"),
    "off": single("<q"),
    "gid": plain("<I"),
    "pair": pair,
    "status": waited,
    "stat": stat,
    "statfs": statfs,
    "statx": statx,
    "timespec": timespec,
    "timespec2": lambda data: f"[{timespec(data[:16])}, {timespec(data[16:])}]",
    "timeval": timeval,
    "timeval2": lambda data: f"[{timeval(data[:16])}, {timeval(data[16:])}]",
    "itimerval": itimerval,
    "itimerspec": itimerspec,
    "rusage": rusage,
    "rlimit": rlimit,
    "sysinfo": sysinfo,
    "utsname": utsname,
    "pollfd": pollfd,
    "epoll_event": epoll_event,
    "sigset": sigset,
    "sigaction": sigaction,
    "siginfo": siginfo_text,
    "stack": stack,
    "sched_param": single("<i"),
    "clone_args": clone_args,
}


# -- of data with pointers --


class Vector(NamedTuple):
    base: int
    length: int


def _vectors(space: "AddressSpace", address: int, count: int) -> list[Vector]:
    data = space.read(address, 16 * max(0, min(count, 1024)))
    return [Vector(*unpack_from("<QQ", data, i)) for i in range(0, len(data), 16)]


def iovec(space: "AddressSpace", address: int, count: int, most: int) -> str:
    """A vector of buffers, of which `most` bytes in all hold data."""
    shown = []
    for vector in _vectors(space, address, count)[:FEW]:
        filled = max(0, min(vector.length, most))
        most -= filled
        text = quoted(space.read(vector.base, min(filled, SHOWN + 1))) if filled else '""'
        shown.append(f"{{iov_base={text}, iov_len={vector.length}}}")
    return f"[{', '.join(shown)}]"


def message(space: "AddressSpace", address: int, result: int) -> str:
    """A struct msghdr."""
    name, length, _, vector, count, control, control_length, flags = unpack_from(
        "<QIIQQQQI", space.read(address, 56)
    )
    address_text = sockaddr(space.read(name, min(length, 128))) if name else "NULL"
    most = result if result > 0 else 1 << 40
    text = f"msg_name={address_text}, msg_namelen={length}, msg_iov={iovec(space, vector, count, most)}"
    text += f", msg_iovlen={count}"
    if control and control_length:
        text += f", msg_control={control:#x}"
    names = flag_names(FLAGS["msg"], flags)
    return f"{{{text}, msg_controllen={control_length}, msg_flags={names}}}"


def messages(space: "AddressSpace", address: int, count: int, filled: bool) -> str:
    """An array of struct mmsghdr; with `filled`, of as many bytes as each says."""
    shown = []
    for i in range(min(count, FEW)):
        length = space.u32(address + 64 * i + 56)
        text = message(space, address + 64 * i, length if filled else 0)
        shown.append(f"{{msg_hdr={text}, msg_len={length}}}")
    return f"[{', '.join(shown)}]"


def signal_mask_argument(space: "AddressSpace", address: int) -> str:
    """The last argument of pselect6: a pointer to a mask, and its size."""
    mask, size = unpack_from("<QQ", space.read(address, 16))
    text = sigset(space.read(mask, 8)) if mask and size == 8 else hex(mask)
    return f"{{sigmask={text}, sigsetsize={size}}}"


def futex_waiters(space: "AddressSpace", address: int, count: int) -> str:
    """An array of struct futex_waitv."""
    shown = []
    for i in range(max(0, min(count, FEW))):
        value, word, names = unpack_from("<QQI", space.read(address + 24 * i, 24))
        flags = flag_names(FLAGS["futex2"], names)
        shown.append(f"{{val={value:#x}, uaddr={word:#x}, flags={flags}}}")
    return f"[{', '.join(shown)}]"


def addresses(space: "AddressSpace", address: int, count: int) -> str:
    """An array of pointers that lead nowhere further."""
    return f"[{', '.join(hex(space.u64(address + 8 * i)) for i in range(max(0, min(count, FEW))))}]"


def control_blocks(space: "AddressSpace", address: int, count: int) -> str:
    """An array of pointers to struct iocb."""
    pointers = [space.u64(address + 8 * i) for i in range(max(0, min(count, FEW)))]
    return f"[{', '.join(iocb(space.read(pointer, 64)) for pointer in pointers)}]"


def attribute(space: "AddressSpace", address: int) -> str:
    """struct xattr_args."""
    value, size, flags = unpack_from("<QII", space.read(address, 16))
    return f"{{value={value:#x}, size={size}, flags={flag_names(FLAGS['xattr'], flags)}}}"


def _strings(space: "AddressSpace", address: int, most: int) -> list[int]:
    found: list[int] = []
    while len(found) < most and (pointer := space.u64(address + 8 * len(found))):
        found.append(pointer)
    return found


def string_list(space: "AddressSpace", address: int) -> str:
    """An argument vector."""
    pointers = _strings(space, address, FEW + 1)
    shown = [quoted(space.read_cstring(pointer)) for pointer in pointers[:FEW]]
    if len(pointers) > FEW:
        shown.append("...")
    return f"[{', '.join(shown)}]"


def environment(space: "AddressSpace", address: int) -> str:
    count = len(_strings(space, address, 100_000))
    return f"{address:#x} /* {count} var{'s' if count != 1 else ''} */"


def fd_set(space: "AddressSpace", address: int, count: int) -> str:
    data = space.read(address, (min(count & 0x7FFFFFFF, 1024) + 7) // 8)
    numbers = [i * 8 + bit for i, byte in enumerate(data) for bit in range(8) if byte >> bit & 1]
    return f"[{' '.join(map(str, numbers))}]"
