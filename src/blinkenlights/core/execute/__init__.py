"""What instructions do, a file a family.

A family is loaded when the first instruction that it executes is met. Which one that is says the
index that is made at build time; without one that fits, everything is loaded at once.
"""

from blinkenlights.core import dispatch

FAMILIES = (
    "arith", "move", "shift", "muldiv", "bits", "branch", "stack", "string", "segment", "far", "bcd",
    "bmi", "recent", "system", "fxsave", "x87_arith", "x87_move", "x87_control",
    "sse_move", "sse_integer", "sse_shuffle", "sse_float", "sse_round", "sse_convert", "sse_string",
    "sse_crypto", "sse_control", "sse_gfni", "sse4a", "sha",
    "avx_lanes", "avx_move", "avx_shuffle", "avx_compare", "avx_masked", "avx_half", "avx_fma",
    "avx_dot", "avx_hash", "avx_flat", "avx_flat_float",
)

USUAL = (  # what the C library's start and small programs need
    "arith", "move", "shift", "muldiv", "bits", "branch", "stack", "string", "bmi", "system", "fxsave",
    "sse_move", "sse_integer", "sse_shuffle", "avx_lanes", "avx_move", "avx_flat",
)

INDEX = __file__.rpartition("execute")[0] + "handlers.bin"


def load(number: int) -> None:
    __import__(f"blinkenlights.core.execute.{FAMILIES[number]}")  # importlib takes longer to load


def load_all() -> None:
    """Load every family: where this package's files may get out of reach, or there is no index."""
    for number in range(len(FAMILIES)):
        load(number)


def load_usual() -> None:
    """Load what most programs need, where many will need it: before a fork whose child is interpreted."""
    numbers = {FAMILIES.index(name) for name in USUAL}
    for number in numbers:
        load(number)
    dispatch.settle(numbers)


def header() -> bytes:
    return " ".join(FAMILIES).encode() + b"\n"


def write_index(path: str = INDEX) -> None:
    """Load everything, and note what is where; at build time."""
    data = header() + dispatch.index(FAMILIES)
    with open(path, "wb") as file:  # noqa: PTH123 - pathlib is slow to import
        file.write(data)


def read_index() -> bool:
    try:
        with open(INDEX, "rb", buffering=0) as file:  # noqa: PTH123
            data = file.read()
    except OSError:
        return False
    first = header()
    if not data.startswith(first):
        return False
    dispatch.adopt_index(data[len(first) :])
    return True
