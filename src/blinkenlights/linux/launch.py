"""A program that this Python process becomes: what `blink` does.

The guest's signals, files and process id are this process's own, and its end is the process's end. A
program that is to be watched is a `blinkenlights.Machine` instead.
"""

from blinkenlights.core import engine, host
from blinkenlights.core.blocks import set_strict
from blinkenlights.core.execute.system import set_cpu
from blinkenlights.core.memory import AddressSpace, leave_holes
from blinkenlights.linux import exec as execution
from blinkenlights.linux import kernel, signal
from blinkenlights.linux.task import Options, Process, Task
from blinkenlights.linux.thread import leave, until_alone
from blinkenlights.loaders import BadProgram
from blinkenlights.names import fsencode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["BadProgram", "Launch", "Options"]

class Launch:
    """A Linux program, loaded and ready to run, once in a Python process."""

    def __init__(self, process: Process, task: Task) -> None:
        self.process = process
        self.task = task

    @classmethod
    def load(
        cls,
        path: "str | bytes",
        argv: "Sequence[str | bytes]" = (),
        environ: "Mapping[bytes, bytes] | Sequence[bytes] | None" = None,
        options: Options | None = None,
    ) -> "Launch":
        """Load the program at `path`.

        `argv` includes argument 0; none means the path alone. BadProgram or OSError is raised for a
        program that can't be run.
        """
        options = options or Options()
        if options.strict:
            set_strict(True)
        if options.cpu:
            set_cpu(options.cpu)
        space = AddressSpace(options.virtual, options.jit)
        process = Process(space, options)
        task = Task(process, engine.Processor(space))
        process.leader = task
        process.tasks[task.tid] = task
        if options.root is not None:
            from blinkenlights.linux import vfs

            vfs.enter(process, options.root)
        name = fsencode(path)
        if process.vfs is not None and b"/" not in name:
            name = process.vfs.search(name)
        arguments = [fsencode(word) for word in argv] or [name]
        program = execution.prepare(process, name, arguments, environment(environ))
        try:
            execution.start(task, program)
        finally:
            program.close()
        return cls(process, task)

    def run(self, at_exit: "Callable[[Task], None] | None" = None) -> None:
        """Run the program to its end, which is this Python process's end too.

        `at_exit` is called last, in whichever process and thread ends.
        """
        process = self.process
        process.at_exit = at_exit
        with kernel.Guard(process):
            take_over_signals(self.task)
            kernel.prepare(process.options)
            keep_memory_still()
            leave_holes(process.space)
            run_leader(self.task)


def run_leader(task: Task) -> None:
    """Run the first thread, and the programs that other threads hand over to it."""
    process = task.process
    while True:
        kernel.run(task)
        host.set_mask(signal.ALL)
        signal.hand_back(task)
        held, task.held = task.held, {}
        leave(task)
        signal.hand_back_held(task, held)
        while process.next_program is None or process.tasks:
            process.leader_wake.acquire()
        program = process.next_program
        assert isinstance(program, execution.Program)
        until_alone()
        host.set_mask(signal.ALL)
        process.tasks[task.tid] = task
        execution.replace(task, program)
        host.set_mask(task.sigmask & ~signal.SYNCHRONOUS)


def keep_memory_still() -> None:
    """No cycles are made in a run, and a collection would write to memory that forks share."""
    import gc

    gc.disable()
    gc.freeze()


def environment(given: "Mapping[bytes, bytes] | Sequence[bytes] | None") -> list[bytes]:
    if given is None:
        from os import environb

        given = environb
    if isinstance(given, (list, tuple)):
        return list(given)
    return [b"%s=%s" % pair for pair in given.items()]  # type: ignore[union-attr]


def take_over_signals(task: Task) -> None:
    """Start from the dispositions and the mask that this process was started with.

    Python ignores SIGPIPE and SIGXFSZ for its own use, so those are taken to have been the default.
    It handles SIGINT, unless that was ignored.
    """
    ignored = ignored_signals()
    for signo in range(1, 65):
        bit = 1 << (signo - 1)
        if signo in (signal.SIGPIPE, signal.SIGXFSZ):
            host.set_action(signo, host.DEFAULT, 0)
        elif ignored & bit:
            task.process.actions[signo] = signal.Action(signal.SIG_IGN)
        elif signo == signal.SIGINT:
            host.set_action(signo, host.DEFAULT, 0)
    task.sigmask = host.get_mask()
    host.set_mask(task.sigmask & ~signal.SYNCHRONOUS)


def ignored_signals() -> int:
    try:
        with open("/proc/self/status", "rb", buffering=0) as file:  # noqa: PTH123
            text = file.read(4096)
    except OSError:
        return 0
    start = text.find(b"SigIgn:")
    return int(text[start + 7 : text.index(b"\n", start)], 16) if start >= 0 else 0

