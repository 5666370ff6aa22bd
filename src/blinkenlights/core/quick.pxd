# System calls made by compiled code: the table of them, and what they know of thread and process.

from blinkenlights.core.state cimport *
from blinkenlights.core.host cimport SYS_getdents64, SYS_prctl, SYS_prlimit64, c_syscall, careful_copy, voidp
from blinkenlights.core.paging cimport SpaceP

# Makes the call that the registers describe. Besides results and -errno it may answer RESTART
# (core.host) or NOT_QUICK.
ctypedef long (*QuickCall)(Cpu *c) noexcept nogil

cdef enum:
    MOST_PRIVATE = 8

cdef enum:
    NOT_QUICK = -8192  # leave this one to Python, which does the rest

# Register numbers of the arguments.
cdef enum:
    ARG0 = 7
    ARG1 = 6
    ARG2 = 2
    ARG3 = 10
    ARG4 = 8
    ARG5 = 9

# System calls that are made or answered without Python.
cdef enum:
    NR_RT_SIGACTION = 13
    NR_RT_SIGPROCMASK = 14
    NR_IOCTL = 16
    NR_DUP2 = 33
    NR_CLONE = 56
    NR_FORK = 57
    NR_VFORK = 58
    NR_EXECVE = 59
    NR_KILL = 62
    NR_FCNTL = 72
    NR_READLINK = 89
    NR_GETTIMEOFDAY = 96
    NR_GETUID = 102
    NR_GETGID = 104
    NR_GETEUID = 107
    NR_GETEGID = 108
    NR_PRCTL = 157
    NR_ARCH_PRCTL = 158
    NR_GETTID = 186
    NR_TIME = 201
    NR_FUTEX = 202
    NR_GETDENTS64 = 217
    NR_SET_TID_ADDRESS = 218
    NR_CLOCK_GETTIME = 228
    NR_EXIT_GROUP = 231
    NR_SET_ROBUST_LIST = 273
    NR_DUP3 = 292
    NR_PRLIMIT64 = 302
    NR_GETRANDOM = 318
    NR_CLONE3 = 435

cdef enum:
    PR_SET_NAME = 15

# Sets of signals, bit n-1 for signal n.
cdef u64 UNBLOCKABLE
cdef u64 SYNCHRONOUS  # by which the engine learns of faults

cdef enum:
    ENOENT = 2
    EACCES = 13
    EPERM = 1
    EBADF = 9
    ENOMEM = 12
    EINVAL = 22
    ENOSYS = 38

cdef struct SignalAction:  # as the kernel's struct sigaction
    u64 handler
    u64 flags
    u64 restorer
    u64 mask

cdef struct ProcessInfo:
    u64 brk_start
    u64 brk
    u64 top  # where the search for free addresses begins, downwards
    int *memory_lock  # held across changes of several mappings
    int limited  # RLIMIT_AS or RLIMIT_DATA is set
    int plain  # Area.info of mappings without a name
    int heap  # Area.info of the heap
    # for core.program_calls: what the next program gets from the one before, and what Python must hear
    int stack  # Area.info of the stack
    int vdso  # Area.info of the vDSO's image
    u64 stack_size  # bytes
    u64 card  # host address of the page that tells other guests of this process (linux/card.py)
    u64 card_magic
    bint limits_set  # the guest has set limits that the host doesn't know
    int auxv_length
    u64 auxv[64]  # of the program that Python executed last: others have the same entries
    char vdso_image[4096]
    bint settled  # there is nothing that only Python takes care of at fork, execve and exit_group
    bint born  # forked since Python last ran here
    bint replaced  # another program was executed since
    int vfork_fd  # a vfork child's end of the pipe that its parent waits at, or -1
    SignalAction actions[65]  # what Python had when it last looked, and what was changed since
    bint actions_changed
    int private_count
    int private_fds[MOST_PRIVATE]  # ours, never the guest's

cdef struct ThreadInfo:
    u64 sigmask  # blocked signals, as the guest set them
    u64 clear_child_tid
    u64 robust_list
    void *held  # a dictionary: signals that are blocked for the guest but not on the host
    ProcessInfo *process

# The calling thread's; NULL where nothing has entered yet.
cdef ThreadInfo *get_thread() noexcept nogil

cdef QuickCall quick_calls[512]

# Copy from the guest's memory, and to it; False where it isn't, or where translated code is guarded from
# being written: Python lifts the guard.
cdef bint fetch_bytes(Cpu *c, u64 address, void *to, u64 n) noexcept nogil
cdef bint put_bytes(Cpu *c, u64 address, const void *source, u64 n) noexcept nogil

cdef class Mutex:
    cdef int value

cdef class ProcessState:
    cdef ProcessInfo info
    cdef readonly Mutex memory_lock

cdef class ThreadState:
    cdef ThreadInfo info
    cdef object keep  # the process
    cdef dict held_

# Close every descriptor that is to be closed at execve, but these; False, with none closed, if we can't know.
cdef bint close_marked_but(const int *keep, int count) noexcept nogil

ctypedef ThreadInfo *ThreadInfoP
ctypedef ProcessInfo *ProcessInfoP

cdef extern from *:
    """
    #ifndef _GNU_SOURCE
    #define _GNU_SOURCE
    #endif
    #include <fcntl.h>
    #include <stdlib.h>
    #include <unistd.h>
    """
    int open_file "open"(const char *path, int flags) nogil
    int fcntl(int fd, int command) nogil
    int close(int fd) nogil
    int atoi(const char *text) nogil
    int O_RDONLY, O_DIRECTORY, O_CLOEXEC, F_GETFD, FD_CLOEXEC

cdef extern from *:
    """
    static __thread void *current_thread_;
    #define dictionary_is_empty(p) (((PyDictObject *)(p))->ma_used == 0)
    """
    void *current_thread_
    bint dictionary_is_empty(void *) nogil
