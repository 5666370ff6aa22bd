"""INT 09h, the keyboard's interrupt, and INT 16h, which programs read keys by."""

from typing import TYPE_CHECKING

from blinkenlights.pc.bios import data
from blinkenlights.pc.bios.registers import Registers
from blinkenlights.pc.keys import BY_CODE, EXTENDED

if TYPE_CHECKING:
    from blinkenlights.pc.machine import PC

RELEASED = 0x80
# bits of the shift flags
RIGHT_SHIFT, LEFT_SHIFT, CTRL, ALT = 0x01, 0x02, 0x04, 0x08
SCROLL_LOCK, NUM_LOCK, CAPS_LOCK, INSERT = 0x10, 0x20, 0x40, 0x80
HELD = {0x2A: LEFT_SHIFT, 0x36: RIGHT_SHIFT, 0x1D: CTRL, 0x38: ALT}
TOGGLES = {0x46: SCROLL_LOCK, 0x45: NUM_LOCK, 0x3A: CAPS_LOCK}
WAS_EXTENDED = 0x02  # of the keyboard's kind: the byte before was E0
DELETE = 0x53


def flags(machine: "PC") -> int:
    return machine.memory.u8(data.SHIFT_FLAGS)


def interrupt(machine: "PC", r: Registers) -> str | None:
    """INT 09h: a byte has come from the keyboard."""
    memory = machine.memory
    value = machine.bus.read(0x60, 1)
    kind = memory.u8(data.KEYBOARD_KIND)
    if value == EXTENDED:
        memory.put_u8(data.KEYBOARD_KIND, kind | WAS_EXTENDED)
        return None
    extended = bool(kind & WAS_EXTENDED)
    memory.put_u8(data.KEYBOARD_KIND, kind & ~WAS_EXTENDED)
    code, released = value & 0x7F, bool(value & RELEASED)
    state = flags(machine)
    if code in HELD:
        if not (extended and code in (0x2A, 0x36)):  # the false shifts around extended keys
            state = state & ~HELD[code] if released else state | HELD[code]
    elif code in TOGGLES and not released:
        state ^= TOGGLES[code]
    elif not released:
        if code == DELETE and state & CTRL and state & ALT:
            machine.reset()
            return "gone"
        character = meaning(code, extended, state)
        if character is not None and not push(machine, character):
            machine.ring(1000)
    memory.put_u8(data.SHIFT_FLAGS, state)
    return None


def meaning(code: int, extended: bool, state: int) -> int | None:
    """What INT 16h gives for a key; None for nothing."""
    key = BY_CODE.get((code, extended)) or BY_CODE.get((code, not extended))
    if key is None:
        return None
    if state & ALT:
        return key.alt
    if state & CTRL:
        return key.ctrl
    shifted = bool(state & (LEFT_SHIFT | RIGHT_SHIFT))
    if state & CAPS_LOCK and len(key.name) == 1 and key.name.isalpha():
        shifted = not shifted
    return key.shift if shifted else key.plain


# -- the buffer in the BIOS data area, which programs look at themselves


def after(machine: "PC", at: int) -> int:
    memory = machine.memory
    return memory.u16(data.KEY_BUFFER_START) if at + 2 >= memory.u16(data.KEY_BUFFER_STOP) else at + 2


def push(machine: "PC", value: int) -> bool:
    """Put a key into the buffer; False when it is full."""
    memory = machine.memory
    tail = memory.u16(data.KEY_TAIL)
    following = after(machine, tail)
    if following == memory.u16(data.KEY_HEAD):
        return False
    memory.put_u16(data.BASE + tail, value)
    memory.put_u16(data.KEY_TAIL, following)
    return True


def first(machine: "PC") -> int | None:
    memory = machine.memory
    head = memory.u16(data.KEY_HEAD)
    return None if head == memory.u16(data.KEY_TAIL) else memory.u16(data.BASE + head)


def keys_wait(machine: "PC") -> bool:
    """Whether there are keys in the buffer."""
    return first(machine) is not None


def take(machine: "PC") -> None:
    memory = machine.memory
    memory.put_u16(data.KEY_HEAD, after(machine, memory.u16(data.KEY_HEAD)))


def plain(value: int) -> int:
    """What the functions of the first keyboards give: no E0 behind extended keys."""
    return value & 0xFF00 if value & 0xFF == EXTENDED and value >> 8 else value


def service(machine: "PC", r: Registers) -> str | None:
    """AH is the function: 00h read, 01h look, 02h shift flags, 05h put; 10h to 12h with extended keys."""
    function = r.ah
    if function in (0x00, 0x01, 0x10, 0x11):
        value = first(machine)
        if function & 1:
            r.zero = value is None
            if value is None:
                machine.look_for_input()
        elif value is None:
            return machine.wait_for_input()
        if value is not None:
            r.ax = value if function & 0x10 else plain(value)
            if not function & 1:
                take(machine)
    elif function == 0x02:
        r.al = flags(machine)
    elif function == 0x05:
        r.al = 0 if push(machine, r.cx) else 1
    elif function == 0x09:
        r.al = 0x30  # 10h to 12h are there
    elif function == 0x12:
        r.ax = flags(machine) | machine.memory.u8(data.SHIFT_FLAGS + 1) << 8
    return None
