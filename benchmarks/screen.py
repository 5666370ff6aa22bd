"""How fast the debugger's screen is: python -m benchmarks.screen [--busy N] [--steps N] [--seconds N]

Runs `blinkenlights` in a pseudo-terminal of several sizes. A step is timed from the key's bytes until all
bytes of its picture have been read: by the clock, and in the processor time of all the program's threads.
Then the boot games of examples/boot run, and `flicker`, which changes all of a graphics screen whenever
the beam is below it; pictures a second are counted. "drawing" is the main thread's share of a processor,
"running" that of the others. `--busy N` has N other processes compute meanwhile. At last `c` runs a program
to its end, and `blink` runs it without a screen.
"""

import argparse
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks.suite import guest

ROOT = Path(__file__).parents[1]
SIZES = ((80, 24), (120, 40), (200, 60))
GAME_SIZES = ((80, 25), (120, 40), (200, 60))
GAMES = ("snake", "bricks", "flicker")
FLICKER = """
    org 0x7c00
    mov ax, 0x13
    int 0x10
    mov ax, 0xa000
    mov es, ax
    cld
picture:
    mov dx, 0x3da
.drawn:
    in al, dx
    test al, 8
    jnz .drawn
.below:
    in al, dx
    test al, 8
    jz .below
    inc bx
    xor di, di
    mov cx, 32000
.pixel:
    lea ax, [bx + di]
    shr ax, 3
    mov ah, al
    stosw
    loop .pixel
    jmp picture
    times 510 - ($ - $$) db 0
    dw 0xaa55
"""
PROGRAM = "/bin/true"
PATIENCE = 60  # seconds
SYNCHRONISED = b"\x1b[?2026$p", b"\x1b[?2026;2$y"  # asked for, and answered: pictures are then between marks
END = b"\x1b[?2026l"
SETTLED = 0.2  # seconds without output


class Screen:
    """The program, and a terminal for it that only counts."""

    def __init__(self, size: tuple[int, int], words: list[str]) -> None:
        width, height = size
        self.pid, self.fd = pty.fork()
        if not self.pid:
            environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor",
                           "LC_ALL": "C.UTF-8", "PYTHONPATH": str(ROOT / "src")}  # fmt: skip
            command = [sys.executable, "-P", "-m", "blinkenlights.cli.blinkenlights", *words]
            os.execve(command[0], command, environment)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("4H", height, width, 0, 0))
        self.data = b""

    def type(self, data: bytes) -> None:
        os.write(self.fd, data)

    def read(self, seconds: float) -> bytes:
        """What comes within so many seconds: nothing when nothing does."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return b""
        piece = os.read(self.fd, 1 << 16)
        ask, answer = SYNCHRONISED
        if ask in piece:
            self.type(answer)
        return piece

    def wait(self, pattern: bytes) -> None:
        """Until a picture that has `pattern` is complete."""
        data = b""
        until = time.monotonic() + PATIENCE
        while True:
            found = data.find(pattern)
            if found >= 0 and data.find(END, found) >= 0:
                return
            data += self.read(1)
            if time.monotonic() > until:
                raise TimeoutError(f"no {pattern!r} in {PATIENCE} s, but {data[-2000:]!r}")

    def settle(self) -> None:
        while self.read(SETTLED):
            pass

    def processor(self) -> tuple[float, float]:
        """Seconds that the main thread and the others have used, of the process that has the screen."""
        main = others = 0.0
        leader = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()[0]
        for task in Path(f"/proc/{leader}/task").iterdir():
            used = int((task / "schedstat").read_text().split()[0]) / 1e9
            if task.name == leader:
                main = used
            else:
                others += used
        return main, others

    def close(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.close(self.fd)
        os.waitpid(self.pid, 0)


@contextmanager
def busy(count: int) -> Iterator[None]:
    """Other processes that compute."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def steps(size: tuple[int, int], count: int) -> str:
    """Single steps, one after another; a second pause before each tenth, as a reader makes."""
    screen = Screen(size, ["--theme", "dark", PROGRAM])
    try:
        screen.wait(b"tick 0 ")
        screen.settle()
        took, used = [], []
        for number in range(1, count + 1):
            if number % 10 == 0:
                screen.settle()
            before, began = sum(screen.processor()), time.monotonic()
            screen.type(b"s")
            screen.wait(f"tick {number:,} ".encode())
            took.append(1e3 * (time.monotonic() - began))
            used.append(1e3 * (sum(screen.processor()) - before))
    finally:
        screen.close()
    clock = f"{statistics.median(took):7.1f} {percentile(took, 0.95):9.1f} {max(took):8.1f}"
    return f"{size[0]}x{size[1]:<5} {clock} {statistics.median(used):11.1f}"


def game(name: str, size: tuple[int, int], seconds: float) -> str:
    """Pictures a second while a game runs."""
    with tempfile.TemporaryDirectory() as directory:
        source, image = ROOT / "examples" / "boot" / f"{name}.asm", str(Path(directory, "image"))
        if name == "flicker":
            source = Path(directory, "flicker.asm")
            source.write_text(FLICKER)
        subprocess.run(["nasm", "-f", "bin", "-o", image, str(source)], check=True)
        screen = Screen(size, ["--theme", "dark", "-r", image])
        try:
            screen.wait(b"0 cycles")
            screen.settle()
            screen.type(b"c")
            until = time.monotonic() + 1  # it gets going
            while time.monotonic() < until:
                screen.read(0.1)
            main, others = screen.processor()
            began = time.monotonic()
            pictures, written, rest = 0, 0, b""
            while time.monotonic() < began + seconds:
                data = rest + screen.read(0.1)
                pictures += data.count(END)
                written += len(data) - len(rest)
                rest = data[-len(END) + 1 :] if data else b""
            took = time.monotonic() - began
            after = screen.processor()
        finally:
            screen.close()
    return (f"{name:8} {size[0]}x{size[1]:<5} {pictures / took:10.1f} {100 * (after[0] - main) / took:8.0f}%"
            f" {100 * (after[1] - others) / took:8.0f}% {written / max(1, pictures):10.0f}")  # fmt: skip


def continued(flags: list[str], compared_with: list[str], number: int) -> str:
    """`c` from the start of a recursive function to the exit, with the panels going along."""
    program = [guest("fib"), str(number)]
    began = time.monotonic()
    subprocess.run([sys.executable, "-P", "-m", "blinkenlights.cli.blink", *compared_with, *program],
                   check=True, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT / "src")})
    bare = time.monotonic() - began
    screen = Screen((120, 40), ["--theme", "dark", *flags, *program])
    try:
        screen.wait(b"cycles")
        screen.settle()
        began = time.monotonic()
        screen.type(b"c")
        screen.wait(b"exited")
        took = time.monotonic() - began
    finally:
        screen.close()
    return f"{' '.join(flags) or '-':12} {took:8.2f} {bare:8.2f} {100 * bare / took:8.0f}%"


def sized(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d+)x(\d+)", text)
    if found is None:
        raise argparse.ArgumentTypeError("a size is like 120x40")
    return int(found[1]), int(found[2])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.screen", description=__doc__)
    parser.add_argument("--busy", type=int, default=0, metavar="N", help="other processes that compute")
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=5, help="of each game; 0: no games")
    parser.add_argument("--size", type=sized, action="append", default=[], help="as 120x40; may be repeated")
    parser.add_argument("--no-continue", action="store_true", help="leave out `c`")
    options = parser.parse_args()
    with busy(options.busy):
        if options.steps:
            print("step: ms   median     95 %  at most   processor")
            for size in options.size or SIZES:
                print(steps(size, options.steps), flush=True)
        if options.seconds and shutil.which("nasm") is not None:
            print("game     size    pictures/s   drawing   running  bytes each")
            for name in GAMES:
                for size in options.size or GAME_SIZES:
                    print(game(name, size, options.seconds), flush=True)
        if not options.no_continue:
            print("c: flags      seconds    blink    speed")
            for flags, bare, number in (([], ["-j"], 38), (["-m"], ["-j"], 38), (["-jm"], [], 42)):
                print(continued(flags, bare, number), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
