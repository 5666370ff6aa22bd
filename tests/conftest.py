"""Fixtures: run a program under blink, build a guest, compare with the native run.

    def test_prints(guest, same_as_native):
        same_as_native([guest("hello.c", "static-musl"), "world"])
"""

import os
import signal
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests import remaining
from tests.guests import ToolchainMissing, build
from tests.runner import ENGINE_FLAGS, MARK, Outcome, Runner, find_program

settings.register_profile("blinkenlights", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("blinkenlights")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=list(ENGINE_FLAGS), default="jit",
                     help="what runs guests where a test does not say (jit)")


def pytest_configure() -> None:
    """What the shell that started us ignores (background jobs, nohup) the programs must not inherit."""
    for signo in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        if signal.getsignal(signo) == signal.SIG_IGN:
            signal.signal(signo, signal.SIG_DFL)
    os.environ.setdefault(MARK, uuid.uuid4().hex[:12])


LEFT = pytest.StashKey[list[str]]()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Nothing that the tests have started goes on after them."""
    if hasattr(session.config, "workerinput"):
        return  # what a worker keeps for all its tests ends with it
    left = session.config.stash[LEFT] = remaining.end_all(MARK, os.environ[MARK])
    if left:
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in config.stash.get(LEFT, []):
        terminalreporter.write_line(f"ERROR: left running by a test, and killed now: {line}", red=True)


@pytest.fixture
def runner(tmp_path: Path, request: pytest.FixtureRequest) -> Runner:
    home = tmp_path / "home"
    home.mkdir()
    return Runner(home, ENGINE_FLAGS[request.config.getoption("--engine")])


@pytest.fixture
def blink(runner: Runner) -> Callable[..., Outcome]:
    """blink(args, stdin=, env=, cwd=, timeout=, flags=) -> Outcome of `blink ARGS...` with `--engine`."""
    return runner.blink


@pytest.fixture
def native(runner: Runner) -> Callable[..., Outcome]:
    """The same without blink."""
    return runner.native


@pytest.fixture
def same_as_native(runner: Runner) -> Callable[..., Outcome]:
    """Runs natively and under blink; fails unless exit status and output are the same."""
    return runner.same_as_native


@pytest.fixture(scope="session")
def guest() -> Callable[..., Path]:
    """guest(source, toolchain) -> the executable; skips where the host cannot build it."""

    def make(source: str, toolchain: str = "static-musl", *options: str) -> Path:
        try:
            return build(source, toolchain, *options)
        except ToolchainMissing as problem:
            pytest.skip(str(problem))

    return make


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    """program(name) -> its path; skips where the host lacks it."""

    def find(name: str) -> str:
        path = find_program(name)
        if path is None:
            pytest.skip(f"no {name} on this host")
        return path

    return find


def pytest_make_parametrize_id(config: pytest.Config, val: Any, argname: str) -> str | None:
    return val if isinstance(val, str) and len(val) < 40 and "\n" not in val else None


@pytest.fixture(autouse=True)
def _the_host_gets_its_signals_back() -> Iterator[None]:
    """A machine in this process leaves no signal blocked: programs started later would inherit that."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    yield
    after = signal.pthread_sigmask(signal.SIG_SETMASK, before)
    assert after == before, f"left blocked: {sorted(after - before)}"
    host: Any = sys.modules.get("blinkenlights.core.host")
    if host is not None:
        host.set_mask(1 << (signal.SIGUSR2 - 1))
        kept = signal.pthread_sigmask(signal.SIG_SETMASK, before)
        assert kept == {signal.SIGUSR2}, "a machine has kept this thread's signal mask"
