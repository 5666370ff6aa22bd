# The guest's state and the decoded operation: the two structures everything compiled shares.
#
# Order and sizes matter: `Op` is one cache line, and operands name registers by their byte offset
# in `Cpu`, so one handler serves every register of a file.

from libc.stdint cimport (int8_t, int16_t, int32_t, int64_t,
                          uint8_t, uint16_t, uint32_t, uint64_t)

ctypedef uint8_t u8
ctypedef uint16_t u16
ctypedef uint32_t u32
ctypedef uint64_t u64
ctypedef int8_t i8
ctypedef int16_t i16
ctypedef int32_t i32
ctypedef int64_t i64
ctypedef long double f80

ctypedef u8 *u8p
ctypedef u16 *u16p
ctypedef u32 *u32p
ctypedef u64 *u64p
ctypedef i8 *i8p
ctypedef i16 *i16p
ctypedef i32 *i32p
ctypedef i64 *i64p
ctypedef float *f32p
ctypedef double *f64p
ctypedef f80 *f80p

ctypedef Cpu *CpuP
ctypedef Op *OpP

# Executes one operation and names the next; NULL leaves the run loop, with `Cpu.exit` saying why.
ctypedef Op *(*Handler)(Cpu *, Op *) noexcept nogil

cdef extern from "setjmp.h" nogil:
    ctypedef struct sigjmp_buf:
        pass

# Where an operation's memory operand stands, `Op.form`.
cdef enum:
    RR = 0  # nowhere: registers and immediates only
    MR = 1  # operand 0, the destination
    RM = 2  # operand 1
    RRM = 3  # operand 2 (VEX)

# `Op.flags`
cdef enum:
    LOCKED = 1  # LOCK prefix, or XCHG with memory
    REP = 2  # F3
    REPNE = 4  # F2
    LEGACY = 8  # 16 or 32-bit code: linear addresses wrap at 4 GiB
    ELSEWHERE = 16  # its memory operand isn't at ea() but at Cpu.operand: BT with a bit offset in a register
    WRITES = 32  # in 16 or 32-bit code: its memory operand may be written, so the segment must allow that

# Register numbers beyond the sixteen.
cdef enum:
    ZERO = 16  # always reads as 0: an absent base, index or source
    NO_SEGMENT = 6  # its base is always 0

# Segment registers in the order of their encoding (Intel SDM volume 2, table 3-1).
cdef enum:
    ES = 0
    CS = 1
    SS = 2
    DS = 3
    FS = 4
    GS = 5

# Why the run loop was left, `Cpu.exit`.
cdef enum:
    EXIT_NONE = 0
    EXIT_ATTENTION = 1  # a signal is pending, the instruction limit was reached or someone asked
    EXIT_SYSCALL = 2  # SYSCALL; rip is the next instruction
    EXIT_EXCEPTION = 3  # a CPU exception: `vector`, `error_code`, `fault_address`; rip is its instruction
    EXIT_INTERRUPT = 4  # INT n: `vector`; rip is the next instruction
    EXIT_HALT = 5  # HLT where that is allowed
    EXIT_STOP = 6  # a probe stopped it: `Cpu.stopped_by`

cdef struct Op:  # 64 bytes
    Handler fn
    u64 imm  # immediate, sign-extended; 0 when operand 1 is a register
    u64 disp  # displacement, or the whole address of a RIP-relative or direct operand
    Op *link  # branches: the target's first operation once known
    u64 rip  # the instruction's own address (its offset in CS)
    u16 dst  # operand 0, if a register: its byte offset in Cpu
    u16 src  # operand 1, if a register; else the offset of reg[ZERO]
    u16 src2  # operand 2, likewise
    u16 id  # mnemonic
    u8 base  # memory operand: register numbers, ZERO when absent
    u8 index
    u8 scale  # as a shift count, 0 to 3
    u8 seg
    u8 size  # bytes of operand 0 (or of the operation where it has none)
    u8 size2  # bytes of operand 1
    u8 form
    u8 flags
    u8 length  # of the instruction, in bytes
    u8 asize  # address size in bytes: 2, 4 or 8
    u8 count  # instructions from the block's start up to and including this one
    u8 extra  # second immediate (ENTER's level, EXTRQ's index), condition code of Jcc, SETcc, CMOVcc

cdef struct TlbEntry:  # virtualised memory: one page, direct-mapped
    u64 read_tag  # page address when readable, else an impossible one
    u64 write_tag
    u64 addend  # host address minus guest address

cdef enum:
    TLB_SIZE = 1024

cdef enum:
    JUMP_SIZE = 1024
    SCRATCH = 16  # operations for a single step; the last one has other uses
    MOST_ACCESSES = 32

cdef struct Access:  # to memory that is watched
    u64 address
    u64 rip  # of the instruction that makes it
    u32 size
    u32 kind  # core.probes: READING or WRITING
    u8 old[32]  # what was there, as far as this reaches

cdef struct JumpEntry:  # where indirect branches lead: the first operation at an address
    u64 rip
    Op *op

cdef struct Cpu:
    u64 reg[17]  # RAX RCX RDX RBX RSP RBP RSI RDI R8 to R15, and a zero
    u64 rip
    # The six status flags, lazily: `res` is the last result, sign-extended to 64 bits; `aux` holds
    # carries: bit 63 out of, bit 62 into the operation's top bit, bit 3 out of bit 3; bits 8 to 15
    # are xored into the low byte before parity is taken; bit 0 inverts the sign flag.
    u64 res
    u64 aux
    u64 eflags  # every other flag: DF, IF, TF, NT, AC, ID, ...; bit 1 is set
    u64 seg_base[8]  # by segment number; [NO_SEGMENT] stays 0
    u64 membase  # linear memory: host address = guest address + membase
    u64 icount  # instructions executed
    u64 stop_at  # leave at the next block boundary once icount reaches this; 0 = at once
    u8 paged  # memory goes through the TLB
    u8 mode  # code size: 16, 32 or 64
    u8 exit
    u8 vector
    u8 running  # inside the run loop: a host fault is the guest's
    u8 fp_strict  # an SSE exception is unmasked, so floating-point operations must check
    u16 sel[8]  # segment selectors
    u32 error_code  # as the CPU would push it
    u32 mxcsr  # while running, the exception flags are in the host's own register
    u64 fault_address
    u64 operand  # see ELSEWHERE
    u64 stack_mask  # legacy code: what of RSP is the stack pointer, 0xffff or 0xffffffff
    void *system  # a PC's privileged state (core.supervisor.state.System); NULL for a user program
    i32 host_signal  # the fault's own si_signo and si_code, 0 if found without one
    i32 host_code
    Op *op  # being executed: names the instruction after a fault
    # x87: st[i] is ST(i)'s physical register i; 80-bit values in 16-byte cells, MMX in the low 8
    u8 st[8][16]
    u16 fcw
    u16 fsw  # TOP lives in fpu_top, the rest here
    u8 ftag  # abridged tag word as in FXSAVE: bit i set = physical register i not empty
    u8 fpu_top
    u16 fop
    u64 fip
    u64 fdp
    u8 xmm[16][32]  # YMM0 to YMM15; XMM is the low half
    # The segment registers' hidden parts, for 16 and 32-bit code (core/segments.pxd)
    u32 seg_limit[8]  # the last valid offset; of an expand-down segment the last invalid one
    u32 seg_rights[8]  # bits 8 to 23 of the descriptor's second word; 0 for a null selector
    u8 seg_open  # bit n: segment n allows every access up to 4 GiB, so none is checked
    u8 real  # PROTECTED, REAL or VIRTUAL_8086: what a selector means
    u8 tmp[64]  # a memory source operand, fetched whole before anything changes
    TlbEntry *tlb
    void *space  # core.paging.Space
    Cpu *next  # the address space's other processors
    i32 pending_signal  # caught on the host, not yet delivered to the guest
    u8 pending_info[128]  # its siginfo_t
    u64 syscalls  # system calls made without leaving the run loop
    # translated code (jit/): what its way in and out needs
    u64 raw_flags  # EFLAGS as the host's register has or is to have them
    u64 epoch  # of the code cache, when translated code was last entered
    void *signal_stack  # its thread's alternate stack
    u64 stepped_at  # where a host instruction was stepped last
    u8 inside  # translated code, or about to be
    u8 x87_live  # the x87 registers are in this thread's host registers, and not in `st` and its kin
    u8 shared  # other processors run in the same memory, so accesses must keep x86's order (core/access.pxd)
    # debugging (core/probes.py)
    u8 asked  # to leave the run loop: stays until that is done
    u8 one  # a single instruction is executed
    u8 halts  # HLT leaves the run loop: code without an operating system
    u8 stopped_by  # after EXIT_STOP: core.probes' STOP_ constants
    u64 stop_seen_tick  # the breakpoint at this instruction was told already, at this icount
    u64 stop_seen_rip
    u64 hook_seen_tick  # and the hooks for it were called
    u64 hook_seen_rip
    i32 access_count  # to watched memory, by the instruction before
    i32 watch_hit  # index of the watch that stopped it
    Access accesses[MOST_ACCESSES]
    Access hit
    JumpEntry jumps[JUMP_SIZE]
    Op scratch[SCRATCH]  # single steps, and the operation that stands for an instruction fetch
    sigjmp_buf fault_jump
