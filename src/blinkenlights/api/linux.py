"""The Linux personality of a machine: system calls, signals, threads and the end of a program."""

import os

from blinkenlights.api.personality import Personality
from blinkenlights.api.stops import Stop, StopReason
from blinkenlights.api.threads import Thread
from blinkenlights.core import engine, host
from blinkenlights.core.memory import AddressSpace
from blinkenlights.linux import exceptions
from blinkenlights.linux import exec as execution
from blinkenlights.linux.embedded import POLL, Guest
from blinkenlights.linux.queued_signals import user_info
from blinkenlights.linux.signal import SIG_DFL
from blinkenlights.linux.task import Options, Process, Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PATIENCE = 2000  # times 5 ms for a kicked system call to end; the registers are exact only then
QUANTUM = 100_000  # instructions of a turn, while there are several threads

# The signal that Linux makes of a CPU exception (SDM volume 3, table 6-1).
SIGNALS = {0: 8, 1: 5, 3: 5, 4: 11, 5: 11, 6: 4, 11: 7, 12: 7, 13: 11, 14: 11, 16: 8, 17: 7, 19: 8}


class Linux(Personality):
    """A program and the kernel under it."""

    name = "linux"

    def __init__(self, options: Options, fds: tuple[int, int, int]) -> None:
        space = AddressSpace(options.virtual, options.jit)
        self.process = Process(space, options)
        self.guest = Guest(self.process, *fds)
        self.process.embedded = self.guest
        self.told: tuple[int, int] | None = None  # tick and address of an exception that was told already
        self.final: StopReason | None = None
        self.on_signal: Callable[[tuple[int, bytes, int]], bool] | None = None  # stop before this one?
        super().__init__(space, engine.Processor(space))

    def load(self, path: bytes, argv: "Sequence[bytes]", environ: "Sequence[bytes]") -> None:
        """Put a program in place; BadProgram or OSError for one that can't be run."""

        def prepare() -> Task:
            process = self.process
            task = Task(process, self._cpu)
            name = path
            if process.options.root is not None:
                from blinkenlights.linux import vfs

                vfs.enter(process, process.options.root)
                if b"/" not in name and process.vfs is not None:
                    name = process.vfs.search(name)
            program = execution.prepare(process, name, list(argv) or [name], list(environ))
            try:
                execution.start(task, program)
            finally:
                program.close()
            return task

        task = self.guest.servant.have(prepare)
        assert isinstance(task, Task)
        self.guest.begin(task)

    # -- threads -------------------------------------------------------------------------------

    @property
    def task(self) -> Task:
        task = self.guest.current
        assert task is not None
        return task

    @property
    def cpu(self) -> engine.Processor:
        return self.task.cpu

    @property
    def exited(self) -> int | None:
        ended = self.guest.ended
        if ended is None:
            return None
        return ended.status if ended.status is not None else -(ended.signal or 0)

    def cpus(self) -> list[engine.Processor]:
        return [task.cpu for task in self.process.tasks.values()] or [self._cpu]

    def threads(self) -> list[Thread]:
        found = []
        for tid, task in list(self.process.tasks.items()):
            regs = self.machine.regs_of(task.cpu)
            found.append(Thread(tid, task.cpu, regs, name_of(task), tid in self.guest.waiting))
        return found

    def files(self) -> list[tuple[int, int, bytes]]:
        from blinkenlights.linux.procfs import regions

        return [(region.start, region.end, region.name) for region in regions(self.process)]

    @property
    def tick(self) -> int:
        return self.guest.retired + sum(task.cpu.icount for task in self.process.tasks.values())

    def is_waiting(self, cpu: engine.Processor) -> bool:
        waiting = self.guest.waiting
        return any(task.cpu is cpu for tid, task in self.process.tasks.items() if tid in waiting)

    def choose(self, tid: int) -> None:
        task = self.process.tasks.get(tid)
        if task is None:
            raise ValueError(f"there is no thread {tid}")
        self.guest.current = task
        while self.guest.order[0] is not task:
            self.guest.order.rotate(-1)

    # -- running -------------------------------------------------------------------------------

    def check(self) -> None:
        if self.guest.pid != os.getpid():
            raise RuntimeError("the machine belongs to the process that this one was forked from")

    def begin(self) -> None:
        host.keep_mask()

    def leave(self) -> None:
        host.let_mask_go()

    def quantum(self) -> int | None:
        return QUANTUM if len(self.guest.order) > 1 else None

    @property
    def pending(self) -> bool:
        guest = self.guest
        task = guest.current
        return bool(guest.queue) and task is not None and guest.deliverable(task) >= 0

    def turn(self) -> StopReason | None:
        guest = self.guest
        while True:
            if guest.ended is not None:
                return self.ending()
            task = guest.current
            if guest.waiting:
                guest.collect()
            if task is not None and task.tid in guest.waiting:
                task = None  # also one that is exiting: its servant isn't free yet
            if task is not None and task.exiting:
                guest.end_thread(task)
                if guest.order:  # all may wait: then it is none of the living ones' turn yet
                    guest.current = guest.order[0]
                task = None
            if task is not None and task is not guest.order[0] and task in guest.order:
                while guest.order[0] is not task:
                    guest.order.rotate(-1)
            if task is None and not guest.next_turn():
                if not guest.waiting:
                    return self.ending()
                stop = self.wait()
                if stop is not None:
                    return stop
                continue
            assert guest.current is not None
            if guest.queue or guest.current.held:
                if self.on_signal is not None:
                    i = guest.deliverable(guest.current)
                    if i >= 0 and self.on_signal(guest.queue[i]):
                        return self.machine.stopped(Stop.INTERRUPT, signal=guest.queue[i][0])
                guest.attend(guest.current)
                if guest.ended is not None or guest.current.exiting:
                    continue
            return None

    def end_of_turn(self) -> None:
        """The quantum is used up."""
        self.guest.next_turn()

    def wait(self) -> StopReason | None:
        """Every thread is in a system call: until one of them isn't, or the machine is wanted back."""
        guest = self.guest
        guest.wake.acquire(True, POLL)
        if host.interrupted() or self.machine.wanted:
            for servant in list(guest.waiting.values()):
                servant.kick()
            for servant in list(guest.waiting.values()):
                for _ in range(PATIENCE):
                    if servant.back:
                        break
                    servant.kick()
                    guest.wake.acquire(True, 0.005)
            guest.collect()
            stop = self.machine.wanted_back()
            if stop is not None and guest.current is not None and guest.current.tid in guest.waiting:
                guest.next_turn()
            return stop
        return None

    def attention(self) -> StopReason | None:
        host.take_signal()
        if len(self.guest.order) > 1:
            self.end_of_turn()
        return None

    def ending(self) -> StopReason:
        """The program is over: the same reason ever after."""
        if self.final is None:
            ended = self.guest.ended
            if ended is None:  # the last thread has left
                self.guest.exit(self.task, self.process.exit_status)
                ended = self.guest.ended
                assert ended is not None
            kind = Stop.EXIT if ended.status is not None else Stop.SIGNAL
            self.final = self.machine.stopped(kind, status=ended.status, signal=ended.signal)
        return self.final

    def after(self, cpu: engine.Processor, reason: int) -> StopReason | None:
        task = self.task
        if reason == engine.EXIT_SYSCALL:
            self.guest.serve(task)
            if task.tid in self.guest.waiting and len(self.guest.order) > 1:
                self.guest.next_turn()
            return None
        vector = 13 if reason == engine.EXIT_HALT else cpu.vector
        if (self.machine.reactive and vector != 14) or (self.machine.reactive and not self.harmless(cpu)):
            now = (cpu.icount, cpu.rip)
            if self.told != now:
                self.told = now
                fault = cpu.fault_address if vector == 14 else None
                return self.machine.stopped(
                    Stop.EXCEPTION, vector=vector, error_code=cpu.error_code, fault_address=fault,
                    signal=SIGNALS.get(vector, 11),
                )  # fmt: skip
        if reason == engine.EXIT_EXCEPTION:
            exceptions.raise_signal(task)
        elif reason == engine.EXIT_INTERRUPT:
            exceptions.interrupt(task)
        else:
            exceptions.halt(task)
        return None

    def again(self, cpu: engine.Processor, reason: int, nothing_done: bool) -> StopReason | None:
        if nothing_done and self.machine.reactive and reason != engine.EXIT_SYSCALL:
            vector = 13 if reason == engine.EXIT_HALT else cpu.vector
            return self.machine.stopped(
                Stop.EXCEPTION, vector=vector, error_code=cpu.error_code,
                fault_address=cpu.fault_address if vector == 14 else None, signal=SIGNALS.get(vector, 11),
            )  # fmt: skip
        return None

    def harmless(self, cpu: engine.Processor) -> bool:
        """Is a page fault no error: a stack that grows, or one of the fixed old entries to the kernel?"""
        address = cpu.fault_address
        return address in exceptions.VSYSCALLS or (
            self.process.growing and exceptions.grows(self.task, address & ~0xFFF)
        )

    def interrupt(self) -> None:
        self.guest.tell()

    def post(self, signo: int) -> None:
        """A signal from the user of the machine."""
        self.guest.post(signo, user_info(signo))

    def handles(self, signo: int) -> bool:
        """Whether the program has a handler for a signal, or ignores it."""
        action = self.process.actions.get(signo)
        return action is not None and action.handler != SIG_DFL

    def statistics(self) -> dict[str, int]:
        def count() -> int:
            return len(os.listdir("/proc/thread-self/fd")) - 1  # noqa: PTH208 - the listing's own

        servant = self.guest.servant
        # a servant that waits may be done, but its result is still to be collected
        if self.guest.closed or servant.busy or servant in self.guest.waiting.values():
            return {"fds": -1}
        return {"fds": int(str(servant.have(count)))}

    def close(self) -> None:
        if self.guest.pid == os.getpid():  # else its threads are another process's
            self.guest.close()


def name_of(task: Task) -> str:
    try:
        with open(f"/proc/self/task/{task.servant.tid}/comm", "rb") as file:  # noqa: PTH123
            return file.read().strip().decode("utf-8", "replace")
    except OSError:
        return ""
