"""The system calls of a program, with their arguments and results; strings are shown as such.

    python examples/trace_calls.py /bin/echo hello
"""

import argparse
import os

from blinkenlights import GuestFault, Machine
from blinkenlights.machine import SystemCall
from blinkenlights.tables.syscalls import BY_NUMBER

LONGEST = 60


def argument(machine: Machine, kind: str, value: int) -> str:
    """One argument, by what the table of system calls says of it."""
    if kind.startswith("path"):
        try:
            return repr(os.fsdecode(machine.memory.cstring(value)[:LONGEST]))
        except (GuestFault, OSError):
            pass
    if kind.rstrip(":") in ("fd", "dirfd", "size", "off", "pid") or value < 10:
        return str(value - (1 << 32) if 0 <= value - 0xFFFFFF00 < 0x100 else value)
    return f"{value:#x}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Show the system calls of a program.")
    parser.add_argument("--only", help="show this call alone")
    parser.add_argument("program", nargs=argparse.REMAINDER, help="the program and its arguments")
    options = parser.parse_args()
    if not options.program:
        parser.error("there is no program")

    def leave(call: SystemCall) -> None:
        row = BY_NUMBER.get(call.number)
        kinds = row[2].split() if row is not None else []
        words = ", ".join(argument(machine, *pair) for pair in zip(kinds, call.arguments, strict=False))
        result = call.result or 0
        error = f" ({os.strerror(-result)})" if -4096 < result < 0 else ""
        print(f"{machine.tick:>12,}  {call.name}({words}) = {result:#x}{error}")

    with Machine.load(options.program[0], options.program) as machine:
        machine.hook_syscall(options.only, exit=leave)
        print(machine.run())


if __name__ == "__main__":
    main()
