"""Which instruction forms there are to compare, and random encodings of each.

The list of forms is iced-x86's, so it does not depend on our own opcode table.
"""

import random
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from iced_x86 import (
    Code,
    CpuidFeature,
    Decoder,
    DecoderOptions,
    EncodingKind,
    Instruction,
    MandatoryPrefix,
    Mnemonic,
    OpCodeInfo,
    OpCodeOperandKind,
    OpCodeTableKind,
)


def names_of(enumeration: object) -> dict[Any, str]:
    return {value: name for name, value in vars(enumeration).items() if isinstance(value, int)}


FEATURE_NAMES = names_of(CpuidFeature)
MNEMONIC_NAMES = names_of(Mnemonic)
CODE_NAMES = names_of(Code)
OPERAND_NAMES = names_of(OpCodeOperandKind)

# The groups of forms, by the CPUID feature they came with.
GROUPS = {
    "xsave": {"XSAVE", "XSAVEOPT", "XSAVEC", "FXSR"},
    "integer": {"INTEL8086", "INTEL186", "INTEL286", "INTEL386", "INTEL486", "X64", "CMOV", "CX8",
                "CMPXCHG16B", "MULTIBYTENOP", "PAUSE", "CLFSH", "PREFETCHW", "TSC"},
    "bmi": {"BMI1", "BMI2", "ADX", "MOVBE", "POPCNT", "LZCNT"},
    "mmx": {"MMX"},
    "sse": {"SSE", "SSE2", "SSE3", "SSSE3", "SSE4_1", "SSE4_2"},
    "crypto": {"AES", "PCLMULQDQ"},
    "x87": {"FPU", "FPU287", "FPU387"},
    "avx": {"AVX"},
    "avx2": {"AVX2"},
    "fma": {"FMA"},
    "f16c": {"F16C"},
    "vaes": {"VAES", "VPCLMULQDQ"},
    "gfni": {"GFNI"},
    "sha": {"SHA"},
    "sse4a": {"SSE4A"},
}
# An instruction that needs several features is of the first of these groups.
RANK = ("x87", "sse4a", "gfni", "vaes", "fma", "f16c", "avx2", "avx", "sha", "crypto", "sse", "bmi", "mmx",
        "xsave", "integer")
# What /proc/cpuinfo calls the features of groups that not every host has.
HOST_FLAGS = {"xsave": "xsave xsaveopt xsavec avx",
              "bmi": "bmi1 bmi2 adx movbe popcnt abm", "sse": "ssse3 sse4_1 sse4_2", "sse4a": "sse4a",
              "crypto": "aes pclmulqdq", "sha": "sha_ni", "avx": "avx", "avx2": "avx2", "fma": "fma",
              "f16c": "f16c", "vaes": "vaes vpclmulqdq", "gfni": "gfni"}
GROUP_OF_FEATURE = {feature: group for group, features in GROUPS.items() for feature in features}

# What cannot be compared this way, with the reason.
EXCLUDED = {
    "not the same twice": "RDTSC RDTSCP RDPMC RDRAND RDSEED",
    "system calls": "SYSCALL SYSENTER SYSEXIT SYSRET INT INT1 INT3 INTO",
    "depends on the host's descriptor tables": "LAR LSL VERR VERW SGDT SIDT SLDT STR SMSW",
    "would change the base that the C library needs": "LFS",
    "the host enables more components": "XGETBV",
    "of other CPUs": "FRSTPM FSTDW FSTSG FSETPM FNSETPM ZALLOC UMOV XBTS IBTS CMPXCHG486 LOADALL "
                     "LOADALL286 LOADALL386 JMPE BB0_RESET BB1_RESET CPU_WRITE CPU_READ "
                     "FENI FNENI FDISI FNDISI RDM DMINT ALTINST SVDC RSDC SVLDT RSLDT SVTS RSTS",
}
EXCLUDED_MNEMONICS = {name for names in EXCLUDED.values() for name in names.split()}

# Operands outside the comparison: system registers, and FS, in which the C library has its base.
OTHER_OPERANDS = {"FS", "CR_REG", "DR_REG", "TR_REG"}
OTHER_CODES = {"UD0",
               "CALL_M1664", "JMP_M1664", "LSS_R64_M1664", "LGS_R64_M1664",  # not on AMD's CPUs
               "BSWAP_R16",  # its result is undefined
               "RESERVEDNOP_RM16_R16_0F0D", "RESERVEDNOP_RM32_R32_0F0D", "RESERVEDNOP_RM64_R64_0F0D"}
# In 64-bit code, near branches with an operand-size prefix, which only AMD's CPUs cut to 16 bits.
OTHER_CODES64 = {"RETNW", "RETNW_IMM16", "CALL_RM16", "JMP_RM16"}
OTHER_OPERANDS64 = {"BR16_1", "BR16_2"}
# In 16 and 32-bit code.
OTHER_LEGACY_CODES = {"POP_CS"}
# With W these are undefined to AMD's CPUs in 32-bit code; Intel's ignore it.
W_MATTERS = {"VPEXTRD", "VPINSRD"}
# GS, the ones that 64-bit code ignores, and in other code FS, which is null there.
SEGMENT_PREFIXES = {64: [b"\x65", b"\x65", b"\x2e", b"\x36", b"\x3e", b"\x26"],
                    32: [b"\x65", b"\x65", b"\x65", b"\x2e", b"\x36", b"\x36", b"\x3e", b"\x26", b"\x64"]}
SEGMENT_PREFIXES[16] = SEGMENT_PREFIXES[32]
MEMORY_OPERANDS = {name for name in OPERAND_NAMES.values()
                   if "_OR_MEM" in name or name.startswith("MEM") or name.startswith("SIBMEM")}

MAP_BYTES = {OpCodeTableKind.NORMAL: b"", OpCodeTableKind.T0F: b"\x0f",
            OpCodeTableKind.T0F38: b"\x0f\x38", OpCodeTableKind.T0F3A: b"\x0f\x3a"}
MANDATORY = {MandatoryPrefix.P66: b"\x66", MandatoryPrefix.PF3: b"\xf3", MandatoryPrefix.PF2: b"\xf2"}
VEX_PP = {MandatoryPrefix.P66: 1, MandatoryPrefix.PF3: 2, MandatoryPrefix.PF2: 3}
VEX_MAP = {OpCodeTableKind.T0F: 1, OpCodeTableKind.T0F38: 2, OpCodeTableKind.T0F3A: 3}


@dataclass(frozen=True)
class Form:
    """An opcode with its operand sizes; `memory` says which kind of ModRM operand it has."""

    code: Any  # iced_x86.Code, a plain number
    memory: bool
    bits: int = 64  # of the code around it

    @cached_property
    def info(self) -> OpCodeInfo:
        return OpCodeInfo(self.code)

    @cached_property
    def mnemonic(self) -> str:
        return MNEMONIC_NAMES[self.info.mnemonic]

    @cached_property
    def group(self) -> str | None:
        return group_of(self.code, self.bits)

    def __str__(self) -> str:
        kinds = {OPERAND_NAMES[self.info.op_kind(i)] for i in range(self.info.op_count)}
        both = any("_OR_MEM" in kind for kind in kinds)
        where = "" if self.bits == 64 else f" ({self.bits}-bit code)"
        kind = (", memory" if self.memory else ", register") if both else ""
        return self.info.instruction_string + kind + where

    def encode(self, rng: random.Random) -> tuple[bytes, Instruction]:
        """A random encoding of this form and what iced-x86 makes of it."""
        for _ in range(200):
            raw = self.vex_bytes(rng) if self.info.encoding == EncodingKind.VEX else self.legacy_bytes(rng)
            instruction = Decoder(self.bits, raw, DecoderOptions.NONE).decode()
            if instruction.code == self.code:
                return raw[:instruction.len], instruction
        raise AssertionError(f"no encoding found for {CODE_NAMES[self.code]}")

    def legacy_bytes(self, rng: random.Random) -> bytes:
        info = self.info
        prefixes = []
        if info.operand_size == (32 if self.bits == 16 else 16):
            prefixes.append(b"\x66")
        if self.other_address_size(rng):
            prefixes.append(b"\x67")
        if self.memory and rng.random() < 0.15:
            prefixes.append(rng.choice(SEGMENT_PREFIXES[self.bits]))
        if self.memory and info.can_use_lock_prefix and rng.random() < 0.3:
            prefixes.append(b"\xf0")
        if info.can_use_rep_prefix and rng.random() < 0.4:
            prefixes.append(b"\xf3")
        elif info.can_use_repne_prefix and rng.random() < 0.4:
            prefixes.append(b"\xf2")
        rng.shuffle(prefixes)
        prefixes += [MANDATORY.get(info.mandatory_prefix, b"")]
        wide = info.operand_size == 64 and not info.default_op_size64
        rex = rng.getrandbits(4) & 7 | (8 if wide else 0)
        if not wide and not info.operand_size and info.encoding == EncodingKind.LEGACY and info.w:
            rex |= 8
        if self.bits != 64:
            pass
        elif rex == 0 and rng.random() < 0.5:  # high-byte registers need the absence of REX
            prefixes.append(b"")
        elif rex & 8 or rng.random() < 0.6:
            prefixes.append(bytes([0x40 | rex]))
        return (b"".join(prefixes) + MAP_BYTES[info.table] + self.opcode_bytes(rng)
                + self.operand_bytes(rng))

    def other_address_size(self, rng: random.Random) -> bool:
        """Whether to give it the address size that its code does not have."""
        if self.info.address_size:
            return bool(self.info.address_size == (16 if self.bits == 32 else 32))
        return self.memory and rng.random() < (0.1 if self.bits == 64 else 0.15)

    def vex_bytes(self, rng: random.Random) -> bytes:
        info = self.info
        second = rng.getrandbits(3) << 5 | VEX_MAP[info.table]
        if self.bits != 64:  # else it is LES or LDS
            second |= 0xC0
        either = info.is_wig or (info.is_wig32 and self.mnemonic not in W_MATTERS)
        wide = rng.getrandbits(1) if either else info.w
        third = wide << 7 | rng.getrandbits(4) << 3 | VEX_PP.get(info.mandatory_prefix, 0)
        third |= 4 if (rng.getrandbits(1) if info.is_lig else info.l) else 0
        if not any(OPERAND_NAMES[kind].endswith("_VVVV") for kind in info.op_kinds()):
            third |= 0x78
        if self.bits != 64:
            third |= 0x40  # there are eight registers
        prefix = b""
        if self.memory and rng.random() < 0.15:
            prefix = rng.choice([b"\x65", b"\x67"] if self.bits == 64 else SEGMENT_PREFIXES[self.bits])
        if self.bits == 16 and self.memory and (self.indexed_by_vector or rng.random() < 0.2):
            prefix += b"\x67"
        head = bytes([0xC4, second, third])
        if second & 0x7F == 0x61 and third < 0x80:  # X, B, W and the map are what the short prefix means
            head = bytes([0xC5, second & 0x80 | third]) if rng.random() < 0.7 else head
        return prefix + head + self.opcode_bytes(rng) + self.operand_bytes(rng)

    def opcode_bytes(self, rng: random.Random) -> bytes:
        opcode = self.info.op_code
        if any(OPERAND_NAMES[kind].endswith("_OPCODE") or OPERAND_NAMES[kind] == "STI_OPCODE"
               for kind in self.info.op_kinds()):
            opcode |= rng.getrandbits(3)
        return opcode.to_bytes(self.info.op_code_len, "big")

    def operand_bytes(self, rng: random.Random) -> bytes:
        """ModRM (where there is one), SIB, displacement and immediates."""
        info = self.info
        mod = rng.randrange(3) if self.memory else 3
        reg = info.group_index if info.group_index >= 0 else rng.getrandbits(3)
        rm = info.rm_group_index if info.rm_group_index >= 0 else rng.getrandbits(3)
        if info.is_group or info.is_rm_group or self.has_modrm:
            head = bytes([mod << 6 | reg << 3 | rm])
        else:
            head = b""
        tail = bytearray(rng.randbytes(14))
        if rng.random() < 0.3:  # small displacements and immediates
            tail[rng.randrange(1, 5):] = bytes(13)
        return head + bytes(tail)

    @cached_property
    def indexed_by_vector(self) -> bool:
        return any("VSIB" in OPERAND_NAMES[kind] for kind in self.info.op_kinds())

    @cached_property
    def has_modrm(self) -> bool:
        return any(kind in MODRM_OPERANDS for kind in map(OPERAND_NAMES.__getitem__, self.info.op_kinds()))


MODRM_SUFFIXES = ("_REG", "_RM", "_REG_MEM", "_VVVV")
MODRM_OPERANDS = {name for name in OPERAND_NAMES.values()
                  if name.endswith(MODRM_SUFFIXES) or name in MEMORY_OPERANDS} - {"MEM_OFFS"}


def group_of(code: Any, bits: int = 64) -> str | None:
    """The group of a form that can be compared in code of this size, else None."""
    info = OpCodeInfo(code)
    in_mode = info.mode64 if bits == 64 else info.mode32 if bits == 32 else info.mode16
    if not info.is_instruction or not in_mode or not info.cpl3 or info.mnemonic == Mnemonic.INVALID:
        return None
    if info.encoding not in (EncodingKind.LEGACY, EncodingKind.VEX) or info.fwait:
        return None
    if info.must_be_cpl0 or info.is_privileged or info.is_input_output:
        return None
    if MNEMONIC_NAMES[info.mnemonic] in EXCLUDED_MNEMONICS:
        return None
    operands = {OPERAND_NAMES[kind] for kind in info.op_kinds()}
    if CODE_NAMES[code] in OTHER_CODES | (OTHER_CODES64 if bits == 64 else OTHER_LEGACY_CODES):
        return None
    if operands & (OTHER_OPERANDS | (OTHER_OPERANDS64 if bits == 64 else set())):
        return None
    instruction = Instruction()
    instruction.code = code
    features = [FEATURE_NAMES[feature] for feature in instruction.cpuid_features()]
    groups = {GROUP_OF_FEATURE.get(feature) for feature in features}
    if None in groups:
        return None
    return next(group for group in RANK if group in groups)


@cache
def host_lacks(group: str) -> bool:
    """Whether this host's CPU cannot execute the group."""
    lines = Path("/proc/cpuinfo").read_text("ascii", "replace").splitlines()
    flags = next((line for line in lines if line.startswith("flags")), "").split()
    return not set(HOST_FLAGS.get(group, "").split()) <= set(flags)


@cache
def forms(bits: int = 64) -> list[Form]:
    found = []
    for code in CODE_NAMES:
        if group_of(code, bits) is None:
            continue
        kinds = {OPERAND_NAMES[kind] for kind in OpCodeInfo(code).op_kinds()}
        if kinds & MEMORY_OPERANDS:
            found.append(Form(code, True, bits))
        if not kinds & MEMORY_OPERANDS or any("_OR_MEM" in kind for kind in kinds):
            found.append(Form(code, False, bits))
    return found
