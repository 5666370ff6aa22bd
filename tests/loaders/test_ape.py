"""Actually Portable Executables: an ELF header in a shell script's printf."""

import os
import struct
from pathlib import Path
from struct import Struct

import pytest

from blinkenlights.loaders import BadProgram, ape

SHIFT = 8192

EHDR = Struct("<16sHHIQQQIHHH6x")
PHDR = Struct("<IIQQQQQQ")


def octal(data: bytes, plain: bool = False) -> bytes:
    """As printf's format; with `plain`, letters stay letters."""
    return b"".join(
        bytes([byte]) if plain and chr(byte).isalnum() and not chr(byte).isdigit() else b"\\%o" % byte
        if plain else b"\\%03o" % byte for byte in data)


def portable(program: bytes, magic: bytes = b"MZqFpD='\n", other: bytes = b"", plain: bool = False) -> bytes:
    """An x86-64 ELF program as a portable executable: all that is in the file moves by 8 KiB."""
    fields = list(EHDR.unpack(program[:EHDR.size]))
    phoff, phnum = fields[5], fields[10]
    fields[5] += SHIFT
    header = EHDR.pack(*fields)
    body = bytearray(program)
    for i in range(phnum):
        at = phoff + i * PHDR.size
        entry = list(PHDR.unpack(body[at:at + PHDR.size]))
        entry[2] += SHIFT
        body[at:at + PHDR.size] = PHDR.pack(*entry)
    script = magic + b"nothing to see'\n#'\"\n" + other
    script += b"printf '" + octal(header, plain) + b"' >&7\nexit 3\n"
    return script.ljust(SHIFT, b"\n") + bytes(body)


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("magic", [b"MZqFpD='\n", b"jartsr='\n"])
@pytest.mark.parametrize("plain", [False, True], ids=["three-digits", "fewest"])
def test_a_portable_executable_runs(guest, blink, tmp_path, magic, plain):
    program = guest("hello.c", "static-glibc").read_bytes()
    outcome = blink([written(tmp_path / "hello.com", portable(program, magic, plain=plain)), "world"])
    assert outcome.stdout.startswith(b"hello world"), outcome


def test_the_header_for_this_machine_is_taken_from_several(guest, blink, tmp_path):
    program = guest("hello.c").read_bytes()
    arm = bytearray(program[:64])
    arm[18:20] = struct.pack("<H", 183)
    other = b"case $(uname -m) in aarch64) printf '" + octal(bytes(arm)) + b"'\n;; esac\n"
    outcome = blink([written(tmp_path / "hello.com", portable(program, other=other)), "world"])
    assert outcome.stdout.startswith(b"hello world"), outcome


def test_a_portable_executable_is_run_by_execve(guest, blink, tmp_path, program):
    path = written(tmp_path / "hello.com", portable(guest("hello.c").read_bytes()))
    outcome = blink([program("sh"), "-c", f"{path} again; echo $?"])
    assert b"hello again" in outcome.stdout, outcome


@pytest.mark.parametrize(("data", "reason"), [
    (b"MZqFpD='\n", "portable executable has no ELF header"),
    (b"jartsr='\nprintf '\\177ELF'", "portable executable has no ELF header"),
    (b"MZqFpD='" + b"\n" * 8192 + b"printf '" + octal(b"\x7fELF" + bytes(60)) + b"'", "no ELF header"),
    (b"MZqFpD='\nprintf '" + octal(b"\x7fELF\2\1\1" + bytes(11) + b"\xb7" + bytes(45)) + b"'",
     "not for x86-64"),
    (b"MZqFpD='\nprintf '" + octal(b"\x7fELF\2\1\1" + bytes(9) + b"\2\0\x3e" + bytes(45)) + b"'",
     "ELF program headers have a wrong size (0)"),
    (b"MZq other", "program is for Windows"),
    (b"jar of jam", "unknown file format"),
])
def test_a_damaged_one_is_one_line_and_126(blink, tmp_path, data, reason):
    outcome = blink([written(tmp_path / "bad.com", data)])
    assert outcome.status == 126
    assert reason in outcome.stderr.decode() and outcome.stderr.count(b"\n") == 1


def test_escapes_are_read_as_printf_reads_them():
    assert ape.unescaped(b"\\1a\\0123\\x\\'tail", 0) == b"\x01a\x0a3\\x\\"
    with pytest.raises(BadProgram):
        ape.elf_header(b"jartsr='\n" + os.urandom(8192).replace(b"printf", b""))
