# The host kernel: signals, and system calls that a signal can't slip past.

from blinkenlights.core.fpcontrol cimport collect_interrupted_fp
from blinkenlights.core.hostfpu cimport take_x87
from blinkenlights.core.state cimport *

cdef extern from *:
    """
    #include <setjmp.h>
    #include <signal.h>
    static __thread void *current_cpu_;  /* this thread's Cpu */
    static __thread void *signal_stack_;  /* the Cpu's that this thread uses as its alternate stack */
    static __thread stack_t stack_before_;  /* the one that it had before */
    static __thread sigjmp_buf *volatile copy_jump_;  /* set while a copy may fault */
    static __thread int mask_kept_;  /* this thread's signal mask is not the guest's to change */
    typedef struct { int count; char info[8][128]; } later_t;
    static __thread later_t later_;  /* signals caught while another one waited to be taken */
    /* what is before stays before, for the signal handler to see */
    #define compiler_barrier() __asm__ volatile("" ::: "memory")
    """
    void *current_cpu_
    void *signal_stack_
    sigjmp_buf *copy_jump_
    int mask_kept_
    ctypedef struct later_t:
        int count
        char info[8][128]
    later_t later_
    void compiler_barrier() nogil

cdef void set_current(Cpu *c) noexcept nogil
cdef Cpu *get_current() noexcept nogil
# Signals of the calling thread are from now on handled on a stack that belongs to `c`: in translated
# code the stack pointer is the guest's. False when there is no memory for it.
cdef bint use_signal_stack(Cpu *c) noexcept nogil
cdef void drop_signal_stack(Cpu *c) noexcept nogil
# A host system call on already translated arguments: nr and six of them; -errno on error,
# RESTART when a signal came before the call.
cdef long host_call(Cpu *c, long *args) noexcept nogil
# Copy that may touch pages that can't be touched: False then.
cdef bint careful_copy(void *to, const void *source, u64 n) noexcept nogil

# Who looks first at signals that may have come in translated code: faults (True: dealt with; called
# with signal, si_code and context), and signals from elsewhere, after they have been stored.
ctypedef bint (*FaultWatcher)(Cpu *c, int signo, int code, void *context) noexcept nogil
ctypedef void (*SignalWatcher)(Cpu *c, void *context) noexcept nogil
cdef void translate_signals_by(FaultWatcher faults, SignalWatcher signals) noexcept

# Who is asked last about a fault of Python's own: True when the access can be made again.
ctypedef bint (*Sparer)(int signo, u64 address) noexcept nogil
cdef void spare_faults_by(Sparer how) noexcept
# A Python function called by guest code runs, so an interrupt is for that.
cdef int in_hook

cdef enum:
    RESTART = -512  # the kernel's ERESTARTSYS

ctypedef long (*Stub)(const u64 *stop_at, const long *args) noexcept nogil
ctypedef long *longp

cdef extern from "setjmp.h" nogil:
    int sigsetjmp(sigjmp_buf env, int save)
    void siglongjmp(sigjmp_buf env, int value)

cdef extern from "signal.h" nogil:
    ctypedef struct sigset_t:
        pass
    ctypedef struct siginfo_t:
        int si_signo
        int si_code
        void *si_addr
    struct sigaction_t "sigaction":
        void (*sa_handler)(int) noexcept nogil
        void (*sa_sigaction)(int, siginfo_t *, void *) noexcept nogil
        sigset_t sa_mask
        int sa_flags
    int sigaction(int signo, const sigaction_t *act, sigaction_t *old)
    int sigemptyset(sigset_t *)
    int sigfillset(sigset_t *)
    int sigdelset(sigset_t *, int)
    int SA_SIGINFO, SA_ONSTACK, SA_NODEFER
    ctypedef struct stack_t:
        void *ss_sp
        int ss_flags
        size_t ss_size
    stack_t stack_before_
    int sigaltstack(const stack_t *new, stack_t *old)
    int SS_DISABLE
    int SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGINT, SIGSTOP, SI_QUEUE
    void (*SIG_DFL)(int) noexcept nogil
    void (*SIG_IGN)(int) noexcept nogil

# What Cython has no word for: the interrupted context's program counter, fault code and mask.
cdef extern from *:
    """
    #include <ucontext.h>
    #include <signal.h>
    #if defined(__x86_64__) && defined(__linux__)
    #define CONTEXT_PC(u) (((ucontext_t *)(u))->uc_mcontext.gregs[REG_RIP])
    #define CONTEXT_FXSAVE(u) ((unsigned char *)((ucontext_t *)(u))->uc_mcontext.fpregs)
    #define CONTEXT_ERROR(u) ((unsigned)((ucontext_t *)(u))->uc_mcontext.gregs[REG_ERR])
    #else
    static long long blinkenlights_no_pc;
    #define CONTEXT_PC(u) blinkenlights_no_pc
    #define CONTEXT_ERROR(u) 4u
    #define CONTEXT_FXSAVE(u) ((unsigned char *)0)
    #endif
    #define CONTEXT_SET_PC(u, v) ((void)(CONTEXT_PC(u) = (v)))
    #define CONTEXT_MASK(u) (&((ucontext_t *)(u))->uc_sigmask)
    """
    long long CONTEXT_PC(void *) nogil
    u32 CONTEXT_ERROR(void *) nogil
    u8 *CONTEXT_FXSAVE(void *) nogil
    sigset_t *CONTEXT_MASK(void *) nogil
    void CONTEXT_SET_PC(void *, long long) nogil

# The C library keeps two signals to itself (32 and 33), which guests' C libraries use as well: so
# the kernel is asked directly.
cdef extern from *:
    """
    #include <string.h>
    #include <sys/syscall.h>
    #include <unistd.h>
    static void every_signal(sigset_t *set) { memset(set, 0xFF, 8); }
    #if defined(__x86_64__) && defined(__linux__)
    __asm__(".text\\nblinkenlights_restore: mov $15, %eax\\n syscall\\n");
    extern void blinkenlights_restore(void) __attribute__((visibility("hidden")));
    static int set_handler(int signo, void *handler, int flags) {
        struct { void *handler; unsigned long flags; void (*restorer)(void); unsigned long mask; } action;
        action.handler = handler;
        action.flags = (unsigned)flags | 0x04000000;
        action.restorer = blinkenlights_restore;
        action.mask = ~0ul;
        return (int)syscall(SYS_rt_sigaction, signo, &action, (void *)0, 8);
    }
    #else
    static int set_handler(int signo, void *handler, int flags) {
        struct sigaction action;
        action.sa_handler = (void (*)(int))handler;
        action.sa_flags = flags;
        sigfillset(&action.sa_mask);
        return sigaction(signo, &action, (void *)0);
    }
    #endif
    """
    void every_signal(sigset_t *) nogil
    int set_handler(int signo, void *handler, int flags) nogil

cdef extern from "sys/mman.h" nogil:
    void *mmap(void *address, size_t length, int prot, int flags, int fd, long offset)
    int munmap(void *address, size_t length)
    int mprotect(void *address, size_t length, int prot)
    int PROT_READ, PROT_WRITE, PROT_EXEC, PROT_NONE, MAP_PRIVATE, MAP_ANONYMOUS, MAP_FIXED, MAP_NORESERVE
    void *MAP_FAILED

cdef extern from "unistd.h" nogil:
    long c_syscall "syscall"(long nr, ...)
    void _exit(int)

# What os.fork does for Python's own locks and threads.
cdef extern from "Python.h":
    void PyOS_BeforeFork()
    void PyOS_AfterFork_Parent()
    void PyOS_AfterFork_Child()

# The host's own numbers, for calls that are not a guest's.
cdef extern from "sys/syscall.h" nogil:
    int SYS_clone, SYS_exit, SYS_futex, SYS_getdents64, SYS_getegid, SYS_geteuid, SYS_getgid, SYS_getpid
    int SYS_gettid, SYS_getuid, SYS_kill, SYS_prctl, SYS_prlimit64, SYS_read, SYS_rt_sigaction, SYS_rt_sigprocmask
    int SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, SYS_tgkill, SYS_getrandom

# What makes guests' calls where the host's kernel has other numbers: given the call's and six arguments,
# -errno on error.
ctypedef long (*CallMaker)(long *args) noexcept nogil
cdef void make_calls_by(CallMaker how) noexcept

# Whether a signal from another emulator waits for this thread, which no guest is to notice.
cdef bint kick_waits(Cpu *c) noexcept nogil
cdef void on_fault(int signo, siginfo_t *info, void *context) noexcept nogil
cdef void on_signal(int signo, siginfo_t *info, void *context) noexcept nogil
cdef void on_interrupt(int signo, siginfo_t *info, void *context) noexcept nogil

ctypedef void *voidp
