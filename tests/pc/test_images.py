"""Real boot loaders and programs, from Debian's packages: they come to their screens."""

import shutil
import subprocess
from pathlib import Path

import pytest

from blinkenlights import Machine, Stop
from blinkenlights.debugger.history import History
from blinkenlights.pc.machine import PC, End
from blinkenlights.pc.memory import read_option_roms
from blinkenlights.pc.screen import text_lines
from tests.pc.conftest import SOURCES, assemble

MIB = 1 << 20
PATIENCE = 240  # seconds; most take a few


def need(*things: str) -> None:
    """Programs by name, files by path."""
    for thing in things:
        there = Path(thing).exists() if thing.startswith("/") else shutil.which(thing, path=PLACES)
        if not there:
            pytest.skip(f"{thing} isn't here")


PLACES = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"


def run(*command: str | Path) -> None:
    subprocess.run(command, check=True, capture_output=True, env={"PATH": PLACES})


def shows(machine: PC, text: str) -> str:
    """Run until a text is on the screen, which is returned."""
    for _ in range(PATIENCE):
        machine.run(timeout=1)
        screen = "\n".join(text_lines(machine))
        if text in screen:
            return screen
    raise AssertionError(f"no {text!r} on this screen:\n{screen}")


def syslinux_disk(folder: Path, configuration: str, **files: str) -> Path:
    """A FAT floppy with SYSLINUX on it."""
    need("syslinux", "mcopy", "mkfs.fat")
    image = folder / "disk.img"
    image.write_bytes(bytes(2880 << 10))
    run("mkfs.fat", "-F", "12", image)
    settings = folder / "syslinux.cfg"
    settings.write_text(configuration)
    run("mcopy", "-i", image, settings, "::/")
    for name, source in files.items():
        need(source)
        run("mcopy", "-i", image, source, f"::/{name}")
    run("syslinux", "--install", image)
    return image


KERNEL = "DEFAULT k\nLABEL k\nKERNEL kernel\n"


def test_syslinux_loads_from_a_fat_floppy(tmp_path: Path) -> None:
    image = syslinux_disk(tmp_path, "PROMPT 1\nSAY greetings from the floppy\nLABEL x\nKERNEL nothing\n")
    machine = PC(image, start=0)
    assert "greetings from the floppy" in shows(machine, "boot:")
    machine.press("x", "enter")
    shows(machine, "nothing")
    machine.close()


@pytest.mark.parametrize("kind", ["ia32", "x64"])
def test_memtest_tests_memory(tmp_path: Path, kind: str) -> None:
    image = syslinux_disk(tmp_path, KERNEL, kernel=f"/boot/memtest86+{kind}.bin")
    machine = PC(image, start=0, ram=16 * MIB)
    screen = shows(machine, "Errors: 0")
    assert "Memory  :   16MB" in screen
    machine.close()


def test_ipxe_comes_to_its_prompt(tmp_path: Path) -> None:
    image = syslinux_disk(tmp_path, KERNEL, kernel="/boot/ipxe.lkrn")
    machine = PC(image, start=0, ram=64 * MIB)
    shows(machine, "iPXE initialising")  # the offer to press Ctrl-B passes quickly where time does
    machine.press("ctrl+b")
    shows(machine, "iPXE>")
    machine.close()


def grub_disk(folder: Path) -> Path:
    """A hard disk with GRUB and its menu in the sectors behind the boot sector."""
    boot = "/usr/lib/grub/i386-pc/boot.img"
    need("grub-mkimage", boot)
    menu = folder / "grub.cfg"
    entries = ('menuentry "The first" { echo one }', 'menuentry "The second" { echo two }')
    menu.write_text("\n".join(("set timeout=-1", *entries, "")))
    archive = folder / "menu.tar"
    run("tar", "-C", folder, "-cf", archive, "grub.cfg")
    core = folder / "core.img"
    modules = ("biosdisk", "part_msdos", "fat", "normal", "configfile", "echo", "memdisk", "tar", "test")
    run("grub-mkimage", "-O", "i386-pc", "-m", archive, "-p", "(memdisk)", "-o", core, *modules)
    image = folder / "disk.img"
    sectors = bytearray(Path(boot).read_bytes())
    sectors[510:512] = b"\x55\xaa"
    image.write_bytes((bytes(sectors) + core.read_bytes()).ljust(8 * MIB, b"\0"))
    return image


def test_grub_shows_its_menu(tmp_path: Path) -> None:
    machine = PC(grub_disk(tmp_path), start=0, ram=64 * MIB)
    screen = shows(machine, "The second")
    assert "*The first" in screen
    machine.press("down")
    shows(machine, "*The second")
    machine.close()


def test_seabios_boots_a_hard_disk(tmp_path: Path) -> None:
    bios, video = "/usr/share/seabios/bios.bin", "/usr/share/seabios/vgabios-isavga.bin"
    need(bios, video)
    said: list[bytes] = []
    roms = read_option_roms([video])
    machine = PC(grub_disk(tmp_path), bios=bios, option_roms=roms, start=0, ram=64 * MIB, say=said.append)
    shows(machine, "The second")
    log = b"".join(said)
    for text in (b"SeaBIOS (version", b"ATA-6 Hard-Disk (8 MiBytes)", b"PS2 keyboard initialized"):
        assert text in log
    machine.press("down")
    shows(machine, "*The second")
    machine.close()


def test_seabios_shows_its_banner(tmp_path: Path) -> None:
    bios, video = "/usr/share/seabios/bios.bin", "/usr/share/seabios/vgabios-isavga.bin"
    need(bios, video)
    image = tmp_path / "disk.img"
    image.write_bytes(b"\xeb\xfe".ljust(510, b"\0") + b"\x55\xaa" + bytes(8 * MIB - 512))  # JMP $
    machine = PC(image, bios=bios, option_roms=read_option_roms([video]), start=0)
    assert "SeaBIOS (version" in shows(machine, "Booting from Hard Disk")
    machine.close()


def test_seabios_without_a_display_boots_and_is_gone_back_to() -> None:
    bios = "/usr/share/seabios/bios.bin"
    need(bios)
    image = assemble(SOURCES / "hard_disks_are_read_by_packets.asm")
    with Machine.boot(image, bios=bios, record=True) as machine:
        end = machine.run(timeout=PATIENCE)
        assert (end.kind, end.status) == (Stop.EXIT, 33)
        assert isinstance(machine.history, History)
        last, there = machine.history.digest(), machine.tick
        machine.seek(0)
        assert machine.regs.rip == 0xFFF0
        machine.run()
        assert (machine.tick, machine.history.digest()) == (there, last)


def test_memdisk_boots_a_floppy_from_memory(tmp_path: Path) -> None:
    image = syslinux_disk(
        tmp_path, "DEFAULT k\nLABEL k\nKERNEL memdisk\nAPPEND initrd=floppy.img\n",
        **{"memdisk": "/usr/lib/syslinux/memdisk",
           "floppy.img": str(assemble(SOURCES / "disks_are_read_and_written_by_cylinder.asm"))},
    )  # fmt: skip
    machine = PC(image, start=0)
    assert machine.run(timeout=PATIENCE) is End.EXIT
    assert machine.exited == 33
    machine.close()


def cd(folder: Path, boot: str, *options: str) -> Path:
    """An image of what is in a folder, that boots one of its files."""
    image = folder.with_suffix(".iso")
    tool = ("xorriso", "-as", "mkisofs", "-quiet", "-o", image, "-b", boot, "-c", "boot.cat")
    run(*tool, *options, folder)
    return image


def test_isolinux_loads_from_a_cd(tmp_path: Path) -> None:
    loader, library = "/usr/lib/ISOLINUX/isolinux.bin", "/usr/lib/syslinux/modules/bios/ldlinux.c32"
    need("xorriso", loader, library)
    folder = tmp_path / "cd"
    folder.mkdir()
    for source in (loader, library):
        shutil.copy(source, folder)
    (folder / "isolinux.cfg").write_text("PROMPT 1\nSAY greetings from the CD\nLABEL x\nKERNEL nothing\n")
    image = cd(folder, "isolinux.bin", "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table")
    machine = PC(image, start=0)
    assert "greetings from the CD" in shows(machine, "boot:")
    machine.press("x", "enter")
    shows(machine, "nothing")
    machine.close()


def test_grub_shows_its_menu_from_a_cd(tmp_path: Path) -> None:
    need("xorriso", "grub-mkrescue", "/usr/lib/grub/i386-pc/cdboot.img")
    menu = tmp_path / "cd" / "boot" / "grub" / "grub.cfg"
    menu.parent.mkdir(parents=True)
    menu.write_text('set timeout=-1\nmenuentry "from the CD" { echo }\n')
    image = tmp_path / "cd.iso"
    run("grub-mkrescue", "-d", "/usr/lib/grub/i386-pc", "-o", image, tmp_path / "cd")
    machine = PC(image, start=0, ram=64 * MIB)
    shows(machine, "*from the CD")
    machine.close()


def archive(files: dict[str, tuple[int, bytes]]) -> bytes:
    """A cpio archive in the new portable format, of names with modes and contents."""
    parts = []
    for number, (name, (mode, data)) in enumerate({**files, "TRAILER!!!": (0, b"")}.items(), 1):
        device = (5, 1) if mode & 0o170000 == 0o020000 else (0, 0)  # the console
        fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(name) + 1, 0)
        head = b"070701" + b"".join(b"%08X" % field for field in fields) + name.encode() + b"\0"
        parts += [head.ljust(-(-len(head) // 4) * 4, b"\0"), data.ljust(-(-len(data) // 4) * 4, b"\0")]
    return b"".join(parts)


INIT = b"""#!/bin/busybox sh
/bin/busybox echo userland says hello
/bin/busybox uname
while read line; do /bin/busybox $line; done
"""


def test_linux_comes_to_a_shell(tmp_path: Path) -> None:
    """With a kernel of Debian's, if there is one: memory, interrupts and processes as they use them."""
    kernels = sorted(Path("/boot").glob("vmlinuz-*"))
    busybox = Path("/bin/busybox")
    loader, library = "/usr/lib/ISOLINUX/isolinux.bin", "/usr/lib/syslinux/modules/bios/ldlinux.c32"
    need("xorriso", loader, library, str(busybox), str(kernels[0]) if kernels else "/boot/vmlinuz")
    folder = tmp_path / "cd"
    folder.mkdir()
    for source in (loader, library):
        shutil.copy(source, folder)
    shutil.copy(kernels[0], folder / "linux")
    files = {
        "bin": (0o040755, b""), "dev": (0o040755, b""), "dev/console": (0o020600, b""),
        "bin/busybox": (0o100755, busybox.read_bytes()), "init": (0o100755, INIT),
    }  # fmt: skip
    (folder / "initrd").write_bytes(archive(files))
    settings = ("DEFAULT l", "LABEL l", "KERNEL linux", "INITRD initrd", "APPEND console=ttyS0", "")
    (folder / "isolinux.cfg").write_text("\n".join(settings))
    image = cd(folder, "isolinux.bin", "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table")
    sent = bytearray()
    machine = PC(image, start=0, ram=256 * MIB, serial=sent.extend)

    def says(text: bytes) -> None:
        for _ in range(PATIENCE):
            if text in sent:
                return
            machine.run(timeout=1)
        raise AssertionError(f"no {text!r}: {bytes(sent[-2000:])!r}")

    says(b"userland says hello\r\nLinux\r\n")
    machine.receive(b"expr 1234 + 4321\n")
    says(b"\r\n5555\r\n")
    machine.close()
