"""A guest process and its threads, as the system calls see them."""

import _thread

from blinkenlights.core import host
from blinkenlights.core.quick import ProcessState, ThreadState

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from blinkenlights.core.engine import Processor
    from blinkenlights.core.memory import AddressSpace
    from blinkenlights.linux.embedded import Guest
    from blinkenlights.linux.seccomp import State
    from blinkenlights.linux.servant import Servant
    from blinkenlights.linux.vfs import Vfs


class Options:
    """What the command line or the user of `Machine` chose; the same for every program run."""

    __slots__ = (
        "cpu", "jit", "log_path", "release", "root", "statistics", "strace", "strace_json", "strace_path",
        "strict", "virtual",
    )  # fmt: skip

    def __init__(
        self,
        *,
        jit: bool = True,
        virtual: bool = False,
        strace: bool = False,
        strace_path: bytes = b"",
        strace_json: bool = False,
        statistics: bool = False,
        log_path: bytes = b"",
        release: bytes = b"",
        cpu: str = "",
        root: bytes | None = None,
        strict: bool = False,
    ) -> None:
        self.jit = jit
        self.virtual = virtual
        self.strace = strace
        self.strace_path = strace_path  # empty: standard error, or the log
        self.strace_json = strace_json  # a JSON object a line
        self.statistics = statistics
        self.log_path = log_path  # empty: the default place
        self.release = release  # uname's release; empty: ours
        self.strict = strict  # no decimal adjustment in 64-bit code
        self.cpu = cpu  # one of tables.cpuid.CPUS; empty: the most that is there
        self.root = root  # directories that make up the guest's root, as in PATH; None: the host's


class Action:
    """A signal's disposition (`struct sigaction`)."""

    __slots__ = ("flags", "handler", "mask", "restorer")

    def __init__(self, handler: int = 0, flags: int = 0, restorer: int = 0, mask: int = 0) -> None:
        self.handler = handler
        self.flags = flags
        self.restorer = restorer
        self.mask = mask


class Process(ProcessState):
    """A guest process: one address space, one set of signal actions, its threads."""

    def __init__(self, space: "AddressSpace", options: Options) -> None:
        self.space = space
        self.options = options
        self.pid = host.at_once(SYS_GETPID)
        self.tasks: dict[int, Task] = {}  # by thread id
        self.actions: dict[int, Action] = {}  # signals whose action isn't the default
        self.actions_kept = False  # and compiled code knows them (ProcessState.keep_actions)
        # the program (execve)
        self.exe = b""  # absolute path
        self.exe_id = (0, 0)  # its device and inode
        self.comm = b""
        self.argv: list[bytes] = []
        self.environ: list[bytes] = []
        self.auxv = b""
        self.entry = 0
        self.load_bias = 0
        self.code_start = 0  # these seven are fields of /proc/self/stat
        self.code_end = 0
        self.data_start = 0
        self.data_end = 0
        self.stack_start = 0
        self.arg_start = 0
        self.env_start = 0
        # memory
        self.brk_start = 0
        self.brk = 0
        self.growing = False  # there are MAP_GROWSDOWN mappings
        self.stack_limited = False  # the limit on the stack has changed since the program began
        self.forks = False  # it has forked, or been forked: see kernel.is_plain
        self.threaded = False  # it has had other threads
        # resource limits that bind the guest, not Python: number -> (soft, hard)
        self.limits: dict[int, tuple[int, int]] = {}
        self.private_fds: set[int] = set()  # ours, never the guest's
        self.vfork_pipes: set[int] = set()  # those of them that threads wait at for their vfork children
        self.fork_lock = _thread.allocate_lock()  # one fork at a time
        self.timers: set[int] = set()  # made by timer_create
        # ptrace
        self.traceable = True  # its parent isn't a Python program with a guest in it
        self.tracer = 0  # the process that debugs this one
        self.trace_options = 0
        self.trace_calls = False  # stop before and after system calls
        self.trace_single = False  # stop after one instruction
        self.debug_registers = [0] * 8
        self.stops = 0  # made for the tracer
        self.tracees: dict[int, int] = {}  # debugged children: 0, or the signal that the host stopped one by
        self.rings: dict[int, int] = {}  # asynchronous I/O: a ring's address and length
        self.leader: Task | None = None  # runs on Python's main thread
        self.leader_wake = _thread.allocate_lock()  # released when the leader has something to do
        self.leader_wake.acquire()
        self.exit_status = 0  # of the thread that ended last, should none call exit_group
        self.kicking = False  # exec or exit is stopping the other threads
        self.next_program: object = None  # what the leader is to run next (exec.Program)
        self.shares_memory = False  # with its parent: clone with CLONE_VM, but no thread (sharing.py)
        self.vfork_fd = -1  # a vfork child's end of the pipe its parent waits at
        self.at_exit: Callable[[Task], None] | None = None
        self.logged: set[str] = set()
        self.embedded: Guest | None = None  # in a Python program that goes on: see linux.embedded
        self.vfs: Vfs | None = None  # where paths lead, unless that is where they lead on the host

    def reset_locks(self) -> None:
        """After fork: threads that held them aren't there any more."""
        self.memory_lock.reset()
        self.fork_lock = _thread.allocate_lock()
        self.leader_wake = _thread.allocate_lock()
        self.leader_wake.acquire()

    def reset_for_exec(self) -> None:
        """What a new program doesn't inherit, besides its memory and signal handlers."""
        self.dumpable = 1

    def log(self, text: str, once: bool = False) -> None:
        """Write a line to the log file; with `once`, only the first time."""
        if once:
            if text in self.logged:
                return
            self.logged.add(text)
        if self.embedded is not None:
            self.embedded.log(text)
            return
        from blinkenlights.linux.log import write

        write(self, text)


class Task(ThreadState):
    """A guest thread: a processor and what the kernel keeps for it."""

    def __init__(self, process: Process, cpu: "Processor") -> None:
        self.belong(process)
        self.process = process
        self.cpu = cpu
        self.tid = host.at_once(SYS_GETTID)
        # sigaltstack: base, flags, size; size 0 when there is none
        self.altstack = (0, 0, 0)
        # A system call that changes the mask while it waits (sigsuspend, ppoll, pselect,
        # epoll_pwait) leaves the mask to go back to here; the signal frame then saves that one.
        self.saved_mask: int | None = None
        # the last CPU exception, for signal frames
        self.trap = 0
        self.error_code = 0
        self.fault_address = 0
        self.trace_step = False  # a tracer wants one instruction
        self.seccomp: State | None = None  # which system calls it may make
        self.stepping = False  # a signal handler's return has set TF
        self.exiting = False  # leave the run loop; the thread is over
        self.servant: Servant  # embedded only: who makes this thread's system calls

    @property
    def space(self) -> "AddressSpace":
        return self.process.space

    def host(self, number: int, *arguments: int) -> int:
        """Make a host system call; pointers must have been translated (`space.pointer`)."""
        return host.syscall(number, *arguments)


SYS_GETPID = 39
SYS_GETTID = 186
SS_DISABLE = 2


def guest_of(task: Task) -> "Guest":
    """What the thread's process has besides, where it is embedded."""
    guest = task.process.embedded
    assert guest is not None
    return guest
