"""Every test here runs with each engine: the JIT, the interpreter, and virtualised memory."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.guests import ToolchainMissing, build
from tests.runner import Runner

GUESTS = Path(__file__).parent / "guests"
ENGINES: dict[str, tuple[str, ...]] = {"jit": (), "interpreter": ("-j",), "virtual": ("-m",)}


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def runner(tmp_path: Path, engine: str) -> Runner:
    home = tmp_path / "home"
    home.mkdir()
    return Runner(home, ENGINES[engine])


@pytest.fixture(scope="session")
def guest() -> Callable[..., Path]:
    """guest(source, toolchain, options...) -> the executable made from a file in guests/."""

    def make(source: str, toolchain: str = "static-glibc", *options: str) -> Path:
        try:
            return build(GUESTS / source, toolchain, *options)
        except ToolchainMissing as problem:
            pytest.skip(str(problem))

    return make
