"""What a program does when a system call fails: the n-th one of its name gets an error.

    python examples/fault_injection.py --at 2 write ENOSPC /bin/sh -c 'echo 1; echo 2 || echo 3'
"""

import argparse
import errno

from blinkenlights import Machine
from blinkenlights.machine import SystemCall


def main() -> None:
    parser = argparse.ArgumentParser(description="Let a system call of a program fail.")
    parser.add_argument("name", help="of the system call")
    parser.add_argument("error", help="as ENOSPC")
    parser.add_argument("--at", type=int, default=1, help="which call of that name fails, from 1")
    parser.add_argument("program", nargs=argparse.REMAINDER, help="the program and its arguments")
    options = parser.parse_args()
    number = getattr(errno, options.error, None)
    if number is None or not options.program:
        parser.error("there is no such error" if number is None else "there is no program")
    count = 0

    def enter(call: SystemCall) -> int | None:
        nonlocal count
        count += 1
        return -number if count == options.at else None

    with Machine.load(options.program[0], options.program) as machine:
        machine.hook_syscall(options.name, enter=enter)
        print(f"{machine.run()} ({count} calls of {options.name})")


if __name__ == "__main__":
    main()
