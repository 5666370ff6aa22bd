# The compiled opcode table as the decoder sees it. tables/opcode_compiler.py makes it and has the
# same numbers.

from blinkenlights.core.state cimport *
from blinkenlights.core.decode cimport Insn

cdef struct Candidate:
    u64 deny  # the form is not this one when one of these bits is seen
    u32 form
    u32 spare

cdef struct OperandForm:
    u8 source
    u8 kind
    u8 size  # of the register; the register's number for S_FIXED, the constant for S_CONSTANT
    u8 memory_size

cdef struct Form:
    u16 mnemonic
    u16 flags
    u8 operands
    u8 immediate
    u8 broadcast  # bytes of a broadcast element
    u8 scale  # of an 8-bit displacement in EVEX; 0: the operand's size
    OperandForm op[5]
    u32 spare

# prefix_kind
cdef enum:
    K_PLAIN = 0  # not a prefix
    K_REX = 1  # in 64-bit code
    K_OSIZE = 2
    K_ASIZE = 3
    K_LOCK = 4
    K_REPNE = 5
    K_REP = 6
    K_SEGMENT = 7  # ES, CS, SS, DS
    K_FS_GS = 8

# Bits seen
cdef enum:
    B_PREFIX = 0  # + 0 none, 1 = 66, 2 = F3, 3 = F2
    B_MODE_16 = 4
    B_MODE_32 = 5
    B_MODE_64 = 6
    B_OSIZE = 7  # + 0 for 16 bits, 1 for 32, 2 for 64
    B_W0 = 10
    B_W1_64 = 11
    B_W1_32 = 12
    B_LENGTH = 13  # + vector length
    B_MEMORY = 17
    B_REGISTER = 18
    B_LOCK_MEMORY = 19
    B_LOCK_REGISTER = 20
    B_REX_B = 21
    B_REG = 22  # + ModRM.reg
    B_RM = 30  # + ModRM.rm
    B_VVVV = 38
    B_V_HIGH = 39
    B_ZEROING = 40
    B_ZEROING_MEMORY = 41
    B_BROADCAST = 42
    B_ROUNDING = 43
    B_MASK = 44
    B_NO_MASK = 45
    B_HAS_66 = 46
    B_ASIZE_NOT_32 = 47

# Mandatory prefixes, after B_PREFIX; Context.segment
cdef enum:
    B_PREFIX_66 = 1
    B_PREFIX_F3 = 2
    B_PREFIX_F2 = 3
    NO_OVERRIDE = 255

# Opcode spaces: 0 to 3 are the legacy maps
cdef enum:
    SPACE_3DNOW = 4
    SPACE_VEX = 4  # + map
    SPACE_EVEX = 7  # + map 1 to 3; 11 and 12 are maps 5 and 6
    SPACE_XOP = 5  # + map 8 to 10

# OperandForm.source
cdef enum:
    S_RM = 1
    S_REG = 2
    S_VVVV = 3
    S_OPCODE = 4
    S_IS4 = 5
    S_IMMEDIATE = 6
    S_IMMEDIATE2 = 7
    S_RELATIVE = 8
    S_FAR = 9
    S_MOFFS = 10
    S_STRING_SOURCE = 11
    S_STRING_DESTINATION = 12
    S_FIXED = 13
    S_CONSTANT = 14
    S_BY_RDI = 15
    S_BY_RBX = 16

# Sizes that depend on the instruction's context; smaller ones are bytes
cdef enum:
    Z_V = 128
    Z_Z = 129
    Z_Y = 130
    Z_N = 131
    Z_M = 132
    Z_P = 133
    Z_A = 134
    Z_S = 135
    Z_ENV = 136
    Z_STA = 137
    Z_X = 138
    Z_H = 139
    Z_F = 140
    Z_G = 141
    Z_U = 142

# Form.immediate
cdef enum:
    I_NONE = 0
    I_B = 1
    I_S = 2
    I_W = 3
    I_D = 4
    I_Z = 5
    I_V = 6
    I_JB = 7
    I_JZ = 8
    I_AP = 9
    I_WB = 10
    I_BB = 11
    I_IS4 = 12
    I_IS5 = 13
    I_MOFFS = 14

# Form.flags
cdef enum:
    F_MODRM = 1
    F_DEFAULT_64 = 2
    F_FORCE_64 = 4
    F_IGNORE_MOD = 8
    F_INDEX_FULL = 16
    F_INDEX_HALF = 32
    F_NEEDS_SIB = 64
    F_DISTINCT = 128
    F_DISTINCT_DESTINATION = 256
    F_LENGTH_IGNORED = 512
    F_PRIVILEGED = 1024

# What the prefixes said, while decoding.
cdef struct Context:
    u64 seen
    const u8 *code
    Insn *insn
    int mode
    int space
    int position  # of the next byte to read
    int last  # where the immediate starts
    bint in_memory  # ModRM has a memory operand
    bint in_memory_done  # and it has been read
    u8 opcode
    u8 modrm
    u8 reg_high  # extensions, in place: REX.R << 3 | EVEX.R' << 4
    u8 index_high  # REX.X << 3
    u8 base_high  # REX.B << 3
    u8 vvvv
    u8 vvvv_high  # EVEX.V' << 4
    u8 w  # W in effect
    u8 length  # vector length as encoded
    u8 segment  # override
    u8 broadcast  # EVEX.b

cdef inline int size_of(int code, Context *x) noexcept nogil:
    """The size in bytes that `code` stands for."""
    if code < 128:
        return code
    cdef int osize = x.insn.osize
    cdef int vector = 16 << x.insn.vector_length
    if code == Z_V:
        return osize
    if code == Z_Z:
        return 2 if osize == 2 else 4
    if code == Z_Y:
        return 8 if x.w else 4
    if code == Z_N:
        return 8 if x.mode == 64 else 4
    if code == Z_M:
        return x.insn.asize
    if code == Z_P:
        return osize + 2
    if code == Z_A:
        return osize * 2
    if code == Z_S:
        return 10 if x.mode == 64 else 6
    if code == Z_ENV:
        return 14 if osize == 2 else 28
    if code == Z_STA:
        return 94 if osize == 2 else 108
    if code == Z_X:
        return vector
    if code == Z_H:
        return vector >> 1
    if code == Z_F:
        return vector >> 2
    if code == Z_G:
        return vector >> 3
    return 8 if x.insn.vector_length == 0 else vector  # Z_U
