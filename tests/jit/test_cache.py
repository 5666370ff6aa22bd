"""A cache far too small, one instruction a unit, and interpreted ranges change nothing but the time."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.runner import Outcome, Runner

Guest = Callable[..., Path]
Program = Callable[[str], str]

TINY = ("--code-cache", "256K")
PROGRAMS = {
    "faults.c": ["chase", "registers", "kinds"],
    "asynchronous.c": ["latency", "flags", "jumping", "context"],
    "modifying.c": ["compiler 20000", "rewrite 20000", "loop 300", "by-calls 200", "gone", "forked",
                    "two-threads 500"],
    "threads.c": ["shared", "forks 10", "again 3", "signals"],
    "control.c": ["recursion", "tables", "unmatched", "conditions", "contexts", "callers", "addresses",
                  "stepping"],
}
CASES = [(source, case) for source, cases in PROGRAMS.items() for case in cases]
MANY_FUNCTIONS = "".join(f"f{i}() {{ local x=$1; echo $((x * {i} + {i} % 7)) >/dev/null; }}; f{i} {i};"
                         for i in range(150))


@pytest.fixture
def engine() -> str:
    return "jit"


def same_with(runner: Runner, flags: tuple[str, ...], args: list[str | Path]) -> Outcome:
    runner.flags = flags
    return runner.same_as_native(args)


@pytest.mark.parametrize(("source", "case"), CASES, ids=[f"{s}-{c.split()[0]}" for s, c in CASES])
def test_a_tiny_code_cache_is_emptied_again_and_again_and_nothing_else_changes(
        source: str, case: str, guest: Guest, runner: Runner) -> None:
    same_with(runner, TINY, [guest(source), *case.split()])


def test_a_shell_and_a_script_language_run_in_a_tiny_code_cache(program: Program, runner: Runner) -> None:
    same_with(runner, TINY, [program("bash"), "-c", MANY_FUNCTIONS + "echo done"])
    same_with(runner, TINY, [program("perl"), "-e", "print join(',', map { $_ ** 2 } grep { $_ % 3 } 1..99)"])


def test_statistics_count_the_evictions_of_a_tiny_cache(guest: Guest, runner: Runner) -> None:
    outcome = runner.blink([guest("modifying.c"), "compiler", "20000"], flags=[*TINY, "-s"])
    assert outcome.status == 0
    found = re.search(rb"(\d+) evictions", outcome.stderr)
    assert found and int(found[1]) > 5


ONE, INTERPRETED = ("--jit-one",), ("--jit-interpret", "0-ffffffffffff")
SOME = [(source, case) for source, case in CASES if case in (
    "tables", "unmatched", "conditions", "contexts", "registers", "kinds", "flags", "gone")]


@pytest.mark.parametrize("flags", [ONE, INTERPRETED], ids=["one", "interpreted"])
@pytest.mark.parametrize(("source", "case"), SOME, ids=[f"{source}-{case}" for source, case in SOME])
def test_units_of_one_instruction_or_none_do_the_same(
        flags: tuple[str, ...], source: str, case: str, guest: Guest, runner: Runner) -> None:
    same_with(runner, flags, [guest(source), case])
