# fork and vfork without Python.

from libc.string cimport memcmp

from blinkenlights.core.state cimport *
from blinkenlights.core.blocks cimport unguard
from blinkenlights.core.host cimport SYS_rt_sigprocmask, c_syscall, careful_copy, voidp
from blinkenlights.core.paging cimport SpaceP, acquire, release
from blinkenlights.core.quick cimport (ARG0, ARG1, ARG2, ARG3, ARG4, MOST_PRIVATE, NR_CLONE, NR_CLONE3,
                                       NR_RT_SIGPROCMASK, NR_VFORK, SYNCHRONOUS, ProcessInfoP, ThreadInfoP, close,
                                       fetch_bytes, put_bytes)

cdef struct Request:  # of clone(2)
    u64 flags
    u64 stack  # the new stack pointer, or 0
    u64 parent_tid
    u64 child_tid
    u64 tls

ctypedef Request *RequestP

# Make one of the calls that make a child; False to leave it to Python.
cdef bint quick_fork(Cpu *c, ThreadInfoP thread, u64 number) noexcept nogil
# Let a vfork child's parent go on, if this is one.
cdef void release_parent(ProcessInfoP process) noexcept nogil

cdef extern from *:
    """
    #ifndef _GNU_SOURCE
    #define _GNU_SOURCE
    #endif
    #include <errno.h>
    #include <fcntl.h>
    #include <unistd.h>
    """
    int errno
    int fork() nogil
    int getpid() nogil
    int pipe2(int *ends, int flags) nogil
    int fcntl(int fd, int command, ...) nogil
    long read_file "read"(int fd, void *to, size_t n) nogil
    int O_CLOEXEC, EINTR, F_DUPFD_CLOEXEC
