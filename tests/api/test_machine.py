"""Machines: made, run, stopped and ended."""

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from blinkenlights import GuestFault, Machine, Stop
from blinkenlights.core.engine import Processor
from blinkenlights.core.memory import AddressSpace
from tests.api.code import fib

Guest = Callable[..., Path]
THREADS = Path(__file__).parents[1] / "debugger" / "guests" / "threads.c"
CLOCK_NANOSLEEP = 230

ENGINES = pytest.mark.parametrize("jit", [False, True], ids=["interpreter", "jit"])


@ENGINES
def test_bare_code_runs_to_hlt(jit: bool) -> None:
    with Machine.from_bytes(fib(10), jit=jit) as m:
        reason = m.run()
        assert reason.kind is Stop.HALT
        assert m.regs.rax == 55
        assert m.regs.rip == reason.address == 0x40000B


def test_a_count_is_exact() -> None:
    with Machine.from_bytes(fib(12)) as m, Machine.from_bytes(fib(12)) as other:
        for count in (1, 2, 100, 57, 1000):
            before = m.tick
            assert m.run(count=count).kind is Stop.COUNT
            assert m.tick == before + count
            for _ in range(count):
                other.step()
            assert m.regs.state() == other.regs.state()


def test_registers_of_every_width_are_parts_of_one() -> None:
    with Machine.from_bytes(b"\xf4") as m:
        r = m.regs
        r.rax = 0x1122334455667788
        assert (r.eax, r.ax, r.al, r.ah) == (0x55667788, 0x7788, 0x88, 0x77)
        r.ah = 0xAA
        assert r.rax == 0x112233445566AA88
        r.eax = 5
        assert r.rax == 5
        r["r15b"] = 0x7F
        assert r.r15 == 0x7F
        r.cf, r.zf = True, False
        assert r.rflags & 0x41 == 1
        r.xmm3 = 1 << 64
        r.xmm3.f64[0] = 1.5
        assert r.ymm3.u64.tolist() == [0x3FF8000000000000, 1, 0, 0]
        r.st0 = 0.25
        assert r.st0 == 0.25
        assert r.st(0) == (0x3FFD8000000000000000).to_bytes(10, "little")
        assert set(r.snapshot()) <= set(r.names())
        with pytest.raises(KeyError, match="rxx"):
            r["rxx"]
        with pytest.raises(ValueError, match="16 bytes"):
            r.xmm0 = b"short"


def test_memory_is_seen_without_copies() -> None:
    with Machine.from_bytes(b"\xf4") as m:
        m.map(0x10000, 0x2000)
        view = m.memory[0x10000:0x12000]
        view[0x10:0x18] = b"abcdefgh"
        assert m.memory.read(0x10010, 8) == b"abcdefgh"
        m.memory.put_u32(0x10020, 0xDEADBEEF)
        assert view[0x20] == 0xEF
        assert m.memory.u64(0x10020) == 0xDEADBEEF
        m.memory.put_f64(0x10028, 2.5)
        assert m.memory.f64(0x10028) == 2.5
        assert m.memory.cstring(0x10010) == b"abcdefgh"
        assert m.memory.readable(0x11FF0, 100) == 16
        with pytest.raises(GuestFault):
            m.memory[0x11000:0x13000]
        m.unmap(0x10000, 0x1000)
        assert bytes(view[:4]) == b"\0\0\0\0"  # nobody's memory, but no crash either


@ENGINES
def test_code_written_through_a_view_is_executed(jit: bool) -> None:
    with Machine.from_bytes(bytes.fromhex("b801000000f4"), jit=jit) as m:
        m.run()
        assert m.regs.rax == 1
        m.memory[0x400000:0x400006][1] = 7
        m.regs.rip = 0x400000
        m.run()
        assert m.regs.rax == 7


@ENGINES
def test_a_program_ends_with_its_status(jit: bool, tmp_path: object) -> None:
    reading, writing = os.pipe()
    with Machine.load("/bin/sh", ["sh", "-c", "echo out; exit 7"], stdout=writing, jit=jit) as m:
        os.close(writing)
        reason = m.run()
        assert (reason.kind, reason.status, m.exited) == (Stop.EXIT, 7, 7)
        assert m.run().kind is Stop.EXIT
    assert os.read(reading, 100) == b"out\n"
    os.close(reading)


@ENGINES
def test_a_fatal_signal_is_an_answer(jit: bool) -> None:
    with Machine.load("/bin/sh", ["sh", "-c", "kill -SEGV $$"], jit=jit) as m:
        reason = m.run()
        assert (reason.kind, reason.signal, m.exited) == (Stop.SIGNAL, signal.SIGSEGV, -signal.SIGSEGV)
        assert "SIGSEGV" in str(reason)


def test_what_the_guest_closes_is_open_for_python() -> None:
    with Machine.load("/bin/sh", ["sh", "-c", "exec >&- 2>&- <&-; cd /; umask 0; exit 0"]) as m:
        here = os.getcwd()  # noqa: PTH109
        assert m.run().kind is Stop.EXIT
        os.fstat(1)
        assert os.getcwd() == here  # noqa: PTH109
        assert os.umask(0o22) != 0


@ENGINES
def test_sigint_stops_a_running_machine(jit: bool) -> None:
    with Machine.from_bytes(bytes.fromhex("ffc0ebfc"), jit=jit) as m:
        timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            m.run()
        assert m.regs.rip in (0x400000, 0x400002)
        before = m.regs.rax
        rip = m.regs.rip
        m.step()
        assert m.regs.rax == before + (rip == 0x400000)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@ENGINES
def test_interrupt_and_timeout_wake_a_guest_that_waits(jit: bool) -> None:
    reading, writing = os.pipe()
    with Machine.load("/bin/cat", ["cat"], stdin=reading, jit=jit) as m:
        assert m.run(timeout=0.3).kind is Stop.TIMEOUT
        at = m.regs.rip
        assert m.memory.read(at, 2) == b"\x0f\x05"
        threading.Timer(0.2, m.interrupt).start()
        assert m.run().kind is Stop.INTERRUPT
        assert m.regs.rip == at
        m.send_signal(signal.SIGTERM)
        assert m.run().signal == signal.SIGTERM
    os.close(reading)
    os.close(writing)




def test_machines_are_freed_whole() -> None:
    import gc

    before = len(os.listdir("/proc/self/task"))  # noqa: PTH208
    for _ in range(30):
        m = Machine.from_bytes(fib(3))
        m.hook_code(lambda address, size: None)
        view = m.memory[0x400000:0x400010]
        m.run()
        del m, view
    for _ in range(5):
        with Machine.load("/bin/true") as m:
            m.run(count=1000)
    gc.collect()
    Machine.from_bytes(fib(3)).run()
    for _ in range(100):
        if len(os.listdir("/proc/self/task")) <= before:  # noqa: PTH208
            break
        threading.Event().wait(0.02)
    assert len(os.listdir("/proc/self/task")) <= before  # noqa: PTH208


def test_an_interrupted_system_call_is_made_again() -> None:
    with Machine.load("/bin/sleep", ["sleep", "1000"]) as m:
        for i in range(20):
            assert m.run(timeout=0.001 * i if i % 4 else 0.2).kind is Stop.TIMEOUT
        for _ in range(100):  # by now it sleeps, unless this machine is very busy
            if m.regs.rax == CLOCK_NANOSLEEP and m.memory.read(m.regs.rip, 2) == b"\x0f\x05":
                break
            m.run(timeout=0.2)
        assert m.regs.rax == CLOCK_NANOSLEEP
        assert m.memory.read(m.regs.rip, 2) == b"\x0f\x05"
        before = m.tick
        for _ in range(5):
            m.run(timeout=0.01)
            assert (m.regs.rax, m.tick) == (CLOCK_NANOSLEEP, before)
        m.send_signal(15)
        assert m.run().signal == 15


@pytest.mark.parametrize("record", [False, True], ids=["plain", "recorded"])
def test_waits_end_though_the_machine_stops_all_the_time(record: bool, guest: Guest) -> None:
    with Machine.load(guest("timed_waits.c", "static-musl"), record=record) as m:
        end = time.monotonic() + 60
        while m.run(timeout=0.1).kind is Stop.TIMEOUT:
            assert time.monotonic() < end, "the program hasn't woken within 60 s"
        assert m.exited == 0


def test_figures_do_not_take_the_result_of_a_call_that_has_ended(guest: Guest) -> None:
    with Machine.load(guest("sleeping_leader.c", "static-musl")) as m:
        while len(m.threads) < 2 or not m.threads[0].waiting:
            assert m.run(count=20_000).kind is Stop.COUNT
        time.sleep(0.1)  # it sleeps no longer, but nobody knows
        assert m.statistics["fds"] == -1
        assert m.run(timeout=60).kind is Stop.EXIT and m.exited == 0


def test_mappings_are_named_after_their_files() -> None:
    with Machine.load("/bin/sh", ["sh", "-c", ":"]) as m:
        before = m.statistics["freed"]
        m.run()
        names = {Path(mapping.name).name.partition(".so")[0] for mapping in m.maps if mapping.name}
        assert {"libc", "[stack]", "[heap]"} <= names
        assert m.statistics["freed"] > before  # of the dynamic loader's cache


def test_the_tick_counts_threads_that_have_ended(guest: Guest) -> None:
    with Machine.load(guest(THREADS, "static-musl"), stdout=-1) as m:
        last = 0
        while m.run(count=5000).kind is Stop.COUNT:
            assert m.tick == last + 5000
            last = m.tick
        assert m.exited == 7


def test_a_machine_begins_well_though_the_threads_processor_before_was_asked_to_stop() -> None:
    processor = Processor(AddressSpace())
    processor.bind()
    processor.attend()  # host calls of this thread are not made until it has been heard
    with Machine.load("/bin/sh", ["sh", "-c", "exit 3"]) as m:
        assert m.run(timeout=60).status == 3
