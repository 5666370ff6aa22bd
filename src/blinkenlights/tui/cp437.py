"""Bytes as the characters that an IBM PC's screen shows for them.

Two bytes differ here, so that each can be told from its neighbours in a panel: FFh, a blank on the PC, is λ
as in the original Blinkenlights; FAh, the middle dot, is raised, since a middle dot stands for memory that
isn't there.
"""

from blinkenlights.tables import cp437

UNMAPPED = "·"
CHARACTERS = cp437.CHARACTERS.replace(UNMAPPED, "˙")[:0xFF] + "λ"
TABLE = dict(enumerate(CHARACTERS))


def picture(data: bytes) -> str:
    """One character a byte."""
    return data.decode("latin-1").translate(TABLE)
