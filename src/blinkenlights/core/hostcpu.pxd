# What the host's CPU has. CPUID itself leaves a virtual machine, which takes longer than loading a module; the
# C library has asked already, where it is a GNU one of version 2.34 or later.

cdef extern from *:
    """
    #ifndef BLINK_HOST_CPU
    #define BLINK_HOST_CPU
    #if defined(__x86_64__)
    #if defined(__has_include)
    #if __has_include(<sys/platform/x86.h>)
    #include <sys/platform/x86.h>
    #endif
    #endif
    #include <cpuid.h>
    #if defined(CPU_FEATURE_ACTIVE)
    #define host_cpu_has(NAME, name) CPU_FEATURE_ACTIVE(NAME)
    #else
    #define host_cpu_has(NAME, name) (__builtin_cpu_init(), __builtin_cpu_supports(name) != 0)
    #endif
    static inline unsigned host_cpuid(unsigned leaf, int which) {
        unsigned r[4] = {0, 0, 0, 0};
    #if defined(CPU_FEATURE_ACTIVE)
        int known = leaf == 1 ? CPUID_INDEX_1 : leaf == 7 ? CPUID_INDEX_7 : leaf == 0x80000001 ? CPUID_INDEX_80000001
                    : leaf == 0x80000008 ? CPUID_INDEX_80000008 : -1;
        if (known >= 0) return __x86_get_cpuid_feature_leaf(known)->cpuid_array[which];
    #endif
        __get_cpuid_count(leaf, 0, &r[0], &r[1], &r[2], &r[3]);
        return r[which];
    }
    #else
    #define host_cpu_has(NAME, name) 0
    static inline unsigned host_cpuid(unsigned leaf, int which) { (void)leaf, (void)which; return 0; }
    #endif
    #endif
    """
    unsigned host_cpuid(unsigned leaf, int which) nogil  # EAX, EBX, ECX or EDX of subleaf 0; 0 without CPUID
