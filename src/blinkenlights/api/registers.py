"""A processor's registers, each an attribute."""

from blinkenlights.core.registers import RegisterFile, Vector, table

__all__ = ["Registers", "Vector"]

FIELDS = table()
SNAPSHOT = tuple(list(FIELDS)[: list(FIELDS).index("xmm0")])


class Registers(RegisterFile):
    """`regs.rax`, `regs["rax"]`: the registers under the Intel manual's names in lower case.

    Writing a 32-bit register clears the upper half of its 64-bit one, as instructions do; 16 and 8 bits
    leave the rest alone. Flags are `cf pf af zf sf tf if_ df of nt rf ac id`, as bool. `xmm0` and `ymm0`
    are `Vector`s. `fsw` has TOP in it, `ftw` is the 16-bit tag word. Numbers are taken modulo the register's
    size. A name that no register has is AttributeError, or KeyError in brackets.
    """

    __slots__ = ()  # a misspelt name is nowhere to be kept

    @staticmethod
    def names() -> list[str]:
        """Every register's name."""
        return list(FIELDS)

    def snapshot(self) -> dict[str, int | float | bytes]:
        """Values of the 64-bit, segment, control, x87 (floats) and YMM (bytes) registers by name."""
        found: dict[str, int | float | bytes] = {}
        for name in SNAPSHOT:
            value = getattr(self, name)
            found[name] = value.bytes if isinstance(value, Vector) else value
        return found

    def __repr__(self) -> str:
        words = " ".join(f"{name}={getattr(self, name):#x}" for name in list(FIELDS)[:18])
        return f"<Registers {words}>"


for _name, _field in FIELDS.items():
    setattr(Registers, _name, _field)
