"""What is measured: one row each."""

import shutil
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
    """`command` makes the argument list, given the work's size; `prepare` fills its directory."""

    name: str
    what: str
    size: int
    command: Callable[[int], list[str]]
    prepare: Callable[[Path], None] | None = None
    quick: int = 0  # size for a quick look, where a tenth is not it
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


def compiled(name: str, what: str, size: int, quick: int = 0) -> Benchmark:
    """A C guest of ours whose first argument is the amount of work."""
    return Benchmark(name, what, size, lambda size: [guest(name), str(size)], quick=quick)


def compiler(size: int) -> list[str]:
    """The compiler proper, without the driver that would start it."""
    gcc = program("gcc")
    pattern = "/usr/lib/gcc/x86_64-linux-gnu/*/cc1"
    found = sorted(Path("/").glob(pattern[1:]))
    if not found:
        raise Missing(f"{gcc} keeps its cc1 elsewhere")
    return [str(found[-1]), "-quiet", "-O2", "program.c", "-o", "program.s"]


def write_program(directory: Path) -> None:
    shutil.copy(GUESTS / "sha256.c", directory / "program.c")


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


def write_text(directory: Path) -> None:
    (directory / "text").write_bytes(text(60000))


PYTHON = ("import json, re, hashlib\n"
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
    compiled("fib", "recursive calls", 35, quick=30),
    compiled("sieve", "byte stores and loops", 40),
    compiled("nbody", "double-precision arithmetic", 500_000),
    compiled("matrix", "packed single-precision arithmetic", 80),
    compiled("sha256", "32-bit logic and rotations", 80_000),
    compiled("strings", "memcpy, strlen, strstr", 6_000),
    compiled("bytecode", "a switch in a loop", 2_000_000),
    compiled("virtual", "indirect calls", 400_000),
    compiled("syscalls", "system calls", 200_000),
    Benchmark("spawn", "fork and exec of a tiny program", 100,
              lambda size: [guest("spawn"), str(size), guest("nothing")], starts_programs=True),
    compiled("pingpong", "two threads taking turns", 10_000),
    Benchmark("true", "start and end of the smallest dynamic program", 1, lambda size: [program("true")]),
    Benchmark("cc1", "the C compiler at -O2", 1, compiler, prepare=write_program),
    Benchmark("python3", "json, re, hashlib", 20_000,
              lambda size: [program("python3"), "-I", "-c", PYTHON.format(size=size)]),
    Benchmark("perl", "hashes, strings, regular expressions", 200_000,
              lambda size: [program("perl"), "-e", PERL.format(size=size)]),
    Benchmark("bash", "arithmetic in a loop", 60_000,
              lambda size: [program("bash"), "-c", BASH.format(size=size)]),
    Benchmark("gzip", "compression", 1, lambda size: [program("gzip"), "-c", "text"], prepare=write_text),
    Benchmark("sort", "60,000 lines", 1, lambda size: [program("sort"), "--parallel=1", "text"],
              prepare=write_text),
    Benchmark("sqlite3", "inserts, an index, grouping", 30_000,
              lambda size: [program("sqlite3"), ":memory:", SQL.format(size=size)]),
]
