"""What `blink -s` prints when a process ends."""

import os
from time import process_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from blinkenlights.linux.task import Process, Task

MOST_MNEMONICS = 8  # of the interpreted ones that are named


def reporter(process: "Process") -> "Callable[[Task], None]":
    """What prints the statistics of `process` and of its forks, each at its end."""
    from blinkenlights.linux.log import raise_fd

    try:
        fd = raise_fd(os.dup(2))  # programs may close theirs first
    except OSError:
        return lambda task: None
    process.private_fds.add(fd)
    first, before = process.pid, process_time()
    if process.options.jit:
        from blinkenlights.jit.run import count_anew_in_children

        count_anew_in_children()

    def report(task: "Task") -> None:
        seconds = process_time() - (before if task.process.pid == first else 0)
        text = "".join(f"blink: [{task.process.pid}] {line}\n" for line in lines(task, seconds))
        os.write(fd, text.encode())

    return report


def lines(task: "Task", seconds: float) -> list[str]:
    processors = [other.cpu for other in task.process.tasks.values()]
    instructions = sum(cpu.icount for cpu in processors)
    calls = sum(cpu.syscalls for cpu in processors)
    time = f"{seconds:.3f} s of processor time"
    made = f"{calls} system calls made without Python"
    translated = of_translations(task)
    if translated:
        return [f"{time}, {made}", *translated]
    return [f"{instructions} instructions in {time}, {rate(instructions, seconds)}", made]


def of_translations(task: "Task") -> list[str]:
    """Nothing where no code was translated."""
    if not task.process.options.jit:
        return []
    from blinkenlights.jit import run

    n = run.statistics(task.space)
    if not n:
        return []
    seconds = n["nanoseconds"] / 1e9
    names = run.interpreted(task.space)
    top = ", ".join(f"{name} {count}" for name, count in list(names.items())[:MOST_MNEMONICS])
    return [
        f"{n['units']} units of {n['instructions']} instructions translated, "
        f"{n['guest_bytes']} bytes to {n['code_bytes']}, in {seconds * 1e3:.1f} ms: "
        f"{rate(n['instructions'], seconds)}",
        f"{n['links']} links, {n['kept']} addresses kept at indirect jumps, "
        f"{n['misses']} ways in made for others and returns, "
        f"{n['invalidated']} units forgotten, {n['evictions']} evictions",
        f"{n['interpreted']} instructions interpreted" + (f": {top}" if top else ""),
    ]


def rate(count: int, seconds: float) -> str:
    return f"{count / seconds / 1e6 if seconds else 0:.1f} million a second"
