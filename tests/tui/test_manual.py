"""The manual's tables."""

import runpy
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_the_manual_s_tables_are_the_program_s():
    tables = runpy.run_path(str(DOCS / "tables.py"))
    text = (DOCS / "blinkenlights.md").read_text()
    assert tables["current"](text) == text, "run python docs/tables.py"
