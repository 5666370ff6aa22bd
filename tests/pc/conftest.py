"""Boot programs, assembled when they are needed."""

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[1] / "guests" / "boot"
BUILT = Path(__file__).parents[2] / "build" / "guests" / "boot"

FLOPPY, HARD_DISK = 1440 << 10, 2048 << 10


def is_for_hard_disk(source: Path) -> bool:
    return "%define HARD_DISK" in source.read_text()


def assemble(source: Path) -> Path:
    """A disk image of the program, kept under build/ by content. Skips the test where there is no nasm."""
    if shutil.which("nasm") is None:
        pytest.skip("nasm isn't here")
    text = source.read_bytes() + b"".join(path.read_bytes() for path in sorted(SOURCES.glob("*.inc")))
    image = BUILT / f"{source.stem}-{hashlib.sha256(text).hexdigest()[:16]}.img"
    if not image.exists():
        BUILT.mkdir(parents=True, exist_ok=True)
        part = image.with_suffix(f".{id(source)}.part")
        command = ["nasm", "-f", "bin", "-w-all", "-i", f"{SOURCES}/", "-o", str(part), str(source)]
        subprocess.run(command, check=True)
        size = HARD_DISK if is_for_hard_disk(source) else FLOPPY
        with part.open("r+b") as file:
            file.truncate(size)
        part.replace(image)
    return image


def boot_sector(directory: Path, text: str) -> Path:
    """The image of what stands at `test:` of verdict.inc; its source is put into the directory."""
    source = directory / "program.asm"
    source.write_text(f'%include "verdict.inc"\ntest:\n{text}\n    end_of_sector\n')
    return assemble(source)


@pytest.fixture
def image(tmp_path: Path) -> Callable[[str], Path]:
    """The image of a boot sector's text."""
    return lambda text: boot_sector(tmp_path, text)
