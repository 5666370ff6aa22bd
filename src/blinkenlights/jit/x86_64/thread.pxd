# What every thread has for itself in translated code, reached through the host's FS segment: the
# initial-exec model gives it one and the same distance from FS in every thread.

from blinkenlights.core.state cimport *

cdef struct ThreadSlots:
    Cpu *cpu
    u64 host_rsp
    u64 spill[2]  # of registers that translated code borrows
    u64 exit_pc  # guest address, for exits that don't know it beforehand
    u64 exit_site
    u64 rax  # on the way out
    u64 target  # on the way in
    u64 origin  # host address of the indirect jump being made; FROM_CALL: it is a call
    u64 seg_base[2]  # the guest's FS and GS bases

ctypedef ThreadSlots *ThreadSlotsP

cdef ThreadSlots *thread_slots() noexcept nogil
# Their distance from FS.
cdef i32 slots_distance() noexcept nogil

cdef extern from *:
    """
    typedef struct { unsigned long cells[64]; } Slots_;
    static __thread __attribute__((tls_model("initial-exec"))) Slots_ slots_;
    static inline void *slots_here_(void) { return &slots_; }
    static inline long distance_(void) {
    #if defined(__x86_64__)
        char *fs;
        __asm__("mov %%fs:0, %0" : "=r"(fs));
        return (char *)&slots_ - fs;
    #else
        return 0;
    #endif
    }
    """
    void *slots_here_() nogil
    long distance_() nogil
