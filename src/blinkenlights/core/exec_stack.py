"""What a new program finds in memory besides its files, for execve without Python.

Its stack and the vDSO; and the card, which tells other guests of it.
"""

import cython

PAGE = cython.declare(u64, 4096)
PAGE_MASK = cython.declare(u64, 4095)
STACK_GUARD = cython.declare(u64, 0x10000)  # as linux.stack has it


def build_stack(c, process, program, base, given, news):
    """As `linux.stack.build`; the auxiliary vector has the entries of the program that ran before."""
    s: SpaceP = cython.cast(SpaceP, c.space)
    top: u64 = (s.size & ~PAGE_MASK) - STACK_GUARD
    strings: u64 = top - given.used - 8  # behind the last string's NUL: eight zeros
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
    sp = (random - 8 * (cython.cast(u64, given.count) + 2 + process.auxv_length // 8)) & ~cython.cast(u64, 15)
    word = cython.cast(u64p, s.base + sp)
    word[0] = given.argc
    word += 1
    news.arg_start = news.env_start = 0
    for i in range(given.count):
        if i == given.argc:
            word[0] = 0
            word += 1
            news.env_start = at
        if i < given.count - 1:
            word[0] = at
            word += 1
            if i == 0:
                news.arg_start = at
            at += given.lengths[i] + 1
    word[0] = 0
    word += 1
    for i in range(0, process.auxv_length // 8, 2):
        process.auxv[i + 1] = auxiliary(process.auxv[i], process.auxv[i + 1], program, base, vdso, random, at,
                                        platform)
    memcpy(word, process.auxv, process.auxv_length)
    c_syscall(SYS_getrandom, s.base + random, 16, 0)
    memcpy(cython.cast(voidp, s.base + platform), b"x86_64", 7)
    memcpy(cython.cast(voidp, s.base + strings), given.text, given.used)
    c.reg[4] = news.stack_start = sp
    return True


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def auxiliary(key: u64, old: u64, program: FileP, base: u64, vdso: u64, random: u64, filename: u64,
              platform: u64) -> u64:
    """An entry's value for the new program (getauxval(3)); what isn't named here stays."""
    if key == AT_PHDR:
        return program.phdr + program.bias if program.phdr else 0
    if key == AT_PHENT:
        return 56
    if key == AT_PHNUM:
        return program.phnum
    if key == AT_BASE:
        return base
    if key == AT_ENTRY:
        return program.entry + program.bias
    if key == AT_UID:
        return c_syscall(SYS_getuid)
    if key == AT_EUID:
        return c_syscall(SYS_geteuid)
    if key == AT_GID:
        return c_syscall(SYS_getgid)
    if key == AT_EGID:
        return c_syscall(SYS_getegid)
    if key == AT_PLATFORM:
        return platform
    if key == AT_RANDOM:
        return random
    if key == AT_EXECFN:
        return filename
    if key == AT_SYSINFO_EHDR:
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


def write_card(process, given, news):
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
    for i in range(given.argc, given.count - 1):
        env_end += given.lengths[i] + 1
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
