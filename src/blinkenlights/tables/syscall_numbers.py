"""The numbers of system calls by name, which a start of `blink` has no use for."""

from blinkenlights.tables.syscalls import SYSCALLS

NUMBERS = {row[1]: row[0] for row in SYSCALLS}
