"""The programs of `make programs`, as far as this machine has them: each as natively."""

import pytest

from tests.programs.__main__ import SOURCES, Program, report

SCRIPTS = sorted(SOURCES.glob("*.sh"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_real_program_runs_as_natively(script):
    program = Program(script)
    if missing := program.missing():
        pytest.skip(f"no {' '.join(missing)}")
    good, line = report(program, "default", 240)
    assert good, line
