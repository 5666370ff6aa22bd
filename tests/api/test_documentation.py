"""The examples in docs/api.md do what the text says."""

import re
from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs" / "api.md"
EXAMPLES = Path(__file__).parents[2] / "examples"


def test_examples_in_the_document_run() -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", DOCUMENT.read_text(), re.M | re.S)
    assert len(blocks) > 5
    names: dict[str, object] = {}
    for number, block in enumerate(blocks):
        exec(compile(block, f"api.md, example {number + 1}", "exec"), names)
