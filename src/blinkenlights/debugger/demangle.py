"""C++ and Rust symbol names as their sources write them, by pydemumble."""

import re
from functools import lru_cache

MANGLED = ("_Z", "_R", "__Z", "___Z")
RUST_HASH = re.compile(r"::h[0-9a-f]{16}$")


@lru_cache(maxsize=1 << 16)
def demangle(name: str) -> str:
    """The name as the source has it; unchanged when it isn't mangled."""
    if not name.startswith(MANGLED):
        return name
    from pydemumble import demangle as by_library

    return RUST_HASH.sub("", by_library(name)) or name


def without_parameters(name: str) -> str:
    """`a::b(int)` is `a::b`; what is in angle brackets stays."""
    depth = 0
    for i, c in enumerate(name):
        if c == "<":
            depth += 1
        elif c == ">":
            depth -= 1
        elif c == "(" and not depth and i and not name.startswith("(anonymous namespace)", i):
            return name[:i]
    return name
