"""`#!` scripts, as the kernel reads their first line."""

from errno import EACCES, ENOEXEC

from blinkenlights.loaders import BadProgram

MAGIC = b"#!"
LINE = 256  # what the kernel looks at (BINPRM_BUF_SIZE)
DEEPEST = 5  # interpreters that are scripts themselves
BLANK = b" \t"


def interpreter(head: bytes) -> tuple[bytes, bytes | None]:
    """The interpreter's path and its one optional argument, from a script's first bytes."""
    buffer = head[:LINE]
    newline = buffer.find(b"\n")
    line = buffer[2:newline] if newline >= 0 else buffer[2 : LINE - 1]
    complete = newline >= 0 or len(buffer) < LINE
    line = line.split(b"\0", 1)[0].lstrip(BLANK)
    path, blank, rest = _first_word(line)
    if not path:
        # without a newline the kernel takes what is there, nothing, for the interpreter
        raise BadProgram(ENOEXEC if newline >= 0 or not complete else EACCES, "script names no interpreter")
    if not complete and not blank:
        raise BadProgram(ENOEXEC, "script's interpreter has too long a name")
    argument = rest.strip(BLANK)
    return path, argument or None


def _first_word(line: bytes) -> tuple[bytes, bytes, bytes]:
    for i in range(len(line)):
        if line[i] in BLANK:
            return line[:i], line[i : i + 1], line[i + 1 :]
    return line, b"", b""
