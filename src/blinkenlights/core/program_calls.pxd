# fork, execve and exit_group without Python.

from libc.string cimport memcmp, memcpy

from blinkenlights.core.state cimport *
from blinkenlights.core.direct cimport pass_on
from blinkenlights.core.engine cimport serve_by
from blinkenlights.core.exec_calls cimport HOST_FLAGS, fetch_string, news, no_robust_locks, quick_execve
from blinkenlights.core.exec_elf cimport LONGEST_PATH, stat_file, stat_t
from blinkenlights.core.fork_calls cimport quick_fork
from blinkenlights.core.host cimport SA_ONSTACK, SA_SIGINFO, _exit, on_signal, set_handler, voidp
from blinkenlights.core.quick cimport (
    ARG0, ARG1, ARG2, ARG3, NR_ARCH_PRCTL, NR_CLONE, NR_CLONE3, NR_EXECVE, NR_EXIT_GROUP, NR_FORK, NR_PRLIMIT64,
    NR_READLINK, NR_RT_SIGACTION, NR_VFORK, SYNCHRONOUS, UNBLOCKABLE, ProcessInfo, ProcessInfoP, ProcessState,
    SignalAction, ThreadInfoP, fetch_bytes, get_thread, put_bytes)

# Make the system call that the run loop was left for; False to leave it to Python.
cdef bint serve(Cpu *c) noexcept nogil

cdef extern from "Python.h":
    void PyOS_AfterFork_Child()
