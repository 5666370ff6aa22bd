"""The commands that run many programs (`make programs`, `make soak`) leave none of them behind."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

from tests.remaining import with_variable
from tests.runner import MARK, ROOT, started

COMMAND = """
from pathlib import Path
from tests.remaining import none_remain
from tests.runner import environment, run
with none_remain():
    run(["sh", "-c", "setsid sleep 1000 & exec sleep 1000"], env=environment(Path("/")))
"""


def test_a_command_that_sigterm_ends_ends_its_programs_also_those_in_other_sessions():
    mark = f"command-{os.getpid()}-{time.time_ns()}"
    with started([sys.executable, "-c", COMMAND], env={**os.environ, MARK: mark}, cwd=ROOT,
                 stdin=subprocess.DEVNULL) as command:
        others = {}
        end = time.monotonic() + 60
        while sum(words.startswith("sleep") for words in others.values()) < 2:
            assert time.monotonic() < end, f"it has started only {others}"
            time.sleep(0.05)
            others = {pid: words for pid, words in with_variable(MARK, mark).items() if pid != command.pid}
        command.terminate()
        try:
            assert command.wait(60) == 128 + signal.SIGTERM
            assert not with_variable(MARK, mark)
        finally:
            for pid in with_variable(MARK, mark):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
