"""The clock and its battery-backed memory (MC146818, ports 0x70 and 0x71; interrupt 8)."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from blinkenlights.pc.disk import Disk
from blinkenlights.pc.scheduler import TICKS_PER_SECOND, Scheduler

SECONDS, MINUTES, HOURS, WEEKDAY, DAY, MONTH, YEAR = 0, 2, 4, 6, 7, 8, 9
ALARMS = {1: SECONDS, 3: MINUTES, 5: HOURS}
A, B, C, D = 10, 11, 12, 13
CENTURY = 0x32
PERIODIC, ALARM, UPDATED = 0x40, 0x20, 0x10  # of registers B and C
HALTED, BINARY, HOURS_24 = 0x80, 0x04, 0x02  # of register B
SIZE = 128
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def bcd(value: int) -> int:
    return value // 10 << 4 | value % 10


def from_bcd(value: int) -> int:
    return (value >> 4) * 10 + (value & 15)


class Clock:
    """Time goes by the machine's ticks from the second it was started at."""

    def __init__(
        self, scheduler: Scheduler, now: Callable[[], int], interrupt: Callable[[bool], None], start: int
    ) -> None:
        """`start` is the time at tick 0, in seconds since 1970."""
        self.now = now
        self.interrupt = interrupt
        self.start = start
        self.index = 0
        self.memory = bytearray(SIZE)
        self.memory[A], self.memory[B], self.memory[D] = 0x26, HOURS_24, 0x80
        self.timer = scheduler.timer("clock", self.expire)

    def describe(self, ram: int, disks: Mapping[int, Disk]) -> None:
        """What a BIOS keeps here of memory and drives."""
        extended = min((ram >> 10) - 1024, 0xFFFF)
        above = min(max(ram - (16 << 20), 0) >> 16, 0xFFFF)
        floppy = disks.get(0)
        self.memory[0x10] = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5}[floppy.type] << 4 if floppy else 0
        self.memory[0x12] = 0xF0 if 0x80 in disks else 0
        self.memory[0x14] = 0x03 if floppy else 0x02
        for at, value in ((0x15, 640), (0x17, extended), (0x30, extended), (0x34, above)):
            self.memory[at : at + 2] = value.to_bytes(2, "little")
        self.memory[0x2E:0x30] = sum(self.memory[0x10:0x2E]).to_bytes(2, "big")

    # -- time

    def time(self) -> datetime:
        """Date and time as the clock has them."""
        return EPOCH + timedelta(seconds=self.start + self.now() // TICKS_PER_SECOND)

    def set_time(self, time: datetime) -> None:
        """Go on from this time."""
        self.start = int((time - EPOCH).total_seconds()) - self.now() // TICKS_PER_SECOND

    def field(self, register: int) -> int:
        time = self.time()
        hour = time.hour
        if register == HOURS and not self.memory[B] & HOURS_24:
            afternoon = 0x80 if hour >= 12 else 0
            return self.encode(hour % 12 or 12) | afternoon
        values = {
            SECONDS: time.second, MINUTES: time.minute, HOURS: hour, WEEKDAY: time.isoweekday() % 7 + 1,
            DAY: time.day, MONTH: time.month, YEAR: time.year % 100,
        }  # fmt: skip
        return bcd(time.year // 100) if register == CENTURY else self.encode(values[register])

    def encode(self, value: int) -> int:
        return value if self.memory[B] & BINARY else bcd(value)

    def decode(self, value: int) -> int:
        return value if self.memory[B] & BINARY else from_bcd(value)

    def set_field(self, register: int, value: int) -> None:
        time = self.time()
        number = from_bcd(value) if register == CENTURY else self.decode(value & 0x7F)
        if register == HOURS and not self.memory[B] & HOURS_24:
            number = number % 12 + (12 if value & 0x80 else 0)
        try:
            if register == YEAR:
                time = time.replace(year=time.year // 100 * 100 + number)
            elif register == CENTURY:
                time = time.replace(year=number * 100 + time.year % 100)
            elif register != WEEKDAY:
                names = {SECONDS: "second", MINUTES: "minute", HOURS: "hour", DAY: "day", MONTH: "month"}
                time = time.replace(**{names[register]: number})  # type: ignore[arg-type]
        except ValueError:
            return  # no such time: the day may be set before the month
        self.set_time(time)

    # -- interrupts

    def plan(self) -> None:
        now = self.now()
        next_second = (now // TICKS_PER_SECOND + 1) * TICKS_PER_SECOND
        enabled = self.memory[B]
        candidates = []
        if enabled & (ALARM | UPDATED):
            candidates.append(next_second)
        if enabled & PERIODIC and self.period():
            candidates.append((now // self.period() + 1) * self.period())
        if candidates:
            self.timer.set(min(candidates))
        else:
            self.timer.cancel()

    def period(self) -> int:
        """Ticks between periodic interrupts; 0: none."""
        rate = self.memory[A] & 15
        if rate == 0:
            return 0
        if rate < 3:
            rate += 7
        return (TICKS_PER_SECOND << rate - 1) // 32768

    def expire(self, tick: int) -> None:
        causes = 0
        if self.memory[B] & PERIODIC and self.period() and tick % self.period() == 0:
            causes |= PERIODIC
        if tick % TICKS_PER_SECOND == 0:
            causes |= UPDATED
            if all(self.memory[a] >= 0xC0 or self.memory[a] == self.field(r) for a, r in ALARMS.items()):
                causes |= ALARM
        self.memory[C] |= causes
        if causes & self.memory[B]:
            self.memory[C] |= 0x80
            self.interrupt(True)
        self.plan()

    # -- ports

    def read(self, port: int) -> int:
        if port == 0x70:
            return 0xFF
        register = self.index
        if register in (SECONDS, MINUTES, HOURS, WEEKDAY, DAY, MONTH, YEAR, CENTURY):
            return self.field(register)
        value = self.memory[register]
        if register == C:
            self.memory[C] = 0
            self.interrupt(False)
        return value

    def write(self, port: int, value: int) -> None:
        if port == 0x70:
            self.index = value & 0x7F
            return
        register = self.index
        if register in (SECONDS, MINUTES, HOURS, WEEKDAY, DAY, MONTH, YEAR, CENTURY):
            self.set_field(register, value)
        elif register not in (C, D):
            self.memory[register] = value & 0x7F if register == A else value
            if register in (A, B):
                self.plan()

    def save(self) -> dict[str, object]:
        return {"start": self.start, "index": self.index, "memory": bytes(self.memory)}

    def restore(self, state: dict[str, object]) -> None:
        vars(self).update(state)
        self.memory = bytearray(self.memory)
