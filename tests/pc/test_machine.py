"""What a PC does as a whole: its ends, its time, its interrupts, its memory."""

import io
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from blinkenlights.pc import run_headless
from blinkenlights.pc.machine import PC, End
from blinkenlights.pc.memory import read_option_roms
from blinkenlights.pc.screen import Pixels, Text, screen

Source = Callable[[str], Path]


class Controller:
    """An interrupt controller with one line, vector 0x20."""

    def __init__(self, machine: PC) -> None:
        self.machine = machine
        self.ticks: list[int] = []
        machine.bus.pic = self
        for timer in machine.scheduler.timers.values():  # the machine's own timer would interrupt as well
            timer.cancel()

    def request(self, tick: int) -> None:
        self.machine.cpu.set_interrupt_line(True)

    def acknowledge(self) -> int:
        self.ticks.append(self.machine.cpu.now)
        self.machine.cpu.set_interrupt_line(False)
        return 0x20


COUNTING = """
    mov word [0x20 * 4], handler
    mov word [0x20 * 4 + 2], 0
    sti
again:
    inc dword [0x600]
    add ax, 3
    jmp again
handler:
    inc word [0x604]
    iret
"""


def test_exit_status_is_the_program_s(image: Source) -> None:
    assert run_headless(image("mov eax, 231\n mov edi, 7\n syscall")) == 7
    assert run_headless(image("mov al, 3\n out 0xf4, al")) == 7


def test_halting_for_good_is_an_end(image: Source) -> None:
    assert run_headless(image("cli\n hlt")) == 0


def test_a_triple_fault_is_an_end_of_its_own(image: Source, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_headless(image("lidt [table]\n int 0x20\ntable: dw 0, 0, 0")) == 134
    assert capsys.readouterr().err == "triple fault\n"


def test_time_runs_out(image: Source) -> None:
    assert run_headless(image("jmp $"), timeout=0.2) == 124


def test_text_goes_to_the_output(image: Source) -> None:
    out = io.BytesIO()
    run_headless(image("mov al, 'e'\n out 0xe9, al\n mov ax, 0x0e62\n int 0x10\n cli\n hlt"), out=out)
    assert out.getvalue() == b"eb"


def test_a_count_of_instructions_is_exact(image: Source) -> None:
    machine = PC(image(COUNTING))
    assert machine.run(count=12345) is End.COUNT
    assert machine.tick == 12345
    machine.close()


def test_interrupts_come_at_their_tick(image: Source) -> None:
    machine = PC(image(COUNTING))
    controller = Controller(machine)
    timer = machine.scheduler.timer("test", controller.request)
    for tick in (1001, 1777, 20_003):
        timer.set(tick)
        machine.run(count=tick + 50 - machine.tick)
    assert controller.ticks == [1001, 1777, 20_003]
    assert machine.memory.u16(0x604) == 3
    machine.close()


def test_halt_wakes_at_the_next_timer(image: Source) -> None:
    program = """
    mov word [0x80], handler
    mov word [0x82], 0
    sti
    hlt
    cli
    hlt
handler:
    inc word [0x604]
    iret
"""
    machine = PC(image(program))
    controller = Controller(machine)
    machine.scheduler.timer("test", controller.request).set(5_000_000)
    assert machine.run() is End.HALT
    assert controller.ticks == [5_000_000]
    assert machine.tick < 100
    assert machine.memory.u16(0x604) == 1
    machine.close()


def test_sti_holds_interrupts_back_for_one_instruction(image: Source) -> None:
    program = """
    mov word [0x80], handler
    mov word [0x82], 0
    mov cx, 1000
again:
    sti
    inc bx
    cli
    loop again
    cli
    hlt
handler:
    mov bp, sp
    cmp word [bp], again + 2            ; behind INC BX, never before it
    je good
    inc dx
good:
    inc word [0x604]
    iret
"""
    machine = PC(image(program))
    controller = Controller(machine)

    def request(tick: int) -> None:
        controller.request(tick)
        timer.set(tick + 37)

    timer = machine.scheduler.timer("test", request)
    timer.set(100)
    assert machine.run() is End.HALT
    assert machine.memory.u16(0x604) > 20
    assert machine.registers.dx == 0
    machine.close()


def test_a_device_s_error_ends_the_run(image: Source) -> None:
    class Broken:
        def read(self, port: int) -> int:
            raise LookupError("no such register")

        def write(self, port: int, value: int) -> None:
            raise LookupError("no such register")

    machine = PC(image("in al, 0x77"))
    machine.bus.attach("broken", 0x77, 0x77, Broken())
    with pytest.raises(LookupError):
        machine.run()
    machine.close()


def test_code_written_from_outside_is_executed(image: Source) -> None:
    machine = PC(image("again: mov al, 1\n jmp again"))
    machine.run(count=1000)
    at = machine.memory.read(0x7C00, 512).index(b"\xb0\x01\xeb\xfc") + 0x7C00
    machine.memory.write(at, b"\xb0\x02")
    machine.run(count=1000)
    assert machine.registers.al == 2
    machine.memory.space.write(at, b"\xb0\x03")
    machine.run(count=1000)
    assert machine.registers.al == 3
    machine.close()


def test_a_saved_state_goes_on_alike(image: Source) -> None:
    machine = PC(image(COUNTING))
    controller = Controller(machine)
    timer = machine.scheduler.timer("test", controller.request)
    timer.set(30_000)
    machine.run(count=10_000)
    state, memory = machine.save(), machine.memory.read(0, 0x10000)
    machine.run(count=40_000)
    first = (machine.cpu.rip, machine.registers.ax, machine.memory.u32(0x600), controller.ticks)
    machine.memory.write(0, memory)
    machine.restore(state)
    assert machine.tick == 10_000
    controller.ticks = []
    machine.run(count=40_000)
    assert (machine.cpu.rip, machine.registers.ax, machine.memory.u32(0x600), controller.ticks) == first
    machine.close()


def test_stepping_and_running_meet(image: Source) -> None:
    stepped, run = PC(image(COUNTING)), PC(image(COUNTING))
    for machine in (stepped, run):
        controller = Controller(machine)
        machine.scheduler.timer("test", controller.request).set(500)
    while stepped.tick < 2000:
        stepped.step()
    run.run(count=2000)
    assert stepped.cpu.save() == run.cpu.save()
    stepped.close()
    run.close()


def test_several_machines_live_together(image: Source) -> None:
    one, two = PC(image(COUNTING)), PC(image(COUNTING))
    one.run(count=3000)
    two.run(count=1500)
    assert one.memory.u32(0x600) > two.memory.u32(0x600) > 0
    one.close()
    two.close()


@pytest.mark.parametrize(
    ("kib", "shape"),
    [(360, (40, 2, 9)), (720, (80, 2, 9)), (1200, (80, 2, 15)), (1440, (80, 2, 18)), (2880, (80, 2, 36)),
     (10080, (20, 16, 63))],
)  # fmt: skip
def test_geometry_comes_from_the_size(tmp_path: Path, kib: int, shape: tuple[int, int, int]) -> None:
    path = tmp_path / "disk.img"
    with path.open("wb") as file:
        file.truncate(kib << 10)
    machine = PC(path)
    disk = machine.disks[machine.boot_disk]
    assert (disk.cylinders, disk.heads, disk.track) == shape
    assert machine.boot_disk == (0x80 if kib > 2880 else 0)
    machine.close()


def test_bad_images_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        PC(tmp_path / "missing")
    (tmp_path / "empty").touch()
    with pytest.raises(ValueError, match="empty"):
        PC(tmp_path / "empty")


def test_writes_are_kept_only_if_asked(tmp_path: Path, image: Source) -> None:
    path = tmp_path / "disk.img"
    path.write_bytes(image("cli\n hlt").read_bytes())
    for write in (False, True):
        machine = PC(path, write=write)
        machine.disks[0].write(5, b"x" * 512)
        assert machine.disks[0].read(5, 1) == b"x" * 512
        machine.close()
        assert (path.read_bytes()[5 * 512] == ord("x")) is write


def test_option_roms_are_read_only(image: Source) -> None:
    rom = b"\x55\xaa\x04\xcb".ljust(2048, b"r")  # its entry is a RETF
    machine = PC(image("mov ax, 0xd000\n mov es, ax\n mov byte [es:4], 1\n mov bl, [es:4]\n cli\n hlt"),
                 option_roms={0xD0000: rom})  # fmt: skip
    assert machine.run() is End.HALT
    assert machine.registers.bl == ord("r")
    machine.close()
    with pytest.raises(ValueError, match="55 AA"):
        PC(image("hlt"), option_roms={0xD0000: b"nothing"})


def test_an_alternate_bios_starts_at_the_reset_vector(tmp_path: Path, image: Source) -> None:
    source = tmp_path / "bios.asm"
    source.write_text(
        "bits 16\norg 0\nstart: mov ax, cs\n mov ds, ax\n mov al, [value]\n out 0xf4, al\n hlt\n"
        "value: db 21\n"
        "times 0xfff0 - ($ - $$) db 0\n jmp 0xf000:start\n times 0x10000 - ($ - $$) db 0\n"
    )
    binary = tmp_path / "bios.bin"
    image("hlt")  # skips where there is no nasm
    subprocess.run(["nasm", "-f", "bin", "-o", str(binary), str(source)], check=True)
    assert run_headless(image("hlt"), bios=binary) == 43


def test_memory_of_3_gib_costs_nothing_until_it_is_used(image: Source) -> None:
    machine = PC(image("cli\n hlt"), ram=3 << 30)
    machine.memory.put_u32((3 << 30) - 4, 0x1234)
    assert machine.memory.u32((3 << 30) - 4) == 0x1234
    assert machine.memory.u32(3 << 30) == 0xFFFFFFFF
    assert machine.run() is End.HALT
    machine.close()


def test_an_nmi_comes_in_spite_of_if_and_once_until_iret(image: Source) -> None:
    machine = PC(image("""
    mov word [2 * 4], handler
    mov word [2 * 4 + 2], 0
    cli
again:
    inc dword [0x600]
    jmp again
handler:
    inc word [0x604]
    mov cx, 1000
wait_here:
    loop wait_here
    iret
"""))
    machine.run(count=500)
    assert machine.memory.u16(0x604) == 0
    machine.cpu.raise_nmi()
    machine.run(count=100)
    assert machine.memory.u16(0x604) == 1
    before = machine.memory.u32(0x600)
    machine.cpu.raise_nmi()  # the first one's handler is still running
    machine.run(count=500)
    assert machine.memory.u16(0x604) == 1
    machine.run(count=1000)
    assert machine.memory.u16(0x604) == 2
    machine.run(count=1500)
    assert machine.memory.u16(0x604) == 2
    assert machine.memory.u32(0x600) > before
    machine.close()


def test_an_nmi_ends_hlt_without_timers(image: Source) -> None:
    machine = PC(image("""
    mov word [2 * 4], handler
    mov word [2 * 4 + 2], 0
    cli
    hlt
    mov al, 16
    out 0xf4, al
handler:
    iret
"""))
    assert machine.run() is End.HALT
    machine.cpu.raise_nmi()
    assert machine.run() is End.EXIT
    assert machine.exited == 33
    machine.close()


def test_option_roms_are_placed_by_what_they_are(tmp_path: Path) -> None:
    def rom(name: str, units: int, video: bool) -> Path:
        image = bytearray(units * 512)
        image[:3] = 0x55, 0xAA, units
        if video:
            image[0x1E:0x21] = b"IBM"
        path = tmp_path / name
        path.write_bytes(image)
        return path

    roms = read_option_roms([rom("a", 5, False), rom("b", 64, True), rom("c", 1, False)])
    sizes = {address: len(image) // 512 for address, image in roms.items()}
    assert sizes == {0xC8000: 5, 0xC0000: 64, 0xC9000: 1}
    bad = tmp_path / "bad"
    bad.write_bytes(b"no ROM")
    with pytest.raises(ValueError, match="55 AA"):
        read_option_roms([bad])


def test_a_chipset_shadows_its_rom(image: Source, tmp_path: Path) -> None:
    rom = bytearray(b"\xaa" * 0x10000)
    rom[0xFFF0:0xFFF2] = b"\xf4\xf4"  # HLT
    path = tmp_path / "bios"
    path.write_bytes(rom)
    machine = PC(image("hlt"), bios=path)

    def set_pam(value: int) -> None:
        machine.bus.write(0xCF8, 4, 0x80000058)
        machine.bus.write(0xCFD, 1, value)

    memory = machine.memory
    memory.put_u8(0xF0000, 1)
    assert memory.u8(0xF0000) == 0xAA
    set_pam(0x30)
    assert memory.u8(0xF0000) == 0
    memory.put_u8(0xF0000, 2)
    state = machine.save()
    set_pam(0x10)
    memory.put_u8(0xF0000, 3)
    assert memory.u8(0xF0000) == 2
    set_pam(0)
    assert memory.u8(0xF0000) == 0xAA
    set_pam(0x30)
    assert memory.u8(0xF0000) == 2
    set_pam(0x10)
    machine.restore(state)
    memory.put_u8(0xF0000, 4)
    assert memory.u8(0xF0000) == 4
    machine.close()


POLLS = {
    "by_int_16h": """
again:
    mov ah, 1
    int 0x16
    jz again
    xor ah, ah
    int 0x16
""",
    "by_ports": """
    cli
again:
    in al, 0x64
    test al, 1
    jz again
    in al, 0x60
    test al, 0x80
    jnz again
    mov bx, table
    sub al, 0x1e                ; A's scan code, then S's and D's
    xlatb
""",
    "by_interrupt": """
    mov word [9 * 4], handler
    mov word [9 * 4 + 2], 0
    sti
again:
    hlt
    mov al, [0x600]
    test al, al
    jz again
    mov byte [0x600], 0
    mov bx, table
    sub al, 0x1e
    xlatb
    jmp got
handler:
    push ax
    in al, 0x60
    test al, 0x80
    jnz .up
    mov [0x600], al
.up:
    mov al, 0x20
    out 0x20, al
    pop ax
    iret
got:
""",
}


@pytest.mark.parametrize("way", POLLS)
def test_keys_are_typed_at_programs_that_do_not_wait_for_them(image: Source, way: str) -> None:
    tail = """
    out 0xe9, al
    cmp al, 'd'
    jne again
    pass
table: db 'asd'
"""
    said = io.BytesIO()
    status = run_headless(image(POLLS[way] + tail), out=said, keys=io.BytesIO(b"asd"), timeout=60)
    assert (status, said.getvalue()) == (33, b"asd")


def test_a_program_that_looks_for_keys_goes_on_while_there_are_none(image: Source) -> None:
    program = "mov cx, 20000\nagain: mov ah, 1\n int 0x16\n jnz there\n loop again\n pass\nthere: fail 1"
    ours, theirs = os.pipe()
    with os.fdopen(ours, "rb") as keys, os.fdopen(theirs, "wb"):
        assert run_headless(image(program), out=io.BytesIO(), keys=keys, timeout=60) == 33


def test_flat_rows_of_text_are_pixels(image: Source) -> None:
    machine = PC(image("""
    mov dx, 0x3d8
    mov al, 0x09                ; attributes do not blink
    out dx, al
    mov si, table
    mov cx, 5
    mov dx, 0x3d4
next:
    lodsw
    out dx, ax
    loop next
    mov ax, 0xb800
    mov es, ax
    xor di, di
    mov cx, 8000
    mov ax, 0x00de              ; its right half is in the foreground's colour
    rep stosw
    mov byte [es:1], 0x9c
    mov byte [es:160 * 99 + 159], 0x0f
    mov byte [0x600], 1
    jmp $
table: db 4, 0x7f, 5, 6, 6, 0x64, 7, 0x70, 9, 1
"""))
    machine.run(count=50_000)
    assert machine.memory.u8(0x600) == 1
    shown = screen(machine)
    assert isinstance(shown, Pixels)
    assert (shown.width, shown.height) == (160, 200)
    assert shown.data[:3] == shown.data[160:163] == bytes((9, 12, 0))
    assert shown.data[-2:] == bytes((0, 15))
    machine.memory.put_u8(0xB8000, ord("A"))  # a letter needs all pixels
    shown = screen(machine)
    assert isinstance(shown, Pixels)
    assert (shown.width, shown.height) == (640, 200)
    assert shown.data[:8] != shown.data[640:648]
    machine.adapter.crtc[9] = 15
    assert isinstance(screen(machine), Text)
    machine.close()


def bootable_cd(path: Path, medium: int, image: bytes, segment: int = 0, count: int = 4) -> Path:
    """A CD with nothing but what it boots."""
    sectors = [bytes(2048)] * 21
    sectors[16] = b"\1CD001\1".ljust(2048, b"\0")
    record = b"\0CD001\1EL TORITO SPECIFICATION".ljust(0x47, b"\0") + (19).to_bytes(4, "little")
    sectors[17] = record.ljust(2048, b"\0")
    entry = bytes((0x88, medium)) + segment.to_bytes(2, "little") + bytes(2) + count.to_bytes(2, "little")
    validation = b"\1".ljust(30, b"\0") + b"\x55\xaa"
    sectors[19] = (validation + entry + (21).to_bytes(4, "little")).ljust(2048, b"\0")
    path.write_bytes(b"".join(sectors) + image)
    return path


CD_PROGRAM = """
    bits 16
    org {origin}
    jmp {segment}:start
start:
    cld
    mov ax, cs
    mov ds, ax
    cmp dl, {drive}
    mov bl, 1
    jne wrong
    mov ax, 0x4b01              ; what is booted
    mov si, packet
    int 0x13
    mov bl, 2
    jc wrong
    cmp byte [packet], 0x13
    jne wrong
    cmp byte [packet + 1], {medium}
    mov bl, 3
    jne wrong
    cmp dword [packet + 4], 21
    mov bl, 4
    jne wrong
    mov dl, 0xe0
    mov ah, 0x48
    mov word [packet], 26
    int 0x13
    mov bl, 5
    jc wrong
    cmp word [packet + 24], 2048
    jne wrong
    mov ax, cs
    mov [read + 6], ax
    mov si, read
    mov ah, 0x42
    int 0x13
    mov bl, 6
    jc wrong
    cmp dword [buffer + 1], 'CD00'
    mov bl, 7
    jne wrong
    mov ah, 0x43                ; nothing can be written
    mov si, read
    int 0x13
    mov bl, 8
    jnc wrong
    mov bl, 16
wrong:
    mov al, bl
    out 0xf4, al
    cli
    hlt
    align 4
read: db 16, 0
    dw 1, buffer, 0
    dq 16
packet: times 32 db 0
    times 510 - ($ - $$) db 0
    dw 0xaa55
buffer:
"""


@pytest.mark.parametrize(
    ("medium", "segment", "drive"), [(0, 0, 0xE0), (0, 0x1000, 0xE0), (2, 0, 0), (4, 0, 0x80)]
)
def test_cds_boot_as_themselves_and_for_other_disks(
    tmp_path: Path, medium: int, segment: int, drive: int
) -> None:
    if shutil.which("nasm") is None:
        pytest.skip("nasm isn't here")
    source, image = tmp_path / "cd.asm", tmp_path / "program"
    code = 0x7C00 if medium or not segment else 0
    text = CD_PROGRAM.format(origin=code, segment=0 if code else segment, drive=drive, medium=medium)
    source.write_text(text)
    subprocess.run(["nasm", "-f", "bin", "-o", str(image), str(source)], check=True)
    program = bytearray(image.read_bytes())
    if medium == 4:  # the partition says how large the disk is
        program = bytearray(program.ljust(512 * 4096, b"\0"))
        program[0x1BE:0x1CE] = bytes((0x80, 0, 0, 0, 1, 0, 0, 0)) + b"\1\0\0\0" + (4095).to_bytes(4, "little")
    machine = PC(bootable_cd(tmp_path / "cd.iso", medium, bytes(program.ljust(1440 << 10, b"\0")), segment))
    assert machine.run(timeout=60) is End.EXIT
    assert machine.exited == 33, f"check {(machine.exited or 0) >> 1}"
    machine.close()
