"""Bytes as the characters that an IBM PC's screen shows for them: Code Page 437.

The source is IBM's code page 437 with the pictures of its control characters. Three bytes differ
here, so that each can be told from its neighbours in a panel: FFh, a blank on the PC, is λ as in the
original Blinkenlights; FAh, the middle dot, is raised, since a middle dot stands for memory that
isn't there; 00h is blank.
"""

UNMAPPED = "·"

CONTROLS = " ☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼"
PRINTABLE = "".join(map(chr, range(0x20, 0x7F))) + "⌂"
ACCENTED = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»"
BOXES = "░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀"
MATHS = "αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙˙√ⁿ²■λ"

CHARACTERS = CONTROLS + PRINTABLE + ACCENTED + BOXES + MATHS
TABLE = dict(enumerate(CHARACTERS))


def picture(data: bytes) -> str:
    """One character a byte."""
    return data.decode("latin-1").translate(TABLE)
