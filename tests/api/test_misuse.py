"""What can be done wrong with a machine: it is told in one line, and leaves the machine as it was."""

import asyncio
import copy
import gc
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from blinkenlights import GuestFault, Machine, Stop
from blinkenlights.core.memory import AddressSpace
from tests.api.code import FIB_ADDRESS, fib

CODE = 0x400000
Act = Callable[[Any], object]


@pytest.mark.parametrize(
    ("act", "problem", "text"),
    [
        (lambda m: m.regs["raxx"], KeyError, "no register raxx"),
        (lambda m: setattr(m.regs, "raxx", 1), AttributeError, "raxx"),
        (lambda m: m.memory.read(CODE, -1), ValueError, "isn't negative"),
        (lambda m: m.memory.read(CODE, 1 << 70), GuestFault, "no access"),
        (lambda m: m.memory.readable(CODE, -1), ValueError, "isn't negative"),
        (lambda m: m.memory.u64(-8), GuestFault, "no access"),
        (lambda m: m.memory[0 : 1 << 70], GuestFault, "no access"),
        (lambda m: m.memory[CODE:], ValueError, "memory.start:end"),
        (lambda m: m.memory.__setitem__(CODE, b"a"), TypeError, "is a number"),
        (lambda m: m.memory.__setitem__(slice(CODE, CODE + 1), 5), TypeError, "is bytes"),
        (lambda m: m.run(count=-1), ValueError, "not negative"),
        (lambda m: m.run(count=1.5), ValueError, "number of instructions"),
        (lambda m: m.run(timeout=-1), ValueError, "not negative"),
        (lambda m: m.run(timeout=float("nan")), ValueError, "not negative"),
        (lambda m: m.run(until="nowhere"), ValueError, "no symbol named nowhere"),
        (lambda m: m.step(-1), ValueError, "isn't negative"),
        (lambda m: m.add_breakpoint(None), TypeError, "a number or a symbol"),
        (lambda m: m.add_breakpoint(CODE, "rax =="), ValueError, "invalid syntax"),
        (lambda m: m.add_breakpoint(CODE, 5), TypeError, "expression or a function"),
        (lambda m: m.add_watchpoint(CODE, 0), ValueError, "at least one byte"),
        (lambda m: m.add_watchpoint((1 << 64) - 4, 8), ValueError, "last address"),
        (lambda m: m.add_watchpoint(CODE, 8, "x"), ValueError, "access"),
        (lambda m: m.hook_code(5), TypeError, "a hook is a function"),
        (lambda m: m.hook_memory(None), TypeError, "a hook is a function"),
        (lambda m: m.hook_exception(5), TypeError, "a hook is a function"),
        (lambda m: m.hook_interrupt(5), TypeError, "a hook is a function"),
        (lambda m: m.hook_code(print, 10, 10), ValueError, "empty"),
        (lambda m: m.hook_syscall("write", enter=print), ValueError, "only Linux"),
        (lambda m: m.events("nothing"), ValueError, "kinds"),
        (lambda m: m.evaluate(5), TypeError, "a text"),
        (lambda m: setattr(m, "thread", "main"), TypeError, "its number"),
        (lambda m: setattr(m, "thread", 99), ValueError, "no thread 99"),
        (lambda m: m.reverse_step(-1), ValueError, "isn't negative"),
        (lambda m: m.seek("main"), TypeError, "number of instructions"),
        (lambda m: m.last_write(CODE, 0), ValueError, "empty"),
        (lambda m: m.last_write("nowhere"), ValueError, "no symbol"),
        (lambda m: m.last_change("raxx"), KeyError, "no register raxx"),
        (copy.copy, TypeError, "can't be copied"),
        (copy.deepcopy, TypeError, "can't be copied"),
        (pickle.dumps, TypeError, "can't be copied"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_one_line(act: Act, problem: type[Exception], text: str) -> None:
    with Machine.from_bytes(fib(5), record=True) as m:
        m.step(3)
        with pytest.raises(problem, match=text) as told:
            act(m)
        assert "\n" not in str(told.value)
        assert not m.running and m.tick == 3
        assert m.run().kind is Stop.HALT


@pytest.mark.parametrize(
    ("make", "problem", "text"),
    [
        (lambda: Machine.load("/bin/true", "word"), TypeError, "list of words"),
        (lambda: Machine.load("/bin/true", cpu="z80"), ValueError, "no CPU z80"),
        (lambda: Machine.load("/bin/true", jit=True, record=True), ValueError, "not with jit=True"),
        (lambda: Machine.load("/bin/true", stdout=9999), OSError, "Bad file descriptor"),
        (lambda: Machine.from_bytes(b"\xf4", jit=True, record=True), ValueError, "not with jit=True"),
        (lambda: Machine.from_bytes(b"\xf4", stack_size=-1), ValueError, "isn't negative"),
        (lambda: Machine.from_bytes(b"\xf4", 1 << 63), OSError, "beyond"),
    ],
)
def test_a_machine_that_can_not_be_made(
    make: Callable[[], Machine], problem: type[Exception], text: str
) -> None:
    with pytest.raises(problem, match=text):
        make()


@pytest.mark.parametrize("timeout", [float("inf"), 1e30])
def test_a_timeout_may_be_for_ever(timeout: float) -> None:
    with Machine.from_bytes(fib(5)) as m:
        assert m.run(timeout=timeout, count=1 << 70).kind is Stop.HALT


@pytest.mark.parametrize("method", ["run", "step", "reverse_step", "close"])
def test_a_hook_can_not_run_or_close_its_machine(method: str) -> None:
    with Machine.from_bytes(fib(5), record=True) as m:
        with m.hook_code(lambda address, size: getattr(m, method)(), FIB_ADDRESS):
            with pytest.raises(RuntimeError, match="the machine is running"):
                m.run()
            tick = m.tick
        assert m.run().kind is Stop.HALT
        assert m.tick > tick


def test_a_hook_may_run_another_machine() -> None:
    with Machine.from_bytes(fib(5)) as m, Machine.from_bytes(fib(6)) as other:
        seen: list[tuple[Stop, int]] = []

        def run_other(address: int, size: int) -> None:
            other.regs.rip = CODE
            seen.append((other.run().kind, other.regs.eax))

        m.hook_code(run_other, CODE, CODE + 1)
        assert m.run().kind is Stop.HALT
        assert (m.regs.eax, seen) == (5, [(Stop.HALT, 8)])


def test_a_keyboard_interrupt_in_a_hook_leaves_the_machine_usable() -> None:
    def interrupt(address: int, size: int) -> None:
        raise KeyboardInterrupt

    with Machine.from_bytes(fib(5)) as m:
        with m.hook_code(interrupt), pytest.raises(KeyboardInterrupt):
            m.run()
        assert m.run().kind is Stop.HALT


def test_what_a_hook_on_a_system_call_may_not_do() -> None:
    def shorten(call: Any) -> None:
        call.arguments.clear()

    with Machine.load("/bin/true") as m:
        wrongs: list[Any] = [lambda call: "text", shorten]
        for wrong in wrongs:
            with m.hook_syscall(None, enter=wrong), pytest.raises(TypeError, match="a hook"):
                m.run()
        assert m.run().status == 0


def test_a_machine_runs_in_whatever_thread_and_in_one_at_a_time() -> None:
    with Machine.from_bytes(b"\xeb\xfe") as m:
        running = threading.Event()
        reasons: list[Stop] = []
        hook = m.hook_code(lambda address, size: running.set())
        other = threading.Thread(target=lambda: reasons.append(m.run().kind))
        other.start()
        assert running.wait(60), "the other thread runs it"
        with pytest.raises(RuntimeError, match="the machine is running"):
            m.step()
        m.interrupt()
        other.join(60)
        assert reasons == [Stop.INTERRUPT]
        hook.remove()


def test_machines_run_side_by_side() -> None:
    async def status(n: int) -> int | None:
        with Machine.load("/bin/sh", ["sh", "-c", f"exit {n}"]) as m:
            return (await asyncio.to_thread(m.run)).status

    async def all_of_them() -> list[int | None]:
        return await asyncio.gather(*map(status, range(6)))

    assert asyncio.run(all_of_them()) == [0, 1, 2, 3, 4, 5]


def guest_threads() -> int:
    return len(list(Path("/proc/self/task").iterdir())) - threading.active_count()


def wait_for_guest_threads(count: int) -> None:
    for _ in range(6000):
        if guest_threads() <= count:
            break
        threading.Event().wait(0.01)
    assert guest_threads() <= count, "the servants have ended"


def test_a_closed_recording_leaves_none_of_the_host_threads_of_past_guest_threads(
    guest: Callable[..., Path],
) -> None:
    path = guest("random_walk.c", "static-musl")
    gc.collect()
    before = guest_threads()
    with Machine.load(path, [str(path), "1", "20"], record=True, stdout=-1) as m:
        m.run()
        m.seek(m.tick // 2)
        m.memory.put_u64(m.regs.rsp - 0x4000, 1)  # another future, whose threads have other servants
        m.run(count=1000)
    wait_for_guest_threads(before)


def test_machines_that_nobody_has_any_more_end() -> None:
    def use() -> None:
        machine = Machine.load("/bin/true", record=True)
        machine.hook_syscall(None, enter=lambda call: None if machine.running else 0)
        machine.add_breakpoint("main" if machine.symbols.find("main") else machine.regs.rip + 1)
        machine.run(count=500)

    gc.collect()
    before = guest_threads()
    for _ in range(5):
        use()
    gc.collect()
    wait_for_guest_threads(before)


def test_address_spaces_are_found_again_when_they_run_short(monkeypatch: pytest.MonkeyPatch) -> None:
    def use() -> None:
        machine = Machine.from_bytes(fib(3), record=True)
        machine.hook_code(lambda address, size: machine and None)

    gc.disable()
    try:
        for _ in range(60):
            use()
    finally:
        gc.enable()
    assert AddressSpace(True).size > 0


def test_a_forked_python_can_not_run_its_parents_program() -> None:
    with Machine.load("/bin/sh", ["sh", "-c", "exit 4"]) as m:
        m.run(count=1000)
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                m.run()
            except RuntimeError:
                m.close()  # which leaves the parent's alone
                status = 7
            finally:
                os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
        assert m.run().status == 4


def test_python_ends_with_a_machine_that_was_not_closed() -> None:
    code = "from blinkenlights import Machine; m = Machine.load('/bin/cat'); m.run(timeout=0.1)"
    reading, writing = os.pipe()
    try:
        done = subprocess.run([sys.executable, "-c", code], stdin=reading, capture_output=True, timeout=60)
    finally:
        os.close(reading)
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_closed_machine_says_so() -> None:
    m = Machine.load("/bin/true", record=True)
    m.close()
    m.close()
    for act in (m.run, m.step, m.reverse_step, lambda: m.seek(0)):
        with pytest.raises(RuntimeError, match="the machine is closed"):
            act()
    assert m.statistics["fds"] == -1
    assert m.exited == -9
