"""INT 18h and 19h: load the boot sector and go there."""

from typing import TYPE_CHECKING

from blinkenlights.pc.bios.registers import Registers

if TYPE_CHECKING:
    from blinkenlights.pc.machine import PC

BOOT = 0x7C00
STACK = 0x7000  # below the boot sector


def start(machine: "PC") -> None:
    """The first disk's boot sector at 0000:7c00, with DL set."""
    number = machine.boot_disk
    machine.memory.write(BOOT, machine.disks[number].read(0, 1))
    cpu = machine.cpu
    for register in range(16):
        cpu.set(register, 0)
    for segment in range(6):
        cpu.set_real_segment(segment, 0)
    machine.registers.sp = STACK
    machine.registers.dl = number
    cpu.rflags = 0x202
    cpu.rip = BOOT


def service(machine: "PC", r: Registers) -> str | None:
    """INT 19h: boot again."""
    start(machine)
    return "gone"


def no_disk(machine: "PC", r: Registers) -> str | None:
    """INT 18h: nothing to boot from."""
    machine.say(b"No bootable disk.\r\n")
    return "wait"
