"""The floating-point part of a signal frame (`struct _xstate`), as the kernel lays it out.

An XSAVE area in the standard layout with a header of the kernel's own in bytes that FXSAVE leaves to
software, and a second magic number behind it. A CPU without XSAVE has just the FXSAVE image.
"""


from blinkenlights.structs import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from blinkenlights.core.engine import Processor
    from blinkenlights.core.memory import AddressSpace

LEGACY_SIZE = 512  # of an FXSAVE image
HEADER_SIZE = 64  # of XSAVE
SW_RESERVED = 464
XSTATE_BV = LEGACY_SIZE

MAGIC1 = 0x46505853  # "FPXS"
MAGIC2 = 0x46505845  # "FPXE"
MAGIC2_SIZE = 4
SW_BYTES = Struct("<IIQI28x")  # magic, size with the second magic, components, size without

X87, SSE, AVX = 1, 2, 4


def size(cpu: "Processor") -> int:
    """Bytes that the state takes in a frame."""
    area = cpu.xsave_size
    return area + MAGIC2_SIZE if area > LEGACY_SIZE else area


def saved(cpu: "Processor") -> bytes:
    """The processor's state as a handler finds it; `size` bytes."""
    image = cpu.xsave()
    area = len(image)
    if area == LEGACY_SIZE:
        return image
    data = bytearray(image)
    data[XSTATE_BV] |= X87 | SSE  # whoever edits them there need not set the bits
    data[SW_RESERVED:LEGACY_SIZE] = SW_BYTES.pack(MAGIC1, area + MAGIC2_SIZE, components(area), area)
    return bytes(data) + MAGIC2.to_bytes(MAGIC2_SIZE, "little")


def components(area: int) -> int:
    """What a standard-layout area of this size holds."""
    return X87 | SSE | (AVX if area > LEGACY_SIZE + HEADER_SIZE else 0)


def restore(cpu: "Processor", space: "AddressSpace", address: int) -> None:
    """Load the state that a handler leaves at `address`: what the frame doesn't hold gets its initial
    state. Raises GuestFault where it can't be read and ValueError where the CPU refuses it."""
    legacy = space.read(address, LEGACY_SIZE)
    area = cpu.xsave_size
    magic, extended, wanted, state = SW_BYTES.unpack_from(legacy, SW_RESERVED)
    whole = (
        magic == MAGIC1
        and LEGACY_SIZE + HEADER_SIZE <= state <= area
        and state <= extended
        and space.u32(address + state) == MAGIC2
    )
    if area == LEGACY_SIZE:
        cpu.fxrstor(legacy)
        return
    cpu.reset_fpu()
    if whole:
        cpu.xrstor(space.read(address, state).ljust(area, b"\0"), wanted & components(state))
    else:  # made by hand: an FXSAVE image alone
        header = (X87 | SSE).to_bytes(8, "little")
        cpu.xrstor((legacy + header).ljust(area, b"\0"), X87 | SSE)
