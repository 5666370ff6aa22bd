"""The keyboard's layout: a row a key of the US keyboard. The controller, the BIOS and tests read it.

`code` is the scan code of set 1, `set2` that of set 2. `plain`, `shift`, `ctrl` and `alt` are what INT 16h
gives (scan code << 8 | character); None: nothing.
"""

from typing import NamedTuple

EXTENDED = 0xE0


class Key(NamedTuple):
    name: str  # one character, or a word
    code: int
    set2: int
    extended: bool
    plain: int | None
    shift: int | None
    ctrl: int | None
    alt: int | None


LETTERS = (
    ("q", 0x10, 0x15), ("w", 0x11, 0x1D), ("e", 0x12, 0x24), ("r", 0x13, 0x2D), ("t", 0x14, 0x2C),
    ("y", 0x15, 0x35), ("u", 0x16, 0x3C), ("i", 0x17, 0x43), ("o", 0x18, 0x44), ("p", 0x19, 0x4D),
    ("a", 0x1E, 0x1C), ("s", 0x1F, 0x1B), ("d", 0x20, 0x23), ("f", 0x21, 0x2B), ("g", 0x22, 0x34),
    ("h", 0x23, 0x33), ("j", 0x24, 0x3B), ("k", 0x25, 0x42), ("l", 0x26, 0x4B), ("z", 0x2C, 0x1A),
    ("x", 0x2D, 0x22), ("c", 0x2E, 0x21), ("v", 0x2F, 0x2A), ("b", 0x30, 0x32), ("n", 0x31, 0x31),
    ("m", 0x32, 0x3A),
)  # fmt: skip

# plain and shifted character, scan codes, and the characters and scan codes with Ctrl and Alt
SIGNS = (
    ("1!", 0x02, 0x16, None, 0x7800), ("2@", 0x03, 0x1E, 0x0300, 0x7900), ("3#", 0x04, 0x26, None, 0x7A00),
    ("4$", 0x05, 0x25, None, 0x7B00), ("5%", 0x06, 0x2E, None, 0x7C00), ("6^", 0x07, 0x36, 0x071E, 0x7D00),
    ("7&", 0x08, 0x3D, None, 0x7E00), ("8*", 0x09, 0x3E, None, 0x7F00), ("9(", 0x0A, 0x46, None, 0x8000),
    ("0)", 0x0B, 0x45, None, 0x8100), ("-_", 0x0C, 0x4E, 0x0C1F, 0x8200), ("=+", 0x0D, 0x55, None, 0x8300),
    ("[{", 0x1A, 0x54, 0x1A1B, 0x1A00), ("]}", 0x1B, 0x5B, 0x1B1D, 0x1B00), (";:", 0x27, 0x4C, None, 0x2700),
    ("'\"", 0x28, 0x52, None, 0x2800), ("`~", 0x29, 0x0E, None, 0x2900), ("\\|", 0x2B, 0x5D, 0x2B1C, 0x2B00),
    (",<", 0x33, 0x41, None, 0x3300), (".>", 0x34, 0x49, None, 0x3400), ("/?", 0x35, 0x4A, None, 0x3500),
)  # fmt: skip

NAMED = (
    Key("escape", 0x01, 0x76, False, 0x011B, 0x011B, 0x011B, 0x0100),
    Key("backspace", 0x0E, 0x66, False, 0x0E08, 0x0E08, 0x0E7F, 0x0E00),
    Key("tab", 0x0F, 0x0D, False, 0x0F09, 0x0F00, 0x9400, 0xA500),
    Key("enter", 0x1C, 0x5A, False, 0x1C0D, 0x1C0D, 0x1C0A, 0x1C00),
    Key("space", 0x39, 0x29, False, 0x3920, 0x3920, 0x3920, 0x3920),
    Key("ctrl", 0x1D, 0x14, False, None, None, None, None),
    Key("shift", 0x2A, 0x12, False, None, None, None, None),
    Key("right shift", 0x36, 0x59, False, None, None, None, None),
    Key("alt", 0x38, 0x11, False, None, None, None, None),
    Key("caps lock", 0x3A, 0x58, False, None, None, None, None),
    Key("num lock", 0x45, 0x77, False, None, None, None, None),
    Key("scroll lock", 0x46, 0x7E, False, None, None, None, None),
    *(
        Key(f"f{i + 1}", 0x3B + i, code, False, *((first + i) << 8 for first in (0x3B, 0x54, 0x5E, 0x68)))
        for i, code in enumerate((0x05, 0x06, 0x04, 0x0C, 0x03, 0x0B, 0x83, 0x0A, 0x01, 0x09))
    ),
    Key("f11", 0x57, 0x78, False, 0x8500, 0x8700, 0x8900, 0x8B00),
    Key("f12", 0x58, 0x07, False, 0x8600, 0x8800, 0x8A00, 0x8C00),
    Key("home", 0x47, 0x6C, True, 0x47E0, 0x47E0, 0x77E0, 0x9700),
    Key("up", 0x48, 0x75, True, 0x48E0, 0x48E0, 0x8DE0, 0x9800),
    Key("page up", 0x49, 0x7D, True, 0x49E0, 0x49E0, 0x84E0, 0x9900),
    Key("left", 0x4B, 0x6B, True, 0x4BE0, 0x4BE0, 0x73E0, 0x9B00),
    Key("right", 0x4D, 0x74, True, 0x4DE0, 0x4DE0, 0x74E0, 0x9D00),
    Key("end", 0x4F, 0x69, True, 0x4FE0, 0x4FE0, 0x75E0, 0x9F00),
    Key("down", 0x50, 0x72, True, 0x50E0, 0x50E0, 0x91E0, 0xA000),
    Key("page down", 0x51, 0x7A, True, 0x51E0, 0x51E0, 0x76E0, 0xA100),
    Key("insert", 0x52, 0x70, True, 0x52E0, 0x52E0, 0x92E0, 0xA200),
    Key("delete", 0x53, 0x71, True, 0x53E0, 0x53E0, 0x93E0, 0xA300),
)


def letter(name: str, code: int, set2: int) -> Key:
    high = code << 8
    return Key(
        name, code, set2, False, high | ord(name), high | ord(name.upper()), high | ord(name) & 0x1F, high
    )


def sign(both: str, code: int, set2: int, ctrl: int | None, alt: int) -> Key:
    return Key(both[0], code, set2, False, code << 8 | ord(both[0]), code << 8 | ord(both[1]), ctrl, alt)


KEYS = (*(letter(*row) for row in LETTERS), *(sign(*row) for row in SIGNS), *NAMED)
BY_NAME = {key.name: key for key in KEYS}
BY_CODE = {(key.code, key.extended): key for key in KEYS}


class Stroke(NamedTuple):
    """A key with what is held down meanwhile."""

    key: Key
    shift: bool = False
    ctrl: bool = False
    alt: bool = False


def stroke(text: str) -> Stroke:
    """The stroke for a character, a key's name, or those behind `shift+`, `ctrl+` and `alt+`.

    Raises KeyError where the keyboard has no such key.
    """
    held = set()
    while True:
        for name in ("shift", "ctrl", "alt"):
            if text.startswith(name + "+") and len(text) > len(name) + 1:
                held.add(name)
                text = text[len(name) + 1 :]
                break
        else:
            break
    found = by_character().get(text) if len(text) == 1 else None
    if found is not None:
        return found._replace(shift=found.shift or "shift" in held, ctrl=found.ctrl or "ctrl" in held,
                              alt="alt" in held)  # fmt: skip
    return Stroke(BY_NAME[text], "shift" in held, "ctrl" in held, "alt" in held)


_characters: dict[str, Stroke] = {}


def by_character() -> dict[str, Stroke]:
    """Which stroke makes a character."""
    if not _characters:
        for key in KEYS:
            ways = ((key.ctrl, False, True), (key.shift, True, False), (key.plain, False, False))
            for value, shift, ctrl in ways:
                if value is not None and value & 0xFF not in (0, EXTENDED):
                    _characters[chr(value & 0xFF)] = Stroke(key, shift, ctrl)
        for name in ("enter", "backspace", "tab", "escape"):
            key = BY_NAME[name]
            assert key.plain is not None
            _characters[chr(key.plain & 0xFF)] = Stroke(key)
        _characters["\n"] = Stroke(BY_NAME["enter"])
        _characters["\x7f"] = Stroke(BY_NAME["backspace"])
    return _characters
