# fork, execve and exit_group without Python.

from libc.string cimport memchr, memcmp, memcpy, memset

from blinkenlights.core.state cimport *
from blinkenlights.core.paging cimport SpaceP, acquire, release
from blinkenlights.core.host cimport (MAP_ANONYMOUS, MAP_FAILED, MAP_FIXED, MAP_NORESERVE, MAP_PRIVATE, PROT_NONE,
                                      PROT_READ, PROT_WRITE, c_syscall, careful_copy, mmap, mprotect, voidp, _exit,
                                      on_signal, set_handler, SA_ONSTACK, SA_SIGINFO)
from blinkenlights.core.quick cimport (
    ARG0, ARG1, ARG2, ARG3, ARG4, MOST_PRIVATE, NR_ARCH_PRCTL, NR_CLONE, NR_CLONE3, NR_EXECVE, NR_EXIT_GROUP, NR_FORK,
    NR_FUTEX, NR_GETEGID, NR_GETEUID, NR_GETGID, NR_GETRANDOM, NR_GETUID, NR_KILL, NR_PRCTL, NR_PRLIMIT64, NR_READLINK,
    NR_RT_SIGACTION, NR_RT_SIGPROCMASK, NR_VFORK, PR_SET_NAME, SYNCHRONOUS, UNBLOCKABLE, ProcessInfo, ProcessInfoP,
    ProcessState, SignalAction, ThreadInfo, ThreadInfoP, close, close_marked_but, fetch_bytes, get_thread, put_bytes)
from blinkenlights.core.memory cimport (carve_areas, clear_space, free_range, host_protection, insert_area,
                                        protect_areas)
from blinkenlights.core.blocks cimport unguard
from blinkenlights.core.direct cimport pass_on
from blinkenlights.core.engine cimport reset_registers, serve_by

cdef enum:
    MOST_SEGMENTS = 16
    MOST_STRINGS = 8192  # arguments and environment, together
    MOST_TEXT = 1 << 17  # bytes of them
    LONGEST_PATH = 4096
    MOST_KEPT = 10  # descriptors of ours, and the two of the program
    HEAD = 4096  # bytes of a file in which its program headers must be

cdef struct Segment:  # a PT_LOAD entry
    u64 offset
    u64 address
    u64 file_size
    u64 memory_size
    int prot

cdef struct File:  # an ELF file that is going to be mapped
    int fd
    int type
    u64 entry
    u64 align
    u64 phdr  # address of the program headers in memory
    int phnum
    bint executable_stack
    int count
    Segment segments[MOST_SEGMENTS]
    u64 bias

cdef struct Request:  # of clone(2)
    u64 flags
    u64 stack  # the new stack pointer, or 0
    u64 parent_tid
    u64 child_tid
    u64 tls

# What Python must hear of the program that runs since.
cdef struct News:
    u64 entry
    u64 load_bias
    u64 code_start
    u64 code_end
    u64 data_start
    u64 data_end
    u64 stack_start
    u64 arg_start
    u64 env_start
    u64 device
    u64 inode
    int path_length
    int argc
    int count  # strings: arguments, environment, the file's name as execve was given it
    char path[LONGEST_PATH]

# Make the system call that the run loop was left for; False to leave it to Python.
cdef bint serve(Cpu *c) noexcept nogil

ctypedef Segment *SegmentP
ctypedef File *FileP
ctypedef Request *RequestP

cdef extern from *:
    """
    #ifndef _GNU_SOURCE
    #define _GNU_SOURCE
    #endif
    #include <errno.h>
    #include <fcntl.h>
    #include <sys/stat.h>
    #include <unistd.h>
    /* arguments and environment of the program that runs, and of the one that may be next; untouched pages
       cost nothing */
    static char texts[2][1 << 17], *text = texts[0], *fresh_text = texts[1];
    static unsigned lengths_[2][8192], *lengths = lengths_[0], *fresh_lengths = lengths_[1];
    static void use_fresh(void) {
        char *t = text;
        unsigned *n = lengths;
        text = fresh_text, fresh_text = t;
        lengths = fresh_lengths, fresh_lengths = n;
    }
    """
    char *text
    char *fresh_text
    u32 *lengths
    u32 *fresh_lengths
    void use_fresh() nogil
    int errno
    int fork() nogil
    int getpid() nogil
    int pipe2(int *ends, int flags) nogil
    int fcntl(int fd, int command, ...) nogil
    long read_file "read"(int fd, void *to, size_t n) nogil
    int open_file "open"(const char *path, int flags) nogil
    long pread(int fd, void *to, size_t n, long offset) nogil
    long readlink(const char *path, char *to, size_t n) nogil
    struct stat_t "stat":
        u32 st_mode
        u64 st_size
        u64 st_dev
        u64 st_ino
    int fstat(int fd, stat_t *status) nogil
    int stat_file "stat"(const char *path, stat_t *status) nogil
    int faccessat(int directory, const char *path, int mode, int flags) nogil
    int O_RDONLY, O_CLOEXEC, O_NONBLOCK, S_IFREG, S_IFMT, X_OK, AT_EACCESS, AT_FDCWD, EACCES, EINTR
    int F_DUPFD_CLOEXEC

cdef extern from "Python.h":
    void PyOS_AfterFork_Child()

ctypedef stat_t *stat_tp
