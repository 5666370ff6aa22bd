"""The guest's x87 state: what is too rare to be inlined."""

import cython
from cython.cimports.blinkenlights.core.access import load
from cython.cimports.blinkenlights.core.state import u8, u64


def opcode_at(c, address):
    byte: u8
    at: u64 = address
    byte = cython.cast(u8, load(c, at, 1))
    # prefixes, REX included, stand before the escape byte D8 to DF
    while byte & 0xF8 != 0xD8 and at < address + 14:
        at += 1
        byte = cython.cast(u8, load(c, at, 1))
    return (byte & 7) << 8 | cython.cast(u8, load(c, at + 1, 1))
