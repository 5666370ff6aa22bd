"""fork and vfork without Python, as `linux.process` does them for every case."""

import cython

SIGCHLD = cython.declare(u64, 17)
CLONE_VM = cython.declare(u64, 0x100)
CLONE_VFORK = cython.declare(u64, 0x4000)
CLONE_SETTLS = cython.declare(u64, 0x80000)
CLONE_PARENT_SETTID = cython.declare(u64, 0x100000)
CLONE_CHILD_CLEARTID = cython.declare(u64, 0x200000)
CLONE_CHILD_SETTID = cython.declare(u64, 0x1000000)
KNOWN_CLONE = cython.declare(u64, CLONE_VM | CLONE_VFORK | CLONE_SETTLS | CLONE_PARENT_SETTID
                             | CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID)

PAGE = cython.declare(u64, 4096)
EVERY_SIGNAL = cython.declare(u64, ~cython.cast(u64, 0))
LOWEST_PRIVATE_FD = cython.declare(cython.int, 1000)


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


def quick_fork(c, thread, number):
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
    c_syscall(SYS_rt_sigprocmask, 2, cython.address(wanted), cython.address(before), 8)
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
    c_syscall(SYS_rt_sigprocmask, 2, cython.address(before), cython.NULL, 8)
    if vfork and pid:
        close(ends[1])
        if pid > 0:
            take_over(c, ends[0])
        close(ends[0])
    return True


# -- vfork, as linux.process explains it -------------------------------------------------------------


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


def release_parent(process):
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
