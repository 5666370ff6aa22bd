# Signals that find a thread in translated code.

from blinkenlights.core.host cimport translate_signals_by
from blinkenlights.jit.cache cimport *
from blinkenlights.jit.x86_64.assemble cimport RDI, RSI
from blinkenlights.jit.x86_64.common cimport *
from blinkenlights.jit.x86_64.thread cimport *

cdef bint on_fault_in_code(Cpu *c, int signo, int code, void *context) noexcept nogil
cdef void on_signal_in_code(Cpu *c, void *context) noexcept nogil

cdef extern from *:
    """
    #if defined(__x86_64__) && defined(__linux__)
    #ifndef _GNU_SOURCE
    #define _GNU_SOURCE
    #endif
    #include <ucontext.h>
    static const unsigned char greg_of_[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI,
        REG_RDI, REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
    #define context_register(u, i) (*(unsigned long *)&((ucontext_t *)(u))->uc_mcontext.gregs[greg_of_[i]])
    #define context_pc(u) (*(unsigned long *)&((ucontext_t *)(u))->uc_mcontext.gregs[REG_RIP])
    #define context_flags(u) (*(unsigned long *)&((ucontext_t *)(u))->uc_mcontext.gregs[REG_EFL])
    #else
    static unsigned long no_register_;
    #define context_register(u, i) no_register_
    #define context_pc(u) no_register_
    #define context_flags(u) no_register_
    #endif
    #define put_context_register(u, i, v) ((void)(context_register(u, i) = (v)))
    #define put_context_pc(u, v) ((void)(context_pc(u) = (v)))
    #define put_context_flags(u, v) ((void)(context_flags(u) = (v)))
    """
    u64 context_register(void *, int) nogil
    u64 context_pc(void *) nogil
    u64 context_flags(void *) nogil
    void put_context_register(void *, int, u64) nogil
    void put_context_pc(void *, u64) nogil
    void put_context_flags(void *, u64) nogil
