"""Blinkenlights in Python: run, watch and script x86-64 Linux programs."""

from blinkenlights import bundles

TYPE_CHECKING = False  # as typing has it, without loading typing

if TYPE_CHECKING:
    from blinkenlights.machine import Machine as Machine

__version__ = "0.1.0"
__all__ = ["Machine"]


def __getattr__(name: str) -> object:
    """`Machine` is loaded when it is first asked for: importing the package costs nothing."""
    if name == "Machine":
        from blinkenlights.machine import Machine

        return Machine
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


bundles.install()
