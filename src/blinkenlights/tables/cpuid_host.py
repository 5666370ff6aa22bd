"""What CPUID tells of the machine; `tables.cpuid` has the rest, which a start has from the build."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from blinkenlights.tables.cpuid import Leaves

# Leaves that look at ECX; the others are the same for every subleaf.
SUBLEAVES = frozenset({4, 7, 0xB, 0xD})

HOST_SYSTEM = 0x40031337


def words(text: str | bytes, count: int) -> list[int]:
    """`count` registers full of text, zero-filled."""
    data = (text.encode() if isinstance(text, str) else text)[: 4 * count].ljust(4 * count, b"\0")
    return [int.from_bytes(data[4 * i : 4 * i + 4], "little") for i in range(count)]


def fit(leaves: "Leaves", processors: int, system: str, steady_tsc: bool) -> "Leaves":
    """The leaves with their places for these filled in; they may have been filled before."""
    threads = min(processors, 255)
    first = leaves[1, 0]
    first[1] = first[1] & ~0xFF0000 | threads << 16
    first[3] = first[3] & ~(1 << 28) | (threads > 1) << 28
    leaves[0xB, 1][:2] = [max(threads - 1, 0).bit_length(), threads]
    leaves[HOST_SYSTEM, 0] = [0, *words(system, 3)]
    leaves[0x80000007, 0][3] = steady_tsc << 8
    return leaves
