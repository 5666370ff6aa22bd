"""The programs of `make programs`, as far as this machine has them: each as natively."""

import pytest

from tests.programs.__main__ import SOURCES, Program, report

# Only by `make programs`: gdb in a guest waits for ever now and then, for a stop that it isn't told of.
# The others need large packages, or take long.
BY_HAND = {"gdb_debugs", "chromium", "erlang", "firefox", "haskell", "luajit", "postgres", "sbcl", "wine"}
SCRIPTS = sorted(script for script in SOURCES.glob("*.sh") if script.stem not in BY_HAND)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_real_program_runs_as_natively(script):
    program = Program(script)
    if missing := program.missing():
        pytest.skip(f"no {' '.join(missing)}")
    good, line = report(program, "default", 240)
    assert good, line
