"""The segments that 16 and 32-bit code has besides Linux's own: an LDT, the same on the CPU and in ours."""

from dataclasses import dataclass

from tests.oracle.state import CODE, DATA, GS_BASE, SLOT_SIZE, WINDOW

# modify_ldt's `contents`; Linux makes no conforming code segments
DATA_UP, DATA_DOWN, CODE_PLAIN = range(3)
MIDDLE = WINDOW - DATA + 512  # of the window, as an offset in segments that start with the data


@dataclass(frozen=True)
class Segment:
    """A descriptor; `limit` is the field of 20 bits, which counts pages if `pages` says so."""

    base: int
    limit: int
    contents: int = DATA_UP
    big: bool = False  # 32-bit
    pages: bool = False
    readable_only: bool = False  # data that can't be written, code that can't be read
    present: bool = True

    @property
    def flags(self) -> int:
        """The bits of Linux's struct user_desc (asm/ldt.h)."""
        return (self.big | self.contents << 1 | self.readable_only << 3 | self.pages << 4
                | (not self.present) << 5 | 1 << 6)

    @property
    def descriptor(self) -> int:
        """Its eight bytes (Intel SDM volume 3, section 3.4.5)."""
        kind = 0xF1 if self.present else 0x71  # present, privilege level 3, code or data, accessed
        kind |= self.contents << 2 | (not self.readable_only) << 1
        return (self.limit & 0xFFFF | (self.base & 0xFFFFFF) << 16 | kind << 40
                | (self.limit >> 16 | self.big << 6 | self.pages << 7) << 48 | self.base >> 24 << 56)

    @property
    def last(self) -> int:
        """The limit in bytes."""
        return self.limit << 12 | 0xFFF if self.pages else self.limit


SEGMENTS = {
    "gs": Segment(GS_BASE, 0xFFFFF, big=True, pages=True),  # what GS holds
    "code16": Segment(CODE, 0xFFFF, CODE_PLAIN),
    "data16": Segment(DATA, 0xFFFF),
    "short16": Segment(DATA, MIDDLE + 128),
    "down16": Segment(DATA, MIDDLE - 128, DATA_DOWN),
    "constant16": Segment(DATA, 0xFFFF, readable_only=True),
    "hidden16": Segment(CODE, 0xFFFF, CODE_PLAIN, readable_only=True),
    "limited16": Segment(CODE, 0x7FFF, CODE_PLAIN),
    "absent": Segment(DATA, 0xFFFF, present=False),
    "down32": Segment(0, (WINDOW >> 12) - 1, DATA_DOWN, big=True, pages=True),  # above the first data page
    "code32": Segment(CODE, 0xFFFFF, CODE_PLAIN, big=True, pages=True),
    "short32": Segment(0, WINDOW >> 12, big=True, pages=True),  # up to the middle of the window
    "constant32": Segment(0, 0xFFFFF, big=True, pages=True, readable_only=True),
    "hidden32": Segment(0, 0xFFFFF, CODE_PLAIN, big=True, pages=True, readable_only=True),
    "absent_code": Segment(0, 0xFFFFF, CODE_PLAIN, big=True, pages=True, present=False),
    "bytes32": Segment(DATA, MIDDLE + 64, big=True),
    "down_bytes32": Segment(DATA, MIDDLE - 64, DATA_DOWN, big=True),
}
SELECTORS = {name: index << 3 | 7 for index, name in enumerate(SEGMENTS)}
BY_SELECTOR = {SELECTORS[name]: segment for name, segment in SEGMENTS.items()}




def slot_address(cs: int, slot: int) -> int:
    """Where an instruction is, as an offset in the code segment."""
    return CODE + SLOT_SIZE * slot - base_of(cs)


def base_of(selector: int) -> int:
    """Where its segment starts."""
    return BY_SELECTOR[selector | 3].base if selector & 4 and selector | 3 in BY_SELECTOR else 0
