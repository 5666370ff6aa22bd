"""The state an instruction starts from, and what it leaves; also the guest's address map."""

import struct
from dataclasses import dataclass, field

PAGE = 4096
CODE = 0x10000000  # a slot of INT3s for each case, with the instruction at its start
SLOT_SIZE = 64
DATA = 0x20000000  # an unmapped page, two writable ones, a read-only one, unmapped again
WINDOW_SIZE = 1024
WINDOW = DATA + 2 * PAGE - WINDOW_SIZE // 2  # the part of the writable pages that a case sees
EDGE = 256  # bytes at either end of the writable pages that start as zeros
GS_BASE = 0x1FFFF000

FXSAVE_SIZE = 416
UPPER_SIZE = 256
RECORD = struct.Struct(f"<16Q2Q6Q{FXSAVE_SIZE}s{UPPER_SIZE}s{WINDOW_SIZE}s")

MXCSR_OFFSET = 24
ST_OFFSET = 32
XMM_OFFSET = 160

INT3 = 3
REGISTERS = ("rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
             "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15")


@dataclass(slots=True)
class State:
    """Registers in the encoding's order, the FXSAVE64 image, the upper halves of YMM0 to YMM15, and the
    window's bytes."""

    reg: list[int] = field(default_factory=lambda: [0] * 16)
    rip: int = CODE  # as a result; an instruction starts at its slot
    rflags: int = 0x202
    fxsave: bytes = b"\x7f\x03" + bytes(22) + b"\x80\x1f" + bytes(FXSAVE_SIZE - 26)
    upper: bytes = bytes(UPPER_SIZE)
    memory: bytes = bytes(WINDOW_SIZE)

    def pack(self, rip: int) -> bytes:
        return RECORD.pack(*self.reg, rip, self.rflags, 0, 0, 0, 0, 0, 0, self.fxsave, self.upper,
                           self.memory)

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


def unpack(record: bytes) -> Outcome:
    fields = RECORD.unpack(record)
    reg, rip, rflags = list(fields[:16]), fields[16], fields[17]
    trap, _, cr2 = fields[18:21]
    if trap == INT3:
        # the INT3 after the instruction: it went well, and rip is one past that
        return Outcome(State(reg, rip - 1, rflags, *fields[24:]), None)
    state = State(reg, rip, rflags & ~0x10000, *fields[24:])  # RF is set for faults only
    return Outcome(state, trap, cr2 if trap == 14 else 0)
