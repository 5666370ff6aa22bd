"""What the tested programs find in their directory; the same before every run."""

import os
from pathlib import Path

WHEN = 1_000_000_000  # every file's time, so that listings are the same in both runs

WORDS = ["pear", "apple", "fig", "banana", "cherry", "date", "elderberry", "grape", "lemon", "mango", "nut",
         "orange"]
NUMBERS = [17, 3, 2048, -5, 99, 0, 1000000, 42, 7, 7, -100, 256]


def populate(home: Path) -> None:
    """A small tree: text, numbers, a table, some binary data, a directory with links."""
    (home / "words").write_text("\n".join(WORDS) + "\n")
    (home / "numbers").write_text("\n".join(map(str, NUMBERS)) + "\n")
    (home / "table").write_text("".join(f"{word} {i} {i * i}\n" for i, word in enumerate(WORDS)))
    (home / "data").write_bytes(bytes(i * i % 251 for i in range(100_000)))
    tree = home / "tree"
    (tree / "deep" / "deeper").mkdir(parents=True)
    (tree / "a.txt").write_text("alpha\n")
    (tree / "b.c").write_text("int b;\n")
    (tree / "deep" / "c.txt").write_text("gamma\n" * 100)
    (tree / "deep" / "deeper" / "d.txt").touch()
    (tree / "link").symlink_to("a.txt")
    (tree / "run.sh").write_text("#!/bin/sh\necho run \"$@\"\n")
    (tree / "run.sh").chmod(0o755)
    for path in [*home.rglob("*"), home]:
        os.utime(path, (WHEN, WHEN), follow_symlinks=False)
