# execve without Python.

from libc.string cimport memchr, memcmp, memcpy, memset

from blinkenlights.core.state cimport *
from blinkenlights.core.engine cimport reset_registers
from blinkenlights.core.exec_elf cimport (ET_DYN, ET_EXEC, LONGEST_PATH, File, FileP, SegmentP, end_of, first_page,
                                          map_file, open_program, place, read_elf)
from blinkenlights.core.exec_stack cimport (MOST_STRINGS, MOST_TEXT, News, Strings, StringsP, build_stack,
                                            write_card)
from blinkenlights.core.fork_calls cimport release_parent
from blinkenlights.core.host cimport (SYS_futex, SYS_kill, SYS_prctl, SYS_rt_sigaction, c_syscall, set_handler,
                                      voidp)
from blinkenlights.core.memory cimport clear_space
from blinkenlights.core.paging cimport SpaceP
from blinkenlights.core.quick cimport (
    ARG0, ARG1, ARG2, NR_FUTEX, NR_KILL, NR_PRCTL, NR_RT_SIGACTION, PR_SET_NAME, SYNCHRONOUS,
    ProcessInfoP, ProcessState, SignalAction, ThreadInfoP, close, close_marked_but, fetch_bytes,
    put_bytes)

cdef enum:
    MOST_KEPT = 10  # descriptors of ours (MOST_PRIVATE), and the two of the program
    HOST_FLAGS = 0x1000_0003  # SA_RESTART, NOCLDWAIT, NOCLDSTOP: those that the host's handlers have, too

cdef News news

# Run another program; False to leave it to Python.
cdef bint quick_execve(Cpu *c, ThreadInfoP thread) noexcept nogil
cdef long fetch_string(Cpu *c, u64 address, char *to, u64 room) noexcept nogil
cdef bint no_robust_locks(Cpu *c, ThreadInfoP thread) noexcept nogil

cdef extern from *:
    """
    #include <unistd.h>
    """
    int getpid() nogil
    long readlink(const char *path, char *to, size_t n) nogil
