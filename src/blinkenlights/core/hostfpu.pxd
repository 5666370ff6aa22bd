# The guest's x87 registers held in the host's own, while translated code runs and after.

from libc.string cimport memcpy
from blinkenlights.core.state cimport *

# Bring them home into Cpu, if they are away; only from the thread that ran the translated code.
cdef inline void bring_x87_home(Cpu *c) noexcept nogil:
    if c.x87_live:
        unload_x87(c)

cdef void unload_x87(Cpu *c) noexcept nogil
# The same from an FXSAVE image: a signal handler that won't return must do it, because the kernel
# has given it fresh registers.
cdef void take_x87(Cpu *c, const u8 *image) noexcept nogil
cdef void load_x87(Cpu *c) noexcept nogil
# What makes guest addresses of the last x87 instruction's and its operand's when these are the host's.
ctypedef void (*PlacePointers)(Cpu *) noexcept nogil
cdef PlacePointers place_pointers
cdef void place_x87_pointers_by(PlacePointers place) noexcept

cdef extern from *:
    """
    #if defined(__x86_64__)
    #define host_fxsave(p) __asm__ volatile("fxsave64 %0" : "=m"(*(char (*)[512])(p)))
    #define host_fnstenv(p) __asm__ volatile("fnstenv %0" : "=m"(*(char (*)[28])(p)))
    #define host_x87_reset() __asm__ volatile("fninit")
    /* FXRSTOR loads the vector registers too, so these come from an image just saved */
    #define host_fxrstor(p) __asm__ volatile("fxrstor64 %0" :: "m"(*(char (*)[512])(p)) : "memory", \\
        "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", \\
        "xmm12", "xmm13", "xmm14", "xmm15")
    #else
    #define host_fxsave(p) ((void)(p))
    #define host_fnstenv(p) ((void)(p))
    #define host_x87_reset() ((void)0)
    #define host_fxrstor(p) ((void)(p))
    #endif
    typedef struct __attribute__((aligned(16))) { unsigned char bytes[512]; } FxImage;
    """
    ctypedef struct FxImage:
        u8 bytes[512]
    void host_fxsave(FxImage *) nogil
    void host_fxrstor(FxImage *) nogil
    void host_fnstenv(void *) nogil
    void host_x87_reset() nogil

ctypedef const u16 *cu16p
ctypedef const u64 *cu64p
