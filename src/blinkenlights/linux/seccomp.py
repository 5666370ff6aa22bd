"""seccomp(2): guests that restrict their own system calls.

A filter on the host would bind Python as well, so filters are run here, for the calls that the guest
makes. From the first filter on no system call is made without Python. Filters are classic BPF programs
over `struct seccomp_data`; `check_program` refuses what the kernel refuses
(Documentation/userspace-api/seccomp_filter.rst, networking/filter.rst).

User notification (SECCOMP_RET_USER_NOTIF) is not there, as on a kernel before 5.0.
"""

from errno import EACCES, EFAULT, EINVAL, ENOMEM, ENOSYS, EOPNOTSUPP, ESRCH
from struct import Struct

from blinkenlights.core import engine, host
from blinkenlights.linux import signal
from blinkenlights.linux.abi import s32, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from blinkenlights.linux.task import Task

DISABLED, STRICT, FILTER = range(3)
SET_MODE_STRICT, SET_MODE_FILTER, GET_ACTION_AVAIL = range(3)
FLAG_TSYNC, FLAG_LOG, FLAG_SPEC_ALLOW, FLAG_TSYNC_ESRCH = 1, 2, 4, 16
KNOWN_FLAGS = FLAG_TSYNC | FLAG_LOG | FLAG_SPEC_ALLOW | FLAG_TSYNC_ESRCH

KILL_PROCESS, KILL_THREAD, TRAP, ERRNO = 0x8000_0000, 0, 0x3_0000, 0x5_0000
TRACE, LOG, ALLOW = 0x7FF0_0000, 0x7FFC_0000, 0x7FFF_0000
USER_NOTIF = 0x7FC0_0000
ACTION = 0xFFFF_0000
AVAILABLE = (KILL_PROCESS, KILL_THREAD, TRAP, ERRNO, TRACE, LOG, ALLOW)
LARGEST_ERROR = 4095

STRICTLY_ALLOWED = (0, 1, 15, 60)  # read, write, rt_sigreturn, exit
SECCOMP_DATA = Struct("<iIQ6Q")
AUDIT_ARCH_X86_64 = 0xC000_003E
SYS_SECCOMP = 1  # si_code
SIGSYS_INFO = Struct("<iii4xQiI96x")

SYS_PRCTL, PR_GET_NO_NEW_PRIVS = 157, 39
SYS_CAPGET, CAPABILITY_VERSION_3, CAP_SYS_ADMIN = 125, 0x2008_0522, 21

INSTRUCTION = Struct("<HBBI")  # struct sock_filter
LONGEST_PROGRAM = 4096
MOST_INSTRUCTIONS = 32768  # of all filters together, with 4 more for each
SCRATCH = 16  # words

# Codes by what they do: BPF_LD|BPF_W|BPF_ABS and so on.
LD_ABS, LD_LEN, LDX_LEN, LD_IMM, LDX_IMM = 0x20, 0x80, 0x81, 0x00, 0x01
LD_MEM, LDX_MEM, ST, STX, TAX, TXA = 0x60, 0x61, 0x02, 0x03, 0x07, 0x87
RET_K, RET_A, JA, NEG = 0x06, 0x16, 0x05, 0x84
ADD, SUB, MUL, DIV, OR, AND, LSH, RSH, XOR = 0x04, 0x14, 0x24, 0x34, 0x44, 0x54, 0x64, 0x74, 0xA4
ARITHMETIC = (ADD, SUB, MUL, DIV, OR, AND, LSH, RSH, XOR)
JEQ, JGT, JGE, JSET = 0x15, 0x25, 0x35, 0x45
JUMPS = (JEQ, JGT, JGE, JSET)
BY_X = 8  # the operand is X instead of the constant
KNOWN = frozenset((
    LD_ABS, LD_LEN, LDX_LEN, LD_IMM, LDX_IMM, LD_MEM, LDX_MEM, ST, STX, TAX, TXA, RET_K, RET_A, JA, NEG,
    *ARITHMETIC, *(code | BY_X for code in ARITHMETIC), *JUMPS, *(code | BY_X for code in JUMPS),
))  # fmt: skip
WORD = 0xFFFF_FFFF

Program = tuple[tuple[int, int, int, int], ...]  # code, jt, jf, k


class State:
    """What restricts a thread: the strict mode, or a filter and those installed before it."""

    __slots__ = ("before", "count", "mode", "program", "total")

    def __init__(self, mode: int, program: Program = (), before: "State | None" = None) -> None:
        self.mode = mode
        self.program = program
        self.before = before
        self.count: int = 1 + (before.count if before else 0)
        self.total: int = len(program) + 4 + (before.total if before else 0)

    def includes(self, other: "State | None") -> bool:
        """Whether `other` is this or one of those before it."""
        state: State | None = self
        while state is not None and state is not other:
            state = state.before
        return state is other


# -- programs --------------------------------------------------------------------------------------


def check_program(program: Program) -> bool:
    """Whether the kernel takes a program: known codes, jumps forward and inside, a return at the end."""
    length = len(program)
    if not 1 <= length <= LONGEST_PROGRAM or program[-1][0] not in (RET_K, RET_A):
        return False
    for at, (code, yes, no, k) in enumerate(program):
        left = length - at - 1
        if code not in KNOWN:
            return False
        if code == LD_ABS and (k >= SECCOMP_DATA.size or k & 3):
            return False
        if (code == DIV and not k) or (code in (LSH, RSH) and k >= 32):
            return False
        if code in (LD_MEM, LDX_MEM, ST, STX) and k >= SCRATCH:
            return False
        if code == JA and k >= left:
            return False
        if code & ~BY_X in JUMPS and code & 7 == 5 and (yes >= left or no >= left):
            return False
    return stores_come_first(program)


def stores_come_first(program: Program) -> bool:
    """No scratch word is read that may not have been written, by whichever way."""
    every = (1 << SCRATCH) - 1
    written = [every] * len(program)  # on all ways that lead here
    valid = 0
    for at, (code, yes, no, k) in enumerate(program):
        valid &= written[at]
        if code in (ST, STX):
            valid |= 1 << k
        elif code in (LD_MEM, LDX_MEM):
            if not valid >> k & 1:
                return False
        elif code == JA:
            written[at + 1 + k] &= valid
            valid = every
        elif code & ~BY_X in JUMPS and code & 7 == 5:
            written[at + 1 + yes] &= valid
            written[at + 1 + no] &= valid
            valid = every
    return True


def run_program(program: Program, data: tuple[int, ...]) -> int:
    """What a checked program returns for the 32-bit words of a struct seccomp_data."""
    a = x = at = 0
    scratch = [0] * SCRATCH
    while True:
        code, yes, no, k = program[at]
        at += 1
        if code == LD_ABS:
            a = data[k >> 2]
        elif code & 7 == 5:
            if code == JA:
                at += k
                continue
            other = x if code & BY_X else k
            kind = code & ~BY_X
            met = (a == other if kind == JEQ else a > other if kind == JGT else a >= other if kind == JGE
                   else a & other != 0)  # fmt: skip
            at += yes if met else no
        elif code == RET_K:
            return k
        elif code == RET_A:
            return a
        elif code & 7 == 4:
            if code & ~BY_X == DIV and code & BY_X and not x:
                return 0
            a = calculated(code & ~BY_X, a, x if code & BY_X else k)
        elif code in (LD_IMM, LD_LEN):
            a = k if code == LD_IMM else SECCOMP_DATA.size
        elif code in (LDX_IMM, LDX_LEN):
            x = k if code == LDX_IMM else SECCOMP_DATA.size
        elif code == LD_MEM:
            a = scratch[k]
        elif code == LDX_MEM:
            x = scratch[k]
        elif code == ST:
            scratch[k] = a
        elif code == STX:
            scratch[k] = x
        elif code == TAX:
            x = a
        else:  # TXA
            a = x


def calculated(kind: int, a: int, other: int) -> int:
    if kind == ADD:
        return a + other & WORD
    if kind == SUB:
        return a - other & WORD
    if kind == MUL:
        return a * other & WORD
    if kind == DIV:
        return a // other
    if kind == OR:
        return a | other
    if kind == AND:
        return a & other
    if kind == LSH:
        return a << (other & 31) & WORD
    if kind == RSH:
        return a >> (other & 31)
    if kind == XOR:
        return a ^ other
    return -a & WORD  # NEG


# -- before each system call -----------------------------------------------------------------------


def permits(task: "Task", number: int) -> bool:
    """Whether the call may be made; if not, what happens instead has happened."""
    state = task.seccomp
    assert state is not None
    cpu = task.cpu
    if state.mode == STRICT:
        if number & WORD in STRICTLY_ALLOWED:
            return True
        end_thread(task, signal.SIGKILL)
        return False
    raw = SECCOMP_DATA.pack(s32(number), AUDIT_ARCH_X86_64, cpu.rip, *cpu.arguments()[1:])
    data = WORDS.unpack(raw)
    verdict, least = ALLOW, ALLOW
    at: State | None = state
    while at is not None:
        answer = run_program(at.program, data)
        action = answer & ACTION
        if (action ^ 1 << 31) < (least ^ 1 << 31):  # as signed numbers
            verdict, least = answer, action
        at = at.before
    if least in (ALLOW, LOG):
        return True
    act(task, number, least, verdict & 0xFFFF)
    return False


WORDS = Struct("<16I")


def act(task: "Task", number: int, action: int, data: int) -> None:
    cpu = task.cpu
    if action == ERRNO:
        cpu.set(0, -min(data, LARGEST_ERROR))
    elif action == TRAP:  # RAX is the call's number still
        info = SIGSYS_INFO.pack(
            signal.SIGSYS, data, SYS_SECCOMP, cpu.rip, s32(number), AUDIT_ARCH_X86_64
        )
        signal.force(task, signal.SIGSYS, SYS_SECCOMP, cpu.rip, info)
    elif action in (TRACE, USER_NOTIF):  # nobody to ask
        cpu.set(0, -ENOSYS)
    elif action == KILL_THREAD:
        end_thread(task, signal.SIGSYS)
    else:
        signal.terminate(task, signal.SIGSYS)


def end_thread(task: "Task", signo: int) -> None:
    """The thread is killed, and with the last one the process."""
    if len(task.process.tasks) == 1:
        signal.terminate(task, signo)
    else:
        task.exiting = True


# -- the calls -------------------------------------------------------------------------------------


def sys_seccomp(task: "Task", operation: int, flags: int, argument: int) -> int:
    operation, flags = operation & WORD, flags & WORD
    if operation == SET_MODE_STRICT:
        return -EINVAL if flags or argument else be_strict(task)
    if operation == SET_MODE_FILTER:
        return install(task, flags, argument)
    if operation == GET_ACTION_AVAIL:
        if flags:
            return -EINVAL
        return 0 if task.space.u32(argument) in AVAILABLE else -EOPNOTSUPP
    return -EINVAL


def set_mode(task: "Task", mode: int, program: int) -> int:
    """prctl(PR_SET_SECCOMP)."""
    if mode == STRICT:
        return be_strict(task)
    if mode == FILTER:
        return install(task, 0, program)
    return -EINVAL


def mode_of(task: "Task") -> int:
    return DISABLED if task.seccomp is None else task.seccomp.mode


def be_strict(task: "Task") -> int:
    if mode_of(task) == FILTER:
        return -EINVAL
    task.seccomp = State(STRICT)
    engine.enable_direct(False)
    return 0


def install(task: "Task", flags: int, address: int) -> int:
    """Add a filter to the calling thread, or with FLAG_TSYNC to all."""
    if flags & ~KNOWN_FLAGS or (flags & FLAG_TSYNC_ESRCH and not flags & FLAG_TSYNC):
        return -EINVAL
    space = task.space
    if not address:
        return -EFAULT
    length, place = space.u32(address) & 0xFFFF, space.u64(address + 8)
    if not 1 <= length <= LONGEST_PROGRAM:
        return -EINVAL
    if not privileged():
        return -EACCES
    raw = space.read(place, length * INSTRUCTION.size)
    program = tuple(INSTRUCTION.iter_unpack(raw))
    if not check_program(program):
        return -EINVAL
    before = task.seccomp
    if before is not None and before.mode == STRICT:
        return -EINVAL
    state = State(FILTER, program, before)
    if state.total > MOST_INSTRUCTIONS:
        return -ENOMEM
    if flags & FLAG_TSYNC:
        others = [other for other in list(task.process.tasks.values()) if other is not task]
        for other in others:
            theirs = other.seccomp
            if theirs is not None and not state.includes(theirs):
                return -ESRCH if flags & FLAG_TSYNC_ESRCH else other.tid
        for other in others:
            other.seccomp = state
    task.seccomp = state
    engine.enable_direct(False)
    return 0


def privileged() -> bool:
    """Filters are for threads that gain no privileges by execve, or have CAP_SYS_ADMIN."""
    if host.syscall(SYS_PRCTL, PR_GET_NO_NEW_PRIVS) == 1:
        return True
    header, data = words(CAPABILITY_VERSION_3.to_bytes(8, "little")), words(bytes(24))
    done = host.syscall(SYS_CAPGET, header.buffer_info()[0], data.buffer_info()[0]) == 0
    return done and bool(data[0] >> CAP_SYS_ADMIN & 1)
