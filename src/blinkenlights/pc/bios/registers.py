"""The caller's registers, as a BIOS service sees and sets them."""

from blinkenlights.core.supervisor.processor import SystemProcessor

CF = 1
ZF = 0x40


def word(number: int) -> property:
    def get(self: "Registers") -> int:
        return self.cpu.get(number) & 0xFFFF

    def put(self: "Registers", value: int) -> None:
        self.cpu.set(number, self.cpu.get(number) & ~0xFFFF | value & 0xFFFF)

    return property(get, put)


def double(number: int) -> property:
    def get(self: "Registers") -> int:
        return self.cpu.get(number) & 0xFFFFFFFF

    def put(self: "Registers", value: int) -> None:
        self.cpu.set(number, value & 0xFFFFFFFF)

    return property(get, put)


def byte(number: int, shift: int) -> property:
    def get(self: "Registers") -> int:
        return self.cpu.get(number) >> shift & 0xFF

    def put(self: "Registers", value: int) -> None:
        self.cpu.set(number, self.cpu.get(number) & ~(0xFF << shift) | (value & 0xFF) << shift)

    return property(get, put)


def segment(number: int) -> property:
    def get(self: "Registers") -> int:
        return self.cpu.selector(number)

    def put(self: "Registers", value: int) -> None:
        self.cpu.set_real_segment(number, value & 0xFFFF)

    return property(get, put)


class Registers:
    """AX to DI and their halves, EAX to EDI, segment registers, and the flags that IRET will restore."""

    eax, ecx, edx, ebx, esp, ebp, esi, edi = (double(n) for n in range(8))
    ax, cx, dx, bx, sp, bp, si, di = (word(n) for n in range(8))
    al, cl, dl, bl = (byte(n, 0) for n in range(4))
    ah, ch, dh, bh = (byte(n, 8) for n in range(4))
    es, cs, ss, ds, fs, gs = (segment(n) for n in range(6))

    def __init__(self, cpu: SystemProcessor) -> None:
        self.cpu = cpu

    def _flags_at(self) -> int:
        """Where INT pushed the flags: above IP and CS."""
        return (self.cpu.segment(2)[1] + (self.sp + 4 & 0xFFFF)) & 0xFFFFFFFF

    def _physical(self) -> int:
        linear = self._flags_at()
        physical = self.cpu.translate(linear)
        return linear if physical is None else physical

    def flag(self, bit: int) -> bool:
        """A flag of the caller's."""
        return bool(int.from_bytes(self.cpu.read_physical(self._physical(), 2), "little") & bit)

    def set_flag(self, bit: int, on: bool) -> None:
        """What the caller is to find in a flag."""
        at = self._physical()
        flags = int.from_bytes(self.cpu.read_physical(at, 2), "little")
        self.cpu.write_physical(at, (flags | bit if on else flags & ~bit).to_bytes(2, "little"))

    @property
    def carry(self) -> bool:
        return self.flag(CF)

    @carry.setter
    def carry(self, on: bool) -> None:
        self.set_flag(CF, on)

    @property
    def zero(self) -> bool:
        return self.flag(ZF)

    @zero.setter
    def zero(self, on: bool) -> None:
        self.set_flag(ZF, on)
