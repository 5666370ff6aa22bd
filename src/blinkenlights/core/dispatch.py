"""Which handler executes which mnemonic: filled by the modules of `core.execute` as they load."""

import cython

from blinkenlights.tables.isa import MNEMONICS

NUMBERS: dict = {name: number for number, name in enumerate(MNEMONICS)}


def mnemonic_id(name):
    return NUMBERS[name]


@cython.cfunc
def size_class(size: cython.int) -> cython.int:
    """1 and 32 bytes share one: no mnemonic has both."""
    return (size.bit_length() - 1) % 5


def bind(name, handler, size=0, form=0):
    number: cython.int = NUMBERS[name]
    if size == 0:
        general[number] = handler
    else:
        sized[number][size_class(size)][form] = handler
    return 0


def bind_flat(name, handler, size, form):
    flat[mnemonic_id(name)][size_class(size)][form] = handler
    return 0


def ends_block(name):
    ends[mnemonic_id(name)] = 1
    return 0


def takes_condition(name):
    condition[mnemonic_id(name)] = 1
    return 0


def bound() -> list:
    """Names of the mnemonics that have a handler."""
    return [name for number, name in enumerate(MNEMONICS) if general[number] != cython.NULL]
