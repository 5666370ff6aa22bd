"""Linux programs in machines: threads, signals, forks and faults."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from blinkenlights import Machine, Stop
from blinkenlights.core import host
from tests.runner import environment

ENGINES = pytest.mark.parametrize("jit", [False, True], ids=["interpreter", "jit"])
Guest = Callable[..., Path]


@ENGINES
def test_threads_signals_and_children_are_as_without_a_machine(guest: Guest, jit: bool) -> None:
    program = guest("embedded.c", "dynamic-glibc")
    native = subprocess.run([program], capture_output=True, check=False)
    assert native.returncode == -signal.SIGPIPE
    handlers = [signal.getsignal(signo) for signo in range(1, 32)]
    reading, writing = os.pipe()
    with Machine.load(program, jit=jit, stdout=writing) as m:
        reason = m.run(timeout=60)
    os.close(writing)
    assert os.read(reading, 10000) == native.stdout
    os.close(reading)
    assert (reason.kind, reason.signal) == (Stop.SIGNAL, signal.SIGPIPE)
    assert [signal.getsignal(signo) for signo in range(1, 32)] == handlers
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == set()


@ENGINES
def test_a_reactive_machine_stops_before_the_signal(guest: Guest, jit: bool) -> None:
    with Machine.load(guest("embedded.c", "dynamic-glibc"), ["embedded", "crash"], jit=jit) as m:
        m.reactive = True
        reason = m.run()
        assert (reason.kind, reason.vector, reason.signal) == (Stop.EXCEPTION, 14, signal.SIGSEGV)
        assert reason.fault_address == 0
        assert m.symbols.name(reason.address).startswith("crash")
        assert "page fault" in str(reason).lower()
        reason = m.run()
        assert (reason.kind, reason.signal) == (Stop.SIGNAL, signal.SIGSEGV)


def test_symbols_lead_to_functions_and_out_again(guest: Guest) -> None:
    with Machine.load(guest("embedded.c", "dynamic-glibc"), ["embedded"], stdout=-1) as m:
        assert m.run(until="worker").kind is Stop.BREAKPOINT
        assert m.regs.rip == m.resolve("worker")
        assert len(m.threads) > 1
        assert m.thread.tid != m.threads[0].tid
        assert m.finish().kind is Stop.STEP
        assert not m.symbols.name(m.regs.rip).startswith("worker")


def test_machines_in_one_process_keep_apart(guest: Guest) -> None:
    reading, writing = os.pipe()
    first = Machine.load("/bin/sh", ["sh", "-c", "cd /; echo one; exec 1>&-; exit 1"], stdout=writing)
    second = Machine.load("/bin/sh", ["sh", "-c", "pwd >/dev/null; echo two; exit 2"], stdout=writing)
    for _ in range(2000):
        stops = (first.run(count=500), second.run(count=500))
        if all(stop.kind is Stop.EXIT for stop in stops):
            break
    assert (first.run().status, second.run().status) == (1, 2)
    first.close()
    second.close()
    os.close(writing)
    assert sorted(os.read(reading, 100).split()) == [b"one", b"two"]
    os.close(reading)


def test_machines_run_in_threads_of_python() -> None:
    results: list[int | None] = []

    def work(status: int) -> None:
        with Machine.load("/bin/sh", ["sh", "-c", f"exit {status}"]) as m:
            results.append(m.run().status)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [0, 1, 2, 3]  # type: ignore[type-var]


def test_a_program_that_is_none_is_an_error(tmp_path: Path) -> None:
    from blinkenlights import BadProgram

    with pytest.raises(FileNotFoundError):
        Machine.load("/no/such/program")
    text = tmp_path / "text"
    text.write_text("no program")
    text.chmod(0o755)
    with pytest.raises(BadProgram):
        Machine.load(text)
    with pytest.raises(RuntimeError, match="record=True"), Machine.from_bytes(b"\xf4") as m:
        m.reverse_step()


def test_neither_a_recording_nor_a_late_wish_to_stop_changes_which_signals_python_takes(guest: Guest) -> None:
    code = bytes.fromhex("ebfe")  # jmp to itself
    thread = threading.get_native_id()
    for record in (True, False):
        with Machine.load(guest("embedded.c", "dynamic-glibc"), stdout=-1, record=record) as m:
            assert m.run(timeout=60).kind is Stop.SIGNAL
            assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == set()
            host.kick(thread)
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == set()
    for jit in (False, True):
        with Machine.from_bytes(code, jit=jit) as m:
            for delay in (0.05, 0.1):  # nobody has asked the processor for anything
                threading.Timer(delay, host.kick, [thread]).start()
            assert m.run(timeout=0.2).kind is Stop.TIMEOUT
            assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == set()


def test_sigsegv_from_elsewhere_ends_a_python_program_that_has_a_machine() -> None:
    program = ("import os, subprocess, sys, time\nfrom blinkenlights import Machine\n"
               "m = Machine.from_bytes(bytes.fromhex('ebfe'))\n"
               "subprocess.Popen(['/bin/sh', '-c', f'kill -SEGV {os.getpid()}'])\n"
               "m.run(timeout=60)\n")
    ended = subprocess.run([sys.executable, "-c", program], env=environment(Path("/")), check=False)
    assert ended.returncode == -signal.SIGSEGV
