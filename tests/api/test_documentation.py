"""The examples in docs/api.md do what the text says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCUMENT = Path(__file__).parents[2] / "docs" / "api.md"
EXAMPLES = Path(__file__).parents[2] / "examples"


def test_examples_in_the_document_run() -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", DOCUMENT.read_text(), re.M | re.S)
    assert len(blocks) > 5
    names: dict[str, object] = {}
    for number, block in enumerate(blocks):
        exec(compile(block, f"api.md, example {number + 1}", "exec"), names)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["coverage.py", "/bin/true"], "blocks"),
        (["fault_injection.py", "--at", "2", "write", "ENOSPC", "/bin/sh", "-c", "echo 1; echo 2 || exit 7"],
         "The program has exited with status 7."),
        (["who_writes.py", "--most", "3", "environ", "/bin/true"], "wrote 8 bytes"),
    ],
)  # fmt: skip
def test_examples_run(words: list[str], expected: str) -> None:
    command = [sys.executable, str(EXAMPLES / words[0]), *words[1:]]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert expected in run.stdout
