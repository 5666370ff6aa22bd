"""Signals: actions, masks, and the frames that handlers run on.

The host kernel keeps the queues: every action the guest sets is set on the host too (a handler as
"catch"), and the guest's mask is the host thread's mask. A caught signal arrives here with all
signals blocked, is put on the guest's stack, and then the guest's new mask becomes the thread's.
Signals that stand for CPU exceptions stay unblocked and caught on the host, because it is by them
that the engine learns of faults; if one is sent by another process meanwhile, it is held here.
"""

from errno import EINTR, EINVAL, ENOMEM, EPERM

from blinkenlights.core import frames, host
from blinkenlights.core.memory import GuestFault
from blinkenlights.linux import fpstate
from blinkenlights.linux.task import SS_DISABLE, Action
from blinkenlights.structs import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from blinkenlights.linux.task import Task

SIGHUP, SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGKILL = range(1, 10)
SIGSEGV = 11
SIGPIPE = 13
SIGCHLD = 17
SIGCONT = 18
SIGSTOP = 19
SIGTSTP = 20
SIGTTIN = 21
SIGTTOU = 22
SIGURG = 23
SIGXFSZ = 25
SIGWINCH = 28
SIGSYS = 31

SIG_DFL = 0
SIG_IGN = 1

SA_NOCLDSTOP = 0x1
SA_NOCLDWAIT = 0x2
SA_SIGINFO = 0x4
SA_RESTORER = 0x04000000
SA_ONSTACK = 0x08000000
SA_RESTART = 0x10000000
SA_NODEFER = 0x40000000
SA_RESETHAND = 0x80000000
HOST_FLAGS = SA_NOCLDSTOP | SA_NOCLDWAIT | SA_RESTART
KNOWN_FLAGS = (
    SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | 0x800 | SA_RESTORER | SA_ONSTACK | SA_RESTART
    | SA_NODEFER | SA_RESETHAND
)  # fmt: skip

SIG_BLOCK, SIG_UNBLOCK, SIG_SETMASK = 0, 1, 2

SS_ONSTACK = 1
SS_AUTODISARM = 0x80000000
SMALLEST_STACK = 2048  # MINSIGSTKSZ

ALL = (1 << 64) - 1
UNBLOCKABLE = 1 << (SIGKILL - 1) | 1 << (SIGSTOP - 1)
# By these the engine learns of faults.
SYNCHRONOUS_SIGNALS = (SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV)
SYNCHRONOUS = sum(1 << (number - 1) for number in SYNCHRONOUS_SIGNALS)
IGNORED_BY_DEFAULT = (SIGCHLD, SIGCONT, SIGURG, SIGWINCH)
STOP_BY_DEFAULT = (SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU)

SI_KERNEL = 0x80
SI_TKILL = -6

SYS_RT_SIGPENDING = 127
SYS_RT_SIGTIMEDWAIT = 128
SYS_RT_SIGSUSPEND = 130
SYS_GETPID = 39
SYS_GETTID = 186
SYS_TGKILL = 234
ERESTARTSYS = 512

# struct rt_sigframe (x86-64): return address, ucontext, siginfo
UCONTEXT = Struct("<QQ" "QIIQ" "18Q" "HHHH" "5Q" "64x" "Q")
UCONTEXT_SIZE = 304
FRAME_SIZE = 8 + UCONTEXT_SIZE + 128
UC_FP_XSTATE = 1
UC_SIGCONTEXT_SS = 2
UC_STRICT_RESTORE_SS = 4
RED_ZONE = 128

RF = 0x10000
TF = 0x100
DF = 0x400
RESTORED_FLAGS = 0x50DD5  # AC RF OF DF TF SF ZF AF PF CF
USER_CS = 0x33
USER_SS = 0x2B

# sigcontext's order of the general registers, by their numbers
CONTEXT_REGISTERS = (8, 9, 10, 11, 12, 13, 14, 15, 7, 6, 5, 3, 2, 0, 1, 4)
RSP = 4

SIGACTION = Struct("<QQQQ")
STACK = Struct("<QIIQ")
FAULT_INFO = Struct("<iii4xQ104x")


def bit(signo: int) -> int:
    return 1 << (signo - 1)


# -- arrival ---------------------------------------------------------------------------------------


def attend(task: "Task") -> None:
    """Deliver what the host has caught for this thread, and set the mask to go on with."""
    if task.process.embedded is not None:
        task.process.embedded.attend(task)
        return
    while not task.exiting:
        for pid in host.take_kicks():
            from blinkenlights.linux import ptrace

            ptrace.kicked(task, pid)
        kick = host.kicked()
        caught = host.take_signal()
        if caught is None:
            break
        signo, info = caught
        if kick or (signo == SIGSEGV and task.process.kicking):
            continue  # not a signal at all: for ptrace, or exec in another thread
        if not task.sigmask & bit(signo):
            deliver(task, signo, info)
        elif SYNCHRONOUS & bit(signo):
            task.held[signo] = info
        else:  # it came just before it was blocked, so the host's kernel can keep it
            host.hand_back(signo, info, task.tid if code_of(info) == SI_TKILL else 0)
    else:
        return
    if task.held:
        deliver_held(task)
    if task.saved_mask is not None:  # sigsuspend's signal turned out to have no handler
        task.sigmask = task.saved_mask
        task.saved_mask = None
    host.set_mask(task.sigmask & ~SYNCHRONOUS)


def hand_back(task: "Task") -> None:
    """Let other threads have what the host has caught for one that ends, unless it was for that one alone."""
    while True:
        kick = host.kicked()
        caught = host.take_signal()
        if caught is None:
            return
        signo, info = caught
        if not kick and code_of(info) != SI_TKILL:
            host.hand_back(signo, info)


def hand_back_held(task: "Task", held: dict[int, bytes]) -> None:
    """The same for those that the host couldn't hold. It must not send them here again."""
    host.take_no_signals()
    hand_back(task)
    for signo, info in held.items():
        if code_of(info) != SI_TKILL:
            host.hand_back(signo, info)


def code_of(info: bytes) -> int:
    """siginfo's si_code."""
    return int.from_bytes(info[8:12], "little", signed=True)


def deliver_held(task: "Task") -> None:
    for signo in list(task.held):
        if not task.sigmask & bit(signo):
            deliver(task, signo, task.held.pop(signo))


def deliver(task: "Task", signo: int, info: bytes) -> None:
    """One signal, now: run the guest's handler, or do what the action says."""
    if task.process.options.strace:
        from blinkenlights.linux.strace import signalled

        signalled(task, signo, info)
    if task.process.tracer:
        from blinkenlights.linux import ptrace

        signo, info = ptrace.signal_stop(task, signo, info)
        if not signo:
            return
    action = task.process.actions.get(signo)
    if action is None or action.handler == SIG_DFL:
        act_by_default(task, signo)
    elif action.handler != SIG_IGN:
        enter_handler(task, signo, info, action)
        if task.process.trace_single and task.trace_step:  # the step ends at the first instruction
            from blinkenlights.linux import ptrace

            ptrace.trap(task, ptrace.TRAP_TRACE)


def act_by_default(task: "Task", signo: int) -> None:
    if signo in IGNORED_BY_DEFAULT:
        return
    if signo in STOP_BY_DEFAULT:
        if task.process.embedded is not None:
            task.process.log(f"signal {signo} would stop the program")
            return
        # only where the action changed after the host caught it
        host.set_action(signo, host.DEFAULT, 0)
        host.at_once(SYS_TGKILL, task.process.pid, task.tid, signo)
        return
    terminate(task, signo)


def terminate(task: "Task", signo: int) -> None:
    """The guest is killed by a signal, and so are we."""
    from blinkenlights.linux.process import before_exit

    if task.process.tracer and signo != SIGKILL:
        from blinkenlights.linux import ptrace

        ptrace.exit_stop(task, signo)
    before_exit(task)
    if task.process.options.strace:
        from blinkenlights.linux.strace import killed

        killed(task, signo)
    if task.process.embedded is not None:
        task.exiting = True
        task.process.embedded.kill(task, signo)
        return
    host.die(signo)


def force(task: "Task", signo: int, code: int, address: int = 0, info: bytes = b"") -> None:
    """A signal for something the guest's own instruction did: it can't be blocked or ignored."""
    info = info or FAULT_INFO.pack(signo, 0, code, address)
    if task.process.tracer:
        from blinkenlights.linux import ptrace

        signo, info = ptrace.signal_stop(task, signo, info)
        if not signo:
            host.set_mask(task.sigmask & ~SYNCHRONOUS)
            return
    action = task.process.actions.get(signo)
    if action is None or action.handler in (SIG_DFL, SIG_IGN) or task.sigmask & bit(signo):
        log_fatal(task, signo, code, address)
        terminate(task, signo)
        return
    enter_handler(task, signo, info, action)
    host.set_mask(task.sigmask & ~SYNCHRONOUS)


def log_fatal(task: "Task", signo: int, code: int, address: int) -> None:
    rip = task.cpu.rip
    try:
        code_bytes = task.space.read(rip, 16).hex(" ")
    except GuestFault:
        code_bytes = "no memory there"
    task.process.log(
        f"killed by signal {signo} (code {code}, address {address:#x}) at rip {rip:#x}: {code_bytes}"
    )


# -- frames ----------------------------------------------------------------------------------------


def on_altstack(task: "Task", sp: int) -> bool:
    base, flags, size = task.altstack
    if flags & SS_AUTODISARM:
        return False
    return base < sp <= base + size


def altstack_state(task: "Task", sp: int) -> int:
    """`ss_flags` as the guest sees them."""
    _, flags, size = task.altstack
    if not size:
        return SS_DISABLE
    return (SS_ONSTACK if on_altstack(task, sp) else 0) | flags & SS_AUTODISARM


def enter_handler(task: "Task", signo: int, info: bytes, action: Action) -> None:
    """Put a frame on the guest's stack and point the CPU at the handler."""
    cpu = task.cpu
    flags = action.flags
    sp = cpu.get(RSP)
    base, stack_flags, size = task.altstack
    nested = on_altstack(task, sp)
    top = sp - RED_ZONE
    if flags & SA_ONSTACK and size and not nested:
        top = base + size
        on_stack = True
    else:
        on_stack = nested
    extended = fpstate.size(cpu)
    state = (top - extended) & ~63
    frame = ((state - FRAME_SIZE) & ~15) - 8
    saved = task.sigmask if task.saved_mask is None else task.saved_mask
    if not flags & SA_RESTORER or frame < 0 or (on_stack and not base < frame):
        bad_frame(task, signo)
        return
    uc_flags = UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS | (extended > fpstate.LEGACY_SIZE and UC_FP_XSTATE)
    words = (action.restorer, uc_flags, base, stack_flags, size, task.error_code, task.trap, saved,
             task.fault_address)  # fmt: skip
    if not frames.put_frame(cpu, (frame, state), info, words):
        try:
            put_frame(task, (frame, state), info, words)
        except GuestFault:
            bad_frame(task, signo)
            return
    if flags & SA_RESETHAND:
        set_action(task, signo, None)
    frames.begin_handler(cpu, action.handler, signo, frame)
    if stack_flags & SS_AUTODISARM:
        task.altstack = (0, SS_DISABLE, 0)
    task.saved_mask = None
    task.sigmask |= action.mask
    if not flags & SA_NODEFER:
        task.sigmask |= bit(signo)
    task.sigmask &= ~UNBLOCKABLE


def put_frame(
    task: "Task", at: tuple[int, int], info: bytes, words: tuple[int, int, int, int, int, int, int, int, int]
) -> None:
    """As `core.frames.put_frame`, in any kind of memory; raises GuestFault."""
    cpu = task.cpu
    frame, state = at
    restorer, uc_flags, base, stack_flags, size, error_code, trap, saved, fault_address = words
    ucontext = UCONTEXT.pack(
        uc_flags, 0,
        base, stack_flags, 0, size,
        *(cpu.get(number) for number in CONTEXT_REGISTERS), cpu.rip, cpu.rflags,
        USER_CS, 0, 0, USER_SS,
        error_code, trap, saved, fault_address, state,
        saved,
    )  # fmt: skip
    task.space.write(frame, restorer.to_bytes(8, "little") + ucontext + info[:128].ljust(128, b"\0"))
    task.space.write(state, fpstate.saved(cpu))


def bad_frame(task: "Task", signo: int) -> None:
    """No room for a frame: SIGSEGV, and the end if it was one already."""
    if signo == SIGSEGV:
        task.process.actions.pop(SIGSEGV, None)
        task.process.actions_kept = False
    force(task, SIGSEGV, SI_KERNEL)


def sys_rt_sigreturn(task: "Task") -> int:
    cpu = task.cpu
    taken = frames.take_frame(cpu) or take_frame(task)
    if taken is None:
        return bad_sigreturn(task)
    mask, rflags, ss_sp, ss_flags, ss_size = taken
    task.sigmask = mask & ~UNBLOCKABLE
    task.stepping = bool(rflags & TF)
    change_altstack(task, ss_sp, ss_flags, ss_size, cpu.get(RSP))
    if task.held:
        deliver_held(task)
    host.set_mask(task.sigmask & ~SYNCHRONOUS)
    return cpu.get(0)


def take_frame(task: "Task") -> tuple[int, int, int, int, int] | None:
    """As `core.frames.take_frame`, of any frame; None for one that can't be."""
    cpu = task.cpu
    frame = cpu.get(RSP) - 8
    try:
        raw = task.space.read(frame + 8, UCONTEXT_SIZE)
    except GuestFault:
        return None
    values = UCONTEXT.unpack(raw)
    _uc_flags, _link, ss_sp, ss_flags, _, ss_size = values[:6]
    registers = values[6:22]
    rip, rflags = values[22:24]
    state = values[32]
    for number, value in zip(CONTEXT_REGISTERS, registers):  # noqa: B905
        cpu.set(number, value)
    cpu.rip = rip
    cpu.rflags = (cpu.rflags & ~RESTORED_FLAGS) | (rflags & RESTORED_FLAGS)
    if state:
        try:
            fpstate.restore(cpu, task.space, state)
        except (GuestFault, ValueError):
            task.sigmask = values[33] & ~UNBLOCKABLE
            return None
    else:
        cpu.reset_fpu()
    return values[33], rflags, ss_sp, ss_flags, ss_size


def bad_sigreturn(task: "Task") -> int:
    force(task, SIGSEGV, SI_KERNEL)
    return task.cpu.get(0)


# -- actions and masks -----------------------------------------------------------------------------


def set_action(task: "Task", signo: int, action: Action | None) -> None:
    """Make `action` (None: the default) the guest's, and its shape the host's."""
    actions = task.process.actions
    task.process.actions_kept = False
    if action is None or (action.handler == SIG_DFL and not action.flags and not action.mask):
        actions.pop(signo, None)
        action = None
    else:
        actions[signo] = action
    if signo in SYNCHRONOUS_SIGNALS or task.process.embedded is not None:
        return  # always caught on the host; and an embedded guest's signals never get there
    if task.process.tracer and signo not in (SIGKILL, SIGSTOP):
        host.set_action(signo, host.CATCH, action.flags & HOST_FLAGS if action else 0)
    elif task.process.shares_memory and (action is None or action.handler == SIG_DFL) and kills(signo):
        host.set_action(signo, host.CATCH, 0)  # to die without Python's lock, which others may need
    elif action is None:
        host.set_action(signo, host.DEFAULT, 0)
    elif action.handler == SIG_DFL:
        host.set_action(signo, host.DEFAULT, action.flags & HOST_FLAGS)
    elif action.handler == SIG_IGN:
        host.set_action(signo, host.IGNORE, action.flags & HOST_FLAGS)
    else:
        host.set_action(signo, host.CATCH, action.flags & HOST_FLAGS)


def kills(signo: int) -> bool:
    """Whether a signal's default action is the end, and could be another."""
    others = (*IGNORED_BY_DEFAULT, *STOP_BY_DEFAULT, *SYNCHRONOUS_SIGNALS, SIGKILL)
    return signo not in others


def reset_actions(task: "Task") -> None:
    """Execve: handlers become the default, ignored signals stay ignored."""
    task.process.actions_kept = False
    for signo, action in list(task.process.actions.items()):
        if action.handler == SIG_IGN:
            task.process.actions[signo] = Action(SIG_IGN)
        else:
            set_action(task, signo, None)


def change_mask(task: "Task", mask: int) -> None:
    task.sigmask = mask & ~UNBLOCKABLE
    if task.held:
        deliver_held(task)
    host.set_mask(task.sigmask & ~SYNCHRONOUS)


def sys_rt_sigaction(task: "Task", signo: int, new: int, old: int, size: int) -> int:
    signo &= 0xFFFFFFFF
    if size != 8 or not 1 <= signo <= 64 or (new and signo in (SIGKILL, SIGSTOP)):
        return -EINVAL
    space = task.space
    action = None
    if new:
        handler, flags, restorer, mask = SIGACTION.unpack(space.read(new, 32))
        action = Action(handler, flags & KNOWN_FLAGS, restorer, mask & ~UNBLOCKABLE)
    if old:
        before = task.process.actions.get(signo) or Action()
        space.write(old, SIGACTION.pack(before.handler, before.flags, before.restorer, before.mask))
    if action is not None:
        set_action(task, signo, action)
        if action.handler == SIG_IGN or (action.handler == SIG_DFL and signo in IGNORED_BY_DEFAULT):
            task.held.pop(signo, None)
    return 0


def sys_rt_sigprocmask(task: "Task", how: int, new: int, old: int, size: int) -> int:
    if size != 8:
        return -EINVAL
    if is_waiting():
        return -ERESTARTSYS  # it came before its being blocked
    space = task.space
    before = task.sigmask
    if new:
        mask = space.u64(new) & ~UNBLOCKABLE
        how &= 0xFFFFFFFF
        if how == SIG_BLOCK:
            mask |= before
        elif how == SIG_UNBLOCK:
            mask = before & ~mask
        elif how != SIG_SETMASK:
            return -EINVAL
        if mask != before:
            change_mask(task, mask)
    if old:
        space.put_u64(old, before)
    return 0


def sys_rt_sigpending(task: "Task", out: int, size: int) -> int:
    if size > 8:
        return -EINVAL
    space = task.space
    result = host.syscall(SYS_RT_SIGPENDING, space.pointer(out, size, True), size)
    if result == 0 and task.held:
        pending = int.from_bytes(space.read(out, size), "little")
        for signo in task.held:
            pending |= bit(signo)
        space.write(out, pending.to_bytes(8, "little")[:size])
    return result


def sys_rt_sigsuspend(task: "Task", mask: int, size: int) -> int:
    if size != 8:
        return -EINVAL
    return suspend(task, task.space.u64(mask))


def suspend(task: "Task", mask: int) -> int:
    """Wait with another mask until a handler has something to do."""
    with_mask = task.sigmask
    task.sigmask = mask & ~UNBLOCKABLE
    task.saved_mask = with_mask
    if task.held:
        deliver_held(task)
        if task.saved_mask is None:
            return -EINTR
    result = wait_masked(SYS_RT_SIGSUSPEND, task.sigmask)
    if result != -EINTR or not is_waiting():
        task.sigmask = with_mask
        task.saved_mask = None
    return result


def after_wait(task: "Task", mask: int, result: int) -> int:
    """A wait with a signal mask of its own is over: if by a signal, its handler starts with that mask."""
    if result == -EINTR and is_waiting():
        task.saved_mask = task.sigmask
        task.sigmask = mask & ~UNBLOCKABLE
    return result


def is_waiting() -> bool:
    """Has the host caught a signal for this thread? No host call is made then."""
    return host.syscall(SYS_GETPID) == -ERESTARTSYS


def wait_masked(number: int, mask: int) -> int:
    from array import array

    words = array("Q", [mask & ~SYNCHRONOUS])
    return host.syscall(number, words.buffer_info()[0], 8)


def sys_rt_sigtimedwait(task: "Task", mask: int, info: int, timeout: int, size: int) -> int:
    if size != 8:
        return -EINVAL
    space = task.space
    if task.held:
        wanted = space.u64(mask)
        for signo in list(task.held):
            if wanted & bit(signo):
                data = task.held.pop(signo)
                if info:
                    space.write(info, data[:128])
                return signo
    return host.syscall(
        SYS_RT_SIGTIMEDWAIT,
        space.pointer(mask, 8),
        space.pointer(info, 128, True),
        space.pointer(timeout, 16),
        8,
    )


def sys_restart_syscall(task: "Task") -> int:
    return -EINTR


# -- the alternate stack ---------------------------------------------------------------------------


def change_altstack(task: "Task", base: int, flags: int, size: int, sp: int) -> int:
    if on_altstack(task, sp):
        return -EPERM
    mode = flags & ~SS_AUTODISARM & 0xFFFFFFFF
    if mode not in (0, SS_ONSTACK, SS_DISABLE):
        return -EINVAL
    if mode == SS_DISABLE:
        task.altstack = (0, SS_DISABLE, 0)
        return 0
    if size < SMALLEST_STACK:
        return -ENOMEM
    task.altstack = (base, flags & SS_AUTODISARM, size)
    return 0


def sys_sigaltstack(task: "Task", new: int, old: int) -> int:
    space = task.space
    sp = task.cpu.get(RSP)
    base, _, size = task.altstack
    before = STACK.pack(base, altstack_state(task, sp), 0, size)
    result = 0
    if new:
        ss_sp, ss_flags, _, ss_size = STACK.unpack(space.read(new, STACK.size))
        result = change_altstack(task, ss_sp, ss_flags, ss_size, sp)
    if result == 0 and old:
        space.write(old, before)
    return result

