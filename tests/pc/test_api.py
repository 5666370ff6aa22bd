"""A PC through `Machine.boot`: breakpoints, watchpoints, steps, registers and memory."""

from collections.abc import Callable
from pathlib import Path

import pytest

from blinkenlights import Machine, Stop

PROGRAM = """
again:
    mov bx, 0x1234
    inc word [0x600]
    call sub
    jmp again
sub:
    add ax, 3
    ret
"""


def address_of(machine: Machine, code: bytes) -> int:
    return machine.memory.read(0x7C00, 512).index(code) + 0x7C00


def test_boot_starts_at_7c00_in_16_bit_code(image: Callable[[str], Path]) -> None:
    with Machine.boot(image(PROGRAM)) as machine:
        assert machine.personality == "pc"
        assert (machine.regs.rip, machine.regs.bits, machine.tick) == (0x7C00, 16, 0)


def test_breakpoints_stop_before_their_instruction(image: Callable[[str], Path]) -> None:
    with Machine.boot(image(PROGRAM)) as machine:
        at = address_of(machine, b"\x83\xc0\x03")  # ADD AX, 3
        point = machine.add_breakpoint(at)
        for n in range(3):
            reason = machine.run()
            assert (reason.kind, reason.address, machine.regs.ax) == (Stop.BREAKPOINT, at, 3 * n)
        point.remove()
        assert machine.run(count=1000).kind is Stop.COUNT


def test_steps_and_step_over(image: Callable[[str], Path]) -> None:
    with Machine.boot(image(PROGRAM)) as machine:
        machine.run(until=address_of(machine, b"\xbb\x34\x12"))
        tick = machine.tick
        machine.step(2)
        assert machine.tick == tick + 2
        assert machine.regs.bx == 0x1234
        assert machine.step_over().kind is Stop.STEP
        assert machine.regs.ax == 3
        assert machine.memory.u16(0x600) == 1


def test_watchpoints_stop_after_a_write(image: Callable[[str], Path]) -> None:
    with Machine.boot(image(PROGRAM)) as machine:
        machine.add_watchpoint(0x600, 2, "w")
        for n in range(3):
            reason = machine.run()
            assert reason.kind is Stop.WATCHPOINT
            assert reason.access is not None
            assert (reason.access.old, reason.access.new) == (n, n + 1)


def test_code_hooks_see_each_instruction(image: Callable[[str], Path]) -> None:
    with Machine.boot(image(PROGRAM)) as machine:
        at = address_of(machine, b"\xbb\x34\x12")
        seen = []
        with machine.hook_code(lambda address, size: seen.append(address), at, at + 1):
            machine.run(count=100)
        assert len(seen) > 10
        assert set(seen) == {at}


def test_the_end_is_an_answer(image: Callable[[str], Path]) -> None:
    with Machine.boot(image("mov al, 3\n out 0xf4, al")) as machine:
        reason = machine.run()
        assert (reason.kind, reason.status, machine.exited) == (Stop.EXIT, 7, 7)
    with Machine.boot(image("cli\n hlt")) as machine:
        assert machine.run().kind is Stop.HALT
    with Machine.boot(image("jmp $")) as machine:
        assert machine.run(timeout=0.1).kind is Stop.TIMEOUT


def test_code_changed_by_the_debugger_is_executed(image: Callable[[str], Path]) -> None:
    with Machine.boot(image(PROGRAM)) as machine:
        machine.run(count=1000)
        at = address_of(machine, b"\xbb\x34\x12")
        machine.memory.write(at, b"\xbb\x78\x56")
        machine.run(count=100)
        assert machine.regs.bx == 0x5678


def test_a_segment_register_changed_by_the_debugger_has_its_base(image: Callable[[str], Path]) -> None:
    with Machine.boot(image(PROGRAM)) as machine:
        machine.run(until=address_of(machine, b"\xbb\x34\x12"))
        machine.regs.ds = 0x1000
        machine.step(2)
        assert machine.memory.u16(0x10600) == 1


def test_memory_is_as_large_as_wanted(image: Callable[[str], Path]) -> None:
    with Machine.boot(image("mov ax, 0xe801\n int 0x15"), ram=64 << 20) as machine:
        assert machine.memory.read((64 << 20) - 4, 4) == bytes(4)
        machine.run(until=address_of(machine, b"\xcd\x15") + 2)
        assert machine.regs.bx == (64 - 16) * 16
    with pytest.raises(ValueError, match="2 MiB to 3 GiB"):
        Machine.boot(image("hlt"), ram=4096)
