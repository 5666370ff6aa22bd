"""BIOS services and chips from outside: keys, text, serial port, option ROMs, disks that are written."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from blinkenlights.pc import run_headless
from blinkenlights.pc.disk import Disk
from blinkenlights.pc.keys import stroke
from blinkenlights.pc.machine import PC, End
from tests.pc.conftest import assemble

Assembler = Callable[[str], Path]
START = "bits 16\norg 0x7c00\n"
END = "\ntimes 510 - ($ - $$) db 0\ndw 0xaa55\n"


@pytest.fixture
def program(tmp_path: Path) -> Assembler:
    """The image of a boot sector with this text."""

    def make(text: str) -> Path:
        source = tmp_path / "program.asm"
        source.write_text(START + text + END)
        return assemble(source)

    return make


ECHO = """
again:
    mov ah, 0
    int 0x16
    cmp al, 'q'
    je over
    mov ah, 0x0e
    mov bx, 7
    int 0x10
    jmp again
over:
    mov ax, 60
    mov edi, 5
    syscall
"""


def test_typed_keys_are_read_and_echoed(program: Assembler) -> None:
    said = io.BytesIO()
    status = run_headless(program(ECHO), timeout=30, out=said, keys=io.BytesIO(b"Hello, {World}!\r\tq"))
    assert (status, said.getvalue()) == (5, b"Hello, {World}!\r\t")


def test_a_wait_for_a_key_that_will_not_come_halts(program: Assembler) -> None:
    said = io.BytesIO()
    assert run_headless(program(ECHO), timeout=30, out=said, keys=io.BytesIO(b"ab")) == 0
    assert said.getvalue() == b"ab"


@pytest.mark.parametrize(
    ("key", "code"),
    [("a", 0x1E61), ("A", 0x1E41), ("ctrl+a", 0x1E01), ("alt+a", 0x1E00), ("f1", 0x3B00),
     ("shift+f1", 0x5400), ("ctrl+f1", 0x5E00), ("alt+f1", 0x6800), ("up", 0x4800), ("delete", 0x5300),
     ("enter", 0x1C0D),
     ("escape", 0x011B), ("~", 0x297E), ("f12", 0x8600), ("shift+tab", 0x0F00)],
)  # fmt: skip
def test_a_key_has_its_code(program: Assembler, key: str, code: int) -> None:
    machine = PC(program("mov ah, 0\nint 0x16\nmov [0x600], ax\ncli\nhlt"))
    machine.press(key)
    assert machine.run(timeout=30) is End.HALT
    assert hex(machine.memory.u16(0x600)) == hex(code)
    machine.close()


def test_a_key_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        stroke("hyper+x")


def test_text_on_the_screen_is_in_memory(program: Assembler) -> None:
    machine = PC(program(ECHO), say=lambda text: None)
    machine.press("H", "i")
    machine.run(count=50_000)
    assert machine.memory.read(0xB8000, 4) == b"H\x07i\x07"
    assert machine.adapter.cursor == 2
    machine.close()


def test_the_serial_port_is_connected(program: Assembler) -> None:
    sent = bytearray()
    text = """
        mov dx, 0x3fd
    wait_: in al, dx
        test al, 1
        jz wait_
        mov dx, 0x3f8
        in al, dx
        inc al
        out dx, al
        cli
        hlt
    """
    machine = PC(program(text), serial=sent.extend)
    machine.uart.receive(b"A")
    assert machine.run(timeout=30) is End.HALT
    assert sent == b"B"
    machine.close()


def test_the_speaker_is_heard(program: Assembler) -> None:
    heard: list[int] = []
    text = """
        mov al, 0xb6
        out 0x43, al
        mov ax, 1193
        out 0x42, al
        mov al, ah
        out 0x42, al
        in al, 0x61
        or al, 3
        out 0x61, al
        and al, 0xfc
        out 0x61, al
        cli
        hlt
    """
    machine = PC(program(text), bell=heard.append)
    assert machine.run(timeout=30) is End.HALT
    assert heard == [1000, 0]
    machine.close()


def test_option_roms_run_before_the_boot_sector(program: Assembler, tmp_path: Path) -> None:
    # mov word [0x700], 0x1234; retf, with DS 0
    code = bytes.fromhex("55aa01 c706000734 12 cb")
    rom = code.ljust(512, b"\0")
    machine = PC(program("mov ax, [0x700]\nmov [0x702], ax\ncli\nhlt"), option_roms={0xC8000: rom})
    assert machine.run(timeout=30) is End.HALT
    assert machine.memory.u16(0x702) == 0x1234
    machine.close()


WRITE = """
    mov ax, 0x0301
    mov bx, 0x7c00
    mov cx, 2
    xor dx, dx
    mov es, dx
    int 0x13
    cli
    hlt
"""


def test_writes_go_to_the_image_only_when_asked(program: Assembler, tmp_path: Path) -> None:
    for keep in (False, True):
        image = tmp_path / "copy.img"
        image.write_bytes(program(WRITE).read_bytes())
        machine = PC(image, write=keep)
        machine.run(timeout=30)
        machine.close()
        data = image.read_bytes()
        assert (data[512:1024] == data[:512]) is keep


@pytest.mark.parametrize(
    ("kilobytes", "shape"),
    [(360, (40, 2, 9)), (720, (80, 2, 9)), (1200, (80, 2, 15)), (1440, (80, 2, 18)), (2880, (80, 2, 36)),
     (10080, (20, 16, 63))],
)  # fmt: skip
def test_geometry_follows_from_the_size(tmp_path: Path, kilobytes: int, shape: tuple[int, int, int]) -> None:
    image = tmp_path / "disk.img"
    image.write_bytes(bytes(kilobytes << 10))
    disk = Disk(image)
    assert (disk.cylinders, disk.heads, disk.track) == shape
    disk.close()


def test_a_hard_disk_without_a_signature_is_not_booted(tmp_path: Path) -> None:
    image = tmp_path / "disk.img"
    image.write_bytes(bytes(4 << 20))
    said = io.BytesIO()
    assert run_headless(image, timeout=30, out=said) == 0
    assert said.getvalue() == b"No bootable disk.\r\n"


def what_shows(machine: PC) -> tuple[object, ...]:
    cpu = machine.cpu
    return machine.memory.read(0, 1 << 20), [cpu.get(i) for i in range(16)], cpu.rip, cpu.icount, cpu.now


def test_a_machine_goes_back_to_a_saved_state(program: Assembler) -> None:
    machine = PC(program(ECHO), start=0)
    machine.press("x")
    machine.run(count=20_000)
    state, memory = machine.save(), machine.memory.read(0, 1 << 20)
    machine.press("y")
    machine.run(count=30_000)
    later = what_shows(machine)
    machine.memory.write(0, memory)
    machine.restore(state)
    machine.press("y")
    machine.run(count=30_000)
    assert what_shows(machine) == later
    machine.close()
