"""The state an instruction starts from, and what it leaves; also the guest's address map."""

import struct
from dataclasses import dataclass, field

PAGE = 4096
CODE = 0x10000000  # a slot of INT3s for each instruction, which is at its start
SLOT_SIZE = 64
DATA = 0x20000000  # an unmapped page, two writable ones, a read-only one, unmapped again
WINDOW_SIZE = 1024
WINDOW = DATA + 2 * PAGE - WINDOW_SIZE // 2  # the part of the writable pages that a case sees
EDGE = 256  # bytes at either end of the writable pages that start as zeros
GS_BASE = 0x1FFFF000

FXSAVE_SIZE = 416  # without FOP, FIP and FDP, in which CPUs differ, and MXCSR_MASK
UPPER_SIZE = 256
RECORD = struct.Struct(f"<16Q2Q4Q{FXSAVE_SIZE}s{UPPER_SIZE}s{WINDOW_SIZE}s")

MXCSR_OFFSET = 24
ST_OFFSET = 32
XMM_OFFSET = 160

INT3 = 3
CODE64 = 0x33  # selectors of code segments
CODE32 = 0x23
DATA_SEGMENT = 0x2B
GS_SEGMENT = 7  # the first in the LDT
REGISTERS = ("rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
             "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15")


@dataclass(slots=True)
class State:
    """Registers in the encoding's order, the FXSAVE64 image, the upper halves of YMM0 to YMM15, the
    window's bytes."""

    reg: list[int] = field(default_factory=lambda: [0] * 16)
    rip: int = CODE  # as a result; an instruction starts at its slot
    rflags: int = 0x202
    fxsave: bytes = b"\x7f\x03" + bytes(22) + b"\x80\x1f" + bytes(FXSAVE_SIZE - 26)
    upper: bytes = bytes(UPPER_SIZE)
    memory: bytes = bytes(WINDOW_SIZE)
    cs: int = CODE64
    ds: int = DATA_SEGMENT
    es: int = DATA_SEGMENT
    ss: int = DATA_SEGMENT
    gs: int = GS_SEGMENT

    def pack(self, rip: int) -> bytes:
        segments = self.ds | self.es << 16 | self.ss << 32 | self.gs << 48
        return RECORD.pack(*self.reg, rip, self.rflags, 0, 0, self.cs, segments,
                           self.fxsave, self.upper, self.memory)

    @property
    def mxcsr(self) -> int:
        return int.from_bytes(self.fxsave[MXCSR_OFFSET:MXCSR_OFFSET + 4], "little")

    def xmm(self, number: int) -> bytes:
        start = XMM_OFFSET + 16 * number
        return self.fxsave[start:start + 16]

    def ymm(self, number: int) -> bytes:
        return self.xmm(number) + self.upper[16 * number:16 * number + 16]

    def st(self, number: int) -> bytes:
        start = ST_OFFSET + 16 * number
        return self.fxsave[start:start + 10]


@dataclass(slots=True)
class Outcome:
    """The state after one instruction; `vector` is the exception it raised, or None.

    `address` is what the kernel told the signal handler: CR2 of a page fault.
    """

    state: State
    vector: int | None
    address: int = 0


def unpack_state(record: bytes) -> State:
    fields = RECORD.unpack(record)
    rip, rflags, _vector, _address, cs, segments, fxsave, upper, memory = fields[16:]
    return State(list(fields[:16]), rip, rflags, fxsave, upper, memory, cs,
                 *[segments >> 16 * i & 0xFFFF for i in range(4)])


def unpack(record: bytes) -> Outcome:
    """A record as a result."""
    state = unpack_state(record)
    vector, address = struct.unpack_from("<QQ", record, 144)
    if vector == INT3:  # the one after the instruction: it went well, and rip is one past that
        state.rip -= 1
        return Outcome(state, None)
    return Outcome(state, vector, address)
