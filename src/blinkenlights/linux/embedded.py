"""A guest inside a Python program that goes on: its end, signals, descriptors and threads are not ours.

The processor of a guest thread runs in whichever Python thread calls `Machine.run`. Its system calls are
made by a host thread of its own, a *servant*, and that is what keeps the guest apart: servants have their
own table of descriptors and their own working directory and umask (unshare(2) with CLONE_FILES and
CLONE_FS, which needs no privilege). So guest descriptors are host descriptors, one to one, and yet what
the guest opens, closes or duplicates is nothing to Python or to another machine. Servants block every
signal, and Python's dispositions stay as they are.

Signals for the guest are queued here. Where a servant waits in a system call, it is woken by a SIGSEGV,
which this process catches anyway; the call is then made again, or fails with EINTR, as the action says.

Guest threads take turns: one processor runs at a time. One whose system call does not end soon gives its
turn away.
"""

import _thread
import os
from collections import deque
from errno import EINTR, EPIPE

from blinkenlights.core import engine, host
from blinkenlights.linux import alarms, kernel, queued_signals, signal, sleeping
from blinkenlights.linux.alarms import Alarm
from blinkenlights.linux.children import Children
from blinkenlights.linux.queued_signals import user_info
from blinkenlights.linux.servant import Servant
from blinkenlights.linux.sleeping import Deadlines
from blinkenlights.linux.task import Task
from blinkenlights.tables.syscall_numbers import NUMBERS
from blinkenlights.tables.syscalls import BY_NUMBER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from blinkenlights.linux.descriptors import Descriptors
    from blinkenlights.linux.task import Process
    from blinkenlights.linux.thread import CloneRequest
    from blinkenlights.linux.turns import Turns

CLONE_FS_FLAG = 0x200
CLONE_FILES_FLAG = 0x400
SYS_UNSHARE = 272
SYS_CLOSE_RANGE = 436
RESTARTED = 512

RAX, RSP = 0, 4
SOON = 0.002  # seconds that a system call may take before other threads get their turn
POLL = 0.05  # how often a wait looks whether Python was interrupted

WAITS = (NUMBERS["wait4"], NUMBERS["waitid"])
# Calls that fail with EINTR after a handler, whatever SA_RESTART says (signal(7)).
NEVER_RESTARTED = frozenset(
    NUMBERS[name]
    for name in (
        "pause", "rt_sigsuspend", "rt_sigtimedwait", "poll", "ppoll", "select", "pselect6", "epoll_wait",
        "epoll_pwait", "epoll_pwait2", "nanosleep", "clock_nanosleep", "semop", "semtimedop", "msgrcv",
        "msgsnd", "io_getevents",
    )
    if name in NUMBERS
)  # fmt: skip
PIPE_WRITERS = frozenset(
    NUMBERS[name]
    for name in ("write", "writev", "pwrite64", "pwritev", "sendto", "sendmsg", "sendfile", "splice")
)
MSG_NOSIGNAL = 0x4000
SETTING_REGISTERS = (NUMBERS["rt_sigreturn"], NUMBERS["execve"], NUMBERS["execveat"])
SENDTO = NUMBERS["sendto"]
SENDMSG = NUMBERS["sendmsg"]


class Ended:
    """How a guest has ended: `status` of exit, or `signal` that killed it."""

    __slots__ = ("signal", "status")

    def __init__(self, status: int | None = None, signal: int | None = None) -> None:
        self.status = status
        self.signal = signal


class Watcher:
    """Who sees system calls; on the thread that runs the machine."""

    def enter(self, task: Task, number: int, arguments: list[int]) -> int | None:
        """Before the call, whose arguments may be changed in place. A result: then it isn't made."""
        return None

    def leave(self, task: Task, number: int, arguments: list[int], result: int) -> int:
        """After the call: the result that the guest gets, -errno for an error."""
        return result


class Guest:
    """What a `Process` has besides when it is embedded: `process.embedded`."""

    def __init__(self, process: "Process", stdin: int = 0, stdout: int = 1, stderr: int = 2) -> None:
        self.process = process
        self.pid = os.getpid()
        self.ended: Ended | None = None
        self.queue: deque[tuple[int, bytes, int]] = deque()  # signal, siginfo, thread id or 0
        self.lines: deque[str] = deque(maxlen=1000)  # of what would be the log
        self.closed = False
        self.current: Task | None = None  # whose turn it is
        self.order: deque[Task] = deque()  # of the turns
        self.waiting: dict[int, Servant] = {}  # in system calls that take long, by thread id
        self.wake = _thread.allocate_lock()
        self.wake.acquire()
        self.resolved: dict[int, tuple[Callable[..., int], int]] = {}
        self.alarm = Alarm(self)
        self.timers: dict[int, Alarm] = {}
        self.children = Children(lambda signo: self.post(signo, user_info(signo)))
        self.deadlines = Deadlines()
        self.watcher: Watcher | None = None  # sees every system call
        self.turns: Turns | None = None  # of a recorded machine
        self.descriptors: Descriptors | None = None  # likewise
        self.frozen = False  # it is in its past: what comes is for the present
        self.retired = 0  # instructions of threads that have ended
        self.lent = (stdin, stdout, stderr)
        self.servants: list[Servant] = []  # all that have a host thread, also those of past guest threads
        self.servant = Servant(self)
        self.servant.start()
        self.servant.have(self.separate)

    # -- beginning and end ---------------------------------------------------------------------

    def separate(self) -> None:
        """Give the first servant descriptors and a directory of its own."""
        result = host.syscall(SYS_UNSHARE, CLONE_FILES_FLAG | CLONE_FS_FLAG)
        if result < 0:
            raise OSError(-result, "unshare")
        high = [os.dup(fd) if fd >= 0 else -1 for fd in self.lent]
        for number, fd in enumerate(high):
            if fd >= 0:
                os.dup2(fd, number)
            else:
                os.close(number)
        if host.syscall(SYS_CLOSE_RANGE, 3, 0xFFFFFFFF, 0) < 0:
            os.closerange(3, os.sysconf("SC_OPEN_MAX"))

    def begin(self, task: Task) -> None:
        """The first thread. It is the caller's to run, but its servant's to serve."""
        self.attach(task, self.servant)
        task.tid = self.process.pid
        self.process.leader = task
        self.process.tasks[task.tid] = task
        self.current = task
        self.order.append(task)

    def attach(self, task: Task, servant: Servant) -> None:
        servant.task = task
        task.servant = servant
        servant.have(task.cpu.bind)

    def close(self) -> None:
        """End the guest as if by SIGKILL."""
        self.closed = True
        if self.ended is None:
            self.ended = Ended(signal=signal.SIGKILL)
        self.alarm.cancel()
        for timer in self.timers.values():
            timer.cancel()
        for task in list(self.process.tasks.values()):
            task.exiting = True
        for servant in list(self.servants):
            for _ in range(100):
                if not servant.busy:
                    break
                servant.kick()
                if servant.wait(0.01):
                    servant.done.release()
            servant.end()
        self.process.tasks.clear()
        self.order.clear()

    def exit(self, task: Task, status: int) -> None:
        """exit_group, or the last thread's exit."""
        if self.ended is None:
            self.ended = Ended(status=status)
        self.end_others(task)

    def kill(self, task: Task, signo: int) -> None:
        """A signal's default action is the end."""
        if self.ended is None:
            self.ended = Ended(signal=signo)
        self.end_others(task)

    def end_others(self, task: Task) -> None:
        """The other threads are over: they get no turn any more."""
        for other in list(self.process.tasks.values()):
            if other is not task:
                other.exiting = True
                self.drop(other)

    def drop(self, task: Task) -> None:
        """A thread is over."""
        if self.process.tasks.pop(task.tid, None) is not None:
            self.retired += task.cpu.icount
        self.waiting.pop(task.tid, None)
        if task in self.order:
            self.order.remove(task)
        servant = task.servant
        if self.turns is not None:
            return  # a recorded thread may come back; `close` or `renew` ends it
        servant.kick()
        if not servant.busy and servant is not self.servant:
            servant.end()

    def log(self, text: str) -> None:
        self.lines.append(text)

    # -- turns ---------------------------------------------------------------------------------

    def tell(self) -> None:
        """Wake whoever waits for any servant."""
        try:  # noqa: SIM105 - contextlib is slow to import
            self.wake.release()
        except RuntimeError:
            pass

    def ready(self) -> list[Task]:
        return [task for task in self.order if task.tid not in self.waiting]

    def next_turn(self) -> bool:
        """Give the turn to the next thread that can go on; False when all of them wait."""
        self.collect()
        for _ in range(len(self.order)):
            self.order.rotate(-1)
            if self.order[0].tid not in self.waiting:
                self.current = self.order[0]
                return True
        return False

    def collect(self) -> None:
        """Threads whose long system call has ended can go on."""
        for tid, servant in list(self.waiting.items()):
            if servant.call is not None and servant.call.parked:
                del self.waiting[tid]
                servant.call.resume()
                self.see(servant)
            elif not servant.busy:
                servant.done.acquire()  # it is about to be released, if it isn't yet
                del self.waiting[tid]
                self.receive(servant)

    def see(self, servant: Servant) -> None:
        """Get a call's result, or leave it waiting when it takes long."""
        task = servant.task
        assert task is not None
        while not servant.wait(SOON):
            if servant.gives_up():
                self.waiting[task.tid] = servant
                return
        self.receive(servant)

    def renew(self, tasks: "list[Task]", current: Task) -> None:
        """These are the threads, at their places in the code: what their servants are about is the past's."""
        for servant in {task.servant for task in (*self.process.tasks.values(), *tasks)} | {self.servant}:
            servant.abandon()
        self.waiting.clear()
        self.queue.clear()
        self.deadlines.clear()
        self.ended = None
        if self.servant.call is not None:
            self.servant.call.abandoned = False
        for i, task in enumerate(tasks):
            servant = self.servant
            if i:
                servant = Servant(self)
                self.servant.have(servant.start)
            self.attach(task, servant)
        self.process.tasks = {task.tid: task for task in tasks}
        self.order = deque(tasks)
        self.current = current

    # -- system calls --------------------------------------------------------------------------

    def serve(self, task: Task) -> None:
        """After EXIT_SYSCALL: make the call, or begin it and give the turn away."""
        cpu = task.cpu
        number = cpu.get(RAX)
        call = self.resolved.get(number)
        if call is None:
            call = self.resolved[number] = self.resolve(task, number)
        function, count = call
        arguments = [cpu.get(register) for register in kernel.ARGUMENT_REGISTERS[:count]]
        if self.watcher is not None:
            try:
                answer = self.watcher.enter(task, number, arguments)
            except BaseException:
                self.call_again(task, number)
                raise
            if answer is not None:
                self.finish_call(task, number, arguments, answer, False)
                return
        servant = task.servant
        servant.call_made = (number, arguments)
        made = self.deadlines.arguments(task.tid, number, arguments)
        servant.begin(lambda: self.system_call(task, number, function, made))
        self.see(servant)

    def system_call(
        self, task: Task, number: int, function: "Callable[..., int]", arguments: list[int]
    ) -> tuple[int, bool]:
        """On the servant's thread: the call's result, and whether it was kicked meanwhile."""
        files = self.descriptors
        places = files.before(number, arguments) if files is not None else []
        result = kernel.invoke(task, function, arguments)
        if self.process.embedded is None:
            go_on_alone(task, result)
        if files is not None:
            files.after(number, arguments, result, places, self.process.space)
        return result, host.take_signal() is not None

    def receive(self, servant: Servant) -> None:
        """A servant has made its call."""
        task = servant.task
        assert task is not None
        answer = servant.take()
        assert isinstance(answer, tuple)
        result, kicked = answer
        number, arguments = servant.call_made
        self.finish_call(task, number, arguments, result, kicked)

    def finish_call(self, task: Task, number: int, arguments: list[int], result: int, kicked: bool) -> None:
        """Give the guest its result; or let RIP and RAX be as before the instruction, to make it again."""
        cpu = task.cpu
        self.children.after_call(number, result, self.process.tasks)
        if task.exiting:
            return
        if number in SETTING_REGISTERS:
            cpu.set(RAX, result & 0xFFFFFFFFFFFFFFFF)
            return
        # EINTR that no signal is the reason of: the call was kicked
        if result == -RESTARTED or (result == -EINTR and (kicked or not self.next_signal(task))):
            action = self.next_action(task)
            again = action is None or (action.flags & signal.SA_RESTART and number not in NEVER_RESTARTED)
            # the kernel looks for an ended child before it looks for the signal that tells of it
            again = again or (number in WAITS and self.next_signal(task) == signal.SIGCHLD)
            if again:  # also when it was only to stop for a while
                self.call_again(task, number)
                return
            result = -EINTR
        self.deadlines.ended(task.tid)
        if (
            result == -EPIPE
            and number in PIPE_WRITERS
            and not (number in (SENDTO, SENDMSG) and arguments[3 if number == SENDTO else 2] & MSG_NOSIGNAL)
        ):
            self.post(signal.SIGPIPE, user_info(signal.SIGPIPE), task.tid)
        cpu.set(RAX, result & 0xFFFFFFFFFFFFFFFF)
        if self.watcher is not None:
            answer = self.watcher.leave(task, number, arguments, result)
            if answer != result:
                cpu.set(RAX, answer & 0xFFFFFFFFFFFFFFFF)

    def call_again(self, task: Task, number: int) -> None:
        """Registers as before the SYSCALL instruction."""
        cpu = task.cpu
        cpu.rip -= kernel.SYSCALL_LENGTH
        if not self.process.options.jit:  # it wasn't counted there
            cpu.icount -= 1
        cpu.set(RAX, number)

    def resolve(self, task: Task, number: int) -> "tuple[Callable[..., int], int]":
        row = BY_NUMBER.get(number & 0xFFFFFFFF)
        if row is not None and row[1] in OVERRIDDEN:
            return OVERRIDDEN[row[1]], len(row[2].split())
        return kernel.find(task, number)

    # -- signals -------------------------------------------------------------------------------

    def post(self, signo: int, info: bytes, tid: int = 0) -> None:
        """Queue a signal for the process, or for one thread; from any host thread."""
        action = self.process.actions.get(signo)
        handler = signal.SIG_DFL if action is None else action.handler
        if handler == signal.SIG_IGN or (handler == signal.SIG_DFL and signo in signal.IGNORED_BY_DEFAULT):
            blocked = all(task.sigmask & signal.bit(signo) for task in self.process.tasks.values())
            if not blocked:
                return
        if signo < 32 and any(entry[0] == signo and entry[2] == tid for entry in self.queue):
            return
        self.queue.append((signo, info, tid))
        self.interrupt()

    def interrupt(self) -> None:
        """Have every processor look at the queue, and every wait return."""
        if self.frozen:
            return
        for task in list(self.process.tasks.values()):
            task.cpu.attend()
            task.servant.kick()
        self.tell()

    def deliverable(self, task: Task, mask: int | None = None) -> int:
        """Index of the queue's first signal that this thread may take, -1 for none."""
        mask = task.sigmask if mask is None else mask
        for i, (signo, _info, tid) in enumerate(self.queue):
            if tid in (0, task.tid) and not mask & signal.bit(signo):
                return i
        return -1

    def next_signal(self, task: Task) -> int:
        """The signal that would be delivered to this thread now; 0 for none."""
        i = self.deliverable(task)
        return 0 if i < 0 else self.queue[i][0]

    def next_action(self, task: Task) -> "signal.Action | None":
        i = self.deliverable(task)
        if i < 0:
            return None
        action = self.process.actions.get(self.queue[i][0])
        return (
            action if action is not None and action.handler not in (signal.SIG_DFL, signal.SIG_IGN) else None
        )

    def attend(self, task: Task) -> None:
        """Deliver what may be delivered to this thread."""
        while not task.exiting and self.ended is None:
            i = self.deliverable(task)
            if i < 0:
                break
            signo, info, _tid = self.queue[i]
            del self.queue[i]
            signal.deliver(task, signo, info)
        if task.held and self.ended is None:
            signal.deliver_held(task)
        if task.saved_mask is not None:  # sigsuspend's signal turned out to have no handler
            task.sigmask = task.saved_mask
            task.saved_mask = None

    # -- threads -------------------------------------------------------------------------------

    def start_thread(self, task: Task, request: "CloneRequest") -> int:
        """clone with CLONE_THREAD, on the servant of the thread that asks for it."""
        from blinkenlights.linux.thread import (
            CLONE_CHILD_CLEARTID,
            CLONE_CHILD_SETTID,
            CLONE_PARENT_SETTID,
            CLONE_SETTLS,
            tell,
        )

        process = self.process
        cpu = engine.Processor(process.space, task.cpu)
        cpu.set(RAX, 0)
        if request.stack:
            cpu.set(RSP, request.stack)
        if request.flags & CLONE_SETTLS:
            cpu.fs_base = request.tls
        child = Task(process, cpu)
        child.sigmask = task.sigmask
        child.altstack = (0, signal.SS_DISABLE, 0)
        servant = Servant(self)
        servant.start()
        self.attach(child, servant)
        child.tid = servant.tid
        if request.flags & CLONE_CHILD_CLEARTID:
            child.clear_child_tid = request.child_tid
        if request.flags & CLONE_CHILD_SETTID:
            tell(process.space, request.child_tid, child.tid)
        if request.flags & CLONE_PARENT_SETTID:
            tell(process.space, request.parent_tid, child.tid)
        process.tasks[child.tid] = child
        self.order.append(child)
        return child.tid

    def end_thread(self, task: Task) -> None:
        """A thread has called exit."""
        from blinkenlights.linux import futex

        def leave() -> None:
            futex.release_robust(task)
            futex.clear_child_tid(task)

        task.servant.have(leave)
        self.drop(task)


def go_on_alone(task: Task, result: int) -> None:
    """In a forked child: from here on it is an ordinary blink process, of which this thread is all."""
    from blinkenlights.core import program_calls
    from blinkenlights.linux import launch

    process = task.process
    host.around_calls(None)
    if process.space.watcher is not None:
        process.space.watcher.close()
    host.let_mask_go()
    for signo in range(1, 65):
        action = process.actions.get(signo)
        if action is None:
            if signo not in (signal.SIGKILL, signal.SIGSTOP):
                host.set_action(signo, host.DEFAULT, 0)
        else:
            signal.set_action(task, signo, action)
    task.cpu.limit = None
    task.cpu.take_interrupt()
    task.cpu.set(RAX, result & 0xFFFFFFFFFFFFFFFF)
    with kernel.Guard(process):
        kernel.prepare(process.options)
        program_calls.install()
        host.set_mask(task.sigmask & ~signal.SYNCHRONOUS)
        launch.run_leader(task)
    os._exit(0)


def sys_gettid(task: Task) -> int:
    return task.tid


OVERRIDDEN: "dict[str, Callable[..., int]]" = {
    "gettid": sys_gettid,
    **alarms.OVERRIDDEN,
    **queued_signals.OVERRIDDEN,
    **sleeping.OVERRIDDEN,
}
