"""Code Page 437: the characters of an IBM PC's screen, those of its control codes included.

The source is IBM's code page 437. Python's codec has the codes from 80h on; it leaves the others control
characters, where the screen shows pictures.
"""

CONTROLS = " ☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼"
PRINTABLE = bytes(range(0x20, 0x7F)).decode("ascii") + "⌂"
CHARACTERS = CONTROLS + PRINTABLE + bytes(range(0x80, 0xFF)).decode("cp437") + " "
