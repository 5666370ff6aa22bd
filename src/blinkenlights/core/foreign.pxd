# Guests' system calls on a host whose kernel numbers calls and lays out structures differently.

from blinkenlights.core.host cimport careful_copy, make_calls_by, voidp
from blinkenlights.core.state cimport *

cdef extern from *:
    """
    #if defined(__aarch64__)
    #define HOST_SWAPS_OPEN_FLAGS 1
    #else
    #define HOST_SWAPS_OPEN_FLAGS 0
    #endif
    """
    bint HOST_SWAPS_OPEN_FLAGS

cdef extern from "unistd.h" nogil:
    long host_syscall "syscall"(long nr, ...)

cdef enum:
    CALLS = 512
    NO_CALL = -1
    CONSTANT = 6  # in `taken`: the word itself
    MOST_EVENTS = 64

cdef struct Row:
    i32 number  # the host's, or NO_CALL
    i32 taken[6]  # for each of the host's arguments which one of the guest's it is
    i64 words[6]
    i32 flags_at  # the argument that has flags as for open(2), or -1
    i32 stat_at  # ... that is where a `struct stat` goes
    i32 event_at  # ... that points to an epoll_event to be read
    i32 events_at  # ... that is where epoll_events go, and their number follows it

# As the kernels have them: x86-64's is packed, others' is not.
cdef packed struct PackedEvent:
    u32 events
    u64 data

cdef struct Event:
    u32 events
    u64 data

cdef struct Stat:  # x86-64's
    u64 dev
    u64 ino
    u64 nlink
    u32 mode
    u32 uid
    u32 gid
    u32 unused
    u64 rdev
    i64 size
    i64 blksize
    i64 blocks
    i64 times[6]
    i64 room[3]

cdef struct GenericStat:
    u64 dev
    u64 ino
    u32 mode
    u32 nlink
    u32 uid
    u32 gid
    u64 rdev
    u64 unused
    i64 size
    i32 blksize
    i32 unused2
    i64 blocks
    i64 times[6]
    u32 room[2]

ctypedef Row *RowP
