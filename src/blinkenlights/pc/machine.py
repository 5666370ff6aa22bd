"""`PC`: a BIOS machine put together, and what it does when its processor needs help."""

import os
import time
from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

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
from blinkenlights.pc.bios.keyboard import keys_wait
from blinkenlights.pc.bios.registers import Registers
from blinkenlights.pc.bus import Bus
from blinkenlights.pc.cdrom import Cd, boot_entry
from blinkenlights.pc.devices.adapter import Adapter
from blinkenlights.pc.devices.chipset import Pci, functions
from blinkenlights.pc.devices.clock import Clock
from blinkenlights.pc.devices.control import SystemControl
from blinkenlights.pc.devices.debug import Console, DebugExit
from blinkenlights.pc.devices.fwcfg import FirmwareFiles
from blinkenlights.pc.devices.ide import Ide
from blinkenlights.pc.devices.keyboard import Keyboard
from blinkenlights.pc.devices.pic import Pic
from blinkenlights.pc.devices.pit import Pit
from blinkenlights.pc.devices.serial import Uart
from blinkenlights.pc.devices.simple import Latches, PowerOff
from blinkenlights.pc.disk import Disk
from blinkenlights.pc.keys import Stroke, stroke
from blinkenlights.pc.memory import Memory, is_video_rom
from blinkenlights.pc.scheduler import TICKS_PER_SECOND, Scheduler

RAM = 16 << 20
SLICE = 10_000_000  # instructions between two looks at the world, when nothing else happens
IF = 0x200
LOOKS = 64  # a program that has looked for a key so often isn't only emptying the keyboard
KEY_TICKS = TICKS_PER_SECOND // 1000  # between two keys that are typed at such a program
ROM_SEGMENT = 0xF0000
CODE_SEGMENT = 1

Input = Stroke | bytes  # a key, or what comes on COM1


class End(Enum):
    """Why a machine does not go on."""

    EXIT = "exit"  # the program said so: `PC.exited`
    HALT = "halt"  # halted, and nothing can wake it
    SHUTDOWN = "shutdown"  # a third fault in a row: a real machine resets
    COUNT = "count"
    TIMEOUT = "timeout"
    INTERRUPT = "interrupt"


class Stateful(Protocol):
    """A chip whose state can be taken and put back."""

    def save(self) -> Any: ...
    def restore(self, state: Any) -> None: ...


def disks_of(image: str | os.PathLike[str], write: bool, own_bios: bool) -> list[Disk]:
    """The disk to boot, and the CD that it is on, if it is on one. Another BIOS finds no CD drive."""
    entry = boot_entry(image) if own_bios else None
    if entry is None:
        return [Disk(image, write)]
    cd = Cd(image, entry)
    emulated = cd.emulated()
    return [cd] if emulated is None else [emulated, cd]


class PC:
    """A machine with one processor.

    `boot_image` is the disk that it starts from; `ram` bytes of memory. `bios` is a ROM image to use instead
    of the built-in services, which then runs from the reset vector, on a 440FX chipset; it is given the
    option ROMs by qemu's fw_cfg, and what it logs on port 0x402 is text output. `write` keeps what is
    written to the image. `say` gets what the machine writes to its text outputs, `serial` what it sends on
    COM1, `bell` the speaker's frequency in Hz when it begins to sound, and 0 when it ends. `start` is the
    clock's time at power-on, in seconds since 1970; now, if None.
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
        serial: Callable[[bytes], None] | None = None,
        bell: Callable[[int], None] | None = None,
        start: int | None = None,
    ) -> None:
        """OSError for files that can't be read, ValueError for what can't be so."""
        self.say: Callable[[bytes], None] = say or (lambda text: None)
        self.serial: Callable[[bytes], None] = serial or (lambda text: None)
        self.bell: Callable[[int], None] = bell or (lambda frequency: None)
        disk, *others = disks_of(boot_image, write, bios is None)
        try:
            rom = Path(bios).read_bytes() if bios is not None else firmware.rom()
            self.memory = Memory(ram, rom)
        except BaseException:
            for each in (disk, *others):
                each.close()
            raise
        self.boot_disk = disk.number
        self.disks: dict[int, Disk] = {each.number: each for each in (disk, *others)}
        self.roms = dict(option_roms or {})
        self.roms_to_run: list[int] = []  # of those, in this start
        self.wants_key: Callable[[], bool] | None = None  # asked when a program waits; False: none will come
        self.offers_key: Callable[[], object] | None = None  # when a program keeps looking, and does not wait
        self.looks = self.offered = 0  # how often it did since the last key, and when that was
        self.waiting_until: int | None = None  # INT 15h, AH=86h: the tick
        self.told_no_disk = False
        self.emulates = True  # a CD's image still stands for the disk that was booted
        self.exited: int | None = None
        self.own_bios = bios is None
        self.pace: Callable[[int], None] = lambda tick: None  # called before time jumps to `tick`
        self.replaying = False  # in the recorded past: nothing of it reaches the outside again
        self.inputs: list[Input] | None = None  # what waits to be given at a moment that is recorded
        self._wanted = False
        self._starved = False
        cpuid.use()
        self.cpu = SystemProcessor(self.memory.space)
        self.bus = Bus()
        self.memory.install(self.cpu, self.bus)
        self.registers = Registers(self.cpu)
        self.scheduler = Scheduler(self._next_event)
        self.alarm = self.scheduler.timer("wait", lambda tick: self.cpu.wake())
        self.make_devices(int(time.time()) if start is None else start)
        self.attach_devices()
        if self.own_bios:
            for address, image in self.roms.items():
                self.memory.add_option_rom(address, image)
        self.start()

    def make_devices(self, start: int) -> None:
        """The chips, and which interrupt is whose."""
        cpu, scheduler = self.cpu, self.scheduler

        def now() -> int:
            return cpu.now

        def line(number: int) -> Callable[[bool], None]:
            return lambda on: self.pic.set_line(number, on)

        self.pic = Pic(cpu.set_interrupt_line)
        self.pit = Pit(scheduler, now, line(0), self.ring)
        self.keyboard = Keyboard(
            scheduler, now, line(1), lambda: cpu.a20, cpu.set_a20, self.reset, self.look_for_input
        )
        self.uart = Uart(self.transmit, line(4))
        self.clock = Clock(scheduler, now, line(8), start)
        self.ide = Ide(self.disks.get(0x80), line(14))
        self.adapter = Adapter(now)
        self.latches = Latches()
        self.pci = Pci(self.reset, None if self.own_bios else functions(self.memory))
        self.files = FirmwareFiles({} if self.own_bios else self.rom_files())
        self.clock.describe(self.memory.ram, self.disks)

    @property
    def devices(self) -> dict[str, "Stateful"]:
        """Those with a state to be saved."""
        return {
            "pic": self.pic, "pit": self.pit, "keyboard": self.keyboard, "uart": self.uart,
            "clock": self.clock, "ide": self.ide, "adapter": self.adapter, "latches": self.latches,
            "pci": self.pci, "files": self.files, "memory": self.memory,
        }  # fmt: skip

    def rom_files(self) -> dict[str, bytes]:
        """Option ROMs as a BIOS of its own looks for them."""
        return {
            f"{'vgaroms' if is_video_rom(image) else 'genroms'}/{address:x}.rom": image
            for address, image in self.roms.items()
        }

    def attach_devices(self) -> None:
        """The table of ports."""
        bus = self.bus
        power = PowerOff(self.end)
        bus.pic = self.pic
        bus.on_x87_error = lambda: self.pic.pulse(13)
        for name, first, last, device in (
            ("DMA controller", 0x00, 0x0F, self.latches),
            ("interrupt controller", 0x20, 0x21, self.pic),
            ("timer", 0x40, 0x43, self.pit),
            ("keyboard", 0x60, 0x60, self.keyboard),
            ("system control B", 0x61, 0x61, self.pit),
            ("keyboard controller", 0x64, 0x64, self.keyboard),
            ("clock", 0x70, 0x71, self.clock),
            ("DMA pages", 0x80, 0x8F, self.latches),
            ("system control A", 0x92, 0x92, SystemControl(self.cpu, self.reset)),
            ("second interrupt controller", 0xA0, 0xA1, self.pic),
            ("second DMA controller", 0xC0, 0xDF, self.latches),
            ("debug console", 0xE9, 0xE9, Console(self.tell)),
            ("monochrome adapter", 0x3B0, 0x3BB, self.adapter),
            ("display adapter", 0x3C0, 0x3DF, self.adapter),
            ("COM1", 0x3F8, 0x3FF, self.uart),
        ):
            bus.attach(name, first, last, device)
        for name, first, last, wide in (
            ("debug exit", 0xF4, 0xF7, DebugExit(self.end)),
            ("hard disk", 0x1F0, 0x1F7, self.ide),
            ("hard disk control", 0x3F6, 0x3F6, self.ide),
            ("power", 0x604, 0x605, power),
            ("power, elsewhere", 0xB004, 0xB005, power),
            ("PCI", 0xCF8, 0xCFF, self.pci),
        ):
            bus.attach_wide(name, first, last, wide)
        if not self.own_bios:
            bus.attach("BIOS log", 0x402, 0x402, Console(self.tell))
            bus.attach_wide("BIOS files", 0x510, 0x511, self.files)

    def _next_event(self, tick: int | None) -> None:
        self.cpu.next_event = tick

    def start(self) -> None:
        """As after power-on: the boot loader, or the alternate BIOS's first instruction, is next."""
        self.cpu.power_on()
        self.cpu.next_event = self.scheduler.next
        if self.own_bios:
            firmware.power_on(self)

    def reset(self) -> None:
        """A device resets the processor, which goes on with the ROM's first instruction."""
        self.cpu.reset()

    def end(self, status: int) -> None:
        """The program ends the machine, with this exit status."""
        self.exited = status
        self.cpu.attend()

    def interrupt(self) -> None:
        """Make `run` return soon; from any thread."""
        self._wanted = True
        self.cpu.attend()

    def press(self, *keys: str) -> None:
        """Strike keys: a character or a name each, `a`, `enter`, `ctrl+c`. KeyError for none such."""
        for stroke_ in [stroke(key) for key in keys]:
            self.give(stroke_)

    def receive(self, data: bytes) -> None:
        """Bytes from the other side of COM1."""
        self.give(data)

    def give(self, what: Input) -> None:
        """Something comes from outside: now, or as soon as its moment can be recorded."""
        if self.inputs is not None:
            self.inputs.append(what)
        else:
            self.take(what)
        self.cpu.attend()

    def take(self, what: Input) -> None:
        if isinstance(what, bytes):
            self.uart.receive(what)
        else:
            self.keyboard.press(what)

    # -- what it does to the outside, except in its past

    def tell(self, text: bytes) -> None:
        """The program writes to a text output."""
        if not self.replaying:
            self.say(text)

    def transmit(self, data: bytes) -> None:
        """COM1 sends bytes."""
        if not self.replaying:
            self.serial(data)

    def ring(self, frequency: int) -> None:
        """The speaker begins to sound, in Hz; 0 ends that."""
        if not self.replaying:
            self.bell(frequency)

    def wait_for_input(self) -> str:
        """A program waits for a key. When none is to come, the machine has halted."""
        if self.replaying:
            return "wait"
        if not self.inputs and self.keyboard.idle and self.wants_key is not None and not self.wants_key():
            self._starved = True
            self.cpu.attend()
        return "wait"

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
            if self.take_starved():
                return End.HALT
            if last is not None and cpu.icount >= last:
                return End.COUNT
            if deadline is not None and time.monotonic() >= deadline:
                return End.TIMEOUT
            cpu.limit = cpu.icount + SLICE if last is None else min(cpu.icount + SLICE, last)
            end = self.after(cpu.run())
            if end is not None:
                return end

    def look_for_input(self, times: int = 1) -> None:
        """A program looks whether there is a key, and goes on: after some looks there may be one."""
        if self.replaying or self.offers_key is None or self.inputs or not self.keyboard.idle:
            return
        self.looks += times
        if self.looks >= LOOKS and self.cpu.now - self.offered >= KEY_TICKS:
            self.looks, self.offered = 0, self.cpu.now
            self.offers_key()

    def take_starved(self) -> bool:
        """Whether the program has waited, since this was asked last, for a key that does not come."""
        starved, self._starved = self._starved, False
        return starved

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
        if not self.own_bios or (self.cpu.segment(CODE_SEGMENT)[1] != ROM_SEGMENT and not keys_wait(self)):
            self.look_for_input(LOOKS // 4)  # a program that is called for keys
        self.pace(following)
        self.cpu.sleep_until(following)
        return None

    def call(self) -> None:
        """SYSCALL in real mode: of a BIOS entry, or the program's to the host."""
        vector = self.service()
        if vector is not None:
            firmware.call(self, vector)
        else:
            host_calls.call(self)

    def service(self) -> int | None:
        """Behind a SYSCALL: the vector of the BIOS entry that it belongs to."""
        if self.own_bios and self.cpu.segment(CODE_SEGMENT)[1] == ROM_SEGMENT:
            return firmware.vector_at(self.cpu.rip)
        return None

    # -- state ------------------------------------------------------------------------------------

    def save(self) -> dict[str, object]:
        """Everything but memory, for `restore`."""
        return {"cpu": self.cpu.save(), **self.save_devices()}

    def save_devices(self) -> dict[str, object]:
        """Everything but memory and the processor, for `restore_devices`."""
        return {
            "scheduler": self.scheduler.save(),
            "devices": {name: device.save() for name, device in self.devices.items()},
            "waiting_until": self.waiting_until,
            "roms_to_run": list(self.roms_to_run),
            "disks": {number: disk.save() for number, disk in self.disks.items()},
            "told_no_disk": self.told_no_disk,
            "emulates": self.emulates,
            "exited": self.exited,
        }

    def restore(self, state: dict[str, object]) -> None:
        """What `save` gave. Memory is the caller's."""
        self.cpu.restore(state["cpu"])  # type: ignore[arg-type]
        self.restore_devices(state)

    def restore_devices(self, state: dict[str, object]) -> None:
        """What `save_devices` gave."""
        self.scheduler.restore(state["scheduler"])  # type: ignore[arg-type]
        for name, device in self.devices.items():
            device.restore(state["devices"][name])  # type: ignore[index]
        self.waiting_until = state["waiting_until"]  # type: ignore[assignment]
        self.roms_to_run = list(state["roms_to_run"])  # type: ignore[call-overload]
        for number, written in state["disks"].items():  # type: ignore[attr-defined]
            self.disks[number].restore(written)
        self.told_no_disk = bool(state["told_no_disk"])
        self.emulates = bool(state["emulates"])
        self.exited = state["exited"]  # type: ignore[assignment]

    def close(self) -> None:
        for disk in self.disks.values():
            disk.close()
        self.memory.close()
