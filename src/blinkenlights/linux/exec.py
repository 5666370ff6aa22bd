"""execve: another program in this process.

A program is found, opened and checked in full first (`prepare`); only then is the old one torn
down (`replace`) and the new one put in its place (`start`).
"""

import posix
from _stat import S_ISLNK, S_ISREG
from errno import E2BIG, EACCES, EINVAL, ELOOP, ENOENT, ENOEXEC

from blinkenlights.core import host
from blinkenlights.core.memory import GuestFault
from blinkenlights.core.quick import close_marked, name_thread
from blinkenlights.linux import card, futex, signal, stack, vdso
from blinkenlights.loaders import BadProgram, Image, elf, script
from blinkenlights.names import fsdecode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from blinkenlights.core.memory import AddressSpace
    from blinkenlights.linux.task import Process, Task
    from blinkenlights.loaders.flat import FlatFile

    ImageFile = elf.ElfFile | FlatFile

AT_FDCWD = -100
AT_SYMLINK_NOFOLLOW = 0x100
AT_EMPTY_PATH = 0x1000
HEAD = 256
MOST_ARGUMENTS = 16 << 20  # bytes
PORTABLE = (b"MZq", b"jar")  # how files may begin that loaders.ape decides about
RSP = 4

SYS_PRCTL = 157
PR_SET_DUMPABLE = 4
PR_SET_NAME = 15


class Program:
    """A program that can be started: open, checked, with its final arguments."""

    __slots__ = ("argv", "environ", "filename", "image_file", "interpreter", "name")

    def __init__(
        self,
        image_file: "ImageFile",
        interpreter: "elf.ElfFile | None",
        filename: bytes,
        name: bytes,
        argv: list[bytes],
        environ: list[bytes],
    ) -> None:
        self.image_file = image_file
        self.interpreter = interpreter
        self.filename = filename  # as execve was given it
        self.name = name  # /proc/PID/comm
        self.argv = argv
        self.environ = environ

    def close(self) -> None:
        self.image_file.close()
        if self.interpreter is not None:
            self.interpreter.close()

    def fds(self) -> set[int]:
        return {self.image_file.fd, -1 if self.interpreter is None else self.interpreter.fd}


# -- finding and checking --------------------------------------------------------------------------


def prepare(
    process: "Process",
    path: bytes,
    argv: list[bytes],
    environ: list[bytes],
    shown: bytes = b"",
    vanishing: bool = False,
) -> Program:
    """Open and check a program; BadProgram or OSError says what is wrong with it.

    `shown` is the name it was asked for by, where that isn't a path (execveat), and `vanishing` says
    that it will lead nowhere in the new program.
    """
    filename = shown or path
    argv = argv or [b""]
    space = process.space
    script_name = filename
    for depth in range(script.DEEPEST + 2):
        fd = open_program(process, path)
        try:
            if depth > script.DEEPEST:
                raise BadProgram(ELOOP, "scripts call each other as interpreters")
            head = posix.pread(fd, HEAD, 0)
            if head[:2] == script.MAGIC:
                if vanishing:
                    raise BadProgram(ENOENT, "script's interpreter could not open it again")
                path, argument = script.interpreter(head)
                argv = [path, *([] if argument is None else [argument]), script_name, *argv[1:]]
                script_name = path
                posix.close(fd)
                continue
            stack.check_size(process, argv, environ)
            name = filename.rpartition(b"/")[2][:15]
            interpreter = None
            if head[:4] == elf.MAGIC or head[:3] in PORTABLE:
                header = portable_header(fd, head) if head[:3] in PORTABLE else b""
                elf_file = elf.ElfFile(fd, path_of(process, fd), space.size, header)
                image_file: ImageFile = elf_file
                if elf_file.interpreter:
                    interpreter = open_interpreter(process, elf_file.interpreter, space)
            elif path.endswith(b".bin"):
                from blinkenlights.loaders.flat import FlatFile

                image_file = FlatFile(fd, path_of(process, fd), space.size)
            else:
                raise BadProgram(ENOEXEC, "unknown file format" if head else "file is empty")
        except BaseException:
            posix.close(fd)
            raise
        return Program(image_file, interpreter, filename, name, argv, environ)
    raise AssertionError("unreachable")


def portable_header(fd: int, head: bytes) -> bytes:
    """The ELF header in an Actually Portable Executable."""
    from blinkenlights.loaders import ape

    if not head.startswith(ape.MAGICS):
        raise BadProgram(ENOEXEC, "program is for Windows" if head[:2] == b"MZ" else "unknown file format")
    return ape.elf_header(posix.pread(fd, ape.SEARCHED, 0))


def open_program(process: "Process", path: bytes) -> int:
    """Open a file that may be executed."""
    if path.startswith(b"/proc/") and path in (b"/proc/self/exe", b"/proc/%d/exe" % process.pid):
        from blinkenlights.linux.procfs import current_exe, openable

        path = openable(process, current_exe(process))
    flags = posix.O_RDONLY | posix.O_CLOEXEC | posix.O_NONBLOCK
    if process.vfs is None:
        fd = posix.open(path, flags)
    else:
        fd = process.vfs.open(AT_FDCWD, path, flags)
        if fd < 0:
            raise OSError(-fd, posix.strerror(-fd))
        path = b"/proc/thread-self/fd/%d" % fd
    try:
        if not S_ISREG(posix.fstat(fd).st_mode) or not posix.access(path, posix.X_OK, effective_ids=True):
            raise OSError(EACCES, posix.strerror(EACCES))
    except BaseException:
        posix.close(fd)
        raise
    return fd


def open_interpreter(process: "Process", path: bytes, space: "AddressSpace") -> elf.ElfFile:
    shown = fsdecode(path)
    try:
        fd = open_program(process, path)
    except OSError as problem:
        raise BadProgram(problem.errno or ENOENT, f"interpreter {shown}: {problem.strerror}") from None
    try:
        found = elf.ElfFile(fd, path_of(process, fd), space.size)
    except BadProgram as problem:
        posix.close(fd)
        raise BadProgram(problem.errno, f"interpreter {shown}: {problem.reason}") from None
    except BaseException:
        posix.close(fd)
        raise
    return found


def path_of(process: "Process", fd: int) -> bytes:
    """The absolute path of an open file, as the guest knows it."""
    try:
        path = posix.readlink(b"/proc/thread-self/fd/%d" % fd)
    except OSError:
        return b""
    return path if process.vfs is None else process.vfs.shown(path) or path


# -- starting --------------------------------------------------------------------------------------


def start(task: "Task", program: Program) -> None:
    """Put a program into an empty address space and point the CPU at its first instruction."""
    process = task.process
    process.argv = program.argv
    process.environ = program.environ
    process.exe = program.image_file.path
    status = posix.fstat(program.image_file.fd)
    process.exe_id = (status.st_dev, status.st_ino)
    process.comm = program.name
    space = process.space
    space.set_top(stack.mapping_top(process))
    image = load(process, program)
    names = (b"", b"[heap]", b"[stack]", vdso.NAME)
    process.set_layout(space.top, *[space.info_of(name, 0, 0) for name in names])
    program.close()
    sp = stack.build(process, image, program.filename)
    process.entry = image.entry
    process.load_bias = image.load_bias
    process.code_start, process.code_end = image.code_start, image.code_end
    process.data_start, process.data_end = image.data_start, image.data_end
    process.brk_start = process.brk = image.brk
    card.write(process)
    cpu = task.cpu
    cpu.reset()
    cpu.set(RSP, sp)
    cpu.rip = image.start
    host.at_once(SYS_PRCTL, PR_SET_DUMPABLE, 1)
    name_thread(process.comm)


def load(process: "Process", program: Program) -> Image:
    if isinstance(program.image_file, elf.ElfFile):
        return elf.load(process.space, program.image_file, program.interpreter)
    from blinkenlights.loaders import flat

    return flat.load(process.space, program.image_file)


def replace(task: "Task", program: Program) -> None:
    """The point of no return: tear the old program down, and start the new one."""
    process = task.process
    from blinkenlights.linux.process import release_parent

    process.kicking = False
    process.next_program = None
    release_parent(process)
    close_on_exec(process, program)
    signal.reset_actions(task)
    task.exiting = False
    signal.attend(task)  # a signal caught for a handler of the old program; host calls wait for that
    task.altstack = (0, task.altstack[1], 0)  # the kernel forgets to reset the flags, too
    futex.release_robust(task)
    futex.clear_child_tid(task)
    process.reset_for_exec()
    if process.timers:
        from blinkenlights.linux import timers

        timers.delete_all(process)
    if process.rings:
        from blinkenlights.linux import aio

        aio.destroy_all(process)
    process.space.clear()
    try:
        start(task, program)
    except (BadProgram, OSError, GuestFault) as problem:
        process.log(f"execve: {fsdecode(program.filename)}: {problem}")
        signal.terminate(task, signal.SIGKILL)
    if process.tracer:
        from blinkenlights.linux import ptrace

        ptrace.exec_stop(task)


def close_on_exec(process: "Process", program: Program) -> None:
    keep = process.private_fds | program.fds()
    if close_marked(keep):
        return
    from fcntl import F_GETFD, FD_CLOEXEC, fcntl

    for name in posix.listdir("/proc/thread-self/fd"):
        fd = int(name)
        if fd in keep:
            continue
        try:
            if fcntl(fd, F_GETFD) & FD_CLOEXEC:
                posix.close(fd)
        except OSError:
            pass  # the listing's own descriptor


# -- the calls -------------------------------------------------------------------------------------


def sys_execve(task: "Task", path: int, argv: int, environ: int) -> int:
    name = task.space.read_cstring(path)
    if not name:
        return -ENOENT
    return execute(task, name, name, argv, environ)


def sys_execveat(task: "Task", dirfd: int, path: int, argv: int, environ: int, flags: int) -> int:
    flags &= 0xFFFFFFFF
    name = task.space.read_cstring(path)
    if not name and not flags & AT_EMPTY_PATH:
        return -ENOENT
    if flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW):
        return -EINVAL
    number = dirfd & 0xFFFFFFFF
    if name.startswith(b"/") or (number == AT_FDCWD & 0xFFFFFFFF and name):
        place = shown = name
    elif not name:
        place = b"/proc/thread-self/fd/%d" % number
        shown = b"/dev/fd/%d" % number
        posix.fstat(number)
    else:
        place = b"/proc/thread-self/fd/%d/%s" % (number, name)
        shown = b"/dev/fd/%d/%s" % (number, name)
        posix.fstat(number)
    if flags & AT_SYMLINK_NOFOLLOW and name and is_link(task.process, place):
        return -ELOOP
    vanishing = shown.startswith(b"/dev/fd/") and not posix.get_inheritable(number)
    return execute(task, place, shown, argv, environ, vanishing)


def is_link(process: "Process", path: bytes) -> bool:
    if process.vfs is None:
        return S_ISLNK(posix.lstat(path).st_mode)
    where, fd = process.vfs.locate(AT_FDCWD, path, 1)  # vfs.NOFOLLOW
    try:
        return S_ISLNK(posix.lstat(where).st_mode)
    finally:
        if fd >= 0:
            posix.close(fd)


def execute(
    task: "Task", path: bytes, shown: bytes, argv_at: int, environ_at: int, vanishing: bool = False
) -> int:
    process = task.process
    argv = strings(task.space, argv_at)
    environ = strings(task.space, environ_at)
    try:
        program = prepare(process, path, argv, environ, shown, vanishing)
    except elf.OtherMachine as problem:
        return host_execute(task, path, argv, environ, problem)
    except BadProgram as problem:
        process.log(f"execve: {fsdecode(shown)}: {problem.reason}")
        return -problem.errno
    if process.shares_memory:
        from blinkenlights.linux import sharing

        program.close()
        return sharing.execute(task, path, argv, environ)
    if process.next_program is not None or process.kicking:  # another thread was first
        program.close()
        return -signal.ERESTARTSYS
    process.kicking = True
    if process.embedded is not None:
        process.embedded.end_others(task)
        process.leader = task
    elif len(process.tasks) > 1 or process.leader is not task:
        from blinkenlights.linux.thread import stop_others

        stop_others(task)
    if process.leader is task:
        replace(task, program)
    else:  # programs run on the main thread: let the leader go on with this one
        leader = process.leader
        assert leader is not None
        leader.sigmask = task.sigmask
        leader.saved_mask = None  # of a wait that is over
        leader.held = task.held
        leader.seccomp = task.seccomp
        leader.stepping = task.stepping
        process.next_program = program
        task.exiting = True
    return task.cpu.get(0) if process.next_program is None else 0


def host_execute(
    task: "Task", path: bytes, argv: list[bytes], environ: list[bytes], problem: BadProgram
) -> int:
    """A program for another machine: the host's kernel may know how to run it."""
    if task.process.vfs is not None:
        return -problem.errno  # the host's kernel would look for its files elsewhere
    task.process.log(f"execve: {fsdecode(path)}: {problem.reason}; leaving it to the host")
    pairs = {}
    for entry in environ:
        key, _, value = entry.partition(b"=")
        pairs[key] = value
    try:
        posix.execve(path, argv or [b""], pairs)
    except ValueError:
        return -EINVAL
    except OSError as failure:
        return -(failure.errno or ENOEXEC)


def strings(space: "AddressSpace", address: int) -> list[bytes]:
    """A null-terminated array of strings; no array at all is an empty one."""
    if address:
        quickly = space.read_strings(address, MOST_ARGUMENTS)
        if quickly is not None:
            return quickly
    found: list[bytes] = []
    total = 0
    while address:
        pointer = space.u64(address)
        if not pointer:
            break
        text = space.read_cstring(pointer)
        total += len(text) + 9
        if total > MOST_ARGUMENTS:
            raise OSError(E2BIG, "arguments")
        found.append(text)
        address += 8
    return found

