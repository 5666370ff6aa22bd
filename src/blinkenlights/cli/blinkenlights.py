"""`blinkenlights`: the visual debugger, still to come."""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

MESSAGE = """\
blinkenlights: the visual debugger is still to come.
Programs already run: blink PROG [ARGS...] (see blink --help).
"""


def main() -> "NoReturn":
    sys.stderr.write(MESSAGE)
    sys.exit(1)


if __name__ == "__main__":
    main()
