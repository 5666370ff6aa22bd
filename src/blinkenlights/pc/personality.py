"""A PC as a machine's personality: what `Machine.boot` makes."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from blinkenlights.api.personality import Personality
from blinkenlights.api.stops import Stop, StopReason
from blinkenlights.pc.machine import PC, RAM, End
from blinkenlights.pc.memory import read_option_roms

if TYPE_CHECKING:
    from blinkenlights.core.engine import Processor

TRIPLE_FAULT = 8  # the vector of the double fault that could not be delivered


class Pc(Personality):
    """`pc` is the machine: its memory, disks, keys and devices."""

    name = "pc"

    def __init__(self, pc: PC) -> None:
        super().__init__(pc.memory.space, pc.cpu)
        self.pc = pc

    @property
    def exited(self) -> int | None:
        return self.pc.exited

    def turn(self) -> StopReason | None:
        if self.pc.exited is not None:
            return self.stop(End.EXIT)
        return self.stop(End.HALT) if self.pc.take_starved() else None

    def after(self, cpu: "Processor", reason: int) -> StopReason | None:
        end = self.pc.after(reason)
        return None if end is None else self.stop(end)

    def call_name(self, cpu: "Processor") -> str:
        vector = self.pc.service()
        return "SYSCALL" if vector is None else f"INT {vector:02X}h"

    def stop(self, end: End) -> StopReason:
        stopped = self.machine.stopped
        if end is End.EXIT:
            return stopped(Stop.EXIT, status=self.pc.exited)
        if end is End.SHUTDOWN:
            return stopped(Stop.EXCEPTION, vector=TRIPLE_FAULT, error_code=0)
        return stopped(Stop.HALT)

    def close(self) -> None:
        self.pc.close()


def boot(
    image: str | bytes | os.PathLike[str],
    *,
    bios: str | os.PathLike[str] | None = None,
    option_roms: Sequence[str | os.PathLike[str]] = (),
    ram: int = RAM,
    write: bool = False,
) -> Pc:
    """A PC that starts from a disk image. OSError and ValueError as `PC` raises them."""
    roms = read_option_roms(option_roms)
    return Pc(PC(os.fsdecode(image), bios=bios, option_roms=roms, ram=ram, write=write))
