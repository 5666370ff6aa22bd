"""execve without Python, as `linux.exec` does it for every case.

Nothing is changed before it is sure that the new program runs; what Python hasn't heard of yet stays until
then.
"""

import cython
from cython.cimports.cpython.bytes import PyBytes_FromStringAndSize
from cython.cimports.libc.stdio import snprintf

SIGKILL = cython.declare(cython.long, 9)
PR_SET_DUMPABLE = cython.declare(cython.long, 4)
FUTEX_WAKE = cython.declare(cython.long, 1)

PAGE = cython.declare(u64, 4096)
PAGE_MASK = cython.declare(u64, 4095)

# of the program that runs, and of the one that may be next
both = cython.declare(Strings[2])
current = cython.declare(StringsP, cython.address(both[0]))
fresh = cython.declare(StringsP, cython.address(both[1]))


# -- reading what it is asked for --------------------------------------------------------------------


def fetch_string(c, address, to, room):
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
def fetch_strings(c: CpuP, address: u64, to: StringsP) -> cython.bint:
    """Append an array of strings, each with its NUL."""
    pointer: u64
    length: cython.long
    while address:
        if to.count >= MOST_STRINGS - 1 or not fetch_bytes(c, address, cython.address(pointer), 8):
            return False
        if pointer == 0:
            return True
        length = fetch_string(c, pointer, to.text + to.used, MOST_TEXT - to.used)
        if length < 0:
            return False
        to.lengths[to.count] = length
        to.count += 1
        to.used += length + 1
        address += 8
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def fetch_all_strings(c: CpuP, process: ProcessInfoP, path: cython.p_char, length: u64) -> cython.bint:
    """Arguments, environment and the file's name; False where they are unusual, or many."""
    fresh.count = 0
    fresh.used = 0
    if not fetch_strings(c, c.reg[ARG1], fresh) or fresh.count == 0:
        return False
    fresh.argc = fresh.count
    if not fetch_strings(c, c.reg[ARG2], fresh) or fresh.used + length + 1 > MOST_TEXT:
        return False
    if fresh.used + 9 * fresh.count > process.stack_size // 4:
        return False
    memcpy(fresh.text + fresh.used, path, length + 1)
    fresh.lengths[fresh.count] = cython.cast(u32, length)
    fresh.count += 1
    fresh.used += length + 1
    return True


def no_robust_locks(c, thread):
    """Whether the thread's list of robust locks is empty (get_robust_list(2))."""
    words: u64[3]
    return thread.robust_list == 0 or (fetch_bytes(c, thread.robust_list, words, 24)
                                       and words[0] == thread.robust_list and words[2] == 0)


# -- the call ----------------------------------------------------------------------------------------


def quick_execve(c, thread):
    global current, fresh
    process: ProcessInfoP = thread.process
    path: cython.char[LONGEST_PATH]
    exe: cython.char[LONGEST_PATH]
    link: cython.char[64]
    program: File
    linker: File
    exe_length: cython.long
    opened: cython.int
    length: cython.long = fetch_string(c, c.reg[ARG0], path, LONGEST_PATH)
    if length <= 0 or memcmp(path, b"/proc/", 6) == 0 or not no_robust_locks(c, thread):
        return False
    opened = open_program(path, cython.address(program))
    if opened < 0:
        c.reg[0] = opened
        return True
    snprintf(link, 64, b"/proc/thread-self/fd/%d", program.fd)
    exe_length = readlink(link, exe, LONGEST_PATH)
    linker.fd = -1
    if not (exe_length > 0 and read_files(c, cython.address(program), cython.address(linker))
            and fetch_all_strings(c, process, path, length) and close_others(process, program.fd, linker.fd)):
        close(program.fd)
        if linker.fd >= 0:
            close(linker.fd)
        return False
    current, fresh = fresh, current
    news.device, news.inode = program.device, program.inode
    news.path_length = cython.cast(cython.int, exe_length)
    memcpy(news.path, exe, exe_length)
    release_parent(process)
    leave_program(c, thread)
    if not load(c, process, cython.address(program), cython.address(linker)):
        c_syscall(SYS_kill, getpid(), SIGKILL)
    process.replaced = 1
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def read_files(c: CpuP, program: FileP, linker: FileP) -> cython.bint:
    """Take in an open program, and its interpreter if it has one."""
    interpreter: cython.char[LONGEST_PATH]
    unused: cython.char[LONGEST_PATH]
    limit: u64 = cython.cast(SpaceP, c.space).size
    if not read_elf(program, limit, interpreter):
        return False
    return not interpreter[0] or (open_program(interpreter, linker) >= 0 and read_elf(linker, limit, unused)
                                  and linker.type == ET_DYN)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def close_others(process: ProcessInfoP, program: cython.int, linker: cython.int) -> cython.bint:
    """Close what is to be closed at execve; False, with nothing closed, if we can't know."""
    keep: cython.int[MOST_KEPT]
    memcpy(keep, process.private_fds, cython.sizeof(process.private_fds))
    keep[process.private_count] = program
    keep[process.private_count + 1] = linker
    return close_marked_but(keep, process.private_count + 2)


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
        if SYNCHRONOUS >> (signo - 1) & 1 or c_syscall(SYS_rt_sigaction, signo, cython.NULL, action, 8):
            continue
        if action[0] > 1 or action[1] & HOST_FLAGS:
            set_handler(signo, cython.cast(voidp, 1 if action[0] == 1 else 0), 0)
    process.actions_changed = 1
    if thread.clear_child_tid and put_bytes(c, thread.clear_child_tid, cython.address(nothing), 4):
        c_syscall(SYS_futex, thread.clear_child_tid + c.membase, FUTEX_WAKE, 1, 0, 0, 0)
    thread.clear_child_tid = 0
    thread.robust_list = 0
    clear_space(cython.cast(SpaceP, c.space))


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def load(c: CpuP, process: ProcessInfoP, program: FileP, linker: FileP) -> cython.bint:
    """Map the program and its interpreter, and build its stack; False where the host has no room."""
    s: SpaceP = cython.cast(SpaceP, c.space)
    i: cython.int
    base: u64 = 0
    heap: u64 = s.size // 3 * 2 & ~PAGE_MASK
    g: SegmentP
    dynamic: cython.bint = linker.fd >= 0
    start: u64
    program.bias = 0
    if program.type == ET_DYN:
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
    process.brk_start = process.brk = end_of(program) if program.type == ET_EXEC else heap
    close(program.fd)
    if dynamic:
        close(linker.fd)
    reset_registers(c)
    if not build_stack(c, process, program, base, current, cython.address(news)):
        return False
    c.rip = start
    write_card(process, current, cython.address(news))
    c_syscall(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0)
    c_syscall(SYS_prctl, PR_SET_NAME, base_name(last_string(current)), 0, 0, 0)
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def last_string(given: StringsP) -> cython.p_char:
    return given.text + given.used - given.lengths[given.count - 1] - 1


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


# -- for Python --------------------------------------------------------------------------------------


def take_news(process: ProcessState) -> dict:
    """The program that was executed: attributes of `linux.task.Process`."""
    auxv: cython.p_char = cython.cast(cython.p_char, process.info.auxv)
    strings: list = []
    at: cython.p_char = current.text
    i: cython.int
    for i in range(current.count):
        strings.append(PyBytes_FromStringAndSize(at, current.lengths[i]))
        at += current.lengths[i] + 1
    return {
        "exe": PyBytes_FromStringAndSize(news.path, news.path_length), "exe_id": (news.device, news.inode),
        "comm": strings[current.count - 1].rpartition(b"/")[2][:15], "argv": strings[: current.argc],
        "environ": strings[current.argc : current.count - 1],
        "entry": news.entry, "load_bias": news.load_bias,
        "auxv": PyBytes_FromStringAndSize(auxv, process.info.auxv_length),
        "code_start": news.code_start, "code_end": news.code_end, "data_start": news.data_start,
        "data_end": news.data_end, "stack_start": news.stack_start, "arg_start": news.arg_start,
        "env_start": news.env_start,
    }  # fmt: skip

