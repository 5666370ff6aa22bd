"""Many cases from one: the oracle varies what a template does not hold fast."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from tests.oracle.state import WINDOW_SIZE, State

INTEGERS = 4096
VECTORS = 4096
HEADS = 1024
WINDOWS = 512
HEAD_SIZE = 160  # of an FXSAVE image: x87 state and MXCSR
POOLS_SIZE = INTEGERS * 8 + VECTORS * 16 + HEADS * HEAD_SIZE + WINDOWS * WINDOW_SIZE

TEMPLATE = struct.Struct(f"<QIIIHHHH{WINDOW_SIZE // 8}s4x")  # after its record


@dataclass(slots=True)
class Template:
    """A case and what its variations share with it.

    They have registers, vectors, flags and memory from pools, except for those whose bit or member says
    to keep them. `operand` is an offset in the window where values of instructions' types belong.
    """

    state: State
    cases: int = 1
    keep_registers: int = 0
    keep_vectors: int = 0
    keep_flags: bool = False
    keep_x87: bool = False
    keep_memory: int = 0  # a bit for each byte of the window
    operand: int = 0
    operand_size: int = 0

    def pack(self, rip: int, seed: int) -> bytes:
        return self.state.pack(rip) + TEMPLATE.pack(
            seed, self.cases, self.keep_registers, self.keep_vectors, self.keep_flags, self.keep_x87,
            self.operand, self.operand_size, self.keep_memory.to_bytes(WINDOW_SIZE // 8, "little"))


@dataclass(slots=True)
class Pools:
    """What variations draw from."""

    integers: Sequence[int]
    vectors: Sequence[bytes]
    heads: Sequence[bytes]
    windows: Sequence[bytes]

    def pack(self) -> bytes:
        parts = [struct.pack(f"<{INTEGERS}Q", *self.integers), *self.vectors, *self.heads, *self.windows]
        packed = b"".join(parts)
        assert len(packed) == POOLS_SIZE
        return packed
