"""Blinkenlights in Python: run, watch and script x86-64 Linux programs."""

from blinkenlights import bundles

TYPE_CHECKING = False  # as typing has it, without loading typing

if TYPE_CHECKING:
    from blinkenlights.machine import BadProgram as BadProgram
    from blinkenlights.machine import GuestFault as GuestFault
    from blinkenlights.machine import Machine as Machine
    from blinkenlights.machine import Stop as Stop
    from blinkenlights.machine import StopReason as StopReason

__version__ = "0.1.0"
__all__ = ["BadProgram", "GuestFault", "Machine", "Stop", "StopReason"]


def __getattr__(name: str) -> object:
    """What is in `__all__` is loaded when it is first asked for: importing the package costs nothing."""
    if name in __all__:
        from blinkenlights import machine

        return getattr(machine, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


bundles.install()
