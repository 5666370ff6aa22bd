# MXCSR: the guest's and the host's own.
#
# While the guest runs, the host's register holds the guest's rounding mode, FTZ and DAZ, so plain C
# arithmetic behaves as the guest wants and collects the guest's exception flags. All exceptions stay
# masked on the host. The guest's MXCSR is `c.mxcsr` with the host's flags added: flags may be set in
# either place, and both are cleared only by `set_guest_mxcsr`.

from blinkenlights.core.state cimport *

cdef enum:
    MXCSR_INVALID = 1
    MXCSR_DENORMAL = 2
    MXCSR_ZERO_DIVIDE = 4
    MXCSR_OVERFLOW = 8
    MXCSR_UNDERFLOW = 16
    MXCSR_INEXACT = 32
    MXCSR_FLAGS = 0x3f
    MXCSR_DAZ = 0x40
    MXCSR_MASKS = 0x1f80  # also its value after reset
    MXCSR_UNDERFLOW_MASK = 0x800
    MXCSR_ROUNDING = 0x6000  # nearest, down, up, toward zero
    MXCSR_FTZ = 0x8000
    MXCSR_VALID = 0xffff  # the bits that exist, as FXSAVE reports them

# The empty assembler statements keep the compiler from moving memory accesses, and so the
# arithmetic whose operands come from memory, to the other side.
cdef extern from *:
    """
    #ifndef BLINK_FPCONTROL
    #define BLINK_FPCONTROL
    #include <stdint.h>
    #if defined(__SSE__)
    #include <xmmintrin.h>
    static inline uint32_t get_host_mxcsr_(void) {
        uint32_t value;
        __asm__ volatile("" ::: "memory");
        value = _mm_getcsr();
        __asm__ volatile("" ::: "memory");
        return value;
    }
    static inline void set_host_mxcsr_(uint32_t value) {
        __asm__ volatile("" ::: "memory");
        _mm_setcsr(value);
        __asm__ volatile("" ::: "memory");
    }
    #else  /* see sse_software.pxd */
    static inline uint32_t get_host_mxcsr_(void) { return 0x1f80; }
    static inline void set_host_mxcsr_(uint32_t value) { (void)value; }
    #endif
    /* A signal handler starts with a fresh MXCSR; what the interrupted code had is in its context. */
    #if defined(__linux__) && defined(__x86_64__)
    #include <ucontext.h>
    static inline uint32_t interrupted_mxcsr_(void *context) {
        ucontext_t *u = (ucontext_t *)context;
        return u->uc_mcontext.fpregs ? u->uc_mcontext.fpregs->mxcsr : 0x1f80;
    }
    #else
    static inline uint32_t interrupted_mxcsr_(void *context) { (void)context; return 0x1f80; }
    #endif
    #endif
    """
    u32 get_host_mxcsr_() noexcept nogil
    void set_host_mxcsr_(u32 value) noexcept nogil
    u32 interrupted_mxcsr_(void *context) noexcept nogil

# A host without an MXCSR has one of ours for each thread (sse_software.py computes by it). Its rounding is
# in the host's own register, and so may be the flag of inexact results.
cdef extern from *:
    """
    #ifndef BLINK_SOFTWARE_MXCSR
    #define BLINK_SOFTWARE_MXCSR
    #include <stdint.h>
    #if defined(__SSE2__)
    #define HOST_SSE 1
    static inline uint32_t host_inexact(void) { return 0; }
    static inline void host_begin(uint32_t rounding) { (void)rounding; }
    #else
    #define HOST_SSE 0
    #endif
    #if defined(__aarch64__)
    static inline uint32_t host_inexact(void) {
        uint64_t status;
        __asm__ volatile("mrs %0, fpsr" : "=r"(status) :: "memory");
        return status & 16 ? 32 : 0;
    }
    static inline void host_begin(uint32_t rounding) {
        /* FPCR.RMode: nearest, up, down, toward zero */
        uint64_t control = (uint64_t)((rounding & 1) << 1 | rounding >> 1) << 22;
        __asm__ volatile("msr fpcr, %0\\n msr fpsr, %1" :: "r"(control), "r"((uint64_t)0) : "memory");
    }
    #elif !defined(__SSE2__)
    #include <fenv.h>
    static inline uint32_t host_inexact(void) { return fetestexcept(FE_INEXACT) ? 32 : 0; }
    static inline void host_begin(uint32_t rounding) {
        static const int modes[4] = {FE_TONEAREST, FE_DOWNWARD, FE_UPWARD, FE_TOWARDZERO};
        feclearexcept(FE_ALL_EXCEPT);
        fesetround(modes[rounding]);
    }
    #endif
    static __thread uint32_t thread_mxcsr = 0x1f80;
    #endif
    """
    bint HOST_SSE  # the host's arithmetic is the guest's
    u32 host_inexact() noexcept nogil
    void host_begin(u32 rounding) noexcept nogil  # 0 to 3 as in MXCSR; no flags
    u32 thread_mxcsr

cdef u32 software_mxcsr() noexcept nogil
cdef void set_software_mxcsr(u32 value) noexcept nogil
# Where this thread's is, without the flag that the host may have.
cdef u32 *software_register() noexcept nogil

cdef inline u32 get_host_mxcsr() noexcept nogil:
    return get_host_mxcsr_() if HOST_SSE else software_mxcsr()

cdef inline void set_host_mxcsr(u32 value) noexcept nogil:
    if HOST_SSE:
        set_host_mxcsr_(value)
    else:
        set_software_mxcsr(value)

cdef inline u32 interrupted_mxcsr(void *context) noexcept nogil:
    return interrupted_mxcsr_(context) if HOST_SSE else software_mxcsr()

cdef inline void enter_guest_fp(Cpu *c) noexcept nogil:
    """The engine calls this before it runs guest code."""
    set_host_mxcsr((c.mxcsr & ~<u32>MXCSR_FLAGS) | MXCSR_MASKS)

cdef inline void leave_guest_fp(Cpu *c) noexcept nogil:
    """The engine calls this when guest code has stopped: collects the flags, restores the host."""
    c.mxcsr |= get_host_mxcsr() & MXCSR_FLAGS
    set_host_mxcsr(MXCSR_MASKS)

cdef inline void resume_guest_fp(Cpu *c) noexcept nogil:
    """The engine calls this after a fault jump, which leaves the control register as it happens to be."""
    c.mxcsr |= get_host_mxcsr() & MXCSR_FLAGS
    enter_guest_fp(c)

cdef inline void collect_interrupted_fp(Cpu *c, void *context) noexcept nogil:
    """A signal handler that leaves guest code by the fault jump calls this first."""
    c.mxcsr |= interrupted_mxcsr(context) & MXCSR_FLAGS

cdef inline u32 get_guest_mxcsr(Cpu *c) noexcept nogil:
    if c.running:
        return c.mxcsr | (get_host_mxcsr() & MXCSR_FLAGS)
    return c.mxcsr

cdef inline void set_guest_mxcsr(Cpu *c, u32 value) noexcept nogil:
    """`value` has no bits outside MXCSR_VALID (LDMXCSR, FXRSTOR and XRSTOR raise #GP for those)."""
    c.mxcsr = value
    c.fp_strict = (value & MXCSR_MASKS) != MXCSR_MASKS
    if c.running:
        set_host_mxcsr((value & ~<u32>MXCSR_FLAGS) | MXCSR_MASKS)

# Around the arithmetic of a handler when c.fp_strict: `begin_strict` before operands are read,
# `finish_strict` before anything is written. False: the handler raises #XM.
cdef void begin_strict(Cpu *c) noexcept nogil
cdef bint finish_strict(Cpu *c) noexcept nogil

# The two halves of `finish_strict`. `tiny`: a result is a denormal number, which an unmasked
# underflow exception reports even when it is exact.
cdef u32 flags_so_far(Cpu *c, bint tiny) noexcept nogil
cdef bint raise_flags(Cpu *c, u32 flags) noexcept nogil
