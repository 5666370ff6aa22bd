"""The 8254 timer (ports 0x40 to 0x43) and system control port B (0x61), where its third channel leads.

A count is `TICKS_PER_COUNT` of the machine's ticks, so counters are computed from the time, not counted.
"""

from collections.abc import Callable

from blinkenlights.pc.scheduler import TICKS_PER_COUNT, Scheduler

FULL = 0x10000
LATCH, LOW, HIGH, BOTH = range(4)
REFRESH_TICKS = 18 * TICKS_PER_COUNT  # how long bit 4 of port 0x61 keeps its value


class Channel:
    """One of the three counters."""

    def __init__(self) -> None:
        self.mode = 3
        self.access = BOTH
        self.reload = FULL
        self.bcd = False
        self.start = 0  # tick of loading
        self.gate = True
        self.loaded = False  # a count was written since the mode was
        self.first: int | None = None  # low byte, when the high one is to come
        self.latched: int | None = None
        self.status: int | None = None
        self.high_next = False

    def elapsed(self, now: int) -> int:
        return max(now - self.start, 0) // TICKS_PER_COUNT

    def period(self) -> int:
        return max(self.reload, 2) if self.mode in (2, 3) else self.reload

    def count(self, now: int) -> int:
        """The counter's value."""
        passed = self.elapsed(now)
        if self.mode == 2:
            value = self.reload - passed % self.period()
        elif self.mode == 3:  # counts by twos
            half = (passed * 2) % self.period()
            value = self.reload - half & ~1
        else:
            value = self.reload - passed
        return self.encode(value & 0xFFFF)

    def output(self, now: int) -> bool:
        passed = self.elapsed(now)
        if self.mode == 2:
            return passed % self.period() != self.period() - 1
        if self.mode == 3:
            return passed % self.period() < (self.period() + 1) // 2
        if self.mode in (0, 1):
            return self.loaded and passed >= self.reload
        return not (self.loaded and passed == self.reload)

    def encode(self, value: int) -> int:
        return int(str(value % 10000), 16) if self.bcd else value

    def decode(self, value: int) -> int:
        if self.bcd:
            digits = [value >> shift & 15 for shift in (12, 8, 4, 0)]
            value = digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3]
            return value or 10000
        return value or FULL


class Pit:
    """Channel 0 interrupts, channel 2 sounds."""

    def __init__(
        self,
        scheduler: Scheduler,
        now: Callable[[], int],
        interrupt: Callable[[bool], None],
        bell: Callable[[int], None],
    ) -> None:
        """`bell` gets the frequency in Hz when the speaker begins to sound, 0 when it ends."""
        self.now = now
        self.interrupt = interrupt
        self.bell = bell
        self.channels = [Channel(), Channel(), Channel()]
        self.channels[2].gate = False
        self.port_b = 0
        self.timer = scheduler.timer("pit", self.expire)
        self.timer.set(FULL * TICKS_PER_COUNT)

    # -- channel 0's interrupts

    def plan(self) -> None:
        channel = self.channels[0]
        now = self.now()
        if channel.mode in (2, 3):
            length = channel.period() * TICKS_PER_COUNT
            self.timer.set(channel.start + ((now - channel.start) // length + 1) * length)
        elif channel.mode in (0, 4) and channel.loaded:
            self.timer.set(channel.start + channel.reload * TICKS_PER_COUNT)
        else:
            self.timer.cancel()

    def expire(self, tick: int) -> None:
        channel = self.channels[0]
        self.interrupt(False)
        self.interrupt(True)
        if channel.mode in (2, 3):
            self.timer.set(tick + channel.period() * TICKS_PER_COUNT)
        # modes 0 and 4 happen once

    # -- ports

    def read(self, port: int) -> int:
        if port == 0x61:
            refresh = self.now() // REFRESH_TICKS & 1
            return self.port_b & 0x0F | refresh << 4 | self.channels[2].output(self.now()) << 5
        if port == 0x43:
            return 0xFF
        channel = self.channels[port - 0x40]
        if channel.status is not None:
            value, channel.status = channel.status, None
            return value
        count = channel.latched if channel.latched is not None else channel.count(self.now())
        if channel.access == LOW:
            channel.latched = None
            return count & 0xFF
        if channel.access == HIGH:
            channel.latched = None
            return count >> 8
        if channel.high_next:
            channel.high_next = False
            channel.latched = None
            return count >> 8
        channel.high_next = True
        if channel.latched is None:
            channel.latched = count  # both halves of one count
        return count & 0xFF

    def write(self, port: int, value: int) -> None:
        if port == 0x61:
            self.write_port_b(value)
        elif port == 0x43:
            self.write_control(value)
        else:
            self.write_count(port - 0x40, value)

    def write_control(self, value: int) -> None:
        number = value >> 6
        if number == 3:
            self.read_back(value)
            return
        channel = self.channels[number]
        access = value >> 4 & 3
        if access == LATCH:
            if channel.latched is None:
                channel.latched = channel.count(self.now())
            return
        channel.access = access
        channel.mode = value >> 1 & 7
        if channel.mode > 5:
            channel.mode -= 4
        channel.bcd = bool(value & 1)
        channel.first = channel.latched = channel.status = None
        channel.high_next = channel.loaded = False
        if number == 0:
            self.interrupt(False)
            self.plan()

    def read_back(self, value: int) -> None:
        for number, channel in enumerate(self.channels):
            if not value >> number + 1 & 1:
                continue
            if not value & 0x20 and channel.latched is None:
                channel.latched = channel.count(self.now())
            if not value & 0x10 and channel.status is None:
                channel.status = (
                    channel.output(self.now()) << 7
                    | (not channel.loaded) << 6
                    | channel.access << 4
                    | channel.mode << 1
                    | channel.bcd
                )

    def write_count(self, number: int, value: int) -> None:
        channel = self.channels[number]
        if channel.access == LOW:
            whole = value
        elif channel.access == HIGH:
            whole = value << 8
        elif channel.first is None:
            channel.first = value
            return
        else:
            whole = value << 8 | channel.first
            channel.first = None
        channel.reload = channel.decode(whole)
        channel.start = self.now()
        channel.loaded = True
        if number == 0:
            self.interrupt(False)
            self.plan()
        elif number == 2 and self.port_b & 3 == 3:
            self.sound()

    def write_port_b(self, value: int) -> None:
        before, self.port_b = self.port_b, value & 0x0F
        channel = self.channels[2]
        if value & 1 and not before & 1:
            channel.start = self.now()
        channel.gate = bool(value & 1)
        if value & 3 == 3 and before & 3 != 3:
            self.sound()
        elif value & 3 != 3 and before & 3 == 3:
            self.bell(0)

    def sound(self) -> None:
        self.bell(1_193_182 // max(self.channels[2].reload, 1))

    def save(self) -> dict[str, object]:
        return {"port_b": self.port_b, "channels": [dict(vars(channel)) for channel in self.channels]}

    def restore(self, state: dict[str, object]) -> None:
        self.port_b = state["port_b"]  # type: ignore[assignment]
        for channel, values in zip(self.channels, state["channels"], strict=True):  # type: ignore[call-overload]
            vars(channel).update(values)
