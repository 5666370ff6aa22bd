"""The instruction set at run time: the compiled opcode table, its mnemonics and its rows.

The table itself is `opcodes/*.txt`; `opcode_compiler.py` explains its notation and compiles it, at
build time, into `core/opcodes.bin`.
"""

TYPE_CHECKING = False  # importing typing would take longer than everything here
if TYPE_CHECKING:
    from blinkenlights.tables.opcode_compiler import Form


def load() -> bytes:
    path = __file__.rpartition("tables")[0] + "core/opcodes.bin"
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib would cost more than the reading
            return file.read()
    except FileNotFoundError:  # nothing was built yet
        from blinkenlights.tables.opcode_compiler import compiled

        return compiled()


BLOB = load()

# Every mnemonic; an instruction's number is its place here. Names are the Intel manual's in upper
# case, except where one name stands for several of them:
#   JCC SETCC CMOVCC CMPCCXADD  all sixteen conditions (the opcode's low four bits tell)
#   JRCXZ, IRET, PUSHF, POPF, PUSHA, POPA, SYSRET, SYSEXIT, PCMPESTRI, PCMPESTRM  all operand sizes
#   CBW    CBW, CWDE and CDQE;  CWD  CWD, CDQ and CQO
#   SHL    SHL and SAL;  NOP  reserved NOPs too;  XLAT  XLATB;  FWAIT  WAIT
# or several names stand for one of them:
#   CALL JMP RET near, CALLF JMPF RETF far
#   MOV_SEG MOV_CR MOV_DR  MOV with such a register
#   MOVSD_XMM CMPSD_XMM  the SSE2 instructions; MOVSD and CMPSD are the string instructions
MNEMONICS: list[str] = BLOB[int.from_bytes(BLOB[24:28], "little"):].decode().split()


FORMS: list["Form"] = []


def forms() -> list["Form"]:
    """The table's rows, by row number; for tools and documentation."""
    from blinkenlights.tables.opcode_compiler import read_table

    if not FORMS:
        FORMS.extend(read_table())
    return FORMS


# Mnemonics whose operand 0, when it is in memory, is read and not written: what a segment must allow.
ONLY_READ = """
ARPL BT BOUND CALL CALLF CMP CMPSB CMPSD CMPSQ CMPSW DIV IDIV IMUL INVLPG JMP JMPF LGDT LIDT LLDT LMSW LTR MUL
NOP PUSH TEST VERR VERW OUTSB OUTSD OUTSW SCASB SCASD SCASQ SCASW PTWRITE
PREFETCH PREFETCHIT0 PREFETCHIT1 PREFETCHNTA PREFETCHT0 PREFETCHT1 PREFETCHT2 PREFETCHW PREFETCHWT1
CLDEMOTE CLFLUSH CLFLUSHOPT CLWB
LDMXCSR VLDMXCSR FXRSTOR FXRSTOR64 XRSTOR XRSTOR64 XRSTORS XRSTORS64
FADD FBLD FCOM FCOMP FDIV FDIVR FIADD FICOM FICOMP FIDIV FIDIVR FILD FIMUL FISUB FISUBR FLD FLDCW FLDENV
FMUL FRSTOR FSUB FSUBR
"""
