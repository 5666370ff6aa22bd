"""What `bin/blink` starts with: packed modules, or the sources where those are newer or nothing is packed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runner import environment

ROOT = Path(__file__).parent.parent.parent
PACKAGE = ROOT / "src" / "blinkenlights"
PACK = "start.bin"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The package and its command at another place: links, but for the command's own module and the pack."""
    if not (PACKAGE / PACK).exists():
        pytest.skip("nothing was packed when this tree was built")
    package = tmp_path / "src" / "blinkenlights"
    for source, place in ((PACKAGE, package), (PACKAGE / "cli", package / "cli")):
        place.mkdir(parents=True)
        for path in source.iterdir():
            if path.name not in ("cli", "__pycache__", "blink.py", PACK):
                (place / path.name).symlink_to(path)
    shutil.copy2(PACKAGE / "cli" / "blink.py", package / "cli")
    shutil.copy2(PACKAGE / PACK, package)
    (tmp_path / "bin").mkdir()
    shutil.copy2(ROOT / "bin" / "blink", tmp_path / "bin")
    (tmp_path / "bin" / "python3").symlink_to(sys.executable)
    return tmp_path


def start(tree: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [str(tree / "bin" / "blink"), *words]
    return subprocess.run(command, env=environment(tree), capture_output=True, text=True, timeout=60)


def change(tree: Path) -> None:
    """Another text of the same length in the source."""
    source = tree / "src" / "blinkenlights" / "cli" / "blink.py"
    text = source.read_text()
    assert "usage: blink" in text
    source.write_text(text.replace("usage: blink", "usage: BLINK"))


def test_packed_modules_are_what_a_start_takes(tree: Path) -> None:
    source = tree / "src" / "blinkenlights" / "cli" / "blink.py"
    times = source.stat()
    change(tree)
    os.utime(source, ns=(times.st_atime_ns, times.st_mtime_ns))  # nobody can tell that it has changed
    assert start(tree, "--help").stdout.startswith("usage: blink")


def test_a_source_that_changed_after_the_build_counts(tree: Path) -> None:
    change(tree)
    assert start(tree, "--help").stdout.startswith("usage: BLINK")


def test_what_finds_modules_counts_if_it_changed_after_the_build(tree: Path) -> None:
    source = tree / "src" / "blinkenlights" / "bundles.py"
    text = source.read_text()
    source.unlink()  # a link
    source.write_text(text + "\nprint('found by the new one', file=sys.stderr)\n")
    done = start(tree, "echo", "still here")
    assert (done.stdout, done.stderr, done.returncode) == ("still here\n", "found by the new one\n", 0)


def test_a_source_of_another_length_counts(tree: Path) -> None:
    source = tree / "src" / "blinkenlights" / "cli" / "blink.py"
    times = source.stat()
    source.write_text(source.read_text().replace("usage: blink", "how to: blink"))
    os.utime(source, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert start(tree, "--help").stdout.startswith("how to: blink")


@pytest.mark.parametrize("content", [None, b"", b"other bytes than this Python's magic number"])
def test_without_a_pack_of_this_python_the_sources_count(tree: Path, content: bytes | None) -> None:
    pack = tree / "src" / "blinkenlights" / PACK
    pack.unlink()
    if content is not None:
        pack.write_bytes(content)
    change(tree)
    done = start(tree, "echo", "still here")
    assert (done.stdout, done.returncode) == ("still here\n", 0), done.stderr
    assert start(tree, "--help").stdout.startswith("usage: BLINK")
