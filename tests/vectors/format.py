"""One file a group: each entry an instruction, the state it started from and what it left.

States are packed records (tests.oracle.state). An entry has only where its state differs from a
background that all share, and where the result differs from the state. The whole is compressed.

    file     magic, then entries
    entry    length of code, code, size of code in bits, patches of the state, patches of the result
    patches  their number, then for each offset, length and bytes
"""

import hashlib
import lzma
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.oracle import CODE, RECORD, SLOT_SIZE, State, unpack_state
from tests.oracle.native import BATCH
from tests.oracle.segments import base_of

DIRECTORY = Path(__file__).parent / "data"
MAGIC = b"BLINKVEC1"
HEAD = struct.Struct("<B")
PATCH = struct.Struct("<HH")
SUFFIX16 = "-16"  # of groups of 16-bit code, which has fewer slots
SAME = 4  # equal bytes between two patches that are cheaper than a third one
RIP_OFFSET = 128


@dataclass(slots=True)
class Entry:
    """An instruction; its records before and after."""

    code: bytes
    bits: int
    before: bytes
    after: bytes


def background() -> State:
    """What every state starts from: nothing special, the same on every host."""
    data = hashlib.shake_128(b"background").digest(RECORD.size)
    state = unpack_state(data)
    plain = State()
    head = plain.fxsave[:160]
    return State(reg=[value & 0x7FFFFFFF for value in state.reg], fxsave=head + state.fxsave[160:],
                 upper=state.upper, memory=state.memory)


def patches(old: bytes, new: bytes) -> bytes:
    found: list[tuple[int, int]] = []
    for i in range(len(old)):
        if old[i] == new[i]:
            continue
        if found and i - found[-1][1] <= SAME:
            found[-1] = (found[-1][0], i + 1)
        else:
            found.append((i, i + 1))
    parts = [HEAD.pack(len(found))]
    parts += [PATCH.pack(start, end - start) + new[start:end] for start, end in found]
    return b"".join(parts)


def patched(old: bytes, data: bytes, at: int) -> tuple[bytes, int]:
    """`old` with the patches that are in `data` from `at` on; and where those end."""
    new = bytearray(old)
    (count,) = HEAD.unpack_from(data, at)
    at += HEAD.size
    for _ in range(count):
        start, length = PATCH.unpack_from(data, at)
        at += PATCH.size
        new[start:start + length] = data[at:at + length]
        at += length
    return bytes(new), at


def write(group: str, entries: list[Entry]) -> int:
    """Write a group's file; returns its size."""
    parts = [MAGIC]
    for entry in entries:
        base = common(entry.before)
        parts += [bytes([len(entry.code)]), entry.code, bytes([entry.bits]),
                  patches(base, entry.before), patches(entry.before, entry.after)]
    DIRECTORY.mkdir(exist_ok=True)
    data = lzma.compress(b"".join(parts), preset=9 | lzma.PRESET_EXTREME)
    return (DIRECTORY / f"{group}.xz").write_bytes(data)


def common(record: bytes) -> bytes:
    """The background at this record's linear address."""
    address = int.from_bytes(record[RIP_OFFSET:RIP_OFFSET + 8], "little")
    return background().pack(address + base_of(unpack_state(record).cs))


def batch_of(group: str) -> int:
    """How many of a group's entries have a slot of their own."""
    return 0x10000 // SLOT_SIZE if group.endswith(SUFFIX16) else BATCH


def read(group: str) -> Iterator[Entry]:
    """A group's entries; entry i ran in the slot i modulo `batch_of`."""
    batch = batch_of(group)
    data = lzma.decompress((DIRECTORY / f"{group}.xz").read_bytes())
    if not data.startswith(MAGIC):
        raise ValueError(f"{group}.xz does not hold vectors")
    at = len(MAGIC)
    number = 0
    while at < len(data):
        length = data[at]
        code, bits = data[at + 1:at + 1 + length], data[at + 1 + length]
        before, at = patched(background().pack(CODE + SLOT_SIZE * (number % batch)), data, at + 2 + length)
        after, at = patched(before, data, at)
        number += 1
        yield Entry(code, bits, before, after)


def groups() -> list[str]:
    """Names of the files there are."""
    return sorted(path.stem for path in DIRECTORY.glob("*.xz"))
