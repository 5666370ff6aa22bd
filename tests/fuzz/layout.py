"""Where a program's code and data lie, and the state it starts from and leaves."""

import struct
from dataclasses import dataclass

PAGE = 4096
CODE = 0x10000000  # a slot for each program, INT3s where there is no code
SLOT_SIZE = 2048
DATA = 0x20000000  # an unmapped page, two writable ones, a read-only one, unmapped again
STACK = 0x30000000  # an unmapped page, a writable one, unmapped again
HIGH = 0x1234567000  # a writable page that no displacement reaches
FS_BASE = HIGH + 0x400
GS_BASE = 0x1FFFF000

WRITABLE = (DATA + PAGE, DATA + 2 * PAGE, STACK + PAGE, HIGH)
READ_ONLY = DATA + 3 * PAGE
MEMORY_SIZE = PAGE * len(WRITABLE)

# Cells at the start of the writable data that programs use for themselves.
CELLS = DATA + PAGE
FUEL = CELLS  # 32 bits: how many backward jumps and recursions are left
SAVED = CELLS + 8  # a register put aside
MXCSR_CELLS = CELLS + 0x20  # four good values
CONTROL_CELLS = CELLS + 0x40  # four good x87 control words

FXSAVE_SIZE = 416
YMM_SIZE = 256
RECORD = struct.Struct(f"<16QQQ6Q{FXSAVE_SIZE}s{YMM_SIZE}s")
MXCSR_OFFSET, ST_OFFSET, XMM_OFFSET = 24, 32, 160

REGISTERS = ("rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
             "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15")
RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI = range(8)
MASK64 = (1 << 64) - 1
STATUS_FLAGS = 0x8D5
STATUS_AND_DF = 0xCD5

INT3, GENERAL_PROTECTION, PAGE_FAULT, SIMD_ERROR = 3, 13, 14, 19
SIGTRAP, SIGVTALRM, SIGSYS = 5, 26, 31


@dataclass(slots=True)
class State:
    """Registers in the encoding's order, the FXSAVE64 image and the upper halves of YMM0 to YMM15."""

    reg: list[int]
    rflags: int
    fxsave: bytes
    ymm_high: bytes = bytes(YMM_SIZE)

    def pack(self, rip: int) -> bytes:
        return RECORD.pack(*self.reg, rip, self.rflags, 0, 0, 0, 0, 0, 0, self.fxsave, self.ymm_high)


@dataclass(slots=True)
class Outcome:
    """What a program left. `vector` is the exception that ended it; `address` is that of a page fault.

    A program that ran to an INT3 has vector 3, and `rip` is the INT3's own address.
    """

    reg: tuple[int, ...]
    rip: int
    rflags: int
    vector: int
    address: int
    fxsave: bytes
    ymm_high: bytes
    memory: bytes
    lost: bool = False  # looped for too long, made a system call, or trapped in another way


def slots(programs: list[bytes], addresses: list[int], size: int) -> bytes:
    """The code area: each program at its address, INT3 everywhere else."""
    area = bytearray(b"\xcc" * size)
    for code, address in zip(programs, addresses, strict=True):
        area[address - CODE:address - CODE + len(code)] = code
    return bytes(area)
