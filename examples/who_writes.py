"""Which instructions write to a variable, and what.

    python examples/who_writes.py SYMBOL[+N] PROGRAM ARGS...
"""

import argparse

from blinkenlights import Machine, Stop


def main() -> None:
    parser = argparse.ArgumentParser(description="Show each write to a variable.")
    parser.add_argument("--size", type=int, default=8, help="bytes of the variable")
    parser.add_argument("--most", type=int, default=20, help="after so many writes, stop")
    parser.add_argument("variable", help="a symbol of the program, or an address")
    parser.add_argument("program", nargs=argparse.REMAINDER, help="the program and its arguments")
    options = parser.parse_args()
    if not options.program:
        parser.error("there is no program")
    with Machine.load(options.program[0], options.program) as machine:
        machine.add_watchpoint(options.variable, options.size)
        for _ in range(options.most):
            reason = machine.run()
            if reason.kind is not Stop.WATCHPOINT or reason.access is None:
                print(reason)
                break
            print(f"{machine.symbols.name(reason.access.rip)}: {reason}")


if __name__ == "__main__":
    main()
