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
    static inline uint32_t get_host_mxcsr(void) {
        uint32_t value;
        __asm__ volatile("" ::: "memory");
        value = _mm_getcsr();
        __asm__ volatile("" ::: "memory");
        return value;
    }
    static inline void set_host_mxcsr(uint32_t value) {
        __asm__ volatile("" ::: "memory");
        _mm_setcsr(value);
        __asm__ volatile("" ::: "memory");
    }
    #else
    #include <fenv.h>
    static const int blink_modes_[4] = {FE_TONEAREST, FE_DOWNWARD, FE_UPWARD, FE_TOWARDZERO};
    static inline uint32_t get_host_mxcsr(void) {
        int flags = fetestexcept(FE_ALL_EXCEPT), mode = fegetround();
        uint32_t value = 0x1f80, i;
        value |= (flags & FE_INVALID ? 1 : 0) | (flags & FE_DIVBYZERO ? 4 : 0) | (flags & FE_OVERFLOW ? 8 : 0)
                 | (flags & FE_UNDERFLOW ? 16 : 0) | (flags & FE_INEXACT ? 32 : 0);
        for (i = 1; i < 4; i++)
            if (mode == blink_modes_[i]) value |= i << 13;
        return value;
    }
    static inline void set_host_mxcsr(uint32_t value) {
        feclearexcept(FE_ALL_EXCEPT);
        fesetround(blink_modes_[value >> 13 & 3]);
        feraiseexcept((value & 1 ? FE_INVALID : 0) | (value & 4 ? FE_DIVBYZERO : 0)
                      | (value & 8 ? FE_OVERFLOW : 0) | (value & 16 ? FE_UNDERFLOW : 0)
                      | (value & 32 ? FE_INEXACT : 0));
    }
    #endif
    /* A signal handler starts with a fresh MXCSR; what the interrupted code had is in its context. */
    #if defined(__linux__) && defined(__x86_64__)
    #include <ucontext.h>
    static inline uint32_t interrupted_mxcsr(void *context) {
        ucontext_t *u = (ucontext_t *)context;
        return u->uc_mcontext.fpregs ? u->uc_mcontext.fpregs->mxcsr : 0x1f80;
    }
    #else
    static inline uint32_t interrupted_mxcsr(void *context) { (void)context; return get_host_mxcsr(); }
    #endif
    #endif
    """
    u32 get_host_mxcsr() noexcept nogil
    void set_host_mxcsr(u32 value) noexcept nogil
    u32 interrupted_mxcsr(void *context) noexcept nogil

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
