"""ptrace(2) between guests: a guest debugs its child, which runs in an emulator of its own.

The child's stops are stops of the host's process (SIGSTOP to itself), so the host's kernel tells the
parent of them; what the stop means, the registers, and what is to happen next are in a page below the
child's memory (as `card`'s), which both reach through /proc/PID/mem, as well as the child's memory.
The first thing that a child does with PTRACE_TRACEME is to tell its parent, by a signal that no guest
sees, that there is someone to wait for in another way.

There is PTRACE_TRACEME, but no attaching to a process that runs already, and threads and children of the
child are not followed.
"""

import os
from errno import EINVAL, EIO, ENOSYS, EPERM, ESRCH
from struct import Struct

from blinkenlights.core import engine, host
from blinkenlights.core.memory import GuestFault
from blinkenlights.core.quick import hide_page
from blinkenlights.linux import signal
from blinkenlights.linux.abi import at, s32, words
from blinkenlights.linux.card import PLACE, memory
from blinkenlights.linux.vectors import VM_READV

TYPE_CHECKING = False
if TYPE_CHECKING:
    from blinkenlights.linux.task import Process, Task

PAGE = 4096
TRACE_PLACE = PLACE - PAGE  # this far below the guest's memory: the page after the card

(TRACEME, PEEKTEXT, PEEKDATA, PEEKUSER, POKETEXT, POKEDATA, POKEUSER, CONT, KILL, SINGLESTEP) = range(10)
GETREGS, SETREGS, GETFPREGS, SETFPREGS, DETACH, SYSCALL = 12, 13, 14, 15, 17, 24
SETOPTIONS, GETEVENTMSG, GETSIGINFO, SETSIGINFO, GETREGSET, SETREGSET = range(0x4200, 0x4206)
RESUMING = {CONT: CONT, SINGLESTEP: SINGLESTEP, SYSCALL: SYSCALL, DETACH: DETACH}
NT_PRSTATUS, NT_PRFPREG, NT_X86_XSTATE = 1, 2, 0x202
O_TRACESYSGOOD, O_TRACEEXEC, O_TRACEEXIT, O_EXITKILL = 1, 0x10, 0x40, 0x100000
KNOWN_OPTIONS = O_TRACESYSGOOD | O_TRACEEXEC | O_TRACEEXIT | O_EXITKILL
EVENT_EXEC, EVENT_EXIT = 4, 6

SIGTRAP, SIGSEGV, SIGSTOP, SIGCONT, SIGKILL = 5, 11, 19, 18, 9
TRAP_TRACE, TRAP_HWBKPT, SI_QUEUE = 2, 4, -1
KICK = 0x6B6E_696C_6264_7261  # the value of a signal between emulators
KICK_INFO = Struct("<iii4xiiQ96x")
STOP_INFO = Struct("<iii4x112x")

# The page. Of registers there is struct user_regs_struct; the floating-point state is an XSAVE area.
MAGIC = 0x7061_6765_7472_6163
HEAD = Struct("<QIIIIQ")  # magic, tracer, options, number of stops, status, message
INFO, INFO_SIZE = 32, 128
REGISTERS = 160
STATE, STATE_SIZE = 384, 1344
ORDERS = Struct("<IIIIII")  # state's size, command, signal, changed, pages written, stopped
ORDERS_AT = STATE + STATE_SIZE
PAGES = ORDERS_AT + ORDERS.size
MOST_PAGES = (PAGE - PAGES) // 8
CHANGED_REGISTERS, CHANGED_STATE, CHANGED_INFO, CHANGED_DEBUG = 1, 2, 4, 8
DEBUG_AT = STATE + 896  # eight debug registers, behind an XSAVE area
DEBUG = Struct("<8Q")
DR6, DR7 = 6, 7
WATCH_LENGTHS = (1, 2, 8, 4)
WATCH_EXECUTION, WATCH_INPUT = 0, 2
XCR0 = 464  # where the kernel tells it in an XSAVE area that it gives away

USER_REGISTERS = Struct("<27Q")
# General registers by their numbers, as user_regs_struct has them; then those it has besides.
GENERAL = ((0, 15), (1, 14), (2, 13), (3, 12), (4, 5), (5, 3), (6, 11), (7, 10), (8, 9), (9, 8), (10, 0),
           (11, 1), (12, 2), (13, 6), (14, 7), (19, 4))  # fmt: skip
ORIGINAL, RIP, CS, RFLAGS, SS, FS_BASE, GS_BASE = 15, 16, 17, 18, 20, 21, 22
NO_CALL = (1 << 64) - 1
SETTABLE_FLAGS = 0x50DD5
DEBUG_REGISTERS = range(848, 912)

WAIT4, WAITID, SYS_TGSIGQUEUEINFO, SYS_KILL, SYS_TKILL, SYS_TGKILL = 61, 247, 297, 62, 200, 234
PRCTL, PR_SET_PDEATHSIG, PR_GET_PDEATHSIG = 157, 1, 2
WUNTRACED = 2
CLD_TRAPPED = 4


# -- the page --------------------------------------------------------------------------------------


class Page:
    """A copy of a traced process's page, to be written back as far as it changed."""

    __slots__ = ("data", "pid", "process")

    def __init__(self, process: "Process", pid: int) -> None:
        self.process = process
        self.pid = pid
        self.data = bytearray(memory(process, pid, -TRACE_PLACE, PAGE))

    @property
    def good(self) -> bool:
        return len(self.data) == PAGE and HEAD.unpack_from(self.data)[0] == MAGIC

    def put(self, offset: int, data: bytes) -> None:
        self.data[offset : offset + len(data)] = data
        poke(self.process, self.pid, offset - TRACE_PLACE, data)

    def head(self) -> list[int]:
        return list(HEAD.unpack_from(self.data))

    def orders(self) -> list[int]:
        return list(ORDERS.unpack_from(self.data, ORDERS_AT))

    def order(self, *values: int) -> None:
        self.put(ORDERS_AT, ORDERS.pack(*values))


def peek(process: "Process", pid: int, address: int) -> bytes | None:
    """A word of another guest's memory; None where it has none that can be read."""
    if address > process.space.size - 8:
        return None
    word = words(bytes(8))
    here = words(at(word).to_bytes(8, "little") + (8).to_bytes(8, "little"))
    there = words((process.space.base + address).to_bytes(8, "little") + (8).to_bytes(8, "little"))
    done = host.plain_syscall(VM_READV, pid, at(here), 1, at(there), 1, 0)
    return word.tobytes() if done == 8 else None


def poke(process: "Process", pid: int, address: int, data: bytes) -> bool:
    """Write at a guest's address in another guest, whatever its pages' protection."""
    try:
        fd = os.open(f"/proc/{pid}/mem", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return os.pwrite(fd, data, process.space.base + address) == len(data)
    except OSError:
        return False
    finally:
        os.close(fd)


# -- the traced process ----------------------------------------------------------------------------


def traceme(task: "Task") -> int:
    process = task.process
    if process.tracer or len(process.tasks) > 1 or process.embedded is not None or not process.traceable:
        return -EPERM
    tracer = os.getppid()
    if not is_guest(process, tracer):
        return -EPERM
    process.tracer = tracer
    process.trace_options = 0
    process.stops = 0
    fresh = HEAD.pack(MAGIC, tracer, 0, 0, 0, 0).ljust(PAGE, b"\0")
    hide_page(process.space.base - TRACE_PLACE, fresh)
    catch_signals(task, True)
    for number in (SYS_KILL, SYS_TKILL, SYS_TGKILL):
        engine.not_direct(number)
    kick(tracer)
    return 0


def is_guest(process: "Process", pid: int) -> bool:
    from blinkenlights.linux.card import read

    return read(process, pid) is not None


def catch_signals(task: "Task", on: bool) -> None:
    """Have every signal come here, whatever its action; or as the actions say."""
    for signo in range(1, 65):
        if signo in (SIGKILL, SIGSTOP) or signo in signal.SYNCHRONOUS_SIGNALS:
            continue
        action = task.process.actions.get(signo)
        if on:
            host.set_action(signo, host.CATCH, action.flags & signal.HOST_FLAGS if action else 0)
        else:
            signal.set_action(task, signo, action)


def kick(pid: int) -> None:
    """Have another emulator look what there is for it."""
    info = words(KICK_INFO.pack(SIGSEGV, 0, SI_QUEUE, os.getpid(), os.getuid(), KICK))
    host.plain_syscall(SYS_TGSIGQUEUEINFO, pid, pid, SIGSEGV, at(info))


def kicked(task: "Task", pid: int) -> None:
    """The tracer, or a child that wants to be traced, has kicked this process."""
    process = task.process
    if process.tracer == pid:
        obey(task, Page(process, process.pid))
    else:
        process.tracees.setdefault(pid, 0)
        engine.not_direct(WAIT4)
        engine.not_direct(WAITID)


def forget_tracer(task: "Task") -> None:
    """A child of a traced process isn't traced."""
    process = task.process
    process.tracer = 0
    process.trace_calls = task.trace_step = False
    process.debug_registers = [0] * 8
    if task.seccomp is None and not process.options.strace:
        engine.enable_direct(True)
    catch_signals(task, False)


def stop(
    task: "Task", status: int, info: bytes, message: int = 0, original: int = NO_CALL
) -> tuple[int, bytes]:
    """Stop with a signal's number, or more, as status; the signal to go on with and its siginfo."""
    process = task.process
    task.trace_step = False
    process.stops += 1
    state = task.cpu.xsave()
    page = bytearray(PAGE)
    HEAD.pack_into(page, 0, MAGIC, process.tracer, process.trace_options, process.stops, status, message)
    page[INFO : INFO + INFO_SIZE] = info[:INFO_SIZE].ljust(INFO_SIZE, b"\0")
    USER_REGISTERS.pack_into(page, REGISTERS, *registers(task, original))
    page[STATE : STATE + len(state)] = state
    DEBUG.pack_into(page, DEBUG_AT, *process.debug_registers)
    ORDERS.pack_into(page, ORDERS_AT, len(state), 0, 0, 0, 0, 1)
    hide_page(process.space.base - TRACE_PLACE, bytes(page))
    host.set_mask(signal.ALL)
    host.set_action(SIGCONT, host.IGNORE)
    before = words(bytes(8))
    host.plain_syscall(PRCTL, PR_GET_PDEATHSIG, at(before))
    host.plain_syscall(PRCTL, PR_SET_PDEATHSIG, SIGCONT)
    while True:
        host.stop_self()
        answer = Page(process, process.pid)
        if answer.orders()[1] or not alive(process.tracer):
            break
    host.plain_syscall(PRCTL, PR_SET_PDEATHSIG, before[0] & 0xFFFFFFFF)
    chosen = obey(task, answer)
    host.set_action(SIGCONT, host.IGNORE)  # while it is blocked it is kept, if ignored or not: now it goes
    signal.set_action(task, SIGCONT, process.actions.get(SIGCONT))
    if answer.orders()[3] & CHANGED_INFO:
        info = bytes(answer.data[INFO : INFO + INFO_SIZE])
    return chosen, info


def alive(pid: int) -> bool:
    return os.getppid() == pid


def obey(task: "Task", page: Page) -> int:
    """Do what the tracer has ordered; the signal that it wants to be delivered."""
    process = task.process
    _size, command, signo, changed, written, _stopped = page.orders()
    if not command:  # the tracer is gone
        command, signo = DETACH, 0
    if changed & CHANGED_REGISTERS:
        load_registers(task, USER_REGISTERS.unpack_from(page.data, REGISTERS))
    if changed & CHANGED_STATE:
        task.cpu.xrstor(bytes(page.data[STATE : STATE + STATE_SIZE]))
    for i in range(written):
        place = int.from_bytes(page.data[PAGES + 8 * i : PAGES + 8 * i + 8], "little")
        mapping = process.space.find(place)
        if mapping is not None:
            process.space.protect(place, PAGE, mapping.prot)  # forgets what was translated
    process.trace_options = page.head()[2]
    process.trace_calls = command == SYSCALL
    if process.trace_calls:
        engine.enable_direct(False)
    elif task.seccomp is None and not process.options.strace:
        engine.enable_direct(True)
    if changed & CHANGED_DEBUG:
        process.debug_registers = list(DEBUG.unpack_from(page.data, DEBUG_AT))
    process.trace_single = command == SINGLESTEP
    task.trace_step = process.trace_single or bool(process.debug_registers[DR7] & 0xFF)
    if command == DETACH:
        process.tracer = 0
        process.debug_registers = [0] * 8
        task.trace_step = False
        catch_signals(task, False)
    return signo


def registers(task: "Task", original: int) -> list[int]:
    cpu = task.cpu
    values = [0] * 27
    for place, number in GENERAL:
        values[place] = cpu.get(number)
    values[ORIGINAL] = original
    values[RIP], values[RFLAGS] = cpu.rip, cpu.rflags
    values[CS], values[SS] = signal.USER_CS, signal.USER_SS
    values[FS_BASE], values[GS_BASE] = cpu.fs_base, cpu.gs_base
    return values


def load_registers(task: "Task", values: tuple[int, ...]) -> None:
    cpu = task.cpu
    for place, number in GENERAL:
        cpu.set(number, values[place])
    cpu.rip = values[RIP]
    cpu.rflags = (cpu.rflags & ~SETTABLE_FLAGS) | (values[RFLAGS] & SETTABLE_FLAGS)
    cpu.fs_base, cpu.gs_base = values[FS_BASE], values[GS_BASE]


def signal_stop(task: "Task", signo: int, info: bytes) -> tuple[int, bytes]:
    """A signal is about to be delivered: the tracer may choose another one, or none."""
    chosen, info = stop(task, signo, info)
    if chosen and chosen != signo:
        info = STOP_INFO.pack(chosen, 0, 0)
    return chosen, info


def trap(
    task: "Task", code: int, status: int = SIGTRAP, message: int = 0, original: int = NO_CALL
) -> tuple[int, ...]:
    """Stop with a SIGTRAP that is no signal of the guest's; the registers it goes on with."""
    signo, info = stop(task, status, STOP_INFO.pack(SIGTRAP, 0, code), message, original)
    host.set_mask(task.sigmask & ~signal.SYNCHRONOUS)
    if signo:
        signal.deliver(task, signo, info)
        host.set_mask(task.sigmask & ~signal.SYNCHRONOUS)
    return USER_REGISTERS.unpack_from(Page(task.process, task.process.pid).data, REGISTERS)


def exec_stop(task: "Task") -> None:
    """A new program is about to begin."""
    event = task.process.trace_options & O_TRACEEXEC
    trap(task, 0, SIGTRAP | EVENT_EXEC << 8 if event else SIGTRAP, task.process.pid, 59)


def exit_stop(task: "Task", status: int) -> None:
    """The process is about to end with a status as wait4 tells it."""
    if task.process.trace_options & O_TRACEEXIT:
        event = SIGTRAP | EVENT_EXIT << 8
        stop(task, event, STOP_INFO.pack(SIGTRAP, 0, event), status)


def enter_call(task: "Task", number: int) -> int:
    """The tracer may change the call, or leave it out: NO_CALL, and RAX is what it wants."""
    task.cpu.set(0, -ENOSYS)
    number = call_stop(task, number)
    if number != NO_CALL:
        task.cpu.set(0, number)
    return number


def step(task: "Task") -> None:
    """One instruction: the tracer wants no more, or to know when memory changes."""
    from blinkenlights.linux import kernel

    process = task.process
    stops = process.stops
    watched = watched_values(process)
    reason = task.cpu.step()
    if reason == engine.EXIT_SYSCALL:
        kernel.system_call(task)
    elif reason != engine.EXIT_ATTENTION:
        kernel.fault(task, reason)
    if process.stops == stops and not task.exiting:
        met = 0
        for number, (place, content) in watched.items():
            if content is None:
                hit = task.cpu.rip == place
            else:
                hit = content != value_at(process, place, len(content))
            if hit:
                met |= 1 << number
        if met:
            process.debug_registers[DR6] |= met
            trap(task, TRAP_HWBKPT)
        elif process.trace_single:
            trap(task, TRAP_TRACE)
    signal.attend(task)


def watched_values(process: "Process") -> dict[int, tuple[int, bytes | None]]:
    """By number of a debug register in use: its address, and what is there; None to watch execution."""
    control = process.debug_registers[DR7]
    found: dict[int, tuple[int, bytes | None]] = {}
    if not control & 0xFF:
        return found
    for number in range(4):
        kind = control >> 16 + 4 * number & 3
        if control >> 2 * number & 3 and kind != WATCH_INPUT:
            place = process.debug_registers[number]
            length = WATCH_LENGTHS[control >> 18 + 4 * number & 3]
            found[number] = (place, None if kind == WATCH_EXECUTION else value_at(process, place, length))
    return found


def value_at(process: "Process", address: int, length: int) -> bytes:
    try:
        return process.space.read(address, length)
    except GuestFault:
        return b""


def call_stop(task: "Task", number: int) -> int:
    """Before or after a system call; the call's number, as the tracer wants it."""
    status = SIGTRAP | 0x80 if task.process.trace_options & O_TRACESYSGOOD else SIGTRAP
    return trap(task, status, status, 0, number)[ORIGINAL]


# -- the tracer ------------------------------------------------------------------------------------


def sys_ptrace(task: "Task", request: int, pid: int, address: int, data: int) -> int:
    request = s32(request)
    if request == TRACEME:
        return traceme(task)
    process = task.process
    pid = s32(pid)
    if pid not in process.tracees:
        return -ESRCH
    if request == KILL:
        return task.host(SYS_KILL, pid, SIGKILL)
    page = Page(process, pid)
    if not page.good or not (page.orders()[5] or process.tracees[pid]):
        return -ESRCH
    if request in RESUMING:
        return resume(task, page, RESUMING[request], s32(data))
    if request in (PEEKTEXT, PEEKDATA):
        word = peek(process, pid, address)
        if word is None:
            return -EIO
        task.space.write(data, word)
        return 0
    if request in (POKETEXT, POKEDATA):
        return 0 if write_memory(page, address, data.to_bytes(8, "little")) else -EIO
    if request == SETOPTIONS:
        if data & ~KNOWN_OPTIONS:
            return -EINVAL
        page.put(12, data.to_bytes(4, "little"))
        return 0
    if request == GETEVENTMSG:
        task.space.put_u64(data, page.head()[5])
        return 0
    if request == GETSIGINFO:
        task.space.write(data, bytes(page.data[INFO : INFO + INFO_SIZE]))
        return 0
    if request == SETSIGINFO:
        page.put(INFO, task.space.read(data, INFO_SIZE))
        return changed(page, CHANGED_INFO)
    if request in (PEEKUSER, POKEUSER):
        return user_word(task, page, request, address, data)
    return register_set(task, page, request, address, data)


def resume(task: "Task", page: Page, command: int, signo: int) -> int:
    if not 0 <= signo <= 64:
        return -EIO
    process = task.process
    orders = page.orders()
    ours = orders[5]
    orders[1], orders[2], orders[5] = command, signo, 0
    page.order(*orders)
    process.tracees[page.pid] = 0
    if not ours:  # a stop that the host's kernel made by itself
        kick(page.pid)
    if command == DETACH:
        process.tracees.pop(page.pid, None)
    host.plain_syscall(SYS_KILL, page.pid, SIGCONT)  # signals wait: the order can't be given again
    return 0


def changed(page: Page, what: int) -> int:
    orders = page.orders()
    orders[3] |= what
    page.order(*orders)
    return 0


def write_memory(page: Page, address: int, data: bytes) -> bool:
    if peek(page.process, page.pid, address) is None or not poke(page.process, page.pid, address, data):
        return False
    orders = page.orders()
    for place in {address & ~(PAGE - 1), (address + len(data) - 1) & ~(PAGE - 1)}:
        known = page.data[PAGES : PAGES + 8 * orders[4]]
        if all(place.to_bytes(8, "little") != known[i : i + 8] for i in range(0, len(known), 8)):
            if orders[4] == MOST_PAGES:
                return False
            page.put(PAGES + 8 * orders[4], place.to_bytes(8, "little"))
            orders[4] += 1
    page.order(*orders)
    return True


def user_word(task: "Task", page: Page, request: int, offset: int, data: int) -> int:
    """A word of struct user: the registers and the debug registers (which watch values, not accesses)."""
    if offset & 7 or not (offset < USER_REGISTERS.size or offset in DEBUG_REGISTERS):
        return -EIO
    debug = offset in DEBUG_REGISTERS
    place = DEBUG_AT + offset - DEBUG_REGISTERS.start if debug else REGISTERS + offset
    if request == PEEKUSER:
        task.space.write(data, bytes(page.data[place : place + 8]))
        return 0
    page.put(place, data.to_bytes(8, "little"))
    return changed(page, CHANGED_DEBUG if debug else CHANGED_REGISTERS)


def register_set(task: "Task", page: Page, request: int, kind: int, data: int) -> int:
    space = task.space
    size = page.orders()[0]
    vector = request in (GETREGSET, SETREGSET)
    where, length = data, 0
    if vector:
        where, length = space.u64(data), space.u64(data + 8)
    else:
        kind = NT_PRSTATUS if request in (GETREGS, SETREGS) else NT_PRFPREG
        if request not in (GETREGS, SETREGS, GETFPREGS, SETFPREGS):
            return -EIO
    places = {
        NT_PRSTATUS: (REGISTERS, USER_REGISTERS.size), NT_PRFPREG: (STATE, 512), NT_X86_XSTATE: (STATE, size),
    }  # fmt: skip
    if kind not in places:
        return -EINVAL
    start, whole = places[kind]
    length = min(length, whole) if vector else whole
    if request in (GETREGS, GETFPREGS, GETREGSET):
        content = bytearray(page.data[start : start + whole])
        if kind == NT_X86_XSTATE:
            content[XCR0 : XCR0 + 8] = (7 if size > 576 else 3).to_bytes(8, "little")
        space.write(where, bytes(content[:length]))
        if vector:
            space.put_u64(data + 8, length)
        return 0
    content = bytearray(space.read(where, length))
    if kind == NT_PRSTATUS:
        page.put(start, bytes(content))
        return changed(page, CHANGED_REGISTERS)
    content[XCR0 : XCR0 + 48] = bytes(len(content[XCR0 : XCR0 + 48]))
    page.put(start, bytes(content))
    if kind == NT_PRFPREG:
        page.put(STATE + 512, bytes((page.data[STATE + 512] | 3,)))
    return changed(page, CHANGED_STATE)


# -- a stop by itself ------------------------------------------------------------------------------


def stopped_itself(task: "Task", pid: int, signo: int) -> bool:
    """A traced process that sends itself SIGSTOP, which can't be caught, stops for its tracer."""
    if not task.process.tracer or signo & 0xFFFFFFFF != SIGSTOP or s32(pid) not in (task.process.pid, 0):
        return False
    info = STOP_INFO.pack(SIGSTOP, 0, 0)
    signo, info = signal_stop(task, SIGSTOP, info)
    host.set_mask(task.sigmask & ~signal.SYNCHRONOUS)
    if signo == SIGSTOP:
        host.stop_self()
    elif signo:
        signal.deliver(task, signo, info)
    return True


def sys_kill(task: "Task", pid: int, signo: int) -> int:
    return 0 if stopped_itself(task, pid, signo) else task.host(SYS_KILL, pid, signo)


def sys_tkill(task: "Task", tid: int, signo: int) -> int:
    return 0 if stopped_itself(task, tid, signo) else task.host(SYS_TKILL, tid, signo)


def sys_tgkill(task: "Task", pid: int, tid: int, signo: int) -> int:
    return 0 if stopped_itself(task, tid, signo) else task.host(SYS_TGKILL, pid, tid, signo)


# -- waiting ---------------------------------------------------------------------------------------


def stopped_status(process: "Process", pid: int, signo: int) -> int | None:
    """What a tracer is to be told of a child that the host calls stopped; None for no tracee."""
    page = Page(process, pid)
    if not page.good:
        return None
    if pid not in process.tracees:
        if page.head()[1] != process.pid or page.orders()[1] == DETACH:
            return None
        process.tracees[pid] = 0  # its kick has come, and waits to be seen to until this call has returned
    if page.orders()[5]:
        return page.head()[4]
    process.tracees[pid] = signo
    return signo


def sys_wait4(task: "Task", pid: int, status: int, options: int, usage: int) -> int:
    space = task.space
    process = task.process
    result = words(bytes(8))
    while True:
        wanted = options | WUNTRACED if process.tracees else options
        found = task.host(WAIT4, pid, at(result), wanted, space.pointer(usage, 144, True))
        if found == -signal.EINTR and host.kicked():
            return -signal.ERESTARTSYS
        word = result[0] & 0xFFFFFFFF
        if found > 0 and word & 0xFF == 0x7F:
            told = stopped_status(process, found, word >> 8 & 0xFF)
            if told is not None:
                word = told << 8 | 0x7F
            elif not options & WUNTRACED:
                continue
        elif found > 0:
            process.tracees.pop(found, None)
        if found > 0 and status:
            space.put_u32(status, word)
        return found


def sys_waitid(task: "Task", kind: int, pid: int, info: int, options: int, usage: int) -> int:
    space = task.space
    process = task.process
    result = words(bytes(128))
    while True:
        wanted = options | WUNTRACED if process.tracees else options
        found = task.host(WAITID, kind, pid, at(result), wanted, space.pointer(usage, 144, True))
        if found == -signal.EINTR and host.kicked():
            return -signal.ERESTARTSYS
        raw = bytearray(result.tobytes())
        _signo, _errno, code, child, _uid, value = WAIT_INFO.unpack_from(raw)
        if not found and child and code == CLD_STOPPED:
            told = stopped_status(process, child, value)
            if told is not None:
                raw[8:12] = CLD_TRAPPED.to_bytes(4, "little")
                raw[24:28] = told.to_bytes(4, "little")
            elif not options & WUNTRACED:
                continue
        elif not found and child and not options & WNOWAIT and code in (1, 2, 3):
            process.tracees.pop(child, None)
        if not found and info:
            space.write(info, bytes(raw))
        return found


WAIT_INFO = Struct("<iii4xiii")
CLD_STOPPED = 5
WNOWAIT = 0x1000000


def let_all_go(process: "Process") -> None:
    """The tracer ends: its tracees end too, or go on without it."""
    for pid in list(process.tracees):
        page = Page(process, pid)
        if page.good and page.head()[2] & O_EXITKILL:
            host.syscall(SYS_KILL, pid, SIGKILL)
