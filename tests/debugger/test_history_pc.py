"""Time travel on a PC: its devices, its keys and its modes are the same at the same tick."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from blinkenlights import Machine, Stop
from blinkenlights.debugger.history import History
from blinkenlights.pc.personality import Pc
from tests.pc.conftest import SOURCES, assemble, boot_sector

CHECKS, SLICE = 100, 1_499

TYPED = """
    sti
again:
    inc word [0x600]
    call sub
    mov ah, 1
    int 0x16
    jz again
    xor ah, ah
    int 0x16
    mov [0x602], ax
    mov ah, 0x0e
    int 0x10
    hlt                         ; to the next timer interrupt
    jmp again
sub:
    add bp, 3
    ret
"""
Image = Callable[[str], Path]


@pytest.fixture
def image(tmp_path: Path) -> Image:
    return lambda text: boot_sector(tmp_path, text)


def digest(m: Machine) -> str:
    assert isinstance(m.history, History)
    return m.history.digest()


def pc_of(m: Machine) -> Pc:
    assert isinstance(m.world, Pc)
    return m.world


def address_of(m: Machine, code: str) -> int:
    return m.memory.read(0x7C00, 512).index(bytes.fromhex(code)) + 0x7C00


def test_timer_interrupts_and_keys_come_again_at_their_ticks(image: Image) -> None:
    said: list[bytes] = []
    with Machine.boot(image(TYPED), record=True) as m:
        pc_of(m).pc.say = said.append
        first = [digest(m)]
        for n in range(CHECKS):
            if n % 9 == 4:
                pc_of(m).pc.press("a", "B")
            m.run(count=SLICE)
            first.append(digest(m))
        text = b"".join(said)
        assert text.startswith(b"aBaB")
        assert m.memory.u32(0x46C) > 2, "timer interrupts"
        m.seek(0)
        assert digest(m) == first[0]
        second = [digest(m)]
        for _ in range(CHECKS):
            m.run(count=SLICE)
            second.append(digest(m))
        assert second == first
        places = random.Random(1).sample(range(CHECKS + 1), 20)
        for place in places:
            m.seek(place * SLICE)
            assert (digest(m), m.tick) == (first[place], place * SLICE)
        assert b"".join(said) == text, "the past says nothing again"


@pytest.mark.parametrize(
    "name",
    [
        "long_mode_and_back", "protected_mode_and_back", "the_timer_interrupts_at_its_rate",
        "the_hard_disk_is_read_by_ports", "disks_are_read_and_written_by_cylinder", "code_may_change_itself",
        "accessed_and_dirty_bits_are_set", "tasks_switch_by_calls", "time_stamps_advance",
        "a20_is_opened_by_the_bios", "the_bios_waits_microseconds", "traps_step_protected_mode",
    ],
)  # fmt: skip
def test_a_boot_program_lives_the_same_life_again(name: str) -> None:
    def life(m: Machine, count: int) -> list[tuple[int, str, Stop]]:
        stops: list[tuple[int, str, Stop]] = []
        while not stops or stops[-1][2] is Stop.COUNT:
            reason = m.run(count=count)
            stops.append((m.tick, digest(m), reason.kind))
        return stops

    image = assemble(SOURCES / f"{name}.asm")
    with Machine.boot(image) as m:
        m.run()
        count = max(m.tick // 12, 1)
    with Machine.boot(image, record=True) as m:
        start = digest(m)
        first = life(m, count)
        assert first[-1][2] is Stop.EXIT
        m.seek(0)
        assert digest(m) == start
        assert life(m, count) == first
        for tick, there, _ in random.Random(2).sample(first[:-1], 4):
            m.seek(tick)
            assert digest(m) == there


def test_going_back_passes_from_64_to_16_bit_code() -> None:
    with Machine.boot(assemble(SOURCES / "long_mode_and_back.asm"), record=True) as m:
        modes = []
        while m.exited is None:
            m.step()
            modes.append(m.regs.bits)
        assert set(modes) == {16, 32, 64}
        back = []
        while m.tick > 0:
            back.append(m.regs.bits)
            m.seek(max(m.tick - 50, 0))
        assert set(back) == {16, 32, 64}
        assert m.regs.rip == 0x7C00


def test_going_back_finds_breakpoints_and_writes(image: Image) -> None:
    with Machine.boot(image(TYPED), record=True) as m:
        m.run(count=3_000)
        pc_of(m).pc.press("x")
        m.run(count=60_000)
        end = m.tick
        key = m.last_write(0x602, 2)
        assert key is not None
        m.seek(key)
        assert m.memory.u8(0x602) == ord("x")
        m.reverse_step()
        assert m.memory.u8(0x602) == 0
        drawn = m.last_write(0xB8000, 4000)  # by the BIOS
        assert drawn is None
        m.seek(end)
        drawn = m.last_write(0xB8000, 4000)
        assert drawn is not None
        assert drawn > key
        m.seek(key)
        point = m.add_breakpoint(address_of(m, "83c503"))
        reason = m.reverse_continue()
        assert (reason.kind, reason.breakpoint) == (Stop.BREAKPOINT, point)
        assert m.tick < key
        point.remove()
        m.add_watchpoint(0xB8000, 2)
        m.seek(end)
        reason = m.reverse_continue()
        assert reason.kind is Stop.WATCHPOINT
        assert reason.access is not None
        assert (reason.access.syscall, chr(reason.access.new & 0xFF)) == ("INT 10h", "x")


def test_calls_and_interrupts_are_gone_over_backwards(image: Image) -> None:
    with Machine.boot(image(TYPED), record=True) as m:
        m.run(until=address_of(m, "83c503"))  # ADD BP, 3 in the subroutine
        m.reverse_finish()
        call = m.regs.rip
        assert m.memory.u8(call) == 0xE8
        m.run(until=address_of(m, "74"))  # JZ behind INT 16h
        tick = m.tick
        m.reverse_over()
        assert m.memory.read(m.regs.rip, 2) == b"\xcd\x16"
        assert m.tick < tick - 2


def test_a_key_struck_in_the_past_makes_another_future(image: Image) -> None:
    with Machine.boot(image(TYPED), record=True) as m:
        pc = pc_of(m).pc
        pc.press("a")
        m.run(count=100_000)
        assert m.memory.u8(0xB8000) == ord("a")
        m.seek(0)
        pc.press("z")
        m.run(count=100_000)
        assert m.memory.u8(0xB8000) == ord("z")
        there = digest(m)
        m.seek(50)
        m.run(count=99_950)
        assert (m.tick, digest(m)) == (100_000, there)


def test_a_register_changed_in_the_past_makes_another_future(image: Image) -> None:
    with Machine.boot(image("mov cx, 1000\nagain: inc ax\n loop again\n cli\n hlt"), record=True) as m:
        m.regs.rax = 0
        assert m.run().kind is Stop.HALT
        assert m.regs.ax == 1000
        m.seek(m.tick - 600)
        m.regs.cx = 10
        before = m.regs.ax
        assert m.run().kind is Stop.HALT
        assert before + 10 <= m.regs.ax + 1
        assert m.regs.ax < 1000


def test_bytes_on_com1_come_again(image: Image) -> None:
    program = """
again:
    mov dx, 0x3fd
    in al, dx
    test al, 1
    jz again
    mov dx, 0x3f8
    in al, dx
    mov [0x600], al
    jmp again
"""
    with Machine.boot(image(program), record=True) as m:
        m.run(count=1000)
        pc_of(m).pc.receive(b"7")
        m.run(count=1000)
        assert m.memory.u8(0x600) == ord("7")
        there = digest(m)
        m.seek(990)
        assert m.memory.u8(0x600) == 0
        m.run(count=1010)
        assert digest(m) == there


def test_the_image_keeps_what_the_present_has_written(image: Image) -> None:
    program = """
    mov bx, 0x600
    mov byte [bx], 'A'
again:
    mov ax, 0x0301
    mov cx, 5
    mov dx, 0
    int 0x13
    inc byte [bx]
    cmp byte [bx], 'F'
    jb again
    cli
    hlt
"""
    path = image(program)
    copy = path.with_suffix(".copy")
    copy.write_bytes(path.read_bytes())
    try:
        with Machine.boot(copy, write=True, record=True) as m:
            disk = pc_of(m).pc.disks[0]
            assert m.run().kind is Stop.HALT
            assert copy.read_bytes()[2048] == ord("E")
            m.seek(0)
            assert disk.read(4, 1)[0] == 0
            assert copy.read_bytes()[2048] == ord("E")
            m.run(until=address_of(m, "80 3f 46"))  # CMP BYTE [BX], 'F'
            assert disk.read(4, 1)[0] == ord("A")
            m.memory.put_u8(0x600, ord("E"))  # another future: one more turn
            assert m.run().kind is Stop.HALT
            assert disk.read(4, 1)[0] == ord("E")
            m.seek(m.tick - 3)
            m.run()
        assert copy.read_bytes()[2048] == ord("E")
    finally:
        copy.unlink()


def test_a_halted_machine_is_left_backwards(image: Image) -> None:
    with Machine.boot(image("mov cx, 100\nagain: loop again\n mov al, 3\n out 0xf4, al"), record=True) as m:
        assert m.run().kind is Stop.EXIT
        end, last = m.tick, digest(m)
        assert m.seek(0).kind is Stop.STEP
        assert m.exited is None
        reason = m.run()
        assert (reason.kind, reason.status, m.tick, digest(m)) == (Stop.EXIT, 7, end, last)
    with Machine.boot(image("sti\n hlt\n hlt\n hlt\n cli\n hlt"), record=True) as m:
        assert m.run().kind is Stop.HALT
        last = digest(m)
        ticks = [m.tick]
        while m.tick:
            m.reverse_step()
            ticks.append(m.tick)
        assert ticks == list(range(ticks[0], -1, -1))
        assert m.run().kind is Stop.HALT
        assert digest(m) == last
