"""What is measured: one row each."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.guests import ToolchainMissing, build
from tests.runner import find_program

GUESTS = Path(__file__).parent / "guests"
ROOT = Path(__file__).parent.parent


class Missing(Exception):
    """The host lacks what this benchmark needs."""


@dataclass(frozen=True)
class Benchmark:
    """`command` makes the argument list, given the work's size; `prepare` fills its directory for it.

    `target` is the most that it may take, as a multiple of the native run; `limit` is the same in
    seconds. The geometric mean is over the rows with `computes`: those that hardly ask the kernel.
    """

    name: str
    what: str
    size: int
    command: Callable[[int], list[str]]
    prepare: Callable[[Path, int], None] | None = None
    quick: int = 0  # size for a quick look, where a tenth is not it
    computes: bool = False
    target: float | None = None
    limit: float | None = None
    again: int = 1  # how often a repetition runs it, where one run is too short to tell
    starts_programs: bool = False  # qemu-user leaves what a guest starts to the host


def guest(name: str) -> str:
    try:
        return str(build(GUESTS / f"{name}.c", "static-glibc"))
    except ToolchainMissing as problem:
        raise Missing(str(problem)) from None


def program(name: str) -> str:
    path = find_program(name)
    if path is None:
        raise Missing(f"no {name} on this host")
    return path


def compiled(name: str, what: str, size: int, target: float | None = None, *, computes: bool = False,
             quick: int = 0) -> Benchmark:
    """A C guest of ours whose first argument is the amount of work."""
    return Benchmark(name, what, size, lambda size: [guest(name), str(size)], target=target,
                     computes=computes, quick=quick)


def computing(name: str, what: str, size: int, target: float, quick: int = 0) -> Benchmark:
    return compiled(name, what, size, target, computes=True, quick=quick)


def compiler(size: int) -> list[str]:
    """The compiler proper, without the driver that would start it."""
    gcc = program("gcc")
    found = subprocess.run([gcc, "-print-prog-name=cc1"], capture_output=True, text=True, check=True)
    path = found.stdout.strip()
    if not Path(path).is_absolute():
        raise Missing(f"{gcc} keeps its cc1 elsewhere")
    return [path, "-quiet", "-O2", "-fpreprocessed", "program.i", "-o", "program.s"]


def write_program(directory: Path, size: int) -> None:
    """Preprocessed, since only the driver knows where the headers are."""
    subprocess.run([program("gcc"), "-E", str(GUESTS / "sha256.c"), "-o", str(directory / "program.i")],
                   check=True)


def text(lines: int) -> bytes:
    """Lines in no order, the same every time."""
    words = b"the quick brown fox jumps over a lazy dog while rain falls on seven hills".decode().split()
    state, out = 1, []
    for _ in range(lines):
        line = []
        for _ in range(6):
            state = state * 1103515245 + 12345 & 0x7FFFFFFF
            line.append(words[(state >> 16) % len(words)])
        out.append(f"{state % 100000} {' '.join(line)}")
    return "\n".join(out).encode() + b"\n"


def write_text(directory: Path, size: int) -> None:
    (directory / "text").write_bytes(text(size))


PYTHON = ("d = {{}}\nt = 0\n"
          "for i in range({size}):\n"
          "    d[i % 1009] = d.get(i % 1009, 0) + i\n"
          "    t = (t * 31 + len(str(i))) & 0xFFFFFF\n"
          "print(t, sum(d.values()))")
LIBRARIES = ("import json, re, hashlib\n"
             "d = {{str(i): [i, i / 3, 'x' * (i % 9)] for i in range({size})}}\n"
             "s = json.dumps(d); e = json.loads(s)\n"
             "print(len(s), len(re.findall(r'\\d+\\.\\d+', s)), sum(v[0] for v in e.values()),"
             " hashlib.sha256(s.encode()).hexdigest())")
PERL = ("my %h; my $t = 0; for my $i (1..{size}) {{ $h{{($i * 7919) % 1009}} .= chr(97 + $i % 26); }}"
        " for (sort keys %h) {{ $t += length($h{{$_}}) * $_; $t++ while $h{{$_}} =~ /a[b-m]?/g }}"
        " print \"$t\\n\"")
BASH = ("s=0; for ((i = 0; i < {size}; i++)); do case $((i % 3)) in 0) s=$((s + i));; *) s=$((s ^ i));; esac;"
        " done; echo $s")
SQL = ("create table t(a integer primary key, b text, c real);"
       "with recursive n(i) as (select 1 union all select i + 1 from n where i < {size})"
       " insert into t select i, 'row ' || (i * 7919 % 10007), i * 1.5 from n;"
       "create index x on t(b); select count(*), sum(c) from t where b like 'row 1%';"
       "select b, count(*) from t group by b order by 2 desc, 1 limit 5;")

BENCHMARKS = [
    computing("fib", "recursive calls", 40, 2.2, quick=34),
    computing("sieve", "byte stores and loops", 120, 1.3),
    computing("nbody", "double-precision arithmetic", 5_000_000, 1.3),
    computing("matrix", "packed single-precision arithmetic", 600, 1.3),
    computing("sha256", "32-bit logic and rotations", 600_000, 1.3),
    computing("strings", "memcpy, strlen, strstr", 80_000, 1.2),
    computing("bytecode", "a switch in a loop", 16_000_000, 2),
    computing("virtual", "indirect calls", 3_000_000, 2.2),
    Benchmark("gzip", "compression", 200_000, lambda size: [program("gzip"), "-c", "text"],
              prepare=write_text, computes=True, target=1.5),
    Benchmark("sort", "600,000 lines", 600_000, lambda size: [program("sort"), "--parallel=1", "text"],
              prepare=write_text, computes=True, target=1.7),
    Benchmark("python3", "a loop over integers and a dictionary", 1_500_000,
              lambda size: [program("python3"), "-I", "-c", PYTHON.format(size=size)],
              computes=True, target=2),
    Benchmark("libraries", "python3: json, re, hashlib", 120_000,
              lambda size: [program("python3"), "-I", "-c", LIBRARIES.format(size=size)],
              computes=True, target=2),
    Benchmark("perl", "hashes, strings, regular expressions", 1_500_000,
              lambda size: [program("perl"), "-e", PERL.format(size=size)], computes=True, target=2),
    Benchmark("bash", "arithmetic in a loop", 150_000,
              lambda size: [program("bash"), "-c", BASH.format(size=size)], computes=True, target=2),
    Benchmark("sqlite3", "inserts, an index, grouping", 250_000,
              lambda size: [program("sqlite3"), ":memory:", SQL.format(size=size)],
              computes=True, target=2),
    Benchmark("cc1", "the C compiler at -O2 on a small file", 1, compiler, prepare=write_program,
              target=6, again=3),
    Benchmark("start", "python3 -c pass", 1, lambda size: [program("python3"), "-c", "pass"],
              target=8, again=5),
    Benchmark("true", "start and end of the smallest dynamic program", 1, lambda size: [program("true")],
              limit=0.04, again=10),
    Benchmark("spawn", "fork and exec of a tiny program", 500,
              lambda size: [guest("spawn"), str(size), guest("nothing")], starts_programs=True, target=6),
    compiled("syscalls", "getppid, read and write", 600_000, 3),
    compiled("getpid", "the cheapest system call", 2_000_000, 3),
    compiled("pipe", "one byte into a pipe and out again", 400_000, 3),
    compiled("futex", "waking nobody", 2_000_000, 3),
    compiled("clock", "asking for the time", 10_000_000, 3),
    compiled("memory", "mmap, mprotect, madvise, munmap, brk", 20_000, 3),
    compiled("signals", "masks, and a signal now and then", 500_000, 3),
    compiled("pingpong", "two threads taking turns", 10_000, 3),
]
