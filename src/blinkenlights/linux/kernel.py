"""The loop around a guest thread: run the CPU, and serve what it stops for."""

from errno import EFAULT, ENOSYS

from blinkenlights import bundles
from blinkenlights.core import engine, host, memory_calls, thread_calls
from blinkenlights.core.cutting import CUTTING, after_slow_call
from blinkenlights.core.memory import GuestFault
from blinkenlights.linux import signal
from blinkenlights.tables.syscalls import (
    AT_FIRST,
    BY_NUMBER,
    CAREFUL,
    SPECIAL_NAMES,
    SYSCALLS,
    Row,
    pointer_mask,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from blinkenlights.linux.task import Options, Process, Task

    Implementation = Callable[..., int]
    Plan = tuple[tuple[tuple[int, int, bool], ...], tuple[int, ...]]

ERESTARTSYS = 512
SYSCALL = b"\x0f\x05"
SYSCALL_LENGTH = len(SYSCALL)
INTERNAL_ERROR = 70  # exit status; EX_SOFTWARE
MOST_ATTEMPTS = 100
RAX = 0
ARGUMENT_REGISTERS = (7, 6, 2, 10, 8, 9)

USUAL = (
    "open", "close", "mmap", "mprotect", "munmap", "brk", "rt_sigaction", "rt_sigprocmask", "ioctl",
    "access", "dup2", "execve", "exit", "exit_group", "fcntl", "arch_prctl", "set_tid_address", "openat",
    "newfstatat", "readlink", "set_robust_list", "prlimit64", "fork", "vfork", "clone", "clone3",
)  # fmt: skip

# By number: the implementation and how many arguments it takes; filled as they are used.
_resolved: dict[int, "tuple[Implementation, int]"] = {}
_trace: "Implementation | None" = None


def prepare(options: "Options") -> None:
    """Say which system calls the engine may make itself, and how the others are made."""
    global _trace
    host.catch_faults()
    if options.strace:
        from blinkenlights.linux import strace

        _trace = strace.traced
    elif not options.virtual:
        memory_calls.install()
        thread_calls.install()
        jail = options.root is not None
        plan_: Plan = bundles.prepared("system calls") or plan()  # type: ignore[assignment]
        for number, mask, careful in plan_[0]:
            if not (jail and in_root(number)):
                engine.direct(number, mask, careful)
        for number in plan_[1]:
            if not (jail and in_root(number)):
                thread_calls.answer_enosys(number)
        engine.set_special_names(SPECIAL_NAMES)


def plan() -> "Plan":
    """The calls that the engine makes itself, and those that it answers with ENOSYS."""
    direct = []
    absent = []
    for number, _name, params, _result, implementation in SYSCALLS:
        if implementation == "direct" or number in AT_FIRST:
            direct.append((number, pointer_mask(params), False))
        elif number in CAREFUL:
            direct.append((number, pointer_mask(params), True))
        elif implementation == "abi.enosys":
            absent.append(number)
    return tuple(direct), tuple(absent)


def in_root(number: int) -> "Implementation | None":
    """How a call is made for a guest with a root of its own, if it has to do with files."""
    from blinkenlights.linux import vfs_calls

    return vfs_calls.implementation(BY_NUMBER[number], True)


def run(task: "Task") -> None:
    """Run a guest thread until it is over."""
    cpu = task.cpu
    process = task.process
    task.enter()
    while not task.exiting:
        if task.trace_step:
            from blinkenlights.linux import ptrace

            ptrace.step(task)
            continue
        if process.forks:
            process.settle(is_plain(task), process.vfork_fd)
            if not process.actions_kept:
                process.keep_actions(process.actions)
                process.actions_kept = True
        reason = cpu.run()
        if process.behind:
            catch_up(task)
        if reason == engine.EXIT_SYSCALL:
            system_call(task)
            if task.stepping:
                single_step(task)
        elif reason == engine.EXIT_ATTENTION:
            signal.attend(task)
            if cpu.rflags & signal.TF:
                single_step(task)
        else:
            fault(task, reason)


def is_plain(task: "Task") -> bool:
    """Whether there is nothing that only Python takes care of at fork, execve and exit_group.

    `core.program_calls` then makes those calls, until Python next runs in this process.
    """
    process = task.process
    return (
        not (process.tracer or process.tracees or process.trace_calls or process.threaded or process.timers)
        and not (process.rings or process.growing or process.stack_limited or process.shares_memory)
        and not (task.held or task.stepping or task.trace_step or process.kicking)
        and process.leader is task
        and process.vfs is None
        and process.embedded is None
        and process.at_exit is None
        and task.seccomp is None
        and task.saved_mask is None
        and not process.options.virtual
        and _trace is None
        and process.set_private(process.private_fds)
    )


def catch_up(task: "Task") -> None:
    """Take in what this process has become without Python: a child, another program, or both."""
    from blinkenlights.core import exec_calls, program_calls
    from blinkenlights.linux import process as processes

    process = task.process
    born, replaced = program_calls.arrive(process)
    if process.vfork_fd != process.vfork_end or born:
        process.private_fds.discard(process.vfork_fd)
        process.vfork_fd = -1
    if born:
        words = task.robust_list, task.clear_child_tid
        processes.become_child(task, None)
        task.robust_list, task.clear_child_tid = words
    if replaced:
        for name, value in exec_calls.take_news(process).items():
            setattr(process, name, value)
        task.altstack = (0, task.altstack[1], 0)
        process.reset_for_exec()
    if process.vfork_fd != process.vfork_end:
        process.vfork_fd = process.vfork_end
        process.private_fds.add(process.vfork_fd)
    actions = process.take_actions()
    if actions is not None:
        process.actions = {row[0]: signal.Action(*row[1:]) for row in actions}


def fault(task: "Task", reason: int) -> None:
    from blinkenlights.linux import exceptions

    if reason == engine.EXIT_EXCEPTION:
        exceptions.raise_signal(task)
    elif reason == engine.EXIT_INTERRUPT:
        exceptions.interrupt(task)
    else:
        exceptions.halt(task)


def single_step(task: "Task") -> None:
    """The guest has set TF: a SIGTRAP after each instruction, until it is clear again."""
    from blinkenlights.linux import exceptions

    cpu = task.cpu
    task.stepping = False
    while cpu.rflags & signal.TF and not task.exiting:
        calling = next_bytes(task) == SYSCALL
        reason = cpu.step()
        if reason == engine.EXIT_SYSCALL:
            system_call(task)
        elif reason != engine.EXIT_ATTENTION:
            fault(task, reason)
        elif not calling:  # TF is clear in the kernel, so SYSCALL itself doesn't trap
            exceptions.step(task)
        signal.attend(task)


def next_bytes(task: "Task") -> bytes:
    try:
        return task.space.read(task.cpu.rip, len(SYSCALL))
    except GuestFault:
        return b""


def system_call(task: "Task") -> None:
    cpu = task.cpu
    number = cpu.get(RAX)
    traced = task.process.trace_calls
    if traced:
        from blinkenlights.linux import ptrace

        number = ptrace.enter_call(task, number)
        if number == ptrace.NO_CALL:
            return
    if task.seccomp is not None:
        from blinkenlights.linux import seccomp

        if not seccomp.permits(task, number):
            return
    call = _resolved.get(number)
    if call is None:
        call = resolve(task, number)
    function, count = call
    arguments = [cpu.get(register) for register in ARGUMENT_REGISTERS[:count]]
    if _trace is not None:
        result = _trace(task, number, arguments, function, invoke)
    else:
        result = invoke(task, function, arguments)
    if number in CUTTING and result >= 0:
        after_slow_call(task.space, number, arguments, result)
    if result == -ERESTARTSYS:
        # a signal came first: it is delivered as if before the SYSCALL instruction, which then
        # runs again
        cpu.rip -= SYSCALL_LENGTH
        cpu.set(RAX, number)
        signal.attend(task)
    else:
        cpu.set(RAX, result & 0xFFFFFFFFFFFFFFFF)
        if traced and task.process.trace_calls and not task.exiting:
            from blinkenlights.linux import ptrace

            ptrace.call_stop(task, number)


def invoke(task: "Task", function: "Implementation", arguments: list[int]) -> int:
    result = attempt(task, function, arguments)
    # pages with translated code are write-protected, also for the host kernel; and again, where another
    # thread has run code there since
    for _ in range(MOST_ATTEMPTS):
        if result != -EFAULT or not task.cpu.release_code():
            break
        result = attempt(task, function, arguments)
    return result


def attempt(task: "Task", function: "Implementation", arguments: list[int]) -> int:
    try:
        return function(task, *arguments)
    except GuestFault:
        return -EFAULT
    except OSError as problem:
        return -(problem.errno or EFAULT)


# -- implementations -------------------------------------------------------------------------------


def resolve(task: "Task", number: int) -> "tuple[Implementation, int]":
    found = _resolved[number] = find(task, number)
    return found


def find(task: "Task", number: int) -> "tuple[Implementation, int]":
    """How a call is made, and how many arguments it takes."""
    row = BY_NUMBER.get(number & 0xFFFFFFFF)
    if row is None:
        task.process.log(f"unknown system call {number & 0xFFFFFFFF}", once=True)
        return unknown, 0
    return implementation_of(row, task), len(row[2].split())


def resolve_usual(task: "Task") -> None:
    """Resolve what nearly every program calls as it starts and ends (for children of a fork)."""
    for name in USUAL:
        row = next(row for row in SYSCALLS if row[1] == name)
        if row[0] not in _resolved:
            _resolved[row[0]] = (implementation_of(row, task), len(row[2].split()))


def implementation_of(row: Row, task: "Task") -> "Implementation":
    name = row[4]
    if task.process.vfs is not None:
        from blinkenlights.linux import vfs_calls

        found = vfs_calls.implementation(row, task.process.vfs.jailed)
        if found is not None:
            return found
    if name is None:
        return missing(row)
    if name == "direct":
        return pass_through(row)
    module_name, _, function_name = name.partition(".")
    module = __import__(f"blinkenlights.linux.{module_name}", fromlist=[function_name])
    function: Implementation = getattr(module, function_name)
    return function


def unknown(task: "Task") -> int:
    return -ENOSYS


def missing(row: Row) -> "Implementation":
    def implementation(task: "Task", *arguments: int) -> int:
        task.process.log(f"system call {row[1]} is not there", once=True)
        return -ENOSYS

    return implementation


def pass_through(row: Row) -> "Implementation":
    """A call that the host makes as it is, once its pointers are translated."""
    from blinkenlights.linux.abi import passthrough

    return lambda task, *arguments: passthrough(task, row, arguments)


class Guard:
    """Around a guest thread: a mistake of ours is one line, its details in the log, and the end."""

    def __init__(self, process: "Process") -> None:
        self.process = process

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: object
    ) -> None:
        if problem is None or isinstance(problem, SystemExit):
            return
        import os
        import traceback

        try:
            self.process.log("".join(traceback.format_exception(problem)))
            os.write(2, f"blink: internal error: {type(problem).__name__}: {problem}\n".encode())
        finally:
            os._exit(INTERNAL_ERROR)
