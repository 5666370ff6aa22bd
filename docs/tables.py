"""Writes the tables of docs/blinkenlights.md from the program's own: python docs/tables.py"""

import re
from pathlib import Path

from blinkenlights.cli import blinkenlights_flags
from blinkenlights.tui import keys

MANUAL = Path(__file__).parent / "blinkenlights.md"
TABLES = {"flags": blinkenlights_flags.table, "keys": keys.table}


def current(text: str) -> str:
    """The manual with its tables as they are now."""
    for name, table in TABLES.items():
        text = re.sub(
            rf"<!-- {name} -->.*?<!-- end -->",
            lambda found, name=name, table=table: f"<!-- {name} -->\n{table().strip()}\n<!-- end -->",
            text,
            flags=re.S,
        )
    return text


if __name__ == "__main__":
    MANUAL.write_text(current(MANUAL.read_text()))
