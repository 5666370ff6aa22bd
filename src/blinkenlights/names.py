"""Names of files as bytes and as text, as `os` has it; importing that is a twentieth of a start."""

from sys import getfilesystemencodeerrors, getfilesystemencoding

ENCODING = getfilesystemencoding()
ERRORS = getfilesystemencodeerrors()


def fsdecode(name: bytes) -> str:
    return name.decode(ENCODING, ERRORS)


def fsencode(name: str | bytes) -> bytes:
    return name if isinstance(name, bytes) else name.encode(ENCODING, ERRORS)
