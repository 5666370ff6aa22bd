"""The translator's table: one row a rule, in the mnemonics of the opcode table.

Whatever is not in the table is interpreted, so an instruction unknown here still works.
"""

import cython

from blinkenlights.core.dispatch import NUMBERS
from blinkenlights.tables.cpuid import FEATURES, NEEDS_AVX, NOT_OFFERED

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


def withhold(features: set[str], wanted: bool = True) -> None:
    """Leave the instructions of these features to the interpreter; or, if not `wanted`, no longer."""
    gone: set[str] = set()
    for row in FEATURES:
        if row[3] in features:
            gone.update(row[4].split())
    for name, number in NUMBERS.items():
        if (name in gone or ("AVX" in features and name[0] == "V")
                or ("AVX2" in features and name[:2] == "VP")
                or ("FMA" in features and name[:3] in ("VFM", "VFN"))):
            at: cython.int = number
            traits[at] = traits[at] | FOREIGN if wanted else traits[at] & ~FOREIGN


def rules() -> dict[str, int]:
    """The rule of every mnemonic that has one."""
    return {name: rule[cython.cast(cython.int, number)] for name, number in NUMBERS.items()
            if rule[cython.cast(cython.int, number)]}


fill_tables()
withhold(missing())
