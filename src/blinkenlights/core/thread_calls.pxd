# Calls about threads, time and signals' masks without Python.

from blinkenlights.core.direct cimport pass_on
from blinkenlights.core.host cimport RESTART, careful_copy, host_call, voidp
from blinkenlights.core.paging cimport Space, SpaceP
from blinkenlights.core.quick cimport *

cdef enum:
    NR_RT_SIGPROCMASK = 14
    NR_IOCTL = 16
    NR_DUP2 = 33
    NR_FCNTL = 72
    NR_GETTIMEOFDAY = 96
    NR_GETTID = 186
    NR_TIME = 201
    NR_FUTEX = 202
    NR_SET_TID_ADDRESS = 218
    NR_CLOCK_GETTIME = 228
    NR_SET_ROBUST_LIST = 273
    NR_DUP3 = 292

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
