"""Makes the listings of docs/jit.md anew, from the translator itself: python docs/listings.py

Each stands behind a comment that holds the words for `blinkenlights.jit.show`. With --check the file
is left alone, and the exit status is 1 where it isn't up to date.
"""

import re
import sys
from pathlib import Path

from blinkenlights.jit.show import listing

DOCUMENT = Path(__file__).parent / "jit.md"
COMMENT = re.compile(r"^<!-- show (.*) -->\n(?:\n(?: {4}.*\n)+)?", re.MULTILINE)


def renewed(text: str) -> str:
    def block(match: re.Match[str]) -> str:
        lines = "".join(f"    {line}\n" for line in listing(match[1].split()))
        return f"<!-- show {match[1]} -->\n\n{lines}"

    return COMMENT.sub(block, text)


def main() -> int:
    old = DOCUMENT.read_text()
    new = renewed(old)
    if "--check" in sys.argv[1:]:
        return int(new != old)
    DOCUMENT.write_text(new)
    return 0


if __name__ == "__main__":
    sys.exit(main())
