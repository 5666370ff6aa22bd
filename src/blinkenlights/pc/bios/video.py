"""INT 10h: the screen in text modes, and what graphics modes share with them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from blinkenlights.pc.bios import data, graphics
from blinkenlights.pc.bios.registers import Registers

if TYPE_CHECKING:
    from blinkenlights.pc.machine import PC

PAGES = 8
BLANK = 0x20
NORMAL = 0x07


class Mode(NamedTuple):
    """A row of the table of video modes."""

    columns: int
    rows: int
    memory: int  # physical address
    page_size: int
    bits: int  # of a pixel; 0: text
    width: int
    height: int
    crtc: int
    control: int  # of port 0x3d8 or 0x3b8


MODES = {
    0x00: Mode(40, 25, 0xB8000, 0x0800, 0, 320, 200, 0x3D4, 0x2C),
    0x01: Mode(40, 25, 0xB8000, 0x0800, 0, 320, 200, 0x3D4, 0x28),
    0x02: Mode(80, 25, 0xB8000, 0x1000, 0, 640, 200, 0x3D4, 0x2D),
    0x03: Mode(80, 25, 0xB8000, 0x1000, 0, 640, 200, 0x3D4, 0x29),
    0x04: Mode(40, 25, 0xB8000, 0x4000, 2, 320, 200, 0x3D4, 0x2A),
    0x05: Mode(40, 25, 0xB8000, 0x4000, 2, 320, 200, 0x3D4, 0x2E),
    0x06: Mode(80, 25, 0xB8000, 0x4000, 1, 640, 200, 0x3D4, 0x1E),
    0x07: Mode(80, 25, 0xB0000, 0x1000, 0, 720, 350, 0x3B4, 0x29),
    0x13: Mode(40, 25, 0xA0000, 0x10000, 8, 320, 200, 0x3D4, 0x00),
}


def mode_of(machine: "PC") -> Mode:
    """The mode that is set, by the BIOS data area; text where that is none of ours."""
    return MODES.get(machine.memory.u8(data.MODE), MODES[3])


def set_mode(machine: "PC", number: int) -> None:
    """Function 00h. Bit 7 keeps the memory; a mode that isn't there changes nothing."""
    mode = MODES.get(number & 0x7F)
    if mode is None:
        return
    memory = machine.memory
    memory.put_u8(data.MODE, number & 0x7F)
    memory.put_u16(data.COLUMNS, mode.columns)
    memory.put_u16(data.PAGE_SIZE, mode.page_size)
    memory.put_u16(data.PAGE_START, 0)
    memory.write(data.CURSORS, bytes(2 * PAGES))
    memory.put_u16(data.CURSOR_SHAPE, 0x0B0C if mode.crtc == 0x3B4 else 0x0607)
    memory.put_u8(data.PAGE, 0)
    memory.put_u16(data.CRTC_PORT, mode.crtc)
    memory.put_u8(data.MODE_REGISTER, mode.control)
    memory.put_u8(data.PALETTE, 0x30)
    memory.put_u8(data.LAST_ROW, mode.rows - 1)
    memory.put_u16(data.CELL_HEIGHT, 8 if mode.bits else 16)
    memory.put_u8(data.VIDEO_CONTROL, 0x60)
    adapter = machine.adapter
    adapter.mode_control = mode.control
    adapter.colour_select = 0x30
    adapter.reset_palette()
    adapter.set_start(0)
    adapter.set_cursor(0)
    adapter.crtc[:10] = bytes(10)  # so that rows are as high as the mode has them
    adapter.crtc[10], adapter.crtc[11] = 6, 7
    adapter.crtc[18] = 0
    if not number & 0x80:
        if mode.bits:
            memory.write(mode.memory, bytes(0x10000 if mode.bits == 8 else 0x4000))
        else:
            memory.write(mode.memory, bytes((BLANK, NORMAL)) * (0x4000 if mode.crtc == 0x3D4 else 0x800))


# -- the cursor and pages


def cursor(machine: "PC", page: int) -> tuple[int, int]:
    """Row and column."""
    at = data.CURSORS + 2 * (page & 7)
    return machine.memory.u8(at + 1), machine.memory.u8(at)


def set_cursor(machine: "PC", page: int, row: int, column: int) -> None:
    memory = machine.memory
    memory.write(data.CURSORS + 2 * (page & 7), bytes((column & 0xFF, row & 0xFF)))
    if page == memory.u8(data.PAGE):
        mode = mode_of(machine)
        machine.adapter.set_cursor(memory.u16(data.PAGE_START) // 2 + row * mode.columns + column)


def cell(machine: "PC", page: int, row: int, column: int) -> int:
    """The address of a text cell."""
    mode = mode_of(machine)
    return mode.memory + page * mode.page_size + 2 * (row * mode.columns + column)


def rows_of(machine: "PC") -> int:
    return machine.memory.u8(data.LAST_ROW) + 1


# -- writing


def put(machine: "PC", page: int, row: int, column: int, character: int, attribute: int | None) -> None:
    """A character at a place; without an attribute the place's own stays."""
    mode = mode_of(machine)
    if mode.bits:
        graphics.draw(machine, mode, row, column, character, NORMAL if attribute is None else attribute)
        return
    at = cell(machine, page, row, column)
    machine.memory.write(at, bytes((character,) if attribute is None else (character, attribute)))


def scroll(machine: "PC", up: bool, lines: int, box: tuple[int, int, int, int], attribute: int) -> None:
    """Move the lines of a box (top, left, bottom, right) on the active page; 0 lines: clear it."""
    mode = mode_of(machine)
    top, left, bottom, right = box
    bottom, right = min(bottom, rows_of(machine) - 1), min(right, mode.columns - 1)
    if bottom < top or right < left:
        return
    height = bottom - top + 1
    lines = lines if 0 < lines < height else height
    if mode.bits:
        graphics.scroll(machine, mode, up, lines, (top, left, bottom, right), attribute)
        return
    memory = machine.memory
    page = memory.u8(data.PAGE)
    width = 2 * (right - left + 1)
    old = [memory.read(cell(machine, page, row, left), width) for row in range(top, bottom + 1)]
    blank = [bytes((BLANK, attribute)) * (width // 2)] * lines
    new = old[lines:] + blank if up else blank + old[: height - lines]
    for row, line in enumerate(new, top):
        memory.write(cell(machine, page, row, left), line)


def teletype(machine: "PC", character: int, page: int | None = None, attribute: int | None = None) -> None:
    """Write a character at the cursor, which moves; BEL, BS, LF and CR are obeyed."""
    memory = machine.memory
    active = memory.u8(data.PAGE)
    page = active if page is None else page
    mode = mode_of(machine)
    row, column = cursor(machine, page)
    machine.tell(bytes([character]))
    if character == 7:
        machine.ring(1000)
    elif character == 8:
        column = max(column - 1, 0)
    elif character == 10:
        row += 1
    elif character == 13:
        column = 0
    else:
        put(machine, page, row, column, character, attribute)
        column += 1
        if column >= mode.columns:
            column, row = 0, row + 1
    if row >= rows_of(machine):
        row = rows_of(machine) - 1
        fill = NORMAL
        if not mode.bits:
            fill = memory.u8(cell(machine, page, row, min(column, mode.columns - 1)) + 1)
        scroll(machine, True, 1, (0, 0, row, mode.columns - 1), 0 if mode.bits else fill)
    set_cursor(machine, page, row, column)


# -- the functions, by AH


def function_cursor_shape(machine: "PC", r: Registers) -> None:
    machine.memory.put_u16(data.CURSOR_SHAPE, r.cx)
    machine.adapter.crtc[10], machine.adapter.crtc[11] = r.ch, r.cl


def function_cursor(machine: "PC", r: Registers) -> None:
    r.dh, r.dl = cursor(machine, r.bh)
    r.cx = machine.memory.u16(data.CURSOR_SHAPE)


def function_light_pen(machine: "PC", r: Registers) -> None:
    r.ah = 0


def function_page(machine: "PC", r: Registers) -> None:
    mode = mode_of(machine)
    memory = machine.memory
    memory.put_u8(data.PAGE, r.al & 7)
    memory.put_u16(data.PAGE_START, (r.al & 7) * mode.page_size)
    machine.adapter.set_start((r.al & 7) * mode.page_size // 2)
    set_cursor(machine, r.al & 7, *cursor(machine, r.al & 7))


def function_scroll(machine: "PC", r: Registers) -> None:
    scroll(machine, r.ah == 6, r.al, (r.ch, r.cl, r.dh, r.dl), r.bh)


def function_read_cell(machine: "PC", r: Registers) -> None:
    mode = mode_of(machine)
    row, column = cursor(machine, r.bh)
    if mode.bits:
        r.al = graphics.recognise(machine, mode, row, column)
        return
    r.ax = machine.memory.u16(cell(machine, r.bh, row, column))


def function_write_cells(machine: "PC", r: Registers) -> None:
    """09h with an attribute, 0Ah without; the cursor stays."""
    mode = mode_of(machine)
    row, column = cursor(machine, r.bh)
    attribute = r.bl if r.ah == 9 or mode.bits else None
    for _ in range(min(r.cx, mode.columns * rows_of(machine))):
        if row >= rows_of(machine):
            break
        put(machine, r.bh, row, column, r.al, attribute)
        column += 1
        if column == mode.columns:
            row, column = row + 1, 0


def function_palette(machine: "PC", r: Registers) -> None:
    """0Bh: background or border, and which of mode 4's two palettes."""
    old = machine.memory.u8(data.PALETTE)
    new = old & ~0x1F | r.bl & 0x1F if r.bh == 0 else old & ~0x20 | (r.bl & 1) << 5
    machine.memory.put_u8(data.PALETTE, new)
    machine.adapter.colour_select = new


def function_put_pixel(machine: "PC", r: Registers) -> None:
    graphics.put_pixel(machine, mode_of(machine), r.cx, r.dx, r.al)


def function_get_pixel(machine: "PC", r: Registers) -> None:
    r.al = graphics.get_pixel(machine, mode_of(machine), r.cx, r.dx)


def function_teletype(machine: "PC", r: Registers) -> None:
    teletype(machine, r.al, attribute=r.bl if mode_of(machine).bits else None)


def function_mode(machine: "PC", r: Registers) -> None:
    memory = machine.memory
    r.al, r.ah, r.bh = memory.u8(data.MODE), memory.u8(data.COLUMNS), memory.u8(data.PAGE)


def function_colours(machine: "PC", r: Registers) -> None:
    """10h: palette registers of the attribute controller and the DAC."""
    adapter = machine.adapter
    if r.al == 0x00 and r.bl < 32:
        adapter.attribute[r.bl] = r.bh
    elif r.al == 0x02:
        adapter.attribute[:16] = machine.memory.read((r.es << 4) + r.dx, 16)
    elif r.al == 0x03:
        adapter.blinking = bool(r.bl & 1)
    elif r.al == 0x07 and r.bl < 32:
        r.bh = adapter.attribute[r.bl]
    elif r.al == 0x10:
        adapter.set_colour(r.bx & 0xFF, r.dh, r.ch, r.cl)
    elif r.al == 0x12:
        raw = machine.memory.read((r.es << 4) + r.dx, 3 * min(r.cx, 256))
        for i in range(len(raw) // 3):
            adapter.set_colour((r.bx + i) & 0xFF, *raw[3 * i : 3 * i + 3])
    elif r.al == 0x15:
        r.dh, r.ch, r.cl = adapter.dac[3 * (r.bx & 0xFF) : 3 * (r.bx & 0xFF) + 3]
    elif r.al == 0x17:
        colours = range(3 * (r.bx & 0xFF), min(3 * ((r.bx & 0xFF) + r.cx), 768))
        machine.memory.write((r.es << 4) + r.dx, bytes(adapter.dac[i] for i in colours))


def function_font(machine: "PC", r: Registers) -> None:
    """11h: which rows there are follows from the font's height; 30h tells where fonts are."""
    if r.al in (0x02, 0x12) and not mode_of(machine).bits:
        machine.memory.put_u8(data.LAST_ROW, 49)
        machine.memory.put_u16(data.CELL_HEIGHT, 8)
    elif r.al in (0x04, 0x14) and not mode_of(machine).bits:
        machine.memory.put_u8(data.LAST_ROW, 24)
        machine.memory.put_u16(data.CELL_HEIGHT, 16)
    elif r.al == 0x30:
        r.es, r.bp = graphics.FONT_SEGMENT, graphics.FONT_OFFSET
        r.cx = machine.memory.u16(data.CELL_HEIGHT)
        r.dl = machine.memory.u8(data.LAST_ROW)


def function_alternate(machine: "PC", r: Registers) -> None:
    """12h: BL=10h tells of the EGA; the others are accepted."""
    if r.bl == 0x10:
        r.bh, r.bl, r.cx = int(mode_of(machine).crtc == 0x3B4), 3, 0x0009
    elif r.bl in (0x30, 0x31, 0x32, 0x33, 0x34, 0x36):
        r.al = 0x12


def function_string(machine: "PC", r: Registers) -> None:
    """13h: bit 0 of AL moves the cursor, bit 1 says that attributes are in the string."""
    length = r.cx * (2 if r.al & 2 else 1)
    text = machine.memory.read((r.es << 4) + r.bp, length)
    before = cursor(machine, r.bh)
    set_cursor(machine, r.bh, r.dh, r.dl)
    for i in range(r.cx):
        character = text[2 * i] if r.al & 2 else text[i]
        teletype(machine, character, r.bh, text[2 * i + 1] if r.al & 2 else r.bl)
    if not r.al & 1:
        set_cursor(machine, r.bh, *before)


def function_display(machine: "PC", r: Registers) -> None:
    """1Ah: a VGA with a colour display."""
    if r.al == 0:
        r.bx = 0x0008
    r.al = 0x1A


FUNCTIONS: dict[int, Callable[["PC", Registers], None]] = {
    0x00: lambda machine, r: set_mode(machine, r.al),
    0x01: function_cursor_shape,
    0x02: lambda machine, r: set_cursor(machine, r.bh, r.dh, r.dl),
    0x03: function_cursor,
    0x04: function_light_pen,
    0x05: function_page,
    0x06: function_scroll,
    0x07: function_scroll,
    0x08: function_read_cell,
    0x09: function_write_cells,
    0x0A: function_write_cells,
    0x0B: function_palette,
    0x0C: function_put_pixel,
    0x0D: function_get_pixel,
    0x0E: function_teletype,
    0x0F: function_mode,
    0x10: function_colours,
    0x11: function_font,
    0x12: function_alternate,
    0x13: function_string,
    0x1A: function_display,
}


def service(machine: "PC", r: Registers) -> str | None:
    """AH is the function; what isn't there changes nothing."""
    function = FUNCTIONS.get(r.ah)
    if function is not None:
        function(machine, r)
    return None
