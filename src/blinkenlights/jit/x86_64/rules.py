"""The translator's table: one row a rule, in the mnemonics of the opcode table.

Whatever is not in the table is interpreted, so an instruction unknown here still works.
"""

import cython
from cython.cimports.cpython.bytes import PyBytes_FromStringAndSize
from cython.cimports.libc.string import memcpy, memset

from blinkenlights.bundles import prepared

# fmt: off
GENERAL = """
    MOV ADD SUB AND OR XOR CMP TEST ADC SBB NOT NEG INC DEC MUL IMUL DIV IDIV XCHG CMPXCHG XADD BSWAP
    PUSH POP MOVZX MOVSX MOVSXD CBW CWD CMOVCC SETCC ROL ROR RCL RCR SHL SHR SAR SHLD SHRD
    BT BTS BTR BTC BSF BSR CLC STC CMC CLD STD LAHF SAHF XLAT CMPXCHG8B CMPXCHG16B PAUSE
    POPCNT LZCNT TZCNT ANDN BLSR BLSMSK BLSI BEXTR BZHI PEXT PDEP MULX SHLX SARX SHRX RORX ADCX ADOX
    MOVBE CRC32 RDTSC RDTSCP RDPID RDRAND RDSEED MOVNTI LFENCE MFENCE SFENCE CLFLUSH CLFLUSHOPT CLWB
    PREFETCH PREFETCHW PREFETCHT0 PREFETCHT1 PREFETCHT2 PREFETCHNTA LODSB LODSW LODSD LODSQ
"""

X87 = """
    FADD FMUL FCOM FCOMP FSUB FSUBR FDIV FDIVR FLD FST FSTP FLDCW FNSTCW FXCH FNOP FCHS FABS FTST FXAM
    FLD1 FLDL2T FLDL2E FLDPI FLDLG2 FLDLN2 FLDZ F2XM1 FYL2X FPTAN FPATAN FXTRACT FPREM1 FDECSTP FINCSTP
    FPREM FYL2XP1 FSQRT FSINCOS FRNDINT FSCALE FSIN FCOS FIADD FIMUL FICOM FICOMP FISUB FISUBR FIDIV
    FIDIVR FCMOVB FCMOVE FCMOVBE FCMOVU FCMOVNB FCMOVNE FCMOVNBE FCMOVNU FUCOMPP FILD FIST FISTP FISTTP
    FUCOMI FCOMI FUCOMIP FCOMIP FFREE FUCOM FUCOMP FADDP FMULP FCOMPP FSUBRP FSUBP FDIVRP FDIVP
    FNSTSW FBLD FBSTP FNCLEX FNINIT FWAIT EMMS
"""

# Instructions with an MMX or vector register among their operands are copied too, EVEX ones aside.
VECTOR = "EMMS LDMXCSR STMXCSR VLDMXCSR VSTMXCSR VZEROUPPER VZEROALL"

# Interpreted ones that don't concern the x87 registers.
NO_X87 = """
    CPUID XGETBV POPF PUSHF SYSCALL RDFSBASE RDGSBASE WRFSBASE WRGSBASE ENTER RET LEAVE
"""

ROWS = (
    (NOTHING, "NOP ENDBR64 ENDBR32"),
    (COPY_STRING, """MOVSB MOVSW MOVSD MOVSQ STOSB STOSW STOSD STOSQ
                     SCASB SCASW SCASD SCASQ CMPSB CMPSW CMPSD CMPSQ"""),
    (LOAD_ADDRESS, "LEA"),
    (LEAVE_FRAME, "LEAVE"),
    (CONDITIONAL_JUMP, "JCC"),
    (LOOP_JUMP, "LOOP LOOPE LOOPNE JRCXZ"),
    (JUMP, "JMP"),
    (CALL_NEAR, "CALL"),
    (RETURN_NEAR, "RET"),
    (SYSTEM_CALL, "SYSCALL"),
    (STOP, "HLT UD0 UD1 UD2 INT INT1 INT3 IRET RETF CALLF JMPF SYSRET SYSENTER"),
)

TRAITS = (
    (NO_X87_NEEDED, GENERAL + NO_X87),
    (SUBSTITUTE, """MOV ADD SUB AND OR XOR CMP TEST ADC SBB CMOVCC MOVZX MOVSX MOVSXD NEG NOT INC DEC IMUL
                    XCHG XADD MOVD MOVQ"""),
    (READS_FIRST, "CMP TEST"),
    (LOADS, "MOV MOVZX MOVSX MOVSXD"),
    (OFFSETS, "ADD SUB AND"),
    (NEGATIVE, "AND"),
    (WRITES_SECOND, "MULX XCHG XADD"),
)
# fmt: on


def fill_tables() -> None:
    from blinkenlights.core.dispatch import NUMBERS
    from blinkenlights.tables.cpuid import NOT_OFFERED

    for name in (GENERAL + X87 + VECTOR).split():
        if name in NUMBERS:
            rule[cython.cast(cython.int, NUMBERS[name])] = COPY
    for action, names in ROWS:
        for name in names.split():
            rule[cython.cast(cython.int, NUMBERS[name])] = action
    for trait, names in TRAITS:
        for name in names.split():
            if name in NUMBERS:
                traits[cython.cast(cython.int, NUMBERS[name])] |= cython.cast(u8, trait)
    for name in NOT_OFFERED.split():
        traits[cython.cast(cython.int, NUMBERS[name])] |= FOREIGN


def missing() -> set[str]:
    """Features that CPUID may offer the guest and this host's CPU, or its kernel, lacks."""
    from blinkenlights.tables.cpuid import FEATURES, NEEDS_AVX

    names: set[str] = set()
    found: dict[tuple[int, int], int] = {}
    for leaf, register, bit, name, mnemonics in FEATURES:
        if mnemonics:
            if (leaf, register) not in found:
                found[leaf, register] = host_cpuid(leaf, register)
            if not found[leaf, register] >> bit & 1:
                names.add(name)
    if not host_keeps_ymm():
        names |= {"AVX", *NEEDS_AVX}
    return names


def numbers_of(features: set[str]) -> bytes:
    """The mnemonics that are there with any of these features only, two bytes each."""
    from blinkenlights.core.dispatch import NUMBERS
    from blinkenlights.tables.cpuid import FEATURES

    gone: set[str] = set()
    for row in FEATURES:
        if row[3] in features:
            gone.update(row[4].split())
    return b"".join([number.to_bytes(2, "little") for name, number in NUMBERS.items()
                     if name in gone or ("AVX" in features and name[0] == "V")
                     or ("AVX2" in features and name[:2] == "VP")
                     or ("FMA" in features and name[:3] in ("VFM", "VFN"))])


def plan() -> tuple:
    """The tables for a CPU that has everything; for each bit of CPUID that offers the guest a feature, what a
    host that lacks it lacks; and what one lacks that doesn't keep YMM registers."""
    from blinkenlights.tables.cpuid import FEATURES, NEEDS_AVX

    memset(rule, 0, cython.sizeof(rule))
    memset(traits, 0, cython.sizeof(traits))
    fill_tables()
    tables = (PyBytes_FromStringAndSize(cython.cast(cython.p_char, rule), cython.sizeof(rule)),
              PyBytes_FromStringAndSize(cython.cast(cython.p_char, traits), cython.sizeof(traits)))
    bits = tuple((leaf, register, bit, numbers_of({name}))
                 for leaf, register, bit, name, mnemonics in FEATURES if mnemonics)
    return tables, bits, numbers_of({"AVX", *NEEDS_AVX})


def adopt(made: tuple) -> None:
    """Use the tables of a plan, and leave to the interpreter what this host's CPU, or its kernel, lacks."""
    tables, bits, without_ymm = made
    if len(tables[0]) != cython.sizeof(rule) or len(tables[1]) != cython.sizeof(traits):
        raise ValueError("not a plan of rules")
    memcpy(rule, cython.cast(cython.p_char, tables[0]), cython.sizeof(rule))
    memcpy(traits, cython.cast(cython.p_char, tables[1]), cython.sizeof(traits))
    found: dict[tuple[int, int], int] = {}
    for leaf, register, bit, numbers in bits:
        if (leaf, register) not in found:
            found[leaf, register] = host_cpuid(leaf, register)
        if not found[leaf, register] >> bit & 1:
            mark(numbers, True)
    if not host_keeps_ymm():
        mark(without_ymm, True)


def mark(numbers: bytes, foreign: bool) -> None:
    i: cython.int
    at: cython.int
    for i in range(0, len(numbers), 2):
        at = (numbers[i] | numbers[i + 1] << 8) & 4095
        traits[at] = traits[at] | FOREIGN if foreign else traits[at] & ~FOREIGN


def withhold(features: set[str], wanted: bool = True) -> None:
    """Leave the instructions of these features to the interpreter; or, if not `wanted`, no longer."""
    mark(numbers_of(features), wanted)


def rules() -> dict[str, int]:
    """The rule of every mnemonic that has one."""
    from blinkenlights.core.dispatch import NUMBERS

    return {name: rule[cython.cast(cython.int, number)] for name, number in NUMBERS.items()
            if rule[cython.cast(cython.int, number)]}


made = prepared("rules")
if made is not None:
    adopt(made)
else:
    fill_tables()
    withhold(missing())
