"""What a PC's CPUID answers: a 64-bit CPU without AVX, and with what a kernel looks for."""

from blinkenlights.core.execute.system import executes
from blinkenlights.core.supervisor.control import set_leaves
from blinkenlights.tables.cpuid import EBX, ECX, EDX, Leaves, build

LEVEL = "x86-64-v2"

# leaf, register, bit, there or not, name
CHANGES = (
    (1, ECX, 31, False, "HYPERVISOR"),
    (1, ECX, 26, False, "XSAVE"),
    (1, ECX, 27, False, "OSXSAVE"),
    (1, EDX, 2, True, "DE"),
    (1, EDX, 11, True, "SEP"),
    (1, EDX, 12, True, "MTRR"),
    (0x80000001, EDX, 26, True, "1 GiB pages"),
    (7, EBX, 13, False, "FCS_FDS_DEPRECATED"),
)


def leaves() -> Leaves:
    """(leaf, subleaf) -> EAX, EBX, ECX, EDX."""
    table = build(executes, 1, "Linux", True, LEVEL)
    for leaf, register, bit, there, _ in CHANGES:
        values = table[leaf, 0]
        values[register] = values[register] | 1 << bit if there else values[register] & ~(1 << bit)
    return {key: values for key, values in table.items() if not 0x40000000 <= key[0] < 0x50000000}


def use() -> None:
    """Let every PC's processor answer so."""
    set_leaves(leaves())
