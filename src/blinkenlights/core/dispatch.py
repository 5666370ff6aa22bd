"""Which handler executes which mnemonic: filled by the modules of `core.execute` as they load."""

import cython
from cython.cimports.blinkenlights.core.fpcontrol import MXCSR_MASKS, get_host_mxcsr, set_host_mxcsr
from cython.cimports.cpython.bytes import PyBytes_FromStringAndSize
from cython.cimports.libc.string import memcpy

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


# -- families that are loaded when their first instruction is met ------------------------------------


def need(number):
    control: u32
    if pending[number]:
        control = get_host_mxcsr()  # the guest's, whose flags Python must not set
        set_host_mxcsr(MXCSR_MASKS)
        with cython.gil:
            from blinkenlights.core.execute import load

            for i in range(OWNERS):
                if owners[number][i]:
                    load(owners[number][i] - 1)
            pending[number] = 0
        set_host_mxcsr(control)


def settle(loaded: set[int]) -> None:
    """These families are loaded: whatever they alone bind is no longer pending."""
    number: cython.int
    i: cython.int
    for number in range(MAX_MNEMONICS):
        if pending[number]:
            for i in range(OWNERS):
                if owners[number][i] and owners[number][i] - 1 not in loaded:
                    break
            else:
                pending[number] = 0


def adopt_index(data: bytes) -> None:
    """Take over what `index` told of all families: none of them need be loaded yet."""
    if len(data) != MAX_MNEMONICS * (3 + OWNERS):
        raise ValueError("not an index of handlers")
    source: cython.p_char = data
    memcpy(ends, source, MAX_MNEMONICS)
    memcpy(condition, source + MAX_MNEMONICS, MAX_MNEMONICS)
    memcpy(pending, source + 2 * MAX_MNEMONICS, MAX_MNEMONICS)
    memcpy(owners, source + 3 * MAX_MNEMONICS, MAX_MNEMONICS * OWNERS)


def index(families) -> bytes:
    """Load the families one after the other, and note which mnemonics each binds."""
    owned: list = [[] for _ in range(MAX_MNEMONICS)]
    number: cython.int
    for i, family in enumerate(families):
        before = [image_of(n) for n in range(MAX_MNEMONICS)]
        __import__(f"blinkenlights.core.execute.{family}")
        for number in range(MAX_MNEMONICS):
            if image_of(number) != before[number]:
                owned[number].append(i + 1)
    states = bytearray(MAX_MNEMONICS)
    table = bytearray()
    for number in range(MAX_MNEMONICS):
        if len(owned[number]) > OWNERS:
            raise ValueError(f"{MNEMONICS[number]} is bound by too many families")
        if owned[number]:
            states[number] = EXECUTED if executes(number) else BOUND
        table += bytes(owned[number]).ljust(OWNERS, b"\0")
    return (PyBytes_FromStringAndSize(cython.cast(cython.p_char, ends), MAX_MNEMONICS)
            + PyBytes_FromStringAndSize(cython.cast(cython.p_char, condition), MAX_MNEMONICS)
            + bytes(states) + bytes(table))


@cython.cfunc
def image_of(number: cython.int):
    """The bytes of a mnemonic's handlers, to tell a change."""
    return (bytes_at(cython.address(general[number]), cython.sizeof(general[number]))
            + bytes_at(cython.address(sized[number]), cython.sizeof(sized[number]))
            + bytes_at(cython.address(flat[number]), cython.sizeof(flat[number])))


@cython.cfunc
def bytes_at(address: cython.p_void, length: cython.int):
    return PyBytes_FromStringAndSize(cython.cast(cython.p_char, address), length)


def executes(number):
    size: cython.int
    form: cython.int
    if pending[number]:
        return pending[number] == EXECUTED
    if general[number] != cython.NULL:
        return True
    for size in range(5):
        for form in range(4):
            if sized[number][size][form] != cython.NULL:
                return True
    return False


def bound() -> list:
    """Names of the mnemonics that have a handler."""
    return [name for number, name in enumerate(MNEMONICS) if executes(number)]
