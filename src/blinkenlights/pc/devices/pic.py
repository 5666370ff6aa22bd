"""Two 8259A interrupt controllers, the second behind input 2 of the first (ports 0x20, 0xa0 and up)."""

from collections.abc import Callable

MASTER, SLAVE = 0x20, 0xA0
CASCADE = 2
SPURIOUS = 7
ICW1, ICW1_SINGLE, ICW1_NEEDS_ICW4 = 0x10, 0x02, 0x01
OCW3 = 0x08
AUTO_EOI = 0x02


class Controller:
    """One chip: eight inputs, input 0 first in priority. Inputs are edges, as on a PC."""

    def __init__(self, base: int) -> None:
        self.base = base  # vector of input 0
        self.request = 0
        self.service = 0
        self.mask = 0xFF
        self.lines = 0
        self.lowest = 7  # the input of lowest priority
        self.expecting = 0  # which ICW comes next; 0: none
        self.wants_icw4 = False
        self.single = False
        self.automatic = False
        self.reads_service = False
        self.special_mask = False

    def set_line(self, number: int, on: bool) -> None:
        bit = 1 << number
        if on and not self.lines & bit:
            self.request |= bit
        self.lines = self.lines | bit if on else self.lines & ~bit
        if not on:
            self.request &= ~bit

    def by_priority(self) -> list[int]:
        """The inputs, the one of highest priority first."""
        return [(self.lowest + 1 + i) & 7 for i in range(8)]

    def in_service(self) -> int | None:
        """The input whose interrupt is being served; the most urgent one of several."""
        return next((number for number in self.by_priority() if self.service >> number & 1), None)

    def pending(self) -> int | None:
        """The input to be served next: unmasked, and above what is in service."""
        wanted = self.request & ~self.mask
        if not wanted:
            return None
        for number in self.by_priority():
            bit = 1 << number
            if self.service & bit and not (self.special_mask and self.mask & bit):
                return None
            if wanted & bit:
                return number
        return None

    def take(self, number: int) -> None:
        bit = 1 << number
        self.request &= ~bit
        if not self.automatic:
            self.service |= bit

    def end_of_interrupt(self, number: int | None) -> None:
        if number is None:
            number = self.in_service()
        if number is not None:
            self.service &= ~(1 << number)

    def write_command(self, value: int) -> None:
        if value & ICW1:
            self.request = self.service = self.mask = 0
            self.lowest = 7
            self.special_mask = self.reads_service = self.automatic = False
            self.single = bool(value & ICW1_SINGLE)
            self.wants_icw4 = bool(value & ICW1_NEEDS_ICW4)
            self.expecting = 2
        elif value & OCW3:
            if value & 2:
                self.reads_service = bool(value & 1)
            if value & 0x40:
                self.special_mask = bool(value & 0x20)
        else:
            number = value & 7 if value & 0x40 else None
            if value & 0x20:
                if number is None and value & 0x80:  # rotate on non-specific end of interrupt
                    number = self.in_service()
                self.end_of_interrupt(number)
            if value & 0x80 and number is not None:
                self.lowest = number

    def write_data(self, value: int) -> None:
        if self.expecting == 2:
            self.base = value & 0xF8
            self.expecting = 4 if self.single else 3
            if self.single and not self.wants_icw4:
                self.expecting = 0
        elif self.expecting == 3:
            self.expecting = 4 if self.wants_icw4 else 0
        elif self.expecting == 4:
            self.automatic = bool(value & AUTO_EOI)
            self.expecting = 0
        else:
            self.mask = value

    def save(self) -> dict[str, object]:
        return dict(vars(self))

    def restore(self, state: dict[str, object]) -> None:
        vars(self).update(state)


class Pic:
    """The pair, with 16 inputs. `output` is told whether the processor's interrupt line is on."""

    def __init__(self, output: Callable[[bool], None]) -> None:
        self.output = output
        self.master = Controller(0x08)
        self.slave = Controller(0x70)

    def program(self, master: int, slave: int, master_mask: int, slave_mask: int) -> None:
        """What a BIOS does at power-on: vectors and masks."""
        self.master.base, self.slave.base = master, slave
        self.master.mask, self.slave.mask = master_mask, slave_mask
        self.update()

    def set_line(self, number: int, on: bool) -> None:
        """Input 0 to 15."""
        if number < 8:
            self.master.set_line(number, on)
        else:
            self.slave.set_line(number - 8, on)
        self.update()

    def pulse(self, number: int) -> None:
        """An edge without a level."""
        self.set_line(number, False)
        chip = self.master if number < 8 else self.slave
        chip.request |= 1 << (number & 7)
        self.update()

    def update(self) -> None:
        self.master.set_line(CASCADE, self.slave.pending() is not None)
        self.output(self.master.pending() is not None)

    def acknowledge(self) -> int:
        """The vector for the processor; that of input 7 when the interrupt went away meanwhile."""
        number = self.master.pending()
        if number is None:
            return self.master.base + SPURIOUS
        self.master.take(number)
        vector = self.master.base + number
        if number == CASCADE:
            inner = self.slave.pending()
            vector = self.slave.base + (SPURIOUS if inner is None else inner)
            if inner is not None:
                self.slave.take(inner)
        self.update()
        return vector

    def chip(self, port: int) -> Controller:
        return self.slave if port & 0x80 else self.master

    def read(self, port: int) -> int:
        chip = self.chip(port)
        if port & 1:
            return chip.mask
        return chip.service if chip.reads_service else chip.request

    def write(self, port: int, value: int) -> None:
        chip = self.chip(port)
        if port & 1:
            chip.write_data(value)
        else:
            chip.write_command(value)
        self.update()

    def save(self) -> list[dict[str, object]]:
        return [self.master.save(), self.slave.save()]

    def restore(self, state: list[dict[str, object]]) -> None:
        self.master.restore(state[0])
        self.slave.restore(state[1])
