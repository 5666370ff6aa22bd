# CPUID, time and random numbers, FS and GS bases, hints, fences, and what needs privilege.

from blinkenlights.core.state cimport *
from blinkenlights.core.access cimport *

cdef extern from *:
    """
    #include <stdint.h>
    #include <unistd.h>
    #if defined(__APPLE__)
    #include <sys/random.h>
    #endif
    #if defined(__linux__)
    #ifndef _GNU_SOURCE
    #define _GNU_SOURCE
    #endif
    #include <sched.h>
    static inline uint32_t host_cpu(void) { int n = sched_getcpu(); return n < 0 ? 0 : (uint32_t)n; }
    #else
    static inline uint32_t host_cpu(void) { return 0; }
    #endif
    #if defined(__x86_64__)
    #include <cpuid.h>
    static inline uint64_t host_ticks(void) { return __builtin_ia32_rdtsc(); }
    static inline int host_ticks_steady(void) {
        unsigned a, b, c, d;
        return __get_cpuid(0x80000007, &a, &b, &c, &d) && (d & 0x100);
    }
    #else
    #include <time.h>
    static inline uint64_t host_ticks(void) {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
    }
    static inline int host_ticks_steady(void) { return 1; }
    #endif
    #define full_fence_() __atomic_thread_fence(__ATOMIC_SEQ_CST)
    """
    u32 host_cpu() noexcept nogil
    u64 host_ticks() noexcept nogil  # the time-stamp counter, or nanoseconds
    bint host_ticks_steady() noexcept nogil
    int getentropy(void *out, size_t size) noexcept nogil
    void full_fence_() noexcept nogil

cdef struct Leaf:
    u32 leaf
    u32 subleaf
    u32 value[4]

cdef Op *cpuid(Cpu *c, Op *o) noexcept nogil
cdef Op *rdtsc(Cpu *c, Op *o) noexcept nogil
cdef Op *rdtscp(Cpu *c, Op *o) noexcept nogil
cdef Op *rdpid(Cpu *c, Op *o) noexcept nogil
cdef Op *rdrand(Cpu *c, Op *o) noexcept nogil
cdef Op *xgetbv(Cpu *c, Op *o) noexcept nogil
cdef Op *rdfsbase(Cpu *c, Op *o) noexcept nogil
cdef Op *rdgsbase(Cpu *c, Op *o) noexcept nogil
cdef Op *wrfsbase(Cpu *c, Op *o) noexcept nogil
cdef Op *wrgsbase(Cpu *c, Op *o) noexcept nogil
cdef Op *hint(Cpu *c, Op *o) noexcept nogil
cdef Op *fence(Cpu *c, Op *o) noexcept nogil
cdef Op *touch(Cpu *c, Op *o) noexcept nogil
cdef Op *privileged(Cpu *c, Op *o) noexcept nogil
cdef Op *hlt(Cpu *c, Op *o) noexcept nogil
cdef Op *undefined(Cpu *c, Op *o) noexcept nogil
cdef Op *sgdt(Cpu *c, Op *o) noexcept nogil
cdef Op *sidt(Cpu *c, Op *o) noexcept nogil
cdef Op *smsw(Cpu *c, Op *o) noexcept nogil
cdef Op *sldt(Cpu *c, Op *o) noexcept nogil
cdef Op *str_(Cpu *c, Op *o) noexcept nogil
cdef Op *verr(Cpu *c, Op *o) noexcept nogil
cdef Op *verw(Cpu *c, Op *o) noexcept nogil
cdef Op *lar(Cpu *c, Op *o) noexcept nogil
cdef Op *lsl(Cpu *c, Op *o) noexcept nogil
