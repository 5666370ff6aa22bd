"""C structures as bytes; in some Pythons loading `struct`, a file of its own, is a sixtieth of a start."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from struct import Struct as Struct
else:

    class Struct:
        """A `struct.Struct` that is made when it is first used."""

        def __init__(self, format: str) -> None:
            self.format = format

        def __getattr__(self, name: str) -> object:
            from _struct import Struct as Real

            value = getattr(Real(self.format), name)
            setattr(self, name, value)
            return value


def quadwords(values: "Iterable[int]") -> bytes:
    """Unsigned numbers, eight bytes each."""
    return b"".join([value.to_bytes(8, "little") for value in values])


def number(data: bytes, at: int, size: int) -> int:
    """The unsigned number of `size` bytes at an offset."""
    return int.from_bytes(data[at : at + size], "little")
