# One decoded instruction, and the decoder that makes it.

from blinkenlights.core.state cimport *

# Operand.kind
cdef enum:
    O_NONE = 0
    O_REG = 1  # general register `reg`, `size` bytes; 8-bit: 16 + 4..7 stand for AH CH DH BH
    O_MEM = 2  # the instruction's memory operand (ModRM or moffs); `size` 0 where it has none (LEA)
    O_IMM = 3  # Insn.imm
    O_IMM2 = 4  # Insn.imm2
    O_REL = 5  # branch target: next rip + Insn.imm
    O_FAR = 6  # far pointer: offset Insn.imm, selector Insn.imm2
    O_SEG = 7  # segment register `reg`
    O_CR = 8
    O_DR = 9
    O_XMM = 10
    O_YMM = 11
    O_MMX = 12
    O_ST = 13  # ST(`reg`)
    O_SRC = 14  # string source: segment:[rSI]
    O_DST = 15  # string destination: ES:[rDI]
    O_CONST = 16  # the constant `reg` (shift by 1, INT3)
    O_OTHER = 17  # opmask, ZMM, TMM, bound registers: decoded, never executed here

cdef struct Operand:
    u8 kind
    u8 reg
    u8 size  # bytes

# Insn.prefixes
cdef enum:
    P_LOCK = 1
    P_REPNE = 2  # F2, whatever its meaning here
    P_REP = 4  # F3
    P_OSIZE = 8  # 66
    P_ASIZE = 16  # 67
    P_REX = 32
    P_VEX = 64
    P_EVEX = 128

cdef struct Insn:
    u64 imm  # sign-extended to 64 bits as the instruction does
    u64 imm2
    u64 disp  # sign-extended; RIP-relative ones are relative to the next instruction
    u16 row  # in the opcode table
    u16 id  # mnemonic, see core.dispatch
    u8 length
    u8 mode  # 16, 32 or 64
    u8 osize  # effective operand size in bytes: 2, 4 or 8
    u8 asize  # effective address size in bytes: 2, 4 or 8
    u8 prefixes
    u8 segment  # effective segment of the memory operand, defaults applied
    u8 rex
    u8 map  # 0 one-byte, 1 = 0F, 2 = 0F38, 3 = 0F3A
    u8 opcode
    u8 modrm
    u8 vector_length  # 0 = 128 bits, 1 = 256, 2 = 512
    u8 base  # memory operand: 0..15, ZERO when absent, 17 = RIP
    u8 index
    u8 scale  # shift count
    u8 operands
    Operand op[5]

# What decode() returns when there is no instruction.
cdef enum:
    DECODE_INVALID = 0  # #UD
    DECODE_SHORT = -1  # more bytes needed than `available`
    DECODE_TOO_LONG = -2  # over 15 bytes: #GP

# Decode at most `available` bytes at `code`; returns the length, or one of the above.
cdef int decode(const u8 *code, int available, int mode, Insn *insn) noexcept nogil
