"""The display adapter's registers: VGA's, with those of CGA and MDA where programs look for them.

Memory is plain: what is shown follows from the mode in the BIOS data area, from the memory, and from the
start address, cursor and palette here. Planes, and so modes 0Dh to 12h, are not there.
"""

from collections.abc import Callable

from blinkenlights.pc.scheduler import TICKS_PER_SECOND

FRAME = TICKS_PER_SECOND // 60
LINES = 262
VISIBLE = 200
RETRACE, BLANKED = 0x08, 0x01
BLINKS = 0x20  # of the mode control register
CRTC_SIZE = 0x20


def standard_palette() -> list[int]:
    """The 256 colours of mode 13h after it was set, as 6-bit red, green and blue."""
    colours: list[int] = []
    for i in range(16):  # the text colours: bits are blue, green, red, and intensity; 6 is brown
        level = 21 if i & 8 else 0
        red, green, blue = (level + 42 * (i >> bit & 1) for bit in (2, 1, 0))
        colours += (42, 21, 0) if i == 6 else (red, green, blue)
    for grey in (0, 5, 8, 11, 14, 17, 20, 24, 28, 32, 36, 40, 45, 50, 56, 63):
        colours += (grey, grey, grey)
    for top in (63, 28, 16):  # brightness
        for low in (0, top // 2, top * 5 // 7):  # whiteness
            for hue in range(24):
                colours += wheel(hue, low, top)
    colours += [0] * (768 - len(colours))
    return colours


def wheel(hue: int, low: int, top: int) -> tuple[int, int, int]:
    """One of 24 hues from blue over red and green, between two levels."""
    place, step = divmod(hue, 4)
    rising = low + (top - low) * step // 4
    falling = top - (top - low) * step // 4
    return (
        (rising, low, top), (top, low, falling), (top, rising, low),
        (falling, top, low), (low, top, rising), (low, falling, top),
    )[place]  # fmt: skip


class Adapter:
    """Ports 0x3b4 to 0x3bb and 0x3c0 to 0x3df."""

    def __init__(self, now: Callable[[], int]) -> None:
        self.now = now
        self.crtc_index = self.sequencer_index = self.graphics_index = self.attribute_index = 0
        self.crtc = bytearray(CRTC_SIZE)
        self.sequencer = bytearray(8)
        self.graphics = bytearray(16)
        self.attribute = bytearray(32)
        self.attribute_data = False  # the flip-flop of port 0x3c0
        self.dac: list[int]
        self.reset_palette()
        self.dac_read = self.dac_write = 0  # component numbers: colour * 3 + component
        self.miscellaneous = 0x67
        self.mode_control = 0x29  # CGA's
        self.colour_select = 0x30

    @property
    def start_address(self) -> int:
        """The first cell shown, in words."""
        return self.crtc[12] << 8 | self.crtc[13]

    @property
    def cursor(self) -> int:
        """The cursor's cell."""
        return self.crtc[14] << 8 | self.crtc[15]

    def set_cursor(self, cell: int) -> None:
        self.crtc[14], self.crtc[15] = cell >> 8 & 0xFF, cell & 0xFF

    def set_start(self, cell: int) -> None:
        self.crtc[12], self.crtc[13] = cell >> 8 & 0xFF, cell & 0xFF

    @property
    def blinking(self) -> bool:
        """Bit 7 of a text attribute is blinking, not a bright background."""
        return bool(self.attribute[16] & 8)

    @blinking.setter
    def blinking(self, on: bool) -> None:
        self.attribute[16] = self.attribute[16] & ~8 | on << 3

    def reset_palette(self) -> None:
        """As when a mode is set."""
        self.attribute[:16] = bytes((0, 1, 2, 3, 4, 5, 0x14, 7, *range(0x38, 0x40)))
        self.attribute[16] = 8
        self.dac = standard_palette()
        self.dac_mask = 0xFF

    def set_colour(self, number: int, red: int, green: int, blue: int) -> None:
        """A colour of the DAC, 6 bits each."""
        self.dac[3 * number : 3 * number + 3] = red & 63, green & 63, blue & 63

    def read(self, port: int) -> int:
        if port in (0x3B4, 0x3D4):
            return self.crtc_index
        if port in (0x3B5, 0x3D5):
            return self.crtc[self.crtc_index]
        if port in (0x3BA, 0x3DA):
            self.attribute_data = False
            return self.status()
        if port == 0x3C0:
            return self.attribute_index
        if port == 0x3C1:
            return self.attribute[self.attribute_index & 31]
        if port == 0x3C4:
            return self.sequencer_index
        if port == 0x3C5:
            return self.sequencer[self.sequencer_index]
        if port == 0x3C6:
            return self.dac_mask
        if port == 0x3C8:
            return self.dac_write // 3
        if port == 0x3C9:
            value = self.dac[self.dac_read]
            self.dac_read = (self.dac_read + 1) % 768
            return value
        if port == 0x3CC:
            return self.miscellaneous
        if port == 0x3CE:
            return self.graphics_index
        if port == 0x3CF:
            return self.graphics[self.graphics_index]
        if port == 0x3D9:
            return self.colour_select
        return 0

    def status(self) -> int:
        """Whether the beam is below the picture, or beside it."""
        line, rest = divmod(self.now() % FRAME * LINES, FRAME)
        if line >= VISIBLE:
            return RETRACE | BLANKED if line >= VISIBLE + 25 else BLANKED
        return BLANKED if rest * 4 > FRAME * 3 else 0

    def write(self, port: int, value: int) -> None:
        if port in (0x3B4, 0x3D4):
            self.crtc_index = value & (CRTC_SIZE - 1)
        elif port in (0x3B5, 0x3D5):
            self.crtc[self.crtc_index] = value
        elif port == 0x3C0:
            if self.attribute_data:
                self.attribute[self.attribute_index & 31] = value
            else:
                self.attribute_index = value & 0x3F
            self.attribute_data = not self.attribute_data
        elif port == 0x3C2:
            self.miscellaneous = value
        elif port == 0x3C4:
            self.sequencer_index = value & 7
        elif port == 0x3C5:
            self.sequencer[self.sequencer_index] = value
        elif port == 0x3C6:
            self.dac_mask = value
        elif port == 0x3C7:
            self.dac_read = value * 3
        elif port == 0x3C8:
            self.dac_write = value * 3
        elif port == 0x3C9:
            self.dac[self.dac_write] = value & 63
            self.dac_write = (self.dac_write + 1) % 768
        elif port == 0x3CE:
            self.graphics_index = value & 15
        elif port == 0x3CF:
            self.graphics[self.graphics_index] = value
        elif port in (0x3B8, 0x3D8):
            self.mode_control = value
            self.blinking = bool(value & BLINKS)
        elif port == 0x3D9:
            self.colour_select = value

    def save(self) -> dict[str, object]:
        state = {name: value for name, value in vars(self).items() if name != "now"}
        return {n: bytes(v) if isinstance(v, bytearray) else list(v) if isinstance(v, list) else v
                for n, v in state.items()}  # fmt: skip

    def restore(self, state: dict[str, object]) -> None:
        for name, value in state.items():
            setattr(self, name, bytearray(value) if isinstance(value, bytes) else value)
        self.dac = list(self.dac)
