"""Which handler executes which mnemonic: filled by the modules of `core.execute` as they load."""

import cython
from blinkenlights.tables.isa import MNEMONICS

NUMBERS: dict = {name: number for number, name in enumerate(MNEMONICS)}


def mnemonic_id(name):
    return NUMBERS[name]


def bind(name, handler, size=0, form=0):
    number: cython.int = NUMBERS[name]
    if size == 0:
        general[number] = handler
    else:
        special[number][0 if size == 1 else 1 if size == 2 else 2 if size == 4 else 3][form] = handler
    return 0


def bound() -> list:
    """Names of the mnemonics that have a handler."""
    return [name for number, name in enumerate(MNEMONICS) if general[number] != cython.NULL]
