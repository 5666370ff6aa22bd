# The privileged state of a PC's processor: everything that a user program never has.

from blinkenlights.core.state cimport *
from blinkenlights.core.paging cimport siglongjmp

# Cython takes larger numbers for Python's.
cdef extern from *:
    """
    #define LOW_32 0xffffffffULL
    #define HIGH_16 0xffff0000ULL
    #define PAGES_32 0xfffff000ULL
    """
    const u64 LOW_32
    const u64 HIGH_16  # of the low 32 bits
    const u64 PAGES_32

# Why the run loop was left, beyond those of core.state.
cdef enum:
    EXIT_EVENT = 32  # time reached `next_event`
    EXIT_SHUTDOWN = 33  # a fault while a double fault was being delivered
    EXIT_ERROR = 34  # a device raised a Python exception: `error`

# Segment registers beyond the six: their places in `System.segment`.
cdef enum:
    LDTR = 6
    TR = 7

# Bits of a descriptor's second doubleword, shifted right by 8 (Intel SDM volume 3, section 3.4.5).
cdef enum:
    ACCESSED = 1
    WRITABLE = 2  # data; readable of code
    DOWN = 4  # expand-down of data; conforming of code
    CODE = 8
    NOT_SYSTEM = 16
    PRESENT = 128
    LONG = 0x2000
    BIG = 0x4000
    GRANULAR = 0x8000

# Control register bits.
cdef enum:
    CR0_PE = 1
    CR0_MP = 2
    CR0_EM = 4
    CR0_TS = 8
    CR0_ET = 16
    CR0_NE = 32
    CR0_WP = 0x10000
    CR0_AM = 0x40000
    CR0_NW = 0x20000000
    CR0_CD = 0x40000000
    CR0_PG = 0x80000000
    CR4_VME = 1
    CR4_PVI = 2
    CR4_TSD = 4
    CR4_DE = 8
    CR4_PSE = 16
    CR4_PAE = 32
    CR4_MCE = 64
    CR4_PGE = 128
    CR4_PCE = 256
    CR4_OSFXSR = 512
    CR4_OSXMMEXCPT = 1024
    CR4_FSGSBASE = 0x10000
    EFER_SCE = 1
    EFER_LME = 0x100
    EFER_LMA = 0x400
    EFER_NXE = 0x800

# EFLAGS beyond those of core.access.
cdef enum:
    IOPL = 0x3000
    NT = 0x4000
    RF = 0x10000
    VM = 0x20000
    AC = 0x40000
    VIF = 0x80000
    VIP = 0x100000
    ID = 0x200000

# Exceptions (Intel SDM volume 3, table 6-1).
cdef enum:
    DE = 0
    DB = 1
    BP = 3
    UD = 6
    NM = 7
    DOUBLE = 8
    TS_ = 10
    NP = 11
    SS_ = 12
    GP = 13
    PF = 14
    MF = 16

# `System.flavour`: what a block's operations were chosen by. The mode is in the lowest two bits.
cdef enum:
    F_PAGING = 4
    F_A20 = 8  # address bit 20 is held low
    F_USER = 16
    F_NO_X87 = 32  # its instructions raise #NM
    F_NO_SSE = 64  # its instructions raise #UD
    F_CHECK = 0x100  # from here a bit a segment: not flat, so accesses are checked
    F_NARROW = 0x10000  # likewise: offsets below 64 KiB can fail as well

# `System.attributes`, a byte a page of the machine's memory.
cdef enum:
    A_ROM = 1  # writes have no effect
    A_CODE = 2  # has translated code: writes are looked at

cdef enum:
    WINDOWS = 64  # pairs of pages side by side, for accesses that cross between them
    JUMPS = 4096

cdef struct Segment:  # what a segment register hides; its base is in Cpu.seg_base for the six
    u64 low  # offsets that may be read: low to high; none at all where low is larger
    u64 low_write
    u64 high
    u64 base  # of LDTR and TR
    u32 limit  # the last byte's offset, or for expand-down segments the last one that is not in it
    u32 rights  # the descriptor's second doubleword, from bit 8 on

cdef struct Jump:  # where a far or indirect branch, or one to another page, leads
    u64 rip
    u64 base
    Op *op
    u32 flavour
    u32 generation

cdef struct System:
    Cpu *cpu
    Segment segment[8]
    u16 ldt_selector
    u16 tr_selector
    u64 gdt_base
    u64 idt_base
    u32 gdt_limit
    u32 idt_limit
    u64 cr0
    u64 cr2
    u64 cr3
    u64 cr4
    u64 cr8
    u64 dr[8]
    u64 efer
    u64 star
    u64 lstar
    u64 cstar
    u64 fmask
    u64 kernel_gs_base
    u64 sysenter_cs
    u64 sysenter_esp
    u64 sysenter_eip
    u64 apic_base
    u64 pat
    u64 tsc_offset
    u64 tsc_aux
    u64 misc_enable
    u64 mtrr[32]  # base and mask pairs, then the fixed ones; [31] is the default type
    u8 cpl
    u8 nmi_masked
    u8 a20
    u8 interrupt_line  # the PIC wants attention
    u8 nmi_pending
    u8 halted
    u8 shutdown
    u8 attention  # someone asked to leave the run loop
    u8 event  # the next operation is `delivery`
    u8 event_kind
    u8 event_vector
    u8 software_interrupt  # the instruction was INT n: no single-step trap after it
    u32 event_error
    i32 delivering  # the exception being delivered, -1 for none
    u64 resume_at  # RF was set by IRET when icount was this: it lasts for one instruction
    u64 shadow_at  # interrupts and traps are held back while icount is this
    u64 dr6_pending  # data breakpoints met by this instruction
    u64 idle  # ticks that passed while halted
    Op delivery  # what is before it is the state that is saved
    u32 flavour
    u32 generation  # of translated addresses
    u64 now  # the tick as an IN or OUT sees it
    u64 next_event  # tick
    u64 limit  # leave once icount reaches this
    # memory
    TlbEntry *tlbs[2]  # supervisor's, user's
    u64 physical_mask  # the A20 gate
    u64 ram_pages
    u64 rom_pages  # of the copy right below 4 GiB
    u64 rom_frame
    u64 absent_frame  # reads as 0xff
    u64 trash_frame  # where writes to ROM end up
    u8 *attributes
    i32 memory_fd
    i32 window_next
    u64 windows  # host address
    u64 window_first[WINDOWS]
    u64 window_second[WINDOWS]
    # translations
    void *cache  # blocks.CodeCache
    Jump jumps[JUMPS]
    # Python objects, borrowed from the Processor
    void *bus
    void *owner

ctypedef System *SystemP
ctypedef Segment *SegmentP
ctypedef Jump *JumpP

cdef inline int dpl_of(u32 rights) noexcept nogil:
    return rights >> 5 & 3

cdef inline System *system_of(Cpu *c) noexcept nogil:
    return <System *>c.system

cdef inline void raise_fault(Cpu *c, int vector, u32 error_code) noexcept nogil:
    """Raise an exception from anywhere inside a handler; nothing may have changed yet. Never returns."""
    c.vector = vector
    c.error_code = error_code
    c.fault_address = 0
    c.host_signal = 0
    siglongjmp(c.fault_jump, 1)

cdef inline void check_stack(Cpu *c, u64 sp, int size) noexcept nogil:
    """#SS where `size` bytes at `sp` are not in the stack segment."""
    cdef System *s = <System *>c.system
    if s != NULL:
        if sp < s.segment[SS].low or sp + size - 1 > s.segment[SS].high:
            raise_fault(c, SS_, 0)
