"""Guest threads, as a machine's user sees them."""

from blinkenlights.api.registers import Registers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from blinkenlights.core.engine import Processor


class Thread:
    """One guest thread: `tid`, `regs` and its `name`; `waiting` while it is in a system call."""

    __slots__ = ("cpu", "name", "regs", "tid", "waiting")

    def __init__(
        self, tid: int, cpu: "Processor", regs: Registers | None = None, name: str = "", waiting: bool = False
    ) -> None:
        self.tid = tid
        self.cpu = cpu
        self.regs = regs or Registers(cpu)
        self.name = name
        self.waiting = waiting

    def __repr__(self) -> str:
        return f"<Thread {self.tid} {self.name} at {self.cpu.rip:#x}{' waiting' if self.waiting else ''}>"
