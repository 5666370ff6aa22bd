"""Our boot programs, each of which shows one thing, here and under qemu."""

import io
import shutil
import subprocess
from pathlib import Path

import pytest

from blinkenlights.pc import run_headless
from tests.pc.conftest import SOURCES, assemble, is_for_hard_disk

PASS = 33  # what verdict.inc ends with
PROGRAMS = sorted(SOURCES.glob("*.asm"))
NO_QEMU = {
    # program: where qemu 7.2's emulation does otherwise than the manual says
    "syscall_in_real_mode": "SYSCALL in real mode is our own call to the host",
    "words_do_not_wrap_at_ffff": "no segment limits",
    "implied_operands_do_not_wrap_at_ffff": "no segment limits",
    "segment_limits_are_checked": "no segment limits",
    "limits_hold_for_wide_operations": "no segment limits",
    "segment_types_limit_access": "no segment types",
    "compatibility_mode_has_segments": "no segment limits",
    "far_jumps_set_the_accessed_bit": "far jumps don't set it",
    "faults_push_rf": "RF is pushed as 0",
    "page_faults_say_what_happened": "the error code of a read-modify-write is a read's",
    "accesses_cross_into_any_page": "the error code of a read-modify-write is a read's",
    "pae_has_three_levels": "the error code for reserved bits lacks P",
    "pages_of_2_mib_and_1_gib": "the error code for reserved bits lacks P",
    "addresses_must_be_canonical": "#GP where the stack's address is not canonical",
    "cr8_and_wide_control_registers": "reserved bits of CR8 are ignored",
    "ring_3_of_long_mode": "the error code of INT n counts gates of 16 bytes",
    "fs_and_gs_bases": "WRMSR takes addresses that are not canonical",
    "time_stamps_advance": "WRMSR does not set the time-stamp counter",
    "resets_may_go_on_in_real_mode": "its BIOS begins anew after each reset",
    "x87_errors_come_as_interrupt_13": "FERR# ends it with an assertion",
}  # fmt: skip


OTHER_STATUS = {"acpi_powers_the_machine_off": 0}  # programs whose end is their verdict

RESETS = {"resets_start_from_the_reset_vector"}


def verdict(source: Path, status: int) -> str:
    if status == OTHER_STATUS.get(source.stem, PASS):
        return "pass"
    return f"check {status >> 1}" if status & 1 else f"status {status}"


@pytest.mark.parametrize("source", PROGRAMS, ids=lambda path: path.stem)
def test_boot_program_passes(source: Path) -> None:
    said = io.BytesIO()
    status = run_headless(assemble(source), timeout=30, out=said)
    assert verdict(source, status) == "pass", said.getvalue()


@pytest.mark.skipif(shutil.which("qemu-system-x86_64") is None, reason="qemu-system-x86_64 isn't here")
@pytest.mark.parametrize("source", PROGRAMS, ids=lambda path: path.stem)
def test_boot_program_passes_under_qemu(source: Path) -> None:
    if source.stem in NO_QEMU:
        pytest.skip(NO_QEMU[source.stem])
    reboot = () if source.stem in RESETS else ("-no-reboot",)
    kind = "ide" if is_for_hard_disk(source) else "floppy"
    command = [
        "qemu-system-x86_64", "-display", "none", *reboot, "-m", "16", "-snapshot",
        "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
        "-drive", f"file={assemble(source)},format=raw,if={kind}",
    ]  # fmt: skip
    done = subprocess.run(command, timeout=60, stdin=subprocess.DEVNULL, capture_output=True)
    assert verdict(source, done.returncode) == "pass", done.stderr
