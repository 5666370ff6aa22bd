"""Actually Portable Executables: a shell script, a Windows program and an ELF program in one file.

The file begins with an assignment in shell's language, whose name is the magic. Somewhere in the
script that follows, within the first 8 KiB, `printf '...'` writes an ELF header in octal escapes,
once for each machine; what it says of the program's segments is true of the file as it is. So the
header for this machine is all that must be found.
"""

from errno import ENOEXEC

from blinkenlights.loaders import BadProgram

MAGICS = (b"MZqFpD='", b"jartsr='")
SEARCHED = 8192
COMMAND = b"printf '"
EHDR_SIZE = 64
ELF_MAGIC = b"\x7fELF"
MACHINE = slice(18, 20)
X86_64 = b"\x3e\0"
ESCAPE = ord("\\")
QUOTE = ord("'")
DIGITS = range(ord("0"), ord("8"))
MOST_DIGITS = 3


def elf_header(head: bytes) -> bytes:
    """The ELF header for x86-64 that the script in a file's first bytes would write."""
    head = head[:SEARCHED]
    others = False
    at = head.find(COMMAND)
    while at >= 0:
        text = unescaped(head, at + len(COMMAND))
        if len(text) >= EHDR_SIZE and text[:4] == ELF_MAGIC:
            if text[MACHINE] == X86_64:
                return text[:EHDR_SIZE]
            others = True
        at = head.find(COMMAND, at + 1)
    raise BadProgram(
        ENOEXEC,
        "portable executable is not for x86-64" if others else "portable executable has no ELF header",
    )


def unescaped(data: bytes, at: int) -> bytes:
    """What printf makes of the text from `at` to the next quote, as far as it is numbers in octal."""
    result = bytearray()
    while at < len(data) and data[at] != QUOTE and len(result) < EHDR_SIZE:
        byte = data[at]
        at += 1
        if byte == ESCAPE:
            value = digits = 0
            while digits < MOST_DIGITS and at < len(data) and data[at] in DIGITS:
                value = value * 8 + data[at] - DIGITS.start
                at += 1
                digits += 1
            if digits:
                byte = value & 0xFF
        result.append(byte)
    return bytes(result)
