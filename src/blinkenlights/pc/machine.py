"""`PC`: a BIOS machine put together, and what it does when its processor needs help."""

import os
import time
from collections import deque
from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path

from blinkenlights.core.supervisor.processor import (
    EXIT_ATTENTION,
    EXIT_EVENT,
    EXIT_HALT,
    EXIT_SHUTDOWN,
    EXIT_SYSCALL,
    SystemProcessor,
)
from blinkenlights.pc import bios as firmware
from blinkenlights.pc import cpuid, host_calls
from blinkenlights.pc.bios.registers import Registers
from blinkenlights.pc.bus import Bus
from blinkenlights.pc.devices.control import SystemControl
from blinkenlights.pc.devices.debug import Console, DebugExit
from blinkenlights.pc.disk import Disk
from blinkenlights.pc.memory import Memory
from blinkenlights.pc.scheduler import Scheduler

RAM = 16 << 20
SLICE = 10_000_000  # instructions between two looks at the world, when nothing else happens
IF = 0x200
ROM_SEGMENT = 0xF0000
CODE_SEGMENT = 1


class End(Enum):
    """Why a machine does not go on."""

    EXIT = "exit"  # the program said so: `PC.exited`
    HALT = "halt"  # halted, and nothing can wake it
    SHUTDOWN = "shutdown"  # a third fault in a row: a real machine resets
    COUNT = "count"
    TIMEOUT = "timeout"
    INTERRUPT = "interrupt"


class PC:
    """A machine with one processor.

    `boot_image` is the disk that it starts from; `ram` bytes of memory. `bios` is a ROM image to use instead
    of the built-in services, which then runs from the reset vector. `write` keeps what is written to the
    image. `say` gets what the machine writes to its text outputs.
    """

    def __init__(
        self,
        boot_image: str | os.PathLike[str],
        *,
        bios: str | os.PathLike[str] | None = None,
        write: bool = False,
        ram: int = RAM,
        option_roms: Mapping[int, bytes] | None = None,
        say: Callable[[bytes], None] | None = None,
    ) -> None:
        """OSError for files that can't be read, ValueError for what can't be so."""
        self.say: Callable[[bytes], None] = say or (lambda text: None)
        disk = Disk(boot_image, write)
        try:
            rom = Path(bios).read_bytes() if bios is not None else firmware.rom()
            self.memory = Memory(ram, rom)
        except BaseException:
            disk.close()
            raise
        self.boot_disk = disk.number
        self.disks: dict[int, Disk] = {disk.number: disk}
        self.keys: deque[int] = deque()  # scan code << 8 | character, for INT 16h
        self.exited: int | None = None
        self.own_bios = bios is None
        self.pace: Callable[[int], None] = lambda tick: None  # called before time jumps to `tick`
        self._wanted = False
        cpuid.use()
        self.cpu = SystemProcessor(self.memory.space)
        self.bus = Bus()
        self.memory.install(self.cpu, self.bus)
        self.registers = Registers(self.cpu)
        self.scheduler = Scheduler(self._next_event)
        self.attach_devices()
        for address, image in (option_roms or {}).items():
            self.memory.add_option_rom(address, image)
        self.start()

    def attach_devices(self) -> None:
        """The table of ports."""
        bus = self.bus
        bus.attach("system control", 0x92, 0x92, SystemControl(self.cpu, self.reset))
        bus.attach("debug console", 0xE9, 0xE9, Console(self.say))
        bus.attach_wide("debug exit", 0xF4, 0xF7, DebugExit(self.end))

    def _next_event(self, tick: int | None) -> None:
        self.cpu.next_event = tick

    def start(self) -> None:
        """As after power-on: the boot loader, or the alternate BIOS's first instruction, is next."""
        self.cpu.power_on()
        self.cpu.next_event = self.scheduler.next
        if self.own_bios:
            firmware.power_on(self)

    def reset(self) -> None:
        """A device resets the machine; it starts when the processor has stopped."""
        self.cpu.power_on()
        self.cpu.attend()

    def end(self, status: int) -> None:
        """The program ends the machine, with this exit status."""
        self.exited = status
        self.cpu.attend()

    def interrupt(self) -> None:
        """Make `run` return soon; from any thread."""
        self._wanted = True
        self.cpu.attend()

    def press(self, character: int, scan_code: int = 0) -> None:
        """A key for INT 16h."""
        self.keys.append(scan_code << 8 | character)
        self.cpu.wake()

    # -- running ----------------------------------------------------------------------------------

    @property
    def tick(self) -> int:
        """Instructions executed since the start."""
        return self.cpu.icount

    def run(self, count: int | None = None, timeout: float | None = None) -> End:
        """Run until it ends, `count` instructions (exactly) or `timeout` seconds are over, or `interrupt`."""
        cpu = self.cpu
        last = None if count is None else cpu.icount + count
        deadline = None if timeout is None else time.monotonic() + timeout
        self._wanted = False
        while True:
            if self.exited is not None:
                return End.EXIT
            if self._wanted:
                return End.INTERRUPT
            if last is not None and cpu.icount >= last:
                return End.COUNT
            if deadline is not None and time.monotonic() >= deadline:
                return End.TIMEOUT
            cpu.limit = cpu.icount + SLICE if last is None else min(cpu.icount + SLICE, last)
            end = self.after(cpu.run())
            if end is not None:
                return end

    def step(self) -> End | None:
        """One instruction, or a halted machine's wait for its next event; None while it goes on."""
        return self.after(self.cpu.step())

    def after(self, reason: int) -> End | None:
        """Deal with what made the processor stop; None to go on."""
        if reason == EXIT_EVENT:
            self.scheduler.run(self.cpu.now)
        elif reason == EXIT_HALT:
            return self.wait()
        elif reason == EXIT_SYSCALL:
            self.call()
        elif reason == EXIT_SHUTDOWN:
            return End.SHUTDOWN
        elif reason != EXIT_ATTENTION:
            raise RuntimeError(f"the processor stopped for reason {reason}")
        return None

    def wait(self) -> End | None:
        """HLT: let time pass up to the next event."""
        following = self.scheduler.next
        if following is None or not self.cpu.rflags & IF:
            return End.HALT
        self.pace(following)
        self.cpu.sleep_until(following)
        return None

    def call(self) -> None:
        """SYSCALL in real mode: of a BIOS entry, or the program's to the host."""
        cpu = self.cpu
        if self.own_bios and cpu.segment(CODE_SEGMENT)[1] == ROM_SEGMENT:
            vector = firmware.vector_at(cpu.rip)
            if vector is not None:
                firmware.call(self, vector)
                return
        host_calls.call(self)

    # -- state ------------------------------------------------------------------------------------

    def save(self) -> dict[str, object]:
        """Everything but memory, for `restore`."""
        return {
            "cpu": self.cpu.save(),
            "scheduler": self.scheduler.save(),
            "keys": list(self.keys),
            "disks": {number: disk.save() for number, disk in self.disks.items()},
            "exited": self.exited,
        }

    def restore(self, state: dict[str, object]) -> None:
        """What `save` gave. Memory is the caller's."""
        self.cpu.restore(state["cpu"])  # type: ignore[arg-type]
        self.scheduler.restore(state["scheduler"])  # type: ignore[arg-type]
        self.keys = deque(state["keys"])  # type: ignore[call-overload]
        for number, written in state["disks"].items():  # type: ignore[attr-defined]
            self.disks[number].restore(written)
        self.exited = state["exited"]  # type: ignore[assignment]

    def close(self) -> None:
        for disk in self.disks.values():
            disk.close()
        self.memory.close()
