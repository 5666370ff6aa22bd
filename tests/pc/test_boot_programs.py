"""Our boot programs, each of which shows one thing, here and under qemu."""

import io
import shutil
import subprocess
from pathlib import Path

import pytest

from blinkenlights.pc import run_headless
from tests.pc.conftest import SOURCES, assemble

PASS = 33  # what verdict.inc ends with
PROGRAMS = sorted(SOURCES.glob("*.asm"))
NO_QEMU = {
    # program: what qemu does otherwise, and who is right by the manual
    "syscall_in_real_mode": "SYSCALL in real mode is our own call to the host",
}  # fmt: skip


def verdict(status: int) -> str:
    return "pass" if status == PASS else f"check {status >> 1}" if status & 1 else f"status {status}"


@pytest.mark.parametrize("source", PROGRAMS, ids=lambda path: path.stem)
def test_boot_program_passes(source: Path) -> None:
    said = io.BytesIO()
    status = run_headless(assemble(source), timeout=30, out=said)
    assert verdict(status) == "pass", said.getvalue()


@pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="qemu-system-x86_64 isn't here")
@pytest.mark.parametrize("source", PROGRAMS, ids=lambda path: path.stem)
def test_boot_program_passes_under_qemu(source: Path) -> None:
    if source.stem in NO_QEMU:
        pytest.skip(NO_QEMU[source.stem])
    command = [
        "qemu-system-x86_64", "-display", "none", "-no-reboot", "-m", "16", "-snapshot",
        "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
        "-drive", f"file={assemble(source)},format=raw,if=floppy",
    ]  # fmt: skip
    done = subprocess.run(command, timeout=60, stdin=subprocess.DEVNULL, capture_output=True)
    assert verdict(done.returncode) == "pass", done.stderr
