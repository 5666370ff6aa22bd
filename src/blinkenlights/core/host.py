"""The host kernel: signals, and system calls that a signal can't slip past.

A caught signal is stored in the thread's Cpu and every signal is blocked in that thread until the
guest's handler has been entered, so the host's queues serve as the guest's. The window between
the check for a pending signal and the system call is closed as follows: both are in a short piece
of machine code, and the signal handler moves a thread found inside it to its early exit. As host
handlers carry the guest's SA_RESTART, the kernel itself sends an interrupted call that is to be
restarted back into that window, and answers EINTR for one that isn't.
"""

import cython
from cython.cimports.blinkenlights.core.cloning import c_clone_lent
from cython.cimports.cpython.bytes import PyBytes_FromStringAndSize
from cython.cimports.libc.errno import errno
from cython.cimports.libc.string import memcpy, memmove

EINTR = cython.declare(cython.int, 4)

DEFAULT = 0
IGNORE = 1
CATCH = 2

STUB = (
    b"\x49\x89\xfb"  #       mov r11, rdi
    b"\x48\x8b\x06"  #       mov rax, [rsi]
    b"\x48\x8b\x7e\x08"  #   mov rdi, [rsi+8]
    b"\x48\x8b\x56\x18"  #   mov rdx, [rsi+24]
    b"\x4c\x8b\x56\x20"  #   mov r10, [rsi+32]
    b"\x4c\x8b\x46\x28"  #   mov r8, [rsi+40]
    b"\x4c\x8b\x4e\x30"  #   mov r9, [rsi+48]
    b"\x48\x8b\x76\x10"  #   mov rsi, [rsi+16]
    b"\x49\x83\x3b\x00"  #   window: cmp qword [r11], 0
    b"\x74\x03"  #           je early
    b"\x0f\x05"  #           syscall
    b"\xc3"  #               ret
    b"\x48\xc7\xc0\x00\xfe\xff\xff"  # early: mov rax, -512
    b"\xc3"  #               ret
)
WINDOW = cython.declare(cython.int, 30)
EARLY = cython.declare(cython.int, 39)

stub = cython.declare(Stub, cython.NULL)
stub_at = cython.declare(cython.longlong, 0)


def set_current(c):
    global current_cpu_
    current_cpu_ = c


def get_current():
    return cython.cast(CpuP, current_cpu_)


def make_stub():
    """Place the system-call window in executable memory; without it `syscall` of libc serves."""
    global stub, stub_at
    from posix import uname

    system = uname()
    if system.machine != "x86_64" or system.sysname != "Linux":
        if system.sysname == "Linux":
            from blinkenlights.core.foreign import translate_calls

            translate_calls()
        return
    memory: voidp = mmap(cython.NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    if memory == MAP_FAILED:
        return
    code: bytes = STUB
    memcpy(memory, cython.cast(cython.p_char, code), len(code))
    if mprotect(memory, 4096, PROT_READ | PROT_EXEC) == 0:
        stub = cython.cast(Stub, memory)
        stub_at = cython.cast(cython.longlong, memory)


call_maker = cython.declare(CallMaker, cython.NULL)


def make_calls_by(how):
    global call_maker
    call_maker = how


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def plain_call(args: cython.p_long) -> cython.long:
    """A guest's call, even if a signal waits; -errno on error."""
    r: cython.long
    if call_maker != cython.NULL:
        return call_maker(args)
    r = c_syscall(args[0], args[1], args[2], args[3], args[4], args[5], args[6])
    return -errno if r == -1 else r


def host_call(c, args):
    if stub != cython.NULL:
        return stub(cython.address(c.stop_at), args)
    return RESTART if c.pending_signal else plain_call(args)


SIGNAL_STACK = cython.declare(cython.size_t, 65536)


def use_signal_stack(c):
    global signal_stack_
    stack: stack_t
    memory: voidp
    if c.signal_stack != cython.NULL and signal_stack_ == c.signal_stack:
        return True
    if c.signal_stack == cython.NULL:
        memory = mmap(cython.NULL, SIGNAL_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        if memory == MAP_FAILED:
            return False
        c.signal_stack = memory
    stack.ss_sp = c.signal_stack
    stack.ss_flags = 0
    stack.ss_size = SIGNAL_STACK
    if sigaltstack(cython.address(stack), cython.NULL if signal_stack_ else cython.address(stack_before_)):
        return False
    signal_stack_ = c.signal_stack
    return True


def drop_signal_stack(c):
    global signal_stack_
    stack: stack_t
    if signal_stack_ == c.signal_stack:
        signal_stack_ = cython.NULL
    if c.signal_stack == cython.NULL:
        return
    if sigaltstack(cython.NULL, cython.address(stack)) == 0 and stack.ss_sp == c.signal_stack:
        sigaltstack(cython.address(stack_before_), cython.NULL)
        munmap(c.signal_stack, SIGNAL_STACK)
    # else another thread may use it still, and could take no signal without it
    c.signal_stack = cython.NULL


watch_faults = cython.declare(FaultWatcher, cython.NULL)
watch_signals = cython.declare(SignalWatcher, cython.NULL)


def translate_signals_by(faults, signals):
    global watch_faults, watch_signals
    watch_faults = faults
    watch_signals = signals


def on_fault(signo, info, context):
    """SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGTRAP."""
    c: CpuP = cython.cast(CpuP, current_cpu_)
    action: sigaction_t
    if info.si_code <= 0 and before_ours and mask_kept_ < SERVANT:
        # `kick`, in a thread that runs guests or has run one until just now; its mask is the program's
        if sent_by(info) != c_syscall(SYS_getpid) and not is_kick(signo, info):
            give_back(signo)
            c_syscall(SYS_tgkill, c_syscall(SYS_getpid), c_syscall(SYS_gettid), signo)
        elif c != cython.NULL:
            c.stop_at = 0
            if c.inside and watch_signals != cython.NULL:
                watch_signals(c, context)
    elif info.si_code <= 0:  # sent by a process
        on_signal(signo, info, context)
    elif copy_jump_ != cython.NULL:
        save_x87(c, context)
        siglongjmp(copy_jump_[0], 1)
    elif (c != cython.NULL and c.inside and watch_faults != cython.NULL
          and watch_faults(c, signo, info.si_code, context)):
        pass
    elif c != cython.NULL and c.running:
        c.host_signal = signo
        c.host_code = info.si_code
        c.fault_address = cython.cast(u64, info.si_addr)
        c.error_code = CONTEXT_ERROR(context)
        collect_interrupted_fp(c, context)
        save_x87(c, context)
        siglongjmp(c.fault_jump, 1)
    elif spare != cython.NULL and spare(signo, cython.cast(u64, info.si_addr)):
        pass
    elif before_ours:  # a fault of our own: whoever looked for them before us does
        give_back(signo)
    else:  # let it be seen
        action.sa_handler = SIG_DFL
        action.sa_flags = 0
        sigemptyset(cython.address(action.sa_mask))
        sigaction(signo, cython.address(action), cython.NULL)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def give_back(signo: cython.int) -> cython.void:
    """Have a signal for faults do what it did before `share_faults`."""
    sigaction(signo, cython.address(before[signo]), cython.NULL)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def sent_by(info: cython.p_void) -> cython.int:
    """The process that has sent a signal."""
    return cython.cast(i32p, info)[4]


spare = cython.declare(Sparer, cython.NULL)
before = cython.declare(sigaction_t[65])  # actions that an embedding program had
before_ours = cython.declare(cython.bint, False)


def spare_faults_by(how):
    global spare
    spare = how


def on_interrupt(signo, info, context):
    """SIGINT while a machine runs on Python's main thread: leave the guest, and tell Python then."""
    global interrupted_
    c: CpuP = cython.cast(CpuP, current_cpu_)
    pc: cython.longlong
    if c == cython.NULL or in_hook:
        if interrupt_before.sa_flags & SA_SIGINFO:
            interrupt_before.sa_sigaction(signo, info, context)
        else:
            interrupt_before.sa_handler(signo)
        return
    interrupted_ = True
    c.asked = 1
    c.stop_at = 0
    pc = CONTEXT_PC(context) - stub_at
    if WINDOW <= pc < EARLY - 1:
        CONTEXT_SET_PC(context, stub_at + EARLY)
    if c.inside and watch_signals != cython.NULL:
        watch_signals(c, context)


in_hook = 0
holding = cython.declare(cython.bint, False)
interrupted_ = cython.declare(cython.bint, False)
interrupt_before = cython.declare(sigaction_t)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def save_x87(c: CpuP, context: voidp) -> cython.void:
    image: u8p = CONTEXT_FXSAVE(context)
    if c != cython.NULL and c.x87_live and image != cython.NULL:
        take_x87(c, image)


KICK = cython.declare(u64, 0x6B6E696C62647261)
MOST_KICKS = cython.declare(cython.int, 16)
kicks = cython.declare(cython.int[16])  # processes that have kicked this one
kick_count = cython.declare(cython.int, 0)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def is_kick(signo: cython.int, info: cython.p_void) -> cython.bint:
    """Whether a signal is one that emulators send each other (linux/ptrace.py)."""
    return (signo == SIGSEGV and cython.cast(i32p, info)[2] == SI_QUEUE
            and cython.cast(u64p, info)[3] == KICK)


def kick_waits(c):
    return c.pending_signal == SIGSEGV and is_kick(SIGSEGV, cython.address(c.pending_info[0]))


def on_signal(signo, info, context):
    """Store the signal, hold back all others, ask the run loop to leave."""
    global kick_count
    c: CpuP = cython.cast(CpuP, current_cpu_)
    pc: cython.longlong
    if c == cython.NULL:
        return
    if is_kick(signo, info):
        if kick_count < MOST_KICKS:
            kicks[kick_count] = sent_by(info)
            kick_count += 1
        if c.pending_signal:  # that one must not be lost
            return
    if c.pending_signal:  # one that stands for faults, else all are blocked until that one has been taken
        keep_for_later(c, signo, info)
    else:
        c.pending_signal = signo
        memcpy(c.pending_info, info, 128)
    c.stop_at = 0
    pc = CONTEXT_PC(context) - stub_at
    if WINDOW <= pc < EARLY - 1:
        CONTEXT_SET_PC(context, stub_at + EARLY)
    block_all(CONTEXT_MASK(context))
    if c.inside and watch_signals != cython.NULL:
        watch_signals(c, context)


MOST_LATER = cython.declare(cython.int, 8)
FIRST_REALTIME = cython.declare(cython.int, 32)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def keep_for_later(c: CpuP, signo: cython.int, info: cython.p_void) -> cython.void:
    """A signal came while one waits; standard signals of one number are one, as in the kernel."""
    i: cython.int
    if signo < FIRST_REALTIME:
        if c.pending_signal == signo and not kick_waits(c):
            return
        for i in range(later_.count):
            if cython.cast(i32p, later_.info[i])[0] == signo:
                return
    if later_.count < MOST_LATER:
        memcpy(later_.info[later_.count], info, 128)
        later_.count += 1


@cython.cfunc
def take_next(c: CpuP) -> None:
    """What came while the signal waited that has just been taken is next."""
    every: u64 = ~cython.cast(u64, 0)
    old: u64 = 0
    c_syscall(SYS_rt_sigprocmask, 2, cython.address(every), cython.address(old), 8)  # the handler adds to it
    c.pending_signal = cython.cast(i32p, later_.info[0])[0]
    memcpy(c.pending_info, later_.info[0], 128)
    later_.count -= 1
    memmove(later_.info[0], later_.info[1], later_.count * 128)
    c_syscall(SYS_rt_sigprocmask, 2, cython.address(old), cython.NULL, 8)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def block_all(mask: cython.pointer[sigset_t]) -> cython.void:
    """Every signal but those that the host raises for faults."""
    every_signal(mask)
    sigdelset(mask, SIGSEGV)
    sigdelset(mask, SIGBUS)
    sigdelset(mask, SIGFPE)
    sigdelset(mask, SIGILL)
    sigdelset(mask, SIGTRAP)


def careful_copy(to, source, n):
    global copy_jump_
    jump: sigjmp_buf
    if sigsetjmp(jump, 0):
        copy_jump_ = cython.NULL
        return False
    copy_jump_ = cython.address(jump)
    compiler_barrier()
    memcpy(to, source, n)
    compiler_barrier()
    copy_jump_ = cython.NULL
    return True


# -- for Python --------------------------------------------------------------------------------

SYNCHRONOUS: tuple = (SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV)


def catch_faults() -> None:
    """Install the handlers for faults; the guest's own wishes for these signals don't change them."""
    global before_ours
    action: sigaction_t
    before_ours = False
    action.sa_sigaction = on_fault
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER
    sigemptyset(cython.address(action.sa_mask))
    for signo in SYNCHRONOUS:
        sigaction(signo, cython.address(action), cython.NULL)


def share_faults() -> None:
    """`catch_faults` in a Python program that goes on: what isn't a guest's is for whoever had it before."""
    global before_ours
    i: cython.int
    action: sigaction_t
    if before_ours:
        return
    for signo in SYNCHRONOUS:
        i = signo
        sigaction(i, cython.NULL, cython.address(action))
        if cython.cast(voidp, action.sa_sigaction) != cython.cast(voidp, on_fault):
            before[i] = action
    catch_faults()
    before_ours = True


def hold_interrupts() -> bool:
    """Have SIGINT stop the guest instead of calling Python's handler; False where nobody handles it."""
    global interrupted_, holding
    action: sigaction_t
    if holding:  # a machine that is run from another one's hook
        return False
    sigaction(SIGINT, cython.NULL, cython.address(interrupt_before))
    if interrupt_before.sa_handler == SIG_DFL or interrupt_before.sa_handler == SIG_IGN:
        return False
    holding = True
    interrupted_ = False
    action.sa_sigaction = on_interrupt
    action.sa_flags = SA_SIGINFO | SA_ONSTACK
    sigemptyset(cython.address(action.sa_mask))
    sigaction(SIGINT, cython.address(action), cython.NULL)
    return True


def interrupted() -> bool:
    """Has SIGINT come since `hold_interrupts`?"""
    return interrupted_


def let_interrupts_go() -> None:
    """The end of `hold_interrupts`."""
    global holding
    holding = False
    sigaction(SIGINT, cython.address(interrupt_before), cython.NULL)


def keep_mask(block: bool = False) -> None:
    """`set_mask` does nothing in this thread from now on; with `block`, all signals stay blocked."""
    global mask_kept_
    if block:
        set_mask(~cython.cast(u64, 0))
        mask_kept_ += SERVANT
    mask_kept_ += 1


def let_mask_go() -> None:
    """The end of `keep_mask`, which may be nested."""
    global mask_kept_
    mask_kept_ = 0 if mask_kept_ >= SERVANT or mask_kept_ == 0 else mask_kept_ - 1


SERVANT = cython.declare(cython.int, 1000)  # added to `mask_kept_` where all signals are blocked for good


def enter_hook() -> None:
    """A function of the machine's user is called: SIGINT is for that, not for the guest."""
    global in_hook
    in_hook += 1


def leave_hook() -> None:
    """The end of `enter_hook`."""
    global in_hook
    in_hook -= 1


def kick(tid: int) -> None:
    """Let a host thread of this process leave the system call that it waits in."""
    c_syscall(SYS_tgkill, c_syscall(SYS_getpid), cython.cast(cython.long, tid), SIGSEGV)


def bound() -> int:
    """What `bind_again` makes this thread's processor again."""
    return cython.cast(u64, current_cpu_)


def bind_again(before: u64) -> None:
    """The processor that this thread had when `bound` was called; a machine's hook may run another one."""
    set_current(cython.cast(CpuP, before))


def unbind() -> None:
    """This thread has no processor any more: signals caught here are nobody's."""
    set_current(cython.NULL)


def set_action(signo: int, kind: int, flags: int = 0) -> None:
    """Have the host kernel do DEFAULT or IGNORE for a signal, or CATCH it for the guest.

    `flags` are sigaction(2)'s: SA_RESTART, SA_NOCLDSTOP and SA_NOCLDWAIT count.
    Raises OSError (EINVAL) for SIGKILL, SIGSTOP and numbers that are no signal.
    """
    if signo in SYNCHRONOUS:
        return
    number: cython.int = signo
    keep: cython.int = flags & 0x10000003
    failed: cython.int
    if kind == CATCH:
        failed = set_handler(number, cython.cast(voidp, on_signal), keep | SA_SIGINFO | SA_ONSTACK)
    else:
        failed = set_handler(number, cython.cast(voidp, SIG_DFL if kind == DEFAULT else SIG_IGN), keep)
    if failed:
        raise OSError(errno, "sigaction")


def take_signal():
    """The signal caught for this thread as (number, siginfo_t bytes), or None. Forgets it."""
    c: CpuP = cython.cast(CpuP, current_cpu_)
    if c == cython.NULL or c.pending_signal == 0:
        return None
    signo: int = c.pending_signal
    info: bytes = PyBytes_FromStringAndSize(cython.cast(cython.p_char, c.pending_info), 128)
    if later_.count:
        take_next(c)
        return signo, info
    c.pending_signal = 0
    compiler_barrier()
    c.stop_at = ~cython.cast(u64, 0)  # host calls may be made again
    compiler_barrier()
    if c.pending_signal:  # the next one came in between
        c.stop_at = 0
    return signo, info


def hand_back(signo: int, info: bytes, tid: int = 0) -> None:
    """Send a signal that this thread has caught once more: to the process, or to this thread of its own."""
    number: cython.int = signo
    if tid:
        c_syscall(SYS_rt_tgsigqueueinfo, c_syscall(SYS_getpid), cython.cast(cython.long, tid), number,
                  cython.cast(cython.p_char, info))
    else:
        c_syscall(SYS_rt_sigqueueinfo, c_syscall(SYS_getpid), number, cython.cast(cython.p_char, info))


def take_no_signals() -> None:
    """Block every signal in this thread, those for faults too: until `set_mask`, it may not fault."""
    every: u64 = ~cython.cast(u64, 0)
    if not mask_kept_:
        c_syscall(SYS_rt_sigprocmask, 2, cython.address(every), cython.NULL, 8)


def take_kicks() -> list:
    """Processes whose emulators want this one's attention; forgets them."""
    global kick_count
    found: list = []
    while kick_count > 0:
        kick_count -= 1
        found.append(kicks[kick_count])
    return found


def kicked() -> bool:
    """Whether what has been caught for this thread is such a wish for attention."""
    c: CpuP = cython.cast(CpuP, current_cpu_)
    return c != cython.NULL and kick_waits(c)


def stop_self() -> None:
    """Stop this process, as SIGSTOP does, until it is continued."""
    with cython.nogil:
        c_syscall(SYS_tgkill, c_syscall(SYS_getpid), c_syscall(SYS_gettid), SIGSTOP)


def get_mask() -> int:
    """This thread's signal mask on the host; bit n-1 is signal n."""
    old: u64 = 0
    c_syscall(SYS_rt_sigprocmask, 0, cython.NULL, cython.address(old), 8)
    return old


def set_mask(mask: int) -> int:
    """Set this thread's signal mask, fault signals left out; returns the old one.

    While a caught signal waits to be taken, everything stays blocked.
    """
    old: u64 = 0
    new: u64 = mask
    c: CpuP = cython.cast(CpuP, current_cpu_)
    if mask_kept_:
        return get_mask()
    if c != cython.NULL and c.pending_signal:
        new = ~cython.cast(u64, 0)
    for signo in SYNCHRONOUS:
        new &= ~(cython.cast(u64, 1) << (cython.cast(cython.int, signo) - 1))
    c_syscall(SYS_rt_sigprocmask, 2, cython.address(new), cython.address(old), 8)
    return old


around = None


def around_calls(how) -> None:
    """Have `syscall` call how(nr, a0 to a5), which may call `make_call`; None: as ever."""
    global around
    around = how


def syscall(nr: int, a0=0, a1=0, a2=0, a3=0, a4=0, a5=0) -> int:
    """`make_call`, or what stands around it."""
    if around is not None:
        return around(nr, a0, a1, a2, a3, a4, a5)
    return make_call(nr, a0, a1, a2, a3, a4, a5)


def clone_process(flags: int) -> int:
    """clone(2) without CLONE_VM, from a process that may have other threads: the child's id, 0 in it, -errno.

    Python's locks are put right as os.fork does. What the C library's fork does besides can't be had with
    flags: a lock of malloc's that another thread holds at this moment stays held in the child. That is
    one of that thread's own arena, as a rule, and none that the child's only thread asks for.
    """
    pid: cython.long
    given: cython.ulong = flags
    PyOS_BeforeFork()
    pid = c_syscall(SYS_clone, given, 0, 0, 0, 0)
    if pid < 0:
        pid = -errno
    if pid == 0:
        PyOS_AfterFork_Child()
    else:
        PyOS_AfterFork_Parent()
    return pid


def make_call(nr: int, a0=0, a1=0, a2=0, a3=0, a4=0, a5=0) -> int:
    """A system call of the host, without the GIL.

    Arguments are taken modulo 2**64. Returns its result, -errno, or RESTART (-512) when a signal
    for the guest came first: then deliver it and make the call again.
    """
    args: cython.long[7]
    nobody: u64 = ~cython.cast(u64, 0)
    r: cython.long
    c: CpuP = cython.cast(CpuP, current_cpu_)
    args[0] = nr
    args[1] = cython.cast(cython.long, cython.cast(u64, a0 & 0xFFFFFFFFFFFFFFFF))
    args[2] = cython.cast(cython.long, cython.cast(u64, a1 & 0xFFFFFFFFFFFFFFFF))
    args[3] = cython.cast(cython.long, cython.cast(u64, a2 & 0xFFFFFFFFFFFFFFFF))
    args[4] = cython.cast(cython.long, cython.cast(u64, a3 & 0xFFFFFFFFFFFFFFFF))
    args[5] = cython.cast(cython.long, cython.cast(u64, a4 & 0xFFFFFFFFFFFFFFFF))
    args[6] = cython.cast(cython.long, cython.cast(u64, a5 & 0xFFFFFFFFFFFFFFFF))
    with cython.nogil:
        if c != cython.NULL:
            r = host_call(c, args)
        elif stub != cython.NULL:
            r = stub(cython.address(nobody), args)
        else:
            r = plain_call(args)
    return r


def die(signo: int) -> None:
    """Kill this process by `signo`'s default action."""
    action: sigaction_t
    action.sa_handler = SIG_DFL
    action.sa_flags = 0
    number: cython.int = signo
    sigemptyset(cython.address(action.sa_mask))
    sigaction(number, cython.address(action), cython.NULL)
    others: u64 = ~(cython.cast(u64, 1) << (number - 1))
    with cython.nogil:  # processes that share their memory would miss the GIL for ever
        c_syscall(SYS_rt_sigprocmask, 2, cython.address(others), cython.NULL, 8)
        # to this thread: then it can't go on before the signal has its effect
        c_syscall(SYS_tgkill, c_syscall(SYS_getpid), c_syscall(SYS_gettid), number)
        _exit(128 + number)


def plain_syscall(nr: int, a0=0, a1=0, a2=0, a3=0, a4=0, a5=0) -> int:
    """A system call of the host's that is made even if a signal waits; -errno on error."""
    args: cython.long[7]
    args[0] = nr
    args[1] = cython.cast(cython.long, cython.cast(u64, a0 & 0xFFFFFFFFFFFFFFFF))
    args[2] = cython.cast(cython.long, cython.cast(u64, a1 & 0xFFFFFFFFFFFFFFFF))
    args[3] = cython.cast(cython.long, cython.cast(u64, a2 & 0xFFFFFFFFFFFFFFFF))
    args[4] = cython.cast(cython.long, cython.cast(u64, a3 & 0xFFFFFFFFFFFFFFFF))
    args[5] = cython.cast(cython.long, cython.cast(u64, a4 & 0xFFFFFFFFFFFFFFFF))
    args[6] = cython.cast(cython.long, cython.cast(u64, a5 & 0xFFFFFFFFFFFFFFFF))
    return plain_call(args)


def patient_read(fd: int, size: int):
    """read(2) of at most 64 KiB without the GIL, even if a signal waits; None when one came meanwhile."""
    data: bytes = PyBytes_FromStringAndSize(cython.NULL, min(size, 1 << 16))
    to: cython.p_char = data
    number: cython.int = fd
    room: cython.long = len(data)
    n: cython.long
    failed: cython.int
    with cython.nogil:
        n = c_syscall(SYS_read, number, to, room)
        failed = errno
    if n >= 0:
        return data[:n]
    if failed == EINTR:
        return None
    raise OSError(failed, "read")


def at_once(nr: int, a0=0, a1=0, a2=0, a3=0, a4=0, a5=0) -> int:
    """`syscall` for what must not be left undone because a signal waits, and doesn't wait itself."""
    result: int = syscall(nr, a0, a1, a2, a3, a4, a5)
    return plain_syscall(nr, a0, a1, a2, a3, a4, a5) if result == RESTART else result


def leave_process(status: int) -> None:
    """End this process, and hold no lock that others in this memory may wait for."""
    number: cython.int = status
    with cython.nogil:
        _exit(number)


def leave_thread() -> None:
    """End this host thread without a word to the C library, whose thread it isn't."""
    with cython.nogil:
        c_syscall(SYS_exit, 0)


def clone_lent(flags: int) -> int:
    """Continue in a new process that shares this one's memory, and has this thread's stack.

    The thread that called ends when the new process does; here it returns only -errno.
    """
    wanted: u64 = flags
    return c_clone_lent(wanted)


make_stub()
