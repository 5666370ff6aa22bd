"""Which functions of a program ran: the addresses of its blocks, counted in batches.

    python examples/coverage.py /bin/true
"""

import argparse
from collections import Counter
from struct import iter_unpack

from blinkenlights import Machine
from blinkenlights.api import events


def main() -> None:
    parser = argparse.ArgumentParser(description="Show which functions of a program ran.")
    parser.add_argument("--most", type=int, default=20, help="how many functions to show")
    parser.add_argument("program", nargs="+", help="the program and its arguments")
    options = parser.parse_args()
    blocks: Counter[int] = Counter()

    def count(records: memoryview) -> None:
        blocks.update(record[1] for record in iter_unpack(events.FORMAT, records))

    with Machine.load(options.program[0], options.program) as machine:
        recorded = machine.events("block", 1 << 16, on_full=count)
        print(machine.run())
        count(recorded.read())
        functions: dict[str, tuple[int, int]] = {}
        for address, times in blocks.items():
            location = machine.symbols.lookup(address)
            name = str(location).partition("+")[0] if location is not None else "unknown"
            seen, total = functions.get(name, (0, 0))
            functions[name] = (seen + 1, total + times)
    for name, (seen, total) in sorted(functions.items(), key=lambda entry: -entry[1][1])[: options.most]:
        print(f"{total:10} times {seen:5} blocks  {name}")


if __name__ == "__main__":
    main()
