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
        (["trace_calls.py", "/bin/echo", "hello"], "/libc.so.6', "),
        (["trace_calls.py", "--only", "write", "/bin/echo", "hello"], "  write(1, 0x"),
        (["last_write.py", "environ", "/bin/true"], "#0 "),
        (["last_write.py", "_start", "/bin/true"], "Nothing has written to it."),
        (["who_writes.py", "--most", "3", "environ", "/bin/true"], "wrote 8 bytes"),
    ],
)  # fmt: skip
def test_examples_run(words: list[str], expected: str) -> None:
    command = [sys.executable, str(EXAMPLES / words[0]), *words[1:]]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert expected in run.stdout


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.py")))
def test_each_example_is_listed_and_says_what_it_wants(name: str) -> None:
    assert f"| `{name}` |" in (EXAMPLES / "README.md").read_text()
    command = [sys.executable, str(EXAMPLES / name), "--help"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0 and "usage:" in run.stdout
