"""Bare code for tests, as machine code."""

# call fib; hlt; fib: the usual one, with its argument in EDI and its result in EAX
FIB = bytes.fromhex(
    "e801000000f483ff027d0389f8c3535589fb8d7bffe8ecffffff89c58d7b"
    "fee8e2ffffff01e85d5bc3"
)
FIB_ADDRESS = 0x40000B


def fib(n: int) -> bytes:
    """mov edi, n; call fib; hlt; fib: ..."""
    return b"\xbf" + n.to_bytes(4, "little") + FIB
