# Calls about threads, time and signals' masks without Python.

from blinkenlights.core.direct cimport pass_on
from blinkenlights.core.host cimport RESTART, host_call
from blinkenlights.core.quick cimport *

cdef long quick_futex(Cpu *c) noexcept nogil
cdef long quick_rt_sigprocmask(Cpu *c) noexcept nogil
cdef long quick_set_tid_address(Cpu *c) noexcept nogil
cdef long quick_set_robust_list(Cpu *c) noexcept nogil
cdef long quick_clock_gettime(Cpu *c) noexcept nogil
cdef long quick_gettimeofday(Cpu *c) noexcept nogil
cdef long quick_time(Cpu *c) noexcept nogil
cdef long not_there(Cpu *c) noexcept nogil
cdef long quick_ioctl(Cpu *c) noexcept nogil
cdef long quick_fcntl(Cpu *c) noexcept nogil
cdef long quick_dup(Cpu *c) noexcept nogil

cdef extern from "<time.h>" nogil:
    struct timespec:
        long tv_sec
        long tv_nsec
    int clock_gettime(int clock, timespec *now)

cdef extern from "<sys/time.h>" nogil:
    struct timeval:
        long tv_sec
        long tv_usec
    int gettimeofday(timeval *now, void *zone)
