"""Who has written to a variable last: a program is run to its end, and then back to that moment.

    python examples/last_write.py SYMBOL[+N] PROGRAM ARGS...
"""

import argparse

from blinkenlights import Machine, Stop
from blinkenlights.debugger.frames import frames_of


def main() -> None:
    parser = argparse.ArgumentParser(description="Find the last write to a variable, with its calls.")
    parser.add_argument("--size", type=int, default=8, help="bytes of the variable")
    parser.add_argument("variable", help="a symbol of the program or its libraries, or an address")
    parser.add_argument("program", nargs=argparse.REMAINDER, help="the program and its arguments")
    options = parser.parse_args()
    if not options.program:
        parser.error("there is no program")
    with Machine.load(options.program[0], options.program, record=True) as machine:
        print(machine.run())
        try:
            machine.add_watchpoint(options.variable, options.size)
        except ValueError as problem:
            parser.error(str(problem))
        reason = machine.reverse_continue()
        if reason.kind is not Stop.WATCHPOINT or reason.access is None:
            print("Nothing has written to it.")
            return
        print(f"At tick {machine.tick:,}: {reason}")
        machine.reverse_step()
        for number, frame in enumerate(frames_of(machine)):
            print(f"#{number} {frame.name}")


if __name__ == "__main__":
    main()
