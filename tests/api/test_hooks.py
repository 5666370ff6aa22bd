"""Hooks, breakpoints, watchpoints and events, also set while the guest runs."""

import os
import signal
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from blinkenlights import Machine, Stop
from blinkenlights.api import events
from tests.api.code import FIB_ADDRESS, fib

ENGINES = pytest.mark.parametrize("jit", [False, True], ids=["interpreter", "jit"])


def calls(n: int) -> int:
    return 1 if n < 2 else 1 + calls(n - 1) + calls(n - 2)


@ENGINES
def test_a_code_hook_sees_each_instruction_of_its_range(jit: bool) -> None:
    with Machine.from_bytes(fib(8), jit=jit) as m:
        seen: list[int] = []
        hook = m.hook_code(lambda address, size: seen.append(address), FIB_ADDRESS, FIB_ADDRESS + 1)
        m.run()
        assert seen == [FIB_ADDRESS] * calls(8)
        hook.remove()
        m.regs.rip = 0x400000
        m.run()
        assert len(seen) == calls(8)


def test_a_code_hook_knows_the_moment_exactly() -> None:
    with Machine.from_bytes(fib(6)) as m, Machine.from_bytes(fib(6)) as other:

        def compare(address: int, size: int) -> None:
            assert m.regs.rip == address
            assert m.regs.state() == other.regs.state()
            assert m.tick == other.tick
            other.step()

        m.hook_code(compare)
        assert m.run().kind is Stop.HALT
        assert other.tick == m.tick


def test_hooks_take_effect_within_their_block() -> None:
    # nop; nop; nop; nop; hlt: one block
    with Machine.from_bytes(b"\x90\x90\x90\x90\xf4") as m:
        seen: list[int] = []

        def second(address: int, size: int) -> None:
            seen.append(address)

        def first(address: int, size: int) -> None:
            m.hook_code(second, 0x400002, 0x400003)

        m.hook_code(first, 0x400001, 0x400002)
        m.run()
        assert seen == [0x400002]


def test_code_that_a_hook_changes_is_executed_within_its_block() -> None:
    # nop (four times); inc eax; hlt
    with Machine.from_bytes(bytes.fromhex("90909090 ffc0 f4")) as m:
        seen: list[int] = []

        def patch(address: int, size: int) -> None:
            seen.append(address)
            m.memory.write(0x400004, bytes.fromhex("ffc1"))  # inc ecx

        m.hook_code(patch, 0x400001, 0x400003)
        m.run()
        assert (m.regs.eax, m.regs.ecx, m.tick) == (0, 1, 6)
        assert seen == [0x400001, 0x400002]


def test_a_hook_may_move_the_program_and_raise() -> None:
    with Machine.from_bytes(bytes.fromhex("ffc0ffc0ffc0f4")) as m:
        m.hook_code(lambda address, size: setattr(m.regs, "rip", 0x400004), 0x400002, 0x400003)
        m.run()
        assert m.regs.rax == 2
        m.regs.rip = 0x400000

        def wrong(address: int, size: int) -> None:
            raise LookupError("mine")

        m.hook_code(wrong, 0x400004, 0x400005)
        with pytest.raises(LookupError, match="mine"):
            m.run()
        assert m.regs.rip == 0x400004
        assert m.run().kind is Stop.HALT  # the hooks of this instruction were called


def test_interrupt_from_a_hook_stops_there() -> None:
    with Machine.from_bytes(fib(9)) as m:
        def look(address: int, size: int) -> None:
            if m.regs.edi == 4:
                m.interrupt()

        m.hook_code(look, FIB_ADDRESS, FIB_ADDRESS + 1)
        reason = m.run()
        assert reason.kind is Stop.INTERRUPT
        assert (m.regs.rip, m.regs.edi) == (FIB_ADDRESS, 4)


@ENGINES
def test_breakpoints_count_their_hits(jit: bool) -> None:
    with Machine.from_bytes(fib(7), jit=jit) as m:
        point = m.add_breakpoint(FIB_ADDRESS)
        conditional = m.add_breakpoint(FIB_ADDRESS + 8, lambda: m.regs.edi > 6)
        stops = []
        while (reason := m.run()).kind is Stop.BREAKPOINT:
            stops.append(reason.address)
        assert point.hits == calls(7) == stops.count(FIB_ADDRESS)
        assert conditional.hits == 1
        assert m.regs.rax == 13


@ENGINES
def test_a_breakpoint_set_in_translated_code_stops(jit: bool) -> None:
    with Machine.from_bytes(fib(10), jit=jit) as m:
        m.run()
        m.regs.rip = 0x400000
        m.add_breakpoint(FIB_ADDRESS, temporary=True)
        assert m.run().kind is Stop.BREAKPOINT
        assert m.breakpoints == []
        assert m.run().kind is Stop.HALT


def test_stepping_over_and_out() -> None:
    with Machine.from_bytes(fib(6)) as m:
        m.step()
        assert m.step_over().kind is Stop.STEP
        assert (m.regs.rip, m.regs.rax) == (0x40000A, 8)
        m.regs.rip = 0x400000
        m.run(until=FIB_ADDRESS)
        assert m.finish().kind is Stop.STEP
        assert (m.regs.rip, m.regs.rax) == (0x40000A, 8)


@ENGINES
def test_a_watchpoint_tells_the_access(jit: bool) -> None:
    # mov qword [0x10000], 7; mov eax, [0x10004]; inc byte [0x10003]; hlt
    code = bytes.fromhex("48c704250000010007000000 8b042504000100 fe042503000100 f4")
    with Machine.from_bytes(code, jit=jit) as m:
        m.map(0x10000, 0x1000)
        m.add_watchpoint(0x10002, 4, "rw")
        access = m.run().access
        assert access is not None
        assert access[:6] == ("write", 0x10000, 8, 0, 7, 0x400000)
        assert m.regs.rip == 0x40000C
        access = m.run().access
        assert access is not None
        assert access[:4] == ("read", 0x10004, 4, 0)
        access = m.run().access
        assert access is not None
        assert access[:5] == ("write", 0x10003, 1, 0, 1)
        assert m.run().kind is Stop.HALT


def test_a_watchpoint_sees_what_a_system_call_writes() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"data")
    # read(0, 0x7ffe0000.., 4) by hand, in a real program's process
    with Machine.load("/bin/cat", ["cat"], stdin=reading, stdout=writing) as m:
        found: list[int] = []

        def look(call: object) -> None:
            found.append(m.regs.rsi)
            m.interrupt()

        hook = m.hook_syscall("read", enter=lambda call: look(call) if m.regs.rdi == 0 else None)
        m.run()
        hook.remove()
        m.add_watchpoint(found[0], 2)
        reason = m.run()
        assert reason.kind is Stop.WATCHPOINT
        assert reason.access is not None
        assert (reason.access.kind, reason.access.new) == ("write", int.from_bytes(b"da", "little"))
        assert reason.access.syscall == "read"
    os.close(reading)
    os.close(writing)


@ENGINES
def test_a_memory_hook_sees_values(jit: bool) -> None:
    code = bytes.fromhex("48c704250000010007000000 8b042504000100 a4 f4")
    with Machine.from_bytes(code, jit=jit) as m:
        m.map(0x10000, 0x1000)
        m.regs.rsi, m.regs.rdi = 0x10000, 0x10100
        seen: list[tuple[str, int, int, int]] = []
        m.hook_memory(lambda *access: seen.append(access), "rw", 0x10000, 0x11000)
        m.run()
        assert seen == [
            ("write", 0x10000, 8, 7),
            ("read", 0x10004, 4, 0),
            ("read", 0x10000, 1, 7),
            ("write", 0x10100, 1, 7),
        ]


def test_a_repeated_instruction_tells_each_access() -> None:
    # rep movsb
    with Machine.from_bytes(bytes.fromhex("f3a4f4")) as m:
        m.map(0x10000, 0x2000)
        m.regs.rsi, m.regs.rdi, m.regs.rcx = 0x10000, 0x11000, 100
        written: list[int] = []

        def see(access: str, address: int, size: int, value: int) -> None:
            written.append(address)
            assert m.regs.rdi > address  # the element has been moved
            assert m.regs.rcx == 0x11064 - m.regs.rdi

        m.hook_memory(see, "w")
        m.run()
        assert written == list(range(0x11000, 0x11064))
        assert m.tick == 2


def test_a_watchpoint_sees_a_repeated_instruction_in_its_middle() -> None:
    # rep stosd
    with Machine.from_bytes(bytes.fromhex("f3abf4")) as m:
        m.map(0x10000, 0x2000)
        m.regs.eax, m.regs.rdi, m.regs.rcx = 7, 0x10000, 1000
        m.add_watchpoint(0x10804, 4)
        access = m.run().access
        assert access is not None
        assert access[:5] == ("write", 0x10804, 4, 0, 7)
        assert m.run().kind is Stop.HALT
        assert m.memory.read(0x10000, 4001) == b"\7\0\0\0" * 1000 + b"\0"


def test_a_hook_on_everything_takes_effect_on_code_that_has_run() -> None:
    with Machine.from_bytes(fib(9)) as m:
        m.run()
        m.regs.rip = 0x400000
        seen: list[int] = []
        hook = m.hook_code(lambda address, size: seen.append(address))
        m.run(count=500)
        hook.remove()
        assert len(seen) == 500
        m.run()
        assert len(seen) == 500


def test_events_are_every_instruction_in_order() -> None:
    with Machine.from_bytes(fib(7)) as m, Machine.from_bytes(fib(7)) as other:
        batches: list[bytes] = []
        recorded = m.events("code", 64, on_full=lambda view: batches.append(bytes(view)))
        m.run()
        data = b"".join(batches) + recorded.take()
        addresses = [record[1] for record in struct.iter_unpack(events.FORMAT, data)]
        expected = []
        while True:
            expected.append(other.regs.rip)
            if other.step().kind is Stop.HALT:
                break
        assert addresses == expected


def test_events_keep_the_last_ones() -> None:
    with Machine.from_bytes(fib(7)) as m:
        recorded = m.events("code", 10)
        m.run()
        assert recorded.lost
        assert [record[0] for record in recorded] == list(range(m.tick - 10, m.tick))


def test_events_of_memory_and_blocks() -> None:
    with Machine.from_bytes(fib(3)) as m:
        recorded = m.events("read write block", 1000)
        m.run()
        kinds = [record[5] for record in recorded]
        assert kinds.count(events.BLOCK) > 5
        assert kinds.count(events.READ) == kinds.count(events.WRITE) > 5  # pushes and pops, calls and returns


def test_a_system_call_hook_replaces_results_and_arguments() -> None:
    reading, writing = os.pipe()
    with Machine.load("/bin/sh", ["sh", "-c", "echo $PPID; echo later"], stdout=writing, stderr=-1) as m:
        m.hook_syscall("getppid", exit=lambda call: 4242)

        def shorten(call: object) -> None:
            arguments = call.arguments  # type: ignore[attr-defined]
            if arguments[2] == 6:
                arguments[2] = 2

        names: list[str] = []
        m.hook_syscall(None, enter=lambda call: names.append(call.name))
        m.hook_syscall("write", enter=shorten)
        assert m.run(timeout=20).kind is Stop.EXIT
        assert "write" in names and "exit_group" in names
    os.close(writing)
    data = os.read(reading, 100)
    assert data.startswith(b"4242\nla")
    os.close(reading)


@pytest.mark.parametrize("record", [False, True], ids=["plain", "recorded"])
def test_an_exception_in_a_system_call_hook_leaves_the_call_to_be_made(record: bool) -> None:
    reading, writing = os.pipe()
    with Machine.load("/bin/echo", ["echo", "hello"], stdout=writing, record=record) as m:

        def fail(call: object) -> None:
            raise LookupError("mine")

        hook = m.hook_syscall("write", enter=fail)
        for _ in range(2):
            with pytest.raises(LookupError, match="mine"):
                m.run()
            assert m.regs.rax == 1
            assert m.memory.read(m.regs.rip, 2) == b"\x0f\x05"
        hook.remove()
        hook = m.hook_syscall("write", exit=fail)
        with pytest.raises(LookupError, match="mine"):
            m.run()
        assert m.regs.rax == 6
        assert os.read(reading, 100) == b"hello\n"
        assert m.run().status == 0
    os.close(reading)
    os.close(writing)


def test_an_exception_hook_can_mend() -> None:
    # mov rax, [0x10000]; hlt, and no memory there at first
    with Machine.from_bytes(bytes.fromhex("488b042500000100f4")) as m:

        def mend(vector: int, error_code: int, address: int) -> bool:
            assert (vector, address) == (14, 0x10000)
            m.map(0x10000, 0x1000)
            m.memory.put_u64(0x10000, 99)
            return True

        m.hook_exception(mend)
        assert m.run().kind is Stop.HALT
        assert m.regs.rax == 99


def test_an_interrupt_hook_is_a_kernel() -> None:
    with Machine.from_bytes(bytes.fromhex("cd80f4")) as m:
        vectors: list[int] = []

        def serve(vector: int) -> bool:
            vectors.append(vector)
            m.regs.rax = 5
            return True

        m.hook_interrupt(serve)
        assert m.run().kind is Stop.HALT
        assert (vectors, m.regs.rax) == ([0x80], 5)


def test_a_block_hook_tells_size() -> None:
    with Machine.from_bytes(bytes.fromhex("90ebfe")) as m:
        blocks: list[tuple[int, int]] = []
        m.hook_block(lambda address, size: blocks.append((address, size)))
        m.run(count=100)
        assert blocks[:2] == [(0x400000, 3), (0x400001, 2)]


def test_an_exception_in_a_hook_leaves_the_state_of_that_moment() -> None:
    with Machine.from_bytes(fib(9)) as m, Machine.from_bytes(fib(9)) as other:
        count = 0

        def fail(*arguments: object) -> None:
            nonlocal count
            count += 1
            if count == 100:
                raise LookupError("mine")

        for hook in (m.hook_code, m.hook_memory, m.hook_block):
            count = 0
            with hook(fail), pytest.raises(LookupError, match="mine") as caught:
                m.run()
            assert caught.traceback[-1].name == "fail"
            other.run(count=m.tick - other.tick)
            assert m.regs.state() == other.regs.state()
        assert m.run().kind is Stop.HALT
        assert other.run().tick == m.tick


def test_ctrl_c_in_a_hook_comes_out_of_run() -> None:
    with Machine.from_bytes(fib(9)) as m:

        def press(address: int, size: int) -> None:
            if m.tick == 50:
                signal.raise_signal(signal.SIGINT)

        m.hook_code(press)
        with pytest.raises(KeyboardInterrupt):
            m.run()
        assert m.tick == 50
        assert m.run().kind is Stop.HALT
        assert m.regs.eax == 34


def test_hooks_may_remove_themselves_and_others() -> None:
    with Machine.from_bytes(fib(9)) as m:
        seen: list[str] = []

        def once(*arguments: object) -> None:
            seen.append("once")
            itself.remove()

        def other(*arguments: object) -> None:
            seen.append("other")
            for hook in hooks:
                hook.remove()

        itself = m.hook_code(once)
        m.run(count=10)
        assert seen == ["once"]
        hooks = [m.hook_memory(other), m.hook_memory(other), m.hook_code(other, FIB_ADDRESS)]
        m.run(count=100)
        assert seen == ["once", "other"]
        assert m.run().kind is Stop.HALT


def test_a_memory_hook_may_change_registers_and_move_the_program() -> None:
    # mov [0x10000], eax; inc ebx; inc ecx; hlt
    with Machine.from_bytes(bytes.fromhex("89042500000100 ffc3 ffc1 f4")) as m:
        m.map(0x10000, 0x1000)

        def skip(access: str, address: int, size: int, value: int) -> None:
            assert m.regs.rip == 0x400007  # the instruction has ended
            m.regs.rip = 0x400009
            m.regs.edx = 7

        m.hook_memory(skip, "w")
        assert m.run().kind is Stop.HALT
        assert (m.regs.ebx, m.regs.ecx, m.regs.edx, m.tick) == (0, 1, 7, 3)


def test_two_machines_run_each_other_from_their_hooks() -> None:
    with Machine.from_bytes(fib(7)) as first, Machine.from_bytes(fib(8)) as second:
        accesses = 0

        def see(access: str, address: int, size: int, value: int) -> None:
            nonlocal accesses
            accesses += 1

        def advance(address: int, size: int) -> None:
            second.run(count=1)

        second.hook_memory(see)
        first.hook_code(advance)
        assert first.run().kind is Stop.HALT
        assert second.tick == first.tick
        assert (first.regs.eax, accesses > 0) == (13, True)
        second.run()
        assert second.regs.eax == 21


def test_a_hook_keeps_the_exception_flags_and_rounding_of_the_guest() -> None:
    # ldmxcsr [0x10000]; nop; divss xmm0, xmm1; nop; stmxcsr [0x10004]; hlt
    code = bytes.fromhex("0fae142500000100 90 f30f5ec1 90 0fae1c2504000100 f4")
    with Machine.from_bytes(code) as m:
        m.map(0x10000, 0x1000)
        m.memory.put_u32(0x10000, 0x5F80)  # rounding up, no flags
        m.regs.xmm0.f32[0], m.regs.xmm1.f32[0] = 1.0, 3.0
        m.hook_code(lambda address, size: 0.1 + 0.2 + 1e308 * 10)
        m.run()
        assert m.memory.u32(0x10004) == 0x5FA0  # inexact alone
        assert m.regs.xmm0.u32[0] == 0x3EAAAAAB


def test_events_of_memory_come_once_however_small_the_buffer() -> None:
    with Machine.from_bytes(fib(8)) as m:
        expected: list[tuple[str, int, int, int]] = []
        m.hook_memory(lambda *access: expected.append(access))
        m.run()
    assert len(expected) == 266
    for capacity in (1, 10, 33, 100, 10_000):
        with Machine.from_bytes(fib(8)) as m:
            data = bytearray()
            recorded = m.events("read write", capacity, on_full=data.extend)
            m.run()
            data += recorded.take()
            found = [("write" if kind == events.WRITE else "read", address, size, value)
                     for _tick, address, value, _rip, size, kind in struct.iter_unpack(events.FORMAT, data)]
            assert found == expected, capacity


def test_an_instruction_that_faults_records_nothing() -> None:
    # mov eax, [0x10000]; push qword [0x10000], where the stack isn't mapped; hlt
    with Machine.from_bytes(bytes.fromhex("8b042500000100 ff342500000100 f4")) as m:
        m.map(0x10000, 0x1000)
        m.regs.rsp = 0x20000
        recorded = m.events("read write", 100)
        assert m.run().kind is Stop.EXCEPTION
        assert [record[1] for record in recorded] == [0x10000]


def test_who_reads_a_full_buffer_may_end_the_recording_or_raise() -> None:
    with Machine.from_bytes(fib(9)) as m:
        taken: list[int] = []

        def end(view: memoryview) -> None:
            taken.append(len(view) // events.SIZE)
            recorded.remove()

        for kinds in ("code", "read write"):
            taken.clear()
            recorded = m.events(kinds, 40, on_full=end)
            m.run(count=400)
            assert taken == [40]

        def fail(view: memoryview) -> None:
            raise LookupError("mine")

        for kinds in ("code", "read write", "code read"):
            with m.events(kinds, 40, on_full=fail), pytest.raises(LookupError, match="mine"):
                m.run(count=400)
        assert m.run().kind is Stop.HALT
        assert m.regs.eax == 34


@ENGINES
def test_a_watchpoint_beside_the_code_stops_after_the_write(jit: bool) -> None:
    # nop; mov dword [0x400100], 7; hlt
    with Machine.from_bytes(bytes.fromhex("90 c7042500014000 07000000 f4"), jit=jit) as m:
        m.add_watchpoint(0x400100, 4)
        reason = m.run()
        assert reason.kind is Stop.WATCHPOINT
        assert reason.access is not None
        assert reason.access[:5] == ("write", 0x400100, 4, 0, 7)
        assert (m.regs.rip, m.tick) == (0x40000C, 2)
        assert m.run().kind is Stop.HALT


def test_a_repeated_instruction_that_faults_has_told_what_it_did() -> None:
    # rep movsq, whose last elements have no memory to go to
    with Machine.from_bytes(bytes.fromhex("f348a5f4")) as m:
        m.map(0x10000, 0x2000)
        m.regs.rsi, m.regs.rdi, m.regs.rcx = 0x10000, 0x11FE0, 8
        seen: list[tuple[str, int]] = []
        with m.hook_memory(lambda access, address, size, value: seen.append((access, address))):
            assert m.run().kind is Stop.EXCEPTION
        expected = []
        for i in range(4):
            expected += [("read", 0x10000 + 8 * i), ("write", 0x11FE0 + 8 * i)]
        assert seen == expected
        assert m.regs.rcx == 4
        m.regs.rsi, m.regs.rdi, m.regs.rcx = 0x10000, 0x11FE0, 8
        recorded = m.events("read write", 100)
        assert m.run().kind is Stop.EXCEPTION
        assert [(record[5], record[1]) for record in recorded] == [
            (events.READ if access == "read" else events.WRITE, address) for access, address in expected
        ]
        recorded.remove()
        m.regs.rsi, m.regs.rdi, m.regs.rcx = 0x10000, 0x11FE0, 8
        m.add_watchpoint(0x11FF0, 8)
        assert m.run().kind is Stop.WATCHPOINT
        assert m.run().kind is Stop.EXCEPTION


def test_events_have_the_machines_ticks_also_where_several_threads_run(guest: Callable[..., Path]) -> None:
    path = guest("random_walk.c", "static-musl")
    with Machine.load(path, [str(path), "2", "20"], stdout=-1) as m:
        events = m.events("code", 1 << 20)
        m.run()
        ticks = [record[0] for record in events]
        assert not events.lost
        # a system call that is made again has the same tick again
        assert set(ticks) == set(range(m.tick))
        assert ticks[-1] < m.tick
