"""/proc as the guest should see it: its program, its memory, its arguments; not Python's.

The host's own files serve wherever they tell the truth (descriptors, threads, mounts, limits of
the system); the others are made here, as snapshots in memory files.
"""

import os
from typing import NamedTuple

from blinkenlights.linux.abi import AT_FDCWD, EACCES, EMFILE, s32
from blinkenlights.linux.card import memory
from blinkenlights.linux.card import read as read_card

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from blinkenlights.linux.task import Process, Task

O_ACCMODE, O_RDONLY, O_CLOEXEC, O_PATH = 3, 0, 0o2000000, 0o10000000
MAP_SHARED, MAP_NORESERVE = 1, 0x4000
PROT_READ, PROT_WRITE, PROT_EXEC = 1, 2, 4
RLIMIT_NAMES = {
    2: b"Max data size",
    3: b"Max stack size",
    9: b"Max address space",
}
INFINITY = (1 << 64) - 1
FCNTL, F_ADD_SEALS = 72, 1033
F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE = 2, 4, 8


class Entry(NamedTuple):
    """A file below /proc that the guest sees differently."""

    name: bytes  # its last component
    host: bytes  # the host's path
    pid: int = 0  # another guest's


# ---- finding ----


def find(task: "Task", dirfd: int, path: bytes) -> Entry | None:
    """Which of our files a path names, if any."""
    if not path.startswith(b"/"):
        base = _directory(dirfd)
        if not base.startswith(b"/proc"):
            return None
        path = base + b"/" + path
    if not path.startswith(b"/proc/"):
        return None
    parts = [part for part in path.split(b"/") if part not in (b"", b".")]
    if b".." in parts:
        return None
    if len(parts) == 2 and parts[1] in (b"version", b"cpuinfo"):
        return Entry(parts[1], path)
    if parts[1:] == [b"sys", b"kernel", b"osrelease"]:
        return Entry(parts[3], path)
    process = task.process
    if len(parts) == 3 and parts[1].isdigit() and int(parts[1]) not in (process.pid, *process.tasks):
        known = parts[2] in OTHERS or parts[2] in REFUSED
        return Entry(parts[2], path, int(parts[1])) if known else None
    if len(parts) == 5 and parts[1].isdigit() and int(parts[1]) != process.pid and parts[4] in REFUSED:
        return Entry(parts[4], path, int(parts[1]))
    if len(parts) < 3 or parts[1] not in (b"self", b"thread-self", b"%d" % process.pid):
        return None
    if len(parts) == 5 and parts[2] == b"task":
        if not parts[3].isdigit() or int(parts[3]) not in process.tasks:
            return None
    elif len(parts) != 3:
        return None
    name = parts[-1]
    return Entry(name, path) if name == b"exe" or name in CONTENTS or name in REFUSED else None


def _directory(dirfd: int) -> bytes:
    try:
        if dirfd == AT_FDCWD:
            return os.getcwdb()  # noqa: PTH109 - bytes
        return os.readlink(b"/proc/thread-self/fd/%d" % dirfd)  # noqa: PTH115 - bytes
    except OSError:
        return b""


def open_entry(task: "Task", entry: Entry, flags: int) -> int | None:
    """Open the guest's view of a file; None leaves it to the host."""
    if entry.name == b"exe":
        program = program_of(task, entry)
        return None if program is None else _open(openable(task.process, program), flags)
    if entry.name in REFUSED:
        if entry.pid and read_card(task.process, entry.pid) is None:
            return None
        return -EACCES
    if flags & O_ACCMODE != O_RDONLY or flags & O_PATH:
        return None
    content = OTHERS[entry.name](task, entry) if entry.pid else CONTENTS[entry.name](task, entry)
    if content is None:
        return None
    return _snapshot(entry.name, content, flags)


def program_of(task: "Task", entry: Entry) -> bytes | None:
    """What an `exe` link leads to; None where the host's answer is right."""
    if not entry.pid:
        return current_exe(task.process)
    card = read_card(task.process, entry.pid)
    return None if card is None else card.exe


def current_exe(process: "Process") -> bytes:
    """The name of the running program's file: what it was started by, unless that is another file now."""
    if process.vfs is not None:
        return process.exe
    try:
        status = os.stat(process.exe)  # noqa: PTH116 - bytes
        if (status.st_dev, status.st_ino) == process.exe_id:
            return process.exe
    except OSError:
        pass
    mapping = _program_mapping(process)
    return mapping[5] if mapping is not None else process.exe


def openable(process: "Process", name: bytes) -> bytes:
    """A path to open a program's file by, deleted or not."""
    mapping = _program_mapping(process) if name.endswith(b" (deleted)") else None
    return name if mapping is None else b"/proc/self/map_files/%x-%x" % mapping[:2]


def _program_mapping(process: "Process") -> "tuple[int, int, int, bytes, bytes, bytes] | None":
    """The host's mapping of the program's code."""
    place = process.space.base + process.code_start
    return next(iter(_host_maps(place, place + 1)), None)


def _open(path: bytes, flags: int) -> int:
    """Open as the guest asked; Python's own `os.open` would add close-on-exec."""
    try:
        fd = os.open(path, s32(flags) & ~O_CLOEXEC)
        if not flags & O_CLOEXEC:
            os.set_inheritable(fd, True)
        return fd
    except OSError as error:
        return -(error.errno or EACCES)


def _snapshot(name: bytes, content: bytes, flags: int) -> int:
    """A read-only descriptor, the lowest free one, on a memory file."""
    fd = os.memfd_create(os.fsdecode(name), os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(fd, view) :]
        readable = _open(b"/proc/thread-self/fd/%d" % fd, flags & ~O_ACCMODE)
    except OSError:
        os.close(fd)
        raise
    if readable == -EMFILE:  # then the first descriptor must do
        return _sealed(fd, flags)
    if readable < 0:
        os.close(fd)
        return readable
    os.dup2(readable, fd, inheritable=not flags & O_CLOEXEC)
    os.close(readable)
    return fd


def _sealed(fd: int, flags: int) -> int:
    """A memory file's own descriptor, made as good as read-only."""
    from blinkenlights.core.host import syscall  # a module of Python's may need a descriptor to load

    syscall(FCNTL, fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)
    os.lseek(fd, 0, os.SEEK_SET)
    os.set_inheritable(fd, not flags & O_CLOEXEC)
    return fd


def _host_file(path: bytes) -> bytes:
    with open(path, "rb") as file:  # noqa: PTH123 - pathlib is slow to import
        return file.read()


# ---- the program ----


def _cmdline(task: "Task", entry: Entry) -> bytes:
    """The arguments as they are in memory now: programs rewrite them to show a title."""
    process = task.process
    start, end = process.arg_start, process.env_start
    fallback = b"".join(argument + b"\0" for argument in process.argv)
    if not 0 < start < end:
        return fallback
    try:
        data = process.space.read(start, end - start)
        if data.endswith(b"\0"):
            return data
        more = process.space.read_cstring(end)
    except Exception:  # the stack was unmapped
        return fallback
    head = data.find(b"\0")
    return data[:head] if head >= 0 else data + more


def _environ(task: "Task", entry: Entry) -> bytes:
    process = task.process
    initial = b"".join(variable + b"\0" for variable in process.environ)
    if not process.env_start:
        return initial
    try:
        return process.space.read(process.env_start, len(initial))
    except Exception:
        return initial


def _auxv(task: "Task", entry: Entry) -> bytes:
    return task.process.auxv


def _comm(task: "Task", entry: Entry) -> bytes | None:
    return None  # prctl sets the host thread's name as well


# ---- other guests ----


def _others_cmdline(task: "Task", entry: Entry) -> bytes | None:
    card = read_card(task.process, entry.pid)
    if card is None:
        return None
    return memory(task.process, entry.pid, card.arg_start, card.arg_end - card.arg_start)


def _others_environ(task: "Task", entry: Entry) -> bytes | None:
    card = read_card(task.process, entry.pid)
    if card is None:
        return None
    return memory(task.process, entry.pid, card.arg_end, card.env_end - card.arg_end)


def _others_auxv(task: "Task", entry: Entry) -> bytes | None:
    card = read_card(task.process, entry.pid)
    return None if card is None else card.auxv


def _others_maps(task: "Task", entry: Entry) -> bytes | None:
    """The host's mappings where that guest has its memory, but for what is only reserved."""
    process = task.process
    if read_card(process, entry.pid) is None:
        return None
    base = process.space.base
    lines = []
    for line in _host_file(entry.host).splitlines():
        place, rights, rest = line.split(None, 2)
        start, end = (int(word, 16) - base for word in place.split(b"-"))
        if 0 <= start < process.space.size and not (rights == b"---p" and rest.endswith(b" 0")):
            lines.append(b"%08x-%08x %s %s\n" % (start, end, rights, rest))
    return b"".join(lines)


# ---- memory ----


class Region(NamedTuple):
    """A piece of the guest's memory, as a line of /proc/self/maps."""

    start: int
    end: int
    prot: int
    shared: bool
    offset: int
    device: bytes
    inode: bytes
    name: bytes


def recorded_regions(process: "Process") -> "list[Region]":
    """Those of a machine that is recorded, whose memory has copies of files."""
    result: list[Region] = []
    for mapping in process.space.maps():
        name = bytes(mapping.name)
        device, inode, offset = b"00:00", b"0", 0
        if name and not name.startswith(b"["):
            number, device_number = mapping.inode, mapping.device
            if not number and os.path.exists(name):  # noqa: PTH110 - bytes
                status = os.stat(name)  # noqa: PTH116 - bytes
                number, device_number = status.st_ino, status.st_dev
            device = b"%02x:%02x" % (os.major(device_number), os.minor(device_number))
            inode, offset = b"%d" % number, mapping.offset
        shared = bool(mapping.flags & MAP_SHARED)
        result.append(
            Region(mapping.start, mapping.end, mapping.prot & 7, shared, offset, device, inode, name)
        )
    return result


def regions(process: "Process") -> "list[Region]":
    """The guest's mappings; the host kernel knows which file backs each."""
    if process.space.watcher is not None:
        return recorded_regions(process)
    found = process.space.maps()
    base = process.space.base
    host = list(_host_maps(base, base + process.space.size))
    result: list[Region] = []
    i = 0
    for mapping in found:
        start = mapping.start
        label = bytes(mapping.name)
        shared = bool(mapping.flags & MAP_SHARED)
        while start < mapping.end:
            while i < len(host) and host[i][1] <= start + base:
                i += 1
            end, device, inode, name, offset = mapping.end, b"00:00", b"0", b"", 0
            if i < len(host):
                first, last, at_offset, at_device, at_inode, at_name = host[i]
                if first <= start + base:
                    end = min(end, last - base)
                    if at_inode != b"0":
                        device, inode, name = at_device, at_inode, at_name
                        if process.vfs is not None:
                            name = process.vfs.shown(name) or name
                        offset = at_offset + (start + base - first)
                else:
                    end = min(end, first - base)
            if label.startswith(b"["):
                device, inode, name, offset = b"00:00", b"0", label, 0
            region = Region(start, end, mapping.prot & 7, shared, offset, device, inode, name)
            last_region = result[-1] if result else None
            if last_region is not None and _joins(last_region, region):
                result[-1] = last_region._replace(end=end)
            else:
                result.append(region)
            start = end
    return result


def _joins(a: Region, b: Region) -> bool:
    """Whether the kernel would show two neighbours as one."""
    if a.end != b.start or a[2:4] != b[2:4] or a[5:] != b[5:]:
        return False
    return a.inode == b"0" or a.offset + (a.end - a.start) == b.offset


def _host_maps(low: int, high: int) -> "Iterator[tuple[int, int, int, bytes, bytes, bytes]]":
    """The host's mappings in a range: start, end, offset, device, inode, name."""
    for line in _host_file(b"/proc/self/maps").splitlines():
        fields = line.split(None, 5)
        start, _, end = fields[0].partition(b"-")
        first, last = int(start, 16), int(end, 16)
        if last > low and first < high:
            name = fields[5] if len(fields) > 5 else b""
            yield first, last, int(fields[2], 16), fields[3], fields[4], name


def _maps_line(region: Region) -> bytes:
    text = b"%08x-%08x %c%c%c%c %08x %s %s " % (
        region.start,
        region.end,
        b"r" if region.prot & PROT_READ else b"-",
        b"w" if region.prot & PROT_WRITE else b"-",
        b"x" if region.prot & PROT_EXEC else b"-",
        b"s" if region.shared else b"p",
        region.offset,
        region.device,
        region.inode,
    )
    if region.name:
        return text.ljust(73) + region.name + b"\n"
    return text + b"\n"


def _maps(task: "Task", entry: Entry) -> bytes:
    return b"".join(_maps_line(region) for region in regions(task.process))


# The lines of a smaps entry that are sums over pages.
SMAPS_SUMS = (
    b"Rss Pss Pss_Dirty Shared_Clean Shared_Dirty Private_Clean Private_Dirty Referenced Anonymous KSM "
    b"LazyFree AnonHugePages ShmemPmdMapped FilePmdMapped Shared_Hugetlb Private_Hugetlb Swap SwapPss "
    b"Locked"
).split()


def _resident(process: "Process") -> "dict[int, dict[bytes, int]]":
    """The host's counts (kB) for each host mapping in the guest's memory, by guest address."""
    base = process.space.base
    top = base + process.space.size
    counts: dict[int, dict[bytes, int]] = {}
    current: dict[bytes, int] = {}
    for line in _host_file(b"/proc/self/smaps").splitlines():
        word = line.split(None, 2)
        if not word[0].endswith(b":"):
            start, _, end = word[0].partition(b"-")
            current = {}
            if int(end, 16) > base and int(start, 16) < top:
                counts[int(start, 16) - base] = current
        elif len(word) > 1 and word[1].isdigit():
            current[word[0][:-1]] = int(word[1])
    return counts


def _sums(process: "Process") -> "list[tuple[Region, dict[bytes, int]]]":
    """Each region with its page counts; a host mapping counts for the region it starts in."""
    counts = sorted(_resident(process).items())
    result = []
    for region in regions(process):
        sums = dict.fromkeys(SMAPS_SUMS, 0)
        for start, values in counts:
            if region.start <= start < region.end:
                for key in SMAPS_SUMS:
                    sums[key] += values.get(key, 0)
        result.append((region, sums))
    return result


def _smaps(task: "Task", entry: Entry) -> bytes:
    text = []
    for region, sums in _sums(task.process):
        text.append(_maps_line(region))
        text.append(_kilobytes(b"Size", (region.end - region.start) >> 10))
        text.append(_kilobytes(b"KernelPageSize", 4))
        text.append(_kilobytes(b"MMUPageSize", 4))
        text.extend(_kilobytes(key, sums[key]) for key in SMAPS_SUMS)
        text.append(b"THPeligible:    0\n")
        text.append(b"VmFlags: %s\n" % b"".join(_vm_flags(region)))
    return b"".join(text)


def _vm_flags(region: Region) -> "Iterator[bytes]":
    for bit, name in ((PROT_READ, b"rd "), (PROT_WRITE, b"wr "), (PROT_EXEC, b"ex ")):
        if region.prot & bit:
            yield name
    yield b"sh mr mw me ms " if region.shared else b"mr mw me "


def _smaps_rollup(task: "Task", entry: Entry) -> bytes:
    everything = _sums(task.process)
    if not everything:
        return b""
    first, last = everything[0][0].start, everything[-1][0].end
    head = b"%08x-%08x ---p 00000000 00:00 0 " % (first, last)
    return (
        head.ljust(73)
        + b"[rollup]\n"
        + b"".join(_kilobytes(key, sum(sums[key] for _, sums in everything)) for key in SMAPS_SUMS)
    )


def _kilobytes(name: bytes, value: int) -> bytes:
    return (name + b":").ljust(16) + b"%8d kB\n" % value


class Sizes(NamedTuple):
    """What /proc/self/status and statm say of memory, in bytes."""

    total: int
    data: int
    stack: int
    code: int
    libraries: int


def _sizes(process: "Process") -> Sizes:
    total = data = stack = executable = 0
    for region in regions(process):
        size = region.end - region.start
        total += size
        if region.name == b"[stack]":
            stack += size
        elif region.prot & PROT_WRITE and not region.shared:
            data += size
        if region.prot & PROT_EXEC and region.inode != b"0":
            executable += size
    code = min(executable, max(0, process.code_end - process.code_start))
    return Sizes(total, data, stack, code, executable - code)


# ---- the process ----


def _stat(task: "Task", entry: Entry) -> bytes:
    """One line of fields; those of memory are the guest's (proc_pid_stat(5) numbers them from 1)."""
    process = task.process
    head, _, tail = _host_file(entry.host).rpartition(b") ")
    field = tail.split()
    first = 3  # the number of field[0]
    here = {
        23: _sizes(process).total,
        26: process.code_start,
        27: process.code_end,
        28: process.stack_start,
        45: process.data_start,
        46: process.data_end,
        47: process.brk_start,
        48: process.arg_start,
        49: process.env_start,
        50: process.env_start,
        51: process.env_start + sum(len(variable) + 1 for variable in process.environ),
    }
    for number, value in here.items():
        if number - first < len(field):
            field[number - first] = b"%d" % value
    return head + b") " + b" ".join(field) + b"\n"


def _statm(task: "Task", entry: Entry) -> bytes:
    sizes = _sizes(task.process)
    resident, shared = _host_file(entry.host).split()[1:3]
    return b"%d %s %s %d 0 %d 0\n" % (
        sizes.total >> 12,
        resident,
        shared,
        sizes.code >> 12,
        sizes.data + sizes.stack >> 12,
    )


def _status(task: "Task", entry: Entry) -> bytes:
    process = task.process
    sizes = _sizes(process)
    caught = 0
    for signo, action in process.actions.items():
        if action.handler > 1:
            caught |= 1 << (signo - 1)
    thread = _thread_of(task, entry)
    restricted = thread.seccomp
    values = {
        b"Seccomp": b"%d" % (restricted.mode if restricted else 0),
        b"Seccomp_filters": b"%d" % (restricted.count if restricted and restricted.program else 0),
        b"VmPeak": b"%8d kB" % (sizes.total >> 10),
        b"VmSize": b"%8d kB" % (sizes.total >> 10),
        b"VmData": b"%8d kB" % (sizes.data >> 10),
        b"VmStk": b"%8d kB" % (sizes.stack >> 10),
        b"VmExe": b"%8d kB" % (sizes.code >> 10),
        b"VmLib": b"%8d kB" % (sizes.libraries >> 10),
        b"SigCgt": b"%016x" % caught,
        b"SigBlk": b"%016x" % thread.sigmask,
    }
    lines = []
    for line in _host_file(entry.host).splitlines():
        key, _, _ = line.partition(b":")
        lines.append(key + b":\t" + values[key] if key in values else line)
    return b"\n".join(lines) + b"\n"


def _thread_of(task: "Task", entry: Entry) -> "Task":
    """The thread that a path below task/ speaks of; else the one with the process's number."""
    process = task.process
    parts = entry.host.split(b"/")
    if b"thread-self" in parts:
        return task
    number = int(parts[-2]) if b"task" in parts and parts[-2].isdigit() else process.pid
    return process.tasks.get(number, task)


def _limits(task: "Task", entry: Entry) -> bytes:
    limits = task.process.limits
    lines = _host_file(entry.host).splitlines()
    for number, name in RLIMIT_NAMES.items():
        if number not in limits:
            continue
        soft, hard = (b"unlimited" if v == INFINITY else b"%d" % v for v in limits[number])
        text = b"%-25s %-20s %-20s bytes     " % (name, soft, hard)
        lines = [text if line.startswith(name + b" ") else line for line in lines]
    return b"\n".join(lines) + b"\n"


# ---- the system ----


def _release(task: "Task") -> bytes:
    from blinkenlights.linux.process import RELEASE

    return task.process.options.release or RELEASE


def _osrelease(task: "Task", entry: Entry) -> bytes:
    return _release(task) + b"\n"


def _version(task: "Task", entry: Entry) -> bytes:
    words = _host_file(entry.host).split()
    if len(words) > 2:
        words[2] = _release(task)
    return b" ".join(words) + b"\n"


# Linux's names for CPUID features, where they differ from the manual's in small letters.
CPU_FLAGS = {
    "SSE3": "pni",
    "CLFSH": "clflush",
    "LAHF": "lahf_lm",
    "LZCNT": "abm",
    "PREFETCHW": "3dnowprefetch",
    "SHA": "sha_ni",
    "OSXSAVE": "",
    "PREFETCHWT1": "",
    "FCS_FDS_DEPRECATED": "",
}


def _cpuinfo(task: "Task", entry: Entry) -> bytes:
    """What CPUID says, for each processor of the host."""
    from blinkenlights.core.execute import system
    from blinkenlights.tables import cpuid

    shown = " ".join(
        CPU_FLAGS.get(name, name.lower())
        for _leaf, _register, _bit, name, instructions in cpuid.FEATURES
        if CPU_FLAGS.get(name, name) and all(map(system.executes, instructions.split()))
    )
    signature = cpuid.SIGNATURE
    values = {
        "vendor_id": "GenuineIntel",
        "cpu family": str(signature >> 8 & 0xF),
        "model": str(signature >> 12 & 0xF0 | signature >> 4 & 0xF),
        "model name": cpuid.BRAND,
        "stepping": str(signature & 0xF),
        "cpuid level": "13",
        "flags": shown,
        "bugs": "",
    }
    lines = []
    for line in _host_file(entry.host).decode("ascii", "replace").splitlines():
        key = line.partition(":")[0]
        name = key.rstrip()
        lines.append(f"{key}: {values[name]}" if name in values else line)
    return "\n".join(lines).encode() + b"\n"


OTHERS: "dict[bytes, Callable[[Task, Entry], bytes | None]]" = {
    b"cmdline": _others_cmdline,
    b"environ": _others_environ,
    b"exe": _others_cmdline,  # a link, so never opened as a text
    b"maps": _others_maps,
    b"auxv": _others_auxv,
}

CONTENTS: "dict[bytes, Callable[[Task, Entry], bytes | None]]" = {
    b"auxv": _auxv,
    b"cmdline": _cmdline,
    b"comm": _comm,
    b"cpuinfo": _cpuinfo,
    b"environ": _environ,
    b"limits": _limits,
    b"maps": _maps,
    b"osrelease": _osrelease,
    b"smaps": _smaps,
    b"smaps_rollup": _smaps_rollup,
    b"stat": _stat,
    b"statm": _statm,
    b"status": _status,
    b"version": _version,
}

# Files that speak of host addresses and can't be served as a snapshot.
REFUSED = frozenset((b"mem", b"pagemap", b"numa_maps"))
