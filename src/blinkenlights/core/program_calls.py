"""fork, execve and exit_group without Python, for what programs usually ask of them.

A child that runs Python code copies a page for nearly every object that it so much as looks at, which
takes longer than all else that a fork and an exec have to do. So where Python has found that nothing is
there that only it takes care of (`ProcessInfo.settled`, see `linux.process.is_plain`), these calls are
made here, and a child may run another program and end without any Python. What Python must know of that
it is told when the child next needs it (`take_news`); whatever is unusual is left to `linux.process` and
`linux.exec`, which do the same for every case. Nothing is changed before it is clear who makes the call.
"""

import cython
from cython.cimports.cpython.bytes import PyBytes_FromStringAndSize
from cython.cimports.libc.stdio import snprintf

ARCH_SET_GS = cython.declare(u32, 0x1001)
ARCH_SET_FS = cython.declare(u32, 0x1002)
SIGKILL = cython.declare(cython.long, 9)
SIGCHLD = cython.declare(u64, 17)
# linux.signal.KNOWN_FLAGS: SA_NOCLDSTOP NOCLDWAIT SIGINFO RESTORER ONSTACK RESTART NODEFER RESETHAND
KNOWN_FLAGS = cython.declare(u64, 0xDC00_0807)
HOST_FLAGS = cython.declare(u64, 0x1000_0003)  # SA_RESTART, NOCLDWAIT, NOCLDSTOP
PR_SET_DUMPABLE = cython.declare(cython.long, 4)
FUTEX_WAKE = cython.declare(cython.long, 1)

CLONE_VM = cython.declare(u64, 0x100)
CLONE_VFORK = cython.declare(u64, 0x4000)
CLONE_SETTLS = cython.declare(u64, 0x80000)
CLONE_PARENT_SETTID = cython.declare(u64, 0x100000)
CLONE_CHILD_CLEARTID = cython.declare(u64, 0x200000)
CLONE_CHILD_SETTID = cython.declare(u64, 0x1000000)
KNOWN_CLONE = cython.declare(u64, CLONE_VM | CLONE_VFORK | CLONE_SETTLS | CLONE_PARENT_SETTID
                             | CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID)

PAGE = cython.declare(u64, 4096)
PAGE_MASK = cython.declare(u64, 4095)
# As loaders.elf and linux.stack have them.
LOW_BASE = cython.declare(u64, 0x1000_0000)
LOW_TOP = cython.declare(u64, 0x8000_0000)
LARGEST_IMAGE = cython.declare(u64, 1 << 29)
STACK_GUARD = cython.declare(u64, 0x10000)
EVERY_SIGNAL = cython.declare(u64, ~cython.cast(u64, 0))

news = cython.declare(News)
head = cython.declare(cython.char[HEAD])


def serve(c):
    """Make the system call that the run loop was left for; False to leave it to Python."""
    number: u64 = c.reg[0]
    thread: ThreadInfoP = get_thread()
    if thread == cython.NULL or not thread.process.settled or c.pending_signal or c.mode != 64:
        return False
    if number == NR_CLONE or number == NR_FORK or number == NR_VFORK or number == NR_CLONE3:
        return quick_fork(c, thread, number)
    if number == NR_EXECVE:
        return quick_execve(c, thread)
    if number == NR_RT_SIGACTION:
        return quick_rt_sigaction(c, thread.process)
    if number == NR_EXIT_GROUP and thread.process.vfork_fd < 0 and no_robust_locks(c, thread):
        _exit(cython.cast(cython.int, c.reg[ARG0] & 0xFF))
    if number == NR_ARCH_PRCTL:
        return quick_arch_prctl(c)
    if number == NR_PRLIMIT64 and c.reg[ARG2] == 0 and not thread.process.limits_set:
        c.reg[0] = pass_on(c, number, 8)
        return True
    return number == NR_READLINK and quick_readlink(c, thread)


# -- what the C library asks in every start ------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def quick_arch_prctl(c: CpuP) -> cython.bint:
    code: u32 = cython.cast(u32, c.reg[ARG0])
    if (code != ARCH_SET_FS and code != ARCH_SET_GS) or c.reg[ARG1] >> 47:
        return False
    c.seg_base[FS if code == ARCH_SET_FS else GS] = c.reg[ARG1]
    c.reg[0] = 0
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def quick_readlink(c: CpuP, thread: ThreadInfoP) -> cython.bint:
    """/proc/self/exe, where the program's file is still what it was executed from."""
    path: cython.char[16]
    status: stat_t
    file: cython.char[LONGEST_PATH]
    n: u64 = news.path_length
    if not thread.process.replaced or fetch_string(c, c.reg[ARG0], path, 16) != 14:
        return False
    if memcmp(path, b"/proc/self/exe", 14) != 0 or n >= LONGEST_PATH:
        return False
    memcpy(file, news.path, n)
    file[n] = 0
    if stat_file(file, cython.address(status)) or status.st_dev != news.device or status.st_ino != news.inode:
        return False
    if n > c.reg[ARG2]:
        n = c.reg[ARG2]
    if n == 0 or not put_bytes(c, c.reg[ARG1], file, n):
        return False
    c.reg[0] = n
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def no_robust_locks(c: CpuP, thread: ThreadInfoP) -> cython.bint:
    """Whether the thread's list of robust locks is empty (get_robust_list(2))."""
    words: u64[3]
    return thread.robust_list == 0 or (fetch_bytes(c, thread.robust_list, words, 24)
                                       and words[0] == thread.robust_list and words[2] == 0)


# -- fork ------------------------------------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def read_request(c: CpuP, number: u64, r: RequestP) -> cython.bint:
    """What a call asks for, in clone's terms; False where it is unusual."""
    words: u64[8]
    r.flags = SIGCHLD
    r.stack = r.parent_tid = r.child_tid = r.tls = 0
    if number == NR_VFORK:
        r.flags |= CLONE_VM | CLONE_VFORK
    elif number == NR_CLONE:
        r.flags = c.reg[ARG0]
        r.stack = c.reg[ARG1]
        r.parent_tid = c.reg[ARG2]
        r.child_tid = c.reg[ARG3]
        r.tls = c.reg[ARG4]
    elif number == NR_CLONE3:  # flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls
        if c.reg[ARG1] < 64 or c.reg[ARG1] > 88 or not fetch_bytes(c, c.reg[ARG0], words, 64):
            return False
        if words[0] & 0xFF or (words[5] == 0) != (words[6] == 0):
            return False
        r.flags = words[0] | words[4]
        r.child_tid = words[2]
        r.parent_tid = words[3]
        r.stack = words[5] + words[6]
        r.tls = words[7]
    if r.flags & ~(KNOWN_CLONE | 0xFF) or r.flags & 0xFF != SIGCHLD:
        return False
    return (r.flags & CLONE_VM == 0) == (r.flags & CLONE_VFORK == 0)


LOWEST_PRIVATE_FD = cython.declare(cython.int, 1000)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def quick_fork(c: CpuP, thread: ThreadInfoP, number: u64) -> cython.bint:
    process: ProcessInfoP = thread.process
    r: Request
    s: SpaceP = cython.cast(SpaceP, c.space)
    wanted: u64 = EVERY_SIGNAL & ~SYNCHRONOUS
    before: u64 = 0
    pid: cython.int
    vfork: cython.bint
    ends: cython.int[2]
    if not read_request(c, number, cython.address(r)):
        return False
    vfork = r.flags & CLONE_VFORK != 0
    if vfork and not make_pipe(process, ends):
        return False
    c_syscall(NR_RT_SIGPROCMASK, 2, cython.address(wanted), cython.address(before), 8)
    if c.pending_signal:  # it would be the child's too; everything stays blocked until it is delivered
        if vfork:
            close(ends[0])
            close(ends[1])
        return False
    acquire(cython.address(s.lock))
    pid = fork()
    release(cython.address(s.lock))
    if pid == 0:
        process.born = 1
        thread.robust_list = 0
        thread.clear_child_tid = 0
        release_parent(process)  # that is its parent's business
        if vfork:
            close(ends[0])
            process.vfork_fd = ends[1]
            process.private_fds[process.private_count] = ends[1]
            process.private_count += 1
        if r.stack:
            c.reg[4] = r.stack
        if r.flags & CLONE_CHILD_CLEARTID:
            thread.clear_child_tid = r.child_tid
        if r.flags & CLONE_SETTLS:
            c.seg_base[FS] = r.tls
        if r.flags & CLONE_CHILD_SETTID:
            tell_tid(c, r.child_tid, getpid())
    elif pid > 0 and r.flags & CLONE_PARENT_SETTID:
        tell_tid(c, r.parent_tid, pid)
    c.reg[0] = pid if pid >= 0 else -errno
    c_syscall(NR_RT_SIGPROCMASK, 2, cython.address(before), cython.NULL, 8)
    if vfork and pid:
        close(ends[1])
        if pid > 0:
            take_over(c, ends[0])
        close(ends[0])
    return True


# -- vfork, as linux.process explains it ---------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def make_pipe(process: ProcessInfoP, ends: cython.p_int) -> cython.bint:
    """With its writing end above the descriptors that a guest uses."""
    high: cython.int
    if process.private_count == MOST_PRIVATE or pipe2(ends, O_CLOEXEC):
        return False
    high = fcntl(ends[1], F_DUPFD_CLOEXEC, LOWEST_PRIVATE_FD)
    if high < 0:
        close(ends[0])
        close(ends[1])
        return False
    close(ends[1])
    ends[1] = high
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def release_parent(process: ProcessInfoP) -> cython.void:
    """Close a vfork child's end: its parent may go on, or this isn't its child."""
    i: cython.int
    if process.vfork_fd < 0:
        return
    close(process.vfork_fd)
    for i in range(process.private_count):
        if process.private_fds[i] == process.vfork_fd:
            process.private_count -= 1
            process.private_fds[i] = process.private_fds[process.private_count]
            break
    process.vfork_fd = -1


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def take_over(c: CpuP, fd: cython.int) -> cython.void:
    """Wait for the child to let go, and copy the pages that it wrote, if it sends any."""
    record: cython.char[4104]
    have: u64 = 0
    n: cython.long
    address: u64
    s: SpaceP = cython.cast(SpaceP, c.space)
    while True:
        n = read_file(fd, cython.address(record[have]), 4104 - have)
        if n < 0 and errno == EINTR:
            continue
        if n <= 0:
            return
        have += n
        if have < 4104:
            continue
        have = 0
        address = cython.cast(u64p, cython.address(record[0]))[0]
        if address > s.size - PAGE:
            continue
        if memcmp(cython.cast(voidp, s.base + address), cython.address(record[8]), PAGE) == 0:
            continue
        if not careful_copy(cython.cast(voidp, s.base + address), cython.address(record[8]), PAGE):
            unguard(s, address)
            careful_copy(cython.cast(voidp, s.base + address), cython.address(record[8]), PAGE)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def tell_tid(c: CpuP, address: u64, tid: cython.int) -> cython.void:
    """As the kernel: where it can't be told, nobody hears of it."""
    put_bytes(c, address, cython.address(tid), 4)


# -- signal actions ------------------------------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def quick_rt_sigaction(c: CpuP, process: ProcessInfoP) -> cython.bint:
    """As linux.signal.sys_rt_sigaction, where no signal is held back."""
    signo: u32 = cython.cast(u32, c.reg[ARG0])
    action: SignalAction
    if c.reg[ARG3] != 8 or signo < 1 or signo > 64:
        return False
    if c.reg[ARG1]:
        if UNBLOCKABLE >> (signo - 1) & 1 or not fetch_bytes(c, c.reg[ARG1], cython.address(action), 32):
            return False
    if c.reg[ARG2] and not put_bytes(c, c.reg[ARG2], cython.address(process.actions[signo]), 32):
        return False
    c.reg[0] = 0
    if c.reg[ARG1] == 0:
        return True
    action.flags &= KNOWN_FLAGS
    action.mask &= ~UNBLOCKABLE
    if action.handler == 0 and action.flags == 0 and action.mask == 0:
        action.restorer = 0
    process.actions[signo] = action
    process.actions_changed = 1
    if SYNCHRONOUS >> (signo - 1) & 1:
        return True
    if action.handler > 1:
        action.flags = (action.flags & HOST_FLAGS) | SA_SIGINFO | SA_ONSTACK
        set_handler(signo, cython.cast(voidp, on_signal), action.flags)
    else:
        set_handler(signo, cython.cast(voidp, action.handler), action.flags & HOST_FLAGS)
    return True


# -- execve: reading what it is asked for ------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def fetch_string(c: CpuP, address: u64, to: cython.p_char, room: u64) -> cython.long:
    """Copy a string without its end; its length, or -1 where it can't be read or is longer than `room`."""
    done: u64 = 0
    n: u64
    end: voidp
    while done < room:
        n = PAGE - (address & PAGE_MASK)
        if n > room - done:
            n = room - done
        if not fetch_bytes(c, address, to + done, n):
            return -1
        end = memchr(to + done, 0, n)
        if end != cython.NULL:
            return cython.cast(cython.long, cython.cast(u64, end) - cython.cast(u64, to))
        done += n
        address += n
    return -1


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def fetch_strings(c: CpuP, address: u64, used: u64p, count: cython.p_int) -> cython.bint:
    """Append an array of strings to `fresh_text`, each with its NUL."""
    pointer: u64
    length: cython.long
    while address:
        if count[0] >= MOST_STRINGS - 1 or not fetch_bytes(c, address, cython.address(pointer), 8):
            return False
        if pointer == 0:
            return True
        length = fetch_string(c, pointer, fresh_text + used[0], MOST_TEXT - used[0])
        if length < 0:
            return False
        fresh_lengths[count[0]] = length
        count[0] += 1
        used[0] += length + 1
        address += 8
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def open_program(path: cython.p_char, status: stat_tp) -> cython.int:
    """A descriptor of a file that may be executed, or -errno."""
    fd: cython.int = open_file(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    if fd < 0:
        return -errno
    if fstat(fd, status) or status.st_mode & S_IFMT != S_IFREG or faccessat(AT_FDCWD, path, X_OK, AT_EACCESS):
        close(fd)
        return -EACCES
    return fd


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def read_elf(f: FileP, limit: u64, size: u64, interpreter: cython.p_char) -> cython.bint:
    """Take in a sound ELF program of the usual kind; False for any other, which Python looks at again.

    `limit`: the end of the address space; `size`: of the file; `interpreter`: LONGEST_PATH bytes, filled
    with what it names, if anything.
    """
    n: cython.long = pread(f.fd, head, HEAD, 0)
    row: cython.p_char
    i: cython.int
    kind: u32
    flags: u32
    s: SegmentP
    phoff: u64
    align: u64
    end: u64 = 0
    if n < 64 or memcmp(head, b"\x7fELF\x02\x01", 6) != 0:
        return False
    phoff = field(head, 32)
    f.type = half(head, 16)
    f.entry = field(head, 24)
    f.phnum = half(head, 56)
    f.phdr = 0
    f.align = PAGE
    f.count = 0
    f.executable_stack = 0
    interpreter[0] = 0
    if (f.type != 2 and f.type != 3) or half(head, 18) != 62 or half(head, 54) != 56 or f.phnum == 0:
        return False
    if phoff > HEAD or phoff + f.phnum * 56 > cython.cast(u64, n):
        return False
    for i in range(f.phnum):
        row = head + phoff + i * 56
        kind = cython.cast(u32, field(row, 0))
        flags = cython.cast(u32, field(row, 0) >> 32)
        if kind == 3 and interpreter[0] == 0:  # PT_INTERP
            if not read_name(f.fd, field(row, 8), field(row, 32), interpreter):
                return False
        elif kind == 6:  # PT_PHDR
            f.phdr = field(row, 16)
        elif kind == 0x6474E551:  # PT_GNU_STACK
            f.executable_stack = flags & 1
        if kind != 1 or (field(row, 32) == 0 and field(row, 40) == 0):
            continue
        if f.count == MOST_SEGMENTS:
            return False
        s = cython.address(f.segments[f.count])
        f.count += 1
        s.offset = field(row, 8)
        s.address = field(row, 16)
        s.file_size = field(row, 32)
        s.memory_size = field(row, 40)
        align = field(row, 48)
        s.prot = (1 if flags & 4 else 0) | (2 if flags & 2 else 0) | (4 if flags & 1 else 0)
        if (s.offset > size or s.file_size > size - s.offset or s.file_size > s.memory_size
                or s.address < end or s.address >= limit or s.memory_size > limit - s.address
                or align & (align - 1) or align > LARGEST_IMAGE):
            return False
        if s.file_size and (s.address ^ s.offset) & PAGE_MASK:
            return False
        if align > f.align:
            f.align = align
        end = s.address + s.memory_size
    if f.count == 0:
        return False
    for i in range(f.count):
        s = cython.address(f.segments[i])
        if f.phdr == 0 and s.offset <= phoff < s.offset + s.file_size:
            f.phdr = phoff - s.offset + s.address
    # position-independent files must surely find room
    return f.type == 2 or end - first_page(f) + f.align < LARGEST_IMAGE


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def field(at: cython.p_char, offset: u64) -> u64:
    return cython.cast(u64p, at + offset)[0]


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def half(at: cython.p_char, offset: u64) -> cython.int:
    return cython.cast(u16p, at + offset)[0]


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def read_name(fd: cython.int, offset: u64, length: u64, name: cython.p_char) -> cython.bint:
    """The interpreter's name, which ends with its only NUL."""
    if length < 2 or length > LONGEST_PATH or offset >> 62:
        return False
    if pread(fd, name, length, offset) != cython.cast(cython.long, length):
        return False
    return name[0] != 0 and name[length - 1] == 0 and memcmp(name, b"/proc/", 6) != 0


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def first_page(f: FileP) -> u64:
    return f.segments[0].address & ~PAGE_MASK


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def end_of(f: FileP) -> u64:
    last: SegmentP = cython.address(f.segments[f.count - 1])
    return (last.address + last.memory_size + PAGE_MASK) & ~PAGE_MASK


# -- execve ------------------------------------------------------------------------------------------


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def quick_execve(c: CpuP, thread: ThreadInfoP) -> cython.bint:
    """What Python hasn't heard of yet stays until the new program is sure to run."""
    process: ProcessInfoP = thread.process
    s: SpaceP = cython.cast(SpaceP, c.space)
    status: stat_t
    other: stat_t
    path: cython.char[LONGEST_PATH]
    exe: cython.char[LONGEST_PATH]
    interpreter: cython.char[LONGEST_PATH]
    unused: cython.char[LONGEST_PATH]
    link: cython.char[64]
    keep: cython.int[MOST_KEPT]
    program: File
    linker: File
    used: u64 = 0
    argc: cython.int = 0
    count: cython.int = 0
    exe_length: cython.long
    good: cython.bint
    length: cython.long = fetch_string(c, c.reg[ARG0], path, LONGEST_PATH)
    if length <= 0 or memcmp(path, b"/proc/", 6) == 0 or not no_robust_locks(c, thread):
        return False
    program.fd = open_program(path, cython.address(status))
    if program.fd < 0:
        c.reg[0] = program.fd
        return True
    snprintf(link, 64, b"/proc/thread-self/fd/%d", program.fd)
    exe_length = readlink(link, exe, LONGEST_PATH)
    linker.fd = -1
    good = exe_length > 0 and read_elf(cython.address(program), s.size, status.st_size, interpreter)
    if good and interpreter[0]:
        linker.fd = open_program(interpreter, cython.address(other))
        good = (linker.fd >= 0 and read_elf(cython.address(linker), s.size, other.st_size, unused)
                and linker.type == 3)
    good = (good and fetch_strings(c, c.reg[ARG1], cython.address(used), cython.address(argc))
            and argc > 0)
    count = argc
    good = (good and fetch_strings(c, c.reg[ARG2], cython.address(used), cython.address(count))
            and used + length + 1 <= MOST_TEXT and used + 9 * count <= process.stack_size // 4)
    if good:
        memcpy(fresh_text + used, path, length + 1)  # its name is the last of the strings on the stack
        fresh_lengths[count] = length
        count += 1
        used += length + 1
        memcpy(keep, process.private_fds, cython.sizeof(process.private_fds))
        keep[process.private_count] = program.fd
        keep[process.private_count + 1] = linker.fd
        good = close_marked_but(keep, process.private_count + 2)
    if not good:
        close(program.fd)
        if linker.fd >= 0:
            close(linker.fd)
        return False
    use_fresh()
    news.argc = argc
    news.count = count
    news.device, news.inode = status.st_dev, status.st_ino
    news.path_length = cython.cast(cython.int, exe_length)
    memcpy(news.path, exe, exe_length)
    release_parent(process)
    leave_program(c, thread)
    if not load(c, process, cython.address(program), cython.address(linker), used):
        c_syscall(NR_KILL, getpid(), SIGKILL)
    process.replaced = 1
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def leave_program(c: CpuP, thread: ThreadInfoP) -> cython.void:
    """What ends with the old program: its handlers, what waits for its thread, its memory."""
    process: ProcessInfoP = thread.process
    action: u64[4]
    signo: cython.int
    nothing: u32 = 0
    for signo in range(1, 65):
        if process.actions[signo].handler != 1:
            memset(cython.address(process.actions[signo]), 0, cython.sizeof(SignalAction))
        else:
            process.actions[signo].flags = process.actions[signo].mask = process.actions[signo].restorer = 0
        if SYNCHRONOUS >> (signo - 1) & 1 or c_syscall(NR_RT_SIGACTION, signo, cython.NULL, action, 8):
            continue
        if action[0] > 1 or action[1] & HOST_FLAGS:
            set_handler(signo, cython.cast(voidp, 1 if action[0] == 1 else 0), 0)
    process.actions_changed = 1
    if thread.clear_child_tid and put_bytes(c, thread.clear_child_tid, cython.address(nothing), 4):
        c_syscall(NR_FUTEX, thread.clear_child_tid + c.membase, FUTEX_WAKE, 1, 0, 0, 0)
    thread.clear_child_tid = 0
    thread.robust_list = 0
    clear_space(cython.cast(SpaceP, c.space))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def load(c: CpuP, process: ProcessInfoP, program: FileP, linker: FileP, used: u64) -> cython.bint:
    """Map the program and its interpreter, and build its stack; False where the host has no room."""
    s: SpaceP = cython.cast(SpaceP, c.space)
    i: cython.int
    base: u64 = 0
    heap: u64 = s.size // 3 * 2 & ~PAGE_MASK
    g: SegmentP
    dynamic: cython.bint = linker.fd >= 0
    start: u64
    program.bias = 0
    if program.type == 3:
        program.bias = place(s, program, process.top, dynamic)
    if not map_file(s, process, program):
        return False
    start = program.entry + program.bias
    news.entry = start
    news.load_bias = program.bias
    news.code_start = news.code_end = news.data_start = news.data_end = 0
    for i in range(program.count):
        g = cython.address(program.segments[i])
        if g.prot & 4:
            if news.code_start == 0:
                news.code_start = g.address + program.bias
            news.code_end = g.address + g.file_size + program.bias
        elif g.prot & 2:
            if news.data_start == 0:
                news.data_start = g.address + program.bias
            news.data_end = g.address + g.file_size + program.bias
    if dynamic:
        linker.bias = place(s, linker, process.top, False)
        if not map_file(s, process, linker):
            return False
        base = linker.bias + first_page(linker)
        start = linker.entry + linker.bias
    process.brk_start = process.brk = end_of(program) if program.type == 2 else heap
    close(program.fd)
    if dynamic:
        close(linker.fd)
    reset_registers(c)
    if not build_stack(c, process, program, base, used):
        return False
    c.rip = start
    write_card(c, process)
    c_syscall(NR_PRCTL, PR_SET_DUMPABLE, 1, 0, 0, 0)
    c_syscall(NR_PRCTL, PR_SET_NAME, base_name(text + used - lengths[news.count - 1] - 1), 0, 0, 0)
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def base_name(path: cython.p_char) -> cython.p_char:
    found: cython.p_char = path
    while path[0]:
        if path[0] == 47:  # a slash
            found = path + 1
        path += 1
    return found


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def place(s: SpaceP, f: FileP, top: u64, low: cython.bint) -> u64:
    """The bias of a position-independent file: as `loaders.elf.place`, in memory with room."""
    start: u64 = first_page(f)
    length: u64 = end_of(f) - start
    at: u64
    if low:
        return ((LOW_BASE + f.align - 1) & ~(f.align - 1)) - start
    at = free_range(s, length + f.align - PAGE, LOW_TOP, PAGE)
    if at == 0:
        at = free_range(s, length + f.align - PAGE, top, PAGE)
    return ((at + f.align - 1) & ~(f.align - 1)) - start


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def map_area(s: SpaceP, start: u64, end: u64, prot: cython.int, flags: cython.int, fd: cython.int,
             offset: u64, info: cython.int) -> cython.bint:
    """`AddressSpace.map` where nothing is yet."""
    at: voidp = cython.cast(voidp, s.base + start)
    good: cython.bint
    acquire(cython.address(s.lock))
    good = mmap(at, end - start, host_protection(prot), flags | MAP_FIXED, fd, offset) != MAP_FAILED
    if good:
        carve_areas(s, start, end)
        insert_area(s, start, end, prot, flags, offset, info)
    release(cython.address(s.lock))
    return good


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def map_zeros(s: SpaceP, start: u64, end: u64, prot: cython.int, info: cython.int) -> cython.bint:
    return map_area(s, start, end, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0, info)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def map_file(s: SpaceP, process: ProcessInfoP, f: FileP) -> cython.bint:
    """As `loaders.elf.ElfFile.map`."""
    i: cython.int
    g: SegmentP
    address: u64
    start: u64
    end: u64
    file_end: u64
    mapped_end: u64
    for i in range(f.count):
        g = cython.address(f.segments[i])
        address = g.address + f.bias
        start = address & ~PAGE_MASK
        end = (address + g.memory_size + PAGE_MASK) & ~PAGE_MASK
        file_end = address + g.file_size
        mapped_end = start
        if g.file_size:
            mapped_end = (file_end + PAGE_MASK) & ~PAGE_MASK
            if not map_area(s, start, mapped_end, g.prot, MAP_PRIVATE, f.fd, g.offset - (address - start),
                            process.plain):
                return False
            if g.memory_size > g.file_size and g.prot & 2 and file_end < mapped_end:
                memset(cython.cast(voidp, s.base + file_end), 0, mapped_end - file_end)
        if end > mapped_end and not map_zeros(s, mapped_end, end, g.prot, process.plain):
            return False
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def build_stack(c: CpuP, process: ProcessInfoP, program: FileP, base: u64, used: u64) -> cython.bint:
    """As `linux.stack.build`; the auxiliary vector has the entries of the program that ran before."""
    s: SpaceP = cython.cast(SpaceP, c.space)
    top: u64 = (s.size & ~PAGE_MASK) - STACK_GUARD
    strings: u64 = top - used - 8  # behind the last string's NUL: eight zeros
    platform: u64 = strings - 7
    random: u64 = (platform & ~cython.cast(u64, 15)) - 16
    sp: u64
    at: u64 = strings
    word: u64p
    vdso: u64
    i: cython.int
    if not map_zeros(s, top - process.stack_size, top, 7 if program.executable_stack else 3, process.stack):
        return False
    vdso = place_vdso(s, process)
    sp = (random - 8 * (cython.cast(u64, news.count) + 2 + process.auxv_length // 8)) & ~cython.cast(u64, 15)
    word = cython.cast(u64p, s.base + sp)
    word[0] = news.argc
    word += 1
    news.arg_start = news.env_start = 0
    for i in range(news.count):
        if i == news.argc:
            word[0] = 0
            word += 1
            news.env_start = at
        if i < news.count - 1:
            word[0] = at
            word += 1
            if i == 0:
                news.arg_start = at
            at += lengths[i] + 1
    word[0] = 0
    word += 1
    for i in range(0, process.auxv_length // 8, 2):
        process.auxv[i + 1] = auxiliary(process.auxv[i], process.auxv[i + 1], program, base, vdso, random, at,
                                        platform)
    memcpy(word, process.auxv, process.auxv_length)
    c_syscall(NR_GETRANDOM, s.base + random, 16, 0)
    memcpy(cython.cast(voidp, s.base + platform), b"x86_64", 7)
    memcpy(cython.cast(voidp, s.base + strings), text, used)
    c.reg[4] = news.stack_start = sp
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def auxiliary(key: u64, old: u64, program: FileP, base: u64, vdso: u64, random: u64, filename: u64,
              platform: u64) -> u64:
    """An entry's value for the new program (getauxval(3)); what isn't named here stays."""
    if key == 3:
        return program.phdr + program.bias if program.phdr else 0
    if key == 4:
        return 56
    if key == 5:
        return program.phnum
    if key == 7:
        return base
    if key == 9:
        return program.entry + program.bias
    if key == 11:
        return c_syscall(NR_GETUID)
    if key == 12:
        return c_syscall(NR_GETEUID)
    if key == 13:
        return c_syscall(NR_GETGID)
    if key == 14:
        return c_syscall(NR_GETEGID)
    if key == 15:
        return platform
    if key == 25:
        return random
    if key == 31:
        return filename
    if key == 33:
        return vdso
    return old


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def place_vdso(s: SpaceP, process: ProcessInfoP) -> u64:
    """As `linux.vdso.place`, with the image that the program before had."""
    at: u64 = free_range(s, PAGE, process.top, PAGE)
    if at == 0 or not map_area(s, at, at + PAGE, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0, process.vdso):
        return 0
    memcpy(cython.cast(voidp, s.base + at), process.vdso_image, PAGE)
    acquire(cython.address(s.lock))
    protect_areas(s, at, at + PAGE, 5)
    release(cython.address(s.lock))
    return at


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def write_card(c: CpuP, process: ProcessInfoP) -> cython.void:
    """As `linux.card.write`, into the same page."""
    at: voidp = cython.cast(voidp, process.card)
    words: u64p = cython.cast(u64p, at)
    path_length: u64 = news.path_length
    last: u64 = process.auxv_length
    flags: cython.int = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED
    i: cython.int
    env_end: u64 = news.env_start
    if path_length > PAGE - 48 - 1024:
        path_length = PAGE - 48 - 1024
    for i in range(news.argc, news.count - 1):
        env_end += lengths[i] + 1
    if mmap(at, PAGE, PROT_READ | PROT_WRITE, flags, -1, 0) == MAP_FAILED:
        return
    words[0] = process.card_magic
    words[1] = news.arg_start
    words[2] = news.env_start
    words[3] = env_end
    words[4] = path_length
    words[5] = last
    memcpy(words + 6, news.path, path_length)
    memcpy(cython.cast(cython.p_char, words + 6) + path_length, process.auxv, last)
    mprotect(at, PAGE, PROT_NONE)


# -- for Python --------------------------------------------------------------------------------------


def install() -> None:
    """Make these calls here from now on, wherever a process is settled."""
    serve_by(serve)


def arrive(process: ProcessState) -> tuple:
    """Whether this process was forked since Python last ran in it, and whether it runs another program."""
    told = process.info.born, process.info.replaced
    if process.info.born:
        PyOS_AfterFork_Child()
    process.info.born = process.info.replaced = 0
    return told


def take_news(process: ProcessState) -> dict:
    """The program that was executed: attributes of `linux.task.Process`."""
    auxv: cython.p_char = cython.cast(cython.p_char, process.info.auxv)
    strings: list = []
    at: cython.p_char = text
    i: cython.int
    for i in range(news.count):
        strings.append(PyBytes_FromStringAndSize(at, lengths[i]))
        at += lengths[i] + 1
    return {
        "exe": PyBytes_FromStringAndSize(news.path, news.path_length), "exe_id": (news.device, news.inode),
        "comm": strings[news.count - 1].rpartition(b"/")[2][:15], "argv": strings[: news.argc],
        "environ": strings[news.argc : news.count - 1], "entry": news.entry, "load_bias": news.load_bias,
        "auxv": PyBytes_FromStringAndSize(auxv, process.info.auxv_length),
        "code_start": news.code_start, "code_end": news.code_end, "data_start": news.data_start,
        "data_end": news.data_end, "stack_start": news.stack_start, "arg_start": news.arg_start,
        "env_start": news.env_start,
    }  # fmt: skip
