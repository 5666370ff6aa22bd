"""Guest programs, built from the sources beside this file and kept by their content."""

import functools
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

SOURCES = Path(__file__).parent
ROOT = SOURCES.parent.parent
CACHE = ROOT / "build" / "guests"

COMMON = ("-O2", "-g", "-Wall", "-pthread")

# How each kind of executable is made. The last one is for assembly files that need no library.
TOOLCHAINS = {
    "static-musl": ("musl-gcc", "-static", *COMMON),
    "static-glibc": ("gcc", "-static", *COMMON),
    "dynamic-glibc": ("gcc", *COMMON),
    "static-pie": ("gcc", "-static-pie", "-fPIE", *COMMON),
    "bare": ("gcc", "-static", "-nostdlib", "-nostartfiles", "-no-pie", "-Wl,--build-id=none"),
}

C_TOOLCHAINS = tuple(name for name in TOOLCHAINS if name != "bare")


class ToolchainMissing(Exception):
    """The host cannot build this kind of executable."""


@functools.cache
def toolchain_problem(toolchain: str) -> str:
    """Why this host lacks `toolchain`, or an empty string; found out by building an empty program."""
    command = TOOLCHAINS[toolchain]
    if shutil.which(command[0]) is None:
        return f"no {command[0]} on this host"
    entry = "void _start(void) {}\n" if toolchain == "bare" else "int main(void) { return 0; }\n"
    with tempfile.TemporaryDirectory() as directory:
        probe = Path(directory, "probe.c")
        probe.write_text(entry)
        made = subprocess.run([*command, "-o", Path(directory, "probe"), probe],
                              capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if made.returncode:
        return f"{command[0]} cannot make {toolchain} programs here"
    return ""


@functools.cache
def headers_digest(directory: Path) -> bytes:
    return b"".join(header.read_bytes() for header in sorted(directory.glob("*.h")))


def build(source: str | Path, toolchain: str = "static-musl", *options: str) -> Path:
    """The executable made from `source` (a name in this directory, or a path), built once.

    Raises ToolchainMissing where the host cannot make it. Several processes may build the same
    guest at once: each works on its own file and renames it into place.
    """
    path = SOURCES / source if isinstance(source, str) else source
    if problem := toolchain_problem(toolchain):
        raise ToolchainMissing(problem)
    command = [*TOOLCHAINS[toolchain], *options]
    recipe = hashlib.sha256("\0".join(command).encode())
    text = path.read_bytes()
    recipe.update(text)
    for included in re.findall(rb'^#include "([^"]+\.c)"', text, re.MULTILINE):
        recipe.update((path.parent / os.fsdecode(included)).read_bytes())
    if any(word.startswith("-g") for word in command):
        recipe.update(os.fsencode(path))  # which is in it
    for directory in {path.parent, SOURCES}:
        recipe.update(headers_digest(directory))
    target = CACHE / f"{path.stem}-{toolchain}-{recipe.hexdigest()[:12]}"
    if not target.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        fresh = target.with_suffix(f".{os.getpid()}")
        libraries = [] if toolchain == "bare" else ["-lm"]
        made = subprocess.run([*command, "-o", fresh, path, *libraries],
                              capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if made.returncode:
            raise RuntimeError(f"cannot build {path.name} as {toolchain}:\n{made.stderr}")
        fresh.replace(target)
    return target
