"""Against Unicorn 2, one run: the same machine code by both APIs, a line for each comparison.

    python -m benchmarks.unicorn_comparison [--fib N] [--hooked N]

Needs the package `unicorn`; without it only our figures are shown. Calls and events are counted, not assumed.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable

from blinkenlights import Machine

try:
    import unicorn  # type: ignore[import-not-found, unused-ignore]
    from unicorn import x86_const  # type: ignore[import-not-found, unused-ignore]
except ImportError:
    unicorn = None  # type: ignore[assignment, unused-ignore]

# call fib; hlt; fib: the usual one, with its argument in EDI and its result in EAX
FIB = bytes.fromhex("e801000000f483ff027d0389f8c3535589fb8d7bffe8ecffffff89c58d7bfee8e2ffffff01e85d5bc3")
BASE = 0x400000
STACK = 0x700000
CAPACITY = 1 << 12


def code(n: int) -> bytes:
    return b"\xbf" + n.to_bytes(4, "little") + FIB


def ours(n: int, jit: bool) -> Machine:
    return Machine.from_bytes(code(n), BASE, jit=jit)


def theirs(n: int) -> "unicorn.Uc":
    machine = unicorn.Uc(unicorn.UC_ARCH_X86, unicorn.UC_MODE_64)
    machine.mem_map(BASE, 0x1000)
    machine.mem_map(STACK - 0x10000, 0x10000)
    machine.mem_write(BASE, code(n))
    machine.reg_write(x86_const.UC_X86_REG_RSP, STACK - 64)
    return machine


def timed(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def fib(n: int) -> int:
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


def show(what: str, mine: float, other: float | None, unit: str, more_is_better: bool) -> None:
    if other is None:
        print(f"{what:28} {mine:12.3f} {'-':>12} {unit}")
        return
    ratio = mine / other if more_is_better else other / mine
    print(f"{what:28} {mine:12.3f} {other:12.3f} {unit:18} {ratio:6.1f} times")


def compare_fib(n: int) -> None:
    machine = ours(n, True)
    mine = timed(machine.run)
    assert machine.regs.eax == fib(n)
    other = None
    if unicorn is not None:
        guest = theirs(n)
        other = timed(lambda: guest.emu_start(BASE, BASE + 10))
        assert guest.reg_read(x86_const.UC_X86_REG_EAX) == fib(n)
    show(f"fib({n}), translated", mine, other, "seconds", False)


def compare_code_hook(n: int) -> None:
    counts = [0, 0]

    def mine(address: int, size: int) -> None:
        counts[0] += 1

    def other(machine: object, address: int, size: int, data: object) -> None:
        counts[1] += 1

    machine = ours(n, False)
    machine.hook_code(mine)
    rate = timed(machine.run)
    first = counts[0] / rate / 1e6
    second = None
    if unicorn is not None:
        guest = theirs(n)
        guest.hook_add(unicorn.UC_HOOK_CODE, other)
        second = timed(lambda: guest.emu_start(BASE, BASE + 10))
        second = counts[1] / second / 1e6
    show("code hook", first, second, "million calls/s", True)


def compare_memory_hook(n: int) -> None:
    counts = [0, 0]

    def mine(access: str, address: int, size: int, value: int) -> None:
        counts[0] += 1

    def other(machine: object, access: int, address: int, size: int, value: int, data: object) -> None:
        counts[1] += 1

    machine = ours(n, False)
    machine.hook_memory(mine)
    rate = timed(machine.run)
    first = counts[0] / rate / 1e6
    second = None
    if unicorn is not None:
        guest = theirs(n)
        guest.hook_add(unicorn.UC_HOOK_MEM_READ | unicorn.UC_HOOK_MEM_WRITE, other)
        second = timed(lambda: guest.emu_start(BASE, BASE + 10))
        second = counts[1] / second / 1e6
    show("memory hook", first, second, "million calls/s", True)


def batched(n: int, kinds: str) -> None:
    machine = ours(n, False)
    total = 0

    def full(view: memoryview) -> None:
        nonlocal total
        total += len(view)

    events = machine.events(kinds, CAPACITY, on_full=full)
    seconds = timed(machine.run)
    count = total // 40 + len(events)
    show(f"events: {kinds}", count / seconds / 1e6, None, "million events/s", True)


def bare(n: int) -> None:
    machine = ours(n, False)
    seconds = timed(machine.run)
    show("interpreter, checked memory", machine.tick / seconds / 1e6, None, "million instructions/s", True)


def importing() -> None:
    program = "import time; t = time.perf_counter(); import blinkenlights; print(time.perf_counter() - t)"
    times = [float(subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout)
             for _ in range(5)]  # fmt: skip
    show("import blinkenlights", min(times) * 1000, None, "milliseconds", False)


def main() -> None:
    parser = argparse.ArgumentParser(prog="unicorn_comparison", description="Compare with Unicorn 2.")
    parser.add_argument("--fib", type=int, default=32, metavar="N", help="argument of fib for raw speed")
    parser.add_argument("--hooked", type=int, default=24, metavar="N", help="argument of fib with hooks")
    options = parser.parse_args()
    print(f"{'':28} {'blinkenlights':>12} {'unicorn':>12}")
    compare_fib(options.fib)
    compare_code_hook(options.hooked)
    compare_memory_hook(options.hooked)
    batched(options.hooked + 4, "code")
    batched(options.hooked + 2, "read write")
    bare(options.hooked + 4)
    importing()


if __name__ == "__main__":
    main()
